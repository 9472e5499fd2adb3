"""Pool outcomes: effects of their studies, the pooled effect, heterogeneity, and what could not be pooled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evergreen import tables
from evergreen.command import parser, run
from evergreen.protocol.outcomes import Outcome
from evergreen.steps.parts import Parts
from evergreen.synthesis import outcome


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--slices", required=True, type=Path, help="folder of the outcomes' slices (CSV)")
    arguments.add_structure("--params", "the outcomes' entries in the protocol")
    arguments.add_code("outcomes")
    arguments.add_argument("--folder", required=True, type=Path, help="where <outcome>.json goes")
    args = arguments.parse_args(argv)

    parts = Parts("pool_outcomes", args.code)
    for entry in args.params:
        rows, result = args.slices / f"{entry['id']}.csv", args.folder / f"{entry['id']}.json"

        def pool(rows: Path = rows, result: Path = result, entry: dict[str, Any] = entry) -> None:
            asked = Outcome.model_validate(entry)
            tables.write_json(outcome.result(tables.read_table(rows), asked).written(), result)

        if parts.make(entry["id"], entry, [rows], [result], pool):
            print(f"{entry['id']}: pooled")


if __name__ == "__main__":
    run(main)
