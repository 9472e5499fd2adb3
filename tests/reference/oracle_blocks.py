# ruff: noqa: N802 - methods carry the names of the blocks
"""Compare the library with files of metafor results, block by block.

A file holds a data set and, for each measure and analysis, blocks of numbers that R computed. Every block is compared
or skipped for a reason; nothing is passed over in silence. What an estimator of tau2 may differ by (the tolerance of
its iteration in R) is carried through to what depends on tau2: our own numbers at R's tau2 say how far they may move.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evergreen.synthesis import (
    effects,
    fail_safe,
    glmm,
    influence,
    mantel_haenszel,
    meta_regression,
    multilevel,
    prediction,
    robust,
    small_study,
    subgroups,
    tau2_interval,
    transforms,
    trim_fill,
)
from evergreen.synthesis import tau2 as heterogeneity
from evergreen.synthesis.model import Fit, fit
from evergreen.synthesis.stack import stack

CLOSED = {"EE", "DL", "HE", "HS", "HSk", "SJ"}
LATER = {
    "tes": "test of excess significance",
    "henmi_copas": "Henmi-Copas",
    "selmodel_3psm_ML": "selection model",
}
KINDS_LATER = {
    "network": "network meta-analysis",
    "trial-sequential": "trial sequential analysis",
    "meta-package-binary": "R package meta",
    "conversions": "conversions (compared where they live)",
}


@dataclass
class Ledger:
    """What was compared, what was skipped and why, and what differs."""

    compared: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def skip(self, reason: str, count: int = 1) -> None:
        self.skipped[reason] += count

    def block(
        self,
        kind: str,
        path: str,
        theirs: Mapping[str, Any],
        ours: Mapping[str, Any],
        *,
        rtol: float = 1e-10,
        atol: float = 0.0,
        rtols: Mapping[str, float] | None = None,
        slack: Mapping[str, Any] | None = None,
        ignore: Sequence[str] = (),
    ) -> None:
        """Compare every number of a block; `slack` is what a number may differ by besides."""
        self.compared[kind] += 1
        for key, value in theirs.items():
            if key in ignore or (isinstance(value, str) and value not in {"Inf", "-Inf"}):
                continue
            if key not in ours:
                self.failed.append(f"{path}.{key}: not compared")
                continue
            mine, other = numbers(ours[key]), numbers(value)
            self.numbers += mine.size
            if mine.shape != other.shape:
                self.failed.append(f"{path}.{key}: {mine.shape} against {other.shape}")
                continue
            more = np.zeros_like(mine) if slack is None or key not in slack else np.abs(numbers(slack[key]))
            tolerance = (rtols or {}).get(key, rtol)
            allowed = tolerance * np.abs(np.where(np.isfinite(other), other, 0)) + atol + np.nan_to_num(more)
            same = (np.isnan(mine) & np.isnan(other)) | (mine == other) | (np.abs(mine - other) <= allowed)
            if not same.all():
                worst = int(np.flatnonzero(~same.ravel())[0])
                self.failed.append(
                    f"{path}.{key}: {mine.ravel()[worst]!r} against {other.ravel()[worst]!r}"
                    f" ({(~same).sum()} of {same.size})"
                )


def numbers(value: Any) -> np.ndarray:
    """A JSON value as an array of floats; null is NaN, a list of one is its number."""
    if isinstance(value, np.ndarray):
        result = value.astype(float)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        result = (
            np.array([number(item) for item in value], dtype=float)
            if not _nested(value)
            else np.array([[number(item) for item in row] for row in value])
        )
    else:
        result = np.array(number(value))
    return result.reshape(()) if result.size == 1 else result


def _nested(value: Sequence[Any]) -> bool:
    return bool(value) and isinstance(value[0], list | tuple | np.ndarray)


def number(value: Any) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str):
        return {"Inf": math.inf, "-Inf": -math.inf}[value]
    return float(value)


def column(values: Sequence[Any]) -> np.ndarray:
    return np.array([math.nan if value is None else float(value) for value in values])


def data_of(kind: str, raw: Mapping[str, Any], measure: str, variant: str) -> dict[str, np.ndarray]:
    """The numbers that a measure needs, by the library's names."""
    names = {
        "two-group-binary": {"events1": "ai", "n1": "n1i", "events2": "ci", "n2": "n2i"},
        "two-group-continuous": {"n1": "n1i", "mean1": "m1i", "sd1": "sd1i", "n2": "n2i", "mean2": "m2i", "sd2": "sd2i"},
        "pre-post": {"n": "ni", "mean": "m_post", "sd": "sd_post", "mean_baseline": "m_pre", "sd_baseline": "sd_pre", "r": "ri"},
        "correlation": {"r": "ri", "n": "ni"},
        "single-proportion": {"events": "xi", "n": "ni"},
        "reliability": {"alpha": "ai", "items": "mi", "n": "ni"},
        "incidence-rate": {"events1": "x1i", "person_time1": "t1i", "events2": "x2i", "person_time2": "t2i"},
    }[kind]  # fmt: skip
    if variant.startswith("arm "):
        names = {"events": f"x{variant[4:]}i", "person_time": f"t{variant[4:]}i"}
    return {name: column(raw[source]) for name, source in names.items()}


