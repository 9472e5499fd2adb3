"""GRIM and GRIMMER: means and standard deviations that no whole numbers of the scale's steps can have.

Sources: Brown and Heathers 2017, Soc Psychol Personal Sci 8:363 (GRIM); Anaya 2016, PeerJ Preprints 4:e2400v1, and Allard 2018 in
its analytical form (GRIMMER).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from evergreen import tables
from evergreen.extraction.queries.evidence import Evidence, Row
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown
from evergreen.sheets.numbers import decimals

EDGE = 1e-9
GRIM = Kind(
    "grim", "error",
    "A mean is none of the values that the mean of so many participants can have on the scale, by the `instrument` of the protocol.",
    "No {n:g} participants can have the mean {value} on a scale in steps of {step:g}; the nearest are {expected}. Is mean or n misread?",
    "Brown and Heathers 2017, Soc Psychol Personal Sci 8:363; INSPECT-SR, domain 4",
)  # fmt: skip
GRIMMER = Kind(
    "grimmer", "error",
    "A standard deviation is none of the values that so many participants with this mean can have on the scale.",
    "No {n:g} participants with the mean {mean} can have the standard deviation {value} on a scale in steps of {step:g}. Is one of them misread?",
    "Anaya 2016, PeerJ Preprints 4:e2400v1; Allard 2018; INSPECT-SR, domain 4",
)  # fmt: skip


def possible_means(mean: float, n: int, step: float, places: int) -> list[int]:
    """Sums, in steps, of n values whose mean is printed as `mean` with so many decimals."""
    half = 0.5 * 10.0**-places
    low, high = (mean - half) * n / step, (mean + half) * n / step
    return list(
        range(math.ceil(low - EDGE * max(1, abs(low))), math.floor(high + EDGE * max(1, abs(high))) + 1)
    )


def possible_sd(sd: float, total: int, n: int, step: float, places: int) -> bool:
    """Whether n whole numbers of steps with this total can have a standard deviation that is printed as `sd`.

    Their sum of squares is a whole number, and odd where the total is.
    """
    half = 0.5 * 10.0**-places
    low, high = max(sd - half, 0.0) / step, (sd + half) / step
    least = (n - 1) * low * low + total * total / n
    most = (n - 1) * high * high + total * total / n
    first = math.ceil(least - EDGE * max(1.0, least))
    last = math.floor(most + EDGE * max(1.0, most))
    first += (first - total) % 2
    return first <= last


def check(evidence: Evidence) -> Iterator[Finding]:
    for outcome, rows in evidence.by_outcome.items():
        steps = {one.instrument.granularity for one in evidence.outcomes.get(outcome, ())} - {None}
        if len(steps) != 1:
            continue
        step = float(steps.pop() or 1)
        arms = (row for row in rows if row.group != "contrast" and not row.modelled)
        by_table = tables.grouped(arms, lambda row: (row.key[0], row.key[2], row.texts.get("source", "")))
        for own in by_table.values():
            # A zero at the end is not seen; a table prints the numbers of a column with the same decimals.
            places = {
                column: max((decimals(row.numbers[column]) for row in own if row.printed(column)), default=0)
                for column in ("mean", "sd")
            }
            for row in own:
                yield from _row(row, step, places)


def _row(row: Row, step: float, places: Mapping[str, int]) -> Iterator[Finding]:
    n = row.n
    if not n or not n.is_integer() or n < 2 or not row.printed("mean") or n / step >= 10.0 ** places["mean"]:
        return
    mean = row.numbers["mean"]
    totals = possible_means(mean, int(n), step, places["mean"])
    if not totals:
        below = math.floor(mean * n / step) * step / n
        nearest = f"{shown(below)} and {shown(below + step / n)}"
        yield found(GRIM, row, "mean", nearest, n=n, step=step)
    elif row.printed("sd"):
        sd = row.numbers["sd"]
        if not any(possible_sd(sd, total, int(n), step, places["sd"]) for total in totals):
            yield found(GRIMMER, row, "sd", n=n, step=step, mean=row.text("mean"))


FAMILY = Family("GRIM and GRIMMER", (GRIM, GRIMMER), check)
