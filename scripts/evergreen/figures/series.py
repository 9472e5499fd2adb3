"""Pooled results side by side as a forest: leave-one-out, cumulative, as of each round, sensitivity analyses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evergreen.figures.forest_layout import draw
from evergreen.figures.forest_table import Cell, Column, Graph, Mark, Row, Table
from evergreen.figures.scales import effect_decimals, number, of_result, same_axis, scale_of
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.wording import favours, interval, method


@dataclass(frozen=True)
class Entry:
    """One pooled result: its label, and `estimate ci_low ci_high k tau2 I2` (None where there is none)."""

    label: str
    model: Mapping[str, Any]
    remark: str = ""
    bold: bool = False


def leave_one_out(result: Mapping[str, Any], setting: Setting) -> Drawn:
    """The pooled effect without each study in turn."""
    others = result["k"] - 1
    entries = [Entry(one["label"], {**one["without"], "k": others}) for one in result["influence"]["studies"]]
    return _drawn(result, setting, "Study left out", entries, "Leave-one-out")


def cumulative(result: Mapping[str, Any], setting: Setting) -> Drawn:
    """The pooled effect as studies are added one by one, in the order that the result names."""
    found = result["cumulative"]
    entries = [
        Entry(
            ("+ " if i else "") + step["label"] + (f" ({step['place']})" if found["by"] != "round" else ""),
            step,
        )
        for i, step in enumerate(found["steps"])
    ]
    return _drawn(result, setting, f"Studies in order of {found['by']}", entries, "Cumulative")


def living(result: Mapping[str, Any], setting: Setting) -> Drawn:
    """The pooled effect as of each round in which the outcome's data changed."""
    entries = [
        Entry(day, view["model"], ", ".join(view.get("added") or []))
        for day, view in result["rounds"].items()
        if view.get("model")
    ]
    return _drawn(
        result,
        setting,
        "As of",
        entries,
        "Pooled effect as of each round",
        remark="Studies added",
        total=False,
    )


def multiverse(result: Mapping[str, Any], setting: Setting) -> Drawn:
    """The sensitivity analyses beside the main one, in ascending order of the estimate.

    An analysis on another scale, or one that could not be done, is a note below.
    """
    entries, notes = [], []
    for label, analysis in result["sensitivity"].items():
        model, measure = analysis["model"], analysis["measure"]
        if model is None or model["estimate"] is None:
            notes.append(f"Not done: {label} ({analysis.get('not_done', 'no estimate')}).")
        elif not same_axis(measure, result["measure"]):
            other = scale_of(measure, ratio=setting.ratio)
            shown = [other.back(model[key]) for key in ("estimate", "ci_low", "ci_high")]
            text = [number(value, effect_decimals(shown)) for value in shown]
            notes.append(f"On another scale: {label}, {other.short} {text[0]} [{text[1]}, {text[2]}].")
        else:
            entries.append(Entry(label, {"k": analysis["k"], **model}))
    ordered = sorted(entries, key=lambda entry: (entry.model["estimate"], entry.label))
    return _drawn(
        result,
        setting,
        "Analysis",
        ordered,
        "Sensitivity analyses",
        notes=notes,
        whole="Main analysis",
        same_method=False,
    )


def effects(result: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Effects and sampling variances of the pooled studies."""
    studies = result["studies"]
    return np.array([s["yi"] for s in studies], dtype=float), np.array(
        [s["vi"] for s in studies], dtype=float
    )


def _drawn(
    result: Mapping[str, Any],
    setting: Setting,
    head: str,
    entries: Sequence[Entry],
    kind: str,
    *,
    remark: str = "",
    total: bool = True,
    whole: str = "All studies",
    same_method: bool = True,
    notes: Sequence[str] = (),
) -> Drawn:
    scale = of_result(result, ratio=setting.ratio)
    total = total and (result.get("model") or {}).get("estimate") is not None
    shown_entries = [
        *entries,
        *([Entry(whole, {"k": result["k"], **result["model"]}, bold=True)] if total else []),
    ]
    decimals = scale.decimals
    rows, numbers = [], []
    for entry in shown_entries:
        m = entry.model
        bounded = m.get("ci_low") is not None and m.get("ci_high") is not None
        # A single study under Knapp and Hartung has an estimate and no interval.
        low, high = (m["ci_low"], m["ci_high"]) if bounded else (m["estimate"], m["estimate"])
        cells = {
            "effect": interval(scale, m["estimate"], low, high, decimals)
            if bounded
            else Cell((number(scale.back(m["estimate"]), decimals),))
        }
        for key, places, unit in (("k", 0, ""), ("tau2", 3, ""), ("I2", 0, "%")):
            if m.get(key) is not None:
                cells[key] = Cell((number(m[key], places) + unit,))
        if remark and entry.remark:
            cells["remark"] = Cell((entry.remark,))
        mark = Mark("diamond" if entry.bold else "point", m["estimate"], low, high)
        rows.append(Row(entry.label, cells, mark, bold=entry.bold, space=4 if entry.bold else 0))
        numbers.append(
            {"label": entry.label, "k": m.get("k"), "effect": scale.back(m["estimate"])}
            | {f"{side}": scale.back(m[side]) if m.get(side) is not None else None for side in ("ci_low", "ci_high")}
            | {f"analysis_{key}": m.get(name) for key, name in (("effect", "estimate"), ("ci_low", "ci_low"), ("ci_high", "ci_high"))}
            | {"tau2": m.get("tau2"), "I2": m.get("I2"), "remark": entry.remark}
        )  # fmt: skip
    columns = {key for row in rows for key in row.cells}
    after = [Column(key, name) for key, name in (("tau2", "Tau²"), ("I2", "I²")) if key in columns]
    if "remark" in columns:
        after.append(Column("remark", remark, align="left", most=170))
    # Sensitivity analyses differ in their method, so that no method heads them.
    level = f"{100 * result['level']:g}%\u00a0CI"
    heading = f"{scale.name}\n{method(result) if same_method else level}"
    table = Table(
        head=head,
        before=[
            *([Column("k", "Studies")] if "k" in columns else []),
            Column("effect", heading, align="center"),
        ],
        after=after,
        rows=rows,
        graph=Graph(
            scale,
            heading,
            result["model"]["estimate"] if total else None,
            favours(setting) if scale.null is not None else None,
        ),
        notes=notes,
        title=f"{kind}: {setting.name}",
    )
    return Drawn(draw(table), pd.DataFrame(numbers), table.title)
