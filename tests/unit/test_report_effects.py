"""Effects read the same in figures, pages and tables: one scale, with the decimals that its numbers need."""

from evergreen.figures import scales
from evergreen.report import effects
from tests import results
from tests.rows import each


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
