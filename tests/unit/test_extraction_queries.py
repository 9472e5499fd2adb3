"""Each kind of query: a case that raises it, and near ones that do not."""

import math

import pandas as pd
import pytest

from evergreen import tables
from evergreen.errors import InputError
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.derive import derive
from evergreen.extraction.queries import reference
from evergreen.extraction.queries.asking import COLUMNS, answers_of, evidence_of, queries_of
from evergreen.extraction.queries.evidence import days_of
from evergreen.extraction.queries.findings import NO_QUERY
from evergreen.extraction.queries.intervals import symmetric
from evergreen.extraction.queries.p_values import contradicts
from evergreen.extraction.queries.registry import KINDS
from evergreen.extraction.queries.rounding import possible_means, possible_sd
from evergreen.protocol.outcomes import Instrument, Outcome
from evergreen.sheets.columns import apart, columns_of
from tests.rows import each

PAIN = Outcome(id="pain", measure="MD", better="lower", unit="mm")
STEPS = Outcome(id="pain", measure="MD", instrument=Instrument(step=1))
DEATH = Outcome(id="death", measure="RR", better="lower")
HR = Outcome(id="progression", measure="HR", better="lower")
WALK = Outcome(id="walking", measure="MD", better="higher")
TEXTS = ("timepoint", "arm", "unit", "estimate_p", "scale", "source", "note", "derived")


def row(**filled):
    blank = dict.fromkeys(NUMBERS, math.nan) | dict.fromkeys(TEXTS, "")
    return (
        blank
        | {"study": "S", "outcome": "pain", "group": "intervention", "origin": "AB.csv:2", "extractors": "AB"}
        | filled
    )


def arms(study="S", outcome="pain", drug=(), control=(), **both):
    """Drug and placebo of a study."""
    return [
        row(study=study, outcome=outcome, arm="drug", **both, **dict(drug)),
        row(study=study, outcome=outcome, arm="placebo", group="control", **both, **dict(control)),
    ]


def others(count=8, baseline=False, **both):
    """Studies of pain that are in order: about 30 and 40, standard deviation about 20, of 50 people each."""
    found = []
    for at in range(count):
        off = (at * 7 % 5) - 2.0
        values = {"n": 48.0 + at, "sd": 19.0 + at % 3 + at / 10, **both}
        before = {"mean_baseline": 52.1 + off, "sd_baseline": 20.3} if baseline else {}
        found += arms(
            f"O{at}",
            drug={"mean": 30.3 + off + at / 10, **values, **before},
            control={"mean": 40.2 + off - at / 10, **values, **before, "sd": both.get("sd", 20.5)},
        )
    return found


def contrasts(values, outcome="progression", **filled):
    return [
        row(study=f"O{at}", outcome=outcome, group="contrast", estimate=value, **filled)
        for at, value in enumerate(values)
    ]


def counted(events, control, n=50, timepoint=""):
    return arms(
        outcome="death",
        n=float(n),
        timepoint=timepoint,
        drug={"events": float(events)},
        control={"events": float(control)},
    )


def rates(count=8, n=60):
    return [
        one
        for at in range(count)
        for one in arms(
            f"O{at}",
            "death",
            n=float(n + at),
            drug={"events": 12.0 + at % 4},
            control={"events": 15.0 + at % 3},
        )
    ]


def table(rows, outcomes=(PAIN,), studies=(), answers=None):
    register = pd.DataFrame(studies) if studies else pd.DataFrame(columns=["study"])
    return queries_of(evidence_of(pd.DataFrame(rows), register, outcomes), answers or {})


def changes(drug):
    """Pain as changes from baseline, about -10 and 0, and a study whose drug arm has `drug`."""
    unit = "change in mm"
    about = [{**one, "mean": round(one["mean"] - 40, 2), "unit": unit} for one in others()]
    return [*about, *pain({"mean": drug}, {"mean": 0.4}, unit=unit)]


def course(*events, n=50):
    """Events of drug and placebo at six months, then at a year."""
    return [*counted(*events[:2], n=n, timepoint="6 months"), *counted(*events[2:], n=n, timepoint="1 year")]


