# ruff: noqa: N802 - methods carry the names of the blocks
"""Fits, weights and intervals of tau2.

What an estimator of tau2 may differ by (the tolerance of its iteration in R) is carried through to what depends on tau2:
our own numbers at R's tau2 say how far they may move.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from evergreen.metaanalysis import prediction, tau2_interval
from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.inverse_variance import Fit, fit
from evergreen.metaanalysis.least_squares import Batch
from tests.reference import stopping
from tests.reference.oracle.ledger import Ledger, column, number, numbers

SEARCHED = 1e6  # where the files' search for limits of tau2 ended: `tau2.max`
CLOSED = {"EE", "DL", "HE", "HS", "HSk", "SJ"}


def tails(fitted: Fit, closeness: float) -> dict[str, float]:
    """Tolerances of p values: a statistic z moves its tail by about z^2 times its own relative change."""
    z2 = float(np.max(np.nan_to_num(np.abs(fitted.statistic), posinf=0.0))) ** 2 + 1
    return {
        "pval": closeness * z2 * 10,
        "QMp": closeness * (abs(float(np.nan_to_num(fitted.QM))) + 1) * 10,
        "QEp": closeness * (float(np.nan_to_num(fitted.Q)) + 1) * 10,
    }


def fit_numbers(fitted: Fit, coefficient: int | None = 0) -> dict[str, Any]:
    """A fit under the names of the files; `coefficient` None for all of them."""
    at = slice(None) if coefficient is None else coefficient
    ours = {
        "b": fitted.b[at], "se": fitted.se[at], "stat": fitted.statistic[at], "pval": fitted.p_value[at],
        "ci_lb": fitted.ci_low[at], "ci_ub": fitted.ci_high[at], "df": fitted.df, "tau2": fitted.tau2,
        "se_tau2": fitted.tau2_se, "I2": fitted.I2, "H2": fitted.H2, "QE": fitted.Q, "QEp": fitted.Q_p,
        "QE_df": fitted.Q_df, "s2w": fitted.scale, "logLik_ML": fitted.loglik,
        "logLik_REML": fitted.loglik_restricted, "QM": fitted.QM, "QMp": fitted.QM_p, "QM_df": fitted.QM_df,
        "vb": fitted.vb,
    }  # fmt: skip
    for restricted, suffix in ((False, "ML"), (True, "REML")):
        with np.errstate(divide="ignore"):
            ours |= {
                f"{key}_{suffix}": value for key, value in fitted.information_criteria(restricted).items()
            }
    return ours


def stopped(y: np.ndarray, v: np.ndarray) -> dict[str, Any]:
    """A REML fit under the names of the files, with tau2 where R's iteration stops at its default threshold."""
    tau2 = stopping.fisher_scoring(y, v)
    error = heterogeneity.standard_error(Batch.of(y, v), "REML", np.array([tau2]))[0]
    return {**fit_numbers(fit(y, v, tau2=tau2)), "se_tau2": error}


