"""Which way effects point that are not pooled: by numbers, else by words, never by significance."""

import pandas as pd
import pytest

from evergreen.figures.direction_wording import told
from evergreen.metaanalysis.sign_test import sign_test
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.outcome import result
from tests.protocols import pooling
from tests.rows import each


def arms(**numbers):
    """Rows of two arms, each number as (intervention, control)."""
    return [
        {"arm": group, "group": group, **{name: pair[place] for name, pair in numbers.items()}}
        for place, group in enumerate(("intervention", "control"))
    ]


def contrast(**cells):
    return [{"arm": "drug vs placebo", "group": "contrast", **cells}]


def found(rows, *, measure="MD", better="lower", **outcome):
    of_study = [{"study": "A", "outcome": "o", "timepoint": "", **row} for row in rows]
    asked = Outcome(id="o", measure=measure, better=better, **outcome)
    pooled = result(pd.DataFrame(of_study), asked)
    assert pooled.pooled is None
    [one] = pooled.directions.studies
    return one.toward, one.by, one.participants


@each(
    ("rows", "outcome", "expected"),
    [
        (arms(n=(40, 38), mean=(1.0, 2.0)), {}, ("intervention", "numbers", 78)),
        (arms(n=(40, 38), mean=(1.0, 2.0)), {"better": "higher"}, ("control", "numbers", 78)),
        (arms(n=(40, 38), mean=(1.0, 2.0)), {"better": None}, ("lower", "numbers", 78)),
        (arms(n=(40, 38), mean=(2.0, 2.0)), {}, ("none", "numbers", 78)),
        (arms(mean=(3.0, 2.0)), {}, ("control", "numbers", None)),
        (contrast(estimate=0.8, scale="ratio"), {"measure": "HR"}, ("intervention", "numbers", None)),
        (contrast(estimate=0.8, scale="analysis"), {"measure": "HR"}, ("control", "numbers", None)),
        (contrast(estimate=-2.0), {}, ("intervention", "numbers", None)),
        (contrast(direction="none"), {}, ("none", "words", None)),
        (contrast(direction="control"), {}, ("control", "words", None)),
        (contrast(estimate=-2.0, direction="control"), {}, ("intervention", "numbers", None)),
        (contrast(note="not significant"), {}, ("", "", None)),
        ([{**row, "direction": word} for row, word in zip(arms(n=(40, 38)), ("none", "control"), strict=True)], {}, ("", "", 78)),
    ],
)  # fmt: skip
def test_where_an_effect_points(rows, outcome, expected):
    assert found(rows, **outcome) == expected


@each(
    ("favouring", "n", "low", "high", "p"),
    [  # R 4: prop.test(correct = FALSE) and binom.test
        (1, 2, 0.09453121, 0.9054688, 1.0),
        (7, 10, 0.3967781, 0.8922087, 0.34375),
        (0, 3, 0.0, 0.561497, 0.25),
        (10, 10, 0.7224672, 1.0, 0.001953125),
    ],
)
def test_the_sign_test_is_that_of_r(favouring, n, low, high, p):
    assert sign_test(favouring, n)[3:] == pytest.approx((low, high, p), abs=1e-7)


@each(("favouring", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_more_than_there_are_is_refused(favouring, n):
    with pytest.raises(ValueError, match="cannot lie on one side"):
        sign_test(favouring, n)


def test_words_that_say_nothing_of_a_direction_are_not_counted():
    rows = [
        {"study": study, "outcome": "o", "timepoint": "", **row}
        for study, part in (
            ("A", contrast(direction="none")),
            ("B", contrast()),
            ("C", arms(n=(40, 38), mean=(1.0, 2.0))),
            ("D", contrast(direction="intervention")),
        )
        for row in part
    ]
    asked = Outcome(id="o", measure="MD", better="lower")
    both = told(result(pd.DataFrame(rows), asked).directions, 0.95, "denosumab")
    assert both.startswith("Of 2 with a direction (1 by words of the report), 2 favour denosumab: 100%")
    equal = [
        {"study": "E", "outcome": "o", "timepoint": "", **row} for row in arms(n=(40, 38), mean=(2.0, 2.0))
    ]
    same = told(result(pd.DataFrame(equal), asked).directions, 0.95, "denosumab")
    assert same == "No study says which group fared better; the numbers of 1 show no difference."
    same = told(result(pd.DataFrame(rows[:2]), asked).directions, 0.95, "denosumab")
    assert (
        same
        == "No study says which group fared better; 1 says that there was no difference, which is not an effect of 0."
    )


@each("measure", ["OR", "PETO"])
def test_a_table_that_says_nothing_of_the_effect_points_nowhere(measure):
    assert found(arms(n=(40, 38), events=(0, 0)), measure=measure) == ("", "", 78)


def test_studies_that_answer_another_question_have_no_direction():
    def rows(study, **cells):
        numbers = {"n": (40, 38), "mean": (1.0, 2.0), **cells.pop("numbers", {})}
        return [{"study": study, "outcome": "o", "timepoint": "6 weeks", "screening": "included", **row, **cells} for row in arms(**numbers)]  # fmt: skip

    sheet = [
        *rows("A"), *rows("B", screening="pending"), *rows("C", screening="excluded"), *rows("D", timepoint="1 year"),
        *rows("E", arm="other drug"),
    ]  # fmt: skip
    asked = Outcome(id="o", measure="MD", better="lower", timepoint=["6 weeks"], arms={"intervention": ["intervention"]})  # fmt: skip
    pooled = result(pd.DataFrame(sheet), asked)
    assert {one.study: one.outside for one in pooled.left_out} == {"A": False, **dict.fromkeys("BCDE", True)}
    assert [one.label for one in pooled.directions.studies] == ["A"]
    assert pooled.directions.signs.n == 1


@each(
    ("own", "analysis"),
    [
        ({"design_effect": 1.3}, {"model": "glmm", "tau2": "ML", "test": "z"}),
        ({"crossover": "yes", "r_paired": 0.5}, {"model": "mh", "test": "z"}),
        ({"events": (0, 9)}, {"to": "none"}),
    ],
)
def test_numbers_that_a_model_cannot_use_point_somewhere_all_the_same(own, analysis):
    events = own.pop("events", (3, 9))
    rows = [{"study": study, "outcome": "o", **row, **own} for study in "AB" for row in arms(n=(40, 40), events=events)]  # fmt: skip
    found = result(pd.DataFrame(rows).astype(str), pooling(analysis, id="o", measure="OR", better="lower")).directions  # fmt: skip
    assert [(one.study, one.toward, one.by) for one in found.studies] == [("A", "intervention", "numbers"), ("B", "intervention", "numbers")]  # fmt: skip
    assert (found.signs.favouring, found.signs.n) == (2, 2)


def test_a_study_votes_once_and_not_where_its_arms_contradict_each_other():
    rows = [
        {"study": study, "outcome": "o", "arm": arm, "group": "control" if arm == "c" else "intervention", "n": 40, "events": events, "design_effect": 1.3}
        for study, numbers in {"A": (3, 4, 9), "B": (3, 12, 9), "C": (12, 9)}.items()
        for arm, events in zip("abc" if len(numbers) == 3 else "ac", numbers, strict=True)
    ]  # fmt: skip
    asked = pooling({"model": "glmm", "tau2": "ML", "test": "z"}, id="o", measure="OR", better="lower", multi_arm="split")  # fmt: skip
    found = result(pd.DataFrame(rows).astype(str), asked).directions
    assert [one.toward for one in found.studies] == ["intervention"] * 3 + ["control"] * 2
    assert (found.signs.favouring, found.signs.n) == (1, 2)
