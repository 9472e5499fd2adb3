"""Reporting checklists: every item is there, what a run knows is filled, the rest says so."""

from __future__ import annotations

import dataclasses
from collections import Counter
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from docx import Document

from evergreen.prisma.counts import BY_REASON, KEYS, chained
from evergreen.prisma.lists import SOURCE_COLUMNS
from evergreen.protocol.loading import complete
from evergreen.protocol.sources import OtherMethod, PeerReview
from evergreen.report import search_words
from evergreen.report.checklist import checklist, sections
from evergreen.report.checklist_items import ABSTRACT, ITEMS, LIVING, PRISMA, SEARCH
from evergreen.report.checklist_run import AUTHORS, PARTLY, RUN, Run
from evergreen.report.checklist_search import of_search
from evergreen.report.facts import Deduplication, Facts, analysed_outcomes
from evergreen.report.search_facts import AsRun, Search
from evergreen.report.word import document
from evergreen.synthesis import outcome as pooling

ROUNDS = ["2018-12-31", "2020-12-31"]


def counts(rounds: list[str]) -> dict[str, Any]:
    empty: dict[str, Any] = {key: {} if key in BY_REASON else 0 for key in KEYS}
    return chained(
        {
            round_: {**empty, "database_results": 9, "duplicates": 2, "new_studies": 1, "new_reports": 1}
            for round_ in rounds
        },
        {},
    )


@pytest.fixture
def living() -> Run:
    """A review with PubMed, an export and a register, two searches and one outcome."""
    files = dict.fromkeys(ROUNDS, "x.ris")
    protocol = complete(
        {
            "review": {"title": "Drug for disease: a living systematic review", "registration": "CRD42", "differences": ["No trial was left out for its language."]},
            "question": {"population": "Adults", "outcomes": ["pain", "harm"]},
            "rounds": ROUNDS,
            "sources": {
                "pubmed": {"kind": "pubmed", "type": "database", "name": "PubMed", "strategy": "s.txt"},
                "embase": {"kind": "export", "type": "database", "platform": "Ovid", "files": files},
                "ictrp": {"kind": "export", "type": "register", "files": {ROUNDS[0]: "y.csv"}},
            },
            "screening": {
                "title_abstract": {"reviewers": ["AB", "CD"]}, "full_text": {"reviewers": ["AB"]},
                "reasons": {"z_last": "Wrong design", "a_first": "Wrong people"},
            },
            "outcomes": [
                {"id": "pain", "measure": "MD", "subgroups": ["drug_class"], "analysis": {"sensitivity": [{"tau2": "DL"}]}}
            ],
        }
    )  # fmt: skip
    log = {
        "source": "pubmed",
        "lines": [1, 2, 3],
        "strategy": {
            "limits": [],
            "filters": [
                {"name": "hsss", "title": "HSSS", "query": "trial[tiab]", "citation": "Lefebvre 2011"}
            ],
        },
    }
    sources = pd.DataFrame([["pubmed", "PubMed", "database", "total", *["4"] * 11]], columns=SOURCE_COLUMNS)
    days = [
        ("pubmed", ROUNDS[0]),
        ("embase", ROUNDS[0]),
        ("ictrp", ROUNDS[0]),
        ("pubmed", ROUNDS[1]),
        ("embase", ROUNDS[1]),
    ]
    done = Facts(
        searches=tuple(Search(source, day, 3, 3, 0) for source, day in days),
        as_run=(
            AsRun("pubmed", "s.txt", "1. pain", 3, tuple(day for source, day in days if source == "pubmed")),
        ),
        deduplication=Deduplication(22, 18, 0, 0),
        rated=("pain",),
    )
    return Run(protocol, counts(ROUNDS), sources, [log], 3, done)


def answers(run: Run) -> dict[tuple[str, str], tuple[str, str]]:
    table = checklist(run)
    return {
        (row["checklist"], row["item"]): (row["status"], row["answer"]) for row in table.to_dict("records")
    }


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (["12 months", "12 months"], "Pain; Death. Time points: 12 months."),
        (["12 months", ["6 weeks", "a year"]], "Pain; Death. Time points: 12 months (Pain); 6 weeks and a year (Death)."),
        (["12 months", []], "Pain; Death. Time points: 12 months (Pain); all that are reported (Death)."),
        ([[], []], "Pain; Death. Time points: all that are reported."),
    ],
)  # fmt: skip
def test_each_time_point_is_said_once(living: Run, times: list[Any], said: str) -> None:
    outcomes = [{"id": name.lower(), "name": name, "measure": "RR", "timepoint": at} for name, at in zip(("Pain", "Death"), times, strict=True)]  # fmt: skip
    protocol = complete({"review": {"title": "T"}, "outcomes": outcomes})
    assert answers(dataclasses.replace(living, protocol=protocol))[PRISMA, "10a"] == (RUN, said)


