"""What a summary of findings says about absolute effects and certainty, for people and for machines."""

import math

import pandas as pd
import pytest

from evergreen import tables
from evergreen.bias.certainty import certainty_of, ratings, start_of
from evergreen.grade.absolute import Interval, number_needed
from evergreen.grade.finding import find
from evergreen.protocol.grading import Certainty
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.review import Question
from evergreen.report import findings, findings_table
from evergreen.report import findings_words as words
from evergreen.report.blocks import Link
from evergreen.report.summary import answer
from evergreen.report.waiting_data import waiting_rated_before
from evergreen.synthesis.result import Result
from tests import results
from tests.rows import each

SP = "\N{NO-BREAK SPACE}"


def result(
    *control: tuple[float, float], measure: str, estimate: float, low: float, high: float, **more
) -> Result:
    ratio = measure not in ("MD", "SMD", "RD")
    to = math.log if ratio else float
    limits = {"ci_low": to(low), "ci_high": to(high)}
    studies = [
        results.study(
            f"Study {number}",
            yi=to(estimate),
            arms={group: {"n": n, "events": events} for group in ("intervention", "control")},
            **limits,
        )
        for number, (events, n) in enumerate(control)
    ]
    model = results.model(estimate=to(estimate), **limits, **more)
    people = 2 * sum(n for _, n in control)
    return results.result(
        measure=measure,
        studies=studies,
        model=model,
        participants=people,
        scale="log" if ratio else "identity",
    )


def rated(*rows: tuple, tool: str = "rob2", outcomes=("death",), rounds=()):
    """Ratings as they come through the sheet and the file that is made of it."""
    sheet = pd.DataFrame(
        [dict(zip(("outcome", "domain", "downgrade", "reason", "round", "studies"), (*row, "", "")[:6], strict=True), _file="c.csv", _row=at) for at, row in enumerate(rows, 2)],
        columns=["outcome", "domain", "downgrade", "reason", "round", "studies", "_file", "_row"],
    )  # fmt: skip
    starts = {one: start_of(tool) for one in outcomes}
    return ratings(certainty_of(sheet, list(outcomes), starts=starts, rounds=rounds).astype(str))


def found(outcome: dict, pooled: Result, ratings=None, *, tool="rob2", rules=None):
    one = Outcome.model_validate({"id": "death", "name": "Death", **outcome})
    (finding,) = find([one], {"death": pooled}, ratings or {}, Certainty.model_validate(rules or {}), tool)
    return finding


def cells(finding, row=0) -> dict:
    table = findings.summary([finding], findings._letters([finding]))
    return dict(zip([head.name for head in table.columns], table.rows[row], strict=True))


ANCHORS = [
    # What GRADE's working group gives for a risk of 200 in 1000, each with the limits by the formula written out.
    ("RR", 0.75, 0.6, 0.9, lambda r: 0.2 * r, "150 per 1000 (120 to 180)", "50 fewer per 1000 (80 fewer to 20 fewer)"),
    ("OR", 0.70, 0.5, 1.2, lambda r: 0.2 * r / (0.8 + 0.2 * r), "149 per 1000 (111 to 231)", "51 fewer per 1000 (89 fewer to 31 more)"),
    ("HR", 0.80, 0.5, 1.0, lambda r: 1 - 0.8**r, "163 per 1000 (106 to 200)", "37 fewer per 1000 (94 fewer to 0)"),
    ("RD", -0.05, -0.1, 0.01, lambda r: 0.2 + r, "150 per 1000 (100 to 210)", "50 fewer per 1000 (100 fewer to 10 more)"),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "estimate", "low", "high", "formula", "risk", "difference"), ANCHORS)
