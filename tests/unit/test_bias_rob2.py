"""RoB 2: every row of the truth table, and the overall judgement."""

import csv

from evergreen.bias.tools import ROB2
from tests.rows import each


def truth_table(shared):
    path = shared / "data" / "anchors" / "rob2_truth_table.csv"
    with path.open(newline="") as file:
        for domain, _, answers, judgement in list(csv.reader(file))[1:]:
            domain = domain.split("-")[0]
            asked = [question.id for question in ROB2.by_id[domain].form().questions]
            yield domain, dict(zip(asked, answers.split(","), strict=True)), judgement.casefold()


def test_every_row_of_the_truth_table(shared):
    wrong = [
        (domain, answers, expected)
        for domain, answers, expected in truth_table(shared)
        if ROB2.suggest(domain, answers) != expected
    ]
    assert wrong == []


def test_probably_counts_like_certainly(shared):
    probably = {"Y": "PY", "N": "PN"}
    for domain, answers, expected in truth_table(shared):
        assert ROB2.suggest(domain, {q: probably.get(a, a) for q, a in answers.items()}) == expected


def test_a_path_that_ends_without_an_answer_gives_no_judgement():
    assert ROB2.suggest("D3", {"3.1": "N", "3.2": "N"}) is None
    assert ROB2.suggest("D3", {"3.1": "Y"}) == "low"
    assert ROB2.suggest("D1", {}) is None


@each(
    ("answers", "expected"),
    [
        (["N", "N", "NA", "N", "NA", "NA"], "low"),
        (["Y", "N", "Y", "NA", "N", "NA"], "low"),
        (["Y", "N", "Y", "Y", "N", "Y"], "some concerns"),
        (["Y", "N", "Y", "Y", "N", "N"], "high"),
        (["Y", "N", "N", "N", "N", "Y"], "some concerns"),
        (["Y", "N", "NI", "N", "N", "NI"], "high"),
    ],
)
def test_adhering_to_intervention(answers, expected):
    questions = [f"2.{number}" for number in range(1, 7)]
    assert ROB2.suggest("D2", dict(zip(questions, answers, strict=True)), effect="adhering") == expected


def test_the_worst_domain_decides_overall():
    low = dict.fromkeys(("D1", "D2", "D3", "D4", "D5"), "low")
    assert ROB2.overall(low) == "low"
    assert ROB2.overall(low | {"D2": "some concerns", "D3": "some concerns"}) == "some concerns"
    assert ROB2.overall({"D5": "high"}) == "high"
    assert ROB2.overall({"D1": "low"}) is None
