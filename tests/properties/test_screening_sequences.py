"""Random sequences of edits, merges, splits, imports, updates and undos: no decision is lost and every identity holds.

What the library computes is compared with `screening_model`, which knows nothing of the library. EVERGREEN_SEQUENCES=10000
(`make sequences`) runs as many sequences as a release wants; a few are enough to see a fault while working.
"""

from __future__ import annotations

import copy
import os
import random
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.prisma.counts import BY_REASON, CARRIED, chained, identified, increments
from evergreen.prisma.identities import check_counts, check_members
from evergreen.prisma.members import members
from evergreen.screening.assignment import plan_of
from evergreen.screening.ballots import ballots
from evergreen.screening.exchange.matching import joined
from evergreen.screening.stages import (
    DECISIONS,
    STAGES,
    excluded_before_screening,
    works_at_full_text,
    works_at_title_abstract,
)
from evergreen.screening.studies import list_studies
from evergreen.screening.votes import ADJUDICATION, Count, count
from tests.properties import screening_model as model
from tests.properties.screening_model import Review

SEQUENCES = int(os.environ.get("EVERGREEN_SEQUENCES", "20"))
TYPES = {"pm": "database", "ct": "register", "hand": "citation", "web": "website"}
ROUNDS = ["2019-01-01", "2020-01-01", "2021-01-01"]
PEOPLE = ["AB", "CD", "EF"]
REASONS = ["wrong_population", "not_randomised", "review"]
SHEET = ["record_id", "decision", "reason", "note", "decided_on"]


def search(review: Review, chance: random.Random) -> None:
    """A round brings records; some of them are duplicates of what was there."""
    if review.rounds == len(ROUNDS):
        return
    day = ROUNDS[review.rounds]
    review.rounds += 1
    groups = [group for _, _, group in review.records.values()]
    for _ in range(chance.randint(2, 7)):
        source = chance.choice(list(TYPES))
        old = groups and chance.random() < 0.3
        group = chance.choice(groups) if old else len(review.records) + 1000 * review.rounds
        review.records[f"{source}:{len(review.records)}"] = (source, day, group)
        groups.append(group)


def ballot(stage: str, chance: random.Random) -> tuple[str, str]:
    decision = chance.choice(DECISIONS[stage])
    needs_reason = stage == "full_text" or chance.random() < 0.5
    return decision, chance.choice(REASONS) if decision == "exclude" and needs_reason else ""


def vote(review: Review, chance: random.Random) -> None:
    """A person fills in a row, or changes it."""
    stage, person = chance.choice(STAGES), chance.choice([*PEOPLE, ADJUDICATION])
    record = chance.choice([*review.records, "gone:1"])
    review.votes.setdefault((stage, person), {})[record] = ballot(stage, chance)


def screen_work(review: Review, chance: random.Random) -> None:
    """Two or all vote on one work, mostly alike, so that works come to the end of the chart."""
    record = chance.choice(list(review.records))
    for stage in STAGES:
        said = ("include", "") if chance.random() < 0.6 else ballot(stage, chance)
        for person in chance.sample(PEOPLE, k=chance.choice([2, 3, 3])):
            own = said if chance.random() < 0.85 else ballot(stage, chance)
            review.votes.setdefault((stage, person), {})[record] = own


def withdraw(review: Review, chance: random.Random) -> None:
    """A row is deleted."""
    rows = chance.choice([*review.votes.values()] or [{}])
    if rows:
        rows.pop(chance.choice(list(rows)))


def import_list(review: Review, chance: random.Random) -> None:
    """Decisions of another tool join a reviewer's sheet; what it does not mention stays, an empty cell changes nothing."""
    stage, person = chance.choice(STAGES), chance.choice(PEOPLE)
    own = review.votes.setdefault((stage, person), {})
    works = chance.sample(model.works_of(review), k=min(3, len(model.works_of(review))))
    new = {work.id: chance.choice([ballot(stage, chance), ("", "")]) for work in works}
    home = {record: work.id for work in model.works_of(review) for record in work.records}
    result = joined(sheet(own)[SHEET], sheet(new)[SHEET], home).sheet
    before = dict(own)
    own.clear()
    for row in result.to_dict("records"):
        assert row["record_id"] not in own
        own[row["record_id"]] = (row["decision"], row["reason"])
    for record, said in before.items():  # a row may change only where the list decided its work
        assert own[record] == said or own[record] == new.get(home.get(record, "")), record
    for work, said in new.items():
        there = [own[record] for record, at in home.items() if at == work and record in own]
        # An empty reason deletes none.
        assert not said[0] or any(one == said or (one[0] == said[0] and not said[1]) for one in there)


def merge(review: Review, chance: random.Random) -> None:
    """A person's verdict: two works are one."""
    one, other = (review.records[chance.choice(list(review.records))][2] for _ in range(2))
    review.records = {
        record: (source, day, one if group == other else group)
        for record, (source, day, group) in review.records.items()
    }


def split(review: Review, chance: random.Random) -> None:
    """A person's verdict: a record is a work of its own."""
    record = chance.choice(list(review.records))
    source, day, _ = review.records[record]
    review.records[record] = (source, day, chance.randint(10**6, 10**7))


