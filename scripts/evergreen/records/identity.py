"""Whether records of one source that share a key are one, and the ids that follow from it.

A key is what an id is made of: the source's accession, or a hash of the content. Reference managers number records anew in each
file, and short titles have the same hash, so a key alone proves nothing: another record under a known key is new, with an id of its own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from evergreen.records.model import COLUMNS, base_id, with_ids
from evergreen.records.normalise import searchable, spoken
from evergreen.records.registers import ENTRY_TYPES, own_number, registry_ids

_NO_CONTENT = ("record_id", "source", "round", "repeats", "alias", "file", "line", "line_end")
_ENTRY = re.compile(ENTRY_TYPES)
_PLACE = ("first_author", "volume", "issue")

TELLING = 5
"""Words from which a title is one work's; "Authors' reply" and "Annual report 2019" are many works'."""
_BEGINNING = 3
"""Letters that an abbreviation of a word has in common with it."""
REVISED = 70
"""rapidfuzz ratio of two abstracts, as far as the shorter one goes, from which one is a version of the other; abstracts of different
works have 40 to 50."""


class Record(NamedTuple):
    """What of a record is compared, in the normal forms of the record table; `year` is 0 where it is not known, `whole` all of the
    content of a record without title."""

    record_id: str
    file: str
    line: int
    title: str
    title_search: str
    abstract: str
    year: int
    doi: str
    pmid: str
    first_page: str
    first_author: str
    journal_search: str
    volume: str
    issue: str
    registry_ids: str
    publication_types: str
    whole: str


class Told(NamedTuple):
    """A record of a file, what became of it (`record_id`: the one that it is, or was seen as), and why."""

    file: str
    line: int
    record_id: str
    reason: str
    title: str


@dataclass(frozen=True)
class Identified:
    """All rows of a file with their ids; `order`: the places of the new ones in the order of id; `seen` are the others;
    `shared` those of the new ones whose key another work of an earlier round has."""

    rows: pd.DataFrame
    order: list[int]
    seen: list[Told]
    shared: list[Told]

    @property
    def records(self) -> pd.DataFrame:
        """The new ones in the order of id: a copy, which takes as much memory again."""
        return self.rows.iloc[self.order].reset_index(drop=True)

    @property
    def repeated(self) -> pd.DataFrame:
        """Of the new records whose key another record of the file has, `record_id` and `repeats`."""
        earlier = {one.record_id for one in self.shared}
        new = self.rows[["record_id", "repeats"]].iloc[self.order]
        ids = new["record_id"]
        return new[ids.ne(ids.map(base_id)) & ~ids.isin(earlier) & new["repeats"].ne("")]


def identify(rows: pd.DataFrame, source: str, round_: str, earlier: pd.DataFrame | None = None) -> Identified:
    """Tell the new records of a source's round from those that its `earlier` record table has, and give them their ids.

    A record that an earlier round has is seen as that record; one that stands twice among the new ones is two records, the second of
    which `repeats` the first. Everything else is new, under the first of `<key>`, `<key>~2`, `<key>~3` that no record has.
    Nothing depends on the order of the file.
    """
    records = with_ids(rows, source, round_, in_order=False)
    keys = records["record_id"].map(base_id).astype("str")
    before = earlier if earlier is not None else records.iloc[:0]
    known = before["record_id"].map(base_id).astype("str")
    contested = keys.duplicated(keep=False) | keys.isin(set(known))
    if not contested.any():
        return Identified(records, _by_id(records["record_id"].tolist(), {}), [], [])

    # In the order that `with_ids` gave them, which is that of their content: the key itself, then ~2, ~3, ..., ~10.
    key_of, ids = keys.tolist(), dict(enumerate(records["record_id"].tolist()))
    order = sorted(
        contested.to_numpy().nonzero()[0].tolist(), key=lambda row: (key_of[row], _number(ids[row]))
    )
    containers = _containers(records, keys) | _containers(before, known)
    old: dict[str, list[Record]] = {}
    among = known.isin(set(keys[contested]))
    for key, one in zip(known[among], _comparable(before[among]), strict=True):
        old.setdefault(key, []).append(one)
    seen: dict[int, Told] = {}
    firsts: dict[str, list[tuple[int, Record]]] = {}
    first_of: dict[int, int] = {}
    ones = dict(zip(order, _comparable(records.loc[order]), strict=True))
    for row, one in ones.items():
        key = key_of[row]
        said = ((other, agreement(one, other, containers)) for other in old.get(key, ()))
        as_which, why = next(((other, why) for other, why in said if why), (None, ""))
        if as_which is not None:
            reason = f"seen as {as_which.record_id}: {why}"
            seen[row] = Told(one.file, one.line, as_which.record_id, reason, one.title)
            continue
        new = firsts.setdefault(key, [])
        first_of[row] = next((first for first, other in new if agreement(one, other, containers)), row)
        if first_of[row] == row:
            new.append((row, one))

    stays = set(before["record_id"])
    taken = stays | {name for row, name in ids.items() if row not in seen}
    for row in first_of:
        if ids[row] in stays:
            ids[row] = _free(key_of[row], taken)
            taken.add(ids[row])
    shared = [
        Told(one.file, one.line, ids[row], f"another work has the key {key_of[row]}: the record is new, as {ids[row]}", one.title)
        for row, one in ones.items()
        if first_of.get(row) == row and key_of[row] in old
    ]  # fmt: skip
    repeats = {row: ids[first] for row, first in first_of.items()}
    fresh = records.assign(
        record_id=pd.Series(ids),
        repeats=pd.Series(repeats).reindex(records.index, fill_value="").astype("str"),
    )
    return Identified(
        fresh,
        _by_id(fresh["record_id"].tolist(), seen),
        sorted(seen.values(), key=lambda one: (one.file, one.line)),
        shared,
    )


