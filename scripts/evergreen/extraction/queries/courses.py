"""Time points of an arm: events that can only grow, and numbers that are those of another time point."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from evergreen.extraction.queries.counts import PERCENT_AS_COUNT, count_of_percent
from evergreen.extraction.queries.direction import ARMS_SWAPPED
from evergreen.extraction.queries.evidence import Evidence, Row
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown

EVENTS_FALL = Kind(
    "events_fall", "warning",
    "An arm has fewer events at a later time point, though the events of the outcome are counted together (deaths), or do not fall in nine of ten other pairs of time points.",
    "{value} events at {time}, but {expected} at {with_} already. Are they events since the beginning?",
    "Cochrane Handbook 6.4.1",
)  # fmt: skip
# Once they happened they stay.
CUMULATIVE = re.compile(
    r"death|mortality|died|fatal|dropout|drop-out|discontinu|withdraw|any (adverse )?event|surviv",
    re.IGNORECASE,
)
FEWEST = 6
"""Pairs of time points of other arms from which it is seen whether an outcome's events grow."""


def _pairs(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """(earlier, later) neighbours with events."""
    counted = [row for row in rows if "events" in row.numbers and row.days is not None]
    for earlier, later in pairwise(counted):
        if earlier.days != later.days:
            yield earlier, later


def check(evidence: Evidence) -> Iterator[Finding]:
    by_outcome: dict[str, list[tuple[Row, Row]]] = {}
    for (_, outcome, _), rows in evidence.courses.items():
        by_outcome.setdefault(outcome, []).extend(_pairs(rows))
    for outcome, steps in by_outcome.items():
        falls = [step for step in steps if step[1].numbers["events"] < step[0].numbers["events"]]
        names = " ".join([outcome, *(one.id.replace("_", " ") for one in evidence.outcomes.get(outcome, ()))])
        surely = bool(CUMULATIVE.search(names)) and "surviv" not in names.casefold()
        for earlier, later in falls:
            others = [pair for pair in steps if pair[0].key[0] != earlier.key[0]]
            fallen = sum(pair in others for pair in falls)
            if surely or (len(others) >= FEWEST and fallen <= 0.1 * len(others)):
                yield from _step(evidence, earlier, later)


def _step(evidence: Evidence, earlier: Row, later: Row) -> Iterator[Finding]:
    """Asked at the one that the other time points of the arm contradict."""
    course = [
        row for row in evidence.courses[(later.key[0], later.key[1], later.key[3])] if "events" in row.numbers
    ]
    at = course.index(earlier)
    before, after = course[:at], course[at + 2 :]
    # An earlier count above all later ones, while the later ones go on from those before it, is the odd one.
    odd_earlier = bool(after) and all(row.numbers["events"] < earlier.numbers["events"] for row in after)
    if odd_earlier and not any(row.numbers["events"] > later.numbers["events"] for row in before):
        asked, other, most = earlier, later, f"at most {earlier.text('events')}"
    else:
        asked, other, most = later, earlier, earlier.text("events")
    yield found(EVENTS_FALL, asked, "events", most, time=asked.timepoint, with_=other.timepoint)
    if _exchanged(evidence, asked):
        problem = "with the arms' events exchanged neither falls between time points."
        yield found(ARMS_SWAPPED, asked, "events", problem=problem)
    place = course.index(asked)
    meant = count_of_percent(asked.numbers["events"], asked.n) if asked.n else None
    counts = [row.numbers["events"] for row in course]
    if meant is not None and max(counts[:place], default=0) <= meant <= min(
        counts[place + 1 :], default=math.inf
    ):
        others = "its other time points, since which events cannot fall"
        yield found(PERCENT_AS_COUNT, asked, "events", shown(meant), n=asked.n, others=others)


def _exchanged(evidence: Evidence, row: Row) -> bool:
    """Whether the events of both arms of a comparison grow as they should once they are exchanged, and not as they stand."""
    arms = [one for one in evidence.comparisons[row.key[:3]] if "events" in one.numbers]
    if len(arms) != 2:
        return False
    return all(
        _grows(evidence, one, other.numbers["events"]) for one, other in zip(arms, arms[::-1], strict=True)
    )


def _grows(evidence: Evidence, row: Row, events: float) -> bool:
    """Whether the course of an arm does not fall where a row has so many events; False where it has one time point only."""
    course = evidence.courses[row.key[0], row.key[1], row.key[3]]
    counts = [events if one is row else one.numbers["events"] for one in course if "events" in one.numbers]
    return len(counts) > 1 and counts == sorted(counts) and events <= (row.n or math.inf)


FAMILY = Family("Time points", (EVENTS_FALL,), check)
