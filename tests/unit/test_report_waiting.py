"""What extraction and risk of bias leave open is told to whom it awaits."""

import pandas as pd

from evergreen.errors import InputError
from evergreen.extraction.merge import merge_extraction, merge_studies
from evergreen.extraction.queries.asking import COLUMNS
from evergreen.extraction.queries.findings import OF_ONE_STUDY
from evergreen.extraction.queries.registry import KINDS
from evergreen.protocol.outcomes import Outcome
from evergreen.report import queries
from evergreen.report.facts import known_items
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
from evergreen.report.waiting_records import (
    waiting_exports,
    waiting_known,
    waiting_one_trial,
    waiting_open_reports,
    waiting_orphans,
    waiting_overruled,
    waiting_reviewers,
    waiting_screening,
    waiting_sources,
    waiting_strategies,
    waiting_unnamed,
)
from evergreen.screening.votes import no_reviewer
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


def test_works_that_nobody_is_named_to_screen_are_said():
    skipped = pd.DataFrame({"work_id": ["a:1", "a:2"], "how": ["skipped", "skipped"]})
    screened = skipped.assign(how=["agreed", "skipped"])
    (item,) = waiting_reviewers([skipped, skipped])
    assert item.line() == (
        "anyone: 2 works to screen, but nobody is named to do it (config/config.yaml, screening.<stage>.reviewers)"
    )
    assert item.blocks
    assert waiting_reviewers([screened, skipped]) == []


def test_an_export_that_holds_another_number_of_records_than_stated_is_told():
    reasons = {
        "cut": "the file ends inside this record; it may be cut off",
        "file": "RIS",
        "hits": "41 hits are stated in the protocol, 40 records were read",
        "repeated": "imported twice?",
    }
    report = pd.DataFrame([("embase", "2020-01-01", "a.ris", "9" if kind == "cut" else "", kind, text) for kind, text in reasons.items()],
                          columns=["source", "round", "file", "line", "kind", "reason"])  # fmt: skip
    lines = [item.line() for item in waiting_exports(report)]
    where = "(results/records/import-report.csv)"
    assert lines == [
        f"searcher: look at the export of embase 2020-01-01: a.ris, line 9: {reasons['cut']} {where}",
        f"searcher: look at the export of embase 2020-01-01: {reasons['hits']} {where}",
        f"searcher: look at the export of embase 2020-01-01: imported twice? {where}",
    ]
    assert not any(item.blocks for item in waiting_exports(report))


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


def test_a_source_without_a_file_of_the_latest_round_is_said_and_stops_nothing():
    (item,) = waiting_sources([("embase", "Embase", ["2026-05-01"])])
    assert item.line() == (
        "searcher: search Embase as of 2026-05-01, or say under `not_searched` why not: there is no file of it for 2026-05-01"
        " (config/config.yaml, sources.embase.files)"
    )
    assert not item.blocks


def test_a_verdict_against_what_reviewers_say_by_now_is_asked_about():
    decisions = pd.DataFrame(
        {"work_id": ["w1", "w2", "w3"], "how": ["adjudicated"] * 3, "decision": ["include"] * 3}
    )
    rows = [("w1", "exclude"), ("w1", "exclude"), ("w2", "exclude"), ("w2", "include"), ("w3", "exclude")]
    votes = pd.DataFrame(rows, columns=["work_id", "decision"])
    (item,) = waiting_overruled("full_text", decisions, votes)
    assert item.line() == (
        "adjudicator: look at 1 verdict at full text against what all reviewers say by now: w1 (config/screening/full_text/adjudication.csv)"
    )
    assert waiting_overruled("full_text", decisions.assign(how="agreed"), votes) == []


