"""RIS both ways: work lists that other tools take, and groups of references that come back.

The id travels as accession number and, for tools that keep only notes, as a note.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from evergreen import sheets, tables
from evergreen.errors import InputError
from evergreen.screening.exchange.foreign_votes import ForeignVote

if TYPE_CHECKING:
    import pandas as pd

ID_NOTE = "Evergreen record"
TAGS = {"title": "TI", "year": "PY", "journal": "JO", "abstract": "AB", "doi": "DO", "url": "UR"}
MARKS = {"ASReview_relevant": "include", "ASReview_irrelevant": "exclude", "ASReview_not_seen": ""}
END = "\r\n"
FIELD = re.compile(r"^([A-Z][A-Z0-9]) {1,2}- ?(.*)$")


# What Covidence takes in one import.
MOST_RECORDS, MOST_BYTES = 15_000, 50_000_000
AT_ONCE = 1_000
"""Rows that are held as references."""
LEVEL = 4  # of compression: a quarter of the time of the usual 6, a tenth more bytes


def write_ris(rows: pd.DataFrame) -> str:
    """A work list as RIS, one journal article each, CRLF line ends."""
    return END.join(map(_reference, tables.rows(rows)))


def write_lists(rows: pd.DataFrame, path: Path, parts: Path) -> None:
    """Write a work list as RIS: what other tools take in one file to `path`, what they do not in several, `parts`-1.zip and so on, of which
    `path` tells. Of a long list little more than a file of it is held."""
    files = in_files(rows)
    first, second = next(files, b""), next(files, None)
    if second is None:
        with tables.replaced(path) as draft:
            draft.write_bytes(first)
        return
    for number, text in enumerate(chain((first, second), files), start=1):
        # Called after what it holds: those who wait for the same works get the same file, and no other unpacks onto it.
        inside = f"worklist-{number}-{sha256(text).hexdigest()[:8]}.ris"
        _write_zip(parts.with_name(f"{parts.name}-{number}.zip"), inside, text)
    told = f"These {len(rows):,} records are more than other tools take in one file: {parts.parent.name}/ has them in {number}."
    tables.write_text(f"{told}\n", path)


def _write_zip(path: Path, name: str, text: bytes) -> None:
    """The same bytes for the same text, without the time of writing."""
    with (
        tables.replaced(path) as draft,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive,
    ):
        archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED, LEVEL)


def in_files(rows: pd.DataFrame, *, records: int = MOST_RECORDS, size: int = MOST_BYTES) -> Iterator[bytes]:
    """A work list as RIS files of at most `records` references and `size` bytes, one reference at least; put behind one another they are
    a file of the whole list."""
    held, number = bytearray(), 0
    for start in range(0, len(rows), AT_ONCE):
        for row in tables.rows(rows.iloc[start : start + AT_ONCE]):
            reference = _reference(row).encode()
            if number and (number == records or len(held) + len(END) + len(reference) > size):
                yield bytes(held)
                held, number = bytearray(), 0
            held += (END.encode() if number else b"") + reference
            number += 1
    if number:
        yield bytes(held)


def _reference(row: Mapping[str, Any]) -> str:
    lines = ["TY  - JOUR"]
    lines += [f"AU  - {_line(author)}" for author in row["authors"].split("; ") if author]
    lines += [f"{tag}  - {_line(row[column])}" for column, tag in TAGS.items() if row[column]]
    lines += [f"AN  - {row['record_id']}", f"N1  - {ID_NOTE}: {_guarded(row['record_id'])}"]
    if row["pmid"]:
        lines.append(f"C1  - PMID {row['pmid']}")
    return END.join([*lines, "ER  - ", ""])


def read_ris(text: str) -> Iterator[dict[str, list[str]]]:
    """References of a RIS file as tag to values; what stands before the first `TY`, and behind an `ER`, is passed over. One that lacks its
    `ER` ends where the next begins, or the file."""
    reference: dict[str, list[str]] | None = None
    last = ""
    for line in text.lstrip("\ufeff").splitlines():
        match = FIELD.match(line.rstrip())
        if match and match[1] == "TY":
            if reference is not None:
                yield reference
            reference, last = {"TY": [match[2]]}, "TY"
        elif reference is None:
            continue
        elif match and match[1] == "ER":
            yield reference
            reference = None
        elif match:
            last = match[1]
            reference.setdefault(last, []).append(match[2].strip())
        elif line.strip():
            reference[last][-1] = f"{reference[last][-1]} {line.strip()}".strip()
    if reference is not None:
        yield reference


def own_id(notes: str) -> str:
    """Our id out of the notes of a reference, where `write_ris` put it; "" where it is not."""
    match = re.search(rf"{ID_NOTE}: (\S.*?)(?=\s*(?:\||;|$))", notes)
    return unquote(match[1]) if match else ""


def _guarded(record_id: str) -> str:
    """An id without the signs that end it in the notes of other tools."""
    return record_id.replace("%", "%25").replace(";", "%3B").replace("|", "%7C")


def references(path: str | Path) -> list[dict[str, Any]]:
    """What the references of a RIS file say of themselves, in the fields of `ForeignVote`; `marked` is ASReview's mark.

    Raises InputError where there is none.
    """
    if zipfile.is_zipfile(path):
        raise InputError("the file is a ZIP archive", file=path, todo="Unpack it, and import the RIS in it.")
    listed = []
    for reference in read_ris(sheets.decoded(Path(path))):
        notes = reference.get("N1", [])
        listed.append(
            {
                "title": _first(reference, "TI", "T1"),
                "year": _first(reference, "PY", "Y1", "DA")[:4],
                "doi": _first(reference, "DO"),
                "pmid": _first(reference, "PM"),
                "record_id": next(filter(None, map(own_id, notes)), "") or _first(reference, "AN"),
                "marked": next((note for note in notes if note in MARKS), ""),
            }
        )
    if not listed:
        todo = "Export the group again; a long work list stands in parts, in `ris-parts/`."
        raise InputError("the file holds no reference", file=path, todo=todo)
    return listed


def read_group(path: str | Path, decision: str) -> list[ForeignVote]:
    """The references of a RIS file as votes for `decision` (the group or list that was exported); `row` counts
    references, from 1. A reference that ASReview marked keeps that decision, one it has not shown has none."""
    votes = []
    for number, reference in enumerate(references(path), start=1):
        said = MARKS.get(reference.pop("marked"), decision)
        if said:
            votes.append(ForeignVote(str(path), number, "", said, **reference))
    return votes


def _first(reference: dict[str, list[str]], *tags: str) -> str:
    return next((reference[tag][0] for tag in tags if tag in reference), "")


def _line(text: str) -> str:
    return " ".join(text.split())
