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
from typing import Any

REPORTED, DERIVED, IMPUTED = "reported", "derived", "imputed"
STATES = (REPORTED, DERIVED, IMPUTED)
"""How a number came about, the most trusted first."""

DIFFERENCE = "the difference"
ARM, CONTRAST, CLUSTER, CROSSOVER, DESIGN = "arm", "contrast", "cluster", "crossover", "design"
"""Rows that conversions are for: of an arm, of a reported effect, of a cluster-randomised trial, of an arm of a crossover trial; those
for a `design` are made where an effect is computed."""

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
    "difference": "the difference in means between the row's group and the other, of a `contrast` row whose `estimate_measure` is MD",
    "difference_low": "its lower limit",
    "difference_high": "its upper limit",
    "difference_level": "confidence level of its interval",
    "difference_distribution": "distribution behind its interval (`estimate_distribution`, else t with n1 + n2 - 2 degrees of freedom)",
    "difference_se": "its standard error",
    "difference_t": "its t statistic",
    "difference_f": "its F statistic",
    "difference_p": "its two-sided p value",
    "n1": "participants of the intervention arm that it compares",
    "n2": "participants of the control arm that it compares",
    "other_sd": "standard deviation of the same people under the other treatment, of a crossover trial",
    "paired_se": "standard error of the difference of a crossover trial (`estimate_se` of its `contrast` row, or from that row's interval or test)",
    "pairs": "people with both treatments",
    "percent_half": "half of the last decimal that is printed of `percent`",
    "other_r": "correlation of baseline and end in the study's other arms, the mean of those that say it or follow from their three SDs",
    "sd_of_donor": "`donor_sd`, else the pooled standard deviation of the donors' rows of the same group, outcome and result",
    "odds_ratio": "odds ratio of a `contrast` row whose `estimate_measure` is OR",
    "events_total": "`events` of that row: those of both groups together",
    "position": "1 for the intervention arm, 2 for the control arm",
    "factor": "what one unit is in the outcome's, by `units` of the protocol; below 0 for a scale that runs the other way",
}
"""What a row says beside its number columns."""
STANDS_IN = {
    "level": "ci_level", "distribution": "ci_distribution", "effect": "estimate", "effect_low": "estimate_ci_low",
    "effect_high": "estimate_ci_high", "estimate_level": "estimate_ci_level", "p": "estimate_p",
    "difference": "estimate", "difference_low": "estimate_ci_low", "difference_high": "estimate_ci_high",
    "difference_level": "estimate_ci_level", "difference_distribution": "estimate_distribution", "difference_se": "estimate_se",
    "difference_t": "estimate_t", "difference_f": "estimate_f", "difference_p": "estimate_p", "n1": "n", "n2": "n",
    "sd_of_donor": "donor_sd",
}  # fmt: skip
"""The column that such a value stands in, where it is called otherwise."""
OF_ROW = {"n1": "intervention", "n2": "control"} | dict.fromkeys(
    (name for name in ROW_VALUES if name.startswith("difference")), "contrast"
)
"""The group of the row that it stands in, where that is another one of the study."""


@dataclass(frozen=True)
class Rule:
    """A conversion. `how` and `assumes` are templates that the arguments and the words of a row fill in.

    `fixed` are arguments that
    do not come from a row. Conversions without an approximation say what they are
    `about`: where a row allows several about one thing, they have to agree. `usual` ones are made unless the protocol or the row says otherwise. What `imputes` has an input of another study, whatever the row
    says. `rows` says which rows have it.
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
    rows: str = ARM
    about: str = ""
    usual: bool = True
    imputes: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that its arguments stand in."""
        return tuple(STANDS_IN.get(name, name) for name in self._arguments)

    @property
    def reads_of_contrast(self) -> tuple[str, ...]:
        """Those of the reported effect beside the row."""
        if self.rows == CROSSOVER and self.about == DIFFERENCE:
            # its interval may stand for its standard error
            return ("estimate_ci_level", "estimate_distribution", "estimate_df")
        return tuple(STANDS_IN[name] for name in self._arguments if OF_ROW.get(name) == CONTRAST)

    @property
    def _arguments(self) -> tuple[str, ...]:
        return (*self.needs.values(), *self.options.values())

    def source_of(self, column: str) -> str:
        """Whose formula gives a column."""
        return self.source if isinstance(self.source, str) else self.source[column]

    def entry(
        self, column: str, value: float, how: str, inputs: Mapping[str, Any], state: str, assumption: str = ""
    ) -> dict[str, Any]:
        """The record of a number that it gave, for a row's `converted`."""
        return {
            "column": column, "value": value, "conversion": self.id, "how": how, "source": self.source_of(column),
            "inputs": inputs, "assumption": assumption, "state": state,
        }  # fmt: skip


