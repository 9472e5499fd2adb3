"""Synthesis without meta-analysis: which way the effects of studies point that report an outcome which is not pooled.

By the direction of point estimates, or of words where a report gives no usable numbers, and never by significance: Cochrane Handbook
12.2.1.3. "No significant difference" is no effect of 0; without a direction in the report it counts for neither side.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from evergreen.metaanalysis.sign_test import sign_test
from evergreen.synthesis.result import LeftOut, Study
from evergreen.synthesis.result.directions import (
    CONTROL,
    HIGHER,
    INTERVENTION,
    LOWER,
    NONE,
    NUMBERS,
    UNKNOWN,
    WORDS,
    Direction,
    Directions,
    Signs,
)


def directions(
    studies: Iterable[Study], left_out: Iterable[LeftOut], better: str | None, level: float
) -> Directions:
    """The directions of all studies that report what is asked of an outcome, by study; `better` is `lower`, `higher` or None, `level` a
    fraction."""
    found = [_direction(one, one.yi, UNKNOWN, better) for one in studies]
    found += [
        _direction(one, one.difference, one.said, better, one.reason) for one in left_out if not one.outside
    ]
    found.sort(key=lambda one: one.label)
    return Directions(studies=tuple(found), signs=_counted(found, level))


def _direction(
    one: Study | LeftOut, difference: float | None, said: str, better: str | None, reason: str = ""
) -> Direction:
    toward, by = UNKNOWN, ""
    if difference is not None:
        side = 0 if math.isclose(difference, 0.0, abs_tol=1e-12) else math.copysign(1, difference)
        toward, by = _side(int(side), better), NUMBERS
    elif said:
        toward, by = said, WORDS
    sizes = [arm.n for arm in one.arms.values() if arm.n is not None]
    participants = sum(sizes) if sizes and len(sizes) == len(one.arms) else None
    return Direction.of(
        study=one.study, label=one.label, toward=toward, by=by, participants=participants, reason=reason
    )


def _side(side: int, better: str | None) -> str:
    if side == 0:
        return NONE
    if better is None:
        return HIGHER if side > 0 else LOWER
    return INTERVENTION if (side > 0) == (better == "higher") else CONTROL


def _counted(found: Sequence[Direction], level: float) -> Signs | None:
    """The sign test, each study counted once, where its rows do not contradict each other."""
    pointing = {(one.study, one.toward) for one in found if one.toward in (INTERVENTION, CONTROL)}
    votes = Counter(study for study, _ in pointing)
    toward = [side for study, side in pointing if votes[study] == 1]
    if not toward:
        return None
    test = sign_test(sum(one == INTERVENTION for one in toward), len(toward), level)
    return Signs(**test._asdict())
