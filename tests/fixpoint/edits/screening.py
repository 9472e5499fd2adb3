"""Votes, adjudications, studies, verdicts on duplicates, and records excluded before screening."""

from __future__ import annotations

import random

from tests.fixpoint.edits.kinds import kind
from tests.fixpoint.written import STAGES, Row, Sheet, Written

DECISIONS = {
    "title_abstract": ["include", "exclude", "unsure"],
    "full_text": ["include", "exclude", "unsure", "not_retrieved", "awaiting", "ongoing"],
}
VOTE = ("record_id", "decision", "reason", "note", "decided_on")


def decide(rng: random.Random, written: Written, stage: str, row: Row, decision: str) -> str:
    """Write a decision into a row, with a reason where it needs one."""
    reasons = list(written.protocol.get("screening", {}).get("reasons", {}))
    excluded = stage == "full_text" and decision == "exclude"
    row |= {"decision": decision, "reason": rng.choice(reasons) if excluded else ""}
    return f"{decision} {row['reason']}".strip()


def ballot(rng: random.Random, written: Written) -> tuple[str, Sheet] | None:
    """A stage and a reviewer's sheet with votes."""
    found = [(stage, sheet) for stage in STAGES for sheet in written.votes(stage) if sheet.rows]
    return rng.choice(found) if found else None


@kind
def vote_changed(rng: random.Random, written: Written) -> str | None:
    if not (chosen := ballot(rng, written)):
        return None
    stage, sheet = chosen
    row = rng.choice(sheet.rows)
    others = [decision for decision in DECISIONS[stage] if decision != row["decision"]]
    now = decide(rng, written, stage, row, rng.choice(others))
    sheet.save()
    return f"{sheet.name}, {row['record_id']}: {now}"


@kind
def votes_of_all_changed(rng: random.Random, written: Written) -> str | None:
    """All reviewers of a stage change their mind about one record."""
    if not (chosen := ballot(rng, written)):
        return None
    stage, sheet = chosen
    record = rng.choice(sheet.rows)["record_id"]
    return all_vote(rng, written, stage, record, rng.choice(["include", "exclude"]))


def all_vote(rng: random.Random, written: Written, stage: str, record: str, decision: str) -> str:
    now = ""
    for sheet in written.votes(stage):
        for row in sheet.rows:
            if row["record_id"] == record:
                now = decide(rng, written, stage, row, decision)
        sheet.save()
    return f"all at {stage}, {record}: {now}"


@kind
def vote_added(rng: random.Random, written: Written) -> str | None:
    if not (chosen := ballot(rng, written)):
        return None
    stage, sheet = chosen
    missing = sorted(set(written.records()) - {row["record_id"] for row in sheet.rows})
    if not missing:
        return None
    row = dict.fromkeys(sheet.columns, "") | {"record_id": rng.choice(missing)}
    now = decide(rng, written, stage, row, rng.choice(DECISIONS[stage]))
    sheet.rows.append(row)
    sheet.save()
    return f"{sheet.name}, {row['record_id']}: {now}"


@kind
def vote_removed(rng: random.Random, written: Written) -> str | None:
    if not (chosen := ballot(rng, written)):
        return None
    _, sheet = chosen
    row = sheet.rows.pop(rng.randrange(len(sheet.rows)))
    sheet.save()
    return f"{sheet.name}, {row['record_id']}"


@kind
def vote_remark_changed(rng: random.Random, written: Written) -> str | None:
    if not (chosen := ballot(rng, written)):
        return None
    _, sheet = chosen
    row = rng.choice(sheet.rows)
    row |= {"note": f"seen again {rng.randrange(1000)}"} if "note" in sheet.columns else {}
    sheet.save()
    return f"{sheet.name}, {row['record_id']}"


@kind
def votes_reordered(rng: random.Random, written: Written) -> str | None:
    if not (chosen := ballot(rng, written)):
        return None
    _, sheet = chosen
    rng.shuffle(sheet.rows)
    sheet.save()
    return sheet.name


@kind
def vote_sheet_emptied(rng: random.Random, written: Written) -> str | None:
    if not (chosen := ballot(rng, written)):
        return None
    _, sheet = chosen
    if rng.random() < 0.5:
        sheet.path.unlink()
        return f"{sheet.name} deleted"
    sheet.rows.clear()
    sheet.save()
    return f"{sheet.name}: header left"


