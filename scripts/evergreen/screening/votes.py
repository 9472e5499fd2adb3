"""How votes count: decisions on records become one decision per work.

A vote on any record of a work holds for the work. A work is decided when the votes it needs are there and agree,
or when an adjudicator has decided; otherwise it is pending, or a conflict. Two exclusions with different
reasons agree, and the reason that stands first in the protocol holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from evergreen.screening.assignment import Plan
from evergreen.screening.ballots import Words
from evergreen.screening.stages import DECISIONS, side
from evergreen.sheets.labels import Choices, spelling_of

DECISION_COLUMNS = ["work_id", "decision", "reason", "decided_by", "how", "round"]
CONFLICT_COLUMNS = ["work_id", "round", "kind", "votes", "title", "year", "record_ids"]
ORPHAN_COLUMNS = ["record_id", "reviewer", "decision", "reason", "file", "row", "why"]
VOTE_COLUMNS = ["work_id", "round", "pilot", "reviewer", "decision", "reason", "note", "decided_on"]
AWAITING_COLUMNS = ["work_id", "round", "reviewer", "pilot", "again"]
ADJUDICATION = "adjudication"
Row = dict[Hashable, Any]  # a row of a ballot, as `to_dict("records")` gives it


@dataclass(frozen=True)
class Vote:
    """What one reviewer (or the adjudicator) says about one work, over all of its records."""

    by: str
    decision: str
    side: str  # what is compared; "" while it is not made up
    reason: str
    note: str
    decided_on: str
    contradicts_itself: bool
    again: str = ""
    """Since when the vote is to be cast again, "" where it holds."""


@dataclass(frozen=True)
class Count:
    """Tables of one stage; every frame keeps the order of the works.

    `decisions` has a row for each work that reaches the stage. `votes` are the reviewers' own votes, `awaiting` the
    votes still to be cast, `orphans` the decisions that count for nothing here, each with why.
    """

    decisions: pd.DataFrame
    conflicts: pd.DataFrame
    orphans: pd.DataFrame
    votes: pd.DataFrame
    awaiting: pd.DataFrame


def count(
    works: pd.DataFrame,
    clusters: Mapping[str, str],
    ballots: Mapping[str, pd.DataFrame],
    *,
    plan: Plan,
    stage: str,
    reasons: Words,
    again: Mapping[str, str] | None = None,
) -> Count:
    """Count the votes of one stage.

    `works`: the works that reach the stage (columns of `works.csv`); `clusters`: record_id to work_id over all
    records; `ballots`: reviewer (or `adjudication`) to the frame of `ballots.ballots`; `reasons`: as there,
    in order of priority. A stage without reviewers passes every work on.

    `again` is {reason: day}: exclusions for the reason that were voted before that day, or on no day that is said, decide nothing any
    more and are awaited again. They stay among `votes`.
    """
    here, labels = set(works["work_id"]), Choices(reasons).labels
    keys = list(labels)
    cast, orphans = _by_work(ballots, clusters, here, plan, stage, keys, again or {})
    decisions, conflicts, votes, awaiting = [], [], [], []
    for work in works.to_dict("records"):
        work_id, round_ = work["work_id"], work["round"]
        pilot = work_id in plan.pilot
        own = cast.get(work_id, {})
        said_before = {name: own[name] for name in plan.reviewers if name in own}
        since = {name: vote.again for name, vote in own.items() if vote.again}
        own = {name: vote for name, vote in own.items() if not vote.again}
        given = {name: own[name] for name in said_before if name in own}
        how, decision, reason, by, waiting = _settle(
            work_id, round_, given, own.get(ADJUDICATION), plan, keys
        )
        decisions.append((work_id, decision, reason, by, how, round_))
        if how == "conflict":
            said = [*given.values(), *([own[ADJUDICATION]] if ADJUDICATION in own else [])]
            kind = "between reviewers"
            if any(vote.contradicts_itself for vote in said):
                kind = "within " + "; ".join(vote.by for vote in said if vote.contradicts_itself)
            conflicts.append(
                (
                    work_id,
                    round_,
                    kind,
                    "; ".join(_say(vote, labels) for vote in said),
                    work.get("title", ""),
                    work.get("year", ""),
                    work.get("record_ids", ""),
                )
            )
        votes += [
            (work_id, round_, pilot, vote.by, vote.decision, vote.reason, vote.note, vote.decided_on)
            for vote in said_before.values()
            if not vote.contradicts_itself
        ]
        awaiting += [(work_id, round_, name, pilot, since.get(name, "")) for name in waiting]
    return Count(
        pd.DataFrame(decisions, columns=DECISION_COLUMNS),
        pd.DataFrame(conflicts, columns=CONFLICT_COLUMNS),
        pd.DataFrame(orphans, columns=ORPHAN_COLUMNS),
        pd.DataFrame(votes, columns=VOTE_COLUMNS),
        pd.DataFrame(awaiting, columns=AWAITING_COLUMNS),
    )


def no_reviewer(person: str) -> str:
    """Why the vote of somebody whom the protocol does not name at a stage counts for nothing."""
    return f"{person} is not a reviewer of this stage"


def _by_work(
    ballots: Mapping[str, pd.DataFrame],
    clusters: Mapping[str, str],
    here: set[str],
    plan: Plan,
    stage: str,
    reasons: Sequence[str],
    again: Mapping[str, str],
) -> tuple[dict[str, dict[str, Vote]], list[tuple[str, str, str, str, str, int, str]]]:
    """(work to reviewer to vote, orphans)."""
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    orphans = []
    for reviewer, frame in ballots.items():
        for row in frame.to_dict("records"):
            record, work = row["record_id"], clusters.get(row["record_id"])
            why = ""
            if work is None:
                why = "no record has this id"
            elif reviewer != ADJUDICATION and reviewer not in plan.reviewers:
                why = no_reviewer(reviewer)
            elif not plan.reviewers:
                why = "nobody screens at this stage, and so there is nothing to settle"
            elif work not in here:
                why = "its work does not reach this stage"
            if work is None or why:
                orphans.append(
                    (record, reviewer, row["decision"], row["reason"], row["_file"], row["_row"], why)
                )
            else:
                rows[work, reviewer].append(row)
    cast: dict[str, dict[str, Vote]] = defaultdict(dict)
    for (work, reviewer), said in rows.items():
        fresh = [row for row in said if not outdated(row, again)]
        vote = _vote(reviewer, fresh or said, stage, reasons)
        since = "" if fresh else max(outdated(row, again) for row in said)
        cast[work][reviewer] = replace(vote, again=since)
    return cast, orphans


def outdated(row: Mapping[Any, Any], again: Mapping[str, str]) -> str:
    """Since when a row is to be decided again; "" where it holds."""
    day = again.get(row["reason"], "") if row["decision"] == "exclude" else ""
    return day if row["decided_on"] < day else ""


def _vote(reviewer: str, rows: list[Row], stage: str, reasons: Sequence[str]) -> Vote:
    """One vote out of a reviewer's rows on the records of one work."""
    decisions = sorted({row["decision"] for row in rows}, key=DECISIONS[stage].index)
    sides = {side(stage, decision) for decision in decisions}
    by = reviewer
    if reviewer == ADJUDICATION:
        by = "; ".join(sorted(spelling_of(row["adjudicator"] for row in rows).values())) or ADJUDICATION
    return Vote(
        by=by,
        decision=", ".join(decisions) if len(sides) > 1 else decisions[0],
        side=min(sides),
        reason=_first_reason([row["reason"] for row in rows], reasons),
        note="; ".join(sorted({row["note"] for row in rows} - {""})),
        decided_on=max(row["decided_on"] for row in rows),
        contradicts_itself=len(sides) > 1,
    )


