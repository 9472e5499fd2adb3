"""The check of people's files: every faulty cell is told before anything runs."""

import json

import openpyxl
import pytest

import check_inputs
from evergreen.errors import InputError, InputErrors
from evergreen.protocol import people
from evergreen.protocol.loading import complete
from tests.protocols import pooling, told

SHEETS = {
    "extraction": "study,outcome,arm,group,n,events\nS1,pain,drug,intervention,5,6\n",
    "adjudication_extraction": "study,outcome,timepoint,arm,column,value,adjudicator\nS1,pain,,drug,weight,6,EF\n",
    "risk_of_bias": "study,domain,judgement\nS1,D1,fair\n",
    "screening": "record_id,decision,reason\nx:1,maybe,\n",
}
FAULTS = {
    "extraction": (2, "events"),
    "adjudication_extraction": (2, "column"),
    "risk_of_bias": (2, "judgement"),
    "screening": (2, "decision"),
}


def test_the_faults_of_all_files_are_told_at_once(tmp_path):
    files = {}
    for kind, text in SHEETS.items():
        path = tmp_path / f"{kind}.csv"
        path.write_text(text)
        files[kind] = [[kind, str(path)]]
    with pytest.raises(InputErrors) as caught:
        check_inputs.check(files, tool="rob2")
    told = {
        kind: (error.row, error.column)
        for error in caught.value.errors
        for kind in SHEETS
        if error.file == str(tmp_path / f"{kind}.csv")
    }
    assert told == FAULTS


def test_a_strategy_that_pubmed_would_misread_is_told_and_that_of_an_export_is_taken(tmp_path):
    ovid, empty = tmp_path / "ovid.txt", tmp_path / "empty.txt"
    ovid.write_text("1. denosumab.tw.\n2. limit 1 to english\n")
    empty.write_text("\n")
    check_inputs.check({"search": [["export_strategy", str(ovid)]]})
    files = {"search": [["strategy", str(ovid)], ["export_strategy", str(empty)]]}
    with pytest.raises(InputErrors) as caught:
        check_inputs.check(files)
    assert [(error.file, error.row) for error in caught.value.errors] == [(str(ovid), 1), (str(empty), None)]


def test_a_file_without_faults_passes(tmp_path):
    sheet = tmp_path / "AB.csv"
    sheet.write_text("study,domain,judgement\nS1,D1,low\nS1,D2,high\n")
    files = json.dumps({"bias": [["risk_of_bias", str(sheet)]]})
    check_inputs.main(["--files", files, "--params", json.dumps({"tool": "rob2"})])
    assert sheet.read_text().endswith("high\n")


