"""Errors that a person can act on: one sentence with file, row, column and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Sentences shown of several faults, and rows named of those that share one.
SENTENCES, ROWS = 20, 5
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """A text for a terminal: what would move the cursor, change colours or the window's title shows as a mark."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class InputError(Exception):
    """What a person wrote cannot be used.

    `str(error)` is one sentence: where (file, row, column), what is wrong, and what to do.
    Rows are counted as the person sees them: the header is row 1.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        todo: str = "",
    ) -> None:
        self.problem = problem
        self.file = str(file) if file is not None else None
        self.row = row
        self.column = column
        self.todo = todo
        super().__init__(self.sentence())

    def __str__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).__new__, (type(self),), self.__dict__  # so that it comes whole from another process

    def sentence(self) -> str:
        return self.sentence_of([self.row] if self.row is not None else [])

    def sentence_of(self, rows: list[int]) -> str:
        """The sentence of a fault that several rows share; of many the first are named, and the others counted."""
        more = f" and {len(rows) - ROWS:,} more" if len(rows) > ROWS else ""
        numbers = ", ".join(map(str, rows[:ROWS]))
        place = [
            part
            for part in (
                self.file,
                f"row{'s' if len(rows) > 1 else ''} {numbers}{more}" if rows else None,
                f"column {self.column}" if self.column else None,
            )
            if part
        ]
        start = ", ".join(place) + ": " if place else ""
        end = f" {self.todo}" if self.todo else ""
        stop = "" if self.problem.endswith((".", "!", "?")) else "."
        return printable(f"{start}{self.problem}{stop}{end}")


class InputErrors(InputError):
    """Several faults found in one go, so that a person mends a file once: `errors` has all of them.

    What rows of a file share is one sentence; of very many sentences the first are shown, and the others counted.
    """

    def __init__(self, errors: Iterable[InputError]) -> None:
        self.errors = list(errors)
        if not self.errors:
            raise ValueError("InputErrors needs at least one error")
        first = self.errors[0]
        super().__init__(first.problem, file=first.file, row=first.row, column=first.column, todo=first.todo)

    def sentence(self) -> str:
        alike: dict[tuple[str | None, ...], list[InputError]] = {}
        for error in self.errors:
            alike.setdefault((error.file, error.column, error.problem, error.todo), []).append(error)
        lines = [
            same[0].sentence_of([error.row for error in same if error.row is not None])
            for same in alike.values()
        ]
        more = f"And {len(lines) - SENTENCES:,} more faults." if len(lines) > SENTENCES else ""
        return "\n".join([*lines[:SENTENCES], *([more] if more else [])])


class ReviewError(Exception):
    """A count or an invariant of the review does not hold; the message names the offending ids."""


def refuse(errors: list[InputError]) -> None:
    """Raise what was collected, if anything was."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputErrors(errors)
