"""All figures of one outcome: which apply, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from evergreen.bias.tools import Tool
from evergreen.figures import influence, scales, series
from evergreen.figures.axes import figure_with_axes
from evergreen.figures.bubble import bubble
from evergreen.figures.drapery import drapery
from evergreen.figures.forest import forest
from evergreen.figures.funnel import FEW, funnel
from evergreen.figures.labbe import labbe
from evergreen.figures.profile import profile
from evergreen.figures.radial import radial
from evergreen.figures.setting import Drawn, Setting
from evergreen.metaanalysis.absolute_risk import RISKS

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
    return Setting(
        name=outcome["name"],
        better=outcome.get("better"),
        intervention=outcome["favours"]["intervention"],
        control=outcome["favours"]["control"],
        unit=outcome["unit"],
        timepoint=", ".join(outcome["timepoint"]),
        layout=layout,
        ratio=outcome.get("scale") == "ratio",
        tool=tool,
    )


def plates(result: Mapping[str, Any], setting: Setting) -> Iterator[Plate]:
    """Every figure of the outcome in order; build and save inside `style.style()`.

    `result` is `synthesis/<outcome>.json`, which holds every number that is drawn.
    """
    studies = result.get("studies") or []
    # Deletion and subsets repeat the pooling, which is done by inverse variance.
    model = result.get("model") or {}
    inverse = model.get("model") in ("random", "common")
    unpooled = "" if model.get("estimate") is not None else "the outcome is not pooled"

    def at_least(k: int, *, repeated: bool = False) -> str:
        if unpooled:
            return unpooled
        if len(studies) < k:
            return f"it needs at least {k} pooled studies, and there {'is 1' if len(studies) == 1 else f'are {len(studies)}'}"
        return "" if inverse or not repeated else "it is drawn for inverse-variance models"

    def plate(name: str, title: str, draw: Callable[[], Drawn], reason: str = "") -> Plate:
        title = f"{title}: {setting.name}"
        return Plate(name, title, reason=reason) if reason else Plate(name, title, draw())

    yield plate("forest", "Forest plot", lambda: forest(result, setting))
    yield plate(
        "funnel",
        "Funnel plot",
        lambda: funnel(result, setting),
        "" if studies else "no study could be pooled",
    )
    for column, levels in (result.get("subgroups") or {}).items():
        if column != "tests":
            yield plate(f"forest_by_{column}", f"Forest plot by {column}", partial(forest, result, setting, by=column),
                        "" if levels else f"no study has a value in the column {column}")  # fmt: skip
    yield plate(
        "living", "Pooled effect as of each round", lambda: series.living(result, setting), _living(result)
    )
    yield plate(
        "sensitivity",
        "Sensitivity analyses",
        lambda: series.multiverse(result, setting),
        _sensitivity(result),
    )
    yield plate(
        "leave_one_out",
        "Leave-one-out",
        lambda: series.leave_one_out(result, setting),
        at_least(3, repeated=True),
    )
    order = result.get("cumulative") or {}
    yield plate(
        "cumulative",
        "Cumulative",
        lambda: series.cumulative(result, setting),
        at_least(3, repeated=True) or order.get("not_done", ""),
    )
    yield plate(
        "influence",
        "Influence of single studies",
        lambda: influence.panel(result, setting),
        at_least(4, repeated=True),
    )
    yield plate(
        "baujat", "Baujat plot", lambda: influence.baujat(result, setting), at_least(4, repeated=True)
    )
    yield plate(
        "gosh",
        "Subsets of the studies (GOSH)",
        lambda: influence.gosh(result, setting),
        at_least(5, repeated=True)
        or ("" if result["influence"].get("gosh") else "the protocol asks for none"),
    )
    yield plate("tau2_profile", "Profile of tau²", lambda: profile(result, setting), at_least(3, repeated=True)
                or ("" if result["model"].get("tau2") is not None else "a common-effect model has no tau²"))  # fmt: skip
    yield plate("radial", "Radial plot", lambda: radial(result, setting), at_least(4))
    yield plate("drapery", "Drapery plot", lambda: drapery(result, setting), at_least(3))
    yield plate("labbe", "L'Abbé plot", lambda: labbe(result, setting),
                ("" if result["measure"] in RISKS else "it is drawn for two groups with events") or at_least(3))  # fmt: skip
    yield plate(
        "funnel_contour",
        "Contour-enhanced funnel plot",
        lambda: funnel(result, setting, contours=True),
        at_least(FEW),
    )
    small = result.get("small_study") or {}
    filled = small.get("trim_and_fill") or {}
    yield plate("funnel_trim_fill", "Funnel plot with trim and fill", lambda: funnel(result, setting, filled=filled),
                unpooled or small.get("not_done") or filled.get("not_done") or ("" if filled else "nothing could be filled"))  # fmt: skip
    moderators = result.get("moderators") or {}
    columns = moderators.get("columns") or []
    for column in (name for name in columns if ":" not in name):
        yield plate(f"bubble_{column}", f"Meta-regression on {column}", partial(bubble, result, setting, column),
                    unpooled or moderators.get("not_done") or _bubble(result, columns))  # fmt: skip


def _living(result: Mapping[str, Any]) -> str:
    pooled = [view for view in (result.get("rounds") or {}).values() if view.get("model")]
    return "" if len(pooled) >= 2 else "its data are from fewer than two rounds"


def _sensitivity(result: Mapping[str, Any]) -> str:
    grid = result.get("sensitivity") or {}
    if not grid:
        return "the protocol asks for no sensitivity analysis"
    done = [
        one for one in grid.values() if one["model"] and scales.same_axis(one["measure"], result["measure"])
    ]
    return "" if done else "none of the sensitivity analyses could be done on the scale of the main one"


def _bubble(result: Mapping[str, Any], columns: list[str]) -> str:
    if len(columns) > 1:
        return "the meta-regression has several moderators"
    return "" if result.get("bubble") else "the moderator is not a number"


def notice(plate: Plate) -> Drawn:
    """A sentence in place of a figure that does not apply, for the files that are always there."""
    figure, axes = figure_with_axes(330, 1, title=plate.title, note=f"Not drawn: {plate.reason}.", below=0)
    axes.set_axis_off()
    return Drawn(figure, pd.DataFrame({"reason": [plate.reason]}), plate.title)
