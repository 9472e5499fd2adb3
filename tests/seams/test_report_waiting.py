"""What extraction and risk of bias leave open is told to whom it awaits."""

import pandas as pd

from evergreen.errors import InputError
from evergreen.extraction.merge import merge_extraction, merge_studies
from evergreen.extraction.queries.asking import COLUMNS
from evergreen.extraction.queries.findings import OF_ONE_STUDY
from evergreen.extraction.queries.registry import KINDS
from evergreen.protocol.outcomes import Outcome
from evergreen.report import queries
from evergreen.report.outcome_names import OutcomeNames
from evergreen.report.status import as_text, named, nothing_new, waiting_cut_off, waiting_unread
from evergreen.report.waiting_data import (
    behind,
    waiting_characteristics,
    waiting_conflicts,
    waiting_cut,
    waiting_labels,
    waiting_leftovers,
    waiting_outcomes,
    waiting_queries,
    waiting_ratings,
    waiting_studies,
    waiting_unextracted,
    waiting_unjudged,
)
from tests.protocols import pooling
from tests.results import result, study
from tests.rows import each
from tests.unit.test_extraction_merge import settled, sheet


def test_open_pending_and_orphaned_lines_are_told_to_whom_they_await():
    sheets = {
        "AB": sheet({"n": 5.0}, {"study": "S2"}, {"study": "S3"}),
        "CD": sheet({"n": 6.0}),
    }
    conflicts = merge_extraction(sheets, settled({"study": "gone", "column": "n", "value": "1"})).conflicts
    items = waiting_conflicts(conflicts, "extraction", "config/extraction/adjudication.csv")
    assert [(item.who, item.where, item.count, item.blocks) for item in items] == [
        ("CD", "config/extraction/CD.csv", 2, True),
        # There is no such sheet before the first conflict is settled.
        (
            "adjudicator",
            "copy results/extraction/conflicts.csv, fill in value and adjudicator, save as config/extraction/adjudication.csv",
            1,
            True,
        ),
        ("adjudicator", "config/extraction/adjudication.csv", 1, False),
    ]
    assert "S2, S3" in items[0].what
    mistyped = waiting_conflicts(
        conflicts, "extraction", "config/extraction/adjudication.csv", included=["s2"]
    )
    assert (mistyped[0].who, mistyped[0].count) == ("CD", 1), (
        "nobody is asked for a study that is none of the review"
    )


def test_those_whom_the_protocol_names_are_told_what_their_sheets_lack_and_where_it_is_filled_in():
    waits = {"_awaited": True}
    sheets = {
        "AB": sheet({"n": 5.0, "_awaited": False}, {"study": "S2", "n": 5.0, "_awaited": False}),
        "CD": sheet({"n": 5.0, "_awaited": False}, {"arm": "sham", **waits}, {"study": "S2", **waits}),
    }
    merged = merge_extraction(sheets)
    late = behind(["S1", "s2", "S3"], merged.rows, "extractors", ["AB", "CD", "EF"])
    assert late == {"AB": ["S3"], "CD": ["S3", "s2"], "EF": ["S1", "S3", "s2"]}
    items = waiting_conflicts(
        merged.conflicts,
        "extraction",
        "config/extraction/adjudication.csv",
        {name: late[name] for name in ("AB", "CD")},
        "extraction/worklists",
    )
    where = "(open results/extraction/worklists/{0}.html, save as config/extraction/{0}.csv)"
    assert [item.line() for item in items] == [
        f"AB: 1 study to do (extraction): S3 {where.format('AB')}",
        f"CD: 2 studies to do (extraction): S3, s2 {where.format('CD')}",
        f"CD: 1 row to fill in (extraction): S1 {where.format('CD')}",
    ]
    assert all(item.blocks and item.page for item in items)


def test_a_study_that_is_extracted_but_not_described_is_no_study_to_extract():
    """CD has the rows of S1 and no sheet of study-level columns; of S2 nothing at all."""
    merged = merge_extraction({"AB": sheet({}, {"study": "S2"}), "CD": sheet({})})
    columns = pd.DataFrame(
        {
            "study": ["S1", "S2"],
            "dose": ["5", "6"],
            "_file": "studies-AB.csv",
            "_row": [2, 3],
            "_awaited": False,
        }
    )
    described = merge_studies({"AB": columns, "CD": columns[:0]})
    conflicts = pd.concat([merged.conflicts, described.conflicts])
    items = waiting_conflicts(conflicts, "extraction", "config/extraction/adjudication.csv", {"CD": []}, "extraction/worklists", ["S1", "S2"], merged.rows)  # fmt: skip
    page = "open results/extraction/worklists/CD.html, save as config/extraction"
    assert [item.line() for item in items] == [
        f"CD: 1 study to do (extraction): S2 ({page}/CD.csv)",
        f"CD: characteristics of 1 study to do (extraction): S1 ({page}/studies-CD.csv)",
    ]


