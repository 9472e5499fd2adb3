"""The overlap figure shows the numbers of deduplication, and its words fit."""

from __future__ import annotations

from itertools import combinations as subsets

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from evergreen.deduplication.overlap import combinations, yields
from evergreen.figures.overlap_plot import REST, SHOWN, draw_overlap, drawn
from evergreen.figures.style import PAGE, style

NAMES = ["PubMed", "Embase (Ovid)", "CENTRAL", "Web of Science Core Collection", "Scopus"]


def clusters(names: list[str]) -> pd.DataFrame:
    """One work for each set of sources, and as many more as its place in the list."""
    sets = [one for size in range(1, len(names) + 1) for one in subsets(names, size)]
    rows = [
        (f"w{place}-{copy}", name)
        for place, one in enumerate(sets)
        for copy in range(place + 1)
        for name in one
    ]
    return pd.DataFrame(rows, columns=["work_id", "source"])


def test_numbers_drawn_are_those_of_the_tables() -> None:
    table = clusters(NAMES)
    sets, sources = drawn(combinations(table, NAMES), yields(table, NAMES))
    assert sets["works"].sum() == table["work_id"].nunique()
    assert len(sets) == SHOWN + 1
    assert sets["sources"].iloc[-1] == REST
    assert sources["only_here"].tolist() == [1, 2, 3, 4, 5]
    few, _ = drawn(combinations(clusters(NAMES[:2]), NAMES[:2]), yields(clusters(NAMES[:2]), NAMES[:2]))
    assert REST not in set(few["sources"])


@pytest.mark.parametrize("count", [2, 5])
def test_nothing_is_cut_and_a_page_holds_it(count: int) -> None:
    names = NAMES[:count]
    table = clusters(names)
    with style():
        figure = draw_overlap(
            *drawn(combinations(table, names), yields(table, names)),
            {"PubMed": "A long name of a source that needs two lines"},
        )
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        for axes in figure.axes:
            box = axes.get_tightbbox(canvas.get_renderer())
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= figure.bbox.x1
            assert box.y1 <= figure.bbox.y1
    assert figure.get_size_inches()[0] <= PAGE + 0.2
