"""RIS both ways: work lists that other tools take, and groups of references that come back.

The id travels as accession number and, for tools that keep only notes, as a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

ID_NOTE = "Evergreen record"
TAGS = {"title": "TI", "year": "PY", "journal": "JO", "abstract": "AB", "doi": "DO", "url": "UR"}
FIELD = re.compile(r"^([A-Z][A-Z0-9]) {1,2}- ?(.*)$")


def write_ris(rows: pd.DataFrame) -> str:
    """A work list as RIS, one journal article per row, CRLF line ends."""
    lines = []
    for row in rows.to_dict("records"):
        lines.append("TY  - JOUR")
        lines += [f"AU  - {_line(author)}" for author in row["authors"].split("; ") if author]
        lines += [f"{tag}  - {_line(row[column])}" for column, tag in TAGS.items() if row[column]]
        lines += [f"AN  - {row['record_id']}", f"N1  - {ID_NOTE}: {row['record_id']}"]
        if row["pmid"]:
            lines.append(f"C1  - PMID {row['pmid']}")
        lines += ["ER  - ", ""]
    return "\r\n".join(lines)


def read_ris(text: str) -> Iterator[dict[str, list[str]]]:
    """References of a RIS file as tag to values; what stands outside of `TY` to `ER` is passed over."""
    reference: dict[str, list[str]] | None = None
    last = ""
    for line in text.lstrip("\ufeff").splitlines():
        match = FIELD.match(line.rstrip())
        if match and match[1] == "TY":
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


def _line(text: str) -> str:
    return " ".join(text.split())
