"""Leave-one-out, cumulative, deletion diagnostics and residuals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from evergreen.metaanalysis import influence
from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.inverse_variance import Fit, fit, fit_batch
from evergreen.metaanalysis.least_squares import Batch
from tests.reference import stopping
from tests.reference.oracle.fits import CLOSED, Fits
from tests.reference.oracle.ledger import number, numbers


def series_numbers(mine: Fit) -> dict[str, np.ndarray]:
    """A stack of fits under the names of the files."""
    return {
        "estimate": mine.b[:, 0], "se": mine.se[:, 0], "zval": mine.statistic[:, 0], "tval": mine.statistic[:, 0],
        "pval": mine.p_value[:, 0], "ci_lb": mine.ci_low[:, 0], "ci_ub": mine.ci_high[:, 0], "Q": mine.Q,
        "Qp": mine.Q_p, "tau2": mine.tau2, "I2": mine.I2, "H2": mine.H2,
    }  # fmt: skip


def diagnostics(mine: influence.DeletionDiagnostics) -> dict[str, np.ndarray]:
    """Deletion diagnostics under the names of the files."""
    return {
        "rstudent": mine.rstudent, "dffits": mine.dffits, "cook_d": mine.cook, "cov_r": mine.cov_ratio,
        "tau2_del": mine.tau2, "QE_del": mine.Q, "hat": mine.hat, "weight": mine.weight,
        "dfbs": mine.dfbetas[:, 0] if mine.dfbetas.shape[1] == 1 else mine.dfbetas, "is_infl": mine.influential,
    }  # fmt: skip


class Influences(Fits):
    """What single studies do to a result."""

    def _leave1out(self, theirs: Mapping[str, Any], path: str) -> None:
        for name, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            method, test = name.split("_")
            mine = influence.leave_one_out(self.y, self.v, method=method, test=test)
            used = 1.0 - np.eye(len(self.y))
            self.series(
                "leave-one-out", f"{path}/{name}", block, mine, Batch.of(self.y, self.v, used=used), test
            )

    def _cumul(self, theirs: Mapping[str, Any], path: str) -> None:
        key = theirs.get("order_key")
        order = np.arange(len(self.y)) if key is None else np.array(key, dtype=object)
        if len(order) != len(self.y):
            order = order[self.use]
        for name, block in theirs.items():
            if name in {"order", "order_key"}:
                continue
            if "error" in block:
                self.ledger.skip("error block")
                continue
            method, test = name.split("_")
            mine = influence.cumulative(self.y, self.v, order, method=method, test=test)
            turn = np.argsort(order, kind="stable")
            of = Batch.of(self.y[turn], self.v[turn], used=np.tri(len(turn)))
            self.series("cumulative", f"{path}/{name}", block, mine, of, test)

    def series(self, kind: str, path: str, block: Mapping[str, Any], mine: Fit, of: Batch, test: str) -> None:
        """Compare a stack of fits: tau2 within its tolerance, all else as exactly as R's tau2 allows."""
        stuck = np.isnan(numbers(block["estimate"])) & np.isfinite(mine.b[:, 0])
        if stuck.any():  # single fits that did not converge in R
            self.ledger.skip("single fits without convergence in R", int(stuck.sum()))
            block = {key: np.where(stuck, np.nan, numbers(value)) for key, value in block.items()}
        lower = (
            self.lower(mine.method, of, mine.tau2, numbers(block["tau2"]))
            if "tau2" in block
            else ~stuck & False
        )
        if lower.any():
            self.ledger.skip("single fits at a lower maximum in R", int(lower.sum()))
            block = {key: np.where(lower, np.nan, numbers(value)) for key, value in block.items()}
            stuck = stuck | lower
        ours = series_numbers(mine)
        closed = mine.method in CLOSED
        slack: dict[str, Any] = {}
        if not closed:
            its = np.where(np.isfinite(tau2 := numbers(block["tau2"])), np.maximum(tau2, 0.0), mine.tau2)
            moved = series_numbers(fit_batch(of, method=mine.method, test=test, tau2=its))
            slack = {key: np.abs(moved[key] - ours[key]) for key in ours}
            # where it is 0, R stops within a threshold that grows with the variance of the effects
            near = np.where(mine.tau2 > 0, 1e-9, 1e3 * stopping.files_threshold(of.yi[-1]))
            slack["tau2"] = 1e-6 * its + near
        ours = {key: np.where(stuck, np.nan, value) for key, value in ours.items()}
        rough = 1e-10 if closed else 1e-7
        off, share = stopping.rounding(self.y, self.v, None)
        rough += 10 * off / max(float(np.max(np.nan_to_num(mine.Q))), 1.0) + share
        self.ledger.block(
            kind, path, block, ours, rtol=rough, atol=1e-12, rtols={"pval": 1e-5, "Qp": 1e-7}, slack=slack
        )

    @staticmethod
    def lower(method: str, of: Batch, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        """Fits whose likelihood is higher at our tau2 than at R's, by more than an iteration's threshold explains."""
        if method not in {"ML", "REML"}:
            return np.zeros(len(ours), dtype=bool)
        restricted, its = method == "REML", np.where(np.isfinite(theirs), np.maximum(theirs, 0.0), ours)
        gain = heterogeneity.profiled(of, ours, restricted) - heterogeneity.profiled(of, its, restricted)
        return np.nan_to_num(gain) > 1e-6

    def _influence(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            pooled = self.block["fits"].get(method, {}).get("z", {})
            tau2 = number(pooled.get("tau2", 0.0))
            mine = influence.deletion_diagnostics(self.y, self.v, method=method)
            self.influence_block(
                f"{path}/{method}",
                {key: value for key, value in block.items() if key not in {"rstandard", "blup"}},
                mine,
                method,
                (self.y, self.v, None),
                tau2,
            )
            whole, moved = (
                fit(self.y, self.v, method=method),
                fit(self.y, self.v, method=method, tau2=max(tau2, 0.0)),
            )
            loose = 1e-10 if method in CLOSED else 1e-7
            loose += 8 * np.finfo(float).eps * float(np.max(self.v) / np.min(self.v))
            if "error" not in block.get("rstandard", {"error": ""}):
                own, its = (
                    {"resid": found.residual, "se": found.se, "z": found.z}
                    for found in (
                        influence.standardised_residuals(self.y, self.v, of) for of in (whole, moved)
                    )
                )
                self.ledger.block(
                    "residuals",
                    f"{path}/{method}/rstandard",
                    block["rstandard"],
                    own,
                    rtol=loose,
                    atol=loose * 1e-2,
                    slack={key: np.abs(its[key] - own[key]) for key in own},
                )
            if "error" not in block.get("blup", {"error": ""}):
                own, its = (
                    {"pred": found.estimate, "se": found.se, "pi_lb": found.low, "pi_ub": found.high}
                    for found in (influence.empirical_bayes(self.y, self.v, of) for of in (whole, moved))
                )
                self.ledger.block(
                    "shrunken effects",
                    f"{path}/{method}/blup",
                    block["blup"],
                    own,
                    rtol=loose,
                    atol=loose * float(np.max(own["se"])),
                    slack={key: np.abs(its[key] - own[key]) for key in own},
                )

    def influence_block(self, path: str, block: Mapping[str, Any], mine: influence.DeletionDiagnostics, method: str, of: tuple[Any, Any, Any], tau2: float) -> None:  # fmt: skip
        """Compare diagnostics of the data `of`; what R's `tau2` of all and without each study moves is computed."""
        ours = diagnostics(mine)
        loose = 1e-10 if method in CLOSED else 1e-7
        slack: dict[str, Any] = {}
        if method not in CLOSED:
            y, v, design = of
            without = numbers(block["tau2_del"]) if "tau2_del" in block else self.retraced(y, v, design)
            possible = np.isfinite(mine.tau2)
            its = np.concatenate([[tau2], np.where(np.isfinite(without), without, mine.tau2)[possible]])
            with patch.object(influence, "fit_batch", partial(fit_batch, tau2=np.maximum(its, 0.0))):
                moved = diagnostics(influence.deletion_diagnostics(y, v, design, method=method))
            slack = {key: np.abs(moved[key] - ours[key]) for key in ours if key != "is_infl"}
            p = 1 if design is None else design.shape[1]
            block, ours = self.without_stuck(block, ours, "rstudent", possible & (len(y) - 1 > p))
            lower = np.zeros(len(y), dtype=bool)
            lower[possible] = self.lower(
                method,
                Batch.of(y, v, design, used=1.0 - np.eye(len(y))[possible]),
                mine.tau2[possible],
                its[1:],
            )
            block, ours = self.without(block, ours, lower, "single fits at a lower maximum in R")
        self.ledger.block("influence", path, block, ours, rtol=loose, atol=loose, slack=slack)

    def without_stuck(
        self, block: Mapping[str, Any], ours: Mapping[str, Any], key: str, estimable: np.ndarray
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Both sides without the deletions that did not converge in R, though they can be estimated."""
        stuck = np.isnan(numbers(block[key])) & np.isfinite(ours[key]) & estimable
        return self.without(block, ours, stuck, "single fits without convergence in R")

    def without(
        self, block: Mapping[str, Any], ours: Mapping[str, Any], stuck: np.ndarray, why: str
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Both sides without the deletions `stuck`."""
        if not stuck.any():
            return block, ours
        self.ledger.skip(why, int(stuck.sum()))
        alone = {"hat", "weight", "x"}  # of the fit of all
        return (
            {name: value if name in alone else np.where(stuck, np.nan, numbers(value)) for name, value in block.items()},
            {name: value if name in alone else np.where(stuck, np.nan, value) for name, value in ours.items() if np.ndim(value) == 1},
        )  # fmt: skip

    @staticmethod
    def retraced(y: np.ndarray, v: np.ndarray, design: np.ndarray) -> np.ndarray:
        """R's tau2 without each study, where a file does not give it: its iteration at the files' threshold."""
        threshold, found = stopping.files_threshold(y), np.full(len(y), np.nan)
        for i in range(len(y)):
            left = np.delete(np.arange(len(y)), i)
            if np.linalg.matrix_rank(design[left]) == design.shape[1] < len(left):
                found[i] = stopping.fisher_scoring(y[left], v[left], design[left], threshold)
        return found

    def _baujat(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            x, y = influence.baujat(self.y, self.v, method=method)
            loose = 1e-10 if method in CLOSED else 1e-7
            # a change of effects that are far from 0 is a small difference of large numbers
            se = float(fit(self.y, self.v, method=method).se[0])
            rough = 8 * np.finfo(float).eps * float(np.max(np.abs(self.y))) / se
            rounded = 4 * np.sqrt(y) * rough + rough**2
            slack = 0.0
            if method not in CLOSED:  # what 1e-9 in tau2, the tolerance of an estimate near 0, moves
                whole = fit(self.y, self.v, method=method)
                slack = 2e-9 / (np.min(self.v) + float(whole.tau2))
            ours: Mapping[str, Any] = {"x": x, "y": y}
            if method not in CLOSED:
                block, ours = self.without_stuck(block, ours, "y", np.full(len(y), len(y) > 2))
                deleted = self.block.get("influence", {}).get(method, {}).get("tau2_del")
                if deleted is not None:
                    of = Batch.of(self.y, self.v, used=1.0 - np.eye(len(y)))
                    mine = influence.leave_one_out(self.y, self.v, method=method)
                    lower = self.lower(method, of, mine.tau2, numbers(deleted))
                    block, ours = self.without(block, ours, lower, "single fits at a lower maximum in R")
            self.ledger.block(
                "Baujat",
                f"{path}/{method}",
                block,
                ours,
                rtol=loose,
                atol=loose * 1e-2,
                slack={"x": slack * x, "y": slack * y + rounded},
            )
