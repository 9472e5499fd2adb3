"""Figures are saved with real text and the same bytes twice."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from evergreen.figures.style import save, style


def drawn() -> Figure:
    figure = Figure(figsize=(3, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1])
    axes.fill_between([0, 1], [0, 1], hatch="//")
    axes.set_title("Größe & <risk>")
    return figure


def test_same_figure_gives_same_bytes_and_text_stays_text(tmp_path: Path) -> None:
    for stem in ("a", "b.c"):
        with style():
            save(drawn(), tmp_path / stem, title="A line")
    for suffix in ("svg", "pdf", "png"):
        first = (tmp_path / f"a.{suffix}").read_bytes()
        assert first == (tmp_path / f"b.c.{suffix}").read_bytes()
        assert b"CreationDate" not in first
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "Größe &amp; &lt;risk&gt;</text>" in svg
    assert "<title>A line</title>" in svg
    assert "<dc:date>" not in svg


def test_style_is_independent_of_the_users_settings() -> None:
    with mpl.rc_context({"font.size": 30, "lines.linestyle": "--"}):
        with style():
            assert mpl.rcParams["font.size"] == 8.0
            assert mpl.rcParams["lines.linestyle"] == "-"
        assert mpl.rcParams["font.size"] == 30
