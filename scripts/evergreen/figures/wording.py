"""The words of a forest plot: method, heterogeneity, tests, sides of the axis."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evergreen.counting import listed, noun, studies_of
from evergreen.figures.scales import ANALYSES, effect_decimals, level_of, number, p_value, powered
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.metaanalysis.models import MODELS, TAU2
from evergreen.protocol.analysis import LEFT_OUT
from evergreen.records.retractions import CONCERN, RETRACTED
from evergreen.sheets import folded
from evergreen.sheets.columns import NOTICE, in_words
from evergreen.synthesis.result import InverseVariance, Mixed, PooledModel
from evergreen.synthesis.result.analyses import Between, BetweenNotDone, Sensitivity
from evergreen.tables import grouped

if TYPE_CHECKING:
    from evergreen.figures.setting import Setting  # words need no matplotlib
    from evergreen.synthesis.result import Result

PValue = Callable[[float], str]
"""How a P value is written."""
EQUALS = "\u00a0=\u00a0"  # a line does not end before or after it


def interval_of(*levels: float) -> str:
    """`95% CI`, in which no line ends; of several levels nothing but that it is an interval."""
    return f"{level_of(levels[0])}\u00a0CI" if len(set(levels)) == 1 else "CI"


def method(model: PooledModel | None, level: float) -> str:
    """`IV, Random (REML), 95% CI`: weighting, model, estimator, level; without a model the level alone."""
    interval = interval_of(level)
    if model is None:
        return interval
    if isinstance(model, Mixed):
        return f"GLMM ({model.kind}), {interval}"
    weighting = {"mh": "M-H", "peto": "Peto"}.get(model.model, "IV")
    estimator = f" ({model.tau2_method})" if model.tau2_method else ""
    own = MODELS[model.model]
    effects = "Multilevel" if own.clusters == "model" else "Random" if own.heterogeneous else "Common"
    return f"{weighting}, {effects}{estimator}, {interval}"


RANDOM, COMMON = "random effects", "common effect"


def kind_of(model: PooledModel) -> str:
    """Whether the effects of studies differ in a model: `random effects`, `common effect`."""
    return RANDOM if MODELS[model.model].heterogeneous else COMMON


def heterogeneity(model: PooledModel, p: PValue = p_value) -> str:
    """`Heterogeneity: Tau² = 0.31 [0.12, 1.11]; Chi² = 152.23, df = 12 (P < 0.00001); I² = 92%`."""
    if model.Q is None or model.Q_p is None or not model.Q_df:
        return "Heterogeneity: not applicable"
    parts = []
    if model.tau2 is not None:
        text = f"Tau² = {tau2(model.tau2)}"
        if model.tau2_ci_low is not None and model.tau2_ci_high is not None:
            text += f" [{tau2(model.tau2_ci_low, model.tau2)}, {tau2(model.tau2_ci_high, model.tau2)}]"
        parts.append(text)
    parts.append(f"Chi² = {number(model.Q, 2)}, df = {model.Q_df:g} ({p(model.Q_p)})")
    if model.I2 is not None:
        parts.append(f"I² = {number(model.I2, 0)}%")
    return "Heterogeneity: " + "; ".join(parts).replace(" = ", EQUALS)


def overall(model: PooledModel, p: PValue = p_value) -> str:
    """`Test for overall effect: Z = 3.97 (P < 0.0001)`, or T with its degrees of freedom."""
    if model.statistic is None or model.p is None:
        return ""
    name, df = ("Z", "") if model.df is None else ("T", f", df = {model.df:g}")
    return f"Test for overall effect: {name} = {number(abs(model.statistic), 2)}{df} ({p(model.p)})"


TESTS = {
    "auto": "Hartung-Knapp or Wald", "z": "Wald", "t": "t", "knha": "Hartung-Knapp", "adhoc": "Hartung-Knapp (not narrower than Wald)",
}  # fmt: skip
"""Tests of a pooled effect, by their names in the protocol."""
MODEL_WORDS = {
    "random": RANDOM, "common": COMMON, "mh": "Mantel-Haenszel", "peto": "Peto", "glmm": "mixed model",
    "multilevel": "multilevel model",
}  # fmt: skip
MULTI_ARM = {"combine": "Arms combined", "split": "Control divided", "separate": "Arms apart"}
I2_FROM = {"tau2": "tau²", "Q": "Q"}
DEPENDENT = {"aggregate": "Effects of a study aggregated", "robust": "Cluster-robust"}
CHANGES: Mapping[str, Callable[[Any], str]] = {
    "tau2": lambda value: capital(TAU2[value]),
    "test": lambda value: TESTS[value],
    "model": lambda value: capital(MODEL_WORDS[value]),
    "measure": lambda value: capital(MEASURES[value].name),
    "level": lambda value: f"{level_of(value)} intervals",
    "prediction": lambda value: f"{'With' if value else 'Without'} prediction interval",
    "glmm": lambda value: f"Mixed model {value}",
    "i2": lambda value: f"I² from {I2_FROM[value]}",
    "multi_arm": lambda value: MULTI_ARM[value],
    "dependent": lambda value: DEPENDENT[value],
    "rho": lambda value: f"Correlation within studies {value:g}",
    "add": lambda value: f"{value:g} added to empty cells",
    "mh_add": lambda value: f"{value:g} added in Mantel-Haenszel",
    "r": lambda value: f"Correlation with baseline {value:g}",
    "icc": lambda value: f"Intracluster correlation {value:g}",
    "r_paired": lambda value: f"Correlation within people {value:g}",
    "r_parts": lambda value: f"Correlation of components {value:g}",
    "control_risk": lambda value: f"Control risk {value:g}",
    "without": lambda value: f"Without {LEFT_OUT.get(value, value)}",
    "without_studies": lambda value: f"Without {value if isinstance(value, str) else ', '.join(value)}",
}
"""What a sensitivity analysis changes, in words; what is not here is said by its key."""


def sensitivity(analysis: Sensitivity) -> str:
    """What a sensitivity analysis changes: `DerSimonian-Laird, Wald`."""
    return changes(analysis.changes)


def sensitivities(result: Result) -> Iterator[tuple[str, Sensitivity]]:
    """The sensitivity analyses with what each changes, in the order of the protocol; without a total each subgroup has its own, which
    is named: `hand: Wald`."""
    for key, one in result.sensitivity.items():
        level = next((f"{level}: " for level in result.subtotals if key.startswith(f"{level}: ")), "")
        yield f"{level}{sensitivity(one)}", one


def moderator(name: str) -> str:
    """A column that is explored, or two that are joined by a colon, within a sentence: `dose by route`."""
    return " by ".join(map(in_words, name.split(":")))


def levels(result: Result) -> list[float]:
    """The confidence levels of the pooled effect and of its sensitivity analyses."""
    others = (one.changes.get("level", result.level) for one in result.sensitivity.values())
    return [result.level, *others]


def changes(entry: Mapping[str, Any]) -> str:
    """The same of an entry of the protocol, in which a list stands for several analyses: `DerSimonian-Laird or Paule-Mandel`."""
    kind = entry.get("glmm") and entry.get("model") in ("glmm", ["glmm"])  # said with the kind of it
    parts = [_change(key, value) for key, value in entry.items() if not (kind and key == "model")]
    return ", ".join([*parts[:1], *map(within, parts[1:])])


def _change(key: str, value: Any) -> str:
    several = isinstance(value, list | tuple) and key != "without_studies"
    said = [
        CHANGES[key](one) if key in CHANGES else f"{key} = {one}" for one in (value if several else [value])
    ]
    return " or ".join([*said[:1], *map(within, said[1:])])


def within(text: str) -> str:
    """A part of a sentence, without a capital unless it begins with a name or an abbreviation (`HAQ`, `HbA1c`)."""
    first = text.partition(" ")[0]
    short = any(letter.isupper() or letter.isdigit() for letter in first[1:])
    return text if short or first in NAMES else text[:1].lower() + text[1:]


WRITTEN = [
    *TAU2.values(),
    *TESTS.values(),
    *MODEL_WORDS.values(),
    *(one.name for one in MEASURES.values()),
    ANALYSES["correlation"],
    "I²",
]
NAMES = {text.split()[0] for text in WRITTEN if text[0].isupper()}
"""Words that have a capital wherever they stand."""


NOTICES = {"retracted": ("has", "have", f"been {RETRACTED}"), "concern": ("is", "are", f"under an {CONCERN}")}
"""What became of a report, or of several, by what a slice calls it."""


def capital(text: str) -> str:
    """A text that begins with a capital, unless its first word has one behind a small letter, as in pH and mRNA."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def says(name: str, word: str) -> bool:
    """Whether a name has a word, or several, in it: `6 weeks` is in `Pain at 6 weeks` and not in `Pain at 16 weeks`."""
    return re.search(rf"(?<!\w){re.escape(folded(word))}(?!\w)", folded(name)) is not None