@kind
def adjudication_added(rng: random.Random, written: Written) -> str | None:
    if not (chosen := ballot(rng, written)):
        return None
    stage, voted = chosen
    sheet = written.sheet(f"screening/{stage}/adjudication.csv", *VOTE, "adjudicator")
    settled = {row["record_id"] for row in sheet.rows}
    open_ids = [row["record_id"] for row in voted.rows if row["record_id"] not in settled]
    if not open_ids:
        return None
    row = dict.fromkeys(sheet.columns, "") | {"record_id": rng.choice(open_ids), "adjudicator": "EF"}
    now = decide(rng, written, stage, row, rng.choice(["include", "exclude"]))
    sheet.rows.append(row)
    sheet.save()
    return f"{sheet.name}, {row['record_id']}: {now}"


@kind
def adjudication_changed(rng: random.Random, written: Written) -> str | None:
    found = [
        (stage, sheet) for stage in STAGES for sheet in written.sheets(f"screening/{stage}/adjudication.csv")
    ]
    found = [(stage, sheet) for stage, sheet in found if sheet.rows]
    if not found:
        return None
    stage, sheet = rng.choice(found)
    row = rng.choice(sheet.rows)
    if rng.random() < 0.4:
        sheet.rows.remove(row)
        sheet.save()
        return f"{sheet.name}, {row['record_id']}: removed"
    now = decide(rng, written, stage, row, "exclude" if row["decision"] == "include" else "include")
    sheet.save()
    return f"{sheet.name}, {row['record_id']}: {now}"


@kind
def study_of_a_record_changed(rng: random.Random, written: Written) -> str | None:
    sheet = written.sheet("studies.csv")
    if not sheet.rows:
        return None
    row = rng.choice(sheet.rows)
    names = sorted({other["study"] for other in sheet.rows} - {row["study"]})
    if not names or rng.random() < 0.4:
        sheet.rows.remove(row)
        sheet.save()
        return f"{row['record_id']} taken from {row['study']}"
    row["study"] = rng.choice(names)
    sheet.save()
    return f"{row['record_id']} to {row['study']}"


@kind
def study_of_a_record_added(rng: random.Random, written: Written) -> str | None:
    if not written.protocol.get("screening"):
        return None
    sheet = written.sheet("studies.csv", "record_id", "study")
    record = rng.choice(written.records())
    study = rng.choice([*written.studies(), "Nash2023"])
    if any(row["record_id"] == record and row["study"] == study for row in sheet.rows):
        return None
    sheet.rows.append(dict.fromkeys(sheet.columns, "") | {"record_id": record, "study": study})
    sheet.save()
    return f"{record} to {study}"


@kind
def excluded_before_screening(rng: random.Random, written: Written) -> str | None:
    records = written.records()
    if not records or not written.protocol.get("sources"):
        return None
    sheet = written.sheet("excluded_before_screening.csv", "record_id", "kind", "reason")
    if sheet.rows and rng.random() < 0.5:
        row = sheet.rows.pop(rng.randrange(len(sheet.rows)))
        sheet.save()
        return f"{row['record_id']} no more"
    record = rng.choice(sorted(set(records) - {row["record_id"] for row in sheet.rows}))
    sheet.rows.append(
        {"record_id": record, "kind": rng.choice(["automatic", "other"]), "reason": "invented reason"}
    )
    sheet.save()
    return record


@kind
def verdict_on_duplicates(rng: random.Random, written: Written) -> str | None:
    records = written.records()
    if len(records) < 2 or not written.protocol.get("sources"):
        return None
    sheet = written.sheet("deduplication.csv", "record_a", "record_b", "same", "decided_by", "note")
    if sheet.rows and rng.random() < 0.5:
        row = sheet.rows.pop(rng.randrange(len(sheet.rows)))
        sheet.save()
        return f"{row['record_a']} and {row['record_b']}: taken back"
    first, second = rng.sample(records, 2)
    same = rng.choice(["yes", "no"])
    sheet.rows.append(
        dict.fromkeys(sheet.columns, "")
        | {"record_a": first, "record_b": second, "same": same, "decided_by": "EF"}
    )
    sheet.save()
    return f"{first} and {second}: {same}"
