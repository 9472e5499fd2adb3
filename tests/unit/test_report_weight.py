"""A report with very many figures stays small enough to be opened, and says what it shows from files."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from docx import Document
from PIL import Image

from evergreen.protocol.review import Review
from evergreen.report import page as pages
from evergreen.report.blocks import Cell, Figure, Gallery, Head, Link, Section, Table, Text, numbered
from evergreen.report.word import document

REVIEW = Review(title="A review")


NAMES = ("forest", "funnel", "further/drapery")


@pytest.fixture
def sections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Section]:
    monkeypatch.chdir(tmp_path)
    folder = Path("results/figures/pain")
    (folder / "further").mkdir(parents=True)
    figures = {}
    for name in NAMES:
        text = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{name:_<900}</text></svg>'
        (folder / f"{name}.svg").write_text(text)
        figures[name] = Figure(Path(name).name, folder / name, name, name)
    blocks = [figures["forest"], figures["funnel"], Gallery("Further", [figures["further/drapery"]])]
    return [Section("results", "Results", blocks)]


@pytest.mark.parametrize(("room", "drawn"), [(3.5, 3), (2.5, 2), (1.5, 1), (0.5, 0)])
def test_the_first_figures_find_room_before_the_further_ones(
    sections: list[Section], monkeypatch: pytest.MonkeyPatch, room: float, drawn: int
) -> None:
    size = len(next(iter(pages.drawings(sections).values())))
    monkeypatch.setattr(pages.drawings, "__defaults__", (int(room * size),))
    html = "".join(pages.page(REVIEW, "2020-01-01", sections))
    assert [name for name in NAMES if f"<text>{name}_" in html] == list(NAMES[:drawn])
    assert html.count("It is not drawn here") == 3 - drawn
    assert '<a href="../figures/pain/further/drapery.svg">SVG</a>' in html
    assert "src=" not in html  # nothing is fetched, from no folder


def test_one_figure_that_is_too_long_leaves_its_room_to_the_others(
    sections: list[Section], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LONGEST", 1200)
    (forest, *_) = sections[0].blocks
    assert isinstance(forest, Figure)
    for length in (1500, 5000):  # too long as it is, and not even read
        forest.svg.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{"x" * length}</text></svg>')
        assert list(pages.drawings(sections)) == ["funnel", "drapery"]


def test_a_figure_of_several_pages_shows_the_first_and_leads_to_the_others(sections: list[Section]) -> None:
    (figure, *_) = sections[0].blocks
    assert isinstance(figure, Figure)
    further = [figure.stem.parent / "further" / f"forest-{page}" for page in (2, 3)]
    boxed = replace(figure, caution="No font has 中, which is an empty box")
    html = "".join(pages.page(REVIEW, "", [Section("results", "Results", [boxed])]))
    assert "forest. No font has 中, which is an empty box. <span" in html
    assert replace(figure, further=further).further_pages == [
        ("page 2", "../figures/pain/further/forest-2.svg"),
        ("page 3", "../figures/pain/further/forest-3.svg"),
    ]


def test_a_long_closed_table_is_a_page_of_its_own() -> None:
    heads = [Head("Study"), Head("n", True)]
    rows: list[list[Cell]] = [
        [Link(f"S{row}", "provenance/pain.html"), Link("1", "#pain")] for row in range(pages.MOST_CELLS)
    ]
    long, short = (
        Table("Numbers", heads, rows, fold="All", id="numbers"),
        Table("Few", heads, rows[:2], fold="All"),
    )
    (found,), apart = pages.apart(numbered([Section("data", "Data", [long, short, replace(long, fold="")])]))
    said, kept, whole = found.blocks
    assert isinstance(said, Text)
    assert (said.text, said.link) == (
        "Table 1. Numbers: 4,000 rows.", Link("They have a page of their own", "tables/numbers.html")
    )  # fmt: skip
    assert isinstance(kept, Table)
    assert isinstance(whole, Table)
    assert (kept.label, whole.id) == ("Table 2. Few", "numbers-2")
    (table,) = (block for block in apart["numbers.html"].blocks if isinstance(block, Table))
    assert table.rows[0] == [Link("S0", "../provenance/pain.html"), Link("1", "../index.html#pain")]
    html = "".join(pages.page(REVIEW, "", [apart["numbers.html"]]))
    assert html.count('<tr id="numbers--S') == pages.MOST_CELLS
    assert '<main id="main" tabindex="-1" class="long">' in html
    assert 'class="long"' not in "".join(pages.page(REVIEW, "", [Section("a", "A", [short])]))


def test_word_holds_pictures_as_print_shows_them(sections: list[Section]) -> None:
    grey = np.random.default_rng(0).integers(0, 255, (300, 3000), dtype=np.uint8)
    Image.fromarray(grey).save("results/figures/pain/forest.png")
    Image.fromarray(grey[:, :900]).save("results/figures/pain/funnel.png")
    made = document(REVIEW, [replace(sections[0], blocks=sections[0].blocks[:2])])
    shapes = [(shape.width.cm, round(shape.height.cm, 3)) for shape in Document(BytesIO(made)).inline_shapes]
    assert shapes == [(16.0, 1.6), (16.0, 5.333)]
    with ZipFile(BytesIO(made)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        sizes = sorted(Image.open(BytesIO(archive.read(name))).size for name in names)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert sizes == [(900, 300), (1260, 126)]
    shown = [shape._inline.docPr for shape in Document(BytesIO(made)).inline_shapes]
    assert [(one.get("descr"), one.get("title")) for one in shown] == [
        ("forest", "forest"),
        ("funnel", "funnel"),
    ]
