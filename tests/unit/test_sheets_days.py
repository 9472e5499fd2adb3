"""Days as spreadsheet programs of several countries write them."""

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
