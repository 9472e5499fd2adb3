"""Effect sizes: from what studies report to an effect `yi` and its sampling variance `vi`, measure by measure.

Conventions and names are those of metafor's `escalc`. Effects are group 1 minus group 2, or group 1 over group 2, with
the intervention as group 1; ratios are on the log scale. A study whose effect cannot be computed has NaN, and the
caller says why (`why_not`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evergreen.metaanalysis.effects import correlations, pre_post, proportions, rates, two_by_two, two_means
from evergreen.metaanalysis.least_squares import Array

Data = Mapping[str, Array]


@dataclass(frozen=True)
class Measure:
    """What a measure is: its name in words, the kind of data it needs, and its scale.

    `scale` is how an analysis value is shown: `log` by its exponential, `identity` as it is, or the name of a
    transformation in `transforms`. `needs` are the numbers of each arm (two-group kinds) or of the study.
    """

    name: str
    kind: str
    scale: str
    compute: Callable[..., tuple[Array, Array]]


def _of(
    kind: str, compute: Callable[..., tuple[Array, Array]], names: dict[str, tuple[str, str]]
) -> dict[str, Measure]:
    return {code: Measure(name, kind, scale, compute) for code, (name, scale) in names.items()}


def _reported(measure: str, data: Data) -> tuple[Array, Array]:
    raise ValueError(f"{measure} effects are reported, not computed")


MEASURES: dict[str, Measure] = {
    **_of("table", two_by_two.effect_sizes, two_by_two.MEASURES),
    **_of("two_means", two_means.effect_sizes, two_means.MEASURES),
    **_of("pre_post", pre_post.effect_sizes, pre_post.MEASURES),
    **_of("two_rates", rates.effect_sizes, rates.MEASURES),
    **_of("rate", rates.effect_sizes, rates.SINGLE),
    **_of("proportion", proportions.effect_sizes, proportions.MEASURES),
    **_of("correlation", correlations.effect_sizes, correlations.MEASURES),
    **_of("reliability", correlations.effect_sizes, correlations.RELIABILITY),
    "GEN": Measure("effect", "generic", "identity", _reported),
}


UNCORRECTED = two_by_two.WITHOUT_CORRECTION | rates.WITHOUT_CORRECTION | proportions.WITHOUT_CORRECTION


def effect_sizes(measure: str, data: Data, **options: Any) -> tuple[Array, Array]:
    """`yi` and `vi` (k each) of `measure`; `data` holds the arrays its kind needs, `options` the variant (`add`, `to`, ...)."""
    return MEASURES[measure].compute(measure, data, **options)


def options(measure: str, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `measure` among the settings of an analysis."""
    kind = MEASURES[measure].kind
    if kind in {"table", "two_rates", "proportion", "rate"}:
        chosen = {"to": analysis.get("to", "only0")}
        if measure not in UNCORRECTED:
            chosen["add"] = analysis.get("add", 0.5)
        if kind in {"table", "two_rates"}:
            chosen["drop00"] = analysis.get("drop00", False)
        return chosen
    if measure == "SMD":
        return {"vtype": analysis.get("smd_vtype", "LS")}
    return {}


def why_not(measure: str, numbers: Mapping[str, float]) -> str:
    """The sentence for a study whose numbers are there but give no effect."""
    kind = MEASURES[measure].kind
    if kind in {"table", "two_rates"}:
        if numbers["events1"] == 0 and numbers["events2"] == 0:
            return "no events in either group"
        return "an empty cell leaves its effect undefined"
    if kind == "correlation" and (abs(numbers["r"]) == 1 or numbers["n"] <= 4):
        few = (
            "it has four or fewer participants"
            if numbers["n"] <= 4
            else f"its correlation is {numbers['r']:g}"
        )
        return f"{few}, which leaves the effect without a sampling variance"
    if kind == "two_means":
        if min(numbers["n1"], numbers["n2"]) <= 1:
            return "a group has fewer than two participants"
        if MEASURES[measure].scale == "log":
            return "a mean or standard deviation is not positive, so a ratio has no logarithm"
        return "its effect cannot be computed from the numbers given"
    return "its effect cannot be computed from the numbers given"
