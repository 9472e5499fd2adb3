"""One round of deduplication: new records join old works or make new ones; old works stay as they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.deduplication.candidates import candidates
from evergreen.deduplication.comparison import DIFFERENT, SAME, Columns, Comparison, compare, join
from evergreen.deduplication.decision import BORDERLINE, NOTICES, RELATIONS, Decision, decide
from evergreen.deduplication.doubts import Abstracts, Doubts, without_containers
from evergreen.deduplication.features import COLUMNS, features, text
from evergreen.deduplication.groups import Pairs, components, group, uncompared
from evergreen.deduplication.reasons import reasons
from evergreen.deduplication.verdicts import Verdicts

STATE = ("source", "round", "work_id", "partner", "reason", "alias", *COLUMNS)
"""A round's table: one row per record so far. `partner` and `reason` say why a record is not a work of its own; `alias` is
the work it would be in without a person's verdict. The rest is what later rounds compare new records with."""

SHARED = 20_000
"""Records from which several workers share the work."""
PART = 50_000
"""Records of a large table that one worker prepares at a time."""

RECORD = (
    "record_id", "repeats", "source", "round", "title", "title_search", "authors", "first_author", "year", "journal", "journal_search", "volume",
    "issue", "pages", "first_page", "doi", "pmid", "registry_ids", "publication_types", "url",
)  # fmt: skip
"""What is read of a record table."""

PAIRS = (
    "record_a", "record_b", "outcome", "relation", "score", "reason", "title_similarity", "authors", "journal",
    "years_apart", "volume", "page", "doi", "pmid",
)  # fmt: skip


@dataclass(frozen=True)
class Round:
    """`state` has `STATE`, all records so far; `pairs` has `PAIRS`, what this round found to be borderline or related, and (`apart`) what
    else comes nearest to each new record that is in no other pair (`record_a`)."""

    state: pd.DataFrame
    pairs: pd.DataFrame


def prepare(
    records: pd.DataFrame, before: pd.DataFrame | None, *, workers: int = 1
) -> tuple[pd.DataFrame, int]:
    """Features of all records so far, the known ones first, and how many are known.

    `records` are those of this round, `before` the state after the round before; new records stand in the order of id.
    """
    records = records.sort_values("record_id", kind="stable", ignore_index=True)
    fresh = _features(records, workers).assign(
        source=records["source"], round=records["round"], work_id="", partner="", reason="", alias=""
    )
    table = fresh if before is None else pd.concat([before, fresh[list(before.columns)]], ignore_index=True)
    return table[list(STATE)], 0 if before is None else len(before)


