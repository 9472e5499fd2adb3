"""`analysis`: how effects are computed and pooled, for all outcomes or for one."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, create_model
from pydantic.fields import FieldInfo

from evergreen.metaanalysis.models import MODELS
from evergreen.protocol.conversions import CorrelationValue, RiskValue, ShareValue
from evergreen.protocol.part import Listed, Names, Part, optional, refused, sentences, several

Computed = Literal[
    "RR", "OR", "RD", "PETO", "AS", "PHI", "YUQ", "MD", "SMD", "SMDH", "SMD1", "ROM", "VR", "D2ORN", "D2ORL", "MC", "SMCC", "ROMC",
    "VRC", "IRR", "IRD", "IRSD", "COR", "ZCOR", "PR", "PLO", "PLN", "PFT", "PAS", "IR", "IRLN", "IRS",
]  # fmt: skip
"""Measures that follow from the numbers of arms."""
Measure = Literal[Computed, "HR", "GEN"]
MultiArm = Literal["combine", "split", "separate"]
Without = Literal[
    "high_risk", "derived", "imputed", "each_source", "outliers", "influential", "retracted", "concern"
]
LEFT_OUT = {
    "high_risk": "high risk of bias", "derived": "derived values", "imputed": "imputed values", "influential": "influential studies", "each_source": "each source",
    "retracted": "studies with a retracted report", "concern": "studies with a report that is retracted or under concern",
}  # fmt: skip
"""What `without` leaves out, in words; what is not here by its name."""


Level = Literal["timepoint", "instrument", "population", "arm"]


class Settings(Part):
    """What a sensitivity analysis can change of an analysis."""

    model: Literal["random", "common", "mh", "peto", "glmm", "multilevel"] = "random"
    """Model that pools the effects."""
    tau2: Literal["DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "SJIT", "DL2"] = "REML"
    """Estimator of the between-study variance, by metafor's names."""
    test: Literal["auto", "z", "knha", "adhoc"] = optional(
        lambda known: MODELS[known["model"]].tests[0], otherwise="auto for the model random, z for the others"
    )
    """Test and interval of the pooled effect. auto: Hartung-Knapp where three or more studies have a tau2 above 0, unless its interval is narrower
    than Wald's; Wald otherwise."""
    level: float = optional(0.95, unit="fraction", gt=0.5, lt=1)
    """Confidence level."""
    prediction: bool = True
    """Whether a prediction interval is computed and drawn."""
    add: float = optional(0.5, unit="events", ge=0)
    """Constant added to the cells of a 2x2 table with a zero."""
    to: Literal["only0", "all", "if0all", "none"] = "only0"
    """Which tables the constant is added to."""
    drop00: bool = True
    """Whether ratios are not estimable in studies without an event in both groups, and odds ratios where everybody has it, so that these count
    among participants but are not pooled; risk and rate differences keep them in any case."""
    mh_add: float = optional(0, unit="events", ge=0)
    """Constant added to the cells of the Mantel-Haenszel estimate itself."""
    glmm: Literal["UM.FS", "UM.RS", "CM.EL", "CM.AL"] = "UM.FS"
    """Kind of generalised linear mixed model."""
    smd_vtype: Literal["LS", "LS2", "UB"] = "LS"
    """Variance of standardised mean differences: LS large-sample (Hedges 1982), LS2 the same times the squared correction (Borenstein 2009), UB
    unbiased (Hedges 1983)."""
    predtype: Literal["default", "simple", "riley", "t"] = "default"
    """Degrees of freedom of the prediction interval, whatever the test is: default and t k - 1, riley k - 2; simple leaves out the uncertainty of the mean."""
    i2: Literal["tau2", "Q"] = "tau2"
    """Whether I2 is computed from tau2 or from Q."""
    rho: float | None = optional(None, otherwise="0; aggregate has to be told", ge=-1, le=1)
    """Correlation assumed between the sampling errors of the effects of one study (multilevel, aggregate)."""
    dependent: Literal["aggregate", "robust"] | None = optional(None, otherwise="such a study is refused")
    """What a random or common model does where a study has several effects: pool their combination under the correlation rho, or keep them and
    give cluster-robust tests beside the model's own."""


