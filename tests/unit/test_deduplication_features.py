"""Comparable forms of a record, journals in their many names, and verdicts that contradict each other."""

import numpy as np
import pandas as pd
import pytest

from evergreen.deduplication.features import KINDS, features
from evergreen.deduplication.journals import compare_journals
from evergreen.deduplication.overlap import combinations, overlaps, yields
from evergreen.deduplication.verdicts import effects, read_verdicts
from evergreen.errors import InputError, InputErrors
from evergreen.records import model
from tests.rows import each


def of_each(**columns):
    """The features of records that have these columns."""
    records = pd.DataFrame(columns)
    return features(model.typed(records.assign(record_id=[f"s:{at}" for at in range(len(records))])))


def column(table, at=0):
    return [row[at] for row in table]


TITLES = [
    ("Bone &amp; joint <i>erosions</i>.", "bonejointerosions", "article"),
    ("Bone and joint erosions. [Review] [42 refs]", "bonejointerosions", "article"),
    ("Bone and joint erosions (vol 360, pg 542, 2009)", "bonejointerosions", "article"),
    ("Erratum to: Bone and joint erosions", "bonejointerosions", "erratum"),
    ("Corrigendum", "corrigendum", "erratum"),
    ("Erratmu: Bone and joint erosions", "bonejointerosions", "erratum"),
    ("Erratum tso: Bone and joint erosions", "bonejointerosions", "erratum"),
    ("Corrigedum to “Bone and joint erosions", "bonejointerosions", "erratum"),
    ("Erosion: bone and joint", "erosionbonejoint", "article"),
    ("Connection: bone and joint", "connectionbonejoint", "article"),
    ("Correction of bone erosions by denosumab", "correctionofboneerosionsbydenosumab", "article"),
    ("Response to denosumab in bone erosions", "responsetodenosumabinboneerosions", "article"),
    ("Authors' response to: Bone and joint erosions", "bonejointerosions", "comment"),
    ("Reply to 'Bone and joint erosions'", "bonejointerosions", "comment"),
    ("Re: Bone and joint erosions", "bonejointerosions", "comment"),
    ("Bone and joint erosions - Reply", "bonejointerosions", "comment"),
    (
        "Bone and joint erosions.[Erratum appears in Bone. 2009 Sep;9(9):22 Note: Moe, A [added]]",
        "bonejointerosions",
        "article",
    ),
    ("Bone and joint erosions.[Erratum appears in Bo", "bonejointerosions", "article"),
    ("Bone and joint erosions.[Erratum appears in Bo. 2", "bonejointerosions2", "article"),
    ("Bone and joint erosions [2]", "bonejointerosions2", "article"),
    ("Bone and joint erosions [protocol]", "bonejointerosionsprotocol", "article"),
    ("Bone and joint erosions. [Review. 2].", "bonejointerosions2", "article"),
    ("Retraction: Bone and joint erosions", "bonejointerosions", "retraction"),
    ("RETRACTED: Bone and joint erosions", "bonejointerosions", "article"),
    ("[Retracted] Bone and joint erosions", "bonejointerosions", "article"),
    ("Bone and joint erosions (Retracted article. See vol. 5, pg. 1, 2012)", "bonejointerosions", "article"),
    ("RETRACTADO: Bone and joint erosions", "bonejointerosions", "article"),
    ("撤稿：Bone and joint erosions", "bonejointerosions", "article"),
    ("Statement of Retraction: Bone and joint erosions", "bonejointerosions", "retraction"),
    ("Editorial Expression of Concern: Bone and joint erosions", "bonejointerosions", "comment"),
    ("EXPRESSION OF CONCERN TO “Bone and joint erosions”", "bonejointerosions", "comment"),
    ("Expressions of concern in bone research", "expressionsofconcerninboneresearch", "article"),
    ("Retractación de: Bone and joint erosions", "bonejointerosions", "retraction"),
    ("Bone and joint erosions (Retraction of vol 1, pg 10, 2010)", "bonejointerosions", "retraction"),
]


