"""Tables for people hold no formula that somebody else wrote, and come back as they were."""

import csv
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from evergreen import sheets, spreadsheets, tables
from evergreen.errors import InputError
from evergreen.screening import worklist_workbook
from evergreen.screening.worklist_workbook import write_workbook
from tests.rows import each

FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\u200b=1",
    "\uff1d1+1", "\uff0b1", "\uff0d1+1", "\uff20SUM(1)", "-", "-1.5 to 2", "-5%", "'=1",
]  # fmt: skip
HARMLESS = [
    "-1.5",
    "+3",
    "-1e-05",
    "-.5",
    "0",
    "",
    "'t Hooft",
    "'-1.5",
    "A=1",
    "2 - 1",
    "\u22121.5",
    "O'Neill",
]


@each("text", FORMULAS)
def test_what_a_program_would_compute_is_a_text(text):
    assert spreadsheets.guarded(text) == f"'{text}"


@each("text", HARMLESS)
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert spreadsheets.guarded(text) == spreadsheets.unguarded(text) == text


def test_a_table_for_people_keeps_its_numbers_and_comes_back(tmp_path):
    frame = pd.DataFrame(
        {"title": [*FORMULAS[:2], "Plain", None], "effect": [-1.5, 2.0, float("nan"), -1e-7], "n": ["-3", "4", "", "+5"], "=x": "a"}
    )  # fmt: skip
    for text in ("str", "string", object):
        typed = frame.astype({"title": text})
        spreadsheets.write_table(typed, tmp_path / "people.csv")
        tables.write_table(typed, tmp_path / "machines.csv")
        with (tmp_path / "people.csv").open(newline="", encoding="utf-8") as file:
            found = list(csv.reader(file))
        assert found[0] == ["title", "effect", "n", "'=x"]
        assert [row[0] for row in found[1:]] == [f"'{FORMULAS[0]}", f"'{FORMULAS[1]}", "Plain", ""]
        assert [row[1] for row in found[1:]] == ["-1.5", "2.0", "", "-1e-07"]
        back = spreadsheets.read_table(tmp_path / "people.csv")
        pd.testing.assert_frame_equal(back, tables.read_table(tmp_path / "machines.csv"))


@each("dtype", ["str", "string", object])
def test_each_cell_of_a_table_is_guarded(dtype):
    cells = [*FORMULAS, *HARMLESS, "Plain", "\u00e9t\u00e9", None]
    found = spreadsheets.for_people(pd.DataFrame({"title": pd.Series(cells, dtype=dtype)}))["title"]
    assert found.dtype == pd.Series(cells, dtype=dtype).dtype
    assert found.iloc[:-1].tolist() == [spreadsheets.guarded(cell) for cell in cells[:-1]]
    assert pd.isna(found.iloc[-1])


def test_a_table_without_formulas_has_the_bytes_of_a_machines_table(tmp_path):
    frame = pd.DataFrame({"title": ["A", "B, C"] * 15_000, "n": range(30_000)}).astype({"title": "string"})
    spreadsheets.write_table(frame, tmp_path / "people.csv")
    tables.write_table(frame, tmp_path / "machines.csv")
    assert (tmp_path / "people.csv").read_bytes() == (tmp_path / "machines.csv").read_bytes()


def test_a_sheet_made_of_one_of_our_files_says_what_its_source_said(tmp_path):
    rows = pd.DataFrame(
        {"record_id": ["a:1", "a:2"], "study": ["=DRIVE", "'t Hooft 2010"], "note": ["-1", "@home"]}
    )
    spreadsheets.write_table(rows, tmp_path / "studies.csv")
    assert "'=DRIVE" in (tmp_path / "studies.csv").read_text()
    read = sheets.read_sheet(tmp_path / "studies.csv", "studies")
    assert read[["record_id", "study", "note"]].equals(rows)
    book = openpyxl.Workbook()
    for row in csv.reader((tmp_path / "studies.csv").open(newline="")):
        book.active.append(row)
    book.save(tmp_path / "studies.xlsx")
    assert sheets.read_sheet(tmp_path / "studies.xlsx", "studies")["study"].tolist() == rows["study"].tolist()


def test_a_number_behind_an_apostrophe_of_a_person_is_still_no_number(tmp_path):
    (tmp_path / "AB.csv").write_text("study,outcome,group,mean\nA,pain,intervention,'-1.5\n")
    with pytest.raises(InputError, match="is not a number"):
        sheets.read_sheet(tmp_path / "AB.csv", "extraction")


def test_a_workbook_holds_texts_and_no_formulas(tmp_path):
    rows = pd.DataFrame(
        [{"record_id": "a:1", "decision": "", "reason": "", "title": FORMULAS[0], "check": "x"}]
    )
    write_workbook(rows, tmp_path / "list.xlsx", stage="title_abstract", reasons={"x": "=1+1"})
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_rows_of_a_work_list_are_those_that_xlsxwriter_writes(tmp_path, monkeypatch):
    """Letter by letter, whatever signs a title has and however many rows are written at a time."""
    texts = [
        "a & <b>",
        " lead",
        "trail\t",
        "two\nlines",
        "\x01 _x0041_ \x0b",
        "\ufffe",
        "<r>no rich text",
        "é\u2028",
        "w" * 500,
        "",
        *FORMULAS,
    ]
    frame = pd.DataFrame({"title": texts, "check": texts[::-1]})
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(tmp_path / "theirs.xlsx", options) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(frame.itertuples(index=False)):
            sheet.set_row(line, 15 * min(max(1, -(-len(row.title) // 50)), 26))
            for place, text in enumerate(row):
                if text:
                    sheet.write_string(line, place, text)
                else:
                    sheet.write_blank(line, place, None, book.add_format({"num_format": "@"}))
    with zipfile.ZipFile(tmp_path / "theirs.xlsx") as book:
        theirs = book.read("xl/worksheets/sheet1.xml").decode()
    ours = worklist_workbook._rows(frame, 1, [("A", ""), ("B", "")], [50, 12])
    assert ours == re.sub(r' s="\d+"', "", re.search("<sheetData>(.*)</sheetData>", theirs, re.DOTALL)[1])
    rows = frame.assign(decision="", reason="", note=[str(line) for line in range(len(frame))])
    for at_once in (1, 7, 100):
        monkeypatch.setattr(worklist_workbook, "AT_ONCE", at_once)
        write_workbook(rows, tmp_path / f"{at_once}.xlsx", stage="title_abstract", reasons={})
    assert (
        (tmp_path / "1.xlsx").read_bytes()
        == (tmp_path / "7.xlsx").read_bytes()
        == (tmp_path / "100.xlsx").read_bytes()
    )
    sheet = openpyxl.load_workbook(tmp_path / "7.xlsx")["Screening"]
    assert [cell.value for cell in sheet["E"][1:]] == rows["note"].tolist()