def test_studies_that_name_one_registration_may_be_one():
    works = pd.DataFrame({"work_id": ["w1", "w2", "w3"], "registry_ids": ["NCT01", "NCT01; NCT02", "NCT02"]})
    rows = [("S1", "included", "w1", "own"), ("w2", "included", "w2", "own"), ("S3", "excluded", "w3", "own")]
    studies = pd.DataFrame(rows, columns=["study", "status", "work_ids", "how"])
    (item,) = waiting_one_trial(studies, works)
    assert (
        item.line()
        == "anyone: say whether S1 and w2 are one study: their reports name NCT01 (config/studies.csv)"
    )
    assert not item.blocks
    # One study of both reports, or two of which a person has said so.
    assert waiting_one_trial(studies.assign(study="S1"), works) == []
    assert waiting_one_trial(studies.assign(how="assigned"), works) == []


def test_reports_are_named_before_anything_is_filed_under_their_ids():
    studies = pd.DataFrame(
        {"study": ["pubmed:1", "pubmed:2", "pubmed:3", "Cohen 2008"], "status": ["included", "included", "pending", "included"],
         "how": ["own", "own", "own", "assigned"]}
    )  # fmt: skip
    (item,) = waiting_unnamed(studies, [])
    assert item.line() == (
        "anyone: 2 included reports to assign to studies by name, or what is extracted stands under their ids: pubmed:1, pubmed:2"
        " (config/studies.csv)"
    )
    assert not item.blocks
    (item,) = waiting_unnamed(studies, ["Pubmed:1"])
    assert (
        "1 included report to assign to studies by name, or what is extracted stands under its id: pubmed:2"
        in item.line()
    )
    assert waiting_unnamed(studies, ["pubmed:1", "pubmed:2"]) == []


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


def test_a_report_that_is_voted_ongoing_although_its_study_is_included_is_voted_on_again():
    rows = [("TAPER", "included", "w1; w2"), ("Other", "pending", "w3")]
    studies = pd.DataFrame(rows, columns=["study", "status", "work_ids"])
    votes = {"w1": "ongoing", "w2": "include", "w3": "ongoing"}
    decided = pd.DataFrame(votes.items(), columns=["work_id", "decision"])
    (item,) = waiting_open_reports(studies, decided)
    assert item.line() == (
        "reviewers: vote again on 1 report voted ongoing, for its study is included: w1 (TAPER) (config/screening/full_text/)"
    )
    assert not item.blocks
    assert waiting_open_reports(studies, decided.replace("ongoing", "include")) == []


def test_a_line_that_the_last_one_does_not_join_is_said():
    lines = [{"number": "1", "query": "pain"}, {"number": "2", "query": "bone"}, {"number": "3", "query": "(pain) AND knee"}]  # fmt: skip
    log = {"round": "2026-05-01", "lines": lines, "strategy": {"limits": []}}
    for line in lines:
        line["text"] = line["query"]
    (item,) = waiting_strategies([("pubmed", log)])
    assert item.line() == (
        "searcher: look at the strategy of pubmed: the last line, which is what was searched, does not join line 2"
        " (results/search/search-log.html)"
    )
    lines[-1]["query"] = "((pain) OR (bone)) AND knee"
    assert waiting_strategies([("pubmed", log)]) == []


@each(
    ("query", "limits", "moving"),
    [
        ('pain AND "last 5 years"[dp]', [], '"last 5 years"[dp]'),
        ("pain AND (y_10[Filter])", ["last 90 days[edat]"], "y_10[Filter], last 90 days[edat]"),
        ('"last year"[dp] OR "Last 2 Months" [crdt] OR "last year"[dp]', [], '"last year"[dp], "Last 2 Months" [crdt]'),
        ('"last 5 years"[tiab] OR 2010:2020[dp]', [], ""),
        ('"pain in the last 5 years of life" OR last years[tiab] OR smith y_5', [], ""),
    ],
)  # fmt: skip
def test_dates_that_are_counted_back_from_the_day_of_the_search_are_said(query, limits, moving):
    log = {"round": "2026-05-01", "lines": [{"number": "1", "text": query, "query": query}], "strategy": {"limits": limits}}  # fmt: skip
    found = [item.line() for item in waiting_strategies([("pubmed", log)])]
    assert found == [
        f"searcher: write the dates of pubmed as days: PubMed counts {moving} back from the day on which it is asked, whatever the round's"
        " (results/search/search-log.html)"
    ] * bool(moving)


