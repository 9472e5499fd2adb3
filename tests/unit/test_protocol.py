"""The protocol: normalised, validated with a sentence, defaults filled."""

import datetime

import pytest

from evergreen import protocol, schemas
from evergreen.errors import InputError

SMALLEST = {"review": {"title": "A review"}}
PUBMED = {"pubmed": {"kind": "pubmed", "type": "database", "strategy": "config/search/pubmed.txt"}}


def test_the_smallest_protocol_for_pooling_is_complete():
    found = protocol.complete({**SMALLEST, "outcomes": [{"id": "pain", "measure": "MD"}]})
    outcome = found["outcomes"][0]
    assert (outcome["name"], outcome["data"], outcome["multi_arm"]) == ("pain", "pain", "combine")
    assert (outcome["analysis"]["model"], outcome["analysis"]["tau2"], outcome["analysis"]["test"]) == (
        "random",
        "REML",
        "knha",
    )
    assert found["screening"]["title_abstract"]["reviewers"] == []


def test_dates_may_be_quoted_or_not():
    found = protocol.complete(
        {**SMALLEST, "rounds": [datetime.date(2018, 12, 31), "2020-12-31"], "sources": PUBMED}
    )
    assert found["rounds"] == ["2018-12-31", "2020-12-31"]


def test_completing_twice_changes_nothing():
    raw = {**SMALLEST, "rounds": ["2018-12-31"], "sources": PUBMED, "analysis": {"model": "common"},
           "outcomes": [{"id": "a", "measure": "RR", "analysis": {"model": "random"}}, {"id": "b", "measure": "MD"}]}  # fmt: skip
    once = protocol.complete(raw)
    assert protocol.complete(once) == once


@pytest.mark.parametrize(
    ("own", "general", "test"),
    [
        ({}, {}, "knha"),
        ({"model": "common"}, {}, "z"),
        ({}, {"model": "mh"}, "z"),
        ({}, {"test": "z"}, "z"),
        ({"test": "adhoc"}, {"test": "z"}, "adhoc"),
        ({"model": "random"}, {"model": "common"}, "knha"),
    ],
)
def test_the_test_follows_the_model_unless_stated(own, general, test):
    assert protocol.analysis_of(general, own)["test"] == test


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"review": {"titel": "x"}}, "unknown key `review.titel`. Did you mean `title`?"),
        ({"review": {"title": "x"}, "analysis": {"tau2": "reml"}}, "`analysis.tau2` is 'reml'. Allowed: DL, HE"),
        ({**SMALLEST, "rounds": ["2020-12-31", "2018-12-31"]}, "2018-12-31 stands after 2020-12-31"),
        ({**SMALLEST, "rounds": ["2020-02-31"]}, "not a day of the calendar"),
        ({**SMALLEST, "rounds": ["31.12.2020"]}, "Write a date as YYYY-MM-DD"),
        ({**SMALLEST, "screening": {"full_text": {"reviewers": ["AB", False]}}}, "Put it in quotes"),
        ({**SMALLEST, "sources": {True: {}}}, "Put it in quotes"),
        ({**SMALLEST, "extraction": {"extractors": ["adjudication"]}}, "reserved name"),
        ({**SMALLEST, "outcomes": [{"id": "a b", "measure": "MD"}]}, "Use a letter first"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD"}, {"id": "a", "measure": "RR"}]}, "has the id a twice"),
        ({**SMALLEST, "sources": PUBMED}, "`sources` but no `rounds`"),
        ({**SMALLEST, "rounds": ["2020-01-01"], "sources": {"a": {"kind": "export", "type": "database"}}}, "lacks `files`"),
        (
            {**SMALLEST, "rounds": ["2020-01-01"], "sources": {"a": {"kind": "export", "type": "database", "files": {"2021-01-01": "x.ris"}}}},
            "names the round 2021-01-01",
        ),
        ({**SMALLEST, "rounds": ["2020-01-01"], "sources": PUBMED, "entrez": {"endpoint": "live"}}, "`entrez.email` is empty"),
        ({**SMALLEST, "entrez": {"endpoint": "http://example.org"}}, "loopback URL"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_that_names_the_key(raw, sentence):
    with pytest.raises(InputError) as refusal:
        protocol.complete(raw)
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith("config/config.yaml: ")


def test_the_bundled_protocol_is_valid(root):
    found = protocol.load(root / "config" / "config.yaml")
    assert [outcome["id"] for outcome in found["outcomes"]] == [
        "any_ae",
        "serious_ae",
        "erosion",
        "mtss",
        "bmd",
        "jsn",
        "das28",
    ]


def test_every_key_of_the_schema_is_described():
    def undescribed(schema, path):
        for name, rule in schema.get("properties", {}).items():
            nested = rule.get("properties") or rule.get("items", {}).get("properties")
            if "description" not in rule and "$ref" not in rule and not nested:
                yield f"{path}.{name}"
            yield from undescribed(rule, f"{path}.{name}")

    schema = schemas.schema("config")
    found = [
        *undescribed(schema, ""),
        *(key for name, rule in schema["$defs"].items() for key in undescribed(rule, name)),
    ]
    assert [key for key in found if key.count(".") > 1 or not key.startswith(".")] == []


def test_broken_yaml_names_its_line(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("review:\n  title: x\n bad: [\n")
    with pytest.raises(InputError, match="row 3"):
        protocol.load(path)


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        (
            {"reviewers": ["AB"], "mode": "dual"},
            "`screening.full_text.mode` is dual, which needs two reviewers, but `screening.full_text.reviewers` has 1",
        ),
        ({"reviewers": ["AB"], "mode": "dual_excludes"}, "is dual_excludes, which needs two reviewers"),
        (
            {"reviewers": ["AB", "CD"], "active": {"XY": {"from": "2020-01-01"}}},
            "`screening.full_text.active` names XY, who is not among its `reviewers` (AB, CD). Add XY there",
        ),
        (
            {"reviewers": ["AB", "CD"], "mode": "dual", "active": {"CD": {"until": "2018-12-31"}}},
            "`screening.full_text.active` leaves 1 reviewers in the round 2020-12-31, but the mode dual needs 2",
        ),
        (
            {"reviewers": ["AB"], "active": {"AB": {"from": "2021-01-01", "until": "2020-01-01"}}},
            "leaves 0 reviewers in the round 2018-12-31",
        ),
    ],
)
def test_a_stage_needs_its_reviewers_in_every_round(stage, sentence):
    raw = {
        **SMALLEST,
        "rounds": ["2018-12-31", "2020-12-31"],
        "sources": PUBMED,
        "screening": {"full_text": stage},
    }
    with pytest.raises(InputError) as fault:
        protocol.complete(raw)
    assert sentence in str(fault.value)


def test_a_stage_without_reviewers_is_skipped_whatever_its_mode():
    done = protocol.complete({**SMALLEST, "screening": {"full_text": {"mode": "dual"}}})
    assert done["screening"]["full_text"]["reviewers"] == []