class Fits:
    """The effects of one measure, and the blocks of its fits."""

    def __init__(self, document: Mapping[str, Any], block: Mapping[str, Any], ledger: Ledger) -> None:
        self.document, self.block, self.ledger = document, block, ledger
        self.raw = document["raw"]
        reported = block.get("escalc") or self.raw
        if "yi" not in reported:
            return
        y, v = column(reported["yi"]), column(reported["vi"])
        self.use = np.array(block.get("use", [True] * len(y)), dtype=bool)
        self.y, self.v = y[self.use], v[self.use]
        ni = block.get("ni") or (self.raw.get("ni") if document["kind"] == "generic" else None)
        self.ni = column(ni)[self.use] if ni else None

    def _fits(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, tests in theirs.items():
            for test, block in tests.items():
                if "error" in block:
                    self.ledger.skip("error block")
                    continue
                self.fit_block("fits", f"{path}/{method}/{test}", block, method=method, test=test)

    def fit_block(
        self, kind: str, path: str, block: Mapping[str, Any], *, method: str, test: str, y: np.ndarray | None = None,
        v: np.ndarray | None = None, design: Any = None, level: float = 0.95, weighted: bool = True,
        coefficient: int | None = 0, more: Mapping[str, Any] | None = None, ignore: Sequence[str] = (),
        tau2_atol: float = 1e-9,
    ) -> Fit:  # fmt: skip
        """Compare a fit: tau2 within its tolerance, all else as exactly as that allows."""
        y, v = self.y if y is None else y, self.v if v is None else v
        how = {"method": method, "test": test, "level": level, "weighted": weighted}
        mine = fit(y, v, design, **how)
        extra = dict(more or {})
        ours = fit_numbers(mine, coefficient) | extra
        slack: dict[str, Any] = {}
        x = None if design is None else np.asarray(design, dtype=float)
        off, share = stopping.rounding(y, v, x) if np.all(v > 0) and len(y) > mine.p else (0.0, 0.0)
        closed = method in CLOSED
        if closed and "tau2" in block:  # what R's rounding moves tau2 by is carried through as well
            gap = abs(number(block["tau2"]) - float(mine.tau2))
            moved = off * float(mine.vt) / max(float(mine.Q_df), 1.0) + share * float(mine.tau2)
            closed = not 1e-10 * float(mine.tau2) < gap <= moved
        if not closed:
            tau2 = number(block.get("tau2", math.nan))
            if method in {"ML", "REML"} and np.any(v <= 0) and tau2 < 1e-9:
                self.without_maximum(path, Batch.of(y, v, design), mine, tau2, method == "REML")
                return mine
            # where it is 0, R's iteration ends within the files' threshold, which grows with the variance of the effects
            near = tau2_atol * (1 if mine.tau2 > 0 else 1e12 * stopping.files_threshold(y))
            allowed = 1e-6 * abs(tau2) + near
            if method == "SJIT":
                stops = (
                    stopping.iterated_sj(y, v, x, factor * stopping.files_threshold(y))
                    for factor in (1, 1e2, 1e3, 1e4)
                )
                if abs(tau2 - float(mine.tau2)) > allowed and any(
                    abs(stop - tau2) <= 1e-6 * tau2 + near for stop in stops
                ):
                    allowed = abs(tau2 - float(mine.tau2))
            elif method in CLOSED:
                allowed = moved
            if not abs(float(mine.tau2) - tau2) <= allowed:
                self.ledger.failed.append(f"{path}.tau2: {float(mine.tau2)!r} against {tau2!r}")
            theirs = fit(y, v, design, tau2=max(tau2, 0.0), **how)
            slack = {
                key: np.abs(numbers(value) - numbers(ours[key]))
                for key, value in fit_numbers(theirs, coefficient).items()
            }
            slack["tau2"] = np.array(allowed)
            slack["se_tau2"] = abs(
                heterogeneity.standard_error(Batch.of(y, v, design), method, np.array([max(tau2, 0.0)]))[0]
                - mine.tau2_se
            )
        z2 = float(np.max(np.nan_to_num(np.abs(mine.statistic), posinf=0.0))) ** 2 + 1
        closeness = 1e-10 if closed else 1e-7
        if design is not None:
            # R inverts X'WX, which costs digits where moderators are far from 0 (a year); ours does not
            condition = np.linalg.cond(np.asarray(design) / np.sqrt(v + mine.tau2)[:, None])
            closeness += 1e-17 * condition**2 + 8 * np.finfo(float).eps * float(np.max(v) / np.min(v))
            self.exact(path, mine, y, v, np.asarray(design, dtype=float))
        rtols = {
            "pval": closeness * z2 * 10,
            "QMp": closeness * (abs(float(np.nan_to_num(mine.QM))) + 1) * 10,
            "QEp": min(closeness, 1e-10 if design is None else closeness)
            * (float(np.nan_to_num(mine.Q)) + 1)
            * 10,
        }
        scale = float(np.max(mine.se, initial=0.0))
        if (
            "b" in block and scale > 0
        ):  # a coefficient that is 0 but for rounding is compared with its standard error
            slack = {
                **slack,
                **{
                    key: np.add(slack.get(key, 0.0), 1e-10 * size)
                    for key, size in (("b", numbers(mine.se if coefficient is None else mine.se[coefficient])), ("ci_lb", scale), ("ci_ub", scale), ("stat", 1.0), ("QM", 1.0), ("vb", np.outer(mine.se, mine.se) if coefficient is None and len(mine.se) > 1 else scale**2), ("s2w", 1.0), ("R2", 1e-4), ("I2", 1e-2), ("H2", 1.0))
                },
            }  # fmt: skip
        Q, Q_df = (float(np.nan_to_num(one)) for one in (mine.Q, mine.Q_df))
        for key, value in (
            ("QE", off),
            ("QEp", off),
            ("H2", off / max(Q_df, 1.0)),
            ("I2", 100 * off / max(Q, 1e-300)),
        ):
            slack[key] = np.add(slack.get(key, 0.0), value)
        slack["se_tau2"] = np.add(
            slack.get("se_tau2", 0.0), np.nan_to_num(mine.tau2_se) * share**2 / np.finfo(float).eps
        )
        self.ledger.block(
            kind, path, block, ours, rtol=closeness, atol=1e-13, rtols=rtols, slack=slack,
            ignore=("prediction_interval", "coef_names", *ignore),
        )  # fmt: skip
        for name, interval in block.get("prediction_interval", {}).items():
            if "error" in interval:
                self.ledger.skip("error block")
                continue
            low, high, df = prediction.interval(mine, name)
            given = dict.fromkeys(("lb", "ub"), 0.0)
            if not closed:
                other_low, other_high, _ = prediction.interval(theirs, name)
                given = {"lb": abs(low - other_low), "ub": abs(high - other_high)}
            self.ledger.block(
                "prediction intervals", f"{path}/{name}", interval, {"lb": low, "ub": high, "df": df},
                rtol=closeness, slack={key: value + 1e-9 * scale for key, value in given.items()},
            )  # fmt: skip
        return mine

    def without_maximum(self, path: str, of: Batch, mine: Fit, tau2: float, restricted: bool) -> None:
        """Equal effects with variances of 0: the likelihood grows without end as tau2 falls; R stops somewhere on the way."""
        here, lower = (
            float(heterogeneity.profiled(of, np.array([at]), restricted)[0]) for at in (tau2, tau2 / 10)
        )
        if not (tau2 > 0 and lower > here and np.isnan(mine.b).all()):
            self.ledger.failed.append(
                f"{path}: {float(mine.b[0])!r} although a variance is 0, and R's tau2 {tau2!r}"
            )
        self.ledger.skip("a likelihood without a maximum")

    def exact(self, path: str, mine: Fit, y: np.ndarray, v: np.ndarray, design: np.ndarray) -> None:
        """Our coefficients and Q equal those of rational arithmetic at our tau2: what R differs by is R's."""
        b, inverse, _ = stopping.exact_least_squares(y, 1 / (v + mine.tau2), design)
        se = np.sqrt(np.diagonal(inverse))
        Q = stopping.exact_least_squares(y, 1 / v, design)[2]
        gap = max(
            float(np.max(np.abs(mine.b - b) / (np.abs(b) + se))),
            float(np.max(np.abs(mine.se / np.sqrt(mine.scale) / se - 1))) if mine.scale > 0 else 0.0,
            abs(float(mine.Q) - Q) / (Q + 1e-3),
        )
        if not gap <= 1e-10:
            self.ledger.failed.append(f"{path}: {gap!r} from the exact least squares")

    def _weights_pct(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, block in theirs.items():
            mine = fit(self.y, self.v, method=method)
            slack = 0.0
            if method not in CLOSED:
                its = number(self.block["fits"].get(method, {}).get("z", {}).get("tau2", mine.tau2))
                moved = fit(self.y, self.v, method=method, tau2=max(its, 0.0))
                slack = np.abs(moved.weight - mine.weight)
            self.ledger.block(
                "weights",
                f"{path}/{method}",
                {"weight": block},
                {"weight": mine.weight},
                slack={"weight": slack},
            )

    def _unweighted_REML(self, theirs: Mapping[str, Any], path: str) -> None:
        self.fit_block("fits", path, theirs, method="REML", test="z", weighted=False)

    def _REML_knha_level90(self, theirs: Mapping[str, Any], path: str) -> None:
        self.fit_block("fits", path, theirs, method="REML", test="knha", level=0.90)

    def _REML_metafor_default_tolerance(self, theirs: Mapping[str, Any], path: str) -> None:
        """What users of R see: the iteration is retraced to where it stops, short of the maximum."""
        mine = fit(self.y, self.v)
        self.ledger.short["REML at the default threshold"] += 1
        # scoring is exact to a rounding of the sampling variances
        self.ledger.block(
            "fits", path, theirs, stopped(self.y, self.v), rtol=1e-9, rtols=tails(mine, 1e-9),
            slack={"tau2": 1e-14 * float(np.max(self.v)), "b": 1e-10 * float(mine.se[0])},
        )  # fmt: skip
        self.no_worse(path, Batch.of(self.y, self.v), float(mine.tau2), number(theirs["tau2"]))

    def no_worse(self, path: str, of: Batch, ours: float, theirs: float) -> None:
        """Our REML estimate has at least the likelihood of R's."""
        mine, other = (
            float(heterogeneity.profiled(of, np.array([max(value, 0.0)]), True)[0])
            for value in (ours, theirs)
        )
        if mine < other - 1e-12 * abs(other):
            self.ledger.failed.append(f"{path}: likelihood {mine!r} below R's {other!r}")

    # --- intervals of tau2

    def _confint(self, theirs: Mapping[str, Any], path: str) -> None:
        for name, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            self.confint_block(f"{path}/{name}", block, name)

    def confint_block(self, path: str, block: Mapping[str, Any], name: str, *, y: np.ndarray | None = None, v: np.ndarray | None = None, design: Any = None) -> None:  # fmt: skip
        y, v = self.y if y is None else y, self.v if v is None else v
        method = name.rsplit("_", 1)[1] if not name.startswith("GENQ") else "DL"
        mine = fit(y, v, design, method=method)
        of = Batch.of(y, v, design)
        if name.startswith("Q_profile"):
            bounds = tau2_interval.q_profile(of)
        elif name.startswith("PL"):
            bounds = tau2_interval.profile_likelihood(of, float(mine.tau2), restricted=method == "REML")
        else:
            bounds = tau2_interval.generalised_q(of, 1 / v)
        values = np.array([float(mine.tau2), bounds.low[0], bounds.high[0]])
        if bounds.empty[0]:
            values[1:] = math.nan
        if name.startswith("GENQ"):
            values = self.generalised_q(path, block["tau2"], of, values)
        ours: dict[str, Any] = {"tau2": values, **tau2_interval.derived(mine, values)}
        vt = float(mine.vt)
        allowed = 1e-6 * np.nan_to_num(values) + 1e-9
        if mine.tau2 == 0:
            allowed[0] = 1e-9 * 1e12 * stopping.files_threshold(y)
        slack = {
            "tau2": allowed,
            "tau": np.sqrt(values + allowed) - np.sqrt(values),
            "I2": 100 * allowed / vt,
            "H2": allowed / vt,
        }
        given = {key: value for key, value in block.items() if key not in {"lb_sign", "ub_sign"}}
        if bounds.empty[0]:  # metafor reports an empty set as an interval without limits, or at the floor
            given = {key: [value[0], None, None] for key, value in given.items()}
        if block.get("ub_sign") == ">":  # R's search ended before the limit, and it reports where
            for place in (1, 2):
                if block["tau2"][place] == SEARCHED:
                    given = {key: [*value[:place], None, *value[place + 1 :]] for key, value in given.items()}
                    if not values[place] >= SEARCHED:
                        self.ledger.failed.append(f"{path}: {values[place]!r} against more than {SEARCHED}")
                    ours = {
                        key: np.where(np.arange(3) == place, np.nan, value) for key, value in ours.items()
                    }
        if design is not None:
            x = np.asarray(design, dtype=float)
            # R inverts X'WX in its search, too: what that costs is allowed where ours solves the equation exactly
            extra = 1e-17 * np.linalg.cond(x / np.sqrt(v)[:, None]) ** 2
            slack = {key: value + extra * np.nan_to_num(ours[key]) for key, value in slack.items()}
            for place, tail in ((1, 0.975), (2, 0.025)):
                target = special.chdtri(len(y) - x.shape[1], 1 - tail)
                if np.isfinite(values[place]) and values[place] > 0:
                    left = stopping.exact_least_squares(y, 1 / (v + values[place]), x)[2]
                    if not abs(left / target - 1) <= 1e-9:
                        self.ledger.failed.append(f"{path}: Q of {left!r} in place of {target!r} at a limit")
        self.ledger.block("intervals of tau2", path, given, ours, rtol=1e-6, slack=slack)
        if block.get("lb_sign") == "<" and not (bounds.below[0] or bounds.empty[0]):
            self.ledger.failed.append(f"{path}.lb_sign: {block['lb_sign']!r} against {bool(bounds.below[0])}")

    def generalised_q(self, path: str, theirs: Sequence[Any], of: Batch, ours: np.ndarray) -> np.ndarray:
        """What metafor's `uniroot` gives on our function, within its tolerance of our limits, which solve the equation."""
        self.ledger.short["generalised Q: uniroot at its default tolerance"] += 1
        tail = tau2_interval.generalised_q_tail(of, 1 / of.vi[0])
        stopped = ours.copy()
        for place, target in ((1, 0.975), (2, 0.025)):
            if ours[place] > 0:
                left, its = (abs(tail(number(limit)) - target) for limit in (ours[place], theirs[place]))
                if not (left < 1e-9 and left <= its + 1e-9):
                    self.ledger.failed.append(f"{path}: residual {left!r} against {its!r}")
                stopped[place] = stopping.uniroot(
                    lambda tau2, target=target: target - tail(tau2), 0.0, SEARCHED
                )
        return stopped
