"""What stands behind every box of the flow chart: which records, reports (works) and studies.

The counts are the sizes of these groups, so that a number and its list can never differ.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evergreen.errors import ReviewError
from evergreen.records.former_ids import by_any_id
from evergreen.screening.stages import FULL_TEXT, TITLE_ABSTRACT, excluded_before_screening

BOX_OF_TYPE = {
    "database": "database_results",
    "register": "register_results",
    "website": "website_results",
    "organisation": "organisation_results",
    "citation": "citations_results",
}
DATABASES_AND_REGISTERS = ("database", "register")
OPEN = ("pending", "conflict")
COLUMNS = ["round", "box", "id", "reason"]

AFTER_FULL_TEXT = {
    "exclude": "{}_excluded",
    "not_retrieved": "{}_notretrieved_reports",
    "awaiting": "{}_awaiting",
    "ongoing": "{}_ongoing",
    "pending": "{}_pending",
}


def members(
    clusters: pd.DataFrame,
    works: pd.DataFrame,
    decisions: Mapping[str, pd.DataFrame],
    studies: pd.DataFrame,
    removed: pd.DataFrame,
    *,
    types: Mapping[str, str],
) -> pd.DataFrame:
    """The groups behind the boxes, one row per round, box and id.

    `clusters` and `works` are the tables of deduplication, `decisions` the decided works of each screening stage,
    `studies` the table of studies, `removed` the person's sheet of records removed before screening, `types` the type of
    each source, in the order of the protocol. Ids are record ids in the boxes of identification and `duplicates`,
    study names in `new_studies` and work ids elsewhere. `round` is where the id counts; `reason` is filled for
    exclusions. Besides the keys of counts.json there are the boxes `dbr_included` and `other_included`. Raises ReviewError for
    ids that deduplication does not know.
    """
    records = clusters.assign(
        type=clusters["source"].map(dict(types)),
        order=clusters["source"].map({s: i for i, s in enumerate(types)}),
    )
    _known("deduplication/clusters.csv names sources that the protocol lacks", records["source"], types)
    by_work = works.set_index("work_id")
    for stage, table in decisions.items():
        _known(
            f"screening/{stage}/decisions.csv names works that are not there", table["work_id"], by_work.index
        )

    parts = [_rows(records["round"], records["type"].map(BOX_OF_TYPE), records["record_id"])]
    duplicates = _duplicates(records, by_work)
    parts.append(_rows(duplicates["round"], "duplicates", duplicates["record_id"]))

    gone = _removed_works(removed, clusters, works)
    parts.append(_rows(gone["round"], gone["box"], gone["work_id"], gone["reason"]))

    if TITLE_ABSTRACT in decisions:
        table = _placed(decisions[TITLE_ABSTRACT], by_work)
        outcome = _outcome(table).map({"exclude": "records_excluded", "pending": "records_pending"})
        parts.append(_rows(table["round"], "records_screened", table["work_id"]))
        left = table[outcome.notna()]
        parts.append(_rows(left["round"], outcome.dropna(), left["work_id"], left["reason"]))
    if FULL_TEXT in decisions:
        table = _placed(decisions[FULL_TEXT], by_work)
        prefix = table["column"].map({"databases": "dbr", "other": "other"})
        outcome = _outcome(table)
        assessed = ~outcome.isin(["not_retrieved", "pending"])
        included = ~outcome.isin(AFTER_FULL_TEXT)
        boxes = [
            ("{}_sought_reports", outcome.notna()),
            ("{}_assessed", assessed),
            *((box, outcome.eq(value)) for value, box in AFTER_FULL_TEXT.items()),
            ("{}_included", included),
        ]
        for box, chosen in boxes:
            rows = table[chosen]
            reason = rows["reason"] if box == AFTER_FULL_TEXT["exclude"] else ""
            parts.append(_rows(rows["round"], prefix[chosen].map(box.format), rows["work_id"], reason))
        parts.append(_included_studies(table[included], studies))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _known(problem: str, used: pd.Series, known: Mapping[str, str] | pd.Index) -> None:
    unknown = sorted(set(used) - set(known))
    if unknown:
        raise ReviewError(f"{problem}: {', '.join(unknown)}.")


def _rows(
    rounds: pd.Series, box: pd.Series | str, ids: pd.Series, reason: pd.Series | str = ""
) -> pd.DataFrame:
    return pd.DataFrame({"round": rounds, "box": box, "id": ids, "reason": reason}, dtype=object)


def _placed(table: pd.DataFrame, by_work: pd.DataFrame) -> pd.DataFrame:
    """Decisions with round and column of their works."""
    table = table.drop(columns="round", errors="ignore").reset_index(drop=True)
    return table.join(by_work[["round", "column"]], on="work_id")


def _outcome(table: pd.DataFrame) -> pd.Series:
    """What became of a work at a stage: its decision, or `pending` where none holds yet."""
    is_open = table["how"].isin(OPEN) | table["decision"].eq("")
    return table["decision"].mask(is_open, "pending")


def _duplicates(records: pd.DataFrame, by_work: pd.DataFrame) -> pd.DataFrame:
    """Database and register records but the one that stands for its work in the work's own round."""
    counted = records[records["type"].isin(DATABASES_AND_REGISTERS)].join(
        by_work[["round", "column"]].add_prefix("work_"), on="work_id"
    )
    own = counted[counted["work_column"].eq("databases") & counted["round"].eq(counted["work_round"])]
    first = own.sort_values(["order", "record_id"]).drop_duplicates("work_id")
    return counted.drop(index=first.index)


def _removed_works(removed: pd.DataFrame, clusters: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """Works that left before screening, with their box and the first reason that is given."""
    work_of = by_any_id(clusters, "work_id")
    kinds, _ = excluded_before_screening(removed, works, work_of)
    reasons: dict[str, str] = {}
    for record, reason in zip(removed["record_id"], removed["reason"], strict=True):
        if record in work_of:
            reasons.setdefault(work_of[record], reason)
    gone = works[works["work_id"].isin(list(kinds))]
    return gone.assign(
        box=[f"excluded_{kinds[work]}" for work in gone["work_id"]],
        reason=[reasons[work] for work in gone["work_id"]],
    )


def _included_studies(included: pd.DataFrame, studies: pd.DataFrame) -> pd.DataFrame:
    """Included studies by the round that brought them, and their reports as new or as extra.

    A report of which every study was there in an earlier round is extra; the others are new.
    """
    there = studies[studies["status"].eq("included")]
    pairs = there.assign(work_id=there["work_ids"].str.split("; ")).explode("work_id")
    pairs = pairs[["study", "round", "work_id"]].rename(columns={"round": "study_round"})
    newest = pairs.groupby("work_id")["study_round"].max()
    is_new = included["work_id"].map(newest).eq(included["round"])
    box = is_new.map({True: "new_reports", False: "extra_reports"})
    return pd.concat(
        [
            _rows(there["round"], "new_studies", there["study"]),
            _rows(included["round"], box, included["work_id"]),
        ]
    )
