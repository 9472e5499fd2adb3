"""From comparisons to effects: the measure that the protocol asks for, why a study has none, and what was done to its numbers first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evergreen.metaanalysis.effects import effect_sizes, zero_cells
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.metaanalysis.models import MODELS
from evergreen.metaanalysis.trial_designs import PAIRED, paired_effects
from evergreen.protocol.analysis import Analysis
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.comparisons import Comparison
from evergreen.synthesis.effect_settings import EMPTY_CELLS, effect_measure, options
from evergreen.synthesis.result import LeftOut
from evergreen.synthesis.result.study_rows import Preparation, Reason, StudyEffect


@dataclass(frozen=True)
class Studies:
    """The comparisons of an outcome with their effects `yi` and sampling variances `vi` on the analysis scale: what every analysis of it
    starts from."""

    comparisons: list[Comparison]
    measure: str
    yi: Array
    vi: Array

    @property
    def count(self) -> int:
        """How many studies the effects are of, each counted once."""
        return len(set(self.names))

    @property
    def names(self) -> list[str]:
        """The study of each effect."""
        return [comparison.study for comparison in self.comparisons]

    @property
    def equal(self) -> bool:
        """Whether all effects are the same but for rounding, so that nothing is left for a regression to explain."""
        return bool(np.ptp(self.yi) <= 1e-10 * np.abs(self.yi).max())

    @property
    def labels(self) -> list[str]:
        return [comparison.label for comparison in self.comparisons]

    def column(self, name: str) -> list[str]:
        """Values of a study-level column, "" where there is none."""
        return [comparison.columns.get(name, "") for comparison in self.comparisons]

    def data(self) -> dict[str, Array]:
        """The numbers of the measure's kind, NaN for contrasts."""
        return {
            name: np.array([one.numbers.get(name, np.nan) for one in self.comparisons], dtype=float)
            for name in KINDS[MEASURES[self.measure].kind].arrays
        }

    def effects(self) -> list[StudyEffect]:
        """Each effect as the result holds it, with what it was computed from: `arms`, or `parts` where several effects were
        aggregated; neither where the effect was reported as such."""
        return [
            StudyEffect(
                **one.known("study", "label", "arms", "parts", "r_paired", "control"),
                yi=yi,
                vi=vi,
                levels=one.apart_by,
            )
            for one, yi, vi in zip(self.comparisons, self.yi, self.vi, strict=True)
        ]

    def take(self, where: Sequence[bool] | NDArray[np.bool_]) -> Studies:
        """The studies where `where` is true."""
        return self.at(np.flatnonzero(where))

    def at(self, places: Iterable[int]) -> Studies:
        """The studies at these places, in their order."""
        chosen = list(places)
        comparisons = [self.comparisons[at] for at in chosen]
        return Studies(comparisons, self.measure, self.yi[chosen], self.vi[chosen])


def rated(chosen: Sequence[Comparison], outcome: Outcome) -> tuple[Studies, list[LeftOut]]:
    """The comparisons that have an effect with a variance; those without one, with the reason.

    Studies whose tables say nothing of the effect are marked `not_estimable`: their participants and events count.
    """
    measure = effect_measure(outcome)
    stated = ([one.yi for one in chosen], [one.vi for one in chosen])
    studies = Studies(list(chosen), measure, *(np.array(own, dtype=float) for own in stated))  # NaN for None
    nothing = silent(studies)
    # events in no group of any study leave a ratio nothing to rest on, whatever is asked
    given_up = nothing & (outcome.analysis.drop00 | without_events(chosen, measure))
    studies.yi[~given_up], studies.vi[~given_up] = measured(studies.take(~given_up), outcome.analysis)
    counted = MODELS[outcome.analysis.model].counts
    kept, left_out = [], []
    each = zip(chosen, studies.yi, studies.vi, nothing, strict=True)
    for place, (comparison, effect, variance, says_nothing) in enumerate(each):
        if counted and comparison.yi is not None:
            reason = "reported as an estimate only, and this model needs counts"
        elif counted and comparison.r_paired is not None:
            reason = "a crossover trial, and this model takes both groups for different people"
        elif outcome.analysis.model == "glmm" and not _whole(comparison):
            reason = "its sizes are effective ones, and this model needs whole people"
        elif np.isfinite(effect) and np.isfinite(variance) and variance > 0:
            kept.append(place)
            continue
        elif variance == 0:
            reason = "its effect has no sampling variance"
        else:
            reason = why_not(measure, comparison.numbers)
        columns = comparison.columns if says_nothing else {}
        left_out.append(comparison.left_out(reason, not_estimable=bool(says_nothing), columns=columns))
    return studies.at(kept), left_out


def _whole(comparison: Comparison) -> bool:
    """Whether its people and events are whole numbers."""
    counts = [number for name, number in comparison.numbers.items() if name.rstrip("12") in ("n", "events")]
    return all(float(number).is_integer() for number in counts)


