"""People's sheets: what spreadsheet programs do to them is read right, or refused with file, row and column."""

import re
from pathlib import Path

import openpyxl
import pytest

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.extraction.check import check
from tests.rows import each

HEADER = "study,outcome,timepoint,arm,group,n,events,mean,sd,note"
ROW = "A,pain,12 months,drug,intervention,10,3,1.5,0.5,as printed"


def read(folder: Path, content: bytes, kind: str = "extraction"):
    path = folder / "AB.csv"
    path.write_bytes(content)
    return sheets.read_sheet(path, kind)


@each(
    "content",
    [
        f"{HEADER}\n{ROW}\n".encode(),
        f"{HEADER}\r\n{ROW}\r\n".encode("utf-8-sig"),
        f"{HEADER}\r{ROW}\r".encode(),
        f"{HEADER}\n{ROW}\n,,,,,,,,,\n\n".encode(),
        f"{HEADER}\n{ROW}\n".encode("utf-16"),
        f"{HEADER}\n{ROW}\n".encode("utf-16-le"),
        f"{HEADER}\n{ROW}\n".encode("utf-16-be"),
        f"{HEADER}\n{ROW}\n".encode("utf-32"),
        f"{HEADER}\n{ROW}\n".replace(",", "\t").encode("cp1252"),
        f"{HEADER}\n{ROW}\n".replace(",", ";").replace("1.5", "1,5").replace("0.5", "0,5").encode("cp1252"),
        f"sep=;\r\n{HEADER}\r\n{ROW}\r\n".replace(",", ";").encode(),
        f"SEP=\t\n{HEADER}\n{ROW}\n".replace(",", "\t").encode("utf-16"),
        f"{HEADER.upper()}\n{ROW}\n".encode(),
        f"{HEADER}\n{ROW.replace('intervention', ' Intervention ')}\n".encode(),
        f"{HEADER}\n{ROW.replace('1.5', chr(0xA0) + '1.5')}\n".encode(),
    ],
    ids=[
        "plain",
        "bom-crlf",
        "mac",
        "blank-rows",
        "utf-16",
        "utf-16-no-bom",
        "utf-16-be-no-bom",
        "utf-32",
        "tabs",
        "semicolons",
        "semicolons that are told",
        "tabs that are told",
        "capitals",
        "blanks",
        "nbsp",
    ],
)
def test_a_sheet_reads_the_same_whatever_program_saved_it(tmp_path, content):
    frame = read(tmp_path, content)
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["study"], row["group"], row["n"], row["events"], row["mean"], row["sd"]) == (
        "A",
        "intervention",
        10,
        3,
        1.5,
        0.5,
    )
    assert row["note"] == "as printed"
    assert row["_row"] == 2


