"""What records were called before: ids that people decided under stay good when a source gets another name. And ids that were altered on the way."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from evergreen.errors import InputError
from evergreen.protocol.patterns import ID
from evergreen.sheets.labels import folded

MOST = 0.9
"""Share of a vanished source's records that are there under another name, from which it was renamed: a few may have gone besides."""


def aliases(record_ids: Iterable[str], source: str, formerly: Sequence[str]) -> list[str]:
    """The ids that records of `source` had when it was called otherwise, joined by `"; "`."""
    cut = len(source)
    return ["; ".join(former + name[cut:] for former in formerly) for name in record_ids]


def by_any_id(table: pd.DataFrame, column: str) -> dict[str, str]:
    """Value of `column` by every id, past or present, of the records of `table` (`record_id`, `alias`).

    An id that a record has now is that record's, whatever was called so before.
    """
    values = dict(zip(table["record_id"], table[column], strict=True))
    if "alias" in table:
        former = table[table["alias"].ne("")]
        for names, value in zip(former["alias"], former[column], strict=True):
            for name in names.split("; "):
                values.setdefault(name, value)
    return values


def check_renamed(
    record_ids: Iterable[str], known: Mapping[str, object], *, file: str, column: str = "record_id"
) -> list[InputError]:
    """One fault for each source that the ids of a sheet are from, that is no more, and whose records are there under another name.

    `known` are the ids that records have or had, as `by_any_id` orders them. Ids that are nowhere are no fault here: their records may be gone.
    """
    gone: dict[str, set[str]] = defaultdict(set)
    for name in record_ids:
        if name not in known and ":" in name:
            source, _, number = name.partition(":")
            gone[source].add(number)
    if not gone:
        return []
    there: dict[str, set[str]] = defaultdict(set)
    for name in known:
        source, _, number = name.partition(":")
        there[source].add(number)
    faults, spellings = [], set(map(folded, there))
    for source, numbers in sorted(gone.items()):
        # What no source can be called, and another spelling of one, are slips within an id and no name of before.
        if folded(source) in spellings or not re.fullmatch(ID, source):
            continue
        # Of as many the first: names of now stand before former ones.
        now = max(there, key=lambda name: len(numbers & there[name]), default="")
        found = len(numbers & there.get(now, set()))
        if found >= MOST * len(numbers):
            faults.append(
                InputError(
                    f"{found} of {len(numbers)} records of {source!r} in this sheet are there as records of {now!r},"
                    f" and there is no source {source!r}",
                    file=file,
                    column=column,
                    todo=f"If the source was renamed, write `formerly: [{source}]` under `sources.{now}` in config/config.yaml,"
                    f" or call it {source} again; else take its rows out of the sheet.",
                )
            )
    return faults


def meant(record_ids: Iterable[str], known: Mapping[str, object]) -> dict[str, list[str]]:
    """{id: ids of records that it is like but for what people and programs change in one} of ids that no record has: `12` and `PubMed:12` of
    `pubmed:12`."""
    strangers = {name for name in record_ids if name not in known}
    spelt: dict[str, set[str]] = defaultdict(set)
    for record in known if strangers else ():
        spelt[_plain(record)].add(record)
        spelt[_plain(record.partition(":")[2])].add(record)
    found = {name: sorted(spelt.get(_plain(name), ())) for name in strangers}
    return {name: alike for name, alike in found.items() if alike}


def check_ids(
    sheet: pd.DataFrame, known: Mapping[str, object], columns: Sequence[str] = ("record_id",)
) -> list[InputError]:
    """Faults of ids in a sheet: of sources that were renamed, else those that were altered on the way. One that is like none may be of a record that
    is gone."""
    if sheet.empty:
        return []
    ids = pd.concat([sheet[column] for column in columns])
    file = str(sheet["_file"].iloc[0])
    if renamed := check_renamed(ids, known, file=file, column=columns[0]):
        return renamed
    like = meant(ids, known)
    return [
        InputError(
            f"no record has the id {name!r}, which looks like {' or '.join(like[name])}",
            file=file, row=int(row), column=column, todo="Write the id as the work list shows it.",
        )
        for column in columns
        for name, row in zip(sheet[column], sheet["_row"], strict=True)
        if name in like
    ]  # fmt: skip


def _plain(record: str) -> str:
    """An id without what programs change in it: width, case, blanks, invisible marks, dashes, quotes, leading zeros."""
    text = unicodedata.normalize("NFKC", record).casefold()
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Zs"))
    return re.sub(r"(^|:)0+(?=\d)", r"\1", text.strip("='\" "))
