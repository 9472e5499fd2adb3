"""All figures of one outcome: which apply, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from evergreen.bias.tools import Tool
from evergreen.counting import plural
from evergreen.figures import influence_plots, scales, series
from evergreen.figures.axes import figure_with_axes
from evergreen.figures.bubble import bubble
from evergreen.figures.directions import effect_directions
from evergreen.figures.drapery import drapery
from evergreen.figures.evidence import evidence, places_of
from evergreen.figures.forest import forest
from evergreen.figures.forest_order import ROUND
from evergreen.figures.funnel import FEW, funnel
from evergreen.figures.labbe import labbe
from evergreen.figures.normal_quantiles import normal_quantiles
from evergreen.figures.profile import profile
from evergreen.figures.radial import radial
from evergreen.figures.setting import Drawn, Setting
from evergreen.metaanalysis.absolute_risk import RISKS
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets.columns import in_words
from evergreen.synthesis.result import InverseVariance, NotDone, Result
from evergreen.synthesis.result.analyses import CumulativeNotDone, Filled, Influence, ModeratorsNotDone

FIRST = ("forest", "funnel")  # these files are always there


@dataclass(frozen=True)
class Plate:
    """One figure of an outcome by name: drawn, or the reason why it is not."""

    name: str
    title: str
    drawn: Drawn | None = None
    reason: str = ""


def setting_of(
    outcome: Outcome, layout: str, tool: Tool | None = None, further_up_to: int | None = None
) -> Setting:
    """What an outcome of the protocol says about its figures; `tool` judged the risk of bias, `further_up_to` so many studies are
    shown one by one in figures beside the first."""
    return Setting(
        name=outcome.name,
        better=outcome.better,
        intervention=outcome.favours.intervention,
        control=outcome.favours.control,
        unit=outcome.unit,
        timepoint=", ".join(outcome.timepoint),
        layout=layout,
        order=outcome.order or ROUND,
        tool=tool,
        further_up_to=further_up_to,
    )


def plates(result: Result, setting: Setting) -> Iterator[Plate]:
    """Every figure of the outcome in order; build and save inside `style.style()`. `result` holds every number that is drawn."""
    studies, model, influences = result.studies, result.pooled, result.influence
    # Deletion and subsets repeat the pooling, which is done by inverse variance.
    inverse = isinstance(model, InverseVariance)
    no_total = f"there is no total: {result.no_total}" if result.no_total else ""
    unpooled = "" if model is not None else no_total or "the outcome is not pooled"

    def at_least(k: int, *, repeated: bool = False, there: int = len(studies)) -> str:
        if unpooled:
            return unpooled
        # a study is left out with all its effects
        if repeated and influences and influences.by_study:
            there = len(influences.studies)
        if there < k:
            return (
                f"it needs at least {k} pooled studies, and there {'is 1' if there == 1 else f'are {there}'}"
            )
        if repeated and not inverse:
            return "it is drawn for inverse-variance models"
        few = f"it needs at least {k} studies, and the effects are of {result.count}"
        return few if repeated and influences is None else ""

    most = setting.further_up_to
    many = most is not None and len(studies) > most
    crowded = f"it shows each of {len(studies)} studies, and figures.further_up_to is {most}" if many else ""

    def plate(name: str, title: str, draw: Callable[..., Drawn], *drawn_from: Any, reason: str = "") -> Plate:
        """A figure by what draws it from which parts of the result, unless there is a `reason` against it."""
        title = f"{title}: {setting.name}"
        if reason:
            return Plate(name, title, reason=reason)
        assert all(part is not None for part in drawn_from), name
        return Plate(name, title, draw(*drawn_from, replace(setting, title=title)))

    yield plate("forest", "Forest plot", forest, result)
    yield plate(
        "funnel", "Funnel plot", funnel, result, reason=no_total if studies else "no study could be pooled"
    )
    directed = result.directions, result.level
    undirected = _directions(result)
    yield plate("directions", "Direction of effects", effect_directions, *directed, reason=undirected)
    for column, levels in result.subgroups.columns.items():
        nowhere = "" if levels else f"no study has a value in the column {column}"
        if column == result.parted_by:
            nowhere = "the first forest plot has these subgroups"
        by_column = partial(forest, by=column)
        yield plate(
            f"forest_by_{column}", f"Forest plot by {in_words(column)}", by_column, result, reason=nowhere
        )
    yield plate("evidence", "Evidence over time", evidence, result, reason=_evidence(result))
    yield plate(
        "living", "Pooled effect as of each round", series.living, result, reason=no_total or _living(result)
    )
    yield plate("sensitivity", "Sensitivity analyses", series.multiverse, result, reason=_sensitivity(result))
    repeated = at_least(3, repeated=True)
    three = repeated or crowded
    yield plate("leave_one_out", "Leave-one-out", series.leave_one_out, result, influences, reason=three)
    order = result.cumulative
    unordered = order.not_done if isinstance(order, CumulativeNotDone) else ""
    yield plate("cumulative", "Cumulative", series.cumulative, result, order, reason=three or unordered)
    four = at_least(4, repeated=True) or crowded
    yield plate(
        "influence", "Influence of single studies", influence_plots.panel, influences, model, reason=four
    )
    yield plate("baujat", "Baujat plot", influence_plots.baujat, result, influences, reason=four)
    yield plate(
        "qq", "Normal Q-Q plot", normal_quantiles, result, influences, reason=four or _residuals(influences)
    )
    subsets = influences.gosh if influences is not None else None
    unasked = at_least(5, repeated=True) or ("" if subsets else "the protocol asks for none")
    yield plate(
        "gosh",
        "Subsets of the studies (GOSH)",
        influence_plots.gosh,
        result,
        influences,
        subsets,
        reason=unasked,
    )
    flat = repeated or ("" if result.profile else "a common-effect model has no tau²")
    yield plate("tau2_profile", "Profile of tau²", profile, result, model, result.profile, reason=flat)
    yield plate("radial", "Radial plot", radial, result, model, reason=at_least(4) or crowded)
    yield plate("drapery", "Drapery plot", drapery, result, model, reason=at_least(3) or crowded)
    counts = MEASURES[result.measure].kind == "table" and result.measure in RISKS
    two_groups = "" if counts else "it is drawn for two groups with events"
    stated = sum(bool(study.arms) for study in studies)
    who = f"only {plural(stated, 'study states', 'studies state')}" if stated else "no study states"
    few = f"{who} the events of both groups"
    why = two_groups or at_least(3) or (few if stated < 3 else crowded)
    yield plate("labbe", "L'Abbé plot", labbe, result, model, reason=why)
    for column, levels in result.subgroups.columns.items():
        single = "" if len(levels) > 1 else f"there are not two levels of the column {column}"
        by_level = partial(funnel, by=column)
        yield plate(
            f"funnel_by_{column}",
            f"Funnel plot by {in_words(column)}",
            by_level,
            result,
            reason=unpooled or single,
        )
    contoured = partial(funnel, contours=True)
    judged = at_least(FEW, there=result.count)
    yield plate("funnel_contour", "Contour-enhanced funnel plot", contoured, result, reason=judged)
    filled, unfilled = _filled(result)
    with_added = partial(funnel, filled=filled)
    yield plate(
        "funnel_trim_fill", "Funnel plot with trim and fill", with_added, result, reason=unpooled or unfilled
    )
    regression = result.moderators
    columns = [name for name in regression.columns if ":" not in name] if regression is not None else []
    for column in columns:
        crooked = unpooled or (
            regression.not_done if isinstance(regression, ModeratorsNotDone) else _bubble(result)
        )
        along = partial(bubble, moderator=column)
        yield plate(
            f"bubble_{column}",
            f"Meta-regression on {in_words(column)}",
            along,
            result,
            result.bubble,
            reason=crooked,
        )


def _directions(result: Result) -> str:
    if result.directions is None:
        shown = "is pooled" if result.no_total or result.count > 1 else "has the effect of one study"
        return f"the outcome {shown}{' within subgroups' if result.no_total else ''}"
    return "" if result.directions.told else "no study says which group fared better"


def _evidence(result: Result) -> str:
    by, places = places_of(result)
    return "" if len(set(places.values())) > 1 else f"its studies are not of several {by}s"


def _residuals(found: Influence | None) -> str:
    if found is not None and found.by_study:
        return "a study with several effects has no residual of its own"
    known = [row for row in found.studies if row.rstudent is not None] if found is not None else []
    return "" if len(known) >= 4 else "fewer than 4 studies have a residual"


def _living(result: Result) -> str:
    models = [one.model for one in result.rounds.values() if one.model is not None]
    pooled = sum(model.estimate is not None for model in models)
    return "" if pooled >= 2 else "its data are from fewer than two rounds"


def _sensitivity(result: Result) -> str:
    if not result.sensitivity:
        return "the protocol asks for no sensitivity analysis"
    done = [one for one in result.sensitivity.values() if one.model is not None]
    shown = any(scales.same_axis(one.measure, result.measure) for one in done)
    return "" if shown else "none of the sensitivity analyses could be done on the scale of the main one"


def _filled(result: Result) -> tuple[Filled | None, str]:
    """Trim and fill, or why it was not done."""
    small = result.small_study
    found = small if isinstance(small, NotDone) else small.trim_and_fill
    return (None, found.not_done) if isinstance(found, NotDone) else (found, "")


def _bubble(result: Result) -> str:
    if result.moderators is not None and len(result.moderators.columns) > 1:
        return "the meta-regression has several moderators"
    return "" if result.bubble else "the moderator is not a number"


def notice(plate: Plate) -> Drawn:
    """A sentence in place of a figure that does not apply, for the files that are always there."""
    figure, axes = figure_with_axes(330, 1, title=plate.title, note=f"Not drawn: {plate.reason}.", axis=0)
    axes.set_axis_off()
    return Drawn(figure, pd.DataFrame({"reason": [plate.reason]}))
