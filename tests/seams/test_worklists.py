"""Sheets to fill in: which rows people get, that nobody sees what another found, and that a filled one is the sheet that is read."""

from __future__ import annotations

import itertools
import math
import random
import re
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter.utility import xl_col_to_name

from evergreen import sheets, spreadsheets
from evergreen.bias.tools import TOOLS
from evergreen.extraction import constraints
from evergreen.extraction.constraints import CONSTRAINTS, NUMBERS, faults
from evergreen.extraction.merge import merge_extraction, merge_studies
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import columns_of
from evergreen.sheets.numbers import p_value
from evergreen.sheets.workbooks import with_studies
from evergreen.worklists import bias, extraction
from evergreen.worklists.checks import LONGEST, check_of, fault_of
from evergreen.worklists.workbook import write_workbook
from tests.rows import each

ROOT = Path(__file__).parents[2]
HEAD = "study,outcome,timepoint,arm,group,n,events,mean,sd,note"
BUNDLED = ("AB", "CD")


def outcome(id_: str, **more):
    return Outcome.model_validate({"id": id_, "measure": "RR", **more})


def read(folder, name: str, text: str, kind: str = "extraction"):
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    return sheets.read_sheet(path, kind)


def lines(sheet, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row.cells.get(name, "") for name in names) for row in sheet.rows]


LABELS = ("study", "outcome", "timepoint", "arm", "group")
ASKED = [
    # What the protocol says, what sheets say of the study, the rows that are asked for.
    ("nothing is known", outcome("pain"), [], [("", "intervention", "intervention"), ("", "control", "control")]),
    ("the protocol names arms and time", outcome("pain", timepoint="6 weeks", arms={"intervention": ["a", "b"], "control": "p"}), [],
     [("6 weeks", "a", "intervention"), ("6 weeks", "b", "intervention"), ("6 weeks", "p", "control")]),
    ("arms of another outcome", outcome("pain", timepoint="6 weeks"), ["S,sleep,1 week,drug 5 mg,intervention", "S,sleep,1 week,sham,control"],
     [("6 weeks", "drug 5 mg", "intervention"), ("6 weeks", "sham", "control")]),
    ("times of another outcome", outcome("pain"), ["S,sleep,1 week,drug,intervention", "S,sleep,1 week,sham,control"],
     [("1 week", "drug", "intervention"), ("1 week", "sham", "control")]),
    ("rows of its own", outcome("pain", timepoint="6 Weeks"), ["S,pain,6  weeks,drug,intervention", "S,pain,9 weeks,drug,intervention"],
     [("6  weeks", "drug", "intervention"), ("9 weeks", "drug", "intervention")]),
    ("rows at another time", outcome("pain", timepoint="6 weeks"), ["S,pain,9 weeks,drug,intervention", "S,pain,9 weeks,sham,control"],
     [("9 weeks", "drug", "intervention"), ("9 weeks", "sham", "control"), ("6 weeks", "drug", "intervention"), ("6 weeks", "sham", "control")]),
    ("another comparison", outcome("pain", arms={"control": "placebo"}), ["S,sleep,,drug,intervention", "S,sleep,,no care,control"], []),
    ("one group", outcome("pain", measure="PR"), [], [("", "single", "single")]),
    ("an estimate", outcome("pain", measure="HR"), [], [("", "", "contrast")]),
]  # fmt: skip


@each(("what", "asked", "known", "expected"), ASKED, ids=[case[0] for case in ASKED])
def test_a_study_is_asked_for(tmp_path, what, asked, known, expected):
    said = read(tmp_path, "CD", "\n".join([HEAD, *(f"{labels},10,1,,," for labels in known)]) + "\n")
    sheet = extraction.rows_to_extract(None, extraction.Known([said]), ["S"], extraction.asked_of([asked]))
    assert lines(sheet, *LABELS) == [("S", "pain", *line) for line in expected]


