"""The report shows the first figures, closes the further ones, and says what does not apply."""

from pathlib import Path
from typing import Any

from evergreen import tables
from evergreen.protocol.outcomes import Outcome
from evergreen.report import results
from evergreen.report.blocks import Figure, Gallery, Table
from tests.results import result

OUTCOME = Outcome(id="pain", name="Pain", measure="MD")
LISTED: list[dict[str, Any]] = [
    {
        "name": "forest",
        "title": "Forest plot: Pain",
        "drawn": True,
        "reason": None,
        "stem": "forest",
        "further_pages": [],
        "description": "Three studies.",
        "boxes": None,
    },
    {
        "name": "funnel",
        "title": "Funnel plot: Pain",
        "drawn": False,
        "reason": "no study could be pooled",
        "stem": "funnel",
        "further_pages": [],
        "description": "Three studies.",
        "boxes": None,
    },
    {
        "name": "drapery",
        "title": "Drapery plot: Pain",
        "drawn": True,
        "reason": None,
        "stem": "further/drapery",
        "further_pages": [],
        "description": "Three studies.",
        "boxes": None,
    },
]


def test_blocks_of_the_figures_of_an_outcome(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("results/figures/pain")
    tables.write_json(LISTED, folder / "figures.json")
    for stem in ("forest", "funnel", "further/drapery"):
        tables.write_text("<svg/>", folder / f"{stem}.svg")
    blocks = results._figures(OUTCOME, result(not_pooled="1 study reports it"), folder)
    first, gallery, missing = blocks
    assert isinstance(first, Figure)
    assert (first.alt, first.caution) == (
        "Forest plot: Pain. Three studies. Not pooled: 1 study reports it.",
        "",
    )
    assert first.files[-1] == ("CSV", "../figures/pain/forest.csv")
    assert isinstance(gallery, Gallery)
    assert [figure.id for figure in gallery.figures] == ["drapery-pain"]
    assert ("PNG", "../figures/pain/further/drapery.png") in gallery.figures[0].files
    assert isinstance(missing, Table)
    assert missing.rows == [["Funnel plot", "no study could be pooled"]]