def _as_named(*columns: str) -> dict[str, str]:
    return {column: column for column in columns}


def _of_median(
    id_: str, name: str, source: str, method: str, assumes: str, function: str = "mean_sd_unless_skewed"
) -> Rule:
    """Another method for a median with quartiles or range, which the protocol or a row has to ask for."""
    return Rule(
        id_, ("mean", "sd"), _as_named("n", "median"), f"median with {{shown}}, {name}", source, function,
        options=_QUANTILES, fixed={"method": method} if method else {}, assumes=assumes, usual=False,
    )  # fmt: skip


RISKS = ("RR", "OR", "RD", "HR")
"""Measures of an estimate that are made of each other with the risk of the control group."""


def _of_other_measure(of: str, to: str) -> Rule:
    """A reported estimate as another measure, which the protocol or a row has to ask for."""
    hazards = "; proportional hazards" if "HR" in (of, to) else ""
    return Rule(
        f"{of}_to_{to}".lower(), ("estimate",), {"estimate": "estimate", "control_risk": "control_risk"},
        f"{to} from {of} at a control risk of {{control_risk:g}}", _HANDBOOK + "15.4.4", "ratio_of_other_measure", outside=("control_risk",),
        assumes=f"the risk of the control group is the same{hazards}", rows=DESIGN, usual=False,
    )  # fmt: skip


_NORMAL_VALUES = "normal distribution of the values, which the skewness test of Shi 2023 does not contradict"
_QUANTILES = {"q1": "q1", "q3": "q3", "low": "min", "high": "max"}
_ONE_MEAN = "6.5.2.2"
_HANDBOOK = "Cochrane Handbook "