def raised(rows, outcomes=(PAIN,), studies=()):
    """{(kind, column)} of the queries on the study S."""
    found = table(rows, outcomes, studies)
    return {
        (kind, column)
        for kind, column, study in zip(found["kind"], found["column"], found["study"], strict=True)
        if study == "S"
    }


DRUG, CONTROL = {"n": 50.0, "mean": 31.0, "sd": 20.0}, {"n": 51.0, "mean": 40.5, "sd": 19.5}


def pain(drug=(), control=(), **both):
    return arms(drug=DRUG | dict(drug), control=CONTROL | dict(control), **both)


CASES = [
    # kind, column, rows that raise it, rows that do not, ...
    ("sd_is_se", "sd", [*others(), *pain({"sd": 2.83})], [*others(), *pain({"sd": 12.0})], [*others(), *pain({"sd": 20.0})]),
    ("sd_is_se", "sd", [*others(), *pain({"sd": 2.83}, {"sd": 2.73})], [*others(), *pain({"sd": 14.0}, {"sd": 14.5})], pain({"sd": 9.0})),
    ("sd_is_se", "sd", pain({"sd": 2.83}), pain({"sd": 15.0}), pain({"sd": 19.0})),
    ("sd_is_se", "sd", pain({"sd": 2.83, "ci_low": 25.5, "ci_high": 36.5}), pain({"ci_low": 25.5, "ci_high": 36.5}), pain({"sd": 20.6, "se": 2.83})),
    ("se_is_sd", "se", [*others(), *pain({"sd": math.nan, "se": 20.0})], [*others(), *pain({"sd": math.nan, "se": 2.83})], [*others(), *pain({"sd": math.nan, "se": 3.5})]),
    ("decimal_shift", "mean", [*others(), *pain({"mean": 310.0})], [*others(), *pain({"mean": 25.0})], [*others(), *pain({"mean": 45.0})]),
    ("decimal_shift", "sd", [*others(), *pain({"sd": 200.0})], [*others(), *pain({"sd": 30.0})], [*others(), *pain({"sd": 14.0})]),
    ("sign", "mean", [*others(), *pain({"mean": -31.0})], [*others(), *pain({"mean": 22.0})], [*others(), *pain({"mean": 38.0})]),
    ("sign", "mean", changes(10.0), changes(-9.0), changes(-1.0)),
    ("percent_as_count", "events", course(30, 36, 18, 21, n=200), course(30, 36, 10, 12, n=200), course(30, 36, 31, 42, n=200)),
    ("arms_swapped", "events", course(5, 9, 12, 7), course(5, 9, 7, 6), course(5, 9, 7, 12)),
    ("same_numbers", "estimate_ci_high", contrasts([0.66, 0.66], estimate_ci_low=0.4, estimate_ci_high=1.07), contrasts([0.66, 0.67], estimate_ci_low=0.4, estimate_ci_high=1.07),
     contrasts([0.6, 0.6], estimate_ci_low=0.4, estimate_ci_high=0.9)),
    ("change_among_final", "mean", [*others(baseline=True), *pain({"mean": -21.0, "mean_baseline": 52.0}, {"mean_baseline": 52.3})],
     [*others(baseline=True), *pain({"mean": 21.0, "mean_baseline": 42.0}, {"mean_baseline": 42.3})],
     [*others(baseline=True, unit="change in mm"), *pain({"mean": -21.0, "mean_baseline": 52.0}, {"mean_baseline": 52.3}, unit="change in mm")]),
    ("unit", "mean", [*others(), *pain({"mean": 3.1, "sd": 2.0}, {"mean": 4.05, "sd": 1.95})], [*others(), *pain({"mean": 24.0, "sd": 15.0}, {"mean": 33.0, "sd": 15.5})], [*others(), *pain()]),
    ("sd_is_variance", "sd", [*others(), *pain({"sd": 400.0})], [*others(), *pain({"sd": 28.0})], [*others(), *pain()]),
    ("mean_sd_swapped", "mean", [*others(sd=5.0), *pain({"mean": 5.1, "sd": 33.0}, {"sd": 5.2})], [*others(sd=5.0), *pain({"mean": 27.0, "sd": 5.4}, {"sd": 5.2})], [*others(), *pain()]),
    ("digits_transposed", "sd", [*others(), *pain({"sd": 91.0})], [*others(), *pain({"sd": 25.0})], [*others(), *pain()]),
    ("digits_transposed", "n", [*pain({"n": 54.0}, timepoint="6 weeks"), *pain({"n": 45.0}, timepoint="12 weeks")],
     [*pain({"n": 54.0}, timepoint="6 weeks"), *pain({"n": 46.0}, timepoint="12 weeks")], pain({"n": 45.0})),
    ("decimal_shift", "n", [*pain(timepoint="6 weeks"), *pain({"n": 500.0}, timepoint="12 weeks")], [*pain(timepoint="6 weeks"), *pain({"n": 42.0}, timepoint="12 weeks")], pain({"n": 100.0})),
    ("outlying", "mean", [*others(), *pain({"mean": 115.0}, {"mean": 125.0})], [*others(), *pain({"mean": 36.0}, {"mean": 45.0})], others()[:4] + pain({"mean": 115.0}, {"mean": 125.0})),
    ("arms_swapped", "mean", [*others(), *pain({"mean": 41.0}, {"mean": 31.0})], [*others(), *pain({"mean": 36.0}, {"mean": 37.0})], [*others(), *pain({"mean": 38.0}, {"mean": 37.0})]),
    ("arms_swapped", "n", [*pain(timepoint="6 weeks"), *pain(timepoint="8 weeks"), *pain({"n": 51.0}, {"n": 50.0}, timepoint="12 weeks")],
     [*pain(timepoint="6 weeks"), *pain(timepoint="12 weeks")], [*pain(timepoint="6 weeks"), *pain({"n": 49.0}, {"n": 50.0}, timepoint="12 weeks")]),
    ("spread_contradiction", "sd", pain({"sd": 12.0, "ci_low": 25.5, "ci_high": 36.5}), pain({"sd": 20.0, "ci_low": 25.5, "ci_high": 36.5}), pain({"sd": 12.0, "ci_low": 25.5, "ci_high": 36.5, "mean": 31.0, "derived": "x"} | {"derived": "sd: own"})),
    ("spread_contradiction", "sd", pain({"ci_low": 26.26, "ci_high": 35.74}), pain({"ci_low": 26.26, "ci_high": 35.74, "ci_level": 90.0}),
     pain({"ci_low": 26.35, "ci_high": 35.65, "ci_level": 90.0}, ci_distribution="z")),
    ("interval_asymmetric", "mean", pain({"sd": math.nan, "ci_low": 21.5, "ci_high": 36.5, "mean": 31.0}), pain({"sd": math.nan, "ci_low": 25.5, "ci_high": 36.5}), pain({"sd": math.nan, "ci_low": 25.4, "ci_high": 36.5})),
    ("quartiles_at_median", "q1", pain({"median": 3.0, "q1": 3.0, "q3": 3.0}), pain({"median": 3.0, "q1": 3.0, "q3": 4.0}), pain({"median": 3.0, "q1": 2.0, "q3": 3.0})),
    ("no_spread", "sd", pain({"sd": 0.0}), pain({"n": 1.0, "sd": 0.0}), pain({"sd": 20.0})),
    ("same_numbers", "sd", [*others(2), *pain(), *arms("T", drug=DRUG | {"mean": 31.0}, control=CONTROL)], [*pain(), *arms("T", drug=DRUG | {"n": 52.0}, control=CONTROL | {"sd": 19.4})],
     [*pain(timepoint="6 weeks"), *arms("T", drug=DRUG, control=CONTROL, timepoint="12 weeks")]),
    ("repeated_within_study", "mean", pain({"mean": 40.5, "sd": 19.5}), pain({"mean": 40.5}), pain({"mean": 40.0, "sd": 20.0}, {"mean": 40.0, "sd": 20.0})),
    ("unit_differs", "unit", [*others(unit="mm"), *pain(unit="cm")], [*others(unit="mm"), *pain(unit="Mm ")], [*others(unit="mm"), *pain(unit="change in mm")]),
    ("unit_missing", "unit", [*others(unit="mm"), *pain()], [*others(unit="mm"), *pain(unit="mm")], [*others(), *pain()]),
    ("instrument_differs", "instrument", [*others(instrument="WOMAC"), *pain(instrument="HAQ")], [*others(instrument="WOMAC"), *pain(instrument="Womac")], [*others(instrument="WOMAC"), *pain(instrument="NR")]),
    ("number_contradiction", "events", [row(n=50.0, events=12.0, percent=42.0)], [row(n=50.0, events=12.0, percent=24.0)], [row(n=51.0, events=12.0, percent=23.5)]),
    ("number_contradiction", "events", [row(events=12.0, rate=0.5, person_time=100.0)], [row(events=12.0, rate=0.12, person_time=100.0)], [row(events=12.0, rate=0.1, person_time=112.0)]),
    ("number_contradiction", "mean", pain({"mean": 5.0, "mean_baseline": 20.0, "mean_final": 15.0}), pain({"mean": -5.0, "mean_baseline": 20.0, "mean_final": 15.0}), pain({"mean": 5.0, "mean_baseline": 20.0, "mean_final": 15.0}, note="adjusted for baseline")),
    ("number_contradiction", "mean", pain({"mean": 3.0, "mean_total": 20.0, "mean_part": 14.0}), pain({"mean": 5.3, "mean_total": 20.0, "mean_part": 14.7}), pain({"mean": 5.0, "mean_total": 20.0})),
    ("said_of_one_arm", "ci_level", pain({"ci_low": 25.0, "ci_high": 35.0, "ci_level": 90.0}, {"ci_low": 35.0, "ci_high": 45.0}),
     pain({"ci_low": 25.0, "ci_high": 35.0, "ci_level": 90.0}), pain({"ci_low": 25.0, "ci_high": 35.0}, {"ci_low": 35.0, "ci_high": 45.0}, ci_level=90.0)),
    ("said_of_one_arm", "ci_level", pain({"ci_low": 25.0, "ci_high": 35.0}, {"ci_low": 35.0, "ci_high": 45.0, "ci_level": 99.0}),
     pain({"ci_low": 25.0, "ci_high": 35.0, "ci_level": 95.0}, {"ci_low": 35.0, "ci_high": 45.0}), pain({"ci_low": 25.0, "ci_high": 35.0, "ci_level": 95.0}, {"ci_low": 35.0, "ci_high": 45.0, "ci_level": 90.0})),
    ("said_of_one_arm", "design_effect", pain({"design_effect": 2.0}), pain({"design_effect": 2.0}, {"icc": 0.05, "cluster_size": 21.0}), [*pain({"design_effect": 2.0}, {"design_effect": 1.0}), row(group="contrast", estimate=-3.0)]),
    ("said_of_one_arm", "icc", pain(control={"icc": 0.0, "cluster_size": 9.0}), pain(in_conflict="icc", control={"icc": 0.1}), pain()),
    ("group_not_read", "group", [*pain(), row(arm="5 mg", mean=30.0, sd=20.0, n=50.0, group="single")], [*pain(), row(arm="", estimate=-10.0, group="contrast")], [row(mean=30.0, sd=20.0, n=50.0, group="single")]),
    ("arm_sizes", "n", [*others(), *pain({"n": 500.0})], [*others(), *pain({"n": 110.0})], pain({"n": 500.0})),
    ("arm_sizes", "n", [*others(), *pain(control={"n": 5.0})], [*others(), *pain(), *pain({"n": 500.0}, timepoint="6 weeks")], [*others(3), *pain(control={"n": 5.0})]),
    ("arm_sizes", "n", [*others(), *pain({"n": 45660.0})], [*others(), *pain({"n": 500.0}, {"n": 501.0})], [*others(), *pain({"n": 500.0, "group": "single"})]),
    ("arm_sizes", "n", [*others(), *arms("T", drug=DRUG | {"n": 600.0}, control=CONTROL), *pain({"n": 500.0})],
     [*[row | {"n": row["n"] * 9} if row["arm"] == "drug" else row for row in others()], *pain({"n": 500.0})], [*others(), *pain({"n": 150.0})]),
    ("study_spelt_otherwise", "study", [*arms("S.", drug=DRUG | {"n": 31.0}, control=CONTROL), *pain()], [*arms("Sb", drug=DRUG, control=CONTROL), *pain()], [*arms("s", drug=DRUG, control=CONTROL), *pain(timepoint="6 weeks")]),
    ("baseline_imbalance", "mean_baseline", pain({"mean_baseline": 52.0, "sd_baseline": 2.9}, {"mean_baseline": 55.0, "sd_baseline": 2.8}),
     pain({"mean_baseline": 52.0, "sd_baseline": 20.0}, {"mean_baseline": 55.0, "sd_baseline": 20.0}), pain({"mean_baseline": 52.0}, {"mean_baseline": 75.0})),
    ("p_contradiction", "estimate_p", pain({"estimate_p": "0.0002"}), pain({"estimate_p": "0.017"}), pain({"estimate_p": "<0.05"})),
    ("text_among_numbers", "dose", [*others(dose="5"), *pain(dose="5 mg")], [*others(dose="5"), *pain(dose="7.5")], [*others(dose="5 mg"), *pain(dose="5")]),
]  # fmt: skip


