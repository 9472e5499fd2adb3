"""Which files of people a run reads, and so checks before anything runs."""

import shutil
from pathlib import Path

import pytest

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.protocol import people
from evergreen.protocol.loading import complete
from evergreen.runs import state
from evergreen.steps.contents import Contents
from tests.rows import each

RAW = {
    "review": {"title": "A review"},
    "rounds": ["2020-01-01"],
    "sources": {
        "pubmed": {"kind": "pubmed", "type": "database", "strategy": "config/p.txt"},
        "embase": {"kind": "export", "type": "database", "files": {"2020-01-01": "config/e.ris"}, "hits": {"2020-01-01": 0}},
    },
    "screening": {"title_abstract": {"reviewers": ["AB", "CD"]}},
    "outcomes": [{"id": "pain", "measure": "MD"}],
}  # fmt: skip
SHEETS = [
    "screening/title_abstract/AB.csv", "screening/title_abstract/EF.csv", "screening/title_abstract/adjudication.xlsx",
    "extraction/AB.csv", "extraction/studies-AB.csv", "extraction/adjudication.csv", "extraction/.~lock.csv", "extraction/notes.txt",
    "risk_of_bias/CD.xlsx", "certainty.csv", "studies.csv",
]  # fmt: skip


UNTIL_SCREENING = ["search", "deduplication", "screening"]


@pytest.fixture
def review(tmp_path, monkeypatch):
    for name in SHEETS:
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.chdir(tmp_path)
    return complete(RAW)


@each(
    ("targets", "areas"),
    [
        ([], people.AREAS), (["search"], ["search"]), (["records"], ["search"]), (["prisma"], UNTIL_SCREENING),
        (["search", "screen"], UNTIL_SCREENING), (["search", "deduplicate"], ["search", "deduplication"]),
        (["deduplicate", "screen"], UNTIL_SCREENING), (["bias"], [*UNTIL_SCREENING, "certainty", "bias"]),
        (["search", "bias"], [*UNTIL_SCREENING, "certainty", "bias"]),
        (["pool"], [*UNTIL_SCREENING, "extraction", "bias"]), (["pool", "bias"], people.AREAS), (["results/x.csv"], people.AREAS), (["search", "search"], ["search"]),
    ],
)  # fmt: skip
def test_the_areas_that_all_targets_together_read(targets, areas):
    assert people.areas_of(targets) == list(areas)


def test_everybody_whose_sheet_is_there_and_nobody_else(review):
    assert people.extraction_sheets(review) == {"AB": "config/extraction/AB.csv"}
    assert people.study_sheets(review) == {"AB": "config/extraction/studies-AB.csv"}
    assert people.bias_sheets(review) == {"CD": "config/risk_of_bias/CD.xlsx"}
    assert people.votes("title_abstract") == [
        "config/screening/title_abstract/AB.csv", "config/screening/title_abstract/EF.csv", "config/screening/title_abstract/adjudication.xlsx",
    ]  # fmt: skip
    named = complete({**RAW, "extraction": {"extractors": ["XY", "AB"]}})
    assert list(people.extraction_sheets(named)) == ["AB"], "whose sheet is not there has none"


def test_a_scope_reads_the_files_of_its_areas(review):
    every = {
        target: people.checked(review, people.areas_of([target]))
        for target in ("search", "deduplicate", "screen", "bias", "all")
    }
    assert every["search"].files == {
        "search": [
            ("strategy", "config/p.txt"),
            ("export", "config/e.ris", {"format_": None, "columns": None, "none_expected": True}),
        ]
    }
    assert every["screen"].files["screening"] == [
        ("studies", "config/studies.csv"), ("screening", "config/screening/title_abstract/AB.csv"),
        ("screening", "config/screening/title_abstract/EF.csv"),  # of no reviewer, and read all the same
        ("adjudication_screening", "config/screening/title_abstract/adjudication.xlsx"),
    ]  # fmt: skip
    assert every["all"].files["extraction"] == [
        ("extraction", "config/extraction/AB.csv"), ("extraction_studies", "config/extraction/studies-AB.csv"),
        ("adjudication_extraction", "config/extraction/adjudication.csv"),
    ]  # fmt: skip
    rated = {"outcomes": {"pain": ["pain", "pain"]}, "rounds": list(review.rounds)}
    assert every["all"].files["certainty"] == [("certainty", "config/certainty.csv", rated)]
    assert every["bias"].files["bias"] == [("risk_of_bias", "config/risk_of_bias/CD.xlsx")]
    assert every["bias"].files["certainty"]
    assert "extraction" not in every["bias"].files
    assert every["all"].paths == sorted(file[1] for area in every["all"].files.values() for file in area)
    assert every["bias"].given["outcomes"] == []


