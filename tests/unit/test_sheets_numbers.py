"""A number text means the same in every kind of sheet, and in an adjudication; what has two readings is asked about."""

import math
import re

import pytest
import xlsxwriter

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.sheets.numbers import Convention, Unreadable, brief, p_value, readings
from tests.rows import each

HEADER = ("study", "outcome", "group", "n", "mean", "sd")
REFUSED = None


@each(
    ("text", "point", "comma"),
    [
        ("12", 12, 12),
        ("1.5", 1.5, None),
        ("1,5", None, 1.5),
        ("1,200", 1200, 1.2),
        ("1.200", 1.2, 1200),
        ("0,200", None, 0.2),
        ("0.200", 0.2, None),
        ("-1,200", -1200, -1.2),
        ("\N{MINUS SIGN}3.25", -3.25, None),
        ("\N{EN DASH}3.25", -3.25, None),
        ("1,234.5", 1234.5, None),
        ("1.234,5", None, 1234.5),
        ("1,234,567", 1234567, None),
        ("1.234.567", None, 1234567),
        ("1,2345", None, 1.2345),
        ("1e-3", 1e-3, 1e-3),
        ("1.5E+3", 1500, None),
        ("12,34,567", None, None),
        ("1,200e3", None, 1200),
        ("1 200", None, None),
        ("3\N{MIDDLE DOT}4", 3.4, None),
        ("1\N{MIDDLE DOT}200", 1.2, None),
        ("3\N{MIDDLE DOT}10^3", None, None),
        ("45%", None, None),
        ("", None, None),
        ("1,,2", None, None),
    ],
)
def test_the_readings_of_a_number(text, point, comma):
    assert readings(text) == {
        mark: value for mark, value in ((".", point), (",", comma)) if value is not None
    }


@each(
    ("text", "read"),
    [
        ("0.03", "0.03"), ("0,03", "0.03"), (".03", "0.03"), ("1,000", "1"), ("1e-5", "1e-05"), ("P = 0.03", "0.03"), ("p-value 0.2", "0.2"),
        ("<0.001", "<0.001"), ("P < .001", "<0.001"), ("\N{LESS-THAN OR EQUAL TO} 0,05", "<=0.05"), ("> 0.05", ">0.05"), ("NR", ""), ("p<0\N{MIDDLE DOT}001", "<0.001"),
        ("n.s.", REFUSED), ("1.2", REFUSED), ("-0.1", REFUSED), ("5 %", REFUSED), ("<", REFUSED), ("0.01-0.05", REFUSED),
    ],
)  # fmt: skip
@each("settled", [False, True])
def test_a_p_value_is_read_with_its_bound(tmp_path, text, read, settled):
    kind = "adjudication_extraction" if settled else "extraction"
    head = ("study", "outcome", "timepoint", "arm", "column", "value", "adjudicator")
    rows = [head, ("A", "pain", "", "", "estimate_p", text, "EF")]
    if not settled:
        rows = [("study", "outcome", "group", "estimate_p"), ("A", "pain", "contrast", text)]
    path = written(tmp_path / "AB.csv", rows, ",")
    if read is REFUSED:
        with pytest.raises(InputError, match=r"AB\.csv, row 2, column (value|estimate_p): .* is no p value"):
            sheets.read_sheet(path, kind)
        with pytest.raises(Unreadable):
            p_value(text)
    else:
        assert sheets.read_sheet(path, kind)["value" if settled else "estimate_p"].tolist() == [read]


# What stands beside the cell, what parts the columns ("" in a workbook), the cell, and how it is read.
OTHER = (",", "\t", "")
SHEETS = [
    ((), OTHER, "1,200", REFUSED),
    ((), (",", ""), "1.200", 1.2),
    ((), OTHER, "1,5", 1.5),
    ((), (";",), "1,200", 1.2),
    ((), (";", "\t"), "1.200", REFUSED),
    (("2.5",), OTHER, "1,200", 1200),
    (("2.5",), OTHER, "1.200", 1.2),
    (("2.5",), OTHER, "1,5", REFUSED),
    (("2.5",), (";",), "1,200", 1200),
    (("2.5",), (";",), "1,5", 1.5),
    (("2,5",), OTHER, "1,200", 1.2),
    (("2,5",), OTHER, "1.200", 1200),
    (("2,5",), (";",), "1.200", 1200),
    (("2,5",), (";",), "1.5", 1.5),
    (("0.75", "1,5"), OTHER, "1,200", REFUSED),
    (("0.75", "1,5"), (";",), "1,200", REFUSED),
    (("1,234,567",), OTHER, "1,200", 1200),
    (("12", "NR", ""), OTHER, "1,200", REFUSED),
    (("2,5",), (*OTHER, ";"), "3\N{MIDDLE DOT}4", 3.4),
    (("2,5", "3\N{MIDDLE DOT}4"), (*OTHER, ";"), "1,200", 1.2),
]
SHEETS = [(beside, separator, *rest) for beside, separators, *rest in SHEETS for separator in separators]