def test_titles_lose_what_databases_add():
    found = of_each(title=column(TITLES))
    kinds = [KINDS[kind] for kind in found["kind"]]
    assert list(zip(column(TITLES), found["title"], kinds, strict=True)) == TITLES


NUMBERS = [
    ("Bone erosions. Part II", "2"),
    ("Bone erosions, part 2", "2"),
    ("A phase III trial of 60 mg", "3 60"),
    ("Vitamin D and I", "1"),
    ("Type V collagen", "5"),
    ("Bone 007", "7"),
    ("I and V are letters here", ""),
    ("Bone erosions: I. Methods", "1"),
    ("Bone erosions: Ii. Results", "2"),
    ("Bone erosions (V)", "5"),
    ("Iron given i.v. and iron given orally", ""),
]


def test_numbers_of_titles():
    found = of_each(title=column(NUMBERS))
    assert list(zip(column(NUMBERS), found["numbers"], strict=True)) == NUMBERS


PARTS = [
    ("Bone erosions: II", True),
    ("Bone erosions (2)", True),
    ("2. Bone erosions", True),
    ("Bone erosions: 2. Results", True),
    ("Paper 3: bone erosions", True),
    ("Bone erosions. Second report", True),
    ("Bone erosions: IIª parte", True),
    ("Bone erosions: zweiter Teil", True),
    ("Bone erosions: deuxième partie", True),
    ("Bone erosions in type 2", False),
    ("Bone erosions: a second look at parts of the hand", False),
    ("Bone erosions in 2 trials", False),
]


def test_titles_that_say_which_part_they_are():
    found = of_each(title=column(PARTS))
    assert list(zip(column(PARTS), found["part"], strict=True)) == PARTS


PAGES = [
    ("221-8", 221, 228),
    ("S5-S10", 5, 10),
    ("e1001", 1001, 0),
    ("1299–309", 1299, 1309),
    ("Suppl-48", 0, 0),
    ("", 0, 0),
]


def test_pages():
    found = of_each(pages=column(PAGES))
    assert list(zip(column(PAGES), found["page"], found["last_page"], strict=True)) == PAGES


VOLUMES = [("58(3)", 58), ("35 Suppl 1", 35), ("1)", 0), ("(3)", 0), ("Ph.D.", 0), ("", 0)]


def test_volumes():
    found = of_each(volume=column(VOLUMES))
    assert list(zip(column(VOLUMES), found["volume"], strict=True)) == VOLUMES


ISSUES = [
    ("3", "58", 3),
    ("", "58(3)", 3),
    ("", "(3)", 3),
    ("e0137960", "10 (9) (no pagination)", 9),
    ("8-B", "69", 8),
    ("Suppl 1", "70", 1001),
    ("10 SUPPL.", "70", 1010),
    ("1 MeetingAbstracts", "181", 1001),
    ("2016", "8", 0),
    ("", "", 0),
]


def test_issues():
    issues, volumes = column(ISSUES), column(ISSUES, 1)
    found = of_each(issue=issues, volume=volumes)
    assert list(zip(issues, volumes, found["issue"], strict=True)) == ISSUES


LOCATED = [
    ("e0137960", True),
    ("c1804", True),
    ("12724", True),
    ("1014-1020", False),
    ("S112", False),
    ("e8-e9", False),
]


def test_numbers_of_electronic_articles_are_no_pages():
    found = of_each(pages=column(LOCATED))
    assert list(zip(column(LOCATED), found["located"], strict=True)) == LOCATED


CORRECTED = [
    ("Bone erosions", 0),
    ("Bone erosions [Erratum appears in Bone. 2009;9:22]", 1),
    ("Bone erosions (vol 360, pg 542, 2009)", 2),
    ("Bone erosions (New England Journal of Medicine (2009) 360 (542-544))", 2),
    ("Bone erosions (a trial)", 0),
]


