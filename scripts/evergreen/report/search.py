"""The searches in the report: what was asked, when, and what came back."""

from __future__ import annotations

from evergreen.counting import listed
from evergreen.protocol.whole import Protocol
from evergreen.report import search_words
from evergreen.report.blocks import Block, Cell, Code, Head, Link, Section, Table, Text, heads
from evergreen.report.facts import Facts

# The audit page of all PubMed searches, from the folder of the report.
SEARCH_LOG = "../search/search-log.html"


def section(protocol: Protocol, facts: Facts) -> Section:
    """What was done in words, every search with what it found, remarks and strategies."""
    sources = protocol.sources
    columns = heads("Source", "Platform", "Search date", "Retrieved", Head("Hits", True), Head("New", True), Head("Seen before", True))  # fmt: skip
    rows: list[list[Cell]] = []
    for one in facts.searches:
        source = sources[one.source]
        # When and where PubMed was asked; the day in US Eastern time, by which PubMed dates its records.
        where = Link(f"{one.asked} ({one.endpoint})", SEARCH_LOG) if one.endpoint else "export file"
        numbers = (f"{count:,}" for count in (one.hits, one.new, one.seen_before))
        rows.append([source.name, source.platform, one.day, where, *numbers])
    for name, days in search_words.not_searched(protocol, facts).items():
        source = sources[name]
        for day in days:
            why = source.not_searched.get(day)
            said = f"not searched: {why}" if why else "not searched"
            rows.append([source.name, source.platform, day, said, "", "", ""])
    blocks: list[Block] = [Text(search_words.search(protocol, facts)), Table("Searches", columns, rows)]
    blocks += [Text(f"{source.name}: {source.note}", "note") for source in sources.values() if source.note]
    several = {one.source for one in facts.as_run if one.changed}
    for run in facts.as_run:
        on = f" on {listed(run.days)}" if run.source in several else ""
        title = f"Search strategy of {sources[run.source].name} as run{on} ({run.file})"
        blocks.append(Code(title, run.text, keep=True))
    # What was done with the file of an export only those know who searched.
    for name, text in facts.strategies.items():
        title = f"Search strategy of {sources[name].name} as given with the export ({sources[name].strategy})"
        blocks.append(Code(title, text, keep=True))
    return Section("search", "Search", blocks)
