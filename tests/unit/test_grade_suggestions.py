"""What the data suggest of each domain of GRADE."""

import math

import pandas as pd
import pytest

from evergreen.grade.absolute import NONE, Ruler
from evergreen.grade.finding import find, missing_evidence
from evergreen.metaanalysis import information_size
from evergreen.protocol.grading import Certainty, Thresholds
from evergreen.protocol.outcomes import Outcome
from tests import results
from tests.rows import each


def pooled(*studies, measure="MD", scale="identity", **more):
    """Of (effect, low, high, weight, overall judgement, people in each group)."""
    own = [
        results.study(
            f"Study {at}", yi=yi, ci_low=low, ci_high=high, weight=weight, columns={"rob_overall": level} if level else {},
            arms={group: {"n": n, "sd": 2.0} for group in ("intervention", "control")},
        )
        for at, (yi, low, high, weight, level, n) in enumerate(studies)
    ]  # fmt: skip
    numbers = {"estimate": -1.0, "ci_low": -1.5, "ci_high": -0.5, **more.pop("model", {})}
    people = sum(2 * study[-1] for study in studies)
    return results.result(measure=measure, scale=scale, studies=own, model=results.model(**numbers), participants=people, **more)  # fmt: skip


def suggested(found, domain, *, tool="rob2", missing="", rules=None, **outcome):
    one = Outcome.model_validate({"id": "pain", "measure": found.measure, **outcome})
    rules = Certainty.model_validate(rules or {})
    (finding,) = find([one], {"pain": found}, {}, rules, tool, {"pain": missing} if missing else {})
    return finding.suggestions[domain]


WIDE = (-1.0, -9.0, 9.0)


@each(
    ("levels", "most", "expected"),
    [
        ({"low": 60, "high": 40}, 0.5, 0), ({"low": 40, "some concerns": 60}, 0.5, -1), ({"low": 40, "high": 60}, 0.5, -2),
        ({"Low risk": 50, "unclear": 50}, 0.5, -1), ({"low": 20, "": 80}, 0.5, None), ({"moderate": 90, "serious": 10}, 0.5, -1),
        ({"critical": 30, "low": 70}, 0.25, -2),
    ],
)  # fmt: skip
def test_risk_of_bias_goes_by_the_share_of_the_weight(levels, most, expected):
    studies = [(*WIDE, weight, level, 100) for level, weight in levels.items()]
    found = suggested(pooled(*studies), "risk_of_bias", rules={"most": most})
    assert found.levels == expected
    assert "40%" in found.why or 40 not in levels.values()


def test_a_total_of_stars_suggests_nothing():
    found = suggested(pooled((*WIDE, 100, "4", 100)), "risk_of_bias", tool="newcastle-ottawa")
    assert found.levels is None
    assert "no judgement" in found.why


PREDICTION = {"pi_low": -3.0, "pi_high": 1.0}


@each(
    ("studies", "model", "thresholds", "expected", "said"),
    [
        ([WIDE], {}, None, None, "One study: does not apply"),
        ([WIDE, WIDE], {}, None, 0, "1 of 1 pairs of studies overlap; no prediction interval"),
        ([WIDE, WIDE, WIDE], PREDICTION, None, -1, "reaches a threshold that the confidence interval does not"),
        ([WIDE, WIDE, WIDE], PREDICTION, {"minimal": 0.7}, -1, "a threshold"),  # 0.7 is beyond the confidence interval, -0.7 within it
        ([WIDE, WIDE, WIDE], {"pi_low": -9, "pi_high": 9}, {"minimal": 2}, -2, "reaches 2 thresholds"),
        ([WIDE, WIDE, WIDE], {"pi_low": -1.6, "pi_high": -0.4}, None, 0, "no threshold more"),
        ([(-3, -4, -2), (2, 1, 3)], {}, None, -1, "0 of 1 pairs of studies overlap"),
        ([(-3, -4, -2), (-1, -1.5, -0.5)], {}, None, 0, "0 of 1 pairs of studies overlap"),  # apart, and on the same side
    ],
)  # fmt: skip
def test_inconsistency_goes_by_the_prediction_interval_and_by_contradictions(
    studies, model, thresholds, expected, said
):
    rows = [(*study, 100 / len(studies), "low", 100) for study in studies]
    found = suggested(pooled(*rows, model=model), "inconsistency", thresholds=thresholds or {})
    assert found.levels == expected
    assert said in found.why


