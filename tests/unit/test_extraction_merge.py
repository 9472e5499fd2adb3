"""Cell-by-cell merge of extractors' sheets: agreement, conflict, adjudication, missing rows."""

import math

import pandas as pd
import pytest

from evergreen import tables
from evergreen.errors import InputError
from evergreen.extraction.agreement import agreement_table
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import check_adjudication, merge_extraction, merge_studies
from tests.rows import each

TEXTS = ("study", "outcome", "timepoint", "arm", "group", "unit", "record_id", "source", "note")
SETTLED = ("study", "outcome", "timepoint", "arm", "column", "value", "adjudicator", "note", "_file", "_row")


def sheet(*rows, file="AB.csv"):
    filled = [
        {
            **dict.fromkeys(TEXTS, ""), **dict.fromkeys(NUMBERS, math.nan), "study": "S1", "outcome": "pain",
            "group": "intervention", "arm": "drug", "_file": file, "_row": number, **row,
        }
        for number, row in enumerate(rows, start=2)
    ]  # fmt: skip
    return pd.DataFrame(
        filled, columns=[*TEXTS, *NUMBERS, *(c for c in filled[0] if c not in (*TEXTS, *NUMBERS))]
    )


def settled(*rows):
    filled = [
        {
            **dict.fromkeys(SETTLED, ""), "study": "S1", "outcome": "pain", "arm": "drug", "adjudicator": "EF",
            "_file": "adjudication.csv", "_row": number, **row,
        }
        for number, row in enumerate(rows, start=2)
    ]  # fmt: skip
    return pd.DataFrame(filled)


def test_equal_numbers_agree_however_they_are_written():
    merged = merge_extraction(
        {"AB": sheet({"n": 5.0, "arm": "Drug  A"}), "CD": sheet({"n": 5.0, "arm": "drug a"}, file="CD.csv")}
    )
    (row,) = merged.rows.to_dict("records")
    assert (row["n"], row["status"], row["arm"]) == (5.0, "agreed", "Drug  A")
    assert row["origin"] == "AB.csv:2; CD.csv:2"
    assert merged.conflicts.empty


def test_a_cell_that_differs_is_empty_until_it_is_settled():
    sheets = {"AB": sheet({"n": 5.0, "events": 1.0}), "CD": sheet({"n": 6.0, "events": 1.0})}
    merged = merge_extraction(sheets)
    (row,) = merged.rows.to_dict("records")
    assert math.isnan(row["n"])
    assert row["events"] == 1.0
    assert (row["status"], row["in_conflict"]) == ("conflict", "n")
    (conflict,) = merged.conflicts.to_dict("records")
    assert (conflict["column"], conflict["values"], conflict["status"]) == ("n", "AB=5; CD=6", "open")

    merged = merge_extraction(sheets, settled({"column": "n", "value": "6"}))
    (row,) = merged.rows.to_dict("records")
    assert (row["n"], row["status"], row["in_conflict"]) == (6.0, "adjudicated", "")
    assert merged.conflicts["status"].tolist() == ["adjudicated"]


def test_a_number_that_one_left_empty_is_a_conflict_and_a_unit_is_not():
    merged = merge_extraction({"AB": sheet({"sd": 2.0, "unit": "mm"}), "CD": sheet({})})
    (row,) = merged.rows.to_dict("records")
    assert row["in_conflict"] == "sd"
    assert row["unit"] == "mm"


def test_a_number_in_dispute_allows_what_it_allows():
    many = {"n": 100.0, "events": 150.0}
    sheets = {name: sheet({**many, "person_time": time}) for name, time in (("AB", 500.0), ("CD", 510.0))}
    (row,) = tables.rows(merge_extraction(sheets).rows)
    assert (row["in_conflict"], row["events"]) == ("person_time", 150.0)
    for time in ("followup", "rate"):
        (row,) = tables.rows(derive(merge_extraction({"AB": sheet({**many, time: 0.5})}).rows, {}))
        assert row["person_time"] == (50.0 if time == "followup" else 300.0)
    with pytest.raises(InputError, match="150 events in 100 participants"):
        merge_extraction(sheets, settled({"column": "person_time", "value": "NR"}))