def complete(data: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The studies that report every number."""
    known = np.all([np.isfinite(value) for value in data.values()], axis=0)
    return {name: value[known] for name, value in data.items()}


def walk(document: Mapping[str, Any], ledger: Ledger) -> None:
    """Every block of one file."""
    name, kind = document["id"], document["kind"]
    if kind in KINDS_LATER:
        ledger.skip(
            KINDS_LATER[kind],
            blocks_in({key: value for key, value in document.items() if isinstance(value, dict | list)}),
        )
        return
    for analysis in document.get("analyses", []):
        Analysis(document, analysis, ledger).walk(
            f"{name}/{analysis['measure']} {analysis.get('variant', '')}"
        )
    handlers: dict[str, Callable[[Mapping[str, Any], str, Ledger], None]] = {
        "mantel_haenszel": _mantel_haenszel,
        "peto": _peto,
        "glmm": _glmm,
        "analyses_mv": _dependent,
        "pft_backtransform_harmonic_mean_REML": _freeman_tukey,
    }
    for key, handler in handlers.items():
        if key in document:
            handler(document, f"{name}/{key}", ledger)
    known = {"id", "split", "kind", "title", "reference", "data_from", "computed_with", "k", "note", "raw", "analyses",
             "has_zero_cells", "model", *handlers}  # fmt: skip
    for key in document.keys() - known:
        ledger.failed.append(f"{name}/{key}: no comparison for this block")


def blocks_in(value: Any) -> int:
    """Blocks of numbers below a value."""
    if isinstance(value, Mapping):
        below = [item for item in value.values() if isinstance(item, Mapping)]
        return sum(map(blocks_in, below)) or 1
    return 1


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


class Analysis:
    """The blocks of one measure."""

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

    def walk(self, path: str) -> None:
        if "error" in self.block:
            self.ledger.skip("error block")
            return
        plain = {"measure", "variant", "escalc_options", "use", "k", "subgroup_variable", "ni"}
        for key, value in self.block.items():
            if key in plain:
                continue
            if key in LATER:
                self.ledger.skip("error block" if "error" in value else LATER[key])
            elif isinstance(value, Mapping) and "error" in value:
                self.ledger.skip("error block")
            else:
                method = getattr(self, f"_{key}", None)
                if method is None:
                    self.ledger.failed.append(f"{path}/{key}: no comparison for this block")
                else:
                    try:
                        method(value, f"{path}/{key}")
                    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
                        self.ledger.failed.append(f"{path}/{key}: {error}")

    # --- effects

    def _escalc(self, theirs: Mapping[str, Any], path: str) -> None:
        measure, variant = self.block["measure"], self.block["variant"]
        options = dict(self.block.get("escalc_options") or {})
        data = data_of(self.document["kind"], self.raw, measure, variant)
        y, v = effects.effect(measure, data, **options)
        self.ledger.block("effects", path, theirs, {"yi": y, "vi": v}, atol=1e-14)

    # --- fits

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
        closed = method in CLOSED
        if not closed:
            tau2 = number(block.get("tau2", math.nan))
            allowed = 1e-6 * abs(tau2) + tau2_atol
            if not abs(float(mine.tau2) - tau2) <= allowed:
                self.ledger.failed.append(f"{path}.tau2: {float(mine.tau2)!r} against {tau2!r}")
            theirs = fit(y, v, design, tau2=max(tau2, 0.0), **how)
            slack = {
                key: np.abs(numbers(value) - numbers(ours[key]))
                for key, value in fit_numbers(theirs, coefficient).items()
            }
            slack["tau2"] = np.array(allowed)
            slack["se_tau2"] = abs(
                heterogeneity.standard_error(stack(y, v, design), method, np.array([max(tau2, 0.0)]))[0]
                - mine.tau2_se
            )
        z2 = float(np.max(np.nan_to_num(np.abs(mine.statistic), posinf=0.0))) ** 2 + 1
        closeness = 1e-10 if closed else 1e-7
        if design is not None:
            # R inverts X'WX, which costs digits where moderators are far from 0 (a year); ours does not
            closeness = (
                1e-7 + 1e-17 * np.linalg.cond(np.asarray(design) / np.sqrt(v + mine.tau2)[:, None]) ** 2
            )
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

    def _weights_pct(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, block in theirs.items():
            mine = fit(self.y, self.v, method=method)
            slack = 0.0
            if method not in CLOSED:
                moved = fit(self.y, self.v, method=method, tau2=float(mine.tau2) * (1 + 1e-6) + 1e-9)
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
        mine = fit(self.y, self.v)
        # what users of R see: their iteration stops when tau2 changes by less than 1e-5
        other = fit(self.y, self.v, tau2=max(number(theirs["tau2"]), 0.0))
        slack = {"tau2": 2e-4, "b": abs(mine.b[0] - other.b[0]), "se": abs(mine.se[0] - other.se[0])}
        self.ledger.block("fits", path, theirs, fit_numbers(mine), rtol=1e-7, slack=slack)

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
        of = stack(y, v, design)
        if name.startswith("Q_profile"):
            bounds = tau2_interval.q_profile(of)
        elif name.startswith("PL"):
            bounds = tau2_interval.profile_likelihood(of, float(mine.tau2), restricted=method == "REML")
        else:
            bounds = tau2_interval.generalised_q(of, 1 / v)
        values = np.array([float(mine.tau2), bounds.low[0], bounds.high[0]])
        if bounds.empty[0]:
            values[1:] = math.nan
        ours: dict[str, Any] = {"tau2": values, **tau2_interval.derived(mine, values)}
        vt = float(mine.vt)
        allowed = 1e-6 * np.nan_to_num(values) + 1e-9
        if name.startswith("GENQ"):
            allowed = allowed + np.finfo(float).eps ** 0.25  # the default tolerance of R's uniroot
        slack = {
            "tau2": allowed,
            "tau": np.sqrt(values + allowed) - np.sqrt(values),
            "I2": 100 * allowed / vt,
            "H2": allowed / vt,
        }
        given = {key: value for key, value in block.items() if key not in {"lb_sign", "ub_sign"}}
        if bounds.empty[0]:  # metafor reports an empty set as an interval without limits, or at the floor
            given = {key: [value[0], None, None] for key, value in given.items()}
        self.ledger.block("intervals of tau2", path, given, ours, rtol=1e-6, slack=slack)
        if block.get("lb_sign") == "<" and not (bounds.below[0] or bounds.empty[0]):
            self.ledger.failed.append(f"{path}.lb_sign: {block['lb_sign']!r} against {bool(bounds.below[0])}")

    # --- small-study effects

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
        mine = small_study.regression_test(
            self.y, self.v, self.ni, model=block["model"], predictor=block["predictor"], method=method
        )
        ours = {
            "stat": mine.statistic, "pval": mine.p_value, "df": mine.df, "limit_est": mine.limit,
            "limit_ci_lb": mine.limit_low, "limit_ci_ub": mine.limit_high, "coef": mine.coefficients, "se": mine.se,
        }  # fmt: skip
        tight = 1e-9 if block["model"] == "lm" else 3e-7
        size = np.abs(mine.se)
        slack = (
            {
                "stat": 1e-6,
                "coef": 1e-6 * size,
                "limit_est": 1e-6 * size[0],
                "limit_ci_lb": 1e-6 * size[0],
                "limit_ci_ub": 1e-6 * size[0],
            }
            if block["model"] != "lm"
            else {"coef": 1e-9 * size, "stat": 1e-9}
        )
        self.ledger.block(
            "regression tests", path, block, ours, rtol=tight, rtols={"pval": 1e-6}, slack=slack
        )

    def trimfill(self, path: str, block: Mapping[str, Any], method: str) -> None:
        parts = path.rsplit("/", 1)[1].split("_")
        side = None if parts[2] == "auto" else parts[2]
        filled = trim_fill.trim_and_fill(self.y, self.v, estimator=parts[1], side=side, method=method)
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
        self.ledger.block(
            "trim and fill",
            path,
            own,
            ours,
            rtol=1e-7 if method == "REML" else 1e-10,
            slack={"filled_yi": 1e-6 * float(np.std(self.y))},
        )
        if filled.missing == number(block["k0"]):
            rest = {key: value for key, value in block.items() if key not in {*ours, "side"}}
            # R refits the filled data with its default tolerance, steps of tau2 below 1e-5
            self.fit_block(
                "trim and fill", path, rest, method=method, test="z", y=np.append(self.y, filled.yi),
                v=np.append(self.v, filled.vi), tau2_atol=2e-4 if filled.missing else 1e-9,
            )  # fmt: skip

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
        """R looks for a root of a step function: it stops at either side of the step, so one more study is the same answer."""
        seen = self.block.get("REML_metafor_default_tolerance", {})
        tau2 = max(number(seen["tau2"]), 0.0) if "tau2" in seen else None
        count = fail_safe.general(self.y, self.v, tau2=tau2)
        theirs = number(block["fsnum"])
        self.ledger.block(
            "fail-safe numbers",
            path,
            {"fsnum": theirs},
            {"fsnum": theirs if theirs in {count, count + 1} else count},
        )

    def _pet_peese_lm(self, theirs: Mapping[str, Any], path: str) -> None:
        mine = small_study.pet_peese(self.y, self.v)
        size = {name: 1e-9 * mine[name][1] for name in mine}
        self.ledger.block(
            "PET-PEESE",
            path,
            theirs,
            mine,
            rtol=1e-8,
            slack={name: np.array([value, value, 1e-9, 1e-9]) for name, value in size.items()},
        )

    # --- influence

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
        rough = 1e-9 if closed else 3e-7
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
            loose = 1e-9 if method in CLOSED else 1e-5
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
        loose = 1e-8 if method in CLOSED else 1e-5
        self.ledger.block("influence", path, block, ours, rtol=loose, atol=1e-9 if method in CLOSED else 1e-6)

    def _baujat(self, theirs: Mapping[str, Any], path: str) -> None:
        for method, block in theirs.items():
            if "error" in block:
                self.ledger.skip("error block")
                continue
            x, y = influence.baujat(self.y, self.v, method=method)
            loose = 1e-9 if method in CLOSED else 1e-5
            self.ledger.block(
                "Baujat", f"{path}/{method}", block, {"x": x, "y": y}, rtol=loose, atol=loose * 1e-2
            )

    # --- subgroups and moderators

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
                if levels != [str(level) for level in theirs["levels"]]:
                    self.ledger.failed.append(f"{place}: levels {levels}")
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
                "Q": mine.between.statistic,
                "df": mine.between.df,
                "pval": mine.between.p_value,
                "I2_between": mine.between.I2,
            }
            loose = 1e-9 if method in CLOSED else 1e-6
            self.ledger.block(
                "subgroups",
                f"{path}/Q_between",
                block["Q_between"],
                ours,
                rtol=loose,
                atol=1e-9,
                rtols={"pval": loose * (1 + mine.between.statistic)},
                slack={"I2_between": 1e-4 if method not in CLOSED else 1e-8},
            )

    def reg_block(self, path: str, block: Mapping[str, Any], y: np.ndarray, v: np.ndarray, design: np.ndarray, method: str, test: str) -> None:  # fmt: skip
        if "error" in block:
            self.ledger.skip("error block")
            return
        mine = fit(y, v, design, method=method, test=test)
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
                if isinstance(value, Mapping) and "error" in value:
                    self.ledger.skip("error block")
                elif key == "influence_REML":
                    mine = influence.influence(y, v, design, method="REML")
                    self.influence_block(place, value, mine, "REML")
                elif key == "confint_REML":
                    self.confint_block(place, value, "Q_profile_REML", y=y, v=v, design=design)
                elif key == "fitted_REML":
                    mine_fit = fit(y, v, design)
                    self.ledger.block(
                        "meta-regression",
                        place,
                        {"fitted": value},
                        {"fitted": design @ mine_fit.b},
                        rtol=1e-6,
                        slack={"fitted": 1e-6 * float(np.max(mine_fit.se))},
                    )
                elif key == "predict_REML":
                    predicted = meta_regression.predict(fit(y, v, design), design)
                    ours = {
                        "pred": predicted.mean, "se": predicted.se, "ci_lb": predicted.ci_low, "ci_ub": predicted.ci_high,
                        "pi_lb": predicted.pi_low, "pi_ub": predicted.pi_high,
                    }  # fmt: skip
                    self.ledger.block(
                        "meta-regression",
                        place,
                        value,
                        ours,
                        rtol=1e-6,
                        atol=1e-6 * float(np.max(predicted.se)),
                    )
                else:
                    method, test = key.split("_")
                    self.reg_block(place, value, y, v, design, method, test)


# --- counts


def _mantel_haenszel(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
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


def _peto(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
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


def _glmm(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
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
            # standard errors and the Wald test are second differences of lme4's penalised iterations, good to a per cent
            rtols |= {
                "se": 2e-2,
                "zval": 2e-2,
                "QE_Wld": 2e-2,
                "pval": 2e-2 * (1 + mine.statistic**2),
                "QEp_Wld": 2e-2 * (1 + mine.Q_wald),
            }
            slack |= {"ci_lb": 4e-2 * mine.se, "ci_ub": 4e-2 * mine.se}
        ledger.block("GLMM", f"{path}/{name}", block, ours, rtol=1e-3, slack=slack, rtols=rtols)


def _freeman_tukey(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
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


# --- dependent effects


def _dependent(document: Mapping[str, Any], path: str, ledger: Ledger) -> None:
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
            uniroot = np.finfo(float).eps ** 0.25  # the default tolerance of R's uniroot
            ledger.block(
                "multilevel",
                place,
                {"sigma2": block[""]},
                {"sigma2": [full.sigma2[1], low, high]},
                rtol=1e-4,
                atol=uniroot,
            )
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
                Analysis({"raw": raw, "kind": "multilevel"}, {"use": [True] * len(y)}, ledger).fit_block(
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
