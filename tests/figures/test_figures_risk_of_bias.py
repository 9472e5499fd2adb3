"""The risk-of-bias figures: numbers drawn, formats for other tools, nothing cut."""

from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from evergreen.bias.tools import ROB1, ROB2, TOOLS
from evergreen.figures import bias_lines, bias_marks, bias_summary, risk_of_bias
from evergreen.figures.canvas import Marks
from evergreen.figures.setting import Drawn
from evergreen.figures.style import style
from tests.figures.figures_of_bcg import overlapping
from tests.figures.seen import texts_of
from tests.protocols import pooling
from tests.rows import each

DRAWN = {"summary": lambda *of: bias_summary.summary(*of)[0], "graph": risk_of_bias.graph}


def judgements(*rows):
    return pd.DataFrame(rows, columns=["study", "outcome", "domain", "judgement"])


def every_level(tool):
    """A study for each level, judged so in all domains of the usual variant, and one that has not been judged."""
    return judgements(
        *(
            (f"Study{number}", "", domain, level)
            for number, level in enumerate([*tool.levels, ""])
            for domain in [*(domain.id for domain in tool.domains_of()), "overall"]
        )
    )


def test_the_summary_table_is_in_the_form_that_robvis_reads():
    table = risk_of_bias.summary_table(every_level(ROB2), ROB2)
    assert table.columns.tolist() == ["Study", "D1", "D2", "D3", "D4", "D5", "Overall"]
    assert table["D1"].tolist() == ["Low", "Some concerns", "High", ""]
    assert risk_of_bias.summary_table(every_level(ROB1), ROB1).columns[1] == "Random.sequence.generation"


def test_results_are_ordered_by_outcome_and_named_by_it():
    table = judgements(("B", "pain", "D1", "low"), ("A", "pain", "D1", "high"), ("B", "death", "D1", "low"))
    assert risk_of_bias.summary_table(table, ROB2)["Study"].tolist() == ["B: death", "A: pain", "B: pain"]


def test_outcomes_stand_in_the_order_of_their_names():
    table = judgements(*((study, outcome, "overall", "low") for study in "AB" for outcome in ("", "death", "pain", "x")))  # fmt: skip
    with style():
        (figure,) = bias_summary.summary(
            table, ROB2, [pooling(id="pain", name="Pain"), pooling(id="death", name="Death", data="death")]
        )
    said = [text.get_text() for text in texts_of(figure.axes[0])]
    assert [text for text in said if text in ("Pain", "Death", "x")] == ["Pain", "Death", "x"]


@pytest.mark.parametrize("tool", TOOLS.values(), ids=list(TOOLS))
def test_the_shares_of_every_domain_add_up(tool):
    table = risk_of_bias.graph_table(every_level(tool), tool)
    assert table.groupby("domain")["percent"].sum().tolist() == pytest.approx(
        [100.0] * table["domain"].nunique()
    )
    assert table.groupby("domain")["count"].sum().eq(len(tool.levels) + 1).all()


@pytest.mark.parametrize("tool", TOOLS.values(), ids=list(TOOLS))
@pytest.mark.parametrize("draw", DRAWN.values(), ids=list(DRAWN))
def test_nothing_is_cut_at_the_edge(tool, draw):
    with style():
        figure = draw(every_level(tool), tool)
        renderer = FigureCanvasAgg(figure).get_renderer()
        page = figure.bbox
        for text in texts_of(figure.axes[0]):
            box = text.get_window_extent(renderer)
            assert page.x0 <= box.x0 <= box.x1 <= page.x1, text.get_text()
            assert page.y0 <= box.y0 <= box.y1 <= page.y1, text.get_text()


def test_levels_stay_apart_in_grey():
    for tool in TOOLS.values():
        palette = [bias_marks.colour_of(tool, level) for level in tool.levels]
        greys = sorted(0.299 * r + 0.587 * g + 0.114 * b for r, g, b in map(_rgb, palette))
        assert min(second - first for first, second in pairwise(greys)) > 15


def _rgb(colour):
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


@pytest.mark.parametrize(
    ("outcomes", "studies", "pages"), [(0, 1, 1), (0, 6, 1), (0, 80, 2), (14, 3, 2), (1, 50, 2), (0, 213, 6)]
)
def test_many_lines_go_on_beside_and_on_further_pages_that_a_journal_prints(outcomes, studies, pages):
    """213 studies were once a figure of 1,606 x 344 mm."""
    rows = [
        (
            f"Study {study:03} of a team",
            f"o{outcome}" if outcomes else "",
            domain,
            level,
        )
        for outcome in range(outcomes or 1)
        for study in range(studies)
        for domain, level in (("D1", "low"), ("overall", ("high", "some concerns")[study % 2]))
    ]
    table = judgements(*rows)
    with style():
        figures = bias_summary.summary(table, ROB2, [pooling(id="o0", name="Pain", data="o0")])
    assert len(figures) == pages
    said, marks = [], 0
    for figure in figures:
        assert (figure.get_size_inches() * 25.4 <= (178, 240)).all()
        if figure in (figures[0], figures[-1]):
            assert overlapping(Drawn(figure, table)) == []
        texts = [text.get_text() for text in texts_of(figure.axes[0])]
        said += texts
        assert "Overall risk of bias" in texts
        assert ("Page 1 of" in " ".join(said)) == (pages > 1)
        layer = next(one for one in figure.axes[0].get_children() if isinstance(one, Marks))
        marks += sum(
            len(places) for name, (_, _, places) in layer.places.items() if name.startswith("circle")
        )
    numbers = [one for one in said if one.startswith("Study ")]
    assert len(numbers) == studies * (outcomes or 1)
    legends = pages * 4  # three levels, and what is not judged
    assert marks == studies * (outcomes or 1) * 6 + legends
    if outcomes:
        assert said.count("Pain") == 1
        assert ("Pain (continued)" in said) == (outcomes == 1)