def test_what_is_extracted_of_each_study_is_listed(living: Run) -> None:
    assert answers(living)[PRISMA, "10b"] == (PARTLY, "Of each study as a whole: drug class.")
    described = dataclasses.replace(living, described=("funded_by", "drug_class"))
    assert answers(described)[PRISMA, "10b"][1] == "Of each study as a whole: funded by and drug class."


def test_all_items_of_the_checklists_are_there_once() -> None:
    assert Counter(item.checklist for item in ITEMS) == {PRISMA: 42, ABSTRACT: 12, SEARCH: 16, LIVING: 4}
    assert len({(item.checklist, item.item) for item in ITEMS}) == 74
    assert len({item.item.rstrip("abcdef") for item in ITEMS if item.checklist == PRISMA}) == 27


def test_what_the_run_knows_is_filled(living: Run) -> None:
    found = answers(living)
    assert found[PRISMA, "1"][0] == RUN
    assert found[PRISMA, "5"] == (
        PARTLY,
        "Studies are eligible if they fit the question (population: Adults; outcomes: pain, harm). A report that is not eligible is excluded for the"
        " first of these reasons that applies: Wrong design; Wrong people.",
    )
    assert "ictrp, register, last searched 2018-12-31" in found[PRISMA, "6"][1]
    assert found[PRISMA, "7"] == (
        PARTLY,
        "PubMed: 3 lines as run, with the hits of each, in the search log; embase: add the strategy of the export; ictrp: add the strategy of the export.",
    )
    assert found[PRISMA, "13f"][1] == "Side by side with the main analysis: DerSimonian-Laird."
    assert found[PRISMA, "13e"][1] == "Subgroups and moderators: pain: drug class."
    assert found[PRISMA, "16a"][1].startswith(
        "The searches found 18 records in databases and registers, of which 4 were duplicates."
    )
    assert found[PRISMA, "8"][1].endswith(
        "No decision on a record is automated. Duplicates were found by an algorithm."
    )
    assert found[PRISMA, "24a"] == (RUN, "CRD42.")
    assert found[PRISMA, "24c"] == (RUN, "No trial was left out for its language.")
    assert found[SEARCH, "1"] == (RUN, "PubMed and embase (Ovid).")
    assert found[SEARCH, "3"] == (RUN, "ictrp.")
    assert found[SEARCH, "10"][1] == "HSSS (Lefebvre 2011)."
    assert found[LIVING, "L1"][0] == PARTLY


def test_records_that_automation_tools_marked_are_owned_up_to(living: Run) -> None:
    living.counts["total"]["excluded_automatic"] = 5
    assert "Automation tools marked 5 records as ineligible" in answers(living)[PRISMA, "8"][1]


def test_what_only_people_know_is_left_to_them(living: Run) -> None:
    found = answers(living)
    for item in ("3", "23a", "23b", "23c", "23d", "25", "26"):
        assert found[PRISMA, item] == (AUTHORS, "")
    for item in ("9", "10", "11"):
        assert found[ABSTRACT, item] == (AUTHORS, "")
    for item in ("2", "4", "5", "6", "11", "14"):
        assert found[SEARCH, item] == (AUTHORS, "")
    assert checklist(living)["reported_on_page"].eq("").all()


def test_a_review_that_only_pools_claims_no_search() -> None:
    protocol = complete({"review": {"title": "T"}, "outcomes": [{"id": "pain", "measure": "MD"}]})
    rows = [
        {"study": "A", "group": group, "arm": group, "n": "9", "mean": "1", "sd": "1"}
        for group in ("intervention", "control")
    ]
    result = pooling.result(pd.DataFrame(rows), protocol.outcomes[0])
    for known, status in (
        (Facts(analyses=analysed_outcomes(protocol.outcomes, {"pain": result})), RUN),
        (Facts(), PARTLY),
    ):
        run = Run(protocol, counts(["2023-11-17"]), pd.DataFrame(columns=SOURCE_COLUMNS), [], 0, known)
        found = answers(run)
        assert found[PRISMA, "7"] == (AUTHORS, "")
        assert all(status == AUTHORS for (name, _), (status, _) in found.items() if name in (SEARCH, LIVING))
        assert found[PRISMA, "13d"][0] == status