def test_absolute_effects_of_the_anchors_in_the_report_and_unrounded_in_the_table(
    measure, estimate, low, high, formula, risk, difference, tmp_path
):
    pooled = result((20, 100), measure=measure, estimate=estimate, low=low, high=high)
    finding = found(
        {"measure": measure, "better": "lower", "assumed_risk": {"risk": 0.2, "at": "5 years"}}, pooled
    )
    row = cells(finding)
    assert row["With comparator"] == "200 per 1000 at 5 years"
    assert row["With intervention (95%\N{NO-BREAK SPACE}CI)"].replace(SP, " ") == risk
    assert row["Difference (95%\N{NO-BREAK SPACE}CI)"].replace(SP, " ") == difference
    tables.write_table(findings_table.table([finding]), tmp_path / "sof.csv")
    (line,) = tables.rows(tables.read_table(tmp_path / "sof.csv"))
    for name, value in (("", estimate), ("_low", low), ("_high", high)):
        assert float(line[f"intervention_per_1000{name}"]) == pytest.approx(1000 * formula(value), abs=1e-9)
        assert float(line[f"difference_per_1000{name}"]) == pytest.approx(
            1000 * formula(value) - 200, abs=1e-9
        )
        assert float(line[f"effect{name}"]) == pytest.approx(value, rel=1e-12)


@each(
    ("risk", "effect", "without", "with_"),
    [
        # Compression stockings for people on long flights (Clarke 2006), the example of the Cochrane Handbook (5.1, figure 11.5.a).
        (0.010, (0.10, 0.04, 0.26), "10 per 1000", "1 per 1000 (0 to 3)"),
        (0.030, (0.10, 0.04, 0.26), "30 per 1000", "3 per 1000 (1 to 8)"),
        (0.013, (0.45, 0.13, 1.53), "13 per 1000", "6 per 1000 (2 to 20)"),
    ],
)
def test_a_published_summary_of_findings_is_met(risk, effect, without, with_):
    pooled = result((20, 100), measure="RR", estimate=effect[0], low=effect[1], high=effect[2])
    row = cells(found({"measure": "RR", "assumed_risk": {"risk": risk}}, pooled))
    assert (row["With comparator"], row["With intervention (95%\N{NO-BREAK SPACE}CI)"]) == (without, with_)


def test_without_an_assumed_risk_it_is_the_median_of_the_control_groups_and_several_have_a_row_each():
    pooled = result((10, 100), (20, 100), (90, 100), measure="RR", estimate=0.75, low=0.5, high=0.9)
    one = cells(found({"measure": "RR"}, pooled))
    assert (one["Participants (studies)"], one["With comparator"]) == ("600 (3)", "200 per 1000")
    risks = [{"name": "low risk", "risk": 0.002, "source": "a registry"}, {"name": "trials"}]
    finding = found({"measure": "RR", "assumed_risk": risks}, pooled)
    assert [cells(finding, row)["Outcome"].text for row in (0, 1)] == ["Death: low risk", "Death: trials"]
    # Rare events keep decimals: 2.0 and not 2, for the difference is half a person.
    assert (
        cells(finding)["Difference (95%\N{NO-BREAK SPACE}CI)"].replace(SP, " ")
        == "0.5 fewer per 1000 (1.0 fewer to 0.2 fewer)"
    )
    (note,) = findings._notes([finding])
    assert "Death (low risk): a registry; Death (trials): median of the control groups" in note.text


@each(
    ("outcome", "estimate", "high", "remark"),
    [
        # A risk ratio of 8 would lead beyond everybody.
        ({"measure": "RR"}, 0.75, 8.0, "would lie beyond everybody or nobody and stops there"),
        ({"measure": "HR"}, 0.75, 0.9, "those of a hazard ratio need an assumed risk with its time"),
        ({"measure": "HR", "thresholds": {"minimal": 5}}, 0.75, 0.9, "Its thresholds are not applied"),
        ({"measure": "RD"}, -0.3, 0.1, "stops there"),
    ],
)
def test_what_absolute_numbers_lack_is_said(outcome, estimate, high, remark):
    measure = outcome["measure"]
    low = -0.5 if measure == "RD" else 0.5
    finding = found(outcome, result((20, 100), measure=measure, estimate=estimate, low=low, high=high))
    assert any(remark in said for said in finding.remarks)
    for means in finding.means:
        assert all(0 <= risk <= 1 for risk in means.risk)


def test_a_risk_difference_says_the_difference_itself():
    pooled = result((0, 50), (0, 60), measure="RD", estimate=-0.01, low=-0.03, high=0.02)
    finding = found({"measure": "RD", "better": "lower", "thresholds": {"minimal": 15}}, pooled)
    (means,) = finding.means
    assert (means.risk, means.capped) == (Interval(0, 0, 0.02), ("estimate", "ci_low"))
    assert means.difference == Interval(-0.01, -0.03, 0.02)
    assert (means.needed.estimate, means.needed.through_infinity) == (100, True)
    assert finding.ruler.crossed(-0.03, 0.02) == 2
    assert len(finding.remarks) == 1
    assert finding.remarks[0].endswith("stops there; the difference does not.")


