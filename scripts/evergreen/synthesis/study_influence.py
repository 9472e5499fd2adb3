"""How far a result leans on single studies: the JSON of influence, and of the result as studies are added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from evergreen.metaanalysis import gosh, influence
from evergreen.metaanalysis.inverse_variance import fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.synthesis.effect_modification import reported
from evergreen.synthesis.pooled import block_of
from evergreen.synthesis.studies import Studies


def influences(studies: Studies, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """Leave-one-out results and deletion diagnostics of a common-effect or random-effects model of three or more studies."""
    if len(studies.yi) < 3 or analysis["model"] not in {"random", "common"}:
        return {}
    random = analysis["model"] == "random"
    method, test = (analysis["tau2"], analysis["test"]) if random else ("EE", "z")
    without = influence.leave_one_out(
        studies.yi, studies.vi, method=method, test=test, level=analysis["level"]
    )
    # The diagnostics are those of the Wald test: the Hartung-Knapp factor of the other studies, which may be close to 0
    # when these happen to agree, would scale the variance of the study left out as well, and make any study an outlier.
    found = influence.deletion_diagnostics(studies.yi, studies.vi, method=method)
    single = asdict(found)
    x, y = influence.baujat(studies.yi, studies.vi, method=method)
    rows = []
    for position, label in enumerate(studies.labels):
        left = without.one(position)
        rows.append(
            {
                "label": label,
                "without": {
                    "test": str(left.test), "estimate": left.b[0], "se": left.se[0], "p": left.p_value[0], "ci_low": left.ci_low[0],
                    "ci_high": left.ci_high[0], "tau2": left.tau2, "I2": left.I2, "Q": left.Q, "Q_p": left.Q_p,
                },
                **{name: values[position] for name, values in single.items() if name not in {"tau2", "Q", "dfbetas"}},
                "dfbetas": single["dfbetas"][position, 0],
                "baujat_x": x[position],
                "baujat_y": y[position],
            }
        )  # fmt: skip
    strange = influence.outliers(found, analysis["outliers"])
    labels = np.array(studies.labels, dtype=object)
    return {
        "studies": rows,
        "outliers": labels[strange].tolist(),
        "outlier_level": analysis["outliers"],
        "influential": labels[found.influential].tolist(),
        "gosh": _gosh(studies, method, without.b[:, 0], analysis),
    }


def _gosh(studies: Studies, method: str, without: Array, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """What subsets of the studies give: how many, how drawn, the quartiles of estimate and I2, and each as a point.

    `points` are columns: the number of `studies` in a subset, its `estimate` and `I2`, and in `holds` a 1 where it holds the
    study at position `strongest`, which changes the pooled effect most; `without` are the estimates without each.
    """
    subsets, k = analysis["gosh"], len(studies.yi)
    if not subsets or k < 5:
        return {}
    found = gosh.gosh(studies.yi, studies.vi, method=method, subsets=subsets, seed=analysis["seed"])
    whole = fit(studies.yi, studies.vi, method=method).b[0]
    strongest = int(np.argmax(np.abs(without - whole)))
    quantiles = {"lowest": 0.0, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "highest": 1.0}
    return {
        "subsets": len(found.used),
        "drawn": k >= 62 or len(found.used) < 2**k - 1 - k,
        "seed": analysis["seed"],
        **{
            name: {word: np.quantile(values, share) for word, share in quantiles.items()}
            for name, values in (("estimate", found.estimate), ("I2", found.I2))
        },
        "strongest": strongest,
        "points": {
            "studies": found.used.sum(axis=1).astype(int),
            "estimate": found.estimate,
            "I2": found.I2,
            "holds": "".join("1" if used else "0" for used in found.used[:, strongest] > 0),
        },
    }


def cumulative(studies: Studies, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """The result as studies are added one by one, in the order of a study-level column or of the rounds.

    `by` is the column or `round`; `steps` hold the study added, its place in the order, and the result with it. Where nothing
    orders the studies, `not_done` says why; a study without a place in the order is named in `without_value`.
    """
    if analysis["model"] not in {"random", "common"}:
        return {"not_done": "studies are added one by one in inverse-variance models only"}
    wanted = analysis.get("cumulative")
    by = wanted or ("year" if any(studies.column("year")) else "round")
    texts = [day or "" for day in studies.rounds] if by == "round" else reported(studies.column(by))
    if by == "round":
        days = sorted(set(texts))
        places = [float(days.index(text)) if text else np.nan for text in texts]
    else:
        try:
            places = [float(text) if text else np.nan for text in texts]
        except ValueError:
            return {
                "by": by,
                "not_done": f"the column {by} holds a text that is no number, so it orders nothing",
            }
    known = np.isfinite(places)
    order = np.array(places)[known]
    if len(order) < 3 or len(set(order.tolist())) < 2:
        return {
            "by": by,
            "not_done": f"{'the rounds do' if by == 'round' else f'the column {by} does'} not order three or more studies",
        }
    part = studies.take(known)
    random = analysis["model"] == "random"
    fitted = influence.cumulative(
        part.yi, part.vi, order, method=analysis["tau2"] if random else "EE", test=analysis["test"] if random else "z",
        level=analysis["level"],
    )  # fmt: skip
    steps = []
    for position, row in enumerate(np.argsort(order, kind="stable")):
        one = block_of(fitted.one(position), analysis["model"])
        if one["k"] < 2:  # nothing to be heterogeneous, nor to make Knapp and Hartung's standard error of
            one["tau2"] = None
            one["se"] = one["se"] if np.isfinite(one["ci_low"]) else None
        kept = ("k", "test", "estimate", "se", "p", "ci_low", "ci_high", "tau2", "I2")
        steps.append(
            {
                "label": part.labels[row],
                "place": texts[int(np.flatnonzero(known)[row])],
                **{key: one[key] for key in kept},
            }
        )
    return {
        "by": by,
        "steps": steps,
        "without_value": [label for label, has in zip(studies.labels, known, strict=True) if not has],
    }