def test_outcomes_that_read_the_same_rows_ask_once_for_all_of_them():
    same = [outcome("a", data="x", timepoint="1 week", arms={"control": "p"}), outcome("b", data="x", timepoint="2 weeks", measure="RD", arms={"control": "q"})]  # fmt: skip
    (asked,) = extraction.asked_of(same)
    assert (asked.timepoints, asked.arms["control"], asked.numbers) == (
        ("1 week", "2 weeks"),
        ("p", "q"),
        ("n", "events"),
    )


def test_a_list_has_the_persons_own_numbers_and_nobody_elses(tmp_path):
    own = read(tmp_path, "AB", f"{HEAD},mood\nS,pain,,drug,intervention,11,2,,,seen,fine\nS,pain,,odd,control,,,,,,\nS,pain,,said,control,NR,,,,,\n")  # fmt: skip
    other = read(tmp_path, "CD", f"{HEAD}\nS,pain,,drug,intervention,99,77,,,secret\nS,pain,,sham,control,98,76,,,secret\nT,pain,,x,control,97,75,,,\n")  # fmt: skip
    known = extraction.Known([own, other])
    sheet = extraction.rows_to_extract(own, known, ["S", "T"], extraction.asked_of([outcome("pain")]))
    assert lines(sheet, "study", "arm", "n", "events", "note", "mood") == [
        ("S", "drug", "11", "2", "seen", "fine"),
        ("S", "odd", "", "", "", ""),
        ("S", "said", "", "", "NR", ""),
        ("S", "sham", "", "", "", ""),
        ("T", "x", "", "", "", ""),
    ]
    assert not {"99", "77", "98", "76", "97", "75", "secret"} & {
        cell for row in sheet.rows for cell in row.cells.values()
    }


def test_an_arm_that_had_no_name_is_asked_for_by_its_name_once_somebody_gave_one(tmp_path):
    own = read(tmp_path, "AB", f"{HEAD}\nS,pain,,intervention,intervention,,,,,\nS,pain,,control,control,,,,,\n")  # fmt: skip
    other = read(tmp_path, "CD", f"{HEAD}\nS,pain,,drug,intervention,9,7,,,\nS,pain,,sham,control,9,7,,,\n")
    known = extraction.Known([own, other])
    sheet = extraction.rows_to_extract(own, known, ["S"], extraction.asked_of([outcome("pain")]))
    assert lines(sheet, "arm") == [("drug",), ("sham",)]