def test_a_title_may_cite_what_it_corrects():
    found = of_each(title=column(CORRECTED))
    assert list(zip(column(CORRECTED), found["corrected"], strict=True)) == CORRECTED


def test_editions_of_a_journal_and_particles_of_a_name_are_left_off():
    names = ["BMJ", "BMJ (Clinical research ed.)", "BMJ (Online)", "BMJ (Cli"]
    assert set(of_each(journal=names)["journal"]) == {"bmj"}
    assert set(of_each(authors=["van der Roe, B", "Roe, B"])["first_author"]) == {"roe"}


def test_names_are_the_same_in_any_order_of_initials():
    written = ["Moe, A; van der Roe, BC", "A Moe; BC van der Roe", "Moe A; van der Roe B.C."]
    assert set(of_each(authors=written)["authors"]) == {"moe van der roe"}


@each(
    ("a", "b", "same"),
    [
        ("j am coll cardiol", "journal of the american college of cardiology", 1),
        ("natl cancer inst monogr", "national cancer institute monographs", 1),
        ("bmj", "british medical journal", 1),
        ("jama", "journal of the american medical association", 1),
        ("the lancet", "lancet", 1),
        ("journal of molecular g…", "journal of molecular graphics modelling", 1),
        ("neurorehabilitation…", "methods findings in experimental medicine", -1),
        ("clinical obstetrics an…", "clinical obstetrics and gynecology", 1),
        ("diabetes metabolism re…", "diabe resea revi", 0),
        ("circulation", "circulation research", 0),
        ("brain", "brain a journal of neurology", 0),
        ("heart", "heart conference british atherosclerosis society", 1),
        ("", "lancet", 0),
        ("lancet", "bmj", -1),
        ("american journal of cardiology", "american journal of nephrology", -1),
        ("european heart journal", "european journal of nutrition", -1),
    ],
)
def test_names_of_journals(a, b, same):
    found = compare_journals(np.array([a, b]), np.array([0, 1]), np.array([1, 0]))
    assert found.tolist() == [same, same]


def sheet(*rows):
    columns = ["record_a", "record_b", "same", "decided_by", "note"]
    frame = pd.DataFrame([(*row, "EF", "") for row in rows], columns=columns)
    return frame.assign(_file="config/deduplication.csv", _row=range(2, len(rows) + 2))


def test_contradicting_verdicts_are_refused_with_the_chain():
    with pytest.raises(
        InputError,
        match=r"row 4.*s:a and s:c are said to be different.*s:a = s:b \(row 2\), s:b = s:c \(row 3\)",
    ):
        read_verdicts(sheet(("s:a", "s:b", "yes"), ("s:c", "s:b", "yes"), ("s:a", "s:c", "no")))


def test_every_contradiction_is_named_and_a_pair_has_two_records():
    with pytest.raises(InputErrors) as caught:
        read_verdicts(sheet(("s:a", "s:b", "yes"), ("s:b", "s:a", "no"), ("s:d", "s:d", "yes")))
    assert len(caught.value.errors) == 2


def test_verdicts_on_vanished_records_are_orphans():
    table = effects(sheet(("s:a", "s:b", "yes"), ("s:a", "s:x", "no")), {"s:a", "s:b"})
    assert table["effect"].tolist() == ["applied", "orphan: no record s:x"]


def test_what_each_source_brought():
    clusters = pd.DataFrame(
        {
            "work_id": ["a:1", "a:1", "a:1", "a:2", "b:2"],
            "source": ["a", "a", "b", "a", "b"],
        }
    )
    found = yields(clusters, ["a", "b", "c"])
    assert found["records"].tolist() == [3, 2, 0]
    assert found["duplicates_within"].tolist() == [1, 0, 0]
    assert found["unique_works"].tolist() == [1, 1, 0]
    assert overlaps(clusters, ["a", "b"])["works"].tolist() == [2, 1, 2]
    assert combinations(clusters, ["a", "b"]).to_numpy().tolist() == [["a", 1], ["a; b", 1], ["b", 1]]