def test_a_median_of_no_events_gives_no_meaning_to_a_ratio():
    finding = found(
        {"measure": "RR"}, result((0, 50), (0, 60), measure="RR", estimate=0.5, low=0.2, high=0.9)
    )
    assert "is 0, at which a relative effect means nothing" in finding.remarks[0]
    everybody = found({"measure": "OR"}, result((50, 50), measure="OR", estimate=0.5, low=0.2, high=0.9))
    assert everybody.means[0].risk.estimate == 1.0
    assert "is 1, at which a relative effect means nothing" in everybody.remarks[0]
    assert finding.information is everybody.information is None


@each(("events", "measure"), [((0, 50), "RR"), ((50, 50), "OR")])
def test_thresholds_are_not_applied_at_a_risk_that_no_effect_changes(events, measure):
    """No difference of 0 per 1000 makes it precise, or the effect trivial."""
    wide = result(events, events, measure=measure, estimate=0.5, low=0.2, high=8)
    finding = found({"measure": measure, "thresholds": {"minimal": 10}}, wide)
    assert (finding.size, finding.suggestions["imprecision"].levels) == ("", -1)
    assert finding.remarks[-1].startswith("Its thresholds are not applied")
    starts_low = found({"measure": measure}, wide, tool="newcastle-ottawa")
    assert starts_low.suggestions["large_effect"].levels is None


@each(
    ("difference", "better", "expected"),
    [
        # 1/0.05 is 20 and not, by the last bits of 0.2 - 0.15, 21 (Cochrane Handbook 15.4.2: rounded up).
        ((0.15 - 0.2, 0.1 - 0.2, -0.01), "lower", "NNTB 20 (10 to 100)"),
        # Altman 1998 (BMJ 317:1309): a difference with an interval across none.
        ((-0.05, -0.11, 0.01), "lower", "NNTB 20 (NNTB 10 to ∞ to NNTH 100)"),
        ((0.02, -0.01, 0.05), "lower", "NNTH 50 (NNTH 20 to ∞ to NNTB 100)"),
        ((0.05, 0.01, 0.1), "higher", "NNTB 20 (10 to 100)"),
        ((0.05, 0.0, 0.1), "lower", "NNTH 20 (10 to ∞)"),
        ((0.0, -0.1, 0.1), "lower", "∞ (NNTB 10 to ∞ to NNTH 10)"),
        ((0.05, -0.1, 0.1), None, "NNT for one more 20 (NNT for one more 10 to ∞ to NNT for one fewer 10)"),
    ],
)
def test_numbers_needed_lead_through_infinity(difference, better, expected):
    assert words.number_needed(number_needed(Interval(*difference), better)).replace(SP, " ") == expected


def standardised(*controls: tuple[str, float], estimate=-0.5, low=-0.8, high=-0.2):
    place = {"group": "control", "arm": "", "timepoint": ""}
    studies = [
        results.study(f"Study {at}", yi=estimate, ci_low=low, ci_high=high, arms={"control": {"n": 50, "sd": sd}}, rows=[{**place, "instrument": name}])
        for at, (name, sd) in enumerate(controls)
    ]  # fmt: skip
    model = results.model(estimate=estimate, ci_low=low, ci_high=high)
    return results.result(measure="SMD", scale="identity", studies=studies, model=model, participants=100)


