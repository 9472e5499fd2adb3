"""Rounds of the search and the exports they brought."""

from __future__ import annotations

import random

from tests.fixpoint.edits.kinds import kind
from tests.fixpoint.written import Written, as_ris, invented_record, records_of


def exports(protocol: dict) -> list[tuple[str, str]]:
    """Source and round of every RIS export."""
    return [
        (source, day)
        for source, settings in protocol.get("sources", {}).items()
        for day, file in settings.get("files", {}).items()
        if file.endswith(".ris")
    ]


def next_day(protocol: dict) -> str:
    last = protocol["rounds"][-1]
    return f"{int(last[:4]) + 1}{last[4:]}"


def appended(rng: random.Random, written: Written, more: list[str]) -> str | None:
    """One more round with an export that repeats the last one of its source and adds records."""
    protocol = written.protocol
    if not (found := exports(protocol)) or int(protocol["rounds"][-1][:4]) >= 2025:
        return None
    day = next_day(protocol)
    source, last = rng.choice(found)
    files = protocol["sources"][source]["files"]
    old = written.folder.parent / files[last]
    new = old.with_name(f"{source}-{day}.ris")
    new.write_text(as_ris([*records_of(old.read_text(encoding="utf-8")), *more]), encoding="utf-8")
    files[day] = f"config/search/{new.name}"
    protocol["rounds"].append(day)
    written.save_protocol(protocol)
    return f"{day}, {source}: {len(more)} new"


@kind
def round_appended_without_a_file(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    if not protocol.get("rounds") or int(protocol["rounds"][-1][:4]) >= 2025:
        return None
    protocol["rounds"].append(next_day(protocol))
    written.save_protocol(protocol)
    return protocol["rounds"][-1]


@kind
def round_appended_with_nothing_new(rng: random.Random, written: Written) -> str | None:
    return appended(rng, written, [])


@kind
def round_appended_with_new_records(rng: random.Random, written: Written) -> str | None:
    keys = rng.sample(range(100, 999), rng.randint(1, 2))
    return appended(
        rng, written, [invented_record(f"Q{key}", f"Trial {key} of invented tea", 2020) for key in keys]
    )


@kind
def round_removed(rng: random.Random, written: Written) -> str | None:
    """The last one, with its exports."""
    protocol = written.protocol
    if len(protocol.get("rounds", [])) < 2:
        return None
    day = protocol["rounds"].pop()
    for settings in protocol["sources"].values():
        for key in ("files", "hits"):
            settings.get(key, {}).pop(day, None)
    for stage in protocol.get("screening", {}).values():
        if isinstance(stage, dict):
            stage.pop("active", None)
    written.save_protocol(protocol)
    return day


@kind
def export_changed(rng: random.Random, written: Written) -> str | None:
    """A record added, dropped or mended, the order of records, or only blank lines at the end."""
    protocol = written.protocol
    if not (found := exports(protocol)):
        return None
    source, day = rng.choice(found)
    settings = protocol["sources"][source]
    path = written.folder.parent / settings["files"][day]
    records = records_of(path.read_text(encoding="utf-8"))
    how = rng.choice(["added", "dropped", "mended", "reordered", "blank lines"])
    if how == "added":
        key = rng.randrange(100, 999)
        records.append(invented_record(f"Q{key}", f"Late trial {key} of invented tea", 2020))
    elif how == "dropped" and len(records) > 1:
        records.pop(rng.randrange(len(records)))
    elif how == "mended":
        at = rng.randrange(len(records))
        mark = "AB  - An invented abstract, number "
        records[at] = records[at].replace("N1  - ", f"{mark}{rng.randrange(100)}.\nN1  - ", 1)
    elif how == "reordered":
        rng.shuffle(records)
    path.write_text(as_ris(records) + ("\n\n" if how == "blank lines" else ""), encoding="utf-8")
    if how in ("added", "dropped") and settings.get("hits", {}).pop(day, None) is not None:
        written.save_protocol(protocol)
    return f"{source}, {day}: {how}"


@kind
def known_item_changed(rng: random.Random, written: Written) -> str | None:
    """A PMID that the strategy must find: one that it did find."""
    protocol = written.protocol
    asked = [
        source for source, settings in protocol.get("sources", {}).items() if settings["kind"] == "pubmed"
    ]
    found = [record.split(":")[1] for record in written.records() if record.startswith("pubmed:")]
    if not asked or not found:
        return None
    source = rng.choice(asked)
    protocol["sources"][source]["known_items"] = [rng.choice(found)]
    written.save_protocol(protocol)
    return f"{source}: {protocol['sources'][source]['known_items']}"
