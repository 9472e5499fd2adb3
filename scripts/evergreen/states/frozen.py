"""Versions that somebody froze: `config/versions/<version>/` holds what was published, small enough for version control.

    state.json.gz            every row that can be compared
    figures/<name>.svg.gz    forest plots, flow chart, risk of bias
    numbers.json             what a manuscript may print, for `respond.py`
    summary_of_findings.*    as it was published, to be opened as it is
    files.csv                SHA-256 of every file of config/ and results/

Nothing ever writes into a version that is there.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from evergreen import tables
from evergreen.errors import InputError
from evergreen.sheets.days import DAY
from evergreen.states import state
from evergreen.states.comparing import Comparison
from evergreen.states.state import State

VERSIONS = Path("config/versions")
STATE, FIGURES, HASHES = "state.json.gz", "figures", "files.csv"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
NOW = "now"
"""The state of the results that are there; no version is called so."""
FOREST = "forest"
# Of the results only what is made for a run, and differs from one to the next, is left out.
NOT_CONTENT = ("results/logs/", "results/benchmarks/", "config/versions/", "config/schemas/")


def versions() -> list[str]:
    """The names of the frozen versions, numbers in their order: 1.2 before 1.10."""
    found = [path.parent.name for path in VERSIONS.glob(f"*/{STATE}")]
    return sorted(found, key=lambda name: ([int(part) for part in re.findall(r"\d+", name)], name))


def path_of(version: str) -> Path:
    """Where the state of a version is kept."""
    return VERSIONS / version / STATE


def read(version: str) -> State:
    """The state of a version, which is called as its folder is, also where that has got another name. Raises InputError where it is none."""
    return replace(state.read(path_of(version)), name=version, of=f"version {version}")


def check_new(version: str) -> Path:
    """The folder of a version to be. Raises InputError for a name that cannot be one, or that a version has already."""
    folder = VERSIONS / version
    if not NAME.fullmatch(version) or ".." in version or version == NOW or re.fullmatch(DAY, version):
        raise InputError(
            f"{version!r} cannot be the name of a version",
            todo="Use letters, digits, points and hyphens, such as 1.0; dates are rounds.",
        )
    if folder.exists():
        raise InputError(
            "this version is frozen already, and a published version is never written anew",
            file=folder,
            todo="Give the next one another number.",
        )
    return folder


def freeze(version: str, today: State, drawn: Iterable[Path], documents: Mapping[str, Any]) -> Path:
    """Keep a state as a version, with figures (stems under results/figures or results/prisma) and `documents`, values for
    JSON by the name of their file; its folder."""
    folder = check_new(version)
    draft = VERSIONS / f".{version}"
    shutil.rmtree(draft, ignore_errors=True)
    state.write(today, draft / STATE)
    for name, content in documents.items():
        tables.write_json(content, draft / name)
    for stem in drawn:
        place = draft / FIGURES / f"{_flat(stem)}.svg.gz"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(gzip.compress(stem.with_name(f"{stem.name}.svg").read_bytes(), mtime=0))
    for path in sorted(Path("results/report").glob("summary_of_findings.*")):
        shutil.copyfile(path, draft / path.name)
    files = [path for top in ("config", "results") for path in sorted(Path(top).rglob("*")) if path.is_file()]
    content = [path for path in files if not path.as_posix().startswith(NOT_CONTENT)]
    rows = [{"file": path.as_posix(), "sha256": tables.sha256_of(path)} for path in content]
    tables.write_rows(rows, ["file", "sha256"], draft / HASHES)
    draft.rename(folder)
    return folder


def _flat(stem: Path) -> str:
    """`any_ae-forest` of results/figures/any_ae/forest."""
    return "-".join(part for part in stem.parts if part not in ("results", "figures"))


def forests(found: Comparison, scratch: Path) -> dict[str, tuple[Path | None, Path | None]]:
    """Stems of the forest plots before and after of the outcomes whose effect differs. Those of versions are unpacked into
    `scratch`, as `<state>/<outcome>/forest.svg`, where those of other states may lie already."""
    names = [str((row or other or {})["outcome"]) for row, other in found.effects]
    was, now = found.before["name"], found.after["name"]
    return {name: (_forest(was, name, scratch), _forest(now, name, scratch)) for name in names}


def _forest(version: str, outcome: str, scratch: Path) -> Path | None:
    kept = VERSIONS / version / FIGURES / f"{outcome}-{FOREST}.svg.gz"
    stem = (Path("results/figures") if version == NOW else scratch / version) / outcome / FOREST
    if version != NOW and kept.is_file():
        stem.parent.mkdir(parents=True, exist_ok=True)
        stem.with_suffix(".svg").write_bytes(gzip.decompress(kept.read_bytes()))
    return stem if stem.with_suffix(".svg").is_file() else None
