"""The numbers of the flow chart: per round, in total and per source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.errors import InputError, refuse
from evergreen.prisma.members import BOX_OF_TYPE
from evergreen.protocol.sources import METHOD_NAMES

IDENTIFIED = tuple(BOX_OF_TYPE.values())
# Keys of the PRISMA2020 R package, then ours; the order of counts.json.
PACKAGE_KEYS = (
    *IDENTIFIED, "duplicates", "excluded_automatic", "excluded_other", "records_screened", "records_excluded",
    "dbr_sought_reports", "dbr_notretrieved_reports", "dbr_assessed", "dbr_excluded", "other_sought_reports",
    "other_notretrieved_reports", "other_assessed", "other_excluded", "new_studies", "new_reports",
    "previous_studies", "previous_reports", "total_studies", "total_reports",
)  # fmt: skip
OUR_KEYS = (
    "records_pending", "dbr_pending", "other_pending", "dbr_awaiting", "dbr_ongoing", "other_awaiting",
    "other_ongoing", "extra_reports", "seen_before",
)  # fmt: skip
KEYS = PACKAGE_KEYS + OUR_KEYS
BY_REASON = ("dbr_excluded", "other_excluded")
CARRIED = ("previous_studies", "previous_reports", "total_studies", "total_reports")
# Counts that a person gives may name the sources: {name: n}.
BY_SOURCE = {"database_specific_results": "database_results", "register_specific_results": "register_results"}

NAMES = {
    "database_results": "Records identified from databases",
    "register_results": "Records identified from registers",
    "website_results": "Records identified from websites",
    "organisation_results": "Records identified from organisations",
    "citations_results": "Records identified from citation searching",
    "duplicates": "Duplicate records removed",
    "excluded_automatic": "Records marked as ineligible by automation tools",
    "excluded_other": "Records removed for other reasons",
    "records_screened": "Records screened",
    "records_excluded": "Records excluded",
    "records_pending": "Records awaiting a decision",
    "sought_reports": "Reports sought for retrieval",
    "notretrieved_reports": "Reports not retrieved",
    "pending": "Reports awaiting a decision",
    "assessed": "Reports assessed for eligibility",
    "excluded": "Reports excluded",
    "awaiting": "Reports awaiting classification",
    "ongoing": "Reports of ongoing studies",
    "previous_studies": "Studies included in previous version of review",
    "previous_reports": "Reports of studies included in previous version of review",
    "new_studies": "Studies included",
    "new_reports": "Reports of included studies",
    "total_studies": "Total studies included in review",
    "total_reports": "Reports of total included studies",
    "extra_reports": "Further reports of studies already included",
    "seen_before": "Records found again by a later search",
}
OTHER_METHODS = " (other methods)"
UNSCREENED = {
    "title_abstract": {"records_screened": "Records passed on, which nobody screened"},
    "full_text": {"assessed": "Reports passed on, which nobody assessed"},
}
"""What the boxes of a stage are called that nobody screens."""

Counts = dict[str, Any]


def name(key: str, skipped: Collection[str] = ()) -> str:
    """A count in words; what there is for databases and for other methods alike is named so for the latter. `skipped` are the stages
    that nobody screens."""
    names = NAMES | {box: said for stage in skipped for box, said in UNSCREENED[stage].items()}
    common = re.sub("^(dbr|other)_", "", key)
    return names.get(key) or names[common] + (OTHER_METHODS if key.startswith("other_") else "")


AWAITED = {
    "records_screened": "records_pending",
    "dbr_sought_reports": "dbr_pending",
    "other_sought_reports": "other_pending",
}
"""Boxes through which works go on, and what of them awaits a decision there."""


def decided(counts: Mapping[str, Any]) -> Counts:
    """The counts as people are told them: what awaits a decision is neither screened nor sought, but stands for itself."""
    return {key: value - counts[AWAITED[key]] if key in AWAITED else value for key, value in counts.items()}


def increments(
    members: pd.DataFrame, rounds: Sequence[str], seen_before: Mapping[str, int]
) -> dict[str, Counts]:
    """Counts of each round, without what is carried from round to round.

    `members` as `prisma.members.members` gives it; `seen_before` records found again, per round.
    """
    sizes = members.groupby(["round", "box"]).size().to_dict()
    by_reason: dict[Any, int] = members.groupby(["round", "box", "reason"]).size().to_dict()
    result: dict[str, Counts] = {}
    for round_ in rounds:
        counts: Counts = {key: int(sizes.get((round_, key), 0)) for key in KEYS if key not in CARRIED}
        for key in BY_REASON:
            counts[key] = {r: int(n) for (day, box, r), n in by_reason.items() if (day, box) == (round_, key)}
        counts["seen_before"] = int(seen_before.get(round_, 0))
        result[round_] = counts
    return result


def chained(
    parts: Mapping[str, Counts], previous: Mapping[str, int], reasons: Sequence[str] = ()
) -> dict[str, Any]:
    """`{"rounds": ..., "total": ...}` with every key, in the order of the contract.

    `parts` are the increments, oldest first; `previous` what an earlier version of the review had included
    (`studies`, `reports`). The total is the sum of the rounds as one review on top of that version. Excluded reports stand
    in the order of `reasons` (the protocol's), others after them by size.
    """
    rounds: dict[str, Counts] = {}
    before = studies, reports = int(previous.get("studies", 0)), int(previous.get("reports", 0))
    total: Counts = {key: Counter() if key in BY_REASON else 0 for key in KEYS if key not in CARRIED}
    for round_, part in parts.items():
        rounds[round_] = _carried(part, studies, reports, reasons)
        studies, reports = rounds[round_]["total_studies"], rounds[round_]["total_reports"]
        for key, value in total.items():
            if key in BY_REASON:
                value.update(part[key])
            else:
                total[key] = value + part[key]
    return {"rounds": rounds, "total": _carried(total, *before, reasons)}


def _carried(part: Counts, studies: int, reports: int, reasons: Sequence[str]) -> Counts:
    place = {reason: position for position, reason in enumerate(reasons)}

    def order(item: tuple[str, int]) -> tuple[int, int, str]:
        reason, n = item
        return place.get(reason, len(place)), -n, reason

    counts = {
        **part,
        **{key: dict(sorted(part[key].items(), key=order)) for key in BY_REASON},
        "previous_studies": studies,
        "previous_reports": reports,
        "total_studies": studies + part["new_studies"],
        "total_reports": reports + part["new_reports"] + part["extra_reports"],
    }
    return {key: counts[key] for key in KEYS}


def given(round_: str, raw: Mapping[str, Any]) -> tuple[Counts, dict[str, dict[str, int]]]:
    """Counts of a round that a person gives in the protocol (`prisma: given`), checked and filled.

    Returns the increment and the numbers per named source, keyed by the box they belong to. What is not given is 0;
    `previous_*` and `total_*` are computed and may not be given. Raises InputError(s) that name the key.
    """
    errors: list[InputError] = []
    counts: Counts = {key: {} if key in BY_REASON else 0 for key in KEYS if key not in CARRIED}
    sources: dict[str, dict[str, int]] = {}
    for key, value in raw.items():
        where = f"`prisma.given.{round_}.{key}`"
        if key in CARRIED:
            todo = "Leave it out: it is computed from `review.previous` and the rounds."
            errors.append(InputError(f"{where} is carried from round to round", todo=todo))
        elif key not in counts and key not in BY_SOURCE:
            allowed = ", ".join([*counts, *BY_SOURCE])
            errors.append(
                InputError(f"{where} is not a count of the flow chart", todo=f"Allowed: {allowed}.")
            )
        elif key in BY_REASON or key in BY_SOURCE:
            if not isinstance(value, Mapping) or not all(map(_is_count, value.values())):
                todo = "Write one line `name: number` for each."
                errors.append(InputError(f"{where} must give a number for each name", todo=todo))
            elif key in BY_SOURCE:
                sources[BY_SOURCE[key]] = {str(name): int(n) for name, n in value.items()}
            else:
                counts[key] = {str(name): int(n) for name, n in value.items()}
        elif not _is_count(value):
            errors.append(InputError(f"{where} is {value!r}", todo="Write a whole number, 0 or more."))
        else:
            counts[key] = int(value)
    refuse(errors)
    return counts, sources


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def identified(
    clusters: pd.DataFrame,
    searched: Sequence[tuple[str, str]],
    types: Mapping[str, str],
    names: Mapping[str, str],
) -> dict[str, dict[str, Counter[str]]]:
    """Records of each source by round and box of identification: `{round: {box: {name of the source: n}}}`.

    `searched` are the (source, round) of all imports, so that a search that brought nothing is listed with 0 and a source
    that was not searched in a round is not. Sources stand in the order of `types`.
    """
    sizes = clusters.groupby(["round", "source"]).size().to_dict()
    result: dict[str, dict[str, Counter[str]]] = {
        round_: {} for round_ in sorted({day for _, day in searched})
    }
    for round_, boxes in result.items():
        for source, type_ in types.items():
            if (source, round_) in searched:
                sources = boxes.setdefault(BOX_OF_TYPE[type_], Counter())
                # Two sources may bear one name, such as two exports of the same database.
                sources[names.get(source, source)] += int(sizes.get((round_, source), 0))
    return result


def looked_at(
    methods: Sequence[tuple[str, str, str, int, str | None]],
    imported: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
) -> dict[str, dict[str, Counter[str]]]:
    """Records that people looked at and did not take on, which no file holds: `{round: {box: {name: n}}}`.

    `methods` are (round, type, method, records looked at, source whose files hold those that were taken on), `imported` the counts
    of the files of each source and round, `names` those of the sources. Raises InputError where the files hold more.
    """
    read = {(row["source"], row["round"]): int(row["read"]) for row in imported}
    result: dict[str, dict[str, Counter[str]]] = {}
    for day, type_, method, found, source in methods:
        taken = read.get((source or "", day), 0)
        if found < taken:
            raise InputError(
                f"`other_methods` states {found} records of {source} in the round {day}, and its files hold {taken}",
                file="config/config.yaml",
                todo="State all that were looked at, those in the files among them.",
            )
        by_name = result.setdefault(day, {}).setdefault(BOX_OF_TYPE[type_], Counter())
        by_name[names[source] if source else METHOD_NAMES[method]] += found - taken
    return result


def summed(sources: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, Counter[str]]:
    """Numbers per box and named source over all rounds."""
    total: dict[str, Counter[str]] = {}
    for boxes in sources.values():
        for box, by_name in boxes.items():
            total.setdefault(box, Counter()).update(by_name)
    return total
