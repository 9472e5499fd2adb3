"""Receipts: what a step computed, from what, and what it left behind, by content.

A receipt lies under `results/logs/receipts/` and says by what code, with which values and from which inputs the outputs beside it were
made. Whether a step has to run is decided by its receipt alone: no clock, no path of an installation and no place of a clone is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evergreen.steps.contents import Contents, files_in
from evergreen.steps.drafts import replaced

FOLDER = Path("results/logs/receipts")
BEGUN = "begun"  # a step that has begun and not ended


@dataclass(frozen=True)
class Work:
    """What a step would compute now: `code` and `values` as short texts, `inputs` and `outputs` as paths.

    Of evidence (`evidence=True`: what a server answered) only the question counts, not the code that asked it.
    """

    name: str
    code: str
    values: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    evidence: bool = False

    @property
    def place(self) -> Path:
        return FOLDER / f"{self.name}.json"


@dataclass(frozen=True)
class Verdict:
    """Why a step's outputs are not of now; all empty where they are.

    `code`, `values`: whether these differ. `inputs`: those that differ, came or went, or all where their order is another. `wanted`: outputs that it did not have to
    make then. `damaged`: outputs that are not what the step left. `unknown`: there is no receipt of a step that ended.
    """

    unknown: bool = False
    code: bool = False
    values: bool = False
    inputs: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def asked_alike(self) -> bool:
        """Whether the step would compute now what it computed then."""
        return not (self.unknown or self.code or self.values or self.inputs or self.wanted)

    @property
    def current(self) -> bool:
        return self.asked_alike and not self.damaged


@dataclass
class Receipts:
    """The receipts of a review, in its directory; `contents` remembers hashes for as long as a run lasts."""

    contents: Contents = field(default_factory=Contents)

    def verdict(self, work: Work) -> Verdict:
        """Compare what a step left with what it would compute now."""
        receipt = read(work.place)
        if receipt is None or receipt.get("state") == BEGUN:
            return Verdict(unknown=True)
        now = self.hashes(work.inputs)
        then = receipt["inputs"]
        other = sorted({path for path, _ in now.items() ^ then.items()})
        if not work.evidence and list(now) != list(then):
            other = other or list(now)
        return Verdict(
            code=not work.evidence and receipt["code"] != work.code,
            values=receipt["values"] != work.values,
            inputs=tuple(other),
            wanted=tuple(path for path in work.outputs if path not in receipt["outputs"]),
            damaged=tuple(self._damaged(receipt["outputs"])),
        )

    def _damaged(self, left: Mapping[str, Any]) -> list[str]:
        found = []
        for path, content in left.items():
            if isinstance(content, dict):
                now = {name: self.contents.of(f"{path}/{name}") for name in files_in(path)}
                names = sorted(name for name in {*now, *content} if now.get(name) != content.get(name))
                found += [f"{path}/{name}" for name in names] or ([] if Path(path).is_dir() else [path])
            elif self.contents.of(path) != content:
                found.append(path)
        return found

    def hashes(self, paths: Iterable[str]) -> dict[str, str | None]:
        return {path: self.contents.of(path) for path in paths}

    def begin(self, work: Work) -> None:
        """Say that a step is at work: until it ends, what it left before and what it makes now is not of now, but its own."""
        write({"state": BEGUN, "outputs": sorted({*_paths(read(work.place)), *work.outputs})}, work.place)

    def end(self, work: Work, inputs: Mapping[str, str | None]) -> list[str]:
        """Write the receipt of a finished step; `inputs` are the hashes of what it read, taken before it began.

        Returns the outputs of its earlier work that it has no longer. Where an input changed meanwhile, the step stays unfinished.
        """
        earlier = set(_paths(read(work.place)))
        if self.hashes(work.inputs) != dict(inputs):
            return []
        outputs = {path: self._left(path) for path in sorted(work.outputs)}
        receipt = {
            "code": work.code,
            "values": work.values,
            "inputs": dict(inputs),
            "outputs": outputs,
        }
        write(receipt, work.place)
        return sorted(earlier - set(work.outputs))

    def stands(self, place: Path) -> bool:
        """Whether the receipt at `place` is of a step that ended, of which something is left, and whose inputs are as they were.

        A check leaves nothing but its receipt.
        """
        receipt = read(place)
        return (
            receipt is not None
            and "inputs" in receipt
            and (not receipt["outputs"] or any(Path(path).exists() for path in receipt["outputs"]))
            and self.hashes(receipt["inputs"]) == receipt["inputs"]
            and all(content is not None for content in receipt["inputs"].values())
        )

    def intact(self, place: Path) -> bool:
        """Whether the receipt at `place` stands and what it names is what the step left."""
        receipt = read(place)
        return receipt is not None and self.stands(place) and not self._damaged(receipt["outputs"])

    def forget(self, place: Path) -> list[str]:
        """Throw a receipt away; returns the outputs that it names."""
        paths = _paths(read(place))
        place.unlink(missing_ok=True)
        if place.parent != FOLDER and not any(place.parent.iterdir()):
            place.parent.rmdir()
        return paths

    def _left(self, path: str) -> str | dict[str, str | None] | None:
        if Path(path).is_dir():
            return {name: self.contents.of(f"{path}/{name}") for name in files_in(path)}
        return self.contents.of(path)


def _paths(receipt: Mapping[str, Any] | None) -> list[str]:
    return sorted((receipt or {}).get("outputs", {}))


def read(place: Path) -> dict[str, Any] | None:
    """A receipt, or None where there is none that can be read."""
    try:
        receipt = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(receipt, dict) and (
        receipt.get("state") == BEGUN or {"code", "values", "inputs", "outputs"} <= receipt.keys()
    )
    return receipt if known else None


def write(receipt: Mapping[str, Any], place: Path) -> None:
    with replaced(place) as draft:
        draft.write_text(json.dumps(receipt, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
