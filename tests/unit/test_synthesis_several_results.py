"""Several results of one study, from the sheet to the pooled effect, as metafor's rma.mv has them; and which of them count."""

import csv

import pytest

from evergreen.errors import InputError
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import merge_extraction, texts
from evergreen.extraction.slices import Slices
from evergreen.metaanalysis import multilevel
from evergreen.protocol.loading import complete
from evergreen.sheets import read_sheet
from evergreen.synthesis.outcome import result
from tests.reference.given import numbers
from tests.rows import each

GIVEN = numbers("designs")
MULTILEVEL = {"model": "multilevel", "tau2": "REML", "test": "z"}


@pytest.fixture
def pooled(tmp_path):
    """The result of an outcome of a sheet: `rows` as a person writes them, keys of the outcome."""

    def pool(rows, **keys):
        rows, path = list(rows), tmp_path / "AB.csv"
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        keys = {"id": "x", "measure": "GEN", "scale": "analysis", **keys}
        (outcome,) = complete({"review": {"title": "T"}, "outcomes": [keys]}).outcomes
        merged = derive(merge_extraction({"AB": read_sheet(path, "extraction")}).rows, {"x": "analysis"})
        return result(Slices(texts(merged)).of("x"), outcome)

    return pool


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


ARMS = GIVEN["arms"]


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


def arm(group, mean, **more):
    return {
        "study": "A",
        "outcome": "x",
        "arm": group,
        "group": group,
        "n": 20,
        "mean": mean,
        "sd": 2,
        **more,
    }


def both(intervention, control, **more):
    return [arm("intervention", intervention, **more), arm("control", control, **more)]


VISITS = [*both(5, 7, timepoint="6 weeks"), *both(4, 7, timepoint="12 weeks")]
SCALES = [*both(5, 7, instrument="VAS"), *both(50, 70, instrument="WOMAC")]
PEOPLE = [*both(5, 7, population="ITT"), *both(4, 7, population="per protocol")]


def test_time_points_are_levels_and_people_count_once(pooled):
    levels = {**MULTILEVEL, "levels": ["timepoint"]}
    other = [{**row, "study": "B"} for row in both(6, 7, timepoint="6 weeks")]
    found = pooled([*VISITS, *other], measure="MD", scale=None, analysis=levels)
    assert [one.label for one in found.studies] == ["A (12 weeks)", "A (6 weeks)", "B"]
    assert (found.participants, found.model.studies) == (80, 2)


def test_results_may_be_combined_to_one_effect(pooled):
    found = pooled(
        VISITS,
        measure="MD",
        scale=None,
        analysis={"dependent": "aggregate", "rho": 0.5, "levels": ["timepoint"]},
    )
    assert [one.yi for one in found.studies] == pytest.approx([-2.5])


@each(
    ("rows", "said"),
    [
        (VISITS, "several time points (12 weeks, 6 weeks)"),
        (SCALES, "several instruments (VAS, WOMAC)"),
        (PEOPLE, "several populations"),
    ],
)
@each("analysis", [{}, MULTILEVEL])
def test_several_results_that_the_protocol_does_not_speak_of_are_refused(pooled, rows, said, analysis):
    with pytest.raises(InputError) as caught:
        pooled(rows, measure="MD", scale=None, analysis=analysis)
    assert said in str(caught.value)
    assert ("to `levels`" in str(caught.value)) is bool(analysis)


def test_levels_need_a_model_that_knows_them(pooled):
    with pytest.raises(InputError, match="`levels` lets a study have several results"):
        pooled(VISITS, measure="MD", scale=None, analysis={"levels": ["timepoint"]})


@each(
    ("rows", "where", "mean"),
    [
        (PEOPLE, {"population": "itt"}, 5), (PEOPLE, {"population": ["Per protocol", "safety"]}, 4),
        (SCALES, {"instrument": "WOMAC"}, 50), ([{**row, "centre": "north"} for row in both(3, 7)], {"centre": "North"}, 3),
        (both(6, 7), {"population": "ITT"}, 6),
    ],
)  # fmt: skip
def test_the_protocol_says_which_rows_count(pooled, rows, where, mean):
    found = pooled(rows, measure="MD", scale=None, where=where)
    assert [one.arms["intervention"].mean for one in found.studies] == [mean]


def test_a_study_without_such_rows_is_left_out_and_a_column_that_is_nowhere_is_refused(pooled):
    (gone,) = pooled(PEOPLE, measure="MD", scale=None, where={"population": "safety"}).left_out
    assert gone.reason == "reports it for another population only (ITT, per protocol)"
    with pytest.raises(InputError, match="column 'centre', which no extraction sheet has"):
        pooled(PEOPLE, measure="MD", scale=None, where={"centre": "north"})


CONTRAST = {"study": "A", "outcome": "x", "group": "contrast"}
ADJUSTED = CONTRAST | {"arm": "adjusted", "adjusted": "baseline", "estimate": -1.5, "estimate_se": 0.5}
PLAIN = CONTRAST | {"arm": "crude", "estimate": -1.8, "estimate_se": 0.6}


@each(
    ("rows", "adjusted", "effect", "unused"),
    [
        ([*both(5, 7), ADJUSTED], None, -2, []), ([*both(5, 7), ADJUSTED], "preferred", -1.5, ["control", "intervention"]),
        ([*both(5, 7), ADJUSTED], "avoided", -2, ["adjusted"]), ([PLAIN, ADJUSTED], "preferred", -1.5, ["crude"]),
        ([PLAIN, ADJUSTED], "avoided", -1.8, ["adjusted"]), ([ADJUSTED], "avoided", -1.5, []),
        ([*both(5, 7), PLAIN], "preferred", -2, []), ([*both(5, 7), {**ADJUSTED, "estimate_se": ""}], "preferred", -2, []),
    ],
)  # fmt: skip
def test_the_protocol_prefers_adjusted_estimates_or_avoids_them_and_says_what_it_did_not_use(
    pooled, rows, adjusted, effect, unused
):
    found = pooled(rows, measure="MD", scale=None, adjusted=adjusted)
    assert [one.yi for one in found.studies] == pytest.approx([effect])
    assert [one.arm for one in found.arms_left_out] == unused
    assert all("adjusted" in one.reason for one in found.arms_left_out)
    if len(rows) == 3:
        assert found.participants == 40