@each(
    ("column", "value", "agreed"),
    [("ci_level", 95.0, True), ("ci_level", 90.0, False), ("crossover", "no", True), ("crossover", "yes", False), ("adjusted", "no", True)],
)  # fmt: skip
def test_an_empty_cell_agrees_with_what_it_says(column, value, agreed):
    empty = math.nan if isinstance(value, float) else ""
    merged = merge_extraction({"AB": sheet({column: value}), "CD": sheet({column: empty})})
    (row,) = merged.rows.to_dict("records")
    assert row["in_conflict"] == ("" if agreed else column)
    if agreed:
        assert row[column] == value
        table = agreement_table(merged.found, [column], frozenset(NUMBERS), merged.rounding)
        assert table["agreed"].tolist() == [1, 1, 1, 1]


@each(
    ("measures", "agreed"),
    [({"pain": "MD"}, True), ({"pain": "SMD"}, False), ({}, False), ({"other": "MD"}, False)],
)
def test_an_estimate_without_a_measure_is_of_the_one_that_is_pooled(measures, agreed):
    sheets = {"AB": sheet({"estimate_measure": "MD"}), "CD": sheet({})}
    merged = merge_extraction(sheets, measures=measures)
    (row,) = tables.rows(merged.rows)
    assert (row["in_conflict"], row["estimate_measure"]) == (
        ("", "MD") if agreed else ("estimate_measure", "")
    )
    table = agreement_table(merged.found, ["estimate_measure"], frozenset(), merged.rounding, measures)
    assert set(table.loc[table["column"] == "estimate_measure", "agreed"]) == {int(agreed)}


def disputed(merged) -> dict[str, tuple[str, str]]:
    return {row["arm"]: (row["status"], row["in_conflict"]) for row in tables.rows(merged.rows)}


@each(
    ("one", "other", "open_"),
    [
        ({"timepoint": "6 wk"}, {"timepoint": "6 weeks"}, True),
        ({"timepoint": "6 wk"}, {}, True),
        ({"population": "ITT", "arm": "Drug 5 mg"}, {"arm": "5mg drug"}, True),
        ({"timepoint": "6 wk"}, {"timepoint": "12 wk"}, False),
        ({"timepoint": "6 wk"}, {"timepoint": "6 weeks", "arm": "another"}, False),
        ({"instrument": "BDI"}, {"instrument": "HAM-D"}, False),
    ],
)
def test_a_row_that_two_may_have_filed_otherwise_is_in_conflict_until_it_is_settled(one, other, open_):
    rows = merge_extraction({"AB": sheet(one), "CD": sheet(other)}).rows
    assert set(rows["in_conflict"]) == ({"row"} if open_ else {""})
    alone = merge_extraction({"AB": sheet(one, other)}).rows
    assert set(alone["in_conflict"]) == {""}, "one person means two rows"


def test_an_arm_that_two_may_have_called_otherwise_is_in_conflict_until_it_is_settled():
    """Both rows would be pooled, and its people counted twice."""
    sham = {"arm": "sham", "group": "control", "n": 9.0}
    sheets = {"AB": sheet({"arm": "5 mg", "n": 8.0}, sham), "CD": sheet({"arm": "Drug 5 mg", "n": 8.0}, sham)}
    open_, single = ("conflict", "row"), ("single", "")
    assert disputed(merge_extraction(sheets)) == {"5 mg": open_, "Drug 5 mg": open_, "sham": ("agreed", "")}
    drop = settled({"arm": "5 mg", "column": "row", "value": "drop"})
    assert disputed(merge_extraction(sheets, drop)) == {"Drug 5 mg": single, "sham": ("agreed", "")}
    keep = settled(*({"arm": arm, "column": "row", "value": "keep"} for arm in ("5 mg", "drug 5 mg")))
    assert {state for state, _ in disputed(merge_extraction(sheets, keep)).values()} == {
        "adjudicated",
        "agreed",
    }
    # An arm more, one of another group, at another time, and rows of a study that the other has not begun are no other name.
    more = {"AB": sheet({"arm": "5 mg"}, {"arm": "9 mg"}, sham), "CD": sheet({"arm": "5 mg"}, sham, {"arm": "x", "group": "control"})}  # fmt: skip
    assert disputed(merge_extraction(more))["9 mg"] == disputed(merge_extraction(more))["x"] == single
    later = {"AB": sheet({"arm": "5 mg"}), "CD": sheet({"arm": "drug", "timepoint": "1 year"})}
    assert set(disputed(merge_extraction(later)).values()) == {single}
    assert set(
        disputed(merge_extraction({"AB": sheet({}), "CD": sheet({"study": "S2", "arm": "x"})})).values()
    ) == {single}


