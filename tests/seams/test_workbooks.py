"""Workbooks from outside: every row is read whatever the file says of its size, and no bomb is unfolded."""

import datetime
import io
import math
import re
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.records import formats
from evergreen.screening.exchange import asreview, foreign_votes, rayyan
from evergreen.sheets import archives, workbooks
from tests.rows import each

SHEET = "xl/worksheets/sheet1.xml"
VOTES = [["record_id", "decision", "reason"], *([f"pubmed:{n}", "include", ""] for n in range(1, 6))]
RECORDS = [
    ["Title", "Authors", "Year", "DOI"],
    *([f"Trial {n}", "Smith J", 2000 + n, f"10.1/{n}"] for n in range(1, 6)),
]


def workbook(path: Path, rows, change=None) -> Path:
    """A workbook of `rows`, the text of its worksheet changed by `change` afterwards."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    if change is not None:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[SHEET] = change(parts[SHEET].decode()).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    return path


def shrunk(text):
    found, times = re.subn(r'<dimension ref="[^"]*" ?/>', '<dimension ref="A1:B3"/>', text)
    assert times == 1
    return found


def said(reader, *arguments):
    start = time.perf_counter()
    with pytest.raises(InputError) as fault:
        reader(*arguments)
    assert time.perf_counter() - start < 10
    assert "\n" not in str(fault.value)
    return str(fault.value)


def votes_of(path):
    return sheets.read_sheet(path, "screening")


def test_rows_and_columns_beyond_the_stated_dimension_are_read(tmp_path):
    votes = votes_of(workbook(tmp_path / "AB.xlsx", VOTES, shrunk))
    assert votes["record_id"].tolist() == [row[0] for row in VOTES[1:]]
    assert votes["_row"].tolist() == [2, 3, 4, 5, 6]
    records = formats.read(workbook(tmp_path / "export.xlsx", RECORDS, shrunk))
    assert len(records.blocks) == 5
    assert dict(records.blocks[4].fields)["doi"] == "10.1/5"
    assert [row["doi"] for row in foreign_votes.read_rows(tmp_path / "export.xlsx")] == [
        f"10.1/{n}" for n in range(1, 6)
    ]


EXTRACTION = [
    ["study", "outcome", "group", "timepoint", "n"],
    ["A", "pain", "control", "6 weeks", 10],
    ["B", "pain", "control", "6 weeks", 12],
]
LAST = '<c r="E3" t="n"><v>12</v></c>'
FORMULAS = {
    "plain": "<c r='E3'><f>E2+2</f></c>",
    "another order": '<c s="0" r="E3"><f>E2+2</f><v/></c>',
    "parted": '<c r="E3">\n <f>SUM(\n1)</f>\n</c>',
    "shared": '<c r="E3"><f t="shared" si="0"/></c>',
}


@each("prefix", ["", "x:"])
@each(("cell", "what"), [*((cell, "row 3: E3 is a formula without a value") for cell in FORMULAS.values()), (LAST, "row 2: the cells A2:A3 are merged")])  # fmt: skip
def test_cells_that_only_look_empty_are_found_however_the_worksheet_is_written(tmp_path, prefix, cell, what):
    def change(text):
        assert LAST in text
        merged = '<mergeCells count="1"><mergeCell  ref="A2:A3"/></mergeCells>' if cell == LAST else ""
        text = text.replace(LAST, cell).replace("</sheetData>", f"</sheetData>{merged}")
        return re.sub(r"<(/?)(?=[a-zA-Z])", rf"<\1{prefix}", text).replace(
            "xmlns=", f"xmlns{':x' if prefix else ''}="
        )

    path = workbook(tmp_path / "AB.xlsx", EXTRACTION, change)
    assert what in said(sheets.read_sheet, path, "extraction")


def records_of(path):
    return formats.read(path).blocks


def test_cells_of_an_export_that_only_look_empty_are_refused_as_those_of_a_sheet(tmp_path):
    cell = '<c r="C6"><f>C5</f><v></v></c>'
    formula = workbook(tmp_path / "a.xlsx", RECORDS, lambda text: re.sub(r'<c r="C6".*?</c>', cell, text))
    assert "row 6: C6 is a formula without a value" in said(records_of, formula)
    # What stands above the names of the columns is no record.
    for rows, first in ((RECORDS, 1), ([["My search"], *RECORDS], 2)):
        for cells in ("A1:D1", f"B{first + 1}:B{first + 2}"):
            merged = f'</sheetData><mergeCells count="1"><mergeCell ref="{cells}"/></mergeCells>'
            path = workbook(
                tmp_path / "b.xlsx", rows, lambda text, to=merged: text.replace("</sheetData>", to)
            )
            if (first, cells) == (2, "A1:D1"):
                assert len(records_of(path)) == 5
            else:
                assert f"the cells {cells} are merged" in said(records_of, path)


def test_a_vote_of_another_tool_that_only_looks_empty_is_refused(tmp_path):
    cell = '<c r="B3"><f>B2</f><v></v></c>'
    path = workbook(tmp_path / "a.xlsx", VOTES, lambda text: re.sub(r'<c r="B3".*?</c>', cell, text))
    assert "row 3: B3 is a formula without a value" in said(foreign_votes.read_rows, path)


def test_a_hidden_worksheet_of_an_export_is_not_read_and_said(tmp_path):
    book = openpyxl.Workbook()
    for row in RECORDS:
        book.active.append(row)
    hidden = book.create_sheet("old")
    hidden.sheet_state = "hidden"
    for row in RECORDS[:2]:
        hidden.append(row)
    book.save(tmp_path / "export.xlsx")
    found = formats.read(tmp_path / "export.xlsx")
    assert len(found.blocks) == 5
    lost = [remark for remark in found.remarks if remark.kind == "lost"]
    assert [(one.line, one.reason) for one in lost] == [
        (1, "row in the hidden sheet old"),
        (2, "row in the hidden sheet old"),
    ]


def test_a_formula_whose_value_is_there_is_that_value(tmp_path):
    for cell, read in [
        ('<c r="E3"><f>E2+2</f><v>12</v></c>', 12),
        ('<c r="E3" t="str"><f>""</f><v></v></c>', None),
    ]:
        path = workbook(tmp_path / "AB.xlsx", EXTRACTION, lambda text, cell=cell: text.replace(LAST, cell))
        n = sheets.read_sheet(path, "extraction")["n"]
        assert n[1] == read if read else math.isnan(n[1])


@each(
    ("column", "value", "what"),
    [
        (0, "#NAME?", "row 3, column study: the label #NAME? is an error"),
        (3, "#N/A", "row 3, column timepoint: the label #N/A is an error"),
        (3, datetime.date(2026, 6, 12), "row 3, column timepoint: the label 2026-06-12 is a day"),
        (3, datetime.time(6, 12), "row 3, column timepoint: the label 06:12:00 is a day or time"),
        (0, datetime.date(2026, 6, 12), "row 3, column study: the label 2026-06-12 is a day"),
    ],
)
def test_a_label_is_no_day_and_no_error(tmp_path, column, value, what):
    rows = [list(row) for row in EXTRACTION]
    rows[2][column] = value
    assert what in said(sheets.read_sheet, workbook(tmp_path / "AB.xlsx", rows), "extraction")


def test_gaps_between_rows_and_short_rows_keep_their_places(tmp_path):
    path = workbook(tmp_path / "AB.xlsx", [VOTES[0], [], VOTES[1][:2], [], [], VOTES[2]])
    votes = votes_of(path)
    assert votes["_row"].tolist() == [3, 6]
    assert votes["reason"].tolist() == ["", ""]


CELL = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (f'<row r="999999999">{CELL.format("A999999999")}</row>', "row 999999999: the worksheet Sheet has more than 1,048,576 rows"),
        (f'<row r="7">{CELL.format("XFE7")}</row>', "row 7: the worksheet Sheet has more than 1,048,576 rows, 16,384 columns"),
        (f'<row r="7">{CELL.format("ZZZZZ7")}</row>', "not a readable XLSX file, or damaged"),
        ("".join(f'<row r="{n}">{CELL.format(f"XFD{n}")}</row>' for n in range(7, 20)), "or 200,000 cells"),
        (f'<row r="2">{CELL.format("A2")}</row>', "row 2: the rows of the worksheet Sheet are out of order"),
        ('<row r="7"><c r="A7" t="s"><v>99</v></c></row>', "not a readable XLSX file, or damaged"),
        ('<row r="7"><c>', "not a readable XLSX file, or damaged"),
    ],
    ids=["row", "column", "no-column", "cells", "order", "text", "xml"],
)  # fmt: skip
def test_a_worksheet_out_of_all_bounds_is_refused_at_once(tmp_path, monkeypatch, extra, sentence):
    monkeypatch.setattr(workbooks, "MOST_CELLS", 200_000)
    path = workbook(
        tmp_path / "AB.xlsx", VOTES, lambda text: text.replace("</sheetData>", f"{extra}</sheetData>")
    )
    for reader in (votes_of, formats.read, foreign_votes.read_rows):
        assert sentence in said(reader, path)


def test_a_bomb_is_not_unfolded(tmp_path):
    # what is stated is refused before anything is unfolded, so that a larger one would show no more
    blanks = " " * (2 * archives.SMALL)
    path = workbook(
        tmp_path / "AB.xlsx", VOTES, lambda text: text.replace("<sheetData>", f"{blanks}<sheetData>")
    )
    assert path.stat().st_size < 1 << 20
    for reader in (votes_of, formats.read, foreign_votes.read_rows):
        assert re.search(
            rf"AB.xlsx: {SHEET} in the .* unfolds into 1,0\d\d times its size", said(reader, path)
        )
    bomb = tmp_path / "x.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("articles.csv", blanks)
    for reader in (asreview.read_project, rayyan.read_archive, formats.read):
        assert "articles.csv in the" in said(reader, bomb)


def test_what_all_members_unfold_into_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1 << 10)
    path = workbook(tmp_path / "AB.xlsx", VOTES)
    assert "the XLSX file unfolds into 0.0 GB, more than" in said(votes_of, path)


def test_entities_in_a_workbook_are_refused(tmp_path):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE x [<!ENTITY e0 "x">{entities}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    path = workbook(tmp_path / "AB.xlsx", VOTES, lambda text: dtd + re.sub(r"^<\?xml.*?\?>", "", text))
    for reader in (votes_of, formats.read, foreign_votes.read_rows):
        assert "defines entities, as no spreadsheet program does" in said(reader, path)


def test_a_damaged_or_encrypted_archive_is_one_sentence(tmp_path):
    whole = workbook(tmp_path / "AB.xlsx", VOTES).read_bytes()
    path = tmp_path / "CD.xlsx"
    for spoilt in (whole[: len(whole) // 2], whole[:200] + b"\0" * 400 + whole[600:], b"PK\x03\x04", b""):
        path.write_bytes(spoilt)
        for reader in (votes_of, foreign_votes.read_rows):
            assert "not a readable XLSX file, or damaged" in said(reader, path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    locked = bytearray(buffer.getvalue())
    locked[6] |= 1  # the flag that says encrypted, here and in the list of members
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    assert "encrypted" in said(votes_of, path)


@each("reader", ["sheets", "records", "exchange"])
def test_the_case_xlsx_dimension(shared, reader):
    folder = shared / "data/cases/xlsx_dimension"
    if not folder.is_dir():
        pytest.skip("the case is not there")
    found = {
        "sheets": lambda: votes_of(folder / "AB.xlsx"),
        "records": lambda: formats.read(folder / "export.xlsx").blocks,
        "exchange": lambda: foreign_votes.read_rows(folder / "AB.xlsx"),
    }[reader]()
    with zipfile.ZipFile(folder / ("export.xlsx" if reader == "records" else "AB.xlsx")) as archive:
        written = archive.read(SHEET).decode().count("<row ")
    assert len(found) == written - 1


def test_the_bounds_leave_room_for_a_large_review():
    assert workbooks.MOST_CELLS >= 500_000 * 40


@each(
    ("change", "said"),
    [
        (lambda content: archives.OF_BEFORE + bytes(2000), "Office wrote them before 2007, or one that a password protects"),
        (lambda content: content[:-40], "not a readable XLSX file, or damaged or cut off"),
    ],
)  # fmt: skip
def test_a_workbook_behind_a_password_is_told_from_a_damaged_one(tmp_path, change, said):
    path = workbook(tmp_path / "AB.xlsx", VOTES)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InputError, match=said):
        sheets.read_sheet(path, "screening")


def test_a_strict_workbook_is_told_as_one(tmp_path):
    path = workbook(tmp_path / "AB.xlsx", VOTES)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    of_strict = {
        b"schemas.openxmlformats.org/spreadsheetml/2006/main": b"purl.oclc.org/ooxml/spreadsheetml/main",
        b"schemas.openxmlformats.org/officeDocument/2006/": b"purl.oclc.org/ooxml/officeDocument/",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            for usual, strict in of_strict.items():
                content = content.replace(usual, strict)
            archive.writestr(name, content)
    with pytest.raises(InputError, match=r"in the form Strict Open XML\. Save it as an Excel workbook"):
        sheets.read_sheet(path, "screening")


PLAIN, RAISED, LOWERED, STRUCK, BOLD = (
    {}, {"vertAlign": "superscript"}, {"vertAlign": "subscript"}, {"strike": True}, {"b": True},
)  # fmt: skip


@each(
    ("column", "parts", "read"),
    [
        ("n", [("21", PLAIN), ("1", RAISED)], "211 looks like 21\u00b9"),
        ("n", [("21", PLAIN), ("1", LOWERED)], "211 looks like 21\u2081"),
        ("n", [("2", STRUCK), ("21", PLAIN)], "221 looks like 2\u033621"),
        ("estimate_p", [("0.03", PLAIN), ("2", RAISED)], "0.032 looks like 0.03\u00b2"),
        ("n", [("21", PLAIN), ("a", RAISED)], "'21a' is not a number"),
        ("n", [("2", PLAIN), ("1", BOLD)], 21),
        ("n", [("NR", PLAIN), ("", RAISED)], math.nan),
        ("arm", [("drug", PLAIN), ("1", RAISED)], "drug1"),
        ("unit", [("kg/m", PLAIN), ("2", RAISED)], "kg/m2"),
    ],
)  # fmt: skip
def test_a_note_behind_a_number_is_no_digit_of_it(tmp_path, column, parts, read):
    book = openpyxl.Workbook()
    text = CellRichText([TextBlock(InlineFont(**font), part) for part, font in parts])
    book.active.append(["study", "outcome", "group", column])
    book.active.append(["S1", "pain", "contrast", text])
    book.save(tmp_path / "AB.xlsx")
    if isinstance(read, str) and column not in ("arm", "unit"):
        with pytest.raises(InputError, match=f"row 2, column {column}: {read}"):
            sheets.read_sheet(tmp_path / "AB.xlsx", "extraction")
    else:
        found = sheets.read_sheet(tmp_path / "AB.xlsx", "extraction")[column][0]
        assert found == read or (math.isnan(found) and math.isnan(read))


@each(("parts", "other"), [(["H", "2", "O"], 50), (["10", "3", "/\u00b5l"], "NR")])
def test_a_word_with_a_raised_digit_is_a_word_among_numbers(tmp_path, parts, other):
    text = CellRichText([parts[0], TextBlock(InlineFont(**RAISED), parts[1]), parts[2]])
    book = openpyxl.Workbook()
    for row in (["study", "solvent"], ["S1", text], ["S2", other]):
        book.active.append(row)
    book.save(tmp_path / "studies-AB.xlsx")
    read = sheets.read_sheet(tmp_path / "studies-AB.xlsx", "extraction_studies")
    assert read["solvent"].tolist() == ["".join(parts), str(other)]


@each(("kind", "column"), [("extraction", "mean"), ("extraction_studies", "dose")])
def test_a_number_that_is_struck_out_is_not_read(tmp_path, kind, column):
    book = openpyxl.Workbook()
    book.active.append(["study", "outcome", "group", column])
    book.active.append(["S1", "pain", "single", 3.5])
    for cell in ("A2", "D2"):
        book.active[cell].font = Font(strike=True)
    book.save(tmp_path / "AB.xlsx")
    with pytest.raises(
        InputError, match=f"row 2, column {column}: 3.5 is struck out. Write the number alone"
    ):
        sheets.read_sheet(tmp_path / "AB.xlsx", kind)
    book.active["D2"].font = Font()  # the name of the study says nothing of its numbers
    book.save(tmp_path / "AB.xlsx")
    assert float(sheets.read_sheet(tmp_path / "AB.xlsx", kind)[column][0]) == 3.5


def test_records_of_a_workbook_keep_their_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(RECORDS[0])
    title = CellRichText(["CO", TextBlock(InlineFont(vertAlign="subscript"), "2"), " in blood"])
    book.active.append([title, "Smith J", 2001, "10.1/1"])
    book.active["C2"].font = Font(strike=True)
    book.save(tmp_path / "export.xlsx")
    with workbooks.opened(tmp_path / "export.xlsx", "export.xlsx") as opened:
        rows = dict(workbooks.rows(opened.worksheets[0], "export.xlsx"))
    assert [workbooks.text_of(value) for value in rows[2]] == ["CO2 in blood", "Smith J", "2001", "10.1/1"]
