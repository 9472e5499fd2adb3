"""What is said of people and searches is what the files say: past where it was done, planned where nobody has, nothing where nothing is."""

from pathlib import Path

import pandas as pd

from evergreen.bias.tools import tool_of
from evergreen.protocol.loading import complete
from evergreen.report import methods, results_words, risk, search_words
from evergreen.report.blocks import Code
from evergreen.report.changes import rounds
from evergreen.report.facts import Deduplication, Facts, deduplicated, filled, screened
from evergreen.report.search import section
from evergreen.report.search_facts import AsRun, Search
from tests.rows import each

ROUNDS = ["2020-12-31", "2021-12-31"]
EXPORTS = {
    "embase": {
        "kind": "export", "type": "database", "name": "Embase", "files": dict.fromkeys(ROUNDS, "a.ris"),
    },
    "cinahl": {"kind": "export", "type": "database", "name": "CINAHL", "files": {ROUNDS[0]: "b.ris"}},
}  # fmt: skip
PUBMED = {"pubmed": {"kind": "pubmed", "type": "database", "name": "PubMed", "strategy": "s.txt"}}


def protocol(**more):
    return complete({"review": {"title": "A"}, "rounds": ROUNDS, "sources": EXPORTS, **more})


def stage(reviewers="AB CD", **more):
    return {"reviewers": reviewers.split(), **more}


def at_full_text(decisions=(), votes=(), awaiting=(), **plan):
    """Sentences on a stage; `decisions` (how, by), `votes` (work, reviewer, pilot), `awaiting` alike."""
    found = screened(
        "full_text",
        pd.DataFrame([[*one] for one in decisions], columns=["how", "decided_by"]),
        pd.DataFrame(
            [[*one, "include"][:4] for one in votes],
            columns=["work_id", "reviewer", "pilot", "decision"],
            dtype=str,
        ),
        pd.DataFrame([[*one] for one in awaiting], columns=["work_id", "reviewer", "pilot"], dtype=str),
    )
    plan = plan or stage()
    return methods.screening(protocol(screening={"full_text": plan}), Facts(stages={"full_text": found}))[1]


def votes(works, people="AB CD", pilot="false"):
    return [(work, person, pilot) for work in works for person in people.split()]


AGREED = [("agreed", "AB; CD")] * 2


@each(
    ("plan", "people", "done", "planned"),
    [
        (stage("AB"), "AB", "At full text, AB alone decided on 2 works.", "AB alone is to decide; nobody has voted yet on the 2 works there."),
        (stage(), "AB CD", "AB and CD decided independently on 2 works.", "AB and CD are to decide independently; nobody has voted yet"),
        (stage(mode="dual"), "AB CD", "AB and CD decided independently on 2 works.", "AB and CD are to decide independently; nobody"),
        (
            stage("AB CD EF", mode="dual"), "AB EF", "two of AB, CD and EF decided on each work independently",
            "two of AB, CD and EF are to decide on each work independently; nobody",
        ),
        (stage(mode="single"), "AB", "one of AB and CD decided on each work", "one of AB and CD is to decide on each work; nobody"),
        (
            stage(mode="dual_excludes"), "AB", "a second one, independently, where the first excluded",
            "a second one, independently, where the first excludes",
        ),
    ],
)  # fmt: skip
def test_a_stage_is_told_as_done_or_as_planned(plan, people, done, planned):
    whole = at_full_text(AGREED, votes("ab", people), **plan)
    nothing = at_full_text([("pending", "")] * 2, (), votes("ab", people), **plan)
    assert done in whole
    assert planned in nothing
    assert "decided" not in nothing
    assert "adjudicat" not in whole + nothing
    assert "disagree" not in nothing


def said(work, people, decision="exclude"):
    return [(work, person, "false", decision) for person in people.split()]


