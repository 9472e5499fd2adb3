"""The figure of agreement holds every count and is the same every time."""

from collections import Counter

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from evergreen.figures.agreement_plot import agreement_figure
from evergreen.figures.scales import number
from evergreen.figures.setting import Drawn
from evergreen.figures.style import save, style
from evergreen.screening.reviewer_comparison import agreement_table, compare
from tests.figures.figures_of_bcg import overlapping, texts_on


def votes(*rows: tuple[str, str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["work_id", "reviewer", "decision", "pilot"])


def svg_of(comparison, folder) -> str:
    with style():
        save(agreement_figure(comparison), folder / "figure")
    return (folder / "figure.svg").read_text()


@pytest.mark.parametrize("people", [["AB"], ["AB", "CD"], ["AB", "CD", "EF", "GH"]])
def test_drawn_for_any_number_of_reviewers(people, tmp_path):
    said = [
        (f"w{n}", person, "include" if n % 5 == 0 else "exclude", False)
        for n in range(30)
        for person in people
    ]
    comparison = compare(votes(*said), stage="title_abstract", reviewers=people)
    for stem in ("one", "two"):
        with style():
            save(agreement_figure(comparison), tmp_path / stem)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    text = (tmp_path / "one.svg").read_text()
    assert ("nothing to compare" in text) == (len(people) == 1)
    assert len(agreement_table(comparison)) == 2 * (len(people) * (len(people) - 1) // 2 + (len(people) > 2))


def test_what_is_not_estimable_is_said_in_the_figure(tmp_path):
    comparison = compare(
        votes(("w", "AB", "exclude", False), ("w", "CD", "exclude", False)),
        stage="title_abstract",
        reviewers=["AB", "CD"],
    )
    assert "not estimable" in svg_of(comparison, tmp_path)


def test_parts_and_groups(tmp_path):
    said = [
        (f"w{n}", person, decision, n < 2)
        for n, row in enumerate(["iie", "iii", "eee", "eei", "uie"])
        for person, decision in zip(
            ["AB", "CD", "EF"],
            [{"i": "include", "e": "exclude", "u": "unsure"}[letter] for letter in row],
            strict=True,
        )
    ]
    comparison = compare(votes(*said), stage="title_abstract", reviewers=["AB", "CD", "EF"])
    sizes = {
        (pair["part"], pair["first"], pair["second"]): pair["n"]
        for pair in comparison["pairs"]
        if pair["table"] == "2x2"
    }
    assert sizes["all", "AB", "CD"] == sizes["pilot", "AB", "CD"] + sizes["main", "AB", "CD"] == 5
    assert {group["part"] for group in comparison["groups"]} == {"all", "pilot", "main"}
    assert "Krippendorff" in svg_of(comparison, tmp_path)
    three = next(pair for pair in comparison["pairs"] if pair["table"] == "3x3" and pair["part"] == "all")
    assert three["counts"] == [[2, 0, 0], [1, 0, 0], [0, 0, 2]]


@pytest.mark.parametrize("others", [3, 7, 14])
def test_many_reviewers_stand_in_a_square_on_one_page(others):
    """Measured by boxes; the numbers are those of the comparison, which the table has with all intervals."""
    people = ["Maximiliane Theresa Oberhuber von und zu Hohenstein", *(f"P{n}" for n in range(others))]
    said = [
        (f"w{n}", person, ("include", "exclude", "unsure")[n * place % 7 % 3], n < 9 and others == 3)
        for n in range(24)
        for place, person in enumerate(people)
        if (n + place) % 4
    ]
    comparison = compare(votes(*said), stage="title_abstract", reviewers=people)
    with style():
        figure = agreement_figure(comparison)
    assert figure.get_size_inches()[1] <= 240 / 25.4
    assert overlapping(Drawn(figure, pd.DataFrame())) == []
    pairs = [pair for pair in comparison["pairs"] if (pair["table"], pair["part"]) == ("2x2", "all")]
    shown = Counter(text.get_text() for text in texts_on(figure))
    for told in (
        [number(pair["kappa"], 2) for pair in pairs if pair["n"] and pair["kappa"] is not None],
        [f"{pair['agreement']:.0%}" for pair in pairs if pair["n"]],
    ):
        assert Counter(told) - shown == Counter()
    intervals = sum(text.startswith("[") for text in shown.elements())
    assert intervals == (sum(pair["kappa"] is not None for pair in pairs) if others < 14 else 0)


@pytest.mark.parametrize("longest", ["EF", "Maximiliane Theresa $x$ Oberhuber von und zu Hohenstein"])
def test_every_word_is_on_the_page_and_no_solver_decides_where(longest):
    said = [
        (f"w{n}", person, ("include", "exclude")[(n + len(person)) % 3 == 0], n < 8)
        for n in range(12)
        for person in ("AB", "CD", longest, "GH")
    ]
    with style():
        figure = agreement_figure(
            compare(votes(*said), stage="full_text", reviewers=["AB", "CD", longest, "GH"])
        )
        assert figure.get_layout_engine() is None  # kiwi's last digits depend on memory addresses
        renderer = FigureCanvasAgg(figure).get_renderer()
        page = figure.bbox.padded(1.0)
        boxes = [axes.get_tightbbox(renderer) for axes in figure.axes]
    for box in boxes:
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
        assert page.y0 <= box.y0
        assert box.y1 <= page.y1
    for n, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[n + 1 :])
