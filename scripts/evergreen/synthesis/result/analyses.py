"""What was computed around a pooled effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_serializer

from evergreen.synthesis.result.pooled_models import InverseVariance, PooledModel, Robust, Test
from evergreen.synthesis.result.result_part import (
    ANALYSIS,
    PERCENT,
    SQUARED,
    Count,
    Counts,
    NotDone,
    Number,
    Numbers,
    Part,
    Texts,
    maybe,
    said,
)
from evergreen.synthesis.result.study_rows import StudyEffect

# --- subgroups and moderators


class Joint(Part):
    """A cluster-robust test of several coefficients together: approximate Hotelling's T2 as F."""

    statistic: Number = said("F.")
    df: Count = said("Its degrees of freedom.")
    df2: Count = said("Its second degrees of freedom.")
    p: Number = said("P value.")


class Between(Part):
    """The test between subgroups: Cochran's Q of their pooled effects."""

    Q: Number = said("Q; where `df2` is there F.")
    df: Count = said("Degrees of freedom.")
    df2: Count = maybe("Second degrees of freedom, where the subgroups share tau2 and the test is of F.")
    p: Number = said("P value.")
    I2: Number = said("Share of the variance of the subgroups' effects that is no sampling error.", PERCENT)
    robust: Joint | None = maybe("Cluster-robust test, where effects of one study depend on each other.")
    without_value: Texts = maybe("Studies without a value in the column.", default=())


class BetweenNotDone(NotDone):
    """No test between subgroups."""

    without_value: Texts = maybe("Studies without a value in the column.", default=())


class Subgroups(Part):
    """By column the pooled effect of each level, and under `tests` by column the test between them."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Mapping[str, PooledModel]] = Field(init=False)
    tests: Mapping[str, Between | BetweenNotDone] = maybe("Test between the levels, by column.", default={})

    @property
    def columns(self) -> Mapping[str, Mapping[str, PooledModel]]:
        """Column to level to the level's pooled effect."""
        return self.__pydantic_extra__

    @model_serializer(mode="wrap")
    def _tests_last(self, written: Any) -> Any:
        content = written(self)
        return {
            **{name: value for name, value in content.items() if name != "tests"},
            "tests": content["tests"],
        }


class Beside(Part):
    """A model beside the one that pools: a common effect beside random effects, or the other way round."""

    model: InverseVariance = said("The pooled effect.")
    weights: tuple[Number, ...] = said("Weights in it, in the order of the studies.", PERCENT)
    subgroups: Mapping[str, Mapping[str, PooledModel]] = maybe(
        "Its pooled effect in each level of each column of subgroups.", default={}
    )
    tests: Mapping[str, Between | BetweenNotDone] = maybe(
        "Test between the levels in it, by column.", default={}
    )


class Coefficient(Part):
    """A coefficient of a meta-regression."""

    name: str = said("Name: `intercept`, or the column with the level.")
    estimate: Number = said("Coefficient.", ANALYSIS)
    se: Number = said("Standard error.", ANALYSIS)
    statistic: Number = said("Statistic.")
    df: Count = said("Degrees of freedom; none where the test is normal.")
    p: Number = said("P value.")
    ci_low: Number = said("Lower limit.", ANALYSIS)
    ci_high: Number = said("Upper limit.", ANALYSIS)
    vif: Number = said("Variance inflation factor.")
    permutation_p: Number = said(
        "P value by permutation; none where effects of one study depend on each other."
    )
    robust: Robust | None = maybe("Cluster-robust test, where effects of one study depend on each other.")


class _OnColumns(Part):
    columns: Texts = said("Columns; two joined by a colon are an interaction.")


class Moderators(_OnColumns):
    """A meta-regression; of effects that depend on each other as the pooled model takes them, within studies or with cluster-robust tests."""

    k: int = said("Effects used.", "effects")
    studies: int = said("Studies that they are of, each counted once.", "studies")
    without_value: Texts = said("Studies left out of it, for they lack a value.")
    coefficients: tuple[Coefficient, ...] = said("Coefficients, the intercept first.")
    levels: Mapping[str, Texts] = maybe(
        "Levels of each column that is none of numbers, the one that the others are compared with first.",
        default={},
    )
    QM: Number = said("Test of all moderators together.")
    QM_df: Counts = said("Its degrees of freedom; the second where the test is of F.")
    QM_p: Number = said("Its P value.")
    permutation_p: Number = said("Its P value by permutation.")
    permutations: int = said("Permutations asked for.")
    R2: Number = said("Share of the variance between studies that the moderators explain.", PERCENT)
    tau2: Number = said("Variance between studies that is left.", SQUARED)
    I2: Number = said("Share of the variance that is between studies still.", PERCENT)
    Q: Number = said("Test of what heterogeneity is left.")
    Q_df: Count = said("Its degrees of freedom.")
    Q_p: Number = said("Its P value.")
    robust: Joint | None = maybe("Cluster-robust test of all moderators together.")
    sigma2: Mapping[str, Number] = maybe(
        "Variances by component, of a model of effects within studies.", SQUARED, default={}
    )
    rho: Number = maybe("Correlation assumed in it between the sampling errors of one study.")
    sharing: int = maybe(
        "Effects in it that share a control, whose covariance it implies.", "effects", default=0
    )


