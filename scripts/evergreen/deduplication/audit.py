"""What became of every record that was retrieved, why, and how a person undoes it: one table to filter."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.deduplication.features import joined, text
from evergreen.deduplication.reasons import RELATIONS, spelled_out

AUDIT = (
    "record_id", "round", "source", "title", "what", "other_record_id", "other_title", "reason", "verdict", "undo", "work_id", "doi", "pmid",
    "registry_ids",
)  # fmt: skip
WHAT = ("seen", "merged", "asked", "linked", "apart")
"""`seen` in an earlier round; `merged` into a work of several records; `asked`: put to people; `linked` to a related work; `apart`: a work by
itself, and what came nearest. A record has a row for each that holds."""
SHEET = "config/deduplication.csv"
_ONE, _TWO = "yes", "no"


def audit(
    *,
    records: pd.DataFrame,
    state: pd.DataFrame,
    pairs: pd.DataFrame,
    sheet: pd.DataFrame,
    links: pd.DataFrame,
    verdicts: pd.DataFrame,
    seen: pd.DataFrame,
    sources: Iterable[str],
) -> pd.DataFrame:
    """A row or more for every record (`AUDIT`), by round, source, id and `WHAT`.

    `records` has `record_id, title, doi, pmid, registry_ids`; `state` of deduplication `record_id, source, round, work_id, partner, reason`;
    `pairs` those of all rounds; `sheet`, `links` and `verdicts` as they are written (`borderline.csv`, ...); `seen` has
    `evergreen.records.account.SEEN_COLUMNS` with `source` and `round`.
    """
    place = pd.Index(state["record_id"])
    ruled = _ruled(verdicts)
    parts = [
        _seen(seen),
        _merged(state, ruled),
        _asked(pairs, sheet, ruled),
        _linked(links),
    ]
    rest = np.ones(len(state), dtype=bool)
    rest[place.get_indexer(pd.concat([part["record_id"] for part in parts[1:]]))] = False
    parts.append(_apart(pairs, state.loc[rest, "record_id"]))
    table = pd.concat(parts, ignore_index=True)
    own, other = (place.get_indexer(table[name]) for name in ("record_id", "other_record_id"))
    described = records.set_index("record_id").reindex(place)
    known = {name: text(described[name].fillna("")) for name in ("title", "doi", "pmid", "registry_ids")}
    origin = {name: text(state[name]) for name in ("round", "source", "work_id")}
    found = {name: _taken(column, own) for name, column in {**known, **origin}.items()}
    again = pa.array(table["what"].eq("seen"))
    for name in ("round", "source"):
        found[name] = pc.if_else(again, text(table[name]), found[name])
    found["title"] = pc.if_else(pc.equal(text(table["title"]), ""), found["title"], text(table["title"]))
    found["other_title"] = _taken(known["title"], other)
    table = table.assign(**{name: pd.Series(column, dtype="str") for name, column in found.items()})
    return _ordered(table, list(sources))[list(AUDIT)]


def _taken(column: pa.Array, rows: np.ndarray) -> pa.Array:
    """Values of the rows, "" where the row is -1."""
    return pc.fill_null(column.take(pa.array(rows, mask=rows < 0)), "")


def _ordered(table: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    keys = pa.table(
        {
            "round": text(table["round"]),
            "place": pd.Index(sources).get_indexer(pd.Index(table["source"])),
            "record": text(table["record_id"]),
            "what": pd.Index(WHAT).get_indexer(pd.Index(table["what"])),
            "other": text(table["other_record_id"]),
            "reason": text(table["reason"]),
        }
    )
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return table.iloc[order.to_numpy()].reset_index(drop=True)


def _rows(what: str, record_id: pd.Series, **columns: pd.Series | pa.Array) -> pd.DataFrame:
    """Rows of the table, as far as they are known here; columns that are not given are empty."""
    texts = {"record_id": text(record_id), **{name: _array(column) for name, column in columns.items()}}
    empty = pa.array(np.full(len(record_id), ""), pa.large_string())
    names = ("other_record_id", "reason", "verdict", "undo", "round", "source", "title")
    every = {**dict.fromkeys(names, empty), **texts, "what": pc.if_else(pc.equal(empty, ""), what, "")}
    return pd.DataFrame({name: pd.Series(column, dtype="str") for name, column in every.items()})


def _array(column: pd.Series | pa.Array) -> pa.Array:
    return text(column) if isinstance(column, pd.Series) else column


def _written(a: pd.Series, b: pd.Series, same: str) -> pd.Series:
    """How a person settles a pair that is in no sheet."""
    line = joined(f"write into {SHEET}: ", text(a), ",", text(b), f",{same}", ",<your name>,")
    return pd.Series(line, dtype="str")


def _seen(seen: pd.DataFrame) -> pd.DataFrame:
    where = joined(text(seen["file"]), ", line ", text(seen["line"]))
    return _rows(
        "seen",
        record_id=seen["record_id"],
        other_record_id=seen["record_id"],
        round=seen["round"],
        source=seen["source"],
        title=seen["title"],
        reason=joined("found again (", where, "): same ", text(seen["why"])),
        # Nobody can give a PMID to another work.
        undo=pc.if_else(
            pc.equal(text(seen["why"]), "PMID"),
            "a PMID is one record: nothing to undo",
            joined("if it is another work, give it an id of its own in ", where),
        ),
    )


def _merged(state: pd.DataFrame, ruled: pd.DataFrame) -> pd.DataFrame:
    sizes = state.groupby("work_id")["record_id"].transform("size")
    members = state[sizes.gt(1)].reset_index(drop=True)
    first = members["record_id"].eq(members["work_id"])
    number = sizes[sizes.gt(1)].reset_index(drop=True).astype("str")
    partner = members["partner"].where(members["partner"].ne("") | first, members["work_id"])
    reason = members["reason"].where(members["reason"].ne(""), "same work as other records of it")
    undo = _written(members["record_id"], partner, _TWO)
    by_row = _by_pair(ruled)
    pair = map(frozenset, zip(members["record_id"], partner, strict=True)) if by_row else ()
    rows = {number: by_row[one] for number, one in enumerate(pair) if one in by_row}
    said = pd.Series(rows, dtype="str").reindex(members.index, fill_value="")
    undo = undo.where(said.eq(""), "change or delete row " + said + " of " + SHEET)
    return _rows(
        "merged",
        record_id=members["record_id"],
        other_record_id=partner.where(~first, ""),
        reason=reason.where(~first, "first record of a work of " + number),
        undo=undo.where(~first, "see the rows of its other records"),
    )


def _ruled(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that name two records of the review."""
    applied = verdicts[verdicts["effect"].eq("applied")]
    return applied.reset_index(drop=True).astype("str")


