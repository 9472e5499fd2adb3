"""Counts of people: events that are percentages, participants beyond those randomised, arms against the study."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

from evergreen import tables
from evergreen.extraction.constraints import OF_TIME
from evergreen.extraction.queries import slips
from evergreen.extraction.queries.crowd import Crowd, Reference, loss, spread_of
from evergreen.extraction.queries.evidence import Evidence, Row, pairs
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown
from evergreen.sheets import name_key
from evergreen.sheets.numbers import NUMBER

GAIN, ALONE = 2.3, 5.0
"""Logarithm of the likelihood ratio from which a slip is asked about, with other studies to compare with and without."""
PERCENT_GAIN = 1.9
"""The same of percentages, with other studies: they are the most usual of these slips, and seldom far from the count."""
FAR = 6.0
SIZE_GAIN = 6.0
RANDOMISED = re.compile(
    r"(n_|number_|total_|participants_|patients_)?(randomi[sz]ed|allocated|enrolled)(_n|_total|_participants|_patients|_number)?"
    r"|n_rand|rand_n|sample|sample_size|sample_n|total_n|n_total"
)
OF_STUDY = re.compile(r"n|total|participants|patients|subjects|people")

"""Columns of people's own, of a study or of an arm, that hold how many were randomised; as `name_key` writes them. A study-level column
may also be called as in `OF_STUDY`."""

PERCENT_AS_COUNT = Kind(
    "percent_as_count", "warning",
    "The events of an arm fit the other arms, time points and studies only as a percentage of its participants.",
    "{value} events in {n:g} participants are far from {others}; as a percentage they would be about {expected} events. Is it a percentage?",
    "Cochrane Handbook 6.4.1",
)  # fmt: skip
N_ABOVE_RANDOMISED = Kind(
    "n_above_randomised", "error",
    "An arm has more participants than were randomised to it, or in the whole study.",
    "{value} participants in the arm, but {expected} were randomised ({with_}).",
    "INSPECT-SR, domain 4 (numbers of participants)",
)  # fmt: skip
TOTALS = Kind(
    "arms_above_study", "error",
    "The arms of a study have together more participants than the study, and people do not cross over; or an arm has those of all arms.",
    "{value} participants: {problem}",
    "INSPECT-SR, domain 4 (numbers of participants)",
)  # fmt: skip

ARM_SIZES = Kind(
    "arm_sizes", "warning",
    "An arm has at least five times as many participants as the arm that it is compared with, where the arms of nine of ten other studies are of about one size.",
    "{value} participants, and {size} in the arm {with_}, where the two arms of other studies are of about one size. Is it as printed?",
    "Li et al. 2019, BMC Med Res Methodol 19:119 (errors of data extraction)",
)  # fmt: skip
APART, ALIKE, FEWEST = 5.0, 2.5, 4
"""How many times as large as the other an arm is that is asked about, and arms are at most that are of about one size; studies to tell it from."""
FRACTION_OF_PEOPLE = Kind(
    "fraction_of_people", "warning",
    "Participants or events are no whole number, as effective sizes of cluster-randomised trials may be.",
    "{value} is no whole number of people. Is it an effective sample size, or has a point or comma gone wrong?",
    "Cochrane Handbook 23.1.4",
)  # fmt: skip


def check(evidence: Evidence) -> Iterator[Finding]:
    yield from _fractions(evidence)
    yield from _randomised(evidence)
    yield from _sizes(evidence)
    yield from _unequal(evidence)
    for rows in evidence.by_outcome.values():
        arms = [row for row in rows if row.group != "contrast" and _countable(row)]
        if arms:
            yield from _events(evidence, arms)


def _countable(row: Row) -> bool:
    timed = row.numbers.keys() & OF_TIME
    return 0 < (row.n or 0) >= row.numbers.get("events", math.inf) and not timed


# --- participants -------------------------------------------------------------------------------------------------------------


def randomised_in(texts: Mapping[str, str], *, of_study: bool = False) -> tuple[str, float] | None:
    """(column, number) of people randomised, where a column of a person's own says it."""
    for name, text in texts.items():
        if text and _says_randomised(name, of_study) and NUMBER.fullmatch(text):
            return name, float(text)
    return None


