"""Effects that point the other way: arms exchanged, an estimate inverted, its logarithm for itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from evergreen.extraction.constraints import OF_TIME
from evergreen.extraction.queries.crowd import Crowd, Reference, loss
from evergreen.extraction.queries.evidence import Evidence, Row, pairs
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown
from evergreen.extraction.queries.intervals import SCALE
from evergreen.extraction.queries.slips import DECIMAL_SHIFT, NOT_ZERO, OUTLYING, RIVAL, SIGN

GAIN = 0.9  # logarithm of the likelihood ratio from which an exchange is asked about
CLEAR = 0.7  # standard errors that an effect is from none
FITS, LEFT = 1.6, 0.5
"""Mean loss for each reference up to which a correction fits; or the share of what spoke against the number that it leaves."""
FAR = 7.0
ARMS_SWAPPED = Kind(
    "arms_swapped", "warning",
    "The effect of a study points the other way than those of its other time points, of the other studies and of what the protocol calls better, and fits with the arms exchanged; or participants or baseline of the arms are those of each other's elsewhere.",
    "{column} {value}: {problem} Are the arms, or the direction, exchanged?",
    "Cochrane Handbook 5.5.2",
)  # fmt: skip


@dataclass(frozen=True)
class _Effect:
    """An effect of a study (standardised, or a log odds ratio) with its variance; `row` is where it is asked about."""

    row: Row
    value: float
    variance: float


def effect_of(rows: Sequence[Row]) -> _Effect | None:
    """The effect of a comparison: intervention arms together against the control, each of them on the same side."""
    effects = [(row, one) for row, control in pairs(rows) if (one := _between(row, control))]
    if not effects:
        return None
    values = [one[0] for _, one in effects]
    largest = max(effects, key=lambda item: abs(item[1][0]))[0]
    return _Effect(largest, median(values), median(one[1] for _, one in effects))


def _between(row: Row, control: Row) -> tuple[float, float] | None:
    if not row.n or not control.n:
        return None
    if row.location and control.location and row.sd and control.sd:
        sd = math.sqrt((row.sd**2 + control.sd**2) / 2)
        d = (row.location[1] - control.location[1]) / sd
        return d, 1 / row.n + 1 / control.n + d * d / (2 * (row.n + control.n))
    counts = [one.numbers.get("events") for one in (row, control)]
    if counts[0] is None or counts[1] is None or row.numbers.keys() & OF_TIME:
        return None
    a, b, c, d = counts[0] + 0.5, row.n - counts[0] + 0.5, counts[1] + 0.5, control.n - counts[1] + 0.5
    if min(b, d) <= 0:
        return None
    return math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def check(evidence: Evidence) -> Iterator[Finding]:
    exchanged: set[tuple[str, ...]] = set()
    for finding in _exchanged(evidence):
        exchanged.add(finding.row.key[:3])
        yield finding
    for outcome, rows in evidence.by_outcome.items():
        yield from _effects(evidence, outcome, rows, exchanged)
        yield from _contrasts(evidence, outcome)


def _effects(
    evidence: Evidence, outcome: str, rows: Sequence[Row], exchanged: set[tuple[str, ...]]
) -> Iterator[Finding]:
    effects: dict[str, list[_Effect]] = {}
    for key in dict.fromkeys(row.key[:3] for row in rows if row.group != "contrast"):
        if effect := effect_of(evidence.comparisons[key]):
            effects.setdefault(key[0], []).append(effect)
    if not effects:
        return
    crowd = Crowd({study: [one.value for one in several] for study, several in effects.items()}, floor=0.1)
    usual = median(one.variance for several in effects.values() for one in several)
    direction = evidence.better(outcome)
    for study, several in effects.items():
        for effect in several:
            if effect.row.key[:3] in exchanged:
                continue
            references = []
            noise = math.sqrt(effect.variance)
            if other := crowd.without(study):
                references.append(
                    Reference(other.centre, math.sqrt(other.spread**2 + max(effect.variance - usual, 0.0)))
                )
            own = [one for one in several if one is not effect]
            if own:
                centre = median(one.value for one in own)
                references.append(Reference(centre, math.hypot(0.25, noise)))
            if not references:
                continue
            if direction:
                references.append(Reference(0.3 * direction, math.hypot(0.5, noise)))
            gain = loss(references, effect.value) - loss(references, -effect.value)
            fits = all(abs(one.distance(-effect.value)) < 3 for one in references)
            clear = abs(effect.value) > CLEAR * noise
            if gain > GAIN and fits and clear:
                column = effect.row.location[0] if effect.row.location else "events"
                where = "the other studies" if other else "the other time points of the study"
                problem = f"with it the arms differ by {shown(effect.value)}, where {where} lead to expect about {shown(references[0].centre)}."
                yield found(ARMS_SWAPPED, effect.row, column, problem=problem)
                yield from _negated(evidence.comparisons[effect.row.key[:3]], references, effect, gain)


def _negated(
    rows: Sequence[Row], references: Sequence[Reference], effect: _Effect, gain: float
) -> Iterator[Finding]:
    """A lost sign of one arm's change that explains a direction as well as an exchange of the arms, which gains so much."""
    for at, row in enumerate(rows):
        if not row.changed or not row.location or not row.location[1]:
            continue
        column, value = row.location
        turned = replace(row, numbers={**row.numbers, column: -value})
        other = effect_of([*rows[:at], turned, *rows[at + 1 :]])
        if other and loss(references, effect.value) - loss(references, other.value) > gain - RIVAL:
            yield found(SIGN, row, column, shown(-value), others="the other arms and studies", what="")


