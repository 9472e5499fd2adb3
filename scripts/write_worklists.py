"""Write what reviewers, extractors, assessors and adjudicators have still to do: CSV, workbook, page; RIS for screening.

A stage or task of which nothing changed keeps its lists.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen import sheets, spreadsheets, tables
from evergreen.command import parser, run
from evergreen.screening.files import SEVERAL, WORKLISTS
from evergreen.screening.votes import ADJUDICATION
from evergreen.steps.parts import Parts
from evergreen.worklists import files

if TYPE_CHECKING:
    import pandas as pd

    from evergreen.protocol.outcomes import Outcome
    from evergreen.worklists.bias import Extracted
    from evergreen.worklists.lists import WorkList


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--works", help="works.parquet of the deduplication, if anything was searched")
    arguments.add_argument(
        "--studies", help="studies.csv of the screening; without it, the studies that sheets name"
    )
    arguments.add_structure(
        "--params",
        "title, question, highlight, eligibility, formerly, reasons [[key, [label, ...]]], stages {stage: {reviewers, votes: their sheets}}; a page holds its own reviewer's votes;"
        " extraction {people, sheets, study_sheets, outcomes, columns}, bias {people, sheets, rows: the sheets of extractors, tool, outcomes}",
    )
    arguments.add_code("stages")
    arguments.add_argument(
        "--folder", required=True, type=Path, help="where <stage>/awaiting.csv and conflicts.csv stand"
    )
    arguments.add_argument(
        "--results", type=Path, help="where lists of extraction and risk of bias go, in folders of theirs"
    )
    args = arguments.parse_args(argv)

    texts = {
        name: args.params[name]
        for name in ("title", "question", "highlight", "reasons", "eligibility", "formerly")
    }
    parts = Parts("write_worklists", args.code)
    for stage, given in args.params["stages"].items():
        folder = args.folder / stage
        inputs = [args.works, folder / "awaiting.csv", folder / "conflicts.csv", *given["votes"]]
        outputs = [
            folder / form.format(name) for name in (*given["reviewers"], ADJUDICATION) for form in WORKLISTS
        ]
        make = partial(_write, stage, args.works, given, texts, folder)
        parts.make(stage, {**texts, **given}, inputs, [*outputs, folder / SEVERAL], make)
    tasks = {"extraction": _to_extract, "bias": _to_judge}
    if not tasks.keys() & args.params.keys():
        return
    # Read before the parts: another record, vote or number changes the tables, and hardly ever these lines of them.
    included = _included(args.studies, args.works)
    for task, lists in tasks.items():
        if task not in args.params:
            continue
        given = args.params[task]
        if task == "bias":
            given = {**given, "extracted": _extracted(given)}
        folder = args.results / files.PLACES[task]
        inputs = [
            *given["sheets"].values(),
            *given.get("study_sheets", {}).values(),
            *given.get("tool_file", []),
        ]
        outputs = [folder / form.format(name) for name in given["people"] for form in files.OF_TASK[task]]
        shown = {"title": texts["title"], "eligibility": texts["eligibility"]}
        values = {**shown, "included": included, **given}
        parts.make(
            task,
            values,
            inputs,
            outputs,
            partial(_write_lists, lists, shown, given, included, folder),
        )


def _write(stage: str, works_file: str, given: dict[str, Any], texts: dict[str, Any], folder: Path) -> None:
    from evergreen.screening.webpage import highlight_terms, packed, page_in_pieces, screening_page
    from evergreen.screening.worklists import TEXT, conflict_list, work_list

    tables.spare_memory()
    there = tables.columns_of(works_file)
    works = tables.read_table(works_file, [name for name in ("work_id", *TEXT) if name in there])
    awaiting = tables.read_table(folder / "awaiting.csv")
    waits = {name: awaiting[awaiting["reviewer"].eq(name)].drop(columns="reviewer").reset_index(drop=True) for name in given["reviewers"]}  # fmt: skip
    # Most reviewers wait for the same works: `like` is the first for whom the list of each is made.
    like = {name: next(first for first in waits if waits[first].equals(own)) for name, own in waits.items()}
    lists: dict[str, pd.DataFrame] = {}
    for name, first in like.items():
        lists[name] = work_list(works, awaiting, name) if first == name else lists[first]
    conflicts = spreadsheets.read_table(folder / "conflicts.csv")
    lists[ADJUDICATION] = conflict_list(works, conflicts, awaiting)
    del works  # as large as the lists
    own = sheets.by_person(given["votes"], lists, texts["formerly"])
    words = dict(texts["reasons"])
    reasons = {key: names[0] for key, names in words.items()}
    terms = highlight_terms(texts["question"], texts["highlight"])
    several = folder / SEVERAL
    shutil.rmtree(several, ignore_errors=True)
    several.mkdir(parents=True)
    blocks: dict[str, list[str]] = {}
    for name, rows in lists.items():
        first = like.get(name, name)
        if first == name:  # the others wait for the same works
            blocks[name] = packed(rows)
        kind = "adjudication_screening" if name == ADJUDICATION else "screening"
        how: dict[str, Any] = {
            "stage": stage, "reviewer": name, "title": texts["title"], "reasons": words, "terms": terms, "eligibility": texts["eligibility"],
            "earlier": sheets.read_sheet(own[name], kind) if name in own else None,
        }  # fmt: skip
        page = folder / f"{name}.html"
        if blocks[first]:
            tables.write_pieces(page_in_pieces(rows, blocks[first], **how), page)
        else:
            tables.write_text(screening_page(rows, **how), page)
        if first == name:
            _write_files(rows, name, folder, stage, reasons)
        else:
            _copy_files(first, name, folder)
        print(f"{stage}, {name}: {len(rows)} to decide")


def _write_files(rows: pd.DataFrame, name: str, folder: Path, stage: str, reasons: dict[str, str]) -> None:
    from evergreen.screening.exchange.ris_lists import MOST_RECORDS, write_lists
    from evergreen.screening.worklist_workbook import write_workbook

    # The abstracts of a long list are most of its bytes; page and RIS have them.
    table = rows.drop(columns="abstract") if len(rows) > MOST_RECORDS else rows
    spreadsheets.write_table(table, folder / f"worklist-{name}.csv")
    write_workbook(table, folder / f"worklist-{name}.xlsx", stage=stage, reasons=reasons)
    write_lists(rows, folder / f"worklist-{name}.ris", folder / SEVERAL / f"worklist-{name}")


def _copy_files(first: str, name: str, folder: Path) -> None:
    """The files of `first` for somebody with the same list; only what nobody fills in may be the same file."""
    for form in ("worklist-{}.csv", "worklist-{}.xlsx"):
        tables.write_copy(folder / form.format(first), folder / form.format(name))
    for file in [folder / f"worklist-{first}.ris", *(folder / SEVERAL).glob(f"worklist-{first}-*.zip")]:
        own = file.name.replace(f"worklist-{first}", f"worklist-{name}", 1)
        tables.write_copy(file, file.with_name(own), linked=True)


def _included(studies_file: str | None, works_file: str | None) -> dict[str, list[str]] | None:
    """{included study: citations of its reports}; None where nobody screens."""
    if studies_file is None:
        return None
    from evergreen.worklists import citations

    studies = tables.read_table(studies_file)
    works = tables.read_table(works_file, list(citations.COLUMNS)) if works_file else None
    return citations.of_studies(studies[studies["status"].eq("included")], works)


def _write_lists(
    lists: Any,
    shown: dict[str, Any],
    given: dict[str, Any],
    included: dict[str, list[str]] | None,
    folder: Path,
) -> None:
    from evergreen.worklists.page import form  # take long to load
    from evergreen.worklists.workbook import write_workbook

    for work in lists(shown["title"], given, included):
        own = {"sheet": given["sheets"], "register": given.get("study_sheets", {})}
        built = {
            part: tables.sha256_of(paths[work.person]) for part, paths in own.items() if work.person in paths
        }
        tables.write_text(form(work, built, shown["eligibility"]), folder / f"{work.person}.html")
        write_workbook(work, folder / f"{work.person}.xlsx")
        spreadsheets.write_table(work.sheet.frame(), folder / f"{work.person}.csv")
        if work.register is not None:
            spreadsheets.write_table(work.register.frame(), folder / files.REGISTER.format(work.person))
        print(f"{work.task}, {work.person}: {len(work.sheet.rows)} rows")


def _to_extract(title: str, given: dict[str, Any], included: dict[str, list[str]] | None) -> list[WorkList]:
    from evergreen.worklists.extraction import lists_of

    rows = sheets.read_sheets(given["sheets"], "extraction", as_written=True)
    registers = sheets.read_sheets(given["study_sheets"], "extraction_studies")
    return lists_of(title, given["people"], rows, registers, included, _outcomes(given), given["columns"])


def _to_judge(title: str, given: dict[str, Any], included: dict[str, list[str]] | None) -> list[WorkList]:
    from evergreen.bias.tools import tool_of
    from evergreen.worklists.bias import lists_of

    rows = sheets.read_sheets(given["sheets"], "risk_of_bias")
    names = list(dict.fromkeys(outcome.data for outcome in _outcomes(given)))
    return lists_of(title, given["people"], rows, included, names, tool_of(given["tool"]), given["extracted"])


def _extracted(given: dict[str, Any]) -> Extracted:
    """The results that anybody's sheet has, where they are what is judged."""
    from evergreen.bias.tools import tool_of
    from evergreen.worklists.bias import results_of

    if not given["sheets"] or tool_of(given["tool"]).unit != "result":
        return {}
    rows = sheets.read_sheets(given["rows"], "extraction")
    return results_of(rows.values(), _outcomes(given))


def _outcomes(given: dict[str, Any]) -> list[Outcome]:
    from evergreen.protocol.outcomes import outcomes_of

    return outcomes_of(given["outcomes"])


if __name__ == "__main__":
    run(main)
