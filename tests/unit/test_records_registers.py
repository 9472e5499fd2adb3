"""Exports of the Cochrane Library and of WHO's trial search portal in their layouts. The records are made up."""

import json
from typing import get_args

import pytest

from evergreen.errors import InputError
from evergreen.protocol.sources import Format
from evergreen.records import formats
from evergreen.records.formats.clinicaltrials import NEXT_PAGE
from evergreen.records.new_records import import_exports
from tests.rows import each

COCHRANE = """Record #1 of 2
ID: CN-01234567
AU: Moe A
AU: Roe BC
TI: A made-up trial of bone and
joint
SO: Journal of Examples
YR: 2019
VL: 12
NO: 3
PG: 123\u201030
PM: PUBMED 31234567
XR: EMBASE 620123456
PT: Journal article; Randomized controlled trial
KY: Bone; *Joint [therapy]
DOI: 10.1000/xyz
AB: Background: made up. NCT01234567
US: https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01234567/full


Record #2 of 2
ID: CN-01234568
TI: Another made-up trial
YR: 2020
US: https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01234568/full
"""


def test_plain_text_of_the_cochrane_library(read):
    export, table = read(COCHRANE)
    assert (export.format, export.dialect, len(table)) == ("Cochrane text", "CENTRAL", 2)
    found = table.loc[
        0, ["accession", "title", "authors", "year", "pages", "pmid", "doi", "registry_ids"]
    ].tolist()
    assert found == ["CN-01234567", "A made-up trial of bone and joint", "Moe, A; Roe, BC", 2019, "123-30", "31234567",
                     "10.1000/xyz", "NCT01234567"]  # fmt: skip
    assert table["doi"][1] == "", "the address of CENTRAL's record is not the paper's DOI"
    assert (table["line"].tolist(), table["line_end"].tolist()) == ([1, 21], [18, 25])
    assert export.remarks == []


def test_plain_text_without_counters_and_with_lines_outside(read):
    export, table = read("note of a person\n" + COCHRANE.replace("Record #1 of 2\n", "").replace("Record #2 of 2\n", ""),
                         format_="cochrane")  # fmt: skip
    assert table["accession"].tolist() == ["CN-01234567", "CN-01234568"]
    assert [(remark.line, remark.kind) for remark in export.remarks] == [(1, "lost")]


def test_bibtex_of_the_cochrane_library(read):
    entry = "@article{Moe25,\nauthor = {Moe, A, Roe, BC, and Poe, C},\ntitle = {A made-up review},\nyear = {2025}\n}\n\n"
    export, table = read(f"Record #1 of 2\n{entry}Record #2 of 2\n{entry.replace('Moe25', 'Moe26')}")
    assert table["authors"].tolist() == ["Moe, A; Roe, BC; Poe, C"] * 2
    assert {remark.kind for remark in export.remarks} == {"frame"}


ICTRP = """<?xml version='1.0' encoding='UTF-8' ?>
<Trials_downloaded_from_ICTRP>
  <Trial><Export_date>1/2/2026 5:00:00 AM</Export_date>
    <Internal_Number>1600000
    </Internal_Number>
    <TrialID>ChiCTR2600100000
    </TrialID>
    <Public_title>A made-up trial
    </Public_title>
    <Scientific_title>A made-up trial of bone &amp; joint
    </Scientific_title>
    <Acronym/>
    <Date_registration3>20250920</Date_registration3>
    <Date_registration>2025-09-20</Date_registration>
    <Source_Register>ChiCTR</Source_Register>
    <web_address>https://www.example.org/showproj.html?proj=1</web_address>
    <Secondary_ID>U1111-1111-1111; NCT01234567</Secondary_ID>
  </Trial>
  <Trial><TrialID>EUCTR2010-018485-24-DE</TrialID><Scientific_title>Another</Scientific_title></Trial>
</Trials_downloaded_from_ICTRP>
"""


def test_xml_of_the_trial_search_portal(read):
    export, table = read(ICTRP)
    assert (export.format, export.dialect, len(table)) == ("ICTRP XML", "ICTRP", 2)
    found = table.loc[0, ["accession", "title", "year", "registry_ids", "url"]].tolist()
    assert found == ["ChiCTR2600100000", "A made-up trial", 2025, "NCT01234567; ChiCTR2600100000",
                     "https://www.example.org/showproj.html?proj=1"]  # fmt: skip
    assert table.loc[1, ["title", "registry_ids"]].tolist() == ["Another", "EUCTR2010-018485-24"]
    assert table["publication_types"].str.contains("registry record").all()
    assert {remark.kind for remark in export.remarks} == {"frame"}


