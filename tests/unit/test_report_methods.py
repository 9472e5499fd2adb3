"""Methods in words: what the report says of screening is what the protocol's mode does."""

import pytest

from evergreen.protocol.reading import complete
from evergreen.report import methods

SOURCES = {"a": {"kind": "export", "type": "database", "files": {"2020-12-31": "a.ris"}}}


def selection(stage):
    protocol = {
        "review": {"title": "A"},
        "rounds": ["2020-12-31"],
        "sources": SOURCES,
        "screening": {"full_text": stage},
    }
    return methods.selection(complete(protocol))


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        ({"reviewers": ["AB"]}, "At full text, AB alone decided."),
        ({"reviewers": ["AB", "CD"]}, "At full text, AB and CD decided independently; disagreements"),
        (
            {"reviewers": ["AB", "CD"], "mode": "dual"},
            "At full text, AB and CD decided independently; disagreements",
        ),
        (
            {"reviewers": ["AB", "CD", "EF"], "mode": "dual"},
            "At full text, two of AB, CD and EF decided on each work independently; disagreements",
        ),
        (
            {"reviewers": ["AB", "CD"], "mode": "single"},
            "At full text, one of AB and CD decided on each work.",
        ),
        (
            {"reviewers": ["AB", "CD"], "mode": "dual_excludes"},
            "a second one, independently, where the first excluded",
        ),
        (
            {"reviewers": ["AB", "CD"], "pilot": 20},
            "20 works of the first search were screened by all, as a pilot.",
        ),
        (
            {"reviewers": ["AB", "CD", "EF"], "mode": "dual", "active": {"EF": {"until": "2020-12-31"}}},
            "EF took part until the search of 2020-12-31.",
        ),
        ({}, "Screening by full text was skipped: no reviewers are named."),
    ],
)
def test_screening_is_told_as_it_was_done(stage, sentence):
    assert sentence in selection(stage)


def test_screening_done_elsewhere_is_not_claimed():
    protocol = complete(
        {"review": {"title": "A"}, "prisma": {"given": {"2023-11-17": {"database_results": 5}}}}
    )
    assert methods.selection(protocol) == (
        "Searches and screening were done elsewhere; the counts of 2023-11-17 are those given in the protocol."
    )


@pytest.mark.parametrize(
    ("model", "said", "not_said"),
    [
        ("random", "tau² and I² (from tau²)", "(from Q)"),
        ("mh", "Cochran's Q and I² (from Q)", "tau²"),
        ("peto", "Cochran's Q and I² (from Q)", "tau²"),
        ("common", "Cochran's Q and I² (from Q)", "tau²"),
    ],
)
def test_a_variance_between_studies_is_told_of_models_that_have_one(model, said, not_said):
    measure = "OR" if model == "peto" else "RR"
    protocol = complete(
        {
            "review": {"title": "A"},
            "outcomes": [{"id": "a", "measure": measure, "analysis": {"model": model}}],
        }
    )
    (text,) = methods.synthesis(protocol.outcomes)
    assert said in text
    assert not_said not in text


def test_a_review_without_sources_merged_no_records_and_screened_none():
    assert methods.selection(complete({"review": {"title": "A"}})) == ""
