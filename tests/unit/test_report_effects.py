"""Effects read the same in figures, pages and tables: one scale, with the decimals that its numbers need."""

from evergreen.figures import scales
from evergreen.protocol.outcomes import Outcome
from evergreen.report import effects
from evergreen.report.changes import rounds
from evergreen.report.results import pooled_sentence, summary
from evergreen.synthesis.result.analyses import Round
from tests import results
from tests.rows import each

MODEL = results.model(estimate=1.0, ci_low=0.0, ci_high=2.0, k=1)


@each(
    ("measure", "scale", "model", "shown"),
    [
        ("GEN", "log", (-0.30111, -0.61619, 0.0198), "0.74 (0.54\u00a0to\u00a01.02)"),
        ("GEN", "identity", (-0.30111, -0.61619, 0.0198), "−0.30 (−0.62\u00a0to\u00a00.02)"),
        ("RR", "log", (0.0, -0.1, 0.1), "1.00 (0.90\u00a0to\u00a01.11)"),
        ("MD", "identity", (0.0006, 0.0001, 0.001), "0.0006 (0.0001\u00a0to\u00a00.0010)"),
        ("RD", "identity", (-0.012, -0.031, 0.007), "−0.012 (−0.031\u00a0to\u00a00.007)"),
        ("MD", "identity", (112.4, 80.0, 144.25), "112.40 (80.00\u00a0to\u00a0144.25)"),
    ],
)
def test_a_pooled_effect_is_shown_on_its_scale_with_digits_that_say_something(measure, scale, model, shown):
    effect, low, high = model
    studies = [results.study("A", yi=effect, ci_low=low, ci_high=high)]
    own = scales.of_result(results.result(measure=measure, scale=scale, studies=studies))
    assert effects.estimate(results.model(estimate=effect, ci_low=low, ci_high=high), own) == shown


@each(
    ("measure", "shares", "decimals"),
    [("PR", (0.046, 0.02, 0.3), 3), ("PR", (0.4, 0.02, 0.3), 2), ("IR", (0.0021, 0.0035, 0.2), 4), ("IR", (2000.0, 1500.0), 0), ("PR", (0.0, 0.0), 2), ("RD", (0.046, 0.02, 0.3), 2)],
)  # fmt: skip
def test_shares_and_rates_have_two_digits_that_count(measure, shares, decimals):
    studies = [results.study(str(share), yi=share, ci_low=share / 2, ci_high=share * 1.5) for share in shares]
    assert scales.of_result(results.result(measure=measure, studies=studies)).decimals == decimals


@each(("level", "said"), [(0.95, "95%"), (0.975, "97.5%"), (0.999, "99.9%")])
def test_the_level_of_an_interval_is_said_as_it_is(level, said):
    found = results.result(studies=[results.study("A")], model=MODEL, level=level)
    assert f"MD 1.00 ({said} CI 0.00 to 2.00)" in pooled_sentence(found).replace("\u00a0", " ").replace(
        "Mean difference", "MD"
    )


@each(
    ("levels", "head", "cells"),
    [
        ((0.9, 0.9), "Effect (90% CI)", ["MD 1.00 (0.00 to 2.00)"] * 2),
        ((0.95, 0.9), "Effect (CI)", ["MD 1.00 (95% CI 0.00 to 2.00)", "MD 1.00 (90% CI 0.00 to 2.00)"]),
    ],
)
def test_a_table_heads_its_intervals_with_their_level_and_rows_say_it_where_they_differ(levels, head, cells):
    found = {
        f"x{place}": results.result(
            outcome=f"x{place}", studies=[results.study("A")], model=MODEL, level=level
        )
        for place, level in enumerate(levels)
    }
    table = summary([Outcome(id=name, measure="MD") for name in found], found)
    assert table.columns[3].name.replace("\u00a0", " ") == head
    assert [row[3].text.replace("\u00a0", " ") for row in table.rows] == cells


def test_a_sentence_has_the_name_of_a_measure_in_full():
    found = results.result(measure="SMD", studies=[results.study("A")], model=MODEL)
    assert pooled_sentence(found).startswith("Standardised mean difference 1.00 (")
    assert scales.of_result(found).name == "Std. mean difference"


def test_what_a_round_moved_is_told_with_the_level_of_the_intervals():
    view = results.part(Round, k=1, studies=1, added=["A"], model=MODEL)
    found = {name: results.result(outcome=name, rounds={"2020-01-01": view}, level=level) for name, level in (("x", 0.95), ("y", 0.9))}  # fmt: skip
    outcomes = [Outcome(id=name, measure="MD") for name in found]
    alone, both = (rounds.effects("2020-01-01", own, found) for own in (outcomes[:1], outcomes))
    assert [head.name.replace("\u00a0", " ") for head in alone.columns[2:4]] == ["Before (95% CI)", "After (95% CI)"]  # fmt: skip
    assert [row[3].replace("\u00a0", " ") for row in both.rows] == ["MD 1.00 (95% CI 0.00 to 2.00)", "MD 1.00 (90% CI 0.00 to 2.00)"]  # fmt: skip


@each(
    "measure, limits, shown",
    [("PR", (-0.02, 0.3), "0.00 to 0.30"), ("PLN", (-0.5, 0.1), "0.61 to 1.00"), ("IR", (-0.1, 2.5), "0.00 to 2.50"),
     ("RD", (-1.2, 0.4), "−1.00 to 0.40"), ("MD", (-1.2, 0.4), "−1.20 to 0.40")],
)  # fmt: skip
def test_limits_do_not_lie_where_a_measure_cannot(measure, limits, shown):
    assert effects.interval(*limits, scales.scale_of(measure)).replace("\u00a0", " ") == shown
