"""The typed result: what is written has one form, is what the schema says, and is read as it was made."""

import json
import math

import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from evergreen.errors import InputError
from evergreen.synthesis import outcome
from evergreen.synthesis.result import Part, Result, read
from evergreen.synthesis.result.__main__ import MADE
from evergreen.synthesis.result.pooled_models import Wald
from evergreen.synthesis.result.result_schema import json_schema
from evergreen.tables import write_json
from tests.protocols import pooling
from tests.results import model, result, study
from tests.rows import each

# Events and participants of the intervention and the control group; some say nothing of a ratio.
COUNTS = [
    ((4, 60), (9, 58)),
    ((7, 80), (7, 81)),
    ((1, 40), (6, 44)),
    ((12, 90), (10, 88)),
    ((3, 30), (8, 29)),
    ((0, 20), (0, 22)),
]
GRID = [{"tau2": "DL"}, {"measure": ["RD", "MD"]}, {"without": ["outliers", "each_source"]}, {"model": "mh"}]
FURTHER = {"subgroups": ["dose", "nowhere"], "moderators": ["year"]}
COUNTED = {"gosh": 20, "permutations": 20, "k_min_small_study": 4, "sensitivity": GRID}


def counts(trials=6, arms=1):
    return pd.DataFrame(
        [
            {"study": f"S{place}", "arm": f"{group}{arm}", "group": group, "events": str(events), "n": str(n), "round": f"20{place // 3}0-01-01",
             "dose": "low" if place % 2 else "high", "year": str(2000 + place), "record_id": f"pubmed:{place}", "derived": "n: assumed" if place == 1 else ""}
            for place, groups in enumerate(COUNTS[:trials])
            for group, (events, n) in zip(("intervention", "control"), groups, strict=True)
            for arm in range(arms if group == "intervention" else 1)
        ]
    )  # fmt: skip


def contrasts():
    return pd.DataFrame(
        [{"study": name, "arm": "", "group": "contrast", "estimate": value, "estimate_se": "0.2", "round": ""} for name, value in zip("ABC", ("0.1", "0.3", "-0.4"), strict=True)]
    )  # fmt: skip


def means(*arms):
    names = ("study", "arm", "group", "n", "mean", "sd")
    return pd.DataFrame([dict(zip(names, map(str, arm), strict=True)) for arm in arms])


POOLED = {
    "nothing": (counts(0), "RR", FURTHER),
    "one study": (counts(1), "RR", {**FURTHER, "analysis": COUNTED}),
    "random": (counts(), "RR", {**FURTHER, "analysis": COUNTED}),
    "knha": (counts(), "RR", {"analysis": {"test": "knha", "tau2": "ML", "i2": "Q"}}),
    "common": (counts(), "RR", {"analysis": {"model": "common"}}),
    "mh": (counts(), "OR", {**FURTHER, "analysis": {"model": "mh", "sensitivity": GRID}}),
    "peto": (counts(), "OR", {"analysis": {"model": "peto"}}),
    "glmm": (counts(), "OR", {"analysis": {"model": "glmm"}}),
    "multilevel": (counts(arms=2), "RR", {"analysis": {"model": "multilevel"}, "multi_arm": "separate"}),
    "aggregate": (counts(arms=2), "RR", {"analysis": {"dependent": "aggregate", "rho": 0.5}, "multi_arm": "separate"}),
    "robust": (counts(arms=2), "RR", {"analysis": {"dependent": "robust"}, "multi_arm": "separate"}),
    "reported": (contrasts(), "GEN", {"scale": "analysis"}),
    "not poolable": (means(("A", "1", "intervention", 20, 1.5, ""), ("A", "2", "intervention", 20, 1, ""), ("A", "p", "control", 19, 2, "")), "MD", {}),
    "other arms": (means(("A", "1", "intervention", 20, 1.5, 2), ("A", "2", "intervention", 20, 1, 2), ("A", "p", "control", 19, 2, 2)), "MD", {"arms": {"intervention": ["1"]}}),
}  # fmt: skip


@pytest.fixture(scope="module", params=POOLED)
def pooled(request):
    rows, measure, own = POOLED[request.param]
    return outcome.result(rows, pooling(own.get("analysis"), **{"id": "x", "measure": measure, **{key: value for key, value in own.items() if key != "analysis"}}))  # fmt: skip


@pytest.fixture(scope="module")
def check():
    return Draft202012Validator(json_schema())


def test_what_is_written_is_what_the_schema_says_and_is_read_as_it_was_made(check, pooled, tmp_path):
    assert list(check.iter_errors(pooled.written())) == []
    write_json(pooled.written(), tmp_path / "x.json")  # refuses what is no number
    assert read(tmp_path / "x.json") == pooled


def test_a_key_that_is_missing_or_too_many_is_not_what_the_schema_says(check):
    written = result(studies=[study("A")], model=model()).written()
    assert check.is_valid(written)
    for change in (
        {key: value for key, value in written.items() if key != "influence"},
        {**written, "more": 1},
        {**written, "model": {**written["model"], "wald": 1}},
        {**written, "model": {**written["model"], "model": "mh"}},
        {**written, "studies": [{**written["studies"][0], "vi": 0}]},
    ):
        assert not check.is_valid(change)


@each("path", MADE)
def test_schema_and_reference_are_what_the_models_say(root, path):
    assert (root / path).read_text(encoding="utf-8") == MADE[path](), "run `make result`"


def every_part(kind=Part):
    for own in kind.__subclasses__():
        yield own
        yield from every_part(own)


def test_every_part_and_key_has_a_sentence():
    shared_by_others = [kind for kind in every_part() if kind.__name__.startswith("_")]
    for kind in every_part():
        assert kind in shared_by_others or kind.__doc__ != Part.__doc__, kind
        for name, field in kind.model_fields.items():
            assert field.description, (kind, name)
            assert field.description[0].isupper() or field.description.startswith("tau2"), (kind, name)
            assert field.description.endswith("."), (kind, name)


def test_what_is_not_finite_is_no_number():
    found = model(estimate=math.nan, se=math.inf, df=12)
    assert (found.estimate, found.se, found.df) == (None, None, 12)
    assert '"df": 12,' in json.dumps(found.model_dump(mode="json"))


def test_nothing_alters_a_result():
    found = result(model=model(estimate=0.1))
    with pytest.raises(ValidationError):
        found.model.estimate = 0.2
    with pytest.raises(ValidationError, match="wald"):
        Result.model_validate({**found.written(), "model": {**found.model.model_dump(), "wald": {"se": 1}}})
    assert Wald.model_fields["se"].is_required()


def test_a_model_with_nothing_to_estimate_is_not_pooled():
    assert result(model=model()).pooled is None
    assert result(model=model(estimate=0.0)).pooled is not None
    assert result().pooled is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"outcome": ', "the whole"),
        ("[]", "the whole"),
        ('{"outcome": "x"}', "measure"),
        ('{"outcome": 1}', "outcome"),
    ],
)
def test_a_file_that_is_no_result_is_refused_with_what_to_do(tmp_path, text, said):
    path = tmp_path / "pain.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"pain\.json: no result of this version .*\({said}: .*Pool again"):
        read(path)
