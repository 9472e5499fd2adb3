"""Export formats: told from the content, read into blocks of fields.

A format is a module with `NAME`, `FIELDS` (which of its fields feed which column of the record table; see `rows.row_of`),
`recognise(lines)` and `read(lines)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from evergreen.errors import InputError
from evergreen.records.formats import content, isi, medline, ovid, refer, ris
from evergreen.records.formats.block import Block, Remark
from evergreen.records.formats.dialects import dialect_of

LINES_TO_RECOGNISE = 400
FORMATS: dict[str, ModuleType] = {
    "nbib": medline,
    "ris": ris,
    "endnote": refer,
    "wos": isi,
    "ovid": ovid,
}
"""Key in the protocol (`format:`) to module, in the order in which they are tried."""


@dataclass(frozen=True)
class Export:
    """A file of records as read: what it is, its blocks, and the remarks on its lines."""

    format: str
    dialect: str
    encoding: str
    fields: Mapping[str, tuple[str, ...]]
    blocks: list[Block]
    remarks: list[Remark]


def read(path: str | Path, *, format_: str | None = None, columns: Mapping[str, str] | None = None) -> Export:
    """Read the export at `path`.

    `format_` is a key of `FORMATS` that outranks detection; `columns` says, for tables, which of the file's columns
    (values) feeds which of ours (keys).

    Raises InputError when the file is missing, empty, binary, of an unknown format or not of the stated one, or when
    it holds no record.
    """
    file = str(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"the export cannot be read ({error.strerror})", file=file) from error
    text = content.decode(raw, file)
    sample = text.lines[:LINES_TO_RECOGNISE]
    fits = next((key for key, module in FORMATS.items() if module.recognise(sample)), None)
    if format_ and format_ not in FORMATS:
        raise InputError(
            f"format {format_} is not known", file=file, todo=f"Known are: {', '.join(FORMATS)}."
        )
    key = format_ or fits
    if key is None:
        raise InputError(
            "no known export format fits the file's content", file=file,
            todo=f"Export again, or say `format:` in the protocol: {', '.join(FORMATS)}.",
        )  # fmt: skip
    module = FORMATS[key]
    found = module.read(text.lines)
    if not found.blocks:
        hint = (
            f"its content looks like {FORMATS[fits].NAME}" if fits and fits != key else "it holds no record"
        )
        raise InputError(
            f"the file cannot be read as {module.NAME}: {hint}", file=file,
            todo="Mend `format:` in the protocol." if fits and fits != key else content.EXPORT_AGAIN,
        )  # fmt: skip
    remarks = sorted([*text.remarks, *found.remarks])
    return Export(module.NAME, dialect_of(found.blocks), text.encoding, module.FIELDS, found.blocks, remarks)