def test_a_source_that_was_left_out_on_purpose_is_said_with_its_reason():
    assert as_text("A", [], {"2026-05-01": {"Embase": "no access any more"}}) == (
        "A\nNothing awaits anybody.\nNot searched on purpose:\n  Embase in the round of 2026-05-01: no access any more\n"
    )


def test_a_known_item_that_a_source_did_not_find_is_said():
    works = pd.DataFrame({"sources": ["pubmed; embase", "embase"], "pmid": ["7", "8"]})
    known = known_items({"pubmed": ["7", "8"], "embase": ["8"]}, works)
    assert known == {"pubmed": {"7": True, "8": False}, "embase": {"8": True}}
    (item,) = waiting_known(known)
    assert item.line() == (
        "searcher: mend the strategy of pubmed, which does not find 1 known item: PMID 8 (config/config.yaml, sources.pubmed)"
    )
    (item,) = waiting_known(known, ["pubmed"])
    assert item.line() == (
        "searcher: search PubMed (`endpoint: live`): the embedded demonstration, searched as pubmed, is without 1 known item: PMID 8"
        " (config/config.yaml, entrez)"
    )


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


def test_who_joined_or_left_and_what_is_to_be_seen_again_is_told_with_what_to_write():
    votes = pd.DataFrame({"work_id": ["w"], "reviewer": ["AB"], "decided_on": [""], "round": ["2020-01-01"]})
    rows = pd.DataFrame({"round": ["2020-01-01"] * 3, "again": ["2021-05-01", "2021-05-01", ""]})
    none = pd.DataFrame(columns=["work_id", "votes"])
    late = pd.DataFrame({"round": ["2020-01-01", "2021-01-01"]})
    orphans = pd.DataFrame(
        {"reviewer": ["XY", "XY", "AB"], "why": [no_reviewer("XY")] * 2 + ["no record has this id"]}
    )
    lines = [
        item.line()
        for item in waiting_screening(
            "full_text", {"AB": rows, "GH": late, "IJ": late.tail(1)}, none, orphans, votes
        )
    ]
    assert (
        "AB: 3 records to screen at full text, 2 of them again (the criteria changed on 2021-05-01) ("
        in lines[0]
    )
    assert (
        "GH: 2 records to screen at full text; others have voted there: if GH joined later, write `active: {GH: {from: ROUND}}`"
        in lines[1]
    )
    assert "others have voted" not in lines[2]  # who begins in the first round
    assert (
        "2 decisions of XY, who is no reviewer at full text (any more), count for nothing: if XY left, keep the name"
        in lines[3]
    )
    assert (
        lines[4]
        == "reviewers: 1 decision at full text that counts for nothing (results/screening/full_text/orphans.csv)"
    )
    (unsure,) = waiting_screening("full_text", {"adjudication": rows.head(1)}, none, orphans.head(0), votes)
    assert unsure.line().startswith("adjudicator: 1 verdict at full text that says unsure (open results/screening/full_text/adjudication.html")  # fmt: skip
    assert waiting_screening("full_text", {}, none, orphans.head(0)) == []


def test_reports_of_studies_that_no_search_found_are_named():
    orphans = pd.DataFrame(
        {"record_id": ["pubmed:7", "embase:L1", "pubmed:7"], "study": ["Ash", "Ash", "Fir"]}
    )
    (item,) = waiting_orphans(orphans)
    assert item.line() == (
        "anyone: 3 reports assigned to studies but not found by any search: pubmed:7, embase:L1 (config/studies.csv)"
    )
    assert waiting_orphans(orphans.iloc[:0]) == []
