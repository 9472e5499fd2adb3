"""The cells and sentences of a summary of findings: numbers are rounded here, once."""

from __future__ import annotations

import math
import re

from evergreen.counting import plural, studies_of
from evergreen.figures import scales
from evergreen.figures.wording import capital, within
from evergreen.grade.absolute import Absolute, Baseline, Interval, InUnits, Needed
from evergreen.grade.finding import Finding, Moved
from evergreen.protocol.grading import IN_UNITS, STANDARDISED
from evergreen.protocol.outcomes import Outcome
from evergreen.report.effects import named
from evergreen.synthesis.result import PooledModel
from evergreen.synthesis.result.analyses import Round

SPACE = "\N{NO-BREAK SPACE}"
LABELS = {"benefit": "NNTB", "harm": "NNTH", "fewer": "NNT for one fewer", "more": "NNT for one more"}
SERIOUS = {0: "not serious", 1: "serious", 2: "very serious", 3: "extremely serious"}

# Size of the effect by certainty: the published pattern of plain statements (Santesso et al. 2020, J Clin Epidemiol 119:126;
# Cochrane Handbook, table 15.6.b). The verb is in the third person where nothing stands before it, but for `may`.
HOW_SURE = {"high": ("", "s"), "moderate": ("likely ", "s"), "low": ("may ", "")}
STATEMENTS = {
    "large": "{who} {sure}result{s} in a large {change} in {what}",
    "moderate": "{who} {sure}{verb}{s} {what}",
    "important": "{who} {sure}{verb}{s} {what}",
    "": "{who} {sure}{verb}{s} {what}",
    "small": "{who} {sure}{verb}{s} {what} slightly",
    "trivial": "{who} {sure}result{s} in little to no difference in {what}",
}
CHANGE = re.compile(
    r"(?:(?:mean|absolute|relative|per ?cent(?:age)?|%) )*changes?(?: from baseline)? (?:in|of) (.+)|(.+?),? changes?(?: from baseline)?",
    re.IGNORECASE,
)
LASTING = re.compile(
    r"surviv|time[ -](to|until)[ -]|-free\b|freedom from|duration of|\b(OS|[PDERM]FS)\b", re.IGNORECASE
)
BOTH_WAYS = "The interval includes both an increase and a reduction in {what}"
SPREADS = frozenset({"COR", "ZCOR", "VR", "VRC"})
"""How values go together, or lie apart: what the intervention does to an outcome is another thing."""
UNCERTAIN = "The evidence is very uncertain about the effect of {who} on {what}"


def statements(found: Finding) -> str:
    """What the effect means, at each risk without the intervention where that makes a difference."""
    said: dict[str, list[str]] = {}
    for place in range(len(found.sizes)):
        base = found.means[place].baseline if found.means else None
        whose = (base.name or f"{per_1000(base, base.risk)} per 1000") if base else ""
        said.setdefault(statement(found, place), []).append(whose)
    if len(said) == 1:
        return next(iter(said))
    return " ".join(f"{capital(' and '.join(whose))}: {text}" for text, whose in said.items())


def statement(found: Finding, place: int = 0) -> str:
    """What the effect means in one plain sentence, at the risk of that place; "" where nobody rated the evidence, and for measures that do
    not say what the intervention does."""
    if found.rating is None or not _tells(found):
        return ""
    name, sureness = found.outcome.favours.intervention, found.rating.certainty
    who = capital("the intervention" if name == "intervention" else name)
    what = _affected(found.outcome)
    if sureness == "very low":
        return UNCERTAIN.format(who=within(who), what=what) + "."
    if says_both_ways(found):
        return BOTH_WAYS.format(what=what) + "."
    sure, s = HOW_SURE[sureness]
    verb, change = ("increase", "increase") if found.increases else ("reduce", "reduction")
    size = found.sizes[place]
    text = STATEMENTS[size].format(who=who, what=what, sure=sure, s=s, verb=verb, change=change)
    certain = found.excludes_none or size == "trivial"
    # A lower score of sleep quality may be a better sleep: the name of an outcome does not say which way its scale runs.
    better = found.outcome.better if found.outcome.measure in (*IN_UNITS, *STANDARDISED) else None
    if better and size != "trivial":
        text += f", where {better} is better"
    return text + ("." if certain else "; the interval includes no effect.")


def says_both_ways(found: Finding) -> bool:
    """Whether nothing more can be said of a rated effect than that its interval includes both directions: no threshold says how large
    it is."""
    if found.rating is None or found.rating.certainty == "very low":
        return False
    return _tells(found) and not found.size and not found.excludes_none


def _tells(found: Finding) -> bool:
    """Whether an effect is there, of a measure that says what the intervention does to the outcome."""
    return found.effect is not None and found.ruler is not None and found.outcome.measure not in SPREADS


def counts_events(outcome: Outcome) -> bool:
    """Whether an outcome is named by how long people go without the event that its hazards and risks are of."""
    return outcome.measure == "HR" and LASTING.search(outcome.name) is not None


def _affected(outcome: Outcome) -> str:
    """What an effect increases or reduces. More events of a hazard ratio are a shorter survival; and a greater fall of pain than with the
    control is a negative difference of changes, which reduces pain and not its change."""
    if counts_events(outcome):
        return f"the hazard of an event ({within(outcome.name)})"
    differs = outcome.measure in (*IN_UNITS, *STANDARDISED)
    changed = CHANGE.fullmatch(outcome.name) if differs else None
    return within((changed[1] or changed[2]) if changed else outcome.name)


def per_1000(baseline: Baseline, value: float) -> str:
    """People among 1000, of a fraction, with the decimals that go with the risk without the intervention."""
    return scales.per_1000(value, baseline.risk)