@each(("kind", "column", "wrong", "right", "right_too"), CASES, ids=[f"{case[0]}-{case[1]}-{at}" for at, case in enumerate(CASES)])  # fmt: skip
def test_a_kind_is_raised_where_it_should_be_and_not_near_it(kind, column, wrong, right, right_too):
    for rows in (wrong, right, right_too):
        if all(one["group"] == "contrast" for one in rows):
            rows[-1]["study"] = "S"
    assert (kind, column) in raised(wrong)
    for rows in (right, right_too):
        assert kind not in {found for found, _ in raised(rows)}


@each(
    ("one", "other", "asked"),
    [
        ("M\u00fcller 2001", "Mueller 2001", True), ("M\u00fcller 2001", "Muller 2001", True), ("M\u00fcller 2001", "m\u00fcller 2001", False),
        ("Mueller 2001", "Muller 2001", False), ("Xu 2001", "Xue 2001", False), ("Xu 2001", "X\u00fa 2001", True), ("M\u00f8ller 2001", "Moller 2001", True),
        ("Smith 2001", "Smith et al. 2001", True), ("Smith 2001", "Smith 2001a", False), ("Smith 2001", "Smith et al. 2002", False),
        ("Roe & Doe 2001", "Roe and Doe 2001", True), ("Roe & Doe 2001", "Roe 2001", False), ("Anders 2001", "And-ers 2001", True),
        ("IFN-\u03b2", "IFN beta", True), ("IFN-\u03b2", "IFN alpha", False), ("\u03bb-1", "lambda 1", True), ("O\u2082", "o2", True),
    ],
)  # fmt: skip
def test_a_study_that_may_be_another_one_is_asked_about_once(one, other, asked):
    rows = [*arms(one, drug=DRUG | {"n": 31.0}, control=CONTROL), *pain(study=other)]
    kinds = table(rows, (PAIN,))["kind"].tolist()
    assert kinds.count("study_spelt_otherwise") == asked


