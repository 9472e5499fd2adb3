"""What is wrong with a protocol, in one sentence with its place, what is allowed and the nearest name."""

from typing import get_args

import pytest

from evergreen import yaml_text
from evergreen.errors import InputError
from evergreen.protocol.analysis import Changes, Settings, Without
from evergreen.protocol.conversions import ASSUMED
from evergreen.protocol.loading import complete, load, of_run, otherwise
from tests.protocols import PUBMED, SMALLEST
from tests.rows import each


@each(
    ("raw", "sentence"),
    [
        ({"extraction": ["AB"]}, "must be of type mapping. Write its keys (extractors) with their values, or leave it out."),
        ({"prisma": {"given": 3}}, "must be of type mapping. Write its keys with their values, or leave it out."),
        ({"review": {"titel": "x"}}, "unknown key `review.titel`. Did you mean `title`?"),
        ({"review": {"title": "x"}, "analysis": {"tau2": "reml"}}, "`analysis.tau2` is 'reml'. Allowed: DL, HE"),
        ({**SMALLEST, "rounds": ["2020-12-31", "2018-12-31"]}, "2018-12-31 stands after 2020-12-31"),
        ({**SMALLEST, "rounds": ["2020-02-31"]}, "not a day of the calendar"),
        ({**SMALLEST, "rounds": ["31.12.2020"]}, "Write a date as YYYY-MM-DD"),
        ({**SMALLEST, "screening": {"full_text": {"reviewers": ["AB", False]}}}, "Put it in quotes"),
        ({**SMALLEST, "sources": {True: {}}}, "Put it in quotes"),
        ({**SMALLEST, "extraction": {"extractors": ["adjudication"]}}, "reserved name"),
        ({**SMALLEST, "outcomes": [{"id": "a b", "measure": "MD"}]}, "Use a letter first"),
        ({**SMALLEST, "outcomes": [{"id": "risk_of_bias", "measure": "MD"}]}, "an outcome has the id risk_of_bias, which names"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD"}, {"id": "a", "measure": "RR"}]}, "has the id a twice"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "scale": "ratio"}]}, "`scale` is 'ratio', but the measure (mean difference) is none. Leave `scale` out."),
        (
            {**SMALLEST, "outcomes": [{"id": "a", "measure": "HR"}, {"id": "b", "data": "A", "measure": "GEN", "scale": "analysis"}]},
            "outcome b takes estimates of 'A' as scale analysis, but outcome a takes the same as scale ratio",
        ),
        (
            {**SMALLEST, "outcomes": [{"id": "a", "measure": "HR", "assumed_risk": {"risk": 0.2}}]},
            "outcome a: `assumed_risk` lacks its time, on which the risks of a hazard ratio depend. Add `at`, such as `at: 5 years`.",
        ),
        (
            {**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "assumed_risk": {"risk": 0.2}}]},
            "outcome a: `assumed_risk`, but the measure (mean difference) says nothing of risks",
        ),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "total": False}]}, "outcome a: `total` is false, but `subgroups` names no column. Name the one"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "total": False, "subgroups": ["b", "c"]}]}, "`total` is false, but `subgroups` names 2 columns."),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "total": False, "subgroups": ["b"], "moderators": ["c"]}]}, "but `moderators` are of all studies"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "RR", "total": False, "subgroups": ["b"], "assumed_risk": {"risk": 0.1}}]}, "but `assumed_risk` is what"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "RR", "assumed_risk": {"risk": 60}}]}, "Write it as a fraction: 0.6"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "HR", "assumed_risk": {"at": "5 years"}}]}, "`assumed_risk` lacks `risk`"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "RR", "assumed_risk": [{"risk": 0.1}, {"risk": 0.2}]}]}, "are called the same (without a name)"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "re_expressed": {"instrument": "HAQ"}}]}, "the measure (mean difference) is not standardised"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "ROM", "thresholds": {"minimal": 2}}]}, "neither people among 1,000 nor a unit"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "thresholds": {"minimal": 2, "large": 1}}]}, "do not ascend"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "RR", "thresholds": {"minimal": 2000}}]}, "people among 1,000, but one is 2000"),
        ({**SMALLEST, "extraction": {"extractors": []}}, "`extraction.extractors` is an empty list. Name some, or leave it out."),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "data": ""}]}, "`outcomes[0].data` is empty. Write it."),
        ({**SMALLEST, "analysis": {"sensitivity": [{}]}}, "`analysis.sensitivity[0]` changes nothing. Name what it changes"),
        ({**SMALLEST, "sources": PUBMED}, "`sources` but no `rounds`"),
        ({**SMALLEST, "rounds": ["2020-01-01"], "sources": {"a": {"kind": "export", "type": "database"}}}, "lacks `files`"),
        (
            {**SMALLEST, "rounds": ["2020-01-01"], "sources": {"a": {"kind": "export", "type": "database", "files": {"2021-01-01": "x.ris"}}}},
            "names the round 2021-01-01",
        ),
        (
            {**SMALLEST, "rounds": ["2020-01-01"], "sources": {"a": {"kind": "export", "type": "database", "files": {"2020-01-01": "x.ris"}, "not_searched": {"2020-01-01": "no access"}}}},
            "`sources.a` has a file of 2020-01-01, and `not_searched` says why it was not searched. Keep one of them.",
        ),
        (
            {**SMALLEST, "rounds": ["2020-01-01"], "sources": {"pubmed": {**PUBMED["pubmed"], "not_searched": {"2020-01-01": "no access"}}}},
            "`sources.pubmed` asks PubMed in every round",
        ),
        (
            {**SMALLEST, "rounds": ["2020-01-01"], "sources": {**PUBMED, "a": {"kind": "export", "type": "database", "files": {"2020-01-01": "x.ris"}, "formerly": ["pubmed"]}}},
            "`sources.a` was formerly pubmed, and so is or was `sources.pubmed`. A name belongs to one source.",
        ),
        ({**SMALLEST, "rounds": ["2020-01-01"], "sources": PUBMED, "entrez": {"endpoint": "live"}}, "`entrez.email` is empty"),
        ({**SMALLEST, "entrez": {"endpoint": "http://example.org"}}, "loopback URL"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_that_names_the_key(raw, sentence):
    with pytest.raises(InputError) as refusal:
        complete(raw)
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith("config/config.yaml: ")


def test_broken_yaml_names_its_line(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("review:\n  title: x\n bad: [\n")
    with pytest.raises(InputError, match="row 3"):
        load(path)


@each(
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
        complete(raw)
    assert sentence in str(fault.value)


def said_of(analysis):
    with pytest.raises(InputError) as caught:
        complete({**SMALLEST, "analysis": analysis, "outcomes": [{"id": "pain", "measure": "MD"}]})
    return str(caught.value)


@each(
    ("entry", "sentence"),
    [
        ({"tau22": "DL"}, "unknown key `analysis.sensitivity[0].tau22`. Did you mean `tau2`?"),
        ({"estimator": "DL"}, "unknown key `analysis.sensitivity[0].estimator`."),
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


def test_a_level_in_per_cent_gets_its_fraction():
    assert (
        said_of({"level": 95}) == "config/config.yaml: `analysis.level` is 95. Write it as a fraction: 0.95."
    )
    assert said_of({"rho": 1.5}) == "config/config.yaml: `analysis.rho` is 1.5, but must be at most 1."


@each("name", ["dose:", ":", "a:b:c"])
def test_an_interaction_is_of_two_columns(name):
    with pytest.raises(InputError, match=f"`moderators` has '{name}'"):
        complete({**SMALLEST, "outcomes": [{"id": "pain", "measure": "MD", "moderators": [name]}]})


HELD = """\
review:
  title: A review
rounds: [2020-12-31,
  2018-12-31]
analysis:
  tau2: reml
outcomes:
- id: pain
  measure: MD
  tau2: DL
- {id: mood}
"""


def refused(text, tmp_path, given=None):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load(path, given)
    return [line.removeprefix(str(path)) for line in str(caught.value).splitlines()]


@each(
    ("given", "own"),
    [
        ({"analysis": {"model": "fixed"}}, "common"), ({"analysis": {"model": "FE"}}, "common"), ({"analysis": {"test": "HKSJ"}}, "knha"),
        ({"analysis": {"tau2": "DerSimonian\u2013Laird"}}, "DL"), ({"outcomes": [{"id": "x", "measure": "Relative risk"}]}, "RR"),
        ({"outcomes": [{"id": "x", "measure": "MD", "better": "less"}]}, "lower"), ({"analysis": {"model": "hedges g"}}, ""),
    ],
)  # fmt: skip
def test_what_other_programs_call_a_choice_is_known(given, own):
    with pytest.raises(InputError) as caught:
        complete({"review": {"title": "x"}, **given})
    assert str(caught.value).endswith(f"Did you mean {own}?") == bool(own)


def test_a_fault_names_its_row(tmp_path):
    starts = [
        ", row 6: `analysis.tau2` is 'reml'. Allowed: DL, HE,",
        ", row 10: unknown key `outcomes[0].tau2`. It belongs under `analysis`. Allowed here: id,",
        ", row 11: `outcomes[1]` lacks the key `measure`. Add it.",
    ]
    found = refused(HELD, tmp_path)
    assert [line.startswith(start) for line, start in zip(found, starts, strict=True)] == [True] * 3
    assert found[0].endswith(" Did you mean REML?")
    (order,) = refused("\n".join(HELD.splitlines()[:4]), tmp_path)
    assert order.startswith(", row 4: `rounds`: 2018-12-31 stands after 2020-12-31.")


def test_what_the_command_line_says_has_no_row(tmp_path):
    good = (
        HELD.replace("reml", "PM")
        .replace("  tau2: DL\n", "")
        .replace("- {id: mood}\n", "")
        .replace("2020", "2017")
    )
    path = tmp_path / "config.yaml"
    path.write_text(good)
    assert of_run(path, {"analysis": {"tau2": "DL", "level": 0.9}}).outcomes[0].analysis.tau2 == "DL"
    assert of_run(path, {"outcomes": []}).outcomes == ()
    assert otherwise(path, {"analysis": {"tau2": "DL"}, "outcomes": []}) == ["analysis", "outcomes"]
    assert otherwise(path, {"analysis": {"tau2": "PM"}, **yaml_text.read(path)}) == otherwise(path, {}) == []
    (said,) = refused(good, tmp_path, {"analysis": {"tau2": "dl"}})
    assert said.startswith(": `analysis.tau2` is 'dl'. Allowed:")
    (said,) = refused(good, tmp_path, {"analysis": {"level": 95}})
    assert said == ": `analysis.level` is 95. Write it as a fraction: 0.95."
    (said,) = refused(good.replace("MD", "SMDX"), tmp_path, {"analysis": {"level": 0.9}})
    assert said.startswith(", row 9: `outcomes[0].measure` is 'SMDX'.")


@each(
    ("raw", "sentence"),
    [
        ({**SMALLEST, "screening": None}, "`screening` is empty but must be of type mapping."),
        ({**SMALLEST, "screening": {"full_text": {"reviewers": ["AB", "AB"]}}}, "reviewers` has AB 2 times. Name each once."),
        ({**SMALLEST, "screening": {"reasons": {"a b": "x"}}}, "`screening.reasons` has the key 'a b'. Use a letter first"),
        ({**SMALLEST, "screening": {"reasons": {"no_rct": "One", "No__RCT": "Two"}}}, "`screening.reasons` has no_rct and No__RCT, which no sheet tells apart. Give one another name."),
        ({**SMALLEST, "screening": {"formerly": {"b": "a"}}}, "`screening.formerly` names b, which is no key of `screening.reasons`. Known are none."),
        ({**SMALLEST, "screening": {"reasons": {"a": "One", "b": "Two"}, "formerly": {"b": ["one"]}}}, "`screening.formerly.b` has 'one', which is what a is called now."),
        ({**SMALLEST, "amendments": [{"date": "2020-13-01", "what": "x", "why": "y"}]}, "`amendments[0].date` is '2020-13-01', not a day"),
        ({**SMALLEST, "amendments": [{"date": "2020-01-01", "what": "x"}]}, "`amendments[0]` lacks the key `why`"),
        ({**SMALLEST, "amendments": [{"date": "2020-01-01", "what": "x", "why": "y", "reconsider": ["b"]}]}, "`amendments[0].reconsider` names b, which is no key of"),
        ({**SMALLEST, "people": {"XY": {"formerly": ["AB"]}}}, "`people` names XY, who does nothing in the protocol"),
        ({**SMALLEST, "screening": {"full_text": {"reviewers": ["AB", "CD"]}}, "people": {"CD": {"formerly": ["ab"]}}}, "`people.CD.formerly` has ab, which is what AB is called"),
        ({**SMALLEST, "screening": {"full_text": {"mode": "duall"}}}, "dual_excludes. Did you mean dual?"),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "timepoint": 12}]}, "is 12 but must be a text or a list of texts. Put it in quotes."),
        ({**SMALLEST, "outcomes": [{"id": "a", "measure": "MD", "name": True}]}, 'is the word YES, ON or TRUE, which YAML reads as true. Put it in quotes: "YES".'),
        ({**SMALLEST, "analysis": {"add": float("nan")}}, "`analysis.add` is nan but must be of type finite number."),
        ({"review": {"title": "{x}", "note": "{y}", "authors": "{z}"}}, "`review.authors` is '{z}' but must be of type list."),
        ({"review": {"title": ""}}, "`review.title` is empty. Write it."),
        ({"review": {"title": ["x"]}}, "`review.title` is ['x'] but must be of type string. Write one text; one with brackets"),
        ({"review": {"title": "x", "note": None}}, "`review.note` is empty but must be of type string. Write it, or leave the key out."),
        ({**SMALLEST, "outcomes": {"pain": {"measure": "MD"}}}, "but must be of type list. Write each entry on a line of its own, behind a dash."),
        ({"review": {"title": "x", "authors": "Ann Lee"}}, "must be of type list. Write it as a list: [Ann Lee]."),
        ({**SMALLEST, "screening": {"full_text": {"pilot": "1,204"}}}, "is '1,204' but must be of type integer. Write a whole number, without quotes and without marks"),
        ({**SMALLEST, "analysis": {"add": "0,5"}}, "is '0,5' but must be of type number. Write a plain number such as 0.5, without quotes."),
    ],
)  # fmt: skip
def test_a_fault_says_what_is_allowed_and_the_nearest_name(raw, sentence):
    with pytest.raises(InputError) as refusal:
        complete(raw)
    assert sentence in str(refusal.value)


OTHERWISE = {
    "review": {"title": "T"},
    "rounds": ["2020-01-01"],
    "sources": {
        "hand": {"kind": "export", "type": "citation", "files": {"2020-01-01": "h.ris"}},
        "embase": {"kind": "export", "type": "database", "files": {"2020-01-01": "e.ris"}},
    },
}


@each(
    ("method", "sentence"),
    [
        ({"method": "citation", "round": "2021-01-01"}, "`other_methods[0].round` is 2021-01-01, which is not in `rounds`. Rounds are: 2020-01-01."),
        ({"method": "citation", "source": "nobody"}, "`other_methods[0].source` is nobody, which is no source. Name a source of type citation, website, organisation: hand."),
        ({"method": "citation", "source": "embase"}, "`other_methods[0].source` is embase, which is a source of type database. Name a source of type citation, website, organisation: hand."),
        ({"method": "other", "found": 3}, "`other_methods[0].found` has no box in the flow chart. Name the `source` that the records belong to, or tell the number in `what`."),
        ({"method": "browsing", "asked": 3}, "`other_methods[0]` asks nobody. Use `asked` and `answered` with `method: contact` only."),
        ({"method": "contact", "asked": 3, "answered": 4}, "`other_methods[0].answered` is 4, more than were asked (3). Mend one of them."),
        ({"method": "contact", "what": ""}, "`other_methods[0].what` is empty. Write it."),
    ],
)  # fmt: skip
def test_other_methods_belong_to_rounds_and_sources(method, sentence):
    with pytest.raises(InputError) as caught:
        complete({**OTHERWISE, "other_methods": [{"what": "W", "round": "2020-01-01", **method}]})
    assert str(caught.value).endswith(sentence)


def test_the_sensitivity_analyses_know_the_settings_that_the_models_know():
    from evergreen.synthesis.sensitivity import ANALYSIS_KEYS

    left_out = get_args(Without)
    assert set(Settings.model_fields) == ANALYSIS_KEYS
    assert set(Changes.model_fields) == ANALYSIS_KEYS | {
        "measure",
        "multi_arm",
        *ASSUMED,
        "without",
        "without_studies",
    }
    assert all(Changes.model_validate({"without": one}) for one in left_out)
    assert said_of({"sensitivity": [{"without": "x"}]}).endswith(f"Allowed: {', '.join(left_out)}.")


def test_a_peer_review_is_of_a_strategy():
    source = {**OTHERWISE["sources"]["embase"], "peer_review": {"by": "CD"}}
    with pytest.raises(InputError, match="has a `peer_review` and no `strategy`"):
        complete({**OTHERWISE, "sources": {"embase": source}})
    read = complete({**OTHERWISE, "sources": {"embase": {**source, "strategy": "s.txt"}}})
    assert read.sources["embase"].peer_review.guideline == "PRESS"
