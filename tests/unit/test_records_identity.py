"""When records that share a key are one, and under which ids the others go."""

import pandas as pd

from evergreen.deduplication.features import features
from evergreen.records.identity import identify
from evergreen.records.model import typed
from tests.rows import each

TRIAL = {
    "accession": "1", "title": "Walking and bone density in older adults", "authors": "Smith, Ann", "year": "2020",
    "journal": "Bone", "volume": "3", "issue": "2", "pages": "10-19",
}  # fmt: skip
ONLINE = {**TRIAL, "volume": "", "issue": "", "pages": "1-10", "year": "2019"}
TITLE = {"title": "Walking and bone strength in old age: a randomised trial"}
REPLY = {**TRIAL, "title": "Authors' reply"}
NUMBERED = {**TRIAL, "doi": "10.1000/a", "pmid": "111"}
BARE = {"accession": "1", "doi": "10.1000/a"}
FIRST, SECOND = (
    f"Adults were allocated to {what} of bone at the hip over two years." * 3
    for what in ("walking or rest, and density was that", "tablets by mouth; fractures counted, or loss")
)

SAME = {
    "the same again": (TRIAL, TRIAL, "title, year and first author"),
    "printed": (ONLINE, TRIAL, "title, year and first author"),
    "the title's case and marks": (TRIAL, {**TRIAL, "title": TRIAL["title"].upper() + "."}, "title, year and first author"),
    "a DOI that came later": (TRIAL, {**TRIAL, "doi": "10.1000/a"}, "title, year and first author"),
    "an abstract that was cut off": ({**TRIAL, "abstract": FIRST}, {**TRIAL, "abstract": FIRST[:80]}, "title, year and first author"),
    "a title that was revised": (NUMBERED, {**NUMBERED, **TITLE, "pmid": ""}, "DOI"),
    "a DOI in another form": (NUMBERED, {**NUMBERED, **TITLE, "pmid": "", "doi": "https://doi.org/10.1000/A"}, "DOI"),
    "a journal's name in short": (
        {**TRIAL, "journal": "Journal of Bone and Mineral Research"}, {**TRIAL, "journal": "J Bone Miner Res"}, "title, year and first author",
    ),
    "a journal's name with its place": (TRIAL, {**TRIAL, "journal": "Bone (New York, N.Y.)"}, "title, year and first author"),
    "no title": (BARE, BARE, "DOI"),
    "a title that came later": (BARE, {**BARE, **TITLE}, "DOI"),
    "the PMID, whatever else": (NUMBERED, {"accession": "1", "pmid": "111", "title": "In English", "doi": "10.1000/b"}, "PMID"),
    "neither title nor number": ({"accession": "1", "abstract": "Text"}, {"accession": "1", "abstract": "Text"}, "every field"),
}  # fmt: skip
ANOTHER = {
    "another title": (TRIAL, {**TRIAL, **TITLE}),
    "another first author": (TRIAL, {**TRIAL, "authors": "Brown, Bob; Smith, Ann"}),
    "another year": (TRIAL, {**TRIAL, "year": "2022"}),
    "another volume": (TRIAL, {**TRIAL, "volume": "4"}),
    "another place in the volume": (TRIAL, {**TRIAL, "pages": "90-99"}),
    "a clearly different abstract": ({**TRIAL, "abstract": FIRST}, {**TRIAL, "abstract": SECOND}),
    "another sign in the title": (
        {**TRIAL, "title": "Walking in HER2+ breast cancer of women"}, {**TRIAL, "title": "Walking in HER2- breast cancer of women"},
    ),
    "another age in the title": (
        {**TRIAL, "title": "Falls in residents of homes < 65 years"}, {**TRIAL, "title": "Falls in residents of homes ≥65 years"},
    ),
    "another trial": ({**TRIAL, "registry_ids": "NCT01234567"}, {**TRIAL, "registry_ids": "NCT07654321"}),
    "another journal": (TRIAL, {**TRIAL, "journal": "Spine"}),
    "another DOI": (NUMBERED, {**NUMBERED, "doi": "10.1000/b", "pmid": ""}),
    "another PMID": (NUMBERED, {**NUMBERED, "pmid": "222"}),
    "title and author of another work beside the DOI of a supplement": (
        NUMBERED, {**NUMBERED, **TITLE, "authors": "Brown, Bob", "pmid": ""},
    ),
    "a reply of the next year": (REPLY, {**REPLY, "year": "2021", "volume": "", "issue": "", "pages": ""}),
    "no title, another DOI": (BARE, {**BARE, "doi": "10.1000/b"}),
    "no title, another abstract": ({"accession": "1", "abstract": "Text"}, {"accession": "1", "abstract": "Else"}),
    "a title that only one has": (TRIAL, {**TRIAL, "title": ""}),
}  # fmt: skip


