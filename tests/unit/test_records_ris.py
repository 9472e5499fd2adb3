"""RIS, in the dialects of the databases that write it. The records are made up."""

from pathlib import Path

from tests.imported import first
from tests.rows import each

RIS = {
    "Embase.com": (
        "TY  - JOUR\nM3  - Article\nY1  - 2014\nVL  - 3\nIS  - 3\nSP  - 152\nEP  - 160\nJF  - Journal of Tests\n"
        "U2  - L373791783\nDB  - Embase\nDO  - 10.1000/TEST.1\nA1  - Liu R.\nA1  - Adler D.G.\nT1  - A title\n"
        "N2  - An abstract, NCT01234567\nER  - \n",
        {"accession": "L373791783", "authors": "Liu, R.; Adler, D.G.", "registry_ids": "NCT01234567", "first_page": "152"},
    ),
    "Ovid": (
        "1. \nTY  - JOUR\nDB  - Ovid MEDLINE(R)\nAN  - 12345678\nT1  - A title\nA1  - Liu, Ran\nY1  - 2014//\nJF  - J Tests\n"
        "SP  - No\nEP  - Specified\nDO  - https://dx.doi.org/10.1000/test.1\nER  - \nNL  - J Tests\n\n"
        "Link to the Ovid Full Text or citation: https://ovidsp.ovid.com/x\n",
        {"accession": "12345678", "pmid": "12345678", "pages": "", "year": 2014},
    ),
    "Scopus": (
        "TY  - JOUR\nTI  - A title\nT2  - Journal of Tests\nJ2  - J. Tests\nVL  - 111\nPY  - 2020\nDO  - 10.1000/test.1\n"
        "SN  - 03064530 (ISSN)\nAU  - Liu, R.\nUR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85074596690&x=1\n"
        "M3  - Review\nDB  - Scopus\nC7  - 104501\nER  -\n",
        {"accession": "2-s2.0-85074596690", "pages": "104501", "journal": "Journal of Tests", "publication_types": "Review",
         "issn": "0306-4530"},
    ),
    "Web of Science": (
        "TY  - JOUR\nTI  - A title\nAU  - Liu, R\nT2  - JOURNAL OF TESTS\nPY  - 2019\nSP  - 1\nEP  - 9\nAN  - WOS:000463\nER  -\n",
        {"accession": "WOS:000463", "pages": "1-9"},
    ),
    "CENTRAL": (
        "TY  - JOUR\nAN  - CN-01234567\nAU  - Liu R\nTI  - A title\nPT  - Journal article\nYR  - 2011\nPY  - 2011\nJO  - J Tests\n"
        "C3  - PUBMED 21553931,EMBASE 361234567\nER  -\n",
        {"accession": "CN-01234567", "pmid": "21553931", "publication_types": "Journal article"},
    ),
    "ProQuest": (
        "TY  - JOUR\nT1  - A title\nAN  - 2758580615\nAB  - Introduction\nMethods were these.\n\nRESULTS - so and so\n"
        "AU  - Liu, Ran\nPY  - 2022\nDB  - ProQuest One Academic\nDO  - https://doi.org/10.1000/test.1\nER  - \n",
        {"accession": "2758580615", "abstract": "Introduction Methods were these. RESULTS - so and so"},
    ),
    "EBSCO": (
        "TY  - JOUR\nID  - 136788050\nT1  - A title\nAU  - Liu, Ran\nY1  - 2019/06//\nJF  - Tests\nL3  - 10.1000/test.1\n"
        "DP  - EBSCOhost\nDB  - Academic Search Ultimate\nER  - \n",
        {"accession": "136788050", "doi": "10.1000/test.1", "year": 2019},
    ),
    "LILACS": (
        "TY  - JOUR\nID  - lil-123456\nTI  - Un título\nAU  - Núñez, Ana\nPY  - 2012\nJO  - Rev. Pruebas\nDB  - LILACS\nLA  - es\nER  - \n",
        {"accession": "lil-123456", "language": "spa", "title_search": "un titulo"},
    ),
    "SciELO": (
        "TY  - JOUR\nTI  - Um título\nAU  - Silva, João\nPY  - 2012\nUR  - http://www.scielo.br/scielo.php?pid=S0102-311X2012\nER  - \n",
        {"authors": "Silva, João", "first_author": "silva"},
    ),
    "PubMed": (
        "TY  - JOUR\nDB  - PubMed\nAU  - Liu, Ran\nT1  - A title\nU1  - 26957754[pmid]\nU2  - PMC4756000[pmcid]\nAN  - 26957754\nER  - \n",
        {"pmid": "26957754", "pmcid": "PMC4756000", "accession": "26957754"},
    ),
    "Rayyan": (
        "TY  - JOUR\nTI  - A title\nAU  - Liu, R\nN1  - RAYYAN-INCLUSION: {\"Ann\"=>\"Included\"}\nER  - \n",
        {"title": "A title"},
    ),
    "ASReview": (
        "TY  - JOUR\nTI  - A title\nAU  - Liu, R\nN1  - ASReview_relevant\nER  - \n", {"title": "A title"},
    ),
    "": (  # EndNote, Zotero, Mendeley: nothing tells them apart; their running number is no accession
        "TY  - JOUR\nAU  - Liu, R.\nPY  - 2011\nTI  - A title\nT2  - Tests\nID  - 17\nER  - \n", {"accession": "", "journal": "Tests"},
    ),
}  # fmt: skip


