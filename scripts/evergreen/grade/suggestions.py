"""What the data suggest of each domain of GRADE. A suggestion stands beside a person's rating and never takes its place.

Sources: Cochrane Handbook 14.2 and 13.3.5; GRADE guidelines 4 (risk of bias: most of the information), 6 (imprecision, optimal information size),
9 (large effects). Inconsistency is read from the prediction interval as in CINeMA (Nikolakopoulou et al. 2020): thresholds that it
reaches and the confidence interval does not. Above which numbers something is suggested says the protocol (`certainty`).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evergreen.bias.certainty import DOWN, UP
from evergreen.bias.tools.anatomy import HIGH_RISK, LOW_RISK
from evergreen.figures import scales
from evergreen.figures.wording import capital
from evergreen.grade.absolute import (
    Absolute,
    Interval,
    InUnits,
    Ruler,
    control_risk,
    control_sd,
    says_nothing,
)
from evergreen.metaanalysis import information_size
from evergreen.metaanalysis.absolute_risk import RISKS, of_risks
from evergreen.protocol.grading import STANDARDISED, Certainty
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.synthesis.result import PooledModel, Result, Study
from evergreen.synthesis.result.analyses import Asymmetry, SmallStudy
from evergreen.synthesis.result.study_rows import in_all_groups
from evergreen.tables import grouped

MOST_DOWN = 2
LARGE, VERY_LARGE = 2.0, 5.0
"""Relative risks, or one through them, that are large and very large (GRADE guidelines 9)."""
PEOPLES = "Not in the data: judged by people."


@dataclass(frozen=True)
class Suggestion:
    """Levels to rate down (negative) or up, and the numbers that say so; None where the data say nothing or the domain does not apply."""

    levels: int | None
    why: str


@dataclass(frozen=True)
class InformationSize:
    """The optimal information size: how many `people` or `events` are needed, how many there are, and to show what."""

    needed: float
    there: float
    what: str
    to_show: str


def suggested(
    outcome: Outcome,
    result: Result,
    rules: Certainty,
    ruler: Ruler | None,
    means: Absolute | None,
    units: InUnits | None,
    *,
    starts_low: bool,
    missing: str = "",
) -> dict[str, Suggestion]:
    """By domain. `ruler` and `means` are those of the first risk; `missing` is the judgement by ROB-ME of the synthesis."""
    model = result.pooled
    none = dict.fromkeys((*DOWN, *UP), Suggestion(None, PEOPLES))
    if model is None:
        why = "Nothing was pooled: judged by people." if result.every else "No study reports it."
        return dict.fromkeys(none, Suggestion(None, why))
    size = information(outcome, result, rules, means, units)
    return {
        **none,
        "risk_of_bias": risk_of_bias(result, rules.most),
        "inconsistency": inconsistency(result, model, ruler),
        "imprecision": imprecision(model, ruler, size),
        "publication_bias": publication_bias(result, rules.asymmetry_p, missing),
        "large_effect": large_effect(outcome, model, ruler, means, starts_low=starts_low),
    }


def risk_of_bias(result: Result, most: float) -> Suggestion:
    """By the shares of the weight of studies at low and at high risk overall."""
    if any(study.columns.get("rob_overall", "").isdecimal() for study in result.studies):
        return Suggestion(None, "A total of stars is no judgement of the risk: judged by people.")
    weights = _weights(result.studies)
    whole = sum(weights)
    shares = {"low": 0.0, "high": 0.0, "in between": 0.0, "not judged": 0.0}
    for study, weight in zip(result.studies, weights, strict=True):
        shares[_risk(study)] += weight / whole
    said = "; ".join(f"{name} {share:.0%}" for name, share in shares.items() if share)
    why = f"Share of the weight by overall risk of bias: {said}."
    if shares["not judged"] > most:
        return Suggestion(None, why)
    levels = -2 if shares["high"] > most else 0 if shares["low"] > most else -1
    return Suggestion(levels, why)


def _risk(study: Study) -> str:
    level = folded(study.columns.get("rob_overall", ""))
    if not level:
        return "not judged"
    return "high" if level in HIGH_RISK else "low" if level in LOW_RISK else "in between"


def _weights(studies: Sequence[Study]) -> list[float]:
    """The weights in the pooled effect; of a model without any, such as a mixed one, by inverse variance."""
    known = [study.weight for study in studies if study.weight is not None]
    return known if len(known) == len(studies) else [1 / study.vi for study in studies]


def inconsistency(result: Result, model: PooledModel, ruler: Ruler | None) -> Suggestion:
    """By what the prediction interval reaches beyond the confidence interval, and by studies that contradict each other."""
    by_study = grouped(result.studies, lambda one: one.study)
    if len(by_study) < 2:
        return Suggestion(None, "One study: does not apply.")
    # what effects of one study say of each other is no difference between studies
    pairs = _pairs(result.studies) - sum(map(_pairs, by_study.values()))
    apart = _disjoint(result.studies) - sum(map(_disjoint, by_study.values()))
    whose = "studies" if len(by_study) == result.k else "effects of different studies"
    why = [f"Intervals of {pairs - apart} of {pairs} pairs of {whose} overlap"]
    if model.I2 is not None:
        why.append(f"I² {model.I2:.0f}%")
    further = _further(model, ruler)
    if model.pi_low is None:
        why.append("no prediction interval")
    elif further is not None:
        why.append(
            f"the prediction interval reaches {_lines(further)} that the confidence interval does not"
            if further
            else "the prediction interval reaches no threshold more than the confidence interval"
        )
    against = ruler is not None and _contradict(result, ruler)
    if against:
        why.append("intervals that do not overlap lie on different sides of a threshold")
    if ruler is None:
        return Suggestion(None, "; ".join(why) + ".")
    levels = max(further or 0, int(against))
    return Suggestion(-min(levels, MOST_DOWN), "; ".join(why) + ".")


def _further(model: PooledModel, ruler: Ruler | None) -> int | None:
    if ruler is None:
        return None
    wide, narrow = ruler.crossed(model.pi_low, model.pi_high), ruler.crossed(model.ci_low, model.ci_high)
    return None if wide is None or narrow is None else max(wide - narrow, 0)


def _pairs(effects: Sequence[Study]) -> int:
    return len(effects) * (len(effects) - 1) // 2


def _disjoint(effects: Sequence[Study]) -> int:
    """Pairs of effects whose intervals do not overlap."""
    lows = sorted(one.ci_low for one in effects)
    return sum(len(lows) - bisect_right(lows, one.ci_high) for one in effects)


def _contradict(result: Result, ruler: Ruler) -> bool:
    """Whether the intervals of two studies do not overlap and their estimates lie on different sides of a threshold."""
    for line in ruler.lines:
        below = [study for study in result.studies if ruler.of(study.yi) < line]
        above = sorted(
            (study for study in result.studies if ruler.of(study.yi) > line), key=lambda one: -one.ci_low
        )
        # the highest, and for effects of its own study the highest of another
        others = [study for study in above if study.study != above[0].study]
        for high in (*above[:1], *others[:1]):
            if any(high.ci_low > low.ci_high and high.study != low.study for low in below):
                return True
    return False


def _lines(number: int) -> str:
    return "a threshold" if number == 1 else f"{number} thresholds"


def imprecision(model: PooledModel, ruler: Ruler | None, size: InformationSize | None) -> Suggestion:
    """By the thresholds between the limits, and where there are none by the optimal information size."""
    crossed = None if ruler is None else ruler.crossed(model.ci_low, model.ci_high)
    if crossed is None or ruler is None:
        return Suggestion(None, "There is no threshold to compare the interval with.")
    minimal = ruler.thresholds.minimal
    least = "" if minimal is None else f"{minimal:g} {ruler.unit}".strip()
    if minimal is None:
        why = f"The confidence interval {'includes' if crossed else 'excludes'} no effect"
    elif crossed == 2:
        why = f"The confidence interval includes differences of {least} and more in both directions"
    else:
        why = f"The confidence interval reaches over {'the' if crossed else 'no'} threshold of {least}"
    levels = -min(crossed, MOST_DOWN)
    if size is not None:
        short = size.there < size.needed
        why += f"; {size.there:,.0f} {size.what}, optimal information size {math.ceil(size.needed):,} (to show {size.to_show})"
        levels = -1 if short and not crossed else levels
    return Suggestion(levels, why + ".")


def information(
    outcome: Outcome, result: Result, rules: Certainty, means: Absolute | None, units: InUnits | None
) -> InformationSize | None:
    """The optimal information size; None where the measure has none, or a number is missing for it."""
    if outcome.measure in ("MD", *STANDARDISED):
        return _for_means(outcome, result, rules, units)
    if outcome.measure in RISKS:
        return _for_risks(outcome, result, rules, means.baseline.risk if means else control_risk(result))
    return None


def _for_means(
    outcome: Outcome, result: Result, rules: Certainty, units: InUnits | None
) -> InformationSize | None:
    people, minimal = _people(result), outcome.thresholds.minimal
    difference, sd, to_show = rules.standardised, 1.0, f"{rules.standardised:g} standard deviations"
    if minimal is not None:
        difference, to_show = minimal, f"{minimal:g} standard deviations"
        if outcome.measure == "MD" or outcome.re_expressed is not None:
            found = control_sd(result) if outcome.measure == "MD" else units.sd if units else None
            if found is None:
                return None
            sd, to_show = found, f"{minimal:g} with a standard deviation of {found:.3g}"
    if people is None:
        return None
    needed = information_size.people_for_means(difference, sd, alpha=rules.alpha, power=rules.power)
    return InformationSize(needed, people, "participants", to_show)


def _for_risks(
    outcome: Outcome, result: Result, rules: Certainty, risk: float | None
) -> InformationSize | None:
    minimal, ratio = outcome.thresholds.minimal, 1 - rules.relative_reduction
    other = None if risk is None else risk * ratio
    to_show = f"a relative reduction of {scales.level_of(rules.relative_reduction)}"
    if minimal is not None and risk is not None:
        step = minimal / 1000
        other, to_show = (risk - step if risk > step else risk + step), f"{minimal:g} per 1000"
    if any(one is not None and not 0 < one < 1 for one in (risk, other)):
        return None
    if outcome.measure == "HR":
        events = _used(result, "events")
        if events is None:
            return None
        if minimal is not None and risk is not None and other is not None:
            ratio = of_risks("HR", other, risk)
        needed = information_size.events_for_hazards(ratio, alpha=rules.alpha, power=rules.power)
        return InformationSize(needed, events, "events", to_show)
    people = _people(result)
    if people is None or risk is None or other is None:
        return None
    needed = information_size.people_for_risks(risk, other, alpha=rules.alpha, power=rules.power)
    return InformationSize(
        needed, people, "participants", f"{to_show} from {scales.per_1000(risk, risk)} per 1000"
    )


def _people(result: Result) -> float | None:
    """Participants, of cluster-randomised trials the effective sample size."""
    every = [one for study in result.counted for one in (study, *getattr(study, "parts", ()))]
    if any(arm.effective_n is not None for one in every for arm in one.arms.values()):
        return _used(result, "n")
    return result.participants


def _used(result: Result, name: str) -> float | None:
    """A number of all arms together; None where one does not say it, and of effects that are of no arms, as aggregated ones."""
    return in_all_groups(result.counted, lambda arm: arm.used(name))


def publication_bias(result: Result, asymmetry_p: float, missing: str) -> Suggestion:
    """By the tests of small-study effects, and the judgement by ROB-ME where the review has one."""
    why, levels = [], None
    found = result.small_study
    if isinstance(found, SmallStudy):
        done = {name: test.p for name, test in found.tests.items() if isinstance(test, Asymmetry)}
        known = {name: p for name, p in done.items() if p is not None}
        if known:
            levels = -1 if min(known.values()) < asymmetry_p else 0
            why.append(
                "; ".join(f"{name}'s test of small-study effects: {_p(p)}" for name, p in known.items())
            )
    else:
        why.append(capital(found.not_done).rstrip("."))
    if missing:
        why.append(f"ROB-ME: {missing} risk of bias by missing evidence")
        own = -1 if folded(missing) in HIGH_RISK else 0
        levels = own if levels is None else min(levels, own)
    return Suggestion(levels, ". ".join(why) + "." if why else PEOPLES)


def _p(value: float) -> str:
    return "P < 0.001" if value < 0.001 else f"P = {value:.2g}"


def large_effect(
    outcome: Outcome, model: PooledModel, ruler: Ruler | None, means: Absolute | None, *, starts_low: bool
) -> Suggestion:
    """By the relative risk that the effect means at the first risk without the intervention, where it excludes no effect."""
    if not starts_low:
        return Suggestion(None, "Does not apply to evidence that starts high.")
    if outcome.measure not in RISKS or means is None or says_nothing(outcome.measure, means.baseline.risk):
        return Suggestion(None, "There is no relative risk.")
    ratio: Interval = means.risk.map(lambda risk: risk / means.baseline.risk)
    beyond = ratio.low > 1 or ratio.high < 1
    size = max(ratio.estimate, 1 / ratio.estimate if ratio.estimate else float("inf"))
    levels = (2 if size >= VERY_LARGE else 1 if size >= LARGE else 0) if beyond else 0
    return Suggestion(
        levels, f"Relative risk {ratio.estimate:.2g} (interval {ratio.low:.2g} to {ratio.high:.2g})."
    )


def changes(
    then: PooledModel | None, now: PooledModel | None, ruler: Ruler | None
) -> Mapping[str, tuple[int, int]]:
    """Domains in which the intervals of then suggested other levels than those of now: by domain (then, now), levels down."""
    if then is None or now is None or ruler is None:
        return {}
    found = {}
    before, after = ruler.crossed(then.ci_low, then.ci_high), ruler.crossed(now.ci_low, now.ci_high)
    if before is not None and after is not None and before != after:
        found["imprecision"] = (-before, -after)
    first, last = _further(then, ruler), _further(now, ruler)
    if first is not None and last is not None and first != last:
        found["inconsistency"] = (-first, -last)
    return found
