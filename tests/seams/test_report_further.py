"""What the report says around a pooled effect."""

from evergreen.figures.scales import scale_of
from evergreen.report.further import explored, further_blocks
from evergreen.synthesis.result.analyses import (
    Asymmetry,
    Coefficient,
    FailSafe,
    Filled,
    Influence,
    Joint,
    Moderators,
    Precise,
    Quartiles,
    Rank,
    Sensitivity,
    SmallStudy,
    SubsetPoints,
    Subsets,
)
from evergreen.synthesis.result.pooled_models import Robust
from tests.results import changed, left_out, model, part, result, study

MODEL = model(estimate=-0.7, ci_low=-1.1, ci_high=-0.3, k=3, I2=92.0, p=0.001)
LINE = part(
    Coefficient, name="latitude", estimate=-0.0291, ci_low=-0.04, ci_high=-0.01, p=0.0001, permutation_p=0.002
)
RESULT = result(
    studies=[study(f"S{place}") for place in range(9)],
    model=changed(MODEL, robust=part(Robust, kind="CR2", df=7.25, p=0.03, ci_low=-1.2, ci_high=-0.1)),
    subgroups={
        "dose": {"high": MODEL, "low": changed(MODEL, I2=None, ci_low=None, ci_high=None)},
        "tests": {"dose": {"Q": 1.5, "df": 1, "p": 0.22, "I2": 33.0, "without_value": ["Aronson 1948"]}},
    },
    moderators=part(
        Moderators, columns=["latitude"], k=13, without_value=[f"S{place}" for place in range(9)], R2=75.6, tau2=0.076, QM_p=0.0001, permutation_p=0.002, permutations=1000, coefficients=[LINE],
    ),
    influence=part(
        Influence, outliers=["Hart 1977"], outlier_level=0.95,
        gosh=part(
            Subsets, subsets=4000, I2=part(Quartiles, lower_quartile=80.0, median=90.0, upper_quartile=93.0),
            estimate=part(Quartiles), points=part(SubsetPoints),
        ),
    ),
    small_study=part(
        SmallStudy,
        tests={"Egger": part(Asymmetry, statistic=-1.4, p=0.19), "Peters": {"not_done": "two groups with events are needed"}},
        rank=part(Rank, tau=0.03, p=0.95), pet_peese={"pet": part(Precise, estimate=-0.5, p=0.1)},
        fail_safe=part(FailSafe, rosenthal=598.0), trim_and_fill=part(Filled, missing=1, side="right", model=MODEL),
    ),
)  # fmt: skip


def words(pooled, measure="RR"):
    found = []
    for block in further_blocks(pooled, scale_of(measure)):
        found.append(getattr(block, "text", "") or block.caption)
        found += [" | ".join(row) for row in getattr(block, "rows", [])]
    return "\n".join(found).replace("\u00a0", " ")


def test_everything_that_was_computed_is_said():
    said = words(RESULT)
    for sentence in (
        "Cluster-robust 95% CI (CR2, 7.2 degrees of freedom): 0.30 to 0.90, P = 0.030",
        "dose: high | 3 | 0.50 (0.33 to 0.74) | 92% |",
        "difference between the subgroups |  | Q = 1.50, df = 1 |  | 0.22",
        "Without a value of dose and in no subgroup: Aronson 1948.", "Without a value of latitude and not in the meta-regression: 9 studies.",
        "R² 76%", "latitude | −0.0291 | −0.0400 to −0.0100", "by 1,000 permutations 0.0020",
        "Outliers (studentised deleted residual outside its 95% interval): Hart 1977. Influential studies: none.",
        "Egger's test | statistic −1.40 | 0.19", "1 study missing on the right; with them RR 0.50", "Rosenthal 598, Orwin ∞",
    ):  # fmt: skip
        assert sentence in said


def test_studies_in_which_nothing_is_estimable_stand_in_their_subgroups():
    silent = [
        left_out(name, not_estimable=True, columns={"dose": level})
        for name, level in (("X", "none"), ("Y", "high"), ("Z", ""))
    ]
    said = words(changed(RESULT, left_out=silent))
    assert "dose: high | 3 (+ 1 not estimable) | 0.50 (0.33 to 0.74) | 92% |" in said
    assert "dose: none | 0 (+ 1 not estimable) |  |  | \ndose: difference" in said