def _settle(
    work_id: str,
    round_: str,
    given: Mapping[str, Vote],
    adjudicated: Vote | None,
    plan: Plan,
    reasons: Sequence[str],
) -> tuple[str, str, str, str, tuple[str, ...]]:
    """(how, decision, reason, decided_by, reviewers waited for) of one work."""
    if not plan.reviewers:
        return "skipped", "include", "", "", ()
    if adjudicated is not None and adjudicated.contradicts_itself:
        return "conflict", "", "", "", ()
    if adjudicated is not None and adjudicated.side:
        return "adjudicated", adjudicated.side, adjudicated.reason, adjudicated.by, ()
    if any(vote.contradicts_itself for vote in given.values()):
        return "conflict", "", "", "", ()
    made_up = {name: vote.side for name, vote in given.items() if vote.side}
    waiting = plan.waiting(work_id, round_, made_up)
    unmade = tuple(name for name in given if name not in made_up and name not in waiting)
    if waiting or unmade:
        return "pending", "", "", "", waiting + unmade
    if len(set(made_up.values())) > 1:
        return "conflict", "", "", "", ()
    if adjudicated is not None:
        # An adjudicator who is unsure holds up what the reviewers agree on.
        return "pending", "", "", "", (ADJUDICATION,)
    how = "agreed" if len(made_up) > 1 else "single"
    reason = _first_reason([vote.reason for vote in given.values()], reasons)
    return how, next(iter(made_up.values())), reason, "; ".join(made_up), ()


def _first_reason(given: Sequence[str], reasons: Sequence[str]) -> str:
    """The given reason that stands first in the protocol; "" when none is given."""
    return next((reason for reason in reasons if reason in given), "")


def _say(vote: Vote, labels: Mapping[str, Sequence[str]]) -> str:
    """A vote as an adjudicator reads it."""
    reason = f" ({labels[vote.reason][0] or vote.reason})" if vote.reason else ""
    return f"{vote.by}: {vote.decision.replace('_', ' ')}{reason}"
