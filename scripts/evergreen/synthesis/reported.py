"""Effects that reports state as such: which of their numbers make one, on which scale they are, and those of another measure than the one
that is pooled, made this one where the protocol asks for it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from scipy.special import ndtri

from evergreen.errors import InputError
from evergreen.extraction.check import Row, own_choice, place_of
from evergreen.extraction.row_values import CONVERTED, OF_ESTIMATE, marked, record_of, usual_interval
from evergreen.metaanalysis import conversions
from evergreen.metaanalysis.absolute_risk import ratio_of_other_measure
from evergreen.metaanalysis.conversion_rules import BY_ID, DERIVED, IMPUTED, RISKS
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis import arms

Effect = tuple[float, float]
LIMITS = ("estimate_ci_low", "estimate_ci_high")
BEHIND = (*arms.CONTRAST_NUMBERS, "estimate_p")
"""Columns that an effect is made from."""


def effect(row: Row, outcome: Outcome) -> Effect | str:
    """Effect and variance on the analysis scale, or why there is none: of the estimate, else of O - E and its variance.

    Raises InputError where it is not said whether an estimate is a ratio or its logarithm, and for a ratio that cannot be.
    """
    if unsettled := arms.disputed(
        [row], ("scale", "estimate_measure", "design_effect", *arms.columns_of_unit(outcome))
    ):
        return arms.disagreed(unsettled)
    stated, made_of = _stated(row, outcome), ("estimate", "estimate_se", *used(row))
    if isinstance(stated, str):
        scored = _scored(row, outcome.measure)
        made_of = BEHIND if scored is None else ("o_minus_e", "variance")
        stated = stated if scored is None else scored
    elif math.isnan(row["estimate_se"]):
        made_of = (*made_of, *OF_ESTIMATE, "estimate_df")
    if unsettled := arms.disputed([row], made_of):
        return arms.disagreed(unsettled)
    if isinstance(stated, tuple) and not math.isnan(row["design_effect"]):
        return stated[0], stated[1] * row["design_effect"]
    return stated


def used(row: Row) -> tuple[str, ...]:
    """The columns whose numbers make the effect of a row that has one."""
    value, se = (not math.isnan(row[name]) for name in ("estimate", "estimate_se"))
    ranged = not any(math.isnan(row[name]) for name in LIMITS)
    if not value and not ranged:
        return ("o_minus_e", "variance")
    whole = (*(("estimate",) if value else LIMITS), *(("estimate_se",) if se else LIMITS))
    return tuple(dict.fromkeys(whole)) if se or usual_interval(row) else ("o_minus_e", "variance")


def scale_of(row: Row, outcome: Outcome) -> str:
    """`ratio` or `analysis`, whatever says it first: the row, the outcome, the measure; "" where none of them does."""
    return row["scale"] or outcome.scale or MEASURES[outcome.measure].reported


def shown_by(rows: arms.Rows, outcome: Outcome, measure: str) -> str:
    """How effects of `measure` are shown, as `Measure.scale`: those of which nothing else is known are ratios where outcome or rows say so."""
    own = MEASURES[measure]
    said = {outcome.scale, *(row["scale"] for row in rows)}
    return "log" if own.kind == "generic" and "ratio" in said else own.scale


def _stated(row: Row, outcome: Outcome) -> Effect | str:
    """The effect of an estimate with its standard error or limits."""
    value, se = row["estimate"], row["estimate_se"]
    low, high = row["estimate_ci_low"], row["estimate_ci_high"]
    if math.isnan(value) and (math.isnan(low) or math.isnan(high)):
        if row["estimate_p"]:
            return "only a p value is reported"
        return "an effect is mentioned, but no estimate is reported"
    scale, measure = scale_of(row, outcome), MEASURES[outcome.measure]
    of = row["estimate_measure"]
    if of and of != outcome.measure and outcome.measure != "GEN":
        why = f" ({row['not_converted']})" if row.get("not_converted") else ""
        article = "an" if MEASURES[of].name[0] in "aeio" else "a"
        return f"it reports {article} {MEASURES[of].name}, and the measure is the {measure.name}{why}"
    if not scale:
        problem = "whether the estimate is a ratio or its logarithm is not said"
        todo = "`ratio` (0.80 means a fifth less) or `analysis` (a logarithm, or an effect that is no ratio)."
        if not measure.may_be_ratio:
            problem = f"whether the estimate is on the scale of the analysis ({measure.scale.replace('_', ' ')}) is not said"
            todo = "`analysis`, with the estimate and its limits on that scale."
        raise InputError(
            f"study {row['study']}, outcome {outcome.id}: {problem}",
            **place_of(row),
            column="estimate",
            todo=f"Say `scale` of the outcome in config/config.yaml, or of the row in a column `scale`: {todo}",
        )
    if scale == "ratio":
        if not measure.may_be_ratio:
            return f"it reports a ratio, and the measure ({measure.name}) is none"
        numbers = [number for number in (value, low, high) if not math.isnan(number)]
        if min(numbers) <= 0:
            raise InputError(
                f"study {row['study']}, outcome {outcome.id}: a ratio of {min(numbers):g} is not positive",
                **place_of(row),
                column="estimate",
                todo="Check the number, or say `scale: analysis` if it is a logarithm already.",
            )
        value, low, high = map(math.log, (value, low, high))  # NaN stays NaN
    if math.isnan(value):
        value = (low + high) / 2
    if math.isnan(se):
        if not usual_interval(row):
            return f"an estimate is reported without standard error or interval{arms.why_not_derived([row])}"
        se = conversions.se_from_any_interval(low, high)
    if se <= 0:
        return "the reported estimate has no sampling variance"
    return float(value), float(se) ** 2


def _scored(row: Row, name: str) -> Effect | str | None:
    """The effect of observed minus expected events and their variance, whose scale is always the logarithm; None without either."""
    difference, variance = row["o_minus_e"], row["variance"]
    if math.isnan(difference) and math.isnan(variance):
        return None
    if not MEASURES[name].scored:
        return f"O - E and its variance give a hazard ratio or Peto's odds ratio, and the measure is the {MEASURES[name].name}"
    if math.isnan(variance):
        return "O - E is reported without its variance"
    if math.isnan(difference):
        return "a variance of O - E is reported, but not O - E itself"
    if variance == 0:
        return "O - E has no variance"
    return conversions.effect_from_score(difference, variance)


# --- estimates of another measure


def as_measured(row: Row, rows: arms.Rows, outcome: Outcome) -> Row:
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
        estimate, low, high = map(convert, natural)
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


def _control_risk(row: Row, rows: arms.Rows, outcome: Outcome) -> tuple[float, bool]:
    """The risk of the control group that a row or its control arm says, else that of the protocol, and whether it is the latter."""
    if not math.isnan(row["control_risk"]):
        return row["control_risk"], False
    controls = arms.of_group(rows, "control")
    counted = [one for one in controls if one["n"] > 0 and not math.isnan(one["events"])]
    if counted:
        return arms.total(counted, "events") / arms.total(counted, "n"), False
    return outcome.filling.outside.get("control_risk", math.nan), True


def _natural(row: Row, of: str, scale: str) -> tuple[float, float, float] | str:
    """Estimate and 95 % limits by the normal distribution, of ratios on their natural scale; or why there are none."""
    log = MEASURES[of].scale == "log"
    values = [row["estimate"], *(row[name] for name in LIMITS)]
    if log and scale == "ratio":
        if any(value <= 0 for value in values):
            return "a ratio of 0 or less"
        values = list(map(math.log, values))  # NaN stays NaN
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
        return lambda value: math.exp(conversions.log_odds_ratio_from_d(value))
    if (of, to) == ("OR", "SMD"):
        return lambda value: conversions.d_from_log_odds_ratio(math.log(value))
    return lambda value: ratio_of_other_measure(of, to, value, risk)
