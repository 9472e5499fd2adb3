"""Tables and documents that machines write: same content, same bytes; never half a file."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # many scripts write and read no table, and pandas takes longer to load than they run
    import pandas as pd

from evergreen.steps.drafts import replaced

Item = TypeVar("Item")
Key = TypeVar("Key")

LARGE = 4_000
"""Rows from which a table is written column by column."""
_AT_ONCE = 5_000
"""Rows that are held as text, and those of a row group."""
_PLAIN = {"str", "string", "int64", "Int64", "bool"}


def write_copy(source: str | Path, target: str | Path, *, linked: bool = False) -> None:
    """Give `target` the content of `source`; `linked`: as another name of the same file, for what nobody edits, if the disk can."""
    with replaced(target) as draft:
        if linked:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
                draft.hardlink_to(source)
                return
        shutil.copyfile(source, draft)


def write_text(text: str, path: str | Path) -> None:
    """Write UTF-8 text with Unix line ends, atomically."""
    write_pieces([text], path)


def write_pieces(texts: Iterable[str], path: str | Path) -> None:
    """Write texts one behind the other, as `write_text` does one."""
    with replaced(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(texts)


def write_json(value: Any, path: str | Path) -> None:
    """Write JSON with a fixed layout; NaN and infinity are refused (use None)."""
    write_text(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n", path)


def read_json(path: str | Path) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_table(
    frame: pd.DataFrame, path: str | Path, shown: Callable[[pd.DataFrame], pd.DataFrame] = lambda part: part
) -> None:
    """Write `frame` without its index as CSV or Parquet, by the suffix of `path`; `shown` alters the cells, of a large table part by part.

    CSV: UTF-8, `\\n`, missing values empty, booleans `true`/`false`, floats in their shortest form
    that reads back to the same double.
    """
    path = Path(path)
    if (
        path.suffix != ".parquet"
        and len(frame) >= LARGE
        and frame.shape[1] > 1
        and set(map(str, frame.dtypes)) <= _PLAIN
    ):
        parts = (frame.iloc[start : start + _AT_ONCE] for start in range(0, len(frame), _AT_ONCE))
        write_csv(map(shown, parts), path)
        return
    with replaced(path) as draft:
        if path.suffix == ".parquet":
            _write_parquet(shown(frame), draft)
        else:
            plain = shown(frame).copy()
            for column in plain.columns:
                if plain[column].dtype == bool or str(plain[column].dtype) == "boolean":
                    plain[column] = plain[column].map({True: "true", False: "false"})
            plain.to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """As `to_parquet`, but the bytes do not tell from how many parts a frame was put together."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    with pq.ParquetWriter(path, table.schema, compression="snappy") as writer:
        for start in range(0, max(1, len(table)), _AT_ONCE):
            writer.write_table(table.slice(start, _AT_ONCE).combine_chunks())


def write_in_order(frame: pd.DataFrame, order: Sequence[int], path: str | Path) -> None:
    """Write the rows of `frame` at these places as Parquet, the same bytes as `write_table(frame.iloc[order])` without that copy of it.

    For frames of many chunks; of each chunk those rows are taken that a row group has, since Arrow's own `take` puts all of a column together first.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    batches = table.to_batches()
    begins = np.cumsum([0, *map(len, batches)])[:-1]
    places = np.array(order, dtype=np.int64)
    with replaced(path) as draft, pq.ParquetWriter(draft, table.schema, compression="snappy") as writer:
        for start in range(0, max(1, len(places)), _AT_ONCE):
            wanted = places[start : start + _AT_ONCE]
            of_batch = np.searchsorted(begins, wanted, side="right") - 1
            taken = [batches[at].take(wanted[of_batch == at] - begins[at]) for at in np.unique(of_batch)]
            group = pa.Table.from_batches(taken, table.schema).combine_chunks()
            writer.write_table(group.take(np.argsort(np.argsort(of_batch, kind="stable"), kind="stable")))


def write_parts(frames: Iterable[pd.DataFrame], path: str | Path) -> None:
    """Write a Parquet table of which only one part is in memory at a time; each part, one at least, is a row group of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = (pa.Table.from_pandas(frame, preserve_index=False).combine_chunks() for frame in frames)
    first = next(parts)
    with replaced(path) as draft, pq.ParquetWriter(draft, first.schema, compression="snappy") as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)


def write_csv(frames: Iterable[pd.DataFrame], path: str | Path) -> None:
    """Write a CSV, of which only one part is in memory at a time, with the bytes of `write_table` for all parts together; one at least."""
    with replaced(path) as draft, draft.open("wb") as file:
        for number, frame in enumerate(frames):
            if not number:
                file.write((",".join(frame.columns) + "\n").encode())
            file.write(_csv_rows(frame))


def read_parts(
    paths: Iterable[str | Path], columns: Sequence[str] | None = None, rows: int = _AT_ONCE
) -> Iterator[pd.DataFrame]:
    """The rows of Parquet tables one after the other, `rows` of them at a time, wherever one table ends and the next begins."""
    import pandas as pd
    import pyarrow.parquet as pq

    held: list[pd.DataFrame] = []
    for path in paths:
        with pq.ParquetFile(path) as file:
            if (
                not file.metadata.num_rows
            ):  # as most rounds of a living review, and making a frame takes longest
                continue
            for batch in file.iter_batches(
                rows, columns=list(columns) if columns else None, use_threads=False
            ):
                part = batch.to_pandas()
                while (missing := rows - sum(map(len, held))) <= len(part):
                    yield pd.concat([*held, part.iloc[:missing]], ignore_index=True)
                    held, part = [], part.iloc[missing:]
                held += [part] if len(part) else []
    if held:
        yield pd.concat(held, ignore_index=True)


