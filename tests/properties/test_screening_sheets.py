"""Work lists that went through spreadsheet programs: read right, or refused with file, row and column."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen import sheets, tables
from evergreen.errors import InputError
from evergreen.screening.ballots import ballots
from evergreen.screening.rowcheck import check_against_works
from evergreen.screening.worklist_workbook import write_workbook
from evergreen.screening.worklists import conflict_list, work_list
from evergreen.spreadsheets import for_people

REASONS = {"wrong_population": "Wrong population", "not_randomised": "Not randomised"}
# Accessions that a spreadsheet program would destroy if they stood alone in a cell.
ACCESSIONS = [
    "00123",
    "1E5",
    "12E10",
    "1/2",
    "3.10",
    "12345678901234567890",
    "=1+1",
    "+1",
    "1:30",
    "MAR1",
    "-5",
    "18438830",
]
TITLES = [
    "Étude randomisée du dénosumab",
    "β-blockers – “quoted”; 5 µg",
    "=SUM(A1) as a title",
    "Zażółć gęślą jaźń",
]


@pytest.fixture
def rows() -> pd.DataFrame:
    ids = [f"lib:{accession}" for accession in ACCESSIONS]
    works = pd.DataFrame(
        {"work_id": ids, "round": "2020-12-31", "title": [f"{TITLES[n % 4]} {n}" for n in range(len(ids))],
         "authors": "Müller A; Łoś B", "year": 2019, "journal": "J", "abstract": "x" * 40_000, "doi": "", "pmid": "", "url": ""}
    )  # fmt: skip
    awaiting = pd.DataFrame({"work_id": ids, "round": "2020-12-31", "reviewer": "AB", "pilot": False})
    return work_list(works, awaiting, "AB")


def filled(rows: pd.DataFrame) -> pd.DataFrame:
    decisions = ["include", "exclude", "unsure"]
    return rows.assign(
        decision=[decisions[n % 3] for n in range(len(rows))],
        reason=["not_randomised" if n % 3 == 1 else "" for n in range(len(rows))],
        note=["geprüft; „ja“" if n == 0 else "" for n in range(len(rows))],
    )


def read(path: Path) -> pd.DataFrame:
    return ballots(sheets.read_sheet(path, "screening"), stage="title_abstract", reasons=list(REASONS))


def as_workbook(rows: pd.DataFrame, path: Path) -> Path:
    """The list as a person's spreadsheet program saves it after the decisions were typed in."""
    write_workbook(
        rows.assign(decision="", reason="", note=""), path, stage="title_abstract", reasons=REASONS
    )
    book = openpyxl.load_workbook(path)
    for line, row in enumerate(rows.itertuples(), start=2):
        for column in ("decision", "reason", "note"):
            book["Screening"].cell(line, list(rows).index(column) + 1).value = getattr(row, column) or None
    book.save(path)
    return path


def as_csv(
    rows: pd.DataFrame, path: Path, *, encoding: str = "utf-8", separator: str = ",", end: str = "\r\n"
) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(rows.columns)
    writer.writerows(for_people(rows).itertuples(index=False))
    path.write_bytes(text.getvalue().encode(encoding, errors="replace"))
    return path


def expected(rows: pd.DataFrame) -> list[list[str]]:
    return rows[["record_id", "decision", "reason"]].to_numpy().tolist()


ROUTES = {
    "utf-8": {}, "bom": {"encoding": "utf-8-sig"}, "semicolon": {"separator": ";", "encoding": "utf-8-sig"},
    "tab": {"separator": "\t"}, "utf-16": {"encoding": "utf-16", "separator": "\t"}, "cp1252": {"encoding": "cp1252", "separator": ";"},
    "unix ends": {"end": "\n"},
}  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_every_encoding_brings_every_decision_back(rows, tmp_path, route):
    done = filled(rows)
    back = read(as_csv(done, tmp_path / "AB.csv", **ROUTES[route]))
    assert back[["record_id", "decision", "reason"]].to_numpy().tolist() == expected(done)
    assert back["record_id"].tolist() == [f"lib:{accession}" for accession in ACCESSIONS]


def test_the_workbook_brings_every_decision_back(rows, tmp_path):
    done = filled(rows)
    back = read(as_workbook(done, tmp_path / "AB.xlsx"))
    assert back[["record_id", "decision", "reason"]].to_numpy().tolist() == expected(done)
    assert back["note"].iloc[0] == "geprüft; „ja“"