def remove(review: Review, chance: random.Random) -> None:
    review.removed[chance.choice([*review.records, "gone:2"])] = chance.choice(["automatic", "other"])


def assign(review: Review, chance: random.Random) -> None:
    review.studies.append((chance.choice([*review.records, "gone:3"]), chance.choice("STUV")))


def leave(review: Review, chance: random.Random) -> None:
    """A reviewer leaves after a round, joins late, or is back; some must remain for the mode."""
    plan = review.plans[chance.choice(STAGES)]
    if len(plan["reviewers"]) < 3:
        return
    person, day = chance.choice(plan["reviewers"]), chance.choice(ROUNDS)
    plan["active"] = chance.choice([{}, {person: {"until": day}}, {person: {"from": day}}])


def replace(review: Review, chance: random.Random) -> None:
    """The protocol names other reviewers; the sheets of those who went stay where they are."""
    plan = review.plans[chance.choice(STAGES)]
    if len(plan["reviewers"]) == 2:
        plan["reviewers"] = chance.sample(PEOPLE, k=2)


@dataclass(frozen=True)
class Result:
    counts: dict[str, Count]
    studies: pd.DataFrame
    prisma: dict[str, Any]
    pilots: dict[str, frozenset[str]]


def computed(review: Review, *, flow: bool = True) -> Result:
    """Everything that the workflow derives; with `flow`, the flow chart too and all its identities asserted."""
    grouped = model.works_of(review)  # deduplication has sequences of its own
    clusters = {record: work.id for work in grouped for record in work.records}
    table = pd.DataFrame(
        [(record, *review.records[record][:2], work) for record, work in clusters.items()],
        columns=["record_id", "source", "round", "work_id"],
    )
    works = pd.DataFrame(
        [(work.id, work.round, work.column, "; ".join(work.records)) for work in grouped],
        columns=["work_id", "round", "column", "record_ids"],
    )
    removed = pd.DataFrame(list(review.removed.items()), columns=["record_id", "kind"]).assign(
        reason="", _file="x.csv", _row=2
    )
    gone, _ = excluded_before_screening(removed, works, clusters)
    counts: dict[str, Count] = {}
    pilots = {}
    for stage in STAGES:
        here = (
            works_at_title_abstract(works, set(gone))
            if stage == STAGES[0]
            else works_at_full_text(works, counts[STAGES[0]].decisions)
        )
        cast = {
            person: ballots(sheet(rows), stage=stage, reasons=REASONS)
            for (at, person), rows in review.votes.items()
            if at == stage
        }
        plan = plan_of(review.plans[stage], here)
        pilots[stage] = plan.pilot
        counts[stage] = count(here, clusters, cast, plan=plan, stage=stage, reasons=REASONS)
    assigned = pd.DataFrame(list(dict.fromkeys(review.studies)), columns=["record_id", "study"]).assign(
        _file="studies.csv", _row=2
    )
    studies = list_studies(
        works, clusters, counts[STAGES[0]].decisions, counts[STAGES[1]].decisions, assigned
    ).studies
    if not flow:
        return Result(counts, studies, {}, pilots)
    decisions = {stage: counts[stage].decisions for stage in STAGES}
    known = removed[removed["record_id"].isin(set(table["record_id"]))]
    groups = members(table, works, decisions, studies, known, types=TYPES)
    check_members(groups, table, works, studies, types=TYPES)
    prisma = chained(increments(groups, ROUNDS[: review.rounds], {}), {}, REASONS)
    searched = [(source, day) for day in ROUNDS[: review.rounds] for source in TYPES]
    check_counts(prisma, identified(table, searched, TYPES, {}))
    return Result(counts, studies, prisma, pilots)


def sheet(rows: dict[str, tuple[str, str]]) -> pd.DataFrame:
    lines = [
        (record, *said, "", "", "EF", "votes.csv", row) for row, (record, said) in enumerate(rows.items(), 2)
    ]
    return pd.DataFrame(lines, columns=[*SHEET, "adjudicator", "_file", "_row"])


def as_the_model_says(review: Review, result: Result) -> None:
    """Fate of every work, every vote that counts for nothing, every study and every box of every round."""
    works = model.works_of(review)
    fates = model.fates(review, works, result.pilots)
    lost = set()
    for stage, counted in result.counts.items():
        table = counted.decisions
        assert table["work_id"].is_unique
        said = dict(
            zip(
                table["work_id"],
                zip(table["how"], table["decision"], table["reason"], strict=True),
                strict=True,
            )
        )
        assert said == fates[stage]
        asked_for(review, stage, counted, works)
        assert set(counted.conflicts["work_id"]) == {
            w for w, (how, _, _) in said.items() if how == "conflict"
        }
        lost |= {
            (stage, *row)
            for row in zip(counted.orphans["reviewer"], counted.orphans["record_id"], strict=True)
        }
    assert lost == model.orphans(review, fates, works)
    there = result.studies[result.studies["status"].eq("included")]
    rounds = model.included_studies(review, works, fates)
    assert dict(zip(there["study"], there["round"], strict=True)) == rounds
    sums: dict[str, int] = {"studies": 0, "reports": 0}
    expected = model.boxes(review, works, fates)
    for day, numbers in result.prisma["rounds"].items():
        flat = {key: n for key, n in numbers.items() if key not in (*BY_REASON, *CARRIED) and n}
        flat |= {(key, reason): n for key in BY_REASON for reason, n in numbers[key].items()}
        by_hand = expected.get(day, {})
        assert flat == by_hand
        assert (numbers["previous_studies"], numbers["previous_reports"]) == (
            sums["studies"],
            sums["reports"],
        )
        sums["studies"] += by_hand.get("new_studies", 0)
        sums["reports"] += by_hand.get("new_reports", 0) + by_hand.get("extra_reports", 0)
        assert (numbers["total_studies"], numbers["total_reports"]) == (sums["studies"], sums["reports"])


