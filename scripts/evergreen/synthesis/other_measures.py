"""Reported estimates of another measure than the one that is pooled, made this one where the protocol asks for it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from scipy.special import ndtri

from evergreen.extraction.check import Row, own_choice
from evergreen.extraction.row_values import CONVERTED, marked, record_of, usual_interval
from evergreen.metaanalysis.absolute_risk import ratio_of_other_measure
from evergreen.metaanalysis.conversion_rules import BY_ID, DERIVED, IMPUTED, RISKS
from evergreen.metaanalysis.conversions import d_from_log_odds_ratio, log_odds_ratio_from_d
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.arms import Rows

LIMITS = ("estimate_ci_low", "estimate_ci_high")


def as_measured(row: Row, rows: Rows, outcome: Outcome) -> Row:
    """A contrast row with its estimate as the outcome's measure, recorded, if a conversion is asked for; else the row as it is.

    `rows` are those of its result: the control arm's risk is needed where the row does not say it. The interval is converted limit by
    limit; one of another level, or a standard error alone, is made one of 95 % before.
    """
    of, to = row["estimate_measure"], outcome.measure
    rule = BY_ID.get(f"{of}_to_{to}".lower())
    if rule is None or not outcome.filling.makes(rule.id, own_choice(row)):
        return row
    scale = row["scale"] or outcome.scale or MEASURES[of].reported
    if MEASURES[of].scale == "log" and not scale:
        return {**row, "not_converted": "whether it is a ratio or its logarithm is not said"}
    risk, assumed = math.nan, False
    if of in RISKS and to in RISKS:
        risk, assumed = _control_risk(row, rows, outcome)
        if not 0 < risk < 1:
            return {**row, "not_converted": "the risk of the control group is not known"}
    state = IMPUTED if assumed or "estimate" in marked(row[IMPUTED]) else DERIVED
    if not outcome.filling.allows(state):
        return {**row, "not_converted": f"{state} numbers are left out"}
    natural = _natural(row, of, scale)
    if isinstance(natural, str):
        return {**row, "not_converted": natural}
    convert = _conversion(of, to, risk)
    try:
        estimate, low, high = (value if math.isnan(value) else convert(value) for value in natural)
    except (ValueError, ArithmeticError) as error:
        return {**row, "not_converted": f"it {error}"}
    inputs = {"estimate": row["estimate"], **({} if math.isnan(risk) else {"control_risk": risk})}
    numbers = {"estimate": estimate, LIMITS[0]: low, LIMITS[1]: high}
    how = rule.how.format(control_risk=risk)
    assumption = rule.assumes + ("; the control risk is that of the protocol" if assumed else "")
    made = [
        rule.entry(name, value, how, {**inputs, "estimate": row[name]}, state, assumption)
        for name, value in numbers.items()
        if not math.isnan(value) and not math.isnan(row[name])
    ]
    marks = "; ".join(filter(None, [row[state], f"estimate: {how} ({rule.source})"]))
    others = dict.fromkeys(("estimate_se", "estimate_ci_level", "estimate_df"), math.nan)
    return {
        **row, **numbers, **others, "estimate_measure": to, "scale": "ratio" if MEASURES[to].scale == "log" else "analysis",
        "estimate_distribution": "z", state: marks, CONVERTED: json.dumps([*record_of(row), *made], ensure_ascii=False),
    }  # fmt: skip


def _control_risk(row: Row, rows: Rows, outcome: Outcome) -> tuple[float, bool]:
    """The risk of the control group that a row or its control arm says, else that of the protocol, and whether it is the latter."""
    if not math.isnan(row["control_risk"]):
        return row["control_risk"], False
    arms = [
        one for one in rows if one["group"] == "control" and one["n"] > 0 and not math.isnan(one["events"])
    ]
    if arms:
        return sum(one["events"] for one in arms) / sum(one["n"] for one in arms), False
    return outcome.filling.outside.get("control_risk", math.nan), True


def _natural(row: Row, of: str, scale: str) -> tuple[float, float, float] | str:
    """Estimate and 95 % limits by the normal distribution, of ratios on their natural scale; or why there are none."""
    log = MEASURES[of].scale == "log"
    values = [row["estimate"], *(row[name] for name in LIMITS)]
    if log and scale == "ratio":
        if any(value <= 0 for value in values):
            return "a ratio of 0 or less"
        values = [math.log(value) if not math.isnan(value) else value for value in values]
    estimate, low, high = values
    if math.isnan(estimate):
        estimate = (low + high) / 2
    if not usual_interval(row):
        half = float(ndtri(0.975)) * row["estimate_se"]
        low, high = estimate - half, estimate + half
    if any(map(math.isnan, (estimate, low, high))):
        return "its estimate has neither standard error nor interval"
    return (math.exp(estimate), math.exp(low), math.exp(high)) if log else (estimate, low, high)


def _conversion(of: str, to: str, risk: float) -> Callable[[float], float]:
    if (of, to) == ("SMD", "OR"):
        return lambda value: math.exp(log_odds_ratio_from_d(value))
    if (of, to) == ("OR", "SMD"):
        return lambda value: d_from_log_odds_ratio(math.log(value))
    return lambda value: ratio_of_other_measure(of, to, value, risk)
