"""Studies with several effects: one effect for each, cluster-robust tests, or a model of effects within studies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from evergreen.errors import InputError
from evergreen.metaanalysis import cluster_robust, multilevel, shared_control
from evergreen.metaanalysis.effects import effect_sizes
from evergreen.metaanalysis.inverse_variance import Fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.models import MODELS
from evergreen.protocol.analysis import Analysis
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.comparisons import Comparison
from evergreen.synthesis.effect_settings import EMPTY_CELLS, options
from evergreen.synthesis.result.analyses import Joint
from evergreen.synthesis.result.pooled_models import Robust
from evergreen.synthesis.result.study_rows import Effect
from evergreen.synthesis.study_effects import Studies

LEAST_CLUSTERS = 3


def joins_effects(analysis: Analysis) -> bool:
    """Whether an analysis knows what to do with several effects of one study."""
    return MODELS[analysis.model].clusters == "model" or analysis.dependent is not None


def there(studies: Studies, analysis: Analysis) -> bool:
    """Whether some of the effects are of one study and depend on each other as the analysis takes them."""
    return joins_effects(analysis) and studies.count < len(studies.yi)


def together(studies: Studies) -> list[str]:
    """Of each effect the name of what is looked at in one: where studies have several effects the study, else the row."""
    if studies.count == len(studies.yi):
        return studies.labels
    return [replace(one, part="").label for one in studies.comparisons]


def check(outcome: Outcome) -> None:
    """Refuse a way to deal with dependent effects that the model does not know, or that lacks its correlation."""
    analysis, name = outcome.analysis, outcome.id
    how = analysis.dependent
    if how and MODELS[analysis.model].clusters != "choice":
        raise InputError(
            f"outcome {name}: `dependent: {how}` belongs to a random or common model, not to {analysis.model}",
            todo="Leave it out; a multilevel model takes `rho` by itself.",
        )
    if analysis.levels and not joins_effects(analysis):
        raise InputError(
            f"outcome {name}: `levels` lets a study have several results, which the model {analysis.model} takes for different studies",
            todo="Set `model: multilevel`, or `dependent: aggregate` or `robust`.",
        )
    if how == "aggregate" and analysis.rho is None:
        raise InputError(
            f"outcome {name}: `dependent: aggregate` needs the correlation of the effects of one study",
            todo="Add `rho`, for example 0.5, and try others in `sensitivity`.",
        )


def aggregated(studies: Studies, rho: float) -> Studies:
    """One effect per study: the best linear combination of its effects under correlation `rho`, in order of appearance.

    Raises InputError where a study has so many effects that no distribution has this correlation between all of them.
    """
    names = studies.names
    most, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count < 2:
        return studies
    if not -1 / (count - 1) < rho < 1:
        raise InputError(
            f"study {most} has {count} effects, which cannot all have a correlation of {rho:g}",
            todo=f"Choose `rho` between {-1 / (count - 1):.3g} and 1.",
        )
    labels, yi, vi = multilevel.aggregate(studies.yi, studies.vi, names, rho=rho)
    whole = [_together(studies.take(np.array(names) == label)) for label in labels]
    return Studies(whole, studies.measure, np.asarray(yi), np.asarray(vi))


def _together(part: Studies) -> Comparison:
    """The comparisons of one study as one, whose effect is no longer that of any arms."""
    ones = part.comparisons
    if len(ones) == 1:
        return ones[0]
    parts = tuple(
        Effect(**{name: getattr(made, name) for name in Effect.model_fields}) for made in part.effects()
    )
    return Comparison(
        study=ones[0].study, called=ones[0].called, year=ones[0].year, round=ones[0].round, numbers={}, yi=None, vi=None, arms={},
        derived=any(one.derived for one in ones), sources=tuple(sorted({s for one in ones for s in one.sources})),
        columns=ones[0].columns, combined=any(one.combined for one in ones),
        imputed=any(one.imputed for one in ones), conversions=tuple(made for one in ones for made in one.conversions), parts=parts,
        rows=tuple(dict.fromkeys(row for one in ones for row in one.rows)),
    )  # fmt: skip


def of_shared_controls(studies: Studies, analysis: Analysis) -> tuple[Array | None, int]:
    """The covariance of effects with a common control, as it implies it, and how many effects have one; nothing where `rho` says all of it,
    or where the covariance of the measure is not known."""
    controls = [one.control for one in studies.comparisons]
    counts = Counter(one for one in controls if one is not None)
    sharing = sum(count for count in counts.values() if count > 1)
    measure = studies.measure
    if analysis.rho is not None or not sharing or measure not in shared_control.MEASURES_SHARED:
        return None, 0
    data, how = studies.data(), options(measure, analysis)
    added = {name: how[name] for name in EMPTY_CELLS if name in how}
    if how.get("to") == "if0all":  # the empty cell may be of a study that is not among these
        counted = [one.control is not None for one in studies.comparisons]  # reported estimates have no cells
        everywhere = effect_sizes(measure, data, **{**added, "to": "all"})[1]
        added["to"] = "all" if np.allclose(everywhere[counted], studies.vi[counted]) else "none"
    return shared_control.covariance(measure, data, studies.yi, studies.vi, controls, **added), sharing


@dataclass(frozen=True)
class Within:
    """A model of effects within studies: its fit, whether a study has several, the correlation of their errors that was assumed, and how many share
    a control."""

    fitted: multilevel.MultilevelFit
    nested: bool
    rho: float
    sharing: int


def within(studies: Studies, analysis: Analysis, design: Array | None = None) -> Within:
    """The multilevel model of effects; `design` is k x p (default an intercept)."""
    names = studies.names
    nested = studies.count < len(names)
    levels: dict[str, list[str]] = {
        level: [one.levels.get(level, "") for one in studies.comparisons] for level in analysis.levels
    }
    inner = multilevel.nested_levels(names, levels) if nested else ()
    components = ("study", *inner, "effect") if nested and studies.count > 1 else (*inner, "effect")
    rho = (analysis.rho or 0.0) if nested else 0.0
    covariance, sharing = of_shared_controls(studies, analysis)
    fitted = multilevel.three_level(
        studies.yi, studies.vi, names, design, components=components, method=analysis.tau2, test="z", level=analysis.level,
        rho=rho, covariance=covariance, levels={level: levels[level] for level in inner},
    )  # fmt: skip
    return Within(fitted, nested, rho, sharing)


def robust(
    studies: Studies, fitted: Fit | multilevel.MultilevelFit, level: float, design: Array | None = None
) -> cluster_robust.ClusterRobust | None:
    """Cluster-robust tests (CR2, Satterthwaite) of a fit with a `design` (k x p; default an intercept); None with fewer than three studies,
    and with no more than there are coefficients."""
    if studies.count < LEAST_CLUSTERS or (design is not None and studies.count <= design.shape[1]):
        return None
    if isinstance(fitted, multilevel.MultilevelFit):
        return cluster_robust.of_multilevel(fitted, level=level)
    cluster: list[object] = [*studies.names]
    return cluster_robust.of_inverse_variance(studies.yi, studies.vi, cluster, fitted, design, level=level)


def as_part(own: cluster_robust.ClusterRobust | None, position: int = 0) -> Robust | None:
    """The robust test of one of the coefficients as the result holds it, where there is one."""
    if own is None or not np.isfinite(own.se[position]):
        return None
    return Robust(kind=own.kind, df=own.df[position], **own.tested(position))


def jointly(own: cluster_robust.ClusterRobust | None) -> Joint | None:
    """The robust test of all coefficients but the intercept, where there is one."""
    if own is None or not np.isfinite(own.QM_p):
        return None
    df, df2 = own.QM_df
    return Joint.of(statistic=own.QM, df=df, df2=df2, p=own.QM_p)
