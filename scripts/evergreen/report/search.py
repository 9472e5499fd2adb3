"""The searches in the report: what was asked, when, and what came back."""

from __future__ import annotations

from collections.abc import Mapping

from evergreen.protocol.model import Protocol
from evergreen.report.blocks import Block, Cell, Code, Head, Link, Section, Table, Text

# The audit page of all PubMed searches, from the folder of the report.
SEARCH_LOG = "../search/search-log.html"


def section(
    protocol: Protocol,
    counts: Mapping[tuple[str, str], Mapping[str, int]],
    retrieved: Mapping[tuple[str, str], str],
    strategies: Mapping[str, str],
    words: str,
) -> Section:
    """`counts` and `retrieved` (when PubMed was asked) by source and round; `strategies`: file name to text."""
    sources = protocol.sources
    columns = [Head("Source"), Head("Platform"), Head("Search date"), Head("Retrieved"), Head("Hits", True), Head("New", True), Head("Seen before", True)]  # fmt: skip
    rows: list[list[Cell]] = []
    for (name, day), count in counts.items():
        source = sources[name]
        rows.append([
            source.name, source.platform, day, Link(retrieved[name, day], SEARCH_LOG) if (name, day) in retrieved else "export file",
            f"{count['hits']:,}", f"{count['new']:,}", f"{count['seen_before']:,}",
        ])  # fmt: skip
    blocks: list[Block] = [Text(words), Table("Searches", columns, rows)]
    notes = [f"{source.name}: {source.note}" for source in sources.values() if source.note]
    blocks += [Text(note, "note") for note in notes]
    blocks += [Code(f"Search strategy as run ({path})", text) for path, text in strategies.items()]
    return Section("search", "Search", blocks)