def test_without_sources_no_vote_of_others_is_read(review):
    unsearched = complete({key: value for key, value in RAW.items() if key not in ("rounds", "sources")})
    read = people.checked(unsearched, ["screening"]).files["screening"]
    assert [path for kind, path, *_ in read if kind == "screening"] == [
        "config/screening/title_abstract/AB.csv"
    ]


def test_a_tool_of_ones_own_is_read_too(review, tmp_path):
    (tmp_path / "config/tool.yaml").write_text("[a]")
    own = complete({**RAW, "risk_of_bias": {"tool": "config/tool.yaml"}})
    assert "config/tool.yaml" in people.checked(own, ["bias"]).paths


def test_a_file_that_is_missing_is_refused_in_one_sentence(review):
    with pytest.raises(InputError) as fault:
        people.written("config/p.txt")
    assert (
        str(fault.value)
        == "config/p.txt: the file is missing. Create it or mend its path in config/config.yaml."
    )


def test_a_named_file_that_a_cloud_or_git_annex_keeps_elsewhere_is_not_to_be_created(tmp_path, review):
    (tmp_path / "config/.p.txt.icloud").touch()
    (tmp_path / "config/q.ris").symlink_to("nowhere")
    for name, why in (
        ("p.txt", "the file is in a cloud, and not here"),
        ("q.ris", "this is a link that leads nowhere"),
    ):
        with pytest.raises(InputError, match=f"{name}: {why}. Fetch it or mend its path"):
            people.written(f"config/{name}")


def test_work_lists_are_for_reviewers_and_the_adjudicator(review):
    assert people.with_work(review, "title_abstract") == ["AB", "CD", "adjudication"]
    assert people.with_work(review, "full_text") == []


def test_files_that_no_step_reads_are_known(review, tmp_path):
    for name in (
        "old.csv",
        "README.md",
        "search/old.txt",
        "search/notes.md",
        "risk_of_bias/tool.yaml",
        "p.txt",
        "screening/notes.txt",
        "screening/CD.csv",
        "screening/fulltext/CD.csv",
        "screening/full_text/AB.csv",
        "screening/full_text/notes.md",
        "screening/full_text/adjudication (1).csv",
        "screening/full_text/round 2/AB.csv",
        # What editors leave is nobody's, as for whether a run is due.
        "extraction/AB.csv~",
        "extraction/#AB.csv#",
        "extraction/~AB.csv",
        "screening/.checkpoints/AB.csv",
        "extraction/Thumbs.db",
        "desktop.ini",
    ):
        path = tmp_path / "config" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("")
    (tmp_path / "config/screening/full_text/round 2/CD.csv").symlink_to(
        "nowhere.csv"
    )  # of git-annex, not fetched
    astray = [
        "config/screening/CD.csv", "config/screening/full_text/adjudication (1).csv", "config/screening/full_text/round 2/AB.csv",
        "config/screening/fulltext/CD.csv",
    ]  # fmt: skip
    assert people.unread(review) == [
        "config/extraction/notes.txt", "config/old.csv", *astray, "config/screening/notes.txt", "config/search/old.txt",
    ]  # fmt: skip
    assert state.files_of_people(Contents()).keys() >= {"config/old.csv"}
    assert not [
        path
        for path in state.files_of_people(Contents())
        if "~" in path or "#" in path or "/." in path or path.endswith((".db", ".ini"))
    ]