def test_what_was_not_done_is_said_with_its_reason():
    said = words(
        result(
            moderators={"columns": ["dose"], "not_done": "constant"}, small_study={"not_done": "5 studies"}
        )
    )
    assert (
        said == "Meta-regression on dose: not done (constant).\nSmall-study effects: not tested (5 studies)."
    )


def test_coefficients_are_told_by_column_level_and_reference():
    names = ("mean_age", "countryUSA", "mean_age:countryUSA")
    own = part(
        Moderators, columns=["mean_age", "country", "mean_age:country"], k=13, levels={"country": ["Germany", "USA"]},
        coefficients=[changed(LINE, name=name) for name in names],
    )  # fmt: skip
    said = words(changed(RESULT, moderators=own))
    assert "\nmean age | " in said
    assert "\ncountry: USA (against Germany) | " in said
    assert "\nmean age by country: USA (against Germany) | " in said


def test_what_the_exploration_of_heterogeneity_found_is_told_in_phrases():
    assert [said.replace("\u00a0", " ") for said in explored(RESULT)] == [
        "dose: Q = 1.50, df = 1, P = 0.22", "meta-regression on latitude: R² 76%, P = 0.00010",
    ]  # fmt: skip
    nothing = result(subgroups={"tests": {"dose": {"not_done": "fewer than two subgroups"}}})
    assert explored(nothing) == []


def test_a_proportion_is_not_tested_against_no_effect():
    said = words(RESULT, "PLO")
    assert "degrees of freedom): 0.23 to 0.48." in said
    assert "PET: effect of an infinitely precise study | Proportion 0.38 |" in said
    assert "0.38 | 0.10" not in said
    assert "Fail-safe" not in said
    assert "Egger's test | statistic −1.40 | 0.19" in said, "of asymmetry"


def test_variances_of_one_measure_have_the_same_decimals():
    found = {
        name: part(Sensitivity, changes={"tau2": name}, measure="RR", k=3, model=changed(MODEL, tau2=tau2))
        for name, tau2 in (("DL", 0.14), ("PM", 0.091), ("ML", 0.0))
    }
    (rows,) = (block.rows for block in further_blocks(result(sensitivity=found), scale_of("RR")) if getattr(block, "caption", "") == "Sensitivity analyses")  # fmt: skip
    assert [row[-1] for row in rows] == ["0.140", "0.091", "0.000"]


def test_a_meta_regression_of_several_effects_a_study_says_what_it_takes_them_for():
    said = "takes the effects of one study for independent"
    assert said not in words(RESULT)
    several = changed(RESULT.moderators, studies=9)
    assert said in words(changed(RESULT, moderators=several))
    assert said not in words(
        changed(RESULT, moderators=changed(several, sigma2={"study": 0.1, "effect": 0.0}))
    )


def test_cluster_robust_tests_of_a_meta_regression_stand_beside_its_own():
    own = part(Robust, kind="CR2", ci_low=-0.05, ci_high=0.01, df=4.23, p=0.13)
    several = changed(
        RESULT.moderators,
        studies=9,
        coefficients=[changed(LINE, robust=own), LINE],
        robust=part(Joint, statistic=3.1, df=1, df2=4.2, p=0.15),
        permutation_p=None,
    )
    said = words(changed(RESULT, moderators=several))
    assert "−0.0500 to 0.0100 | 4.2 | 0.13" in said
    assert "moderators together P 0.00010, cluster-robust 0.15" in said
    assert "What one study alone determines has no cluster-robust test." in said
    assert "independent" not in said
    assert (
        explored(changed(RESULT, moderators=several))[-1]
        .replace("\u00a0", " ")
        .endswith("P = 0.00010, cluster-robust P = 0.15")
    )


def test_a_coefficient_by_a_small_unit_is_not_nothing_and_one_in_thousands_has_no_decimals():
    small = changed(LINE, estimate=2.3e-6, ci_low=-7.1e-6, ci_high=1.17e-5)
    large = changed(LINE, estimate=-66621.4, ci_low=-80395.2, ci_high=-52847.6)
    said = words(changed(RESULT, moderators=changed(RESULT.moderators, coefficients=[small, large])))
    assert "latitude | 0.000002 | −0.000007 to 0.000012" in said
    assert "latitude | −66621 | −80395 to −52848" in said
