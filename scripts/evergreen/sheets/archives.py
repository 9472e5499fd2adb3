"""ZIP archives that come from outside (workbooks, exports of other tools): none that unfolds into more than a disk holds.

`zipfile` reads no more of a member than the archive states for it, so what is stated is what is bounded.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from evergreen.errors import InputError

MOST_BYTES = 1 << 30
"""Bytes of all members together, unpacked. A workbook of a million rows has half of it."""
MOST_TIMES = 200
"""Times a member may be larger unpacked than packed; tables have 5 to 30, nothing but blanks has 1,000."""
OPEN_ELSEWHERE = "~$"
"""How the names of files begin by which Word and Excel know that somebody has a document open."""
OF_BEFORE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How documents of Office before 2007 begin, and those that a password protects."""
SMALL = 10 << 20
"""Bytes, unpacked, up to which a member is harmless however well it was packed."""
DAMAGED = (BadZipFile, EOFError, NotImplementedError, RuntimeError, struct.error, zlib.error)
"""What `zipfile` raises for an archive that is cut off, spoilt, encrypted or packed in a way that it does not know."""


@contextmanager
def opened(
    source: str | Path | bytes,
    file: str | Path,
    *,
    what: str = "ZIP archive",
    todo: str = "Export or copy it again.",
) -> Iterator[ZipFile]:
    """The archive at a path or in bytes; `file` and `what` name it in errors.

    Raises InputError where it is damaged, also while it is being read, or would unfold into too much.
    """

    def unreadable(error: Exception) -> InputError:
        return InputError(f"not a readable {what}, or damaged or cut off ({error})", file=file, todo=todo)

    try:
        archive = ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (*DAMAGED, OSError, ValueError) as error:
        if Path(file).name.startswith(OPEN_ELSEWHERE):
            raise InputError(
                "this is not the document but a mark that Word or Excel leaves beside one that is open",
                file=file,
                todo="Name the document itself, and save it before.",
            ) from None
        if _head(source) == OF_BEFORE:
            raise InputError(
                "this is a document as Office wrote them before 2007, or one that a password protects",
                file=file,
                todo="Open it with its password, take that away, and save it as XLSX, or as DOCX.",
            ) from None
        raise unreadable(error) from None
    try:
        with archive:
            _refuse_bomb(archive, file, what)
            yield archive
    except DAMAGED as error:
        raise unreadable(error) from None


def _head(source: str | Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[: len(OF_BEFORE)]
    try:
        with Path(source).open("rb") as file:
            return file.read(len(OF_BEFORE))
    except OSError:
        return b""


def _refuse_bomb(archive: ZipFile, file: str | Path, what: str) -> None:
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise InputError(
            f"the {what} unfolds into {total / 2**30:.1f} GB, more than the {MOST_BYTES >> 30} GB that are read",
            file=file, todo="Part it, or save the table as CSV.",
        )  # fmt: skip
    for member in members:
        if member.file_size > SMALL and member.file_size > MOST_TIMES * max(member.compress_size, 1):
            raise InputError(
                f"{member.filename} in the {what} unfolds into {member.file_size // max(member.compress_size, 1):,} times "
                f"its size, as no table does",
                file=file, todo="Save the table again, as CSV.",
            )  # fmt: skip
