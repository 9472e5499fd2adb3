"""Every export format, in the layouts of the databases and programs that write it. The records are made up."""

import io
import zipfile

import pytest

from evergreen.errors import InputError
from tests.imported import first
from tests.rows import each

NBIB = """
PMID- 12345678
OWN - NLM
IS  - 1234-5678 (Electronic)
VI  - 15
IP  - 3
DP  - 2018 Aug
TI  - A long title on
      two lines.
PG  - 289-97
LID - 10.1000/test.1 [doi]
AB  - An abstract.
FAU - Liu, Ran
AU  - Liu R
FAU - Adler, Douglas G
AU  - Adler DG
CN  - TEST Study Group
LA  - eng
SI  - ClinicalTrials.gov/NCT01234567
PT  - Randomized Controlled Trial
CON - J Tests. 2017 Aug;14(3):1. doi: 10.1000/x.
      PMID: 11111111
RIN - J Tests. 2019;2:2. PMID: 22222222
JT  - Journal of tests
TA  - J Tests
PMC - PMC123456
MH  - *Humans
MH  - Depression/therapy
OT  - testing

PMID- 12345679
TI  - Second
"""


def test_medline_text(read):
    export, table = read(NBIB)
    assert (export.format, export.dialect, len(table)) == ("MEDLINE text", "PubMed", 2)
    assert first(table, "title", "authors", "year", "pages", "doi", "pmid", "pmcid") == (
        "A long title on two lines.", "Liu, Ran; Adler, Douglas G; TEST Study Group", 2018, "289-97", "10.1000/test.1",
        "12345678", "PMC123456",
    )  # fmt: skip
    assert first(table, "related", "retracted", "registry_ids", "mesh_terms", "keywords", "issn", "language") == (
        "CommentOn 11111111; RetractionIn 22222222", True, "NCT01234567", "*Humans; Depression/therapy", "testing",
        "1234-5678", "eng",
    )  # fmt: skip
    assert table["accession"].tolist() == ["12345678", "12345679"]


def test_medline_text_of_ovid(read):
    _, table = read(
        "<1>\nUI  - 12345678\nTI  - One\nAU  - Liu R\nJT  - T\n\n<2>\nUI  - 12345679\nTI  - Two\n"
    )
    assert table["pmid"].tolist() == ["12345678", "12345679"]
    assert table["line"].tolist() == [1, 7]


ISI = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Liu, R
   Adler, DG
AF Liu, Ran
   Adler, Douglas G.
TI A long title on
   two lines
SO JOURNAL OF TESTS
LA English
DT Article; Early Access
DE testing; more testing
AB An abstract.
SN 1234-5678
PY 2019
VL 18
IS 23
BP 5323
EP 5331
DI 10.1000/test.1
UT WOS:000238592600006
PM 12345678
ER

EF
"""


def test_web_of_science_tagged(read):
    export, table = read(ISI)
    assert (export.format, export.dialect) == ("Web of Science tagged", "Web of Science")
    assert first(table, "title", "authors", "pages", "accession", "pmid", "keywords", "publication_types") == (
        "A long title on two lines", "Liu, Ran; Adler, Douglas G.", "5323-5331", "WOS:000238592600006", "12345678",
        "testing; more testing", "Article; Early Access",
    )  # fmt: skip


def test_web_of_science_tab_delimited(read):
    header = "PT\tAU\tBA\tTI\tSO\tLA\tDT\tAB\tPY\tVL\tIS\tBP\tEP\tDI\tUT\tPM"
    row = "J\tLiu, R; Adler, DG\t\tA title\tJOURNAL OF TESTS\tEnglish\tArticle\tText\t2019\t18\t2\t53\t59\t10.1000/t\tWOS:0002\t12"
    for content in (f"{header}\n{row}\n", ("\ufeff" + f"{header}\r\n{row}\r\n").encode("utf-16-le")):
        export, table = read(content)
        assert (export.format, export.dialect) == ("CSV", "Web of Science")
        assert first(table, "title", "authors", "pages", "accession", "pmid") == (
            "A title", "Liu, R; Adler, DG", "53-59", "WOS:0002", "12",
        )  # fmt: skip
    early = "Authors\tArticle Title\tPublication Year\tEarly Access Date\tUT (Unique WOS ID)\nRoe, B\tA title\t\tDEC 2018\tWOS:0003\n"
    assert first(read(early)[1], "year", "accession") == (2018, "WOS:0003")


def test_endnote_tagged(read):
    export, table = read(
        "%0 Journal Article\n%A Liu, Ran\n%A Adler, D. G.\n%T A title\n%J Tests\n%D 2011\n%V 3\n%N 2\n%P 12-19\n"
        "%R 10.1000/test.1\n%M 12345678\n%~ PubMed\n%K one\ntwo\n%X Text\non two lines\n%@ 1234-5678\n\n%0 Book\n%T Two\n"
    )
    assert (export.format, len(table)) == ("EndNote tagged", 2)
    assert first(table, "authors", "first_page", "doi", "accession", "pmid", "keywords", "abstract") == (
        "Liu, Ran; Adler, D. G.", "12", "10.1000/test.1", "12345678", "12345678", "one; two", "Text on two lines",
    )  # fmt: skip


OVID = """
<1>
Unique Identifier
  12345678
