"""Outcomes: added, renamed, removed, and what they say about themselves."""

from __future__ import annotations

import random

from tests.fixpoint.edits.kinds import kind
from tests.fixpoint.written import Written

KIN = ({"MD", "SMD", "SMDH"}, {"RR", "OR", "RD"})  # measures of the same data


@kind
def outcome_described(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    outcome = rng.choice(protocol["outcomes"])
    key, value = rng.choice(
        [
            ("name", f"Outcome under another name {rng.randrange(100)}"),
            ("unit", rng.choice(["points", "hours"])),
            ("better", "lower" if outcome.get("better") == "higher" else "higher"),
            ("favours", {"intervention": f"new {rng.randrange(100)}", "control": "old"}),
        ]
    )
    outcome[key] = value
    written.save_protocol(protocol)
    return f"{outcome['id']}.{key}: {value}"


@kind
def measure_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    found = [
        (outcome, kin) for outcome in protocol.get("outcomes", []) for kin in KIN if outcome["measure"] in kin
    ]
    if not found:
        return None
    outcome, kin = rng.choice(found)
    outcome["measure"] = rng.choice(sorted(kin - {outcome["measure"]}))
    outcome.pop("analysis", None)
    written.save_protocol(protocol)
    return f"{outcome['id']}: {outcome['measure']}"


@kind
def arms_changed(rng: random.Random, written: Written) -> str | None:
    """A filter on the arms of an outcome, or no filter, and what is done with several arms."""
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    outcome = rng.choice(protocol["outcomes"])
    if "arms" in outcome:
        del outcome["arms"]
    elif rng.random() < 0.5:
        data = outcome.get("data", outcome["id"])
        names = sorted(
            {
                row["arm"]
                for sheet in written.extraction()
                for row in sheet.rows
                if row["outcome"] == data and row["group"] == "intervention"
            }
        )
        if not names:
            return None
        outcome["arms"] = {"intervention": [rng.choice(names)]}
    else:
        outcome["multi_arm"] = "combine"
    written.save_protocol(protocol)
    return f"{outcome['id']}: {outcome.get('arms', 'all')}"


@kind
def timepoints_changed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    outcome = rng.choice(protocol["outcomes"])
    now = outcome.get("timepoint", [])
    names = now if isinstance(now, list) else [now]
    outcome["timepoint"] = names[:1] if len(names) > 1 else [*names, "52 weeks"]
    written.save_protocol(protocol)
    return f"{outcome['id']}: {outcome['timepoint']}"


@kind
def outcome_added(rng: random.Random, written: Written) -> str | None:
    """Another analysis of data that are there."""
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    model = rng.choice(protocol["outcomes"])
    ids = {outcome["id"] for outcome in protocol["outcomes"]}
    new = next(f"{model['id']}_{number}" for number in range(2, 99) if f"{model['id']}_{number}" not in ids)
    copy = model | {"id": new, "data": model.get("data", model["id"]), "name": f"{model['id']}, once more"}
    protocol["outcomes"].insert(rng.randrange(len(ids) + 1), copy)
    written.save_protocol(protocol)
    return new


@kind
def outcome_renamed(rng: random.Random, written: Written) -> str | None:
    """Its id, in the protocol and in the ratings of certainty."""
    protocol = written.protocol
    if not protocol.get("outcomes"):
        return None
    outcome = rng.choice(protocol["outcomes"])
    old, new = outcome["id"], f"{outcome['id'].split('_')[0]}_{rng.randrange(100, 999)}"
    outcome |= {"id": new, "data": outcome.get("data", old)}
    written.save_protocol(protocol)
    sheet = written.sheet("certainty.csv")
    for row in sheet.rows:
        row["outcome"] = new if row["outcome"] == old else row["outcome"]
    if sheet.rows:
        sheet.save()
    return f"{old} to {new}"


@kind
def outcome_removed(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if len(protocol.get("outcomes", [])) < 2:
        return None
    outcome = protocol["outcomes"].pop(rng.randrange(len(protocol["outcomes"])))
    written.save_protocol(protocol)
    sheet = written.sheet("certainty.csv")
    if sheet.rows:
        sheet.rows = [row for row in sheet.rows if row["outcome"] != outcome["id"]]
        sheet.save()
    return outcome["id"]


@kind
def outcomes_reordered(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if len(protocol.get("outcomes", [])) < 2:
        return None
    rng.shuffle(protocol["outcomes"])
    written.save_protocol(protocol)
    return str([outcome["id"] for outcome in protocol["outcomes"]])
