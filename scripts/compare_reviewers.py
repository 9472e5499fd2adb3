"""Compare the first votes of each screening stage's reviewers: statistics of agreement as table, JSON and figure.

A stage whose votes are as they were is not compared again.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from evergreen import spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.screening.files import AGREEMENT
from evergreen.steps.parts import Parts


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--params", required=True, type=json_argument, help="{stage: reviewers}")
    arguments.add_argument("--code", default="", help="fingerprint of the code; stages that are of now stay")
    arguments.add_argument("--folder", required=True, type=Path, help="where <stage>/votes.csv stands")
    args = arguments.parse_args(argv)

    parts = Parts("compare_reviewers", args.code)
    for stage, reviewers in args.params.items():
        votes, stem = args.folder / stage / "votes.csv", args.folder / stage / "agreement"
        outputs = [f"{stem}{suffix}" for suffix in AGREEMENT]
        parts.make(stage, reviewers, [votes], outputs, partial(_compare, stage, reviewers, votes, stem))


def _compare(stage: str, reviewers: list[str], votes: Path, stem: Path) -> None:
    from evergreen.figures.agreement_plot import agreement_figure  # takes long to load
    from evergreen.figures.style import save, style
    from evergreen.screening.reviewer_comparison import agreement_table, compare

    comparison = compare(tables.read_table(votes), stage=stage, reviewers=reviewers)
    spreadsheets.write_table(agreement_table(comparison), f"{stem}.csv")
    tables.write_json(comparison, f"{stem}.json")
    with style():
        save(agreement_figure(comparison), stem, title="Agreement of the reviewers")


if __name__ == "__main__":
    run(main)
