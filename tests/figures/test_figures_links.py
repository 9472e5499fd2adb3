"""Rows of a forest plot lead to the trail of their numbers, in the drawing itself and in the page that it is put into."""

import html
import re
from pathlib import Path

import pytest
from lxml import etree

from evergreen.figures import forest, style
from evergreen.report.inline import inline
from evergreen.synthesis.result.trail_places import page_of
from tests.figures.figures_of_bcg import SETTING, bcg
from tests.results import changed


def saved(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "forest", *, linked: bool = True
) -> Path:
    if not linked:
        monkeypatch.setattr("evergreen.figures.canvas.Page.link", lambda *_: None)
    with style.style():
        style.save(forest.forest(bcg(), SETTING).figure, folder / name)
    return folder / name


def links(drawing: Path) -> dict[str, tuple[str, tuple[float, ...]]]:
    """Of the drawing as it stands in a page, by what its links are called: where they lead, and x, y, width and height."""
    found = {}
    for link in etree.fromstring(inline(drawing, "f", "Forest plot")).iter("a"):
        title, place = link.findtext("title"), link.find("rect")
        assert title is not None
        assert place is not None
        box = tuple(float(place.get(name, "nan")) for name in ("x", "y", "width", "height"))
        found[title.partition(":")[0]] = (str(link.get("href")), box)
    return found


def test_every_study_and_the_total_lead_to_their_trail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, stem = bcg(), saved(tmp_path, monkeypatch)
    led = re.findall(r'<a xlink:href="([^"]*)"', stem.with_suffix(".svg").read_text())
    outcome = result.outcome
    pages = [*(page_of(outcome, study.label) for study in result.studies), page_of(outcome)]
    assert led == [f"../../report/{page}" for page in pages]


def test_a_link_lies_over_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The middle of a label's text, which the drawing holds at its baseline, is within the place that bears its name."""
    monkeypatch.chdir(tmp_path)
    folder = Path("results/figures/tb")
    folder.mkdir(parents=True)
    drawing = saved(folder, monkeypatch).with_suffix(".svg")
    text = drawing.read_text()
    wide = float(re.search(r'viewBox="0 0 ([\d.]+) [\d.]+"', text).group(1))  # type: ignore[union-attr]
    places = links(drawing)
    for study in bcg().studies:
        baseline = re.search(rf'translate\([\d.]+ ([\d.]+)\)[^>]*>{re.escape(html.escape(study.label))}<|y="([\d.]+)"[^>]*>{re.escape(html.escape(study.label))}<', text)  # fmt: skip
        assert baseline is not None, study.label
        at = float(next(filter(None, baseline.groups())))
        url, (x, y, width, height) = places[study.label]
        assert y < at < y + height
        assert url.endswith(page_of(bcg().outcome, study.label))
        assert 0 <= x < x + width <= wide


def test_pdf_and_picture_are_what_they_are_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked, plain = saved(tmp_path, monkeypatch), saved(tmp_path, monkeypatch, "plain", linked=False)
    for suffix in (".pdf", ".png"):
        assert linked.with_suffix(suffix).read_bytes() == plain.with_suffix(suffix).read_bytes()
    assert linked.with_suffix(".svg").read_text() != plain.with_suffix(".svg").read_text()
    monkeypatch.undo()
    again = saved(tmp_path, monkeypatch, "again")
    assert again.with_suffix(".svg").read_bytes() == linked.with_suffix(".svg").read_bytes()


def test_a_name_from_outside_is_a_text_in_its_link(tmp_path: Path) -> None:
    result = bcg()
    first = changed(result.studies[0], label='<script>"&')
    with style.style():
        drawn = forest.forest(changed(result, studies=(first, *result.studies[1:])), SETTING)
        style.save(drawn.figure, tmp_path / "forest", formats=("svg",))
    text = (tmp_path / "forest.svg").read_text()
    assert "<script>" not in text
    assert next(iter(links(tmp_path / "forest.svg"))).startswith('<script>"&')