def test_nothing_is_said_to_be_done_where_nobody_has_done_anything(living: Run) -> None:
    """Protocol and searches only: who is to screen and how outcomes are to be pooled is told as planned."""
    found = answers(living)
    for item in ("9", "11", "13b", "13c", "18", "19", "20b", "20c", "20d", "21"):
        assert found[PRISMA, item] == (AUTHORS, "")
    assert found[PRISMA, "8"][0] == PARTLY
    assert "AB and CD are to decide independently" in found[PRISMA, "8"][1]
    assert "pain is to be pooled with a random-effects model" in found[PRISMA, "13d"][1]
    said = " ".join(text for _, text in found.values())
    for word in (
        "decided",
        "adjudicat",
        "extracted the",
        "judged",
        "were pooled",
        "was pooled",
        "compared for",
        "tested for",
    ):
        assert word not in said
    # the one source that was left behind has its own days
    assert (
        found[SEARCH, "13"][1]
        == "PubMed: 2018-12-31 and 2020-12-31; embase: 2018-12-31 and 2020-12-31; ictrp: 2018-12-31."
    )


def test_the_strategy_of_an_export_counts_as_given(living: Run) -> None:
    known = dataclasses.replace(
        living.facts,
        strategies={
            "embase": "Ovid Embase <1974 to 2018 December 31>\n\n1. pain\n\n2. drug (439)\n",
            "ictrp": "pain",
        },
    )
    for item in ((PRISMA, "7"), (SEARCH, "8")):
        assert answers(dataclasses.replace(living, facts=known))[item] == (
            RUN,
            "PubMed: 3 lines as run, with the hits of each, in the search log; embase: 2 lines as given with the export, the last with 439 hits,"
            " in the report;"
            " ictrp: 1 line as given with the export, in the report.",
        )


def test_no_place_is_named_that_is_not_there(living: Run) -> None:
    """A review of exports alone has no log of searches."""
    runs = (
        living,
        dataclasses.replace(living, searches=[], facts=dataclasses.replace(living.facts, as_run=())),
    )
    assert [of_search(run)["12"].where for run in runs] == [
        "results/search/",
        "results/prisma/per_source.csv",
    ]
    assert of_search(runs[1])["8"].where == "results/report/index.html"


def test_peer_review_and_other_methods_are_told_with_their_counts(living: Run) -> None:
    reviewed = {"by": "EF, librarian", "date": "2018-12-01", "changes": "Two synonyms were added."}
    source = living.protocol.sources["pubmed"].model_copy(update={"peer_review": PeerReview(**reviewed)})
    done = [
        OtherMethod(method="citation", what="References of included studies.", round=ROUNDS[0], found=120),
        OtherMethod(
            method="contact", what="Authors of included studies", round=ROUNDS[0], asked=12, answered=8
        ),
        OtherMethod(method="browsing", what="Websites of two agencies", round=ROUNDS[1], found=1),
    ]
    sources = {**living.protocol.sources, "pubmed": source}
    protocol = living.protocol.model_copy(update={"sources": sources, "other_methods": tuple(done)})
    found = answers(dataclasses.replace(living, protocol=protocol))
    assert found[SEARCH, "14"] == (
        RUN,
        "The search strategy of PubMed was peer reviewed by EF, librarian (PRESS) on 2018-12-01: Two synonyms were added.",
    )
    assert found[SEARCH, "4"] == (
        RUN,
        "Browsing (2020-12-31): Websites of two agencies; 1 record was looked at.",
    )
    assert found[SEARCH, "5"] == (
        RUN,
        "Citation searching (2018-12-31): References of included studies; 120 records were looked at.",
    )
    assert found[SEARCH, "6"] == (
        RUN,
        "Contacts (2018-12-31): Authors of included studies; 12 were asked; 8 answered.",
    )
    assert found[SEARCH, "7"] == (AUTHORS, "")
    assert found[PRISMA, "6"][1].endswith("Besides: citation searching, contacts and browsing.")
    assert found[SEARCH, "15"][1].endswith(
        "Looked at by hand: citation searching, 2018-12-31: 120; browsing, 2020-12-31: 1."
    )
    said = search_words.search(protocol, living.facts)
    assert "was peer reviewed by EF, librarian" in said
    assert "Contacts (2018-12-31): Authors" in said


def test_document_is_the_same_twice(living: Run) -> None:
    review = living.protocol.review.model_copy(update={"note": "n"})
    made = [document(review, sections(checklist(living))) for _ in range(2)]
    assert made[0] == made[1]
    table = Document(BytesIO(made[0])).tables[0]
    widths = [column.width.cm for column in table.columns]
    assert len(widths) == 7
    assert 15 < sum(widths) < 29.7 - 2 * 2.2 + 0.1
    assert min(widths) == widths[0]  # the numbers of the items