@each("dialect", RIS)
def test_ris_of(dialect, read):
    text, expected = RIS[dialect]
    export, table = read(text)
    assert (export.format, export.dialect) == ("RIS", dialect)
    assert len(table) == 1
    assert {column: table.loc[0, column] for column in expected} == expected
    assert [remark for remark in export.remarks if remark.kind == "lost"] == []


@each("lines", ["TI  - Introduction\nBT  - Handbook of tests", "BT  - Handbook of tests\nT1  - Introduction"])
def test_a_chapter_stands_in_its_book(lines, read):
    _, table = read(f"TY  - CHAP\n{lines}\nPY  - 2019\nER  - \n")
    assert first(table, "title", "journal") == ("Introduction", "Handbook of tests")


def test_what_ovid_writes_after_a_record_stays_with_it(read):
    _, table = read(RIS["Ovid"][0] + "\n2. \n" + RIS["Ovid"][0][4:].replace("12345678", "12345679"))
    assert table["pmid"].tolist() == ["12345678", "12345679"]
    assert "Link to the Ovid" in table.loc[0, "other_fields"]
    assert table["line"].tolist() == [1, 17]


def test_fields_without_a_column_are_kept(read):
    _, table = read(
        "TY  - JOUR\nTI  - One\nT1  - Another\nAU  - Liu, R\nXX  - odd\nC1  - note\nPY  - 2011\nER  - \n"
    )
    assert table.loc[0, "title"] == "One"
    assert (
        table.loc[0, "other_fields"] == '{"TY": ["JOUR"], "T1": ["Another"], "XX": ["odd"], "C1": ["note"]}'
    )


def test_the_raw_block_is_reachable_from_the_record(read):
    text = RIS["Scopus"][0]
    _, table = read("\n" + text + "\n" + text.replace("A title", "Another"))
    row = table.loc[1]
    lines = Path(row["file"]).read_text(encoding="utf-8").splitlines()[row["line"] - 1 : row["line_end"]]
    assert "\n".join(lines) == text.replace("A title", "Another").rstrip("\n")


def test_nobody_is_no_author(read):
    _, table = read("TY  - JOUR\nTI  - T\nAU  - [Anonymous]\nAU  - Liu, R\nAU  - et al.\nER  - \n")
    assert table.loc[0, "authors"] == "Liu, R"


@each(
    ("title", "retracted"),
    [
        ("RETRACTED: Effects of tests", True),
        ("Retracted Article: Effects of tests", True),
        ("[Retracted] Effects of tests", True),
        ("Effects of tests (Retracted article. See vol. 3, pg. 4, 2012)", True),
        ("Effects of tests (Retracted)", True),
        ("RETRACTADO: Efectos de las pruebas", True),
        ("Rétracté : effets des tests", True),
        ("Zurückgezogen: Wirkung von Tests", True),
        ("撤稿：测试的效果", True),
        ("Retracted articles in testing: a survey", False),
        ("Retracted-tear repair of the rotator cuff", False),
        ("RETRACTED-Effects of tests", True),
        ("Repair of large (retracted) tears of the rotator cuff", False),
        ("Statement of Retraction: Effects of tests", False),
        ("Retraction notice to: Effects of tests", False),
    ],
)
def test_a_retracted_title(title, retracted, read):
    _, table = read(f"TY  - JOUR\nTI  - {title}\nER  - \n")
    assert table.loc[0, "retracted"] == retracted


def test_embase_on_ovid_is_ovids(read):
    text = "TY  - JOUR\nDB  - Embase\nID  - 2003456789\nT1  - A title\nL2  - https://ovidsp.ovid.com/ovidweb.cgi\nER  - \n"
    export, table = read(text)
    assert (export.dialect, table.loc[0, "accession"]) == ("Ovid", "2003456789")


def test_a_registry_entry_in_central(read):
    text = (
        "TY  - JOUR\nAN  - CN-01234567\nTI  - A title\nJO  - https://clinicaltrials.gov/show/nct01234567\nPY  - 2012\n"
        "M3  - Trial registry record; Clinical trial protocol\nER  -\n"
    )
    _, table = read(text)
    assert first(table, "registry_ids", "publication_types") == (
        "NCT01234567", "Trial registry record; Clinical trial protocol",
    )  # fmt: skip
