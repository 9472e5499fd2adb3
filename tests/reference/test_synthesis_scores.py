"""Effects of observed minus expected events and their variance, against metafor and a published meta-analysis."""

import math

import pytest

from tests.protocols import pooling
from tests.reference.committed import RESULTS, documents
from tests.reference.test_synthesis_oracle import SHARED
from tests.results import written

TABLES = [
    document
    for document in documents(RESULTS / "two-group-binary.json")
    if document["peto"]["default"].get("b") is not None
]


def pooled(scores, measure):
    """The common effect of (study, O - E, V)."""
    rows = [
        {
            "study": f"{place} {study}",
            "group": "contrast",
            "arm": "",
            "o_minus_e": difference,
            "variance": variance,
        }
        for place, (study, difference, variance) in enumerate(scores)
    ]
    return written(rows, pooling({"model": "common", "test": "z"}, measure=measure, scale="ratio"))["model"]


def assert_fits(model, theirs):
    names = {"estimate": "b", "se": "se", "ci_low": "ci_lb", "ci_high": "ci_ub", "Q": "QE"}
    for ours, name in names.items():
        assert model[ours] == pytest.approx(theirs[name], rel=1e-9), name


@pytest.mark.parametrize("document", TABLES, ids=lambda document: document["id"])
def test_scores_of_tables_give_what_metafor_pools_by_petos_method(document):
    scores, raw = [], document["raw"]
    for a, n1, c, n2 in zip(*(raw[name] for name in ("ai", "n1i", "ci", "n2i")), strict=True):
        if None not in (a, n1, c, n2) and 0 < a + c < n1 + n2:
            n, events = n1 + n2, a + c
            scores.append(("", a - events * n1 / n, events * (n - events) * n1 * n2 / n**2 / (n - 1)))
    theirs = document["peto"]["default"]
    for measure in ("PETO", "HR"):
        model = pooled(scores, measure)
        for ours, name in (("estimate", "b"), ("se", "se"), ("ci_low", "ci_lb"), ("ci_high", "ci_ub")):
            assert model[ours] == pytest.approx(theirs[name], rel=1e-9), (measure, name)


PIGNON = SHARED / "data/oracle/dat.pignon2000.json"
POOLED = [
    document
    for path in (RESULTS / "generic.json", PIGNON)
    if path.exists()
    for document in documents(path)
    if document["k"] > 1
]
"""Made-up effects, and published ones where they are there."""


@pytest.mark.parametrize("document", POOLED, ids=lambda document: document["id"])
def test_scores_give_metafors_common_effect(document):
    raw, theirs = document["raw"], document["analyses"][0]["fits"]["EE"]["z"]
    each = zip(raw["yi"], raw["vi"], strict=True)
    scores = [
        ("", yi / vi, 1 / vi) for yi, vi in each if None not in (yi, vi)
    ]  # metafor leaves the others out
    assert_fits(pooled(scores, "HR"), theirs)


def test_log_rank_results_give_the_published_hazard_ratio(shared):
    """Pignon et al. 2000 (Lancet 355:949): 65 trials, hazard ratio 0.90 (0.85 to 0.94)."""
    (document,) = documents(shared / PIGNON.relative_to(SHARED))
    raw = document["raw"]
    model = pooled(
        [(name, yi / vi, 1 / vi) for name, yi, vi in zip(raw["study"], raw["yi"], raw["vi"], strict=True)],
        "HR",
    )
    assert [round(math.exp(model[key]), 2) for key in ("estimate", "ci_low", "ci_high")] == [0.90, 0.85, 0.94]
