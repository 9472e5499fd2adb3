"""Which pairs of records merge, which are related, and which a person is asked about."""

import pandas as pd
import pytest

from evergreen.deduplication.decision import RELATIONS
from evergreen.deduplication.links import borderline, links
from evergreen.deduplication.verdicts import Verdicts
from evergreen.deduplication.works import READ
from tests.properties.papers import PAPER, closed, outcome, table, works


@pytest.mark.parametrize(
    "other",
    [
        {"title": PAPER["title"].upper() + "."},
        {"title": "[" + PAPER["title"] + "]. [German]"},
        {"title": PAPER["title"].replace("Denosumab and", "Denosumab &amp;")},
        {"title": PAPER["title"].replace("erosions", "erosoins")},
        {"title": "Denosumab and erosions in early rheumatoid arthritis: a …", "pages": ""},
        {"title": "Denosumab and erosions in early rheumatoid arthritis"},
        {"authors": "A Moe; B Roe; C Poe"},
        {"authors": "Moe A, Roe B, et al."},
        {"authors": ""},
        {"journal": "Ann Bone Res", "pages": "112-9"},
        {"journal": "ANNALS OF BONE RES…", "volume": ""},
        {"pages": "S112-S119", "volume": "7(3)"},
        {"year": 2019},
        {"pages": "", "volume": ""},
        {"title": PAPER["title"] + " [Erratum appears in Ann Bone Res 2019;8:1]"},
        {"title": "Retracted: " + PAPER["title"]},
        {"pages": "e12724"},  # the number of the article, beside its pages in print
        {"volume": "", "issue": "7", "pages": "3"},  # moved by one column
        {"volume": "3", "issue": "", "pages": ""},  # the issue in place of the volume
        {"issue": "Suppl 1"},
    ],
)
def test_one_work_as_databases_write_it(other):
    assert outcome({}, other) == "merged"


@pytest.mark.parametrize(
    ("other", "relation"),
    [
        ({"title": "Erratum: " + PAPER["title"], "pages": "301"}, "erratum_of"),
        ({"title": 'Correction to "' + PAPER["title"] + '"', "volume": "8", "pages": "1"}, "erratum_of"),
        ({"title": "Notice of retraction: " + PAPER["title"], "volume": "9", "pages": "3"}, "retraction_of"),
        ({"title": "Comment on: " + PAPER["title"], "authors": "Doe, J", "pages": "302"}, "comment_on"),
        ({"title": "Re: " + PAPER["title"], "authors": "Doe, J", "pages": ""}, "comment_on"),
        ({"journal": "medRxiv", "volume": "", "pages": "", "doi": "10.1101/2017.01.01.1"}, "preprint_of"),
        (
            {
                "journal": "Arthritis Meetings",
                "volume": "70",
                "pages": "S9",
                "publication_types": "Conference Abstract",
            },
            "conference_abstract_of",
        ),
        ({"journal": "Other Journal", "volume": "3", "pages": "1-9"}, "version_of"),
        (
            {
                "journal": "University of Examples",
                "volume": "",
                "pages": "",
                "year": 2017,
                "publication_types": "Ph.D. Thesis",
            },
            "thesis_of",
        ),
        (
            {"journal": "", "volume": "", "pages": "", "authors": "Moe, A", "publication_types": "Report"},
            "report_of",
        ),
        ({"journal": "Other Journal", "volume": "3", "pages": "S9", "year": 2017}, "conference_abstract_of"),
        ({"year": 2020, "volume": "9", "pages": "12-20"}, "version_of"),
    ],
)
def test_what_is_related_is_linked_and_not_merged(other, relation):
    assert outcome({}, other) == relation
    assert outcome(other, {}) == relation


def test_parts_are_two_works():
    first = {"title": PAPER["title"] + ". Part I", "pages": "112-119"}
    assert outcome(first, {"title": PAPER["title"] + ". Part II", "pages": "120-131"}) == "part_of"
    assert outcome(first, {"title": PAPER["title"] + ". Part 1"}) == "merged"
    methods, results = PAPER["title"] + ": I. Methods", PAPER["title"] + ": II. Results"
    assert outcome({"title": methods}, {"title": results, "pages": ""}) != "merged"
    # a title that lost its part, on the page behind the other's last; and two numbers of electronic articles
    assert outcome({}, {"pages": "120-131"}) != "merged"
    assert outcome({"pages": "e1001"}, {"pages": "e1002"}) != "merged"