def test_the_heads_that_a_review_begins_with_are_no_stray_file_beside_a_workbook(tmp_path, review):
    stray = people.unread(review)
    folder = tmp_path / "config/extraction"
    (folder / "AB.csv").rename(folder / "AB.xlsx")
    (folder / "AB.csv").write_text("study,outcome\n")
    assert people.extraction_sheets(review)["AB"] == "config/extraction/AB.xlsx"
    assert people.unread(review) == stray


def test_a_person_who_was_renamed_keeps_the_sheets(review):
    """Named as before, as now, or both, which is refused."""
    raw = {**RAW, "screening": {"title_abstract": {"reviewers": ["Ann", "CD"]}}, "extraction": {"extractors": ["Ann"]},
           "risk_of_bias": {"assessors": ["Ann"]}, "people": {"Ann": {"formerly": ["AB"]}}}  # fmt: skip
    renamed = complete(raw)
    assert people.extraction_sheets(renamed) == {"Ann": "config/extraction/AB.csv"}
    assert people.study_sheets(renamed) == {"Ann": "config/extraction/studies-AB.csv"}
    stem = people.own_stem(renamed, "config/extraction", "Ann", "studies-")
    assert stem.as_posix() == "config/extraction/studies-AB"
    assert people.own_stem(renamed, "config/risk_of_bias", "Ann").as_posix() == "config/risk_of_bias/Ann"
    assert people.unread(renamed) == ["config/extraction/notes.txt", "config/risk_of_bias/CD.xlsx"]
    both = complete({**raw, "people": {"Ann": {"formerly": ["AB", "EF"]}}})
    with pytest.raises(
        InputError, match=r"EF\.csv: AB\.csv is of Ann as well\. EF and Ann are one by `people`"
    ):
        people.checked(both, UNTIL_SCREENING)
    named = sheets.by_person(["a/ab.csv", "a/CD.csv"], ["Ann", "CD"], {"AB": "Ann"})
    assert named == {"Ann": "a/ab.csv", "CD": "a/CD.csv"}


@each(
    ("name", "copy"),
    [
        ("AB (1)", True), ("AB - Copy", True), ("AB \u2013 Kopie (2)", True), ("Kopie von AB", True), ("ab copy 2", True), ("AB_v2", True), ("AB.bak", True),
        ("AB (Ann's conflicted copy 2026-11-28)", True), ("AB2", False), ("AB_C", False), ("AB Smith", False), ("AB (Smith)", False), ("AB (copie)", True), ("A", False), ("Ann AB", False),
    ],
)  # fmt: skip
@each(("folder", "prefix"), [("extraction", ""), ("extraction", "studies-"), ("risk_of_bias", "")])
def test_a_copy_of_a_sheet_is_no_other_persons(tmp_path, monkeypatch, folder, prefix, name, copy):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "config" / folder
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    for one in ("AB", name):
        (own / f"{prefix}{one}.csv").write_text("")
    read = {
        ("extraction", ""): people.extraction_sheets, ("extraction", "studies-"): people.study_sheets, ("risk_of_bias", ""): people.bias_sheets,
    }[folder, prefix]  # fmt: skip
    if copy:
        with pytest.raises(
            InputError, match=rf"looks like a copy of {prefix}AB\.csv, and would count"
        ) as refused:
            read(complete(RAW))
        assert Path(str(refused.value.file)).stem == f"{prefix}{name}"
    else:
        assert set(read(complete(RAW))) == {"AB", name}
    named = complete(RAW | {"extraction": {"extractors": ["AB"]}, "risk_of_bias": {"assessors": ["AB"]}})
    assert list(read(named)) == ["AB"]
    assert copy is False or f"config/{folder}/{prefix}{name}.csv" in people.unread(named)
