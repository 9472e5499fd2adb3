"""The drawn flow chart: nothing overlaps, nothing is cut, arrows meet boxes, words are the template's."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Polygon
from matplotlib.transforms import Bbox

from evergreen.figures.flow import FILLS, draw_flow, wrapped
from evergreen.figures.letters import width_of
from evergreen.figures.style import style
from evergreen.prisma.chart import Chart, chart
from evergreen.prisma.counts import BY_REASON, KEYS
from tests.figures.seen import texts_of

LABELS = {
    f"reason_{i}": f"Reason number {i} with a label that is rather long for a small box" for i in range(1, 16)
}
LABELS["reason_7"] = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SOURCES = {
    "database_results": {f"Database {i} (Ovid, 1946 to present)": 1000 + i for i in range(1, 9)},
    "register_results": {
        "ClinicalTrials.gov": 12,
        "WHO ICTRP": 7,
        "EU Clinical Trials Register": 3,
        "ANZCTR": 1,
    },
}


def counts(**given: Any) -> dict[str, Any]:
    return {**{key: {} if key in BY_REASON else 0 for key in KEYS}, **given}


def crowded(update: bool, other: bool) -> Chart:
    """12 sources and 15 reasons, work in progress everywhere."""
    numbers = counts(
        database_results=8036, register_results=23, duplicates=2345, excluded_automatic=12345, excluded_other=7,
        records_screened=12345, records_excluded=12000, records_pending=3, dbr_sought_reports=345,
        dbr_notretrieved_reports=4, dbr_pending=2, dbr_assessed=339, dbr_excluded=dict.fromkeys(LABELS, 20),
        dbr_awaiting=2, dbr_ongoing=1, new_studies=30, new_reports=36, seen_before=12000, extra_reports=2,
    )  # fmt: skip
    if other:
        numbers |= {
            "website_results": 1, "organisation_results": 2, "citations_results": 30, "other_sought_reports": 31,
            "other_pending": 1, "other_assessed": 30, "other_excluded": dict.fromkeys(LABELS, 2), "other_ongoing": 1,
        }  # fmt: skip
    if update:
        numbers |= {
            "previous_studies": 101,
            "previous_reports": 120,
            "total_studies": 131,
            "total_reports": 158,
        }
    return chart(numbers, update=update, sources=SOURCES, labels=LABELS, notes=["A remark. " * 30])


def extents(figure: Figure) -> tuple[dict[str, Bbox], list[tuple[str, Bbox]], list[Any], float]:
    """Boxes by name, texts, arrow heads and points per pixel, as the renderer drew them."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(288)
    canvas.draw()
    renderer = canvas.get_renderer()
    axes = figure.axes[0]
    boxes = {
        patch.get_gid(): patch.get_window_extent(renderer)
        for patch in axes.patches
        if isinstance(patch, FancyBboxPatch)
    }
    texts = [(text.get_text(), text.get_window_extent(renderer)) for text in texts_of(axes)]
    heads = [patch for patch in axes.patches if isinstance(patch, Polygon)]
    return boxes, texts, heads, 288 / 72


def overlap(a: Bbox, b: Bbox, slack: float) -> bool:
    return min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack


@pytest.mark.parametrize("update", [False, True])
@pytest.mark.parametrize("other", [False, True])
def test_twelve_sources_and_fifteen_reasons_fit(update: bool, other: bool) -> None:
    with style():
        figure = draw_flow(crowded(update, other))
        boxes, texts, heads, scale = extents(figure)
    page = Bbox.from_bounds(0, 0, *(figure.get_size_inches() * 288))
    for name, box in boxes.items():
        assert page.x0 <= box.x0, name
        assert page.y0 <= box.y0, name
        assert box.x1 <= page.x1, name
        assert box.y1 <= page.y1, name
    for (name, a), (other_name, b) in combinations(boxes.items(), 2):
        assert not overlap(a, b, 0), f"{name} overlaps {other_name}"
    for text, extent in texts:
        assert page.x0 <= extent.x0, f"{text} is cut"
        assert extent.x1 <= page.x1, f"{text} is cut"
        assert page.y0 <= extent.y0, f"{text} is cut"
        touched = [name for name, box in boxes.items() if overlap(extent, box, 0)]
        assert len(touched) <= 1, f"{text} runs over {touched}"
        if touched:
            box = boxes[touched[0]]
            # One point of air at least between text and edge; half a pixel for the renderer's rounding.
            assert extent.x0 >= box.x0 + scale - 0.5, text
            assert extent.x1 <= box.x1 - scale + 0.5, text
            assert extent.y0 >= box.y0, text
            assert extent.y1 <= box.y1, text
    for (one, a), (two, b) in combinations(texts, 2):
        # Descenders of one line may come within a fraction of a point of the next line's capitals.
        assert not overlap(a, b, 0.3 * scale), f"{one!r} overlaps {two!r}"
    for head in heads:
        tip = head.get_path().vertices[0] * scale
        end = head.get_gid().split("-")[-1]
        box = boxes[f"box-{end}"]
        assert abs(max(box.x0 - tip[0], tip[0] - box.x1, box.y0 - tip[1], tip[1] - box.y1)) < 0.6 * scale


