"""The check against R says yes to our numbers and no to wrong ones; where there is no R it says so."""

import copy
import json
import shutil
import subprocess
from functools import cache

import numpy as np
import pandas as pd
import pytest

import verify_with_metafor
from evergreen import tables
from evergreen.errors import InputError, ReviewError
from evergreen.synthesis import outcome, verification
from evergreen.synthesis.recomputation import tasks
from evergreen.synthesis.result import Result
from tests.protocols import pooling

ANALYSIS = {"model": "random", "tau2": "REML", "test": "knha", "level": 0.95, "prediction": True}


def metafor_is_there() -> bool:
    if shutil.which("Rscript") is None:
        return False
    return (
        subprocess.run(["Rscript", "-e", "library(metafor)"], capture_output=True, check=False).returncode
        == 0
    )


needs_metafor = pytest.mark.skipif(not metafor_is_there(), reason="R with metafor is not installed")


def tables_of_trials() -> pd.DataFrame:
    """Twelve made-up trials with events, one without any in a group."""
    chance = np.random.default_rng(3)
    rows = []
    for number in range(12):
        for group, risk in (("intervention", 0.12 + 0.02 * (number % 3)), ("control", 0.2)):
            n = int(chance.integers(30, 250))
            events = 0 if (number, group) == (4, "intervention") else int(chance.binomial(n, risk))
            rows.append(
                {"study": f"T{number}", "group": group, "arm": group, "n": str(n), "events": str(events), "year": str(2000 + number),
                 "round": "2018-12-31" if number < 6 else "2020-12-31", "route": "oral" if number % 2 else "injected", "dose": str(number * 5 % 12)}
            )  # fmt: skip
    return pd.DataFrame(rows)


def means_of_trials() -> pd.DataFrame:
    """Ten made-up trials with means; every other one has two intervention arms."""
    chance = np.random.default_rng(4)
    rows = []
    for number in range(10):
        arms = [("control", "placebo"), ("intervention", "low")] + [("intervention", "high")] * (number % 2)
        for group, arm in arms:
            mean = chance.normal(10 - (group != "control") * (1 + number % 3), 0.5)
            rows.append(
                {"study": f"T{number}", "group": group, "arm": arm, "n": str(int(chance.integers(20, 80))), "mean": f"{mean:.3f}",
                 "sd": f"{chance.uniform(3, 6):.3f}", "round": ""}
            )  # fmt: skip
    return pd.DataFrame(rows)


def routed(rows: pd.DataFrame) -> pd.DataFrame:
    """Trials with a study-level column; the last one does not say."""
    return rows.assign(
        route=[
            {0: "oral", 1: "injected"}.get(int(study[1:]) % 2, "") if study != "T9" else ""
            for study in rows["study"]
        ]
    )


def dosed() -> pd.DataFrame:
    """Trials with that column, and a dose of each arm."""
    rows = routed(means_of_trials())
    return rows.assign(dose=rows["arm"].map({"placebo": "0", "low": "5", "high": "10"}))


def visits_of_trials() -> pd.DataFrame:
    """The same trials at two visits, every third of them with clusters."""
    early = means_of_trials()
    late = early.assign(mean=[f"{float(mean) - 0.7:.2f}" for mean in early["mean"]])
    both = pd.concat(
        [early.assign(timepoint="6 weeks"), late.assign(timepoint="12 weeks")], ignore_index=True
    )
    clustered = [int(study[1:]) % 3 == 0 for study in both["study"]]
    return both.assign(design_effect=["1.3" if one else "" for one in clustered])


