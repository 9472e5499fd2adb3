"""What a package of a review holds: people's files, what the last run left, and the workflow that made it."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from evergreen.errors import InputError
from evergreen.runs import state
from evergreen.steps import fingerprint, receipts
from evergreen.steps.contents import Contents

HOME = fingerprint.SCRIPTS.parent
WORKFLOW = "workflow"
MAIN = f"{WORKFLOW}/Snakefile"
# Of Evergreen's folder what a run needs, and what says whose it is.
PARTS = (
    "Snakefile", "rules", "scripts", "config/schemas", "envs", "profiles", "docs/captions", "requirements.txt",
    "Makefile", "evergreen", "LICENSE", "CITATION.cff",
)  # fmt: skip
# In the review's folder beside config/, where somebody wrote them.
BESIDE = ("README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "CITATION.cff")
PROTOCOL = "config/config.yaml"
PARTS_OF_STEPS = receipts.FOLDER / "parts"
REMOVED = "removed@example.org"
"""Stands in the package's protocol for the address that PubMed was given: a live search has to name one."""
Files = Mapping[str, Path | bytes]
"""By the path in the package a file on disk, or what it holds instead; a path that ends with a slash is an empty folder."""


@dataclass(frozen=True)
class Package:
    """What goes into a package; `inputs` are people's files, `outputs` what steps made of them, each sorted."""

    files: Files
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def of_review(email: str | None) -> Package:
    """The contents of the review in the working directory; `email` is the address that PubMed was given.

    Logs, times and what no step vouches for stay behind, receipts come along: by them a run knows that all is of now. Raises InputError where a
    file is missing or lies outside the review's folder.
    """
    standing = dict(_standing())
    read, made, empty = _of_receipts(standing.values())
    people = sorted({*state.files_of_people(Contents()), *(read - made)})
    if out := [path for path in people if Path(path).is_absolute() or ".." in Path(path).parts]:
        raise InputError(
            "leads out of the review's folder, and would be missing in a package",
            file=out[0],
            todo="Copy the file into config/ and name it there.",
        )
    notes = [name for name in BESIDE if Path(name).is_file()]
    kept = [place.as_posix() for place in standing]
    names = [*people, *notes, *sorted(made), *kept]
    files: dict[str, Path | bytes] = {name: Path(name) for name in names}
    if missing := [name for name in names if not Path(name).is_file()]:
        raise InputError("the file is missing", file=missing[0], todo="Run the review first: evergreen run")
    if email:
        files[PROTOCOL] = Path(PROTOCOL).read_bytes().replace(email.encode(), REMOVED.encode())
    files |= {f"{name}/": b"" for name in empty}
    files |= {f"{WORKFLOW}/{name}": HOME / name for name in _workflow()}
    return Package(files, tuple(people), tuple(sorted(made)))


def _standing() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The receipts by their place, without those of parts that the review has no longer, such as a round that was taken back: a run removes
    what they name and leaves them."""
    for place in sorted(receipts.FOLDER.rglob("*.json")):
        receipt: Mapping[str, Any] = receipts.read(place) or {}
        outputs = receipt.get("outputs", {})
        if PARTS_OF_STEPS not in place.parents or not outputs or any(Path(path).exists() for path in outputs):
            yield place, receipt


def _of_receipts(standing: Iterable[Mapping[str, Any]]) -> tuple[set[str], set[str], set[str]]:
    """Files that steps read, files that steps made (those in folders by themselves), and folders that steps made and left empty."""
    read: set[str] = set()
    made: set[str] = set()
    folders: dict[str, Any] = {}
    for receipt in standing:
        read |= set(receipt.get("inputs", {}))
        for path, left in receipt.get("outputs", {}).items():
            if isinstance(left, dict):
                folders[path] = left
            made |= {f"{path}/{name}" for name in left} if isinstance(left, dict) else {path}
    return read - folders.keys(), made, {path for path, left in folders.items() if not left}


def _workflow() -> Iterator[str]:
    """Files of the workflow, by their path in Evergreen's folder."""
    for part in PARTS:
        top = HOME / part
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            name = path.relative_to(HOME).as_posix()
            hidden = any(step.startswith(".") or step == "__pycache__" for step in Path(name).parts)
            if path.is_file() and not hidden and path.suffix != ".pyc":
                yield name


def leaks(files: Files, secrets: Mapping[str, str], places: Iterable[Path]) -> list[InputError]:
    """A fault for each file that holds what a package must not: `secrets` by what they are, in every file; paths of this machine below
    `places` in what steps made. What people wrote into their sheets is theirs, and is left as it is.
    """
    wanted = {what: re.compile(re.escape(text.encode())) for what, text in secrets.items() if text}
    paths = [re.escape(str(place).encode()) for place in places if len(place.parts) > 2]
    of_machine = re.compile(rb"(?<![\w.:/-])(?:" + b"|".join(paths) + rb")(?![\w.-])") if paths else None
    faults = []
    for name, source in files.items():
        made = name.startswith("results/")
        searched = wanted | ({"a path of this machine": of_machine} if of_machine and made else {})
        for what in [what for what, pattern in searched.items() if _holds(source, pattern)]:
            faults.append(InputError(
                f"holds {what}, which nobody else should have", file=name,
                todo="Take it out, or delete the file so that a run makes it anew.",
            ))  # fmt: skip
    return faults


def _holds(source: Path | bytes, pattern: re.Pattern[bytes]) -> bool:
    return any(pattern.search(content) for content in _readable(source))


def _readable(source: Path | bytes) -> Iterator[bytes]:
    """A file's bytes, and those of what is packed in it."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    yield content
    try:
        if content[:2] == b"\x1f\x8b":
            yield gzip.decompress(content)
        elif is_zipfile(io.BytesIO(content)):
            with ZipFile(io.BytesIO(content)) as archive:
                yield from (archive.read(member) for member in archive.namelist())
    except (OSError, EOFError, BadZipFile, RuntimeError, NotImplementedError, zlib.error):
        return  # a person's file that is no archive, or a locked one
