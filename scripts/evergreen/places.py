"""The paths in a protocol stay inside the review's directory, unless it says otherwise.

A review is a directory that is copied, archived and run by others: a path that leads out of it is missing there, or makes
the run read a file of whoever runs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from evergreen.errors import InputError

KEY = "review.outside_files"


def paths(protocol: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, path) of every file that a protocol names."""
    for name, source in protocol["sources"].items():
        if "strategy" in source:
            yield f"sources.{name}.strategy", source["strategy"]
        for day, path in source.get("files", {}).items():
            yield f"sources.{name}.files.{day}", path
    tool = protocol["risk_of_bias"]["tool"]
    if "/" in tool or "\\" in tool or Path(tool).suffix:
        yield "risk_of_bias.tool", tool


def outside(
    protocol: Mapping[str, Any], *, root: str | Path = ".", file: str | Path = "config/config.yaml"
) -> list[InputError]:
    """A fault for each path of a complete protocol that leads out of the review's directory `root`.

    A path is looked at as it is written, by the rules of every system, and as the links on its way lead.
    """
    if protocol["review"]["outside_files"]:
        return []
    faults = []
    for key, path in paths(protocol):
        how = _way_out(path, Path(root))
        if how:
            faults.append(
                InputError(
                    f"`{key}` is {path!r}, which leads out of the review's directory ({how})", file=file,
                    todo=f"Copy the file into config/, or allow such paths by `{KEY}: true`.",
                )
            )  # fmt: skip
    return faults


def _way_out(path: str, root: Path) -> str:
    """How a path leads out of `root`; "" where it stays inside."""
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive or PureWindowsPath(path).root:
        return "it is absolute"
    depth = 0
    for part in PureWindowsPath(path).parts:  # both kinds of slash
        depth += -1 if part == ".." else 1
        if depth < 0:
            return "by `..`"
    try:
        inside = (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # a link to itself, a name that no system has
        return "it cannot be followed"
    return "" if inside else "by a symbolic link"
