"""What a row says to the conversions: its numbers as they are now, and what lies between its columns."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.extraction.check import RESULT, Row, key_of, names_in_remark
from evergreen.extraction.constraints import NUMBERS
from evergreen.metaanalysis import conversions
from evergreen.metaanalysis.conversion_rules import ARM, CLUSTER, CONTRAST, CROSSOVER
from evergreen.sheets import folded
from evergreen.sheets.numbers import NOTHING, bounded, half_unit

if TYPE_CHECKING:
    import pandas as pd

DISTRIBUTIONS = {"t": "t", "z": "normal", "3.92": "normal (divisor 3.92)"}
USUAL_LEVEL = 95.0
CONVERTED = "converted"
Entry = dict[str, Any]
YES = "yes"
_UNADJUSTED = re.compile(
    r"(?:(?:unadjusted|not adjusted|crude|raw|univariate|univariable)(?: (?:estimates?|analys[ie]s|models?|regression|results?|data))?|no adjustments?)\.?"
)
_NUMBERS = frozenset(NUMBERS)


COUNTS = ("n", "n1", "n2", "events_total", "estimate_df")
EXACT = (*COUNTS, "level", "estimate_level", "difference_level", "position", "percent_half")
"""Arguments that nobody has rounded."""
OF_MEAN, OF_ESTIMATE = ("ci_level", "ci_distribution"), ("estimate_ci_level", "estimate_distribution")
"""The columns that say level and distribution of an interval."""
TEXTS = (
    "study", "outcome", "timepoint", "arm", "instrument", "population", "adjusted", "group", "ci_distribution", "mean_p", "estimate_distribution", "estimate_p", "estimate_measure", "scale", "unit", "direction", "crossover", "donor",
    "conversions", "round", "derived", "imputed", "not_derived", "converted", "in_conflict", "screening",
)  # fmt: skip
"""Columns of texts that conversions and pooling read."""
OF_OTHER_ARM = "r_other_arm"
"""The conversion that gives an arm the correlation of others, which these do not learn from it in turn."""


def typed(rows: pd.DataFrame | Sequence[Row]) -> list[Row]:
    """Rows with numbers as floats (NaN where nothing stands) and with every column that conversions and pooling read."""
    records = [dict(row) for row in rows] if isinstance(rows, Sequence) else tables.rows(rows)
    held = {
        name for record in records for name, cell in record.items() if cell == cell and cell not in ("", None)
    }
    blank: dict[str, Any] = {**dict.fromkeys(NUMBERS, math.nan), **dict.fromkeys(TEXTS, "")}
    blank = {name: nothing for name, nothing in blank.items() if name not in held}
    numbers, texts = ([name for name in names if name in held] for names in (NUMBERS, TEXTS))
    for record in records:
        record |= blank
        for name in numbers:
            value = record.get(name)
            record[name] = math.nan if value is None or value == "" else float(value)
        for name in texts:
            record[name] = text_of(record.get(name))
    return records


def text_of(value: Any) -> str:
    """A cell as text; "" where nothing stands."""
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value).strip()


def first_report(row: Row) -> dict[str, Any]:
    """What the study of a row of a slice is called by its first report (`called`), and the year of this."""
    year = text_of(row.get("report_year"))
    return {"called": text_of(row.get("report_name")), "year": int(year) if year.isdecimal() else None}


class Values:
    """The arguments that conversions find in a row, by the names of `conversion_rules`.

    `kinds` says which conversions the row has; `words` fill in their sentences; `open` names those arguments that are a choice of ours
    where the row says nothing, with all that they may be; `refused` says of a column why nothing gives it, whatever is allowed.
    """

    def __init__(self, row: Row, family: Sequence[Row] = (), donors: Sequence[Row] = ()) -> None:
        self.row = row
        self._family = family
        self.kinds: set[str] = set()
        self.words: dict[str, str] = {}
        self.open: dict[str, tuple[str, ...]] = {}
        self.refused: dict[str, str] = {}
        self._between: dict[str, Any] = {}
        self._donors = donors
        self._halves: dict[str, float] = {}
        if row["group"] in ("contrast", "single"):
            self._of_contrast()
        if row["group"] != "contrast" and not given(row, "mean", "sd"):
            self._of_arm()
            if row["group"] in ("intervention", "control") and row.get("crossover") != YES:
                self._of_difference()
                self._of_odds_ratio()
            self._of_others()
        if clustered(row):
            self.kinds.add(CLUSTER)
        if row.get("crossover") == YES and row["group"] != "contrast":
            self._of_crossover()

    def get(self, name: str) -> float | str | None:
        """The argument of this name; None where the row does not say it."""
        if name not in _NUMBERS:
            return self._between.get(name)
        value = self.row[name]
        if math.isnan(value) or (name == "n" and value < 2):  # one participant has no standard deviation
            return None
        return float(value)

    def half(self, name: str) -> float:
        """Half of the last decimal that is printed of an argument; 0 where it is exact."""
        if name in self._halves:
            return self._halves[name]
        value = self.get(name)
        if name in EXACT or not isinstance(value, float):
            return 0.0
        return half_unit(value)

    def _of_arm(self) -> None:
        row = self.row
        self.kinds.add(ARM)
        n = row["n"]
        usual = "t" if n < conversions.NORMAL_FROM_N else "z"
        self._interval("", OF_MEAN, usual, row)
        quartiled, ranged = given(row, "q1", "q3"), given(row, "min", "max")
        self.words["shown"] = " and ".join(
            text for text, there in (("quartiles", quartiled), ("range", ranged)) if there
        )
        if given(row, "percent"):
            self._between["percent_half"] = half_unit(row["percent"])
        # The mean itself may have to follow first.
        means = (row["mean"], row["mean_final"] - row["mean_baseline"], row["mean_total"] - row["mean_part"])
        mean = next((one for one in means if not math.isnan(one)), math.nan)
        if row.get("mean_p") and not math.isnan(mean) and n > 1:
            self._p_value("mean_p", row["mean_p"], "sd", mean, "standard deviation",
                          lambda p: conversions.sd_from_mean_p(mean, p, n))  # fmt: skip

    def _of_difference(self) -> None:
        """The difference in means that a report gives between this group and the other, if one row says it of one arm each."""
        contrast, counts = self._compared("MD")
        if contrast is None:
            if any(one.get("estimate_measure") == "MD" and is_adjusted(one) for one in self._family):
                self.refused["sd"] = (
                    "the reported difference is adjusted, and its spread is not that of the values"
                )
            return
        self._between |= {"n1": counts[0], "n2": counts[1]}
        columns = {
            "difference": "estimate", "difference_low": "estimate_ci_low", "difference_high": "estimate_ci_high",
            "difference_se": "estimate_se", "difference_t": "estimate_t", "difference_f": "estimate_f",
        }  # fmt: skip
        made = {entry["column"] for entry in record_of(contrast)}
        for name, column in columns.items():
            if not math.isnan(contrast[column]) and column not in made:
                self._between[name] = contrast[column]
        self._interval("difference_", OF_ESTIMATE, "t", contrast)
        if contrast.get("estimate_p") and "difference" in self._between:
            difference = contrast["estimate"]
            self._p_value(
                "difference_p", contrast["estimate_p"], "sd", difference, "standard deviation",
                lambda p: conversions.sd_from_difference_p(difference, p, *counts),
            )  # fmt: skip

    def _of_group(self, group: str) -> list[Row]:
        return [one for one in self._family if one["group"] == group]

    def _compared(self, measure: str) -> tuple[Row | None, list[float]]:
        """The reported estimate of a measure between this arm and the other that is not adjusted, if the study has one of each, and the
        arms' sizes."""
        if not self._family:
            return None, []
        found = [
            one
            for one in self._of_group("contrast")
            if one.get("estimate_measure") == measure and not is_adjusted(one)
        ]
        arms = [self._of_group(group) for group in ("intervention", "control")]
        if len(found) != 1 or any(len(rows) != 1 for rows in arms):
            return None, []
        counts = [rows[0]["n"] for rows in arms]
        if not any(self.row is rows[0] for rows in arms) or any(math.isnan(n) or n < 2 for n in counts):
            return None, []
        return found[0], counts

    def _of_odds_ratio(self) -> None:
        """The odds ratio and the margins that a report gives of the table that this arm is a row of."""
        contrast, counts = self._compared("OR")
        if contrast is None or not given(contrast, "estimate", "events"):
            return
        if not contrast["scale"]:
            self.refused["events"] = "whether the odds ratio is one or its logarithm is not said"
            return
        ratio = contrast["estimate"] if contrast["scale"] == "ratio" else math.exp(contrast["estimate"])
        self._between |= {
            "odds_ratio": ratio, "n1": counts[0], "n2": counts[1], "events_total": contrast["events"],
            "position": 1.0 if self.row["group"] == "intervention" else 2.0,
        }  # fmt: skip

    def _of_others(self) -> None:
        """What the study's other arms, or another study, say of a spread."""
        row = self.row
        said = [one for one in self._family if one is not row and one["group"] != "contrast"]
        found = [r for one in said if not math.isnan(r := _correlation(one))]
        if found:
            self._between["other_r"] = sum(found) / len(found)
        names = donors_named(row)
        self.words["donor"] = " and ".join(names) or "a donor"
        if given(row, "donor_sd") and not names:
            self.refused["sd"] = "whose the standard deviation of a donor is is not said (column donor)"
            return
        if given(row, "donor_sd"):
            self._between["sd_of_donor"] = row["donor_sd"]
            return
        if not names or given(row, "sd"):
            return
        rows = rows_of_donors(row, self._donors)
        if absent := [name for name in names if folded(name) not in {folded(one["study"]) for one in rows}]:
            self.refused["sd"] = f"the donor {' and '.join(absent)} gives no standard deviation of this group"
            return
        squares = sum((one["n"] - 1) * one["sd"] ** 2 for one in rows)
        self._between["sd_of_donor"] = math.sqrt(squares / sum(one["n"] - 1 for one in rows))

    def _of_crossover(self) -> None:
        """The same people under the other treatment, if the study has one arm each, and what the report says of the difference."""
        self.kinds.add(CROSSOVER)
        others = [one for one in self._family if one["group"] not in ("contrast", self.row["group"])]
        own = self._of_group(self.row["group"])
        contrasts = [
            one for one in self._of_group("contrast") if one["scale"] != "ratio" and not is_adjusted(one)
        ]
        found = [one for one in contrasts if one.get("estimate_measure") in ("", "MD")]
        if len(others) != 1 or len(own) != 1 or len(found) != 1:
            return
        (difference,), se = found, found[0]["estimate_se"]
        if math.isnan(se) and usual_interval(difference):
            se = conversions.se_from_any_interval(
                difference["estimate_ci_low"], difference["estimate_ci_high"]
            )
        numbers = {
            "other_sd": others[0]["sd"], "paired_se": se,
            "pairs": min(self.row["n"], others[0]["n"]),
        }  # fmt: skip
        self._between |= {name: value for name, value in numbers.items() if not math.isnan(value)}

    def _of_contrast(self) -> None:
        row = self.row
        distribution = distribution_of(row)
        ranged = given(row, "estimate_ci_low", "estimate_ci_high")
        if given(row, "estimate_se") or usual_interval(row):
            return
        text = str(row.get("estimate_p", ""))
        if not (text or ranged or given(row, "estimate_t") or given(row, "estimate_f")):
            return
        estimate, scale = row["estimate"], row["scale"]
        numbers = [row[name] for name in ("estimate", "estimate_ci_low", "estimate_ci_high")]
        ratio = scale == "ratio"
        if (math.isnan(estimate) and not ranged) or (ratio and any(number <= 0 for number in numbers)):
            return
        self.kinds.add(CONTRAST)
        if not scale:
            self.refused["estimate_se"] = (
                "whether the estimate is a ratio, or on which scale else, is not said"
            )
            return
        for name, number in zip(("effect", "effect_low", "effect_high"), numbers, strict=True):
            if not math.isnan(number):
                self._between[name] = math.log(number) if ratio else number
                self._halves[name] = half_unit(number) / (number if ratio else 1)
        self._interval("estimate_", OF_ESTIMATE, distribution, row)
        if text and "effect" in self._between:
            effect, df = self._between["effect"], self.get("estimate_df")
            known = {"df": df} if isinstance(df, float) else {}
            if distribution == "z" or known:
                self._p_value("p", text, "estimate_se", effect, "standard error",
                              lambda p: conversions.se_from_p(effect, p, distribution, **known))  # fmt: skip

    def _interval(self, what: str, columns: tuple[str, str], usual: str, row: Row) -> None:
        """Level and distribution behind an interval, as a row says them or as is usual; `what` begins the names of the arguments."""
        level, distribution = columns
        percent = USUAL_LEVEL if math.isnan(row[level]) else row[level]
        said = row.get(distribution) or ""
        self._between |= {f"{what}level": percent / 100, f"{what}distribution": said or usual}
        self.words |= {
            f"{what}percent": f"{percent:g}",
            f"{what}distribution_name": DISTRIBUTIONS[said or usual],
        }
        if not said:
            self.open[f"{what}distribution"] = ("t", "z")

    def _p_value(
        self, name: str, text: str, column: str, effect: float, what: str, spread: Callable[[float], float]
    ) -> None:
        """A p value as an argument, or why nothing follows from it."""
        bound, number = bounded(text)
        p = float(number)
        if not effect:
            shown = "a mean of 0" if name == "mean_p" else "an estimate of no effect"
            why = f"no {what} follows from the p value of {shown}"
        elif p == 1 or (p == 0 and bound != ">"):
            why = "a p value of 1 is that of no effect" if p else "a p value of 0 is a rounded one"
        elif bound:
            side = "below" if "<" in bound else "above"
            why = f"P {bound} {p:g} is a bound, it only says that the {what} is {side} {spread(p):.3g}"
        else:
            self._between[name] = p
            self._halves[name] = min(half_unit(p), p / 2, (1 - p) / 2)
            return
        self.refused[column] = why


