"""Tables of records, as CSV and XLSX, in the layouts of the databases and programs that write them. The records are made up."""

import csv
import io
import re
import zipfile

import openpyxl
import pytest

from evergreen.errors import InputError
from tests.imported import first
from tests.rows import each

TABLES = {
    "PubMed": (
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
        '"11223344","A title","Liu R, Adler DG.","Tests. 2021 Dec 21;1(2):10-11. doi: 10.1000/t.","Liu R","Tests","2021",'
        '"2021/12/21","PMC1122334","","10.1000/t"\n',
        {"accession": "11223344", "authors": "Liu, R; Adler, DG.", "volume": "1", "issue": "2", "pages": "10-11"},
    ),
    "Scopus": (
        "Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,Page start,Page end,DOI,Link,"
        "Abstract,PubMed ID,Document Type,EID\n"
        '"Liu, R.; Adler, D.G.","Liu, Ran (57000001); Adler, Douglas (57000002)","1; 2","A title",2015,Tests,1,2,,15,37,'
        "10.1000/t,https://www.scopus.com/x,Text,26101234,Article,2-s2.0-84937427797\n",
        {"accession": "2-s2.0-84937427797", "authors": "Liu, Ran; Adler, Douglas", "pages": "15-37", "pmid": "26101234"},
    ),
    "Embase.com": (
        "Title,Author Names,Source,Abstract,Emtree Medical Index Terms,Clinical Trial Numbers,PUI\n"
        '"A title","Liu R., Adler D.G.","Tests (2014) 3:3 (152-160). Date of Publication: 2014","Text","human",'
        '"ClinicalTrials.gov (NCT01234567)",L37\n',
        {"journal": "Tests", "year": 2014, "volume": "3", "issue": "3", "pages": "152-160", "registry_ids": "NCT01234567"},
    ),
    "CENTRAL": (
        "Cochrane ID,Title,Authors,Source,Year,Volume,Issue,Pages,DOI\n"
        'CN-01234567,A title,"Liu R; Adler DG",Tests,2011,1,2,3-4,10.1000/t\n',
        {"accession": "CN-01234567", "journal": "Tests"},
    ),
    "ClinicalTrials.gov": (
        "NCT Number,Study Title,Study URL,Brief Summary,Conditions,Start Date\n"
        "NCT01234567,A title,https://clinicaltrials.gov/study/NCT01234567,Text,Arthritis,2011-05\n",
        {"accession": "NCT01234567", "registry_ids": "NCT01234567", "year": 2011,
         "publication_types": "Trial registry record (ClinicalTrials.gov)"},
    ),
    "ICTRP": (
        "TrialID;Last_Refreshed_on;Public_title;Scientific_title;Date_registration;web_address\n"
        "JPRN-UMIN000012345;2 May 2020;A title;A longer title;01/02/2012;https://x.org\n",
        {"accession": "JPRN-UMIN000012345", "registry_ids": "UMIN000012345", "year": 2012},
    ),
    "Covidence": (
        "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,"
        "Covidence #,Study,Notes,Tags\n"
        'A title,"Liu, R.; Adler, D.G.",Text,2011,,Tests,1,2,3-4,,10.1000/t,17,#123,Liu 2011,,\n',
        {"accession": "#123", "year": 2011},
    ),
    "Rayyan": (
        "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,"
        "doi,keywords,pubmed_id,pmc_id\n"
        'rayyan-123,A title,2011,,,Tests,1234-5678,1,2,3-4,"Liu, R. and Adler, D.G.",,eng,,,Text,'
        '"RAYYAN-INCLUSION: {""Ann""=>""Included""}",10.1000/t,,12345678,PMC12\n',
        {"accession": "rayyan-123", "authors": "Liu, R.; Adler, D.G.", "pmid": "12345678", "pmcid": "PMC12"},
    ),
    "ASReview": (
        "record_id,title,abstract,authors,keywords,doi,url,year,asreview_label\n"
        '1,A title,Text,"Liu, R., Adler, D.G.",,10.1000/t,,2011,1\n',
        {"accession": "", "authors": "Liu, R.; Adler, D.G."},
    ),
}  # fmt: skip


@each("vendor", TABLES)
def test_table_of(vendor, read):
    text, expected = TABLES[vendor]
    export, table = read(text)
    assert (export.format, export.dialect) == ("CSV", vendor)
    assert first(table, "title")[0] == "A title"
    assert {column: table.loc[0, column] for column in expected} == expected


@each("vendor", TABLES)
def test_workbook_reads_like_its_csv(vendor, read):

    text = TABLES[vendor][0]
    delimiter = ";" if vendor == "ICTRP" else ","
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    content = io.BytesIO()
    book.save(content)
    export, table = read(content.getvalue(), "export.xlsx")
    _, from_csv = read(text)
    assert export.format == "XLSX"
    assert table.drop(columns=["file"]).to_dict("records") == from_csv.drop(columns=["file"]).to_dict(
        "records"
    )