PEOPLE = [{"study": "S", "randomised": "101", "design": "parallel"}]
CROSSED = [{"study": "S", "randomised": "60", "design": "Crossover trial"}]
OTHER_CASES = [
    ("percent_as_count", DEATH, [*rates(), *counted(20, 24, n=300)], ()),
    ("percent_as_count", DEATH, [*rates(), *counted(23, 27, n=30)], ()),
    ("", DEATH, [*rates(), *counted(7, 8, n=30)], ()),
    ("", DEATH, [*rates(), *counted(48, 50, n=200)][:-2] + counted(40, 50, n=200), ()),
    ("", DEATH, [*rates(), *counted(23, 26, n=100)], ()),
    ("events_fall", DEATH, [*counted(9, 9, timepoint="6 months"), *counted(7, 9, timepoint="1 year")], ()),
    ("", DEATH, [*counted(7, 9, timepoint="6 months"), *counted(9, 9, timepoint="1 year")], ()),
    ("", DEATH, [*counted(9, 9, timepoint="end of treatment"), *counted(7, 9, timepoint="1 year")], ()),
    ("n_above_randomised", DEATH, counted(9, 9, n=102), PEOPLE),
    ("fraction_of_people", DEATH, counted(40.4, 53, n=189), ()),
    ("arms_above_study", DEATH, counted(9, 9, n=51), PEOPLE),
    ("", DEATH, counted(9, 9, n=50), PEOPLE),
    ("", DEATH, counted(9, 9, n=60), CROSSED),
    ("scale", HR, contrasts([-0.3], estimate_ci_low=-0.6, estimate_ci_high=-0.02), ()),
    ("scale", HR, contrasts([0.7], estimate_ci_low=0.45, estimate_ci_high=0.95), ()),
    ("interval_asymmetric", HR, contrasts([0.7], estimate_ci_low=0.4, estimate_ci_high=0.95), ()),
    ("decimal_shift", HR, contrasts([0.7], estimate_ci_low=0.05, estimate_ci_high=0.98), ()),
    ("interval_asymmetric", WALK, contrasts([25.0], "walking", estimate_ci_low=-20.0, estimate_ci_high=30.0), ()),
    ("sign", WALK, contrasts([25.0], "walking", estimate_ci_low=-20.0, estimate_ci_high=30.0), ()),
    ("", HR, contrasts([0.7], estimate_ci_low=0.5, estimate_ci_high=0.98), ()),
    ("", HR, contrasts([0.70], estimate_ci_low=0.48, estimate_ci_high=0.98), ()),
    ("spread_contradiction", HR, contrasts([0.7], estimate_ci_low=0.5, estimate_ci_high=0.98, estimate_se=0.3), ()),
    ("", HR, contrasts([0.7], estimate_ci_low=0.5, estimate_ci_high=0.98, estimate_se=0.17), ()),
    ("p_contradiction", HR, contrasts([0.7], estimate_ci_low=0.5, estimate_ci_high=0.98, estimate_p="0.39"), ()),
    ("", HR, contrasts([0.7], estimate_ci_low=0.5, estimate_ci_high=0.98, estimate_p="0.039"), ()),
    # A 99 % interval of a standard error of 0.15, and t with four degrees of freedom, by R's qnorm and pt.
    ("p_contradiction", HR, contrasts([0.7], estimate_ci_low=0.476, estimate_ci_high=1.03, estimate_p="0.017"), ()),
    ("", HR, contrasts([0.7], estimate_ci_low=0.476, estimate_ci_high=1.03, estimate_ci_level=99.0, estimate_p="0.017"), ()),
    ("p_contradiction", WALK, contrasts([5.0], "walking", estimate_se=2.0, estimate_p="0.067"), ()),
    ("", WALK, contrasts([5.0], "walking", estimate_se=2.0, estimate_df=4.0, estimate_p="0.067"), ()),
    ("", WALK, contrasts([5.0], "walking", estimate_ci_low=-0.55, estimate_ci_high=10.55, estimate_df=4.0, estimate_p="0.067"), ()),
    ("arms_swapped", HR, [*contrasts([0.4, 0.45, 0.38, 0.41, 0.43, 0.42]), *contrasts([2.4])], ()),
    ("sign", WALK, [*contrasts([28, 31, 25, 29.5, 27, 30], "walking"), *contrasts([-28.0], "walking")], ()),
    ("", WALK, [*contrasts([28, 31, 25, 29.5, 27, 30], "walking"), *contrasts([22.0], "walking")], ()),
    ("outlying", WALK, [*contrasts([28, 31, 25, 29.5, 27, 30], "walking"), *contrasts([1.2], "walking")], ()),
    ("", WALK, [*contrasts([28, 31, 25, 29.5, 27, 30], "walking"), *contrasts([1.2], "walking", estimate_measure="RR", scale="ratio")], ()),
    ("grim", STEPS, pain({"n": 20.0, "mean": 31.03}), ()),
    ("", STEPS, pain({"n": 20.0, "mean": 31.05, "sd": 20.0}, {"n": 50.0}), ()),
    ("", STEPS, pain({"n": 20.0, "mean": 31.03}, {"n": 50.0}, note="least squares mean"), ()),
    ("", STEPS, pain({"n": 120.0, "mean": 31.03}, {"n": 50.0}), ()),
    ("", PAIN, pain({"n": 20.0, "mean": 31.03}), ()),
    ("grimmer", STEPS, pain({"n": 18.0, "mean": 3.44, "sd": 2.46}, {"n": 18.0, "mean": 3.5, "sd": 2.5}), ()),
    ("text_among_numbers", PAIN, pain(), [*({"study": f"O{at}", "age": "50"} for at in range(8)), {"study": "S", "age": ">18"}]),
]  # fmt: skip