@each(
    ("plan", "cast", "expected"),
    [
        (stage(mode="single"), [*votes("a"), *votes("b", "AB")], "one or two of AB and CD decided on each work independently on 2 works (AB 2, CD 1)."),
        (stage(mode="single"), votes("ab"), "At full text, AB and CD decided independently on 2 works."),
        (stage(mode="single"), [*votes("a", pilot="true"), *votes("b", "AB")], "one of AB and CD decided on each work on 2 works (AB 2, CD 1). There"),
        (stage("AB CD EF", mode="single"), [*votes("a", "AB CD EF"), *votes("b", "CD")], "one to three of AB, CD and EF decided on each work"),
        (stage("AB CD EF", mode="dual"), votes("ab", "AB CD EF"), "At full text, AB, CD and EF decided independently on 2 works."),
        (stage("AB CD EF", mode="dual"), votes("a", "AB CD EF") + votes("b", "AB EF"), "two or three of AB, CD and EF decided on each work"),
        (stage(mode="dual_excludes"), votes("a", "AB") + said("b", "AB CD"), "a second one, independently, where the first excluded, on 2 works"),
        (stage(mode="dual_excludes"), votes("a") + said("b", "AB CD"), "AB and CD decided independently on 2 works."),
        (stage(mode="dual_excludes"), votes("a") + votes("b", "AB"), "one or two of AB and CD decided on each work independently"),
        # A verdict of the adjudicator where nobody else had looked again.
        (stage(mode="dual_excludes"), votes("a", "AB") + said("b", "AB"), "one of AB and CD decided on each work on 2 works (AB 2)."),
    ],
)  # fmt: skip
def test_other_votes_than_the_mode_asks_for_are_told(plan, cast, expected):
    assert expected in at_full_text(AGREED, cast, **plan)


@each(
    ("decisions", "cast", "awaited", "expected"),
    [
        ((), (), (), "At full text, AB and CD are to decide independently; no work has reached this stage yet."),
        (AGREED, votes("ab"), (), "decided independently on 2 works. There was no disagreement to settle."),
        (
            [("agreed", "AB; CD"), ("pending", "")], [*votes("a"), ("b", "AB", "false")], [("b", "CD", "false")],
            "are to decide independently; of the votes on 2 works, 3 were cast (AB 2, CD 1) and 1 is awaited.",
        ),
        (
            [("adjudicated", "EF"), ("conflict", "")], votes("ab"), (),
            "on 2 works. 1 work was adjudicated by EF. 1 disagreement is open.",
        ),
        # Those of before a change of the criteria, and who is unsure at full text, have voted, and it decides nothing.
        ([("pending", "")] * 2, votes("a"), votes("ab"), "are to decide independently; no vote decides yet on the 2 works there."),
        ([("adjudicated", "adjudication")], votes("a"), (), "1 work was adjudicated by an adjudicator."),
        # Who decided without whom is told, and that an adjudicator has not.
        (
            [("agreed", "AB; CD"), ("adjudicated", "EF")], [*votes("a"), ("b", "AB", "false")], (),
            "decided independently on 2 works (AB 2, CD 1). 1 work was adjudicated by EF.",
        ),
        ([("agreed", "AB; CD"), ("adjudicated", "EF")], votes("a"), (), "decided independently on 1 work. 1 work was"),
        (AGREED, votes("ab"), [("b", "adjudication", "false")], "decided independently on 2 works. On 1 work the adjudicator is unsure."),
        (
            [("adjudicated", "EF"), ("pending", "")], (), votes("b"),
            "nobody has voted yet on the 2 works there. 1 work was adjudicated by EF.",
        ),
    ],
)  # fmt: skip
def test_votes_and_adjudications_are_told_in_numbers(decisions, cast, awaited, expected):
    assert expected in at_full_text(decisions, cast, awaited)


def test_where_one_of_several_votes_is_awaited_works_are_counted():
    cast = [*votes("ab"), ("c", "AB", "false")]
    told = at_full_text(
        [*AGREED, ("pending", "")], cast, votes("c", "CD EF"), **stage("AB CD EF", mode="dual")
    )
    assert told == (
        "At full text, two of AB, CD and EF are to decide on each work independently; 5 votes were cast (AB 3, CD 2), and 1 of 3 works awaits votes."
    )


@each(
    ("cast", "awaited", "expected"),
    [
        (votes("ab", pilot="true"), (), "2 works of the first search were screened by all, as a pilot."),
        (votes("a", pilot="true"), votes("b", pilot="true"), "2 works of the first search are for all to screen, as a pilot; 1 of them awaits votes."),
    ],
)  # fmt: skip
def test_a_pilot_is_told_as_far_as_it_went(cast, awaited, expected):
    assert expected in at_full_text(AGREED, cast, awaited, **stage(pilot=2))