def test_every_sheet_with_column_names_is_read(read):
    book = openpyxl.Workbook()
    for name, rows in {
        "Sheet": [["Title", "Year"], ["First title", 2001]],
        "Part 2": [["downloaded in parts"], ["Year", "Title", "DOI"], [2002, "Second title", "10.1/x"]],
        "About": [["made by me"]],
    }.items():
        sheet = book[name] if name in book else book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    export, table = read(content.getvalue(), "export.xlsx")
    assert table[["title", "year", "line"]].values.tolist() == [
        ["First title", 2001, 2],
        ["Second title", 2002, 3],
    ]
    assert [remark.text for remark in export.remarks if remark.kind == "lost"] == [
        "downloaded in parts",
        "made by me",
    ]


def test_rayyans_archive(read):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("customizations_log.csv", "article_id,user_id\n1,2\n")
        archive.writestr("articles.csv", TABLES["Rayyan"][0])
    export, table = read(content.getvalue(), "export.zip")
    assert (export.dialect, table.loc[0, "pmid"]) == ("Rayyan", "12345678")


def test_columns_of_the_protocol_outrank_known_names(read):
    text = "nummer;titel;title;verfasser;jahr\n7;Der Titel;x;Liu R., Adler D.;2011\n"
    columns = {"accession": "nummer", "title": "titel", "authors": "verfasser", "year": "jahr"}
    _, table = read(text, format_="csv", columns=columns)
    assert first(table, "accession", "title", "year", "authors") == (
        "7",
        "Der Titel",
        2011,
        "Liu, R.; Adler, D.",
    )
    with pytest.raises(InputError, match="title stands in column Titulo, but there is no such column"):
        read(text, format_="csv", columns={"title": "Titulo"})
    with pytest.raises(
        InputError, match=r"name titel, which records do not have\. Known are: title, abstract"
    ):
        read(text, format_="csv", columns={"titel": "titel"})


def test_a_quote_that_never_closes_spoils_its_own_row_only(read):
    rows = [f"{number},Title {number},Liu R,2011" for number in range(6)]
    rows[2] = '2,"Title 2,Liu R,2011'
    export, table = read("pmid,title,authors,year\n" + "\n".join(rows) + "\n")
    assert table["title"].tolist() == [f"Title {number}" for number in range(6)]
    assert [(remark.line, remark.kind) for remark in export.remarks if remark.kind == "note"] == [(4, "note")]


def test_line_breaks_within_quotes(read):
    _, table = read('title,abstract,year\n"One","First line\nsecond line",2011\n"Two","x",2012\n')
    assert table["abstract"].tolist() == ["First line second line", "x"]
    assert table[["line", "line_end"]].values.tolist() == [[2, 3], [4, 4]]


def test_separator_line_of_excel_and_lines_before_the_header(read):
    export, table = read("sep=;\nExported today\ntitle;year;doi\nOne;2011;10.1000/t\n")
    assert table["doi"].tolist() == ["10.1000/t"]
    assert [(remark.line, remark.kind) for remark in export.remarks] == [
        (1, "frame"),
        (2, "lost"),
        (3, "frame"),
    ]
    export, table = read(
        '"SEARCH QUERY","\'bone loss\':ti"\n-------------\n\nTitle,PUI,DOI\nOne,L1234567,10.1000/t\n'
    )
    assert table["accession"].tolist() == ["L1234567"]
    assert {remark.kind for remark in export.remarks} == {"frame"}


def test_embases_table_with_a_line_per_field(read):
    export, table = read(
        '"TITLE","A title"\n"AUTHOR NAMES","Liu R.","Adler D.G."\n"SOURCE","Tests (2014) 3:3 (152-160)."\n'
        '"EMTREE MEDICAL INDEX TERMS","human","test"\n"PUI","L373791783"\n\n"TITLE","Two"\n"PUI","L373791784"\n'
    )
    assert (export.format, export.dialect, len(table)) == ("CSV", "Embase.com", 2)
    assert first(table, "authors", "journal", "pages", "keywords") == (
        "Liu, R.; Adler, D.G.", "Tests", "152-160", "human; test",
    )  # fmt: skip
    assert table["accession"].tolist() == ["L373791783", "L373791784"]
    assert table[["line", "line_end"]].values.tolist() == [[1, 5], [7, 8]]


def test_an_identifier_that_a_spreadsheet_program_shortened_is_refused(read):
    with pytest.raises(
        InputError, match=r"row 3, column pmid: 1\.8E\+07 is a number that a spreadsheet program"
    ):
        read("title,pmid,year\nOne,12345678,2011\nTwo,1.8E+07,2012\n")