@each(
    ("interval", "people", "thresholds", "expected", "said"),
    [
        # 785 people show 0.2 standard deviations (R: 4 * ((qnorm(.975) + qnorm(.8)) / 0.2)^2 = 784.888).
        ((-1.5, -0.5), 392, {}, -1, "784 participants, optimal information size 785"),
        ((-1.5, -0.5), 393, {}, 0, "786 participants"),
        ((-1.5, 0.5), 393, {}, -1, "includes no effect"),
        # The minimal important difference of 1 with the control groups' standard deviation of 2: 125.6.
        ((-3.0, -1.5), 60, {"minimal": 1}, -1, "120 participants, optimal information size 126 (to show 1 with a standard deviation of 2)"),
        ((-3.0, -1.5), 63, {"minimal": 1}, 0, "reaches over no threshold of 1 mm"),
        ((-3.0, -0.5), 500, {"minimal": 1}, -1, "reaches over the threshold of 1 mm"),
        ((-3.0, 3.0), 500, {"minimal": 1}, -2, "1 mm and more in both directions"),
        ((-0.9, 0.9), 500, {"minimal": 1}, 0, "reaches over no threshold"),  # a precise null result
    ],
)  # fmt: skip
def test_imprecision_goes_by_thresholds_then_by_the_information_size(
    interval, people, thresholds, expected, said
):
    low, high = interval
    model = {"estimate": (low + high) / 2, "ci_low": low, "ci_high": high}
    found = suggested(
        pooled((*WIDE, 100, "low", people), model=model), "imprecision", thresholds=thresholds, unit="mm"
    )
    assert found.levels == expected
    assert said in found.why


@each(
    ("found", "expected"),
    [
        # R 4.x: power.prop.test(p1 = .5, p2 = .75, power = .9)$n and (p1 = .2, p2 = .15, power = .8)$n, both groups together.
        (information_size.people_for_risks(0.5, 0.75, power=0.9), 153.413860228215),
        (information_size.people_for_risks(0.2, 0.15), 1810.73155593372),
        # 4 * ((qnorm(.975) + qnorm(.8)) / 0.2)^2 and 4 * ((qnorm(.975) + qnorm(.9)) / log(.7))^2.
        (information_size.people_for_means(0.2), 784.887973434909),
        (information_size.events_for_hazards(0.7, power=0.9), 330.37791396381),
    ],
)
def test_information_sizes_agree_with_r(found, expected):
    assert found == pytest.approx(expected, rel=1e-5)  # R solves for n to a tolerance of 1e-4


@each(
    "size",
    [
        lambda: information_size.people_for_risks(0.2, 0.2), lambda: information_size.people_for_risks(0.0, 0.1),
        lambda: information_size.people_for_means(0.0), lambda: information_size.people_for_means(1.0, 0.0),
        lambda: information_size.events_for_hazards(1.0), lambda: information_size.events_for_hazards(0.7, alpha=0.0),
    ],
)  # fmt: skip
def test_no_difference_has_no_information_size(size):
    with pytest.raises(ValueError, match=r"need|must lie"):
        size()


def small_study(p):
    test = {"statistic": 1.0, "df": 10, "p": p, "limit": 0.0, "limit_ci_low": 0.0, "limit_ci_high": 0.0}
    none = {"not_done": "not done"}
    empty = {"estimate": None, "se": None, "statistic": None, "p": None}
    return {
        "tests": {"Egger": test}, "rank": {"tau": None, "p": None}, "pet_peese": {"PET": empty}, "trim_and_fill": none,
        "fail_safe": dict.fromkeys(("rosenthal", "orwin", "rosenberg", "general")),
    }  # fmt: skip


@each(
    ("small", "missing", "expected", "said"),
    [
        ({"not_done": "3 studies; tests need 10"}, "", None, "3 studies; tests need 10."),
        (small_study(0.04), "", -1, "Egger's test of small-study effects: P = 0.04."),
        (small_study(0.2), "", 0, "P = 0.2"),
        (small_study(0.2), "high", -1, "ROB-ME: high risk of bias by missing evidence"),
        ({"not_done": "3 studies"}, "low", 0, "ROB-ME: low"),
    ],
)
def test_publication_bias_goes_by_small_studies_and_rob_me(small, missing, expected, said):
    found = suggested(pooled((*WIDE, 100, "low", 10), small_study=small), "publication_bias", missing=missing)
    assert found.levels == expected
    assert said in found.why


@each(
    ("tool", "ratio", "high", "expected"),
    [
        ("newcastle-ottawa", 0.45, 0.9, 1), ("newcastle-ottawa", 0.15, 0.9, 2), ("newcastle-ottawa", 0.45, 1.1, 0), ("newcastle-ottawa", 0.6, 0.9, 0),
        ("rob2", 0.15, 0.9, None), ("robins-i", 0.15, 0.9, None),
    ],
)  # fmt: skip
def test_a_large_effect_counts_where_evidence_starts_low(tool, ratio, high, expected):
    model = {"estimate": math.log(ratio), "ci_low": math.log(ratio / 2), "ci_high": math.log(high)}
    found = pooled((*WIDE, 100, "low", 10), measure="RR", scale="log", model=model)
    assert suggested(found, "large_effect", tool=tool, assumed_risk={"risk": 0.2}).levels == expected


def test_without_a_pooled_effect_nothing_is_suggested():
    assert suggested(results.result(), "imprecision").why == "No study reports it."


def test_sizes_and_thresholds_of_a_ruler():
    own = Thresholds.model_validate({"minimal": 1.0, "moderate": 2.0, "large": 4.0})
    ruler = Ruler(lambda value: 10 * value, "mm", own)
    assert [ruler.size(value) for value in (0.05, 0.1, 0.2, -0.4)] == [
        "trivial",
        "small",
        "moderate",
        "large",
    ]
    assert [ruler.crossed(*limits) for limits in ((-1, 1), (-0.05, 0.2), (-0.05, 0.05), (None, 1))] == [2, 1, 0, None]  # fmt: skip
    assert Ruler(float, "", NONE).size(3.0) == ""
    assert Ruler(float, "", Thresholds.model_validate({"minimal": 1.0})).size(3.0) == "important"