RULES = (
    Rule(
        "change", ("mean",), {"final": "mean_final", "baseline": "mean_baseline"}, "final minus baseline", _HANDBOOK + "6.5.2.8",
        "mean_of_change", about="the mean",
    ),
    Rule(
        "mean_rest", ("mean",), {"total": "mean_total", "part": "mean_part"}, "total minus part", "sum of means", "mean_of_rest", about="the mean",
    ),
    Rule(
        "se", ("sd",), _as_named("se", "n"), "se x sqrt(n)", _HANDBOOK + _ONE_MEAN, "sd_from_se", about="the mean",
    ),
    Rule(
        "ci", ("sd",), {"low": "ci_low", "high": "ci_high", "n": "n", "level": "level", "distribution": "distribution"},
        "sqrt(n) x width of the {percent}% interval / (2 x its quantile), {distribution_name} distribution", _HANDBOOK + _ONE_MEAN, "sd_from_interval",
        assumes="{distribution_name} distribution of the mean", about="the mean",
    ),
    Rule(
        "mean_t", ("sd",), {"mean": "mean", "statistic": "mean_t", "n": "n"}, "sqrt(n) x mean / t", _HANDBOOK + _ONE_MEAN,
        "sd_from_mean_t", assumes="the test is of a mean of 0", about="the mean",
    ),
    Rule(
        "mean_f", ("sd",), {"mean": "mean", "statistic": "mean_f", "n": "n"}, "sqrt(n) x mean / sqrt(F)", _HANDBOOK + _ONE_MEAN,
        "sd_from_mean_f", assumes="the test is of a mean of 0, with one degree of freedom in the numerator", about="the mean",
    ),
    Rule(
        "mean_p", ("sd",), {"mean": "mean", "p": "mean_p", "n": "n"}, "sqrt(n) x mean / t of the p value", _HANDBOOK + _ONE_MEAN,
        "sd_from_mean_p", assumes="a t test of a mean of 0", about="the mean",
    ),
    Rule(
        "r_change", ("r",), {"sd_baseline": "sd_baseline", "sd_final": "sd_final", "sd_change": "sd"},
        "from the SDs at baseline, end and of the change", _HANDBOOK + "6.5.2.8", "correlation_of_change", about="the correlation",
    ),
    Rule(
        "r_other_arm", ("r",), {"r": "other_r"}, "as in the other arm, r = {r:g}", _HANDBOOK + "6.5.2.8", "as_given",
        assumes="the same correlation in all arms of the study", usual=False,
    ),
    Rule(
        "sd_change", ("sd",), _as_named("sd_baseline", "sd_final", "r"), "from the SDs at baseline and end, r = {r:g}",
        _HANDBOOK + "6.5.2.8", "sd_of_change", outside=("r",), about="the mean",
    ),
    Rule(
        "sd_rest", ("sd",), _as_named("sd_total", "sd_part", "r_parts"), "from the SDs of total and part, r = {r_parts:g}",
        "variance of a sum", "sd_of_rest", outside=("r_parts",), about="the mean",
    ),
    Rule(
        "percent", ("events",), _as_named("n", "percent", "percent_half"), "{percent:g}% of the participants", _HANDBOOK + "6.4.1",
        "events_from_percent", assumes="the whole number that is printed as this percentage", about="the events",
    ),
    Rule(
        "person_time", ("person_time",), _as_named("n", "followup"), "participants x mean time at risk", _HANDBOOK + "6.7.1", "product",
        about="the time at risk",
    ),
    Rule(
        "rate", ("events",), _as_named("rate", "person_time"), "rate x person-time", _HANDBOOK + "6.7.1", "events_from_rate",
        assumes="the nearest whole number", about="the events",
    ),
    Rule(
        "events_rate", ("person_time",), _as_named("events", "rate"), "events / rate", _HANDBOOK + "6.7.1", "person_time_from_rate",
        about="the time at risk",
    ),
    Rule(
        "odds_ratio", ("events",), {"odds_ratio": "odds_ratio", "n1": "n1", "n2": "n2", "events": "events_total", "position": "position"},
        "from the odds ratio and the margins of the table", "Bonett 2007, as metafor's conv.2x2", "events_from_odds_ratio",
        assumes="the whole numbers nearest to the odds ratio, which is not adjusted",
    ),
    *(
        Rule(
            f"difference_{kind}", ("sd",), {**needs, "n1": "n1", "n2": "n2"}, f"from the difference of the groups and its {name}",
            _HANDBOOK + "6.5.2.3", f"sd_from_difference_{function}", about=DIFFERENCE,
            assumes="equal standard deviations in both groups, whose difference is not adjusted" + more,
        )
        for kind, name, function, needs, more in (
            ("se", "standard error", "se", {"se": "difference_se"}, ""),
            ("ci", "{difference_percent}% interval", "interval",
             {"low": "difference_low", "high": "difference_high", "level": "difference_level",
              "distribution": "difference_distribution"}, ", {difference_distribution_name} distribution of the difference"),
            ("t", "t", "t", {"difference": "difference", "statistic": "difference_t"}, ""),
            ("f", "F", "f", {"difference": "difference", "statistic": "difference_f"}, ""),
            ("p", "p value", "p", {"difference": "difference", "p": "difference_p"}, ", a t test of no difference"),
        )
    ),
    Rule(
        "quantiles", ("sd",), _as_named("n", "mean"), "{shown} beside the mean", "Wan 2014; Shi 2020 with quartiles and range",
        "sd_beside_mean", options={**_QUANTILES, "median": "median"},
        assumes="normal distribution of the values, which the skewness test of Shi 2023, with the mean in the median's place, does not contradict",
    ),
    Rule(
        "median", ("mean", "sd"), _as_named("n", "median"), "median with {shown}",
        {"mean": "Luo 2018", "sd": "Wan 2014; Shi 2020 with quartiles and range"}, "mean_sd_unless_skewed",
        options=_QUANTILES, assumes=_NORMAL_VALUES,
    ),
    _of_median("median_wan", "as Wan has it", "Wan 2014", "wan2014", _NORMAL_VALUES),
    _of_median("median_bland", "as Bland has it", "Bland 2015", "bland2015", _NORMAL_VALUES),
    _of_median("median_hozo", "as Hozo has it", "Hozo 2005", "hozo2005", _NORMAL_VALUES),
    _of_median(
        "median_log_normal", "log-normal", "Shi 2020b", "log-normal",
        "log-normal distribution of the values, whose logarithms the skewness test of Shi 2023 does not contradict",
    ),
    _of_median(
        "median_qe", "by quantile estimation", "McGrath 2020", "", "the nearest of normal, log-normal, gamma, Weibull and beta distribution",
        "quantile_estimation",
    ),
    _of_median("median_bc", "by a Box-Cox transformation", "McGrath 2020", "", "normal distribution after a power transformation", "box_cox"),
    _of_median(
        "median_mln", "by the most likely transformation", "Cai 2021", "", "normal distribution after a power transformation",
        "unknown_distribution",
    ),
    Rule(
        "donor", ("sd",), _as_named("sd_of_donor"), "the standard deviation of {donor}", _HANDBOOK + "6.5.2.7", "as_given", imputes=True,
        assumes="the spread is that of the donor",
    ),
    Rule(
        "estimate_ci", ("estimate_se",),
        {"low": "effect_low", "high": "effect_high", "level": "estimate_level", "distribution": "estimate_distribution"},
        "from the {estimate_percent}% interval, {estimate_distribution_name} distribution", _HANDBOOK + "6.3", "se_from_any_interval",
        options={"df": "estimate_df"}, assumes="{estimate_distribution_name} distribution of the estimate", rows=CONTRAST, about="the estimate",
    ),
    Rule(
        "estimate_t", ("estimate_se",), {"difference": "effect", "statistic": "estimate_t"}, "from estimate and t", _HANDBOOK + "6.3",
        "se_from_t", rows=CONTRAST, about="the estimate", assumes="the test is of no effect",
    ),
    Rule(
        "estimate_f", ("estimate_se",), {"difference": "effect", "statistic": "estimate_f"}, "from estimate and F", _HANDBOOK + "6.3",
        "se_from_f", rows=CONTRAST, about="the estimate", assumes="the test is of no effect, with one degree of freedom in the numerator",
    ),
    Rule(
        "estimate_p", ("estimate_se",), {"estimate": "effect", "p": "p", "distribution": "estimate_distribution"},
        "from estimate and p value, {estimate_distribution_name} distribution", _HANDBOOK + "6.3", "se_from_p",
        options={"df": "estimate_df"}, assumes="{estimate_distribution_name} distribution of the estimate", rows=CONTRAST, about="the estimate",
    ),
    Rule(
        "design_effect", ("design_effect",), _as_named("icc", "cluster_size"), "1 + (cluster size - 1) x ICC, ICC = {icc:g}",
        _HANDBOOK + "23.1.4", "design_effect", outside=("icc",), rows=CLUSTER, assumes="clusters of about the same size",
    ),
    Rule(
        "effective_size", ("n", "events", "person_time"), _as_named("n", "design_effect"), "divided by the design effect, {design_effect:g}",
        _HANDBOOK + "23.1.4", "effective_size", rows=DESIGN,
    ),
    Rule(
        "unit", ("mean", "sd", "estimate", "estimate_se", "person_time"), _as_named("factor"), "times {factor:g}, as the protocol has the unit",
        _HANDBOOK + "10.5.2", "in_other_unit", rows=DESIGN,
    ),
    Rule(
        "r_paired_se", ("r_paired",), {"sd1": "sd", "sd2": "other_sd", "difference_se": "paired_se", "n": "pairs"},
        "from both SDs and the paired standard error of the difference", _HANDBOOK + "23.2.7.1", "paired_correlation", rows=CROSSOVER, about=DIFFERENCE,
    ),
    Rule(
        "r_paired", ("r_paired",), {"r": "r_paired"}, "r = {r:g} between a person's values", _HANDBOOK + "23.2.7.1", "as_given",
        outside=("r_paired",), rows=CROSSOVER,
    ),
    *(_of_other_measure(of, to) for of in RISKS for to in RISKS if of != to),
    Rule(
        "smd_to_or", ("estimate",), {"d": "estimate"}, "log odds ratio from a standardised mean difference", _HANDBOOK + "10.6",
        "log_odds_ratio_from_d", assumes="logistic distribution of the values", rows=DESIGN, usual=False,
    ),
    Rule(
        "or_to_smd", ("estimate",), {"log_odds_ratio": "estimate"}, "standardised mean difference from a log odds ratio", _HANDBOOK + "10.6",
        "d_from_log_odds_ratio", assumes="logistic distribution of the values", rows=DESIGN, usual=False,
    ),
)  # fmt: skip
BY_ID = {rule.id: rule for rule in RULES}
NONE = "none"
"""What a row says in `conversions` of which nothing is to be converted."""