@each(("kind", "outcome", "rows", "studies"), OTHER_CASES, ids=[f"{case[0] or 'none'}-{at}" for at, case in enumerate(OTHER_CASES)])  # fmt: skip
def test_other_outcomes(kind, outcome, rows, studies):
    for at, one in enumerate(rows):
        if one["group"] == "contrast" and at == len(rows) - 1:
            one["study"] = "S"
    found = {name for name, _ in raised(rows, [outcome], studies)}
    assert (kind in found) if kind else not found


@each(("wider", "agree"), [(1.0, True), (1.05, True), (1.13, False), (0.95, True), (0.88, False)])
def test_what_is_asked_about_as_a_contradiction_is_what_no_conversion_takes(wider, agree):
    half = 1.984217 * 1.412 * wider  # t with 99 degrees of freedom
    rows = arms(
        drug={
            "n": 100.0,
            "mean": 30.0,
            "se": 1.412,
            "ci_low": round(30 - half, 3),
            "ci_high": round(30 + half, 3),
        }
    )[:1]
    assert (("spread_contradiction", "se") not in raised(rows)) is agree
    (derived,) = tables.rows(derive(pd.DataFrame(rows), {}))
    assert ("contradict each other" not in derived["not_derived"]) is agree


def test_a_p_value_too_small_for_a_number_is_said_as_a_bound():
    rows = contrasts([50.0], "walking", estimate_se=0.5, estimate_p="0.5")
    found = table(rows, [WALK]).set_index("kind").loc["p_contradiction"]
    assert found["expected"] == "<0.0001"
    assert "the numbers of the row give <0.0001." in found["reason"]


