"""Where databases keep their number of a record, and that no id holds the separator of lists."""

import pandas as pd
import pytest

from evergreen import sheets
from evergreen.records import formats
from evergreen.records.model import typed, with_ids
from evergreen.records.new_records import import_exports
from evergreen.sheets.labels import first_listed
from tests.rows import each


@pytest.fixture
def row(tmp_path):
    """The first record of an export's text."""

    def reader(text, name="export.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_exports({name: formats.read(path)}, source="x", round_="2020-01-01").records.loc[0]

    return reader


def ris(*lines):
    return "TY  - JOUR\nTI  - A title\n" + "".join(f"{line}\n" for line in lines) + "ER  - \n"


def bibtex(key, *fields):
    return f"@article{{{key},\n title = {{A title}},\n" + "".join(f" {field},\n" for field in fields) + "}\n"


EBSCO = "https://search.ebscohost.com/login.aspx?direct=true&db=a9h&AN=136788050&site=ehost-live"
PROXY = "https://login.proxy.x.org/login?qurl=https%3A%2F%2Fsearch.ebscohost.com%2Flogin.aspx%3Fdb%3Dccm%26AN%3D136788050%26site%3Dx"
PLINK = "https://research.ebsco.com/linkprocessor/plink?id="
OVID = "https://ovidsp.ovid.com/ovidweb.cgi?T=JS&CSC=Y&NEWS=N&PAGE=fulltext&D=psyc16&AN=2019-65183-001"
PLACES = {
    "ProQuest, several": (ris("AN  - 61720705; 200909478"), "61720705; 200909478", "x:61720705"),
    "EBSCO in a note": (ris("N1  - Accession Number: 151137094; Landis, Heidi 1; Source Info: p244"), "151137094", "x:151137094"),
    "EBSCO, CINAHL in a note": (ris("N1  - Accession Number: 136788050. Language: English."), "136788050", "x:136788050"),
    "EBSCO in a link": (ris(f"UR  - {EBSCO}", "DP  - EBSCOhost"), "136788050", "x:136788050"),
    "EBSCO behind a proxy": (ris(f"UR  - {PROXY}"), "136788050", "x:136788050"),
    "EBSCO in BibTeX": (bibtex("13362467620181001", f"URL = {{{EBSCO}}}"), "136788050", "x:136788050"),
    "EBSCO in EndNote text": (f"%0 Journal Article\n%T A title\n%A Doe, A\n%U {EBSCO}\n", "136788050", "x:136788050"),
    "EBSCO in a table": (f"Article Title,Authors,PLink\nA title,Doe A,{EBSCO}\n", "136788050", "x:136788050"),
    "Ovid in a link": (ris("ID  - 17", f"L2  - {OVID}"), "2019-65183-001", "x:2019-65183-001"),
    "Ovid in an address": (ris(f"UR  - {OVID}"), "2019-65183-001", "x:2019-65183-001"),
    "Lens": (ris("ID  - 008-822-155-126-75X"), "008-822-155-126-75X", "x:008-822-155-126-75X"),
    "Lens in an address": (ris("UR  - https://lens.org/008-822-155-126-75X"), "008-822-155-126-75X", "x:008-822-155-126-75X"),
    "Europe PMC": (ris("ID  - PMID:33264437"), "PMID:33264437", "x:PMID:33264437"),
    "Europe PMC, a preprint": (ris("ID  - PPR:PPR123"), "PPR:PPR123", "x:PPR:PPR123"),
    "Europe PMC in BibTeX": (bibtex("PMID:33264437"), "PMID:33264437", "x:PMID:33264437"),
    "EBSCO in a lasting link": (ris("ID  - 17", f"UR  - {PLINK}c52e1ebb-bf62-3da3-bea5-7627dbae8990"), "c52e1ebb-bf62-3da3-bea5-7627dbae8990",
                                "x:c52e1ebb-bf62-3da3-bea5-7627dbae8990"),
    "Scopus until 2025": (ris("UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85181524637&doi=10.1"), "2-s2.0-85181524637", "x:2-s2.0-85181524637"),
    "Scopus": (ris("UR  - https://www.scopus.com/pages/publications/85181524637?origin=resultslist"), "2-s2.0-85181524637", "x:2-s2.0-85181524637"),
    "Scopus in BibTeX": (bibtex("Doe2024", "url = {https://www.scopus.com/pages/publications/85181524637?origin=resultslist}"), "2-s2.0-85181524637",
                         "x:2-s2.0-85181524637"),
    "RefWorks": (ris("ID  - RefID:888-boisvert2024description"), "", "x:f75cf4aff3"),
    "a DOI with a semicolon": (ris("AN  - 10.1002/(SICI)1-X(2000)1:1<1::AID-A>3.0.CO;2-X"), "10.1002/(SICI)1-X(2000)1:1<1::AID-A>3.0.CO;2-X",
                               "x:10.1002/(SICI)1-X(2000)1:1<1::AID-A>3.0.CO;2-X"),
}  # fmt: skip


@each("place", PLACES)
def test_the_number_is_kept_where_it_is(place, row):
    text, accession, record_id = PLACES[place]
    found = row(text)
    assert (found["accession"], found["record_id"]) == (accession, record_id)
    assert "; " not in found["record_id"]


def test_the_pmid_of_europe_pmc_is_read(row):
    for text in (ris("ID  - PMID:33264437"), bibtex("PMID:33264437"), ris("AN  - PMID:33264437")):
        assert row(text)["pmid"] == "33264437"


@each(
    ("written", "first"),
    [("61720705; 200909478", "61720705"), ("A1", "A1"), ("A1;", "A1"), ("; A1", "A1"), ("A1;B2", "A1;B2"), ("A1;\tB2;  C3", "A1"), (";", ""), ("", "")],
)  # fmt: skip
def test_the_first_of_a_list(written, first):
    assert first_listed(written) == first


def test_records_whose_lists_begin_alike_are_told_apart_by_their_content():
    records = typed(pd.DataFrame({"accession": ["1; 2", "1; 3", "; "], "title": ["b", "a", "c"]}))
    ids = with_ids(records, "x", "r").set_index("title")["record_id"]
    assert (ids["a"], ids["b"]) == ("x:1", "x:1~2")
    assert ids.is_unique
    assert not ids.str.contains(";").any()


def test_a_vote_under_an_id_of_before_is_for_the_record_as_it_is_called_now(tmp_path):
    path = tmp_path / "AB.csv"
    path.write_text(
        "record_id,decision\npq:61720705; 200909478,include\npq:1; pq:2,exclude\n", encoding="utf-8"
    )
    assert sheets.read_sheet(path, "screening")["record_id"].tolist() == ["pq:61720705", "pq:1; pq:2"]
