"""Effect measures: what each is called, which numbers it is computed from, which choices it has, what it is measured in.

One table, with metafor's names, that everything else reads: the formulas in `effects/`, the tests for small-study effects, and
whoever has to know before anything is computed what goes with what. It imports nothing, so that asking costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

BOTH = ("intervention", "control")


@dataclass(frozen=True)
class Kind:
    """The data that a family of measures is computed from: the `numbers` of each of one or two `groups`.

    The arrays of two groups have a 1 or 2 behind their names, group 1 being the intervention: `events1`, `events2`.
    """

    numbers: tuple[str, ...]
    groups: int = 1

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What stands behind the names of the arrays of each group."""
        return ("",) if self.groups == 1 else ("1", "2")

    @property
    def of_rows(self) -> tuple[str, ...]:
        """The groups of the rows of an extraction that it stands in."""
        if not self.numbers:
            return ("contrast",)
        return BOTH if self.groups == 2 else ("single",)

    @property
    def arrays(self) -> tuple[str, ...]:
        """Names of the arrays that the effects are computed from."""
        return tuple(f"{name}{suffix}" for name in self.numbers for suffix in self.suffixes)


KINDS = {
    "table": Kind(("n", "events"), groups=2),
    "two_means": Kind(("n", "mean", "sd"), groups=2),
    "two_rates": Kind(("events", "person_time"), groups=2),
    "pre_post": Kind(("n", "mean", "sd", "mean_baseline", "sd_baseline", "r")),
    "proportion": Kind(("n", "events")),
    "rate": Kind(("events", "person_time")),
    "correlation": Kind(("n", "r")),
    "reliability": Kind(("alpha", "items", "n")),
    "generic": Kind(()),  # effects that were reported as such
}


@dataclass(frozen=True)
class Measure:
    """One measure.

    `kind` is a key of KINDS; `scale` says how a value is shown: `log` by its exponential, `identity` as it is, else a scale
    of `transforms.back`. `options` are the choices that its formula has: `add` and `to` (what is added to empty cells, and
    where), `drop00` (whether studies without events in both groups are given up), `vtype` (the formula of the variance),
    `correct` (whether a bias is corrected). `corrected` says whether empty cells are corrected
    unless it is refused. `silent` are the tables that say nothing of the effect, whatever is added to them: `none` (no event in either
    group), `all` (everybody has it). `unit` is that of the effect: `outcome` (that of the outcome, so that values in different units cannot
    be pooled), `spread` (the outcome's own spread or mean, which a change has not in common with a value), or "". `asymmetry` are the tests for small-study effects that suit it (Cochrane Handbook 13.3.5.4).
    `natural` says that reports state it as it is and hardly ever as its logarithm, `scored` that it follows from observed minus
    expected events and their variance: hazard ratios by the log-rank test and Peto's odds ratios, the two that RevMan takes them for, and
    effects that nothing is known of.
    """

    name: str
    kind: str
    scale: str = "identity"
    options: tuple[str, ...] = ()
    unit: str = ""
    asymmetry: tuple[str, ...] = ("Egger",)
    corrected: bool = False
    silent: tuple[str, ...] = ()
    natural: bool = False
    scored: bool = False

    @property
    def reported(self) -> str:
        """The scale of a reported effect where nobody says it: `ratio`, `analysis`, or "" where it has to be said."""
        if self.natural:
            return "ratio"
        return "" if self.scale != "identity" or self.kind == "generic" else "analysis"

    @property
    def may_be_ratio(self) -> bool:
        """Whether a reported effect may be a ratio, which is pooled as its logarithm."""
        return self.scale == "log" or self.kind == "generic"


_CELLS, _COUNT = ("add", "to", "drop00"), ("add", "to")

