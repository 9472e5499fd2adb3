"""What each update changed: records, studies, and the pooled effects before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.figures import scales
from evergreen.report.blocks import Block, Cell, Head, Heading, Section, Table, Text
from evergreen.report.effects import interval, shown
from evergreen.report.methods import listed
from evergreen.report.status import plural

NONE = "not pooled"


def sentence(counts: Mapping[str, Any], names: Sequence[str]) -> str:
    """What the search of one round brought, in one or two sentences. `names`: studies included since that round."""
    identified = sum(counts[key] for key in counts if key.endswith("_results"))
    text = f"The search brought {plural(identified, 'new record')}, of which {counts['records_screened']:,} were screened."
    if not names:
        return f"{text} No study was added."
    text += f" {plural(len(names), 'study was', 'studies were')} added: {listed(names)}."
    if counts["extra_reports"]:
        text += f" {plural(counts['extra_reports'], 'further report')} of known studies came with it."
    return text


def effects(
    day: str, outcomes: Sequence[Mapping[str, Any]], results: Mapping[str, Mapping[str, Any]]
) -> Table | None:
    """Pooled effects before and after a round, for the outcomes whose data it changed; None where there are none."""
    columns = [Head("Outcome"), Head("Studies added"), Head("Before"), Head("After"), Head("Studies", True)]
    rows: list[list[Cell]] = []
    for outcome in outcomes:
        views = results[outcome["id"]]["rounds"]
        if day not in views:
            continue
        earlier = [views[other] for other in sorted(views) if other < day]
        scale = scales.scale_of(outcome["measure"], studies=results[outcome["id"]].get("studies") or [])
        before = _effect(scale, earlier[-1]["model"]) if earlier else NONE
        view = views[day]
        rows.append(
            [outcome["name"], listed(view["added"]), before, _effect(scale, view["model"]), str(view["k"])]
        )
    return Table(f"Pooled effects before and after {day}", columns, rows) if rows else None


def _effect(scale: scales.Scale, model: Mapping[str, Any] | None) -> str:
    if model is None or model["estimate"] is None:
        return NONE
    return f"{scale.short} {shown(model['estimate'], scale)} ({interval(model['ci_low'], model['ci_high'], scale)})"


def blocks_of(
    day: str,
    counts: Mapping[str, Any],
    studies: pd.DataFrame,
    outcomes: Sequence[Mapping[str, Any]],
    results: Mapping[str, Mapping[str, Any]],
) -> list[Block]:
    """What one round changed."""
    chosen = studies["status"].eq("included") & studies["round"].eq(day)
    found: list[Block] = [Text(sentence(counts, studies.loc[chosen, "study"].tolist()))]
    table = effects(day, outcomes, results)
    return [*found, table] if table else found


def section(changes: Mapping[str, Sequence[Block]]) -> Section:
    """The updates, latest first; `changes` is {round: blocks}."""
    blocks: list[Block] = []
    for day in sorted(changes, reverse=True):
        blocks += [Heading(f"Update of {day}", f"update-{day}"), *changes[day]]
    return Section("updates", "What each update changed", blocks)


def as_markdown(title: str, day: str, blocks: Sequence[Block]) -> str:
    """The change of one round as a text that can go into a "What's new" table."""
    lines = [f"# {title}: update of {day}", ""]
    for block in blocks:
        if isinstance(block, Text):
            lines += [block.text, ""]
        elif isinstance(block, Table):
            lines += [f"{block.caption}:", "", f"| {' | '.join(head.name for head in block.columns)} |"]
            lines += ["|" + " --- |" * len(block.columns)]
            lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in block.rows] + [""]
    return "\n".join(lines)