OF_TABLES = pooling(
    id="deaths", measure="OR", subgroups=["route"], moderators=["dose", "route", "dose:route"],
    analysis={**ANALYSIS, "permutations": 20, "gosh": 50, "sensitivity": [
        {"tau2": "PM"}, {"tau2": "DL2"}, {"test": "adhoc"}, {"measure": ["RR", "RD", "PHI", "YUQ"], "without_studies": "T3"}, {"to": "if0all"}, {"add": 0.1},
        {"model": ["mh", "peto", "common"]}, {"i2": "Q", "predtype": "riley"}]},
)  # fmt: skip
OF_MEANS = pooling(
    id="pain", measure="SMD", multi_arm="separate",
    subgroups=["route"],
    analysis={**ANALYSIS, "both": True, "subgroup_tau2": "common", "dependent": "aggregate", "rho": 0.5, "sensitivity": [
        {"dependent": "robust"}, {"rho": 0.7}, {"measure": ["MD", "ROM", "SMDH", "SMD1", "VR", "D2ORN", "D2ORL"]}, {"smd_vtype": ["LS2", "UB"]}]},
)  # fmt: skip
OF_EFFECTS = pooling(
    {**ANALYSIS, "model": "multilevel", "test": "z", "rho": 0.4},
    id="walk",
    measure="SMD",
    multi_arm="separate",
    moderators=("route", "dose"),
)
OF_CLUSTERS = pooling(
    {**ANALYSIS, "dependent": "robust", "subgroup_tau2": "common", "permutations": 20},
    id="walk",
    measure="MD",
    multi_arm="separate",
    subgroups=["route"],
    moderators=("route", "dose"),
)
OF_LEVELS = pooling(
    {**ANALYSIS, "model": "multilevel", "test": "z", "levels": ("timepoint",)},
    id="walk",
    measure="SMD",
    multi_arm="separate",
)
OF_PARTS = pooling(
    id="deaths_apart", measure="OR", subgroups=["route"], total=False, analysis={**ANALYSIS, "sensitivity": [{"tau2": "PM"}]}
)  # fmt: skip
OF_CLUSTERS_APART = pooling(
    {**ANALYSIS, "dependent": "robust", "gosh": 0},
    id="walk",
    measure="MD",
    multi_arm="separate",
    subgroups=["route"],
)
CASES = {
    "tables": (tables_of_trials, OF_TABLES), "means": (lambda: routed(means_of_trials()), OF_MEANS), "effects": (dosed, OF_EFFECTS), "clusters": (dosed, OF_CLUSTERS),
    "clusters apart": (dosed, OF_CLUSTERS_APART),
    "levels": (visits_of_trials, OF_LEVELS), "parts": (tables_of_trials, OF_PARTS),
}  # fmt: skip


@cache
def verified(case):
    """A result, its settings, and what metafor finds for it."""
    rows, entry = CASES[case]
    result, settings = outcome.result(rows(), entry), entry.analysis
    return result.written(), settings, verify_with_metafor.recomputed(tasks(result, settings))


def compared(case, change=lambda result: None):
    result, settings, answers = verified(case)
    result = copy.deepcopy(result)
    change(result)
    return verification.compare(tasks(Result.model_validate(result), settings), answers)


def at(place, *path):
    for key in path:
        place = place[key]
    return place


@needs_metafor
@pytest.mark.parametrize("case", CASES)
def test_every_number_agrees_or_is_passed_over_by_name(case):
    table = compared(case)
    assert not table[table["agrees"] == "false"].to_dict("records")
    others = table[table["agrees"] != "true"]
    names = {name.split(": ")[-1] for name in others["number"]}
    # general: metafor before 4.4; tau2_se: of DL2 before 5.0; robust: without the R package clubSandwich
    known = {"permutation_p", "quartiles of the subsets", "general", "tau2_se"}
    assert {name for name in names if not name.startswith("robust ")} <= known
    assert all(others["agrees"].str.len() > 10)


@needs_metafor
@pytest.mark.parametrize("case", CASES)
def test_no_number_may_be_one_per_cent_off(case):
    most = (
        0.05 if case in ("effects", "levels", "clusters", "clusters apart") else 0.01
    )  # p values of multilevel models, and robust ones of regressions, are compared to four digits of the statistic
    result, settings, answers = verified(case)
    for task, answer in zip(tasks(Result.model_validate(result), settings), answers, strict=True):
        for key, number in task.numbers.items():
            its = answer.numbers.get(key)
            # what is left of an iteration to 0 has no digits
            if its is not None and abs(its) > 1e-6:
                assert verification.allowed(key, number, its, task.how) < most * abs(its), (task.analysis, number.name, its)  # fmt: skip