def test_nobody_has_begun_and_everybody_named_is_told():
    late = behind(["S1"], None, "extractors", ["AB"])
    (item,) = waiting_conflicts(pd.DataFrame(columns=["status"]), "risk of bias", "config/risk_of_bias/adjudication.csv", late, "risk_of_bias/worklists")  # fmt: skip
    assert item.page == "risk_of_bias/worklists/AB.html"


def test_an_outcome_that_no_sheet_has_a_row_of_is_said_and_stops_nothing():
    rows = pd.DataFrame({"outcome": ["pain", "Pain"]})
    (item,) = waiting_unextracted(rows, ["PAIN", "death", "sleep"], "extraction/worklists")
    assert "2 outcomes of the protocol: death, sleep" in item.line()
    assert not item.blocks
    assert waiting_unextracted(rows, ["pain"], "") == waiting_unextracted(rows[:0], ["pain"], "") == []


def test_nothing_is_told_where_all_is_settled():
    sheets = {"AB": sheet({"n": 5.0}), "CD": sheet({"n": 6.0})}
    conflicts = merge_extraction(sheets, settled({"column": "n", "value": "6"})).conflicts
    assert waiting_conflicts(conflicts, "extraction", "config/extraction/adjudication.csv") == []


def test_outcomes_that_are_extracted_but_not_in_the_protocol_are_said():
    rows = pd.DataFrame({"outcome": ["pain", "Pain ", "sleep", "sleep", "mood"]})
    (item,) = waiting_outcomes(rows, ["pain"])
    assert item.line() == (
        "anyone: extracted, but not in the protocol and so not pooled: mood (1 row), sleep (2 rows) (config/config.yaml, outcomes)"
    )
    assert not item.blocks
    assert waiting_outcomes(rows, ["pain", "sleep", "mood"]) == []


def test_a_name_from_outside_cannot_command_the_terminal():
    items = waiting_studies(
        ["\x1b]0;pwned\x07\x1b[2J Smith", "Łoś 漢"], [], "extractors", "extract", "config/"
    )
    text = as_text("A\x9bReview", items)
    assert not any(sign < " " and sign != "\n" for sign in text)
    assert "\x9b" not in text
    assert "Łoś 漢" in text
    assert "\x1b" not in str(InputError("bad \x1b[2J", file="a\x07.csv"))


def test_a_time_point_of_the_protocol_that_no_row_has_is_said_beside_those_of_the_sheets():
    rows = pd.DataFrame(
        {"outcome": "Pain", "timepoint": ["12 months", "24 Months", ""], "arm": ["drug", "placebo", ""]}
    )
    outcomes = [
        Outcome(id="pain", measure="MD", timepoint="12 month", arms={"intervention": "Drug"}),
        Outcome(id="early", name="Early pain", measure="MD", data="Pain", timepoint="24 months", arms={"control": "drugs"}),
        Outcome(id="death", measure="RR", timepoint="1 year"),
    ]  # fmt: skip
    assert [item.line() for item in waiting_labels(rows, outcomes)] == [
        "anyone: no row of pain has the time point 12 month: the sheets have 12 months, 24 Months (config/config.yaml, outcomes, pain)",
        "anyone: no row of Early pain has the arm drugs: the sheets have drug, placebo (config/config.yaml, outcomes, early)",
    ]


def test_a_result_that_nobody_judged_is_said_where_its_study_is_judged_for_others():
    cells = [
        (study, outcome, group)
        for study in ("A", "B", "C", "D")
        for outcome in ("Pain", "death")
        for group in ("intervention", "control")
    ]
    rows = pd.DataFrame(cells, columns=["study", "outcome", "group"]).assign(timepoint="1 year", arm="x")
    rows.loc[rows["study"].eq("D") & rows["group"].eq("control"), "arm"] = "other"
    judged = [
        ("a", "", "D1", "low"),
        ("a", "pain", "overall", "low"),
        ("B", "", "overall", "low"),
        ("D", "pain", "overall", "low"),
    ]
    judgements = pd.DataFrame(judged, columns=["study", "outcome", "domain", "judgement"])
    outcomes = [
        Outcome(id="pain", measure="MD"), Outcome(id="death", name="Death", measure="RR", arms={"control": "X"}),
        Outcome(id="later", data="pain", measure="MD", timepoint="2 years"),
    ]  # fmt: skip
    (item,) = waiting_unjudged(rows, outcomes, judgements, None)
    # Nobody has begun C, which is said elsewhere, and of D another comparison is pooled.
    assert (
        item.line() == "assessors: no overall judgement holds of 1 result of Death: A (config/risk_of_bias/)"
    )
    assert not item.blocks
    excluded = pd.DataFrame({"study": ["A"], "status": ["excluded"], "round": [""]})
    assert waiting_unjudged(rows, outcomes, judgements, excluded) == []


