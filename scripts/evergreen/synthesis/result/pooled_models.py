"""Pooled effects: the numbers that every model has, and those of each kind of model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from evergreen.synthesis.result.result_part import (
    ANALYSIS,
    PERCENT,
    SQUARED,
    Count,
    Number,
    Part,
    maybe,
    said,
)


class Test(Part):
    """A test."""

    statistic: Number = said("Statistic.")
    df: Count = said("Degrees of freedom; none where it is normal.")
    p: Number = said("P value.")


class Wald(Part):
    """The Wald test and interval, given beside Hartung-Knapp's where that may mislead."""

    se: float = said("Standard error.", ANALYSIS)
    statistic: float = said("Statistic, normal.")
    p: float = said("P value.")
    ci_low: float = said("Lower limit.", ANALYSIS)
    ci_high: float = said("Upper limit.", ANALYSIS)


class Robust(Part):
    """A cluster-robust test of the pooled effect, clusters being studies."""

    kind: str = said("Correction of the small sample, such as CR2.")
    se: Number = said("Standard error.", ANALYSIS)
    statistic: Number = said("Statistic, of Student's t.")
    df: Count = said("Satterthwaite's degrees of freedom.")
    p: Number = said("P value.")
    ci_low: Number = said("Lower limit.", ANALYSIS)
    ci_high: Number = said("Upper limit.", ANALYSIS)


class Model(Part):
    """A pooled effect; the numbers that every model has."""

    model: str = said("Model that was fitted; one study is `common`, whatever was asked.")
    tau2_method: str | None = maybe(
        "Estimator of the variance between studies; none in a common-effect model."
    )
    test: str = said("Test and interval that were applied.")
    asked: str = said("Test that was asked for.")
    k: int = said("Effects pooled.", "effects", ge=0)
    studies: int = said("Studies that they are of, each counted once.", "studies", ge=0)
    estimate: Number = maybe("Pooled effect.", ANALYSIS)
    se: Number = maybe("Its standard error.", ANALYSIS)
    statistic: Number = maybe("Statistic of the test of no effect.")
    df: Count = maybe("Degrees of freedom of that test; none where it is normal.")
    p: Number = maybe("P value of that test.")
    ci_low: Number = maybe("Lower limit of the confidence interval.", ANALYSIS)
    ci_high: Number = maybe("Upper limit of the confidence interval.", ANALYSIS)
    pi_low: Number = maybe("Lower limit of the prediction interval.", ANALYSIS)
    pi_high: Number = maybe("Upper limit of the prediction interval.", ANALYSIS)
    tau2: Number = maybe(
        "Variance between studies (of a multilevel model: all components together).", SQUARED
    )
    tau2_se: Number = maybe("Its standard error.", SQUARED)
    tau2_ci_low: Number = maybe("Lower limit of tau2 (Q-profile).", SQUARED)
    tau2_ci_high: Number = maybe("Upper limit of tau2.", SQUARED)
    I2: Number = maybe("Share of the variance that is between studies.", PERCENT)
    H2: Number = maybe("Whole variance as a multiple of the sampling variance.")
    Q: Number = maybe("Cochran's Q, of a mixed model the likelihood ratio.")
    Q_df: Count = maybe("Degrees of freedom of Q.")
    Q_p: Number = maybe("P value of Q.")
    pi_df: Count = maybe("Degrees of freedom of the prediction interval; none where it is normal.")

    @property
    def interval(self) -> tuple[float, float, float]:
        """Estimate and limits of a model with an estimate, on the analysis scale."""
        assert self.estimate is not None
        assert self.ci_low is not None
        assert self.ci_high is not None
        return self.estimate, self.ci_low, self.ci_high


class InverseVariance(Model):
    """A random-effects or common-effect model of effects by inverse variance."""

    model: Literal["random", "common"] = said(
        "Model that was fitted; one study is `common`, whatever was asked."
    )
    test_reason: str | None = maybe(
        "Why `auto` applied the Wald test; empty where it did not, null where it was not asked for."
    )
    I2_from: Literal["tau2", "Q"] | None = maybe(
        "What I2 and H2 of a random-effects model were computed from."
    )
    wald: Wald | None = maybe("Wald's test beside Hartung-Knapp's, where that may mislead.")
    robust: Robust | None = maybe("Cluster-robust test, where studies with several effects are to have one.")


class CountsModel(Model):
    """Mantel-Haenszel's or Peto's common effect of counts."""

    model: Literal["mh", "peto"] = said("Method.")
    association: Test | None = maybe("Cochran-Mantel-Haenszel test of association.")
    breslow_day: Test | None = maybe("Breslow and Day's test of homogeneity.")
    tarone: Test | None = maybe("The same with Tarone's correction.")


class Mixed(Model):
    """A generalised linear mixed model of counts, fitted by maximum likelihood."""

    model: Literal["glmm"] = said("Model.")
    kind: str = said("Kind of mixed model, by metafor's names.")
    Q_wald: Number = maybe("Wald's test of heterogeneity.")
    Q_wald_p: Number = maybe("Its P value.")


class Multilevel(Model):
    """A multilevel model, effects within studies."""

    model: Literal["multilevel"] = said("Model.")
    sigma2: Mapping[str, Number] = said(
        "Variance by component: between studies (`study`), within them (`effect`), and of the protocol's `levels` between these.",
        SQUARED,
    )
    I2_of: Mapping[str, Number] = said("Share of the variance by component.", PERCENT)
    rho: float = said("Correlation assumed between the sampling errors of the effects of one study.")
    sharing: int = maybe("Effects that share a control, whose covariance it implies.", "effects", default=0)
    robust: Robust | None = maybe("Cluster-robust test, from three studies on.")


PooledModel = Annotated[InverseVariance | CountsModel | Mixed | Multilevel, Field(discriminator="model")]
