"""A slice holds all that pooling reads, and changes its name only when that changes."""

import json

import pandas as pd
import pytest

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.extraction import slices
from evergreen.extraction.merge import merge_studies
from evergreen.extraction.slices import Slices, as_csv, slices_of
from evergreen.synthesis import choosing
from tests.protocols import pooling
from tests.rows import each

ROWS = pd.DataFrame(
    [
        ["S1", "pain", "drug", "5", "AB.csv:2", "AB"],
        ["S2", "Pain ", "drug", "6", "AB.csv:3", "AB"],
        ["S1", "death", "drug", "7", "AB.csv:4", "AB"],
    ],
    columns=["study", "outcome", "arm", "n", "origin", "extractors"],
)
SCREENED = pd.DataFrame([["S1", "included", "2020-01-01"]], columns=["study", "status", "round"])
JUDGED = pd.DataFrame(
    [["S1", "", "overall", "high"], ["S1", "pain", "overall", "low"], ["S2", "", "D1", "low"]],
    columns=["study", "outcome", "domain", "judgement"],
)
STUDIES = pd.DataFrame([["S1", "high", "agreed"]], columns=["study", "dose", "status"])


def slice_of(rows, data, *, columns=(), **tables):
    return Slices(rows, **tables).of(data, columns)


def test_a_slice_brings_round_screening_risk_of_bias_and_study_columns():
    result = slice_of(ROWS, "pain", screened=SCREENED, judgements=JUDGED, studies=STUDIES, columns=["dose"])
    assert result[["study", "round", "screening", "rob_overall", "risk_of_bias", "dose"]].values.tolist() == [
        ["S1", "2020-01-01", "included", "low", "", "high"],
        ["S2", "", "missing", "", '{"D1": "low"}', ""],
    ]
    assert "origin" not in result


def test_without_screening_every_study_is_there_and_has_no_round():
    result = slice_of(ROWS, "death")
    assert result[["study", "round", "screening"]].values.tolist() == [["S1", "", ""]]


def test_without_screening_studies_that_are_ordered_by_year_have_that_of_the_sheets():
    studies = STUDIES.assign(Year="2004")

    def years(rows=ROWS, order="year", **tables):
        outcome = pooling(id="pain", measure="MD", order=order)
        found = slices_of(Slices(rows, **tables), [outcome])["pain"]
        return found["report_year"].tolist() if "report_year" in found else None

    assert years(studies=studies) == ["2004", ""]
    assert years(studies=STUDIES) == years() == ["", ""]
    assert years(studies=studies, order="name") is None
    assert years(studies=studies, screened=SCREENED) is None


def test_the_year_of_studies_is_there_unless_the_protocol_names_what_orders_them():
    studies = STUDIES.assign(Year="2004")

    def years(**analysis):
        found = slices_of(Slices(ROWS, studies=studies), [pooling(analysis, id="pain", measure="MD")])["pain"]
        return found["year"].tolist() if "year" in found else None

    assert years() == ["2004", ""]
    assert years(cumulative="round") is None


def test_a_slice_changes_with_the_outcomes_own_rows_only():
    before = as_csv(slice_of(ROWS, "pain"))
    moved = ROWS.assign(origin="elsewhere:9", n=["5", "6", "8"])
    assert as_csv(slice_of(moved, "pain")) == before
    assert as_csv(slice_of(moved, "death")) != as_csv(slice_of(ROWS, "death"))
    assert as_csv(slice_of(ROWS, "pain", screened=SCREENED)) != before


def test_a_study_column_that_is_in_no_sheet_is_refused():
    with pytest.raises(InputError, match=r"'dosis'.*Did you mean dose\?"):
        slice_of(ROWS, "pain", studies=STUDIES, columns=["dosis"])


def test_a_study_that_nobody_judged_has_no_risk_of_bias():
    result = slice_of(ROWS, "death", judgements=JUDGED[JUDGED["study"] != "S1"])
    assert result[["rob_overall", "risk_of_bias"]].values.tolist() == [["", ""]]


