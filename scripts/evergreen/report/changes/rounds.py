"""What each update changed: records, studies, and the pooled effects before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.counting import listed, plural, studies_cell
from evergreen.figures import scales
from evergreen.figures.wording import interval_of
from evergreen.prisma.members import BOX_OF_TYPE, DATABASES_AND_REGISTERS
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.whole import Protocol
from evergreen.report.blocks import Block, Cell, Head, Heading, Section, Table, Text, heads, text_of
from evergreen.report.effects import NONE, shown
from evergreen.report.methods import screened_words
from evergreen.screening.study_labels import StudyLabels
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Round
from evergreen.synthesis.result.outcome_result import with_estimate


def sentence(counts: Mapping[str, Any], names: Sequence[str], skipped: Sequence[str] = ()) -> str:
    """What one round brought, in one or two sentences. `names`: studies included since that round; `skipped`: stages
    that nobody screens."""
    found = plural(sum(counts[key] for key in counts if key.endswith("_results")), "new record")
    others = [box for type_, box in BOX_OF_TYPE.items() if type_ not in DATABASES_AND_REGISTERS]
    what = "Search and other methods" if any(counts.get(box) for box in others) else "The search"
    text = f"{what} brought {found}, of which {screened_words(counts, skipped)}."
    added = f"{plural(len(names), 'study was', 'studies were')} added: {listed(names)}"
    text += f" {added if names else 'No study was added'}."
    if counts["extra_reports"]:
        text += f" {plural(counts['extra_reports'], 'further report')} of known studies came with it."
    return text


def effects(day: str, outcomes: Sequence[Outcome], results: Mapping[str, Result]) -> Table | None:
    """Pooled effects before and after a round, for the outcomes whose data it changed; None where there are none."""
    moved = [outcome for outcome in outcomes if day in results[outcome.id].rounds]
    levels = {results[outcome.id].level for outcome in moved}
    times = [f"{time} ({interval_of(*levels)})" for time in ("Before", "After")]
    columns = heads("Outcome", "Studies added", *times, Head("Studies", True))
    rows: list[list[Cell]] = []
    for outcome in moved:
        views = results[outcome.id].rounds
        level = results[outcome.id].level if len(levels) > 1 else None
        earlier = [views[other] for other in sorted(views) if other < day]
        scale = scales.of_result(results[outcome.id])
        before = _effect(scale, earlier[-1], level) if earlier else NONE
        view = views[day]
        after, counted = _effect(scale, view, level), studies_cell(view.studies, view.k)
        rows.append([outcome.name, listed(view.added), before, after, counted])
    return Table(f"Pooled effects before and after {day}", columns, rows) if rows else None


def _effect(scale: scales.Scale, view: Round, level: float | None) -> str:
    return shown(view.model, with_estimate(view.subtotals), scale, level)


def changes(
    protocol: Protocol,
    counts: Mapping[str, Any] | None,
    studies: pd.DataFrame,
    outcomes: Sequence[Outcome],
    results: Mapping[str, Result],
) -> dict[str, list[Block]]:
    """What each round after the first changed; nothing where the flow chart counts none. `counts` as prisma/counts.json."""
    found: dict[str, list[Block]] = {}
    for day in protocol.rounds[1:]:
        if counts is None or day not in counts["rounds"]:
            continue
        added = studies.loc[studies["status"].eq("included") & studies["round"].eq(day), "study"]
        names = list(map(StudyLabels.listed(studies), added))
        found[day] = [Text(sentence(counts["rounds"][day], names, counts["skipped"]))]
        if table := effects(day, outcomes, results):
            found[day].append(table)
    return found


def section(changes: Mapping[str, Sequence[Block]], before: Sequence[Block] = ()) -> Section:
    """The updates, latest first; `changes` is {round: blocks}, `before` what is said above them."""
    blocks: list[Block] = [*before]
    for day in sorted(changes, reverse=True):
        blocks += [Heading(f"Update of {day}", f"update-{day}"), *changes[day]]
    return Section("updates", "What each update changed", blocks)


def as_markdown(title: str, day: str, blocks: Sequence[Block]) -> str:
    """The change of one round as a text that can go into a "What's new" table."""
    lines = [f"# {_plain(title)}: update of {day}", ""]
    for block in blocks:
        if isinstance(block, Text):
            lines += [_plain(block.text), ""]
        elif isinstance(block, Table):
            lines += [f"{_plain(block.caption)}:", "", _row([head.name for head in block.columns])]
            lines += ["|" + " --- |" * len(block.columns)]
            lines += [_row(row) for row in block.rows] + [""]
    return "\n".join(lines)


def _row(cells: Sequence[Cell]) -> str:
    return f"| {' | '.join(_plain(text_of(cell)) for cell in cells)} |"


# Signs that make HTML, code, links, emphasis and cells of a table.
_MARKS = re.compile(r"[\\`*_#{}\[\]<>|~!]")
# What readers of Markdown make a link of by itself: addresses of pages and of people.
_ADDRESS = re.compile(r"(?<=[A-Za-z])://|(?<=www)\.|@", re.IGNORECASE)


def _plain(text: str) -> str:
    """A text from outside that Markdown shows as it stands, in one line: no HTML, no link, no cell of its own."""
    line = " ".join(text.replace("&", "&amp;").split())
    line = _MARKS.sub(lambda sign: {"<": "&lt;", ">": "&gt;"}.get(sign[0], f"\\{sign[0]}"), line)
    return _ADDRESS.sub(
        lambda found: "".join(f"&#{ord(sign)};" if sign in ":.@" else sign for sign in found[0]), line
    )
