"""The list of conflicts is the adjudicator's sheet: copied whole it settles nothing, and each line that gets a verdict settles its own."""

from __future__ import annotations

import pandas as pd
import pytest

from evergreen.bias.judgements import check_adjudication, judge
from evergreen.bias.tools import ROB1, ROB2
from evergreen.errors import InputError
from evergreen.extraction.merge import merge_extraction
from evergreen.screening.ballots import ballots
from evergreen.sheets import read_sheet
from evergreen.sheets.columns import columns_of


def written(path, rows: pd.DataFrame, kind: str):
    """A table as a person saves it under another name, read again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.to_csv(path, index=False)
    return read_sheet(path, kind)


@pytest.fixture
def assessors(tmp_path):
    labels = [("S1", "", domain, "", judged) for domain, judged in (("1", "low"), ("7", "low"))]
    columns = ["study", "outcome", "domain", "answer", "judgement"]
    one = pd.DataFrame(labels, columns=columns)
    other = one.assign(judgement=["high", "unclear"])
    return {
        "AB": written(tmp_path / "AB.csv", one, "risk_of_bias"),
        "CD": written(tmp_path / "CD.csv", other, "risk_of_bias"),
    }


def test_conflicts_on_risk_of_bias_are_settled_line_by_line(assessors, tmp_path):
    before = judge(assessors, None, ROB1)
    assert before.conflicts["status"].tolist() == ["open", "open"]
    place = tmp_path / "adjudication.csv"
    copied = before.conflicts.copy()
    untouched = judge(assessors, written(place, copied, "risk_of_bias"), ROB1)
    pd.testing.assert_frame_equal(untouched.conflicts, before.conflicts)
    copied.loc[0, ["value", "adjudicator", "note"]] = ["high", "EF", "no sequence described"]
    sheet = written(place, copied, "risk_of_bias")
    check_adjudication(sheet, ROB1)
    after = judge(assessors, sheet, ROB1)
    assert after.conflicts["status"].tolist() == ["adjudicated", "open"]
    assert after.conflicts["adjudicator"].tolist() == ["EF", ""]
    (row,) = after.judgements[after.judgements["status"].eq("adjudicated")].to_dict("records")
    assert (row["judgement"], row["support"]) == ("high", "no sequence described")


def test_a_verdict_that_assessors_left_behind_stays_among_the_conflicts(assessors, tmp_path):
    """Both have changed their minds since; the verdict holds, and is told as one."""
    verdict = pd.DataFrame(
        [["S1", "7", "high", "EF"]], columns=["study", "domain", "judgement", "adjudicator"]
    )
    sheet = written(tmp_path / "adjudication.csv", verdict, "risk_of_bias")
    agreed = {name: frame.assign(judgement="low") for name, frame in assessors.items()}
    found = judge(agreed, sheet, ROB1)
    (line,) = found.conflicts.to_dict("records")
    assert (line["values"], line["status"], line["value"]) == ("AB=low; CD=low", "adjudicated", "high")


def test_a_question_on_which_assessors_differ_is_settled_by_its_answer(tmp_path):
    columns = ["study", "outcome", "domain", "question", "answer", "judgement"]
    answers = [("S1", "pain", "D1", question, answer, "") for question, answer in (("1.1", "Y"), ("1.2", "Y"), ("1.3", "N"))]  # fmt: skip
    one = pd.DataFrame(answers, columns=columns)
    other = one.assign(answer=["Y", "NI", "N"])
    sheets = {
        "AB": written(tmp_path / "AB.csv", one, "risk_of_bias"),
        "CD": written(tmp_path / "CD.csv", other, "risk_of_bias"),
    }
    lines = judge(sheets, None, ROB2).conflicts
    lines.loc[lines["question"].eq("1.2"), ["value", "adjudicator"]] = ["Y", "EF"]
    after = judge(sheets, written(tmp_path / "adjudication.csv", lines, "risk_of_bias"), ROB2)
    assert set(after.conflicts["status"]) == {"adjudicated"}
    (row,) = after.judgements.loc[after.judgements["domain"].eq("D1"), "judgement"]
    assert row == "low"


def test_an_answer_that_leads_to_no_judgement_yet_settles_none(tmp_path):
    columns = ["study", "outcome", "domain", "question", "answer", "judgement", "variant"]

    def judged(answers, settled, **cells):
        """What comes of two people's answers to questions of D3, of which an adjudicator settles some."""
        people = {
            name: pd.DataFrame(
                [("S1", "pain", "D3", question, answer, "", "") for question, answer in said.items()],
                columns=columns,
            ).assign(**cells)
            for name, said in answers.items()
        }
        sheets = {
            name: written(tmp_path / f"{name}.csv", one, "risk_of_bias") for name, one in people.items()
        }
        lines = judge(sheets, None, ROB2).conflicts
        lines.loc[lines["question"].isin(list(settled)), "value"] = lines["question"].map(settled)
        lines.loc[lines["question"].isin(list(settled)), "adjudicator"] = "EF"
        after = judge(sheets, written(tmp_path / "adjudication.csv", lines, "risk_of_bias"), ROB2)
        (row,) = after.judgements[after.judgements["domain"].eq("D3")].to_dict("records")
        states = dict(zip(after.conflicts["question"], after.conflicts["status"], strict=True))
        return row["judgement"], row["status"], states

    high, low = {"3.1": "N", "3.2": "N", "3.3": "Y", "3.4": "Y"}, {"3.1": "N", "3.2": "N", "3.3": "N"}
    states = {"3.3": "adjudicated", "3.4": "open", "": "open"}
    assert judged({"AB": high, "CD": low}, {"3.3": "Y"}) == ("", "conflict", states)
    both = {"3.3": "Y", "3.4": "Y"}
    assert judged({"AB": high, "CD": low}, both)[:2] == ("high", "adjudicated")
    # What people agree on stands where answers lead to no judgement at all.
    crossover = {"variant": "crossover", "judgement": "low"}
    found = judged({"AB": high, "CD": {**high, "3.3": "N"}}, {"3.3": "N"}, **crossover)
    assert found == ("low", "agreed", {"3.3": "adjudicated"})
    # So does what they judged otherwise than the answers lead, with a reason.
    override = {"judgement": "some concerns", "support": "few were lost"}
    found = judged({"AB": high, "CD": low}, both, **override)
    assert found == ("some concerns", "agreed", {"3.3": "adjudicated", "3.4": "adjudicated"})


