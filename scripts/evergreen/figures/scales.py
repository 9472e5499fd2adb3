"""How effects are shown: names of measures, the scale of the axis, ticks, numbers as text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evergreen.metaanalysis import transforms
from evergreen.metaanalysis.measures import MEASURES

if TYPE_CHECKING:  # numbers are written without a result too
    from evergreen.synthesis.result import Result, Study
    from evergreen.synthesis.result.analyses import Sensitivity

MINUS = "\N{MINUS SIGN}"
SMALL_RATIO, LARGE_RATIO = 0.05, 1000.0
"""Between these a ratio has the decimals of its outcome; below, two digits that count, above no decimals."""
LARGE = 1000.0
"""Numbers that are usually as large have no decimals."""
LEAST_WHOLE = {10.0: 0, 1.0: 1}
"""From how many people among 1000 risks are shown with how many decimals; rarer ones have two."""


def _same(value: float) -> float:
    return value


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


@dataclass(frozen=True)
class Scale:
    """One measure as a reader sees it.

    `back` takes a number from the analysis scale to the shown scale; `null` is the
    value of no effect on the analysis scale, `analysis` what a number of that is called where it is another. The axis is even in the analysis scale for ratios (a log axis)
    and even in the shown numbers otherwise. `decimals` are those of effects and their limits, wherever they are shown; `size` is the number
    of participants with which a double arcsine goes back; no effect lies beyond `bounds`.
    """

    name: str
    short: str
    null: float | None = 0.0
    back: Callable[[float], float] = _same
    ratio: bool = False
    decimals: int = 2
    analysis: str = ""
    size: float | None = None
    bounds: tuple[float, float] = (-math.inf, math.inf)

    def limit(self, value: float | None) -> str:
        """A limit of an interval as readers see it: that of a normal distribution may lie where the measure cannot, as a share below 0."""
        least, most = self.bounds
        return "" if value is None else self.written(min(max(self.back(value), least), most))

    def text(self, value: float | None) -> str:
        """A number of the analysis scale as readers see it; "" where there is none."""
        return "" if value is None else self.written(self.back(value))

    def written(self, shown: float) -> str:
        """A number of the shown scale as readers see it. A ratio far from 1 would be nothing in two decimals, or a row of digits."""
        if not self.ratio or not math.isfinite(shown) or shown <= 0 or SMALL_RATIO <= shown < LARGE_RATIO:
            return number(shown, self.decimals)
        _, power = _two_that_count(shown)
        if power < -4 or power > 5:
            return powered(shown)
        return number(shown, max(1 - power, self.decimals if shown < 1 else 0))

    def position(self, value: float) -> float:
        """Where on the axis a number of the analysis scale stands."""
        return value if self.ratio else self.back(value)

    @property
    def in_full(self) -> str:
        """Its name in a sentence, where a figure has less room: `Standardised mean difference`."""
        return self.name.replace("Std.", "Standardised")

    @property
    def axis_name(self) -> str:
        """Name of an axis that shows it: `Risk ratio (log scale)`."""
        return f"{self.name} (log scale)" if self.ratio else self.name

    @property
    def analysis_name(self) -> str:
        """Name of the number on the analysis scale: `Log risk ratio`, `Logit of proportion`."""
        return self.analysis or self.name


# `Measure.scale`: from the analysis scale to the shown one.
BACK: dict[str, Callable[[float], float]] = {
    "identity": _same,
    "log": _exp,
    "logit": lambda value: 1 / (1 + _exp(-value)),
    "square": lambda value: max(value, 0.0) ** 2,
    "arcsine": lambda value: math.sin(min(max(value, 0.0), math.pi / 2)) ** 2,
    "correlation": math.tanh,
    "freeman_tukey": _same,  # going back needs a sample size: see `scale_of`
}
# What a measure cannot lie beyond, where going back does not see to it.
ANYWHERE = (-math.inf, math.inf)
BOUNDS = {
    "PR": (0.0, 1.0), "PLN": (0.0, 1.0), "IR": (0.0, math.inf), **dict.fromkeys(("RD", "PHI", "YUQ", "COR"), (-1.0, 1.0)),
}  # fmt: skip
# What a number of the analysis scale is called, before the name of what is shown.
ANALYSES = {
    "log": "Log", "logit": "Logit of", "square": "Square root of", "arcsine": "Arcsine square root of", "correlation": "Fisher's z of",
}  # fmt: skip
# What a figure calls a measure where it is not by the measure's own name, without what that says in brackets, and by its code.
HEADS = {
    "AS": "Arcsine difference", "SMD": "Std. mean difference", "SMDH": "Std. mean difference", "SMD1": "Std. mean difference",
    "D2ORN": "Odds ratio", "D2ORL": "Odds ratio", "SMCC": "Std. mean change", "ROMC": "Ratio of means",
    "VRC": "Ratio of standard deviations", "IRR": "Rate ratio", "IRD": "Rate difference", "IRSD": "Difference of root rates",
    "PFT": "Double arcsine of proportion", "IR": "Rate", "IRLN": "Rate", "IRS": "Rate",
}  # fmt: skip
SHORT = {
    "PETO": "OR", "PHI": "Phi", "YUQ": "Q", "SMDH": "SMD", "SMD1": "SMD", "D2ORN": "OR", "D2ORL": "OR",
    "SMCC": "SMC", "ROMC": "ROM", "VRC": "VR", "COR": "r", "ZCOR": "r", "PR": "Proportion", "PLO": "Proportion",
    "PLN": "Proportion", "PAS": "Proportion", "IR": "Rate", "IRLN": "Rate", "IRS": "Rate", "GEN": "Effect",
}  # fmt: skip


def _of_measure(measure: str) -> Scale:
    own = MEASURES[measure]
    # none of their values is that of no effect
    absolute = own.kind in ("proportion", "rate")
    ratio = own.scale == "log" and not absolute
    head = HEADS.get(measure, "")
    noun = head[:1].lower() + head[1:] or own.name.partition(" (")[0]
    name, analysis = noun[:1].upper() + noun[1:], ANALYSES.get(own.scale, "")
    return Scale(
        name, SHORT.get(measure, measure), None if absolute else 0.0, BACK[own.scale], ratio,
        analysis=f"{analysis} {noun}" if analysis else "", bounds=BOUNDS.get(measure, ANYWHERE),
    )  # fmt: skip


SCALES = {measure: _of_measure(measure) for measure in MEASURES if MEASURES[measure].scale in BACK}
GENERIC_RATIO = Scale("Ratio", "Ratio", back=_exp, ratio=True, analysis="Log ratio")


def double_arcsine(n: float) -> Scale:
    """The double arcsine of a proportion among `n`, shown as the proportion (Miller 1978)."""

    def back(value: float) -> float:
        return float(transforms.inverse_freeman_tukey(value, n))

    return Scale("Proportion", "Proportion", null=None, back=back, analysis=HEADS["PFT"], size=n)


def scale_of(measure: str, shown: str = "", studies: Sequence[Study] = ()) -> Scale:
    """The scale of a measure; `shown` (`Result.scale`) says of a generic effect whether it is the logarithm of a ratio.

    A pooled double arcsine goes back with the harmonic mean of the numbers of participants of the `studies`.
    """
    if measure == "PFT" and studies:
        sizes = [study.arms["single"].n if "single" in study.arms else None for study in studies]
        known = [n for n in sizes if n]
        if len(known) == len(sizes):
            return double_arcsine(transforms.harmonic_mean(known))
    if measure == "GEN" and shown == "log":
        return GENERIC_RATIO
    return SCALES[measure]


def same_axis(one: str, other: str) -> bool:
    """Whether effects of two measures belong on one axis: those of one measure, and odds ratios whoever's they are."""
    return one == other or {one, other} == {"OR", "PETO"}


