"""Risk of bias in the report: the two figures and the support of every judgement."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import OVERALL, Tool
from evergreen.report.blocks import Block, Cell, Figure, Link, Section, Table, Text, heads
from evergreen.report.outcome_names import AS_IN_SHEETS, OutcomeNames
from evergreen.screening.study_labels import AS_WRITTEN, StudyLabels

CAPTIONS = {
    "summary": "Risk-of-bias summary: judgements for each {one}",
    "graph": "Risk-of-bias graph: judgements as percentages of the {several}",
}

PLACES = {
    "outcome": "Outcome", "timepoint": "Time point", "comparison": "Comparison", "effect": "Effect of", "variant": "Variant",
}  # fmt: skip
"""What a judgement may be of besides its study: the columns that somebody filled."""


def domain_names(tool: Tool) -> dict[str, str]:
    """The domains of a tool by id, as readers know them, and what its overall judgement is called."""
    return {domain.id: domain.name for domain in tool.domains} | {OVERALL: tool.overall_head or "Overall"}


def section(
    judgements: pd.DataFrame,
    tool: Tool,
    figures: Path,
    words: str,
    label: StudyLabels = AS_WRITTEN,
    outcomes: OutcomeNames = AS_IN_SHEETS,
) -> Section:
    """`judgements` as results/risk_of_bias/judgements.csv; `tool` of the protocol; `figures` the folder of the figures; `outcomes` their
    names."""
    names = domain_names(tool)
    there = [name for name in PLACES if name in judgements and judgements[name].ne("").any()]
    of_results = set(there) - {"variant"}
    one, several = ("result", "results") if of_results else ("study", "studies")
    blocks: list[Block] = [Text(words)]
    for entry in tables.read_json(figures / "figures.json"):
        if entry["drawn"]:
            name, further = entry["name"], [figures / page for page in entry["further_pages"]]
            csv = [("CSV", f"../figures/{figures.name}/{entry['stem']}.csv")]
            caption = CAPTIONS[name].format(one=one, several=several)
            alt = f"{caption.split(':')[0]}. {entry['description']}"
            blocks.append(Figure(f"bias-{name}", figures / entry["stem"], alt, caption, csv, further, entry["boxes"] or ""))  # fmt: skip
    given = {name: PLACES[name] for name in there}
    columns = heads("Study", *given.values(), "Domain", "Judgement", "Support", "Where")
    rows: list[list[Cell]] = []
    for item in tables.rows(judgements):
        source = item["source"]
        where = [item.get(name, "") for name in ("timepoint", "comparison")]
        item["outcome"] = outcomes(item["study"], item["outcome"], *where)
        place = [label(item["study"]), *(item[name] for name in given)]
        judged = [names.get(item["domain"], item["domain"]), item["judgement"].capitalize(), item["support"]]
        rows.append([*place, *judged, Link("source", source) if source.startswith("http") else source])
    caption, fold = "Judgements and their support", "Support for the judgements"
    table = Table(caption, columns, rows, fold=fold, id="judgements", key=2 + len(given))
    return Section("bias", "Risk of bias", [*blocks, table])
