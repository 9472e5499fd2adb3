"""Which files are sheets, and whose."""

import pytest

from evergreen import sheets
from evergreen.errors import InputError


def test_a_link_that_leads_nowhere_is_not_taken_for_no_sheet(tmp_path):
    (tmp_path / "AB.csv").symlink_to(tmp_path / "annex" / "x")
    assert sheets.people_in(tmp_path) == ["AB"]
    with pytest.raises(
        InputError, match=r"AB.csv: this is a link that leads nowhere. Fetch its file, or remove it."
    ):
        sheets.find(tmp_path / "AB")
    (tmp_path / "annex").mkdir()
    (tmp_path / "annex" / "x").write_text("study\n")
    assert sheets.find(tmp_path / "AB") == tmp_path / "AB.csv"


def test_a_sheet_that_a_cloud_keeps_elsewhere_is_not_taken_for_no_sheet(tmp_path):
    (tmp_path / ".AB.csv.icloud").write_bytes(b"bplist00")
    (tmp_path / ".DS_Store.icloud").touch()
    assert sheets.people_in(tmp_path) == ["AB"]
    with pytest.raises(InputError, match=r"AB\.csv: the file is in a cloud, and not here\. Fetch its file"):
        sheets.find(tmp_path / "AB")
    (tmp_path / "AB.csv").write_text("study\n")
    assert sheets.people_in(tmp_path) == ["AB"]
    assert sheets.find(tmp_path / "AB") == tmp_path / "AB.csv"


def test_a_csv_of_heads_alone_gives_way_to_a_workbook(tmp_path):
    (tmp_path / "AB.xlsx").write_bytes(b"x")
    for nothing in ("study,n\n", "study,n", "\r\nstudy,n\r\n\r\n", ""):
        (tmp_path / "AB.csv").write_text(nothing)
        assert sheets.find(tmp_path / "AB") == tmp_path / "AB.xlsx"
    for rows in (b"study,n\nA,1\n", b"study,n\rA,1", "study\nA\n".encode("utf-16-be")):
        (tmp_path / "AB.csv").write_bytes(rows)
        with pytest.raises(
            InputError, match=r"the same sheet is there as AB.csv and as AB.xlsx. Keep one of them."
        ):
            sheets.find(tmp_path / "AB")


@pytest.mark.parametrize("suffix", [".ods", ".xls", ".TSV"])
def test_a_sheet_in_another_format_is_not_passed_over(tmp_path, suffix):
    assert sheets.find(tmp_path / "AB") is None
    (tmp_path / f"AB{suffix}").write_text("x")
    (tmp_path / "ABC.csv").write_text("x")
    with pytest.raises(InputError, match=r"is not read. Save it as CSV UTF-8 or XLSX"):
        sheets.find(tmp_path / "AB")
    (tmp_path / "AB.CSV").write_text("x")
    assert sheets.find(tmp_path / "AB") == tmp_path / "AB.CSV"


def test_the_same_sheet_twice_is_refused(tmp_path):
    for suffix in sheets.files.SUFFIXES:
        (tmp_path / f"AB{suffix}").write_bytes(b"x\ny\n")
    with pytest.raises(InputError, match="Keep one"):
        sheets.find(tmp_path / "AB")


def test_a_persons_sheet_is_found_whatever_the_letter_case_of_its_name(tmp_path):
    for name in ("ab.csv", "CD.csv", "Adjudication.csv", "Studies-CD.csv", "notes.txt"):
        (tmp_path / name).write_text("x")
    assert sheets.find(tmp_path / "AB") == tmp_path / "ab.csv"
    assert sheets.people_in(tmp_path) == ["CD", "ab"]
    assert sheets.people_in(tmp_path, "studies-") == ["CD"]
    assert sheets.by_person([tmp_path / "ab.csv", tmp_path / "XY.csv"], ["AB", "CD"]) == {
        "AB": str(tmp_path / "ab.csv"), "XY": str(tmp_path / "XY.csv"),
    }  # fmt: skip