def test_the_workbook_guides_and_guards(rows, tmp_path):
    path = tmp_path / "AB.xlsx"
    write_workbook(rows, path, stage="full_text", reasons=REASONS)
    first = path.read_bytes()
    write_workbook(rows, path, stage="full_text", reasons=REASONS)
    assert path.read_bytes() == first
    sheet = openpyxl.load_workbook(path)["Screening"]
    names = [cell.value for cell in sheet[1]]
    cells = dict(zip(names, sheet[2], strict=True))
    assert sheet.protection.sheet
    assert not cells["decision"].protection.locked
    assert cells["title"].protection.locked
    assert sheet.freeze_panes == "D2"
    assert cells["abstract"].alignment.wrap_text
    assert len(cells["abstract"].value) <= 32_767
    assert sheet.column_dimensions[cells["check"].column_letter].hidden
    choices = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert '"include,unsure,exclude,not_retrieved,awaiting,ongoing"' in choices.values()
    assert "Reasons!$A$2:$A$3" in choices.values()


def edited_id(rows):
    rows.loc[3, "record_id"] = "lib:999"


def copied_id(rows):
    rows.loc[3, "record_id"] = rows.loc[4, "record_id"]


def retitled(rows):
    rows.loc[3, "title"] = "Another title"


def misspelt_decision(rows):
    rows.loc[3, "decision"] = "inclde"


def hyphen_in_a_code(rows):
    rows.loc[4, "reason"] = "not\u2011randomised"


def unknown_reason(rows):
    rows.loc[4, "reason"] = "too old"


def reason_of_an_include(rows):
    rows.loc[3, "reason"] = "not_randomised"


def one_column_sorted(rows):
    rows["title"] = sorted(rows["title"])


def ids_shifted_by_a_row(rows):
    rows["record_id"] = [*rows["record_id"][1:], rows["record_id"][0]]


def damaged_check(rows):
    rows.loc[3, "check"] = "1.0E+05"


def appended_by_hand(rows):
    rows.loc[len(rows)] = {**dict.fromkeys(rows.columns, ""), "record_id": "lib:777", "decision": "include"}


def appended_conflict(rows):
    rows.loc[len(rows)] = {**rows.loc[3], "decision": "exclude"}


SABOTAGE = [
    (edited_id, 5, "record_id"), (copied_id, 5, "record_id"), (retitled, 5, "record_id"), (misspelt_decision, 5, "decision"),
    (hyphen_in_a_code, 6, "reason"), (unknown_reason, 6, "reason"), (reason_of_an_include, 5, "reason"),
    (one_column_sorted, 2, "record_id"), (ids_shifted_by_a_row, 2, "record_id"), (damaged_check, 5, "check"),
    (appended_by_hand, 14, "check"), (appended_conflict, 14, "decision"),
]  # fmt: skip


@pytest.mark.parametrize("route", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("sabotage", "row", "column"), SABOTAGE, ids=lambda value: getattr(value, "__name__", "")
)
def test_sabotage_is_refused_with_file_row_and_column(rows, tmp_path, sabotage, row, column, route):
    done = filled(rows).astype(object)
    sabotage(done)
    path = as_csv(done, tmp_path / "AB.csv") if route == "csv" else as_workbook(done, tmp_path / "AB.xlsx")
    with pytest.raises(InputError) as error:
        read(path)
    places = [(fault.row, fault.column) for fault in getattr(error.value, "errors", [error.value])]
    assert (row, column) in places
    assert error.value.file == str(path)


def test_a_deleted_row_is_missed_and_a_whole_sort_is_not_minded(rows, tmp_path):
    done = filled(rows)
    shuffled = done.sample(frac=1, random_state=1)
    assert sorted(read(as_csv(shuffled, tmp_path / "AB.csv"))["record_id"]) == sorted(done["record_id"])
    with pytest.raises(InputError, match=r"1 of the work list's 12 rows are gone \(number 6\)"):
        read(as_csv(done.drop(index=5), tmp_path / "AB.csv"))


