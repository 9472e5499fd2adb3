"""Write the checklists of PRISMA 2020, PRISMA-S and living reviews, with what the run knows filled in."""

from __future__ import annotations

from pathlib import Path

from evergreen import spreadsheets
from evergreen.command import json_argument, parser, run
from evergreen.protocol.model import Protocol
from evergreen.report.checklist import Run, checklist, sections
from evergreen.report.document import document
from evergreen.tables import read_json, read_table, replaced


def main(argv: list[str] | None = None) -> None:
    p = parser(__doc__)
    p.add_argument("--counts", type=Path, required=True)
    p.add_argument("--per-source", type=Path, required=True)
    p.add_argument("--excluded", type=Path, required=True)
    p.add_argument("--searches", type=Path, nargs="*", default=[], help="<source>/<round>/log.json")
    p.add_argument("--protocol", type=json_argument, required=True)
    p.add_argument(
        "--people", type=json_argument, required=True, help="extractors, assessors, certainty (true or false)"
    )
    p.add_argument("--table", type=Path, required=True)
    p.add_argument("--word", type=Path, required=True)
    args = p.parse_args(argv)

    protocol = Protocol.model_validate(args.protocol)
    known = Run(
        protocol=protocol,
        counts=read_json(args.counts),
        sources=spreadsheets.read_table(args.per_source),
        searches=[{**read_json(path), "source": path.parent.parent.name} for path in args.searches],
        excluded=len(read_table(args.excluded)),
        **args.people,
    )
    table = checklist(known)
    spreadsheets.write_table(table, args.table)
    review = protocol.review.model_copy(update={"note": "Reporting checklists"})
    with replaced(args.word) as draft:
        draft.write_bytes(document(review, sections(table), landscape=True))


if __name__ == "__main__":
    run(main)
