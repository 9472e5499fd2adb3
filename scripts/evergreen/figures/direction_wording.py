"""What is said of the directions of effects, in figure and report."""

from __future__ import annotations

from evergreen.counting import noun
from evergreen.figures.scales import p_value
from evergreen.figures.wording import interval_of
from evergreen.synthesis.result.directions import CONTROL, INTERVENTION, NONE, NUMBERS, WORDS, Directions


def told(directions: Directions, level: float, intervention: str) -> str:
    """How many effects point to the intervention; directions only, for significance says nothing of them."""
    found, signs = directions.studies, directions.signs
    if signs is None:
        said, equal = (
            len({one.study for one in found if one.toward == NONE and one.by == by})
            for by in (WORDS, NUMBERS)
        )
        parts = ["No study says which group fared better"]
        if said:
            say = noun(said, "says", "say")
            parts.append(f"{said} {say} that there was no difference, which is not an effect of 0")
        if equal:
            parts.append(f"the numbers of {equal} show no difference")
        return "; ".join(parts) + "."
    words = len({one.study for one in found if one.by == WORDS and one.toward in (INTERVENTION, CONTROL)})
    by_words = f" ({words} by words of the report)" if words else ""
    return (
        f"Of {signs.n} with a direction{by_words}, {signs.favouring} {noun(signs.favouring, 'favours', 'favour')} {intervention}:"
        f" {signs.share:.0%}"
        f" ({interval_of(level)} {signs.ci_low:.0%} to {signs.ci_high:.0%}; sign test {p_value(signs.p)}). Directions say nothing of the"
        " size of an effect; significance is not counted."
    )