MEASURES = {
    "RR": Measure("risk ratio", "table", "log", _CELLS, corrected=True, silent=("none",)),
    "OR": Measure(
        "odds ratio", "table", "log", _CELLS, asymmetry=("Harbord", "Peters"), corrected=True, silent=("none", "all")
    ),
    "RD": Measure("risk difference", "table", options=_CELLS, corrected=True),
    "PETO": Measure(
        "Peto odds ratio", "table", "log", _CELLS, asymmetry=("Harbord", "Peters"), corrected=True,
        silent=("none", "all"), scored=True,
    ),
    "AS": Measure("arcsine square root difference", "table", options=_CELLS),
    "PHI": Measure("phi coefficient", "table", options=_CELLS),
    "YUQ": Measure("Yule's Q", "table", options=_CELLS, corrected=True, silent=("none", "all")),
    "MD": Measure("mean difference", "two_means", options=("vtype",), unit="outcome"),
    "SMD": Measure(
        "standardised mean difference", "two_means", options=("vtype", "correct"), unit="spread",
        asymmetry=("Pustejovsky-Rodgers",),
    ),
    "SMDH": Measure(
        "standardised mean difference (unequal variances)", "two_means", options=("correct",), unit="spread"
    ),
    "SMD1": Measure(
        "standardised mean difference (SD of group 2)", "two_means", options=("correct",), unit="spread"
    ),
    "SMD1H": Measure(
        "standardised mean difference (SD of group 2, unequal variances)", "two_means", options=("correct",),
        unit="spread",
    ),
    "ROM": Measure("ratio of means", "two_means", "log", ("vtype", "correct"), unit="spread"),
    "CVR": Measure("ratio of coefficients of variation", "two_means", "log", unit="spread"),
    "VR": Measure("ratio of standard deviations", "two_means", "log", unit="spread"),
    "D2ORN": Measure("odds ratio from a standardised mean difference (normal)", "two_means", "log", unit="spread"),
    "D2ORL": Measure("odds ratio from a standardised mean difference (logistic)", "two_means", "log", unit="spread"),
    "MC": Measure("mean change", "pre_post", unit="outcome"),
    "SMCC": Measure("standardised mean change (SD of change)", "pre_post"),
    "SMCR": Measure("standardised mean change (raw SD)", "pre_post"),
    "SMCRH": Measure("standardised mean change (raw SD, unequal variances)", "pre_post"),
    "SMCRP": Measure("standardised mean change (pooled SD)", "pre_post"),
    "ROMC": Measure("ratio of means after and before", "pre_post", "log"),
    "CVRC": Measure("ratio of coefficients of variation after and before", "pre_post", "log"),
    "VRC": Measure("ratio of standard deviations after and before", "pre_post", "log"),
    "IRR": Measure("incidence rate ratio", "two_rates", "log", _CELLS, corrected=True, silent=("none",)),
    "IRD": Measure("incidence rate difference", "two_rates", options=_CELLS, unit="outcome", corrected=True),
    "IRSD": Measure("square root rate difference", "two_rates", options=_CELLS, unit="outcome"),
    "IR": Measure("incidence rate", "rate", options=_COUNT, unit="outcome", corrected=True),
    "IRLN": Measure("incidence rate (log)", "rate", "log", _COUNT, unit="outcome", corrected=True),
    "IRS": Measure("incidence rate (square root)", "rate", "square", _COUNT, unit="outcome"),
    "IRFT": Measure("incidence rate (Freeman-Tukey)", "rate", "rate_freeman_tukey", _COUNT, unit="outcome"),
    "PR": Measure("proportion", "proportion", options=_COUNT, corrected=True),
    "PLN": Measure("proportion (log)", "proportion", "log", _COUNT, corrected=True),
    "PLO": Measure("proportion (logit)", "proportion", "logit", _COUNT, corrected=True),
    "PAS": Measure("proportion (arcsine)", "proportion", "arcsine", _COUNT),
    "PFT": Measure("proportion (Freeman-Tukey)", "proportion", "freeman_tukey", _COUNT),
    "COR": Measure("correlation", "correlation", options=("vtype",)),
    "UCOR": Measure("correlation (unbiased)", "correlation", options=("vtype",)),
    "ZCOR": Measure("correlation (Fisher's z)", "correlation", "correlation"),
    "ARAW": Measure("Cronbach's alpha", "reliability"),
    "AHW": Measure("Cronbach's alpha (cube root)", "reliability", "cube_root"),
    "ABT": Measure("Cronbach's alpha (log)", "reliability", "log_complement"),
    "HR": Measure("hazard ratio", "generic", "log", natural=True, scored=True),
    "GEN": Measure("effect", "generic", scored=True),
}  # fmt: skip