def asked_for(review: Review, stage: str, counted: Count, works: list[model.Work]) -> None:
    """Every pending work waits for somebody: someone who is there in its round, or whose vote is unsure yet."""
    pending = set(counted.decisions.loc[counted.decisions["how"].eq("pending"), "work_id"])
    assert set(counted.awaiting["work_id"]) == pending
    by_id = {work.id: work for work in works}
    for work_id, person in zip(counted.awaiting["work_id"], counted.awaiting["reviewer"], strict=True):
        rows = review.votes.get((stage, person), {})
        said = [rows[record][0] for record in by_id[work_id].records if record in rows]
        if not said and person in PEOPLE:
            assert model.present(review.plans[stage], person, by_id[work_id].round)
        assert all(decision == "unsure" and stage == "full_text" for decision in said)


def votes_are_kept(review: Review, result: Result) -> None:
    """Each row of each sheet is a counted vote, part of a conflict, an adjudication or an orphan."""
    works = model.works_of(review)
    home = {record: work.id for work in works for record in work.records}
    for stage, counted in result.counts.items():
        orphans = set(zip(counted.orphans["reviewer"], counted.orphans["record_id"], strict=True))
        votes = set(zip(counted.votes["reviewer"], counted.votes["work_id"], strict=True))
        how = dict(zip(counted.decisions["work_id"], counted.decisions["how"], strict=True))
        skipped = not review.plans[stage]["reviewers"]
        for (at, person), rows in review.votes.items():
            for record in rows if at == stage else ():
                if (person, record) in orphans:
                    continue
                if person == ADJUDICATION:
                    assert skipped or how[home[record]] in ("adjudicated", "conflict", "pending")
                else:
                    assert (person, home[record]) in votes or how[home[record]] in ("conflict", "adjudicated")


def contradicts(review: Review) -> bool:
    """Whether the records of one work are removed in two kinds, which nobody can count."""
    return any(len(kinds) > 1 for kinds in model.removals(review, model.works_of(review)).values())


def checked(review: Review) -> Result | None:
    """The result, compared with the model; None where the library has to refuse the review, and does."""
    if contradicts(review):
        with pytest.raises((InputError, ExceptionGroup), match="is removed as"):
            computed(review)
        return None
    result = computed(review)
    as_the_model_says(review, result)
    votes_are_kept(review, result)
    return result


def plan(chance: random.Random) -> dict[str, Any]:
    reviewers = chance.choice([[], ["AB"], ["AB", "CD"], ["AB", "CD"], PEOPLE, PEOPLE])
    several = len(reviewers) > 1
    away = chance.choice([{}, {"EF": {"until": ROUNDS[0]}}, {"AB": {"from": ROUNDS[1]}}])
    return {
        "reviewers": list(reviewers),
        "mode": chance.choice(["all", "single", "dual", "dual_excludes"] if several else ["all", "single"]),
        "assignment": chance.choice(["everybody", "shares"]),
        "pilot": chance.choice([0, 3]),
        "active": away if len(reviewers) > 2 else {},
    }


MOVES = [vote] * 8 + [screen_work] * 4
MOVES += [withdraw, import_list, merge, split, remove, assign, assign, search, search, leave, replace]


@pytest.mark.parametrize("block", range(10))
def test_random_sequences(block):
    for number in range(block, SEQUENCES, 10):
        chance = random.Random(number)
        review = Review({stage: plan(chance) for stage in STAGES}, TYPES, REASONS)
        search(review, chance)
        try:
            for _ in range(chance.randint(5, 40)):
                chance.choice(MOVES)(review, chance)
            kept = copy.deepcopy(review)
            before = None if contradicts(kept) else computed(kept, flow=False)
            for _ in range(chance.randint(1, 5)):
                chance.choice(MOVES)(review, chance)
            checked(review)
            if before is None:
                continue
            for rows in kept.votes.values():  # the undo restores the rows, in whatever order
                order = list(rows.items())
                chance.shuffle(order)
                rows.clear()
                rows.update(order)
            after = computed(kept, flow=False)
            for stage in STAGES:
                assert before.counts[stage].decisions.equals(after.counts[stage].decisions)
            assert before.studies.equals(after.studies)
        except Exception as error:
            raise AssertionError(f"sequence {number}") from error