def between(test: Between | BetweenNotDone, p: PValue = p_value, kind: str = "") -> str:
    """`Test for subgroup differences: Chi² = 2.04, df = 2 (P = 0.36); I² = 2%`, of several models with the `kind` of each."""
    what = f"Test for subgroup differences{f' ({kind})' if kind else ''}: "
    if isinstance(test, BetweenNotDone):
        return f"{what}{test.not_done}"
    assert test.p is not None
    name, df = ("F", f"{test.df:g}, {test.df2:g}") if test.df2 is not None else ("Chi²", f"{test.df:g}")
    text = f"{name} = {number(test.Q, 2)}, df = {df} ({p(test.p)})"
    text += "" if test.I2 is None else f"; I² = {number(test.I2, 0)}%"
    return what + text.replace(" = ", EQUALS)


def notices(result: Result) -> list[str]:
    """Which pooled studies have a report that was retracted, or is under concern: it is said wherever their numbers stand by themselves."""
    found = grouped(result.studies, lambda study: study.columns.get(NOTICE, ""))
    sentences = []
    for notice, studies in found.items():
        if notice in NOTICES:
            (one, many, said), labels = NOTICES[notice], list(dict.fromkeys(one.label for one in studies))
            reports, became = noun(len(labels), "A report", "Reports"), noun(len(labels), one, many)
            sentences.append(f"{reports} of {listed(labels)} {became} {said}.")
    return sentences


