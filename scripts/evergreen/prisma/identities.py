"""What must be equal in a flow chart that tells the truth; a violation names the box, both sides and the ids.

The identities are those of PRISMA 2020 (Page et al. 2021, BMJ 372:n71) and of the file contract. `check_members`
compares groups of ids, so that it can name those that break a sum; `check_counts` compares numbers, and so
serves counts that were given as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from evergreen.errors import ReviewError
from evergreen.prisma.counts import BY_REASON, IDENTIFIED
from evergreen.prisma.members import BOX_OF_TYPE, DATABASES_AND_REGISTERS

SHOWN_IDS = 20
NODES = {
    "records_screened": ["records_excluded", "records_pending", "dbr_sought_reports"],
    "dbr_sought_reports": ["dbr_notretrieved_reports", "dbr_pending", "dbr_assessed"],
    "dbr_assessed": ["dbr_excluded", "dbr_awaiting", "dbr_ongoing", "dbr_included"],
    "other_sought_reports": ["other_notretrieved_reports", "other_pending", "other_assessed"],
    "other_assessed": ["other_excluded", "other_awaiting", "other_ongoing", "other_included"],
}
"""Where works go on from a box, each to one."""
SUMS = (
    (
        "records_screened",
        "database_results + register_results - duplicates - excluded_automatic - excluded_other",
    ),
    # of which column the included reports are is no count
    *((box, " + ".join(parts)) for box, parts in NODES.items() if not box.endswith("assessed")),
    ("dbr_assessed + other_assessed", "excluded + awaiting + ongoing + extra_reports + new_reports"),
)
"""What is equal in numbers; a name without a column is that of both together."""


def check_members(
    members: pd.DataFrame,
    clusters: pd.DataFrame,
    works: pd.DataFrame,
    studies: pd.DataFrame,
    *,
    types: Mapping[str, str],
) -> None:
    """Raise ReviewError where ids are lost, counted twice or in two boxes that exclude each other."""
    faults: list[str] = []
    boxes = {key: frame["id"].tolist() for key, frame in members.groupby(["round", "box"])}
    faults += _partition_faults(clusters, works, types)
    flow = [
        (
            "works of databases and registers",
            "databases",
            ["excluded_automatic", "excluded_other", "records_screened"],
        ),
        ("works of other methods", "other", ["other_sought_reports"]),
    ]
    records = clusters.assign(box=clusters["source"].map(dict(types)).map(BOX_OF_TYPE))
    there = studies[studies["status"].eq("included")]
    for round_ in sorted(set(works["round"]) | set(members["round"])):
        of_round = works[works["round"].eq(round_)]

        def ids(*names: str, round_: str = round_) -> list[str]:
            return [id_ for name in names for id_ in boxes.get((round_, name), [])]

        found = records[records["round"].eq(round_)]
        for box in IDENTIFIED:
            imported = found["record_id"][found["box"].eq(box)]
            faults += _difference(round_, box, ids(box), ["records of clusters.csv"], imported)
        faults += _duplicate_faults(round_, found, of_round, ids("duplicates"))
        new = there["study"][there["round"].eq(round_)]
        faults += _difference(
            round_, "new_studies", ids("new_studies"), ["included studies of studies.csv"], new
        )
        for label, column, parts in flow:
            faults += _difference(
                round_, label, of_round["work_id"][of_round["column"].eq(column)], parts, ids(*parts)
            )
        for box, parts in NODES.items():
            faults += _difference(round_, box, ids(box), parts, ids(*parts))
        included = ids("dbr_included", "other_included")
        parts = ["new_reports", "extra_reports"]
        faults += _difference(round_, "reports included", included, parts, ids(*parts))
    faults += _study_faults(members, works, studies)
    _raise(faults)


def check_counts(counts: Mapping[str, Any], sources: Mapping[str, Any] | None = None) -> None:
    """Raise ReviewError where the numbers of a round or of the total do not add up.

    `counts` is `{"rounds": {round: {key: n}}, "total": {key: n}}`; `sources` the numbers per source that belong to a box of
    identification, `{round: {box: {name: n}}}`.
    """
    faults: list[str] = []
    places = [*counts["rounds"].items(), ("total", counts["total"])]
    for round_, numbers in places:
        faults += _sum_faults(round_, numbers)
    for round_, boxes in (sources or {}).items():
        for box, by_name in boxes.items():
            said = counts["rounds"][round_][box]
            if by_name and sum(by_name.values()) != said:
                listed = " + ".join(f"{name} {n}" for name, n in by_name.items())
                faults.append(
                    f"{round_}, {box}: n = {said}, but the sources give {sum(by_name.values())} ({listed})"
                )
    faults += _chain_faults(counts)
    _raise(faults)


def check_sources(source_counts: Iterable[Mapping[str, Any]], clusters: pd.DataFrame) -> None:
    """Raise ReviewError where the records of a source are not what its import counted.

    `source_counts` has `source, round, hits, read, new, seen_before` for each source and round. New and seen before make up
    the hits, or the records read from an export for which another number of hits was stated. Of the new ones those that
    were listed and never delivered are missing from what was read.
    """
    faults: list[str] = []
    sizes: dict[Any, int] = clusters.groupby(["source", "round"]).size().to_dict()
    for row in source_counts:
        place = f"{row['round']}, {row['source']}"
        here = sizes.pop((row["source"], row["round"]), 0)
        there = min(row["new"], row["read"])
        if here != there:
            faults.append(f"{place}: the import brought {there} new records, deduplication has {here}")
        if row["new"] + row["seen_before"] not in (row["hits"], row["read"]):
            faults.append(
                f"{place}: {row['new']} new + {row['seen_before']} seen before are not {row['hits']} hits"
            )
    for (source, round_), n in sorted(sizes.items()):
        faults.append(f"{round_}, {source}: deduplication has {n} records, no import counted them")
    _raise(faults)


def _partition_faults(clusters: pd.DataFrame, works: pd.DataFrame, types: Mapping[str, str]) -> list[str]:
    """Each record in one work, each work with its records, column and round as its records say."""
    faults = []
    twice = sorted(set(clusters["record_id"][clusters["record_id"].duplicated()]))
    if twice:
        faults.append(f"clusters: records that stand in two rows: {_listed(twice)}")
    strangers = set(clusters["work_id"]) ^ set(works["work_id"])
    if strangers:
        faults.append(f"works: without records, or records without their work: {_listed(strangers)}")
    grouped = clusters.assign(
        databases=clusters["source"].map(dict(types)).isin(DATABASES_AND_REGISTERS)
    ).merge(works[["work_id", "round", "column"]], on="work_id", suffixes=("", "_of_work"))
    first = grouped.groupby("work_id")["round"].min()
    wrong = first[first.ne(grouped.groupby("work_id")["round_of_work"].first())]
    if len(wrong):
        faults.append(f"works: the round is not that of the first record: {_listed(wrong.index)}")
    own = grouped[grouped["round"].eq(grouped["round_of_work"])].groupby("work_id")
    wrong_column = own["databases"].any() != own["column"].first().eq("databases")
    if wrong_column.any():
        faults.append(
            f"works: the column is not that of the first records: {_listed(wrong_column[wrong_column].index)}"
        )
    return faults


def _duplicate_faults(
    round_: str, found: pd.DataFrame, of_round: pd.DataFrame, duplicates: list[str]
) -> list[str]:
    """Of the database and register records of a round, one stands for each of its works and the others are duplicates.

    `found` are the round's records with their box, `of_round` its works.
    """
    counted = found[found["box"].isin([BOX_OF_TYPE[type_] for type_ in DATABASES_AND_REGISTERS])]
    own = set(of_round["work_id"][of_round["column"].eq("databases")])
    standing = counted["work_id"][~counted["record_id"].isin(duplicates)].value_counts()
    wrong = {work for work in own | set(standing.index) if standing.get(work, 0) != (work in own)}
    odd = set(counted["record_id"][counted["work_id"].isin(wrong)])
    odd |= {id_ for id_, times in Counter(duplicates).items() if times > 1} | set(duplicates) - set(
        counted["record_id"]
    )
    if not odd:
        return []
    return [
        f"{round_}, duplicates: n = {len(duplicates)} is not database_results + register_results - works ="
        f" {len(counted) - len(own)}; it is about {_listed(odd)}"
    ]


def _study_faults(members: pd.DataFrame, works: pd.DataFrame, studies: pd.DataFrame) -> list[str]:
    """Every included report belongs to a study, every included study has a report, in the right round."""
    faults = []
    included = set(members["id"][members["box"].isin(["dbr_included", "other_included"])])
    there = studies[studies["status"].eq("included")]
    reports = {
        study: set(filter(None, str(ids).split("; ")))
        for study, ids in zip(there["study"], there["work_ids"], strict=True)
    }
    round_of = works.set_index("work_id")["round"]
    homeless = included - set().union(*reports.values())
    if homeless:
        faults.append(f"included reports that belong to no included study: {_listed(homeless)}")
    for study, round_ in zip(there["study"], there["round"], strict=True):
        own = reports[study] & included
        if not own:
            faults.append(f"the study {study} counts as included without an included report")
        elif min(round_of[list(own)]) != round_:
            faults.append(
                f"the study {study} counts in {round_}, its first included report in {min(round_of[list(own)])}"
            )
    return faults


def _difference(
    round_: str, label: str, whole: Iterable[str], names: list[str], parts: Iterable[str]
) -> list[str]:
    """A fault where `parts` are not exactly the ids of `whole`, each once."""
    left, right = list(whole), list(parts)
    if sorted(left) == sorted(right):
        return []
    odd = set((Counter(left) - Counter(right)) + (Counter(right) - Counter(left)))
    return [
        f"{round_}, {label}: n = {len(left)} is not {' + '.join(names)} = {len(right)}; it is about {_listed(odd)}"
    ]


def _sum_faults(round_: str, n: Mapping[str, Any]) -> list[str]:
    n = {**n, **{key: sum(n[key].values()) for key in BY_REASON}}
    states = ("excluded", "awaiting", "ongoing")
    n |= {state: n[f"dbr_{state}"] + n[f"other_{state}"] for state in states}
    faults = _unequal((round_, box, _value(box, n), f"{parts} =", _value(parts, n)) for box, parts in SUMS)
    for column in ("dbr", "other"):
        gone = sum(n[f"{column}_{state}"] for state in states)
        if gone > n[f"{column}_assessed"]:
            faults.append(
                f"{round_}, {column}_assessed: n = {n[f'{column}_assessed']} is less than excluded + awaiting + ongoing = {gone}"
            )
    other = sum(n[box] for box in IDENTIFIED if box not in (BOX_OF_TYPE["database"], BOX_OF_TYPE["register"]))
    if n["other_sought_reports"] > other:
        faults.append(
            f"{round_}, other_sought_reports: n = {n['other_sought_reports']} is more than the {other} records identified"
        )
    if n["new_studies"] and not n["new_reports"]:
        faults.append(f"{round_}, new_studies: n = {n['new_studies']} without a report")
    return faults


def _value(boxes: str, n: Mapping[str, int]) -> int:
    """What a sum of boxes, in words, comes to."""
    return sum(-n[box] if sign == "- " else n[box] for sign, box in re.findall(r"([+-] |)(\w+)", boxes))


def _chain_faults(counts: Mapping[str, Any]) -> list[str]:
    """Each round starts from the totals of the one before, and the total is the last round's."""
    places, total = list(counts["rounds"].items()), counts["total"]
    claims = [
        (round_, f"previous_{what}", n[f"previous_{what}"], "the earlier total", before[f"total_{what}"])
        for (_, before), (round_, n) in pairwise(places)
        for what in ("studies", "reports")
    ]
    for round_, n in [*places, ("total", total)]:
        studies = n["previous_studies"] + n["new_studies"]
        reports = n["previous_reports"] + n["new_reports"] + n["extra_reports"]
        claims.append((round_, "total_studies", n["total_studies"], "previous + new =", studies))
        claims.append((round_, "total_reports", n["total_reports"], "previous + new =", reports))
    for _, last in places[-1:]:
        for what in ("total_studies", "total_reports"):
            claims.append(("total", what, total[what], "the last round's", last[what]))
    return _unequal(claims)


def _unequal(claims: Iterable[tuple[str, str, int, str, int]]) -> list[str]:
    """A fault for each number that is not what it has to be: its place and box, the number, and what it has to be, in words and as a number."""
    return [
        f"{place}, {box}: n = {n} is not {words} {right}"
        for place, box, n, words, right in claims
        if n != right
    ]


def _listed(ids: Iterable[str]) -> str:
    ordered = sorted(ids)
    more = f" and {len(ordered) - SHOWN_IDS} more" if len(ordered) > SHOWN_IDS else ""
    return ", ".join(ordered[:SHOWN_IDS]) + more


def _raise(faults: list[str]) -> None:
    if faults:
        raise ReviewError("\n".join(f"the flow chart does not add up: {fault}." for fault in faults))
