"""The report as a manuscript: the order of a paper, what the run knows written out, and a place for each part that only authors can write.

The order is that of PRISMA 2020 and its checklist for abstracts (Page et al. 2021, BMJ 372:n71).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from evergreen.bias.tools import tool_of
from evergreen.protocol.whole import Protocol
from evergreen.report import methods, methods_sections, results, results_words, risk, search_words, summary
from evergreen.report.blocks import (
    FOR_AUTHORS,
    Block,
    Code,
    Gallery,
    Heading,
    Lines,
    Link,
    Section,
    Table,
    Terms,
    Text,
)
from evergreen.report.characteristics import ROWS
from evergreen.report.composition import Report
from evergreen.report.pooling_words import synthesis
from evergreen.report.selection import IN_SHEETS

OF_SHEETS = (ROWS, IN_SHEETS)
MOST_CELLS = 10_000
"""Cells of a table that stands in the document; one that has more is in the workbook of tables only."""
ORDER = (
    ("Abstract", ("abstract",)),
    ("Background", ("background",)),
    ("Methods", ("methods", "differences")),
    (
        "Results",
        (
            "alerts",
            "found",
            "selection",
            "characteristics",
            "bias",
            "results",
            "comparison",
            "findings",
            "updates",
        ),
    ),
    ("Discussion", ("discussion",)),
    ("Other information", ("other",)),
    ("References", ("studies",)),
    ("Appendix", ("search", "appendix")),
)
"""Parts of the manuscript, and the sections in each by the first word of their id; what is in none stays on the page."""
FOR = "[For the authors: {}]"
WRITTEN = {
    "background": "why the review is needed, given what is known; its objectives.",
    "discussion": "the results in the light of other evidence; weaknesses of the evidence and of the review; what follows for"
    " practice, policy and research.",
}


def manuscript(report: Report, sections: Sequence[Section]) -> list[Section]:
    """The document's sections of those of the page, each part under its heading."""
    own = [*_written(report), *sections]
    found: list[Section] = []
    for part, ids in ORDER:
        there = [one for name in ids for one in own if one.id.partition("-")[0] == name]
        shown = [section for section in map(_printed, there) if section.blocks]
        for position, section in enumerate(shown):
            alone = len(there) == 1 or section.id == "methods"
            title = "" if alone else section.title
            found.append(replace(section, part="" if position else part, title=title))
    return found


def _printed(section: Section) -> Section:
    """The section without what the page keeps closed and the document does not, and without links to files beside the report."""
    kept: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Gallery) or (isinstance(block, Code) and not block.keep):
            continue
        if isinstance(block, Lines) and all(
            isinstance(one, Link) and not one.leads_out for one in block.lines
        ):
            continue
        if isinstance(block, Table):
            if block.fold and not block.keep:
                continue
            if block.cells > MOST_CELLS:
                block = Text(f"{block.caption}: {len(block.rows):,} rows, in tables.xlsx.")
            else:
                block = _for_readers(block)
        kept.append(block)
    return replace(section, blocks=kept)


def _for_readers(table: Table) -> Table:
    """The table without the columns that lead to the sheets."""
    kept = [position for position, head in enumerate(table.columns) if head.name not in OF_SHEETS]
    rows = [[row[position] for position in kept] for row in table.rows]
    return replace(table, columns=[table.columns[position] for position in kept], rows=rows)


def _written(report: Report) -> Iterator[Section]:
    """What the page does not have: abstract, results in words, and places for the authors."""
    yield Section("abstract", "Abstract", [Terms([*_abstract(report)])])
    for name, asked in WRITTEN.items():
        yield Section(name, name.capitalize(), [Text(FOR.format(asked), FOR_AUTHORS)])
    yield Section("found", "Results in words", [*_results(report)])
    yield Section("other", "Other information", [*_other(report.protocol)])


def _abstract(report: Report) -> Iterator[tuple[str, str]]:
    """The items of PRISMA 2020 for abstracts, in their order."""
    protocol, known = report.protocol, report.facts
    said = summary.question_in_words(protocol.question)
    yield "Objectives", f"The question ({said})." if said else FOR.format("the objectives.")
    if text := methods_sections.eligibility(protocol):
        yield "Eligibility criteria", text
    if protocol.sources:
        yield "Information sources", search_words.sources_searched(protocol, known)
    if text := methods.bias(protocol, known):
        yield "Risk of bias", text
    if protocol.outcomes:
        yield "Synthesis of results", " ".join(synthesis(protocol.outcomes, known.analyses)[:2])
    if report.counts is not None:
        yield "Included studies", results_words.flow(report.counts, {})[-1]
    for one in report.findings:
        yield one.outcome.name, summary.answer(one)
    yield "Limitations of the evidence", FOR.format("the weaknesses that matter most.")
    yield "Interpretation", FOR.format("what the results mean.")
    yield "Funding", FOR.format("who paid for the review.")
    registration = protocol.review.registration
    yield "Registration", f"{registration}." if registration else FOR.format("register and number, or none.")


def _results(report: Report) -> Iterator[Block]:
    """The results in words, and all outcomes at a glance."""
    if report.counts is not None:
        yield Heading("Study selection", "found-selection")
        yield Text(" ".join(results_words.flow(report.counts, report.protocol.screening.reasons)))
    if "judgements" in report.inputs:
        tool = tool_of(report.protocol.risk_of_bias.tool)
        if text := results_words.risk_of_bias(report.inputs.judged(tool), risk.domain_names(tool)):
            yield Heading("Risk of bias", "found-bias")
            yield Text(text)
    for one in report.findings:
        yield Heading(one.outcome.name, f"found-{one.outcome.id}")
        yield Text(results_words.outcome(one))
    if report.outcomes:
        yield results.summary(report.outcomes, report.pooled)


def _other(protocol: Protocol) -> Iterable[Block]:
    """Registration, support, interests and where everything can be had."""
    if registration := protocol.review.registration:
        yield Text(f"Registration: {registration}.")
    else:
        yield Text(FOR.format("register and number, or that it was not registered."), FOR_AUTHORS)
    asked = (
        "funding and the role of who gave it; competing interests; where protocol, data and code can be had."
    )
    yield Text(FOR.format(asked), FOR_AUTHORS)