def test_a_workbook_reads_like_its_csv(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    book.active.append(["A", "pain", "12 months", "drug", "intervention", 10, 3, 1.5, 0.5, "as printed"])
    book.save(tmp_path / "AB.xlsx")
    from_csv = read(tmp_path, f"{HEADER}\n{ROW}\n".encode()).drop(columns="_file")
    from_xlsx = sheets.read_sheet(tmp_path / "AB.xlsx", "extraction").drop(columns="_file")
    assert from_xlsx.equals(from_csv)


def workbook(path: Path, *edits) -> Path:
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    for study in "ABC":
        book.active.append([study, "pain", "12 months", "drug", "intervention", 10, 3, 1.5, 0.5, ""])
    for edit in edits:
        edit(book)
    book.save(path)
    return path


def test_another_worksheet_in_front_does_not_matter(tmp_path):
    def notes(book):
        book.create_sheet("Notes", 0)["A1"] = "What I thought about"

    frame = sheets.read_sheet(workbook(tmp_path / "AB.xlsx", notes), "extraction")
    assert frame["study"].tolist() == ["A", "B", "C"]


def test_a_table_below_its_title_is_found_beside_other_worksheets(tmp_path):
    def numbers(book):  # as Apple's program writes workbooks
        book.create_sheet("Export Summary", 0)["A1"] = "This document was exported from Numbers."
        book.worksheets[1].insert_rows(1)
        book.worksheets[1]["A1"] = "Table 1"

    path = workbook(tmp_path / "AB.xlsx", numbers)
    with pytest.raises(InputError, match="row 1: the names of the columns stand in row 2 only"):
        sheets.read_sheet(path, "extraction")


def test_two_worksheets_with_the_same_columns_are_refused(tmp_path):
    path = workbook(tmp_path / "AB.xlsx", lambda book: book.copy_worksheet(book.active))
    with pytest.raises(InputError, match="the worksheets Sheet and Sheet Copy have the same columns"):
        sheets.read_sheet(path, "extraction")


def test_a_worksheet_that_lacks_one_column_of_the_table_is_not_passed_over(tmp_path):
    def further(*head):
        def add(book):
            book.create_sheet("Deaths").append(head)

        return add

    path = workbook(tmp_path / "AB.xlsx", further("Study", "outcome", "Arm", "events"))
    with pytest.raises(InputError, match="the worksheet Deaths is like Sheet but for the column group, and would not be read"):  # fmt: skip
        sheets.read_sheet(path, "extraction")
    assert len(sheets.read_sheet(workbook(path, further("study", "design", "funding")), "extraction")) == 3


def test_cells_that_only_look_empty_are_refused(tmp_path):
    path = workbook(tmp_path / "AB.xlsx", lambda book: book.active.merge_cells("J2:J4"))
    with pytest.raises(InputError, match=r"row 2: the cells J2:J4 are merged"):
        sheets.read_sheet(path, "extraction")

    def formula(book):
        book.active["G3"] = "=G2+1"

    with pytest.raises(InputError, match="row 3: G3 is a formula without a value"):
        sheets.read_sheet(workbook(tmp_path / "AB.xlsx", formula), "extraction")


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (3, f'{HEADER}\n{ROW}\n"{ROW}\n{ROW}\n'),
        (2, f'{HEADER}\n{ROW[:-10]}"as printed\n{ROW}\n{ROW[:-10]}"as printed"\n'),
    ],
    ids=["to the end", "to the next one"],
)
def test_a_quotation_mark_that_nobody_closed_swallows_no_rows(tmp_path, row, text):
    with pytest.raises(InputError, match=f"row {row}: not a readable CSV file"):
        read(tmp_path, text.encode())


def test_a_file_that_ends_within_a_row_is_refused_and_one_of_rows_without_their_empty_cells_is_not(tmp_path):
    """The last cell of what was cut may be half a number."""
    whole = f"{HEADER}\n{ROW}\n{ROW}\n"
    cut = whole[: whole.rindex("0.5") + 1]
    with pytest.raises(
        InputError, match=r"row 3: the file ends within its last row, of which \d+ of \d+ cells"
    ):
        read(tmp_path, cut.encode())
    assert len(read(tmp_path, f"{cut}\n".encode())) == 2, "somebody ended the line"
    short = ROW.rstrip(",").rsplit(",", 1)[0]
    assert len(read(tmp_path, f"{HEADER}\n{short}\n{short}".encode())) == 2, "all rows leave cells off"
    assert len(read(tmp_path, f"{HEADER}\n{short}".encode())) == 1