@each(("column", "error"), [("title", "#NAME?"), ("doi", "#REF!"), ("pmid", "#VALUE!"), ("title", "#N/A")])
def test_a_title_or_identifier_that_was_taken_for_a_formula_is_refused(column, error, read):
    row = {"title": "=cost: a trial", "doi": "10.1000/t", "pmid": "1"} | {column: error}
    with pytest.raises(
        InputError, match=rf"row 2, column {column}: {re.escape(error)} is what a spreadsheet"
    ):
        read("title,doi,pmid,abstract\n" + ",".join(row.values()) + ",#NAME?\n")


def test_a_number_that_a_lookup_did_not_find_is_none(read):
    table = read("title,doi,pmid,year\nOne,#N/A,12345678,2011\nTwo,10.1000/t,#N/A,2012\n")[1]
    assert table[["doi", "pmid"]].values.tolist() == [["", "12345678"], ["10.1000/t", ""]]


def test_a_source_beside_a_column_of_journals_is_no_journal(read):
    text = "Authors,Title,Year,{},DOI,Source,EID\nLiu R.,A title,2015,,10.1000/t,Scopus,2-s2.0-84937427797\n"
    for column in ("Source title", "Journal", "Publication Title"):
        assert read(text.format(column))[1]["journal"].tolist() == [""]
    assert read("Title,Year,Source,DOI\nA title,2015,Lancet,10.1000/t\n")[1]["journal"].tolist() == ["Lancet"]


@each(
    ("names", "cells", "column", "value"),
    [("Title,PubMedID", "T,26101234", "pmid", "26101234"), ("title,PubmedId", "T,26101234", "pmid", "26101234"),
     ("Title,PubMed Central ID", "T,PMC12", "pmcid", "PMC12"), ("Title,Authors,ArticleURL,GSRank", "T,J Doe,https://x.org/doi/abs/10.1002/j.1,1", "doi", "10.1002/j.1"),
     ("TITLE,AUTHOR_STRING,PUB_YEAR,PAGE_INFO", 'T,"Doe A, Roe B",2020,1-5', "authors", "Doe, A; Roe, B"),
     ("SrcDatabase-来源库,Title-题名,Author-作者,Summary-摘要", "期刊,T,王永贵; 钟娅楠,S", "authors", "王永贵; 钟娅楠"), ("Title-题名,Period-期", "T,03", "issue", "03"),
     ("Title-题名,PageCount-页码,PageCount-页数", "T,10-20,11", "pages", "10-20"), ("题名,作者,刊名", "T,赵六,航空学报", "journal", "航空学报"),
     ('"Authors, Primary";Title Primary;Periodical Full', '"Doe,Ann";T;Bone', "journal", "Bone"), ("Title Primary,Start Page,Other Pages", "T,1,5", "pages", "1-5"),
     ("title,e-ISSN,PubYear", "T,1234-5678,2020", "issn", "1234-5678"), ("title,startPage,endPage", "T,1,5", "pages", "1-5")],
)  # fmt: skip
def test_names_of_columns_are_known_by_their_letters(names, cells, column, value, read):
    """Programs write two words as one, with a capital letter or a line between them, CNKI in two languages."""
    _, table = read(f"{names}\n{cells}\n")
    assert first(table, "title", column) == ("T", value)


def test_names_of_columns_may_be_broken_within_their_cells(read):
    """As people wrap them in a spreadsheet program."""
    text = '"Article\nTitle","Publication\nYear","DOI","PMID"\n"T","2020","10.1000/t","34000000,0"\n"U","2021","10.1000/u","1"\n'
    _, table = read(text)
    assert table[["title", "year", "doi", "pmid"]].values.tolist() == [
        ["T", 2020, "10.1000/t", "34000000"],
        ["U", 2021, "10.1000/u", "1"],
    ]
    assert table["line"].tolist() == [4, 5]


BVS = "ID,Title,Authors,Source,Journal,Database,Type,Language,Publication year,Volume number,Issue number,DOI,ISSN\n"


@each("volume", ["50", ""])
def test_lilacs_has_the_volume_in_a_column_of_its_own_or_in_the_source(volume, read):
    row = f'biblio-1,Um ensaio,"Silva, José da","Rev. bras. med;50(3): 1-10, maio-jun. 2010. tab","Rev. bras. med",LILACS,article,pt,2010,{volume},,,\n'
    _, table = read(BVS + row)
    assert table.loc[0, ["journal", "volume", "issue", "pages"]].tolist() == [
        "Rev. bras. med",
        "50",
        "3",
        "1-10",
    ]


