"""When records that share a key are one, and under which ids the others go."""

import pandas as pd

from evergreen.deduplication.features import features
from evergreen.records.identity import identify
from evergreen.records.model import typed

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


def of_cases(cases, side):
    """One side of each case, with a key, a DOI and a PMID that no other case has: all are one file."""
    return [
        case[side]
        | {"accession": f"{at:02}", "doi": case[side].get("doi", "").replace("10.1000/", f"10.1000/{at}.")}
        | {"pmid": f"{at}{case[side]['pmid']}" if case[side].get("pmid") else ""}
        for at, case in enumerate(cases.values(), 1)
    ]


def test_is_seen_as_the_record_that_it_is():
    earlier, later = of_cases(SAME, 0), of_cases(SAME, 1)
    keys = {name: f"lib:{at:02}" for at, name in enumerate(SAME, 1)}
    expected = {
        name: ("a.ris", at, keys[name], f"seen as {keys[name]}: {reason}")
        for at, (name, (*_, reason)) in enumerate(SAME.items(), 1)
    }
    for one, other in ((earlier, later), (later, earlier)):
        _, second = rounds(one, other)
        assert second.records["record_id"].tolist() == []
        assert {name: told[:4] for name, told in zip(SAME, second.seen, strict=True)} == expected
    (once,) = rounds([*earlier, *later])
    both = [f"{key}{again}" for key in keys.values() for again in ("", "~2")]
    assert once.records["record_id"].tolist() == both
    assert once.records["repeats"].tolist() == [key for key in keys.values() for _ in range(2)]


def test_is_new_under_an_id_of_its_own():
    earlier, later = of_cases(ANOTHER, 0), of_cases(ANOTHER, 1)
    _, second, third = rounds(earlier, later, [*earlier, *later])
    keys = {name: f"lib:{at:02}" for at, name in enumerate(ANOTHER, 1)}
    new = {name: f"{key}~2" for name, key in keys.items()}
    both = [one for name in ANOTHER for one in (keys[name], new[name])]
    assert dict(zip(ANOTHER, second.records["record_id"], strict=True)) == new
    assert {name: told.record_id for name, told in zip(ANOTHER, second.shared, strict=True)} == new
    assert {name: told.reason for name, told in zip(ANOTHER, second.shared, strict=True)} == {
        name: f"another work has the key {key}: the record is new, as {new[name]}"
        for name, key in keys.items()
    }
    assert sorted(told.record_id for told in third.seen) == both, "and is found again as what it is"
    (once,) = rounds([*earlier, *later])
    assert once.records["repeats"].tolist() == once.records["record_id"].tolist() == both
    stems = features(once.records)["stem"].tolist()
    alike = [name for at, name in enumerate(ANOTHER) if stems[2 * at] == stems[2 * at + 1]]
    assert alike == [], "deduplication does not take the key for evidence"


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


def test_an_entry_of_a_register_is_seen_by_its_number_though_its_title_was_revised():
    types = {"publication_types": "Trial registry record (ICTRP)"}
    entry = {
        "accession": "NCT01234567",
        "title": "Walking and bone",
        "journal": "ClinicalTrials.gov",
        **types,
    }
    central = {
        "accession": "CN-01000001",
        "title": "Walking",
        "journal": "https://clinicaltrials.gov/show/NCT01234567",
        **types,
    }
    revised = {"title": "Walking, rest and density of bone (WALK)", "year": "2021"}
    _, second = rounds([entry, central], [entry | revised, central | revised])
    assert [told.reason for told in second.seen] == [
        "seen as lib:NCT01234567: registration number",
        "seen as lib:CN-01000001: registration number",
    ]
    # Of articles a register's number says of which trial they are.
    report = {"accession": "NCT01234567", "title": "Walking and bone", "journal": "Bone"}
    _, second = rounds([report], [report | revised])
    assert second.records["record_id"].tolist() == ["lib:NCT01234567~2"]
