"""A paper as databases write it, and what becomes of records in a round of deduplication."""

import pandas as pd

from evergreen.deduplication.comparison import join
from evergreen.deduplication.rounds import close_round, compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts
from evergreen.records import model

PAPER = {
    "title": "Denosumab and erosions in early rheumatoid arthritis: a randomised controlled trial",
    "authors": "Moe, A; Roe, B; Poe, C",
    "year": 2018,
    "journal": "Annals of Bone Research",
    "volume": "7",
    "issue": "3",
    "pages": "112-119",
}


SOURCES = ["pubmed", "embase", "trials"]


def table(*rows, source="embase", day="2020-12-31"):
    frame = pd.DataFrame([{"source": source, "round": day, **row} for row in rows])
    ids = [row.get("record_id") or f"{frame['source'][n]}:{n}" for n, row in enumerate(rows)]
    return model.typed(frame.assign(record_id=ids))


def closed(records, before=None, verdicts=None, shards=1):
    prepared, known = prepare(records, before)
    parts = [compare_share(prepared, known, shard=shard, shards=shards) for shard in range(shards)]
    return close_round(prepared, known, join(parts), verdicts or Verdicts.none(), SOURCES)


def works(found):
    return dict(zip(found.state["record_id"], found.state["work_id"], strict=True))


def outcome(a, b):
    """What is decided on two records: `merged`, a relation, or `apart`."""
    found = closed(table({**PAPER, **a, "record_id": "embase:a"}, {**PAPER, **b, "record_id": "embase:b"}))
    if len(set(works(found).values())) == 1:
        return "merged"
    relation = found.pairs.loc[found.pairs["outcome"].ne("apart"), "relation"].tolist()
    return (relation or ["apart"])[0] or "borderline"