class ModeratorsNotDone(NotDone, _OnColumns):
    """A meta-regression that could not be fitted."""


class LinePoint(Part):
    """A study beside the line of a meta-regression."""

    label: str = said("Name of the row.")
    x: float = said("Value of the moderator.")
    yi: float = said("Effect.", ANALYSIS)
    weight: Number = said("Weight in the meta-regression.", PERCENT)


class Line(Part):
    """The effects that a meta-regression on one number expects."""

    at: Numbers = said("Values of the moderator.")
    mean: Numbers = said("Effect expected there.", ANALYSIS)
    ci_low: Numbers = said("Lower limits.", ANALYSIS)
    ci_high: Numbers = said("Upper limits.", ANALYSIS)
    pi_low: Numbers = said(
        "Lower limits of the effect of a new study; empty where none is predicted.", ANALYSIS
    )
    pi_high: Numbers = said("Upper limits of the effect of a new study.", ANALYSIS)
    studies: tuple[LinePoint, ...] = said("Studies that have the number.")


class Profile(Part):
    """The likelihood profile of tau2."""

    restricted: bool = said("Whether it is the restricted likelihood.")
    tau2: Numbers = said("Values of tau2.", SQUARED)
    log_likelihood: Numbers = said("Log-likelihood there.")


# --- other choices, and the order of time


class Sensitivity(Part):
    """What another choice of analysis gives."""

    changes: Mapping[str, Any] = said("Settings of the protocol that differ.")
    measure: str = said("Effect measure of this analysis.")
    k: int = said("Effects pooled.", "effects")
    model: PooledModel | None = maybe("Pooled effect, on the analysis scale of this analysis' measure.")
    labels: Texts = maybe("Rows that were pooled.", default=())
    studies: tuple[StudyEffect, ...] | None = maybe(
        "Effects computed anew; none where they are those of the result."
    )
    not_done: str = maybe("Why it was not done.", default="")


class Round(Part):
    """The pooled effect as of a round."""

    look: int = said("Which look at the data it was, from 1.")
    k: int = said("Effects pooled.", "effects")
    studies: int = said("Studies that they are of, each counted once.", "studies")
    added: Texts = said("Rows that the round added.")
    model: PooledModel | None = said("Pooled effect.")
    subtotals: Mapping[str, PooledModel] = maybe(
        "Pooled effects by subgroup, where there is no total.", default={}
    )


class Refitted(Part):
    """The pooled effect of some of the studies."""

    test: str = said("Test and interval that were applied.")
    estimate: Number = said("Pooled effect.", ANALYSIS)
    se: Number = said("Its standard error.", ANALYSIS)
    p: Number = said("P value.")
    ci_low: Number = said("Lower limit.", ANALYSIS)
    ci_high: Number = said("Upper limit.", ANALYSIS)
    tau2: Number = said("Variance between studies.", SQUARED)
    I2: Number = said("Share of the variance that is between studies.", PERCENT)


class _OfRows(Part):
    label: str = said("Name of the row, or of the study whose rows depend on each other.")
    rows: Texts = said("Its rows.")


class _Counted(Part):
    k: int = said("Effects pooled.", "effects")
    studies: int = said("Studies that they are of, each counted once.", "studies")


class _Added(_Counted, _OfRows):
    place: str = said("Its value in the order.")


class Step(Refitted, _Added):
    """The pooled effect with one study more."""


class _InOrder(Part):
    by: str = maybe("What orders the studies: a study-level column, or `round`.", default="")


class Cumulative(_InOrder):
    """The result as studies are added one by one."""

    steps: tuple[Step, ...] = said("Results, each with one study more.")
    without_value: Texts = said("Rows without a place in the order.")


class CumulativeNotDone(NotDone, _InOrder):
    """Nothing orders the studies."""


# --- single studies


class Without(Refitted, _Counted):
    """The pooled effect without one study."""

    Q: Number = said("Cochran's Q.")
    Q_p: Number = said("Its P value.")


