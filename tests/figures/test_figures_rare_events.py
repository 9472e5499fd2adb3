"""Outcomes with few events: studies that say nothing of the effect are shown, and a row shows the effects of its own model."""

from __future__ import annotations

import pytest

from evergreen.figures import forest, labbe, series, style
from evergreen.synthesis.outcome import result as pooled
from tests.figures.figures_of_bcg import words
from tests.seams.test_synthesis_numbers import RARE, SILENT, counts, entry


@pytest.mark.parametrize("by", [None, "kind"])
def test_figure_counts_the_studies_that_say_nothing(by: str | None) -> None:
    rows = counts(SILENT).assign(kind=["x"] * 4 + ["y"] * 4)
    result = pooled(rows, entry("RR", subgroups=["kind"]))
    with style.style():
        drawn = forest.forest(result, forest.Setting("Outcome"), by=by)
        total = drawn.numbers[drawn.numbers["row"] == "total"]
        assert len(total) == 1
        shown = words(drawn)
    for text in ("910", "1020", "Not estimable", "Not estimable: A, C (no events in either group)."):
        assert text in shown
    assert "Not pooled" not in shown


def test_a_subgroup_in_which_nothing_is_estimable_is_one_and_the_table_says_who_is_in_which() -> None:
    rows = counts(SILENT)
    silent = {"A", "C"}
    assert silent < set(rows["study"])
    kinds = ["old" if name in silent else "young" for name in rows["study"]]
    result = pooled(rows.assign(kind=kinds), entry("RR", subgroups=["kind"]))
    with style.style():
        drawn = forest.forest(result, forest.Setting("Outcome"), by="kind")
        shown = words(drawn)
    assert "Not pooled" not in shown
    assert [text for text in shown if text in ("old", "A", "C", "young", "B", "D")] == ["old", "A", "C", "young", "B", "D"]  # fmt: skip
    placed = drawn.numbers[drawn.numbers["study"].ne("")]
    assert dict(zip(placed["study"], placed["subgroup"], strict=True)) == dict(zip(rows["study"], kinds, strict=True))  # fmt: skip


def test_the_plot_of_rare_risks_is_as_wide_as_these() -> None:
    rows = counts(RARE)
    rows["n"] = [str(100_000 + int(n)) for n in rows["n"]]
    result = pooled(rows, entry("RD"))
    assert result.pooled is not None
    with style.style():
        drawn = labbe.labbe(result, result.pooled, forest.Setting("Outcome"))
    risks = drawn.numbers[["risk_control", "risk_intervention"]].to_numpy()
    assert drawn.figure.axes[0].get_xlim()[1] == pytest.approx(1.1 * risks.max())
    texts = [text.get_text() for text in drawn.figure.axes[0].get_xticklabels()]
    assert len(set(texts)) == len(texts) > 2


def test_other_models_of_the_same_studies_are_rows_of_their_own() -> None:
    outcome = entry("OR", analysis={"model": "peto", "sensitivity": [{"model": "mh"}, {"model": "common"}]})
    with style.style():
        shown = words(series.multiverse(pooled(counts(RARE), outcome), forest.Setting("Outcome")))
    assert {"Mantel-Haenszel", "Common effect"} <= set(shown)
