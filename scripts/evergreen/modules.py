"""Which library modules a script runs: the files that a step depends on besides its data."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]
LIBRARY = Path(__file__).parent.name
# Only import statements are parsed: a workflow starts often, and whole files take a second.
STATEMENT = re.compile(rf"^[ \t]*(?:from|import) {LIBRARY}\b[^\n(]*(?:\([^)]*\))?", re.MULTILINE)


@cache
def imported_by(path: Path) -> frozenset[Path]:
    """Modules of the library that the file at `path` imports itself, with the packages they lie in."""
    found: set[Path] = set()
    for statement in STATEMENT.findall(path.read_text(encoding="utf-8")):
        node = ast.parse(statement.strip()).body[0]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import name`: the name may be a module or something that a module defines.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            base = SCRIPTS.joinpath(*name.split("."))
            candidates = [
                base.with_suffix(".py"),
                *(folder / "__init__.py" for folder in (base, *base.parents)),
            ]
            found |= {file for file in candidates if SCRIPTS in file.parents and file.is_file()}
    return frozenset(found)


def run_by(script: Path) -> list[Path]:
    """All modules of the library that running `script` imports, sorted."""
    seen: set[Path] = set()
    waiting = [script]
    while waiting:
        new = imported_by(waiting.pop()) - seen
        seen |= new
        waiting += new
    return sorted(seen)
