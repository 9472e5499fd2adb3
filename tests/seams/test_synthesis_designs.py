"""Trials that randomised clusters, or gave people both treatments, through the sheet: as metafor has their effects, people counted once."""

import math

import numpy as np
import pytest
from scipy.special import ndtri, stdtrit

from evergreen.extraction.derive import fill_in
from evergreen.extraction.row_values import typed
from evergreen.protocol.conversions import Conversions
from evergreen.synthesis.outcome import result
from tests.protocols import pooling
from tests.reference.given import numbers
from tests.rows import each

GIVEN = numbers("designs")
COMMON = {"model": "common", "test": "z"}
GROUPS = ("intervention", "control")


def rows(outcome, *studies):
    """Arms of studies, (name, what all rows say, {group: numbers}), filled in as the outcome has it."""
    found = typed(
        [{"study": name, "outcome": "pain", "arm": group, "group": group, "scale": "analysis", **common, **own}
         for name, common, groups in studies for group, own in groups.items()]
    )  # fmt: skip
    fill_in(found, lambda row: outcome.filling)
    return found


def arms(trial, columns):
    return {group: {name: trial[name][at] for name in columns} for at, group in enumerate(GROUPS)}


def clusters(measure, of):
    columns = ("n", "mean", "sd") if measure in ("MD", "SMD") else ("n", "events")
    return [(f"S{at}", of(trial), arms(trial, columns)) for at, trial in enumerate(GIVEN["clusters"])]


def reported(trial):
    return {"icc": trial["icc"], "cluster_size": trial["size"]}


def stated(trial):
    return {"design_effect": 1 + (trial["size"] - 1) * trial["icc"]}


@each("of", [reported, stated])
@each("measure", GIVEN["clustered"])
def test_effective_sizes_as_metafor_pools_them(measure, of):
    outcome, expected = pooling(COMMON, measure=measure), GIVEN["clustered"][measure]
    found = result(rows(outcome, *clusters(measure, of)), outcome)
    assert [one.yi for one in found.studies] == pytest.approx(expected["yi"], rel=1e-12)
    assert [one.vi for one in found.studies] == pytest.approx(expected["vi"], rel=1e-12)
    assert (found.model.estimate, found.model.se) == pytest.approx((expected["estimate"], expected["se"]))
    assert {one.state for one in found.studies} == {"derived"}
    assert found.preparation.clustered == 3


def test_people_stay_people_and_effective_sizes_stand_beside_them():
    outcome = pooling(COMMON, measure="RR")
    found = result(rows(outcome, *clusters("RR", reported)), outcome)
    arm = found.studies[0].arms["control"]
    assert (arm.n, arm.events, arm.effective_n, arm.effective_events) == pytest.approx(
        (280, 55, 200, 55 / 1.4)
    )
    assert found.participants == sum(sum(trial["n"]) for trial in GIVEN["clusters"])
    made = [one for one in found.studies[0].conversions if one.conversion == "effective_size"]
    assert {(one.group, one.column, one.inputs[one.column]) for one in made} == {
        ("intervention", "n", 300), ("intervention", "events", 40), ("control", "n", 280), ("control", "events", 55),
    }  # fmt: skip


def test_an_intracluster_correlation_from_elsewhere_is_imputed_and_swept():
    swept = Conversions.model_validate({"icc": {"value": 0.02, "sweep": [0, 0.02, 0.1]}})
    outcome = pooling(COMMON, measure="OR", conversions=swept)
    own = [("A", {"cluster_size": 21}, arms(GIVEN["clusters"][0], ("n", "events")))]
    found = result(rows(outcome, *own), outcome)
    plain = sum(1 / cell for cell in (40, 260, 55, 225))
    assert found.studies[0].vi == pytest.approx(1.4 * plain)
    assert found.studies[0].state == "imputed"
    assert {name: one.studies[0].vi / plain for name, one in found.sensitivity.items()} == {
        "icc = 0": pytest.approx(1), "icc = 0.1": pytest.approx(3)
    }  # fmt: skip


@each(
    ("conversions", "said"),
    [
        ({}, "neither a design effect nor an ICC is known"),
        ({"never": ["effective_size"], "icc": {"value": 0.1}}, "not to be computed"),
    ],
)
def test_clusters_are_never_taken_for_people(conversions, said):
    outcome = pooling(COMMON, measure="OR", conversions=Conversions.model_validate(conversions))
    found = result(
        rows(outcome, ("A", {"cluster_size": 21}, arms(GIVEN["clusters"][0], ("n", "events")))), outcome
    )
    assert said in found.left_out[0].reason
    assert not found.studies


def test_an_estimate_that_takes_no_account_of_clusters_is_less_certain_by_the_design_effect():
    outcome = pooling(COMMON, measure="MD")
    contrast = {"contrast": {"estimate": -0.9, "estimate_se": 0.4}}
    (one,) = result(rows(outcome, ("A", {"design_effect": 1.4}, contrast)), outcome).studies
    assert one.vi == pytest.approx(0.16 * 1.4)
    (made,) = one.conversions
    assert (made.column, made.value, made.state) == (
        "estimate_se",
        pytest.approx(0.4 * math.sqrt(1.4)),
        "derived",
    )


