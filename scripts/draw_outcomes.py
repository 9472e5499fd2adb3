"""Draw all figures of outcomes, each in all formats with a CSV of the numbers drawn."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from evergreen import spreadsheets, tables
from evergreen.bias.tools import tool_of
from evergreen.command import parser, run
from evergreen.figures import outcome_figures, printing, style
from evergreen.figures.printing import Prints
from evergreen.figures.setting import Setting
from evergreen.protocol.outcomes import Outcome
from evergreen.steps.parts import Parts
from evergreen.synthesis.result import read


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--synthesis", required=True, type=Path, help="folder of <outcome>.json")
    arguments.add_structure("--params", "{outcomes, layout, further_up_to, tool}")
    arguments.add_code("outcomes")
    arguments.add_argument("--folder", required=True, type=Path, help="where the folder <outcome> goes")
    printing.add_argument(arguments)
    args = arguments.parse_args(argv)

    shared = {key: value for key, value in args.params.items() if key != "outcomes"}
    tool = shared["tool"]
    judged_by = [tool] if tool.endswith((".yaml", ".yml")) else []
    parts = Parts("draw_outcomes", args.code)
    for entry in args.params["outcomes"]:
        synthesis, folder = args.synthesis / f"{entry['id']}.json", args.folder / entry["id"]

        def make(synthesis: Path = synthesis, entry: dict[str, Any] = entry, folder: Path = folder) -> None:
            asked = Outcome.model_validate(entry)
            setting = outcome_figures.setting_of(asked, **{**shared, "tool": tool_of(tool)})
            draw(synthesis, setting, folder, args.prints)

        outputs = [
            folder / f"{name}.{suffix}"
            for name in outcome_figures.FIRST
            for suffix in (*args.prints.formats, "csv")
        ]
        values = {"outcome": entry, **shared, "prints": args.prints.values}
        parts.make(
            entry["id"],
            values,
            [synthesis, *judged_by],
            [*outputs, folder / "further", folder / "figures.json"],
            make,
        )


def draw(synthesis: Path, setting: Setting, folder: Path, prints: Prints) -> None:
    """Draw the figures of one result into `folder`."""
    result = read(synthesis)
    further = folder / "further"
    shutil.rmtree(further, ignore_errors=True)
    further.mkdir(parents=True)
    listed: list[dict[str, Any]] = []
    with style.style():
        for plate in outcome_figures.plates(result, setting):
            first = plate.name in outcome_figures.FIRST
            stem = plate.name if first else f"further/{plate.name}"
            drawn = plate.drawn or (outcome_figures.notice(plate) if first else None)
            entry = {
                "name": plate.name,
                "title": plate.title,
                "drawn": plate.drawn is not None,
                "reason": plate.reason or None,
            }
            if drawn is None:
                entry |= {"stem": None, "further_pages": [], "description": "", "boxes": None}
            else:
                entry |= style.save_listed(
                    drawn.pages,
                    folder,
                    stem,
                    title=plate.title,
                    description=drawn.description,
                    how=prints.how,
                )
                spreadsheets.write_table(drawn.numbers, folder / f"{stem}.csv")
            if plate.drawn is None:
                # A sentence stands where a first figure is not drawn, for its files are always there; it is no figure.
                entry["stem"] = None
            listed.append(entry)
    tables.write_json(listed, folder / "figures.json")
    print(f"{setting.name}: {sum(entry['drawn'] for entry in listed)} of {len(listed)} figures apply")


if __name__ == "__main__":
    run(main)
