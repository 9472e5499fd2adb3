"""Pooled results side by side as a forest: leave-one-out, cumulative, as of each round, sensitivity analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from evergreen.counting import plural, studies_cell
from evergreen.figures import wording
from evergreen.figures.forest_drawing import draw
from evergreen.figures.forest_presets import PRESETS
from evergreen.figures.forest_table import Cell, Column, Graph, Mark, Row, Table
from evergreen.figures.scales import Scale, number, of_analysis, of_result, same_axis
from evergreen.figures.setting import Drawn, Setting
from evergreen.sheets.columns import in_words
from evergreen.synthesis.result import PooledModel, Result
from evergreen.synthesis.result.analyses import Cumulative, Influence, Step, Without


@dataclass(frozen=True)
class Entry:
    """One pooled result, which has an estimate, on the analysis scale, and its label."""

    label: str
    found: PooledModel | Step | Without
    remark: str = ""
    bold: bool = False

    @property
    def estimate(self) -> float:
        assert self.found.estimate is not None, self.label
        return self.found.estimate


def leave_one_out(result: Result, found: Influence, setting: Setting) -> Drawn:
    """The pooled effect without each study in turn."""
    entries = [Entry(one.label, one.without) for one in found.studies]
    return _drawn(result, setting, "Study left out", entries)


def cumulative(result: Result, found: Cumulative, setting: Setting) -> Drawn:
    """The pooled effect as studies are added one by one, in the order that the result names."""
    labels = [f"{one.label} ({one.place})" if found.by != "round" else one.label for one in found.steps]
    added = [*labels[:1], *(f"+ {label}" for label in labels[1:])]
    entries = list(map(Entry, added, found.steps))
    notes = wording.without_value(result, found.without_value, found.by, "not in this order")
    return _drawn(result, setting, f"Studies in order of {in_words(found.by)}", entries, notes=notes)


def living(result: Result, setting: Setting) -> Drawn:
    """The pooled effect as of each round in which the outcome's data changed."""
    entries = [
        Entry(day, view.model, remark=", ".join(view.added))
        for day, view in result.rounds.items()
        if view.model is not None and view.model.estimate is not None
    ]
    return _drawn(result, setting, "As of", entries, remark="Studies added", total=False)


def multiverse(result: Result, setting: Setting) -> Drawn:
    """The sensitivity analyses beside the main one, in ascending order of the estimate.

    An analysis on another scale, or one that could not be done, is a note below; the table of numbers has them all.
    """
    entries, notes, beside = [], [], []
    preset = PRESETS[setting.layout]
    for label, analysis in wording.sensitivities(result):
        model = analysis.model
        if model is None or model.estimate is None:
            why = analysis.not_done or "no estimate"
            notes.append(f"Not done: {label} ({why}).")
            beside.append(
                {"label": label, "k": analysis.k, "studies": None, "measure": analysis.measure, "reason": why}
            )
        elif not same_axis(analysis.measure, result.measure):
            other = of_analysis(result, analysis)
            shown = " ".join(preset.interval(other, *model.interval))
            notes.append(f"On another scale: {label}, {other.short} {shown}.")
            beside.append(_numbers(Entry(label, model), other) | {"measure": analysis.measure})
        else:
            entries.append(Entry(label, model))
    ordered = sorted(entries, key=lambda entry: (entry.estimate, entry.label))
    return _drawn(
        result,
        setting,
        "Analysis",
        ordered,
        notes=notes,
        whole="Main analysis",
        # They differ in their method, so that no method heads them.
        how=wording.interval_of(*wording.levels(result)),
        beside=beside,
    )


def effects(result: Result) -> tuple[np.ndarray, np.ndarray]:
    """Effects and sampling variances of the pooled studies."""
    yi, vi = ([study.yi for study in result.studies], [study.vi for study in result.studies])
    return np.array(yi, dtype=float), np.array(vi, dtype=float)


def _drawn(
    result: Result,
    setting: Setting,
    head: str,
    entries: Sequence[Entry],
    *,
    remark: str = "",
    total: bool = True,
    whole: str = "All studies",
    how: str = "",
    notes: Sequence[str] = (),
    beside: Sequence[dict[str, Any]] = (),
) -> Drawn:
    """`beside` are lines of the table of numbers of what the figure does not draw."""
    scale, preset = of_result(result), PRESETS[setting.layout]
    pooled = result.pooled if total else None
    shown_entries = [*entries, *([Entry(whole, pooled, bold=True)] if pooled else [])]
    rows, numbers = [], []
    variances = wording.tau2_column([entry.found.tau2 for entry in shown_entries])
    for entry, variance in zip(shown_entries, variances, strict=True):
        found, middle = entry.found, entry.estimate
        bounded = found.ci_low is not None and found.ci_high is not None
        low = middle if found.ci_low is None else found.ci_low
        high = middle if found.ci_high is None else found.ci_high
        effect = preset.interval(scale, middle, low, high) if bounded else (scale.text(middle),)
        cells = {"k": Cell((studies_cell(found.studies, found.k),)), "effect": Cell(effect)}
        i2 = "" if found.I2 is None else f"{number(found.I2, 0)}%"
        texts = {"tau2": variance, "I2": i2, "remark": entry.remark}
        cells |= {key: Cell((text,)) for key, text in texts.items() if text}
        mark = Mark("diamond" if entry.bold else "point", middle, low, high)
        rows.append(Row(entry.label, cells, mark, bold=entry.bold, space=4 if entry.bold else 0))
        numbers.append(_numbers(entry, scale) | ({"measure": result.measure, "reason": ""} if beside else {}))
    columns = [Column("tau2", "Tau²"), Column("I2", "I²"), Column("remark", remark, align="left", most=170)]
    after = [column for column in columns if any(column.key in row.cells for row in rows)]
    heading = f"{scale.name}\n{how or wording.method(result.model, result.level)}"
    table = Table(
        head=head,
        before=[Column("k", "Studies"), Column("effect", heading, align="center")],
        after=after,
        rows=rows,
        graph=Graph(
            scale, heading, pooled.estimate if pooled else None, wording.favours(result.measure, setting)
        ),
        notes=notes,
        title=setting.title,
        preset=replace(preset, favours="below"),
    )
    first, *further = draw(table)
    middles = sorted(entry.estimate for entry in entries)
    ends = list(dict.fromkeys(scale.text(middle) for middle in (*middles[:1], *middles[-1:])))
    description = f"{plural(len(entries), 'pooled effect')}, {' to '.join(ends)}." if entries else ""
    return Drawn(first, pd.DataFrame([*numbers, *beside]), tuple(further), description)


def _numbers(entry: Entry, scale: Scale) -> dict[str, Any]:
    """A line of the table of numbers."""
    found, low, high = entry.found, entry.found.ci_low, entry.found.ci_high
    return {
        "label": entry.label, "k": found.k, "studies": found.studies, "effect": scale.back(entry.estimate),
        "ci_low": None if low is None else scale.back(low), "ci_high": None if high is None else scale.back(high),
        "analysis_effect": entry.estimate, "analysis_ci_low": low, "analysis_ci_high": high, "tau2": found.tau2,
        "I2": found.I2, "remark": entry.remark,
    }  # fmt: skip