def _value_of(setting: FieldInfo) -> Any:
    """The type of a setting's value, with its constraints; no value is none to compare with."""
    kinds = [kind for kind in get_args(setting.annotation) if kind is not NoneType]
    kind = kinds[0] if NoneType in get_args(setting.annotation) else setting.annotation
    return Annotated[kind, *setting.metadata] if setting.metadata else kind


class Besides(Part):
    """What a sensitivity analysis can change besides."""

    measure: Computed
    """Effect measure."""
    multi_arm: MultiArm
    """What is done with several arms of one group."""
    r: CorrelationValue
    """Correlation of the values at baseline and at the end that standard deviations of the change are imputed with."""
    icc: ShareValue
    """Intracluster correlation that cluster-randomised trials are taken to have which do not say theirs."""
    r_paired: CorrelationValue
    """Correlation of a person's values that crossover trials are taken to have which do not say theirs."""
    r_parts: CorrelationValue
    """Correlation of two components that the standard deviation of one of them is imputed with."""
    control_risk: RiskValue
    """Risk of the control group that estimates of another measure are converted with which do not say theirs."""
    without: Without
    """What is left out."""


def _changes(keys: type[Part]) -> dict[str, Any]:
    """The keys of a part, each of which takes a value or several."""
    said = sentences(keys)
    return {
        name: (several(_value_of(key)), Field((), description=said.get(name)))
        for name, key in keys.model_fields.items()
    }


Changes = create_model(
    "Changes",
    __base__=Part,
    __doc__="What a sensitivity analysis changes: of a list each value in its turn, and of several keys each combination.",
    **_changes(Settings),
    **_changes(Besides),
    without_studies=(
        Names,
        Field((), description="Studies that are left out by name; a list leaves out all of them together."),
    ),
)


def _as_written(entry: Any) -> Any:
    """The changes of an entry, checked; order and form stay as a person wrote them, for tables show them so."""
    if isinstance(entry, Mapping):
        if not entry:
            raise refused("changes nothing", "Name what it changes, such as tau2: DL, or leave it out.")
        changes = Changes.model_validate(entry)
        return {
            name: getattr(changes, name) if isinstance(value, list | tuple) else getattr(changes, name)[0]
            for name, value in entry.items()
        }
    return entry


Entry = Annotated[Mapping[str, Any], BeforeValidator(_as_written, json_schema_input_type=Changes)]


class Analysis(Settings):
    """Models, estimators and further analyses."""

    levels: Listed[Level] = optional((), otherwise="a study with several results is refused")
    """What several results of a study differ by, the outermost first: all of them are pooled, by a multilevel model with a variance of its own for
    each, or as `dependent` says."""
    k_min_small_study: int = optional(10, unit="studies", ge=2)
    """Studies below which tests for small-study effects are not done."""
    sensitivity: Listed[Entry] = ()
    """Analyses run side by side with the main one; each entry names what it changes."""
    permutations: int = optional(1000, ge=0, le=100_000)
    """Permutations behind the permutation p values of a meta-regression; 0 does without."""
    gosh: int = optional(4000, ge=0, le=100_000)
    """Subsets of studies pooled for the GOSH plot, drawn at random where there are more; 0 does without."""
    seed: int = optional(0, ge=0)
    """Seed of everything that is drawn at random."""
    outliers: float = optional(0.95, unit="fraction", gt=0.5, lt=1)
    """A study is an outlier where its studentised deleted residual lies outside the normal interval of this level."""
    both: bool = False
    """Whether the pooled effect of the other model is given beside it, each with its weights: a common effect beside random effects, or random
    effects beside a common effect."""
    subgroup_tau2: Literal["own", "common"] = "own"
    """Whether each subgroup has a between-study variance of its own or all share one (random effects), by a meta-regression on the subgroups."""
    cumulative: str | None = optional(
        None, otherwise="the column year if it is there, else round", min_length=1
    )
    """Study-level column with numbers (as year), or round, in whose order studies are added one by one."""

    def over(self, general: Analysis) -> Analysis:
        """These settings, as far as a person wrote them, over the general ones.

        The test follows from a model of one's own unless it is written beside it.
        """
        own, theirs = _written(self), _written(general)
        if "test" not in own and own.get("model", general.model) != general.model:
            theirs.pop("test", None)
        return Analysis.model_validate({**theirs, **own})


def _written(analysis: Analysis) -> dict[str, Any]:
    return {name: getattr(analysis, name) for name in analysis.model_fields_set}
