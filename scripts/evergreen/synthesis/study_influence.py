"""How far a result leans on single studies, and the result as studies are added."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evergreen.metaanalysis import gosh, influence
from evergreen.metaanalysis.inverse_variance import fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.protocol.analysis import Analysis
from evergreen.sheets import NUMBER
from evergreen.synthesis import dependence
from evergreen.synthesis.pooled import estimator, model_of
from evergreen.synthesis.result import analyses
from evergreen.synthesis.study_effects import Studies
from evergreen.tables import grouped


def influences(studies: Studies, analysis: Analysis) -> analyses.Influence | None:
    """Leave-one-out results and deletion diagnostics of a common-effect or random-effects model of three or more studies; a study is left
    out with all its effects."""
    cluster = dependence.together(studies)
    rows = grouped(range(len(cluster)), cluster.__getitem__)
    if len(rows) < 3 or analysis.model not in {"random", "common"}:
        return None
    method, test = estimator(analysis)
    y, v, labels = studies.yi, studies.vi, np.array(list(rows), dtype=object)
    without = influence.leave_one_out(
        y, v, method=method, test=test, level=analysis.level, cluster=cluster, study=studies.names
    )
    # The diagnostics are those of the Wald test: the Hartung-Knapp factor of the other studies, which may be close to 0
    # when these happen to agree, would scale the variance of the study left out as well, and make any study an outlier.
    found = influence.deletion_diagnostics(y, v, method=method, cluster=cluster)
    apart = {"tau2", "Q", "dfbetas", "effects"}
    single = {name: values for name, values in vars(found).items() if name not in apart}
    x_axis, y_axis = influence.baujat(y, v, method=method, cluster=cluster)
    entries = []
    for position, (label, own) in enumerate(rows.items()):
        left = without.one(position)
        entries.append(
            analyses.Influenced(
                label=label,
                rows=tuple(studies.at(own).labels),
                without=analyses.Without.of(
                    k=int(left.k), studies=studies.take([name != label for name in cluster]).count,
                    test=str(left.test), estimate=left.b[0], se=left.se[0], p=left.p_value[0], ci_low=left.ci_low[0],
                    ci_high=left.ci_high[0], tau2=left.tau2, I2=left.I2, Q=left.Q, Q_p=left.Q_p,
                ),
                **{name: values[position] for name, values in single.items()},
                dfbetas=found.dfbetas[position, 0],
                baujat_x=x_axis[position],
                baujat_y=y_axis[position],
            )
        )  # fmt: skip
    return analyses.Influence(
        studies=tuple(entries),
        outliers=tuple(labels[influence.outliers(found, analysis.outliers)]),
        outlier_level=analysis.outliers,
        influential=tuple(labels[found.influential]),
        gosh=_gosh(studies, method, without.b[:, 0], analysis, cluster),
    )


def _gosh(
    studies: Studies, method: str, without: Array, analysis: Analysis, cluster: list[str]
) -> analyses.Subsets | None:
    """What subsets of the studies give; `without` are the estimates without each study."""
    subsets, k = analysis.gosh, len(without)
    if not subsets or k < 5:
        return None
    found = gosh.gosh(
        studies.yi, studies.vi, method=method, subsets=subsets, seed=analysis.seed, cluster=cluster
    )
    whole = fit(studies.yi, studies.vi, method=method).b[0]
    strongest = int(np.argmax(np.abs(without - whole)))
    return analyses.Subsets(
        subsets=len(found.used),
        drawn=k >= 62 or len(found.used) < 2**k - 1 - k,
        seed=analysis.seed,
        estimate=_quartiles(found.estimate),
        I2=_quartiles(found.I2),
        strongest=strongest,
        points=analyses.SubsetPoints.of(
            studies=tuple(found.used.sum(axis=1).astype(int).tolist()),
            estimate=found.estimate,
            I2=found.I2,
            holds="".join("1" if used else "0" for used in found.used[:, strongest] > 0),
        ),
    )


def _quartiles(values: Array) -> analyses.Quartiles:
    found = np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0))
    return analyses.Quartiles.of(**dict(zip(analyses.Quartiles.model_fields, found, strict=True)))


def cumulative(studies: Studies, analysis: Analysis) -> analyses.Cumulative | analyses.CumulativeNotDone:
    """The result as studies are added one by one, in the order of a study-level column or of the rounds."""
    if analysis.model not in {"random", "common"}:
        return analyses.CumulativeNotDone(
            not_done="studies are added one by one in inverse-variance models only"
        )
    wanted = analysis.cumulative
    each = zip(dependence.together(studies), studies.column("year"), strict=True)
    years = {name: year for name, year in each if year}
    by_year = len(years) > 2 and len({*years.values()}) > 1 and all(map(NUMBER.fullmatch, years.values()))
    by = wanted or ("year" if by_year else "round")
    texts = [one.round or "" for one in studies.comparisons] if by == "round" else studies.column(by)
    place_of: Callable[[str], float] = sorted(set(texts)).index if by == "round" else float
    try:
        places = [place_of(text) if text else np.nan for text in texts]
    except ValueError:
        why = f"the column {by} holds a text that is no number, so it orders nothing"
        return analyses.CumulativeNotDone(by=by, not_done=why)
    known = np.isfinite(places)
    part = studies.take(known)
    order, cluster = np.array(places)[known], dependence.together(part)
    steps = influence.steps(order, cluster)
    if len(steps) < 3 or len(set(order.tolist())) < 2:
        what = "the rounds do" if by == "round" else f"the column {by} does"
        return analyses.CumulativeNotDone(by=by, not_done=f"{what} not order three or more studies")
    method, test = estimator(analysis)
    fitted = influence.cumulative(
        part.yi, part.vi, order, method=method, test=test, level=analysis.level, cluster=cluster, study=part.names
    )  # fmt: skip
    placed = [text for text, has in zip(texts, known, strict=True) if has]
    entries, there = [], np.zeros(len(order), dtype=bool)
    for position, added in enumerate(steps):
        there[added] = True
        so_far = part.take(there)
        one = fitted.one(position)
        if len(so_far.yi) == 1:  # a study by itself has its own interval
            one = fit(so_far.yi, so_far.vi, method="EE", level=analysis.level)
        model = model_of(one)
        entries.append(
            analyses.Step(
                label=cluster[added[0]],
                rows=tuple(part.labels[row] for row in added),
                place=placed[added[0]],
                studies=so_far.count,
                **{name: getattr(model, name) for name in ("k", *analyses.Refitted.model_fields)},
            )
        )
    return analyses.Cumulative(by=by, steps=tuple(entries), without_value=tuple(studies.take(~known).labels))
