"""Say what the judged studies are called, so that their figures are drawn again where one of them is called anew and only then."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import parser, run
from evergreen.screening.study_labels import StudyLabels


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--judgements", required=True)
    arguments.add_argument("--studies", required=True, help="studies.csv of screening")
    arguments.add_argument("--out", required=True, help="study, label")
    args = arguments.parse_args(argv)

    label = StudyLabels((row["study"], row["report_name"]) for row in tables.read_rows(args.studies))
    judged = dict.fromkeys(row["study"] for row in tables.read_rows(args.judgements))
    tables.write_rows(
        [{"study": study, "label": label(study)} for study in judged], ["study", "label"], args.out
    )


if __name__ == "__main__":
    run(main)
