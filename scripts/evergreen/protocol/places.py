"""The paths in a protocol stay inside the review's directory, unless it says otherwise.

A review is a directory that is copied, archived and run by others: a path that leads out of it is missing there, or makes
the run read a file of whoever runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from evergreen.protocol.keys import key
from evergreen.protocol.part import Fault, KeyPath
from evergreen.protocol.whole import Protocol

ALLOWED_BY = "review.outside_files"


def paths(protocol: Protocol) -> Iterator[tuple[KeyPath, str]]:
    """(where it stands, path) of every file that a protocol names."""
    for name, source in protocol.sources.items():
        if source.strategy:
            yield ("sources", name, "strategy"), source.strategy
        for day, files in source.files.items():
            for path in files:
                yield ("sources", name, "files", day), path
    tool = protocol.risk_of_bias.tool
    if "/" in tool or "\\" in tool or Path(tool).suffix:
        yield ("risk_of_bias", "tool"), tool


def faults(protocol: Protocol, *, root: str | Path = ".") -> Iterator[Fault]:
    """A fault for each path that leads out of the review's directory `root`.

    A path is looked at as it is written, by the rules of every system, and as the links on its way lead.
    """
    if protocol.review.outside_files:
        return
    for place, path in paths(protocol):
        if how := _way_out(path, Path(root)):
            yield Fault(
                place,
                f"`{key(place)}` is {path!r}, which leads out of the review's directory ({how})",
                f"Copy the file into config/, or allow such paths by `{ALLOWED_BY}: true`.",
            )


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