@each(("beside", "separator", "text", "value"), SHEETS)
def test_the_sheet_decides_what_its_commas_and_points_are(beside, separator, text, value):
    convention = Convention.of([*beside, text], separator=separator)
    if value is REFUSED:
        with pytest.raises(Unreadable):
            convention.read(text)
    else:
        assert convention.read(text) == value


def written(path, rows, separator):
    """A sheet, as CSV or XLSX."""
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet()
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    else:
        path.write_text(
            "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8"
        )
    return path


def by_sheet(folder, text, beside, kind, separator, column="mean"):
    """The number that a sheet of this kind gives for a text: a column of numbers, an adjudication, a column of one's own."""
    suffix = "csv" if separator else "xlsx"
    if kind == "extraction":
        head = ("study", "outcome", "group", "mean" if column == "n" else "n", column)
        rows = [head, ("S", "y", "single", "", text), *(("S", "y", "single", cell, "") for cell in beside)]
        if column == "mean":
            rows = [HEADER, *(("S", "y", "single", "", cell, "") for cell in [text, *beside])]
        frame = sheets.read_sheet(written(folder / f"AB.{suffix}", rows, separator), kind)
        return frame[column][0]
    if kind == "adjudication_extraction":
        head = ("study", "outcome", "timepoint", "arm", "column", "value", "adjudicator")
        rows = [
            head,
            *(
                ("S", "y", "", str(at), "Mean" if at else column, cell, "EF")
                for at, cell in enumerate([text, *beside])
            ),
        ]
        frame = sheets.read_sheet(written(folder / f"adjudication.{suffix}", rows, separator), kind)
        return math.nan if frame["value"][0].casefold() in sheets.NOT_REPORTED else float(frame["value"][0])
    rows = [("study", "dose"), *((f"S{at}", cell) for at, cell in enumerate([text, *beside]))]
    frame = sheets.read_sheet(written(folder / f"studies-AB.{suffix}", rows, separator), kind)
    return float(frame["dose"][0])


@each("kind", ["extraction", "adjudication_extraction"])
@each(("beside", "separator", "text", "value"), SHEETS)
def test_a_number_reads_alike_in_a_sheet_and_in_an_adjudication(
    tmp_path, kind, beside, separator, text, value
):
    if value is REFUSED:
        with pytest.raises(InputError) as refusal:
            by_sheet(tmp_path, text, beside, kind, separator)
        assert "row 2, column" in str(refusal.value)
    else:
        assert by_sheet(tmp_path, text, beside, kind, separator) == value


@each(("beside", "separator", "text", "value"), SHEETS)
def test_a_number_reads_alike_in_a_study_level_column(tmp_path, beside, separator, text, value):
    if value is REFUSED:  # or kept as a word, which no analysis of numbers takes
        with pytest.raises((InputError, ValueError)):
            by_sheet(tmp_path, text, beside, "extraction_studies", separator)
        return
    assert by_sheet(tmp_path, text, beside, "extraction_studies", separator) == value


def test_a_number_with_two_readings_is_asked_about_with_both(tmp_path):
    with pytest.raises(InputError) as refusal:
        by_sheet(tmp_path, "1,200", (), "adjudication_extraction", ",")
    assert "adjudication.csv, row 2, column value: '1,200' may be 1200 or 1.2" in str(refusal.value)


@each("kind", ["extraction", "adjudication_extraction"])
@each(
    ("beside", "separator", "text", "value"),
    [
        ((), ",", "1.200", REFUSED),
        ((), "", "1.200", REFUSED),
        ((), "\t", "1.200", REFUSED),
        ((), ";", "1,200", REFUSED),
        (("2.5",), ",", "1.200", REFUSED),
        (("1,5",), ",", "1,200", REFUSED),
        (("1,5",), ";", "1.200", 1200),
        (("2.5",), "\t", "1,200", 1200),
        ((), ",", "1.5", 1.5),
        ((), ",", "120.46", 120.46),
        ((), ",", "45.4540", 45.454),
        ((), "\t", "1200", 1200),
    ],
)
@each("column", ["n", "events"])
def test_people_and_events_are_no_fraction_unasked(tmp_path, column, kind, beside, separator, text, value):
    if value is REFUSED:
        with pytest.raises(InputError, match=r"row 2, column .* may be 1200 or 1\.2"):
            by_sheet(tmp_path, text, beside, kind, separator, column)
    else:
        assert by_sheet(tmp_path, text, beside, kind, separator, column) == value