@each(("people", "word"), [("AB CD EF", "took"), ("AB CD", "is to take")])
def test_who_takes_part_in_some_rounds_only_is_told(people, word):
    plan = stage("AB CD EF", mode="dual", active={"EF": {"until": ROUNDS[0]}})
    assert f"EF {word} part until the search of {ROUNDS[0]}." in at_full_text(
        AGREED, votes("ab", people), **plan
    )


def test_a_stage_without_reviewers_is_skipped():
    said = methods.screening(protocol(screening={}), Facts())
    assert said[1] == "Screening by full text was skipped: no reviewers are named."


def test_screening_done_elsewhere_is_not_claimed():
    elsewhere = complete(
        {"review": {"title": "A"}, "prisma": {"given": {"2023-11-17": {"database_results": 5}}}}
    )
    assert methods.selection(elsewhere, Facts()) == (
        "Searches and screening were done elsewhere; the counts of 2023-11-17 are those given in the protocol."
    )


def test_a_review_without_sources_merged_no_records_and_screened_none():
    alone = complete({"review": {"title": "A"}})
    assert methods.selection(alone, Facts()) == ""
    assert (
        search_words.search(alone, Facts())
        == "The protocol names no source: no search is a part of this review so far."
    )


@each(
    ("searches", "expected"),
    [
        ((), "Embase and CINAHL have not been searched yet."),
        (
            (("embase", ROUNDS[0]), ("cinahl", ROUNDS[0]), ("embase", ROUNDS[1])),
            "Embase was searched on 2020-12-31 and 2021-12-31. CINAHL was searched on 2020-12-31."
            " CINAHL was not searched in the round of 2021-12-31.",
        ),
        ((("embase", ROUNDS[0]), ("cinahl", ROUNDS[0])), "Embase and CINAHL were searched on 2020-12-31."),
        ((("embase", ROUNDS[0]),), "Embase was searched on 2020-12-31. CINAHL has not been searched yet."),
    ],
)  # fmt: skip
def test_each_source_is_told_with_its_own_days(searches, expected):
    found = Facts(searches=tuple(Search(name, day, 3, 3, 0) for name, day in searches))
    assert search_words.search(protocol(), found) == expected


def test_a_source_that_was_left_out_on_purpose_is_told_with_the_reason():
    cinahl = {**EXPORTS["cinahl"], "not_searched": {ROUNDS[1]: "no access any more"}}
    held = [("embase", ROUNDS[0]), ("cinahl", ROUNDS[0]), ("embase", ROUNDS[1])]
    found = Facts(searches=tuple(Search(name, day, 3, 3, 0) for name, day in held))
    assert search_words.search(protocol(sources={**EXPORTS, "cinahl": cinahl}), found).endswith(
        "CINAHL was not searched in the round of 2021-12-31 (no access any more)."
    )


@each(
    ("endpoint", "asked", "expected"),
    [
        ("embedded", ROUNDS[0], "PubMed was represented by the stand-in"),
        ("live", ROUNDS[0], "PubMed was searched through the E-utilities of NCBI."),
        ("live", "2022-01-03", "that of PubMed of 2020-12-31 was made on 2022-01-03"),
        ("http://127.0.0.1:9", ROUNDS[0], "PubMed was represented by a server on this machine."),
    ],
)
def test_where_pubmed_was_asked_is_what_the_retrieval_says(endpoint, asked, expected):
    found = Facts(searches=(Search("pubmed", ROUNDS[0], 3, 3, 0, endpoint, asked),))
    said = search_words.search(protocol(sources=PUBMED), found)
    assert expected in said
    assert "repeated" not in said  # there was one search
    told = search_words.sources_searched(protocol(sources=PUBMED), found)
    assert told.startswith(f"PubMed{' (embedded stand-in)' * (endpoint == 'embedded')} was searched on ")


def test_what_a_later_search_found_again_is_counted():
    days = (Search("pubmed", ROUNDS[0], 3, 3, 0, "live", ROUNDS[0]), Search("pubmed", ROUNDS[1], 4, 2, 2, "live", ROUNDS[1]))  # fmt: skip
    said = search_words.search(protocol(sources=PUBMED), Facts(searches=days))
    assert "Each later search of PubMed repeated the whole strategy." in said
    assert "2 records that an earlier search had found were recognised by their ids" in said


