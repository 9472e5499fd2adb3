"""Pooling as the protocol asks for it: model, test, intervals, weights, and what has to be said beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from evergreen.synthesis import prediction, tau2_interval
from evergreen.synthesis.comparisons import Comparison
from evergreen.synthesis.model import Fit, fit
from evergreen.synthesis.stack import Array, stack


@dataclass(frozen=True)
class Studies:
    """Comparisons with their effects: what every analysis of an outcome starts from."""

    comparisons: list[Comparison]
    measure: str
    yi: Array
    vi: Array

    @classmethod
    def of(cls, rated: Sequence[tuple[Comparison, float, float]], measure: str) -> Studies:
        return cls(
            [comparison for comparison, _, _ in rated],
            measure,
            np.array([effect for _, effect, _ in rated], dtype=float),
            np.array([variance for _, _, variance in rated], dtype=float),
        )

    @property
    def labels(self) -> list[str]:
        return [comparison.label for comparison in self.comparisons]

    @property
    def rounds(self) -> list[str | None]:
        return [comparison.round for comparison in self.comparisons]

    def take(self, mask: Array) -> Studies:
        """The studies where `mask` is true."""
        kept = [one for one, keep in zip(self.comparisons, mask, strict=True) if keep]
        return Studies(kept, self.measure, self.yi[mask], self.vi[mask])

    def intervals(self, level: float) -> tuple[Array, Array]:
        """Wald interval of each study."""
        half = special.ndtri(0.5 + level / 2) * np.sqrt(self.vi)
        return self.yi - half, self.yi + half


@dataclass(frozen=True)
class Pooled:
    """A pooled result as the JSON holds it, the weights in per cent, and sentences that belong beside it."""

    block: dict[str, Any]
    weights: Array
    notes: list[str]


def pool(studies: Studies, analysis: Mapping[str, Any]) -> Pooled | None:
    """Pool `studies` as `analysis` says; None where there is no study."""
    if not len(studies.yi):
        return None
    return _inverse_variance(studies, analysis)


def _inverse_variance(studies: Studies, analysis: Mapping[str, Any]) -> Pooled:
    level, k = analysis["level"], len(studies.yi)
    random = analysis["model"] == "random" and k > 1
    method, test = (analysis["tau2"], analysis["test"]) if random else ("EE", "z")
    fitted = fit(studies.yi, studies.vi, method=method, test=test, level=level)
    block = block_of(fitted, "random" if random else "common")
    notes = []
    if k == 1:
        notes.append("One study: nothing is pooled, its own estimate and interval are shown.")
    if random:
        bounds = tau2_interval.q_profile(stack(studies.yi, studies.vi), level)
        block |= {"tau2_ci_low": bounds.low[0], "tau2_ci_high": bounds.high[0]}
        if analysis.get("prediction", True):
            low, high, df = prediction.interval(fitted, analysis.get("predtype", "default"))
            block |= {"pi_low": low, "pi_high": high, "pi_df": df}
        if analysis.get("i2", "tau2") == "Q":
            block |= q_based(fitted)
        if test in {"knha", "adhoc"}:
            normal = fit(studies.yi, studies.vi, method=method, test="z", level=level)
            narrower = float(fitted.se[0]) < float(normal.se[0])
            shorter = fitted.ci_high[0] - fitted.ci_low[0] < normal.ci_high[0] - normal.ci_low[0]
            if shorter or narrower or k == 2:
                block["wald"] = {
                    "se": normal.se[0], "statistic": normal.statistic[0], "p": normal.p_value[0],
                    "ci_low": normal.ci_low[0], "ci_high": normal.ci_high[0],
                }  # fmt: skip
                notes.append(_wald_sentence(k, shorter))
    return Pooled(block, fitted.weight, notes)


def _wald_sentence(k: int, shorter: bool) -> str:
    if shorter:
        return "The Knapp-Hartung interval is narrower than the Wald interval; both are given."
    if k == 2:
        return "With two studies the Knapp-Hartung interval rests on one degree of freedom; the Wald interval is given too."
    return "The Knapp-Hartung standard error is smaller than the usual one; the Wald interval is given too."


def q_based(fitted: Fit) -> dict[str, Any]:
    """I2 and H2 from Q (Higgins & Thompson 2002): 100 (Q - df) / Q, not below 0."""
    Q, df = float(fitted.Q), float(fitted.Q_df)
    return {
        "I2": max(0.0, 100 * (Q - df) / Q) if Q > 0 else 0.0,
        "H2": Q / df if df > 0 else 1.0,
        "I2_from": "Q",
    }


def block_of(fitted: Fit, model: str) -> dict[str, Any]:
    """A fit with one mean as the JSON's `model`."""
    common = model == "common"
    return {
        "model": model,
        "tau2_method": None if common else fitted.method,
        "test": fitted.test,
        "k": int(fitted.k),
        "estimate": fitted.b[0],
        "se": fitted.se[0],
        "statistic": fitted.statistic[0],
        "df": fitted.df,
        "p": fitted.p_value[0],
        "ci_low": fitted.ci_low[0],
        "ci_high": fitted.ci_high[0],
        "pi_low": None,
        "pi_high": None,
        "tau2": None if common else fitted.tau2,
        "tau2_se": None if common else fitted.tau2_se,
        "tau2_ci_low": None,
        "tau2_ci_high": None,
        "I2": fitted.I2 if fitted.k > 1 else None,
        "H2": fitted.H2 if fitted.k > 1 else None,
        "Q": fitted.Q if fitted.k > 1 else None,
        "Q_df": fitted.Q_df if fitted.k > 1 else None,
        "Q_p": fitted.Q_p if fitted.k > 1 else None,
    }
