"""Draw all figures of one outcome, each as SVG, PDF and PNG with a CSV of the numbers drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evergreen import tables
from evergreen.bias.tools import tool_of
from evergreen.command import json_argument, parser, run
from evergreen.figures import outcome, style


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--synthesis", required=True, help="synthesis/<outcome>.json")
    arguments.add_argument("--params", required=True, type=json_argument, help="{outcome, layout, tool}")
    arguments.add_argument("--out", required=True, type=Path, help="folder of the outcome's figures")
    args = arguments.parse_args(argv)

    result = tables.read_json(args.synthesis)
    setting = outcome.setting_of(args.params["outcome"], args.params["layout"], tool_of(args.params["tool"]))
    further = args.out / "further"
    further.mkdir(parents=True, exist_ok=True)
    listed: list[dict[str, Any]] = []
    with style.style():
        for plate in outcome.plates(result, setting):
            first = plate.name in outcome.FIRST
            drawn = plate.drawn or (outcome.notice(plate) if first else None)
            if drawn is not None:
                stem = (args.out if first else further) / plate.name
                style.save(drawn.figure, stem, title=plate.title)
                tables.write_table(drawn.numbers, f"{stem}.csv")
            listed.append(
                {
                    "name": plate.name,
                    "title": plate.title,
                    "drawn": plate.drawn is not None,
                    "reason": plate.reason or None,
                    "stem": (plate.name if first else f"further/{plate.name}") if drawn is not None else None,
                }
            )
    tables.write_json(listed, args.out / "figures.json")
    print(f"{setting.name}: {sum(entry['drawn'] for entry in listed)} of {len(listed)} figures apply")


if __name__ == "__main__":
    run(main)