def _features(records: pd.DataFrame, workers: int) -> pd.DataFrame:
    """`features`, of several parts of the table at once: most of it is done outside Python.

    What is made on the way is larger than what is kept, so parts of a large table are small.
    """
    if workers < 2 or len(records) < SHARED:
        return features(records)
    edges = np.linspace(0, len(records), max(workers, len(records) // PART) + 1).astype(int)
    parts = [records.iloc[start:end] for start, end in pairwise(edges)]
    with ThreadPoolExecutor(workers) as pool:
        return pd.concat(pool.map(features, parts), ignore_index=True)


def compare_share(
    table: pd.DataFrame, known: int, *, shard: int = 0, shards: int = 1, workers: int = 1
) -> Comparison:
    """Compare one of `shards` equal parts of the candidate pairs."""
    a, b = candidates(table, known=known)
    edges = np.linspace(0, len(a), shards + 1).astype(int)
    part = slice(edges[shard], edges[shard + 1])
    return compared_rows(table, a[part], b[part], workers=workers)


def compared_rows(
    table: pd.DataFrame, a: np.ndarray, b: np.ndarray, *, relevant: bool = True, workers: int = 1
) -> Comparison:
    """Compare rows `a` with rows `b` of the table; of rows that are in no pair nothing is prepared."""
    present = np.zeros(len(table), dtype=bool)
    present[a] = present[b] = True
    rows = np.flatnonzero(present)
    if 2 * len(rows) > len(table):
        return compare(Columns(table), a, b, relevant=relevant, workers=workers)
    columns = Columns(table.iloc[rows])
    found = compare(
        columns, np.searchsorted(rows, a), np.searchsorted(rows, b), relevant=relevant, workers=workers
    )
    return replace(found, a=rows[found.a], b=rows[found.b])


def judged(table: pd.DataFrame, compared: Comparison, doubts: Doubts) -> tuple[Comparison, Decision]:
    """What is decided on compared pairs of the table's records, each pair by itself."""
    compared = without_containers(table, compared)
    return compared, doubts.decide(compared, decide(compared))


def close_round(
    table: pd.DataFrame,
    known: int,
    compared: Comparison,
    verdicts: Verdicts,
    source_order: list[str],
    *,
    workers: int = 1,
    abstracts: Abstracts | None = None,
) -> Round:
    """Group the records of `prepare` by their compared pairs; give every new record its work.

    `abstracts` gives those of record ids; they are asked for where two records would be merged without better evidence.
    """
    count = len(table)
    row_of = pd.Series(np.arange(count), index=table["record_id"])
    same, different = (_rows(pairs, row_of) for pairs in (verdicts.same, verdicts.different))
    doubts = Doubts(table, abstracts)
    compared, decision = judged(table, compared, doubts)
    linked = _both(compared, decision.merged)
    # a part of a work that only a person joined to it is matched by itself
    parts = pd.factorize(pd.Series(table["work_id"] + "\n" + table["alias"])[:known])[0]
    parts = np.concatenate([parts, np.full(count - known, -1)]).astype(np.int64)
    joined = np.concatenate([linked, _old_members(parts)])
    labels = components(count, joined[:, 0], joined[:, 1])
    interesting = np.zeros(count, dtype=bool)
    interesting[labels[linked].ravel()] = True
    more = uncompared(labels, interesting, compared.a, compared.b, known)
    if len(more):
        compared = join(
            [compared, compared_rows(table, more[:, 0], more[:, 1], relevant=False, workers=workers)]
        )
        compared, decision = judged(table, compared, doubts)

    strength = decision.score.astype(int) * 4 - np.clip(
        compared.years, 0, 3
    )  # the nearer year where points tie
    accepted = Pairs.of(compared, strength, decision.merged)
    vetoed = Pairs.of(compared, strength, decision.apart)
    ids = table["record_id"].where(table["work_id"] == "", table["work_id"])
    rank = pc.rank(text(ids), tiebreaker="dense").to_numpy()
    same += _joined_before(table, parts)
    labels = group(count, parts, rank, accepted, vetoed, different, same)
    automatic = group(count, parts, rank, accepted, vetoed, different) if same else labels

    order = _order(table, source_order)
    work_id = _work_ids(table, table["work_id"], labels, order)
    own = table["alias"].where(table["alias"].ne(""), table["work_id"])
    alias = _work_ids(table, own, automatic, order)
    state = table.assign(work_id=work_id, alias=np.where(alias == work_id, "", alias))
    _explain(state, known, compared, decision, verdicts, labels)
    return Round(state, _pairs(state, known, compared, decision, labels, different))


def _rows(pairs: list[tuple[str, str]], row_of: pd.Series) -> list[tuple[int, int]]:
    known = [(a, b) for a, b in pairs if a in row_of.index and b in row_of.index]
    return [(int(row_of[a]), int(row_of[b])) for a, b in known]


def _both(pairs: Comparison, chosen: np.ndarray) -> np.ndarray:
    return np.column_stack([pairs.a[chosen], pairs.b[chosen]]).astype(np.int64)


def _old_members(works: np.ndarray) -> np.ndarray:
    """Pairs (member, first member) of the old works."""
    old = np.flatnonzero(works >= 0)
    first = np.full(int(works.max(initial=-1)) + 1, -1, dtype=np.int64)
    first[works[old][::-1]] = old[::-1]
    return np.column_stack([old, first[works[old]]])


def _order(table: pd.DataFrame, source_order: list[str]) -> np.ndarray:
    """Rows in the order that decides which record is a work's first: round, order of sources, id."""
    codes, names = pd.factorize(table["source"])
    place = {source: position for position, source in enumerate(source_order)}
    places = np.array([place.get(name, len(place)) for name in names], dtype=np.int64)[codes]
    keys = pa.table({"round": text(table["round"]), "place": places, "id": text(table["record_id"])})
    return pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names]).to_numpy()


