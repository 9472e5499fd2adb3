"""How the reports of a study are named to whoever reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evergreen import tables

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("work_id", "title", "authors", "year", "journal", "doi", "pmid", "registry_ids")
"""Columns of works that are read."""


def of_studies(studies: pd.DataFrame, works: pd.DataFrame | None) -> dict[str, list[str]]:
    """{study: citation and ids of each of its reports}, in the order of `studies`."""
    ids = {
        study: work_ids.split("; ")
        for study, work_ids in zip(studies["study"], studies["work_ids"], strict=True)
    }
    wanted = {work for works_of in ids.values() for work in works_of}
    said: dict[str, str] = {}
    if works is not None:
        chosen = works[works["work_id"].isin(wanted)]
        said = {row["work_id"]: _citation(row) for row in tables.rows(chosen.astype("string").fillna(""))}
    return {study: [said.get(work, work) for work in works_of] for study, works_of in ids.items()}


def _citation(work: dict[str, str]) -> str:
    authors = work["authors"].split("; ")
    who = f"{authors[0]} et al" if len(authors) > 1 else authors[0]
    ids = [
        work["work_id"],
        f"doi:{work['doi']}" if work["doi"] else "",
        f"PMID {work['pmid']}" if work["pmid"] else "",
        work["registry_ids"],
    ]
    where = " ".join(filter(None, (work["journal"], work["year"])))
    return ". ".join(filter(None, (who, work["title"].rstrip("."), where, ", ".join(filter(None, ids)))))