def test_every_kind_has_a_case():
    named = {case[0] for case in CASES} | {case[0] for case in OTHER_CASES}
    assert set(KINDS) == named - {""}


def test_the_page_of_kinds_is_that_of_the_registry(root):
    assert (root / "docs/queries.md").read_text(encoding="utf-8") == reference.text()


@each("column", [column.name for column in columns_of("extraction") if column.name != "study"])
def test_a_study_level_column_may_be_called_as_one_of_the_extraction_sheet(column):
    studies = [{"study": "S", apart(column): "1200"}, {"study": "O1", apart(column): "n/a"}]
    assert not {kind for kind, _ in raised(pain(), studies=studies)}


def test_an_id_stays_with_kind_place_and_value_and_goes_with_them():
    wrong = [*others(), *pain({"sd": 2.83})]
    (before,) = table(wrong)["query"]
    moved = [one | {"origin": "CD.csv:9"} for one in reversed(wrong)]
    assert table([*moved, *arms("T", drug={"n": 20.0, "mean": 30.9, "sd": 21.0}, control={"n": 22.0, "mean": 39.0, "sd": 22.0})])["query"].tolist() == [before]  # fmt: skip
    assert table([*others(), *pain({"sd": 2.9})])["query"].tolist() != [before]
    assert table([*others(), *pain()]).empty