def test_a_strategy_that_changed_between_searches_is_told():
    days = (Search("pubmed", ROUNDS[0], 3, 3, 0, "live", ROUNDS[0]), Search("pubmed", ROUNDS[1], 4, 2, 2, "live", ROUNDS[1]))  # fmt: skip
    asked = (
        AsRun("pubmed", "s.txt", "1. pain", 1, (ROUNDS[0],)),
        AsRun("pubmed", "s.txt", "1. pain*", 1, (ROUNDS[1],), ("'1. pain' became '1. pain*'",)),
    )
    found = Facts(searches=days, as_run=asked)
    said = search_words.search(protocol(sources=PUBMED), found)
    assert "repeated" not in said
    assert (
        f"Each later search of PubMed ran a whole strategy. On {ROUNDS[1]} the strategy of PubMed was not the one of before:"
        " '1. pain' became '1. pain*'." in said
    )
    codes = [block for block in section(protocol(sources=PUBMED), found).blocks if isinstance(block, Code)]
    assert [(block.fold, block.text) for block in codes] == [
        (f"Search strategy of PubMed as run on {ROUNDS[0]} (s.txt)", "1. pain"),
        (f"Search strategy of PubMed as run on {ROUNDS[1]} (s.txt)", "1. pain*"),
    ]


@each(
    ("endpoint", "behind"),
    [("live", "."), ("embedded", ", which says nothing about the strategy: the stand-in holds few records.")],
)
def test_known_items_are_told_as_found_or_not(endpoint, behind):
    searches = (Search("pubmed", ROUNDS[0], 3, 3, 0, endpoint, ROUNDS[0]),)
    found = Facts(searches=searches, known_items={"pubmed": {"7": True, "8": False}})
    said = search_words.search(protocol(sources=PUBMED), found)
    assert f"Of 2 known items the search of PubMed found 1; not PMID 8{behind}" in said


@each(
    ("records", "in_doubt", "verdicts", "expected"),
    [
        ([], 0, 0, "There are no records to compare yet."),
        (["a:1", "a:2"], 0, 0, "2 records were compared by identifiers, titles, authors, journals and pages; no two were merged."),
        (["a:1; b:1", "a:2"], 1, 2, "and merged into 2 works. For 2 pairs of records a person's verdict was applied instead of what the algorithm found."
         " 1 pair in doubt was left apart and awaits a person's verdict."),
    ],
)  # fmt: skip
def test_duplicates_are_told_in_numbers(records, in_doubt, verdicts, expected):
    found = deduplicated(
        pd.DataFrame({"record_ids": records}, dtype=str),
        pd.DataFrame({"record_a": ["x"] * in_doubt}),
        pd.DataFrame({"effect": ["applied"] * verdicts + ["orphan: no record z"]}),
    )
    assert expected in " ".join(methods.duplicates(found))
    assert found == Deduplication(
        sum(map(len, (one.split("; ") for one in records))), len(records), in_doubt, verdicts
    )


def sheets(rows, conflicts=()):
    return filled(
        pd.DataFrame([[*row, "pain"][:3] for row in rows], columns=["study", "people", "outcome"], dtype=str),
        pd.DataFrame([[*one] for one in conflicts], columns=["status", "adjudicator"], dtype=str),
        "people",
    )


