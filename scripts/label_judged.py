"""Say which judged studies are included and what they are called, so that their figures are drawn again where that changes and only then."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import parser, run
from evergreen.screening.studies import of_included
from evergreen.screening.study_labels import StudyLabels


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--judgements", required=True)
    arguments.add_argument("--studies", required=True, help="studies.csv of screening")
    arguments.add_argument("--out", required=True, help="study, label of the included ones")
    args = arguments.parse_args(argv)

    studies = tables.read_table(args.studies)
    label = StudyLabels.listed(studies)
    judged = of_included(tables.read_table(args.judgements), studies)
    rows = [{"study": study, "label": label(study)} for study in dict.fromkeys(judged["study"])]
    tables.write_rows(rows, ["study", "label"], args.out)


if __name__ == "__main__":
    run(main)
