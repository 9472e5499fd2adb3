"""Write the report: an HTML page, with pages for its long tables, a Word document and a workbook from the same sections; its references."""

from __future__ import annotations

from pathlib import Path

from evergreen import tables
from evergreen.command import parser, run
from evergreen.errors import ReviewError
from evergreen.protocol.whole import Protocol
from evergreen.report import findings, findings_table, reference_files
from evergreen.report.blocks import numbered
from evergreen.report.composition import Report
from evergreen.report.inputs import Inputs
from evergreen.report.manuscript import manuscript
from evergreen.report.page import apart, page
from evergreen.report.word import write_document
from evergreen.report.workbook import write_workbook
from evergreen.steps.parts import Parts


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--protocol")
    arguments.add_structure("--inputs", "{name: path or paths}")
    arguments.add_argument("--page", required=True)
    arguments.add_argument("--word", required=True)
    arguments.add_argument("--tables", type=Path, required=True, help="folder for pages of long tables")
    arguments.add_argument("--workbook", required=True, help="all tables, a sheet each")
    arguments.add_argument("--references", type=Path, nargs=3, required=True, help="CSL-JSON, BibTeX, RIS")
    arguments.add_argument(
        "--findings",
        nargs="*",
        default=[],
        help="the summary of findings by itself: a page, a table for machines, a document; nothing where nothing is pooled",
    )
    arguments.add_argument(
        "--receipts",
        action="store_true",
        help="refuse pooled results that are not of the slices that are there",
    )
    args = arguments.parse_args(argv)

    protocol, inputs = Protocol.model_validate(args.protocol), Inputs(args.inputs)
    if args.receipts:
        _refuse_of_before(inputs)
    report = Report(protocol, inputs)
    sections = report.sections()
    last_search = max((search.day for search in report.facts.searches), default="")
    every = numbered(sections)
    whole, long_tables = apart(every)
    tables.write_pieces(page(protocol.review, last_search, whole), args.page)
    args.tables.mkdir(parents=True, exist_ok=True)
    for name, section in long_tables.items():
        review = protocol.review.model_copy(update={"title": f"{protocol.review.title}: {section.title}"})
        tables.write_pieces(page(review, last_search, [section]), args.tables / name)
    with tables.replaced(args.word) as draft, draft.open("wb") as word:
        write_document(protocol.review, numbered(manuscript(report, sections)), word)
    write_workbook(protocol.review.title, every, args.workbook)
    references = report.references()
    as_csl, as_bibtex, as_ris = args.references
    tables.write_json(references, as_csl)
    tables.write_text(reference_files.bibtex(references), as_bibtex)
    tables.write_text(reference_files.ris(references), as_ris)
    if args.findings:
        alone, table, document = args.findings
        summary = findings.section(report.findings, protocol.question, alone=True)
        tables.write_pieces(page(protocol.review, last_search, [summary]), alone)
        tables.write_table(findings_table.table(report.findings), table)
        with tables.replaced(document) as draft, draft.open("wb") as word:
            write_document(protocol.review, numbered([summary]), word, landscape=True)


def _refuse_of_before(inputs: Inputs) -> None:
    """A report of numbers of another day would look like any other."""
    outcomes = [path.stem for path in inputs.paths("results")]
    if old := Parts("pool_outcomes", "").not_of_now(outcomes):
        raise ReviewError(
            f"results/synthesis/{old[0]}.json: the pooled result is not of what was extracted"
            f"{f' (and {len(old) - 1} more)' if len(old) > 1 else ''}. Run the workflow again: evergreen run pool"
        )


if __name__ == "__main__":
    run(main)