BARE = "Denosumab and erosions in early rheumatoid arthritis"


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        # nothing but the year tells next year's update, and no volume, page or number the same work
        ({}, {"year": 2019, "volume": "", "pages": ""}, "borderline"),
        ({"volume": ""}, {"year": 2019, "issue": "", "pages": ""}, "borderline"),
        ({}, {"volume": "", "pages": ""}, "merged"),
        ({"doi": "10.1/a"}, {"year": 2019, "volume": "", "pages": "", "doi": "10.1/a"}, "merged"),
        # what was cut off behind the whole of the other title may have been another part
        ({"title": BARE, "pages": ""}, {"title": BARE + ": a …"}, "borderline"),
        ({"title": BARE}, {"title": BARE + ": a …"}, "merged"),
        ({"title": BARE + " of 20 to 25 …", "pages": ""}, {"title": BARE + " of 20 to 25 years (Part 2)"}, "borderline"),
        ({"title": BARE + " of grade 3: …", "pages": ""}, {"title": BARE + " of grade 3: the Spanish experience"}, "merged"),
        ({"title": BARE + " and …", "pages": ""}, {"title": BARE + " & diabetes type 2"}, "merged"),
        # the part's number behind a note that was cut off
        ({"title": BARE + ".[Erratum appears in Arch. 1."}, {"title": BARE + ".[Erratum appears in Arch . 2", "pages": ""}, "borderline"),
        ({"title": BARE + ".[Erratum appears in Arch. 1."}, {"title": BARE + ". 1", "pages": ""}, "merged"),
        # a slip in the word for it, and an erratum that ends on the paper's last page
        ({}, {"title": "Erratu to: " + PAPER["title"], "pages": ""}, "erratum_of"),
        ({}, {"title": "Corerction: " + PAPER["title"], "pages": ""}, "erratum_of"),
        ({}, {"title": "Erratum: " + PAPER["title"], "pages": "116-119"}, "erratum_of"),
        ({}, {"year": 2019, "volume": "9", "pages": "106-119"}, "version_of"),
        ({"title": BARE + " :II. Results"}, {"title": BARE + " …", "pages": ""}, "borderline"),
    ],
)  # fmt: skip
def test_another_work_under_nearly_the_same_title_is_not_merged(a, b, result):
    assert outcome(a, b) == outcome(b, a) == result


def test_cochrane_updates_are_two_works():
    review = {"journal": "Cochrane Database of Systematic Reviews", "volume": "", "pages": "CD001234"}
    first = {**review, "doi": "10.1002/14651858.cd001234"}
    assert outcome(first, {**review, "doi": "10.1002/14651858.cd001234.pub2", "year": 2021}) == "version_of"
    assert outcome(first, {**review, "doi": "10.1002/14651858.cd001234"}) == "merged"
    assert outcome(first, {**review, "journal": "Cochrane Database Syst Rev"}) == "merged"
    short = {**review, "journal": "Cochr Datab Syst Rev", "pages": "", "volume": "(3)"}
    assert outcome({**review, "volume": "(3)"}, {**short, "year": 2021}) == "version_of"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"doi": "10.1/a"}, {"doi": "10.1/b", "pages": "200-210"}),
        ({"pmid": "1"}, {"pmid": "2"}),
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": "Zoledronate and the jaw of the dog: an experiment"}),
        ({"title": "Editorial", "pages": ""}, {"title": "Editorial", "pages": ""}),
        ({"title": "", "pages": ""}, {"title": ""}),
        ({"issue": "3", "pages": ""}, {"issue": "4"}),
        ({"volume": "7", "pages": ""}, {"volume": "8"}),
        ({"title": PAPER["title"] + " (vol 7, pg 112, 2018)", "pages": "301", "issue": "4"}, {}),
        ({"title": PAPER["title"] + " [Erratum appears in Ann Bone Res 2018;7:301]"}, {"pages": "301"}),
    ],
)
def test_what_is_too_little_to_merge(a, b):
    assert outcome({"journal": PAPER["journal"], **a}, {**b, "authors": "Moe, A"}) != "merged"


def test_a_registry_entry_is_linked_to_its_report():
    entry = {
        "record_id": "trials:NCT01234567", "source": "trials", "title": "Denosumab in RA", "registry_ids": "NCT01234567",
        "url": "https://clinicaltrials.gov/study/NCT01234567",
    }  # fmt: skip
    report = {**PAPER, "record_id": "embase:1", "registry_ids": "NCT01234567"}
    records = table(entry, report)
    found = closed(records)
    linked = links(found.pairs, found.state, records[list(READ)])
    assert linked[["work_id", "relation", "related_work_id"]].to_numpy().tolist() == [
        ["trials:NCT01234567", "registry_entry_of", "embase:1"]
    ]


