"""Mantel-Haenszel, Peto, mixed models of counts, and back-transformed proportions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import special

from evergreen.synthesis import effects, glmm, mantel_haenszel, transforms
from evergreen.synthesis.model import fit
from tests.reference import lme4
from tests.reference.oracle.data import complete, data_of
from tests.reference.oracle.ledger import Ledger


def mantel_haenszel_blocks(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
    raw = document["raw"]
    data = complete(data_of(document["kind"], raw, "", ""))
    for name, block in document["mantel_haenszel"].items():
        place = f"{path}/{name}"
        if isinstance(block, Mapping) and "error" in block:
            ledger.skip("error block")
            continue
        measure, *rest = name.split("_", 1)
        variant = rest[0] if rest else ""
        if variant == "weights_pct":
            weights = mantel_haenszel.mantel_haenszel(measure, data).weights
            ledger.block("Mantel-Haenszel", place, {"weights": block}, {"weights": weights})
            continue
        if variant == "leave1out":
            count = len(data["events1"])
            parts = [
                mantel_haenszel.mantel_haenszel(
                    measure, {key: np.delete(value, i) for key, value in data.items()}
                )
                for i in range(count)
            ]
            ours = {
                "estimate": np.array([one.estimate for one in parts]),
                "se": np.array([one.se for one in parts]),
                "Q": np.array([one.Q for one in parts]),
            }
            ledger.block("Mantel-Haenszel", place, block, ours)
            continue
        mine = mantel_haenszel.mantel_haenszel(
            measure, data, mh_add=0.5 if "pooladd" in variant else 0.0, correct="nocontinuity" not in variant
        )
        ledger.block(
            "Mantel-Haenszel",
            place,
            block,
            _counted(mine, measure),
            rtols={
                "pval": 1e-9 * (mine.statistic**2 + 1),
                "QEp": 1e-9 * (mine.Q + 1),
                "MHp": 1e-7,
                "BDp": 1e-7,
                "TAp": 1e-7,
            },
        )


def peto_blocks(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
    data = complete(data_of(document["kind"], document["raw"], "", ""))
    mine = mantel_haenszel.peto(data)
    for name, block in document["peto"].items():
        if isinstance(block, Mapping) and "error" in block:
            ledger.skip("error block")
        elif name == "weights_pct":
            ledger.block("Peto", f"{path}/{name}", {"weights": block}, {"weights": mine.weights})
        else:
            ledger.block(
                "Peto",
                f"{path}/{name}",
                block,
                _counted(mine, "PETO"),
                rtols={"pval": 1e-9 * (mine.statistic**2 + 1), "QEp": 1e-9 * (mine.Q + 1)},
            )


def _counted(mine: mantel_haenszel.Counted, measure: str) -> dict[str, Any]:
    known = measure in {"OR", "PETO"}
    return {
        "b": mine.estimate, "se": mine.se, "zval": mine.statistic, "pval": mine.p_value, "ci_lb": mine.ci_low,
        "ci_ub": mine.ci_high, "QE": mine.Q, "QEp": mine.Q_p, "QE_df": mine.Q_df, "I2": mine.I2, "H2": mine.H2,
        "MH": mine.association.statistic, "MHp": mine.association.p_value, "BD": mine.breslow_day.statistic,
        "BDp": mine.breslow_day.p_value, "TA": mine.tarone.statistic, "TAp": mine.tarone.p_value, "k": mine.k,
        "k_pos": mine.k_informative if known else math.nan, "k_yi": mine.k_effects,
    }  # fmt: skip


# --- likelihood of counts


def glmm_blocks(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
    for name, block in document["glmm"].items():
        if "error" in block:
            ledger.skip("error block")
            continue
        measure, *middle, last = name.split("_")
        variant = "arm " + middle[0][3:] if middle and middle[0].startswith("arm") else ""
        model = middle[0] if middle and not variant else "UM.FS"
        data = complete(data_of(document["kind"], document["raw"], measure, variant))
        mine = glmm.glmm(measure, data, model=model, common=last == "EE")
        # metafor takes the log-likelihood of UM.RS with a common effect from lme4, which leaves out its constants there
        loglik = mine.loglik - mine.loglik_saturated if name.endswith("UM.RS_EE") else mine.loglik_at_modes
        ours = {
            "b": mine.estimate, "se": mine.se, "zval": mine.statistic, "pval": mine.p_value, "ci_lb": mine.ci_low,
            "ci_ub": mine.ci_high, "tau2": mine.tau2, "sigma2": mine.sigma2, "I2": mine.I2, "H2": mine.H2,
            "QE_Wld": mine.Q_wald, "QEp_Wld": mine.Q_wald_p, "QE_LRT": mine.Q_lrt, "QEp_LRT": mine.Q_lrt_p,
            "QE_df": mine.Q_df, "logLik": loglik,
        }  # fmt: skip
        rtols = {
            "pval": 1e-3 * (1 + mine.statistic**2), "QEp_Wld": 1e-3 * (1 + mine.Q_wald), "QEp_LRT": 1e-3 * (1 + mine.Q_lrt),
        }  # fmt: skip
        slack = {
            "tau2": 1e-4,
            "sigma2": 1e-4,
            "I2": 0.05,
            "H2": 1e-3,
            "ci_lb": 1e-3 * mine.se,
            "ci_ub": 1e-3 * mine.se,
        }
        if "UM.RS" in name:
            ledger.short["UM.RS: second differences of a deviance that is not iterated to its end"] += 1
            both = glmm.two_groups(measure, glmm.informative(measure, data))
            stopped = lme4.random_studies(both, last == "EE")
            ours |= _as_stopped(mine, stopped, block)
            if not (
                abs(mine.se / stopped.exact[0] - 1) < 1e-4 and abs(mine.Q_wald / stopped.exact[1] - 1) < 1e-4
            ):
                ledger.failed.append(f"{path}/{name}: {mine.se!r}, {mine.Q_wald!r} against {stopped!r}")
        ledger.block("GLMM", f"{path}/{name}", block, ours, rtol=1e-3, slack=slack, rtols=rtols)


def _as_stopped(mine: glmm.GlmmFit, stopped: lme4.Stopped, block: Mapping[str, Any]) -> dict[str, Any]:
    """Our numbers with the variances that lme4 stops at; of its two Wald statistics that which R came to."""
    Q = min(stopped.Q, key=lambda one: abs(one - float(block["QE_Wld"])))
    z, half = mine.estimate / stopped.se, -special.ndtri(0.025) * stopped.se
    return {
        "se": stopped.se, "zval": z, "pval": 2 * special.ndtr(-abs(z)), "ci_lb": mine.estimate - half,
        "ci_ub": mine.estimate + half, "QE_Wld": Q, "QEp_Wld": special.chdtrc(mine.Q_df, Q),
    }  # fmt: skip


def freeman_tukey_block(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
    data = data_of(document["kind"], document["raw"], "PFT", "")
    y, v = effects.effect("PFT", data)
    pooled = fit(y, v)
    n = transforms.harmonic_mean(data["n"])
    ours = {
        key: transforms.back(value, "freeman_tukey", n)
        for key, value in (("pred", pooled.b[0]), ("ci_lb", pooled.ci_low[0]), ("ci_ub", pooled.ci_high[0]))
    }
    ledger.block(
        "back-transformation", path, document["pft_backtransform_harmonic_mean_REML"], ours, rtol=1e-6
    )
