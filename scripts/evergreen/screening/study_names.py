"""What a study is called in tables, figures and report: first author and year of its first report, with its own name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, product
from string import ascii_lowercase

from evergreen.records.names import parse_name
from evergreen.sheets import name_key

NO_DATE = "n.d."


@dataclass(frozen=True)
class FirstReport:
    """`called` is "" where no report of the study says author and year; `year` likewise."""

    called: str = ""
    year: str = ""


@dataclass(frozen=True)
class Named:
    """A study by its name in the sheets, `own` where a report is a study of its own and nobody named it, and its
    reports as (authors, year), in the order of the records."""

    study: str
    own: bool
    reports: Sequence[tuple[str, str]]


def first_reports(studies: Iterable[Named]) -> dict[str, FirstReport]:
    """By study what it is called: `Cohen 2008 (Amgen 20040144)`, `Cohen 2008` where its own name says no more.

    The first report is the earliest by its year; where it names no author, the next one would be another report's name. A name that already begins with its author stays as it is; studies without a
    name of their own that would be called alike get letters (`Cohen 2008a`).
    """
    studies = list(studies)
    found = {one.study: _called(one) for one in studies}
    counts = Counter(report.called for report in found.values() if report.called)
    for one in studies:
        report = found[one.study]
        if counts[report.called] < 2:
            continue
        if not one.own:
            found[one.study] = replace(report, called=one.study)
            continue
        taken = {other.called for other in found.values()} | {other.study for other in studies}
        letter = next(letter for letter in _letters() if f"{report.called}{letter}" not in taken)
        found[one.study] = replace(report, called=f"{report.called}{letter}")
    return found


def _called(one: Named) -> FirstReport:
    dated = [report for report in one.reports if report[1]]
    # A report that is a study of its own has no other name than that of its author.
    undated = one.reports[0] if one.own and one.reports else ("", "")
    authors, year = min(dated, key=lambda report: int(report[1]), default=undated)
    family = parse_name(authors.split(";", 1)[0]).family if authors else ""
    if not family:
        return FirstReport(year=year)
    name = f"{family} {year or NO_DATE}"
    if one.own or _key(one.study) == _key(name):
        return FirstReport(name, year)
    if _key(one.study).startswith(_key(family)):
        return FirstReport(one.study, year)
    return FirstReport(f"{name} ({one.study})", year)


def _key(text: str) -> str:
    """A name without blanks and signs, as two spellings of one name are compared."""
    return "".join(letter for letter in name_key(text) if letter.isalnum())


def _letters() -> Iterator[str]:
    """a to z, then aa and so on."""
    for length in count(1):
        yield from map("".join, product(ascii_lowercase, repeat=length))
