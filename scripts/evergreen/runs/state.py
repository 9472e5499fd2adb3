"""What the last run of everything was made of, and what has changed since: whether a run is due.

`results/logs/run.json` is written when a run of everything has ended well. Receipts say whether a step's outputs are of now; they
know nothing of files that no step has read yet, and of the protocol's values only that they were others.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evergreen.errors import InputError
from evergreen.runs.news import Counts
from evergreen.steps import fingerprint
from evergreen.steps.contents import FOLDERS, Contents, files_in, is_note, nobodys
from evergreen.steps.drafts import replaced
from evergreen.steps.hold import FOLDER as MEMORY
from evergreen.steps.receipts import FOLDER as RECEIPTS
from evergreen.steps.receipts import Receipts, read

PLACE = Path("results/logs/run.json")
CONFIG = Path("config")
PROTOCOL = CONFIG / "config.yaml"
RULES = fingerprint.SCRIPTS.parent / "rules"
SCHEMAS = fingerprint.SCRIPTS.parent / "config" / "schemas"
# In folders below these, of stages, frozen searches and versions, files are found whatever they are called.
FOUND_IN = (CONFIG / "screening", CONFIG / "search" / "frozen", CONFIG / "versions")
WHOLE = {"config/versions/": 3, "config/search/frozen/": 5}
"""Where commands write folders as a whole, and how many names lead to one."""
NAMED = 5  # files named of those that changed


@dataclass(frozen=True)
class State:
    """The state that a run of everything left: people's files by content, a fingerprint of the code, what there was to count, the
    `steps` that it consists of, and a fingerprint of their `receipts`, by which those are known that ran since and made something else; `given` are
    keys of the protocol of which it was told something else than the file says (`--config`).
    """

    files: Mapping[str, str | None] = field(default_factory=dict)
    code: str = ""
    counts: Counts = field(default_factory=Counts)
    steps: tuple[str, ...] = ()
    receipts: str = ""
    given: tuple[str, ...] = ()


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
        return (_said(path) if path == PROTOCOL else None) or contents.of(path)
    except OSError:
        return None


def _said(path: Path) -> str | None:
    """Fingerprint of what a protocol says, whatever its layout and its comments but for those that the status tells; None where it cannot be
    read."""
    import yaml  # where the protocol is looked at

    from evergreen.protocol.comments import behind_texts

    parts = ("anchor", "tag", "implicit", "value")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        events = [
            (type(one).__name__, *(getattr(one, part, None) for part in parts))
            for one in yaml.parse(path.read_bytes(), Loader=loader)
        ]
    except (yaml.YAMLError, UnicodeError):
        return None
    told: list[Any] = []
    with suppress(InputError):  # said by the run
        told = behind_texts(path)
    return fingerprint.digest(repr((events, told) if told else events))


def receipts_of(steps: Iterable[str]) -> str:
    """Fingerprint of what steps were made of and left."""
    return fingerprint.digest(
        "\n".join(f"{step} {read(RECEIPTS / f'{step}.json')}" for step in sorted(steps))
    )


def _may_be_read(name: str) -> bool:
    """Whether the next run may read a file that no step has read, or tell that nothing does: neither a note of people, nor a file in a
    folder of theirs, such as reports to extract from."""
    place = Path(name).parent
    found = place.as_posix() in FOLDERS or any(one in FOUND_IN for one in place.parents)
    return Path(name) == PROTOCOL or (found and not is_note(name))


def keep(state: State, programs: Mapping[str, Iterable[str]]) -> None:
    """Write what a run of everything left behind."""
    content = {
        "files": dict(state.files),
        "code": state.code,
        "programs": {name: list(files) for name, files in programs.items()},
        "counts": state.counts.as_values(),
        "steps": list(state.steps),
        "receipts": state.receipts,
        "given": list(state.given),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if PLACE.is_file() and PLACE.read_text(encoding="utf-8") == text:
        return
    with replaced(PLACE) as draft:
        draft.write_text(text, encoding="utf-8")


def last() -> tuple[State, dict[str, list[str]]] | None:
    """The state after the last run of everything with its programs, or None where there was none."""
    try:
        content: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
        counts = Counts.of_values(content["counts"])
        steps = tuple(content.get("steps", ()))
        receipts, given = content.get("receipts", ""), tuple(content.get("given", ()))
        state = State(content["files"], content["code"], counts, steps, receipts, given)
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
    receipts = Receipts(contents)
    places = [place for place in sorted(RECEIPTS.rglob("*.json")) if "parts" not in place.parts]
    used = {path for place in places for path in (read(place) or {}).get("inputs", ())}
    now = files_of_people(contents)
    files, then = (
        {name: of for name, of in both.items() if name in used or _may_be_read(name)}
        for both in (now, state.files)
    )
    reasons = [
        f"{what} since the last run: {listed(paths)}."
        for what, paths in (
            ("Changed", [path for path in files if then.get(path, files[path]) != files[path]]),
            ("New", _whole(files, then)),
            ("Gone", _whole(then, files)),
        )
        if paths
    ]
    if state.given:
        reasons.append(
            f"The last run was told by `--config` what the protocol does not say: {listed(list(state.given))}."
        )
    try:
        same = code_of(programs) == state.code
    except OSError:  # a script of then that Evergreen has no longer
        same = False
    if not same:
        reasons.append("Evergreen itself has changed since the last run.")
    broken = [
        place.relative_to(RECEIPTS).with_suffix("").name for place in places if not receipts.intact(place)
    ]
    if broken and not reasons:
        reasons.append(f"Results are not as the last run left them: {listed(broken)}.")
    if not places:
        reasons.append("The receipts of the last run are gone.")
    elif state.receipts not in ("", receipts_of(state.steps)) and not reasons:
        reasons.append("Steps have run since the last run of everything.")
    with suppress(OSError):  # a review that may only be read
        contents.keep()
    return reasons


def told(reasons: list[str]) -> list[str]:
    """Why a run is due, in lines above what is told of the results that are there; none where they are of now."""
    return (
        ["A run is due, and what follows is of the last one:", *(f"  {why}" for why in reasons)]
        if reasons
        else []
    )


def _whole(files: Collection[str], others: Collection[str]) -> list[str]:
    """Files that are not among others; a folder that was written as a whole, and of which the others have nothing, by its name alone."""
    there = {*others, *map(_folder_of, others)}
    return sorted(
        {folder if (folder := _folder_of(name)) not in there else name for name in files if name not in there}
    )


def _folder_of(name: str) -> str:
    """The folder that a file was written with, the file itself where it was written alone."""
    names = next((names for place, names in WHOLE.items() if name.startswith(place)), None)
    return "/".join(name.split("/")[:names])


def listed(names: list[str], most: int = NAMED) -> str:
    """Names in a sentence, the first of many."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