def test_rob_me_judges_a_synthesis_by_any_of_its_names():
    rows = [
        ("Pain at 12 weeks", "missing_evidence", "high"),
        ("other", "overall", "low"),
        ("death", "D1", "low"),
    ]
    judgements = pd.DataFrame(rows, columns=["study", "domain", "judgement"])
    outcomes = [Outcome(id="pain", name="Pain at 12 weeks", measure="MD"), Outcome(id="death", measure="RR")]
    assert missing_evidence(judgements, outcomes) == {"pain": "high"}


@each(
    ("outcome", "arms", "needed", "there", "to_show"),
    [
        # 200 against 150 in 1000, 1810.73 by R's power.prop.test; a quarter less than 200 is the same.
        ({"measure": "RR", "thresholds": {"minimal": 50}}, {"n": 100, "events": 20}, 1810.7316, 200, "50 per 1000 from 200 per 1000"),
        ({"measure": "OR"}, {"n": 100, "events": 20}, 1810.7316, 200, "a relative reduction of 25% from 200 per 1000"),
        ({"measure": "RR"}, {"n": 10000, "events": 4}, 1098456.21, 200, "a relative reduction of 25% from 0.40 per 1000"),
        # Of clusters the effective sample counts, not the people.
        ({"measure": "RR"}, {"n": 100, "events": 20, "effective_n": 50.0, "effective_events": 10.0}, 1810.7316, 100, "a relative reduction of 25%"),
        # Schoenfeld: 4 * ((qnorm(.975) + qnorm(.8)) / log(.75))^2 = 379.35; at 200 in 1000, 50 fewer are a hazard ratio of 0.7283.
        ({"measure": "HR"}, {"n": 100, "events": 20}, 379.3517296, 40, "a relative reduction of 25%"),
        (
            {"measure": "HR", "thresholds": {"minimal": 50}, "assumed_risk": {"risk": 0.2, "at": "a year"}}, {"n": 100, "events": 20},
            31.395519 / math.log(math.log(0.85) / math.log(0.8)) ** 2, 40, "50 per 1000",
        ),
    ],
)  # fmt: skip
def test_the_information_size_goes_with_the_measure(outcome, arms, needed, there, to_show):
    one = Outcome.model_validate({"id": "death", **outcome})
    study = results.study(
        "A", yi=-0.3, ci_low=-0.5, ci_high=-0.1, arms=dict.fromkeys(("intervention", "control"), arms)
    )
    model = results.model(estimate=-0.3, ci_low=-0.5, ci_high=-0.1)
    whole = results.result(measure=one.measure, scale="log", studies=[study], model=model, participants=200)
    (finding,) = find([one], {"death": whole}, {}, Certainty.model_validate({}), "rob2")
    size = finding.information
    assert size.needed == pytest.approx(needed, rel=1e-5)
    assert size.there == there
    assert size.to_show.startswith(to_show)


@each(
    ("outcome", "expected"),
    [
        ({"measure": "SMD"}, 784.888),  # 0.2 standard deviations
        ({"measure": "SMD", "thresholds": {"minimal": 0.4}}, 196.222),
        # 4 points where people's values have a standard deviation of 10 are 0.4 of it.
        ({"measure": "SMD", "thresholds": {"minimal": 4}, "re_expressed": {"instrument": "HAQ", "sd": 10}}, 196.222),
        # Without the instrument's standard deviation nobody knows what its units are.
        ({"measure": "SMD", "thresholds": {"minimal": 4}, "re_expressed": {"instrument": "HAQ"}}, None),
        ({"measure": "MC"}, None),  # one group
    ],
)  # fmt: skip
def test_the_information_size_of_means_is_in_their_unit(outcome, expected):
    one = Outcome.model_validate({"id": "pain", **outcome})
    (finding,) = find(
        [one],
        {"pain": pooled((*WIDE, 100, "low", 10), measure=one.measure)},
        {},
        Certainty.model_validate({}),
        "rob2",
    )
    assert (finding.information and finding.information.needed) == (
        expected and pytest.approx(expected, rel=1e-5)
    )


def test_events_are_not_counted_where_a_study_does_not_say_them():
    arms = {group: {"n": 100, "events": 20} for group in ("intervention", "control")}
    studies = [results.study(name, yi=-0.3, ci_low=-0.5, ci_high=-0.1, arms=own) for name, own in (("A", arms), ("B", {}))]  # fmt: skip
    model = results.model(estimate=-0.3, ci_low=-0.5, ci_high=-0.1)
    whole = results.result(measure="HR", scale="log", studies=studies, model=model)
    (finding,) = find([Outcome.model_validate({"id": "x", "measure": "HR"})], {"x": whole}, {}, Certainty.model_validate({}), "rob2")  # fmt: skip
    assert finding.information is None
