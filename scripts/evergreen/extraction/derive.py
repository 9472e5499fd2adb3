"""Fill in the mean and standard deviation of arms that report something else, and say how each was derived."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.extraction.check import Row
from evergreen.metaanalysis import conversions
from evergreen.sheets import folded
from evergreen.sheets.numbers import bounded

if TYPE_CHECKING:
    import pandas as pd

DERIVED, NOT_DERIVED = "derived", "not_derived"


def derive(rows: pd.DataFrame, scales: Mapping[str, str]) -> pd.DataFrame:
    """Rows of the merged extraction with what could be derived filled in.

    Only empty cells are filled: a standard deviation from the standard error, the interval of the mean, or quantiles;
    a mean from quantiles; the standard error of a contrast from its p value; the scale of an estimate from `scales`, `ratio` or
    `analysis` by the folded name of an outcome. `derived` names each derived number with formula and source, after what the
    extractors themselves marked as derived; `not_derived` says why a conversion that the row would allow was not made.
    """
    records = tables.rows(rows)
    for row in records:
        made, refused = [], []
        row["scale"] = row.get("scale") or _scale(row, scales)
        for column, value, how in _conversions(row):
            if value is None:
                refused.append(f"{column}: {how}")
            else:
                row[column] = value
                made.append(f"{column}: {how}")
        row[DERIVED] = "; ".join(filter(None, [row.get(DERIVED, ""), *made]))
        row[NOT_DERIVED] = "; ".join(refused)
    columns = [c for c in rows.columns if c != DERIVED]
    return tables.frame_of(records, [*dict.fromkeys([*columns, "scale"]), DERIVED, NOT_DERIVED])


def given(row: Row, *columns: str) -> bool:
    """Whether all of these number columns are filled."""
    return not any(math.isnan(row[column]) for column in columns)


def _conversions(row: Row) -> Iterator[tuple[str, float | None, str]]:
    """(column, value or None, how) of what the row allows; in the order of trust."""
    if row["group"] in ("contrast", "single"):
        yield from _contrast(row)
    if row["group"] == "contrast":
        return
    if given(row, "mean", "sd"):
        return
    if not given(row, "sd") and given(row, "n") and row["n"] > 1:  # one participant has no standard deviation
        n = row["n"]
        if given(row, "se"):
            yield "sd", conversions.sd_from_se(row["se"], n), "se x sqrt(n) (Cochrane Handbook 6.5.2.2)"
        elif given(row, "ci_low", "ci_high"):
            distribution = "t" if n < conversions.NORMAL_FROM_N else "normal"
            sd = conversions.sd_from_interval(row["ci_low"], row["ci_high"], n)
            yield (
                "sd",
                sd,
                f"sqrt(n) x width of the 95 % interval, {distribution} distribution (Cochrane Handbook 6.5.2.2)",
            )
    yield from _quantiles(row)


def _quantiles(row: Row) -> Iterator[tuple[str, float | None, str]]:
    wanted = [column for column in ("mean", "sd") if not given(row, column)]
    if not wanted or not given(row, "n", "median") or row["n"] < 2:
        return
    numbers = conversions.Quantiles(*(row[column] for column in ("n", "median", "q1", "q3", "min", "max")))
    if not numbers.ranged and not numbers.quartiled:
        return
    shown = " and ".join(
        text for text, there in (("quartiles", numbers.quartiled), ("range", numbers.ranged)) if there
    )
    if conversions.skewed(numbers):
        for column in wanted:
            yield column, None, f"median with {shown} is skewed (test of Shi 2023)"
        return
    mean, sd = conversions.mean_sd(numbers)
    by_sd = "Shi 2020" if numbers.ranged and numbers.quartiled else "Wan 2014"
    for column, value, source in (("mean", mean, "Luo 2018"), ("sd", sd, by_sd)):
        if column in wanted:
            yield column, value, f"median with {shown} ({source})"


def _scale(row: Row, scales: Mapping[str, str]) -> str:
    """What outcomes say of the scale of a row's estimate; "" without one, and where the extractors disagree on it."""
    stated = any(given(row, name) for name in ("estimate", "estimate_ci_low", "estimate_ci_high"))
    if not stated or "scale" in str(row.get("in_conflict", "")).split("; "):
        return ""
    return scales.get(folded(row["outcome"]), "")


def _contrast(row: Row) -> Iterator[tuple[str, float | None, str]]:
    """The standard error of an estimate from its p value; of the logarithm of a ratio, which is the effect that is pooled."""
    column, text = "estimate_se", str(row.get("estimate_p", ""))
    known = given(row, column) or given(row, "estimate_ci_low", "estimate_ci_high")
    scale, estimate = row["scale"], row["estimate"]
    ratio = scale == "ratio"
    if not text or known or math.isnan(estimate) or (ratio and estimate <= 0):
        return
    if not scale:
        yield column, None, "whether the estimate is a ratio, or on which scale else, is not said"
        return
    effect = math.log(estimate) if ratio else estimate
    bound, number = bounded(text)
    p = float(number)
    if not effect:
        yield column, None, "no standard error follows from the p value of an estimate of no effect"
    elif p == 1 or (p == 0 and bound != ">"):
        yield column, None, "a p value of 1 is that of no effect" if p else "a p value of 0 is a rounded one"
    elif bound:
        side = "below" if "<" in bound else "above"
        limit = conversions.se_from_p(effect, p)
        yield (
            column,
            None,
            f"P {bound} {p:g} is a bound, it only says that the standard error is {side} {limit:.3g}",
        )
    else:
        how = "from estimate and p value, normal distribution (Cochrane Handbook 6.3)"
        yield column, conversions.se_from_p(effect, p), how