@each(
    "footer",
    [
        "Total: 2 records,,,", "Total,2,,", "2 results found", "Total number of references: 2,,,", "Page 1 of 1,,,", "\u00a9 2026 Elsevier B.V.,,,",
        '"Exported from Scopus on 1 May 2026",,,', "End of export,,,\n\nCopyright (c) 2026 X,,,",
    ],
)  # fmt: skip
def test_what_stands_below_a_table_is_no_record(footer, read):
    export, table = read(f"Title,Authors,Year,Journal\nA,Doe A,2019,X\nB,Roe B,2020,X\n{footer}\n")
    assert table["title"].tolist() == ["A", "B"]
    assert "footer of the table" in [remark.reason for remark in export.remarks]
    assert {remark.kind for remark in export.remarks} <= {"frame", "note"}


@each(
    "row",
    [
        "Total hip replacement,,,",
        "Created with 3D printing,,,",
        "Retrieved on request: 12 implants,,,",
        "Records of 2,Doe A,2019,",
        "Copyright law,,,",
        "Results 2,,2019,",
    ],
)
def test_a_title_alone_is_a_record(row, read):
    _, table = read(f"Title,Authors,Year,Journal\nA,Doe A,2019,X\n{row}\n")
    assert len(table) == 2
    _, table = read("Title,Authors,Year,Journal\nA,,,\nPrinted with 3D models,,,\n")
    assert len(table) == 2
    _, table = read("Title,Authors,Year,Journal\nTotal: 2,,,\nA,Doe A,2019,X\n")
    assert len(table) == 2


def test_the_full_stop_of_a_list_is_no_part_of_its_last_group(read):
    _, table = read('PMID,Title,Authors,Create Date\n1,T,"Doe J, Roe RB; ABC Study Group.",2020/04/02\n')
    assert table["authors"].tolist() == ["Doe, J; Roe, RB; ABC Study Group"]


@each(
    ("text", "titles"),
    [
        # A mark that opens a title and one within another are no cell of two lines.
        ('"B trial,Roe R,2021\n5" nails,Poe C,2022\nC,Doe A,2023\n', ["B trial", '5" nails', "C"]),
        ('A,Doe A,"2020\n"B, or C",Roe B,2021\nsize 5" here,Poe C,2022\n', ["A", "B, or C", 'size 5" here']),
        ('A\tDoe A\t"2020\nB\tRoe B\t2021 5"\nC\tPoe C\t2022\n', ["A", "B", "C"]),
        # Cells of several lines are.
        ('"A\nB",Doe A,2020\n"5"" nails\nand more",Poe C,2022\n', ["A B", '5" nails and more']),
        ('"The "new" drug,\nsecond line",Doe A,2020\nB,Roe B,2021\n', ['The "new" drug, second line', "B"]),
        ('"A\nB"\tDoe A\t2020\nC\tPoe C\t2022\n', ["A B", "C"]),
    ],
)
def test_no_record_is_taken_into_the_cell_of_another(text, titles, read):
    mark = "\t" if "\t" in text else ","
    assert read(mark.join(("Title", "Authors", "Year")) + "\n" + text)[1]["title"].tolist() == titles


@each(
    ("pages", "issue", "read_as"),
    [("04-Mar", "02-Jan", ["3-4", "1-2"]), ("03-Apr", "Jan-Feb", ["3-4", "Jan-Feb"]), ("Jan-13", "Jan-20", ["1-13", "Jan-20"]),
     ("2026-03-04", "2026-02-03", ["3-4", "2-3"]), ("12. Dez", "3", ["12-12", "3"]), ("2026-03-01", "4", ["", "4"]), ("21-Aug", "12-Nov", ["", "11-12"]), ("3-4", "1-2", ["3-4", "1-2"]),
     ("S12-S15", "12 Suppl 1", ["S12-S15", "12 Suppl 1"]), ("123-9", "1/2", ["123-9", "1/2"])],
)  # fmt: skip
def test_days_that_a_spreadsheet_made_of_pages_and_issues_are_ranges(pages, issue, read_as, read):
    export, table = read(
        f"Title,Authors,Year,Pages,Issue\nA,Doe A,2019,{pages},{issue}\nB,Roe B,2020,5-9,4\n"
    )
    assert table[["pages", "issue"]].values.tolist() == [read_as, ["5-9", "4"]]
    notes = [remark.text for remark in export.remarks if remark.kind == "note"]
    assert sorted(notes) == sorted(
        text for text, kept in zip((pages, issue), read_as, strict=True) if text != kept
    )
    assert read_as[0] or pages in table["other_fields"][0]


def test_a_row_that_holds_nothing_but_its_number_is_no_record(read):
    export, table = read("Rank,Title,Authors,Year\n1,A,Doe A,2019\n2,,,\n3,,,2020\n")
    assert table["title"].tolist() == ["A", ""]
    assert [(remark.line, remark.kind) for remark in export.remarks if remark.kind == "lost"] == [(3, "lost")]
