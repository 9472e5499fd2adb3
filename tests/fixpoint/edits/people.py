"""Reviewers, extractors and assessors who come and go."""

from __future__ import annotations

import random
import shutil

from tests.fixpoint.edits.kinds import kind
from tests.fixpoint.written import STAGES, Written

ROLES = [
    *(("screening", stage, "reviewers", f"screening/{stage}") for stage in STAGES),
    ("extraction", None, "extractors", "extraction"),
    ("risk_of_bias", None, "assessors", "risk_of_bias"),
]


def teams(protocol: dict) -> list[tuple[list[str], str]]:
    """The lists of people in the protocol, each with the folder of their sheets."""
    found = []
    for section, part, key, folder in ROLES:
        settings = protocol.get(section, {})
        settings = settings.get(part, {}) if part else settings
        if settings.get(key):
            found.append((settings[key], folder))
    return found


@kind
def person_added(rng: random.Random, written: Written) -> str | None:
    """Somebody who decided, read or judged as another one did."""
    protocol = written.protocol
    if not (found := teams(protocol)):
        return None
    people, folder = rng.choice(found)
    new = next((name for name in ("GH", "IJ") if name not in people), None)
    model = written.folder / folder / f"{rng.choice(people)}.csv"
    if not new or not model.is_file():
        return None
    shutil.copyfile(model, model.with_name(f"{new}.csv"))
    people.append(new)
    written.save_protocol(protocol)
    return f"{folder}/{new}, like {model.stem}"


@kind
def person_removed(rng: random.Random, written: Written) -> str | None:
    """With their sheets; somebody has to stay."""
    protocol = written.protocol
    found = [(people, folder) for people, folder in teams(protocol) if len(people) > 1]
    if not found:
        return None
    people, folder = rng.choice(found)
    gone = people.pop(rng.randrange(len(people)))
    for name in (f"{gone}.csv", f"studies-{gone}.csv"):
        (written.folder / folder / name).unlink(missing_ok=True)
    for stage in STAGES:
        settings = protocol.get("screening", {}).get(stage, {})
        if folder.endswith(stage) and "active" in settings:
            settings["active"].pop(gone, None)
    written.save_protocol(protocol)
    return f"{folder}/{gone}"


@kind
def people_reordered(rng: random.Random, written: Written) -> str | None:
    protocol = written.protocol
    found = [(people, folder) for people, folder in teams(protocol) if len(people) > 1]
    if not found:
        return None
    people, folder = rng.choice(found)
    people.reverse()
    written.save_protocol(protocol)
    return f"{folder}: {people}"
