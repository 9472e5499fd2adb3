"""The report put together: its sections in their order, and what each update changed.

What a review does not have is not there. First comes what everybody asks, then what a review of studies has to show, then what
somebody needs who wants to know how it was done.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from typing import Any

from evergreen import __version__, tables
from evergreen.bias.tools import tool_of
from evergreen.figures import stage_table
from evergreen.protocol.whole import Protocol
from evergreen.report import (
    alerts,
    characteristics,
    facts,
    findings,
    methods,
    methods_sections,
    queries,
    references,
    results,
    risk,
    search,
    selection,
    summary,
)
from evergreen.report.blocks import Block, Cell, Figure, Heading, Lines, Link, Section, Table, Text, heads
from evergreen.report.changes import rounds, since
from evergreen.report.citing import Citations
from evergreen.report.facts import Facts
from evergreen.report.inputs import Inputs
from evergreen.report.methods_sections import COMPUTED_WITH
from evergreen.report.outcome_names import OutcomeNames
from evergreen.report.status import Waiting
from evergreen.synthesis.result.trail_places import place_of

READ_AND_WRITTEN_WITH = ("pyarrow", "lxml", "RapidFuzz", "openpyxl", "pydantic", "Jinja2", "python-docx")
EVIDENCE, METHODS = "The evidence", "How it was done"
"""Parts under which the contents list the sections that come after the summary."""


class Report:
    """The report of one run, of its protocol and the files that it is given."""

    def __init__(self, protocol: Protocol, inputs: Inputs) -> None:
        self.protocol, self.inputs = protocol, inputs
        self.pooled = inputs.results
        self.outcomes = [outcome for outcome in protocol.outcomes if outcome.id in self.pooled]
        self.counts = inputs.json("prisma") if "prisma" in inputs else None
        self.facts = facts.read(protocol, inputs)
        self.label = inputs.label
        self.named = OutcomeNames(self.outcomes, self.pooled)
        self.findings = findings.read(protocol, inputs)
        self.changes: dict[str, list[Block]] = {}
        if "studies" in inputs:
            studies = inputs.table("studies")
            self.changes = rounds.changes(protocol, self.counts, studies, self.outcomes, self.pooled)
        self._works = None
        if "works" in inputs:
            self._works = alerts.marked(inputs.table("works"), inputs.table("notices"))

    def sections(self) -> list[Section]:
        """The sections in the order of the report."""
        found = [
            *self._alerts(),
            summary.section(
                self.protocol.question, self.counts, self.outcomes, self.pooled, self.findings, self.facts, self._new(),
            ),
            *_in_part(EVIDENCE, self._evidence()),
            *_in_part(METHODS, self._methods()),
        ]  # fmt: skip
        return list(map(self.citations.cited, found))

    def references(self) -> list[dict[str, Any]]:
        """The reports that the review refers to and the sources of its methods, as CSL-JSON, in the order of their numbers."""
        methods = [dict(method.item) for method in self.citations.methods]
        if self._works is None:
            return methods
        by_work = {work["work_id"]: work for work in tables.rows(self._works)}
        return [*references.csl(by_work[work] for work in self._named_works()), *methods]

    @cached_property
    def citations(self) -> Citations:
        """The numbers of the references."""
        reports = {}
        if self._works is not None:
            studies = self.inputs.table("studies")
            reports = {
                self.label(row["study"]): row["work_ids"].split("; ")
                for row in tables.rows(studies[studies["status"].eq("included")])
            }
        said = methods_sections.sections(self.protocol, self.facts).values()
        return Citations(self._named_works(), reports, [text for paragraphs in said for text in paragraphs])

    def _named_works(self) -> list[str]:
        if self._works is None:
            return []
        return references.named_works(self.inputs.table("studies"), self.inputs.tables("named_studies"))

    def _alerts(self) -> list[Section]:
        if self._works is None:
            return []
        became = alerts.section(alerts.alerts(self._works, self.inputs.table("notices")), self.label)
        return [became] if became else []

    def _evidence(self) -> Iterable[Section]:
        inputs, protocol = self.inputs, self.protocol
        frozen = since.blocks(inputs.json("since")) if "since" in inputs else []
        if self.changes or frozen:
            yield rounds.section(self.changes, frozen)
        if self.outcomes and "converted" in inputs:
            yield findings.section(self.findings, protocol.question)
        if self._works is not None or self.counts is not None:
            yield self._selection()
        if "characteristics" in inputs:
            yield characteristics.section(inputs.table("characteristics"), inputs.included, self.label)
        if "judgements" in inputs:
            folder = inputs.paths("bias_figures")[0].parent
            words, tool = methods.bias(protocol, self.facts), tool_of(protocol.risk_of_bias.tool)
            yield risk.section(inputs.judged(tool), tool, folder, words, self.label, self.named)
        if self.outcomes and "converted" in inputs:
            links = selection.citations(self._works) if self._works is not None else {}
            compared = results.comparisons(self.outcomes, protocol.question)
            folder = next(path for path in inputs.paths("figures") if path.name == "figures.json").parents[1]
            extracted = inputs.table("converted")
            yield from results.sections(compared, self.pooled, extracted, folder, links, self.label)
        if self._works is not None:
            named, full_text = inputs.tables("named_studies"), inputs.table("decisions_full_text")
            found = selection.studies_section(
                inputs.table("studies"), self._works, full_text, named, self.citations, self.label
            )
            files = {"CSL-JSON": "json", "BibTeX": "bib", "RIS": "ris"}
            saved = [Link(f"References as {name}", f"references.{end}") for name, end in files.items()]
            found.blocks.append(Lines(saved))
            yield found
        elif self.citations.methods:
            yield Section("studies", "References", [selection.method_references(self.citations)])

    def _methods(self) -> Iterable[Section]:
        inputs, protocol = self.inputs, self.protocol
        yield how(protocol, self.facts)
        yield differences(protocol)
        if "counts" in inputs:
            yield search.section(protocol, self.facts)
        studies = inputs.table("studies") if "studies" in inputs else None
        asked = (
            queries.section(inputs.table("queries"), studies, self.label, self.named)
            if "queries" in inputs
            else None
        )
        if asked:
            yield asked
        yield waiting(inputs.json("status"), *self._stages())
        yield appendix()

    def _stages(self) -> Iterable[Figure]:
        if "stages" in self.inputs:
            path = self.inputs.path("stages")
            alt = f"Stages of the review. {stage_table.described(self.inputs.table('stages'))}."
            caption = "Stages of the review: what Evergreen does, what people do, and what waits for whom"
            yield Figure("stages", path.with_suffix(""), alt, caption)

    def _new(self) -> str:
        """What the latest update brought, in words; "" where there was none."""
        if not self.changes:
            return ""
        day = max(self.changes)
        said = next(block.text for block in self.changes[day] if isinstance(block, Text))
        return f"Update of {day}: {said}"

    def _selection(self) -> Section:
        inputs = self.inputs
        flow = inputs.path("flow").with_suffix("") if "flow" in inputs else None
        comparisons = {path.with_suffix(""): tables.read_json(path) for path in inputs.paths("agreement")}
        words = methods.selection(self.protocol, self.facts)
        return selection.section(flow, self.counts, comparisons, self.protocol.screening.reasons, words)


def _in_part(part: str, sections: Iterable[Section]) -> list[Section]:
    """The sections, the first of them under the heading of its part; a review that has not begun has none."""
    found = list(sections)
    return [replace(found[0], part=part), *found[1:]] if found else []


def waiting(items: Sequence[Mapping[str, Any]], *drawn: Block) -> Section:
    """What awaits whom, with links to the pages where it is done, after the stages as `drawn`."""
    every = [Waiting(**one) for one in items]
    lines = [Link(one.line(), f"../{one.page}") if one.page else one.line() for one in every]
    block: Block = Lines(lines) if lines else Text("Nothing awaits anybody.")
    return Section("waiting", "What awaits whom", [*drawn, block])


def how(protocol: Protocol, known: Facts) -> Section:
    """The methods in words, and last with which programs the numbers were made."""
    found: list[Block] = []
    for heading, paragraphs in methods_sections.sections(protocol, known).items():
        found += [Heading(heading, f"methods-{place_of(heading)}"), *map(Text, paragraphs)]
    return Section("methods", "Methods in words", found)


def differences(protocol: Protocol) -> Section:
    """What was done otherwise than the protocol had planned, as its authors say it."""
    said = methods.changed(protocol)
    none = "The authors name no amendment of the protocol and no difference from it."
    block: Block = Lines(said) if said else Text(none)
    return Section("differences", "Differences between protocol and review", [block])


def appendix() -> Section:
    """Versions of the programs, and where it stands how long the steps took and what they were made from.

    The times themselves are not of the content: they differ from run to run, and the report does not.
    """
    rows: list[list[Cell]] = [["Evergreen", __version__], ["Python", platform.python_version()]]
    rows += [[name, version(name)] for name in (*COMPUTED_WITH, *READ_AND_WRITTEN_WITH)]
    links: list[Cell] = [
        Link("By what code, with which values and from which files each step was made", "../logs/receipts/"),
        Link("What each step took, in the last line of its log", "../logs/"),
    ]
    columns = heads("Program", "Version")
    table = Table("Programs with which this report was made", columns, rows, id="programs")
    return Section("appendix", "Appendix: programs and steps", [table, Lines(links)])
