"""The same numbers in two places: two studies, two arms, two time points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from evergreen import tables
from evergreen.extraction.queries.evidence import Evidence, Row
from evergreen.extraction.queries.findings import Family, Finding, Kind, found

DIGITS = 6
"""Significant digits that two studies have alike in all arms of an outcome, from which it is hardly chance any more."""
DIGITS_OF_ARM, DIGITS_OF_CONTRAST = 7, 5
DIGITS_WITHIN = 5
"""The same within a study, for mean and standard deviation of two arms or two time points."""
COMPARED = ("n", "events", "mean", "sd", "se", "ci_low", "ci_high", "median", "q1", "q3", "min", "max", "person_time", "estimate",
            "estimate_se", "estimate_ci_low", "estimate_ci_high", "o_minus_e", "variance")  # fmt: skip

SAME_NUMBERS = Kind(
    "same_numbers", "warning",
    "Two studies have the same numbers in an outcome, more digits of them than chance gives: a row was entered twice, or two reports are of one study.",
    "{value} stands in {with_} too. Is it one study, or a row entered twice?",
    "INSPECT-SR, domain 4 (results of other studies); Cochrane Handbook 5.2.1",
)  # fmt: skip
REPEATED_WITHIN = Kind(
    "repeated_within_study", "warning",
    "Mean and standard deviation of an arm are those of another arm or time point of the study, to all of five or more digits.",
    "{value} is what {with_} has too. Are both as printed?",
    "INSPECT-SR, domain 4 (plausible results)",
)  # fmt: skip


def significant(value: float) -> int:
    """Digits of a number that say something: leading and closing zeros do not."""
    text = repr(abs(value)).partition("e")[0].replace(".", "").strip("0")
    return len(text)


def _said(row: Row, columns: Sequence[str] = COMPARED) -> tuple[tuple[str, float], ...]:
    return tuple((column, row.numbers[column]) for column in columns if column in row.numbers)


def _digits(numbers: Sequence[tuple[str, float]]) -> int:
    return sum(significant(value) for _, value in numbers)


def _text(row: Row) -> str:
    return ", ".join(f"{column} {row.text(column)}" for column, _ in _said(row))


def check(evidence: Evidence) -> Iterator[Finding]:
    for rows in evidence.by_outcome.values():
        yield from _between_studies(rows)
    yield from _within(evidence)


def _between_studies(rows: Sequence[Row]) -> Iterator[Finding]:
    alike = tables.grouped(filter(_said, rows), lambda row: (_said(row), row.key[2]))
    shared: dict[tuple[str, str], list[tuple[Row, Row]]] = {}
    for same in alike.values():
        if len(same) > 6:  # a number such as 0 of 20, which says nothing
            continue
        for one, other in combinations(same, 2):
            if one.key[0] != other.key[0] and one.group == other.group:
                shared.setdefault((one.key[0], other.key[0]), []).append((one, other))
    elsewhere: dict[int, tuple[Row, list[Row]]] = {}
    for couples in shared.values():
        digits = sum(_digits(_said(one)) for one, _ in couples)
        # each further arm that is alike in size too says as much as a digit
        whole = len(couples) > 1 and digits + len(couples) - 2 >= DIGITS
        for one, other in couples:
            enough = DIGITS_OF_CONTRAST if one.group == "contrast" else DIGITS_OF_ARM
            if whole or _digits(_said(one)) >= enough:
                for row, beside in ((one, other), (other, one)):
                    elsewhere.setdefault(id(row), (row, []))[1].append(beside)
    for row, others in elsewhere.values():
        places = sorted({f"{beside.study} ({beside.arm or beside.outcome})" for beside in others})
        yield found(SAME_NUMBERS, row, _said(row)[-1][0], value=_text(row), with_="; ".join(places))


def _within(evidence: Evidence) -> Iterator[Finding]:
    columns = ("mean", "sd", "se")
    for rows in [*evidence.comparisons.values(), *evidence.courses.values()]:
        if len(rows) < 2:
            continue
        seen: dict[object, Row] = {}
        for row in rows:
            said = _said(row, columns)
            if len(said) < 2 or _digits(said) < DIGITS_WITHIN:
                continue
            first = seen.setdefault(said, row)
            if first is not row:
                text = ", ".join(f"{column} {row.text(column)}" for column, _ in said)
                beside = first.arm if first.key[2] == row.key[2] else first.timepoint
                yield found(REPEATED_WITHIN, row, "mean", value=text, with_=beside)


FAMILY = Family("Repeated numbers", (SAME_NUMBERS, REPEATED_WITHIN), check)