def test_a_worksheet_of_studies_that_is_not_read_says_nothing_of_its_own(tmp_path, monkeypatch):
    """A filled work list beside the sheet of study-level columns that it was made from: what was entered there would be lost."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "config/extraction"
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.active.append(["study", "outcome", "group"])
    studies = book.create_sheet("Studies")
    for row in (["study", "Dose", "setting"], ["S 1", 10, None], ["S2", None, None]):
        studies.append(row)
    book.save(folder / "AB.xlsx")
    (folder / "studies-AB.csv").write_text("study,dose\ns 1,10.0\n")
    files = people.checked(complete({"review": {"title": "T"}}), ["extraction"]).files
    assert files["extraction"][-1] == ("studies_beside", "config/extraction/AB.xlsx", {"read": "config/extraction/studies-AB.csv"})  # fmt: skip
    check_inputs.main(["--files", json.dumps(files)])
    studies["B3"] = 20
    book.save(folder / "AB.xlsx")
    with pytest.raises(InputError) as caught:
        check_inputs.main(["--files", json.dumps(files)])
    assert str(caught.value) == (
        "config/extraction/AB.xlsx, row 3, column Dose of the worksheet Studies: this is read from config/extraction/studies-AB.csv, which does not say it."
        " Write it there or take it out here; or move that file elsewhere: then the worksheet is read."
    )
    (folder / "studies-AB.csv").unlink()
    assert [file[0] for file in people.checked(complete({"review": {"title": "T"}}), ["extraction"]).files["extraction"]] == ["extraction", "extraction_studies"]  # fmt: skip


def test_given_counts_that_do_not_add_up_are_told_before_anything_runs():
    counts = {"database_results": 10, "duplicates": 2, "records_screened": 9, "records_excluded": 9}
    with pytest.raises(InputErrors) as caught:
        check_inputs.check({}, given_counts={"2019-01-01": {"screend": 1}, "2023-11-17": counts})
    first, second = caught.value.errors
    assert "`prisma.given.2019-01-01.screend` is not a count" in str(first)
    assert str(second).startswith(
        "config/config.yaml: the flow chart does not add up: 2023-11-17, records_screened: n = 9"
    )
    assert str(second).endswith("Mend the counts under `prisma.given.2023-11-17`.")
    check_inputs.check({}, given_counts={"2023-11-17": {**counts, "duplicates": 1}})


def test_exports_that_cannot_be_read_are_refused_before_a_run(tmp_path):
    whole = b"TY  - JOUR\nTI  - A made-up title\nER  - \n"
    files = {
        "whole.ris": whole,
        "cut.ris": whole[:-9],
        "other.ris": whole,
        "old.xls": b"\xd0\xcf\x11\xe0" + bytes(600),
        "none.ris": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    how = {"other.ris": {"format_": "bibtex"}, "none.ris": {"none_expected": True}}
    exports = [["export", str(tmp_path / name), how.get(name, {})] for name in (*files, "missing.ris")]
    with pytest.raises(InputErrors) as caught:
        check_inputs.check({"search": exports})
    told = {error.file.rsplit("/", 1)[-1]: str(error) for error in caught.value.errors}
    assert set(told) == {"cut.ris", "other.ris", "old.xls", "missing.ris"}
    assert "it was cut off" in told["cut.ris"]
    assert "its content looks like RIS" in told["other.ris"]
    assert "old Excel" in told["old.xls"]
    assert "save it as .xlsx or CSV" in told["old.xls"]


def test_a_rating_of_an_outcome_that_is_not_in_the_protocol_is_refused_before_a_run(tmp_path):
    sheet = tmp_path / "certainty.csv"
    sheet.write_text("outcome,domain,downgrade,reason\npain,imprecision,1,few\npian,imprecision,1,few\n")
    files = {"extraction": [["certainty", str(sheet), {"outcomes": ["pain"]}]]}
    with pytest.raises(InputError) as fault:
        check_inputs.check(files)
    assert str(fault.value).endswith(
        "certainty.csv, row 3, column outcome: 'pian' is not in the protocol. Outcomes are: pain."
    )


def test_what_pooling_would_refuse_is_told_with_file_and_row(tmp_path):
    sheet, studies = tmp_path / "AB.csv", tmp_path / "studies-AB.csv"
    sheet.write_text(
        "study,outcome,timepoint,arm,group,n,mean,sd\n"
        "S1,pain,6 weeks,drug,intervention,20,5,2\nS1,pain,6 weeks,none,control,20,6,2\nS1,pain,9 weeks,none,control,20,6,2\n"
    )
    studies.write_text("study,dose\nS1,10\n")
    files = {"extraction": [["extraction", str(sheet)], ["extraction_studies", str(studies)]]}
    analysis = {"model": "random", "tau2": "REML", "test": "knha"}
    outcome = pooling(analysis, id="pain", data="pain", measure="MD", moderators=("dose",))
    outcomes = json.loads(told(outcome))
    with pytest.raises(InputError) as caught:
        check_inputs.check(files, outcomes=outcomes)
    assert (caught.value.file, caught.value.row, caught.value.column) == (str(sheet), 2, "timepoint")
    check_inputs.check(files, outcomes=outcomes, screened=True)


def test_a_study_twice_in_the_study_sheet_is_told(tmp_path):
    studies = tmp_path / "studies-AB.csv"
    studies.write_text("study,dose\nS1,10\ns1,20\n")
    with pytest.raises(
        InputError, match=r"row 3: s1 is there already in row 2, with other values\. Keep one"
    ):
        check_inputs.check({"extraction": [["extraction_studies", str(studies)]]})


def test_a_tool_of_ones_own_that_is_absent_is_told_once_before_its_sheets(tmp_path):
    sheet = tmp_path / "AB.csv"
    sheet.write_text("study,domain,judgement\nS1,D1,low\n")
    files = {"bias": [["risk_of_bias", str(sheet)], ["risk_of_bias", str(sheet)]]}
    with pytest.raises(InputError) as caught:
        check_inputs.check(files, tool="config/absent.yaml")
    assert str(caught.value).startswith("config/absent.yaml: the file of the risk-of-bias tool is missing")
    assert "\n" not in str(caught.value)
