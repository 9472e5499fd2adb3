"""A published review from its extraction sheet to its pooled results, to the two decimals published."""

import math

import pytest

from evergreen import tables
from evergreen.bias.judgements import judge
from evergreen.bias.tools import ROB2
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import as_text, merge_extraction, merge_studies
from evergreen.extraction.slices import Slices
from evergreen.protocol.conversions import Conversions
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


def outcome_of(review, name, model, **conversions):
    outcomes = load(review / "config" / "config.yaml").outcomes
    outcome = next(outcome for outcome in outcomes if outcome.id == name)
    analysis = outcome.analysis.model_copy(update={"model": model, "test": "z"})
    own = {"conversions": Conversions.model_validate(conversions)} if conversions else {}
    return outcome.model_copy(update={"analysis": analysis, **own})


def pooled(review, merged, studies, outcome):
    slices = Slices(merged, studies=studies)
    return written(slices.of(outcome.data, outcome.columns, filling=outcome.filling), outcome)


def numbers_of(result, expected):
    model = result["model"]
    back = math.exp if expected["measure"] == "OR" else float
    return [back(model[key]) for key in ("estimate", "ci_low", "ci_high")]


def printed(expected):
    return [float(expected[key]) for key in ("estimate", "ci_low", "ci_high") if expected[key]]


def test_the_published_estimate_is_found_again(review, merged, studies, expected):
    result = pooled(review, merged, studies, outcome_of(review, expected["outcome"], expected["model"]))
    assert result["k"] == int(expected["k"])
    if not printed(expected):  # "not estimable effect size 0 events in both arms"
        assert result["model"] is None
        assert {one["reason"] for one in result["left_out"] if one["not_estimable"]} == {
            "no events in either group"
        }
        return
    found = numbers_of(result, expected)
    if expected["why"] in WHY:
        assert WHY[expected["why"]](review, merged, studies, expected, result)
    else:
        assert found == pytest.approx(printed(expected), abs=0.00501)


def with_1_96(review, merged, studies, expected, result):
    """The published limits are those of 1.96 standard errors, where the normal distribution has 1.95996."""
    estimate, se = result["model"]["estimate"], result["model"]["se"]
    limits = [math.exp(estimate + sign * 1.96 * se) for sign in (0, -1, 1)]
    return limits == pytest.approx(printed(expected), abs=0.00501)


def with_few_digits(review, merged, studies, expected, result):
    """387.2 has one decimal."""
    *others, high = numbers_of(result, expected)
    return others == pytest.approx(printed(expected)[:2], abs=0.00501) and high == pytest.approx(
        387.2, abs=0.0501
    )


def with_hedges_variance(review, merged, studies, expected, result):
    """The variance of the SMD has g^2 / (2 (N - 3.94)) there (Cochrane's RevMan, R's meta), and g^2 / (2 N) in metafor's LS."""
    (study,) = result["studies"]
    n = [arm["n"] for arm in study["arms"].values()]
    g = study["yi"]
    half = 1.959963984540054 * math.sqrt(sum(1 / one for one in n) + g * g / (2 * (sum(n) - 3.94)))
    return [g, g - half, g + half] == pytest.approx(printed(expected), abs=0.00501)


def with_another_correlation(review, merged, studies, expected, result):
    """The correlation of the crossover trials is not told. Dizziness comes out as printed at 0.2; where a cell is empty the printed
    numbers lie between those of 0.2 and of 0.25."""
    other = outcome_of(review, expected["outcome"], expected["model"], r_paired={"value": 0.25})
    ends = zip(
        numbers_of(result, expected),
        numbers_of(pooled(review, merged, studies, other), expected),
        strict=True,
    )
    return all(
        min(pair) - 0.1 <= value <= max(pair) + 0.1
        for pair, value in zip(ends, printed(expected), strict=True)
    )


def with_other_arms(review, merged, studies, expected, result):
    """Which arms and periods of the crossover trials it took is not told, and no correlation of those in the table gives it: the
    direction and the order of magnitude are the same, the limits overlap."""
    (estimate, low, high), (theirs, their_low, their_high) = numbers_of(result, expected), printed(expected)
    return 1 < theirs < estimate and max(low, their_low) < min(high, their_high)


WHY = {
    "limits of 1.96 standard errors": with_1_96,
    "limits of few digits": with_few_digits,
    "variance of the SMD": with_hedges_variance,
    "crossover correlation": with_another_correlation,
    "crossover arms": with_other_arms,
}


def test_every_reason_is_known_and_all_35_published_results_are_compared(root, shared):
    given = tables.rows(tables.read_table(shared / "data/reviews/taar1/pooled_published.csv"))
    assert {row["why"] for row in published(root)} == {"", *WHY}
    assert len(given) == 35
    assert len({row["outcome"] for row in published(root)}) == len(given)


def test_the_published_number_of_participants_is_found_again(review, merged, studies, expected):
    outcome = outcome_of(review, expected["outcome"], expected["model"])
    assert pooled(review, merged, studies, outcome)["participants"] == int(expected["n"])


def test_overall_judgements_that_differ_from_the_algorithm_carry_their_reason(review):
    sheet = read_sheet(review / "config" / "risk_of_bias" / "published.csv", "risk_of_bias")
    judgements = judge({"published": sheet}, None, ROB2).judgements
    overall = judgements[judgements["domain"] == "overall"]
    raised = overall[overall["judgement"] != overall["algorithm"]]
    assert len(raised) > 0
    assert raised["support"].ne("").all()
    assert set(judgements["judgement"]) <= set(ROB2.levels)