def test_a_column_of_a_persons_own_is_said_once_however_it_is_spelt():
    """Subgroups and `where` read it: `Hip | HIP` was a level of its own."""
    said = [{"site": "Hip", "dose": "10", "source": "p. 2"}, {"site": "HIP", "dose": "10.0", "source": "P. 2"}, {"site": "Knee", "dose": "12"}]  # fmt: skip
    (row,) = tables.rows(
        merge_extraction({name: sheet(own) for name, own in zip("ABC", said, strict=True)}).rows
    )
    assert (row["site"], row["dose"], row["source"]) == ("HIP | Knee", "10 | 12", "p. 2 | P. 2")


def test_a_column_of_a_persons_own_that_the_protocol_reads_is_compared():
    """`Hip | Knee` would be a subgroup. Who has no such column says nothing."""
    sheets = {
        "AB": sheet({"Site": "Hip", "kit": "a"}),
        "CD": sheet({"site": "Knee", "kit": "b"}),
        "EF": sheet({}),
    }
    merged = merge_extraction(sheets, read=["site", "unit"])
    (row,) = tables.rows(merged.rows)
    assert (row["Site"], row["in_conflict"], row["kit"]) == ("", "Site", "a | b")
    assert merged.conflicts[["column", "values", "status"]].values.tolist() == [
        ["Site", "AB=Hip; CD=Knee; EF=", "open"]
    ]
    verdict = settled({"column": "site", "value": "hip"})
    check_adjudication(verdict, ["site"])
    (row,) = tables.rows(merge_extraction(sheets, verdict, ["site"]).rows)
    assert (row["Site"], row["status"]) == ("hip", "adjudicated")
    with pytest.raises(InputError, match="'site' is not a column that extractors can disagree on"):
        check_adjudication(verdict)
    alone = {"AB": sheet({"site": "Hip"}), "CD": sheet({})}
    assert merge_extraction(alone, read=["site"]).conflicts.empty


def test_remarks_that_differ_are_all_kept():
    merged = merge_extraction({"AB": sheet({"source": "table 2"}), "CD": sheet({"source": "page 5"})})
    assert merged.rows["source"].tolist() == ["table 2 | page 5"]
    assert merged.conflicts.empty


def test_a_row_that_one_did_not_extract_is_used_and_listed_until_it_is_settled():
    sheets = {"AB": sheet({"n": 5.0}, {"arm": "other", "n": 6.0}), "CD": sheet({"n": 5.0})}
    merged = merge_extraction(sheets)
    assert merged.rows["status"].tolist() == ["agreed", "single"]
    assert merged.conflicts[["arm", "column", "values", "status"]].values.tolist() == [
        ["other", "row", "AB=present; CD=absent", "open"]
    ]
    kept = merge_extraction(sheets, settled({"arm": "other", "column": "row", "value": "keep"}))
    assert kept.rows["status"].tolist() == ["agreed", "adjudicated"]
    dropped = merge_extraction(sheets, settled({"arm": "other", "column": "row", "value": "drop"}))
    assert dropped.rows["arm"].tolist() == ["drug"]
    assert dropped.conflicts["value"].tolist() == ["drop"]


def test_a_study_that_one_has_not_begun_is_pending_once():
    sheets = {"AB": sheet({"n": 5.0}, {"arm": "other"}), "CD": sheet({"study": "S2"})}
    merged = merge_extraction(sheets)
    assert merged.conflicts[["study", "column", "status"]].values.tolist() == [
        ["S1", "study", "pending"],
        ["S2", "study", "pending"],
    ]


WAITS = {"_awaited": True}
SAYS = {"n": 5.0, "_awaited": False}
AWAITING = [
    # Rows of AB, rows of CD, merged (arm, status), conflicts (arm, column, values, status).
    ("a row that the other has", [SAYS, {**SAYS, "arm": "sham"}], [SAYS, {**WAITS, "arm": "sham"}],
     [("drug", "agreed"), ("sham", "single")], [("sham", "row", "CD=awaited", "pending")]),
    ("its arm is called otherwise", [SAYS, {**SAYS, "arm": "sham"}], [SAYS, {**WAITS, "arm": "control"}],
     [("drug", "agreed"), ("sham", "single")], [("control", "row", "CD=awaited", "pending")]),
    ("of another outcome", [SAYS, {**SAYS, "arm": "sham"}], [SAYS, {**WAITS, "outcome": "sleep"}],
     [("drug", "agreed"), ("sham", "single")], [("sham", "row", "AB=present; CD=absent", "open"), ("drug", "row", "CD=awaited", "pending")]),
    ("nobody has it", [SAYS, {**WAITS, "arm": "sham"}], [SAYS, {**WAITS, "arm": "sham"}],
     [("drug", "agreed")], [("sham", "row", "AB=awaited", "pending"), ("sham", "row", "CD=awaited", "pending")]),
    ("a study that nobody has begun", [SAYS, {**WAITS, "study": "S2"}, {**WAITS, "study": "S2", "arm": "sham"}], [SAYS],
     [("drug", "agreed")], [("", "study", "AB=absent", "pending")]),
    ("a study that the other has begun", [SAYS], [{**WAITS}],
     [("drug", "single")], [("", "study", "AB=present; CD=absent", "pending")]),
    ("the same row is there and says something", [SAYS], [WAITS, SAYS], [("drug", "agreed")], []),
    ("units are no contradiction before a number stands", [{**SAYS, "unit": "mm"}, {**WAITS, "arm": "sham", "unit": "cm"}], [SAYS],
     [("drug", "agreed")], [("sham", "row", "AB=awaited", "pending")]),
]  # fmt: skip