def of_a_study(row: Row) -> bool:
    """Whether a row says something of the study's other rows of the same result, or needs them."""
    return row.get("estimate_measure") in ("MD", "OR") or row.get("crossover") == YES or is_change(row)


def is_change(row: Row) -> bool:
    """Whether the standard deviation of a change has to follow from those at its ends."""
    return math.isnan(row["sd"]) and given(row, "sd_baseline", "sd_final")


def is_adjusted(row: Row) -> bool:
    """Whether an estimate is adjusted, as a cell that says for what does; one may also say that it is not."""
    said = folded(row.get("adjusted") or "")
    return said not in NOTHING and not _UNADJUSTED.fullmatch(said)


def donors_named(row: Row) -> list[str]:
    """Whose standard deviations stand in for that of a row, as it says."""
    names = [name.strip() for name in str(row.get("donor") or "").split(";")]
    return [name for name in names if folded(name) not in NOTHING]


def rows_of_donors(row: Row, rows: Sequence[Row]) -> list[Row]:
    """Those of `rows` whose standard deviation a row's donors give: of its group, outcome and result, with people and not imputed."""
    wanted = {folded(name) for name in donors_named(row)}
    return [
        one
        for one in rows
        if folded(one["study"]) in wanted and one["group"] == row["group"]
        and key_of(one, ("outcome", *RESULT)) == key_of(row, ("outcome", *RESULT))
        and given(one, "sd", "n") and one["n"] > 1 and "sd" not in marked(str(one.get("imputed") or ""))
    ]  # fmt: skip


