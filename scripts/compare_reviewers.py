"""Compare the first votes of each screening stage's reviewers: statistics of agreement as table, JSON and figure.

A stage whose votes are as they were is not compared again.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
from evergreen.figures import printing
from evergreen.screening.files import agreement_files
from evergreen.steps.parts import Parts


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--params", "{stage: reviewers}")
    arguments.add_code("stages")
    printing.add_argument(arguments)
    arguments.add_argument("--folder", required=True, type=Path, help="where <stage>/votes.csv stands")
    args = arguments.parse_args(argv)

    parts = Parts("compare_reviewers", args.code)
    for stage, reviewers in args.params.items():
        votes, stem = args.folder / stage / "votes.csv", args.folder / stage / "agreement"
        outputs = agreement_files(args.folder / stage, args.prints.formats)
        make = partial(_compare, stage, reviewers, votes, stem, args.prints)
        parts.make(stage, [reviewers, args.prints.values], [votes], outputs, make)


def _compare(stage: str, reviewers: list[str], votes: Path, stem: Path, prints: printing.Prints) -> None:
    from evergreen.figures.agreement_plot import agreement_figure, title_of  # takes long to load
    from evergreen.figures.style import save, style
    from evergreen.screening.reviewer_comparison import agreement_table, compare

    comparison = compare(tables.read_table(votes), stage=stage, reviewers=reviewers)
    spreadsheets.write_table(agreement_table(comparison), f"{stem}.csv")
    tables.write_json(comparison, f"{stem}.json")
    with style():
        save(agreement_figure(comparison), stem, title=title_of(stage), **prints.how)


if __name__ == "__main__":
    run(main)