@each(
    ("asked", "expected"),
    [
        # The median of HAQ's own standard deviations, 0.6, and not of the visual analogue scale's.
        ({"instrument": "HAQ"}, "0.30 points lower on HAQ (0.48 lower to 0.12 lower)"),
        ({"instrument": "WOMAC", "sd": 20, "source": "a cohort", "unit": "mm"}, "10.00 mm lower on WOMAC (16.00 lower to 4.00 lower)"),
        ({"instrument": "SF-36"}, "0.50 standard deviations lower (0.80 lower to 0.20 lower)"),
        (None, "0.50 standard deviations lower (0.80 lower to 0.20 lower)"),
    ],
)  # fmt: skip
def test_a_standardised_difference_is_said_in_units_of_an_instrument(asked, expected):
    pooled = standardised(("HAQ", 0.5), ("haq", 0.7), ("VAS", 25))
    finding = found({"measure": "SMD", "re_expressed": asked}, pooled)
    assert cells(finding)["Difference (95%\N{NO-BREAK SPACE}CI)"].replace(SP, " ") == expected
    assert finding.size == "moderate", "by Cohen's rule of thumb"
    minimal = found({"measure": "SMD", "re_expressed": asked, "thresholds": {"minimal": 0.4}}, pooled)
    # In units of HAQ the effect is 0.3, in standard deviations 0.5; without a standard deviation nobody knows.
    sizes = {"HAQ": "trivial", "WOMAC": "important", "SF-36": "", None: "important"}
    assert minimal.size == sizes[asked and asked["instrument"]]
    assert bool(finding.remarks) == (asked == {"instrument": "SF-36"})


PATTERNS = {
    ("high", 100): "Drug results in a large reduction in death.",
    ("high", 60): "Drug reduces death.",
    ("high", 30): "Drug reduces death slightly.",
    ("high", 5): "Drug results in little to no difference in death.",
    ("moderate", 100): "Drug likely results in a large reduction in death.",
    ("moderate", 60): "Drug likely reduces death.",
    ("low", 60): "Drug may reduce death.",
    ("low", 30): "Drug may reduce death slightly.",
    ("low", 5): "Drug may result in little to no difference in death.",
    ("very low", 60): "The evidence is very uncertain about the effect of drug on death.",
}


@each(("certainty", "fewer"), PATTERNS)
def test_statements_follow_the_size_of_the_effect_and_the_certainty(certainty, fewer):
    """GRADE's patterns (Santesso et al. 2020), at a risk of 200 in 1000."""
    ratio = 1 - fewer / 200
    pooled = result((20, 100), measure="RR", estimate=ratio, low=ratio * 0.99, high=ratio * 1.01)
    down = ["very low", "low", "moderate", "high"].index(certainty) - 3
    outcome = {
        "measure": "RR", "favours": {"intervention": "drug"}, "thresholds": {"minimal": 20, "moderate": 50, "large": 90},
    }  # fmt: skip
    ratings = rated(("death", "risk_of_bias", str(-down), "open label"))
    assert words.statement(found(outcome, pooled, ratings)) == PATTERNS[certainty, fewer]


@each(("measure", "said"), [("SMD", True), ("ZCOR", False), ("VR", False)])
def test_what_the_intervention_does_is_said_of_no_correlation_and_no_spread(measure, said):
    pooled = result((20, 100), measure=measure, estimate=0.4, low=0.2, high=0.6)
    for down in ("0", "3"):
        ratings = rated(("death", "imprecision", down, "few"))
        assert bool(words.statement(found({"measure": measure}, pooled, ratings))) == said


def test_nothing_is_said_of_an_effect_that_nobody_rated_and_no_more_than_the_interval_allows():
    pooled = result((20, 100), measure="RR", estimate=0.75, low=0.5, high=1.5)
    assert words.statement(found({"measure": "RR"}, pooled)) == ""
    ratings = rated(("death", "imprecision", "1", "few"))
    both = words.statement(found({"measure": "RR"}, pooled, ratings))
    assert both == "The interval includes both an increase and a reduction in death."
    sized = words.statement(found({"measure": "RR", "thresholds": {"minimal": 10}}, pooled, ratings))
    assert sized == "The intervention likely reduces death; the interval includes no effect."


