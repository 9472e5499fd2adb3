"""Several results of one study, from the sheet to the pooled effect, and which of them count."""

from functools import partial
from operator import attrgetter

import numpy as np
import pytest

from evergreen.errors import InputError
from evergreen.figures import scales
from evergreen.grade.suggestions import inconsistency
from evergreen.metaanalysis import influence, shared_control
from evergreen.metaanalysis.effects import effect_sizes
from evergreen.protocol.loading import complete
from evergreen.report import results
from evergreen.report.further import further_blocks
from evergreen.synthesis.result.analyses import Cumulative, SmallStudy
from evergreen.synthesis.result.study_rows import in_all_groups
from tests.results import of_sheet
from tests.rows import each

MULTILEVEL = {"model": "multilevel", "tau2": "REML", "test": "z"}


@pytest.fixture
def pooled(tmp_path):
    """The result of an outcome of a sheet: `rows` as a person writes them, keys of the outcome."""
    return partial(of_sheet, tmp_path / "AB.csv")


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


ROBUST = {"dependent": "robust", "levels": ["timepoint"], "sensitivity": [{"tau2": "DL"}]}
THREE_EACH = [
    {**row, "study": study}
    for at, study in enumerate("ABCD")
    for weeks in (4, 8, 12)
    for row in both(5 + at * weeks / 10, 7, timepoint=f"{weeks} weeks")
]


@pytest.fixture
def dependent(pooled):
    """Twelve effects of four studies."""
    return partial(pooled, THREE_EACH, measure="MD", scale=None)


def test_effects_of_one_study_are_no_studies(dependent):
    found = dependent(analysis=ROBUST)
    assert (found.k, found.count, found.model.studies, found.model.pi_df) == (12, 4, 4, 3)
    assert (
        found.small_study.not_done
        == "12 effects of 4 studies; tests for small-study effects need at least 10 studies"
    )
    assert results.size(found) == "12 effects of 4 studies, 160 participants"
    tables = {
        block.caption: block.rows
        for block in further_blocks(found, scales.of_result(found))
        if block.kind == "table"
    }
    assert {row[1] for rows in tables.values() for row in rows} == {"4 (12 effects)"}
    (outcome,) = complete({"review": {"title": "T"}, "outcomes": [{"id": "x", "measure": "MD"}]}).outcomes
    assert results.summary([outcome], {"x": found}).rows[0][1] == "4 (12 effects)"
    assert found.people == {"intervention": 80, "control": 80}
    assert in_all_groups(found.studies, attrgetter("n")) == 160
    said = inconsistency(found, found.model, None).why
    assert "of 54 pairs of effects of different studies overlap" in said, (
        "6 pairs of studies, 9 of effects in each"
    )


TWO_ARMS = [
    {**row, "study": study, "arm": name, "n": 20 + 10 * at}
    for at, study in enumerate("ABC")
    for name, row in zip("abc", [*both(5, 7), arm("intervention", 4 + at)], strict=True)
]


@each(
    ("rows", "own", "tested"),
    [
        (THREE_EACH, {"analysis": ROBUST}, False),
        (THREE_EACH, {"analysis": {**MULTILEVEL, "levels": ["timepoint"]}}, False),
        (TWO_ARMS, {"multi_arm": "separate", "analysis": MULTILEVEL}, False),
        (TWO_ARMS, {"multi_arm": "split"}, True),
    ],
)
def test_small_study_effects_are_not_tested_by_effects_that_depend_on_each_other(pooled, rows, own, tested):
    analysis = {**own.get("analysis", {}), "k_min_small_study": 3}
    found = pooled(rows, measure="MD", scale=None, **{**own, "analysis": analysis}).small_study
    assert isinstance(found, SmallStudy) == tested
    assert tested or found.not_done.startswith("effects of one study depend on each other")


CLUSTERS = {"y": [0.1, 0.3, 0.2, 0.9, 1.1, 0.4, -0.2, 0.5], "v": [0.04, 0.05, 0.06, 0.03, 0.08, 0.05, 0.02, 0.07], "of": list("AABCCCDE")}  # fmt: skip


def test_what_each_study_does_is_what_leaving_it_out_does():
    """metafor: cooks.distance, dfbetas and rstudent of rma.mv(y, v, random = ~ 1 | effect) with cluster = of, and rma(subset = of != one)."""
    y, v, of = CLUSTERS.values()
    found = influence.deletion_diagnostics(y, v, cluster=of)
    assert found.cook == pytest.approx([0.2191140325, 0.0340705051, 2.9168631881, 0.4323253932, 0.0053779271], rel=1e-4)  # fmt: skip
    assert found.dfbetas[:, 0] == pytest.approx([-0.4163856353, -0.1742730022, 2.5457198976, -0.7920689689, 0.0690161872], rel=1e-4)  # fmt: skip
    assert found.chi2 == pytest.approx([0.5369, 0.1923, 12.0735, 3.9586, 0.0541], abs=1e-4)
    assert influence.outliers(found).tolist() == [False, False, True, True, False]
    assert np.isnan(found.rstudent).tolist() == [True, False, True, False, False]
    without = influence.leave_one_out(y, v, cluster=of)
    assert without.b[:, 0] == pytest.approx([0.4635259017, 0.4201150689, 0.1303466427, 0.4925290689, 0.3806237056], rel=1e-6)  # fmt: skip
    assert without.tau2 == pytest.approx([0.1885130698, 0.1620678693, 0.0385598202, 0.0819548158, 0.1634154965], rel=1e-6)  # fmt: skip


