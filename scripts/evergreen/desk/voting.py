"""Votes that a page sends one by one become rows of the person's sheet; each is on the disk when the page is told so.

A page says with each vote what it takes to be in the sheet. Where the sheet says something else, somebody changed it elsewhere, and
nobody but the person can say which holds: the vote is not written, and the page is told what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen import sheets, tables
from evergreen.errors import InputError
from evergreen.screening.ballots import ballots
from evergreen.screening.votes import ADJUDICATION
from evergreen.sheets import days, keeping
from evergreen.sheets.labels import Choices

SAID = ("decision", "reason", "note")
"""What is compared."""
CELLS = (*SAID, "decided_on")
KEYS = ("record_id", "adjudicator")
"""What says nothing by itself."""
LONGEST = 20_000
"""Characters of a cell."""
MOST_SENT = 20
"""Earlier states of a vote that may have been written without the page having been told."""
MOST = 1_000
"""Votes that a page sends at once."""
Row = dict[str, str]


@dataclass
class Cast:
    """What became of votes: ids of those that stand in the sheet, {id: what the sheet says} of those that it contradicts, {id: why} of
    those that are no votes."""

    saved: list[str] = field(default_factory=list)
    differs: dict[str, Row] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


class BallotBox:
    """One person's sheet `stem` at one stage, in the review's directory `review`; `reasons` are the words of each."""

    def __init__(
        self, review: Path, stem: Path, stage: str, person: str, reasons: Mapping[str, list[str]]
    ) -> None:
        self.review, self.stem = review, stem
        self.stage, self.person, self.reasons = stage, person, reasons
        self.kind = "adjudication_screening" if person == ADJUDICATION else "screening"
        self._known: tuple[str, list[str], list[Row]] | None = None

    @property
    def path(self) -> Path:
        """The sheet. Raises InputError where it is a workbook."""
        return keeping.csv_sheet(self.stem)

    def rows(self) -> list[Row]:
        """The sheet as it is. Raises InputError where it cannot be read."""
        path = self.path
        return [dict(row) for row in self._read(path, keeping.bytes_of(path))[1]]

    def cast(self, votes: Sequence[Mapping[str, Any]]) -> Cast:
        """Write votes: `record_id`, `decision`, `reason`, `note`, `decided_on`, `adjudicator`, `before`, what the page takes for there,
        and `sent`, what it sent before without an answer.

        A vote without decision and note takes a row back. Raises InputError where the sheet cannot be read.
        """
        result = Cast()
        path = self.path
        fine = not self._fault([_cells(vote) for vote in votes[:MOST]])

        def made(there: bytes | None) -> bytes | None:
            nonlocal result
            result = Cast()
            columns, own = self._read(path, there)
            rows = [dict(row) for row in own]
            at = {row["record_id"]: place for place, row in enumerate(rows)}
            for vote in votes[:MOST]:
                self._one(vote, fine, rows, at, result)
            kept = [row for row in rows if any(cell for name, cell in row.items() if name not in KEYS)]
            if kept == own:
                return None
            new = keeping.text_of(kept, columns)
            self._known = (sha256(new).hexdigest(), columns, kept)
            return new

        keeping.rewrite(self.review, path, made)
        return result

    def _one(
        self, vote: Mapping[str, Any], fine: bool, rows: list[Row], at: dict[str, int], result: Cast
    ) -> None:
        """`fine`: whether the vote is known to be one of the stage."""
        cells, before = _cells(vote), _row(vote.get("before"))
        record, new = cells["record_id"], _row(vote)
        if not fine and (why := self._fault([cells])):
            result.refused[record[:200]] = why
            return
        own = rows[at[record]] if record in at else {}
        there = {name: own.get(name, "") for name in CELLS}
        sent = vote.get("sent")
        expected = [before, new, *map(_row, sent[-MOST_SENT:] if isinstance(sent, list) else ())]
        if there != new and not any(_same(there, one) for one in expected):
            result.differs[record] = there
            return
        result.saved.append(record)
        if there == new:
            return
        if record not in at:
            at[record] = len(rows)
            rows.append({})
        signed = {"adjudicator": cells["adjudicator"]} if self.person == ADJUDICATION else {}
        rows[at[record]] = {"record_id": record, **own, **new, **signed}

    def _fault(self, votes: list[Row]) -> str:
        """Why these are no votes of the stage; "" where they are. The rules are those of sheets."""
        for vote in votes:
            if not vote["record_id"].strip() or max(map(len, vote.values())) > LONGEST:
                return "a vote names a record, and its cells have bounds"
            if not all(map(writable, vote.values())):
                return "a cell holds a sign that no file keeps"
            if vote["decided_on"] and not days.of_the_calendar(vote["decided_on"]):
                return f"{vote['decided_on']!r} is no day. {days.HOW}"
            if self.person == ADJUDICATION and vote["decision"] and not vote["adjudicator"]:
                return "an adjudication names who decided: give your initials"
        try:
            frame = pd.DataFrame(votes, columns=["record_id", *CELLS, "adjudicator"])
            ballots(frame.assign(_file="", _row=0), stage=self.stage, reasons=self.reasons)
        except InputError as error:
            return f"{error.problem}. {error.todo}".strip()
        return ""

    def _read(self, path: Path, there: bytes | None) -> tuple[list[str], list[Row]]:
        """(columns, rows) of the sheet that holds these bytes; what was written here itself is not read again."""
        signed = ["adjudicator"] if self.person == ADJUDICATION else []
        if there is None:
            return ["record_id", *CELLS, *signed], []
        digest = sha256(there).hexdigest()
        known = self._known  # a page that is opened meanwhile reads as well
        if known is None or known[0] != digest:
            frame = sheets.read_sheet(path, self.kind)
            if keeping.bytes_of(path) != there:
                raise InputError("another program is saving this sheet", file=path, todo="It is tried again.")
            ballots(frame, stage=self.stage, reasons=self.reasons)
            frame = frame.drop(columns=["_file", "_row"])
            words = Choices(self.reasons)
            frame["reason"] = [words.read(reason) or reason for reason in frame["reason"]]
            known = self._known = (digest, list(map(str, frame.columns)), tables.rows(frame))
        return known[1], known[2]


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    return value if isinstance(value, str) else ""


def _row(said: Any) -> Row:
    return {name: _text(said if isinstance(said, Mapping) else {}, name).strip() for name in CELLS}


def _cells(vote: Mapping[str, Any]) -> Row:
    return {
        "record_id": _text(vote, "record_id"),
        **_row(vote),
        "adjudicator": _text(vote, "adjudicator").strip(),
    }


def writable(cell: str) -> bool:
    """Whether a file in UTF-8 keeps this text and gives it back."""
    return "\0" not in cell and not any("\ud800" <= sign <= "\udfff" for sign in cell)


def _same(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in SAID)
