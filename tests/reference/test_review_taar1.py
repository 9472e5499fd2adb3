"""A published review from its extraction sheet to its pooled results, to the two decimals published."""

import math

import pytest

from evergreen import tables
from evergreen.bias.judgements import judge
from evergreen.bias.tools import ROB2
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import as_text, merge_extraction, merge_studies
from evergreen.extraction.slices import Slices
from evergreen.protocol.loading import load
from evergreen.sheets import read_sheet
from tests.results import written

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def review(root):
    return root / "tests" / "reviews" / "taar1"


@pytest.fixture(scope="module")
def merged(review):
    sheet = read_sheet(review / "config" / "extraction" / "published.csv", "extraction")
    return derive(merge_extraction({"published": sheet}).rows, {}).map(as_text)


@pytest.fixture(scope="module")
def studies(review):
    sheet = read_sheet(review / "config" / "extraction" / "studies-published.csv", "extraction_studies")
    return merge_studies({"published": sheet}).rows.map(as_text)


def published(root):
    return tables.rows(tables.read_table(root / "tests" / "reviews" / "taar1" / "published.csv"))


def pytest_generate_tests(metafunc):
    if "expected" in metafunc.fixturenames:
        rows = published(metafunc.config.rootpath)
        metafunc.parametrize("expected", rows, ids=[f"{row['outcome']}-{row['model']}" for row in rows])


def pooled(review, merged, studies, name, model):
    outcomes = load(review / "config" / "config.yaml").outcomes
    outcome = next(outcome for outcome in outcomes if outcome.id == name)
    rows = Slices(merged, studies=studies).of(outcome.data, outcome.columns)
    analysis = outcome.analysis.model_copy(update={"model": model, "test": "z"})
    return written(rows, outcome.model_copy(update={"analysis": analysis}))


def test_the_published_estimate_is_found_again(review, merged, studies, expected):
    result = pooled(review, merged, studies, expected["outcome"], expected["model"])
    model = result["model"]
    back = math.exp if expected["measure"] == "OR" else float
    found = [back(model[key]) for key in ("estimate", "ci_low", "ci_high")]
    assert result["k"] == int(expected["k"])
    assert found == pytest.approx(
        [float(expected[key]) for key in ("estimate", "ci_low", "ci_high")], abs=0.00501
    )


def test_the_published_number_of_participants_is_found_again(review, merged, studies, expected):
    result = pooled(review, merged, studies, expected["outcome"], expected["model"])
    total = sum(arm["n"] for study in result["studies"] for arm in study["arms"].values())
    assert total == int(expected["n"])


def test_overall_judgements_that_differ_from_the_algorithm_carry_their_reason(review):
    sheet = read_sheet(review / "config" / "risk_of_bias" / "published.csv", "risk_of_bias")
    judgements = judge({"published": sheet}, None, ROB2).judgements
    overall = judgements[judgements["domain"] == "overall"]
    raised = overall[overall["judgement"] != overall["algorithm"]]
    assert len(raised) > 0
    assert raised["support"].ne("").all()
    assert set(judgements["judgement"]) <= set(ROB2.levels)
