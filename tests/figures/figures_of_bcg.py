"""The BCG trials as a result (numbers by metafor), and what can be seen in a figure."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import tests.protocols
from evergreen.figures import forest, pixels, style
from evergreen.synthesis import outcome as pooling
from evergreen.synthesis.result import Result
from tests import results
from tests.figures.seen import texts_of
from tests.reference.given import numbers

SETTING = forest.Setting("Tuberculosis", better="lower", intervention="BCG vaccine", control="no vaccine")


BCG = numbers("bcg")


def bcg() -> Result:
    """The BCG trials as a result, numbers by metafor (REML, Knapp-Hartung)."""
    studies = []
    for trial in BCG["trials"]:
        half = 1.959963984540054 * math.sqrt(trial["vi"])
        arms = {
            group: {"n": n, "events": events}
            for group, n, events in zip(("intervention", "control"), trial["n"], trial["events"], strict=True)
        }
        studies.append(
            results.study(
                trial["study"], yi=trial["yi"], vi=trial["vi"], weight=trial["weight"], ci_low=trial["yi"] - half,
                ci_high=trial["yi"] + half, arms=arms, columns={"allocation": trial["allocation"]},
            )
        )  # fmt: skip
    model = results.model(tau2_method="REML", test="knha", df=12, Q_df=12, k=13, **BCG["pooled"])
    return results.result(outcome="tb", measure="RR", studies=studies, model=model)


def texts(drawn: forest.Drawn) -> list[Text]:
    """Every text that is seen on all pages."""
    return [text for page in drawn.pages for text in texts_on(page)]


def texts_on(page: Figure) -> list[Text]:
    """Every text of a page: on it, in axes, legends and on ticks."""
    found = list(page.texts)
    for axes in page.axes:
        found += texts_of(axes)
        if (legend := axes.get_legend()) is not None:
            found += legend.get_texts()
        if axes.axison:
            for axis in (axes.xaxis, axes.yaxis):
                found += [*axis.get_ticklabels(), axis.label]
    return [text for text in found if text.get_text()]


def words(drawn: forest.Drawn) -> list[str]:
    return [text.get_text().replace("\u00a0", " ") for text in texts(drawn)]


def overlapping(drawn: forest.Drawn, *, laid_out: bool = False) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes share ink, and texts that leave their page (paired with ""), as printed. What is `laid_out` has
    its texts in their places before it is drawn."""
    return [pair for page in drawn.pages for pair in _overlapping(page, laid_out)]


def _overlapping(figure: Figure, laid_out: bool) -> list[tuple[str, str]]:
    style.given_fonts(figure)
    figure.set_dpi(pixels.DPI)
    canvas = FigureCanvasAgg(figure)
    if not laid_out:
        figure.draw_without_rendering()
    found = texts_on(figure)
    names = [text.get_text() for text in found]
    x0, y0, x1, y1 = np.array([text.get_window_extent(canvas.get_renderer()).extents for text in found]).T
    page = figure.bbox
    cut = (x0 < page.x0) | (x1 > page.x1) | (y0 < page.y0) | (y1 > page.y1)
    wide = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    high = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    point = pixels.DPI / 72  # boxes hold a line's ascenders and descenders: a point of height is no ink
    pairs = np.argwhere(np.triu((wide > 0.3 * point) & (high > 1.2 * point), 1))
    return [(names[i], "") for i in np.flatnonzero(cut)] + [(names[i], names[j]) for i, j in pairs]


def pooled(trials: int = 13) -> Result:
    """The first BCG trials through the pooling of this project, with everything that a protocol may ask for."""
    rows = [
        {"study": trial["study"], "outcome": "tb", "timepoint": "", "arm": group, "group": group, "n": str(trial["n"][arm]),
         "events": str(trial["events"][arm]), "round": "2018-12-31" if i < 6 else "2020-12-31",
         "allocation": trial["allocation"], "latitude": str(trial["latitude"]), "year": str(trial["year"])}
        for i, trial in enumerate(BCG["trials"][:trials])
        for arm, group in enumerate(("intervention", "control"))
    ]  # fmt: skip
    grid = [
        {"tau2": ["DL", "PM"]},
        {"model": "common"},
        {"measure": "OR"},
        {"without": "each_source"},
        {"measure": "MD"},
    ]
    analysis = {"test": "knha", "sensitivity": grid}
    entry = tests.protocols.pooling(
        id="tb", measure="RR", analysis=analysis, subgroups=["allocation"], moderators=["latitude"]
    )
    return pooling.result(pd.DataFrame(rows), entry)
