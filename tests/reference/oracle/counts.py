"""Mantel-Haenszel, Peto, mixed models of counts, and back-transformed proportions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import special

from evergreen.metaanalysis import effects, glmm, mantel_haenszel, peto, transforms
from evergreen.metaanalysis.glmm_likelihood import Hypergeometric
from evergreen.metaanalysis.inverse_variance import fit
from tests.reference import lme4
from tests.reference.oracle import maximum
from tests.reference.oracle.data import complete, data_of
from tests.reference.oracle.ledger import Ledger, number


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
    mine = peto.peto(data)
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


def _counted(mine: mantel_haenszel.PooledCounts, measure: str) -> dict[str, Any]:
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
        try:
            mine = glmm.glmm(measure, data, model=model, common=last == "EE")
        except ValueError as error:
            _refused(f"{path}/{name}", block, error, ledger)
            continue
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
        # a study whose own effect is not finite says nothing about homogeneity, and in R, which stops before, next to nothing
        slack: dict[str, float] = {
            "tau2": 1e-4, "sigma2": 1e-4, "I2": 0.05, "H2": 1e-3, "b": 1e-3 * mine.se, "zval": 1e-3,
            "ci_lb": 1e-3 * mine.se, "ci_ub": 1e-3 * mine.se, "QE_Wld": 1e-5, "QE_LRT": 1e-6,
        }  # fmt: skip
        if "UM.RS" in name:
            ledger.short["UM.RS: second differences of a deviance that is not iterated to its end"] += 1
            both = glmm.of_groups(measure, glmm.informative(measure, data))
            stopped = lme4.random_studies(both, last == "EE")
            ours |= _as_stopped(mine, stopped, block)
            slack["QE_Wld"] += stopped.rounding
            if not (
                abs(mine.se / stopped.exact[0] - 1) < 1e-3
                and abs(mine.Q_wald - stopped.exact[1]) < 1e-3 * stopped.exact[1] + 1e-6
            ):
                ledger.failed.append(f"{path}/{name}: {mine.se!r}, {mine.Q_wald!r} against {stopped!r}")
        place = f"{path}/{name}"
        if last == "ML":
            gap = _below(place, measure, data, model, mine, block, slack, ledger)
            off = abs(mine.se / float(block["se"]) - 1) > 1e-3 + maximum.distance(gap)
            if off and model != "UM.RS" and not (measure == "OR" and model == "CM.EL"):
                ours |= _as_differenced(place, mine, maximum.differenced(measure, data, model), ledger)
        unknown = [key for key, value in block.items() if value is None]  # no saturated model in R
        alone = document["glmm"].get(name.removesuffix("ML") + "EE", {})
        if last == "ML" and float(block["se"]) < 0.5 * float(alone.get("se", 0.0)):
            # heterogeneity cannot make the mean more certain than a common effect is: R's matrix is not that of a maximum
            ledger.short["mixed model: R's standard error is below that of a common effect"] += 1
            unknown += ["se", "zval", "pval", "ci_lb", "ci_ub"]
        if model == "UM.RS" and mine.Q_lrt > 1.001 * float(block["QE_LRT"] or math.inf) + 1e-6:
            # a standard deviation that starts at 0 stays there, though the likelihood be higher elsewhere
            ledger.short["UM.RS: R's fit with an effect of each study stopped below its maximum"] += 1
            unknown += ["QE_Wld", "QEp_Wld", "QE_LRT", "QEp_LRT"]
        if measure == "OR" and model == "CM.EL":
            unknown += _exact(place, data, mine, block, slack, rtols, ledger, last)
        ledger.block("GLMM", place, block, ours, rtol=1e-3, slack=slack, rtols=rtols, ignore=unknown)


def _refused(path: str, block: Mapping[str, Any], error: ValueError, ledger: Ledger) -> None:
    """A refusal is right where R reports what a likelihood without a maximum leads to."""
    if float(block["se"] or math.inf) > 5 or abs(float(block["b"])) > 10 or float(block["tau2"]) > 100:
        ledger.skip("a likelihood without a maximum")
    elif block["QE_df"] in {0, None}:
        ledger.skip("one study with events")
    else:
        ledger.failed.append(f"{path}: {error}")


def _below(path: str, measure: str, data: Mapping[str, np.ndarray], model: str, mine: glmm.GlmmFit, block: Mapping[str, Any], slack: dict[str, float], ledger: Ledger) -> float:  # fmt: skip
    """Our fit is at least as likely as R's; what R's lacks excuses what it amounts to."""
    theirs, at_modes = maximum.at_theirs(measure, data, model, block)
    gap, nothing = mine.loglik - theirs, maximum.LEFT * (1 + abs(theirs))
    if not -nothing <= gap <= maximum.MOST:
        ledger.failed.append(f"{path}: log-likelihood {mine.loglik!r} against {theirs!r} of R's fit")
    if gap > nothing:
        ledger.short["mixed model: R stopped below the maximum"] += 1
    for key, value in maximum.excused(mine, block, max(gap, 0.0), abs(at_modes - mine.loglik_at_modes), gap > nothing).items():  # fmt: skip
        slack[key] = slack.get(key, 0.0) + value
    return max(gap, 0.0)


def _as_differenced(
    path: str, mine: glmm.GlmmFit, se: tuple[float, float], ledger: Ledger
) -> dict[str, float]:
    """Our numbers with the standard error that `glmer` stops at; ours is that of its deviance iterated to the end."""
    ledger.short["glmer: second differences of a deviance that is not iterated to its end"] += 1
    if abs(mine.se / se[1] - 1) > 1e-4:
        ledger.failed.append(f"{path}: standard error {mine.se!r} against {se[1]!r}")
    return _with_error(mine, se[0])


def _exact(path: str, data: Mapping[str, np.ndarray], mine: glmm.GlmmFit, block: Mapping[str, Any], slack: dict[str, float], rtols: dict[str, float], ledger: Ledger, last: str) -> list[str]:  # fmt: skip
    """Our curvatures are those of the likelihood; metafor's differences lose them in rounding, the Wald statistic most of all."""
    kept = glmm.informative("OR", data)
    tables = Hypergeometric(*(kept[name] for name in ("events1", "n1", "events2", "n2")))
    se, Q = maximum.curvatures(tables, mine.estimate)
    if (last == "EE" and abs(mine.se / se - 1) > 1e-6) or abs(mine.Q_wald - Q) > 1e-5 * (1 + Q):
        ledger.failed.append(f"{path}: {mine.se!r}, {mine.Q_wald!r} against {se!r}, {Q!r} by differences")
    of_se = maximum.rounding(mine)
    slack["se"] = slack.get("se", 0.0) + of_se * mine.se
    slack["zval"] += of_se * abs(mine.statistic)
    slack["ci_lb"] += 1.96 * of_se * mine.se
    slack["ci_ub"] += 1.96 * of_se * mine.se
    rtols["pval"] += of_se * (1 + mine.statistic**2)
    lost: list[str] = []  # to rounding, in R; ours are proved above
    if last == "EE" and abs(block["se"] / mine.se - 1) > 1e-3 + of_se:
        lost += ["se", "zval", "pval", "ci_lb", "ci_ub"]
    if block["QE_Wld"] is None or abs(block["QE_Wld"] - mine.Q_wald) > 1e-3 * mine.Q_wald:
        lost += ["QE_Wld", "QEp_Wld"]
    ledger.short["CM.EL: second differences lost in rounding"] += bool(lost)
    return lost


