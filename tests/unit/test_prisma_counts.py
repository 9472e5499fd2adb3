"""Counts of the flow chart from small tables written by hand, and what happens when they lie."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from evergreen.errors import InputError, ReviewError
from evergreen.prisma.chart import View, charts, views
from evergreen.prisma.counting import Tables, count
from evergreen.prisma.counts import KEYS, chained, decided, given, identified, increments, name, summed
from evergreen.prisma.identities import check_counts, check_members, check_sources
from evergreen.prisma.lists import excluded_reports, package_sheet, per_source
from evergreen.prisma.members import members
from tests.rows import each

TYPES = {"pubmed": "database", "ictrp": "register", "hand": "citation"}
ROUNDS = ["2018-12-31", "2020-12-31"]
ONE, TWO = ROUNDS


def table(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split(), dtype=object)


def small_review() -> dict[str, Any]:
    """Two rounds, three sources: eleven records, eight works, two studies.

    Round 1: p1 and i1 are one work (included, study A); p2 excluded at title and abstract; p3 excluded at full text;
    p4 removed as not English; h1 from citation searching, included (study B). Round 2: p5 is p1 again under
    another id; p6 is another report of study A (extra); p7 not retrieved; p8 pending; h2 and p2b are known works.
    """
    records = [
        ("pubmed:1", "pubmed:1", "pubmed", ONE), ("ictrp:1", "pubmed:1", "ictrp", ONE),
        ("pubmed:2", "pubmed:2", "pubmed", ONE), ("pubmed:3", "pubmed:3", "pubmed", ONE),
        ("pubmed:4", "pubmed:4", "pubmed", ONE), ("hand:1", "hand:1", "hand", ONE),
        ("pubmed:5", "pubmed:1", "pubmed", TWO), ("pubmed:6", "pubmed:6", "pubmed", TWO),
        ("pubmed:7", "pubmed:7", "pubmed", TWO), ("pubmed:8", "pubmed:8", "pubmed", TWO),
        ("hand:2", "pubmed:2", "hand", TWO), ("ictrp:9", "hand:1", "ictrp", TWO),
    ]  # fmt: skip
    clusters = table("record_id work_id source round", records)
    first = clusters.drop_duplicates("work_id")
    facts = dict.fromkeys(["authors", "title", "journal", "volume", "issue", "pages", "doi", "pmid"], "x")
    works = first[["work_id", "round"]].assign(
        column=["other" if w.startswith("hand") else "databases" for w in first["work_id"]],
        record_ids=["; ".join(clusters["record_id"][clusters["work_id"].eq(w)]) for w in first["work_id"]],
        year="2018",
        **facts,
    )
    decisions = {
        "title_abstract": table(
            "work_id decision reason decided_by how round",
            [
                ("pubmed:1", "include", "", "AB; CD", "agreed", ONE),
                ("pubmed:2", "exclude", "", "AB; CD", "agreed", ONE),
                ("pubmed:3", "include", "", "EF", "adjudicated", ONE),
                ("pubmed:6", "include", "", "AB; CD", "agreed", TWO),
                ("pubmed:7", "include", "", "AB; CD", "agreed", TWO),
                ("pubmed:8", "", "", "", "conflict", TWO),
            ],
        ),
        "full_text": table(
            "work_id decision reason decided_by how round",
            [
                ("pubmed:1", "include", "", "AB; CD", "agreed", ONE),
                ("pubmed:3", "exclude", "not_randomised", "AB; CD", "agreed", ONE),
                ("hand:1", "include", "", "AB; CD", "agreed", ONE),
                ("pubmed:6", "include", "", "AB; CD", "agreed", TWO),
                ("pubmed:7", "not_retrieved", "", "AB; CD", "agreed", TWO),
            ],
        ),
    }
    studies = table(
        "study status round work_ids record_ids how",
        [
            ("A", "included", ONE, "pubmed:1; pubmed:6", "", "assigned"),
            ("B", "included", ONE, "hand:1", "", "assigned"),
            ("C", "excluded", "", "pubmed:3", "", "assigned"),
        ],
    )
    removed = table(
        "record_id kind reason _file _row",
        [("pubmed:4", "other", "not English", "f", 2), ("pubmed:99", "automatic", "", "f", 3)],
    )
    return {
        "clusters": clusters, "works": works, "decisions": decisions, "studies": studies, "removed": removed,
    }  # fmt: skip


@pytest.fixture
def review() -> dict[str, Any]:
    return small_review()


def counted(review: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    groups = members(**review, types=TYPES)
    check_members(groups, review["clusters"], review["works"], review["studies"], types=TYPES)
    document = chained(increments(groups, ROUNDS, {TWO: 3}), {"studies": 0, "reports": 0})
    check_counts(
        document,
        identified(review["clusters"], [(source, day) for source in TYPES for day in ROUNDS], TYPES, {}),
    )
    return groups, document


@pytest.fixture(scope="module")
def whole() -> tuple[pd.DataFrame, dict[str, Any]]:
    """The small review as it is, counted once for all who only read it."""
    return counted(small_review())


def test_every_box_of_both_rounds(whole: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    _, document = whole
    one, two = document["rounds"][ONE], document["rounds"][TWO]
    filled = {key: n for key, n in one.items() if n}
    assert filled == {
        "database_results": 4, "register_results": 1, "citations_results": 1, "duplicates": 1, "excluded_other": 1,
        "records_screened": 3, "records_excluded": 1, "dbr_sought_reports": 2, "dbr_assessed": 2,
        "dbr_excluded": {"not_randomised": 1}, "other_sought_reports": 1, "other_assessed": 1,
        "new_studies": 2, "new_reports": 2, "total_studies": 2, "total_reports": 2,
    }  # fmt: skip
    filled = {key: n for key, n in two.items() if n}
    assert filled == {
        "database_results": 4, "register_results": 1, "citations_results": 1, "duplicates": 2,
        "records_screened": 3, "records_pending": 1, "dbr_sought_reports": 2, "dbr_notretrieved_reports": 1,
        "dbr_assessed": 1, "extra_reports": 1, "previous_studies": 2, "previous_reports": 2,
        "total_studies": 2, "total_reports": 3, "seen_before": 3,
    }  # fmt: skip
    assert list(one) == list(KEYS)
    total = document["total"]
    assert (total["database_results"], total["duplicates"], total["total_reports"]) == (8, 3, 3)
    assert total["previous_studies"] == 0


def test_previous_version_made_elsewhere_is_carried(review: dict[str, Any]) -> None:
    parts = increments(members(**review, types=TYPES), ROUNDS, {})
    document = chained(parts, {"studies": 5, "reports": 7})
    check_counts(document)
    assert document["rounds"][ONE]["previous_studies"] == 5
    assert document["total"]["total_reports"] == 10


def test_removal_holds_for_the_work(review: dict[str, Any]) -> None:
    review["removed"] = table(
        "record_id kind reason _file _row",
        [("ictrp:1", "automatic", "too old", "f", 2), ("pubmed:4", "other", "", "f", 3)],
    )
    review["decisions"] = {
        stage: decisions[decisions["work_id"].ne("pubmed:1")]
        for stage, decisions in review["decisions"].items()
    }
    review["studies"].loc[0, ["round", "work_ids"]] = [TWO, "pubmed:6"]
    groups, document = counted(review)
    assert document["rounds"][ONE]["excluded_automatic"] == 1
    assert groups[groups["box"].eq("excluded_automatic")][["id", "reason"]].values.tolist() == [
        ["pubmed:1", "too old"]
    ]


def test_lost_work_is_named_with_both_sides(review: dict[str, Any]) -> None:
    review["decisions"]["title_abstract"] = review["decisions"]["title_abstract"].query(
        "work_id != 'pubmed:2'"
    )
    with pytest.raises(ReviewError, match=r"2018-12-31, .*n = 4 is not .* = 3; it is about pubmed:2"):
        counted(review)


def test_work_counted_twice_is_named(review: dict[str, Any]) -> None:
    full_text = review["decisions"]["full_text"]
    review["decisions"]["full_text"] = pd.concat([full_text, full_text.iloc[[1]]])
    with pytest.raises(ReviewError, match="pubmed:3"):
        counted(review)


def test_excluded_work_at_full_text_is_named(review: dict[str, Any]) -> None:
    row = pd.DataFrame(
        [{"work_id": "pubmed:2", "decision": "include", "reason": "", "how": "agreed", "round": ONE}]
    )
    review["decisions"]["full_text"] = pd.concat([review["decisions"]["full_text"], row])
    with pytest.raises(ReviewError, match=r"records_screened.*pubmed:2"):
        counted(review)


def test_included_report_without_study_is_named(review: dict[str, Any]) -> None:
    review["studies"] = review["studies"].query("study != 'B'")
    with pytest.raises(ReviewError, match="no included study: hand:1"):
        counted(review)


def test_unknown_ids_are_named(review: dict[str, Any]) -> None:
    review["decisions"]["full_text"].loc[0, "work_id"] = "pubmed:404"
    with pytest.raises(ReviewError, match="pubmed:404"):
        counted(review)


def test_import_counts_must_match_the_corpus(review: dict[str, Any]) -> None:
    good = [
        {"source": s, "round": r, "hits": n, "read": n, "new": n, "seen_before": 0}
        for s, r, n in [
            ("pubmed", ONE, 4), ("ictrp", ONE, 1), ("hand", ONE, 1), ("pubmed", TWO, 4), ("ictrp", TWO, 1), ("hand", TWO, 1),
        ]
    ]  # fmt: skip
    check_sources(good, review["clusters"])
    with pytest.raises(ReviewError, match="2018-12-31, pubmed"):
        check_sources([{**good[0], "new": 5}, *good[1:]], review["clusters"])
    with pytest.raises(ReviewError, match="no import counted"):
        check_sources(good[1:], review["clusters"])
    yields = per_source(members(**review, types=TYPES), review["clusters"], good, TYPES, {})
    total = yields[yields["round"].eq("total")].set_index("source")
    assert total.loc[
        "pubmed", ["records", "duplicates", "works", "works_only_here", "included_reports"]
    ].tolist() == [8, 1, 7, 5, 2]
    assert total.loc["hand", "included_only_here"] == 0


def test_numbers_that_were_given_are_checked_alike() -> None:
    counts, sources = given(
        "2023-11-17",
        {
            "database_results": 10, "database_specific_results": {"A": 6, "B": 4}, "duplicates": 2,
            "records_screened": 8, "records_excluded": 5, "dbr_sought_reports": 3, "dbr_assessed": 3,
            "dbr_excluded": {"Design": 1}, "new_studies": 1, "new_reports": 2,
        },
    )  # fmt: skip
    document = chained({"2023-11-17": counts}, {})
    check_counts(document, {"2023-11-17": sources})
    assert summed({"2023-11-17": sources}) == {"database_results": {"A": 6, "B": 4}}
    with pytest.raises(ReviewError, match=r"records_screened: n = 8 is not .* = 7"):
        check_counts(chained({"2023-11-17": {**counts, "duplicates": 3}}, {}))
    with pytest.raises(ReviewError, match="the sources give 11"):
        check_counts(document, {"2023-11-17": {"database_results": {"A": 6, "B": 5}}})


@each(
    ("raw", "said"),
    [
        ({"records_screend": 3}, "records_screend"),
        ({"duplicates": -1}, "duplicates"),
        ({"duplicates": True}, "duplicates"),
        ({"dbr_excluded": 3}, "name: number"),
        ({"total_studies": 3}, "computed"),
    ],
)
def test_given_counts_are_refused_by_name(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        given("2023-11-17", raw)


def test_excluded_reports_have_one_reason_each(
    whole: tuple[pd.DataFrame, dict[str, Any]], review: dict[str, Any]
) -> None:
    groups, _ = whole
    listed = excluded_reports(
        groups, review["works"], review["decisions"]["full_text"], {"not_randomised": "Not randomised"}
    )
    assert listed[["work_id", "label"]].values.tolist() == [["pubmed:3", "Not randomised"]]


@pytest.fixture
def view(whole: tuple[pd.DataFrame, dict[str, Any]]) -> View:
    _, document = whole
    sources = {ONE: {"database_results": {"PubMed; via NLM": 4, "Embase": 0}}}
    return views({**document, "sources": sources, "given": [], "skipped": []})[f"flow-{ONE}"]


def test_sheet_of_the_r_package(view: View) -> None:
    sheet = package_sheet(view, {"not_randomised": "Not an RCT, sadly"}).set_index("data")
    assert sheet.loc["dbr_excluded", "n"] == "Not an RCT / sadly, 1"
    assert sheet.loc["database_specific_results", "n"] == "PubMed / via NLM, 4; Embase, 0"
    assert sheet.loc["records_screened", "n"] == 3
    assert sheet.loc["other_excluded", "n"] == "0"
    assert sheet.loc["new_studies", "boxtext"] == "Studies included in review"
    assert sheet["url"].str.match("flow.html(#|$)").all()


def test_quotes_do_not_end_the_r_packages_texts(view: View) -> None:
    sheet = package_sheet(view, {"not_randomised": 'Authors\' \\ "trial"'}).set_index("data")
    assert sheet.loc["dbr_excluded", "n"] == "Authors\u2019 / \u201dtrial\u201d, 1"


def test_sheet_is_read_as_the_r_package_reads_it(view: View) -> None:
    # Its reader takes the rows of which the first column holds a key somewhere, and splits lists by two regular expressions.
    sheet = package_sheet(view, {"not_randomised": "Not an RCT, sadly"})
    keys = [
        *(key for key in KEYS[: KEYS.index("records_pending")] if not key.startswith("total_")),
        "total_studies$",
        "total_reports$",
    ]
    for key in [
        *keys,
        "database_specific_results",
        "register_specific_results",
        "identification",
        "screening",
        "included",
    ]:
        assert sheet["data"].str.contains(key, regex=True).sum() == 1, key
    for _, row in sheet[sheet["data"].str.contains("_specific|dbr_excluded|other_excluded")].iterrows():
        if re.search("[^0-9,]", row["n"]):
            parts = re.split(";(?: )?", row["n"])
            assert all(re.sub(",.*$", "", part) for part in parts)
            assert all(re.sub(r".*?,([ 0-9,]*)|.*()", r"\1", part).strip().isdigit() for part in parts)
    assert sheet["box"].drop_duplicates().tolist()[:3] == ["prevstud", "box1", "newstud"]


def test_the_total_is_one_review_without_extra_reports(whole: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    _, document = whole
    shown = views({**document, "sources": {}, "given": [], "skipped": []})
    assert shown[f"flow-{TWO}"].counts["extra_reports"] == 1
    assert shown["flow-total"].counts["new_reports"] == 3
    chart = charts({**document, "sources": {}, "given": [], "skipped": ["full_text"]}, {})["flow-total"]
    words = [box.text for box in chart.boxes]
    assert "Studies included in review (n = 2); Reports of included studies (n = 3)" in words
    assert "Nobody screened by full text: the protocol names no reviewers, so all passed." in chart.notes
    # Of a version made elsewhere too: what a later round adds to a study of ours is no report of one that was there.
    rounds = {day: {**counts, "previous_studies": counts["previous_studies"] + 5} for day, counts in document["rounds"].items()}  # fmt: skip
    elsewhere = {
        "rounds": rounds,
        "total": {**document["total"], "previous_studies": 5},
        "sources": {},
        "skipped": [],
    }
    shown, drawn = views({**elsewhere, "given": []}), charts({**elsewhere, "given": []}, {})
    assert (shown["flow-total"].counts["new_reports"], shown["flow-total"].counts["extra_reports"]) == (3, 0)
    assert not any("further report" in note for note in drawn["flow-total"].notes)
    assert views({**elsewhere, "given": [TWO]})["flow-total"].counts["extra_reports"] == 1


def test_a_chart_names_the_sources_that_its_round_left_out(
    whole: tuple[pd.DataFrame, dict[str, Any]],
) -> None:
    _, document = whole
    both, one = {"database_results": {"PubMed": 3, "Embase": 2}}, {"database_results": {"PubMed": 1}}
    base = {**document, "sources": {ONE: both, TWO: one}, "skipped": []}
    note = "Not searched in this round: Embase."
    drawn = charts({**base, "given": []}, {})
    assert [name for name, chart in drawn.items() if note in chart.notes] == [f"flow-{TWO}"]
    said = charts({**base, "given": [], "not_searched": {TWO: {"Embase": "no access"}}}, {})[f"flow-{TWO}"]
    assert "Not searched in this round: Embase (no access)." in said.notes
    # what the authors of a review gave may name its sources otherwise
    for day in (ONE, TWO):
        assert not any(note in chart.notes for chart in charts({**base, "given": [day]}, {}).values())


def test_every_count_has_words() -> None:
    assert len({name(key) for key in KEYS}) == len(KEYS)


IMPORTED = [
    {"source": source, "round": day, "hits": n, "read": n, "new": n, "seen_before": 0}
    for source, day, n in (
        ("pubmed", ONE, 4), ("ictrp", ONE, 1), ("hand", ONE, 1), ("pubmed", TWO, 4), ("ictrp", TWO, 1), ("hand", TWO, 1),
    )
]  # fmt: skip


def counted_with(
    review: dict[str, Any], methods: list[tuple[str, str, str, int, str | None]]
) -> dict[str, Any]:
    return count(
        Tables(**review), IMPORTED, rounds=ROUNDS, sources=[(name, type_, name) for name, type_ in TYPES.items()], labels={},
        previous={}, given_counts={}, other_methods=methods,
    ).document  # fmt: skip


def test_what_people_looked_through_counts_in_its_box(review: dict[str, Any]) -> None:
    """120 references of which one is in the file of `hand`, 8 websites without a file, nobody who had anything."""
    document = counted_with(
        review,
        [
            (ONE, "citation", "citation", 120, "hand"),
            (TWO, "website", "browsing", 8, None),
            (TWO, "organisation", "contact", 0, None),
        ],
    )
    one, two, total = document["rounds"][ONE], document["rounds"][TWO], document["total"]
    assert (one["citations_results"], one["other_sought_reports"]) == (120, 1)
    assert (two["citations_results"], two["website_results"], two["organisation_results"]) == (1, 8, 0)
    assert (total["citations_results"], total["website_results"]) == (121, 8)
    assert document["sources"][ONE]["citations_results"] == {"hand": 120}
    assert document["sources"][TWO]["website_results"] == {"Browsing": 8}
    drawn = charts(document, {})
    for file, n in ((f"flow-{ONE}", 119), (f"flow-{TWO}", 8), ("flow-total", 127)):
        assert any(f"identified by other methods {n} were looked at" in note for note in drawn[file].notes)
    # the counts of databases and registers are those of before
    plain = counted_with(review, [])
    assert "looked_at" not in plain
    assert {key for key in KEYS if one[key] != plain["rounds"][ONE][key]} == {"citations_results"}


def test_nobody_looked_at_less_than_was_taken_on(review: dict[str, Any]) -> None:
    with pytest.raises(
        InputError, match="states 0 records of hand in the round 2018-12-31, and its files hold 1"
    ):
        counted_with(review, [(ONE, "citation", "citation", 0, "hand")])


def test_what_awaits_a_decision_is_neither_screened_nor_sought(
    whole: tuple[pd.DataFrame, dict[str, Any]],
) -> None:
    groups, document = whole
    two = document["rounds"][TWO]
    told = decided(two)
    assert (two["records_screened"], told["records_screened"], told["records_pending"]) == (3, 2, 1)
    assert told["records_screened"] == told["records_excluded"] + two["dbr_sought_reports"]
    shown = {**document, "sources": {}, "given": [], "skipped": []}
    boxes = {box.name: box.text for box in charts(shown, {})[f"flow-{TWO}"].boxes}
    assert boxes["records_screened"] == "Records screened (n = 2)"
    assert boxes["records_pending"] == "Records awaiting a decision (n = 1)"
    skipped = charts({**shown, "skipped": ["title_abstract", "full_text"]}, {})[f"flow-{ONE}"].boxes
    assert {"Records passed on, which nobody screened (n = 3)", "Reports passed on, which nobody assessed (n = 2)"} <= {box.text for box in skipped}  # fmt: skip
    assert len(groups[groups["box"].eq("records_pending")]) == two["records_pending"]
