"""Subgroups and meta-regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from evergreen.metaanalysis import influence, meta_regression, subgroups
from evergreen.metaanalysis.inverse_variance import Fit, fit
from tests.reference.oracle.fits import CLOSED
from tests.reference.oracle.influence import Influences
from tests.reference.oracle.ledger import column, number


def predictions(of: Fit, design: np.ndarray) -> dict[str, np.ndarray]:
    """Predictions at the rows of a design under the names of the files."""
    found = meta_regression.predict(of, design)
    return {
        "pred": found.mean, "se": found.se, "ci_lb": found.ci_low, "ci_ub": found.ci_high, "pi_lb": found.pi_low,
        "pi_ub": found.pi_high,
    }  # fmt: skip


class Moderation(Influences):
    """Heterogeneity explained."""

    @staticmethod
    def lost(v: np.ndarray, design: np.ndarray) -> bool:
        """Whether inverting X'WX as R does leaves less than a digit; ours is then compared with exact arithmetic."""
        return bool(np.finfo(float).eps * np.linalg.cond(design / np.sqrt(v)[:, None]) ** 2 > 0.1)

    @staticmethod
    def its_tau2(block: Mapping[str, Any]) -> float:
        """R's tau2 of a meta-regression by REML."""
        found = number(block.get("REML_z", {}).get("tau2"))
        return 0.0 if np.isnan(found) else max(found, 0.0)

    def _subgroup(self, theirs: Mapping[str, Any], path: str) -> None:
        values = self.block["subgroup_variable"]
        if len(values) != len(self.y):
            values = [value for value, used in zip(values, self.use, strict=True) if used]
        known = np.array([value is not None for value in values])
        labels = [str(value) for value in values if value is not None]
        y, v = self.y[known], self.v[known]
        for name, block in theirs.items():
            if name in {"levels", "k"}:
                continue
            if "error" in block:
                self.ledger.skip("error block")
                continue
            kind, _, method, test = name.split("_")
            place = f"{path}/{name}"
            if kind == "separate":
                self.separate(place, block, y, v, labels, theirs["levels"], method, test)
            else:
                levels, _, _ = subgroups.common(y, v, labels, method=method, test=test)
                # R sorts them as its locale does
                if sorted(levels) != sorted(str(level) for level in theirs["levels"]):
                    self.ledger.failed.append(f"{place}: levels {levels}")
                levels = [str(level) for level in theirs["levels"]]
                self.reg_block(
                    f"{place}/group_means",
                    block["group_means"],
                    y,
                    v,
                    self.indicator(labels, levels),
                    method,
                    test,
                )
                self.reg_block(
                    f"{place}/contrast",
                    block["contrast"],
                    y,
                    v,
                    self.indicator(labels, levels, 1),
                    method,
                    test,
                )

    @staticmethod
    def indicator(labels: Sequence[str], levels: Sequence[str], reference: int = 0) -> np.ndarray:
        matrix = np.array([[float(label == level) for level in levels] for label in labels])
        if reference:
            matrix[:, 0] = 1.0
        return matrix

    def separate(self, path: str, block: Mapping[str, Any], y: np.ndarray, v: np.ndarray, labels: Sequence[str], levels: Sequence[str], method: str, test: str) -> None:  # fmt: skip
        names = np.array(labels)
        for level, group in block["groups"].items():
            if "error" in group:
                self.ledger.skip("error block")
                continue
            part = names == str(level)
            alone = "z" if part.sum() == 1 else test  # one study has no degrees of freedom for another test
            self.fit_block(
                "subgroups", f"{path}/{level}", group, method=method, test=alone, y=y[part], v=v[part]
            )
        mine = subgroups.separate(y, v, labels, method=method, test=test)
        if "Q_between" in block:
            if "error" in block["Q_between"]:
                self.ledger.skip("error block")
                return
            ours = {
                "Q": mine.between.Q,
                "df": mine.between.df,
                "pval": mine.between.p_value,
                "I2_between": mine.between.I2,
            }
            loose = 1e-10 if method in CLOSED else 1e-7
            # Q of the results that R has for the groups
            b, se = (
                np.array([number(group[key]) for group in block["groups"].values() if "error" not in group])
                for key in ("b", "se")
            )
            pooled = fit(b, se**2, method="EE")
            its = float(pooled.Q)
            moved = {
                "Q": abs(its - mine.between.Q),
                "I2_between": abs(float(pooled.I2) - mine.between.I2) + 1e-4,
                "pval": abs(special.chdtrc(mine.between.df, its) - mine.between.p_value),
            }
            self.ledger.block(
                "subgroups",
                f"{path}/Q_between",
                block["Q_between"],
                ours,
                rtol=loose,
                atol=1e-9,
                rtols={"pval": loose * (1 + mine.between.Q)},
                slack={"I2_between": 1e-8} if method in CLOSED else moved,
            )

    def reg_block(self, path: str, block: Mapping[str, Any], y: np.ndarray, v: np.ndarray, design: np.ndarray, method: str, test: str) -> None:  # fmt: skip
        if "error" in block:
            self.ledger.skip("error block")
            return
        mine = fit(y, v, design, method=method, test=test)
        if self.lost(v, design):
            self.exact(path, mine, y, v, design)
            self.ledger.skip("no digits left in R's inverse of X'WX")
            return
        more: dict[str, Any] = {}
        if "R2" in block:
            more["R2"] = meta_regression.explained(y, v, mine)
        ignore: list[str] = []
        own = {key: value for key, value in block.items() if key != "R2"}
        self.fit_block(
            "meta-regression",
            path,
            own,
            method=method,
            test=test,
            y=y,
            v=v,
            design=design,
            coefficient=None,
            ignore=ignore,
        )
        if "R2" in block:
            base = float(fit(y, v, method=method).tau2)
            moved = abs(number(block["tau2"]) - float(mine.tau2))  # compared above
            allowed = 100 * (moved + (0.0 if method in CLOSED else 4e-9)) / max(base, 1e-300)
            theirs = block["R2"] if block["R2"] != [] else None
            self.ledger.block(
                "meta-regression",
                f"{path}/R2",
                {"R2": theirs},
                more,
                rtol=1e-8 if method in CLOSED else 1e-5,
                slack={"R2": allowed + 1e-7},
            )

    def _meta_regression(self, theirs: Mapping[str, Any], path: str) -> None:
        for name, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            rows = np.array(block["rows"]) - 1
            source = self.block.get("escalc") or self.raw
            y, v = column(source["yi"])[rows], column(source["vi"])[rows]
            design = np.array(block["design"], dtype=float)
            kept = next(
                (
                    one["coef_names"]
                    for one in block.values()
                    if isinstance(one, Mapping) and "coef_names" in one
                ),
                [],
            )
            if len(kept) not in {0, design.shape[1]}:  # R drops moderators that the others determine
                named = ["intrcpt", *block["coef_names"][1:]]
                design = design[:, [named.index(one) for one in kept]]
            for key, value in block.items():
                place = f"{path}/{name}/{key}"
                if key in {"rows", "design", "coef_names", "formula"}:
                    continue
                if (
                    isinstance(value, Mapping | list)
                    and "_" in key
                    and key.endswith("_REML")
                    and self.lost(v, design)
                ):
                    self.ledger.skip("no digits left in R's inverse of X'WX")
                    continue
                if isinstance(value, Mapping) and "error" in value:
                    self.ledger.skip("error block")
                elif key == "influence_REML":
                    mine = influence.deletion_diagnostics(y, v, design, method="REML")
                    self.influence_block(place, value, mine, "REML", (y, v, design), self.its_tau2(block))
                elif key == "confint_REML":
                    self.confint_block(place, value, "Q_profile_REML", y=y, v=v, design=design)
                elif key == "fitted_REML":
                    mine_fit, moved = fit(y, v, design), fit(y, v, design, tau2=self.its_tau2(block))
                    self.ledger.block(
                        "meta-regression",
                        place,
                        {"fitted": value},
                        {"fitted": design @ mine_fit.b},
                        rtol=1e-7,
                        slack={
                            "fitted": 1e-7 * float(np.max(mine_fit.se))
                            + np.abs(design @ (moved.b - mine_fit.b))
                        },
                    )
                elif key == "predict_REML":
                    ours, its = (
                        predictions(fit(y, v, design, tau2=tau2), design)
                        for tau2 in (None, self.its_tau2(block))
                    )
                    self.ledger.block(
                        "meta-regression",
                        place,
                        value,
                        ours,
                        rtol=1e-7,
                        atol=1e-7 * float(np.max(ours["se"])),
                        slack={name: np.abs(its[name] - ours[name]) for name in ours},
                    )
                else:
                    method, test = key.split("_")
                    self.reg_block(place, value, y, v, design, method, test)