def measured(studies: Studies, analysis: Analysis) -> tuple[Array, Array]:
    """`yi` and `vi` (one per comparison): reported contrasts as they are, the rest from the numbers of the arms."""
    yi, vi, measure, how = studies.yi, studies.vi, studies.measure, options(studies.measure, analysis)
    armed = [one.yi is None for one in studies.comparisons]
    if not any(armed):
        return yi, vi
    part = studies.take(armed)
    yi[armed], vi[armed] = effect_sizes(measure, part.data(), **how)
    r = np.array([one.r_paired for one in part.comparisons], dtype=float)  # NaN for None
    if measure in PAIRED and not np.isnan(r).all():  # Peto's method knows no pairs: `rated` says so
        # of all of them: an empty cell in one may correct every other
        cells = {name: how[name] for name in EMPTY_CELLS if name in how}
        own, paired = paired_effects(measure, part.data(), r, **cells), np.flatnonzero(armed)[~np.isnan(r)]
        yi[paired], vi[paired] = (values[~np.isnan(r)] for values in own)
    return yi, vi


def silent(studies: Studies) -> NDArray[np.bool_]:
    """Which comparisons' counts say nothing of the effect; a reported effect always says something."""
    if not MEASURES[studies.measure].silent:
        return np.zeros(len(studies.yi), dtype=bool)
    return zero_cells.silent(studies.measure, studies.data())


def without_events(chosen: Sequence[Comparison], measure: str) -> bool:
    """Whether a ratio has no event to rest on in any group of any study: corrections alone would make its estimate."""
    own = MEASURES[measure]
    if own.kind not in {"table", "two_rates"} or own.scale != "log":
        return False
    return bool(chosen) and all(
        one.yi is None and one.numbers["events1"] == one.numbers["events2"] == 0 for one in chosen
    )


def why_not(measure: str, numbers: Mapping[str, float]) -> str:
    """The sentence for a study whose numbers are there but give no effect."""
    kind = MEASURES[measure].kind
    if kind in {"table", "two_rates"}:
        if numbers["events1"] == 0 and numbers["events2"] == 0:
            return Reason("no_events", "no events in either group")
        if kind == "table" and numbers["events1"] == numbers["n1"] and numbers["events2"] == numbers["n2"]:
            return Reason("all_events", "everybody in both groups has the event")
        return "an empty cell leaves its effect undefined"
    if kind == "correlation" and (abs(numbers["r"]) == 1 or numbers["n"] <= 4):
        few = numbers["n"] <= 4
        why = "it has four or fewer participants" if few else f"its correlation is {numbers['r']:g}"
        return f"{why}, which leaves the effect without a sampling variance"
    if kind == "two_means":
        if min(numbers["n1"], numbers["n2"]) <= 1:
            return "a group has fewer than two participants"
        if MEASURES[measure].scale == "log":
            return "a mean or standard deviation is not positive, so a ratio has no logarithm"
    return "its effect cannot be computed from the numbers given"


def prepared(studies: Studies, outcome: Outcome) -> Preparation:
    """What was done to the pooled effects of an outcome (its entry in the protocol, with `analysis`)."""
    analysis, ones = outcome.analysis, studies.comparisons
    shared = sum(bool(one.part) and bool(one.arms) for one in ones)
    in_model = analysis.model == "mh" and analysis.mh_add
    return Preparation(
        derived=sum(one.derived for one in ones),
        imputed=sum(one.imputed for one in ones),
        corrected=_corrected(studies, options(studies.measure, analysis)),
        corrected_in_model=_corrected(studies, {"to": "only0", "add": 1}) if in_model else 0,
        combined=sum(one.combined for one in ones),
        divided=shared if outcome.multi_arm == "split" else 0,
        apart=shared if outcome.multi_arm == "separate" else 0,
        aggregated=sum(bool(one.parts) for one in ones),
        clustered=sum(one.clustered for one in ones),
        paired=sum(one.r_paired is not None for one in ones),
    )


def _corrected(studies: Studies, chosen: Mapping[str, Any]) -> int:
    """Of how many studies a correction of empty cells changes the effect or its variance."""
    measure = studies.measure
    counted = studies.take([one.yi is None and bool(one.numbers) for one in studies.comparisons])
    if not counted.comparisons or "to" not in MEASURES[measure].options:
        return 0
    data = counted.data()
    own = {name: value for name, value in chosen.items() if name not in EMPTY_CELLS}
    with_it = np.array(effect_sizes(measure, data, **chosen))
    without = np.array(effect_sizes(measure, data, **own, to="none"))
    differ = (with_it != without) & ~(np.isnan(with_it) & np.isnan(without))
    return int(np.any(differ, axis=0).sum())
