"""Synthesis without meta-analysis: which way the effects of studies point that report an outcome which is not pooled.

By the direction of point estimates, or of words where a report gives no usable numbers, and never by significance: Cochrane Handbook
12.2.1.3. "No significant difference" is no effect of 0; without a direction in the report it counts for neither side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evergreen.metaanalysis.sign_test import Signs, sign_test
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.study_rows import LeftOut, Study

INTERVENTION, CONTROL, NONE, HIGHER, LOWER, UNKNOWN = "intervention", "control", "none", "higher", "lower", ""
NUMBERS, WORDS = "numbers", "words"


@dataclass(frozen=True)
class Direction:
    """Where the effect of a study points.

    `toward` is the group that fared better, where the protocol does not say what is better `higher` or `lower` with the intervention;
    `none` where there is no difference, "" where the report does not say. `by` is what says so: `numbers`, `words` or "".
    """

    study: str
    toward: str
    by: str
    participants: float | None
    reason: str = ""


def directions(result: Result, better: str | None) -> list[Direction]:
    """The directions of all studies that report an outcome, by study; `better` is `lower`, `higher` or None."""
    pooled = [_direction(one, one.yi, UNKNOWN, better) for one in result.studies]
    others = [_direction(one, one.difference, one.said, better, one.reason) for one in result.left_out]
    return sorted([*pooled, *others], key=lambda one: one.study)


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
    return Direction(one.label, toward, by, participants, reason)


def _side(side: int, better: str | None) -> str:
    if side == 0:
        return NONE
    if better is None:
        return HIGHER if side > 0 else LOWER
    return INTERVENTION if (side > 0) == (better == "higher") else CONTROL


def counted(found: Sequence[Direction], level: float) -> Signs | None:
    """The sign test over the studies that have a direction; None where none has, or where nobody says what is better."""
    toward = [one.toward for one in found if one.toward in (INTERVENTION, CONTROL)]
    return sign_test(toward.count(INTERVENTION), len(toward), level) if toward else None
