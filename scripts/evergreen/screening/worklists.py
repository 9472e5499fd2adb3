"""Work lists: what one reviewer has still to screen, and nothing that another reviewer said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evergreen.screening.rowcheck import checks
from evergreen.screening.votes import ADJUDICATION

TO_FILL = ("decision", "reason", "note", "decided_on")
TEXT = ("title", "abstract", "authors", "year", "journal", "doi", "pmid", "url", "round")


def work_list(works: pd.DataFrame, awaiting: pd.DataFrame, reviewer: str) -> pd.DataFrame:
    """Works that wait for `reviewer`, in the order of `works`, the pilot set first; every cell is text.

    `awaiting`: `work_id, round, reviewer, pilot` (`votes.Count.awaiting`); it holds no votes, so that a list cannot tell what
    others decided. `again`, where there is such a row, is the day since which an earlier exclusion of the reviewer's own is to be seen
    again. `record_id` is the work's first record; a decision on it holds for the work. `check` ties each
    row to its id and title.
    """
    own = awaiting[awaiting["reviewer"].eq(reviewer)]
    pilot = set(own.loc[own["pilot"].isin([True, "true"]), "work_id"])
    rows = _rows(works, own["work_id"], TO_FILL)
    rows["pilot"] = ["yes" if work in pilot else "" for work in rows["record_id"]]
    if (since := dict(zip(own["work_id"], own["again"], strict=True)) if "again" in own else {}) and any(
        since.values()
    ):
        rows["again"] = rows["record_id"].map(since)
    if pilot:
        rows = rows.sort_values("pilot", ascending=False, kind="stable", ignore_index=True)
    return _checked(rows)


def conflict_list(works: pd.DataFrame, conflicts: pd.DataFrame, awaiting: pd.DataFrame) -> pd.DataFrame:
    """Works on which reviewers disagree, with what each said, and works on which the adjudicator was unsure, for the
    adjudicator to fill in."""
    unsure = awaiting.loc[awaiting["reviewer"].eq(ADJUDICATION), "work_id"]
    rows = _rows(works, pd.concat([conflicts["work_id"], unsure]), (*TO_FILL, "adjudicator"))
    said = dict(zip(conflicts["work_id"], conflicts["votes"], strict=True))
    rows.insert(list(rows).index("title"), "votes", rows["record_id"].map(said).fillna(""))
    return _checked(rows)


def _rows(works: pd.DataFrame, chosen: pd.Series, to_fill: tuple[str, ...]) -> pd.DataFrame:
    waits = works["work_id"].isin(set(chosen)).to_numpy(bool)

    def texts(column: str) -> Any:
        # A column at a time: to choose rows of all, pandas puts the abstracts together in one piece first.
        values = works[column].array if waits.all() else works[column].array[waits]
        whole = values.dtype == "str" and not values.isna().any()
        return values if whole else pd.Series(values).astype("string").fillna("").astype("str").array

    return pd.DataFrame({
        "record_id": texts("work_id"),
        **dict.fromkeys(to_fill, ""),
        **{column: texts(column) if column in works else "" for column in TEXT},
    })  # fmt: skip


def _checked(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(check=checks(list(rows["record_id"]), list(rows["title"])))
