"""The effect-direction plot: every study has its line, nothing is cut, and the same figure gives the same bytes."""

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from evergreen.figures import outcome_figures
from evergreen.figures.direction_wording import told
from evergreen.figures.setting import Setting
from evergreen.figures.style import save, style
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.outcome import result

SETTING = Setting(name="DAS28", better="lower", intervention="denosumab", control="placebo")


def result_of(rows):
    asked = Outcome(id="o", measure="MD", better="lower")
    return result(
        pd.DataFrame([{"study": s, "outcome": "o", "timepoint": "", **row} for s, row in rows]), asked
    )


def plate_of(rows):
    plates = outcome_figures.plates(result_of(rows), SETTING)
    with style():
        return next(plate for plate in plates if plate.name == "directions")


def contrast(**cells):
    return {"arm": "a", "group": "contrast", **cells}


def test_a_line_for_each_study_and_nothing_cut(tmp_path):
    words = "a study of many words " * 6
    drawn = plate_of(
        [
            ("Cohen 2008", contrast(direction="none")),
            (words, contrast(estimate=1.5)),
            ("So 2021", contrast()),
            ("Early 2001", contrast(direction="intervention")),
        ]
    ).drawn
    assert drawn.numbers["direction"].tolist() == ["none", "intervention", "", "control"]
    with style():
        renderer = FigureCanvasAgg(drawn.figure).get_renderer()
        page = drawn.figure.bbox.padded(1.0)
        for axes in drawn.figure.axes:
            box = axes.get_tightbbox(renderer)
            assert page.x0 <= box.x0
            assert box.x1 <= page.x1
        for stem in ("one", "two"):
            save(drawn.figure, tmp_path / stem, formats=["svg"])
    text = (tmp_path / "one.svg").read_text()
    assert "denosumab fared better" in text
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize(
    ("studies", "said"), [("A", "1 favours denosumab: 100%"), ("AB", "2 favour denosumab: 100%")]
)
def test_how_many_favour_the_intervention_is_told(studies, said):
    found = result_of([(study, contrast(direction="intervention")) for study in studies])
    assert said in told(found.directions, 0.95, "denosumab")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (contrast(), "no study says which group fared better"),
        (contrast(estimate=1.0, estimate_se=0.5), "the outcome has the effect of one study"),
    ],
)
def test_why_it_is_not_drawn(row, reason):
    assert plate_of([("A", row)]).reason == reason
