"""Leave-one-out, cumulative, deletion diagnostics and residuals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from evergreen.synthesis import influence
from evergreen.synthesis.model import Fit, fit
from tests.reference.oracle.fits import CLOSED, Fits
from tests.reference.oracle.ledger import numbers


class Influences(Fits):
    """What single studies do to a result."""

    def _leave1out(self, theirs: Mapping[str, Any], path: str) -> None:
        for name, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            method, test = name.split("_")
            mine = influence.leave_one_out(self.y, self.v, method=method, test=test)
            self.series("leave-one-out", f"{path}/{name}", block, mine)

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
            self.series("cumulative", f"{path}/{name}", block, mine)

    def series(self, kind: str, path: str, block: Mapping[str, Any], mine: Fit) -> None:
        stuck = np.isnan(numbers(block["estimate"])) & np.isfinite(mine.b[:, 0])
        if stuck.any():  # single fits that did not converge in R
            self.ledger.skip("single fits without convergence in R", int(stuck.sum()))
            block = {key: np.where(stuck, np.nan, numbers(value)) for key, value in block.items()}
        ours = {
            "estimate": mine.b[:, 0], "se": mine.se[:, 0], "zval": mine.statistic[:, 0], "tval": mine.statistic[:, 0],
            "pval": mine.p_value[:, 0], "ci_lb": mine.ci_low[:, 0], "ci_ub": mine.ci_high[:, 0], "Q": mine.Q,
            "Qp": mine.Q_p, "tau2": mine.tau2, "I2": mine.I2, "H2": mine.H2,
        }  # fmt: skip
        ours = {key: np.where(stuck, np.nan, value) for key, value in ours.items()}
        closed = mine.method in CLOSED
        allowed = (0.0 if closed else 1e-6) * mine.tau2 + (1e-12 if closed else 1e-9)
        vt = np.where(mine.vt > 0, mine.vt, 1.0)
        shift = (
            np.abs(np.gradient(mine.b[:, 0])) * 0
            + allowed / np.maximum(mine.vt + mine.tau2, 1e-300) * mine.se[:, 0]
        )
        slack = {
            "tau2": allowed, "I2": 100 * allowed / vt + 1e-8, "H2": allowed / vt, "estimate": shift, "se": shift,
            "zval": shift / mine.se[:, 0] * (1 + np.abs(mine.statistic[:, 0])), "ci_lb": 4 * shift, "ci_ub": 4 * shift,
            "tval": shift / mine.se[:, 0] * (1 + np.abs(mine.statistic[:, 0])),
        }  # fmt: skip
        rough = 1e-10 if closed else 1e-7
        self.ledger.block(
            kind, path, block, ours, rtol=rough, atol=1e-12, rtols={"pval": 1e-5, "Qp": 1e-7}, slack=slack
        )

    def _influence(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            mine = influence.influence(self.y, self.v, method=method)
            self.influence_block(
                f"{path}/{method}",
                {key: value for key, value in block.items() if key not in {"rstandard", "blup"}},
                mine,
                method,
            )
            whole = fit(self.y, self.v, method=method)
            loose = 1e-10 if method in CLOSED else 1e-7
            if "error" not in block.get("rstandard", {"error": ""}):
                own = influence.standardised_residuals(self.y, self.v, whole)
                self.ledger.block(
                    "residuals",
                    f"{path}/{method}/rstandard",
                    block["rstandard"],
                    {"resid": own.residual, "se": own.se, "z": own.z},
                    rtol=loose,
                    atol=loose * 1e-2,
                )
            if "error" not in block.get("blup", {"error": ""}):
                blup = influence.shrunken(self.y, self.v, whole)
                own_size = loose * float(np.max(blup.se))
                self.ledger.block(
                    "shrunken effects",
                    f"{path}/{method}/blup",
                    block["blup"],
                    {"pred": blup.estimate, "se": blup.se, "pi_lb": blup.low, "pi_ub": blup.high},
                    rtol=loose,
                    atol=own_size,
                )

    def influence_block(
        self, path: str, block: Mapping[str, Any], mine: influence.Influence, method: str
    ) -> None:
        ours = {
            "rstudent": mine.rstudent, "dffits": mine.dffits, "cook_d": mine.cook, "cov_r": mine.cov_ratio,
            "tau2_del": mine.tau2, "QE_del": mine.Q, "hat": mine.hat, "weight": mine.weight,
            "dfbs": mine.dfbetas[:, 0] if mine.dfbetas.shape[1] == 1 else mine.dfbetas, "is_infl": mine.influential,
        }  # fmt: skip
        loose = 1e-10 if method in CLOSED else 1e-7
        self.ledger.block("influence", path, block, ours, rtol=loose, atol=loose)

    def _baujat(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            x, y = influence.baujat(self.y, self.v, method=method)
            loose = 1e-10 if method in CLOSED else 1e-7
            slack = 0.0
            if method not in CLOSED:  # what 1e-9 in tau2, the tolerance of an estimate near 0, moves
                whole = fit(self.y, self.v, method=method)
                slack = 2e-9 / (np.min(self.v) + float(whole.tau2))
            self.ledger.block(
                "Baujat",
                f"{path}/{method}",
                block,
                {"x": x, "y": y},
                rtol=loose,
                atol=loose * 1e-2,
                slack={"x": slack * x, "y": slack * y},
            )