@each(
    ("content", "where", "what"),
    [
        (f"{HEADER}\n{ROW.replace(',10,', ',ten,')}\n", "row 2, column n", "'ten' is not a number"),
        (f"{HEADER}\n{ROW.replace('0.5', '-0.5')}\n", "row 2, column sd", "below 0"),
        (f"{HEADER}\n\n{ROW.replace('intervention', 'treated')}\n", "row 3, column group", "not allowed"),
        (f"{HEADER.replace('events', 'evnts')}\n{ROW}\n", "row 1, column evnts", "close to events"),
        (f"{HEADER.replace('mean', 'maen')}\n{ROW}\n", "row 1, column maen", "close to mean"),
        (f"{HEADER.replace(',sd,', ',S.D.,')}\n{ROW}\n", "row 1, column S.D.", "close to sd"),
        (f"{HEADER.replace('study', 'trial')}\n{ROW}\n", "row 1, column study", "is missing"),
        (f"{HEADER.replace('study', 'trial').replace('outcome', 'endpoint')}\n{ROW}\n", "row 1, column study, outcome", "the columns study, outcome are missing"),
        ("study,outcome,n_1,mean_1,n_2,mean_2\nA,pain,9,1,9,2\n", "row 1, column group", "Needed are study, outcome, group, in one row per study, outcome, time point and arm."),
        ("study,outcome,group,mean1,sd1,mean2,sd2\n", "row 1, column mean1, mean2", "all close to mean. The sheet has one row per study, outcome, time point and arm: write mean once"),
        (f"{HEADER.replace('note', 'sd')}\n{ROW}\n", "row 1, column sd", "twice"),
        (f"{HEADER}\n{ROW},more\n", "row 2", "without a name"),
        (f"{HEADER}\n{ROW.replace('A,', ',', 1)}\n", "row 2, column study", "empty"),
        (f'{HEADER}\n{ROW.replace("1.5", chr(34) + "1,5" + chr(34))}\n', "row 2, column mean", "decimal comma, and other numbers of the sheet a point"),
        ("", "", "the file is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path, content, where, what):
    with pytest.raises(InputError) as refusal:
        read(tmp_path, content.encode())
    assert f"AB.csv, {where}" in str(refusal.value) if where else "AB.csv" in str(refusal.value)
    assert what in str(refusal.value)


def test_an_id_that_became_a_number_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"row 2, column record_id: '1.8E\+07' is an id"):
        read(tmp_path, b"record_id,decision\n1.8E+07,include\n", "screening")


@pytest.mark.parametrize(("kind", "column", "head"), [
    ("queries", "on", "query,answer,on\nsign-1,as printed,"), ("screening", "decided_on", "record_id,decision,decided_on\npubmed:1,include,"),
    ("adjudication_screening", "decided_on", "record_id,decision,adjudicator,decided_on\npubmed:1,include,EF,"),
])  # fmt: skip
def test_a_day_is_a_day_of_the_calendar(tmp_path, kind, column, head):
    for day in ("2026-05-02", ""):
        assert read(tmp_path, f"{head}{day}\n".encode(), kind)[column].tolist() == [day]
    for day in ("13/13/2026", "30.02.2026", "2026-02-30", "20260502", "yesterday", "2026-5-32"):
        with pytest.raises(InputError) as refusal:
            read(tmp_path, f"{head}{day}\n".encode(), kind)
        assert str(refusal.value).endswith(
            f"AB.csv, row 2, column {column}: '{day}' is no day of the calendar. Write a date as YYYY-MM-DD."
        )


@each(
    ("kind", "text", "split"),
    [
        ("extraction", "study,outcome,group,n,mean,sd,se,ci_low,ci_high\nA,p,single,20,3,1,1,2,,\n", "3 and 1 may be the number 3,1"),
        ("extraction", "study,outcome,group,n,mean,sd,se\nA,p,single,20,-3,1,,,\n", "-3 and 1 may be the number -3,1"),
        ("extraction_studies", "study,dose,weeks,note\nA,0,5,12,\n", "0 and 5 may be the number 0,5"),
        ("extraction_studies", "study,dose,note\nA,0,5,,\n", "0 and 5 may be the number 0,5"),
        # A separator too many at the end, of rows that hold no such pair.
        ("extraction", "study,outcome,group,n,mean,sd\nA,p,single,20,3.1,1,\n", ""),
        ("extraction", "study,outcome,group,n,events\nA,p,single,20,3,\n", ""),
        ("extraction", "study;outcome;group;n;mean;sd\nA;p;single;20;3;1;\n", ""),
        ("extraction_studies", "study,dose,note\nA,low,5,\n", ""),
        ("screening", "record_id,decision,year,pmid\npubmed:1,include,2001,5,\n", ""),
        # ... and of other rows that hold none.
        ("extraction", "study,outcome,group,n,mean,sd\nA,p,single,20,3,1,\nB,p,single,20,3.2,1,\n", ""),
        ("extraction_studies", "study,dose,weeks,note\nA,10,12,,\nB,low,8,,\n", ""),
        ("extraction_studies", "study,dose,weeks,note\nA,10,12,,\nB,low,8,\n", "10 and 12 may be the number 10,12"),
    ],
)  # fmt: skip
def test_a_comma_without_quotes_parts_no_number(tmp_path, kind, text, split):
    if split:
        with pytest.raises(
            InputError,
            match=rf"row 2: .*{split}\. Put a number with a decimal comma in quotes",
        ):
            read(tmp_path, text.encode(), kind)
    else:
        assert len(read(tmp_path, text.encode(), kind)) == text.count("\n") - 1


@each(
    ("text", "said"),
    [
        (f"My extraction\n{HEADER}\n{ROW}\n", r"row 1: the names of the columns stand in row 2 only. Take out what stands above row 2\.$"),
        (f"By,AB\n,,Pain\n\n{HEADER}\n{ROW}\n", "row 1: the names of the columns stand in row 4 only"),
        (f"{HEADER}\n{ROW}\n{HEADER.upper()}\n{ROW.replace('A', 'B')}\n", r"row 3: the row says the names of the columns again. Take it out\.$"),
        (f"{HEADER}\n{ROW}\nNotes: as agreed\n", "row 3, column outcome: the cell is empty. Fill it; a remark stands in a column of its own"),
        (f"{HEADER}\n{ROW}\nB,,,drug,control,1,1,1,1,\n", r"row 3, column outcome: the cell is empty. Fill it\.$"),
        (f"{HEADER.replace('study', 'trial')}\n{ROW}\n", "the column study is missing; found are trial, outcome"),
    ],
)  # fmt: skip
def test_what_stands_above_below_and_within_a_table_is_told(tmp_path, text, said):
    with pytest.raises(InputError, match=re.compile(said, re.MULTILINE)):
        read(tmp_path, text.encode())


def test_all_faults_of_a_sheet_are_told_at_once(tmp_path):
    with pytest.raises(InputError) as refusal:
        read(tmp_path, f"{HEADER}\n{ROW.replace(',10,', ',x,')}\n{ROW.replace('0.5', 'y')}\n".encode())
    assert len(str(refusal.value).splitlines()) == 2


def test_unknown_columns_are_carried_along(tmp_path):
    frame = read(tmp_path, f"{HEADER},followup_weeks\n{ROW},52\n".encode())
    assert frame.loc[0, "followup_weeks"] == "52"


@each("name", ["derived", "Derived", " IMPUTED ", "imputed"])
def test_what_was_derived_is_found_whatever_the_letter_case_of_its_column(tmp_path, name):
    frame = read(tmp_path, f"{HEADER},{name}\n{ROW},sd: from SE\n".encode())
    assert frame.loc[0, name.strip().casefold()] == "sd: from SE"


@each(("unit", "read_"), [("NR", ""), ("n/a", ""), ("Not reported", ""), ("mm", "mm"), ("", "")])
def test_a_unit_that_is_not_reported_is_none(tmp_path, unit, read_):
    text = f"study,outcome,arm,group,n,unit\nA,pain,x,control,5,{unit}\nA,pain,y,intervention,5,mm\n"
    assert read(tmp_path, text.encode())["unit"].tolist() == [read_, "mm"]
    check(read(tmp_path, text.encode()))
    as_written = sheets.read_sheet(tmp_path / "AB.csv", "extraction", as_written=True)
    assert as_written["unit"].tolist() == [unit, "mm"]


def test_a_binary_file_is_named_as_such(tmp_path):
    with pytest.raises(InputError, match="binary file"):
        read(tmp_path, b"PK\x03\x04\x14\x00\x00\x00" + bytes(range(256)) * 4)


@each(
    ("kind", "text", "column", "read"),
    [
        ("screening", "record_id,decision\npubmed:1,Not retrieved\n", "decision", "not_retrieved"),
        ("screening", "record_id,decision\npubmed:1,awaiting classification\n", "decision", "awaiting"),
        ("screening", "record_id,decision\npubmed:1,Ongoing Study\n", "decision", "ongoing"),
        ("deduplication", "record_a,record_b,same\na:1,a:2,TRUE\n", "same", "yes"),
        ("deduplication", "record_a,record_b,same\na:1,a:2,No\n", "same", "no"),
        ("excluded_before_screening", "record_id,kind\na:1,Other reasons\n", "kind", "other"),
        ("extraction", "study,outcome,group\nA,x,Contrast\n", "group", "contrast"),
    ],
)
def test_a_choice_is_read_by_its_label(tmp_path, kind, text, column, read):
    (tmp_path / "AB.csv").write_text(text)
    assert sheets.read_sheet(tmp_path / "AB.csv", kind)[column].tolist() == [read]


@pytest.mark.parametrize("name", ["_file", "_row"])
def test_the_place_of_a_row_is_no_column_of_a_person(tmp_path, name):
    with pytest.raises(InputError, match=f"row 1, column {name}: a column cannot be called {name}"):
        read(tmp_path, f"study,{name}\nA,x\n".encode(), "extraction_studies")


def test_two_columns_of_one_name_are_refused_however_they_are_spelt(tmp_path):
    with pytest.raises(InputError, match="the column Study Design is there twice"):
        read(tmp_path, b"study,study_design,Study Design\nA,x,y\n", "extraction_studies")


def test_a_line_in_another_encoding_spoils_no_other(tmp_path):
    rows = f"{HEADER}\n{ROW.replace('A,', 'Müller,', 1)}\n{ROW.replace('A,', 'Łoś,', 1)}\n".encode()
    frame = read(tmp_path, rows + ROW.replace("A,", "Café,", 1).encode("cp1252"))
    assert frame["study"].tolist() == ["Müller", "Łoś", "Café"]


def test_a_column_of_ones_own_that_holds_a_word_of_the_schema_is_ones_own(tmp_path):
    rows = read(tmp_path, f"{HEADER},subscale\n{ROW},physical function\n".encode())
    assert rows["subscale"].tolist() == ["physical function"]


@each(
    ("shown", "read"),
    [("0%", "45%"), ("0.00 %", "45%"), ('0"%"', 0.45), (r"0\%", 0.45), ("General", 0.45)],
)
def test_a_cell_in_per_cent_is_what_a_person_sees(shown, read, tmp_path):
    """0.45 shown as 45% is neither 0.45 nor silently a hundredth of what its author meant."""
    book = openpyxl.Workbook()
    book.active.append(["study", "outcome", "group", "n", "percent"])
    book.active.append(["A", "pain", "control", 80, 0.45])
    book.active["E2"].number_format = shown
    book.save(tmp_path / "AB.xlsx")
    if read == 0.45:
        assert sheets.read_sheet(tmp_path / "AB.xlsx", "extraction")["percent"].tolist() == [read]
    else:
        with pytest.raises(InputError, match=r"row 2, column percent: '45%' is not a number"):
            sheets.read_sheet(tmp_path / "AB.xlsx", "extraction")


def test_numbers_as_written_are_the_texts_of_the_sheet(tmp_path):
    """What a list to fill in shows of the own sheet: `2.180` stays, what other programs write otherwise is a plain number."""
    for text, said in (
        ("A,pain,control,-2.0,2.180,NR", ["-2.0", "2.180", ""]),
        ("A;pain;control;-2,0;2,18;9", ["-2", "2.18", "9"]),
    ):
        head = "study,outcome,group,mean,sd,n".replace(",", ";" if ";" in text else ",")
        (tmp_path / "AB.csv").write_text(f"{head}\n{text}\n")
        read = sheets.read_sheet(tmp_path / "AB.csv", "extraction", as_written=True)
        assert read[["mean", "sd", "n"]].to_numpy().tolist() == [said]


@each(
    ("cells", "found"),
    [
        (("2,5", "7,5", "10"), ["2.5", "7.5", "10"]),
        (("2,5 mg", "5-10", "NR"), ["2,5 mg", "5-10", "NR"]),
        (("1.200", "2.400", "3.000"), "'1.200' may be 1200 or 1.2"),
        (("05-Oct", "5-10", ""), "05-Oct is a day of the calendar"),
        (("2026-10-05", "5-10", ""), "2026-10-05 is a day of the calendar"),
        (("#DIV/0!", "5", "6"), "#DIV/0! is an error"),
        (("2026-10-05", "2026-10-06", ""), ["2026-10-05", "2026-10-06", ""]),
    ],
)
def test_a_column_of_a_persons_own_that_holds_values_is_read_as_one_of_studies_is(tmp_path, cells, found):
    rows = [f"A;p;single;{at};{cell}" for at, cell in enumerate(cells, start=20)]
    path = tmp_path / "AB.csv"
    path.write_text("\n".join(("study;outcome;group;n;Dose", *rows)), encoding="utf-8")
    assert sheets.read_sheet(path, "extraction")["Dose"].tolist() == list(cells), "a remark stays as it is"
    if isinstance(found, list):
        assert sheets.read_sheet(path, "extraction", values=["dose"])["Dose"].tolist() == found
    else:
        with pytest.raises(InputError, match=re.escape(found)):
            sheets.read_sheet(path, "extraction", values=["dose"])


@each(
    ("mean", "cells", "found"),
    [
        ("5.1", ("2,500", "10"), ["2500", "10"]),
        ("5,1", ("2,500", "10"), ["2.5", "10"]),
        ("5.1", ("2,5", "10"), ["2.5", "10"]),  # it says so itself
        ("5", ("2,500", "10"), "nothing else in the sheet says which"),
    ],
)
def test_the_numbers_of_a_sheet_say_the_decimal_mark_of_such_a_column(tmp_path, mean, cells, found):
    rows = [f'A;p;single;{at};"{mean}";{cell}' for at, cell in enumerate(cells, start=20)]
    path = tmp_path / "AB.csv"
    path.write_text(
        "\n".join(("study;outcome;group;n;mean;Dose", *rows)).replace(";", "\t"), encoding="utf-8"
    )
    if isinstance(found, list):
        assert sheets.read_sheet(path, "extraction", values=["dose"])["Dose"].tolist() == found
    else:
        with pytest.raises(InputError, match=found):
            sheets.read_sheet(path, "extraction", values=["dose"])
