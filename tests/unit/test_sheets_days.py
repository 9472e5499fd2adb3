"""Days as spreadsheet programs of several countries write them."""

import datetime
import re

import openpyxl
import pytest

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.sheets import days
from tests.rows import each


@each(
    ("cells", "read"),
    [
        (["2026-11-28", ""], ["2026-11-28", ""]),
        (["28.11.2026", "5.6.2026", "5. 6. 2026"], ["2026-11-28", "2026-06-05", "2026-06-05"]),
        (["2026/6/5", "2026.06.05."], ["2026-06-05", "2026-06-05"]),
        (["11/28/2026", "5/6/2026"], ["2026-11-28", "2026-05-06"]),
        (["28/11/2026", "5/6/2026", "05-06-2026"], ["2026-11-28", "2026-06-05", "2026-06-05"]),
        (["5/5/2026"], ["2026-05-05"]),
        # Two orders in one column, or nothing that says which: the author is asked.
        (["5/6/2026", "7/6/2026"], ["5/6/2026", "7/6/2026"]),
        (["11/28/2026", "28/11/2026", "5/6/2026"], ["2026-11-28", "2026-11-28", "5/6/2026"]),
        # A point says nothing of what a stroke means.
        (["28.11.2026", "5/6/2026"], ["2026-11-28", "5/6/2026"]),
        (["31.2.2026", "45989", "11/28/26", "28 Nov 2026", "5/6.2026"], ["31.2.2026", "45989", "11/28/26", "28 Nov 2026", "5/6.2026"]),
    ],
)  # fmt: skip
def test_a_column_says_which_number_is_the_month(cells, read):
    assert days.in_column(cells) == read


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("5/6/2026", "'5/6/2026' may be 2026-05-06 or 2026-06-05, and nothing else in the column says which. Write a date"),
        ("45989", "'45989' is no day of the calendar. Write a date as YYYY-MM-DD."),
        ("28.11.2026", ""),
    ],
)  # fmt: skip
def test_a_sheet_that_excel_has_saved_is_read_or_its_author_asked(tmp_path, cell, said):
    path = tmp_path / "AB.csv"
    path.write_text(f"record_id;decision;decided_on\r\npubmed:1;include;{cell}\r\n", encoding="utf-8-sig")
    if said:
        with pytest.raises(InputError) as refused:
            sheets.read_sheet(path, "screening")
        assert said in str(refused.value)
    else:
        assert sheets.read_sheet(path, "screening")["decided_on"].tolist() == ["2026-11-28"]


@each(
    ("label", "day"),
    [
        ("06-Dec", True), ("6-DEC", True), ("06. Dez", True), ("06-déc.", True), ("12/jun", True), ("3-sept.", True),
        ("6-12", False), ("6-12 weeks", False), ("3-set", False), ("Dec-06", False), ("6 dec", False), ("2020-12-06", False),
    ],
)  # fmt: skip
def test_a_time_point_that_a_program_made_a_day_is_refused(tmp_path, label, day):
    path = tmp_path / "AB.csv"
    path.write_text(f"study,outcome,timepoint,group,n\n09-May,pain,{label},control,9\n")
    if day:
        with pytest.raises(
            InputError,
            match=f"row 2, column timepoint: the label {label} is a day or time of the calendar. Write it as text",
        ):
            sheets.read_sheet(path, "extraction")
    else:
        assert sheets.read_sheet(path, "extraction")["timepoint"].tolist() == [label]


@each(
    ("cells", "said"),
    [
        (["02-Mar", "5-10"], "row 2, column dose: 02-Mar is a day of the calendar, which spreadsheet programs make of ranges such as 2-3"),
        (["5-10", "2. M\u00e4rz", "03-Feb"], "row 4, column dose: 03-Feb is a day"),
        (["5\u201310", "Oct-40"], "row 3, column dose: Oct-40 is a day"),
        (["7", "Dez 18"], "row 3, column dose: Dez 18 is a day"),
        (["#DIV/0!", "low"], "row 2, column dose: #DIV/0! is an error of a spreadsheet program. Write the value, or leave the cell empty."),
        (["#BEZUG!", ""], "row 2, column dose: #BEZUG! is an error"),
        (["12", "#\u00a1VALOR!"], "row 3, column dose: #\u00a1VALOR! is an error"),
        (["########", "12"], "row 2, column dose: ######## is an error"),
        (["12", "Err:502"], "row 3, column dose: Err:502 is an error"),
        # A column of days, months or years is one.
        (["2003-03-02", "2004-01-01"], ""),
        (["Oct-19", "2018-2020"], ""),
        (["Oct-19", "2019"], ""),
        (["Mar-03", "May 2003"], ""),
        (["#1", "# of visits"], ""),
        (["5-10", "2-3 mg", "NR"], ""),
    ],
)  # fmt: skip
def test_a_value_of_a_study_that_a_program_made_its_own_is_refused(tmp_path, cells, said):
    path = tmp_path / "studies-AB.csv"
    rows = "".join(f"S{at},{cell}\n" for at, cell in enumerate(cells))
    path.write_text(f"study,dose\n{rows}", encoding="utf-8")
    if said:
        with pytest.raises(InputError, match=re.escape(said)):
            sheets.read_sheet(path, "extraction_studies")
    else:
        assert sheets.read_sheet(path, "extraction_studies")["dose"].tolist() == cells


@each(("beside", "refused"), [("5-10", True), (7, True), ("spring", False), (datetime.date(2004, 1, 1), False), (2004, False)])  # fmt: skip
def test_a_day_among_amounts_is_no_amount(tmp_path, beside, refused):
    book = openpyxl.Workbook()
    for row in (["study", "dose"], ["S1", datetime.date(2003, 3, 2)], ["S2", beside]):
        book.active.append(row)
    book.save(tmp_path / "studies-AB.xlsx")
    if refused:
        with pytest.raises(InputError, match="row 2, column dose: 2003-03-02 is a day of the calendar"):
            sheets.read_sheet(tmp_path / "studies-AB.xlsx", "extraction_studies")
    else:
        assert (
            sheets.read_sheet(tmp_path / "studies-AB.xlsx", "extraction_studies")["dose"][0] == "2003-03-02"
        )