def test_a_verdict_on_risk_of_bias_without_a_name_is_refused(assessors, tmp_path):
    lines = judge(assessors, None, ROB1).conflicts
    lines.loc[1, "value"] = "low"
    sheet = written(tmp_path / "adjudication.csv", lines, "risk_of_bias")
    with pytest.raises(InputError, match=r"row 3, column adjudicator: the cell is empty. Fill it."):
        check_adjudication(sheet, ROB1)


def test_conflicts_of_the_extraction_are_settled_line_by_line(tmp_path):
    key = {"study": "S1", "outcome": "pain", "timepoint": "12 weeks", "arm": "drug", "group": "intervention"}
    sheets = {
        name: written(
            tmp_path / f"{name}.csv", pd.DataFrame([{**key, "n": n, "events": events}]), "extraction"
        )
        for name, n, events in (("AB", 9, 3), ("CD", 8, 4))
    }
    before = merge_extraction(sheets)
    lines = before.conflicts.copy()
    place = tmp_path / "adjudication.csv"
    for adjudicator in ("", "EF"):  # whom a person drags down the column without having decided yet
        copied = written(place, lines.assign(adjudicator=adjudicator), "adjudication_extraction")
        untouched = merge_extraction(sheets, copied)
        pd.testing.assert_frame_equal(untouched.conflicts, before.conflicts)
        pd.testing.assert_frame_equal(untouched.rows, before.rows)
    lines.loc[lines["column"].eq("n"), ["value", "adjudicator"]] = ["9", "EF"]
    after = merge_extraction(sheets, written(place, lines, "adjudication_extraction"))
    assert dict(zip(after.conflicts["column"], after.conflicts["status"], strict=True)) == {"events": "open", "n": "adjudicated"}  # fmt: skip
    lines.loc[lines["column"].eq("events"), ["value", "adjudicator"]] = ["NR", "EF"]
    after = merge_extraction(sheets, written(place, lines, "adjudication_extraction"))
    assert set(after.conflicts["status"]) == {"adjudicated"}
    assert after.rows["events"].isna().all()
    lines.loc[0, "adjudicator"] = ""
    with pytest.raises(InputError, match=r"column adjudicator: the cell is empty. Fill it."):
        written(place, lines, "adjudication_extraction")


def test_a_verdict_that_extractors_left_behind_stays_among_the_conflicts(tmp_path):
    """Both say alike by now, and otherwise than the verdict, which holds: copied whole the list keeps it."""
    key = {"study": "S1", "outcome": "pain", "timepoint": "12 weeks", "arm": "drug", "group": "intervention"}
    sheets = {
        name: written(tmp_path / f"{name}.csv", pd.DataFrame([{**key, "n": 9}]), "extraction")
        for name in ("AB", "CD")
    }
    verdict = pd.DataFrame([{**key, "column": "n", "value": "8", "adjudicator": "EF"}]).drop(columns="group")
    settled = merge_extraction(
        sheets, written(tmp_path / "adjudication.csv", verdict, "adjudication_extraction")
    )
    (line,) = settled.conflicts.to_dict("records")
    assert (line["values"], line["status"], line["value"]) == ("AB=9; CD=9", "adjudicated", "8")
    again = merge_extraction(
        sheets, written(tmp_path / "adjudication.csv", settled.conflicts, "adjudication_extraction")
    )
    pd.testing.assert_frame_equal(again.rows, settled.rows)
    assert merge_extraction(
        sheets, written(tmp_path / "adjudication.csv", verdict.assign(value="9"), "adjudication_extraction")
    ).conflicts.empty


def test_an_adjudicators_work_list_may_hold_lines_that_are_still_open(tmp_path):
    lines = pd.DataFrame([["a:1", "exclude", "EF"], ["a:2", "", ""]], columns=["record_id", "decision", "adjudicator"])  # fmt: skip
    sheet = written(tmp_path / "adjudication.csv", lines, "adjudication_screening")
    found = ballots(sheet, stage="title_abstract", reasons={})
    assert found[["record_id", "decision", "adjudicator"]].to_numpy().tolist() == [["a:1", "exclude", "EF"]]
    with pytest.raises(InputError, match=r"row 2, column adjudicator: the cell is empty. Fill it."):
        written(tmp_path / "adjudication.csv", lines.assign(adjudicator=""), "adjudication_screening")


def test_what_must_be_filled_with_another_column_names_one_of_its_sheet():
    for kind in ("adjudication_screening", "adjudication_extraction"):
        names = {column.name for column in columns_of(kind)}
        assert [column.filled_with in names for column in columns_of(kind) if column.filled_with] == [True]