def test_an_outcome_that_nobody_extracted_has_an_empty_slice():
    assert slice_of(ROWS.iloc[:0], "pain", judgements=JUDGED).empty


def test_a_study_is_found_whatever_its_letter_case():
    rows = ROWS.assign(study=["s1 ", "S2", "s1 "])
    result = slice_of(rows, "pain", screened=SCREENED, judgements=JUDGED, studies=STUDIES, columns=["dose"])
    assert result.loc[0, ["study", "round", "screening", "rob_overall", "dose"]].tolist() == [
        "s1 ", "2020-01-01", "included", "low", "high",
    ]  # fmt: skip


def test_a_slice_says_where_its_rows_came_from_when_asked():
    assert "origin" not in slice_of(ROWS, "pain")
    assert slice_of(ROWS, "pain", places=True)["origin"].tolist() == ["AB.csv:2", "AB.csv:3"]


def test_slices_of_several_outcomes_are_those_of_each(monkeypatch):
    tables = {"screened": SCREENED, "judgements": JUDGED, "studies": STUDIES}
    wanted = [
        pooling(id="a", data="PAIN", subgroups=["dose"]),
        pooling(id="b", data="death"),
        pooling(id="c", data="pain"),
        pooling(id="d", data="sleep", moderators=["dose"]),
    ]
    each = {one.id: slice_of(ROWS, one.data, columns=one.columns, **tables) for one in wanted}
    calls = []
    monkeypatch.setattr(slices, "folded", lambda cell: calls.append(cell) or sheets.folded(cell))
    together = slices_of(Slices(ROWS, **tables), wanted)
    assert {name: as_csv(one) for name, one in together.items()} == {
        name: as_csv(one) for name, one in each.items()
    }
    # Two columns of the sheet and of the judgements, each study list once a column, data and id of each outcome once.
    assert len(calls) == 2 * len(ROWS) + 2 * len(JUDGED) + 2 * len(SCREENED) + len(STUDIES) + 2 * len(wanted)


ANY_NAME = [
    "extractors",
    "status",
    "in_conflict",
    "origin",
    "derived",
    "unit",
    "group",
    "round",
    "source",
    "arm",
    "n",
    "screening",
]


@each("name", ANY_NAME)
def test_a_study_level_column_may_be_called_as_one_of_the_products_own(name):
    own = pd.DataFrame([["S1", "old"], ["S2", "New"]], columns=["study", name]).assign(
        _file="studies-AB.csv", _row=[2, 3]
    )
    studies = merge_studies({"AB": own}).rows
    rows = ROWS.assign(
        timepoint="",
        group="single",
        events="2",
        unit="mg",
        source="p 3",
        in_conflict="",
        not_derived="",
        derived="",
    )
    part = slice_of(rows, "pain", screened=SCREENED, studies=studies, columns=[name])
    assert part[["unit", "group"]].values.tolist() == [["mg", "single"]] * 2
    outcome = pooling(id="pain", measure="PR")
    chosen = choosing.choose(part.assign(screening=""), outcome)
    assert [one.columns[name] for one in chosen.comparisons] == ["old", "New"]


@each("name", ["unit", "group", "round", "risk_of_bias", "status"])
def test_a_column_of_the_product_is_no_study_level_column(name):
    with pytest.raises(InputError, match=f"'{name}', asked for in the protocol, is in no sheet"):
        slice_of(
            ROWS.assign(unit="mg", group="single", status="agreed"),
            "pain",
            screened=SCREENED,
            studies=STUDIES,
            columns=[name],
        )


@each("name", ["rob_overall", "risk_of_bias", "tests"])
def test_a_name_that_results_keep_is_refused_with_its_sheet(name):
    own = pd.DataFrame([["S1", "x", "studies-AB.csv", 2]], columns=["study", name, "_file", "_row"])
    studies = merge_studies({"AB": own}).rows
    with pytest.raises(InputError, match=f"studies-AB.csv, row 1, column {name}: .* Rename it"):
        slice_of(ROWS, "pain", studies=studies, columns=[name])


