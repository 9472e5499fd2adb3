"""Evidence over time: studies and participants of an outcome as they add up, by year or by round of the search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from evergreen.counting import plural
from evergreen.figures.axes import TICK, figure_with_axes, length_of, number_axis
from evergreen.figures.key import Sign
from evergreen.figures.letters import width_of
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, INK, tint
from evergreen.synthesis.result import Result, Study
from evergreen.synthesis.result.analyses import Cumulative
from evergreen.synthesis.result.study_rows import in_all_groups

NEW, BEFORE = COLOURS[0], tint(COLOURS[0], 0.25)
PANEL, BETWEEN = 90.0, 16.0


def places_of(result: Result) -> tuple[str, dict[str, str]]:
    """What orders the studies in time (`year` or `round`), and each study's place in it, as the result has them."""
    order = result.cumulative
    if isinstance(order, Cumulative) and order.by == "year":
        place_of = {row: step.place for step in order.steps for row in step.rows}
        return "year", {
            study.study: place_of[study.label] for study in result.studies if study.label in place_of
        }
    return "round", {study.study: study.round for study in result.studies if study.round}


def evidence(result: Result, setting: Setting) -> Drawn:
    """Studies and participants in bars, one for each year or round in which there are new ones."""
    by, place_of = places_of(result)
    rows: dict[str, list[Study]] = {}
    for study in result.studies:
        rows.setdefault(study.study, []).append(study)
    sizes = {name: in_all_groups(own, attrgetter("n")) for name, own in rows.items() if name in place_of}
    in_time: Callable[[str], Any] = float if by == "year" else str
    order = sorted({place_of[name] for name in sizes}, key=in_time)
    studies = np.array([sum(place_of[name] == place for name in sizes) for place in order])
    people = np.array(
        [sum(size or 0.0 for name, size in sizes.items() if place_of[name] == place) for place in order]
    )
    unknown = [name for name, size in sizes.items() if size is None]
    notes = []
    if unknown:
        lacking = plural(len(unknown), "study", "studies")
        notes.append(f"The participants of {lacking} are not known and not counted.")
    if len(sizes) < len(rows):
        notes.append(f"{len(rows) - len(sizes)} of {plural(len(rows), 'study has', 'studies have')} no {by}.")
    key = [Sign(f"New in the {by}", INK, fill=NEW), Sign("From before", INK, fill=BEFORE)]
    figure, lower = figure_with_axes(
        330, PANEL, title=setting.title, note=" ".join(notes), key=key, above=PANEL + BETWEEN
    )
    place = lower.get_position()
    high = 72 * figure.get_size_inches()[1]
    upper = figure.add_axes((place.x0, place.y0 + (PANEL + BETWEEN) / high, place.width, PANEL / high))
    # Years stand as far apart as they are; rounds, whose dates are of no interest here, evenly.
    x = np.array([float(one) for one in order]) if by == "year" else np.arange(len(order), dtype=float)
    for axes, new, label in ((upper, people, "Participants"), (lower, studies, "Studies")):
        _bars(axes, x, new.astype(float), label)
    left = max(upper.get_position().x0, lower.get_position().x0)
    for axes in (upper, lower):
        box = axes.get_position()
        axes.set_position((left, box.y0, box.x1 - left, box.height))
        _times(axes, x, order if axes is lower else [""] * len(order))
    lower.set_xlabel(by.capitalize())
    table = pd.DataFrame(
        {by: order, "studies": studies, "participants": people, "studies_so_far": np.cumsum(studies), "participants_so_far": np.cumsum(people)}
    )  # fmt: skip
    description = f"{plural(int(studies.sum()), 'study', 'studies')} with {people.sum():,.0f} participants, {by} by {by} from {order[0]} to {order[-1]}."
    return Drawn(figure, table, description=description)


def _bars(axes: Axes, x: np.ndarray, new: np.ndarray, label: str) -> None:
    total = np.cumsum(new)
    wide = 0.7 * float(np.diff(x).min()) if len(x) > 1 else 0.7
    axes.set_ylim(0, max(1.12 * float(total[-1]), 1.0))
    number_axis(axes, label, vertical=True, whole=True)
    axes.bar(x, total - new, width=wide, color=BEFORE, edgecolor=INK, linewidth=0.4)
    axes.bar(x, new, bottom=total - new, width=wide, color=NEW, edgecolor=INK, linewidth=0.4)
    axes.set_xlim(x[0] - max(wide, 0.5), x[-1] + max(wide, 0.5))


def _times(axes: Axes, x: np.ndarray, texts: Sequence[str]) -> None:
    """As many times under the bars as keep apart, the last one among them."""
    low, high = axes.get_xlim()
    length, shown, free = length_of(axes), [], np.inf
    for at, text in reversed(list(zip(x.tolist(), texts, strict=True))):
        middle, half = (at - low) / (high - low) * length, width_of(text, TICK) / 2
        if middle + half <= free - 4:
            shown.append((at, text))
            free = middle - half
    axes.set_xticks([at for at, _ in shown], [text for _, text in shown])
    axes.xaxis.set_minor_locator(NullLocator())