@each(
    ("cells", "said"),
    [
        (("1,5", "1.5"), "'1,5' has a decimal comma, and other numbers of the sheet a point.*Write 1.5, and a decimal point"),
        (("1,200", "1.5", "1,5"), "may be 1200 or 1.2, and the sheet has decimal commas and points"),
        (("1,234",), "may be 1234 or 1.234, and nothing else.*Write 1234 or 1.2340"),
        (("50%",), "'50%' is not a number.*Write 50 where the column is in per cent"),
        (("50,5%", "1,5"), "Write 50.5 where"),
        *(((cell,), rf"'{re.escape(cell)}' is not a number A cell holds one number: write each into the column that it belongs to")
          for cell in ("5 of 10", "12 (34%)", "3.4 \u00b1 1.2", "5.6 (SD 2.1)", "1.2-3.4", "1,2 \u2013 3,4", "12/34", "3\u00b74 (1\u00b72)")),
        *(((cell,), "Write 1200, without marks between thousands") for cell in ("1 200", "1\u202f200", "1'200", "1\u2019200")),
        (("1 200.5",), "Write 1200.5, without"), (("1 200,5", "2,5"), "Write 1200,5, without"),
        *(((cell,), "A bound is no number") for cell in ("<0.001", "> 5", "\u2265 5")),
        *(((cell,), "Write the number without a mark, and say in note that it is approximate") for cell in ("~5", "\u2248 5.5")),
        *(((cell,), "Leave the cell empty, or write NR") for cell in ("-", "\u2014", "?", "n.d.", "keine Angabe", "NaN")),
        *(((cell,), "may have made a day of it") for cell in ("2003-04-01", "01.04.2003", "03-Apr", "Apr-03", "03:45:00")),
        *(((cell,), "Write a plain number such as 1234.5, or leave the cell empty; remarks stand in note")
          for cell in ("3.4*", "20 mm", "3\u00b2", "3 x 10^3", "3..4")),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_how_to_write_it(cells, said):
    with pytest.raises(Unreadable) as refusal:
        Convention.of(cells).read(cells[0])
    assert re.search(said, f"{refusal.value.problem} {refusal.value.todo}")


def test_a_cell_that_holds_a_number_is_that_number_whatever_the_texts_beside_it_say(tmp_path):
    rows = [HEADER, ("S", "y", "single", 1234.5, 1.234, "2,5"), ("S", "z", "single", 10, "1,200", 1)]
    frame = sheets.read_sheet(written(tmp_path / "AB.xlsx", rows, ""), "extraction")
    assert frame[["n", "mean", "sd"]].values.tolist() == [[1234.5, 1.234, 2.5], [10, 1.2, 1]]


@each(
    ("column", "value", "read"),
    [
        ("sd", "-1", "row 2, column value: -1 is below 0"),
        ("r", "1.5", "row 2, column value: 1.5 is above 1"),
        ("group", "treated", "row 2, column value: 'treated' is not allowed"),
        ("Group", "Intervention", "intervention"),
        ("mean", "n.a.", "'n.a.' is not a number"),
        ("mean", "Not reported", "Not reported"),
        ("n", "1200", "1200"),
        ("unit", "1,200", "1,200"),
        ("row", "keep", "keep"),
    ],
)
def test_an_adjudicated_cell_is_read_as_the_cell_that_it_settles(tmp_path, column, value, read):
    path = tmp_path / "adjudication.csv"
    path.write_text(
        f'study,outcome,timepoint,arm,column,value,adjudicator\nS,y,,drug,{column},"{value}",EF\n'
    )
    if " " in read and read != value:
        with pytest.raises(InputError) as refusal:
            sheets.read_sheet(path, "adjudication_extraction")
        assert read in str(refusal.value)
    else:
        assert sheets.read_sheet(path, "adjudication_extraction")["value"][0] == read


def test_a_study_level_column_named_like_a_number_of_an_arm_is_settled_as_text(tmp_path):
    path = tmp_path / "adjudication.csv"
    path.write_text("study,outcome,timepoint,arm,column,value,adjudicator\nS,,,,mean,high,EF\n")
    assert sheets.read_sheet(path, "adjudication_extraction")["value"][0] == "high"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("0.33799999999999997", "0.338"),
        ("-1.8396049049464642", "-1.8396"),
        ("12345.678912345678", "12345.7"),
        ("0.123456", "0.123456"),
        ("12345678901234", "12345678901234"),
        ("1,200.5", "1,200.5"),
        ("<0.0010000000000001", "<0.0010000000000001"),
        ("", ""),
    ],
)
def test_a_number_that_was_computed_is_printed_with_six_digits(written, printed):
    assert brief(written) == printed
