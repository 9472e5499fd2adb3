"""Multilevel and multivariate models, aggregation, cluster-robust tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from evergreen.synthesis import multilevel, robust
from evergreen.synthesis.model import fit
from tests.reference import stopping
from tests.reference.oracle.fits import Fits
from tests.reference.oracle.ledger import Ledger, column, number, numbers


def dependent_blocks(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
    raw = document["raw"]
    y, v = column(raw["yi"]), column(raw["vi"])
    if document["kind"] == "multivariate":
        for name, block in document["analyses_mv"].items():
            if name == "V":
                continue
            mine = multilevel.multivariate(
                y,
                np.array(document["analyses_mv"]["V"]),
                next(raw[key] for key in ("trial", "study", "cluster") if key in raw),
                raw["outcome"],
                method=name.rsplit("_", 1)[1],
            )
            ours = _multilevel_numbers(mine) | {"sigma2": 0.0, "tau2": mine.sigma2, "rho": mine.rho}
            _multilevel_block(ledger, f"{path}/{name}", block, ours)
        return
    cluster = raw["cluster"]
    for name, block in document["analyses_mv"].items():
        place = f"{path}/{name}"
        if "error" in block:
            ledger.skip("error block")
            continue
        design, rows = None, np.arange(len(y))
        if name.startswith("mods_"):
            source = column(raw[name.split("_")[1]])
            rows = np.flatnonzero(np.isfinite(source))
            design = np.column_stack([np.ones(len(rows)), source[rows]])
        study = [cluster[row] for row in rows]
        how: dict[str, Any] = {"rho": 0.6 if "rho0.6" in name else 0.0}
        if name.startswith("lrt"):
            full = multilevel.three_level(y, v, cluster)
            reduced = multilevel.three_level(
                y, v, cluster, components=("study",) if "within" in name else ("effect",)
            )
            statistic, p_value = multilevel.likelihood_ratio(full, reduced)
            ledger.block("multilevel", place, block, {"LRT": statistic, "p": p_value}, rtol=1e-4)
        elif name.startswith("confint"):
            full = multilevel.three_level(y, v, cluster)
            low, high = multilevel.profile_interval(full, 1)
            ledger.block(
                "multilevel", place, {"sigma2": block[""][:1]}, {"sigma2": full.sigma2[1:2]}, rtol=1e-4
            )
            # metafor's `uniroot` ends within its tolerance of these limits: ours must solve the equation, and better
            ledger.short["profile of a variance component: uniroot at its default tolerance"] += 1
            drop, best = multilevel.profile_drop(full, 1), float(full.sigma2[1])
            stopped = [
                stopping.uniroot(drop, 0.0, best) if low > 0 else 0.0,
                stopping.uniroot(drop, best, max(10.0, 100 * best)),
            ]
            ledger.block("multilevel", place, {"sigma2": block[""][1:]}, {"sigma2": stopped}, rtol=1e-4)
            for mine_limit, its_limit in zip((low, high), map(number, block[""][1:]), strict=True):
                if mine_limit > 0 and not abs(drop(mine_limit)) <= min(1e-7, abs(drop(its_limit)) + 1e-9):
                    ledger.failed.append(f"{place}: {mine_limit!r} does not solve the profile's equation")
        elif name.startswith("aggregate"):
            names, ay, av = multilevel.aggregate(y, v, cluster, rho=0.6)
            if names != block["cluster"]:
                ay = ay[[names.index(one) for one in block["cluster"]]]
                av = av[[names.index(one) for one in block["cluster"]]]
            ledger.block("multilevel", place, {key: block[key] for key in ("yi", "vi")}, {"yi": ay, "vi": av})
        elif name.startswith("rma_uni"):
            plain = fit(y, v)
            if "robust" in name:
                mine_robust = robust.of_fit(y, v, cluster, plain, kind=name.rsplit("_", 1)[1])
                _robust_block(ledger, place, block, mine_robust)
            else:
                Fits({"raw": raw, "kind": "multilevel"}, {"use": [True] * len(y)}, ledger).fit_block(
                    "multilevel", place, block, method="REML", test="z"
                )
        else:
            if "two_level" in name or "cluster_only" in name:
                how["components"] = ("study",)
            if (
                "two_level" in name
            ):  # one variance by the id of the effect, which may come back in several clusters
                study = [raw["es"][row] for row in rows]
            how["method"] = "ML" if "_ML_" in name else "REML"
            how["test"] = "t" if name.endswith("_t") or "dfs_contain" in name else "z"
            how["df"] = "contain" if "dfs_contain" in name else "residual"
            mine = multilevel.three_level(y[rows], v[rows], study, design, **how)
            if "robust" in name:
                _robust_block(
                    ledger, place, block, robust.of_multilevel(mine, "CR1" if "CR1" in name else "CR2")
                )
            else:
                _multilevel_block(
                    ledger,
                    place,
                    {key: value for key, value in block.items() if key not in {"design", "rows"}},
                    _multilevel_numbers(mine),
                )


def _multilevel_numbers(mine: multilevel.MultilevelFit) -> dict[str, Any]:
    return {
        "b": mine.b, "se": mine.se, "zval": mine.statistic, "df": mine.df, "pval": mine.p_value, "ci_lb": mine.ci_low,
        "ci_ub": mine.ci_high, "sigma2": mine.sigma2, "tau2": 0.0, "rho": 0.0, "QE": mine.Q, "QEp": mine.Q_p,
        "QE_df": mine.Q_df, "QM": mine.QM, "QMp": mine.QM_p, "QM_df": mine.QM_df, "logLik_ML": mine.loglik,
        "logLik_REML": mine.loglik_restricted, "vb": mine.vb, "pi_lb": mine.pi_low, "pi_ub": mine.pi_high,
        "I2_levels_pct": mine.I2, "AIC_REML": mine.information_criteria(True)["AIC"],
        "AIC_ML": mine.information_criteria(False)["AIC"], "AICc_REML": mine.information_criteria(True)["AICc"],
    }  # fmt: skip


def _multilevel_block(ledger: Ledger, path: str, block: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    rtols = {
        "pval": 1e-4 * (1 + float(np.max(np.square(ours["zval"])))),
        "QMp": 1e-4 * (1 + ours["QM"]),
        "QEp": 1e-9 * (1 + ours["QE"]),
    }
    se = float(np.max(ours["se"]))
    slack = {
        "sigma2": 1e-7,
        "tau2": 1e-7,
        "b": 1e-4 * numbers(ours["se"]),
        "ci_lb": 1e-4 * se,
        "ci_ub": 1e-4 * se,
        "pi_lb": 1e-4 * se,
        "pi_ub": 1e-4 * se,
        "I2_levels_pct": 1e-3,
        "vb": 1e-4 * se**2,
    }
    ledger.block("multilevel", path, block, ours, rtol=1e-4, rtols=rtols, slack=slack, ignore=("coef_names",))


def _robust_block(ledger: Ledger, path: str, block: Mapping[str, Any], mine: robust.Robust) -> None:
    ours = {
        "b": mine.b, "se": mine.se, "tval": mine.statistic, "df": mine.df, "pval": mine.p_value, "ci_lb": mine.ci_low,
        "ci_ub": mine.ci_high, "vb": mine.vb,
    }  # fmt: skip
    size = float(np.max(mine.se))
    rtols = {"pval": 1e-4 * (1 + float(np.max(mine.statistic**2)))}
    ledger.block(
        "robust",
        path,
        block,
        ours,
        rtol=1e-4,
        rtols=rtols,
        slack={
            "b": 1e-4 * numbers(mine.se),
            "ci_lb": 1e-4 * size,
            "ci_ub": 1e-4 * size,
            "vb": 1e-4 * size**2,
        },
        ignore=("coef_names",),
    )
