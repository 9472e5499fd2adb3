"""What the results of a review come to, as rows of a state: pooled effects, what they are made of, certainty, conclusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evergreen.grade.finding import Finding
from evergreen.report import effects, findings_words
from evergreen.states.state import Row, Rows
from evergreen.synthesis.result import PooledModel
from evergreen.synthesis.result.outcome_result import with_estimate

NUMBERS = (
    "model", "tau2_method", "test", "estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "I2", "p",
)  # fmt: skip
"""What of a pooled effect is compared, on the analysis scale; weights are rows of their own."""


def rows(findings: Sequence[Finding]) -> dict[str, Rows]:
    """The rows by part."""
    return {
        "effects": tuple(_now(one) for one in findings),
        "weights": tuple(row for one in findings for row in _weights(one)),
        "ratings": tuple(
            _named(one) | {"certainty": one.rating.certainty if one.rating else ""} for one in findings
        ),
        "conclusions": tuple(
            _named(one) | {"conclusion": findings_words.statements(one)} for one in findings
        ),
    }


def _named(found: Finding) -> dict[str, Any]:
    return {"outcome": found.outcome.id, "name": found.outcome.name}


def looks(findings: Sequence[Finding]) -> dict[str, Rows]:
    """The pooled effects as of each round, of the outcomes whose data it changed."""
    found: dict[str, list[Row]] = {}
    for one in findings:
        for day, look in one.result.rounds.items():
            found.setdefault(day, []).append(
                _effect(one, look.model, with_estimate(look.subtotals), {"k": look.studies})
            )
    return {day: tuple(found[day]) for day in sorted(found)}


def _now(found: Finding) -> Row:
    result = found.result
    beside = {
        "k": result.count,
        "participants": result.participants,
        "size": found.size,
        "not_pooled": result.not_pooled,
    }
    return _effect(found, result.model, result.subtotals, beside)


def _effect(
    found: Finding, model: PooledModel | None, subtotals: Mapping[str, PooledModel], beside: Mapping[str, Any]
) -> Row:
    """One pooled effect, with what readers see of it (`shown`, `predicted`); `thresholds` says how many lines of a decision, no effect
    or the minimal important difference on both sides of it, its interval includes."""
    scale, ruler = found.scale, found.ruler
    row = _named(found) | {"measure": found.result.measure, **beside}
    for level, one in subtotals.items():
        row |= {f"{level}: {name}": getattr(one, name) for name in NUMBERS}
    shown = effects.shown(model, subtotals, scale)
    if model is None or model.estimate is None:
        return {**row, "shown": shown, "predicted": ""}
    row |= {name: getattr(model, name) for name in NUMBERS}
    if ruler is not None and (crossed := ruler.crossed(model.ci_low, model.ci_high)) is not None:
        row["thresholds"] = f"{crossed} of {len(ruler.lines)} in the interval"
    return {**row, "shown": shown, "predicted": effects.interval(model.pi_low, model.pi_high, scale)}


def _weights(found: Finding) -> Iterator[Row]:
    for study in found.result.studies:
        yield {
            "outcome": found.outcome.id, "study": study.study, "label": study.label, "yi": study.yi, "ci_low": study.ci_low,
            "ci_high": study.ci_high, "weight": study.weight,
        }  # fmt: skip
    for one in found.result.left_out:
        yield {"outcome": found.outcome.id, "study": one.study, "label": one.label, "left_out": one.reason}
