"""What the last run of everything was made of, and what has changed since: whether a run is due.

`results/logs/run.json` is written when a run of everything has ended well. Receipts say whether a step's outputs are of now; they
know nothing of files that no step has read yet, and of the protocol's values only that they were others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evergreen.runs.news import Counts
from evergreen.steps import fingerprint
from evergreen.steps.contents import Contents, files_in, nobodys
from evergreen.steps.drafts import draft_of
from evergreen.steps.hold import FOLDER as MEMORY
from evergreen.steps.receipts import FOLDER as RECEIPTS
from evergreen.steps.receipts import Receipts

PLACE = Path("results/logs/run.json")
CONFIG = Path("config")
RULES = fingerprint.SCRIPTS.parent / "rules"
SCHEMAS = fingerprint.SCRIPTS.parent / "config" / "schemas"
NAMED = 5  # files named of those that changed


@dataclass(frozen=True)
class State:
    """The state that a run of everything left: people's files by content, a fingerprint of the code, what there was to count, and the
    `steps` that it consists of; `overtaken` where some of these have run since.
    """

    files: Mapping[str, str | None] = field(default_factory=dict)
    code: str = ""
    counts: Counts = field(default_factory=Counts)
    steps: tuple[str, ...] = ()
    overtaken: bool = False


def code_of(programs: Mapping[str, Iterable[str]]) -> str:
    """Fingerprint of the workflow: its rules, and the code of `programs`, the scripts of its steps with the files of the library they read."""
    library = fingerprint.SCRIPTS / fingerprint.LIBRARY
    parts = [
        f"{name} {fingerprint.code_of(fingerprint.SCRIPTS / name, [library / file for file in files])}"
        for name, files in sorted(programs.items())
    ]
    rules = [*sorted(RULES.rglob("*.smk")), RULES.parent / "Snakefile", *sorted(SCHEMAS.glob("*.yaml"))]
    return fingerprint.digest("\n".join([*parts, *(path.read_text(encoding="utf-8") for path in rules)]))


def files_of_people(contents: Contents) -> dict[str, str | None]:
    """Files below config/ by content, None where a file cannot be read; schemas are the product's, and what spreadsheet programs and
    editors leave is nobody's."""
    names = [name for name in files_in(CONFIG) if not name.startswith("schemas/") and not nobodys(name)]
    return {f"{CONFIG}/{name}": _of(CONFIG / name, contents) for name in names}


def _of(path: Path, contents: Contents) -> str | None:
    try:
        return contents.of(path)
    except OSError:
        return None


def keep(state: State, programs: Mapping[str, Iterable[str]]) -> None:
    """Write what a run of everything left behind."""
    content = {
        "files": dict(state.files),
        "code": state.code,
        "programs": {name: list(files) for name, files in programs.items()},
        "counts": state.counts.as_values(),
        "steps": list(state.steps),
        "overtaken": state.overtaken,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if PLACE.is_file() and PLACE.read_text(encoding="utf-8") == text:
        return
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(PLACE)
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o644)
    draft.replace(PLACE)


def overtake(step: str) -> bool:
    """Note that a step of a run of everything is at work: until such a run ends well, nobody knows what the results as a whole are of.
    Whether this is the first."""
    known = last()
    if known is None or known[0].overtaken or (known[0].steps and step not in known[0].steps):
        return False
    keep(replace(known[0], overtaken=True), known[1])
    return True


def take_back() -> None:
    """Note that the steps at work left everything as it was."""
    known = last()
    if known is not None:
        keep(replace(known[0], overtaken=False), known[1])


def last() -> tuple[State, dict[str, list[str]]] | None:
    """The state after the last run of everything with its programs, or None where there was none."""
    try:
        content: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
        counts = Counts.of_values(content["counts"])
        steps, overtaken = tuple(content.get("steps", ())), content.get("overtaken", False)
        state = State(content["files"], content["code"], counts, steps, overtaken)
        return state, content["programs"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def due() -> list[str]:
    """Why a run is due in this directory, a sentence each; none where all results are of now."""
    known = last()
    if known is None:
        return ["No run of everything has ended here yet."]
    state, programs = known
    contents = Contents(MEMORY / "contents.json")
    files = files_of_people(contents)
    reasons = [
        f"{what} since the last run: {listed(paths)}."
        for what, paths in (
            ("Changed", [path for path in files if state.files.get(path, files[path]) != files[path]]),
            ("New", sorted(files.keys() - state.files.keys())),
            ("Gone", sorted(state.files.keys() - files.keys())),
        )
        if paths
    ]
    try:
        same = code_of(programs) == state.code
    except OSError:  # a script of then that Evergreen has no longer
        same = False
    if not same:
        reasons.append("Evergreen itself has changed since the last run.")
    receipts = Receipts(contents)
    places = [place for place in sorted(RECEIPTS.rglob("*.json")) if "parts" not in place.parts]
    broken = [
        place.relative_to(RECEIPTS).with_suffix("").name for place in places if not receipts.intact(place)
    ]
    if broken and not reasons:
        reasons.append(f"Results are not as the last run left them: {listed(broken)}.")
    if state.overtaken and not reasons:
        reasons.append("Steps have run since the last run of everything.")
    if not places:
        reasons.append("The receipts of the last run are gone.")
    with suppress(OSError):  # a review that may only be read
        contents.keep()
    return reasons


def listed(names: list[str], most: int = NAMED) -> str:
    """Names in a sentence, the first of many."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
