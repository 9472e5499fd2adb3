"""Work lists: what one reviewer has still to screen, and nothing that another reviewer said."""

from __future__ import annotations

import pandas as pd

from evergreen.screening.rowcheck import checks

TO_FILL = ("decision", "reason", "note", "decided_on")
TEXT = ("title", "authors", "year", "journal", "abstract", "doi", "pmid", "url", "round")
COLUMNS = ["record_id", *TO_FILL, *TEXT, "pilot", "check"]


def work_list(works: pd.DataFrame, awaiting: pd.DataFrame, reviewer: str) -> pd.DataFrame:
    """Works that wait for `reviewer`, in the order of `works`, the pilot set first.

    `awaiting`: `work_id, round, reviewer, pilot` (`votes.Count.awaiting`); it holds no votes, so that a list cannot tell what
    others decided. `record_id` is the work's first record; a decision on it holds for the work. `check` ties each
    row to its id and title.
    """
    own = awaiting[awaiting["reviewer"].eq(reviewer)]
    pilot = set(own.loc[own["pilot"].isin([True, "true"]), "work_id"])
    todo = works[works["work_id"].isin(set(own["work_id"]))]
    rows = pd.DataFrame({"record_id": todo["work_id"], **dict.fromkeys(TO_FILL, "")})
    for column in TEXT:
        values = todo[column] if column in todo else pd.Series("", index=todo.index)
        rows[column] = values.astype("string").fillna("").astype(object)
    rows["pilot"] = ["yes" if work in pilot else "" for work in rows["record_id"]]
    rows = rows.sort_values("pilot", ascending=False, kind="stable", ignore_index=True)
    rows["check"] = checks(list(rows["record_id"]), list(rows["title"]))
    return rows[COLUMNS]
