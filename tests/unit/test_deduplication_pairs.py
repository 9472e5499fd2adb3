"""What records lack keeps two of them apart, or is made up for by what they share."""

import pandas as pd

from evergreen.deduplication.rounds import close_round, compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts
from evergreen.records import model
from tests.rows import each

TITLE = "Cognitive training of younger survivors of stroke"
WHOLE = {
    "title": TITLE,
    "authors": "Adler, Ann; Boone, Ben",
    "year": 2014,
    "journal": "Annals of Practice",
    "volume": "40",
    "issue": "3",
    "pages": "110-121",
    "doi": "10.1000/40.110",
}
NOWHERE = {"volume": "", "issue": "", "pages": "", "doi": ""}
WITH_SUBTITLE = {"title": f"{TITLE}: a cohort study"}
COCHRANE = {**WHOLE, **NOWHERE, "journal": "Cochrane Database of Systematic Reviews"}


def works(*records):
    """The work of each record, as the number of its first one."""
    return works_of_each([records])[0]


def works_of_each(cases):
    """`works` of the records of each case; what is compared of a record does not depend on others, and is made once for all."""
    rows = [
        {**WHOLE, **record, "record_id": f"s:{case:02}{at}", "source": "s", "round": "2024-01-01"}
        for case, records in enumerate(cases)
        for at, record in enumerate(records)
    ]
    whole, known = prepare(model.typed(pd.DataFrame(rows)), None)
    found = []
    for case, _ in enumerate(cases):
        table = whole[whole["record_id"].str.startswith(f"s:{case:02}")].reset_index(drop=True)
        state = close_round(table, known, compare_share(table, known), Verdicts.none(), ["s"]).state
        found.append([int(work[-1]) for work in state["work_id"]])
    return found


MADE_UP_FOR = [
    (WITH_SUBTITLE, {**NOWHERE}),
    ({**WITH_SUBTITLE, "doi": ""}, {**NOWHERE, "volume": "40", "year": 2015}),
    ({}, {**NOWHERE, "authors": ""}),
    ({"doi": ""}, {**NOWHERE, "volume": "40", "year": 2015, "authors": ""}),
    ({"title": f"{TITLE} grade 2 or 3"}, {**NOWHERE, "volume": "40", "title": f"{TITLE} …"}),
    ({"title": f"{TITLE} in October 29"}, {**NOWHERE, "volume": "40", "title": f"{TITLE} …"}),
    ({"title": f"Type O145 in the community: {TITLE}"}, {"title": f"Type Or145 in the community: {TITLE}", "pages": ""}),
    ({"title": f"{TITLE} upregulated"}, {"title": f"{TITLE} upergulated", "volume": ""}),
    ({**COCHRANE, "volume": "41", "pages": "781-9"}, {**COCHRANE, "volume": "41", "pages": "781-9", "year": 2015}),
]  # fmt: skip
CANNOT_BE_TOLD = [
    (WITH_SUBTITLE, {**NOWHERE, "year": 2015}),
    (WITH_SUBTITLE, {**NOWHERE, "authors": "Castle, Cora"}),
    (WITH_SUBTITLE, {**NOWHERE, "journal": "Nursing Ledger"}),
    (WITH_SUBTITLE, {**NOWHERE, "issue": "5", "volume": "40"}),
    ({**WITH_SUBTITLE, "issue": "Suppl 3", "doi": ""}, {**NOWHERE, "volume": "40", "issue": "Suppl 3"}),
    ({**WITH_SUBTITLE, **NOWHERE}, NOWHERE),
    ({"title": f"{TITLE}: II. Results"}, {**NOWHERE, "volume": "40"}),
    ({"title": f"{TITLE}. 2"}, {**NOWHERE, "volume": "40", "title": f"{TITLE} …"}),
    ({"title": f"{TITLE}. 2nd report"}, {**NOWHERE, "volume": "40"}),
    ({"title": f"Reply to letter: {TITLE}"}, {**NOWHERE, "volume": "40"}),
    ({"title": f"Leserbrief zu: {TITLE}", "pages": "", "doi": ""}, {"pages": "", "doi": ""}),
    ({"title": f"{TITLE}: study protocol"}, NOWHERE),
    ({**NOWHERE, "title": f"{TITLE} (demo)"}, NOWHERE),
    ({"title": f"Antenatal {TITLE}", "pages": "9"}, {"title": f"Postnatal {TITLE}", "pages": "9"}),
    ({}, {**NOWHERE, "year": 2015}),
    (COCHRANE, {**COCHRANE, "year": 2015}),
    ({"title": f"Type O145 in the community: {TITLE}"}, {"title": f"Type Or145 in the community: {TITLE}", "pages": "", "doi": ""}),
]  # fmt: skip


def test_what_is_missing_is_made_up_for_and_what_cannot_be_told_is_not_merged():
    pairs = [*MADE_UP_FOR, *CANNOT_BE_TOLD]
    expected = [[0, 0]] * len(MADE_UP_FOR) + [[0, 1]] * len(CANNOT_BE_TOLD)
    found = zip(pairs, works_of_each(pairs), expected, strict=True)
    assert [pair for pair, works_found, right in found if works_found != right] == []


@each(
    ("a", "b", "joins_both"),
    [
        # without the number of the part, and without the page
        ({"doi": ""}, {**NOWHERE, "volume": "40", "title": f"{TITLE}: II. Results"}, {"title": f"{TITLE}: II. Results"}),
        # a slip in the year
        ({**COCHRANE, "doi": "10.1002/14651858.CD000022"}, {**COCHRANE, "year": 2015}, {**COCHRANE, "doi": "10.1002/14651858.CD000022", "year": 2015}),
    ],
)  # fmt: skip
def test_a_third_record_has_what_two_lack(a, b, joins_both):
    assert works(a, b) == [0, 1]
    assert works(a, b, joins_both) == [0, 0, 0]


def test_parts_stay_apart_whatever_lacks_their_number():
    one = {"title": f"{TITLE}: I. Methods", "pages": "100-109", "doi": "10.1000/40.100"}
    two = {"title": f"{TITLE}: II. Results"}
    assert works(one, two, {**NOWHERE, "pages": "110-121", "volume": "40"})[:2] == [0, 1]


def test_a_title_of_which_there_are_parts_joins_no_other_without_its_number():
    whole, second = {"doi": "", "pages": "100-109"}, {**NOWHERE, "volume": "40"}
    assert works(whole, second) == [0, 0]
    assert works(whole, second, {"title": f"{TITLE}: II. Results"}) == [0, 1, 2]


def test_versions_stay_apart_whatever_lacks_their_doi():
    first = {**COCHRANE, "doi": "10.1002/14651858.CD000022"}
    second = {**COCHRANE, "doi": "10.1002/14651858.CD000022.pub2", "year": 2016}
    assert works(first, second, {**COCHRANE, "year": 2015})[:2] == [0, 1]
