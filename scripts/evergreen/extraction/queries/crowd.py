"""Robust comparisons: how far a number lies from what is expected of it, and which correction would bring it there.

A reference is where a number is expected and how widely such numbers spread: the other arms, the other time points, the
baseline, the other studies. Its weight is that of Student's t distribution with four degrees of freedom, so that a single
reference never decides alone, however far away a number is (Lange 1989, J Am Stat Assoc 84:881). Centre and spread of other
studies are median and MAD, which half of them cannot move (Hampel 1974), or the
deviation that a fifth exceeds where that is wider.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

FEWEST = 5
"""Other studies below which nothing is compared with them."""
NORMAL = 1.4826
"""MAD of a normal distribution's values to its standard deviation."""
FAR_FIFTH = 1.2816
"""The same of the deviation that a fifth of them exceeds."""
_DEGREES = 4.0


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a number is expected, and how widely such numbers spread (a standard deviation)."""

    centre: float
    spread: float

    def distance(self, value: float) -> float:
        return (value - self.centre) / self.spread

    def loss(self, value: float) -> float:
        """How much against a value, as minus its logarithmic likelihood (t, four degrees of freedom); 0 at the centre."""
        return 0.5 * (_DEGREES + 1) * math.log1p(self.distance(value) ** 2 / _DEGREES)


def loss(references: Iterable[Reference], value: float) -> float:
    return sum(reference.loss(value) for reference in references)


class Crowd:
    """A number of each study of a crowd; what the others lead to expect of one of them."""

    def __init__(self, values: Mapping[str, Sequence[float]], floor: float) -> None:
        """`values` by study, of which the median counts; `floor`: the smallest spread that is believed."""
        self._of = {study: median(several) for study, several in values.items() if several}
        self._floor = floor
        self._sorted = sorted(self._of.values())
        self._whole: Reference | None = None
        self._known: dict[str, Reference | None] = {}

    def without(self, study: str) -> Reference | None:
        """What the other studies lead to expect; None where there are too few.

        Of more than 40 studies one moves median and MAD too little to compute them anew.
        """
        if study not in self._known:
            self._known[study] = self._without(study)
        return self._known[study]

    def _without(self, study: str) -> Reference | None:
        own = self._of.get(study)
        others = len(self._sorted) - (own is not None)
        if others < FEWEST:
            return None
        if own is None or len(self._sorted) > 40:
            if self._whole is None:
                self._whole = self._reference(self._sorted)
            return self._whole
        at = bisect_left(self._sorted, own)
        return self._reference(self._sorted[:at] + self._sorted[at + 1 :])

    def _reference(self, values: Sequence[float]) -> Reference:
        centre = median(values)
        away = sorted(abs(value - centre) for value in values)
        # The far fifth counts as well: outcomes differ more between studies than a normal distribution of their middle says.
        mad = max(NORMAL * median(away), away[math.ceil(0.8 * len(away)) - 1] / FAR_FIFTH)
        # Median and MAD of few are uncertain themselves.
        return Reference(centre, max(mad, self._floor) * (1 + 1.5 / len(values)))


def spread_of(deviations: Sequence[float], *, usual: float, floor: float) -> float:
    """Robust spread of deviations about 0, no smaller than `floor`; what is `usual` where there are few of them."""
    if len(deviations) < FEWEST:
        return usual
    return max(NORMAL * median(map(abs, deviations)), floor)
