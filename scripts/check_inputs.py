"""Check the files that people wrote before any step reads them. What reads a kind of file is loaded where such a file is checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen import sheets, tables
from evergreen.bias.tools import tool_of
from evergreen.command import json_argument, parser, run
from evergreen.errors import InputError, ReviewError, refuse
from evergreen.extraction import check as extraction_check
from evergreen.extraction import comparing, merge
from evergreen.protocol.outcomes import Outcome, columns_read, fillings_of, measures_of, outcomes_of
from evergreen.protocol.part import ADJUDICATION

if TYPE_CHECKING:
    import pandas as pd


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure(
        "--files",
        "{area: [[kind, path], ...]}; an export has its format, columns and none_expected third, the ratings of certainty the outcomes",
    )
    arguments.add_argument(
        "--params", type=json_argument, default={}, help="what the check has to know of the protocol"
    )
    args = arguments.parse_args(argv)
    check(args.files, **args.params)


def check(
    files: dict[str, list[Any]],
    *,
    tool: str = "rob1",
    reasons: Mapping[str, list[str]] = {},
    given_counts: Mapping[str, Any] = {},
    outcomes: Sequence[dict[str, Any]] = (),
    scales: Mapping[str, str] = {},
    screened: bool = False,
) -> None:
    """Raise InputError with every fault of people's files; besides these the arguments are what `params.check_inputs` gives."""
    faults: list[InputError] = []
    for day, raw in sorted(given_counts.items()):
        from evergreen.prisma.counts import chained, given
        from evergreen.prisma.identities import check_counts

        try:
            counts, sources = given(day, raw)
            check_counts(chained({day: counts}, {}), {day: sources})
        except InputError as fault:
            faults.append(fault)
        except ReviewError as fault:
            # The total of one round says the same again.
            problem = next(line for line in str(fault).splitlines() if day in line)
            todo = f"Mend the counts under `prisma.given.{day}`."
            faults.append(InputError(problem, file="config/config.yaml", todo=todo))
    if "bias" in files:
        try:
            tool_of(tool)
        except InputError as fault:
            refuse([*faults, fault])  # no sheet of judgements can be read without it
    read: dict[str, dict[str, pd.DataFrame]] = defaultdict(dict)
    asked = outcomes_of(outcomes)
    for _, area in sorted(files.items()):
        for kind, path, *how in area:
            try:
                if kind in ("extraction", "adjudication_extraction"):
                    how = [{"read": columns_read(asked)}]
                sheet = _check(kind, Path(path), tool, reasons, *how)
                if sheet is not None:
                    read[kind][Path(path).stem] = sheet
            except InputError as fault:
                faults.append(fault)
    refuse(faults)
    if asked and read["extraction"]:
        refuse(_unpoolable(read, asked, scales, screened))


def _unpoolable(
    read: Mapping[str, dict[str, pd.DataFrame]],
    outcomes: Sequence[Outcome],
    scales: Mapping[str, str],
    screened: bool,
) -> list[InputError]:
    """What the sheets of all extractors, `read` by kind and name, together leave to mend before their outcomes can be pooled."""
    from evergreen.extraction.derive import derive
    from evergreen.synthesis.readiness import refusals  # takes long to load

    adjudication = next(iter(read["adjudication_extraction"].values()), None)
    rows = merge.merge_extraction(
        read["extraction"], adjudication, columns_read(outcomes), measures_of(outcomes)
    )
    studies = merge.merge_studies(read["extraction_studies"], adjudication)
    converted = merge.texts(derive(rows.rows, scales, fillings_of(outcomes)))
    return refusals(converted, merge.texts(studies.rows), outcomes, compare=not screened)


def _check(
    kind: str, path: Path, tool: str, reasons: Mapping[str, list[str]], how: dict[str, Any] | None = None
) -> pd.DataFrame | None:
    """Read one file and check what its kind must hold; `how` says how it is to be read. Gives the rows of a sheet."""
    if kind in ("strategy", "export_strategy", "export"):
        if not path.is_file():
            raise InputError(
                "the file is missing", file=path, todo="Create it or mend its path in config/config.yaml."
            )
        if kind == "export":
            from evergreen.records import formats

            formats.check(path, **(how or {}))
        elif kind == "strategy":
            from evergreen.search import strategy

            strategy.read_file(path)
        else:
            from evergreen.search.typed_text import text_of

            text_of(path)
        return None
    if kind == "studies_beside":
        file = (how or {})["read"]
        worksheet, read = (sheets.read_sheet(one, "extraction_studies") for one in (path, file))
        refuse(comparing.passed_over(worksheet, read, file))
        return None
    frame = sheets.read_sheet(path, kind, values=(how or {})["read"] if kind == "extraction" else ())
    if kind in ("screening", "adjudication_screening"):
        from evergreen.screening.ballots import ballots

        ballots(frame, stage=path.parent.name, reasons=reasons)
    elif kind == "extraction":
        extraction_check.check(frame)
    elif kind == "extraction_studies":
        refuse(extraction_check.twice(tables.rows(frame), merge.STUDY_KEY))
    elif kind == "adjudication_extraction":
        merge.check_adjudication(frame, **(how or {}))
    elif kind == "queries":
        from evergreen.extraction.queries.asking import answers_of

        answers_of(frame)
    elif kind == "certainty":
        from evergreen.bias.certainty import certainty_of

        certainty_of(frame, **(how or {}))
    elif kind == "risk_of_bias":
        from evergreen.bias import judgements

        check = judgements.check_adjudication if path.stem == ADJUDICATION else judgements.check
        check(frame, tool_of(tool))
    return frame


if __name__ == "__main__":
    run(main)