Authors
  Liu R.  Adler DG.
Authors Full Name
  Liu, Ran.  Adler, Douglas G.
Title
  A title on
  two lines.
Source
  Lancet. 375(9729):1875-84, 2010 May 29.
Abstract
  Text
Digital Object Identifier
  10.1000/test.1

<2>
Accession Number
  2019-1-2
Author
  Max, Otto MD *;  Moritz, Ida PhD 1
Title
  Two
Source
  Journal of Tests. Vol.28(2), April 2015, pp. 103-106.
"""


@each(
    "text",
    [
        "{Reference Type}: Journal Article\n{Title}: 题\n{Author}: 潘紫麟;刘庆鹏;\n{Journal}: 医学综述\n{Year}: 2021\n{Issue}: 11\n{Pages}: 1-8\n"
        "{Abstract}: 一\n二\n{ISBN/ISSN}: 1006-2084\n",
        "{Reference Type}: Journal Article \n{Title}:题\n{Translated Title}: T\n{Author}: 潘紫麟\n{Author}:  刘庆鹏\n{Translated Author}: LIU\n{Journal}: 医学综述\n"
        "{Year}: 2021\n{Issue} : 11\n{Pages}: 1-8\n{Abstract}: 一 二\n{ISBN/ISSN}: 1006-2084\n",
        "SrcDatabase-来源库: 期刊\nTitle-题名: 题\nAuthor-作者:潘紫麟;刘庆鹏;\nSource-文献来源: 医学综述\nSummary-摘要: 一\n二\nYear-年: 2021\nPeriod-期: 11\n"
        "PageCount-页码: 1-8\nISSN-国际标准刊号: 1006-2084\n",
    ],
)
def test_text_with_a_label_a_line_of_cnki_wanfang_and_vip(text, read):
    export, table = read(f"{text}\n{text}")
    assert (export.format, [remark.kind for remark in export.remarks]) == ("NoteExpress text", [])
    columns = ["title", "authors", "journal", "year", "issue", "pages", "abstract", "issn"]
    assert (
        table[columns].values.tolist()
        == [["题", "潘紫麟; 刘庆鹏", "医学综述", 2021, "11", "1-8", "一 二", "1006-2084"]] * 2
    )


def test_cnki_has_all_authors_of_endnote_text_in_a_line(read):
    _, table = read(
        "%0 Journal Article\n%A 张福锁%A 王激清%A 张卫峰\n%+ 农业部\n%T 题\n\n%0 Journal Article\n%A 李娜\n%T 题二\n"
    )
    assert table["authors"].tolist() == ["张福锁; 王激清; 张卫峰", "李娜"]


def test_ovid_text(read):
    export, table = read(OVID)
    assert (export.format, len(table)) == ("Ovid text", 2)
    assert table["journal"].tolist() == ["Lancet", "Journal of Tests"]
    assert table["pages"].tolist() == ["1875-84", "103-106"]
    assert table["volume"].tolist() == ["375", "28"]
    assert table["year"].tolist() == [2010, 2015]
    assert table.loc[1, "authors"] == "Max, Otto; Moritz, Ida"
    assert table["line"].tolist() == [2, 19]


@each(
    "text",
    [
        "PMID- 12345\nTI  - A title that goes\non without an indent\nAU  - Smith J\nDP  - 2001\n",
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Smith, J\nTI A title that goes\non without an indent\nPY 2001\nER\n\nEF\n",
    ],
)
def test_a_continuation_line_without_indent_is_kept_whole_and_said(text, read):
    export, table = read(text)
    assert first(table, "title", "year", "authors") == (
        "A title that goes on without an indent",
        2001,
        "Smith, J",
    )
    assert [(one.kind, one.text) for one in export.remarks if one.kind == "note"] == [
        ("note", "on without an indent")
    ]


@each(
    "text",
    [
        '"Key","Item Type","Title","Extra"\n"ABCD1234","journalArticle","A title","PMID: 31234567\nPMCID: PMC1234567"\n',
        "@article{a,\n title = {A title},\n extra = {PMID: 31234567},\n}\n",
    ],
)
def test_zotero_keeps_a_pmid_among_what_is_extra(text, read):
    assert first(read(text)[1], "title", "pmid") == ("A title", "31234567")


def test_an_archive_of_several_exports_is_refused(read):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in (1, 2):
            archive.writestr(f"part {number}.ris", f"TY  - JOUR\nTI  - Title {number}\nER  - \n")
    with pytest.raises(InputError, match=r"2 files \(part 1.ris, part 2.ris\).*Unpack"):
        read(content.getvalue(), "export.zip")


def test_what_vendors_write_above_their_records_is_no_lost_line(read):
    """As the Cochrane Library has it above every record, with its own tags."""
    record = (
        'Record #{0} of 2\nProvider: John Wiley & Sons, Ltd\nContent: text/plain; charset="UTF-8"\n\nTY  - JOUR\nAN  - CN-0123456{0}\nAU  - Doe A\n'
        "TI  - Trial {0}\nYR  - 2019\nNO  - 5\nPG  - 12\u201018\nDOI  - 10.1000/t{0}\nER  - \n\n\n"
    )
    export, table = read(record.format(1) + record.format(2))
    assert {remark.kind for remark in export.remarks} == {"frame"}
    assert table[["year", "issue", "pages", "doi"]].values.tolist() == [
        [2019, "5", "12-18", "10.1000/t1"],
        [2019, "5", "12-18", "10.1000/t2"],
    ]


def test_embase_com_has_pmids_in_a_custom_field(read):
    record = "TY  - JOUR\nTI  - T\nDB  - {}\nC5  - 15368318\nER  - \n"
    assert read(record.format("Embase"))[1]["pmid"].tolist() == ["15368318"]
    assert read(record.format("Embase\nMedline"))[1]["pmid"].tolist() == ["15368318"]
    assert read(record.format("PsycInfo"))[1]["pmid"].tolist() == [""]
    assert read(record.format("Embase").replace("15368318", "8 weeks"))[1]["pmid"].tolist() == [""]
    library = (
        "<xml><records><record><titles><title>T</title></titles><custom5>15368318</custom5>"
        "<remote-database-name>{}</remote-database-name></record></records></xml>\n"
    )
    assert read(library.format("Embase&#xD;Medline"))[1]["pmid"].tolist() == ["15368318"]
    assert read(library.format("Other"))[1]["pmid"].tolist() == [""]


def test_a_source_is_taken_apart_where_nothing_else_says_journal_and_year(read):
    """As Ovid writes MEDLINE text; PubMed has fields for them."""
    text = "UI  - 34000000\nTI  - One\nSO  - J Bone. 1(2):10-15, 2020 May.\n\nPMID- 2\nTI  - Two\nDP  - 2019\nSO  - J Bone. 1(2):10-15, 2020 May.\n"
    _, table = read(text)
    place = ["year", "journal", "volume", "issue", "pages"]
    assert table[place].values.tolist() == [[2020, "J Bone", "1", "2", "10-15"], [2019, "", "", "", ""]]


@each(
    ("lines", "place"),
    [
        # CENTRAL's journal, and a tag of three letters as MEDLINE pads it.
        ("SO  - Annals of Bone\nYR  - 2021\nVL  - 80\nNO  - 3\nPG  - 12", [2021, "Annals of Bone", "80", "3", "12"]),
        ("SO  - J Bone. 1(2):10-15, 2020 May.", [2020, "J Bone", "1", "2", "10-15"]),
        ("T2  - Bone\nSO  - J Bone. 1(2):10-15, 2020 May.\nPY  - 2019", [2019, "Bone", "", "", ""]),
        # What others write notes into is an issue where it looks like one.
        ("PY  - 2019\nNO  - Pt. 2 Suppl 1", [2019, "", "", "Pt. 2 Suppl 1", ""]),
        ("PY  - 2019\nNO  - 1 (Suppl)", [2019, "", "", "1 (Suppl)", ""]),
        ("PY  - 2019\nNO  - 2 Suppl Proceedings", [2019, "", "", "2 Suppl Proceedings", ""]),
        ("PY  - 2019\nNO  - no abstract available", [2019, "", "", "", ""]),
        ("PY  - 2019\nNO  - a note", [2019, "", "", "", ""]),
        ("PY  - 2019\nNO  - cited by 5", [2019, "", "", "", ""]),
    ],
)  # fmt: skip
def test_tags_of_the_cochrane_library_in_ris(lines, place, read):
    _, table = read(f"TY  - JOUR\nTI  - T\n{lines}\nDOI - 10.1000/t\nER  - \n")
    assert table.loc[0, ["year", "journal", "volume", "issue", "pages"]].tolist() == place
    assert table["doi"].tolist() == ["10.1000/t"]


def test_an_entry_of_a_register_in_central_is_told_by_its_source(read):
    _, table = read("TY  - JOUR\nTI  - T\nSO  - https://clinicaltrials.gov/show/NCT01234567\nER  - \n")
    assert table["registry_ids"].tolist() == ["NCT01234567"]
    header = "CENTRAL ID,Author(s),Title,Source,Year,PubMed ID,Embase ID,CTgov ID,CINAHL ID,ICTRP ID"
    _, table = read(
        f'{header}\n"CN-00778158","Doe, A","T","Trials","2011","PUBMED 21314913",,"CTgov NCT01234567","","ICTRP ISRCTN96803379"\n'
    )
    assert table.loc[0, ["registry_ids", "pmid"]].tolist() == ["NCT01234567; ISRCTN96803379", "21314913"]


def test_a_pmid_among_the_numbers_of_other_databases_in_central(read):
    _, table = read("Record #1 of 1\nID: CN-01234567\nTI: T\nXR: EMBASE 628612345, PUBMED 31234567\n")
    assert table["pmid"].tolist() == ["31234567"]


def test_ovid_says_the_pmid_in_a_link_below_the_record(read):
    link = "Link to the External Link Resolver: http://x.org/?rft_id=info:doi/10.1000%2Ft&rft_id=info:pmid/30439442&rft.issn=0041-0101"
    _, table = read(
        f"1. \nTY  - JOUR\nID  - 30439442\nT1  - T\nER  -  \n\n{link} \n\n2. \nTY  - JOUR\nT1  - U\nER  - \n"
    )
    assert table["pmid"].tolist() == ["30439442", ""]


@each(
    ("note", "pmid", "doi"),
    [
        # What PubMed says of other records, as reference managers keep it in notes.
        ("Erratum in: Lancet. 2020;1:1. doi: 10.1000/other. PMID: 12345678", "", ""),
        (
            "PMID: 222. doi: 10.1000/own Comment in: Lancet. doi: 10.1000/other. PMID: 111",
            "222",
            "10.1000/own",
        ),
        ("Corrected and republished from: Lancet. PMID: 12345678", "", ""),
        ("PMID - 222; SuppNotes - Cites: J Bone. 2001;1(7):1980-7 [PMID: 12345678]", "222", ""),
        ('PMID: 222 | RAYYAN-LABELS: x | USER-NOTES: {"Ann"=>["as PMID: 12345678"]}', "222", ""),
        ('RAYYAN-INCLUSION: {"Ann"=>"Excluded"} | USER-NOTES: {"Ann"=>["as PMID: 12345678"]}', "", ""),
        ("Update of: medRxiv. doi: 10.1101/2020.01.01.20012345. PMID: 333", "", ""),
        (
            "Accession Number: 150. Erratum in: Nurs Res. Publication Type: Article; PMID: NLM33512345.",
            "33512345",
            "",
        ),
        ("Preprint in medRxiv. doi: 10.1101/2020.01.01.20012345", "", ""),
        ("Correction to: Bone. doi: 10.1000/other", "", ""),
        # The same words within a sentence.
        ("Correction for multiple tests; update on pain; concern for safety. PMID: 12345678", "12345678", ""),
        ("Correction of vision in children. doi: 10.1000/own", "", "10.1000/own"),
        ("Database updated on 2020-05-01; Cited By :5; Summary of a trial; PMID: 12345678", "12345678", ""),
    ],
)
def test_a_number_that_a_note_gives_another_record_is_not_the_record_s_own(note, pmid, doi, read):
    _, table = read(f"TY  - JOUR\nTI  - T\nN1  - {note}\nER  - \n")
    assert table[["pmid", "doi"]].values.tolist() == [[pmid, doi]]
    library = (
        "<xml><records><record><titles><title>T</title></titles><notes>{}</notes></record></records></xml>\n"
    )
    assert read(library.format(note))[1][["pmid", "doi"]].values.tolist() == [[pmid, doi]]


def test_a_reference_that_nobody_filled_in_is_no_record(read):
    record = "<record><database>a.enl</database><rec-number>{}</rec-number><foreign-keys><key app='EN'>1</key></foreign-keys><added-date format='utc'>1</added-date><ref-type name='Journal Article'>17</ref-type>{}</record>\n"
    text = record.format(1, "<titles><title>T</title></titles>") + record.format(
        2, "<titles><title/></titles>"
    )
    export, table = read(f"<xml><records>\n{text}</records></xml>\n")
    assert table["title"].tolist() == ["T"]
    assert [(remark.line, remark.kind) for remark in export.remarks if remark.kind == "lost"] == [(3, "lost")]


@each(
    ("source", "place"),
    [
        ("Annals of Bone. Conference: Congress of Bone, 2020. Paris France. Conference Publication: (var.pagings). 79 (SUPPL. 1) (pp 12-13), 2020."
         " Date of Publication: June 2020.", ["Annals of Bone", 2020, "79", "SUPPL. 1", "12-13"]),
        ("Bone (United Kingdom). 53 (4) (pp 712-719), 2014. Article Number: ket441.", ["Bone (United Kingdom)", 2014, "53", "4", "712-719"]),
        ("PLoS ONE. 9 (3) (no pagination), 2014. Article Number: e90001.", ["PLoS ONE", 2014, "9", "3", ""]),
        ("Lancet. 375(9729):1875-84, 2010 May 29.", ["Lancet", 2010, "375", "9729", "1875-84"]),
    ],
)  # fmt: skip
def test_a_source_of_ovid_s_embase_is_taken_apart(source, place, read):
    _, table = read(f"<1>\nAccession Number\n  640123456\nTitle\n  T.\nSource\n  {source}\n")
    assert table.loc[0, ["journal", "year", "volume", "issue", "pages"]].tolist() == place


def test_a_title_that_nobody_translated_stands_as_it_is(read):
    record = "TY  - JOUR\nTI  - {}\nTT  - Wirkung von X\nPY  - 2019\nER  - \n"
    assert read(record.format("[Not Available]."))[1]["title"].tolist() == ["Wirkung von X"]
    assert read(record.format("Effect of X"))[1]["title"].tolist() == ["Effect of X"]