MOST_NAMED = 8
"""As many studies are named in a sentence; of more the number is said."""


def without_value(result: Result, labels: Sequence[str], what: str, where: str) -> list[str]:
    """`Without a value of dose and in no subgroup: Lee 2004.`: studies, by their rows, that an analysis has no place for."""
    if not labels:
        return []
    many = len(labels) > MOST_NAMED
    named = studies_of(result.count_of(labels), len(labels)) if many else ", ".join(labels)
    return [f"Without a value of {in_words(what)} and {where}: {named}."]


def without_subgroup(result: Result, column: str) -> list[str]:
    """The same of subgroups by a column; where there is no total such studies are left out instead."""
    labels = result.subgroups.tests[column].without_value
    return without_value(result, labels, column, "in no subgroup")


def explained(model: PooledModel, kind: str = "") -> str:
    """How interval and variance were obtained, in one sentence; of several models with the `kind` of each."""
    inverse = model if isinstance(model, InverseVariance) else None
    why = f" ({inverse.test_reason})" if inverse and inverse.test_reason else ""
    whose = f"the pooled effect ({kind})" if kind else "the pooled effect"
    parts = [f"Confidence interval of {whose}: {TESTS[model.test]}{why}"]
    if inverse and inverse.tau2_method:
        bounded = ", interval by the Q-profile" if inverse.tau2_ci_low is not None else ""
        parts.append(f"Tau²: {inverse.tau2_method}{bounded}")
    return "; ".join(parts) + "."


TINY, HUGE = 1e-5, 1e6


def tau2(value: float | None, estimate: float | None = None) -> str:
    """The variance between studies, or a limit of its `estimate` with the decimals of that: `0.31`, `0.0012`, `1.1×10⁻¹⁰`; "" without one."""
    size = value if estimate is None else estimate
    if value is None or size is None:
        return ""
    # effects that are small numbers, such as slopes by year, or large ones
    if 0 < size < TINY or value >= HUGE:
        return powered(value) if value else "0"
    return number(value, effect_decimals([size]))


def tau2_column(values: Sequence[float | None]) -> list[str]:
    """The same of variances below each other, with decimals in common: those that all but negligible ones need."""
    known = [value for value in values if value]
    counted = [value for value in known if value >= max(known) / 1000]
    return [tau2(value, min(counted, default=value)) for value in values]


def favours(measure: str, setting: Setting) -> tuple[str, str] | None:
    """What stands under the left and the right side of the axis of a measure; None where one group alone is measured."""
    kind = KINDS[MEASURES[measure].kind]
    if kind.numbers and kind.groups < 2:
        return None
    first, second = f"Favours {setting.intervention}", f"Favours {setting.control}"
    if setting.better == "lower":
        return first, second
    if setting.better == "higher":
        return second, first
    return f"Lower with {setting.intervention}", f"Higher with {setting.intervention}"
