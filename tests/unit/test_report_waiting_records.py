"""What searches, screening and the naming of studies leave open is told to whom it awaits."""

import pandas as pd

from evergreen.report.facts import known_items
from evergreen.report.status import as_text
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
from tests.rows import each


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


@each("name", ["AB_2", "AB-2021", "AB (1)", "Copy of AB"])
def test_votes_in_a_sheet_beside_ones_own_are_to_be_put_into_that(name):
    votes = pd.DataFrame({"work_id": ["w"], "reviewer": ["AB"], "decided_on": [""], "round": ["2020-01-01"]})
    orphans = pd.DataFrame({"reviewer": [name], "why": [no_reviewer(name)]})
    none = pd.DataFrame(columns=["work_id", "votes"])
    (item,) = waiting_screening("full_text", {}, none, orphans, votes)
    assert item.what.endswith(
        "count for nothing: if they are of AB, put them into config/screening/full_text/AB.csv"
    )


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