@cache
def _says_randomised(column: str, of_study: bool) -> bool:
    name = name_key(column)
    return RANDOMISED.fullmatch(name) is not None or (of_study and OF_STUDY.fullmatch(name) is not None)


def _fractions(evidence: Evidence) -> Iterator[Finding]:
    for rows in evidence.comparisons.values():
        for row in rows:
            for column in ("n", "events"):
                if column in row.numbers and not row.numbers[column].is_integer():
                    yield found(FRACTION_OF_PEOPLE, row, column)


def _randomised(evidence: Evidence) -> Iterator[Finding]:
    for rows in evidence.comparisons.values():
        study = rows[0].key[0]
        total = randomised_in(evidence.studies.get(study, {}), of_study=True)
        crossover = evidence.crossover(study) or any(row.texts.get("crossover") == "yes" for row in rows)
        above = False
        for row in rows:
            own = randomised_in(row.texts)
            for said, whose in ((own, "of the arm"), (total, "of the study")):
                if said and row.n and row.n > said[1]:
                    above = True
                    yield found(N_ABOVE_RANDOMISED, row, "n", shown(said[1]), with_=f"{said[0]} {whose}")
                    break
        sizes = [row.n for row in rows if row.n]
        if total and not crossover and not above and sum(sizes) > total[1] and len(sizes) > 1:
            problem = f"the arms have {sum(sizes):g} together, but {total[0]} of the study is {total[1]:g}."
            largest = max((row for row in rows if row.n), key=lambda row: _excess(evidence, row))
            yield found(
                TOTALS, largest, "n", shown(total[1] - sum(sizes) + (largest.n or 0)), problem=problem
            )


def _elsewhere(evidence: Evidence, row: Row) -> list[float]:
    """Participants of the arm in the study's other rows."""
    rows = evidence.arms.get((row.key[0], row.key[3]), ())
    return [other.n for other in rows if other is not row and other.n]


def _excess(evidence: Evidence, row: Row) -> tuple[float, float]:
    """By how much an arm has more participants than it has elsewhere: there the error is."""
    elsewhere = _elsewhere(evidence, row)
    n = row.n or 0.0
    return (n / median(elsewhere) if elsewhere else 1.0), n


def _sizes(evidence: Evidence) -> Iterator[Finding]:
    """An arm's participants against its other rows and the other arms: a digit too many, or the whole study's number."""
    for rows in evidence.comparisons.values():
        for row in rows:
            elsewhere = _elsewhere(evidence, row)
            siblings = [other.n for other in rows if other is not row and other.n]
            if row.n and elsewhere and siblings:
                yield from _size(row, row.n, elsewhere, siblings)


def _size(row: Row, n: float, elsewhere: Sequence[float], siblings: Sequence[float]) -> Iterator[Finding]:
    usual = median(elsewhere)
    references = [Reference(math.log(usual), 0.12), Reference(math.log(median(siblings)), 0.35)]
    before = loss(references, math.log(n))
    for factor in (0.1, 10.0, 0.01, 100.0):
        after = loss(references, math.log(n * factor))
        if before - after > SIZE_GAIN and after < 2.5:
            others = "the other rows of the arm and the other arms"
            yield found(slips.DECIMAL_SHIFT, row, "n", shown(n * factor), others=others)
            return
    meant = slips.transposed(n)
    if meant == usual and n not in elsewhere and not 0.8 < n / usual < 1.05:
        yield found(slips.DIGITS_TRANSPOSED, row, "n", shown(usual), others="the other rows of the arm")
        return
    if n >= 1.5 * usual and abs(n - usual - sum(siblings)) < 0.02 * n:
        problem = "that is the number of all arms together, and the arm has fewer elsewhere."
        yield found(TOTALS, row, "n", shown(usual), problem=problem)


