"""All figures of one outcome: which apply, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen.bias.tools import Tool
from evergreen.figures.axes import figure_with_axes
from evergreen.figures.forest import Drawn, Setting, forest
from evergreen.figures.funnel import funnel

FIRST = ("forest", "funnel")  # these files are always there


@dataclass(frozen=True)
class Plate:
    """One figure of an outcome by name: drawn, or the reason why it is not."""

    name: str
    title: str
    drawn: Drawn | None = None
    reason: str = ""


def setting_of(outcome: Mapping[str, Any], layout: str, tool: Tool | None = None) -> Setting:
    """What an outcome of the protocol says about its figures; `tool` judged the risk of bias."""
    favours = outcome.get("favours") or {}
    timepoint = outcome.get("timepoint") or ""
    return Setting(
        name=outcome.get("name") or outcome["id"],
        better=outcome.get("better"),
        intervention=favours.get("intervention", "intervention"),
        control=favours.get("control", "control"),
        unit=outcome.get("unit") or "",
        timepoint=timepoint if isinstance(timepoint, str) else ", ".join(timepoint),
        layout=layout,
        ratio=outcome.get("scale") == "ratio",
        tool=tool,
    )


def plates(result: Mapping[str, Any], setting: Setting) -> Iterator[Plate]:
    """Every figure of the outcome in order; build and save inside `style.style()`.

    `result` is `synthesis/<outcome>.json`.
    """
    yield _plate("forest", f"Forest plot: {setting.name}", lambda: forest(result, setting))
    yield _plate(
        "funnel", f"Funnel plot: {setting.name}", lambda: funnel(result, setting),
        "no study could be pooled" if not result.get("studies") else "",
    )  # fmt: skip


def _plate(name: str, title: str, draw: Any, reason: str = "") -> Plate:
    return Plate(name, title, reason=reason) if reason else Plate(name, title, draw())


def notice(plate: Plate) -> Drawn:
    """A sentence in place of a figure that does not apply, for the files that are always there."""
    figure, axes = figure_with_axes(330, 1, title=plate.title, note=f"Not drawn: {plate.reason}.", below=0)
    axes.set_axis_off()
    return Drawn(figure, pd.DataFrame({"reason": [plate.reason]}), plate.title)