def _correlation(row: Row) -> float:
    """The correlation of baseline and end that an arm states, or that follows from its own three standard deviations; NaN without."""
    made = {entry["column"]: entry for entry in record_of(row)}
    if given(row, "r") and made.get("r", {}).get("conversion") != OF_OTHER_ARM:
        return float(row["r"])
    if "r" in made.get("sd", {}).get("inputs", {}):
        return math.nan  # its standard deviation rests on a correlation itself
    if not given(row, "sd", "sd_baseline", "sd_final") or not row["sd_baseline"] * row["sd_final"]:
        return math.nan
    r = conversions.correlation_from_change(row["sd_baseline"], row["sd_final"], row["sd"])
    return r if abs(r) <= 1 else math.nan


def clustered(row: Mapping[str, Any]) -> bool:
    """Whether clusters were randomised and the numbers of a row take no account of it."""
    return any(not math.isnan(row.get(name, math.nan)) for name in ("icc", "cluster_size", "design_effect"))


def usual_interval(row: Row) -> bool:
    """Whether an estimate has an interval as most reports state it, 95 % by the normal distribution: pooling reads it as it is."""
    level = row["estimate_ci_level"]
    usual = distribution_of(row) == "z" and (math.isnan(level) or level == USUAL_LEVEL)
    return usual and given(row, "estimate_ci_low", "estimate_ci_high")


def distribution_of(row: Mapping[str, Any]) -> str:
    """The distribution behind interval and p value of an estimate: `t` or `z`."""
    with_df = not math.isnan(row.get("estimate_df", math.nan))
    return row.get("estimate_distribution") or ("t" if with_df else "z")


def record_of(row: Mapping[str, Any]) -> list[Entry]:
    """Of each number of a row that was not reported `column, value, conversion, how, source, inputs, assumption, state`."""
    return json.loads(row.get(CONVERTED) or "[]")


def marked(text: str) -> list[str]:
    """Number columns named in a cell of `derived` or `imputed`: `mean, sd: how; n: how`."""
    return [name for names, _ in names_in_remark(text) for name in names if name in _NUMBERS]


def given(row: Row, *columns: str) -> bool:
    """Whether all of these number columns are filled."""
    return not any(math.isnan(row[column]) for column in columns)