@each(
    ("measure", "name", "expected"),
    [
        ("HR", "Progression-free survival", "reduces the hazard of an event (progression-free survival)."),
        ("HR", "Time to recovery", "reduces the hazard of an event (time to recovery)."),
        ("HR", "Time-to-recovery", "reduces the hazard of an event (time-to-recovery)."),
        ("HR", "Freedom from relapse", "reduces the hazard of an event (freedom from relapse)."),
        ("HR", "PFS", "reduces the hazard of an event (PFS)."),
        ("HR", "Death", "reduces death."),
        ("RR", "Survival", "reduces survival."),
        ("MD", "Change in pain", "reduces pain."),
        ("SMD", "Mean change from baseline in HAQ", "reduces HAQ."),
        ("MD", "Percent change in weight", "reduces weight."),
        ("MD", "HbA1c, change from baseline", "reduces HbA1c."),
        ("MD", "Exchange of gas", "reduces exchange of gas."),
        ("RR", "Change of treatment", "reduces change of treatment."),
    ],
)
def test_a_statement_is_true_of_survival_and_of_changes(measure, name, expected):
    low = (0.6, 0.5, 0.7) if measure in ("HR", "RR") else (-3.0, -4.0, -2.0)
    pooled = result((20, 100), measure=measure, estimate=low[0], low=low[1], high=low[2])
    outcome = {"measure": measure, "name": name, "assumed_risk": [{"risk": 0.2, "at": "5 years"}] if measure == "HR" else []}  # fmt: skip
    finding = found(outcome, pooled, rated(("death", "imprecision", "0", "None.")))
    said = words.statement(finding)
    verb = "reduces" if measure != "SMD" else "results in a large reduction in"
    assert said == f"The intervention {expected}".replace("reduces", verb)
    notes = " ".join(getattr(block, "text", "") for block in findings._notes([finding]))
    assert (f"For {name}, risks are those of the event." in notes) == ("hazard" in expected)
    assert answer(finding).startswith("an event in 200 per 1000") == ("hazard" in expected)


def test_which_way_a_scale_runs_is_said_where_the_protocol_says_it():
    pooled = result((20, 100), measure="MD", estimate=-1.0, low=-1.5, high=-0.5)
    ratings = rated(("death", "imprecision", "0", "None."))
    outcome = {"measure": "MD", "name": "Sleep quality (PSQI)", "better": "lower"}
    said = words.statement(found(outcome, pooled, ratings))
    assert said == "The intervention reduces sleep quality (PSQI), where lower is better."
    trivial = words.statement(found({**outcome, "thresholds": {"minimal": 3}}, pooled, ratings))
    assert trivial == "The intervention results in little to no difference in sleep quality (PSQI)."


def test_numbers_needed_say_their_level_where_outcomes_differ_in_it():
    pooled = result((20, 100), measure="RR", estimate=0.75, low=0.6, high=0.9)
    one, other = (found({"measure": "RR"}, results.changed(pooled, level=level)) for level in (0.95, 0.9))
    alone, both = (findings.needed(own)[0] for own in ([one], [one, other]))
    assert alone.columns[2].name.replace(SP, " ") == "Number needed to treat (95% CI)"
    assert [row[2].replace(SP, " ")[-8:] for row in both.rows] == [", 95% CI", ", 90% CI"]


def test_an_effect_is_as_large_as_it_is_at_the_risk_of_its_row():
    pooled = result((20, 100), measure="RR", estimate=1.4, low=1.3, high=1.5)
    risks = [{"name": "low risk", "risk": 0.1}, {"name": "high risk", "risk": 0.6}]
    outcome = {"measure": "RR", "assumed_risk": risks, "thresholds": {"minimal": 20, "moderate": 50, "large": 100}}  # fmt: skip
    finding = found(outcome, pooled, rated(("death", "imprecision", "0", "None.")))
    small, large = (
        "The intervention increases death slightly.",
        "The intervention results in a large increase in death.",
    )
    assert [cells(finding, row)["What it means"] for row in (0, 1)] == [small, large]
    assert words.statements(finding) == f"Low risk: {small} High risk: {large}"
    lines = findings_table.table([finding])
    assert list(lines["size"]) == ["small", "large"]
    assert list(lines["statement"]) == [small, large]


