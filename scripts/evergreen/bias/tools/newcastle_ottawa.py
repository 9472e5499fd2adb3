"""The Newcastle-Ottawa scale: stars by item for cohort and case-control studies. It has a total and no overall judgement."""

from __future__ import annotations

from types import MappingProxyType

from evergreen.bias.tools.anatomy import Domain, Tool
from evergreen.bias.tools.overall import Stars

TWO, ONE, NONE = "2 stars", "1 star", "no star"
STAR = "★"

COHORT = (
    Domain("S1", "Selection: exposed cohort is representative", levels=(ONE, NONE)),
    Domain("S2", "Selection: non-exposed cohort", levels=(ONE, NONE)),
    Domain("S3", "Selection: ascertainment of exposure", levels=(ONE, NONE)),
    Domain("S4", "Selection: outcome absent at the start", levels=(ONE, NONE)),
    Domain("C1", "Comparability of cohorts", ("C", "Comparability")),
    Domain("O1", "Outcome: assessment", levels=(ONE, NONE)),
    Domain("O2", "Outcome: follow-up long enough", levels=(ONE, NONE)),
    Domain("O3", "Outcome: follow-up complete enough", levels=(ONE, NONE)),
)
CASE_CONTROL = (
    Domain("CS1", "Selection: definition of cases", ("S1",), levels=(ONE, NONE)),
    Domain("CS2", "Selection: cases are representative", ("S2",), levels=(ONE, NONE)),
    Domain("CS3", "Selection: where controls come from", ("S3",), levels=(ONE, NONE)),
    Domain("CS4", "Selection: definition of controls", ("S4",), levels=(ONE, NONE)),
    Domain("CC1", "Comparability of cases and controls", ("C1", "C", "Comparability")),
    Domain("E1", "Exposure: ascertainment", levels=(ONE, NONE)),
    Domain("E2", "Exposure: the same way for cases and controls", levels=(ONE, NONE)),
    Domain("E3", "Exposure: non-response", levels=(ONE, NONE)),
)

NEWCASTLE_OTTAWA = Tool(
    "newcastle-ottawa",
    "Newcastle-Ottawa scale",
    (*COHORT, *CASE_CONTROL),
    (TWO, ONE, NONE),
    (2 * STAR, STAR, "\N{EN DASH}"),
    ("green", "lime", "pale"),
    rule=Stars(worth=MappingProxyType({TWO: 2, ONE: 1, NONE: 0})),
    variants=MappingProxyType(
        {"": tuple(one.id for one in COHORT), "case-control": tuple(one.id for one in CASE_CONTROL)}
    ),
    usual_variant="cohort",
    overall_head="Stars of 9",
    marks="stars",
    synonyms=MappingProxyType(
        {"**": TWO, "two stars": TWO, "2": TWO, "*": ONE, "one star": ONE, "1": ONE, "yes": ONE}
        | {"-": NONE, "0": NONE, "no": NONE, "no stars": NONE, "0 stars": NONE}
    ),
    said="the Newcastle-Ottawa scale",
    design="non-randomised",
    source="Wells et al., Ottawa Hospital Research Institute",
    remarks=(
        "The sum of the stars (of nine) stands as `overall`; nobody overrides a sum, and no total is a judgement.",
    ),
)