def _joined_before(table: pd.DataFrame, parts: np.ndarray) -> list[tuple[int, int]]:
    """Pairs that hold the parts of old works together as a person joined them."""
    heads = np.unique(parts[parts >= 0], return_index=True)[1]
    works = table["work_id"].iloc[heads]
    first = pd.Series(heads, index=works.index).groupby(works).transform("first")
    return [(int(a), int(b)) for a, b in zip(heads, first, strict=True) if a != b]


def _work_ids(table: pd.DataFrame, old: pd.Series, labels: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Id of each row's work: that of its first record; an `old` work keeps its id, the earlier one where two were joined."""
    firsts = pd.Series(order).groupby(labels[order], sort=False).first()
    first = firsts.reindex(labels).to_numpy()
    kept = old.to_numpy()[first]
    return np.where(kept == "", table["record_id"].to_numpy()[first], kept)


def _explain(
    state: pd.DataFrame,
    known: int,
    pairs: Comparison,
    decision: Decision,
    verdicts: Verdicts,
    labels: np.ndarray,
) -> None:
    """Write into `state` why each new record that is not its work's first is where it is."""
    ids = state["record_id"].to_numpy()
    within = np.flatnonzero(decision.merged & (labels[pairs.a] == labels[pairs.b]))
    ends = pd.DataFrame(
        {
            "row": np.concatenate([pairs.a[within], pairs.b[within]]),
            "partner": np.concatenate([pairs.b[within], pairs.a[within]]),
            "pair": np.concatenate([within, within]),
            "score": np.tile(decision.score[within], 2).astype(int),
        }
    )
    ends = ends[ends["row"].ge(known)]
    best = ends.sort_values(["row", "score", "partner"], ascending=[True, False, True]).drop_duplicates("row")
    partner, reason = (state[name].to_numpy(dtype=object).copy() for name in ("partner", "reason"))
    partner[best["row"]] = ids[best["partner"]]
    reason[best["row"]] = reasons(pairs.take(best["pair"].to_numpy()))
    positions = {record_id: row for row, record_id in enumerate(ids)} if verdicts.same else {}
    for a, b in verdicts.same:
        if a in positions and b in positions:
            by = verdicts.deciders.get(frozenset((a, b))) or "a person"
            for row, other in ((positions[a], b), (positions[b], a)):
                partner[row], reason[row] = other, f"verdict of {by}"
    first = ids == state["work_id"].to_numpy()
    partner[first], reason[first] = "", ""
    state["partner"], state["reason"] = pd.Series(partner, dtype="str"), pd.Series(reason, dtype="str")


def _pairs(
    state: pd.DataFrame,
    known: int,
    pairs: Comparison,
    decision: Decision,
    labels: np.ndarray,
    different: list[tuple[int, int]],
) -> pd.DataFrame:
    apart = labels[pairs.a] != labels[pairs.b]
    count = len(state)
    decided = np.array([min(a, b) * count + max(a, b) for a, b in different], dtype=np.int64)
    apart &= ~np.isin(pairs.a.astype(np.int64) * count + pairs.b, decided)
    related = apart & (decision.relation != 0)
    link = apart & (decision.relation > 0)
    link[_less_like(pairs, decision, np.flatnonzero(link & np.isin(decision.relation, NOTICES)), labels)] = (
        False
    )
    # an identifier in common, with another title: one of the two is a slip
    slip = (pairs.doi == SAME) & (pairs.page != DIFFERENT) | (pairs.pmid == SAME)
    ask = apart & ~related & ((decision.score >= BORDERLINE) | slip)
    chosen = np.flatnonzero(link | ask)
    nearest, row = _nearest(pairs, decision, apart & ~link & ~ask, _alone(pairs, chosen, labels, known))
    swap = _stands_first(state, pairs.take(chosen), decision.relation[chosen])
    swap = np.concatenate([swap, pairs.b[nearest] == row])
    chosen = np.concatenate([chosen, nearest])
    few = pairs.take(chosen)
    ids = state["record_id"].to_numpy()
    a, b = few.a.copy(), few.b.copy()
    a[swap], b[swap] = few.b[swap], few.a[swap]
    table = pd.DataFrame(
        {
            "record_a": ids[a],
            "record_b": ids[b],
            "outcome": np.select([link[chosen], ask[chosen]], ["link", "borderline"], "apart"),
            "relation": np.array(RELATIONS, dtype=object)[
                np.where(link[chosen], decision.relation[chosen], 0)
            ],
            "score": decision.score[chosen].astype(int),
            "reason": reasons(few, decision.vetoes[chosen]),
            "title_similarity": few.title.astype(int),
            **{name: _in_words(getattr(few, name)) for name in ("authors", "journal")},
            "years_apart": pd.array(np.where(few.years < 0, 0, few.years), dtype="Int64"),
            **{name: _in_words(getattr(few, name)) for name in ("volume", "page", "doi", "pmid")},
        }
    )
    table.loc[few.years < 0, "years_apart"] = pd.NA
    return table.sort_values(["record_a", "record_b"], ignore_index=True)[list(PAIRS)]


def _less_like(pairs: Comparison, decision: Decision, chosen: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Of the chosen pairs of a notice and a work those of a work that is less like what the notice is about than another one."""
    of_b = pairs.kind_b[chosen] > pairs.kind_a[chosen]
    found = pd.DataFrame(
        {
            "notice": labels[np.where(of_b, pairs.b[chosen], pairs.a[chosen])],
            "work": labels[np.where(of_b, pairs.a[chosen], pairs.b[chosen])],
            "relation": decision.relation[chosen],
            "likeness": pairs.title[chosen].astype(int) * 1000 + decision.score[chosen],
        }
    )
    best = found.groupby(["notice", "relation"])["likeness"].transform("max")
    own = found.groupby(["notice", "relation", "work"])["likeness"].transform("max")
    return chosen[own.lt(best).to_numpy(dtype=bool)]


def _alone(pairs: Comparison, chosen: np.ndarray, labels: np.ndarray, known: int) -> np.ndarray:
    """The new records that are works by themselves and in none of the chosen pairs."""
    alone = np.bincount(labels, minlength=int(labels.max(initial=0)) + 1)[labels] == 1
    alone[pairs.a[chosen]] = alone[pairs.b[chosen]] = False
    alone[:known] = False
    return alone


def _nearest(
    pairs: Comparison, decision: Decision, apart: np.ndarray, alone: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of the records that are `alone`, the pair in which each comes nearest to another one, and its row."""
    near = np.flatnonzero(apart & (alone[pairs.a] | alone[pairs.b]))
    row = np.concatenate([pairs.a[near], pairs.b[near]])
    other = np.concatenate([pairs.b[near], pairs.a[near]])
    pair = np.concatenate([near, near])
    row, other, pair = (values[alone[row]] for values in (row, other, pair))
    order = np.lexsort((other, -decision.score[pair].astype(int), row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    return pair[first], row[first]


def _in_words(levels: np.ndarray) -> np.ndarray:
    return np.select([levels == SAME, levels == DIFFERENT], ["same", "different"], "")


def _stands_first(state: pd.DataFrame, pairs: Comparison, relation: np.ndarray) -> np.ndarray:
    """Pairs whose second row is what the relation says (`b` is the erratum of `a`), so that it is written first.

    A part or a version belongs to the earlier one; conference abstracts come before, parts after.
    """
    of_kind = (relation > 0) & (relation <= RELATIONS.index("report_of")) & (pairs.kind_a != pairs.kind_b)
    year = state["year"].to_numpy()
    later = year[pairs.b] > year[pairs.a]
    equal = year[pairs.b] == year[pairs.a]
    ids = state["record_id"].to_numpy(dtype=object)
    larger = np.fromiter((x < y for x, y in zip(ids[pairs.a], ids[pairs.b], strict=True)), bool, len(pairs))
    serial = (relation > RELATIONS.index("report_of")) & (later | (equal & larger))
    plain = (relation == 0) & ~larger
    brief = (relation == RELATIONS.index("conference_abstract_of")) & ~of_kind
    return np.select([of_kind, brief], [pairs.kind_b > pairs.kind_a, pairs.brief == 2], serial | plain)