@each(
    ("found", "planned", "expected"),
    [
        (None, [], ""),
        (None, ["AB", "CD"], "AB and CD are to extract the data."),
        (sheets([("S1", "AB"), ("S1", "AB"), ("S2", "AB")]), ["AB"], "AB alone extracted the data of 2 studies."),
        (sheets([("S1", "AB")]), ["AB", "CD"], "AB alone extracted the data of 1 study. CD is to extract the data and has not begun."),
        (
            sheets([("S1", "AB; CD"), ("S2", "AB; CD")]), [],
            "AB and CD extracted the data of 2 studies independently; the sheets were compared cell by cell. There was no difference to settle.",
        ),
        (
            sheets([("S1", "AB; CD"), ("S2", "AB")], [("adjudicated", "EF"), ("open", ""), ("pending", "")]), [],
            "AB and CD extracted the data of 2 studies (AB 2, CD 1), 1 of them independently by two or more; the sheets were compared cell"
            " by cell. 1 difference was settled by EF. 1 difference is open.",
        ),
        (sheets([("S1", "AB"), ("S2", "CD")]), [], "AB and CD extracted the data of 2 studies, each study by one of them."),
        # Who share the outcomes of a study among them do nothing twice; a row that one of two lacks is a difference.
        (sheets([("S1", "AB", "pain"), ("S1", "CD", "sleep")]), [], "AB and CD extracted the data of 1 study, each outcome by one of them."),
        (
            sheets([("S1", "AB; CD", "pain"), ("S1", "CD", "sleep"), ("S2", "AB; CD"), ("S2", "AB")]), [],
            "AB and CD extracted the data of 2 studies (AB 2, CD 2), 1 of them and some outcomes of 1 of them independently by two or more; the sheets"
            " were compared cell by cell. There was no difference to settle.",
        ),
        (
            sheets([("S1", "AB; CD"), ("S2", "CD; EF")]), [],
            "AB, CD and EF extracted the data of 2 studies (AB 1, CD 2, EF 1), all of them independently by two or more; the sheets were compared"
            " cell by cell. There was no difference to settle.",
        ),
    ],
)  # fmt: skip
def test_who_extracted_what_is_told(found, planned, expected):
    plan = protocol(extraction={"extractors": planned} if planned else {})
    assert methods.extraction(plan, Facts(extraction=found)) == expected


def test_who_judged_is_told_with_the_tool():
    plan = protocol(risk_of_bias={"tool": "rob2", "assessors": ["AB"]})
    assert methods.bias(plan, Facts()) == "AB is to judge the risk of bias with RoB 2."
    found = sheets([("S1", "AB"), ("S1", "")])
    assert methods.bias(plan, Facts(bias=found)) == "AB alone judged the risk of bias of 1 study with RoB 2."


@each(("text", "name"), [("name: Our list\n", "Our list"), ("", "own.yaml")])
def test_a_tool_of_ones_own_is_told_by_its_name(tmp_path, monkeypatch, text, name):
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(f"{text}domains: [a, {{id: b, name: Blinded reading}}]\n", encoding="utf-8")
    plan = protocol(risk_of_bias={"tool": "own.yaml", "assessors": ["AB"]})
    assert methods.bias(plan, Facts()) == f"AB is to judge the risk of bias with {name}."
    names = risk.domain_names(tool_of("own.yaml"))
    assert names == {"a": "a", "b": "Blinded reading", "overall": "Overall"}


def test_a_total_of_stars_is_no_risk_of_bias():
    judged = pd.DataFrame({"domain": ["S1", "overall", "overall"], "judgement": ["1 star", "7", "7"]})
    names = risk.domain_names(tool_of("newcastle-ottawa"))
    assert results_words.risk_of_bias(judged, names) == "Stars of 9: 7 in 2 judgements."


@each(
    ("pending", "skipped", "expected"),
    [
        (0, (), "9 new records, of which 8 were screened. No study was added."),
        (7, (), "of which 1 was screened and 7 await a decision. No study"),
        (8, (), "of which 0 were screened and 8 await a decision. No study"),
        (0, ("title_abstract",), "of which 8 passed title and abstract, which nobody screens. No study"),
    ],
)
def test_an_update_screened_what_somebody_decided(pending, skipped, expected):
    counts = {"database_results": 9, "records_screened": 8, "records_pending": pending, "extra_reports": 0}
    assert expected in rounds.sentence(counts, [], skipped)
    more = rounds.sentence({**counts, "citations_results": 3, "extra_reports": 2}, [], skipped)
    assert more.startswith("Search and other methods brought 12 new records")
    assert more.endswith("No study was added. 2 further reports of known studies came with it.")


def test_criteria_and_amendments_of_the_protocol_are_told():
    change = {"date": "2021-05-01", "what": "Age", "why": "Too few"}
    criteria = {"include": ["of adults", "randomised"], "exclude": ["of animals"]}
    said = methods.criteria(
        protocol(eligibility=criteria, amendments=[change, {**change, "date": "2022-01-02"}])
    )
    assert said == [
        "Inclusion criteria: of adults; randomised.", "Exclusion criteria: of animals.",
        "The protocol was amended on 2021-05-01 and 2022-01-02.",
    ]  # fmt: skip
    assert methods.criteria(protocol()) == []
