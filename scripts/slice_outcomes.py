"""Cut the slice of every outcome: all that pooling it reads. What cannot be pooled is refused before anything is."""

from __future__ import annotations

from pathlib import Path

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
from evergreen.errors import refuse
from evergreen.extraction.slices import Slices, as_csv, slices_of
from evergreen.protocol.outcomes import outcomes_of
from evergreen.screening.notices import of_studies
from evergreen.synthesis.readiness import refusals
from evergreen.tables import read_table


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--converted", required=True)
    arguments.add_argument("--studies", required=True)
    arguments.add_argument("--screened")
    arguments.add_argument("--judgements")
    arguments.add_argument("--notices", help="what became of reports")
    arguments.add_structure("--outcomes", "outcomes of the protocol")
    arguments.add_argument("--folder", type=Path, required=True, help="where <outcome>.csv goes")
    args = arguments.parse_args(argv)

    outcomes = outcomes_of(args.outcomes)
    rows, studies = read_table(args.converted), read_table(args.studies)
    screened = read_table(args.screened) if args.screened else None
    judgements = read_table(args.judgements) if args.judgements else None
    marked = of_studies(spreadsheets.read_table(args.notices)) if args.notices else {}
    refuse(refusals(rows, studies, outcomes, screened=screened))
    cut = Slices(rows, screened=screened, judgements=judgements, studies=studies, marked=marked)
    for name, rows_of_it in slices_of(cut, outcomes).items():
        tables.write_text(as_csv(rows_of_it), args.folder / f"{name}.csv")


if __name__ == "__main__":
    run(main)
