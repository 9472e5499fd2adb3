"""The comparisons of an outcome with their effects: what every analysis of it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import MEASURES
from evergreen.synthesis import comparisons
from evergreen.synthesis.comparisons import Comparison
from evergreen.synthesis.result.study_rows import StudyEffect


@dataclass(frozen=True)
class Studies:
    """Comparisons with their effects `yi` and sampling variances `vi` on the analysis scale."""

    comparisons: list[Comparison]
    measure: str
    yi: Array
    vi: Array

    @classmethod
    def of(cls, rated: Sequence[tuple[Comparison, float, float]], measure: str) -> Studies:
        return cls(
            [comparison for comparison, _, _ in rated],
            measure,
            np.array([effect for _, effect, _ in rated], dtype=float),
            np.array([variance for _, _, variance in rated], dtype=float),
        )

    @property
    def count(self) -> int:
        """How many studies the effects are of, each counted once."""
        return len(set(self.names))

    @property
    def names(self) -> list[str]:
        """The study of each effect."""
        return [comparison.study for comparison in self.comparisons]

    @property
    def labels(self) -> list[str]:
        return [comparison.label for comparison in self.comparisons]

    @property
    def rounds(self) -> list[str | None]:
        return [comparison.round for comparison in self.comparisons]

    def column(self, name: str) -> list[str]:
        """Values of a study-level column, "" where there is none."""
        return [comparison.columns.get(name, "") for comparison in self.comparisons]

    def data(self) -> dict[str, Array]:
        """The numbers of the measure's kind, NaN for contrasts."""
        return comparisons.arrays(self.comparisons, MEASURES[self.measure].kind)

    def effects(self) -> list[StudyEffect]:
        """Each effect as the result holds it, with what it was computed from: `arms`, or `parts` where several effects were
        aggregated; neither where the effect was reported as such."""
        return [
            StudyEffect(
                **one.known("study", "label", "arms", "parts", "r_paired", "control"),
                yi=yi,
                vi=vi,
                levels={name: label for name, label in one.levels.items() if label and one.part},
            )
            for one, yi, vi in zip(self.comparisons, self.yi, self.vi, strict=True)
        ]

    def take(self, where: Sequence[bool] | NDArray[np.bool_]) -> Studies:
        """The studies where `where` is true."""
        mask = np.asarray(where, dtype=bool)
        kept = [one for one, keep in zip(self.comparisons, mask, strict=True) if keep]
        return Studies(kept, self.measure, self.yi[mask], self.vi[mask])

    def intervals(self, level: float) -> tuple[Array, Array]:
        """Wald interval of each study."""
        half = special.ndtri(0.5 + level / 2) * np.sqrt(self.vi)
        return self.yi - half, self.yi + half
