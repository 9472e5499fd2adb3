"""Retractions: what titles say of them, and notices of the Retraction Watch Database about works of the review, found by DOI and PMID.

The database has a row for each notice; a paper that was retracted may have been reinstated. Its dates have the month first.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evergreen.errors import InputError, refuse
from evergreen.records.normalise import canonical_doi
from evergreen.sheets import folded

RETRACTED, CONCERN, CORRECTED, REINSTATED = "retracted", "expression of concern", "corrected", "reinstated"
NATURES = {
    "retraction": RETRACTED,
    "expression of concern": CONCERN,
    "correction": CORRECTED,
    "reinstatement": REINSTATED,
}
SAYS_RETRACTED = (
    r"(?:retracted|retractad[oa]|retratad[oa]|r[eé]tract[eé]e?|zur[uü]ckgezogen|ritrattat[oa]|ingetrokken|отозван[ао]?|撤稿|撤回|철회)"
    r"(?:\s(?:article|paper|chapter|publication))?"
)
"""What databases and journals write into the title of a retracted paper, at its head before a mark or in brackets behind it; in any letter
case, for `re` and RE2."""
NOTICE_OF_RETRACTION = (
    r"(?:(?:notice|statement|note) of retraction|retraction(?:\s(?:note|notice|statement))?|retractaci[oó]n|retrata[cç][aã]o|r[eé]tractation|retraktion"
    r"|ritrattazione)"
)
"""What the title of the notice begins with."""
NOTICE_OF_CONCERN = r"(?:editorial\s)?(?:expression|notice|note|statement) of (?:editorial\s)?concern"
"""The same of an expression of concern."""
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?")


@dataclass(frozen=True)
class Listed:
    """One notice: what it says, its day ("" where none is given), where it is (`PMID 1`, `doi:10.1/x`, ""), and the reasons given."""

    what: str
    day: str
    notice: str
    reason: str


def find(rows: Iterable[Mapping[str, Any]], works: Iterable[Mapping[str, Any]]) -> dict[str, list[Listed]]:
    """The notices about works, by work_id, the oldest first. A retraction that was taken back is only said to have been reinstated.

    `rows` as the sheet `retractions` is read, `works` with `work_id, doi, pmid`. Raises InputError for a notice on one of
    them whose nature the database does not have.
    """
    by_id: dict[str, list[str]] = {}
    for work in works:
        for name in {canonical_doi(str(work["doi"])), _pmid(str(work["pmid"]))} - {""}:
            by_id.setdefault(name, []).append(str(work["work_id"]))
    found: dict[str, list[Listed]] = {}
    faults = []
    for row in rows:
        names = {canonical_doi(row["originalpaperdoi"]), _pmid(row["originalpaperpubmedid"])} - {""}
        about = dict.fromkeys(one for name in sorted(names) for one in by_id.get(name, []))
        nature = NATURES.get(folded(row["retractionnature"]))
        if (
            about and nature is None
        ):  # others wrote the file: of what is not about the review nothing is asked
            faults.append(InputError(
                f"{row['retractionnature']!r}, of a notice on {', '.join(about)}, is no nature of a notice", file=row["_file"],
                row=int(row["_row"]), column="RetractionNature", todo=f"Allowed: {', '.join(name.capitalize() for name in NATURES)}.",
            ))  # fmt: skip
            continue
        for work_id in about:
            assert nature is not None
            listed = Listed(nature, _day(row["retractiondate"]), _place(row), _reasons(row["reason"]))
            if listed not in found.setdefault(work_id, []):
                found[work_id].append(listed)
    refuse(faults)
    return {
        work: _standing(sorted(notices, key=lambda one: one.day)) for work, notices in sorted(found.items())
    }


def _standing(notices: list[Listed]) -> list[Listed]:
    """Without retractions that a later notice takes back."""
    back = max((one.day for one in notices if one.what == REINSTATED), default=None)
    return [one for one in notices if back is None or one.what != RETRACTED or one.day > back]


def _pmid(text: str) -> str:
    """`PMID 1`; "" of 0, which stands where there is none."""
    number = re.sub(r"\.0$", "", text.strip())
    return f"PMID {int(number)}" if number.isdecimal() and int(number) else ""


def _place(row: Mapping[str, Any]) -> str:
    doi = canonical_doi(row["retractiondoi"])
    return _pmid(row["retractionpubmedid"]) or (f"doi:{doi}" if doi else "")


def _day(text: str) -> str:
    """A day as YYYY-MM-DD; what is no day stays as it is."""
    if match := _MONTH_FIRST.fullmatch(text.strip()):
        month, day, year = map(int, match.groups())
        try:
            return datetime.date(year, month, day).isoformat()
        except ValueError:
            return text.strip()
    return text.strip()


def _reasons(text: str) -> str:
    return "; ".join(part.strip().lstrip("+").strip() for part in text.split(";") if part.strip())