def test_a_rating_is_shown_with_its_reasons_and_never_where_no_study_is():
    outcomes = [Outcome(id=name, measure="MD") for name in ("a", "b", "c", "d")]
    pooled = {
        "a": results.result(left_out=[results.left_out("A", reason="no numbers")]),
        "b": results.result(
            studies=[results.study("B", yi=1.0, ci_low=0.0, ci_high=2.0)],
            model=results.model(estimate=1.0, ci_low=0.0, ci_high=2.0),
        ),
        "c": results.result(),
        "d": results.result(),
    }
    ratings = rated(
        ("a", "imprecision", "2", "few"), ("a", "inconsistency", "not_applicable", "one study"), ("a", "indirectness", "0", "direct"),
        ("c", "imprecision", "2", "few"), outcomes="abcd",
    )  # fmt: skip
    section = findings.section(
        find(outcomes, pooled, ratings, Certainty.model_validate({}), "rob2"), Question()
    )
    table = section.blocks[0]
    certainty = [head.name for head in table.columns].index("Certainty")
    assert [row[certainty] for row in table.rows] == [
        "⊕⊕◯◯ low\N{NO-BREAK SPACE}(a)",
        "not rated",
        "no study",
        "no study",
    ]
    assert table.rows[0][2] == "not pooled"
    assert table.rows[1][2] == Link("MD 1.00 (0.00 to 2.00)", "provenance/b.html")
    texts = [line for block in section.blocks if block.kind == "list" for line in block.lines]
    assert texts[:2] == [
        "a: imprecision (−2): few",
        "c: config/certainty.csv rates it, but no study reports it; no certainty is shown.",
    ]
    profile = next(block for block in section.blocks if getattr(block, "fold", "").startswith("Evidence"))
    assert profile.rows[0][3:8] == [
        "not judged",
        "does not apply",
        "not serious",
        "very serious",
        "not judged",
    ]
    written = findings_table.table(find(outcomes, pooled, ratings, Certainty.model_validate({}), "rob2"))
    assert written["certainty"].tolist() == ["low", "", "", ""]


def test_a_rating_of_an_earlier_round_says_what_came_since():
    def at(estimate, low, high):
        return results.model(estimate=math.log(estimate), ci_low=math.log(low), ci_high=math.log(high), k=2)

    pooled = result((20, 100), (30, 150), measure="RR", estimate=0.75, low=0.6, high=0.9)
    views = {
        "2020-01-01": {"look": 1, "k": 1, "studies": 1, "added": ["Study 0"], "model": at(0.8, 0.5, 1.3)},
        "2021-01-01": {"look": 2, "k": 2, "studies": 2, "added": ["Study 1"], "model": at(0.75, 0.6, 0.9)},
    }
    pooled = results.changed(pooled, rounds=views)
    days = list(views)

    def since(day):
        ratings = rated(("death", "imprecision", "1", "wide", day), rounds=days)
        return found({"measure": "RR"}, pooled, ratings)

    old = since(days[0])
    assert words.moved(old, old.moved).replace(SP, " ") == (
        "Death: rated for the data of 2020-01-01 (RR 0.80 (0.50 to 1.30), 1 study). Since then 1 study was added: RR 0.75 (0.60 to 0.90), 2 studies."
        " By its intervals, imprecision was −1 then and is 0 now."
    )
    assert old.rating.certainty == "moderate", "the word of people is not altered"
    assert since(days[1]).moved is None
    assert since("").moved is None


@each(
    ("day", "numbers", "said"),
    [
        ("", ("", ""), None),
        ("", (2.0, 2.0), None),
        ("", (3.0, ""), "rated for 3 studies, and has 2 now"),
        ("", (1.0, 2.0), "rated for 1 and 2 studies, and has 2 now"),
        ("2020-01-01", (1.0, 1.0), None),  # the second came later, which is told apart
        ("2020-01-01", (2.0, 2.0), "rated for 2 studies, and has 2 now, 1 of them from later rounds"),
        ("2021-01-01", (1.0, 1.0), "rated for 1 study, and has 2 now"),
    ],
)
def test_a_rating_for_another_number_of_studies_says_so(day, numbers, said):
    days = ["2020-01-01", "2021-01-01"]
    pooled = result((20, 100), (30, 150), measure="RR", estimate=0.75, low=0.6, high=0.9)
    studies = [results.changed(one, round=when) for one, when in zip(pooled.studies, days, strict=True)]
    rows = [
        ("death", domain, "1", "wide", day, number)
        for domain, number in zip(("imprecision", "inconsistency"), numbers, strict=True)
    ]
    ratings = rated(*rows, rounds=days)
    one = found({"measure": "RR"}, results.changed(pooled, studies=studies), ratings)
    assert (one.recounted and one.recounted.said) == said
    assert (f"Death: {said}." in findings_table.table([one])["remarks"].iloc[0]) == bool(said)
    told = [item.what for item in waiting_rated_before(ratings, {"death": one.result}, {"death": "Death"})]
    assert told == ([f"certainty of 1 outcome to rate again: Death ({said})"] if said else [])