FAULTS = {
    "a study's effect": ("tables", "effects", ("studies", 2), "yi"),
    "its variance": ("tables", "effects", ("studies", 2), "vi"),
    "its interval": ("tables", "effects", ("studies", 2), "ci_low"),
    "its weight": ("tables", "main", ("studies", 2), "weight"),
    "the pooled effect": ("tables", "main", ("model",), "estimate"),
    "the interval of tau2": ("tables", "main", ("model",), "tau2_ci_high"),
    "the prediction interval": ("tables", "main", ("model",), "pi_low"),
    "the heterogeneity": ("tables", "main", ("model",), "Q"),
    "a subgroup": ("tables", "route: oral", ("subgroups", "route", "oral"), "tau2"),
    "the test between subgroups": ("tables", "route: between subgroups", ("subgroups", "tests", "route"), "Q"),
    "a weight within a subgroup": ("parts", "route: injected", ("studies", 0), "weight"),
    "another estimator within one": ("parts", "oral: tau2 = PM", ("sensitivity", "oral: tau2 = PM", "model"), "tau2"),
    "a round": ("tables", "as of 2018-12-31", ("rounds", "2018-12-31", "model"), "ci_high"),
    "another estimator": ("tables", "tau2 = PM", ("sensitivity", "tau2 = PM", "model"), "tau2"),
    "another measure": ("tables", "measure = RD, without T3", ("sensitivity", "measure = RD, without T3", "model"), "estimate"),
    "an effect on another measure": ("tables", "measure = RR, without T3: effects", ("sensitivity", "measure = RR, without T3", "studies", 3), "yi"),
    "another correction": ("tables", "to = if0all", ("sensitivity", "to = if0all", "model"), "estimate"),
    "another model": ("tables", "model = mh", ("sensitivity", "model = mh", "model"), "ci_low"),
    "the test of association": ("tables", "model = mh", ("sensitivity", "model = mh", "model", "association"), "statistic"),
    "a coefficient": ("tables", "meta-regression", ("moderators", "coefficients", 1), "estimate"),
    "an interaction": ("tables", "meta-regression", ("moderators", "coefficients", 3), "ci_high"),
    "the omnibus test": ("tables", "meta-regression", ("moderators",), "QM"),
    "variance inflation": ("tables", "meta-regression", ("moderators", "coefficients", 2), "vif"),
    "the result without a study": ("tables", "influence", ("influence", "studies", 5, "without"), "estimate"),
    "a deletion diagnostic": ("tables", "influence", ("influence", "studies", 5), "cook"),
    "a cumulative result": ("tables", "cumulative", ("cumulative", "steps", 7), "ci_low"),
    "Harbord's test": ("tables", "small-study effects", ("small_study", "tests", "Harbord"), "statistic"),
    "Peters's test": ("tables", "small-study effects", ("small_study", "tests", "Peters"), "p"),
    "the rank test": ("tables", "small-study effects", ("small_study", "rank"), "tau"),
    "PET": ("tables", "small-study effects", ("small_study", "pet_peese", "PET"), "estimate"),
    "PEESE": ("tables", "small-study effects", ("small_study", "pet_peese", "PEESE"), "se"),
    "trim and fill": ("tables", "small-study effects", ("small_study", "trim_and_fill", "model"), "estimate"),
    "the studies that it adds": ("tables", "small-study effects", ("small_study", "trim_and_fill"), "missing"),
    "a fail-safe number": ("tables", "small-study effects", ("small_study", "fail_safe"), "rosenberg"),
    "an aggregated effect": ("means", "effects", ("studies", 1), "yi"),
    "an aggregation with another correlation": ("means", "rho = 0.7", ("sensitivity", "rho = 0.7", "model"), "estimate"),
    "a robust test between subgroups": ("clusters apart", "route: between subgroups", ("subgroups", "tests", "route", "robust"), "statistic"),
    "robust variance": ("means", "dependent = robust", ("sensitivity", "dependent = robust", "model", "robust"), "se"),
    "a multilevel result": ("effects", "main", ("model",), "estimate"),
    "a variance component": ("effects", "main", ("model", "sigma2"), "effect"),
    "robust tests of a multilevel result": ("effects", "main", ("model", "robust"), "df"),
}  # fmt: skip