def test_a_review_in_which_nothing_is_judged_yet_has_figures_that_say_so():
    for draw in DRAWN.values():
        assert "yet" in texts_of(draw(judgements(), ROB1).axes[0])[0].get_text()
    assert risk_of_bias.summary_table(judgements(), ROB1).empty
    assert risk_of_bias.graph_table(judgements(), ROB1)["count"].sum() == 0


def results(*rows):
    names = ["study", "outcome", "timepoint", "comparison", "effect", "variant", "domain", "judgement"]
    return pd.DataFrame(rows, columns=names)


BY_RESULT = results(
    ["S1", "", "", "", "", "", "D1", "low"],
    ["S1", "pain", "6 weeks", "placebo", "", "", "D2", "high"],
    ["S1", "pain", "6 weeks", "placebo", "", "", "overall", "high"],
    ["S1", "pain", "6 weeks", "pain_b", "adhering", "", "D2", "low"],
    ["S1", "pain", "6 weeks", "pain_b", "adhering", "", "overall", ""],
    ["S2", "pain", "6 weeks", "placebo", "", "crossover", "DS", "low"],
    ["S2", "pain", "6 weeks", "placebo", "", "crossover", "overall", ""],
)


def test_a_line_says_what_it_is_a_result_of_and_has_what_holds_for_all():
    lines = bias_lines.lines_of(BY_RESULT)
    drug_b = pooling(id="pain_b", name="Pain, against drug B", data="pain", arms={"control": ["B"]})
    outcomes = [pooling(id="pain", name="Pain", arms={"control": ["placebo"]}), drug_b]
    assert [(line.study, line.title(outcomes)) for line in lines] == [
        ("S1", "Pain, against drug B, 6 weeks, effect of adhering"),
        ("S1", "Pain, 6 weeks, placebo"),
        ("S2", "Pain, 6 weeks, placebo"),
    ]
    assert [line.levels.get("D1") for line in lines] == ["low", "low", None]


@each(
    ("outcome", "when", "against", "title"),
    [
        ("pain", "12 weeks", "", "Pain at 12 weeks"),
        ("pain", "6 weeks", "", "Pain at 6 weeks; Against bark, 6 weeks"),
        ("pain", "6 weeks", "placebo", "Pain at 6 weeks, placebo"),
        ("pain", "6 weeks", "bark", "Against bark, 6 weeks"),
        ("Pain", "", "pain_b", "Against bark"),
        ("pain", "24 weeks", "", "pain, 24 weeks"),
        ("pain_b", "", "", "Against bark"),
        ("pain", "", "", "Pain at 6 weeks; Pain at 12 weeks; Against bark"),
        ("other", "", "", "other"),
    ],
)
def test_a_result_is_called_as_the_outcomes_that_read_it(outcome, when, against, title):
    placebo = {"control": ["placebo"]}
    outcomes = [
        pooling(id="pain_6", name="Pain at 6 weeks", data="pain", timepoint=("6 weeks",), arms=placebo),
        pooling(id="pain_12", name="Pain at 12 weeks", data="pain", timepoint=("12 weeks",), arms=placebo),
        pooling(id="pain_b", name="Against bark", data="pain", timepoint=("6 weeks",), arms={"control": ["bark"]}),
    ]  # fmt: skip
    assert bias_lines.Line("S", outcome, {}, (when, against, "")).title(outcomes) == title


def test_a_domain_counts_only_where_the_variant_has_it():
    table = risk_of_bias.graph_table(BY_RESULT, ROB2)
    counts = table.groupby("domain", sort=False)["count"].sum().to_dict()
    assert counts == {"D1": 3, "DS": 1, "D2": 3, "D3": 3, "D4": 3, "D5": 3, "overall": 3}
    for rows, said in (
        (BY_RESULT, "Share of up to 3 results of 2 studies"),
        (BY_RESULT[:-2], "Share of 2 results of 1 study"),
    ):
        shown = [text.get_text() for text in texts_of(risk_of_bias.graph(rows, ROB2).axes[0])]
        assert [text.partition(";")[0] for text in shown if text.startswith("Share")] == [said]
    head = risk_of_bias.summary_table(BY_RESULT, ROB2).columns.tolist()
    assert head == ["Study", "D1", "DS", "D2", "D3", "D4", "D5", "Overall"]


def test_stars_are_drawn_with_their_total():
    stars = TOOLS["newcastle-ottawa"]
    rows = [("A", "", domain.id, "1 star") for domain in stars.domains_of()]
    table = judgements(*rows, ("A", "", "overall", "8"))
    assert risk_of_bias.summary_table(table, stars)["Overall"].tolist() == ["8"]
    shown = [text.get_text() for text in texts_of(DRAWN["summary"](table, stars).axes[0])]
    assert {"Stars of 9", "8", "2 stars", "1 star", "No star"} <= set(shown)
    assert "Stars of 9" not in {
        text.get_text() for text in texts_of(risk_of_bias.graph(table, stars).axes[0])
    }


def test_the_tables_for_robvis_call_a_domain_alike():
    names = risk_of_bias.summary_table(every_level(ROB1), ROB1).columns
    assert [name for name in names if name in ROB1.robvis.values()] == [ROB1.robvis[one.id] for one in ROB1.domains]  # fmt: skip