def agreement(one: Record, other: Record, containers: Iterable[str] = ()) -> str:
    """What says that two records under one key are one (`PMID`, `DOI`, `registration number`, `title, year and first author`, `every
    field`), else "".

    Numbers decide where both have them: two PMIDs alone, a DOI unless it is that of a
    supplement (`containers`) or beside another title and author, that of an entry of a register, whose title is revised. Without numbers the titles have to be equal and
    nothing may speak against it; what is missing does not.
    """
    if one.pmid and other.pmid:
        return "PMID" if one.pmid == other.pmid else ""
    if one.doi and other.doi and one.doi != other.doi:
        return ""
    titled = one.title_search and other.title_search
    if one.doi and one.doi == other.doi and one.doi not in containers:
        another = titled and one.title_search != other.title_search and _conflict(one, other, "first_author")
        return "" if another else "DOI"
    if (number := _own_number(one)) and number == _own_number(other):
        return "registration number"
    if not one.title_search and not other.title_search:
        return "every field" if one.whole == other.whole else ""
    if not titled or one.title_search != other.title_search or _said_otherwise(one.title, other.title):
        return ""
    # Online first, then in print: another year, and other pages where it has no volume yet.
    apart = abs(one.year - other.year) if one.year and other.year else 0
    telling = len(one.title_search.split()) >= TELLING
    moved = bool(one.volume and other.volume) and _conflict(one, other, "first_page")
    if apart > telling or moved or any(_conflict(one, other, name) for name in _PLACE):
        return ""
    if not _one_journal(one.journal_search, other.journal_search):
        return ""
    trials = (set(record.registry_ids.split("; ")) for record in (one, other))
    if _conflict(one, other, "registry_ids") and not set.intersection(*trials):
        return ""
    length = min(len(one.abstract), len(other.abstract))
    ours, theirs = one.abstract[:length], other.abstract[:length]
    if ours != theirs and fuzz.ratio(ours, theirs, score_cutoff=REVISED) < REVISED:
        return ""
    return "title, year and first author"


def _own_number(one: Record) -> str:
    """The registration number of an entry of a register, by its id or its journal (CENTRAL); "" of an article."""
    if one.pmid or one.doi or one.volume or one.first_page:
        return ""
    if one.journal_search and not _ENTRY.search(one.publication_types):
        return ""
    return own_number(one.record_id.partition(":")[2]) or next(iter(registry_ids(one.journal_search)), "")


def _conflict(one: Record, other: Record, name: str) -> bool:
    a, b = getattr(one, name), getattr(other, name)
    return bool(a and b and a != b)


def _said_otherwise(a: str, b: str) -> bool:
    """`HER2+` and `HER2-` are one to `searchable`."""
    return a != b and searchable(spoken(a)) != searchable(spoken(b))


def _one_journal(a: str, b: str) -> bool:
    """Nothing says that they are two: one is missing, or abbreviates the other (`j bone miner res`), or is the beginning of it."""
    short, long = sorted((a.split(), b.split()), key=len)
    if len(short) == len(long) and len(a) > len(b):
        short, long = b.split(), a.split()
    rest = iter(long)
    return all(any(word.startswith(part[:_BEGINNING]) for word in rest) for part in short)


def _comparable(table: pd.DataFrame) -> list[Record]:
    fields = {
        name: table[name].fillna(0) if name in ("line", "year") else table[name]
        for name in Record._fields[:-1]
    }
    whole = [""] * len(table)
    bare = table["title_search"].eq("").to_numpy()
    if bare.any():
        content = table.loc[bare, [name for name in COLUMNS if name not in _NO_CONTENT]]
        for place, row in zip(bare.nonzero()[0], content.itertuples(index=False), strict=True):
            whole[place] = "\x1f".join(map(str, row))
    return list(map(Record, *(values.tolist() for values in fields.values()), whole))


def _containers(table: pd.DataFrame, keys: pd.Series) -> set[str]:
    """DOIs that several titles under several `keys` have in one round."""
    having: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    columns = (table[name].tolist() for name in ("round", "doi", "title_search"))
    for round_, doi, title, key in zip(*columns, keys.tolist(), strict=True):
        if doi and title:
            titles, under = having.setdefault((round_, doi), (set(), set()))
            titles.add(title)
            under.add(key)
    return {doi for (_, doi), (titles, under) in having.items() if len(titles) > 1 and len(under) > 1}


def _by_id(ids: Sequence[str], without: Container[int]) -> list[int]:
    """Places in the order of their `ids`."""
    return sorted((place for place in range(len(ids)) if place not in without), key=ids.__getitem__)


def _number(record_id: str) -> int:
    stem = base_id(record_id)
    return 1 if stem == record_id else int(record_id[len(stem) + 1 :])


def _free(key: str, taken: set[str]) -> str:
    number = 2
    while f"{key}~{number}" in taken:
        number += 1
    return f"{key}~{number}"