@pytest.mark.parametrize("update", [False, True])
@pytest.mark.parametrize("other", [False, True])
def test_lines_of_arrows_cross_no_box_and_no_text(update: bool, other: bool) -> None:
    with style():
        figure = draw_flow(crowded(update, other))
        boxes, texts, _, scale = extents(figure)
    for line in figure.axes[0].lines:
        points = line.get_xydata() * scale
        for (x0, y0), (x1, y1) in pairwise(points):
            segment = Bbox([[min(x0, x1), min(y0, y1)], [max(x0, x1), max(y0, y1)]])
            for name, box in boxes.items():
                inside = Bbox([[box.x0 + 2, box.y0 + 2], [box.x1 - 2, box.y1 - 2]])
                assert not (
                    segment.x0 < inside.x1 and segment.x1 > inside.x0 and segment.y0 < inside.y1 and segment.y1 > inside.y0
                ), f"a line crosses {name}"  # fmt: skip
            for text, extent in texts:
                assert not (
                    segment.x0 < extent.x1 and segment.x1 > extent.x0 and segment.y0 < extent.y1 and segment.y1 > extent.y0
                ), f"a line crosses {text!r}"  # fmt: skip


def test_columns_that_are_empty_are_left_out() -> None:
    plain = chart(counts(database_results=5, records_screened=5), update=False, sources={}, labels={})
    assert not [box.name for box in plain.boxes if box.kind in ("grey", "open", "other_title")]
    assert "Studies included in review (n = 0); Reports of included studies (n = 0)" in [
        b.text for b in plain.boxes
    ]
    updated = chart(counts(previous_studies=2), update=True, sources={}, labels={})
    words = [box.text for box in updated.boxes]
    assert "New studies included in review (n = 0); Reports of new included studies (n = 0)" in words
    assert "Identification of new studies via databases and registers" in words


def test_width_fits_a_journal_column_and_text_is_seven_points() -> None:
    for update, other, inches in ((False, False, 3.35), (True, False, 5.0), (True, True, 7.0)):
        with style():
            figure = draw_flow(crowded(update, other))
        assert figure.get_size_inches()[0] == pytest.approx(inches)
        in_boxes = [text.get_fontsize() for text in texts_of(figure.axes[0]) if text.get_url()]
        assert set(in_boxes) == {7.0}


def test_fills_keep_black_text_readable_in_greyscale() -> None:
    def luminance(colour: str) -> float:
        from matplotlib.colors import to_rgb

        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for fill in FILLS.values():
        assert (luminance(fill) + 0.05) / (luminance("#1a1a1a") + 0.05) > 7  # WCAG 2.1 contrast, level AAA


def test_a_long_word_is_broken_and_a_count_is_not() -> None:
    lines = wrapped([(1, LABELS["reason_7"] + " (n = 12)")], 60)
    assert all(width_of(run.text, 7, run.bold, run.italic) <= 60 for _, runs in lines for run in runs)
    assert lines[-1][1][-1].text.endswith("(n = 12)")


@pytest.mark.parametrize(("update", "other"), [(True, True), (False, True)])
def test_words_of_the_template_are_not_broken(update: bool, other: bool) -> None:
    chart = crowded(update, other)
    with style():
        drawn = {word for text in texts_of(draw_flow(chart).axes[0]) for word in text.get_text().split()}
    words = {word for box in chart.boxes for _, line in box.lines for word in line.split()}
    assert {"Organisations", "classification"} < words
    assert {word.replace("*", "") for word in words if len(word) <= 16} <= drawn
