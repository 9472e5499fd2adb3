"""On random reviews, screened by the real counting functions, the flow chart adds up; damage never passes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.errors import ReviewError
from evergreen.prisma.chart import charts
from evergreen.prisma.counts import BY_REASON, KEYS, chained, identified, increments
from evergreen.prisma.identities import check_counts, check_members
from evergreen.prisma.members import members
from evergreen.screening.assignment import Plan
from evergreen.screening.stages import (
    DECISIONS,
    FULL_TEXT,
    TITLE_ABSTRACT,
    excluded_before_screening,
    works_at_full_text,
    works_at_title_abstract,
)
from evergreen.screening.studies import list_studies
from evergreen.screening.votes import count
from tests.unit.test_prisma_counts import small_review

TYPES = {
    "pubmed": "database",
    "ictrp": "register",
    "hand": "citation",
    "web": "website",
    "embase": "database",
}
ROUNDS = ["2018-12-31", "2020-12-31", "2023-12-31"]
REASONS = ["design", "people"]
REVIEWERS = ("AB", "CD")


@dataclass(frozen=True)
class Review:
    types: dict[str, str]
    clusters: pd.DataFrame
    works: pd.DataFrame
    decisions: dict[str, pd.DataFrame]
    studies: pd.DataFrame
    removed: pd.DataFrame


def ballots(draw: Any, stage: str, records: list[str]) -> dict[str, pd.DataFrame]:
    """Votes of two reviewers and an adjudicator on some of the records."""
    sheets = {}
    for who in (*REVIEWERS, "adjudication"):
        often = 1 if who == "adjudication" else 6
        rows = []
        for number, record in enumerate(records):
            if draw(st.integers(0, 7)) < often:
                decision = draw(st.sampled_from(DECISIONS[stage] + ("include", "exclude")))
                reason = draw(st.sampled_from(REASONS)) if decision == "exclude" else ""
                rows.append((record, decision, reason, "", "", "EF", "f", number))
        names = ["record_id", "decision", "reason", "note", "decided_on", "adjudicator", "_file", "_row"]
        sheets[who] = pd.DataFrame(rows, columns=names)
    return sheets


@st.composite
def reviews(draw: Any) -> Review:
    """Records of up to five sources in three rounds, grouped into works at random, screened and assigned to studies."""
    sources = draw(st.permutations(list(TYPES)))[: draw(st.integers(1, 5))]
    size = draw(st.integers(0, 16))
    drawn = [
        (
            draw(st.sampled_from(ROUNDS)),
            sources.index(draw(st.sampled_from(sources))),
            number,
            draw(st.integers(0, size // 2 + 1)),
        )
        for number in range(size)
    ]
    drawn.sort()
    work_of: dict[int, str] = {}
    rows = []
    for round_, place, number, group in drawn:
        record = f"{sources[place]}:{number}"
        rows.append((record, work_of.setdefault(group, record), sources[place], round_))
    clusters = pd.DataFrame(rows, columns=["record_id", "work_id", "source", "round"], dtype=object)
    lines = []
    for work, group_rows in clusters.groupby("work_id", sort=False):
        first = group_rows["round"].min()
        own = group_rows[group_rows["round"].eq(first)]
        databases = own["source"].map(TYPES).isin(["database", "register"]).any()
        lines.append((work, first, "databases" if databases else "other", "; ".join(group_rows["record_id"])))
    works = pd.DataFrame(lines, columns=["work_id", "round", "column", "record_ids"], dtype=object)
    lookup = dict(zip(clusters["record_id"], clusters["work_id"], strict=True))
    records = list(lookup)

    gone = [
        (record, "automatic" if len(lookup[record]) % 2 else "other", "why", "f", 2)
        for record in records
        if draw(st.integers(0, 9)) == 0
    ]
    removed = pd.DataFrame(gone, columns=["record_id", "kind", "reason", "_file", "_row"], dtype=object)
    kinds, _ = excluded_before_screening(removed, works, lookup)

    decisions = {}
    here = works_at_title_abstract(works, set(kinds))
    for stage in (TITLE_ABSTRACT, FULL_TEXT):
        if stage == FULL_TEXT:
            here = works_at_full_text(works, decisions[TITLE_ABSTRACT])
        plan = Plan(REVIEWERS if draw(st.integers(0, 5)) else ())
        counted = count(here, lookup, ballots(draw, stage, records), plan=plan, stage=stage, reasons=REASONS)
        decisions[stage] = counted.decisions
    assigned = [(record, draw(st.sampled_from("PQR")), "f", 2) for record in records if draw(st.booleans())]
    sheet = pd.DataFrame(assigned, columns=["record_id", "study", "_file", "_row"], dtype=object)
    studies = list_studies(works, lookup, decisions[TITLE_ABSTRACT], decisions[FULL_TEXT], sheet).studies
    return Review({name: TYPES[name] for name in sources}, clusters, works, decisions, studies, removed)


def counted(review: Review) -> dict[str, Any]:
    groups = members(
        review.clusters, review.works, review.decisions, review.studies, review.removed, types=review.types
    )
    check_members(groups, review.clusters, review.works, review.studies, types=review.types)
    document = chained(increments(groups, ROUNDS, {}), {"studies": 2, "reports": 3}, REASONS)
    check_counts(
        document,
        identified(
            review.clusters, [(name, day) for name in review.types for day in ROUNDS], review.types, {}
        ),
    )
    return document


@settings(max_examples=60, deadline=None)
@given(reviews())
def test_identities_hold_and_nothing_is_lost(review: Review) -> None:
    document = counted(review)
    total = document["total"]
    kinds = review.clusters["source"].map(review.types).value_counts()
    assert total["database_results"] == kinds.get("database", 0)
    assert total["register_results"] == kinds.get("register", 0)
    # Every work is in exactly one end of the flow.
    ends = (
        "excluded_automatic", "excluded_other", "records_excluded", "records_pending", "dbr_notretrieved_reports",
        "dbr_pending", "dbr_awaiting", "dbr_ongoing", "other_notretrieved_reports", "other_pending", "other_awaiting",
        "other_ongoing", "new_reports", "extra_reports",
    )  # fmt: skip
    assert sum(total[key] for key in ends) + sum(sum(total[key].values()) for key in BY_REASON) == len(
        review.works
    )
    assert total["total_studies"] == 2 + int(review.studies["status"].eq("included").sum())
    assert list(total) == list(KEYS)
    for chart in charts({**document, "sources": {}, "given": [], "skipped": []}, {}).values():
        assert len({box.name for box in chart.boxes}) == len(chart.boxes)


@settings(max_examples=20, deadline=None)
@given(reviews(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(review: Review, random: Any) -> None:
    def shuffled(table: pd.DataFrame) -> pd.DataFrame:
        order = list(range(len(table)))
        random.shuffle(order)
        return table.iloc[order].reset_index(drop=True)

    mixed = Review(
        review.types,
        shuffled(review.clusters),
        shuffled(review.works),
        {stage: shuffled(table) for stage, table in review.decisions.items()},
        shuffled(review.studies),
        shuffled(review.removed),
    )
    assert counted(mixed) == counted(review)


@settings(max_examples=40, deadline=None)
@given(reviews(), st.data())
def test_a_lost_or_doubled_decision_never_passes(review: Review, data: Any) -> None:
    stages = [stage for stage, table in review.decisions.items() if len(table)]
    if not stages:
        return
    stage = data.draw(st.sampled_from(stages))
    table = review.decisions[stage]
    at = data.draw(st.integers(0, len(table) - 1))
    damaged = (
        pd.concat([table, table.iloc[[at]]])
        if data.draw(st.booleans())
        else table.drop(index=table.index[at])
    )
    with pytest.raises(ReviewError, match=table["work_id"].iloc[at]):
        counted(Review(**{**vars(review), "decisions": {**review.decisions, stage: damaged}}))


def test_whatever_is_lost_or_doubled_in_a_box_is_named() -> None:
    """Each id of each box in turn: the message has the round, both sides and the id."""
    review = small_review()
    groups = members(**review, types=TYPES).reset_index(drop=True)
    for at, row in groups.iterrows():
        for broken in (groups.drop(index=at), pd.concat([groups, groups.loc[[at]]])):
            with pytest.raises(ReviewError) as error:
                check_members(broken, review["clusters"], review["works"], review["studies"], types=TYPES)
            named = [line for line in str(error.value).splitlines() if row["id"] in line]
            assert any(
                re.search(rf"{row['round']}, .*: n = \d+ is not .* = \d+; it is about", line)
                for line in named
            )
            assert any(row["box"] in line or "included" in row["box"] for line in named)