@each(("what", "ab", "cd", "rows", "conflicts"), AWAITING, ids=[case[0] for case in AWAITING])
def test_a_row_with_labels_alone_is_awaited_and_is_no_disagreement(what, ab, cd, rows, conflicts):
    merged = merge_extraction({"AB": sheet(*ab), "CD": sheet(*cd, file="CD.csv")})
    assert list(merged.rows[["arm", "status"]].itertuples(index=False, name=None)) == rows
    assert "_awaited" not in merged.rows
    listed = merged.conflicts[["arm", "column", "values", "status"]]
    assert list(listed.itertuples(index=False, name=None)) == conflicts


ROUNDED = [
    # Means of AB (of one arm each), means of CD, what is kept of the first, status of its line among the conflicts.
    ((12.3,), (12.34,), 12.34, "rounded"),
    ((12.34,), (12.3,), 12.34, "rounded"),
    ((12.0,), (12.4,), 12.4, "rounded"),
    ((12.35,), (12.4,), 12.35, "rounded"),  # a half is rounded either way
    ((12.35,), (12.3,), 12.35, "rounded"),
    ((-0.1,), (-0.14,), -0.14, "rounded"),
    ((-0.1,), (0.1,), None, "open"),
    ((12.3,), (12.36,), None, "open"),
    ((12.3,), (12.4,), None, "open"),
    ((12.0,), (13.0,), None, "open"),
    ((100.0,), (104.0,), None, "open"),
    ((12.3,), (math.nan,), None, "open"),
    ((12.3, 11.25), (12.34, 11.25), None, "open"),  # 12.3 beside 11.25 is 12.30
    ((12.3, 11.2), (12.34, 11.25), 12.34, "rounded"),
]  # fmt: skip


@each(("ab", "cd", "kept", "status"), ROUNDED)
def test_numbers_that_differ_in_rounding_agree_and_the_most_precise_is_kept(ab, cd, kept, status):
    sheets = {
        who: sheet(*({"mean": mean, "arm": arm} for arm, mean in zip("ab", means, strict=False)), file=f"{who}.csv")
        for who, means in (("AB", ab), ("CD", cd))
    }  # fmt: skip
    merged = merge_extraction(sheets)
    row = merged.rows.iloc[0]
    line = merged.conflicts.iloc[0]
    assert line["status"] == status
    if kept is None:
        assert math.isnan(row["mean"])
        assert row["status"] == "conflict"
    else:
        assert (row["mean"], row["status"], line["value"]) == (kept, "agreed", f"{kept:g}")
    assert merge_extraction(dict(reversed(sheets.items()))).rows.equals(merged.rows)


def test_of_three_numbers_all_must_be_the_most_precise_one_rounded():
    three = {"AB": sheet({"mean": 12.0}), "CD": sheet({"mean": 12.3}), "EF": sheet({"mean": 12.34})}
    assert merge_extraction(three).rows.iloc[0]["mean"] == 12.34
    other = three | {"EF": sheet({"mean": 12.44})}
    assert merge_extraction(other).rows.iloc[0]["status"] == "conflict"
    decided = merge_extraction(three, settled({"column": "mean", "value": "12.3"}))
    assert decided.rows.iloc[0][["mean", "status"]].tolist() == [12.3, "adjudicated"]


