"""How programs write a person's sheet: one at a time, whole, on the disk before anybody is told, and never over an edit that came between.

What a spreadsheet program or an editor saves at the same time is seen by the bytes that are there just before the new ones take the name.
"""

from __future__ import annotations

import csv
import errno
import fcntl
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from evergreen.errors import InputError
from evergreen.sheets.files import find
from evergreen.spreadsheets import guarded

FOLDER = Path(".snakemake/evergreen/desk")
"""Where a review keeps the lock of its sheets, and what is being written."""
TRIES = 20
"""Edits by others that may come between while one sheet is written."""


@contextmanager
def alone(review: Path) -> Iterator[None]:
    """Let no other program of this product write to the review's sheets meanwhile; the kernel ends it with the process."""
    folder = review / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sheets.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def bytes_of(path: Path) -> bytes | None:
    """What a file holds; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def text_of(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """A sheet as programs write it: CSV in UTF-8, what would be a formula behind an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(list(map(guarded, columns)))
    writer.writerows([guarded(row.get(column, "")) for column in columns] for row in rows)
    return text.getvalue().encode()


def csv_sheet(stem: Path) -> Path:
    """The file of a sheet that a program may write: that of the person, else the one that is to be made.

    Raises InputError where the sheet is a workbook.
    """
    own = find(stem)
    if own and own.suffix.lower() == ".xlsx":
        raise InputError(
            "this sheet is a workbook; it is not written to",
            file=own,
            todo="Save it as CSV in the same place, and remove the workbook.",
        )
    return own or stem.with_name(f"{stem.name}.csv")


def rewrite(review: Path, path: Path, made: Callable[[bytes | None], bytes | None]) -> bytes | None:
    """Put into the sheet `path` what `made` makes of what is there, and give it; None of `made` leaves the sheet.

    `made` is called again where somebody else has saved the sheet meanwhile. Returns when the bytes are on the disk.
    Raises InputError where others save without end.
    """
    with alone(review):
        for _ in range(TRIES):
            before = bytes_of(path)
            new = made(before)
            if new is None or new == before:
                return before
            if _put(new, path, before, review / FOLDER):
                return new
    raise InputError("another program saves this sheet again and again", file=path, todo="Close it there.")


def _put(new: bytes, path: Path, before: bytes | None, folder: Path) -> bool:
    """Whether the bytes took the place of `before`, which was there to the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.draft")  # where the folder is on another disk
    for place in (folder / "sheet.draft", beside):
        try:
            with place.open("wb") as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            place.chmod(0o644)
            if bytes_of(path) != before:
                return False
            place.replace(path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            continue
        finally:
            place.unlink(missing_ok=True)
        _settle(path.parent)
        return True
    raise AssertionError("a draft beside a file is on its disk")


def _settle(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