def study(number):
    other = {"id": "12345678", "type": "REGISTRY", "domain": "ISRCTN"}
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": f"NCT0123456{number}", "secondaryIdInfos": [{"id": "2010-018485-24", "type": "EUDRACT_NUMBER"}, other],
                "briefTitle": f"A made-up [trial] {number}", "officialTitle": "Another",
            },
            "statusModule": {"startDateStruct": {"date": "2010-01"}, "studyFirstPostDateStruct": {"date": "2009-11-02"}},
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Daiichi Sankyo"}},
            "conditionsModule": {"conditions": ["Bone", "Joint"]},
            "contactsLocationsModule": {"locations": [{"city": "Ghent"}]},
            "referencesModule": {"references": [{"pmid": "31234567", "citation": "Of something else."}]},
        },
        "resultsSection": {"x": "y"},
        "derivedSection": {"conditionBrowseModule": {"meshes": [{"term": "Arthritis"}], "ancestors": [{"term": "Joints"}]}},
    }  # fmt: skip


JSONS = {
    "one": (study(1), None), "pretty": (study(1), 1), "list": ([study(1), study(2)], None), "list, pretty": ([study(1), study(2)], 2),
    "page": ({"totalCount": 2, "studies": [study(1), study(2)]}, 1), "last page": ({"studies": [study(1)]}, None),
}  # fmt: skip


@each("kind", JSONS)
def test_json_of_clinicaltrials_gov(kind, read):
    value, indent = JSONS[kind]
    export, table = read(json.dumps(value, indent=indent))
    assert (export.format, export.dialect) == ("ClinicalTrials.gov JSON", "ClinicalTrials.gov")
    assert table["accession"].tolist() == ["NCT01234561", "NCT01234562"][: len(table)]
    assert len(table) == (2 if kind in ("list", "list, pretty", "page") else 1)
    columns = ["title", "authors", "year", "registry_ids", "keywords", "mesh_terms", "pmid", "url"]
    assert table.loc[0, columns].tolist() == [
        "A made-up [trial] 1", "Daiichi Sankyo", 2009, "NCT01234561; ISRCTN12345678; EUCTR2010-018485-24", "Bone; Joint",
        "Arthritis", "", "https://clinicaltrials.gov/study/NCT01234561",
    ]  # fmt: skip
    assert "Ghent" not in table["other_fields"][0]
    assert {remark.kind for remark in export.remarks} <= {"frame"}


def test_pages_of_one_search(read):
    first, last = {"nextPageToken": "abc", "studies": [study(1)]}, {"studies": [study(2)]}
    alone = read(json.dumps(first))[0]
    assert [(remark.kind, remark.reason) for remark in alone.remarks] == [("cut", NEXT_PAGE)]
    together = read(json.dumps(first, indent=1) + "\n" + json.dumps(last, indent=1))[0]
    assert ([len(together.blocks)], {remark.kind for remark in together.remarks}) == ([2], {"frame"})
    for files, kind in (([alone, read(json.dumps(last))[0]], "note"), ([alone], "cut")):
        found = import_exports(
            {f"{at}.json": file for at, file in enumerate(files)}, source="x", round_="2020-01-01"
        )
        assert found.remarks["kind"].tolist() == [kind]


def test_a_page_of_no_study_is_a_search_that_found_nothing(read):
    assert read('{"studies": []}', none_expected=True)[0].blocks == []


def test_what_is_no_study_among_studies_is_lost(read):
    export, table = read(json.dumps([study(1), {"a": 1}], indent=1))
    assert len(table) == 1
    assert [remark.text for remark in export.remarks if remark.kind == "lost"] == ["{", '"a": 1', "}"]


@each(("header", "row"), [
    ("NCT Number,Study Title,Sponsor,First Posted", "NCT01234561,T,Daiichi Sankyo,2009-11-02"),
    ("TrialID,Public title,Primary sponsor,Date registration3", "NCT01234561,T,Daiichi Sankyo,20091102"),
    ("DRKS ID;Public Title;Sponsor;Registration Date", "DRKS00012345;T;Daiichi Sankyo;2009-11-02"),
    ("ISRCTN,Title,Sponsor,Date applied", "ISRCTN12345678,T,Daiichi Sankyo,02/11/2009"),
])  # fmt: skip
def test_tables_of_registers_have_sponsor_and_year(header, row, read):
    assert read(f"{header}\n{row}\n")[1][["authors", "year"]].values.tolist() == [["Daiichi Sankyo", 2009]]


