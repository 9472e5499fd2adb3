"""Write the log of all PubMed searches as one page."""

from __future__ import annotations

from pathlib import Path

from evergreen.command import parser, run
from evergreen.search import audit, journal
from evergreen.tables import read_json, read_rows, write_text


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--searches", type=Path, nargs="+", required=True, help="folders `<source>/<round>`, oldest first"
    )
    arguments.add_argument("--out", type=Path, required=True)
    args = arguments.parse_args(argv)
    write_text(audit.page([_search(folder) for folder in args.searches]), args.out)
    for folder in args.searches:
        journal.discard(folder)


def _search(folder: Path) -> audit.Search:
    return audit.Search(
        source=folder.parent.name,
        log=read_json(folder / "log.json"),
        retrieved=read_json(folder / "retrieved.json"),
        batches=read_json(folder / "batches.json"),
        changes=read_rows(folder / "changes.csv"),
    )


if __name__ == "__main__":
    run(main)
