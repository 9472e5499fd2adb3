"""QUADAS-2: studies of diagnostic accuracy. Questions prompt, a person judges; there is no algorithm and no score."""

from __future__ import annotations

from evergreen.bias.tools.anatomy import Domain, Form, Forms, Tool, always, questions
from evergreen.bias.tools.rob1 import COLOURS, LEVELS, SYMBOLS

ANSWERS = ("Y", "N", "U")


def _asked(**about: str) -> Forms:
    numbered = {number.replace("_", ".").removeprefix("q"): words for number, words in about.items()}
    return always(Form(questions(numbered, ANSWERS)))


QUADAS_2 = Tool(
    "quadas-2",
    "QUADAS-2",
    (
        Domain("D1", "Patient selection", ("1",), forms=_asked(
            q1_1="patients enrolled consecutively or at random", q1_2="no case-control design",
            q1_3="no inappropriate exclusions",
        )),
        Domain("D2", "Index test", ("2",), forms=_asked(
            q2_1="index test read blind to the reference standard", q2_2="threshold set beforehand",
        )),
        Domain("D3", "Reference standard", ("3",), forms=_asked(
            q3_1="reference standard classifies correctly", q3_2="reference standard read blind to the index test",
        )),
        Domain("D4", "Flow and timing", ("4",), forms=_asked(
            q4_1="suitable interval between the tests", q4_2="a reference standard for everybody",
            q4_3="the same reference standard for everybody", q4_4="everybody in the analysis",
        )),
        Domain("A1", "Applicability: patient selection", (), counts=False),
        Domain("A2", "Applicability: index test", (), counts=False),
        Domain("A3", "Applicability: reference standard", (), counts=False),
    ),
    LEVELS,
    SYMBOLS,
    COLOURS,
    said="QUADAS-2",
    source="Whiting et al. 2011 (Ann Intern Med 155:529)",
    remarks=(
        "The tool has no overall score. The worst domain is kept as `overall` for sensitivity analyses (`without: high_risk`) and shown in no figure.",
        "Its authors want the questions tailored to the review: others may be asked, with the same answers.",
    ),
)  # fmt: skip
