"""Functions, classes and methods of the product that only tests call; run by `make lint`.

The rules and the templates call functions too: a name that stands in one of them, or in the Snakefile, is used. The functions of `metaanalysis/` are a
library, whose users are notebooks as well.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"function", "class", "method", "property"}
LIBRARY = ROOT / "scripts" / "evergreen" / "metaanalysis"
# Called by others: by Snakemake (rules/receipts.py), the HTTP server of Python, pydantic, the embedded server by the URL.
CALLED = {
    "rules/receipts.py": {
        "has_metadata", "has_outdated_metadata", "incomplete", "params_changed", "input_changed", "code_changed",
        "software_stack_changed", "_params", "backup_output", "restore_output", "cleanup_backup", "lock_warn_only",
    },
    "scripts/evergreen/search/embedded/server.py": {
        "do_GET", "do_POST", "log_message", "handle_error", "esummary", "epost", "elink",
    },
    "scripts/evergreen/desk/server.py": {"do_GET", "do_POST", "log_message", "handle_error"},
    "scripts/evergreen/synthesis/result/analyses.py": {"_tests_last"},
    "scripts/evergreen/protocol/schema.py": {"field_title_should_be_set", "dict_schema"},
}  # fmt: skip


def unused() -> list[str]:
    """`file:line: what` of everything that nobody but tests calls."""
    scan = Vulture()
    scan.scavenge([str(ROOT / "scripts"), str(ROOT / "rules")])
    others = [ROOT / "Snakefile", *ROOT.glob("rules/**/*.smk"), *ROOT.glob("scripts/**/*.j2")]
    named = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in others)))
    found, called = [], {(file, name) for file, names in CALLED.items() for name in names}
    for item in scan.get_unused_code():
        path = Path(item.filename).resolve()
        place = (path.relative_to(ROOT).as_posix(), item.name)
        if item.typ not in KINDS or path.parent == LIBRARY or item.name in named:
            continue
        if place in called:
            called.remove(place)
        else:
            found.append(f"{place[0]}:{item.first_lineno}: unused {item.typ} {item.name}")
    return found + [
        f"{file}: {name} is not there, or used: tests/unused.py need not name it" for file, name in called
    ]


if __name__ == "__main__":
    found = unused()
    print("\n".join(found))
    sys.exit(bool(found))