def _exchanged(evidence: Evidence) -> Iterator[Finding]:
    """Two arms whose participants, or baselines, are here those of each other in the study's other rows."""
    for rows in evidence.comparisons.values():
        for column in ("n", "mean_baseline"):
            for row, control in pairs(rows):
                if (
                    row.numbers.get(column) == control.numbers.get(column)
                    or not {column} <= row.numbers.keys() & control.numbers.keys()
                ):
                    continue
                here = (row.numbers[column], control.numbers[column])
                alike = crossed = 0
                for other in evidence.arms.get((row.key[0], row.key[3]), ()):
                    if other is row or (column != "n" and other.key[1] != row.key[1]):
                        continue
                    beside = next(
                        (one for one in evidence.comparisons[other.key[:3]] if one.key[3] == control.key[3]),
                        None,
                    )
                    if beside is None or column not in other.numbers or column not in beside.numbers:
                        continue
                    there = (other.numbers[column], beside.numbers[column])
                    alike += there == here
                    crossed += there == here[::-1]
                if crossed > alike and _less_likely(evidence, rows, crossed):
                    problem = f"elsewhere in the study the arms have {column} {control.text(column)} and {row.text(column)}, here the other way round."
                    value = f"{row.text(column)} and {control.text(column)}"
                    yield found(ARMS_SWAPPED, row, column, value=value, problem=problem)
                    break
            else:
                continue
            break


def _less_likely(evidence: Evidence, rows: Sequence[Row], crossed: int) -> bool:
    """Of two places that contradict each other one is asked about: that whose effect is on the wrong side, else the later one."""
    if crossed > 1:
        return True
    effect = effect_of(rows)
    better = evidence.better(rows[0].key[1])
    return (
        effect is None
        or not better
        or effect.value * better < 0
        or abs(effect.value) < 2 * math.sqrt(effect.variance)
    )


# --- estimates of contrast rows -----------------------------------------------------------------------------------------------

Undo = Callable[[float, bool], float | None]


def _times(factor: float) -> Undo:
    return lambda value, ratio: value * factor