def test_an_answer_silences_its_query_and_no_other():
    wrong = [*others(), *pain({"sd": 2.83})]
    (name,) = table(wrong)["query"]
    given = {
        "query": name,
        "answer": "as printed",
        "by": "AB",
        "on": "2026-05-02",
        "_file": "config/queries.csv",
        "_row": 2,
    }
    (answered,) = table(wrong, answers={name: given}).to_dict("records")
    assert (answered["answer"], answered["answered_by"], answered["answered_on"]) == (
        "as printed",
        "AB",
        "2026-05-02",
    )
    new, old = table([*others(), *pain({"sd": 2.9})], answers={name: given}).to_dict("records")
    assert new["kind"] == "sd_is_se"
    assert not new["answer"]
    assert (old["query"], old["kind"], old["place"]) == (name, NO_QUERY, "config/queries.csv:2")


def test_two_answers_to_one_query_are_refused():
    sheet = pd.DataFrame([{"query": "x", "answer": text, "by": "", "on": "", "_file": "config/queries.csv", "_row": at} for at, text in ((2, "right"), (3, "wrong"))])  # fmt: skip
    with pytest.raises(
        InputError,
        match=r"config/queries.csv, row 3, column answer: the query x is answered in row 2 already",
    ):
        answers_of(sheet)
    assert set(answers_of(sheet.iloc[:1])) == {"x"}


