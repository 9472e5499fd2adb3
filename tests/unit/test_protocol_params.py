"""What of the protocol each step is given: all that it uses, in the order of the protocol, and nothing that it does not use."""

import inspect
import json
import re

import pytest

from evergreen.protocol import params
from evergreen.protocol.analysis import Analysis
from evergreen.protocol.loading import complete
from evergreen.protocol.outcomes import Outcome
from tests.rows import each

RAW = {
    "review": {"title": "A review", "previous": {"studies": 2}},
    "question": {"population": "Adults", "outcomes": "pain"},
    "rounds": ["2020-01-01", "2021-01-01"],
    "entrez": {"endpoint": "live", "email": "a@b.org", "acknowledged_warnings": ["x"]},
    "other_methods": [
        {"method": "citation", "what": "References", "round": "2020-01-01", "found": 30},
        {"method": "contact", "what": "Authors", "round": "2020-01-01", "asked": 3},
    ],
    "sources": {
        "pubmed": {"kind": "pubmed", "type": "database", "name": "PubMed", "strategy": "s.txt", "known_items": [7]},
        "embase": {"kind": "export", "type": "register", "files": {"2021-01-01": "e.csv"}, "hits": {"2021-01-01": 0},
                   "format": "csv", "columns": {"title": "TI"}},
    },
    "deduplication": {"shards": 3},
    "screening": {
        "title_abstract": {"reviewers": ["AB", "CD"], "mode": "dual", "active": {"CD": {"from": "2020-01-01"}}},
        "highlight": ["bone"],
        "reasons": {"z": "Last letter first", "a": "First letter last"}, "formerly": {"a": "b"},
    },
    "eligibility": {"include": ["Trials of adults"]},
    "amendments": [{"date": day, "what": "Age", "why": "Too few", "reconsider": ["a"]} for day in ("2021-05-01", "2020-05-01")],
    "people": {"CD": {"formerly": ["XY"]}},
    "prisma": {"given": {"2019-01-01": {"database_results": 3}}},
    "extraction": {"extractors": ["AB"]},
    "risk_of_bias": {"tool": "rob2", "assessors": ["CD"]},
    "outcomes": [
        {"id": "pain", "measure": "ROM", "timepoint": "6 weeks", "moderators": ["dose:route"], "analysis": {"cumulative": "year"}},
        {"id": "later", "measure": "ROM", "data": "pain", "name": "Pain later", "scale": "ratio", "favours": {"control": "placebo"}},
    ],
    "figures": {"layout": "BMJ"},
}  # fmt: skip


@pytest.fixture
def protocol():
    return complete(RAW)


REASONS = [["z", "Last letter first"], ["a", "First letter last"]]
WORDS = [["z", ["Last letter first"]], ["a", ["First letter last", "b"]]]
LISTED = [
    {
        "id": "pain",
        "name": "pain",
        "measure": "ROM",
        "data": "pain",
        "timepoint": ["6 weeks"],
        "unit": "",
        "arms": {"intervention": [], "control": []},
    },
    {
        "id": "later",
        "name": "Pain later",
        "measure": "ROM",
        "data": "pain",
        "timepoint": [],
        "unit": "",
        "arms": {"intervention": [], "control": []},
    },
]
NO_CONVERSIONS = {"also": [], "never": []}
GIVEN = [
    (params.search_pubmed, (), {"endpoint": "live", "email": "a@b.org", "acknowledged_warnings": ["x"]}),
    (params.question, ("pubmed", "2020-01-01"), {"strategy": "s.txt", "round": "2020-01-01", "endpoint": "live"}),
    (
        params.read_records, ("x/{source}/{round}",),
        [["pubmed", "pubmed", [["2020-01-01", "x/pubmed/2020-01-01", {}], ["2021-01-01", "x/pubmed/2021-01-01", {}]]],
         ["embase", "export", [["2021-01-01", ["e.csv"], {"format": "csv", "columns": {"title": "TI"}, "hits": 0}]]]],
    ),
    (params.deduplicate_works, (), {"sources": [["pubmed", "pubmed", "database"], ["embase", "export", "register"]], "shards": 3}),
    (
        params.count_votes, ("title_abstract",),
        {"reviewers": ["AB", "CD"], "mode": "dual", "assignment": "everybody", "pilot": 0, "active": {"CD": {"from": "2020-01-01"}}, "reasons": WORDS,
         "again": {"a": "2021-05-01"}, "formerly": {"XY": "CD"}},
    ),
    (params.compare_reviewers, (), {"title_abstract": ["AB", "CD"], "full_text": []}),
    (params.list_studies, (), {"reasons": REASONS}),
    (
        params.write_worklists, ({"title_abstract": ["v.csv"]}, {"extraction": {"AB": "AB.csv"}, "studies": {}, "bias": {}}),
        {"extraction": {"people": ["AB"], "sheets": {"AB": "AB.csv"}, "study_sheets": {}, "outcomes": LISTED, "columns": ["dose", "route", "year"]},
         "bias": {"people": ["CD"], "sheets": {}, "tool": "rob2", "tool_file": [], "rows": {"AB": "AB.csv"}, "outcomes": LISTED},
         "title": "A review", "question": {"population": "Adults", "intervention": "", "comparator": "", "outcomes": ["pain"], "designs": []},
         "highlight": ["bone"], "reasons": WORDS, "eligibility": {"include": ["Trials of adults"], "exclude": []}, "formerly": {"XY": "CD"}, "stages": {"title_abstract": {"reviewers": ["AB", "CD"], "votes": ["v.csv"]}}},
    ),
    (
        params.count_prisma, (),
        {"title": "A review", "rounds": ["2020-01-01", "2021-01-01"], "sources": [["pubmed", "database", "PubMed"], ["embase", "register", "embase"]],
         "other_methods": [["2020-01-01", "citation", "citation", 30, None]], "reasons": REASONS, "previous": {"studies": 2, "reports": 0}, "given": {"2019-01-01": {"database_results": 3}}, "not_searched": {}},
    ),
    (params.draw_overlap, (), {"names": {"pubmed": "PubMed", "embase": "embase"}}),
    (params.merge_extraction, (), {
        "people": ["AB"], "scales": {"pain": "ratio"}, "read": ["dose", "route", "year"],
        "outcomes": [
            {"id": "pain", "measure": "ROM", "data": "pain", "unit": "", "units": {}, "instrument": {"items": 1}, "conversions": NO_CONVERSIONS},
            {"id": "later", "measure": "ROM", "data": "pain", "unit": "", "units": {}, "instrument": {"items": 1}, "scale": "ratio",
             "conversions": NO_CONVERSIONS},
        ],
    }),
    (params.merge_bias, (), {"tool": "rob2", "people": ["CD"]}),
    (params.draw_bias, (), {"tool": "rob2", "outcomes": LISTED}),
    (params.grade_certainty, (), {"outcomes": [["pain", ["pain", "pain"]], ["later", ["Pain later", "pain"]]], "tool": "rob2", "designs": {}}),
    (params.write_status, (["pubmed 2020-01-01"], ["config/old.csv"]), {"title": "A review", "final": False, "rounds": ["2020-01-01", "2021-01-01"], "begun": True, "unfrozen": ["pubmed 2020-01-01"], "unread": ["config/old.csv"], "cut_off": [], "not_searched": [], "on_purpose": {}, "known_items": {"pubmed": ["7"]}, "stand_in": [], "outcomes": ["pain"], "data": {"pain": "pain", "later": "pain"}, "listed": LISTED, "tool": "rob2", "extractors": ["AB"], "assessors": ["CD"]}),
]  # fmt: skip