@needs_metafor
@pytest.mark.parametrize("what", FAULTS)
def test_notices_a_wrong_digit_in(what):
    case, analysis, path, key = FAULTS[what]
    before = compared(case)
    place = before[(before["analysis"] == analysis) & (before["number"].str.endswith(key))]
    assert len(place)
    if "clubSandwich" in "".join(place["agrees"]):
        pytest.skip("the R package clubSandwich is not installed")

    def change(result):
        block = at(result, *path)
        block[key] = block[key] + (1 if isinstance(block[key], int) else 0.01 * abs(block[key]) or 0.01)

    table = compared(case, change)
    wrong = table[table["agrees"] == "false"]
    assert analysis in set(wrong["analysis"])
    assert any(name.endswith(key) for name in wrong["number"])


def written(tmp_path, change=lambda result: None, **analysis):
    """Four of the trials, written as the workflow does, and the arguments to verify them."""
    entry = pooling({**ANALYSIS, **analysis}, id="deaths", measure="OR")
    rows = tables_of_trials()
    result = outcome.result(rows[rows["study"].isin(["T0", "T4", "T7", "T9"])], entry).written()
    change(result)
    tables.write_json(result, tmp_path / "deaths.json")
    params = json.dumps(
        {"deaths": {"analysis": entry.analysis.model_dump(mode="json", exclude_none=True, warnings=False)}}
    )
    return ["--results", str(tmp_path / "deaths.json"), "--params", params, "--out", str(tmp_path / "verified.csv")]  # fmt: skip


@needs_metafor
@pytest.mark.parametrize("model", ["common", "mh", "peto", "glmm"])
def test_agrees_on_models_of_counts(tmp_path, model, capsys):
    verify_with_metafor.main(written(tmp_path, model=model, test="z"))
    table = tables.read_table(tmp_path / "verified.csv")
    # metafor's mixed models need lme4, which may not be there: then the table says so
    assert set(table["agrees"]) == {"true"} or model == "glmm"
    said = capsys.readouterr().out.splitlines()[-1]
    assert f"results agree with metafor in {(table['agrees'] == 'true').sum()} numbers" in said


@needs_metafor
def test_a_number_of_an_arm_that_does_not_belong_to_its_effect_is_noticed(tmp_path):
    def change(result):
        result["studies"][0]["arms"]["control"]["events"] += 1

    with pytest.raises(ReviewError, match=r"outcome deaths, effects: T0: yi is .* here and .* in metafor"):
        verify_with_metafor.main(written(tmp_path, change))


def test_names_effects_that_were_reported_as_such():
    rows = pd.DataFrame(
        [{"study": name, "group": "contrast", "arm": "", "estimate": value, "estimate_se": "0.2", "round": ""} for name, value in (("A", "0.1"), ("B", "0.3"))]
    )  # fmt: skip
    asked = pooling(ANALYSIS, id="deaths", measure="GEN", scale="analysis")
    effects, main = tasks(outcome.result(rows, asked), asked.analysis)
    assert effects.passed_over == {
        "A: yi and vi": "reported as an effect, without numbers of arms",
        "B: yi and vi": "reported as an effect, without numbers of arms",
    }
    assert {key.split()[-1] for key in effects.numbers} == {"ci_low", "ci_high"}
    assert "estimate" in main.numbers


def test_says_that_r_is_missing(tmp_path, monkeypatch):
    arguments = written(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="R is not installed"):
        verify_with_metafor.main(arguments)


def test_subgroups_that_share_a_variance_are_recomputed_with_the_test_that_was_applied():
    rows = routed(means_of_trials()).assign(mean=[str(10 + (group == "control")) for group in means_of_trials()["group"]])  # fmt: skip
    analysis = {**ANALYSIS, "test": "auto", "subgroup_tau2": "common"}
    entry = pooling(analysis, id="pain", measure="MD", subgroups=["route"])
    (sharing,) = [one for one in tasks(outcome.result(rows, entry), entry.analysis) if one.kind == "sharing"]
    assert sharing.how["test"] == "z"


