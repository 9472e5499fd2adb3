"""Risk of bias in the report: the two figures and the support of every judgement."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import tool_of
from evergreen.report.blocks import Block, Cell, Figure, Head, Link, Section, Table, Text

CAPTIONS = {
    "summary": "Risk-of-bias summary: judgements for each study. Files:",
    "graph": "Risk-of-bias graph: judgements as percentages of the studies. Files:",
}


def section(judgements: pd.DataFrame, tool: str, figures: Path, words: str) -> Section:
    """`judgements` as results/risk_of_bias/judgements.csv; `tool` of the protocol; `figures` the folder of the figures."""
    # A tool of the reviewers' own names its domains itself.
    names = (
        {}
        if tool.endswith((".yaml", ".yml"))
        else {domain.id: domain.name for domain in tool_of(tool).domains}
    )
    blocks: list[Block] = [Text(words)]
    for name, caption in CAPTIONS.items():
        stem = figures / name
        if stem.with_name(f"{name}.svg").is_file():
            alt = f"{caption.split(':')[0]} of {judgements['study'].nunique()} studies in {judgements['domain'].nunique()} domains."
            blocks.append(Figure(f"bias-{name}", stem, alt, caption))
    columns = [
        Head("Study"),
        Head("Outcome"),
        Head("Domain"),
        Head("Judgement"),
        Head("Support"),
        Head("Where"),
    ]
    if not judgements["outcome"].ne("").any():
        columns.pop(1)
    rows: list[list[Cell]] = []
    for item in tables.rows(judgements):
        source = item["source"]
        cells: list[Cell] = [
            item["study"],
            item["outcome"],
            names.get(item["domain"], item["domain"]),
            item["judgement"].capitalize(),
            item["support"],
            Link("source", source) if source.startswith("http") else source,
        ]
        rows.append(cells if len(columns) == 6 else [cells[0], *cells[2:]])
    blocks.append(Table("Judgements and their support", columns, rows, fold="Support for the judgements"))
    return Section("bias", "Risk of bias", blocks)
