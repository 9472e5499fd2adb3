"""Fill in the mean and standard deviation of arms that report something else, and say how each was derived."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.extraction.check import Row
from evergreen.metaanalysis import conversions

if TYPE_CHECKING:
    import pandas as pd

DERIVED, NOT_DERIVED = "derived", "not_derived"


def derive(rows: pd.DataFrame, ratios: Collection[str] = ()) -> pd.DataFrame:
    """Rows of the merged extraction with what could be derived filled in.

    Only empty cells are filled: a standard deviation from the standard error, the interval of the mean, or quantiles;
    a mean from quantiles; the standard error of a contrast from its p value (column `estimate_p`), of its logarithm for the
    outcomes in `ratios`. `derived` names each derived column with formula and source, after what the extractors themselves
    marked as derived; `not_derived` says why a conversion that the row would allow was not made.
    """
    records = tables.rows(rows)
    for row in records:
        made, refused = [], []
        for column, value, how in _conversions(row, ratios):
            if value is None:
                refused.append(f"{column}: {how}")
            else:
                row[column] = value
                made.append(f"{column}: {how}")
        row[DERIVED] = "; ".join(filter(None, [row.get(DERIVED, ""), *made]))
        row[NOT_DERIVED] = "; ".join(refused)
    columns = [c for c in rows.columns if c != DERIVED]
    return tables.frame_of(records, [*columns, DERIVED, NOT_DERIVED])


def given(row: Row, *columns: str) -> bool:
    """Whether all of these number columns are filled."""
    return not any(math.isnan(row[column]) for column in columns)


def _conversions(row: Row, ratios: Collection[str]) -> Iterator[tuple[str, float | None, str]]:
    """(column, value or None, how) of what the row allows; in the order of trust."""
    if row["group"] == "contrast":
        yield from _contrast(row, ratio=row["outcome"] in ratios)
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


def _contrast(row: Row, *, ratio: bool) -> Iterator[tuple[str, float | None, str]]:
    text = str(row.get("estimate_p", ""))
    try:
        p = float(text)
    except ValueError:
        return
    known = given(row, "estimate_se") or given(row, "estimate_ci_low", "estimate_ci_high")
    if known or not given(row, "estimate") or not 0 < p < 1 or (ratio and row["estimate"] <= 0):
        return
    effect = math.log(row["estimate"]) if ratio else row["estimate"]
    if effect:
        how = "from estimate and p value, normal distribution (Cochrane Handbook 6.3)"
        yield "estimate_se", conversions.se_from_p(effect, p), how