NEAR = [
    (("6 wk", "drug A 10 mg"), ("6 weeks", "10mg Drug A"), True),
    (("6 weeks", "drug"), ("6 weeks", "drug."), True),
    (("6 weeks", "drug 10 mg"), ("6 weeks", "drug 1 mg"), False),
    (("6 weeks", "drug"), ("6 months", "drug"), False),
    (("6 weeks", "drug A"), ("6 weeks", "drug B"), False),
]


@each(("ab", "cd", "asked"), NEAR)
def test_rows_that_are_spelt_otherwise_are_asked_and_not_joined(ab, cd, asked):
    sheets = {
        who: sheet(
            {"timepoint": timepoint, "arm": arm, "n": 5.0}, {"arm": "sham", "n": 4.0}, file=f"{who}.csv"
        )
        for who, (timepoint, arm) in (("AB", ab), ("CD", cd))
    }
    merged = merge_extraction(sheets)
    assert len(merged.rows) == 3
    notes = sorted(merged.conflicts["note"])
    expected = [f"Is it {', '.join(ab)} of AB? Then spell them alike.", f"Is it {', '.join(cd)} of CD? Then spell them alike."]  # fmt: skip
    assert notes == (sorted(expected) if asked else ["", ""])


def test_one_extractor_alone_is_enough():
    merged = merge_extraction({"AB": sheet({"n": 5.0})})
    assert merged.rows["status"].tolist() == ["single"]
    assert merged.conflicts.empty


def test_verdicts_against_what_all_say_are_listed_by_column():
    columns = ("events", "followup", "mean", "median", "n", "sd")
    rows = sheet(dict.fromkeys(columns, 5.0))
    verdicts = settled(*({"column": column, "value": "6"} for column in reversed(columns)))
    merged = merge_extraction({"AB": rows, "CD": rows}, verdicts)
    assert tuple(merged.conflicts["column"]) == columns


def test_a_decision_whose_row_has_vanished_is_an_orphan():
    merged = merge_extraction(
        {"AB": sheet({"n": 5.0})}, settled({"study": "gone", "column": "n", "value": "6"})
    )
    assert merged.conflicts[["study", "status"]].values.tolist() == [["gone", "orphan"]]


@each(
    ("row", "column"),
    [
        ({"column": "weight", "value": "6"}, "column"),
        ({"column": "n", "value": "six"}, "value"),
        ({"column": "row", "value": "yes"}, "value"),
    ],
)
def test_an_adjudication_that_says_nothing_usable_is_refused(row, column):
    with pytest.raises(InputError) as caught:
        merge_extraction({"AB": sheet({})}, settled(row))
    assert (caught.value.file, caught.value.row, caught.value.column) == ("adjudication.csv", 2, column)


def test_a_cell_settled_twice_otherwise_is_refused():
    with pytest.raises(InputError, match=r"row 3.*settled as '5' in row 2"):
        merge_extraction(
            {"AB": sheet({})}, settled({"column": "n", "value": "5"}, {"column": "n", "value": "6"})
        )


def test_an_impossible_number_may_not_arise_from_an_adjudication():
    sheets = {"AB": sheet({"n": 5.0, "events": 3.0}), "CD": sheet({"n": 50.0, "events": 3.0})}
    with pytest.raises(InputError, match="3 events in 2 participants"):
        merge_extraction(sheets, settled({"column": "n", "value": "2"}))


def test_study_columns_are_merged_and_settled_by_rows_without_an_outcome():
    studies = {
        who: pd.DataFrame([{"study": "S1", "dose": dose, "_file": f"studies-{who}.csv", "_row": 2}])
        for who, dose in (("AB", "high"), ("CD", "low"))
    }
    assert merge_studies(studies).rows["in_conflict"].tolist() == ["dose"]
    decision = settled({"outcome": "", "arm": "", "column": "dose", "value": "low"})
    assert merge_studies(studies, decision).rows["dose"].tolist() == ["low"]


def test_a_study_spelt_in_two_ways_is_one_study():
    merged = merge_extraction({"AB": sheet({}, {"study": "s1", "arm": "placebo"})}).rows
    assert merged["study"].tolist() == ["S1", "S1"]
    assert len(merged) == 2


@each(("value", "unit"), [("NR", ""), ("n/a", ""), ("cm", "cm")])
def test_a_unit_that_no_report_gives_is_settled_as_none(value, unit):
    sheets = {"AB": sheet({"n": 5.0, "unit": "mm"}), "CD": sheet({"n": 5.0, "unit": "cm"}, file="CD.csv")}
    merged = merge_extraction(sheets, settled({"column": "unit", "value": value}))
    assert merged.rows["unit"].tolist() == [unit]