def test_effective_sizes_that_people_computed_may_be_fractions():
    """OR of 40.4/189.2 against 53.2/208.4 by hand."""
    outcome = pooling(COMMON, measure="OR")
    groups = {"intervention": {"n": 189.2, "events": 40.4}, "control": {"n": 208.4, "events": 53.2}}
    (one,) = result(rows(outcome, ("Cluster", {}, groups)), outcome).studies
    assert one.yi == pytest.approx(math.log(40.4 * 155.2 / (148.8 * 53.2)))
    mixed = pooling({"model": "glmm", "test": "z"}, measure="OR")
    (gone,) = result(rows(mixed, ("Cluster", {}, groups)), mixed).left_out
    assert "needs whole people" in gone.reason


# --- crossover trials


def of_pairs(table):
    both, first, second, _ = table
    n, a, c = sum(table), both + first, both + second
    phi = (n * both - a * c) / math.sqrt(a * (n - a) * c * (n - c))
    return {"crossover": "yes", "r_paired": phi}, {
        "intervention": {"n": n, "events": a},
        "control": {"n": n, "events": c},
    }


@each("measure", GIVEN["paired"])
def test_counts_of_the_same_people_as_metafor_has_matched_pairs(measure):
    """Becker & Balagtas 1993 for the odds ratio."""
    outcome, expected = pooling(COMMON, measure=measure), GIVEN["paired"][measure]
    studies = [(f"S{at}", *of_pairs(table)) for at, table in enumerate(GIVEN["pairs"])]
    found = result(rows(outcome, *studies), outcome)
    assert [one.yi for one in found.studies] == pytest.approx(expected["yi"], rel=1e-10)
    assert [one.vi for one in found.studies] == pytest.approx(expected["vi"], rel=1e-10)
    assert found.participants == np.sum(GIVEN["pairs"])
    assert (found.preparation.paired, found.studies[0].state) == (4, "reported")


def of_means(at, **more):
    numbers = {name: values[at] for name, values in GIVEN["means"].items()}
    groups = {
        group: {"n": numbers["n"], "mean": numbers[f"m{k}"], "sd": numbers[f"sd{k}"]}
        for k, group in enumerate(GROUPS, 1)
    }
    return {"crossover": "yes", **more}, groups, numbers["r"]


def test_means_of_the_same_people_as_metafor_has_changes():
    outcome, expected = pooling(COMMON, measure="MD"), GIVEN["changes"]["MD"]
    studies = [
        (f"S{at}", {**said, "r_paired": r}, groups) for at in range(3) for said, groups, r in [of_means(at)]
    ]
    found = result(rows(outcome, *studies), outcome)
    assert [one.yi for one in found.studies] == pytest.approx(expected["yi"])
    assert [one.vi for one in found.studies] == pytest.approx(expected["vi"])
    assert found.participants == 20 + 34 + 12


@each("printed", ["se", "interval", "interval of t"])
def test_the_correlation_of_a_crossover_trial_follows_from_its_paired_standard_error(printed):
    """Cochrane Handbook 23.2.7.1."""
    outcome = pooling(COMMON, measure="SMD")
    said, groups, r = of_means(0)
    se = math.sqrt(GIVEN["changes"]["MD"]["vi"][0])
    spread = {"estimate_se": se}
    if printed != "se":
        df = groups["control"]["n"] - 1
        half = se * float(stdtrit(df, 0.975) if printed.endswith("t") else ndtri(0.975))
        spread = {"estimate_ci_low": -2 - half, "estimate_ci_high": -2 + half}
        spread |= {"estimate_df": df} if printed.endswith("t") else {}
    contrast = {"estimate": -2, "estimate_measure": "MD", **spread}
    (one,) = result(rows(outcome, ("A", said, {**groups, "contrast": contrast})), outcome).studies
    assert (one.r_paired, one.state) == (pytest.approx(r), "derived")
    assert {made.conversion for made in one.conversions} == {"r_paired_se"}
    # what the report says of the effect goes before what follows from it
    of_difference = pooling(COMMON, measure="MD")
    contrast["estimate"] = -2.1
    (one,) = result(rows(of_difference, ("A", said, {**groups, "contrast": contrast})), of_difference).studies
    assert (one.yi, one.r_paired) == (-2.1, None)


@each("printed", [("intervention",), ("control",), GROUPS, GROUPS[::-1]])
def test_a_correlation_follows_whatever_the_spreads_of_the_arms_follow_from_and_whichever_comes_first(
    printed,
):
    outcome = pooling(COMMON, measure="SMD")
    said, groups, r = of_means(0)
    for group in printed:
        groups[group]["se"] = groups[group].pop("sd") / math.sqrt(groups[group]["n"])
    se = math.sqrt(GIVEN["changes"]["MD"]["vi"][0])
    lines = {**groups, "contrast": {"estimate": -2, "estimate_measure": "MD", "estimate_se": se}}
    for names in (lines, dict(reversed(lines.items()))):
        (one,) = result(rows(outcome, ("A", said, names)), outcome).studies
        assert one.r_paired == pytest.approx(r)


