"""Say what awaits whom, and whether a run is due, without starting a run.

Run by a person, never by a rule. It reads what the last run left, and compares people's files with those that it read.

  evergreen status ../my-review
  evergreen status ../my-review --json
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from evergreen.command import parser, run
from evergreen.errors import InputError
from evergreen.runs import state

TEXT, RECORDS, FEED = (Path(f"results/report/status.{name}") for name in ("txt", "json", "atom"))


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    form = arguments.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="{title, due: [why a run is due], awaits: [status.json]}"
    )
    form.add_argument(
        "--atom", action="store_true", help="the feed of the last run (results/report/status.atom)"
    )
    args = arguments.parse_args(argv)
    if not (args.review / "config/config.yaml").is_file():
        raise InputError(
            "there is no review in this folder (config/config.yaml)",
            file=args.review,
            todo="Start one: evergreen new FOLDER",
        )
    os.chdir(args.review)
    due = state.due()
    if not TEXT.is_file():
        print(_as_json("", due, []) if args.json else "\n".join(due))
    elif args.json:
        title = TEXT.read_text(encoding="utf-8").partition("\n")[0]
        print(_as_json(title, due, json.loads(RECORDS.read_text(encoding="utf-8"))))
    elif args.atom:
        print(FEED.read_text(encoding="utf-8"), end="")
    else:
        print(*state.told(due), TEXT.read_text(encoding="utf-8").rstrip(), sep="\n")


def _as_json(title: str, due: list[str], awaits: list[object]) -> str:
    return json.dumps({"title": title, "due": due, "awaits": awaits}, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    run(main)