def test_entries_of_one_trial_are_one_work_under_any_title():
    entry = {"registry_ids": "NCT01234567", "journal": "ClinicalTrials.gov", "year": 2015}
    first = {**entry, "record_id": "trials:NCT01234567", "title": "Denosumab in RA"}
    second = {
        **entry,
        "record_id": "embase:9",
        "title": "A phase 2 study of AMG 162 against erosions of joints",
    }
    other = {**first, "record_id": "trials:NCT07654321", "registry_ids": "NCT07654321"}
    found = works(closed(table(first, second, other)))
    assert found["trials:NCT01234567"] == found["embase:9"] != found["trials:NCT07654321"]


GERMAN = "Denosumab bei rheumatoider Arthritis: eine randomisierte Studie"


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        ({"title": "[Denosumab in rheumatoid arthritis]"}, {"title": GERMAN}, "borderline"),
        ({"title": "[Denosumab in rheumatoid arthritis]. [German]"}, {"title": GERMAN}, "borderline"),
        ({"title": "Denosumab in rheumatoid arthritis"}, {"title": GERMAN}, "borderline"),
        ({"title": "[Denosumab in rheumatoid arthritis]"}, {"title": "Romatoid artritte denosumab kullanimi"}, "borderline"),
        ({"title": "[Denosumab in rheumatoid arthritis]"}, {"title": "\u7c7b\u98ce\u6e7f\u5173\u8282\u708e\u7684\u6cbb\u7597"}, "borderline"),
        ({"title": "[Denosumab in rheumatoid arthritis]", "doi": "10.1/a"}, {"title": GERMAN, "doi": "10.1/a"}, "borderline"),
        ({"title": "[Denosumab in rheumatoid arthritis]", "pages": "212-9"}, {"title": GERMAN}, "apart"),
        ({"title": "[Denosumab in rheumatoid arthritis]", "authors": "Poe, C"}, {"title": GERMAN}, "apart"),
        ({"title": "[Denosumab in rheumatoid arthritis]", "pmid": "1"}, {"title": GERMAN, "pmid": "2"}, "apart"),
        ({"title": "Denosumab in rheumatoid arthritis"}, {"title": "Splenic rupture of the dog after a fall"}, "apart"),
    ],
)  # fmt: skip
def test_a_title_and_its_translation_at_one_place_are_asked(a, b, result):
    assert outcome(a, b) == result


REGISTERED = {
    "ClinicalTrials.gov": {"record_id": "trials:NCT01234567", "registry_ids": "NCT01234567; EUCTR2009-012345-12"},
    "EUCTR, Germany": {"record_id": "ictrp:EUCTR2009-012345-12-DE", "registry_ids": "EUCTR2009-012345-12"},
    "EUCTR, Great Britain": {"record_id": "ictrp:EUCTR2009-012345-12-GB", "registry_ids": "EUCTR2009-012345-12"},
    "CENTRAL": {"record_id": "central:CN-01", "registry_ids": "NCT01234567", "journal": "https://clinicaltrials.gov/show/NCT01234567",
                "publication_types": "Trial registry record", "title": "Bone erosions under denosumab"},
    "CTIS": {"record_id": "ctis:2022-500123-12-00", "registry_ids": "CTIS2022-500123-12; EUCTR2009-012345-12"},
    "another trial": {"record_id": "trials:NCT07654321", "registry_ids": "NCT07654321"},
    "article": {**PAPER, "record_id": "embase:1", "registry_ids": "ISRCTN12345678; EUCTR2009-012345-12"},
}  # fmt: skip


def test_entries_of_one_trial_in_several_registers_are_linked_and_counted_each():
    entries = [{"title": "Denosumab in RA", "year": 2009, **entry} for entry in REGISTERED.values()]
    records = table(*entries)
    found = closed(records)
    assert set(map(frozenset, pd.Series(works(found)).groupby(works(found)).groups.values())) == {
        frozenset({"trials:NCT01234567", "central:CN-01"}),
        frozenset({"ictrp:EUCTR2009-012345-12-DE", "ictrp:EUCTR2009-012345-12-GB"}),
        frozenset({"ctis:2022-500123-12-00"}),
        frozenset({"trials:NCT07654321"}),
        frozenset({"embase:1"}),
    }
    linked = links(found.pairs, found.state, records[list(READ)])
    by_work = linked.groupby("relation")[["work_id", "related_work_id"]].apply(
        lambda rows: sorted(map(tuple, rows.to_numpy().tolist()))
    )
    assert by_work["registry_entry_of"] == [
        ("central:CN-01", "embase:1"),
        ("ctis:2022-500123-12-00", "embase:1"),
        ("ictrp:EUCTR2009-012345-12-DE", "embase:1"),
    ]
    assert by_work["cross_registration_of"] == [
        ("central:CN-01", "ctis:2022-500123-12-00"),
        ("central:CN-01", "ictrp:EUCTR2009-012345-12-DE"),
        ("ctis:2022-500123-12-00", "ictrp:EUCTR2009-012345-12-DE"),
    ]
    asked = found.pairs[found.pairs["outcome"].eq("borderline")]
    # a title of a few words names no trial
    assert asked[["record_a", "record_b"]].eq("trials:NCT07654321").any(axis=1).all()