def test_queries_wait_for_answers_and_answers_without_a_query_are_named_once():
    def query(name, severity="warning", answer="", kind="sign"):
        return dict.fromkeys(COLUMNS, "") | {
            "query": name,
            "kind": kind,
            "severity": severity,
            "answer": answer,
            "study": "S",
            "reason": "Is it?",
        }

    table = pd.DataFrame(
        [query("a", "error"), query("b"), query("c"), query("d", answer="as printed"), query("x", answer="no", kind="no_query"), query("y", answer="no", kind="no_query")]
    )  # fmt: skip
    errors, warnings, gone = waiting_queries(table)
    assert (errors.count, errors.blocks, warnings.count, warnings.blocks) == (1, True, 2, False)
    assert errors.line() == (
        "extractors: 1 query on extracted data that cannot be true: answer each in config/queries.csv (results/extraction/queries.csv)"
    )
    assert "2 answers to queries that are not asked (any more): x, y" in gone.line()
    assert not gone.blocks
    section = queries.section(table)
    assert [row[0] for row in section.blocks[1].rows] == ["a", "b", "c"]
    assert [(row[0], row[-2]) for row in section.blocks[2].rows] == [("d", "as printed")]
    assert (
        "3 queries on extracted data await an answer (1 that cannot be true as they stand)"
        in section.blocks[0].text
    )
    pain = pooling(id="pain_12", name="Pain at 12 weeks", data="pain")
    names = OutcomeNames([pain], {pain.id: result(studies=[study("S")])})
    called = queries.section(table.assign(outcome="Pain"), outcomes=names)
    assert {row[3] for block in called.blocks[1:] for row in block.rows} == {"Pain at 12 weeks"}
    answered = queries.section(table.iloc[3:])
    assert [block.fold for block in answered.blocks] == ["Answered queries (1)"]
    assert queries.section(table.iloc[4:]) is None
    # A study that screening has excluded asks nobody anything.
    studies = pd.DataFrame({"study": ["s", "T"], "status": ["excluded", "included"]})
    assert [item.line() for item in waiting_queries(table, studies)] == [gone.line()]
    assert [block.fold for block in queries.section(table, studies).blocks] == ["Answered queries (1)"]
    assert len(waiting_queries(table, studies.assign(status="pending"))) == 3


def test_studies_that_may_be_one_are_named_apart_from_other_queries():
    rows = [
        (study, kind, answer)
        for kind in OF_ONE_STUDY
        for study, answer in (("Ash 2001", ""), ("ash-2001", ""), ("Elm", "no"))
    ]
    table = pd.DataFrame([dict.fromkeys(COLUMNS, "") | {"query": str(at), "study": study, "kind": kind, "severity": "warning", "answer": answer} for at, (study, kind, answer) in enumerate(rows)])  # fmt: skip
    items = waiting_queries(table)
    assert [item.line() for item in items if item.count == 2] == [
        "extractors: 2 studies that may be one with another and would count twice in a pooled effect: Ash 2001, ash-2001"
        " (results/extraction/queries.csv, same_numbers and study_spelt_otherwise)"
    ]
    assert set(OF_ONE_STUDY) <= KINDS.keys()
    assert len(waiting_queries(table.assign(answer="no"))) == 0


STUDIES = [
    {"study": study, "arm": arm} for study in ("S1", "S2", "S3") for arm in ("drug", "placebo", "sham")
]


@each(
    ("has", "said"),
    [
        (STUDIES[:4], "CD: the sheet ends at row 5 within S2, of which AB has 2 rows more and 1 study after it: is the file cut? (CD.csv)"),
        (STUDIES[:8], "CD: the sheet ends at row 9 within S3, of which AB has 1 row more: is the file cut? (CD.csv)"),
        (STUDIES[:6], ""),  # a study that is not begun is work to do
        (STUDIES[:3] + STUDIES[4:], ""),  # a row that is missing further up is a disagreement
        (STUDIES, ""),
    ],
    ids=["within", "last", "between", "row", "whole"],
)  # fmt: skip
def test_a_sheet_that_ends_within_a_study_is_named(has, said):
    merged = merge_extraction({"AB": sheet(*STUDIES), "CD": sheet(*has, file="CD.csv")})
    assert "".join(item.line() for item in waiting_cut(merged.rows)) == said


