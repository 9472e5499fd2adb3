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
        "auto",
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
        ({}, {}, "auto"),
        ({"model": "common"}, {}, "z"),
        ({}, {"model": "mh"}, "z"),
        ({}, {"test": "z"}, "z"),
        ({"test": "adhoc"}, {"test": "z"}, "adhoc"),
        ({"model": "random"}, {"model": "common"}, "auto"),
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


def said_of(analysis):
    with pytest.raises(InputError) as caught:
        protocol.complete({**SMALLEST, "analysis": analysis, "outcomes": [{"id": "pain", "measure": "MD"}]})
    return str(caught.value)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"tau22": "DL"}, "unknown key `analysis.sensitivity[0].tau22`. Did you mean `tau2`?"),
        ({"tau2": ["DL", "DLL"]}, "`analysis.sensitivity[0].tau2` is 'DLL'. Allowed: DL, HE,"),
        ({"level": 95}, "`analysis.sensitivity[0].level` is 95. Write it as a fraction: 0.95."),
        ({"add": "half"}, "`analysis.sensitivity[0].add` is 'half' but must be of type number"),
        ({"measure": "HR"}, "`analysis.sensitivity[0].measure` is 'HR'. Allowed: RR, OR,"),
        ({"without": ["derived", "bad"]}, "`analysis.sensitivity[0].without` is 'bad'. Allowed: high_risk, derived,"),
        ({"without_studies": [["A"]]}, "`analysis.sensitivity[0].without_studies` is ['A'] but must be of type string"),
    ],
)  # fmt: skip
def test_a_sensitivity_analysis_is_checked_as_the_analysis_is(entry, sentence):
    assert said_of({"sensitivity": [entry]}).startswith(f"config/config.yaml: {sentence}")


def test_the_sensitivity_analyses_know_the_settings_that_the_schema_knows():
    from evergreen.synthesis.sensitivity import ANALYSIS_KEYS, WITHOUT

    schema = schemas.schema("config")
    entry = schema["$defs"]["analysis"]["properties"]["sensitivity"]["items"]["properties"]
    assert set(entry) == ANALYSIS_KEYS | {"measure", "multi_arm", "without", "without_studies"}
    assert schema["$defs"]["without"]["enum"] == list(WITHOUT)


def test_a_level_in_per_cent_gets_its_fraction():
    assert (
        said_of({"level": 95}) == "config/config.yaml: `analysis.level` is 95. Write it as a fraction: 0.95."
    )
    assert said_of({"rho": 1.5}) == "config/config.yaml: `analysis.rho` is 1.5, but must be at most 1."


@pytest.mark.parametrize("name", ["dose:", ":", "a:b:c"])
def test_an_interaction_is_of_two_columns(name):
    with pytest.raises(InputError, match=f"`moderators` has '{name}'"):
        protocol.complete({**SMALLEST, "outcomes": [{"id": "pain", "measure": "MD", "moderators": [name]}]})