def _by_pair(ruled: pd.DataFrame) -> dict[frozenset[str], str]:
    """Row of the sheet by pair."""
    return {
        frozenset((a, b)): row
        for a, b, row in zip(ruled["record_a"], ruled["record_b"], ruled["row"], strict=True)
    }


def _both(what: str, table: pd.DataFrame) -> pd.DataFrame:
    """A row for each record of pairs (`a`, `b`)."""
    ends = [(table["a"], table["b"]), (table["b"], table["a"])]
    sides = [
        _rows(
            what,
            record_id=own,
            other_record_id=other,
            **{name: table[name] for name in ("reason", "verdict", "undo") if name in table},
        )
        for own, other in ends
    ]
    return pd.concat(sides, ignore_index=True)


def _asked(pairs: pd.DataFrame, sheet: pd.DataFrame, ruled: pd.DataFrame) -> pd.DataFrame:
    """Pairs on the sheet of borderline pairs, by themselves, and those on which people gave a verdict."""
    waiting = pd.DataFrame(
        {
            "a": sheet["record_a"],
            "b": sheet["record_b"],
            "reason": sheet["reason"].map(spelled_out),
            "verdict": "awaited",
            "undo": [
                f"copy row {row} of deduplication/borderline.csv to {SHEET} and write yes or no into same"
                for row in range(2, len(sheet) + 2)
            ],
        }
    )
    before = {
        frozenset(pair): why
        for *pair, why in zip(pairs["record_a"], pairs["record_b"], pairs["reason"], strict=True)
    } if len(ruled) else {}  # fmt: skip
    decided = pd.DataFrame(
        {
            "a": ruled["record_a"],
            "b": ruled["record_b"],
            "reason": [
                "; ".join(filter(None, (spelled_out(before.get(frozenset((a, b)), "")), note))) or "decided by a person"
                for a, b, note in zip(ruled["record_a"], ruled["record_b"], ruled["note"], strict=True)
            ],
            "verdict": ruled["same"] + ", " + ruled["decided_by"].where(ruled["decided_by"].ne(""), "a person"),
            "undo": "change or delete row " + ruled["row"] + " of " + SHEET,
        }
    )  # fmt: skip
    return pd.concat([_both("asked", waiting), _both("asked", decided)], ignore_index=True)


def _linked(links: pd.DataFrame) -> pd.DataFrame:
    there, back = (
        links["relation"].map({name: words[side] for name, words in RELATIONS.items()}) for side in (0, 1)
    )
    how = " (" + links["how"].map(spelled_out) + ")"
    a, b = links["record_id"], links["related_record_id"]
    ends = [(a, b, there), (b, a, back)]
    return pd.concat(
        [
            _rows(
                "linked",
                record_id=own,
                other_record_id=other,
                reason=words + how,
                undo=_written(own, other, _ONE),
            )
            for own, other, words in ends
        ],
        ignore_index=True,
    )


def _apart(pairs: pd.DataFrame, rest: pd.Series) -> pd.DataFrame:
    """Records of which nothing else is said, with the record that comes nearest."""
    near = pairs[pairs["outcome"].isin(("apart", "borderline"))]
    near = pd.concat(
        [
            near[["record_a", "record_b", "score", "reason"]],
            near[near["outcome"].eq("borderline")][["record_b", "record_a", "score", "reason"]].set_axis(
                ["record_a", "record_b", "score", "reason"], axis=1
            ),
        ],
        ignore_index=True,
    )
    near["likely"] = -near["score"].astype("int64")
    near = near.sort_values(["record_a", "likely", "record_b"], kind="stable").drop_duplicates("record_a")
    found = rest.to_frame().merge(near, left_on="record_id", right_on="record_a", how="left")
    there = found["record_b"].notna()
    other = found["record_b"].fillna("")
    reason = found["reason"].fillna("").map(spelled_out).where(there, "no record near it")
    return _rows(
        "apart",
        record_id=found["record_id"],
        other_record_id=other,
        reason=reason,
        undo=_written(found["record_id"], other.where(there, "<the other record>"), _ONE),
    )
