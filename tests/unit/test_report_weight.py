"""A report with very many figures stays small enough to be opened, and says what it shows from files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from docx import Document
from PIL import Image

from evergreen.protocol.review import Review
from evergreen.report import page as pages
from evergreen.report.blocks import Figure, Gallery, Section
from evergreen.report.word import document

REVIEW = Review(title="A review")


@pytest.fixture
def sections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Section]:
    monkeypatch.chdir(tmp_path)
    folder = Path("results/figures/pain")
    (folder / "further").mkdir(parents=True)
    figures = {}
    for name in ("forest", "funnel", "further/drapery"):
        (folder / f"{name}.svg").write_text(f"<svg>{name:_<90}</svg>")
        figures[name] = Figure(name, folder / name, name, f"{name}. Files:")
    blocks = [figures["forest"], figures["funnel"], Gallery("Further", [figures["further/drapery"]])]
    return [Section("results", "Results", blocks)]


def rendered(sections: list[Section]) -> str:
    return "".join(pages.page(REVIEW, "2020-01-01", sections))


def test_all_figures_stand_in_the_page_while_they_are_few(sections: list[Section]) -> None:
    html = rendered(sections)
    assert html.count("data:image/svg+xml;base64,") == 3
    assert "not part of this page" not in html
    sizes = [block.embedded_bytes for block in sections[0].blocks if isinstance(block, Figure)]
    assert sizes == [len(block.data) for block in sections[0].blocks if isinstance(block, Figure)]


@pytest.mark.parametrize(("room", "embedded"), [(2.5, 2), (1.5, 1), (0.5, 0)])
def test_the_first_figures_find_room_before_the_further_ones(
    sections: list[Section], monkeypatch: pytest.MonkeyPatch, room: float, embedded: int
) -> None:
    forest = sections[0].blocks[0]
    assert isinstance(forest, Figure)
    monkeypatch.setattr(pages.embedding, "__defaults__", (int(room * forest.embedded_bytes),))
    html = rendered(sections)
    assert html.count("data:image/svg+xml;base64,") == embedded
    assert 'src="../figures/pain/further/drapery.svg" loading="lazy"' in html
    assert f"{3 - embedded} of the figures are not part of this page" in html


def test_word_holds_pictures_as_print_shows_them(sections: list[Section]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 3000, 3), dtype=np.uint8)
    Image.fromarray(noise).save("results/figures/pain/forest.png")
    Image.fromarray(noise[:, :900]).save("results/figures/pain/funnel.png")
    made = document(REVIEW, sections)
    shapes = [(shape.width.cm, round(shape.height.cm, 3)) for shape in Document(BytesIO(made)).inline_shapes]
    assert shapes == [(16.0, 1.6), (16.0, 5.333)]
    with ZipFile(BytesIO(made)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        sizes = sorted(Image.open(BytesIO(archive.read(name))).size for name in names)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert sizes == [(900, 300), (1260, 126)]