def test_a_review_of_sheets_has_begun_whatever_a_run_looks_at():
    alone = complete({"review": {"title": "A review"}})
    assert [params.write_status(alone, [], [], extracted=there)["begun"] for there in (False, True)] == [
        False,
        True,
    ]


def test_the_status_is_told_which_sources_lack_a_file_of_the_latest_rounds(protocol):
    embase = {**RAW["sources"]["embase"], "files": {"2020-01-01": "e.csv"}, "hits": {}}
    behind = complete({**RAW, "sources": {"embase": embase}})
    assert params.write_status(behind, [], [])["not_searched"] == [["embase", "embase", ["2021-01-01"]]]
    said = {**embase, "not_searched": {"2021-01-01": "no access any more"}}
    excused = complete({**RAW, "sources": {"embase": said}})
    assert params.write_status(excused, [], [])["not_searched"] == []
    for step in (
        params.write_status(excused, [], [])["on_purpose"],
        params.count_prisma(excused)["not_searched"],
    ):
        assert step == {"2021-01-01": {"embase": "no access any more"}}


@each(("step", "more", "expected"), GIVEN)
def test_a_step_is_given(protocol, step, more, expected):
    assert json.dumps(step(protocol, *more)) == json.dumps(expected)


FINDINGS = {"assumed_risk", "re_expressed", "thresholds", "design", "importance", "comment"}


def test_pooling_is_given_every_setting_and_drawing_none(protocol):
    first, second = params.pool_outcomes(protocol.outcomes)
    given = (
        set(Outcome.model_fields) - {"name", "better", "data", "favours", "instrument", "order"} - FINDINGS
    )
    assert set(first) == given - {"scale", "without", "values", "adjusted"}  # not said
    assert set(second) == given - {"without", "values", "adjusted"}
    without = {"rho", "dependent"}  # no value of their own
    assert set(first["analysis"]) == set(Analysis.model_fields) - without
    assert set(second["analysis"]) == set(Analysis.model_fields) - without - {"cumulative"}
    drawn = params.draw_outcomes(protocol, protocol.outcomes[1:])
    assert drawn == {
        "outcomes": [
            {"id": "later", "name": "Pain later", "measure": "ROM", "timepoint": [], "unit": "", "order": "round",
             "favours": {"intervention": "intervention", "control": "placebo"}}
        ],
        "layout": "BMJ", "further_up_to": 100, "tool": "rob2",
    }  # fmt: skip


def test_a_slice_is_told_its_data_and_what_names_its_columns(protocol):
    told = [Outcome.model_validate(one) for one in params.slice_outcomes(protocol)]
    assert [(one.data, one.columns) for one in told] == [
        ("pain", ["dose", "route", "year"]),
        ("pain", []),
    ]


def test_the_check_of_files_is_told_what_its_areas_need(protocol):
    little, much = (
        params.check_inputs(protocol, areas) for areas in (["search"], ["screening", "extraction"])
    )
    assert (little["given_counts"], little["outcomes"], little["screened"]) == ({}, [], True)
    assert list(much["given_counts"]) == ["2019-01-01"]
    assert [one["id"] for one in much["outcomes"]] == ["pain", "later"]


def test_a_function_is_called_as_the_step_that_it_serves(root):
    steps = {path.stem for path in (root / "scripts").glob("*.py")}
    functions = {
        name for name, one in vars(params).items() if inspect.isfunction(one) and not name.startswith("_") and one.__module__ == params.__name__
    }  # fmt: skip
    assert functions - steps == {"question", "whole", "names_of_outcomes"}
    rules = "".join(path.read_text() for path in (root / "rules").rglob("*.smk"))
    for name in functions - {"check_inputs", "names_of_outcomes"}:
        assert re.search(rf"params\.{name}\(", rules), name
