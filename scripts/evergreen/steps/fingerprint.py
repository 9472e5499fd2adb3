"""What a step's code means, as a short fingerprint: an edit that changes no meaning changes nothing.

Comments, layout and docstrings do not count, and neither do the place of the installation or the times of its files. What counts
is the syntax of the script and of every library module that it imports, and the content of the files that these read.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[2]
LIBRARY = Path(__file__).resolve().parents[1].name
DIGITS = 12
# Parsing all modules takes a second, and a workflow starts often: what was found is kept where Python keeps compiled code.
KEPT = SCRIPTS / "__pycache__" / "meaning.json"
VERSION = 2
# `parser(__doc__)` prints a docstring as help; any other use of it makes the docstring part of what is computed.
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
HELP = re.compile(r"\bparser\(\s*__doc__\s*\)")


def code_of(script: Path, data: Iterable[Path] = ()) -> str:
    """Fingerprint of a script with the library modules that running it imports, and of the `data` files that these read."""
    parts = [
        f"{file.relative_to(SCRIPTS).as_posix()} {_meaning(file)[0]}" for file in [script, *run_by(script)]
    ]
    parts += [f"{file.name} {sha256(file.read_bytes()).hexdigest()}" for file in sorted(data)]
    return digest("\n".join(parts))


def digest(text: str) -> str:
    """A text as a short word that changes with it."""
    return sha256(text.encode()).hexdigest()[:DIGITS]


def run_by(script: Path) -> list[Path]:
    """All modules of the library that running `script` imports, sorted."""
    seen: set[Path] = set()
    waiting = [script]
    while waiting:
        new = _imported(waiting.pop()) - seen
        seen |= new
        waiting += new
    return sorted(seen)


def meaning(tree: ast.Module, source: str) -> str:
    """Hexadecimal SHA-256 of a module's syntax, the `tree` of its source, without comments, layout and docstrings.

    Docstrings stay where the module reads them through `__doc__`; else they are taken out of the tree.
    """
    if "__doc__" not in HELP.sub("", source):
        for node in ast.walk(tree):
            if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:]
    return sha256(ast.dump(tree).encode()).hexdigest()


def _imports(tree: ast.Module) -> list[str]:
    """Names of what a module imports from the library: modules, and what may be modules or names that a module defines."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return sorted(name for name in found if name.split(".")[0] == LIBRARY)


@cache
def _imported(file: Path) -> frozenset[Path]:
    """Modules that a module imports, with the packages they lie in, where they are now: one may have become a package since."""
    found: set[Path] = set()
    for name in _meaning(file)[1]:
        parts = name.split(".")
        folders = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        places = [f"{folders[-1]}.py", *(f"{folder}/__init__.py" for folder in folders)]
        found |= {module for place in places if (module := _modules().get(place))}
    return frozenset(found)


@cache
def _modules() -> dict[str, Path]:
    """The library's modules by their path below `scripts/`."""
    found = (SCRIPTS / LIBRARY).rglob("*.py")
    return {path.relative_to(SCRIPTS).as_posix(): path for path in found}


@cache
def _meaning(file: Path) -> tuple[str, list[str]]:
    """The meaning of a module and the names that it imports, from memory where the file is as it was."""
    name = file.relative_to(SCRIPTS).as_posix()
    facts = file.stat()
    state = [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]
    kept = _memory().get(name)
    if kept is None or kept[0] != state:
        source = file.read_text(encoding="utf-8")
        tree = ast.parse(source)
        kept = _memory()[name] = [state, meaning(tree, source), _imports(tree)]
        _changed.add(name)
    return kept[1], kept[2]


@cache
def _memory() -> dict[str, list[Any]]:
    try:
        memory = json.loads(KEPT.read_text(encoding="utf-8"))
        return memory["modules"] if memory["version"] == VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


_changed: set[str] = set()


def remember() -> None:
    """Keep what was found for the next start; nothing is lost where the folder cannot be written."""
    if not _changed:
        return
    draft = KEPT.with_name(f"{KEPT.name}.{os.getpid()}")
    try:
        KEPT.parent.mkdir(exist_ok=True)
        draft.write_text(json.dumps({"version": VERSION, "modules": _memory()}), encoding="utf-8")
        draft.replace(KEPT)
    except OSError:
        draft.unlink(missing_ok=True)
    _changed.clear()