def test_effects_that_depend_on_each_other_are_left_out_and_added_together(dependent):
    found = dependent(analysis={**ROBUST, "gosh": 10, "cumulative": "round"})
    single, in_order = found.influence, found.cumulative
    assert [(one.label, len(one.rows), one.without.k, one.without.studies) for one in single.studies] == [
        (study, 3, 9, 3) for study in "ABCD"
    ]
    assert single.gosh is None, "four studies, not twelve"
    assert not isinstance(in_order, Cumulative), "they are of one round"


def test_subgroups_of_dependent_effects_are_compared_robustly(pooled):
    """Of a common effect it is the test of the meta-regression on the subgroups, which has no other variances than they."""
    rows = [
        {**row, "study": study, "timepoint": f"{weeks} weeks", "route": "oral" if study in "ABC" else "rectal"}
        for at, study in enumerate("ABCDEF") for weeks in (4, 8) for row in both(5 + at * weeks / 10, 7)
    ]  # fmt: skip
    own = {"measure": "MD", "scale": None, "subgroups": ["route"]}
    common = pooled(rows, **own, moderators=["route"], analysis={**ROBUST, "model": "common", "test": "z"})
    assert common.subgroups.tests["route"].robust == common.moderators.robust
    apart = pooled(rows, **own, analysis=ROBUST).subgroups.tests["route"].robust
    sharing = pooled(rows, **own, analysis={**ROBUST, "subgroup_tau2": "common"}).subgroups.tests["route"]
    assert (apart.df, sharing.robust.df) == (1, 1)
    assert apart.df2 < 0.9 * sharing.robust.df2


@each("own", [{"multi_arm": "split"}, {"multi_arm": "separate", "analysis": ROBUST}])
def test_a_study_is_left_out_and_added_with_all_of_its_comparisons(pooled, own):
    rows = [{**row, "year": 2001 + "CAB".index(row["study"])} for row in TWO_ARMS]
    analysis = {**own.get("analysis", {}), "cumulative": "year", "sensitivity": [{"without": "outliers"}]}
    rows = [{**row, "mean": row["mean"] + 40 * (row["study"] == "B" and row["group"] == "control")} for row in rows]  # fmt: skip
    found = pooled(rows, measure="MD", scale=None, **{**own, "analysis": analysis})
    assert [(one.label, len(one.rows), one.without.k, one.without.studies) for one in found.influence.studies] == [
        (study, 2, 4, 2) for study in "ABC"
    ]  # fmt: skip
    assert [(one.label, one.k, one.studies) for one in found.cumulative.steps] == [("C", 2, 1), ("A", 4, 2), ("B", 6, 3)]  # fmt: skip
    assert [(one.k, one.labels[0]) for one in found.sensitivity.values()] == [(4, "A (a)")]


def test_studies_are_added_with_all_of_their_effects(pooled):
    years = dict(zip("ABCD", (2004, 2001, 2003, 2002), strict=True))
    rows = [{**row, "year": years[row["study"]]} for row in THREE_EACH]
    found = pooled(rows, measure="MD", scale=None, analysis={**ROBUST, "cumulative": "year"}).cumulative
    assert [(one.label, one.k, one.studies) for one in found.steps] == [("B", 3, 1), ("D", 6, 2), ("C", 9, 3), ("A", 12, 4)]  # fmt: skip
    assert [row for one in found.steps for row in one.rows][:2] == ["B (12 weeks)", "B (4 weeks)"]


def test_the_first_study_of_a_cumulative_result_has_its_own_interval(pooled):
    rows = [
        {**row, "study": one, "year": 2000 + at} for at, one in enumerate("ABC") for row in both(5 + at, 7)
    ]
    analysis = {"test": "knha", "cumulative": "year"}
    first = pooled(rows, measure="MD", scale=None, analysis=analysis).cumulative.steps[0]
    assert (first.test, first.ci_low, first.ci_high) == ("z", pytest.approx(-2 - 1.2396, abs=1e-4), pytest.approx(-2 + 1.2396, abs=1e-4))  # fmt: skip