def _unequal(evidence: Evidence) -> Iterator[Finding]:
    """Asked once for a study, of an arm that has no other number in the study's other rows."""
    worst: dict[str, tuple[float, Row, Row]] = {}
    sizes: dict[str, list[float]] = {}
    for rows in evidence.comparisons.values():
        for one, other in pairs(rows):
            if not one.n or not other.n:
                continue
            study, ratio = one.key[0], max(one.n, other.n) / min(one.n, other.n)
            sizes.setdefault(study, []).extend((one.n, other.n))
            if ratio > worst.get(study, (0.0,))[0]:
                worst[study] = (ratio, one, other)
    for study, (ratio, *arms) in worst.items():
        others = sorted(other for name, (other, *_) in worst.items() if name != study)
        if ratio < APART or len(others) < FEWEST or others[int(0.9 * (len(others) - 1))] > ALIKE:
            continue
        usual = math.log(median(n for name, own in sizes.items() if name != study for n in own))
        odd, other = sorted(arms, key=lambda row: -abs(math.log(row.n or 1.0) - usual))
        if all(n == odd.n for n in _elsewhere(evidence, odd)):
            yield found(ARM_SIZES, odd, "n", with_=other.arm, size=other.text("n"))


# --- events -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Count:
    events: float
    n: float

    @property
    def logit(self) -> float:
        return math.log((self.events + 0.5) / (self.n - self.events + 0.5))

    @property
    def variance(self) -> float:
        return 1 / (self.events + 0.5) + 1 / (self.n - self.events + 0.5)


Undo = Callable[[_Count], float | None]
"""The events that were meant; None where the slip cannot have happened."""


def _of(row: Row) -> _Count:
    return _Count(row.numbers["events"], row.numbers["n"])


def count_of_percent(percent: float, n: float) -> float | None:
    """The events of which this is the rounded percentage; near 100 participants it is the count."""
    events = round(percent * n / 100)
    if not 0 < percent <= 100 or abs(math.log(n / 100)) < 0.1:
        return None
    return float(events) if abs(100 * events / n - percent) <= 0.5 else None


def _percent(count: _Count) -> float | None:
    return count_of_percent(count.events, count.n)


def _as_percent(count: _Count) -> float:
    """Of fewer than 100 participants not every number is a percentage: one that is speaks for it."""
    return min(math.log(count.n / 100), 0.0)


def _tenfold(factor: float) -> Undo:
    def undo(count: _Count) -> float | None:
        events = count.events * factor
        possible = events <= count.n and count.events >= 1 and (factor > 1 or count.events % 10 == 0)
        return events if possible else None

    return undo


_SLIPS = (
    (PERCENT_AS_COUNT, _percent, 0.0),
    (slips.DECIMAL_SHIFT, _tenfold(10.0), 2.3),
    (slips.DECIMAL_SHIFT, _tenfold(0.1), 0.8),
)


