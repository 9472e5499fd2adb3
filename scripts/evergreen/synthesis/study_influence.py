"""How far a result leans on single studies, and the result as studies are added."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from evergreen.metaanalysis import gosh, influence
from evergreen.metaanalysis.inverse_variance import fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.protocol.analysis import Analysis
from evergreen.synthesis.effect_modification import reported
from evergreen.synthesis.pooled import estimator, model_of
from evergreen.synthesis.result.analyses import (
    Cumulative,
    CumulativeNotDone,
    Influence,
    Influenced,
    Quartiles,
    Refitted,
    Step,
    SubsetPoints,
    Subsets,
    Without,
)
from evergreen.synthesis.study_arrays import Studies


def influences(studies: Studies, analysis: Analysis) -> Influence | None:
    """Leave-one-out results and deletion diagnostics of a common-effect or random-effects model of three or more studies."""
    if len(studies.yi) < 3 or analysis.model not in {"random", "common"}:
        return None
    method, test = estimator(analysis)
    without = influence.leave_one_out(studies.yi, studies.vi, method=method, test=test, level=analysis.level)
    # The diagnostics are those of the Wald test: the Hartung-Knapp factor of the other studies, which may be close to 0
    # when these happen to agree, would scale the variance of the study left out as well, and make any study an outlier.
    found = influence.deletion_diagnostics(studies.yi, studies.vi, method=method)
    single = {name: values for name, values in asdict(found).items() if name not in {"tau2", "Q", "dfbetas"}}
    x, y = influence.baujat(studies.yi, studies.vi, method=method)
    rows = []
    for position, label in enumerate(studies.labels):
        left = without.one(position)
        rows.append(
            Influenced(
                label=label,
                without=Without.of(
                    test=str(left.test), estimate=left.b[0], se=left.se[0], p=left.p_value[0], ci_low=left.ci_low[0],
                    ci_high=left.ci_high[0], tau2=left.tau2, I2=left.I2, Q=left.Q, Q_p=left.Q_p,
                ),
                **{name: values[position] for name, values in single.items()},
                dfbetas=found.dfbetas[position, 0],
                baujat_x=x[position],
                baujat_y=y[position],
            )
        )  # fmt: skip
    strange = influence.outliers(found, analysis.outliers)
    labels = np.array(studies.labels, dtype=object)
    return Influence(
        studies=tuple(rows),
        outliers=tuple(labels[strange]),
        outlier_level=analysis.outliers,
        influential=tuple(labels[found.influential]),
        gosh=_gosh(studies, method, without.b[:, 0], analysis),
    )


def _gosh(studies: Studies, method: str, without: Array, analysis: Analysis) -> Subsets | None:
    """What subsets of the studies give; `without` are the estimates without each study."""
    subsets, k = analysis.gosh, len(studies.yi)
    if not subsets or k < 5:
        return None
    found = gosh.gosh(studies.yi, studies.vi, method=method, subsets=subsets, seed=analysis.seed)
    whole = fit(studies.yi, studies.vi, method=method).b[0]
    strongest = int(np.argmax(np.abs(without - whole)))
    return Subsets(
        subsets=len(found.used),
        drawn=k >= 62 or len(found.used) < 2**k - 1 - k,
        seed=analysis.seed,
        estimate=_quartiles(found.estimate),
        I2=_quartiles(found.I2),
        strongest=strongest,
        points=SubsetPoints.of(
            studies=tuple(found.used.sum(axis=1).astype(int).tolist()),
            estimate=found.estimate,
            I2=found.I2,
            holds="".join("1" if used else "0" for used in found.used[:, strongest] > 0),
        ),
    )


def _quartiles(values: Array) -> Quartiles:
    lowest, lower, median, upper, highest = np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0))
    return Quartiles.of(
        lowest=lowest, lower_quartile=lower, median=median, upper_quartile=upper, highest=highest
    )


def cumulative(studies: Studies, analysis: Analysis) -> Cumulative | CumulativeNotDone:
    """The result as studies are added one by one, in the order of a study-level column or of the rounds."""
    if analysis.model not in {"random", "common"}:
        return CumulativeNotDone(not_done="studies are added one by one in inverse-variance models only")
    wanted = analysis.cumulative
    by = wanted or ("year" if any(studies.column("year")) else "round")
    texts = [day or "" for day in studies.rounds] if by == "round" else reported(studies.column(by))
    if by == "round":
        days = sorted(set(texts))
        places = [float(days.index(text)) if text else np.nan for text in texts]
    else:
        try:
            places = [float(text) if text else np.nan for text in texts]
        except ValueError:
            return CumulativeNotDone(
                by=by, not_done=f"the column {by} holds a text that is no number, so it orders nothing"
            )
    known = np.isfinite(places)
    order = np.array(places)[known]
    if len(order) < 3 or len(set(order.tolist())) < 2:
        what = "the rounds do" if by == "round" else f"the column {by} does"
        return CumulativeNotDone(by=by, not_done=f"{what} not order three or more studies")
    part = studies.take(known)
    method, test = estimator(analysis)
    fitted = influence.cumulative(part.yi, part.vi, order, method=method, test=test, level=analysis.level)
    placed = [text for text, has in zip(texts, known, strict=True) if has]
    steps = []
    for position, row in enumerate(np.argsort(order, kind="stable")):
        one = model_of(fitted.one(position))
        numbers = {name: getattr(one, name) for name in ("k", *Refitted.model_fields)}
        if one.k < 2:  # nothing to be heterogeneous, nor to make Knapp and Hartung's standard error of
            numbers |= {"tau2": None, "se": None if one.ci_low is None else one.se}
        steps.append(Step(label=part.labels[row], place=placed[row], **numbers))
    return Cumulative(by=by, steps=tuple(steps), without_value=tuple(studies.take(~known).labels))