def test_a_row_that_somebody_else_spells_otherwise_is_not_asked_for_again(tmp_path):
    own = read(tmp_path, "AB", f"{HEAD}\nS,pain,6 wk,drug A 10 mg,intervention,9,7,,,\n")
    other = read(tmp_path, "CD", f"{HEAD}\nS,pain,6 weeks,10mg drug A,intervention,9,7,,,\nS,pain,6 weeks,sham,control,9,7,,,\n")  # fmt: skip
    known = extraction.Known([own, other])
    sheet = extraction.rows_to_extract(own, known, ["S"], extraction.asked_of([outcome("pain")]))
    assert lines(sheet, "timepoint", "arm") == [("6 wk", "drug A 10 mg"), ("6 weeks", "sham")]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The bundled extractors' lists, as workbooks and CSV."""
    folder = tmp_path_factory.mktemp("lists")
    places = {kind: {who: str(ROOT / f"config/extraction/{prefix}{who}.csv") for who in BUNDLED} for kind, prefix in (("extraction", ""), ("extraction_studies", "studies-"))}  # fmt: skip
    rows, registers = (sheets.read_sheets(places[kind], kind) for kind in places)
    asked = [outcome("any_ae"), outcome("pain", measure="MD", timepoint="6 weeks", unit="mm")]
    studies = dict.fromkeys(("Cohen2008", "DRIVE", "Newman2024"), ())
    for work in extraction.lists_of("A review", BUNDLED, rows, registers, studies, asked, ["dose"]):
        write_workbook(work, folder / f"{work.person}.xlsx")
        spreadsheets.write_table(work.sheet.frame(), folder / f"{work.person}.csv")
        spreadsheets.write_table(work.register.frame(), folder / f"studies-{work.person}.csv")
    return folder, rows, registers


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_list_that_is_copied_merges_to_the_same_numbers(filled, suffix):
    folder, rows, registers = filled
    before, studies = merge_extraction(rows), merge_studies(registers)
    again = sheets.read_sheets({who: str(folder / f"{who}.{suffix}") for who in BUNDLED}, "extraction")
    after = merge_extraction(again)
    assert after.rows.drop(columns="origin").equals(before.rows.drop(columns="origin"))
    awaited = after.conflicts[after.conflicts["status"].eq("pending")]
    assert {"Newman2024"} < set(awaited["study"])
    # A row that only one has is no longer a disagreement where the other's list awaits it.
    key = ["study", "outcome", "timepoint", "arm", "column"]
    open_ = [
        one.conflicts[one.conflicts["status"].eq("open") & one.conflicts["column"].ne("row")][key]
        for one in (before, after)
    ]
    assert open_[0].reset_index(drop=True).equals(open_[1].reset_index(drop=True))
    stems = {who: f"{who}.xlsx" if suffix == "xlsx" else f"studies-{who}.csv" for who in BUNDLED}
    registered = sheets.read_sheets({who: str(folder / name) for who, name in stems.items()}, "extraction_studies")  # fmt: skip
    merged = merge_studies(registered)
    assert list(merged.rows["study"]) == list(studies.rows["study"])
    assert (
        merged.rows[list(studies.rows.columns)]
        .drop(columns="origin")
        .equals(studies.rows.drop(columns="origin"))
    )
    assert with_studies(folder / "AB.xlsx")
    assert not with_studies(folder / "AB.csv")


def test_the_workbook_is_the_same_for_the_same_list_and_says_what_to_enter(filled, tmp_path):
    folder, *_ = filled
    book = openpyxl.load_workbook(folder / "AB.xlsx")
    assert book.sheetnames == ["Extraction", "Studies", "Columns"]
    page = book["Extraction"]
    head = {cell.value: cell for cell in page[1]}
    assert "Participants analysed" in head["n"].comment.text
    assert [name for name, cell in head.items() if page.column_dimensions[cell.column_letter].hidden] != []
    assert not page.column_dimensions[head["events"].column_letter].hidden
    checks = {
        name: [one for one in page.data_validations.dataValidation if f"{cell.column_letter}2" in one.sqref]
        for name, cell in head.items()
    }
    assert '"intervention,control,single,contrast"' in [one.formula1 for one in checks["group"]]
    assert all(len(checks[name]) == 1 and checks[name][0].type == "custom" for name in NUMBERS)
    assert any("Protocol: mm" in (one.prompt or "") for one in page.data_validations.dataValidation)
    assert [cell.value for cell in book["Studies"][1]][:3] == ["study", "design", "blinding"]


# ---- What the workbook lets in while somebody types, computed here as a spreadsheet program does ----

SCHEMA = columns_of("extraction")
CELLS = {column.name: f"{xl_col_to_name(place)}2" for place, column in enumerate(SCHEMA)}


def comparable(value: object) -> tuple[int, object]:
    """Programs compare texts whatever their letter case, and no text is a number."""
    return (1, str(value).upper()) if isinstance(value, str) else (0, value)


FUNCTIONS = {
    "AND": lambda *given: all(given), "OR": lambda *given: any(given), "NOT": lambda one: not one,
    "ISNUMBER": lambda one: not isinstance(one, str), "COUNT": lambda *given: sum(not isinstance(one, str) for one in given),
    "INT": math.floor, "ABS": abs, "MAX": max, "LEFT": lambda one: str(one)[:1],
    "IS": lambda one, other: comparable(one) == comparable(other), "__builtins__": {},
}  # fmt: skip


