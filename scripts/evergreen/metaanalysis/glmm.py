"""Generalised linear mixed models for counts: the likelihood of the counts themselves, without effects of studies.

Models of Stijnen, Hamza & Ozdemir (2010), named as in metafor's `rma.glmm`:

* UM.FS   binomial or Poisson counts of both groups, fixed study effects, random group effects
* UM.RS   the same with random study effects
* CM.AL   events of group 1 given all events, binomial (for rare events)
* CM.EL   the same exactly: noncentral hypergeometric for tables, binomial for rates
* one group: logit of a proportion (PLO), logarithm of a rate (IRLN)

`tau2` is the variance of the study-specific effects, estimated by maximum likelihood; with `common=True` it is 0.
Integrals over one random effect are done by adaptive Gauss-Hermite quadrature with 7 nodes, over two by Laplace's
approximation (as lme4 does for metafor). Studies without events, or with events only, say nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from evergreen.metaanalysis import glmm_models
from evergreen.metaanalysis.effects import effect_sizes, zero_cells
from evergreen.metaanalysis.glmm_likelihood import Counts
from evergreen.metaanalysis.inverse_variance import fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.metaanalysis.models import conflict

DIVERGED = 100.0  # a variance of a log odds ratio that only a likelihood without a maximum has


@dataclass(frozen=True)
class GlmmFit(glmm_models.Maximum):
    """A fitted mixed model: the maximum of its likelihood, the effect (of PLO the logit) with Wald test and interval.

    `Q_wald` and `Q_lrt` test heterogeneity against the saturated model with k - 1 df; I2 (per cent) and H2 use the typical variance of
    the studies' own effects. `k` are the studies that say something about the effect.
    """

    se: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    I2: float
    H2: float
    Q_wald_p: float
    Q_lrt_p: float
    Q_df: float
    k: int


def glmm(
    measure: str,
    data: Mapping[str, Array],
    *,
    model: str = "UM.FS",
    common: bool = False,
    level: float = 0.95,
) -> GlmmFit:
    """Fit a model to tables (OR), rates (IRR) or one group's counts (PLO, IRLN; `model` has no meaning there).

    `data` holds the arrays of the measure's kind (`measures.KINDS`; k each). `common` keeps tau2 at 0. `level` is that of the
    interval, as a share. Raises ValueError for a measure or model that do not go together, where fewer than two studies say
    something, where the likelihood has no finite maximum, and where the studies differ too much for it to be integrated.
    """
    if wrong := conflict("glmm", measure, variant=model):
        raise ValueError(
            f"no mixed model {model} for {measure}: the {wrong.what} can be {', '.join(wrong.allowed)}"
        )
    kept = informative(measure, {name: np.asarray(value, dtype=float) for name, value in data.items()})
    if len(next(iter(kept.values()))) < 2:
        raise ValueError("fewer than two studies say something about the effect")
    if _without_contrast(measure, kept, model):
        raise ValueError(glmm_models.NO_MAXIMUM)
    if measure in {"PLO", "IRLN"}:
        found = glmm_models.one_count(of_groups(measure, kept), common)
    elif model == "UM.FS":
        found = glmm_models.fixed_studies(of_groups(measure, kept), common)
    elif model == "UM.RS":
        found = glmm_models.random_studies(of_groups(measure, kept), common)
    elif measure == "OR" and model == "CM.EL":
        found = glmm_models.hypergeometric(kept, common)
    else:
        found = glmm_models.one_count(conditional(measure, kept), common)
    return _result(measure, kept, found, level)


def _result(measure: str, data: Mapping[str, Array], found: glmm_models.Maximum, level: float) -> GlmmFit:
    if found.tau2 > DIVERGED:
        raise ValueError(glmm_models.too_different(found.tau2))
    if not (np.isfinite(found.variance) and 0 < found.variance < DIVERGED):
        raise ValueError(glmm_models.NO_MAXIMUM)
    options = {"drop00": True} if "drop00" in MEASURES[measure].options else {}
    yi, vi = effect_sizes(measure, data, **options)
    known = np.isfinite(yi) & np.isfinite(vi)
    k = len(yi)
    vt = float(fit(yi[known], vi[known], method="EE").vt)
    I2, H2 = (100 * found.tau2 / (vt + found.tau2), found.tau2 / vt + 1) if vt > 0 else (np.nan, np.nan)
    se = float(np.sqrt(found.variance))
    statistic = found.estimate / se
    half = float(special.ndtri(0.5 + level / 2)) * se
    df = k - 1.0
    found = replace(found, Q_wald=max(found.Q_wald, 0.0), Q_lrt=max(found.Q_lrt, 0.0))
    return GlmmFit(
        **vars(found), se=se, statistic=statistic, p_value=float(2 * special.ndtr(-abs(statistic))),
        ci_low=found.estimate - half, ci_high=found.estimate + half, I2=I2, H2=H2,
        Q_wald_p=float(special.chdtrc(df, found.Q_wald)), Q_lrt_p=float(special.chdtrc(df, found.Q_lrt)), Q_df=df, k=k,
    )  # fmt: skip


def _without_contrast(measure: str, data: Mapping[str, Array], model: str) -> bool:
    """Whether a group has events in no study, or in all participants: its logarithm or logit is not finite.

    CM.AL takes events for rare: it asks only how they are shared between the groups.
    """
    groups = KINDS[MEASURES[measure].kind].suffixes
    binomial = measure == "PLO" or (measure == "OR" and model != "CM.AL")
    totals = [(data[f"events{one}"].sum(), data[f"n{one}"].sum() if binomial else np.inf) for one in groups]
    return any(events in (0, participants) for events, participants in totals)


# --- the counts of each model


def informative(measure: str, data: Mapping[str, Array]) -> dict[str, Array]:
    """The studies whose likelihood depends on the effect: not those in which nobody, or everybody, has an event."""
    kept = ~zero_cells.silent(measure, data)
    return {name: value[kept] for name, value in data.items()}


def of_groups(measure: str, data: Mapping[str, Array]) -> Counts:
    """Counts of one group or of both (k x 1 or 2): binomial for OR and PLO, Poisson with the logarithm of person-time as offset for IRR
    and IRLN."""
    groups = KINDS[MEASURES[measure].kind].suffixes
    x = np.column_stack([data[f"events{one}"] for one in groups])
    group = np.tile([1.0, 0.0][: len(groups)], (len(x), 1))
    if measure in {"OR", "PLO"}:
        return Counts(x, np.column_stack([data[f"n{one}"] for one in groups]), np.zeros_like(x), group)
    return Counts(x, None, np.log(np.column_stack([data[f"person_time{one}"] for one in groups])), group)


def conditional(measure: str, data: Mapping[str, Array]) -> Counts:
    """Events of group 1 of all events of a study (k x 1): a binomial count."""
    x, events = data["events1"][:, None], (data["events1"] + data["events2"])[:, None]
    size = ("n1", "n2") if measure == "OR" else ("person_time1", "person_time2")
    return Counts(x, events, np.log(data[size[0]] / data[size[1]])[:, None], np.ones_like(x))