def table(*rows):
    frame = pd.DataFrame([{"accession": "", **row} for row in rows]).fillna("")
    return typed(frame.assign(file="a.ris", line=[str(at) for at in range(1, len(rows) + 1)]))


def rounds(*files):
    """What each round's file brings; a file is a list of rows."""
    before, found = None, []
    for number, rows in enumerate(files):
        one = identify(table(*rows), "lib", f"20{number:02}-01-01", before)
        before = one.records if before is None else pd.concat([before, one.records], ignore_index=True)
        found.append(one)
    return found


@each(("earlier", "later", "reason"), SAME.values(), ids=SAME)
def test_is_seen_as_the_record_that_it_is(earlier, later, reason):
    for one, other in ((earlier, later), (later, earlier)):
        _, second = rounds([one], [other])
        assert len(second.records) == 0
        assert [told[:4] for told in second.seen] == [("a.ris", 1, "lib:1", f"seen as lib:1: {reason}")]
    (once,) = rounds([earlier, later])
    assert once.records["record_id"].tolist() == ["lib:1", "lib:1~2"]
    assert once.records["repeats"].tolist() == ["lib:1", "lib:1"]


@each(("earlier", "later"), ANOTHER.values(), ids=ANOTHER)
def test_is_new_under_an_id_of_its_own(earlier, later):
    _, second, third = rounds([earlier], [later], [earlier, later])
    assert second.records["record_id"].tolist() == ["lib:1~2"]
    assert [told.record_id for told in second.shared] == ["lib:1~2"]
    assert second.shared[0].reason == "another work has the key lib:1: the record is new, as lib:1~2"
    assert sorted(told.record_id for told in third.seen) == ["lib:1", "lib:1~2"], (
        "and is found again as what it is"
    )
    (once,) = rounds([earlier, later])
    assert once.records["repeats"].tolist() == once.records["record_id"].tolist() == ["lib:1", "lib:1~2"]
    assert features(once.records)["stem"].is_unique, "deduplication does not take the key for evidence"


def test_a_hash_of_the_content_is_a_key_like_any_other():
    first, second = ({**REPLY, "accession": "", "doi": f"10.1000/{name}"} for name in "ab")
    found = rounds([first], [second])[1].records
    assert found["doi"].tolist() == ["10.1000/b"]
    assert found["record_id"].str.endswith("~2").all()


def test_the_doi_of_a_supplement_proves_nothing():
    """Two abstracts of one round have it, and so do two of one team that were numbered alike."""
    rows = [{"accession": str(at), "doi": "10.1000/s", "authors": "Smith, Ann", "title": f"Abstract {at}"} for at in (1, 2)]  # fmt: skip
    later = {**rows[0], "title": "Abstract 3"}
    assert rounds(rows, [later])[1].records["title"].tolist() == ["Abstract 3"]


def test_ids_go_on_where_the_rounds_before_ended():
    titles = [{**TRIAL, "title": f"A long enough title of one trial, {name}"} for name in "abcd"]
    first, second, third = rounds(titles[:2], titles[1:3], titles)
    assert first.records["record_id"].tolist() == ["lib:1", "lib:1~2"]
    assert second.records["record_id"].tolist() == ["lib:1~3"]
    assert third.records["record_id"].tolist() == ["lib:1~4"]
    assert {told.record_id for told in third.seen} == {"lib:1", "lib:1~2", "lib:1~3"}
