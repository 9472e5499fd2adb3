"""The first screen says what was found in people or units, in the numbers of the result, and how certain people say it is."""

import math

from evergreen.bias.certainty import Rating
from evergreen.grade.finding import find
from evergreen.protocol.grading import Certainty
from evergreen.protocol.outcomes import Outcome
from evergreen.report.summary import answer
from evergreen.synthesis.result import Arm
from tests.results import changed, left_out, model, part, result, study
from tests.rows import each

RATIO = model(estimate=math.log(0.75), ci_low=math.log(0.6), ci_high=math.log(1.1), k=2)
ARMS = {"control": part(Arm, n=100.0, events=20.0), "intervention": part(Arm, n=100.0, events=15.0)}
TWO = tuple(study(name, yi=-0.3, vi=0.1, ci_low=-0.9, ci_high=0.3, arms=ARMS) for name in ("A", "B"))
EVENTS = result(measure="RR", scale="log", studies=TWO, model=RATIO, participants=400.0)
ONE = result(
    studies=tuple(study(name, yi=-0.6, vi=0.1, ci_low=-1.0, ci_high=0.3) for name in "ABC"),
    model=model(estimate=-0.662, ci_low=-0.97, ci_high=0.354, k=3), scale="identity",
)  # fmt: skip
NAMED = {"favours": {"intervention": "the drug", "control": "placebo"}}


@each(
    ("found", "keys", "certainty", "expected"),
    [
        # RR 0.75 at 20 % is 150 of 1,000 (Cochrane Handbook 15.4.4).
        (EVENTS, {"measure": "RR", **NAMED}, "low",
         "200 per 1000 with placebo, 150 per 1000 (120 to 220) with the drug (RR 0.75 (95% CI 0.60 to 1.10); 2 studies, 400 participants); low certainty."),
        (EVENTS, {"measure": "RR", "assumed_risk": [{"risk": 0.9, "at": "5 years"}]}, "",
         "900 per 1000 at 5 years with control, 675 per 1000 (540 to 990) with intervention (RR 0.75 (95% CI 0.60 to 1.10); 2 studies, 400 participants);"
         " certainty not rated."),
        (ONE, {"measure": "MD", "unit": "points", **NAMED}, "very low",
         "0.66 points lower (0.97 lower to 0.35 higher) with the drug than with placebo (MD −0.66 (95% CI −0.97 to 0.35); 3 studies);"
         " very low certainty."),
        (changed(ONE, measure="SMD"), {"measure": "SMD"}, "high",
         "0.66 standard deviations lower (0.97 lower to 0.35 higher) with intervention than with control"
         " (SMD −0.66 (95% CI −0.97 to 0.35); 3 studies); high certainty."),
        (changed(ONE, model=changed(ONE.model, estimate=-0.0004, ci_low=None, ci_high=None)), {"measure": "MD"}, "",
         "MD 0.00 (3 studies); certainty not rated."),
        (changed(ONE, measure="MC"), {"measure": "MC"}, "high", "MC −0.66 (95% CI −0.97 to 0.35) (3 studies); high certainty."),
        # No certainty where nothing is pooled, whoever rated it.
        (result(not_pooled="2 studies report this outcome, none in a form that can be pooled", left_out=(left_out("A"),)), {"measure": "MD"}, "low",
         "Not pooled: 2 studies report this outcome, none in a form that can be pooled."),
    ],
)  # fmt: skip
def test_one_plain_sentence_for_each_outcome(found, keys, certainty, expected):
    rated = {"pain": Rating(certainty, "", {}, {})} if certainty else {}
    outcome = Outcome.model_validate({"id": "pain", **keys})
    (one,) = find([outcome], {"pain": found}, rated, Certainty.model_validate({}), "rob1")
    said = answer(one)
    assert said.replace("\N{NO-BREAK SPACE}", " ") == expected
