"""Whether people rated an outcome for the studies that it has now. Loads no mathematics: the status asks it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evergreen.bias.certainty import Rating
from evergreen.counting import listed, noun
from evergreen.synthesis.result import LeftOut, Result, Study


@dataclass(frozen=True)
class Recounted:
    """An outcome that has another number of studies than it was `rated` for: `now`, of which `later` came in rounds after that of the rating,
    0 where it names none."""

    rated: tuple[int, ...]
    now: int
    later: int

    @property
    def said(self) -> str:
        """`rated for 5 studies, and has 7 now`."""
        of_then = listed(map(str, self.rated))
        later = f", {self.later} of them from later rounds" if self.later else ""
        return (
            f"rated for {of_then} {noun(max(self.rated), 'study', 'studies')}, and has {self.now} now{later}"
        )


def reporting(result: Result) -> Sequence[Study | LeftOut]:
    """The studies that count; where nothing is pooled those that answer the question all the same."""
    return result.counted if result.studies else result.answering


def rounds_since(result: Result, rating: Rating) -> list[str]:
    """The rounds that brought data after the one that the rating is of, none where it names none."""
    return [day for day in sorted(result.rounds) if day > rating.round] if rating.round else []


def recounted(result: Result, rating: Rating) -> Recounted | None:
    """None where nobody said for how many studies the outcome was rated, or it has as many: in all or, where the rating is of a round,
    among those of then, what came later being told apart (`rounds_since`)."""
    there = reporting(result)
    now = {one.study for one in there}
    then = {one.study for one in there if not rating.round or (one.round or "") <= rating.round}
    if set(rating.studies) <= {len(then)}:
        return None
    return Recounted(rating.studies, len(now), len(now - then))
