"""The words of a forest plot: method, heterogeneity, tests, sides of the axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evergreen.figures.forest_table import Cell
from evergreen.figures.scales import Scale, number, p_value
from evergreen.figures.setting import Setting
from evergreen.metaanalysis.models import MODELS

EQUALS = "\u00a0=\u00a0"  # a line does not end before or after it


def interval(scale: Scale, estimate: float, low: float, high: float, decimals: int) -> Cell:
    """`0.49 [0.34, 0.70]` in pieces, on the shown scale."""
    shown = [number(scale.back(v), decimals) for v in (estimate, low, high)]
    return Cell((shown[0], f"[{shown[1]},", f"{shown[2]}]"))


def method(result: Mapping[str, Any]) -> str:
    """`IV, Random (REML), 95% CI`: weighting, model, estimator, level."""
    model = result.get("model") or {}
    kind = str(model.get("model", "common"))
    level = f"{100 * float(result.get('level', 0.95)):g}%\u00a0CI"
    if kind == "glmm":
        return f"GLMM ({model['kind']}), {level}" if model.get("kind") else f"GLMM, {level}"
    weighting = {"mh": "M-H", "peto": "Peto"}.get(kind, "IV")
    own = MODELS[kind]
    estimator = f" ({model['tau2_method']})" if model.get("tau2_method") and own.tau2 else ""
    effects = "Multilevel" if own.clusters == "model" else "Random" if own.heterogeneous else "Common"
    return f"{weighting}, {effects}{estimator}, {level}"


def heterogeneity(model: Mapping[str, Any], decimals: int = 2) -> str:
    """`Heterogeneity: Tau² = 0.31 [0.12, 1.11]; Chi² = 152.23, df = 12 (P < 0.00001); I² = 92%`."""
    if model.get("Q") is None or not model.get("Q_df"):
        return "Heterogeneity: not applicable"
    parts = []
    if model.get("tau2") is not None and MODELS[model.get("model", "random")].heterogeneous:
        places = _tau_decimals(float(model["tau2"]), decimals)
        text = f"Tau² = {number(model['tau2'], places)}"
        if model.get("tau2_ci_low") is not None and model.get("tau2_ci_high") is not None:
            text += f" [{number(model['tau2_ci_low'], places)}, {number(model['tau2_ci_high'], places)}]"
        parts.append(text)
    parts.append(f"Chi² = {number(model['Q'], 2)}, df = {model['Q_df']:g} ({p_value(model['Q_p'])})")
    if model.get("I2") is not None:
        parts.append(f"I² = {number(model['I2'], 0)}%")
    return "Heterogeneity: " + "; ".join(parts).replace(" = ", EQUALS)


def overall(model: Mapping[str, Any]) -> str:
    """`Test for overall effect: Z = 3.97 (P < 0.0001)`, or T with its degrees of freedom."""
    if model.get("statistic") is None or model.get("p") is None:
        return ""
    statistic = number(abs(float(model["statistic"])), 2)
    if model.get("df") is not None:
        return f"Test for overall effect: T = {statistic}, df = {model['df']:g} ({p_value(model['p'])})"
    return f"Test for overall effect: Z = {statistic} ({p_value(model['p'])})"


def between(test: Mapping[str, Any]) -> str:
    """`Test for subgroup differences: Chi² = 2.04, df = 2 (P = 0.36); I² = 2%`."""
    if test.get("not_done"):
        return f"Test for subgroup differences: {test['not_done']}"
    text = f"Chi² = {number(test['Q'], 2)}, df = {test['df']:g} ({p_value(test['p'])}); I² = {number(test['I2'], 0)}%"
    return "Test for subgroup differences: " + text.replace(" = ", EQUALS)


def explained(model: Mapping[str, Any]) -> str:
    """How interval, variance and prediction interval were obtained, in one sentence."""
    names = {"knha": "Hartung-Knapp", "adhoc": "Hartung-Knapp (not narrower than Wald)", "z": "Wald"}
    parts = []
    if model.get("test"):
        why = f" ({model['test_reason']})" if model.get("test_reason") else ""
        parts.append(
            f"Confidence interval of the pooled effect: {names.get(model['test'], model['test'])}{why}"
        )
    if model.get("tau2_method") and model.get("model") == "random":
        bounded = ", interval by the Q-profile" if model.get("tau2_ci_low") is not None else ""
        parts.append(f"Tau²: {model['tau2_method']}{bounded}")
    return "; ".join(parts) + "." if parts else ""


def _tau_decimals(tau2: float, least: int) -> int:
    return least if tau2 == 0 or tau2 >= 0.1 else min(max(least, 1 - math.floor(math.log10(tau2))), 6)


def favours(setting: Setting) -> tuple[str, str]:
    """What stands under the left and the right side of the axis."""
    first, second = f"Favours {setting.intervention}", f"Favours {setting.control}"
    if setting.better == "lower":
        return first, second
    if setting.better == "higher":
        return second, first
    return f"Lower with {setting.intervention}", f"Higher with {setting.intervention}"