class _Rates:
    """The events of one outcome, and what they lead to expect of each other."""

    def __init__(self, evidence: Evidence, rows: Sequence[Row]) -> None:
        self._courses = evidence.courses
        self.comparisons = tables.grouped(rows, lambda row: row.key[:3])
        logits: dict[tuple[str, str], dict[str, list[float]]] = {}
        for row in rows:
            for time in {row.key[2], ""}:
                logits.setdefault((row.group, time), {}).setdefault(row.key[0], []).append(_of(row).logit)
        self._crowds = {key: Crowd(values, floor=0.25) for key, values in logits.items()}
        effects = []
        for arms in self.comparisons.values():
            for row in arms[1:]:
                first, own = _of(arms[0]), _of(row)
                effects.append((own.logit - first.logit) / math.sqrt(1 + first.variance + own.variance))
        self._between = spread_of(effects, usual=0.5, floor=0.2)
        self._noise = median(_of(row).variance for row in rows)

    def crowd(self, row: Row) -> Reference | None:
        for time in (row.key[2], ""):
            crowd = self._crowds.get((row.group, time))
            if crowd and (found_ := crowd.without(row.key[0])):
                more = max(_of(row).variance - self._noise, 0.0)
                return Reference(found_.centre, math.sqrt(found_.spread**2 + more))
        return None

    def references(self, row: Row, siblings: Sequence[_Count]) -> list[Reference]:
        own = _of(row)
        result = []
        if siblings:
            middle = sorted(siblings, key=lambda count: count.logit)[len(siblings) // 2]
            result.append(
                Reference(middle.logit, math.sqrt(self._between**2 + middle.variance + own.variance))
            )
        course = [
            _of(other)
            for other in self._courses.get((row.key[0], row.key[1], row.key[3]), ())
            if other is not row and _countable(other)
        ]
        if course:
            middle = sorted(course, key=lambda count: count.logit)[len(course) // 2]
            result.append(Reference(middle.logit, math.sqrt(0.6**2 + middle.variance)))
        if crowd := self.crowd(row):
            result.append(crowd)
        return result


def _events(evidence: Evidence, rows: Sequence[Row]) -> Iterator[Finding]:
    rates = _Rates(evidence, rows)
    for arms in rates.comparisons.values():
        now = [_of(row) for row in arms]
        touched: set[int] = set()
        for _ in arms:
            best = sorted(_explanations(rates, arms, now), key=lambda one: -one[0])
            if not best:
                break
            gain, kind, which, counts = best[0]
            rivals = {kind.name: best[0]}
            for other in best[1:]:
                if other[0] >= gain - slips.RIVAL and set(other[2]) <= set(which):
                    rivals.setdefault(other[1].name, other)
            for _, named, places, mended in rivals.values():
                # a column of percentages is one question; once an arm is mended the others are asked about by themselves
                several = named is PERCENT_AS_COUNT and len(places) > 1
                for at, count in list(zip(places, mended, strict=True))[: 1 if several else None]:
                    yield _asked(
                        rates, arms[at], named, count, ", and so are the other arms" if several else ""
                    )
            for at, count in zip(which, counts, strict=True):
                now[at] = count
            touched |= set(which)
        for at, row in enumerate(arms):
            crowd = rates.crowd(row)
            if at in touched or not crowd or len(arms) < 2:
                continue
            siblings = [count for other, count in enumerate(now) if other != at]
            references = rates.references(row, siblings)
            if crowd.loss(now[at].logit) > FAR and loss(references, now[at].logit) > 1.5 * FAR:
                expected = now[at].n / (1 + math.exp(-crowd.centre))
                yield found(slips.OUTLYING, row, "events", shown(expected), others=_others(rates, row))


def _asked(rates: _Rates, row: Row, kind: Kind, count: _Count, more: str) -> Finding:
    return found(kind, row, "events", shown(round(count.events)), n=row.n, others=_others(rates, row) + more)


def _others(rates: _Rates, row: Row) -> str:
    if crowd := rates.crowd(row):
        return f"the other studies (about {100 / (1 + math.exp(-crowd.centre)):.0f} %)"
    return "the other arms and time points of the study"


def _explanations(
    rates: _Rates, arms: Sequence[Row], now: Sequence[_Count]
) -> Iterator[tuple[float, Kind, tuple[int, ...], list[_Count]]]:
    everything = tuple(range(len(arms)))
    for which in [*((at,) for at in everything), *([everything] if len(arms) > 1 else [])]:
        together = len(which) > 1
        for kind, undo, rare in _SLIPS:
            mended = [(undo(now[at]), now[at].n) for at in which]
            counts = [_Count(events, n) for events, n in mended if events is not None and events <= n]
            if len(counts) < len(which):
                continue
            gains, misfit = [], 0.0
            for at, count in zip(which, counts, strict=True):
                siblings = [] if together else [other for place, other in enumerate(now) if place != at]
                references = rates.references(arms[at], siblings)
                if not references:
                    return
                after = loss(references, count.logit)
                gains.append(loss(references, now[at].logit) - after)
                misfit = max(misfit, after / len(references))
            gain = (sum(gains) / len(which) if together else sum(gains)) - rare
            if kind is PERCENT_AS_COUNT:
                gain -= sum(_as_percent(now[at]) for at in which)
            enough = PERCENT_GAIN if kind is PERCENT_AS_COUNT else GAIN
            if gain >= (enough if rates.crowd(arms[which[0]]) else ALONE) and misfit < 1.2:
                yield gain, kind, which, counts


FAMILY = Family(
    "Counts", (PERCENT_AS_COUNT, N_ABOVE_RANDOMISED, TOTALS, ARM_SIZES, FRACTION_OF_PEOPLE), check
)