def test_the_table_has_its_columns_and_does_not_depend_on_the_order_of_rows():
    rows = [*others(), *pain({"sd": 2.83, "mean": 310.0})]
    found = table(rows)
    assert tuple(found.columns) == COLUMNS
    pd.testing.assert_frame_equal(found, table(rows[::-1]))


@each(
    ("text", "days"),
    [("12 months", 365.25), ("1 year", 365.25), ("6 wk", 42), ("week 6", 42), ("24 h", 1), ("3-13 weeks", None), ("end", None), ("", None)],
)  # fmt: skip
def test_days_of_time_points(text, days):
    assert days_of(text) == (None if days is None else pytest.approx(days))


@each(
    ("mean", "n", "places", "possible"),
    # Brown and Heathers 2017: 5.19 of 28 whole numbers cannot be (5.18 and 5.21 can).
    [(5.19, 28, 2, False), (5.18, 28, 2, True), (5.21, 28, 2, True)],
)
def test_grim_of_the_paper(mean, n, places, possible):
    assert bool(possible_means(mean, n, 1, places)) is possible


def test_grimmer_against_all_samples():
    """All samples of five answers from 0 to 4: what they give is possible, and nearly nothing else is."""
    from itertools import combinations_with_replacement
    from statistics import mean, stdev

    samples = list(combinations_with_replacement(range(5), 5))
    printed = {(round(mean(one), 2), round(stdev(one), 2)) for one in samples}
    for average, sd in printed:
        assert any(possible_sd(sd, total, 5, 1, 2) for total in possible_means(average, 5, 1, 2))
    assert not possible_sd(1.30, 10, 5, 1, 2)


@each(
    ("text", "p", "whether"),
    [("0.0235", 0.167, True), ("0.0104", 0.0366, True), ("0.0055", 0.0106, False), ("<0.001", 0.002, False), ("<0.001", 0.02, True),
     ("0.00", 0.004, False), (">0.05", 0.01, True), (">0.05", 0.2, False), ("0.50", 0.9, False),
     # too small for a number: a slip of a decimal point in an estimate
     ("0.03", 0.0, True), ("0", 0.0, False), ("<0.001", 0.0, False), (">0.05", 0.0, True)],
)  # fmt: skip
def test_p_values_that_contradict_the_numbers(text, p, whether):
    assert contradicts(text, p) is whether


def test_rounding_alone_makes_no_limits_asymmetric():
    assert symmetric(0.1, 0.0, 0.3, ratio=False)
    assert symmetric(0.04, 0.01, 0.12, ratio=True)
    assert not symmetric(0.42, 0.1, 0.5, ratio=False)


@each(("mean", "asked"), [(-2.0, False), (-2.9, False), (-4.5, True), (2.0, True)])
def test_people_lost_since_the_baseline_contradict_no_change(mean, asked):
    """15 of 100 lost move the mean at baseline by 0.4 of its standard error."""
    ends = {"mean_baseline": 24.3, "sd_baseline": 10.0, "mean_final": 22.3, "sd_final": 11.0}
    rows = arms(drug={"n": 85.0, "mean": mean, "sd": 9.0} | ends)
    assert (("number_contradiction", "mean") in raised(rows)) is asked


def test_more_events_than_people_over_a_time_in_dispute_raise_nothing():
    many = {"n": 100.0, "events": 150.0, "in_conflict": "person_time"}
    assert raised(arms(outcome="death", drug=many, control=many | {"events": 148.0})) == set()
