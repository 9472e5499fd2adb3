"""The reports that numbers come from: their citation, and the searches that found their records, with the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.records.former_ids import by_any_id
from evergreen.report.provenance.sheets import SEVERAL
from evergreen.report.selection import citation
from evergreen.sheets import folded

if TYPE_CHECKING:
    import pandas as pd

NOWHERE = ("work_id", "report", "address", "searches")


class Reports:
    """Reports by the ids of their records; without a search there are none.

    `sources` are the names of the sources, `searched` those that PubMed was asked for; of the others `records` says where in which
    file a record stands. `studies` is the table of studies, which names the reports of a row that names none itself.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        searched: Collection[str],
        clusters: pd.DataFrame | None = None,
        works: pd.DataFrame | None = None,
        studies: pd.DataFrame | None = None,
        records: pd.DataFrame | None = None,
    ) -> None:
        self._sources, self._searched = sources, searched
        self._stands = {row["record_id"]: f"{row['file']}, line {row['line']}" for row in _rows(records)}
        self._work_of = {} if clusters is None else by_any_id(clusters, "work_id")
        self._found: dict[str, list[str]] = {}
        for row in _rows(clusters):
            self._found.setdefault(row["work_id"], []).append(self._search(row))
        self._works = {work["work_id"]: work for work in _rows(works)}
        self._of_study = {folded(row["study"]): row["record_ids"].split("; ") for row in _rows(studies)}

    def of(self, record_id: str, study: str) -> dict[str, str]:
        """The reports that a row names, else those of its study, as one; nothing where no search found them."""
        ids = [one for one in record_id.split(SEVERAL) if one] or self._of_study.get(folded(study), [])
        works = dict.fromkeys(self._work_of.get(one, "") for one in ids)
        found = [self._report(work) for work in works if work]
        joined = {key: SEVERAL.join(one[key] for one in found) for key in NOWHERE}
        return joined | {"address": found[0]["address"] if found else ""}

    def _report(self, work_id: str) -> dict[str, str]:
        cited, searches = citation(self._works[work_id]), SEVERAL.join(self._found[work_id])
        return {"work_id": work_id, "report": cited.text, "address": cited.url, "searches": searches}

    def _search(self, row: Mapping[str, str]) -> str:
        """`PubMed on 2018-12-31 as pubmed:18438830 (results/search/pubmed/2018-12-31/log.json)`."""
        name, day, record = row["source"], row["round"], row["record_id"]
        log = f"results/search/{name}/{day}/log.json" if name in self._searched else ""
        return f"{self._sources.get(name, name)} on {day} as {record} ({log or self._stands[record]})"


def _rows(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    return [] if table is None else tables.rows(table)
