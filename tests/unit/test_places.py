"""Paths of a protocol stay inside the review's directory, and ids never share a file."""

import pytest

from evergreen.errors import InputError
from evergreen.protocol import places
from evergreen.protocol.loading import complete, load
from tests.rows import each


def raw(path="config/search/a.ris", **review):
    return {
        "review": {"title": "T", **review},
        "rounds": ["2020-01-31"],
        "sources": {"embase": {"kind": "export", "type": "database", "files": {"2020-01-31": path}}},
    }


def said(value, **how):
    with pytest.raises(InputError) as fault:
        complete(value, **how)
    return str(fault.value)


ESCAPES = [
    ("/etc/passwd", "it is absolute"), ("C:\\secret.ris", "it is absolute"), ("\\\\server\\a.ris", "it is absolute"),
    ("../other/a.ris", "by `..`"), ("config/../../a.ris", "by `..`"), ("config\\..\\..\\a.ris", "by `..`"),
]  # fmt: skip


@each(("path", "how"), ESCAPES)
def test_a_path_that_leads_out_is_refused_in_one_sentence_with_the_key(path, how):
    assert said(raw(path)) == (
        f"config/config.yaml: `sources.embase.files.2020-01-31` is {path!r}, which leads out of the review's directory ({how}). "
        "Copy the file into config/, or allow such paths by `review.outside_files: true`."
    )
    assert complete(raw(path, outside_files=True)).review.outside_files is True


def test_files_of_a_round_are_one_or_several_and_each_is_looked_at():
    assert "`sources.embase.files.2020-01-31` is '../b.ris'" in said(raw(["config/a.ris", "../b.ris"]))
    assert "names a.ris twice in 2020-01-31. Name each file once." in said(raw(["a.ris", "b.ris", "a.ris"]))
    assert "names no file in 2020-01-31" in said(raw([]))


def test_every_path_of_a_protocol_is_looked_at():
    found = said(
        {
            **raw("/a.ris"),
            "sources": {
                "pubmed": {"kind": "pubmed", "type": "database", "strategy": "../pubmed.txt"},
                **raw("/a.ris")["sources"],
            },
            "risk_of_bias": {"tool": "/srv/tool.yaml"},
        }
    )
    keys = ("sources.pubmed.strategy", "sources.embase.files.2020-01-31", "risk_of_bias.tool")
    assert [line.split("`")[1] for line in found.splitlines()] == list(keys)


@each("path", ["config/a.ris", "./config/a.ris", "config/x/../a.ris", "config/it's (1) é漢 $(x).ris", "..a/b..ris"])  # fmt: skip
def test_a_path_inside_is_accepted(path):
    assert complete(raw(path)).sources["embase"].files == {"2020-01-31": (path,)}
    assert complete(raw([path, "b.ris"])).sources["embase"].files == {"2020-01-31": (path, "b.ris")}


def test_a_symbolic_link_must_not_leave_the_directory(tmp_path):
    review, other = tmp_path / "review", tmp_path / "other"
    (review / "config").mkdir(parents=True)
    other.mkdir()
    (other / "a.ris").write_text("")
    (review / "config/a.ris").symlink_to(other / "a.ris")
    (review / "config/shared").symlink_to(other)
    (review / "config/loop").symlink_to("loop")
    (review / "config/b.ris").write_text("")
    (review / "config/inside.ris").symlink_to("b.ris")
    for path in ("config/a.ris", "config/shared/a.ris"):
        assert "which leads out of the review's directory (by a symbolic link)" in said(
            raw(path), root=review
        )
    assert "it cannot be followed" in said(raw("config/loop"), root=review)
    assert list(places.faults(complete(raw("config/inside.ris"), root=review), root=review)) == []
    # A review that is itself reached by a link, or loaded by its path, is no escape.
    (tmp_path / "link").symlink_to(review)
    complete(raw("config/inside.ris"), root=tmp_path / "link")
    (review / "config/config.yaml").write_text(
        "review: {title: T}\nrounds: ['2020-01-31']\n"
        "sources: {e: {kind: export, type: database, files: {'2020-01-31': config/a.ris}}}\n"
    )
    with pytest.raises(InputError, match="by a symbolic link"):
        load(tmp_path / "link/config/config.yaml")


OUTCOME = {"measure": "MD"}


@each(
    ("part", "sentence"),
    [
        (
            {"outcomes": [{"id": "Pain", **OUTCOME}, {"id": "pain", **OUTCOME}]},
            "`outcomes` has Pain and pain",
        ),
        ({"screening": {"title_abstract": {"reviewers": ["AB", "ab"]}}}, "`screening` has AB and ab"),
        (
            {"screening": {"title_abstract": {"reviewers": ["AB"]}, "full_text": {"reviewers": ["Ab"]}}},
            "`screening` has AB and Ab",
        ),
        ({"extraction": {"extractors": ["AB", "aB"]}}, "`extraction.extractors` has AB and aB"),
        ({"risk_of_bias": {"assessors": ["AB", "aB"]}}, "`risk_of_bias.assessors` has AB and aB"),
    ],
)
def test_ids_that_differ_in_letter_case_only_are_refused(part, sentence):
    assert said({"review": {"title": "T"}, **part}) == (
        f"config/config.yaml: {sentence}, which differ in letter case only and would share their files. "
        "Write them alike, or give one another name."
    )


def test_sources_that_differ_in_letter_case_only_are_refused():
    value = raw()
    value["sources"]["Embase"] = value["sources"]["embase"]
    assert "`sources` has embase and Embase, which differ in letter case only" in said(value)


def test_nobody_is_called_as_the_file_of_the_adjudicator():
    value = {"review": {"title": "T"}, "screening": {"full_text": {"reviewers": ["Adjudication", "AB"]}}}
    assert "`screening` has the name Adjudication, which is reserved. Choose another." in said(value)


def test_the_same_name_may_stand_in_several_places():
    complete(
        {
            "review": {"title": "T"},
            "screening": {"title_abstract": {"reviewers": ["AB", "CD"]}, "full_text": {"reviewers": ["AB"]}},
            "extraction": {"extractors": ["ab"]},
            "outcomes": [{"id": "AB", **OUTCOME}],
        }
    )