@needs_metafor
def test_what_rounding_decides_in_trim_and_fill_is_no_fault():
    """Of three made-up trials, without the third the centre lies in the middle of the others."""
    means = {"A": (50, 0.1), "B": (50, 0.5), "C": (20, 1.3)}
    rows = [
        {
            "study": study,
            "group": group,
            "arm": group,
            "n": n,
            "sd": 2,
            "mean": mean * (group == "intervention"),
        }
        for study, (n, mean) in means.items()
        for group in ("intervention", "control")
    ]
    entry = pooling({"model": "common", "k_min_small_study": 3}, id="walk", measure="MD")
    found = [
        task
        for task in tasks(outcome.result(pd.DataFrame(rows).astype(str), entry), entry.analysis)
        if task.kind == "small_study"
    ]
    (answer,) = verify_with_metafor.recomputed(found)
    number = found[0].numbers["filled missing"]
    found[0].numbers["filled missing"] = verification.Number(
        number.name, answer.numbers["filled missing"] + 1, number.block
    )
    table = verification.compare(found, [answer]).set_index("number")
    assert "rounding decides" in table.loc["trim and fill: missing", "agrees"]
    assert table.loc["PET: estimate", "agrees"] == "true"


@needs_metafor
def test_a_likelihood_that_is_higher_than_where_iteration_stays_is_no_fault():
    """Twelve made-up effects: metafor stays at a tau2 of 0 (log-likelihood 0.494), and has 1.293 at 0.0134."""
    sizes = (3.5, 5, 1, 1, 3.5, 3.5, 5, 2, 3.5, 2, 10, 3.5)
    effects = (0.6741, 0.8224, 0.6085, 0.5305, 0.2766, 0.7413, 0.4843, 0.3458, 0.4662, 0.7584, 0.7421, 0.6946)
    variances = (0.1534, 0.00149, 0.14814, 0.14259, 0.12978, 0.02318, 0.13966, 0.00118, 0.02016, 0.02341, 0.15942, 0.06206)  # fmt: skip
    rows = [
        {"study": f"T{at}", "group": "contrast", "arm": "", "scale": "analysis", "estimate": y, "estimate_se": v**0.5, "dose": dose}
        for at, (y, v, dose) in enumerate(zip(effects, variances, sizes, strict=True))
    ]  # fmt: skip
    analysis = {**ANALYSIS, "tau2": "ML", "test": "z", "permutations": 0}
    entry = pooling(analysis, id="walk", measure="GEN", moderators=("dose",))
    every = tasks(outcome.result(pd.DataFrame(rows).astype(str), entry), entry.analysis)
    found = [task for task in every if task.kind == "moderators"]
    assert found[0].numbers["tau2"].value == pytest.approx(0.0134, abs=1e-4)
    table = verification.compare(found, verify_with_metafor.recomputed(found))
    assert not (table["agrees"] == "false").any()


@needs_metafor
def test_an_iteration_that_goes_to_and_fro_is_halved():
    """Thirteen made-up effects, of which metafor says with whole steps that it did not converge."""
    effects = (0.0221, -0.0396, -0.0469, -0.0407, -0.0497, 0.0172, 0.129, -0.659, -0.372, -0.299, -0.0241, 0.0472, 0.0625)  # fmt: skip
    variances = (0.0638, 0.075, 0.015, 0.00278, 0.00937, 0.00937, 0.232, 0.125, 0.095, 0.094, 0.00909, 0.00181, 0.0318)  # fmt: skip
    rows = [
        {"study": f"T{at}", "group": "contrast", "arm": "", "scale": "analysis", "estimate": y, "estimate_se": v**0.5}
        for at, (y, v) in enumerate(zip(effects, variances, strict=True))
    ]  # fmt: skip
    entry = pooling({**ANALYSIS, "test": "z"}, id="walk", measure="GEN")
    every = tasks(outcome.result(pd.DataFrame(rows).astype(str), entry), entry.analysis)
    found = [task for task in every if task.analysis == "main"]
    table = verification.compare(found, verify_with_metafor.recomputed(found)).set_index("number")
    assert table.loc["tau2", "agrees"] == "true"


@needs_metafor
def test_variances_that_clubsandwich_takes_for_nothing_are_no_fault():
    """Made-up mean differences in a large unit, so that variances are about 1e-7."""
    rows = means_of_trials()
    rows = rows.assign(**{name: rows[name].astype(float) / 3000 for name in ("mean", "sd")}).astype(str)
    entry = pooling({"model": "multilevel", "test": "z"}, id="walk", measure="MD", multi_arm="separate")
    found = [task for task in tasks(outcome.result(rows, entry), entry.analysis) if task.analysis == "main"]
    table = verification.compare(found, verify_with_metafor.recomputed(found)).set_index("number")
    assert not (table["agrees"] == "false").any()
    assert table.loc["estimate", "agrees"] == "true"