def test_the_levels_of_a_subgroup_are_one_whatever_their_letter_case():
    rows = [
        {"study": f"S{at}", "arm": "a", "group": "single", "n": 20, "events": 3, "region": level}
        for at, level in enumerate(["Asia", "asia", "asia ", "Europe", ""])
    ]
    chosen = choosing.choose(rows, pooling(id="x", measure="PR"))
    assert [one.columns["region"] for one in chosen.comparisons] == ["asia", "asia", "asia", "Europe", ""]


def filed(*rows):
    names = ["study", "outcome", "timepoint", "comparison", "effect", "domain", "judgement"]
    return pd.DataFrame(rows, columns=names)


FILED = filed(
    ["S1", "", "", "", "", "D1", "low"],
    ["S1", "pain", "", "", "", "D1", "some concerns"],
    ["S1", "pain", "6 weeks", "", "", "D1", "high"],
    ["S1", "pain", "", "placebo", "", "D2", "low"],
    ["S1", "pain", "", "Drug B", "", "D2", "high"],
    ["S1", "pain_b", "", "", "", "D3", "high"],
    ["S1", "pain", "", "", "adhering", "D4", "high"],
    ["S1", "pain", "", "", "assignment", "D4", "low"],
    ["S2", "pain", "", "", "adhering", "D4", "high"],
)  # fmt: skip


@each(
    ("outcome", "study", "timepoint", "expected"),
    [
        ("pain", "S1", "12 weeks", {"D1": "some concerns", "D2": "low", "D4": "low"}),
        ("pain", "S1", "6  Weeks", {"D1": "high", "D2": "low", "D4": "low"}),
        ("pain_b", "S1", "6 weeks", {"D1": "high", "D2": "high", "D4": "low", "D3": "high"}),
        ("pain", "S2", "6 weeks", {"D4": "high"}),
        ("sleep", "S1", "6 weeks", {"D1": "low"}),
    ],
)
def test_the_most_specific_judgement_that_holds_stands_beside_a_result(outcome, study, timepoint, expected):
    outcomes = [
        pooling(id="pain", data="pain", arms={"control": ["Placebo"]}),
        pooling(id="pain_b", data="pain", arms={"control": ["drug B"]}),
        pooling(id="sleep", data="sleep"),
    ]  # fmt: skip
    rows = pd.DataFrame(
        [[study, data, timepoint, arm, group] for data in ("pain", "sleep") for arm, group in
         (("drug A", "intervention"), ("placebo", "control"), ("drug B", "control"))],
        columns=["study", "outcome", "timepoint", "arm", "group"],
    )  # fmt: skip
    found = slices_of(Slices(rows, judgements=FILED), outcomes)[outcome]
    assert [json.loads(text) for text in found["risk_of_bias"]] == [expected] * 3


def test_a_study_of_another_comparison_brings_no_judgement_of_it():
    outcome = pooling(id="active", data="pain", arms={"control": ["drug B"]})
    rows = pd.DataFrame(
        [["S1", "pain", "drug A", "intervention"], ["S1", "pain", "placebo", "control"],
         ["S2", "pain", "drug A", "intervention"], ["S2", "pain", "placebo", "control"], ["S2", "pain", "Drug B", "control"],
         ["S3", "pain", "", ""]],
        columns=["study", "outcome", "arm", "group"],
    )  # fmt: skip
    judged = pd.DataFrame(
        [[study, "pain", "overall", "low"] for study in ("S1", "S2", "S3")], columns=JUDGED.columns
    )
    found = slices_of(Slices(rows, judgements=judged), [outcome])["active"]
    assert found["rob_overall"].tolist() == ["", "", "low", "low", "low", "low"]