def test_two_work_lists_in_one_sheet(rows, tmp_path):
    older = filled(rows)
    works = pd.DataFrame(
        {"work_id": ["lib:later"], "round": "2023-12-31", "title": "A later trial", "year": 2023}
    )
    later = work_list(
        works, pd.DataFrame({"work_id": ["lib:later"], "reviewer": "AB", "pilot": False}), "AB"
    ).assign(decision="include")
    both = pd.concat([older, later], ignore_index=True)
    assert len(read(as_csv(both, tmp_path / "AB.csv"))) == len(rows) + 1


@pytest.mark.parametrize("mangled", ["1.8E+07", "lib:1.23457E+19", "pubmed:1,8E+07"])
def test_an_id_turned_into_a_number_is_refused(tmp_path, mangled):
    path = tmp_path / "AB.csv"
    path.write_text(f'record_id;decision\n"{mangled}";include\n', encoding="utf-8")
    with pytest.raises(InputError, match="turned into a number"):
        read(path)


@pytest.mark.parametrize(
    "mangled",
    [
        "lib:123",
        "lib:12",
        "lib:310",
        "lib:01/02/26",
        "lib:3.1",
        "lib:2",
        "lib:1",
        "lib:01:30:00",
        "lib:01-Mar",
        "lib:12345678901234567000",
        "lib:100000",
    ],
)
def test_a_mangled_id_is_never_credited_to_another_record(rows, tmp_path, mangled):
    done = filled(rows).astype(object)
    done.loc[0, "record_id"] = mangled
    with pytest.raises(InputError) as error:
        read(as_csv(done, tmp_path / "AB.csv"))
    assert error.value.row == 2


