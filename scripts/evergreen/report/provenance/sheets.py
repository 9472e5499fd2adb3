"""The cells of people's sheets behind a number: where they stand, who wrote them, how a disagreement was settled, what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.extraction.check import KEY, Row, key_of
from evergreen.extraction.comparing import as_text
from evergreen.extraction.queries.findings import NO_QUERY
from evergreen.sheets import name_key

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]
SEVERAL = " | "
"""What stands between several reports, searches or queries in one cell; the merge of remarks has it too."""


class Sheets:
    """What the merged rows were made from. `sheets` are the extractors' by person, `adjudication` the adjudicator's."""

    def __init__(
        self,
        sheets: Mapping[str, pd.DataFrame],
        merged: pd.DataFrame,
        adjudication: pd.DataFrame | None,
        queries: pd.DataFrame,
    ) -> None:
        self._written = {
            f"{row['_file']}:{row['_row']}": (person, row)
            for person, frame in sheets.items()
            for row in _filled(frame)
        }
        self._merged = {key_of(row, KEY): row for row in _filled(merged)}
        self._settled = {
            (*key_of(row, KEY), name_key(row["column"])): row
            for row in ([] if adjudication is None else reversed(tables.rows(adjudication)))
        }
        self._asked: dict[Key, list[str]] = {}
        for row in tables.rows(queries[queries["kind"].ne(NO_QUERY)]):
            self._asked.setdefault(key_of(row, KEY), []).append(_query(row))

    def merged(self, row: Row) -> Row:
        """The filled cells of the merged row of a slice's row."""
        return self._merged[key_of(row, KEY)]

    def of_row(self, row: Row) -> dict[str, Any]:
        """What is said of a whole row: report, place in it, queries with their answers, who decided that it counts."""
        key = key_of(row, KEY)
        kept = self._settled.get((*key, "row"))
        return {
            "record_id": row.get("record_id", ""),
            "where": row.get("source", ""),
            "queries": SEVERAL.join(self._asked.get(key, ())),
            "row_kept_by": kept["adjudicator"] if kept else "",
        }

    def cells(self, row: Row, column: str) -> list[dict[str, Any]]:
        """The cells of one number, one for each extractor; of no column only where the rows stand."""
        merged = self.merged(row)
        settled = self._settled.get((*key_of(row, KEY), column))
        decided = {
            "settled_by": settled["adjudicator"] if settled else "",
            "settled_as": as_text(settled["value"]) if settled else "",
            "settled_in": f"{settled['_file']}:{settled['_row']}" if settled else "",
            "settled_note": settled["note"] if settled else "",
        }
        found = []
        for place in merged["origin"].split("; "):
            person, written = self._written[place]
            file, _, number = place.rpartition(":")
            value = as_text(written.get(column, "")) if column else ""
            found.append(
                {
                    "column": column, "cell": merged.get(column, "") if column else "", "file": file, "row": int(number),
                    "extractor": person, "written": value, "status": merged["status"], **decided,
                }
            )  # fmt: skip
        return found


def _filled(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of a table without their empty cells: most of a sheet's columns are empty in most reviews."""
    names = [str(name) for name in frame.columns]
    for values in zip(*(frame[name].tolist() for name in frame), strict=True):
        yield {name: value for name, value in zip(names, values, strict=True) if value != ""}


def of_protocol(name: str, value: float | str) -> dict[str, Any]:
    """The cell of a number that the protocol assumes."""
    return {
        "column": name,
        "cell": as_text(value),
        "file": "config/config.yaml",
        "row": 0,
        "written": as_text(value),
    }


def _query(row: Row) -> str:
    """A query with its answer, in one sentence."""
    said = f"{row['query']}: {row['reason']}"
    if not row["answer"]:
        return f"{said} Not answered yet."
    by = " ".join(filter(None, (row["answered_by"], row["answered_on"])))
    return f"{said} Answer{f' by {by}' if by else ''}: {row['answer']}"