def _csv_rows(frame: pd.DataFrame) -> Any:
    """Rows as pandas writes them, as bytes, ten times as fast: whole columns are quoted and joined, no row by itself."""
    import pyarrow as pa  # most scripts write small tables, and loading this takes longer than writing those
    import pyarrow.compute as pc

    text = pa.large_string()
    nothing, comma, end = (pa.scalar(mark, text) for mark in ("", ",", "\n"))
    columns = []
    for name in frame.columns:
        column = pc.fill_null(pc.cast(pa.array(frame[name], from_pandas=True), text), nothing)
        columns.append(_quoted(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column))
    columns[-1] = pc.binary_join_element_wise(columns[-1], end, nothing)
    lines = pc.binary_join_element_wise(*columns, comma)
    _, offsets, data = lines.buffers()
    length = int.from_bytes(offsets[8 * len(lines) : 8 * len(lines) + 8].to_pybytes(), "little")
    return memoryview(data)[:length]


def _quoted(column: Any) -> Any:
    """The texts of a column, those in quotation marks that a CSV needs them for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    held = bytes(column.buffers()[2] or b"")  # most columns have nothing of the kind
    if not any(mark in held for mark in (b'"', b",", b"\r", b"\n")):
        return column
    special = pc.match_substring_regex(column, '[",\r\n]')
    doubled = pc.replace_substring(column, '"', '""') if b'"' in held else column
    quote, nothing = (pa.scalar(mark, column.type) for mark in ('"', ""))
    return pc.if_else(special, pc.binary_join_element_wise(quote, doubled, quote, nothing), column)


def read_table(
    path: str | Path, columns: Sequence[str] | None = None, where: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Read a table that `write_table` or `write_parts` wrote.

    From CSV every column is text, with "" where nothing stands; convert what is a number with
    `numbers`. Parquet keeps its types, and of it the rows can be asked for `where` a column holds a text.
    """
    import pandas as pd

    path = Path(path)
    if path.suffix == ".parquet":
        names = list(columns) if columns else None
        if where:
            return pd.read_parquet(path, columns=names, filters=[(where[0], "==", where[1])])
        return _read_parquet(path, names)
    return pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        encoding="utf-8",
        usecols=list(columns) if columns else None,
    )


def _read_parquet(path: Path, columns: list[str] | None) -> pd.DataFrame:
    """As `pandas.read_parquet`, with half its memory above that of the table: one row group is unpacked at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        groups = [
            file.read_row_group(number, columns=columns, use_threads=False).combine_chunks()
            for number in range(file.num_row_groups)
        ]
        table = pa.concat_tables(groups) if groups else file.schema_arrow.empty_table()
    return (table.select(columns) if columns else table).to_pandas()


def spare_memory() -> None:
    """For steps in which large columns come and go: Arrow's own pool keeps what it was given, which is a sixth more."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())


def columns_of(path: str | Path, without: str = "") -> list[str]:
    """Names of the columns of a Parquet table, `without` that which is most of it and not wanted."""
    import pyarrow.parquet as pq

    return [name for name in pq.read_schema(path).names if name != without]


def rows_of(path: str | Path) -> int:
    """How many rows a Parquet table has."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def write_rows(lines: Iterable[Mapping[str, str]], columns: Sequence[str], path: str | Path) -> None:
    """Write texts by column name as CSV, the same bytes as `write_table`, without loading pandas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([line[column] for column in columns] for line in lines)
    write_text(text.getvalue(), path)


def read_rows(path: str | Path) -> list[dict[str, str]]:
    """The rows of a CSV that `write_table` wrote, all text, as `rows(read_table(path))` without loading pandas."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries by column name."""
    names = [str(name) for name in frame.columns]
    cells = zip(*(column.to_numpy(dtype=object).tolist() for _, column in frame.items()), strict=True)
    return [dict(zip(names, row, strict=True)) for row in cells] if names else [{} for _ in range(len(frame))]


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Items by what `key` says of them, in the order in which they come."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def held(lines: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> list[str]:
    """Those of the columns in which something stands in some row, neither "" nor a missing number.

    Most columns that a sheet may have are empty in most reviews, and need not be looked at row by row.
    """
    return [name for name in columns if any((cell := line[name]) == cell and cell != "" for line in lines)]


def frame_of(lines: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table of rows that have all of these columns."""
    import pandas as pd

    if not lines:
        return pd.DataFrame(columns=list(columns))
    cells = {name: [line[name] for line in lines] for name in columns}
    made = {
        name: texts(values) if set(map(type, values)) == {str} else values for name, values in cells.items()
    }
    return pd.DataFrame(made, copy=False)  # they are of this call


def texts(values: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    """A column of texts (`str`); much faster than pandas, which looks at each value to find its type. What is one stays as it is."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    array: Any = pd.arrays.ArrowStringArray  # its stubs know no `dtype`
    return array(pa.array(values, pa.large_string()), dtype=pd.StringDtype(na_value=np.nan))


def numbers(column: pd.Series) -> pd.Series:
    """Text column of a machine's CSV as floats; empty becomes NaN."""
    import pandas as pd

    return pd.to_numeric(column.where(column.ne(""), None), errors="raise").astype(float)


def sha256_of(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    digest = sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
