"""Tables and documents that machines write: same content, same bytes; never half a file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd


@contextmanager
def replaced(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it takes its name, on failure it vanishes."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o644)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def write_text(text: str, path: str | Path) -> None:
    """Write UTF-8 text with Unix line ends, atomically."""
    with replaced(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_json(value: Any, path: str | Path) -> None:
    """Write JSON with a fixed layout; NaN and infinity are refused (use None)."""
    write_text(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n", path)


def read_json(path: str | Path) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write `frame` without its index as CSV or Parquet, by the suffix of `path`.

    CSV: UTF-8, `\\n`, missing values empty, booleans `true`/`false`, floats in their shortest form
    that reads back to the same double.
    """
    path = Path(path)
    with replaced(path) as draft:
        if path.suffix == ".parquet":
            frame.to_parquet(draft, index=False)
        else:
            plain = frame.copy()
            for column in plain.columns:
                if plain[column].dtype == bool or str(plain[column].dtype) == "boolean":
                    plain[column] = plain[column].map({True: "true", False: "false"})
            plain.to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")


def read_table(path: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table that `write_table` wrote.

    From CSV every column is text, with "" where nothing stands; convert what is a number with
    `numbers`. Parquet keeps its types.
    """
    path = Path(path)
    if path.suffix == ".parquet":
        return pd.read_parquet(path, columns=list(columns) if columns else None)
    return pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        encoding="utf-8",
        usecols=list(columns) if columns else None,
    )


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def numbers(column: pd.Series) -> pd.Series:
    """Text column of a machine's CSV as floats; empty becomes NaN."""
    return pd.to_numeric(column.where(column.ne(""), None), errors="raise").astype(float)


def sha256_of(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    digest = sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
