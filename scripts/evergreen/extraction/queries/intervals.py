"""What one row says of a spread in several ways, and limits around their estimate: the numbers of a row against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evergreen.extraction.constraints import INTERVALS
from evergreen.extraction.contradictions import AGREE, Ends, apart
from evergreen.extraction.queries.evidence import Evidence, Row, sds_of_interval
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown
from evergreen.extraction.queries.slips import DECIMAL_SHIFT, SD_IS_SE, SIGN
from evergreen.metaanalysis.conversions import se_from_any_interval
from evergreen.sheets.numbers import half_unit

LEANING = {False: 0.06, True: 0.10}
"""Share of the half width by which an estimate may stand off the middle, beside rounding; of a logarithm more, for exact and
profile intervals of ratios are not quite symmetric."""
STRICTLY, EXACTLY = 0.5, 0.2
"""Share of it that is allowed where another reading of the numbers is tried; the limits of a geometric mean are those of its logarithm."""
# Quantiles of other levels than 95 %, by that of 95 %.
LEVELS = {"90 %": 1.644854 / 1.959964, "99 %": 2.575829 / 1.959964}

CONTRADICTION = Kind(
    "spread_contradiction", "error",
    "Standard deviation, standard error and interval of one row contradict each other beyond rounding and a few participants more or less.",
    "{column} {value} contradicts {with_}, which gives {expected}{hint}. Which one is right?",
    "Cochrane Handbook 6.5.2.2",
)  # fmt: skip
ASYMMETRIC = Kind(
    "interval_asymmetric", "error",
    "The limits of an interval do not lie symmetrically around their estimate, neither on the scale of the estimate nor on another, beyond rounding.",
    "{value} has the limits {limits}: the middle of these is {expected}. Is one of the three misread?",
    "Cochrane Handbook 6.3.2",
)  # fmt: skip
SCALE = Kind(
    "scale", "warning",
    "An estimate that is taken for a ratio is symmetric within its limits as a logarithm or difference, or the other way round; or is no possible ratio (an error); or its size fits the other studies only so.",
    "{value} with the limits {limits} is taken {taken}, but {told}. On which scale is it?",
    "Cochrane Handbook 6.3.2",
)  # fmt: skip
QUARTILES_AT_MEDIAN = Kind(
    "quartiles_at_median", "error",
    "Both quartiles are equal to the median, which would give a standard deviation of 0.",
    "The quartiles {value} are equal to the median. Are they as printed?",
    "Wan et al. 2014, BMC Med Res Methodol 14:135",
)  # fmt: skip
NO_SPREAD = Kind(
    "no_spread", "error",
    "A standard deviation, a standard error or an interval of 0 is given for several participants.",
    "{column} is {value} for {n:g} participants. Is it as printed, or not reported?",
    "Cochrane Handbook 6.5.2",
)  # fmt: skip


@dataclass(frozen=True)
class _Spread:
    """A standard deviation as a column gives it, and the ends that rounding allows."""

    column: str
    value: float
    ends: Ends


def spreads(row: Row) -> list[_Spread]:
    """The standard deviations that the columns of an arm give; derived numbers prove nothing."""
    found_: list[_Spread] = []
    n = row.n
    if row.printed("sd") and (sd := row.numbers["sd"]) > 0:
        found_.append(_Spread("sd", sd, _rounded(sd)))
    if not n or n < 2:
        return found_
    root = math.sqrt(n)
    if row.printed("se") and (se := row.numbers["se"]) > 0:
        low, high = _rounded(se)
        found_.append(_Spread("se", se * root, (low * root, high * root)))
    if row.printed("ci_low") and row.printed("ci_high"):
        low, high = row.numbers["ci_low"], row.numbers["ci_high"]
        sds = sds_of_interval(row.numbers, row.texts)
        if sds and (width := high - low) > 0:
            off = min(half_unit(low), half_unit(high)) * 2 / width
            found_.append(_Spread("ci_low", sds[0], (max(1 - off, 0.0) * min(sds), (1 + off) * max(sds))))
    return found_


def _rounded(value: float) -> Ends:
    """Between which a number lies that is printed so."""
    return value - half_unit(value), value + half_unit(value)


def _apart(one: _Spread, other: _Spread) -> bool:
    return apart(one.ends, other.ends, spreads=True)


def _like(value: float, other: float) -> bool:
    return 1 / AGREE < value / other < AGREE


NAMES = {"sd": "the standard deviation", "se": "the standard error", "ci_low": "the interval"}


def _spreads(row: Row) -> Iterator[Finding]:
    given = spreads(row)
    apart = [(one, other) for at, one in enumerate(given) for other in given[at + 1 :] if _apart(one, other)]
    if not apart:
        return
    # Of three the one that contradicts both others; of two the first.
    odd = next(
        (one for one in given if len(given) > 2 and sum(one in pair for pair in apart) == 2), apart[0][0]
    )
    pair = next(pair for pair in apart if odd in pair)
    other = pair[0] if pair[1] is odd else pair[1]
    ratio, root = odd.value / other.value, math.sqrt(row.n or 1)
    beside = NAMES[other.column]
    column = odd.column
    scaled = row.numbers[column] / ratio if column != "ci_low" else other.value
    others = f"what {beside} gives"
    if column == "sd" and _like(ratio * root, 1):
        yield found(SD_IS_SE, row, "sd", shown(other.value), others=others, with_=beside, certain=True)
    elif column != "ci_low" and any(_like(ratio, 10.0**power) for power in (-3, -2, -1, 1, 2, 3)):
        yield found(DECIMAL_SHIFT, row, column, shown(scaled), others=others, with_=beside, certain=True)
    else:
        share = {"ci_low": ratio}.get(column, 1 / ratio if other.column == "ci_low" else math.nan)
        hint = _another_level(share) if "ci_level" not in row.numbers else ""
        expected = f"a standard deviation of {shown(other.value)}" if column == "ci_low" else shown(scaled)
        yield found(CONTRADICTION, row, column, expected, with_=beside, certain=True, hint=hint)


def _another_level(share: float) -> str:
    """Which level a 95 % interval would be of that gives `share` of the spread that it should."""
    fitting = (level for level, factor in LEVELS.items() if _like(share, factor))
    return next((f" (a {level} interval would fit)" for level in fitting), "")


def _zeros(row: Row) -> Iterator[Finding]:
    quantities = row.numbers
    if row.n is None or row.n < 2:
        return
    for column in ("sd", "se"):
        if quantities.get(column) == 0:
            yield found(NO_SPREAD, row, column, value="0", n=row.n)
    if "ci_low" in quantities and quantities.get("ci_high") == quantities["ci_low"]:
        yield found(NO_SPREAD, row, "ci_low", n=row.n)
    if "median" in quantities and quantities.get("q1") == quantities["median"] == quantities.get("q3"):
        yield found(QUARTILES_AT_MEDIAN, row, "q1", value=f"{row.text('q1')} and {row.text('q3')}")


def leaning(estimate: float, low: float, high: float, *, ratio: bool) -> tuple[float, float]:
    """How far an estimate stands off the middle of its limits, in half widths, and how far rounding may have moved it.

    On the logarithmic scale where `ratio`; infinity where a number of a ratio is not above 0.
    """
    half = min(map(half_unit, (estimate, low, high)))
    if ratio:
        if min(estimate, low, high) <= 0:
            return math.inf, 0.0
        roundings = [half / value for value in (estimate, low, high)]
        estimate, low, high = map(math.log, (estimate, low, high))
    else:
        roundings = [half] * 3
    width = (high - low) / 2
    if width <= 0:
        return 0.0, math.inf
    return (estimate - (low + high) / 2) / width, (roundings[0] + (roundings[1] + roundings[2]) / 2) / width


def symmetric(estimate: float, low: float, high: float, *, ratio: bool, share: float = 1.0) -> bool:
    """Whether an estimate stands in the middle of its limits, beside rounding and a `share` of `LEANING`."""
    off, rounding = leaning(estimate, low, high, ratio=ratio)
    return abs(off) <= LEANING[ratio] * share + rounding


# What may have happened to one of three numbers, and what undoes it.
_MENDED: tuple[tuple[Kind, Callable[[float], float]], ...] = (
    (SIGN, lambda value: -value), (DECIMAL_SHIFT, lambda value: value * 10), (DECIMAL_SHIFT, lambda value: value / 10),
    (DECIMAL_SHIFT, lambda value: value * 100), (DECIMAL_SHIFT, lambda value: value / 100),
)  # fmt: skip


def _limits(evidence: Evidence, row: Row) -> Iterator[Finding]:
    for columns in INTERVALS:
        if not all(row.printed(column) for column in columns):
            continue
        estimate, low, high = (row.numbers[column] for column in columns)
        contrast = columns[0] == "estimate"
        ratio = evidence.is_ratio(row) if contrast else False
        limits = f"{row.text(columns[1])} and {row.text(columns[2])}"
        if ratio and min(estimate, low, high) <= 0:
            told = "a ratio is above 0"
            yield found(SCALE, row, columns[0], limits=limits, taken="for a ratio", told=told, certain=True)
            continue
        on_own = symmetric(estimate, low, high, ratio=bool(ratio))
        share = STRICTLY if contrast else EXACTLY
        on_other = symmetric(estimate, low, high, ratio=not ratio, share=1.0 if ratio is None else share)
        if on_own or (ratio is None and on_other) or (not contrast and on_other and not row.printed("sd")):
            continue
        if contrast and on_other:
            taken = "for a ratio" if ratio else "for a difference or a logarithm"
            told = f"it stands in their middle {'as a logarithm or difference' if ratio else 'as a ratio'}"
            yield found(SCALE, row, columns[0], limits=limits, taken=taken, told=told, certain=True)
            continue
        mended = list(_one_mended(columns, (estimate, low, high), ratio=bool(ratio)))
        for kind, column, better in mended[:1]:
            others = "what the other two of estimate and limits say"
            yield found(kind, row, column, shown(better), certain=True, others=others)
        # Another limit may make the interval symmetric by chance: what is certain is that it is not.
        if not mended or mended[0][0] is SIGN:
            middle = math.sqrt(low * high) if ratio else (low + high) / 2
            value = f"{columns[0]} {row.text(columns[0])}"
            yield found(ASYMMETRIC, row, columns[0], shown(middle), value=value, limits=limits)


def _one_mended(
    columns: tuple[str, ...], numbers: tuple[float, ...], *, ratio: bool
) -> Iterator[tuple[Kind, str, float]]:
    for kind, mend in _MENDED:
        for at in range(3):
            changed = list(numbers)
            changed[at] = mend(numbers[at])
            estimate, low, high = changed
            if low < estimate < high and symmetric(estimate, low, high, ratio=ratio, share=STRICTLY):
                yield kind, columns[at], changed[at]


def _of_estimate(evidence: Evidence, row: Row) -> Iterator[Finding]:
    """The standard error of a contrast against its interval; that of a ratio is of its logarithm."""
    columns = ("estimate_se", "estimate_ci_low", "estimate_ci_high")
    if not all(row.printed(column) for column in columns):
        return
    se, low, high = (row.numbers[column] for column in columns)
    ratio = bool(evidence.is_ratio(row)) and low > 0
    by_limits = row.se_of_limits(ratio=ratio)
    if se <= 0 or by_limits is None or by_limits <= 0:
        return
    half = min(half_unit(low), half_unit(high))
    width = math.log(high / low) if ratio else high - low
    off = (half / low + half / high if ratio else 2 * half) / width
    said = row.texts.get("estimate_distribution") or "estimate_df" in row.numbers
    # Few participants: up to t with five degrees of freedom.
    least = by_limits if said else se_from_any_interval(0.0, width, row.estimate_level, "t", 5.0)
    if apart(_rounded(se), (max(1 - off, 0.0) * least, (1 + off) * by_limits), spreads=True):
        hint = _another_level(by_limits / se) if "estimate_ci_level" not in row.numbers else ""
        yield found(CONTRADICTION, row, "estimate_se", shown(by_limits), with_="the interval", hint=hint)


def check(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.rows:
        if row.group == "contrast":
            yield from _of_estimate(evidence, row)
        else:
            yield from _spreads(row)
            yield from _zeros(row)
        yield from _limits(evidence, row)


FAMILY = Family(
    "Intervals and spreads within a row",
    (CONTRADICTION, ASYMMETRIC, SCALE, QUARTILES_AT_MEDIAN, NO_SPREAD),
    check,
)