@cache
def computed(formula: str):
    """A spreadsheet program's formula as Python's; of IF it computes the branch that counts, of all else everything."""
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", formula.removeprefix("=").replace("<>", "!="))
    text = re.sub(r'\b([A-Z]{1,2}2)=="(\w*)"', r'IS(\1,"\2")', text)
    while "IF(" in text:  # from the inside out, as conditional expressions
        start = end = text.rindex("IF(")
        depth, commas = 0, []
        for end in range(start + 2, len(text)):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if depth == 1 and text[end] == ",":
                commas.append(end)
            if depth == 0:
                break
        one, two = commas
        text = f"{text[:start]}(({text[one + 1 : two]}) if ({text[start + 3 : one]}) else ({text[two + 1 : end]})){text[end + 1 :]}"
    return compile(text, "formula", "eval")


EMPTY = FUNCTIONS | dict.fromkeys(CELLS.values(), "")


def cells_of(row: dict[str, object]) -> dict[str, object]:
    """What formulas are computed from: the functions, and the cells of a row."""
    return EMPTY | {CELLS[name]: value for name, value in row.items()}


def holds(formula: str, cells: dict[str, object]) -> bool:
    return bool(eval(computed(formula), cells))


def typed(row: dict[str, object]) -> dict[str, object]:
    return {column.name: row.get(column.name, math.nan if column.numeric else "") for column in SCHEMA}


def test_every_check_is_short_enough_for_a_spreadsheet_program():
    formulas = [check_of(column, CONSTRAINTS, CELLS) for column in SCHEMA]
    assert sum(formula is not None for formula in formulas) == len(NUMBERS) + 2
    assert all(len(formula) <= LONGEST for formula in formulas if formula)


def test_a_workbook_refuses_what_the_check_of_sheets_refuses():
    """Values of all columns at random, a few at a time: a row is let in where nothing is impossible, and only there."""
    dice = random.Random(7)
    checks = {column.name: check_of(column, CONSTRAINTS, CELLS) for column in SCHEMA}
    broken_rules = [fault_of(rule, CELLS) for rule in CONSTRAINTS]
    values = [-1, 0, 0.5, 1, 2, 3, 10, 49, 50, 95, 99.999, 100, 1000.5]
    seen = {True: 0, False: 0}
    pairs = list(itertools.combinations(NUMBERS, 2))
    for _ in range(1500):
        names = {*dice.choice(pairs), *dice.sample(NUMBERS, dice.randrange(3))}
        row = {name: float(dice.choice(values)) for name in names}
        right = not list(faults(typed(row)))
        cells = cells_of(row)
        let_in = all(holds(checks[name], cells) for name in row)
        assert let_in == right, row
        broken = any(holds(rule, cells) for rule in broken_rules)
        outside = any(
            value < (bound.minimum if bound.minimum is not None else -math.inf)
            or value > (bound.maximum if bound.maximum is not None else math.inf)
            for name, value in row.items()
            if (bound := constraints._BOUNDS[name])
        )
        assert (broken or outside) != right, row
        seen[right] += 1
    assert min(seen.values()) > 200


@each("cell", ["NR", "nr", "", "<0.001", ">0.05", 0.03, 1, 1.5, -0.1, "x", "NS"])
def test_a_p_value_is_let_in_as_sheets_read_it(cell):
    column = next(column for column in SCHEMA if column.kind == "p_value")
    try:
        p_value(str(cell))
        right = True
    except ValueError:
        right = False
    assert holds(check_of(column, CONSTRAINTS, CELLS), cells_of({column.name: cell})) == right


