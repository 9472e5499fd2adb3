"""What a report becomes for a manuscript: document, workbook and reference files, read back by programs that are not ours."""

from dataclasses import replace
from io import BytesIO

import bibtexparser
import openpyxl
import rispy
from docx import Document
from docx.oxml.ns import qn

from evergreen.protocol.review import Review
from evergreen.report import reference_files
from evergreen.report.blocks import Code, Gallery, Head, Lines, Link, Section, Table, Text, numbered
from evergreen.report.manuscript import _printed
from evergreen.report.word import document
from evergreen.report.word_tables import laid_out, unbroken
from evergreen.report.workbook import write_workbook
from tests.rows import each

SPACE = "\N{NO-BREAK SPACE}"
TABLE = Table(
    "Numbers",
    [Head("Study"), Head("n", True), Head("Effect", True), Head("Rows in the sheets")],
    [[Link("=1+1", "#a"), "1,059", "−0.350", "a.csv:2"], ["B", "12", "not pooled", "a.csv:3"]],
)
ITEMS = [
    {"id": "pubmed:1", "type": "article-journal", "title": "50% of {A} & B: a_b #1 $x", "author": [{"family": "Núñez", "given": "J. A."}, {"literal": "The A & B Group"}],
     "container-title": "BMJ", "issued": {"date-parts": [[2001]]}, "volume": "322", "issue": "7", "page": "12-9", "DOI": "10.1/a_b", "PMID": "1", "status": "retracted"},
    {"id": "x:2", "type": "document", "title": "No author", "issued": {"date-parts": [[2001]]}},
    {"id": "x:3", "type": "article-journal", "title": "Second", "author": [{"family": "Nunez", "given": "B"}], "container-title": "J", "issued": {"date-parts": [[2001]]}, "page": "e5"},
]  # fmt: skip


@each(
    "text, held",
    [
        ("RR 1.01 (0.95 to 1.07)", f"RR{SPACE}1.01 (0.95{SPACE}to{SPACE}1.07)"),
        ("(95% CI −0.3 to ∞), P = 0.03", f"(95%{SPACE}CI{SPACE}−0.3{SPACE}to{SPACE}∞), P{SPACE}={SPACE}0.03"),
        ("from 2 to many; go to 3", "from 2 to many; go to 3"),
    ],
)
def test_numbers_are_held_together(text, held):
    assert unbroken(text) == held


@each(
    ("columns", "rows", "turned", "size"),
    [(3, ["short"] * 3, False, 9), (12, ["0.95 to 1.07"] * 12, True, None), (40, ["unbreakable"] * 40, True, 7)],
)  # fmt: skip
def test_columns_are_as_wide_as_their_longest_word_where_a_page_has_room(columns, rows, turned, size):
    found = laid_out(
        [[f"Head{position}" for position in range(columns)], [cell.replace(" ", SPACE) for cell in rows]]
    )
    room = (29.7 if turned else 21.0) - 4.4
    assert (found.landscape, round(sum(found.widths) / 72 * 2.54, 1) <= round(room, 1)) == (turned, True)
    assert size is None or found.size == size


def test_a_document_repeats_heads_and_turns_wide_tables():
    wide = replace(
        TABLE, columns=[Head(f"A long head {n}") for n in range(14)], rows=[["0.95\xa0to\xa01.07"] * 14]
    )
    made = Document(
        BytesIO(document(Review(title="A"), numbered([Section("a", "A", [TABLE, wide, Text("x")])])))
    )
    assert [bool(table.rows[0]._tr.findall(f".//{qn('w:tblHeader')}")) for table in made.tables] == [
        True,
        True,
    ]
    assert [bool(table.rows[1]._tr.findall(f".//{qn('w:tblHeader')}")) for table in made.tables] == [
        False,
        False,
    ]
    assert [section.orientation for section in made.sections] == [0, 1, 0]
    assert all(section.page_width > section.page_height for section in made.sections if section.orientation)


def test_the_document_has_what_readers_need_and_no_files_beside_the_report():
    kept = [
        TABLE,
        replace(TABLE, fold="x", keep=True),
        Code("Strategy", "a", keep=True),
        Lines(["a", Link("b", "c.csv")]),
    ]
    left = [replace(TABLE, fold="x"), Code("Settings", "a"), Gallery("More", []), Lines([Link("b", "c.csv")])]
    found = _printed(Section("a", "A", [*kept, *left])).blocks
    assert [type(block) for block in found] == [Table, Table, Code, Lines]
    assert [head.name for head in found[0].columns] == ["Study", "n", "Effect"]
    long = replace(TABLE, rows=[["", "", "", ""]] * 2501)
    assert _printed(Section("a", "A", [long])).blocks == [Text("Numbers: 2,501 rows, in tables.xlsx.")]


def test_a_workbook_has_numbers_as_numbers_and_no_formula(tmp_path):
    path = tmp_path / "tables.xlsx"
    write_workbook("A", numbered([Section("a", "Section A", [TABLE])]), path)
    first = path.read_bytes()
    write_workbook("A", numbered([Section("a", "Section A", [TABLE])]), path)
    assert path.read_bytes() == first
    book = openpyxl.load_workbook(path)
    assert [[cell.value for cell in row] for row in book["Contents"]] == [["Sheet", "Section", "Table"], ["Table 1", "Section A", "Numbers"]]  # fmt: skip
    sheet = book["Table 1"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["Study", "n", "Effect", "Rows in the sheets"], ["=1+1", 1059, -0.35, "a.csv:2"], ["B", 12, "not pooled", "a.csv:3"],
    ]  # fmt: skip
    assert (sheet["A2"].data_type, sheet["B2"].number_format, sheet["C2"].number_format) == (
        "s",
        "#,##0",
        "0.000",
    )
    assert sheet.freeze_panes == "A2"


def test_reference_managers_read_all_that_is_known():
    entries = bibtexparser.parse_string(reference_files.bibtex(ITEMS)).entries
    assert [entry.key for entry in entries] == ["Nunez2001", "Noauthor2001", "Nunez2001-2"]
    fields = {field.key: field.value for field in entries[0].fields}
    assert fields["author"] == r"Núñez, J. A. and {The A \& B Group}"
    assert fields["title"] == r"{50\% of \{A\} \& B: a\_b \#1 \$x}"
    assert (fields["doi"], fields["pages"], fields["number"], fields["note"]) == ("10.1/a_b", "12--9", "7", "retracted")  # fmt: skip
    first, second, third = rispy.loads(reference_files.ris(ITEMS))
    assert first["authors"] == ["Núñez, J. A.", "The A & B Group"]
    assert (first["start_page"], first["end_page"], first["number"], first["doi"]) == (
        "12",
        "9",
        "7",
        "10.1/a_b",
    )
    assert (second["type_of_reference"], third["start_page"], "end_page" in third) == ("GEN", "e5", False)