_SLIPS: tuple[tuple[Kind, Undo, float, str], ...] = (
    (ARMS_SWAPPED, lambda value, ratio: 1 / value if ratio and value > 0 else None, 0.0, "inverted"),
    (SIGN, lambda value, ratio: None if ratio else -value, 0.0, "with the other sign"),
    (SCALE, lambda value, ratio: math.exp(value) if ratio and value < 50 else None, 0.3, "as a logarithm"),
    *((DECIMAL_SHIFT, _times(factor), 0.5, "with another decimal point") for factor in (10.0, 0.1, 100.0, 0.01)),
)  # fmt: skip


def _contrasts(evidence: Evidence, outcome: str) -> Iterator[Finding]:
    by_scale: dict[bool, list[Row]] = {}
    for row in evidence.contrasts.get(outcome, ()):
        ratio = evidence.is_ratio(row)
        if "estimate" in row.numbers and ratio is not None and (not ratio or row.numbers["estimate"] > 0):
            by_scale.setdefault(ratio, []).append(row)
    for ratio, rows in by_scale.items():
        values: dict[str, list[float]] = {}
        for row in rows:
            values.setdefault(row.key[0], []).append(_analysed(row.numbers["estimate"], ratio))
        usual = sorted(abs(value) for several in values.values() for value in several)
        crowd = Crowd(values, floor=max(0.1 if ratio else 0.1 * median(usual), 1e-9))
        for row in rows:
            yield from _estimate(row, ratio, crowd, values)


def _analysed(value: float, ratio: bool) -> float:
    return math.log(value) if ratio else value


def _estimate(row: Row, ratio: bool, crowd: Crowd, values: dict[str, list[float]]) -> Iterator[Finding]:
    reference = crowd.without(row.key[0])
    if reference is None:
        return
    value = row.numbers["estimate"]
    se = _se(row, ratio)
    references = [Reference(reference.centre, math.hypot(reference.spread, 0.7 * se))]
    own = _analysed(value, ratio)
    several = [one for one in values[row.key[0]] if one != own]
    if several:
        references.append(Reference(median(several), math.hypot(reference.spread, se)))
    before = loss(references, own)
    explained = []
    for kind, undo, rare, how in _SLIPS:
        mended = undo(value, ratio)
        if mended is None or (ratio and mended <= 0):
            continue
        after = loss(references, _analysed(mended, ratio))
        if not ratio and kind is DECIMAL_SHIFT and loss(references, 0.0) - after < NOT_ZERO:
            continue
        fits = after < FITS * len(references) or after < LEFT * before
        if before - after - rare > GAIN and fits:
            explained.append((before - after - rare, kind, mended, how))
    centre = math.exp(reference.centre) if ratio else reference.centre
    others = f"the other studies (about {shown(centre)})"
    if not explained:
        if before > FAR:
            yield found(OUTLYING, row, "estimate", shown(centre), others=others)
        return
    best = max(explained, key=lambda one: one[0])
    asked = set()
    for gain, kind, mended, how in sorted(explained, key=lambda one: -one[0]):
        if gain < best[0] - 0.8 or kind.name in asked:
            continue
        asked.add(kind.name)
        expected = shown(mended)
        problem = f"it is far from {others}, and fits them {how} ({expected})."
        given = (row.text(name) for name in ("estimate_ci_low", "estimate_ci_high") if name in row.numbers)
        limits = " and ".join(given) or "not given"
        taken, told = "for a ratio" if ratio else "for no ratio", f"it fits the other studies {how}"
        yield found(
            kind,
            row,
            "estimate",
            expected,
            problem=problem,
            limits=limits,
            taken=taken,
            told=told,
            others=others,
            what=how,
        )


def _se(row: Row, ratio: bool) -> float:
    return row.numbers.get("estimate_se") or abs(row.se_of_limits(ratio=ratio) or 0.0)


FAMILY = Family("Direction", (ARMS_SWAPPED,), check)
