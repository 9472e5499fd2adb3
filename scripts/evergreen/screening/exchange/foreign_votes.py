"""A decision as another tool hands it over, before it is known which of our records it is about."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from evergreen import sheets
from evergreen.errors import InputError, refuse
from evergreen.sheets import workbooks

MEANINGS = {
    "included": "include", "include": "include", "true": "include", "1": "include", "relevant": "include", "yes": "include",
    "excluded": "exclude", "exclude": "exclude", "false": "exclude", "-1": "exclude", "irrelevant": "exclude", "no": "exclude",
    "maybe": "unsure", "unsure": "unsure", "0": "unsure", "undecided": "",
}  # fmt: skip


@dataclass(frozen=True)
class ForeignVote:
    """One person's decision on one reference of another tool.

    `who` is the person as the tool names them ("" where it does not say); `reasons` are the tool's words, `shared` those of everybody who
    excluded the reference. Where there are `groups`, a reason is `<group>_<reason>`, and one of these may be its group. `row` counts as the file's reader sees it, the header being row 1.
    """

    file: str
    row: int
    who: str
    decision: str
    title: str = ""
    year: str = ""
    doi: str = ""
    pmid: str = ""
    record_id: str = ""
    reasons: tuple[str, ...] = ()
    shared: bool = False
    groups: frozenset[str] = frozenset()
    note: str = ""
    decided_on: str = ""


def read_rows(path: str | Path) -> list[dict[str, str]]:
    """Rows of a table that another tool wrote (CSV, TSV or XLSX: the first worksheet that is shown), by column name as lower-case text;
    all cells are text. Raises InputError for cells that only look empty, as sheets do."""
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        with workbooks.opened(path, path) as book:
            sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), book.worksheets[0])
            refuse(workbooks.unclear(path, path, sheet._worksheet_path))
            table = [[workbooks.text_of(cell) for cell in row] for _, row in workbooks.rows(sheet, path)]
    else:
        text = sheets.decoded(path)
        head = text.splitlines()[0] if text else ""
        separator = max(",;\t", key=head.count)
        # Abstracts and logs of other tools can be longer than the csv module's own limit.
        csv.field_size_limit(10_000_000)
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    if not table:
        raise InputError("the file is empty", file=path)
    names = [sheets.clean(name).casefold() for name in table[0]]
    return [
        dict(
            zip(
                names, [sheets.clean(cell) for cell in cells] + [""] * (len(names) - len(cells)), strict=False
            )
        )
        for cells in table[1:]
        if any(cells)
    ]


def needed(rows: list[dict[str, str]], columns: tuple[str, ...], path: str | Path, what: str) -> None:
    """Refuse a table that lacks a column, naming it."""
    for column in columns:
        if rows and column not in rows[0]:
            raise InputError(f"no column {column}; this is not {what}", file=path, row=1, column=column)
