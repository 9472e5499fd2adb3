"""Tables for people: what a spreadsheet program would take for a formula stands behind an apostrophe.

Titles, names and notes come from outside, and a cell that begins with `=` may run a command on the machine of whoever
opens the table. Only files that people open are written so (docs/security.md lists them); `unguarded` takes back just what
`guarded` did, so a sheet that comes from such a file says what its source said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evergreen import tables

if TYPE_CHECKING:  # a sheet's cells are taken back by modules that write no table
    import numpy as np
    import pandas as pd

# ASCII and full-width signs that begin a formula, with whatever blanks stand before them, and the ends of cell and line.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NEITHER = bytes(not (byte < 128 and chr(byte).isalnum()) for byte in range(256))
"""Of each byte, whether it is neither a letter nor a digit of ASCII."""
_NUMBER = re.compile(r"'*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


def _is_formula(text: str) -> bool:
    if not text or text[0].isalnum():  # nearly all
        return False
    return _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None


def guarded(text: str) -> str:
    """The text as a cell that is a text in every program; numbers stay numbers."""
    return f"'{text}" if _is_formula(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def for_people(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every text, and every column's name, guarded."""
    return _mapped(frame, guarded)


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table that people open in a spreadsheet program, otherwise as `tables.write_table`."""
    tables.write_table(frame, path, for_people)


def write_copy(table: str | Path, path: str | Path) -> None:
    """Write a table of machines as one that people open, little of it in memory at a time."""
    frames = tables.read_parts([table]) if tables.rows_of(table) else [tables.read_table(table)]
    tables.write_csv(map(for_people, frames), path)


def read_table(path: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read what `write_table` wrote, as it was before."""
    return _mapped(tables.read_table(path, columns), unguarded)


def _odd(column: pd.Series) -> np.ndarray:
    """Cells that may be a formula: those of a column of texts that do not begin with a letter or digit of ASCII."""
    import numpy as np
    import pyarrow as pa

    if column.dtype == object:
        return column.notna().to_numpy()
    texts = pa.array(column, pa.large_string(), from_pandas=True)
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    _, places, letters = texts.buffers()
    begins = np.frombuffer(places, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    filled = np.flatnonzero(np.diff(begins))
    odd = np.zeros(len(texts), dtype=bool)
    odd[filled] = np.frombuffer(_NEITHER, bool)[np.frombuffer(letters or b"", np.uint8)[begins[filled]]]
    return odd


def _mapped(frame: pd.DataFrame, how: Callable[[str], str]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    changed = {}
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if not pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
            continue
        odd = np.flatnonzero(_odd(column))
        old = column.iloc[odd].tolist()
        cells = [how(cell) if isinstance(cell, str) else cell for cell in old]
        if any(new is not cell for new, cell in zip(cells, old, strict=True)):
            changed[name] = column.copy()
            changed[name].iloc[odd] = cells
    return frame.assign(**changed).rename(columns=lambda name: how(name) if isinstance(name, str) else name)