class Influenced(_OfRows):
    """What one study does to the result (Viechtbauer and Cheung 2010)."""

    without: Without = said("Result without it.")
    rstudent: Number = said("Studentised deleted residual; of several rows none.")
    chi2: Number = said(
        "Chi2 of the deleted residuals of its rows together, with as many degrees of freedom."
    )
    dffits: Number = said("DFFITS; of several rows none.")
    cook: Number = said("Cook's distance.")
    cov_ratio: Number = said("Covariance ratio.")
    hat: Number = said("Leverage.")
    weight: Number = said("Weight.", PERCENT)
    influential: bool = said("Whether it is influential by metafor's rules.")
    dfbetas: Number = said("DFBETAS of the pooled effect.")
    baujat_x: Number = said("Contribution to heterogeneity (Baujat et al. 2002).")
    baujat_y: Number = said("Influence on the pooled effect.")


class Quartiles(Part):
    """How a number spreads over subsets of the studies."""

    lowest: Number = said("Lowest.")
    lower_quartile: Number = said("Lower quartile.")
    median: Number = said("Median.")
    upper_quartile: Number = said("Upper quartile.")
    highest: Number = said("Highest.")


class SubsetPoints(Part):
    """Subsets one by one, as columns."""

    studies: tuple[int, ...] = said("Studies in it.", "studies")
    estimate: Numbers = said("Pooled effect.", ANALYSIS)
    I2: Numbers = said("I2.", PERCENT)
    holds: str = said("A 1 where it holds the strongest study, else a 0.")


class Subsets(Part):
    """What subsets of the studies give (GOSH; Olkin, Dahabreh and Trikalinos 2012)."""

    subsets: int = said("Subsets pooled.", "subsets")
    drawn: bool = said("Whether they were drawn at random; else they are all.")
    seed: int = said("Seed of the draw.")
    estimate: Quartiles = said("Pooled effects.", ANALYSIS)
    I2: Quartiles = said("I2.", PERCENT)
    strongest: int = said("Position among `studies`, from 0, of the one that changes the pooled effect most.")
    points: SubsetPoints = said("Each subset.")


class Influence(Part):
    """How far the result leans on single studies."""

    studies: tuple[Influenced, ...] = said("Study by study.")
    outliers: Texts = said("Those whose deleted residuals are outside what they have at this level.")
    outlier_level: float = said("Level of that interval.", "fraction")
    influential: Texts = said("Influential ones.")
    gosh: Subsets | None = maybe("Subsets, where they are asked for and there are five studies.")

    @property
    def by_study(self) -> bool:
        """Whether all effects of a study are left out together."""
        return any(len(one.rows) > 1 for one in self.studies)


# --- small studies


class Asymmetry(Test):
    """A test of funnel plot asymmetry."""

    limit: Number = said("Effect of an infinitely precise study.", ANALYSIS)
    limit_ci_low: Number = said("Its lower limit.", ANALYSIS)
    limit_ci_high: Number = said("Its upper limit.", ANALYSIS)


class Rank(Part):
    """Begg and Mazumdar's rank test."""

    tau: Number = said("Kendall's tau.")
    p: Number = said("P value.")


class Precise(Part):
    """The effect of an infinitely precise study by regression."""

    estimate: Number = said("Effect.", ANALYSIS)
    se: Number = said("Standard error.", ANALYSIS)
    statistic: Number = said("Statistic.")
    p: Number = said("P value.")


class FailSafe(Part):
    """Studies without an effect that would undo the result, by author; none where no number would."""

    rosenthal: Count = said("Rosenthal's.", "studies")
    orwin: Count = said("Orwin's.", "studies")
    rosenberg: Count = said("Rosenberg's.", "studies")
    general: Count = said("For random effects.", "studies")


class Added(Part):
    """A study that trim and fill adds."""

    yi: float = said("Effect.", ANALYSIS)
    vi: float = said("Sampling variance.", SQUARED)


class Filled(Part):
    """Trim and fill (Duval and Tweedie 2000)."""

    missing: int = said("Studies missing.", "studies")
    missing_se: Number = said("Standard error of that number.", "studies")
    side: Literal["left", "right"] = said("Side on which they are missing.")
    filled: tuple[Added, ...] = said("Studies added.")
    model: InverseVariance = said("Pooled effect with them.")


class SmallStudy(Part):
    """Whether small studies show other effects than large ones."""

    tests: Mapping[str, Asymmetry | NotDone] = said("Tests that suit the measure, by name.")
    rank: Rank = said("Rank test.")
    pet_peese: Mapping[str, Precise] = said("PET and PEESE.")
    fail_safe: FailSafe = said("Fail-safe numbers.")
    trim_and_fill: Filled | NotDone = said("Trim and fill.")