def test_an_article_is_never_merged_with_the_entry_that_it_names():
    article = {**PAPER, "registry_ids": "NCT01234567", "pages": "", "volume": "", "pmid": "1"}
    entry = {**article, "record_id": "central:1", "publication_types": "Trial registry record"}
    assert outcome({**article, "record_id": "embase:1"}, entry) == "registry_entry_of"


@pytest.mark.parametrize(
    ("of_erratum", "of_paper"), [("ErratumFor 1; CommentOn 77", "ErratumIn 2"), ("ErratumFor 1", ""), ("", "ErratumIn 2")]
)  # fmt: skip
def test_relations_that_pubmed_states_are_links(of_erratum, of_paper):
    erratum = {"record_id": "pubmed:2", "title": "Correction.", "pmid": "2", "related": of_erratum}
    paper = {**PAPER, "record_id": "pubmed:1", "pmid": "1", "related": of_paper}
    records = table(erratum, paper, source="pubmed")
    found = closed(records)
    linked = links(found.pairs, found.state, records[list(READ)])
    assert linked[["work_id", "relation", "related_work_id", "how"]].to_numpy().tolist() == [
        ["pubmed:2", "erratum_of", "pubmed:1", "stated"]
    ]


@pytest.mark.parametrize("prefix", ["Erratum: ", "Notice of retraction: ", "Comment on: "])
@pytest.mark.parametrize("there", [("men", "women"), ("women",), ("part", "men")])
def test_a_notice_belongs_to_the_work_whose_title_it_has(prefix, there):
    """Not to that in women, whether or not the work in men was found; nor to what its title goes on with."""
    title = "Denosumab in {} with early rheumatoid arthritis: a randomised controlled trial of erosions"
    titles = {name: title.format(name) for name in ("men", "women")}
    titles["part"] = titles["men"] + " in adults with osteoporosis"
    works = [
        {**PAPER, "record_id": f"embase:{name}", "title": titles[name], "pages": str(100 + at), "doi": f"10.1000/{name}"}
        for at, name in enumerate(there)
    ]  # fmt: skip
    notice = {**PAPER, "record_id": "embase:notice", "title": prefix + titles["men"], "year": 2020, "volume": "9", "pages": "7",
              "doi": "10.1000/n"}  # fmt: skip
    pairs = closed(table(*works, notice)).pairs
    linked = pairs[pairs["record_a"].eq("embase:notice") & pairs["outcome"].eq("link")]
    assert linked["record_b"].tolist() == ["embase:men"] * ("men" in there)


def test_the_sheet_for_a_person_has_each_pair_of_works_once():
    other = {
        **PAPER,
        "title": PAPER["title"].split(":")[0],
        "pages": "",
        "volume": "",
        "year": PAPER["year"] + 1,
    }
    records = table(
        {**PAPER, "record_id": "embase:a"},
        {**PAPER, "record_id": "embase:b"},
        {**other, "record_id": "embase:c"},
    )
    found = closed(records)
    sheet, left_out = borderline(found.pairs, found.state, records, Verdicts.none())
    assert len(sheet) == 1
    assert left_out == 0
    assert {sheet["work_a"][0], sheet["work_b"][0]} == {"embase:a", "embase:c"}
    assert sheet["same"].tolist() == [""]
    decided = Verdicts([], [tuple(sorted((sheet["record_a"][0], sheet["record_b"][0])))], {})
    again = closed(records, verdicts=decided)
    assert len(borderline(again.pairs, again.state, records, decided)[0]) <= 1


def test_relations_have_the_names_of_the_contract():
    assert set(RELATIONS[1:]) == {
        "erratum_of", "comment_on", "preprint_of", "part_of", "version_of", "conference_abstract_of", "retraction_of",
        "registry_entry_of", "thesis_of", "report_of", "cross_registration_of",
    }  # fmt: skip