@each("own", [{"multi_arm": "split"}, {"multi_arm": "separate", "analysis": {"dependent": "robust"}}])
def test_effects_of_two_studies_are_no_three_studies(pooled, own):
    rows = [{**row, "mean": row["mean"] + 9 * (row["study"] == "B")} for row in TWO_ARMS if row["study"] != "C"]  # fmt: skip
    found = pooled(rows, measure="MD", scale=None, **own).model
    assert (found.k, found.studies, found.test, found.test_reason) == (4, 2, "z", "fewer than three studies")
    asked = {**own.get("analysis", {}), "test": "knha"}
    both_given = pooled(rows, measure="MD", scale=None, **{**own, "analysis": asked})
    assert both_given.model.wald is not None
    assert "The Hartung-Knapp interval of 4 effects of 2 studies rests on 3 degrees of freedom" in " ".join(both_given.notes)  # fmt: skip


@each(
    ("analysis", "why"),
    [
        ({"model": "mh", "test": "z"}, "outliers are looked for among three or more studies, in inverse-variance models"),
        ({}, "no study is an outlier"),
    ],
)  # fmt: skip
def test_outliers_that_nobody_looked_for_are_not_said_to_be_none(pooled, analysis, why):
    rows = [arm(group, 5, study=study, events=4 + at) for at, study in enumerate("ABC") for group in ("intervention", "control")]  # fmt: skip
    found = pooled(rows, measure="RR", scale=None, analysis={**analysis, "sensitivity": [{"without": "outliers"}]})  # fmt: skip
    assert [one.not_done for one in found.sensitivity.values()] == [why]


def test_people_of_a_crossover_trial_are_counted_once(pooled):
    rows = [{**row, "crossover": "yes", "r_paired": 0.5} for row in both(5, 7)]
    assert in_all_groups(pooled(rows, measure="MD", scale=None).studies, attrgetter("n")) == 20


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
        (both(6, 7), {"population": "ITT"}, 6), (both(6, 7, population="NR"), {"population": "ITT"}, 6),
        ([*both(6, 7, population="not reported"), *both(4, 7, population="ITT")], {"population": "ITT"}, 4),
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
        *(([*both(5, 7), PLAIN | {"adjusted": said}], "preferred", -2, []) for said in ("no", "Unadjusted", "crude", "NR", "\u2013", "no adjustment", "Unadjusted analysis")),
        *(([PLAIN | {"adjusted": said}, ADJUSTED], "avoided", -1.8, ["adjusted"]) for said in ("none", "not adjusted")),
        *(([*both(5, 7), ADJUSTED | {"adjusted": said}], "preferred", -1.5, ["control", "intervention"]) for said in ("nodes", "crude birth rate")),
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


ZERO = {"events1": [0, 7], "events2": [5, 5], "n1": [20, 20], "n2": [20, 20]}
RATES = {"events1": [0, 7], "events2": [5, 5], "person_time1": [90, 90], "person_time2": [80, 80]}


@each(
    ("measure", "data", "how", "squared"),
    [
        # what the control adds to the variance of the effect whose cells are corrected, times the same of the other one
        ("RR", ZERO, {"add": 0.1}, (1 / 5.1 - 1 / 20.2) * (1 / 5 - 1 / 20)), ("OR", ZERO, {"add": 1}, (1 / 6 + 1 / 16) * (1 / 5 + 1 / 15)),
        ("OR", ZERO, {"add": 1, "to": "all"}, (1 / 6 + 1 / 16) ** 2), ("RD", ZERO, {}, (5.5 * 15.5 / 21**3) * (5 * 15 / 20**3)),
        ("AS", ZERO, {}, (1 / 80) ** 2), ("IRR", RATES, {"add": 1}, 1 / 6 / 5), ("IRD", RATES, {}, 5.5 * 5 / 80**4),
    ],
)  # fmt: skip
def test_effects_with_one_control_share_what_it_adds_to_them_after_correction(measure, data, how, squared):
    yi, vi = effect_sizes(measure, data, **how)
    found = shared_control.covariance(measure, data, yi, vi, ["A", "A"], **how)
    assert found[0, 1] ** 2 == pytest.approx(squared)
    assert np.linalg.eigvalsh(found).min() > 0


@each("to", ["only0", "all", "if0all"])
def test_effects_with_one_control_can_be_pooled_whatever_is_added(pooled, to):
    rows = [
        arm(group, 5, study=study, arm=name, events=events)
        for study, numbers in zip("ABC", [(0, 7, 5), (4, 5, 6), (3, 6, 7)], strict=True)
        for name, group, events in zip(
            "abc", ["intervention", "intervention", "control"], numbers, strict=True
        )
    ]
    found = pooled(
        rows, measure="OR", scale=None, multi_arm="separate", analysis={**MULTILEVEL, "add": 2, "to": to}
    )
    assert (found.k, found.model.sharing) == (6, 6)
    reported = {
        "study": "D",
        "outcome": "x",
        "group": "contrast",
        "estimate": 0.8,
        "estimate_ci_low": 0.5,
        "estimate_ci_high": 1.28,
    }
    beside = pooled(
        [*rows, reported], measure="OR", scale="ratio", multi_arm="separate", analysis={**MULTILEVEL, "add": 2, "to": to}
    )  # fmt: skip
    assert (beside.k, beside.model.sharing) == (7, 6)
