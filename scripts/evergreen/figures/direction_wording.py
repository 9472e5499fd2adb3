"""What is said of the directions of effects, in figure and report."""

from __future__ import annotations

from evergreen.counting import noun
from evergreen.figures.scales import p_value
from evergreen.figures.wording import interval_of
from evergreen.synthesis.result.directions import CONTROL, INTERVENTION, NONE, WORDS, Directions


def told(directions: Directions, level: float, intervention: str) -> str:
    """How many effects point to the intervention; directions only, for significance says nothing of them."""
    found, signs = directions.studies, directions.signs
    if signs is None:
        same = len({one.study for one in found if one.toward == NONE})
        also = (
            f"; {same} {noun(same, 'says', 'say')} that there was no difference, which is not an effect of 0"
        )
        return f"No study says which group fared better{also if same else ''}."
    words = len({one.study for one in found if one.by == WORDS and one.toward in (INTERVENTION, CONTROL)})
    by_words = f" ({words} by words of the report)" if words else ""
    return (
        f"Of {signs.n} with a direction{by_words}, {signs.favouring} {noun(signs.favouring, 'favours', 'favour')} {intervention}:"
        f" {signs.share:.0%}"
        f" ({interval_of(level)} {signs.ci_low:.0%} to {signs.ci_high:.0%}; sign test {p_value(signs.p)}). Directions say nothing of the"
        " size of an effect; significance is not counted."
    )
