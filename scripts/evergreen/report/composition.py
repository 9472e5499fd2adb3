"""The report put together: its sections in their order, and what each update changed.

What a review does not have is not there.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen import __version__, tables
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.whole import Protocol
from evergreen.report import (
    alerts,
    facts,
    findings,
    methods,
    queries,
    results,
    risk,
    search,
    selection,
    updates,
)
from evergreen.report.blocks import Block, Cell, Lines, Link, Section, Text, Tiles
from evergreen.report.facts import Facts
from evergreen.report.inputs import Inputs
from evergreen.report.pooling_words import synthesis
from evergreen.report.status import Waiting
from evergreen.synthesis.result import Result

COMPUTED_WITH = ("numpy", "scipy", "pandas", "matplotlib")


class Report:
    """The report of one run, of its protocol and the files that it is given."""

    def __init__(self, protocol: Protocol, inputs: Inputs) -> None:
        self.protocol, self.inputs = protocol, inputs
        self.pooled = inputs.results
        self.outcomes = [outcome for outcome in protocol.outcomes if outcome.id in self.pooled]
        self.counts = inputs.json("prisma") if "prisma" in inputs else None
        self.facts = facts.read(protocol, inputs)
        self.findings = findings.read(protocol, inputs)
        self.changes = self._changes()

    def sections(self) -> list[Section]:
        """The sections in the order of the report."""
        inputs, protocol = self.inputs, self.protocol
        changed = alerts.read(map(str, inputs.paths("changes")))
        works = alerts.marked(inputs.table("works"), changed) if "works" in inputs else None
        found = [
            glance(protocol, self.counts, self.outcomes, self.pooled),
            waiting(inputs.json("status")),
        ]
        studies = inputs.table("studies") if "studies" in inputs else None
        if "queries" in inputs and (asked := queries.section(inputs.table("queries"), studies)):
            found.append(asked)
        if works is not None:
            became = alerts.section(alerts.alerts(works, inputs.table("studies"), changed))
            found = [became, *found] if became else found
        if self.changes:
            found.append(updates.section(self.changes))
        if "counts" in inputs:
            found.append(search.section(protocol, self.facts))
        if works is not None or self.counts is not None:
            found.append(self._selection())
        if works is not None:
            named = inputs.tables("named_studies")
            found.append(
                selection.studies_section(
                    inputs.table("studies"), works, inputs.table("decisions_full_text"), named
                )
            )
        if "judgements" in inputs:
            folder = inputs.paths("bias_figures")[0].parent
            words = methods.bias(protocol, self.facts)
            found.append(risk.section(inputs.table("judgements"), protocol.risk_of_bias.tool, folder, words))
        if self.outcomes and "converted" in inputs:
            found += self._results(works)
        return [*found, how(protocol, self.facts)]

    def _selection(self) -> Section:
        inputs = self.inputs
        flow = inputs.path("flow").with_suffix("") if "flow" in inputs else None
        comparisons = {path.with_suffix(""): tables.read_json(path) for path in inputs.paths("agreement")}
        words = methods.selection(self.protocol, self.facts)
        return selection.section(flow, self.counts, comparisons, self.protocol.screening.reasons, words)

    def _results(self, works: pd.DataFrame | None) -> list[Section]:
        inputs, outcomes, pooled = self.inputs, self.outcomes, self.pooled
        links = selection.citations(works) if works is not None else {}
        folder = inputs.paths("figures")[0].parents[1]
        summary = findings.section(self.findings, self.protocol.question)
        return [summary, results.section(outcomes, pooled, inputs.table("converted"), folder, links)]

    def _changes(self) -> dict[str, list[Block]]:
        """What each round after the first changed; nothing where the review has one round or no screening."""
        if "studies" not in self.inputs or self.counts is None:
            return {}
        studies, rounds = self.inputs.table("studies"), self.counts["rounds"]
        skipped = self.counts["skipped"]
        return {
            day: updates.blocks_of(day, rounds[day], studies, self.outcomes, self.pooled, skipped)
            for day in self.protocol.rounds[1:]
            if day in rounds
        }

    def write_changes(self, folder: Path) -> None:
        """A text for each update into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for day, blocks in self.changes.items():
            text = updates.as_markdown(self.protocol.review.title, day, blocks)
            tables.write_text(text, folder / f"{day}.md")


def glance(
    protocol: Protocol,
    counts: Mapping[str, Any] | None,
    outcomes: Sequence[Outcome],
    pooled: Mapping[str, Result],
) -> Section:
    """Question, numbers and pooled effects."""
    question = protocol.question
    asked = {
        "Population": question.population,
        "Intervention": question.intervention,
        "Comparator": question.comparator,
        "Designs": ", ".join(question.designs),
    }
    lines = [f"{label}: {text}" for label, text in asked.items() if text]
    blocks: list[Block] = [Lines(lines)] if lines else []
    if counts is not None:
        total = counts["total"]
        identified = sum(total[key] for key in total if key.endswith("_results"))
        tiles = [
            (f"{identified:,}", "records identified"),
            *screened_tiles(total, counts["skipped"]),
            (f"{total['total_studies']:,}", "studies included"),
            (f"{total['total_reports']:,}", "reports of them"),
        ]
        if outcomes:
            several = sum(result.several for result in pooled.values())
            tiles.append((f"{several:,}", "outcomes pooled"))
        blocks.append(Tiles(tiles))
    if outcomes:
        blocks.append(results.summary(outcomes, pooled))
    return Section("glance", "At a glance", blocks)


def screened_tiles(total: Mapping[str, Any], skipped: Sequence[str]) -> list[tuple[str, str]]:
    """Works that somebody screened, and those that await it; none of these where nobody is named to screen."""
    if "title_abstract" in skipped:
        return []
    waiting = total["records_pending"]
    tiles = [(f"{total['records_screened'] - waiting:,}", "works screened")]
    return [*tiles, (f"{waiting:,}", "works to screen")] if waiting else tiles


def waiting(items: Sequence[Mapping[str, Any]]) -> Section:
    """What awaits whom, with links to the pages where it is done."""
    lines: list[Cell] = [
        Link(item.line(), f"../{item.page}") if item.page else item.line()
        for item in (Waiting(**one) for one in items)
    ]
    block: Block = Lines(lines) if lines else Text("Nothing awaits anybody.")
    return Section("waiting", "What awaits whom", [block])


def how(protocol: Protocol, known: Facts) -> Section:
    """The methods in words, and last with which programs the numbers were made."""
    texts = [
        methods.search(protocol, known),
        methods.selection(protocol, known),
        methods.extraction(protocol, known),
        methods.bias(protocol, known),
        *synthesis(protocol.outcomes, known.analyses),
        software(),
    ]
    blocks: list[Block] = [Text(text) for text in texts if text]
    if known.deduplication or known.analyses:
        # The times themselves are not of the content: they differ from run to run.
        blocks.append(Lines([Link("Time and memory that the long steps took", "../benchmarks/")]))
    return Section("methods", "Methods in words", blocks)


def software() -> str:
    """The programs with which this report was written, with their versions."""
    with_ = methods.listed(f"{name} {version(name)}" for name in COMPUTED_WITH)
    return f"This report was written with Evergreen {__version__} on Python {platform.python_version()} with {with_}."