def test_a_correlation_from_elsewhere_is_imputed_and_swept():
    swept = Conversions.model_validate({"r_paired": {"value": 0.5, "sweep": [0, 0.5]}})
    outcome = pooling(COMMON, measure="MD", conversions=swept)
    said, groups, _ = of_means(0)
    found = result(rows(outcome, ("A", said, groups)), outcome)
    assert found.studies[0].vi == pytest.approx((25 + 36 - 30) / 20)
    assert found.studies[0].state == "imputed"
    assert found.sensitivity["r_paired = 0"].studies[0].vi == pytest.approx(61 / 20)


@each(
    ("measure", "analysis", "said", "reason"),
    [
        ("MD", {}, {}, "the correlation of a person's values is not known"),
        ("SMDH", {}, {"r_paired": 0.5}, "no paired standardised mean difference (unequal"),
    ],
)
def test_crossover_trials_are_never_taken_for_parallel_ones(measure, analysis, said, reason):
    outcome = pooling({**COMMON, **analysis}, measure=measure)
    own, groups, _ = of_means(0, **said)
    (gone,) = result(rows(outcome, ("A", own, groups)), outcome).left_out
    assert reason in gone.reason


@each("model", ["mh", "peto"])
def test_models_of_counts_leave_crossover_trials_out(model):
    outcome = pooling({"model": model, "test": "z"}, measure="OR")
    (gone,) = result(rows(outcome, ("A", *of_pairs(GIVEN["pairs"][0]))), outcome).left_out
    assert gone.reason.startswith("a crossover trial, and this model")


# --- nobody in an arm


def test_an_empty_cell_of_one_trial_corrects_those_of_pairs_too():
    """`if0all`: effect and variance of the crossover trial are those of a correction of all."""
    of_pair = ("P", {"crossover": "yes", "r_paired": 0.3}, {"intervention": {"n": 40, "events": 9}, "control": {"n": 40, "events": 14}})  # fmt: skip
    empty = ("E", {}, {"intervention": {"n": 50, "events": 0}, "control": {"n": 50, "events": 4}})

    def own(to, *studies):
        outcome = pooling({**COMMON, "to": to}, measure="OR")
        return next((one.yi, one.vi) for one in result(rows(outcome, *studies), outcome).studies if one.study == "P")  # fmt: skip

    assert own("if0all", of_pair, empty) == pytest.approx(own("all", of_pair), rel=1e-12)
    assert own("if0all", of_pair) == own("only0", of_pair, empty)


def test_crossover_trials_are_tested_for_small_study_effects_by_their_own_variances():
    """Harbord's, Peters' and Pustejovsky and Rodgers' tests take both groups for different people."""
    trials = [(f"P{n}", {"crossover": "yes", "r_paired": 0.5}, {"intervention": {"n": n, "mean": 4.0 + 9 / n, "sd": 2.0}, "control": {"n": n, "mean": 4.0, "sd": 2.1}}) for n in (12, 20, 31, 50)]  # fmt: skip
    for crossed, test in ((True, "Egger"), (False, "Pustejovsky-Rodgers")):
        own = [(name, design if crossed else {}, groups) for name, design, groups in trials]
        outcome = pooling({**COMMON, "k_min_small_study": 3}, measure="SMD")
        assert list(result(rows(outcome, *own), outcome).small_study.tests) == [test]


def test_an_arm_without_people_leaves_its_study_out_and_not_the_run():
    """The numbers of Cochrane's exercise on caffeine, without the study in which nobody was randomised: by metafor's rma.mh."""
    outcome = pooling({"model": "mh", "test": "z"}, measure="RR")
    caffeine = {
        "Amore-Coffea 2000": (31, 2, 34, 10), "Deliciozza 2004": (40, 10, 40, 9), "Kahve-Paradiso 2002": (0, 0, 0, 0),
        "Mama-Kaffa 1999": (53, 12, 61, 9), "Morrocona 1998": (15, 3, 17, 1), "Norscafe 1998": (68, 19, 64, 9),
        "Oohlahlazza 1998": (35, 4, 37, 2), "Piazza-Allerta 2003": (35, 8, 37, 6),
    }  # fmt: skip
    studies = [
        (name, {}, {"intervention": {"n": n1, "events": e1}, "control": {"n": n2, "events": e2}})
        for name, (n1, e1, n2, e2) in caffeine.items()
    ]
    found = result(rows(outcome, *studies), outcome)
    (gone,) = found.left_out
    assert (gone.study, gone.reason) == ("Kahve-Paradiso 2002", "the arm intervention has no participants")
    assert (found.k, found.participants) == (7, 567)
    assert (found.model.estimate, found.model.se) == pytest.approx((0.2711688636, 0.1799793060), rel=1e-8)
