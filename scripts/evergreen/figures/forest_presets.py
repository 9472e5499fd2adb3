"""The looks that journals give a forest plot, as data on one layout: columns, heads, how numbers are written, colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from evergreen.figures.scales import MINUS, Scale, p_value, p_value_of_jama
from evergreen.figures.style import COLOURS, INK

Fields = tuple[str, ...]
"""Numbers of a group that stand in one cell."""
# What is shown of each group, by the kind of measure; of any other, whatever there is.
APART: Mapping[str, tuple[Fields, ...]] = MappingProxyType({
    "table": (("events",), ("n",)), "proportion": (("events",), ("n",)), "two_rates": (("events",), ("person_time",)),
    "rate": (("events",), ("person_time",)), "pre_post": (("mean_baseline",), ("mean",), ("sd",), ("n",)), "correlation": (("n",),),
    "two_means": (("mean",), ("sd",), ("n",)),
    "": (("events",), ("mean",), ("sd",), ("n",)),
})  # fmt: skip
TOGETHER: Mapping[str, tuple[Fields, ...]] = MappingProxyType({
    "table": (("events", "n"),), "proportion": (("events", "n"),), "two_rates": (("events", "person_time"),),
    "rate": (("events", "person_time"),), "pre_post": (("n",), ("mean_baseline",), ("mean", "sd")), "correlation": (("n",),),
    "two_means": (("n",), ("mean", "sd")), "": (("events", "n"), ("mean", "sd")),
})  # fmt: skip
HEADS: Mapping[Fields, str] = MappingProxyType({
    ("events",): "Events", ("n",): "Total", ("mean",): "Mean", ("sd",): "SD", ("person_time",): "Person-time",
    ("mean_baseline",): "Baseline", ("r",): "r", ("events", "n"): "No of events/total",
    ("events", "person_time"): "No of events/person-time", ("mean", "sd"): "Mean (SD)",
})  # fmt: skip
LEAST_NEEDED: Mapping[Fields, int] = MappingProxyType(
    {("mean_baseline",): 4, ("sd",): 3, ("person_time",): 2}
)
"""Columns of groups that give way where a page has no room for all, the first to go with the highest number."""


@dataclass(frozen=True)
class Preset:
    """One look.

    `before` and `after` the graph stand `data`, `weight`, `effect`, `bias` in their order. `fields` are the numbers of a group by kind
    of measure, `by_field` has the groups side by side under each of them instead of the numbers under each group. `heads` replace
    those of `HEADS`. `limits` are what stands before, between and behind the limits of an interval. `p_value` writes
    P values. `counts` of events stand in a row below the total.
    """

    head: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    fields: Mapping[str, tuple[Fields, ...]] = field(default_factory=lambda: APART)
    by_field: bool = False
    heads: Mapping[Fields, str] = field(default_factory=lambda: MappingProxyType({}))
    limits: tuple[str, str, str] = ("[", ", ", "]")
    percent: bool = True
    p_value: Callable[[float], str] = p_value
    counts: bool = False
    favours: Literal["above", "below"] = "below"
    rules: bool = False
    line_below_head: bool = True
    square: str = COLOURS[0]
    diamond: str = INK

    def limited(self, scale: Scale, low: float, high: float) -> tuple[str, ...]:
        """The limits of an interval (of the analysis scale): `[0.34,` and `0.70]` below those of other rows, else `(0.34 to 0.70)`."""
        before, between, behind = self.limits
        texts = scale.limit(low), scale.limit(high)
        # A dash between negative numbers would be taken for a sign.
        between = " to " if between == DASH and any(text.startswith(MINUS) for text in texts) else between
        first, second = f"{before}{texts[0]}{between}", f"{texts[1]}{behind}"
        return (first.rstrip(), second) if between == COMMA else (first + second,)

    def interval(self, scale: Scale, estimate: float, low: float, high: float) -> tuple[str, ...]:
        """An effect with its limits, of the analysis scale, in pieces that stand below those of other rows."""
        return scale.text(estimate), *self.limited(scale, low, high)


DASH, COMMA = "–", ", "

PRESETS: Mapping[str, Preset] = MappingProxyType({
    "RevMan": Preset("Study", ("data", "weight", "effect"), ("bias",), counts=True),
    "JAMA": Preset(
        "Source", ("data", "effect"), ("weight", "bias"), fields=TOGETHER, by_field=True,
        heads={("events", "n"): "No. of events/total No.", ("events", "person_time"): "No. of events/person-time"},
        limits=("(", DASH, ")"), percent=False, p_value=p_value_of_jama, favours="above", rules=True, square="#08306b", diamond="#9ecae1",
    ),
    "BMJ": Preset(
        "Study", ("data",), ("weight", "effect", "bias"), fields=TOGETHER, by_field=True, limits=("(", " to ", ")"), percent=False,
        square="#8a8a8a", diamond="#bdbdbd",
    ),
    "plain": Preset("Study", ("data",), ("effect", "weight", "bias"), line_below_head=False, square="#9a9a9a", diamond="#9a9a9a"),
})  # fmt: skip
