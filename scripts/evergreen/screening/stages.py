"""The stages of screening: what a reviewer may decide there, and which works reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evergreen.errors import InputError, refuse

if TYPE_CHECKING:
    import pandas as pd

TITLE_ABSTRACT = "title_abstract"
FULL_TEXT = "full_text"
STAGES = (TITLE_ABSTRACT, FULL_TEXT)
STAGE_NAMES = {TITLE_ABSTRACT: "title and abstract", FULL_TEXT: "full text"}
DECISIONS: Mapping[str, tuple[str, ...]] = {
    TITLE_ABSTRACT: ("include", "unsure", "exclude"),
    FULL_TEXT: ("include", "unsure", "exclude", "not_retrieved", "awaiting", "ongoing"),
}


def side(stage: str, decision: str) -> str:
    """What a vote stands for where votes are compared; "" for a vote that has yet to be made up.

    At title and abstract an unsure vote goes on like an include; at full text it is not a decision yet.
    """
    if decision != "unsure":
        return decision
    return "include" if stage == TITLE_ABSTRACT else ""


def skipped(decisions: pd.DataFrame) -> bool:
    """Whether nobody screens at the stage of these decisions, so that every work that reached it passed."""
    return len(decisions) > 0 and bool(decisions["how"].eq("skipped").all())


def works_at_title_abstract(works: pd.DataFrame, excluded_before: set[str]) -> pd.DataFrame:
    """Works found in databases or registers and not excluded before screening, in the order of `works`."""
    return works[works["column"].eq("databases") & ~works["work_id"].isin(excluded_before)]


def works_at_full_text(works: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Works that passed title and abstract (`decisions`), and works found by other methods."""
    passed = set(decisions.loc[decisions["decision"].eq("include"), "work_id"])
    return works[works["column"].eq("other") | works["work_id"].isin(passed)]


def excluded_before_screening(
    sheet: pd.DataFrame, works: pd.DataFrame, clusters: Mapping[str, str]
) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """({work_id: kind}, [(record_id, kind, why it counts for nothing)]) of `excluded_before_screening.csv`.

    A row holds for the whole work. Raises InputError when the records of one work are removed in two kinds.
    """
    kinds: dict[str, str] = {}
    void, errors = [], []
    columns = dict(zip(works["work_id"], works["column"], strict=True))
    for row in sheet.to_dict("records"):
        work = clusters.get(row["record_id"])
        if work is None:
            void.append((row["record_id"], row["kind"], "no record has this id"))
        elif columns[work] != "databases":
            void.append((row["record_id"], row["kind"], "found by other methods: exclude it at full text"))
        elif kinds.setdefault(work, row["kind"]) != row["kind"]:
            errors.append(
                InputError(
                    f"{row['record_id']} is removed as {row['kind']}, another record of its work as {kinds[work]}",
                    file=row["_file"],
                    row=int(row["_row"]),
                    column="kind",
                    todo="Keep one kind for the work.",
                )
            )
    refuse(errors)
    return kinds, void
