"""What a summary of findings says of each outcome, put together once as values: page, document and table only show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evergreen import tables
from evergreen.bias.certainty import Rating, Start, start_of
from evergreen.bias.tools import OVERALL, ROB_ME
from evergreen.figures import scales
from evergreen.grade.absolute import (
    OF_CONTROLS,
    Absolute,
    Baseline,
    Interval,
    InUnits,
    Ruler,
    absolute,
    baselines,
    in_units,
    natural,
    ruler,
    says_nothing,
)
from evergreen.grade.rated import Recounted, recounted, reporting, rounds_since
from evergreen.grade.suggestions import InformationSize, Suggestion, changes, information, suggested
from evergreen.metaanalysis.absolute_risk import RISKS
from evergreen.protocol.grading import Certainty
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Round


@dataclass(frozen=True)
class Moved:
    """An outcome whose data came after the round that its rating is of: what was pooled `then` (None where nothing was) and is `now`,
    how many studies were added, and the domains in which the data suggested (then, now) other levels."""

    rated: str
    then: Round | None
    now: Round
    added: int
    domains: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Finding:
    """An outcome in the summary of findings.

    `studies` and `participants` (None where a study does not say them) are those that count. `effect` is on the shown scale. `means` are
    its absolute effects, at each risk without the intervention. `sizes` say how large it is (`Ruler.size`), at each of these risks where there are any,
    `excludes_none` whether its interval excludes no effect. `rating` is people's; None where nobody rated it or no study reports it, though somebody did (`rated_for_nothing`).
    """

    outcome: Outcome
    result: Result
    scale: scales.Scale
    studies: int
    participants: float | None
    effect: Interval | None
    means: tuple[Absolute, ...]
    units: InUnits | None
    ruler: Ruler | None
    sizes: tuple[str, ...]
    excludes_none: bool
    start: Start
    rating: Rating | None
    rated_for_nothing: bool
    suggestions: Mapping[str, Suggestion]
    information: InformationSize | None
    moved: Moved | None
    recounted: Recounted | None
    remarks: tuple[str, ...]

    @property
    def size(self) -> str:
        """How large it is, at the first risk."""
        return self.sizes[0]

    @property
    def increases(self) -> bool:
        """Whether the effect is above no effect on the analysis scale: more events, higher values."""
        model = self.result.pooled
        return model is not None and (model.estimate or 0.0) > (self.scale.null or 0.0)


def find(
    outcomes: Sequence[Outcome],
    results: Mapping[str, Result],
    ratings: Mapping[str, Rating],
    rules: Certainty,
    tool: str,
    missing: Mapping[str, str] | None = None,
) -> list[Finding]:
    """The findings of the outcomes that have a result; `tool` is the protocol's for risk of bias, `missing` by outcome the judgements
    by ROB-ME."""
    return [
        _finding(one, results[one.id], ratings.get(one.id), rules, tool, (missing or {}).get(one.id, ""))
        for one in outcomes
        if one.id in results
    ]


def missing_evidence(judgements: pd.DataFrame, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """By outcome the judgement of a review that uses ROB-ME; `judgements` as results/risk_of_bias/judgements.csv, whose column
    `study` names the synthesis."""
    called = {folded(name): one.id for one in reversed(outcomes) for name in (one.data, one.name, one.id)}
    domains = {OVERALL, *(domain.id for domain in ROB_ME.domains)}
    found = {}
    for row in tables.rows(judgements):
        outcome = called.get(folded(row["study"]))
        if outcome and row["domain"] in domains and row["judgement"]:
            found[outcome] = row["judgement"]
    return found


def _finding(
    outcome: Outcome, result: Result, rating: Rating | None, rules: Certainty, tool: str, missing: str
) -> Finding:
    model, scale, start = result.pooled, scales.of_result(result), start_of(tool, outcome.design)
    effect = natural(model, scale) if model else None
    risks = baselines(outcome, result)
    means = tuple(absolute(outcome, effect, risk) for risk in risks) if effect else ()
    units = in_units(outcome, result, effect) if effect else None
    rulers = [ruler(outcome, scale, risk, units) for risk in risks or (None,)]
    measured = rulers[0]
    excludes = False
    if model and effect and scale.null is not None:
        _, low, high = model.interval
        excludes = not low <= scale.null <= high
    estimate = model.estimate if model else None
    sizes = tuple("" if estimate is None or one is None else one.size(estimate) for one in rulers)
    first = means[0] if means else None
    return Finding(
        outcome=outcome,
        result=result,
        scale=scale,
        studies=len({one.study for one in reporting(result)}),
        participants=result.participants if result.studies else None,
        effect=effect,
        means=means,
        units=units,
        ruler=measured,
        sizes=sizes,
        excludes_none=excludes,
        start=start,
        rating=rating if result.every else None,
        rated_for_nothing=rating is not None and not result.every,
        suggestions=suggested(
            outcome, result, rules, measured, first, units,
            starts_low=start.level != "high", missing=missing,
        ),
        information=information(outcome, result, rules, first, units) if model else None,
        moved=_moved(result, rating, measured),
        recounted=recounted(result, rating) if rating is not None and result.every else None,
        remarks=tuple(_remarks(outcome, result, risks, means, units)),
    )  # fmt: skip


def _moved(result: Result, rating: Rating | None, measured: Ruler | None) -> Moved | None:
    """None where nobody said of which round the rating is, or nothing came after it."""
    later = [] if rating is None else rounds_since(result, rating)
    if rating is None or not later:
        return None
    before = [day for day in sorted(result.rounds) if day <= rating.round]
    then, now = (result.rounds[before[-1]] if before else None), result.rounds[later[-1]]
    added = result.count_of([label for day in later for label in result.rounds[day].added])
    return Moved(rating.round, then, now, added, changes(then.model if then else None, now.model, measured))


def _remarks(
    outcome: Outcome,
    result: Result,
    risks: Sequence[Baseline],
    means: Sequence[Absolute],
    units: InUnits | None,
) -> list[str]:
    """What a reader has to know of the absolute numbers, or why there are none."""
    if result.pooled is None:
        return []
    found, differs = [], outcome.measure == "RD"
    if outcome.measure in RISKS and not risks:
        found.append(
            "No risks are given: those of a hazard ratio need an assumed risk with its time."
            if outcome.measure == "HR"
            else "No risks are given: not every control group states its events and participants, and the protocol assumes no risk."
        )
    for one in means:
        called = f" ({one.baseline.name})" if one.baseline.name else ""
        if one.capped:
            found.append(
                f"The risk with the intervention{called} would lie beyond everybody or nobody and stops there{'; the difference does not' if differs else ''}."
            )
        if says_nothing(outcome.measure, one.baseline.risk):
            found.append(
                f"The {OF_CONTROLS} is {one.baseline.risk:g}, at which a relative effect means nothing: assume a risk in the protocol."
            )
    unknown = all(says_nothing(outcome.measure, one.risk) for one in risks[:1])
    if outcome.measure in RISKS and outcome.thresholds.known and unknown:
        found.append("Its thresholds are not applied: without a risk nobody knows people among 1000.")
    if outcome.re_expressed is not None and units is None:
        found.append(
            f"It is not said in units of {outcome.re_expressed.instrument}: no control group measured with it states a standard deviation,"
            " and the protocol has none."
        )
    return found