def test_the_sponsor_of_an_article_s_study_is_no_author(read):
    _, table = read('Title,Authors,Sponsor,Year\nT,"Doe, Ann",Daiichi Sankyo,2009\n')
    assert table["authors"].tolist() == ["Doe, Ann"]


SUMMARY = """EudraCT Number:          2014-00135{0}-42
Sponsor Protocol Number: X-1
Sponsor Name:            Daiichi Sankyo
Full Title:              A made-up trial
Phase III: of bone
Start Date*:             2014-12-16
Medical condition:       Bone
Disease:
Version SOC Term   Classification Code
Trial protocol:          GB(Completed) SE(Completed)
Link:                    https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2014-00135{0}-42

"""
DETAILS = """Summary
EudraCT Number: 2014-001354-42
Sponsor's Protocol Code Number: X-1
Date on which this record was first entered in the EudraCT database: 2014-11-20
A.3 Full title of the trial: A made-up trial
A.5.2 US NCT (ClinicalTrials.gov registry) number: NCT01234567
B.1.1 Name of Sponsor: Daiichi Sankyo
E.1.1 Medical condition(s) being investigated: Bone
Link: https://www.clinicaltrialsregister.eu/ctr-search/trial/2014-001354-42/{0}/

"""


def test_text_of_the_eu_clinical_trials_register(read):
    columns = ["accession", "title", "authors", "year", "registry_ids", "keywords", "publication_types"]
    kind = "Trial registry record (EUCTR)"
    export, table = read(SUMMARY.format(4) + SUMMARY.format(5))
    assert (export.format, {remark.kind for remark in export.remarks}) == (
        "EU Clinical Trials Register text",
        set(),
    )
    assert table[columns].values.tolist() == [
        [f"2014-00135{n}-42", "A made-up trial Phase III: of bone", "Daiichi Sankyo", 2014, f"EUCTR2014-00135{n}-42", "Bone", kind]
        for n in (4, 5)
    ]  # fmt: skip
    export, table = read(DETAILS.format("SE") + DETAILS.format("GB"))
    assert {remark.kind for remark in export.remarks} == {"frame"}
    assert table[columns].values.tolist() == [
        [f"2014-001354-42-{land}", "A made-up trial", "Daiichi Sankyo", 2014, "NCT01234567; EUCTR2014-001354-42", "Bone", kind]
        for land in ("SE", "GB")
    ]  # fmt: skip


def test_a_number_on_a_line_of_an_abstract_begins_no_entry(read):
    abstract = "RESULTS: none.\nEudraCT Number: 2014-001354-42\n"
    for text in (
        f"TY  - JOUR\nTI  - T\nAB  - {abstract}ER  - \n",
        f'Title,Authors,Abstract\nT,Doe A,"{abstract}"\n',
    ):
        assert read(text)[1][["title", "registry_ids"]].values.tolist() == [["T", "EUCTR2014-001354-42"]]


def test_a_text_of_the_eu_register_that_was_cut_off_is_refused(tmp_path):
    path = tmp_path / "export.txt"
    whole = (SUMMARY.format(4) + SUMMARY.format(5)).rstrip()
    path.write_text(whole, encoding="utf-8")
    formats.check(path)
    path.write_text(whole[:-150], encoding="utf-8")
    with pytest.raises(InputError, match="ends inside a record"):
        formats.check(path)


def test_scopus_keeps_the_pmid_in_a_custom_field_and_endnote_a_key_word_a_line(read):
    _, table = read("TY  - JOUR\nTI  - A\nC2  - 31234567\nDB  - Scopus\nKW  - bone\njoint\nER  - \n")
    assert table.loc[0, ["pmid", "keywords"]].tolist() == ["31234567", "bone; joint"]
    _, table = read("TY  - JOUR\nTI  - A\nC2  - 31234567\nER  - \n")
    assert table["pmid"].tolist() == [""]


def test_the_schema_names_the_formats_that_are_read():
    assert set(get_args(Format)) == {*formats.FORMATS, *formats.ALIASES, "xlsx"}