def _with_error(mine: glmm.GlmmFit, se: float) -> dict[str, float]:
    z, half = mine.estimate / se, -special.ndtri(0.025) * se
    return {
        "se": se, "zval": z, "pval": 2 * special.ndtr(-abs(z)), "ci_lb": mine.estimate - half, "ci_ub": mine.estimate + half,
    }  # fmt: skip


def _as_stopped(mine: glmm.GlmmFit, stopped: lme4.Stopped, block: Mapping[str, Any]) -> dict[str, Any]:
    """Our numbers with the variances that lme4 stops at; of its two Wald statistics that which R came to."""
    Q = min(stopped.Q, key=lambda one: abs(one - number(block["QE_Wld"])))
    z, half = mine.estimate / stopped.se, -special.ndtri(0.025) * stopped.se
    return {
        "se": stopped.se, "zval": z, "pval": 2 * special.ndtr(-abs(z)), "ci_lb": mine.estimate - half,
        "ci_ub": mine.estimate + half, "QE_Wld": Q, "QEp_Wld": special.chdtrc(mine.Q_df, Q),
    }  # fmt: skip


def freeman_tukey_block(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
    data = data_of(document["kind"], document["raw"], "PFT", "")
    y, v = effects.effect_sizes("PFT", data)
    pooled = fit(y, v)
    n = transforms.harmonic_mean(data["n"])
    ours = {
        key: transforms.back(value, "freeman_tukey", n)
        for key, value in (("pred", pooled.b[0]), ("ci_lb", pooled.ci_low[0]), ("ci_ub", pooled.ci_high[0]))
    }
    ledger.block(
        "back-transformation", path, document["pft_backtransform_harmonic_mean_REML"], ours, rtol=1e-6
    )
