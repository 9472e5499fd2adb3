"""The words of a forest plot: method, heterogeneity, tests, sides of the axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evergreen.figures.scales import number, p_value
from evergreen.metaanalysis.models import MODELS
from evergreen.synthesis.result.analyses import Between, BetweenNotDone
from evergreen.synthesis.result.pooled_models import InverseVariance, Mixed, PooledModel

if TYPE_CHECKING:
    from evergreen.figures.setting import Setting  # words need no matplotlib

EQUALS = "\u00a0=\u00a0"  # a line does not end before or after it


def method(model: PooledModel, level: float) -> str:
    """`IV, Random (REML), 95% CI`: weighting, model, estimator, level."""
    interval = f"{100 * level:g}%\u00a0CI"
    if isinstance(model, Mixed):
        return f"GLMM ({model.kind}), {interval}"
    weighting = {"mh": "M-H", "peto": "Peto"}.get(model.model, "IV")
    estimator = f" ({model.tau2_method})" if model.tau2_method else ""
    own = MODELS[model.model]
    effects = "Multilevel" if own.clusters == "model" else "Random" if own.heterogeneous else "Common"
    return f"{weighting}, {effects}{estimator}, {interval}"


def heterogeneity(model: PooledModel, decimals: int = 2) -> str:
    """`Heterogeneity: Tau² = 0.31 [0.12, 1.11]; Chi² = 152.23, df = 12 (P < 0.00001); I² = 92%`."""
    if model.Q is None or model.Q_p is None or not model.Q_df:
        return "Heterogeneity: not applicable"
    parts = []
    if model.tau2 is not None:
        places = _tau_decimals(model.tau2, decimals)
        text = f"Tau² = {number(model.tau2, places)}"
        if model.tau2_ci_low is not None and model.tau2_ci_high is not None:
            text += f" [{number(model.tau2_ci_low, places)}, {number(model.tau2_ci_high, places)}]"
        parts.append(text)
    parts.append(f"Chi² = {number(model.Q, 2)}, df = {model.Q_df:g} ({p_value(model.Q_p)})")
    if model.I2 is not None:
        parts.append(f"I² = {number(model.I2, 0)}%")
    return "Heterogeneity: " + "; ".join(parts).replace(" = ", EQUALS)


def overall(model: PooledModel) -> str:
    """`Test for overall effect: Z = 3.97 (P < 0.0001)`, or T with its degrees of freedom."""
    if model.statistic is None or model.p is None:
        return ""
    statistic = number(abs(model.statistic), 2)
    if model.df is not None:
        return f"Test for overall effect: T = {statistic}, df = {model.df:g} ({p_value(model.p)})"
    return f"Test for overall effect: Z = {statistic} ({p_value(model.p)})"


def between(test: Between | BetweenNotDone) -> str:
    """`Test for subgroup differences: Chi² = 2.04, df = 2 (P = 0.36); I² = 2%`."""
    if isinstance(test, BetweenNotDone):
        return f"Test for subgroup differences: {test.not_done}"
    assert test.p is not None
    text = f"Chi² = {number(test.Q, 2)}, df = {test.df:g} ({p_value(test.p)}); I² = {number(test.I2, 0)}%"
    return "Test for subgroup differences: " + text.replace(" = ", EQUALS)


def explained(model: PooledModel) -> str:
    """How interval, variance and prediction interval were obtained, in one sentence."""
    names = {"knha": "Hartung-Knapp", "adhoc": "Hartung-Knapp (not narrower than Wald)", "z": "Wald"}
    inverse = model if isinstance(model, InverseVariance) else None
    why = f" ({inverse.test_reason})" if inverse and inverse.test_reason else ""
    parts = [f"Confidence interval of the pooled effect: {names[model.test]}{why}"]
    if inverse and inverse.tau2_method:
        bounded = ", interval by the Q-profile" if inverse.tau2_ci_low is not None else ""
        parts.append(f"Tau²: {inverse.tau2_method}{bounded}")
    return "; ".join(parts) + "."


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