@each("cell", ["NR", "", "many"])
def test_a_number_cell_takes_a_number_or_the_word_for_none(cell):
    column = next(column for column in SCHEMA if column.name == "n")
    assert holds(check_of(column, CONSTRAINTS, CELLS), cells_of({"n": cell, "sd": "NR", "se": 2})) == (
        cell != "many"
    )


# ---- Risk of bias ----

JUDGED = "study,outcome,domain,question,answer,judgement,support"


def test_an_assessor_is_asked_every_question_of_the_tool_with_its_answers(tmp_path):
    tool = TOOLS["rob2"]
    sheet = bias.rows_to_judge(None, [], ["S"], ["pain"], tool)
    asked = {(row.cells["domain"], row.cells["question"]): row for row in sheet.rows}
    assert {domain for domain, _ in asked} == {domain.id for domain in tool.domains_of("")}
    for domain in tool.domains_of(""):
        questions = [one.id for one in domain.form().questions]
        assert [q for d, q in asked if d == domain.id] == [*questions, ""]
        assert asked[domain.id, ""].allowed["judgement"] == tool.levels
    one = next(row for row in sheet.rows if row.cells["question"] == "1.1")
    assert one.allowed["answer"] == ("Y", "PY", "PN", "N", "NI", "NA")
    assert one.hints["answer"].startswith("1.1 ")
    assert {row.cells["outcome"] for row in sheet.rows} == {"pain"}


def test_an_assessor_goes_on_from_the_own_sheet_and_sees_nobody_elses(tmp_path):
    own = read(tmp_path, "AB", f"{JUDGED}\nS,,Random sequence generation,,,low,seen\nS,,blinding_participants,,,,\n", "risk_of_bias")  # fmt: skip
    other = read(tmp_path, "CD", f"{JUDGED}\nS,pain,sequence_generation,,,high,secret\n", "risk_of_bias")
    sheet = bias.rows_to_judge(own, [own, other], ["S", "T"], ["pain"], TOOLS["rob1"])
    said = lines(sheet, "study", "outcome", "domain", "judgement", "support")
    assert said[0] == ("S", "", "Random sequence generation", "low", "seen")
    assert said[1][2] == "blinding_participants"
    number = len(TOOLS["rob1"].domains)
    # The sequence holds for S as a whole; blinding is asked for S as a whole, as it was begun, all else by pain, T as a whole.
    assert len(said) == 2 + (number - 2) + number
    assert sum(line[:2] == ("S", "pain") for line in said) == number - 2
    assert not {"high", "secret"} & {cell for line in said for cell in line}


@each(
    ("effect", "words"),
    [("", "the deviations are balanced"), ("assignment", "the deviations are balanced"), ("ITT", "the deviations are balanced"), ("adhering", "non-adherence affects the outcome"), ("per protocol", "non-adherence affects the outcome")],
)  # fmt: skip
def test_a_question_is_worded_for_the_effect_of_interest(tmp_path, effect, words):
    text = f"study,outcome,effect,domain,question,answer,judgement,support\nS,pain,{effect},D2,2.5,,,\n"
    own = read(tmp_path, "AB", text, "risk_of_bias")
    first = bias.rows_to_judge(own, [own], ["S"], ["pain"], TOOLS["rob2"]).rows[0]
    assert first.hints["question"] == f"2.5 {words}"


def test_what_is_judged_for_all_results_is_not_asked_for_each_again(tmp_path):
    """D1 and D3 hold for all, by a judgement and by answers; D4 is judged by outcome, and still awaited of death; a second assessor is
    asked in the same way."""
    text = f"{JUDGED}\nS,,D1,,,low,\nS,,D3,3.1,Y,,\nS,pain,D4,,,low,\nS,death,D4,4.1,N,,\n"
    own = read(tmp_path, "AB", text, "risk_of_bias")
    tool, cells = TOOLS["rob2"], ("outcome", "domain", "question")
    asked = {
        line[:2] for line in lines(bias.rows_to_judge(own, [own], ["S"], ["pain", "death"], tool), *cells)[4:]
    }
    by_outcome = {(outcome, domain) for outcome in ("pain", "death") for domain in ("D2", "D5")}
    assert asked == by_outcome | {("death", "D4")}
    second = {
        line[:2] for line in lines(bias.rows_to_judge(None, [own], ["S"], ["pain", "death"], tool), *cells)
    }
    assert second == by_outcome | {("", "D1"), ("", "D3"), ("pain", "D4"), ("death", "D4")}


