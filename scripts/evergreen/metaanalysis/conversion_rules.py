"""Conversions: what each gives, what it needs, what it assumes, whose formula it is. One table, in the order of trust.

Filling in a row of an extraction sheet, the protocol's switches, the page that lists conversions and the sentences about them all
read it. It imports nothing, so that asking costs nothing; `function` names the formula in `conversions` or `quantile_fits`.

`needs` and `options` say which number of a row (by the sheet's name of its column, or by a name of `ROW_VALUES`) is which argument of
the function; without one that it needs a conversion says nothing. What stands in `outside` may come from the protocol or from
another study where the row does not have it: no report of the study gives it, so the number is *imputed*, otherwise *derived*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REPORTED, DERIVED, IMPUTED = "reported", "derived", "imputed"
STATES = (REPORTED, DERIVED, IMPUTED)
"""How a number came about, the most trusted first."""

ROW_VALUES = {
    "level": "confidence level of the interval of the mean (`ci_level`, else 95 %)",
    "distribution": "distribution behind that interval (`ci_distribution`, else t below 60 participants and normal from there on)",
    "mean_p": "two-sided p value of the test that the mean is 0",
    "effect": "the estimate on the scale of the analysis, for ratios its logarithm",
    "effect_low": "its lower limit, on the same scale",
    "effect_high": "its upper limit, on the same scale",
    "estimate_level": "confidence level of its interval (`estimate_ci_level`, else 95 %)",
    "estimate_distribution": "distribution behind interval and p value (`estimate_distribution`; t where `estimate_df` is given, else normal)",
    "p": "two-sided p value of the estimate (`estimate_p`)",
}
"""What a row says beside its number columns."""


@dataclass(frozen=True)
class Rule:
    """A conversion. `how` and `assumes` are templates that the arguments and the words of a row fill in.

    `fixed` are arguments that
    do not come from a row. `exact` conversions are formulas without an approximation: where a row allows several, they have to agree. `usual` ones are made
    unless the protocol or the row says otherwise. `rows` says which rows have it: of an `arm`, or of a `contrast`.
    """

    id: str
    gives: tuple[str, ...]
    needs: Mapping[str, str]
    how: str
    source: str | Mapping[str, str]  # of all that it gives, or of each
    function: str
    options: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    assumes: str = ""
    rows: str = "arm"
    exact: bool = True
    usual: bool = True

    def source_of(self, column: str) -> str:
        """Whose formula gives a column."""
        return self.source if isinstance(self.source, str) else self.source[column]


def _as_named(*columns: str) -> dict[str, str]:
    return {column: column for column in columns}


def _of_median(id_: str, name: str, source: str, method: str, assumes: str) -> Rule:
    """Another method for a median with quartiles or range, which the protocol or a row has to ask for."""
    return Rule(
        id_, ("mean", "sd"), _as_named("n", "median"), f"median with {{shown}}, {name},", source, "mean_sd_unless_skewed",
        options=_QUANTILES, fixed={"method": method}, assumes=assumes, exact=False, usual=False,
    )  # fmt: skip


_NORMAL_VALUES = "normal distribution of the values, which the skewness test of Shi 2023 does not contradict"
_QUANTILES = {"q1": "q1", "q3": "q3", "low": "min", "high": "max"}
_ONE_MEAN = "6.5.2.2"
_HANDBOOK = "Cochrane Handbook "

RULES = (
    Rule(
        "se", ("sd",), _as_named("se", "n"), "se x sqrt(n)", _HANDBOOK + _ONE_MEAN, "sd_from_se",
    ),
    Rule(
        "ci", ("sd",), {"low": "ci_low", "high": "ci_high", "n": "n", "level": "level", "distribution": "distribution"},
        "sqrt(n) x width of the {percent} % interval, {distribution_name} distribution", _HANDBOOK + _ONE_MEAN, "sd_from_interval",
        assumes="{distribution_name} distribution of the mean",
    ),
    Rule(
        "mean_t", ("sd",), {"mean": "mean", "statistic": "mean_t", "n": "n"}, "sqrt(n) x mean / t", _HANDBOOK + _ONE_MEAN,
        "sd_from_mean_t", assumes="the test is of a mean of 0",
    ),
    Rule(
        "mean_f", ("sd",), {"mean": "mean", "statistic": "mean_f", "n": "n"}, "sqrt(n) x mean / sqrt(F)", _HANDBOOK + _ONE_MEAN,
        "sd_from_mean_f", assumes="the test is of a mean of 0, with one degree of freedom in the numerator",
    ),
    Rule(
        "mean_p", ("sd",), {"mean": "mean", "p": "mean_p", "n": "n"}, "sqrt(n) x mean / t of the p value", _HANDBOOK + _ONE_MEAN,
        "sd_from_mean_p", assumes="a t test of a mean of 0",
    ),
    Rule(
        "median", ("mean", "sd"), _as_named("n", "median"), "median with {shown}",
        {"mean": "Luo 2018", "sd": "Wan 2014; Shi 2020 with quartiles and range"}, "mean_sd_unless_skewed",
        options=_QUANTILES, assumes=_NORMAL_VALUES, exact=False,
    ),
    _of_median("median_wan", "as Wan has it", "Wan 2014", "wan2014", _NORMAL_VALUES),
    _of_median("median_bland", "as Bland has it", "Bland 2015", "bland2015", _NORMAL_VALUES),
    _of_median("median_hozo", "as Hozo has it", "Hozo 2005", "hozo2005", _NORMAL_VALUES),
    _of_median(
        "median_log_normal", "log-normal", "Shi 2020b", "log-normal",
        "log-normal distribution of the values, whose logarithms the skewness test of Shi 2023 does not contradict",
    ),
    Rule(
        "estimate_ci", ("estimate_se",),
        {"low": "effect_low", "high": "effect_high", "level": "estimate_level", "distribution": "estimate_distribution"},
        "from the {estimate_percent} % interval, {estimate_distribution_name} distribution", _HANDBOOK + "6.3", "se_from_any_interval",
        options={"df": "estimate_df"}, assumes="{estimate_distribution_name} distribution of the estimate", rows="contrast",
    ),
    Rule(
        "estimate_t", ("estimate_se",), {"difference": "effect", "statistic": "estimate_t"}, "from estimate and t", _HANDBOOK + "6.3",
        "se_from_t", rows="contrast", assumes="the test is of no effect",
    ),
    Rule(
        "estimate_f", ("estimate_se",), {"difference": "effect", "statistic": "estimate_f"}, "from estimate and F", _HANDBOOK + "6.3",
        "se_from_f", rows="contrast", assumes="the test is of no effect, with one degree of freedom in the numerator",
    ),
    Rule(
        "estimate_p", ("estimate_se",), {"estimate": "effect", "p": "p", "distribution": "estimate_distribution"},
        "from estimate and p value, {estimate_distribution_name} distribution", _HANDBOOK + "6.3", "se_from_p",
        options={"df": "estimate_df"}, assumes="{estimate_distribution_name} distribution of the estimate", rows="contrast",
    ),
)  # fmt: skip
BY_ID = {rule.id: rule for rule in RULES}
NONE = "none"
"""What a row says in `conversions` of which nothing is to be converted."""
