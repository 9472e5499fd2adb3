"""Effects that reports state as such: which of their numbers make one, and on which scale they are."""

from __future__ import annotations

import math

from evergreen.errors import InputError
from evergreen.extraction.check import Row, place_of
from evergreen.extraction.row_values import usual_interval
from evergreen.metaanalysis.conversions import effect_from_score, se_from_any_interval
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.arms import CONTRAST_NUMBERS, Rows, disagreed, why_not_derived
from evergreen.synthesis.result.study_rows import Reason

Effect = tuple[float, float]
BEHIND = (*CONTRAST_NUMBERS, "estimate_p")
"""Columns that an effect is made from."""


def effect(row: Row, outcome: Outcome) -> Effect | str:
    """Effect and variance on the analysis scale, or why there is none: of the estimate, else of O - E and its variance.

    Raises InputError where it is not said whether an estimate is a ratio or its logarithm, and for a ratio that cannot be.
    """
    disputed = [name for name in row["in_conflict"].split("; ") if name in (*BEHIND, "scale")]
    if "scale" in disputed:
        return Reason("disputed", "the extractors disagree on the scale of the estimate")
    stated = _stated(row, outcome)
    if isinstance(stated, str):
        scored = _scored(row, outcome.measure)
        if scored is not None:
            stated = scored
    if isinstance(stated, str) and disputed:
        return disagreed(disputed)
    if isinstance(stated, tuple) and not math.isnan(row["design_effect"]):
        return stated[0], stated[1] * row["design_effect"]
    return stated


def used(row: Row) -> tuple[str, ...]:
    """The columns whose numbers make the effect of a row that has one."""
    value, se = (not math.isnan(row[name]) for name in ("estimate", "estimate_se"))
    limits = ("estimate_ci_low", "estimate_ci_high")
    ranged = not any(math.isnan(row[name]) for name in limits)
    if not value and not ranged:
        return ("o_minus_e", "variance")
    whole = (*(("estimate",) if value else limits), *(("estimate_se",) if se else limits))
    return tuple(dict.fromkeys(whole)) if se or usual_interval(row) else ("o_minus_e", "variance")


def scale_of(row: Row, outcome: Outcome) -> str:
    """`ratio` or `analysis`, whatever says it first: the row, the outcome, the measure; "" where none of them does."""
    return row["scale"] or outcome.scale or MEASURES[outcome.measure].reported


def shown_by(rows: Rows, outcome: Outcome, measure: str) -> str:
    """How effects of `measure` are shown, as `Measure.scale`: those of which nothing else is known are ratios where outcome or rows say so."""
    own = MEASURES[measure]
    said = {outcome.scale, *(row["scale"] for row in rows)}
    return "log" if own.kind == "generic" and "ratio" in said else own.scale


def _stated(row: Row, outcome: Outcome) -> Effect | str:
    """The effect of an estimate with its standard error or limits."""
    value, se = row["estimate"], row["estimate_se"]
    low, high = row["estimate_ci_low"], row["estimate_ci_high"]
    if math.isnan(value) and (math.isnan(low) or math.isnan(high)):
        return (
            "only a p value is reported"
            if row["estimate_p"]
            else "an effect is mentioned, but no estimate is reported"
        )
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
        value, low, high = (
            math.log(number) if not math.isnan(number) else number for number in (value, low, high)
        )
    if math.isnan(value):
        value = (low + high) / 2
    if math.isnan(se):
        if not usual_interval(row):
            return f"an estimate is reported without standard error or interval{why_not_derived([row])}"
        se = se_from_any_interval(low, high)
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
    return effect_from_score(difference, variance)