def effect(found: Finding, level: float | None = None) -> str:
    """`RR 0.75 (0.60 to 0.90)`, with a `level` `RR 0.75 (95% CI 0.60 to 0.90)`, which may go on in another line, for columns are narrow;
    "" where nothing is pooled."""
    return _effect(found, found.result.pooled, level)


def risk_without(one: Absolute) -> str:
    """`200 per 1000 at 5 years`."""
    base = one.baseline
    return f"{per_1000(base, base.risk)} per 1000" + (f" at {base.at}" if base.at else "")


def risk_with(one: Absolute) -> str:
    """`150 per 1000 (120 to 180)`."""
    best, low, high = (per_1000(one.baseline, risk) for risk in one.risk)
    return f"{best} per 1000 ({low} to {high})"


def difference(one: Absolute) -> str:
    """`50 fewer per 1000 (80 fewer to 10 more)`."""
    best, low, high = one.difference

    def said(value: float, unit: str = "") -> str:
        number = per_1000(one.baseline, abs(value))
        if float(number) == 0:
            return f"0{unit}"
        return f"{number}{SPACE}{'fewer' if value < 0 else 'more'}{unit}"

    return f"{said(best, ' per 1000')} ({said(low)} to {said(high)})"


def shift(interval: Interval, decimals: int, unit: str, of: str = "") -> str:
    """`0.66 lower (0.97 lower to 0.35 lower)`, `of` behind the first."""

    def said(value: float, unit: str = "") -> str:
        number = scales.number(abs(value), decimals)
        behind = f" {unit}" if unit else ""
        if float(number) == 0:
            return f"{number}{behind}"
        return f"{number}{behind}{SPACE}{'lower' if value < 0 else 'higher'}"

    best, low, high = interval
    return f"{said(best, unit)}{of} ({said(low)} to {said(high)})"


def in_units(units: InUnits) -> str:
    """A standardised difference in the units of its instrument."""
    decimals = scales.effect_decimals(list(units.difference))
    return shift(units.difference, decimals, units.unit, f" on {units.instrument}")


def shifted(found: Finding) -> str:
    """An effect that is a difference of values: in units of an instrument, of the outcome, or in standard deviations; "" of another kind."""
    measure = found.outcome.measure
    if found.units is not None:
        return in_units(found.units)
    if found.effect is None or measure not in (*IN_UNITS, *STANDARDISED):
        return ""
    unit = found.outcome.unit if measure in IN_UNITS else "standard deviations"
    return shift(found.effect, found.scale.decimals, unit)


def number_needed(found: Needed) -> str:
    """`NNTB 20 (NNTB 9 to ∞ to NNTH 45)`, `NNTB 20 (12 to 45)`: whole numbers, rounded up."""
    best = f"{LABELS[found.toward]}{SPACE}{people(found.estimate)}" if found.toward else "∞"
    ends = list(zip(found.limits, found.limits_toward, strict=True))
    if found.through_infinity:
        own = sorted(ends, key=lambda end: end[1] != (found.toward or ends[0][1]))
        first, last = (f"{LABELS[toward]}{SPACE}{people(number)}" for number, toward in own)
        return f"{best} ({first}{SPACE}to{SPACE}∞{SPACE}to{SPACE}{last})"
    low, high = sorted(number for number, _ in ends)
    return f"{best} ({people(low)}{SPACE}to{SPACE}{people(high)})"


def people(number: float) -> str:
    """People to treat, rounded up to whole ones (Cochrane Handbook 15.4.2)."""
    # What is whole but for the last bits of a double is whole.
    return "∞" if math.isinf(number) else f"{math.ceil(number * (1 - 1e-9)):,}"


def domain(name: str) -> str:
    """A domain of GRADE as it is read: `risk of bias`."""
    return name.replace("_", " ")


def certainty(found: Finding) -> str:
    """`⊕⊕⊕◯ moderate`, or why there is none."""
    if found.rating is None:
        return "not rated" if found.result.every else "no study"
    return f"{found.rating.symbols} {found.rating.certainty}"


def levels(number: int | None) -> str:
    """`−1`, `+2`, `0`; a dash where nothing is said."""
    return "–" if number is None else f"{number:+d}".replace("-", scales.MINUS) if number else "0"


def moved(found: Finding, change: Moved) -> str:
    """What came after the rating, and what the data suggested then and suggest now."""
    now = _with_studies(found, change.now)
    then = change.then
    before = "nothing was pooled" if then is None else _with_studies(found, then)
    added = plural(change.added, "study was", "studies were")
    text = f"{found.outcome.name}: rated for the data of {change.rated} ({before}). Since then {added} added: {now}."
    for name, (earlier, later) in change.domains.items():
        text += f" By its intervals, {domain(name)} was {levels(earlier)} then and is {levels(later)} now."
    return text


def _effect(found: Finding, model: PooledModel | None, level: float | None = None) -> str:
    if model is None or model.estimate is None:
        return ""
    return named(model, found.scale, level).replace(f"{SPACE}to{SPACE}", " to ")


def _with_studies(found: Finding, look: Round) -> str:
    return f"{_effect(found, look.model) or 'not pooled'}, {studies_of(look.studies, look.k)}"


def missing_people(found: Finding) -> str:
    """How much an update would have to bring for the optimal information size; "" where it is reached or not known."""
    size = found.information
    if size is None or size.there >= size.needed:
        return ""
    return (
        f"{found.outcome.name}: {math.ceil(size.needed - size.there):,} more {size.what} would make up the optimal information size of"
        f" {math.ceil(size.needed):,} (to show {size.to_show})."
    )