def test_results_that_came_after_a_study_was_judged_are_asked_for(tmp_path):
    """Pain is judged at 6 weeks, death (by the outcome's id) at all times; sleep and pain at 12 weeks are extracted, and T is of another comparison."""
    own = read(tmp_path, "AB", f"{JUDGED},timepoint\nS,pain,D1,,,low,,6 weeks\nS,deaths,D1,,,low,,\nT,pain,D1,,,low,,6 weeks\n", "risk_of_bias")  # fmt: skip
    rows = "study,outcome,timepoint,arm,group,n\n" + "".join(
        f"{study},{outcome},{when},{arm},control,9\n"
        for study, outcome, when, arm in [
            ("S", "pain", "6 weeks", "placebo"), ("S", "Pain", "12 weeks", "placebo"), ("s", "death", "1 year", "placebo"), ("S", "sleep", "6 weeks", "placebo"),
            ("S", "other", "6 weeks", "placebo"), ("T", "sleep", "6 weeks", "bark"), ("S", "late", "2 years", "placebo"),
        ]
    ) + "S,awaited,6 weeks,placebo,control,\n"  # fmt: skip
    asked = [
        outcome("pain"), outcome("deaths", data="death"), outcome("sleep", arms={"control": ["Placebo"]}), outcome("awaited"),
        outcome("late", timepoint=["1 year"]),
    ]  # fmt: skip
    found = bias.results_of([read(tmp_path, "CD", rows)], asked)
    assert found == {
        "s": [("death", "deaths", "1 year"), ("pain", "pain", "12 weeks"), ("pain", "pain", "6 weeks"), ("sleep", "sleep", "6 weeks")]
    }  # fmt: skip
    tool = TOOLS["rob2"]
    lists = lines(
        bias.rows_to_judge(own, [own], ["S", "T"], ["pain"], tool, found),
        "study",
        "outcome",
        "timepoint",
        "domain",
    )
    new = {line[:3] for line in lists if line[3] == "D1"} - {
        ("S", "pain", "6 weeks"),
        ("S", "deaths", ""),
        ("T", "pain", "6 weeks"),
    }
    assert new == {("S", "pain", "12 weeks"), ("S", "sleep", "")}
    before = lines(
        bias.rows_to_judge(own, [own], ["S", "T"], ["pain"], tool), "study", "outcome", "timepoint"
    )
    assert not {("S", "pain", "12 weeks"), ("S", "sleep", "")} & set(before)


def test_a_list_of_judgements_is_written_with_choices(tmp_path):
    (work,) = bias.lists_of("A review", ["AB"], {}, {"S": ()}, ["pain"], TOOLS["rob2"])
    write_workbook(work, tmp_path / "AB.xlsx")
    first = (tmp_path / "AB.xlsx").read_bytes()
    write_workbook(work, tmp_path / "AB.xlsx")
    assert (tmp_path / "AB.xlsx").read_bytes() == first
    read_back = sheets.read_sheet(tmp_path / "AB.xlsx", "risk_of_bias")
    assert len(read_back) == len(work.sheet.rows)
    assert read_back["_awaited"].all()
    page = openpyxl.load_workbook(tmp_path / "AB.xlsx")["Judgements"]
    lists = {one.formula1 for one in page.data_validations.dataValidation if one.type == "list"}
    assert {'"Y,PY,PN,N,NI,NA"', '"low,some concerns,high"'} <= lists
