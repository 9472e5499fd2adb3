"""The protocol: normalised, defaults filled, as its schema and reference say it."""

import datetime
import inspect

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from evergreen.errors import InputError
from evergreen.protocol import part as part_of_all
from evergreen.protocol.__main__ import MADE
from evergreen.protocol.analysis import Analysis, Changes
from evergreen.protocol.conversions import Conversions
from evergreen.protocol.loading import complete, cut_off, load, of_run
from evergreen.protocol.outcomes import Outcome, scales_of
from evergreen.protocol.params import whole
from evergreen.protocol.part import Part, sentences
from evergreen.protocol.reference import part, sections, sentence
from evergreen.protocol.schema import json_schema
from evergreen.protocol.screening import STAGES, Screening
from evergreen.protocol.whole import Protocol
from tests.fixpoint.written import Written
from tests.protocols import PUBMED, SMALLEST
from tests.rows import each


def test_the_smallest_protocol_for_pooling_is_complete():
    found = complete({**SMALLEST, "outcomes": [{"id": "pain", "measure": "MD"}]})
    outcome = found.outcomes[0]
    assert (outcome.name, outcome.data, outcome.multi_arm) == ("pain", "pain", "combine")
    analysis = outcome.analysis
    assert (analysis.model, analysis.tau2, analysis.test) == ("random", "REML", "auto")
    assert found.screening.title_abstract.reviewers == ()


def test_dates_may_be_quoted_or_not():
    found = complete({**SMALLEST, "rounds": [datetime.date(2018, 12, 31), "2020-12-31"], "sources": PUBMED})
    assert found.rounds == ("2018-12-31", "2020-12-31")


def test_completing_twice_changes_nothing():
    raw = {**SMALLEST, "rounds": ["2018-12-31"], "sources": PUBMED, "analysis": {"model": "common"},
           "outcomes": [{"id": "a", "measure": "RR", "analysis": {"model": "random"}}, {"id": "b", "measure": "MD"}]}  # fmt: skip
    once = complete(raw)
    assert complete(whole(once)) == once
    assert Protocol.model_validate(whole(once)) == once


@each(
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
    settings = Analysis.model_validate(own).over(Analysis.model_validate(general))
    assert settings.test == test


def test_the_scale_of_reported_estimates_is_that_of_all_outcomes_of_the_same_data():
    given = {"hr": "HR", "md": "MD", "asked": "RR", "both": "MD"}
    raw = [{"id": name, "measure": measure} for name, measure in given.items()]
    raw += [{"id": "ratio", "data": "Both", "measure": "ROM", "scale": "ratio"}]
    raw += [
        {"id": "logs", "measure": "OR", "scale": "analysis"},
        {"id": "md_too", "data": "logs", "measure": "MD"},
    ]
    found = complete({**SMALLEST, "outcomes": raw}).outcomes
    assert [one.scale for one in found] == ["ratio", None, None, None, "ratio", "analysis", None]
    assert scales_of(found) == {"both": "ratio", "hr": "ratio", "md": "analysis", "logs": "log"}


def test_the_bundled_protocol_is_valid(root):
    found = load(root / "config" / "config.yaml")
    assert [outcome.id for outcome in found.outcomes] == [
        "any_ae",
        "serious_ae",
        "erosion",
        "mtss",
        "bmd",
        "jsn",
        "das28",
    ]


def test_every_key_has_a_sentence():
    for name in sections():
        assert part(name)["description"] != Part.__doc__, name
        for key, schema in part(name)["properties"].items():
            told = sentence(schema)
            assert told[0].isupper() or told.split()[0].strip(",") in ("a", "embedded", "rob1"), (name, key)


@each("path", MADE)
def test_schema_and_reference_are_what_the_models_say(root, path):
    assert (root / path).read_text(encoding="utf-8") == MADE[path](), "run `make protocol`"


def test_the_schema_takes_what_the_models_take(root):
    validator = Draft202012Validator(json_schema())
    for path in [root / "config/config.yaml", *root.glob("tests/reviews/*/config/config.yaml")]:
        written = Written(path.parent).protocol  # dates as text, as editors read them
        assert list(validator.iter_errors(written)) == []
        assert list(validator.iter_errors(whole(load(path)))) == [], "what is complete is valid too"


def test_a_module_is_read_once_for_the_sentences_of_its_parts(monkeypatch):
    read, source = [], inspect.getsource
    monkeypatch.setattr(inspect, "getsource", lambda one: read.append(one) or source(one))
    part_of_all._classes.cache_clear()
    assert all(map(sentences, (Analysis, Outcome, Conversions)))
    assert len(read) == len(set(read)) == 4  # theirs, and that of all parts


def test_nothing_alters_a_protocol():
    found = complete(SMALLEST)
    with pytest.raises(ValidationError):
        found.review.title = "Another"


def test_the_stages_are_those_of_the_model():
    from evergreen.screening import stages

    assert tuple(Screening().stages) == STAGES == tuple(stages.STAGES)


def test_a_stage_without_reviewers_is_skipped_whatever_its_mode():
    done = complete({**SMALLEST, "screening": {"full_text": {"mode": "dual"}}})
    assert done.screening.full_text.reviewers == ()


def test_a_sensitivity_analysis_keeps_order_and_form():
    entries = [{"test": "z", "model": ["common", "mh"]}, {"drop00": [True, False]}, {"without_studies": "A"}]
    found = complete({**SMALLEST, "analysis": {"sensitivity": entries}})
    assert [list(entry.items()) for entry in found.analysis.sensitivity] == [
        [("test", "z"), ("model", ("common", "mh"))],
        [("drop00", (True, False))],
        [("without_studies", "A")],
    ]


def test_without_a_file_the_protocol_is_what_is_given():
    assert of_run(None, SMALLEST).review.title == "A review"
    with pytest.raises(InputError, match="the protocol lacks the key `review`"):
        of_run(None, {})


def test_an_outcome_reads_its_columns_once():
    outcome = Outcome.model_validate(
        {"id": "a", "measure": "MD", "subgroups": ["dose"], "moderators": ["dose:route", "year"], "analysis": {"cumulative": "year"}}
    )  # fmt: skip
    assert outcome.columns == ["dose", "route", "year"]
    assert Outcome(id="a", measure="MD", analysis=Analysis(cumulative="round")).columns == []


@each("risk", [0.0, 1.0])
def test_a_risk_of_nobody_or_everybody_converts_nothing_wherever_it_is_written(risk):
    with pytest.raises(ValidationError):
        Conversions.model_validate({"control_risk": {"value": risk}})
    with pytest.raises(ValidationError):
        Changes.model_validate({"control_risk": risk})


def test_texts_that_readers_see_are_told_where_a_comment_ends_them(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("""\
review:
  title: Arms # 2
rounds: # of all sources
- "2020-01-01"
screening:
  reasons: {}
  title_abstract: {reviewers: [AB]} # for now
analysis:
  tau2: DL # as planned
outcomes:
- id: pain # no text that is printed
  name: Pain #1
  measure: MD # in mm
  data: pain # as the sheets call it
  favours:
    control: usual care # and placebo
""")
    assert cut_off(path) == [
        ["`review.title` (row 2)", "Arms", "2"],
        ["`outcomes[0].name` (row 12)", "Pain", "1"],
        ["`outcomes[0].favours.control` (row 16)", "usual care", "and placebo"],
    ]