CELLS = ("record_id", "title", "check", "decision")
EDITS = st.tuples(st.sampled_from(["swap", "copy", "type", "sort", "delete", "repeat", "shuffle"]), st.sampled_from(CELLS), st.integers(0, 11), st.integers(0, 11))  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(EDITS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_whatever_is_done_to_a_list_no_decision_reaches_a_wrong_record(edits, random):
    """What is accepted credits each record with the decision that stands beside its own title."""
    ids = [f"lib:{accession}" for accession in ACCESSIONS]
    works = pd.DataFrame({"work_id": ids, "title": [f"Title of {n} things" for n in range(len(ids))]})
    listed = work_list(works, pd.DataFrame({"work_id": ids, "reviewer": "AB", "pilot": False}), "AB")
    own = dict(zip(listed["record_id"], listed["title"], strict=True))
    rows = filled(listed).assign(reason="").to_dict("records")
    for kind, column, one, other in edits:
        if not rows:
            break
        one, other = one % len(rows), other % len(rows)
        if kind == "swap":
            rows[one][column], rows[other][column] = rows[other][column], rows[one][column]
        elif kind == "copy":
            rows[one][column] = rows[other][column]
        elif kind == "type":
            rows[one][column] = "include" if column == "decision" else f"{rows[one][column]}7"
        elif kind == "sort":
            for row, value in zip(rows, sorted(row[column] for row in rows), strict=True):
                row[column] = value
        elif kind == "delete":
            rows.pop(one)
        elif kind == "repeat":
            rows.insert(one, dict(rows[other]))
        else:
            random.shuffle(rows)
    sheet = pd.DataFrame(rows, columns=list(listed)).assign(_file="AB.csv", _row=range(2, len(rows) + 2))
    try:
        read = ballots(sheet, stage="title_abstract", reasons=list(REASONS))
    except InputError:
        return
    beside = {(row["title"], row["decision"]) for row in rows}
    assert all(
        (own[record], decision) in beside
        for record, decision in zip(read["record_id"], read["decision"], strict=True)
    )


def test_the_adjudicators_list_shows_what_was_said(rows, tmp_path):
    works = pd.DataFrame({"work_id": ["w", "v", "u"], "title": ["One", "Two", "Three"], "year": 2001})
    listed = conflict_list(
        works,
        pd.DataFrame({"work_id": ["v"], "votes": ["AB: include; CD: exclude (review)"]}),
        pd.DataFrame({"work_id": ["w", "u"], "reviewer": ["adjudication", "AB"]}),
    )
    assert listed[["record_id", "votes", "adjudicator"]].to_numpy().tolist() == [
        ["w", "", ""],  # the adjudicator was unsure of what the reviewers agreed on
        ["v", "AB: include; CD: exclude (review)", ""],
    ]
    path = tmp_path / "adjudication.csv"
    tables.write_table(listed.assign(decision="include", adjudicator="EF"), path)
    back = ballots(
        sheets.read_sheet(path, "adjudication_screening"), stage="title_abstract", reasons=list(REASONS)
    )
    assert back[["record_id", "adjudicator"]].to_numpy().tolist() == [["w", "EF"], ["v", "EF"]]


def test_a_list_never_shows_other_reviewers_votes(rows):
    assert not {"votes", "AB", "CD"} & set(rows.columns)


WORKS = pd.DataFrame(
    {"work_id": [f"lib:{accession}" for accession in ACCESSIONS],
     "title": [f"{TITLES[n % 4]} {'abcdefghijkl'[n] * 9}" for n in range(len(ACCESSIONS))]}
)  # fmt: skip


def plain_sheet(path: Path, **columns: list[str]) -> pd.DataFrame:
    """A sheet that somebody wrote without a work list: nothing but these columns."""
    pd.DataFrame(columns).to_csv(path, index=False)
    return sheets.read_sheet(path, "screening")


def faults(sheet: pd.DataFrame) -> list[str]:
    clusters = {record: record for record in WORKS["work_id"]}
    return [
        f"{fault.row} {fault.column} {fault.problem}" for fault in check_against_works(sheet, WORKS, clusters)
    ]


@pytest.mark.parametrize(
    ("mangled", "meant"),
    [
        ("lib:123", "lib:00123"),  # leading zeros lost
        ("lib:\u200b00123", "lib:00123"),  # zero-width space inside
        ("lib: 00123", "lib:00123"),
        ("LIB:mar1", "lib:MAR1"),
        ("lib:\uff11\uff18\uff14\uff13\uff18\uff18\uff13\uff10", "lib:18438830"),  # full-width digits
        ("lib\uff1a1/2", "lib:1/2"),
        ("lib:\u22125", "lib:-5"),  # minus sign
        ("lib:\u20135", "lib:-5"),  # en dash
        ("'lib:1/2", "lib:1/2"),
        ('="lib:1/2"', "lib:1/2"),
        ("18438830", "lib:18438830"),
    ],
)
def test_an_id_altered_on_the_way_is_recognised_without_a_check(tmp_path, mangled, meant):
    sheet = plain_sheet(tmp_path / "AB.csv", record_id=["lib:3.10", mangled], decision=["include", "exclude"])
    assert faults(sheet) == [f"3 record_id no record has the id {mangled!r}, which looks like {meant}"]


@pytest.mark.parametrize("spoilt", ["2026-02-01", "44927", "#REF!", "####", "=A1"])
def test_what_is_no_id_at_all_is_refused(tmp_path, spoilt):
    sheet = plain_sheet(tmp_path / "AB.csv", record_id=[spoilt], decision=["include"])
    assert faults(sheet) == [f"2 record_id {spoilt!r} is no id of a record"]


def test_an_id_of_a_record_that_is_gone_is_no_fault(tmp_path):
    sheet = plain_sheet(tmp_path / "AB.csv", record_id=["lib:4711", "lib:99"], decision=["include", ""])
    assert faults(sheet) == []


def test_blanks_and_marks_around_an_id_do_not_matter(tmp_path):
    around = ["\u2009lib:1/2\u00a0", "\u202alib:+1\u202c", "\ufefflib:-5\u200d"]
    sheet = plain_sheet(tmp_path / "AB.csv", record_id=around, decision=["include"] * 3)
    assert sheet["record_id"].tolist() == ["lib:1/2", "lib:+1", "lib:-5"]


def test_titles_that_moved_against_the_ids_are_seen_without_a_check(tmp_path):
    ids, titles = WORKS["work_id"].tolist(), WORKS["title"].tolist()
    decisions = ["include"] * len(ids)
    assert faults(plain_sheet(tmp_path / "AB.csv", record_id=ids, title=titles, decision=decisions)) == []
    moved = plain_sheet(tmp_path / "AB.csv", record_id=[*ids[1:], ids[0]], title=titles, decision=decisions)
    assert len(faults(moved)) == len(ids)
    assert faults(moved)[0] == "2 record_id the title is that of lib:00123, the id is lib:1E5"
    other = plain_sheet(
        tmp_path / "AB.csv", record_id=ids[:1], title=["Its title in Dutch"], decision=["include"]
    )
    assert faults(other) == []
