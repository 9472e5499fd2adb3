"""A drawing put into a page brings what draws and nothing else, and what it names is its own."""

from pathlib import Path

import pytest
from lxml import html

from evergreen.report.inline import inline
from tests.rows import each

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="20pt" height="10pt" viewBox="0 0 20 10">'
FONT = "font-family: 'DejaVu Sans', sans-serif;"


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    place = Path("results/figures/pain/forest.svg")
    place.parent.mkdir(parents=True)

    def draw(content: str) -> str:
        place.write_text(
            f'<?xml version="1.0"?>\n<!DOCTYPE svg>\n{HEAD}\n{content}\n</svg>', encoding="utf-8"
        )
        return inline(place, "forest-pain", 'Forest "plot"')

    return draw


@each(
    "content",
    [
        "<script>alert(1)</script>",
        '<g onload="alert(1)"/>',
        "<style>* { color: red }</style>",
        "<foreignObject><p>x</p></foreignObject>",
        '<a xlink:href="javascript:alert(1)"><rect width="1"/></a>',
        '<a xlink:href="https://elsewhere.org"><rect width="1"/></a>',
        '<image href="http://elsewhere.org/x.png"/>',
        '<use href="http://elsewhere.org/x.svg#a"/>',
        '<rect style="fill: url(http://elsewhere.org/x.svg#a)"/>',
        '<set attributeName="href" to="javascript:alert(1)"/>',
        "<metadata>alert</metadata>",
    ],
)
def test_nothing_runs_is_fetched_or_reaches_out_of_the_drawing(drawn, content):
    found = drawn(content)
    assert not any(word in found for word in ("alert", "elsewhere", "script", "style", "foreign", "<set"))


@each(
    ("content", "expected"),
    [
        # Ids that something refers to are the figure's own in the page; the others go.
        ('<defs><clipPath id="c"><rect/></clipPath></defs><g id="axes_1" clip-path="url(#c)"/>',
         '<defs><clipPath id="forest-pain-c"><rect/></clipPath></defs><g clip-path="url(#forest-pain-c)"/>'),
        ('<defs><path id="m" d="M 0 0"/></defs><use xlink:href="#m" x="1"/>',
         '<defs><path id="forest-pain-m" d="M 0 0"/></defs><use href="#forest-pain-m" x="1"/>'),
        # Links lead from the report, not from the drawing's folder.
        ('<a xlink:href="../../report/provenance/pain.html#S"><title>S &lt;1&gt;</title><rect/></a>',
         '<a href="provenance/pain.html#S"><title>S &lt;1&gt;</title><rect/></a>'),
        # One without words is called by what it stands in.
        ('<g><title>Records\nscreened</title><g><a xlink:href="forest.csv"><rect/></a></g></g>',
         '<a href="../figures/pain/forest.csv" aria-label="Records screened"><rect/></a>'),
        # No more digits than a screen shows, of small numbers as many as of large ones.
        ('<path d="M 10.123456 0.00012345678 \nL -7.000000 1"/>', '<path d="M 10.12 0.00012346 L -7 1"/>'),
        ('<text transform="rotate(-0 8 16)" x="1">a  b</text>', '<text x="1">a  b</text>'),
        ('<text transform="rotate(-90 8 16)">a</text>', '<text transform="rotate(-90 8 16)">a</text>'),
    ],
)  # fmt: skip
def test_what_draws_stays(drawn, content, expected):
    assert expected in drawn(content)


@each(
    ("place", "page", "expected"),
    [
        ("results/figures/pain/f.svg", "results/report/changes", "../provenance/pain.html#S"),
        ("results/figures/pain/f.svg", "results/report", "provenance/pain.html#S"),
        # A figure of a frozen version leads to numbers that are others by now.
        ("scratch/1.0/pain/f.svg", "results/report/changes", None),
        ("/tmp/a1b2/1.0/pain/f.svg", "results/report/changes", None),
    ],
)
def test_links_lead_from_the_page_to_results_or_nowhere(tmp_path, monkeypatch, place, page, expected):
    monkeypatch.chdir(tmp_path)
    drawing = Path(place if place.startswith("results") else tmp_path / place.strip("/"))
    drawing.parent.mkdir(parents=True, exist_ok=True)
    drawing.write_text(f'{HEAD}<a xlink:href="../../report/provenance/pain.html#S"><rect/></a></svg>')
    (element,) = html.fragments_fromstring(inline(drawing, "f", "Forest plot", page))
    assert element.find("a").get("href") == expected
    assert element.get("role") == ("group" if expected else "img"), "what has no link is a picture"
    assert str(tmp_path) not in html.tostring(element).decode()


def test_the_element_has_a_name_a_size_and_the_font_of_its_texts(drawn):
    found = drawn(f'<title>old</title><text style="{FONT} fill: red">a</text><text style="{FONT}">b</text>')
    (element,) = html.fragments_fromstring(found)
    assert element.get("aria-label") == 'Forest "plot"'
    assert (element.get("role"), element.get("viewbox")) == ("img", "0 0 20 10")
    assert found.count("DejaVu") == 1
    assert [text.get("style") for text in element.iter("text")] == [" fill: red", None]
    assert "old" not in found
    assert 'role="group"' in drawn('<a xlink:href="a.csv"><rect/></a>')


@pytest.mark.parametrize("content", ["<html/>", "no XML", "", '<svg xmlns="http://www.w3.org/2000/svg">'])
def test_a_file_that_is_no_drawing_is_named(tmp_path, content):
    path = tmp_path / "forest.svg"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"forest\.svg: not an SVG drawing"):
        inline(path, "forest", "x")
