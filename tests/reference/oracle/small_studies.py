# ruff: noqa: N802 - methods carry the names of the blocks
"""Small-study effects and fail-safe numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from evergreen.metaanalysis import fail_safe, small_study, trim_and_fill
from evergreen.metaanalysis.inverse_variance import Fit, fit
from evergreen.metaanalysis.least_squares import Batch
from tests.reference import stopping
from tests.reference.oracle.data import data_of
from tests.reference.oracle.fits import Fits, stopped, tails
from tests.reference.oracle.ledger import column, number, numbers

LATER = {
    "tes": "test of excess significance",
    "henmi_copas": "Henmi-Copas",
    "selmodel_3psm_ML": "selection model",
}


def asymmetry(mine: small_study.Asymmetry) -> dict[str, Any]:
    """A test of asymmetry under the names of the files."""
    return {
        "stat": mine.statistic, "pval": mine.p_value, "df": mine.df, "limit_est": mine.limit,
        "limit_ci_lb": mine.limit_low, "limit_ci_ub": mine.limit_high, "coef": mine.coefficients, "se": mine.se,
    }  # fmt: skip


class SmallStudies(Fits):
    """Tests of asymmetry, trim and fill, PET-PEESE, fail-safe numbers."""

    def _bias_REML(self, theirs: Mapping[str, Any], path: str) -> None:
        self.bias(theirs, path, "REML")

    def _bias_EE(self, theirs: Mapping[str, Any], path: str) -> None:
        self.bias(theirs, path, "EE")

    def bias(self, theirs: Mapping[str, Any], path: str, method: str) -> None:
        for name, block in (theirs or {}).items():
            place = f"{path}/{name}"
            if isinstance(block, Mapping) and "error" in block:
                self.ledger.skip("error block")
            elif name in LATER:
                self.ledger.skip(LATER[name])
            elif name.startswith("regtest"):
                self.regtest(place, block, method)
            elif name.startswith("ranktest"):
                tau, p_value = small_study.rank_test(self.y, self.v, exact=not name.endswith("asymptotic"))
                self.ledger.block(
                    "rank tests",
                    place,
                    block,
                    {"tau": tau, "pval": p_value},
                    rtol=1e-9,
                    atol=1e-13,
                    ignore=("S", "z"),
                )
            elif name.startswith("trimfill"):
                self.trimfill(place, block, method)
            else:
                self.ledger.failed.append(f"{place}: no comparison for this block")

    def regtest(self, path: str, block: Mapping[str, Any], method: str) -> None:
        how = {"model": block["model"], "predictor": block["predictor"], "method": method}
        mine = small_study.regression_test(self.y, self.v, self.ni, **how)
        ours = asymmetry(mine)
        ignore: tuple[str, ...] = ()
        tight = 1e-10 if block["model"] == "lm" else 1e-7
        size = np.abs(mine.se)
        slack = (
            {
                "stat": 1e-7,
                "coef": 1e-7 * size,
                "limit_est": 1e-7 * size[0],
                "limit_ci_lb": 1e-7 * size[0],
                "limit_ci_ub": 1e-7 * size[0],
            }
            if block["model"] != "lm"
            else {
                "coef": 1e-9 * size,
                "stat": 1e-9,
                **dict.fromkeys(("limit_est", "limit_ci_lb", "limit_ci_ub"), 1e-9 * size[0]),
            }
        )
        if block["model"] == "rma":  # where R's iteration stops
            x = np.column_stack(
                [np.ones(len(self.y)), small_study.predictor_of(block["predictor"], self.v, self.ni)]
            )
            tau2 = stopping.fisher_scoring(self.y, self.v, x, stopping.files_threshold(self.y))
            with patch.object(small_study, "fit", partial(fit, tau2=tau2)):
                moved = asymmetry(small_study.regression_test(self.y, self.v, self.ni, **how))
            slack = {key: np.abs(moved[key] - ours[key]) + slack.get(key, 0.0) for key in ours}
        elif np.max(numbers(block["se"])) <= 1e-12 * np.max(
            np.abs(self.y)
        ):  # a line through all: rounding only
            slack["coef"] = slack["limit_est"] = slack["se"] = slack["limit_ci_lb"] = slack["limit_ci_ub"] = (
                1e-11 * float(np.max(np.abs(self.y)))
            )
            ignore = ("stat", "pval")
        self.ledger.block(
            "regression tests",
            path,
            block,
            ours,
            rtol=tight,
            rtols={"pval": 1e-6},
            slack=slack,
            ignore=ignore,
        )

    def _asymmetry(self, theirs: Mapping[str, Any], path: str) -> None:
        """The tests that suit the measure, as R's `lm` has them."""
        measure = self.block["measure"]
        data = data_of(self.document["kind"], self.raw, measure, "")
        data = {name: values[self.use] for name, values in data.items()}
        found = small_study.of_measure(measure, self.y, self.v, data)
        for name, block in theirs.items():
            mine = found[name]
            if "error" in block:
                self.ledger.skip("error block")
            elif isinstance(mine, str):
                self.ledger.failed.append(f"{path}/{name}: {mine}")
            else:
                allowed = {"slack": {"coef": 1e-9 * np.abs(mine.se), "stat": 1e-9}, "rtols": {"pval": 1e-6}}
                self.ledger.block("regression tests", f"{path}/{name}", block, asymmetry(mine), **allowed)

    def stopping(self, y: np.ndarray, v: np.ndarray, design: Any = None, **how: Any) -> Fit:
        """A fit with tau2 where R's iteration stops at the files' threshold for all studies."""
        tau2 = stopping.fisher_scoring(y, v, design, stopping.files_threshold(self.y)) if len(y) > 1 else 0.0
        return fit(y, v, design, tau2=tau2, **how)

    def trimfill(self, path: str, block: Mapping[str, Any], method: str) -> None:
        parts = path.rsplit("/", 1)[1].split("_")
        side = None if parts[2] == "auto" else parts[2]
        if side is None and np.ptp(self.v) > 0:
            x = np.column_stack([np.ones(len(self.y)), np.sqrt(self.v)])
            egger = fit(self.y, self.v, x, method=method)
            if abs(egger.b[1]) <= 1e-9 * egger.se[1]:
                side = block["side"]  # a slope of 0 has the sign of its rounding in R
        filled = trim_and_fill.trim_and_fill(self.y, self.v, estimator=parts[1], side=side, method=method)
        ours = {
            "k0": filled.missing,
            "se_k0": filled.missing_se,
            "p_k0": filled.p_value,
            "filled_yi": filled.yi,
            "filled_vi": filled.vi,
        }
        if filled.side != block["side"]:
            self.ledger.failed.append(f"{path}.side: {filled.side} against {block['side']}")
        own = {key: value for key, value in block.items() if key in {*ours, "side"}}
        slack: dict[str, Any] = {"p_k0": 2 * np.finfo(float).eps}  # R subtracts it from 1
        if method == "REML" and filled.missing:  # trimmed where R's iteration stops
            with patch.object(trim_and_fill, "fit", self.stopping):
                moved = trim_and_fill.trim_and_fill(
                    self.y, self.v, estimator=parts[1], side=side, method=method
                )
            if moved.missing == filled.missing:
                slack["filled_yi"] = np.abs(moved.yi - filled.yi)
                slack["se_k0"] = abs(moved.missing_se - filled.missing_se)
        # where one study is left, its distance from itself is a rounding, and so is what its sign adds to the rank sum
        alone = ("se_k0",) if len(self.y) - filled.missing == 1 else ()
        self.ledger.block(
            "trim and fill",
            path,
            own,
            ours,
            rtol=1e-7 if method == "REML" else 1e-10,
            ignore=alone,
            slack=slack,
        )
        if filled.missing == number(block["k0"]):
            rest = {key: value for key, value in block.items() if key not in {*ours, "side"}}
            y, v = np.append(self.y, filled.yi), np.append(self.v, filled.vi)
            if method != "REML" or not filled.missing:
                self.fit_block("trim and fill", path, rest, method=method, test="z", y=y, v=v)
                return
            self.ledger.short["trim and fill: refitted at the default threshold"] += 1
            # R refits the filled data at its default threshold: retraced to where it stops
            its_y = np.append(self.y, column(block["filled_yi"]))
            self.ledger.block(
                "trim and fill", path, rest, stopped(its_y, v), rtol=1e-8, rtols=tails(filled.fit, 1e-8)
            )
            self.no_worse(path, Batch.of(y, v), float(filled.fit.tau2), number(block["tau2"]))

    def _fsn(self, theirs: Mapping[str, Any], path: str) -> None:
        for name, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            if name == "General":
                self.general(f"{path}/{name}", block)
                continue
            count = {
                "Rosenthal": lambda: fail_safe.rosenthal(self.y, self.v),
                "Orwin": lambda: fail_safe.orwin(self.y, self.v, 0.1),
                "Rosenberg": lambda: fail_safe.rosenberg(self.y, self.v),
            }[name]()
            self.ledger.block(
                "fail-safe numbers", f"{path}/{name}", {"fsnum": block["fsnum"]}, {"fsnum": count}
            )

    def general(self, path: str, block: Mapping[str, Any]) -> None:
        """R looks for a root of a step function and rounds up: behind the step that is one study more than needed."""
        tau2 = stopping.fisher_scoring(self.y, self.v)
        mean, typical = float(fit(self.y, self.v, tau2=tau2).b[0]), 1 / float(np.mean(1 / self.v))

        def excess(unseen: float) -> float:
            return fail_safe.p_value_with(int(unseen), self.y, self.v, typical, mean, tau2) - 0.05

        count, rounded = fail_safe.general(self.y, self.v, tau2=tau2), 0
        if excess(0) < 0:
            rounded = math.ceil(stopping.uniroot(excess, 0.0, stopping.upward(excess, 1000.0)))
        if rounded == count + 1:
            self.ledger.short["general fail-safe number: behind the step"] += 1
        elif rounded != count:
            self.ledger.failed.append(f"{path}: {count} against {rounded}")
        self.ledger.block("fail-safe numbers", path, {"fsnum": number(block["fsnum"])}, {"fsnum": rounded})

    def _pet_peese_lm(self, theirs: Mapping[str, Any], path: str) -> None:
        mine = small_study.pet_peese(self.y, self.v)
        size = {name: max(1e-9 * mine[name][1], 1e-12 * np.max(np.abs(self.y))) for name in mine}
        for name, (_, its, *_) in theirs.items():
            if its <= 1e-12 * np.max(np.abs(self.y)):  # a line through all studies: the rest is rounding
                theirs = {**theirs, name: theirs[name][:2]}
                mine = {**mine, name: mine[name][:2]}
        self.ledger.block(
            "PET-PEESE",
            path,
            theirs,
            mine,
            rtol=1e-8,
            slack={
                name: np.array([value, value, 1e-9, 1e-9])[: len(mine[name])] for name, value in size.items()
            },
        )