def test_what_belongs_to_no_study_is_named_in_a_line_each():
    studies = pd.DataFrame({"study": ["Ash 2001", "Elm"], "status": ["included", "excluded"]})
    rows = pd.DataFrame({"study": ["ash 2001", "Oak", "Elm", "Fir", "Oak"], "outcome": ["Pain"] * 5})
    items = [
        *waiting_leftovers(studies, rows["study"], "extraction:", "config/extraction/"),
        *waiting_ratings(["pain", "sleep"], rows, {"pain": "pain", "sleep": "Sleep"}),
        *waiting_unread([f"config/search/{number}.txt" for number in range(12)]),
        *waiting_cut_off([["`review.title` (row 2)", "Arms", "2"]]),
    ]
    assert [item.line() for item in items] == [
        "anyone: extraction: 2 studies in the sheets that no report of this review belongs to: Fir, Oak (config/extraction/)",
        "anyone: extraction: 1 study in the sheets that the review does not include, and so does not count: Elm (config/extraction/)",
        "anyone: certainty of 1 outcome that no study has a row of: sleep (config/certainty)",
        "anyone: 12 files that nothing reads: " + ", ".join(f"config/search/{number}.txt" for number in range(10))
        + " and 2 more (name them in config/config.yaml, or put them elsewhere)",
        "anyone: `review.title` (row 2) says only: Arms; # begins a comment: 2 (config/config.yaml: put the text in quotes if that is a part of it, else the comment on a line of its own)",
    ]  # fmt: skip
    assert not any(item.blocks for item in items)
    assert (
        not waiting_leftovers(studies, ["ash 2001"], "", "")
        + waiting_ratings(["pain"], rows, {"pain": "pain"})
        + waiting_unread([])
    )
    assert named(["a", "b", "c"], most=2) == "a, b and 1 more"


def test_a_study_that_sheets_call_by_an_id_of_before_is_told_with_the_row_that_finds_it():
    studies = pd.DataFrame({"study": ["new:1", "Elm"], "status": ["included", "included"]})
    works = {"new:1": "new:1", "old:1": "new:1", "old:2": "old:2"}
    (item,) = waiting_leftovers(studies, ["old:1", "Elm"], "extraction:", "config/extraction/", works)
    assert item.line() == (
        "anyone: extraction: 1 study in the sheets called by an id of before, and so not found: old:1"
        " (config/studies.csv: write new:1,old:1)"
    )
    assert [one.where for one in waiting_leftovers(studies, ["old:1", "old:2"], "", "there", works)] == [
        "config/studies.csv: write new:1,old:1",
        "there",
    ]


@each(
    ("status", "said"),
    [
        ("included", ""),
        ("pending", ""),
        ("excluded", "certainty of 1 outcome that no study of the review has a row of: pain"),
    ],
)
def test_a_rating_whose_studies_have_left_the_review_is_named(status, said):
    studies = pd.DataFrame({"study": ["Ash 2001"], "status": [status]})
    rows = pd.DataFrame({"study": ["ash 2001", "Oak"], "outcome": ["Pain", "Pain"]})
    assert "".join(item.what for item in waiting_ratings(["pain"], rows, {"pain": "pain"}, studies)) == said


def test_a_study_of_which_only_the_characteristics_are_there_is_named():
    rows = pd.DataFrame({"study": ["Ash 2001"]})
    both = pd.DataFrame({"study": ["ash  2001", "Ahs 2001"]})
    assert [item.line() for item in waiting_characteristics(both, rows)] == [
        "extractors: characteristics of 1 study of which nothing is extracted: Ahs 2001 (config/extraction/)"
    ]
    assert waiting_characteristics(both[:1], rows) == []


@each(
    ("rounds", "works", "searched", "said"),
    [
        (["2020-12-31", "2023-12-31"], ["2020-12-31"], True, "The round of 2023-12-31 brought nothing new: no work that was not known before."),
        (["2020-12-31", "2023-12-31"], ["2020-12-31"], False, "brought nothing new, as far as it was searched"),
        (["2020-12-31", "2023-12-31"], ["2020-12-31", "2023-12-31"], True, None),
        (["2020-12-31"], [], True, None),
    ],
)  # fmt: skip
def test_a_round_that_brought_nothing_is_said_first(rounds, works, searched, said):
    quiet = nothing_new(rounds, works, searched)
    assert (said in quiet) if said else quiet == ""
    assert as_text("A", [], quiet=quiet).splitlines()[1] == (quiet or "Nothing awaits anybody.")