def of_result(result: Result) -> Scale:
    """The scale on which the effects of a result are shown, in figures, pages and tables alike.

    Its decimals are those that the effects of the studies and their limits need.
    """
    scale = scale_of(result.measure, result.scale, result.studies)
    effects = [value for study in result.studies for value in (study.yi, study.ci_low, study.ci_high)]
    shown = [scale.back(value) for value in effects]
    decimals = effect_decimals(shown)
    if scale.ratio:
        return replace(scale, decimals=max(2, decimals))
    if scale.null is None and shown:
        usual = sorted(shown[::3])[len(shown) // 6]
        if 0 < usual < 0.1:  # 0.05 is little of a share of 0.046
            decimals = max(decimals, _two_digits(usual))
    return replace(scale, decimals=decimals)


def of_analysis(result: Result, analysis: Sensitivity) -> Scale:
    """The scale of a sensitivity analysis: the result's where it has that axis, else the one of its own measure."""
    own = of_result(result)
    if same_axis(analysis.measure, result.measure):
        return own
    other, model = scale_of(analysis.measure, result.scale), analysis.model
    found = (model.estimate, model.ci_low, model.ci_high) if model else ()
    shown = [other.back(value) for value in found if value is not None]
    return replace(other, decimals=effect_decimals(shown))


def number(value: float | None, decimals: int) -> str:
    """`value` with `decimals`, a true minus sign, no negative zero; "" where nothing is."""
    if value is None or math.isnan(value):
        return ""
    return f"{value:z.{decimals}f}".replace("inf", "∞").replace("-", MINUS)


def per_1000(value: float, risk: float) -> str:
    """People among 1000, of a fraction, with the decimals that go with a `risk` without the intervention."""
    decimals = next((many for least, many in LEAST_WHOLE.items() if 1000 * risk >= least), 2)
    return number(1000 * value, decimals)


def powered(value: float) -> str:
    """A number above 0 with two digits and its power of ten: `1.1×10⁻¹⁰`."""
    digits, power = _two_that_count(value)
    return f"{digits}×10{_superscript(power)}"


def _two_that_count(value: float) -> tuple[str, int]:
    """The first two digits of a number above 0, and the power of ten of the first."""
    digits, _, power = f"{value:.1e}".partition("e")
    return digits, int(power)


def level_of(fraction: float) -> str:
    """`95%`, `97.5%`: a level that people chose, as it is; rounded it would be another."""
    return f"{100 * fraction:g}%"


def decimals_needed(values: Sequence[float], most: int) -> int:
    """Fewest decimals (at most `most`) that show every one of `values` in full."""
    finite = [v for v in values if math.isfinite(v)]
    near = 1e-9 * max(map(abs, finite), default=0.0)
    for decimals in range(most):
        if all(abs(round(v, decimals) - v) <= near for v in finite):
            return decimals
    return most


def effect_decimals(values: Sequence[float]) -> int:
    """Decimals of effects and their limits: two, more when all of them are small or most would read 0, none when most are in the thousands."""
    sizes = sorted(abs(v) for v in values if math.isfinite(v) and v)
    if mostly_large(values) or not sizes:
        return 0 if sizes else 2
    largest, usual = sizes[-1], sizes[len(sizes) // 2]
    decimals = _two_digits(largest) if largest < 0.2 else 2
    return max(decimals, _two_digits(usual)) if round(usual, decimals) == 0 else decimals


def _two_digits(size: float) -> int:
    """Decimals that show two digits of a number below 1, eight at most."""
    return min(max(2, 1 - math.floor(math.log10(size))), 8)


def mostly_large(values: Sequence[float]) -> bool:
    """Whether the median size of some numbers is in the thousands."""
    sizes = sorted(abs(v) for v in values if math.isfinite(v))
    return bool(sizes) and sizes[len(sizes) // 2] >= LARGE


def _not_rounded_up(p: float, decimals: int) -> int:
    """So many decimals, or up to three more where a P value below 0.05 would read 0.05."""
    return next((more for more in range(decimals, decimals + 4) if not p < 0.05 <= round(p, more)), decimals)


def p_value(p: float) -> str:
    """`P = 0.04`, `P = 0.003`, `P < 0.00001`, as RevMan prints them, and never rounded up to 0.05; its spaces do not break."""
    for bound in ("0.00001", "0.0001"):
        if p < float(bound):
            return f"P\u00a0<\u00a0{bound}"
    decimals = _not_rounded_up(p, 2 if p >= 0.1 else 1 - math.floor(math.log10(p)))
    return f"P\u00a0=\u00a0{p:.{decimals}f}"


def p_value_of_jama(p: float) -> str:
    """`P = .04`, `P = .003`, `P < .001`, `P > .99`: without a zero in front, and never rounded up to .05 (AMA Manual of Style, 11th edition, 19.5)."""
    if p < 0.001:
        return "P\u00a0<\u00a0.001"
    if p > 0.99:
        return "P\u00a0>\u00a0.99"
    places = _not_rounded_up(p, 3 if p < 0.01 else 2)
    return f"P\u00a0=\u00a0{f'{p:.{places}f}'.removeprefix('0')}"


def ticks(scale: Scale, low: float, high: float, most: int) -> list[tuple[float, str]]:
    """At most about `most` ticks between two axis positions: (position, label), ascending.

    A ratio's ticks are the same distance apart in the logarithm where the range allows, and hold 1.
    """
    from matplotlib.ticker import MaxNLocator  # words and numbers are needed where nothing is drawn

    round_numbers = MaxNLocator(nbins=max(most - 1, 2), steps=[1, 2, 2.5, 5, 10])
    if not scale.ratio:
        near = 1e-9 * (high - low)
        marks = [float(v) for v in round_numbers.tick_values(low, high) if low - near <= v <= high + near]
        inside = [0.0 if abs(v) < near else v for v in marks]
        return list(zip(inside, _alike(inside), strict=True))
    first, last = math.exp(low), math.exp(high)
    if last / first <= 3:
        marks = [float(v) for v in round_numbers.tick_values(first, last)]
        inside = [v for v in marks if v > 0 and first * (1 - 1e-9) <= v <= last * (1 + 1e-9)]
    else:
        for mantissas in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            powers = range(math.floor(math.log10(first)), math.ceil(math.log10(last)) + 1)
            found = [m * 10.0**power for power in powers for m in mantissas]
            inside = [v for v in found if first * (1 - 1e-9) <= v <= last * (1 + 1e-9)]
            if len(inside) <= most:
                break
        step = math.ceil(len(inside) / most)
        one = next((i for i, v in enumerate(inside) if abs(v - 1) < 1e-9), 0)
        inside = [v for i, v in enumerate(inside) if (i - one) % step == 0]
    return [(math.log(v), _tick_label(v)) for v in inside]


def _alike(values: Sequence[float]) -> list[str]:
    """Numbers with decimals in common; with a power of ten where these were more than six, or the digits more than nine."""
    sizes = [abs(v) for v in values if v]
    decimals = decimals_needed(values, 7)
    if decimals < 7 and max(sizes, default=0.0) < 1e9:
        return [number(v, decimals) for v in values]
    power = math.floor(math.log10(min(sizes)))
    shown = [v / 10.0**power for v in values]
    decimals = decimals_needed(shown, 6)
    return [f"{number(v, decimals)}×10{_superscript(power)}" if v else "0" for v in shown]


def _tick_label(value: float) -> str:
    return f"{value:g}" if 1e-4 <= value < 1e6 else f"10{_superscript(round(math.log10(value)))}"


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
