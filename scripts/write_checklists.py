"""Write the checklists of PRISMA 2020, PRISMA-S and living reviews, with what the run knows filled in."""

from __future__ import annotations

from pathlib import Path

from evergreen import spreadsheets
from evergreen.command import parser, run
from evergreen.protocol.whole import Protocol
from evergreen.report.checklist import checklist, sections
from evergreen.report.checklist_run import read
from evergreen.report.inputs import Inputs
from evergreen.report.word import document
from evergreen.tables import replaced


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--protocol")
    arguments.add_structure("--inputs", "{name: path or paths}")
    arguments.add_argument("--table", type=Path, required=True)
    arguments.add_argument("--word", type=Path, required=True)
    args = arguments.parse_args(argv)

    protocol = Protocol.model_validate(args.protocol)
    table = checklist(read(protocol, Inputs(args.inputs)))
    spreadsheets.write_table(table, args.table)
    review = protocol.review.model_copy(update={"note": "Reporting checklists"})
    with replaced(args.word) as draft:
        draft.write_bytes(document(review, sections(table), landscape=True))


if __name__ == "__main__":
    run(main)
