"""Several results of one study, from the sheet to the pooled effect, as metafor's rma.mv has them."""

from functools import partial

import pytest

from evergreen.metaanalysis import multilevel
from tests.reference.given import numbers
from tests.results import of_sheet
from tests.rows import each

GIVEN = numbers("designs")
MULTILEVEL = {"model": "multilevel", "tau2": "REML", "test": "z"}
ARMS = GIVEN["arms"]


@pytest.fixture
def pooled(tmp_path):
    return partial(of_sheet, tmp_path / "AB.csv")


def effects_of(block):
    data = block["data"]
    names = [name for name in data if name not in ("yi", "vi")]
    for at, (yi, vi) in enumerate(zip(data["yi"], data["vi"], strict=True)):
        labels = {name: str(data[name][at]) for name in names}
        yield {
            "outcome": "x",
            "group": "contrast",
            **labels,
            "estimate": repr(yi),
            "estimate_se": repr(vi**0.5),
        }


@each("name", GIVEN["several"])
def test_several_results_of_a_study_as_metafor_has_them(pooled, name):
    """Tolerance: optimisers of a likelihood that is flat at its maximum agree to 1e-6 of the estimate; metafor's works on the logarithm
    of a variance, and so never gets to 0."""
    block = GIVEN["several"][name]
    found = pooled(
        effects_of(block), multi_arm="separate", analysis={**MULTILEVEL, "levels": block["levels"]}
    )
    model = found.model
    assert found.k == len(block["data"]["yi"])
    assert len({one.label for one in found.studies}) == found.k
    assert (model.estimate, model.se, model.Q) == pytest.approx(
        (block["estimate"], block["se"], block["Q"]), rel=1e-6
    )
    assert list(model.sigma2.values()) == pytest.approx(block["sigma2"], rel=2e-5, abs=1e-7)
    assert next(iter(model.sigma2)) == "study"
    assert list(model.sigma2)[-1] == "effect"


@each("name", GIVEN["several"])
def test_the_likelihood_is_no_lower_than_where_metafor_stops(name):
    block = GIVEN["several"][name]
    data = block["data"]
    levels = {level: data[level] for level in block["levels"]}
    inner = multilevel.nested_levels(data["study"], levels)
    fitted = multilevel.three_level(
        data["yi"], data["vi"], data["study"], components=("study", *inner, "effect"), levels={one: levels[one] for one in inner}
    )  # fmt: skip
    assert fitted.loglik_restricted >= block["loglik"] - 1e-9


def of_arms(columns):
    for at, study in enumerate(ARMS["study"]):
        arm = {"study": f"S{study}", "outcome": "x", "arm": ARMS["arm"][at], "group": "intervention"}
        yield arm | {name: ARMS[f"{name}1"][at] for name in columns}
        if study not in ARMS["study"][:at]:
            yield (
                arm
                | {"arm": "placebo", "group": "control"}
                | {name: ARMS[f"{name}2"][at] for name in columns}
            )


@each("measure", GIVEN["shared"])
def test_effects_with_one_control_have_the_covariance_that_it_implies(pooled, measure):
    """Gleser & Olkin 2009, as metafor pools it with this covariance matrix."""
    columns = (
        ("n", "mean", "sd")
        if "D" in measure and measure not in ("RD", "IRD")
        else ("n", "events", "person_time")
    )
    found = pooled(of_arms(columns), measure=measure, scale=None, multi_arm="separate", analysis=MULTILEVEL)
    expected, model = GIVEN["shared"][measure], found.model
    assert (model.estimate, model.se, model.Q) == pytest.approx(
        [expected[key] for key in ("estimate", "se", "Q")], rel=1e-6
    )
    assert (model.sharing, model.studies) == (7, 4)
    assert "share a control" in found.notes[0]
    people = sum(ARMS["n1"]) + sum(dict(zip(ARMS["study"], ARMS["n2"], strict=True)).values())
    assert found.participants == people
    told = pooled(
        of_arms(columns), measure=measure, scale=None, multi_arm="separate", analysis={**MULTILEVEL, "rho": 0}
    )
    assert told.model.sharing == 0
    assert told.model.estimate != pytest.approx(model.estimate, rel=1e-6)
