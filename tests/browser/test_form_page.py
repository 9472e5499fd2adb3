"""The form of extractors and assessors in headless Chromium: checks while one types, drafts, the sheet that is saved."""

from __future__ import annotations

import itertools
import json
import math
import random
import re
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from tests.chromium import PAPERS, words_printed

from evergreen import sheets
from evergreen.bias import judgements
from evergreen.bias.tools import TOOLS
from evergreen.extraction.constraints import NUMBERS, faults
from evergreen.extraction.merge import merge_extraction, texts
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import columns_of
from evergreen.worklists import bias, extraction
from evergreen.worklists.page import form

pytestmark = pytest.mark.browser

ASKED = [
    Outcome.model_validate({"id": "pain", "measure": "MD", "timepoint": "6 weeks", "arms": {"intervention": "drug", "control": "sham"}}),
    Outcome.model_validate({"id": "death", "name": "Death of </script><b>any</b> cause", "measure": "RR"}),
]  # fmt: skip
OWN = "study,outcome,timepoint,arm,group,n,events,note,mood\nOld,death,1 year,drug,intervention,20,3,=1+1,fine\nOld,death,1 year,sham,control,21,4,,\n"
STUDIES = {"Old": ["Smith J. A trial of <i>drugs</i>. 2001"], "New": [], "Newer": []}

OF_A_BOUND = re.compile(r" is (?:negative|(?:below|above) -?\d)")
"""What is said of a number beyond the bounds of its column, which the page says in its own words."""


@pytest.fixture
def page(tmp_path):
    """Function that writes the form of an extractor with a sheet of that text and gives its address."""

    def write(own: str = OWN, studies=STUDIES) -> str:
        (tmp_path / "own.csv").write_text(own, encoding="utf-8")
        read = {"AB": sheets.read_sheet(tmp_path / "own.csv", "extraction")} if own else {}
        (work,) = extraction.lists_of("A <review>", ["AB"], read, {}, studies, ASKED, ["dose"])
        (tmp_path / "form.html").write_text(form(work), encoding="utf-8")
        return (tmp_path / "form.html").as_uri()

    return write


def press(browser, *keys: str) -> None:
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def text(browser, element: str) -> str:
    return browser.find_element(By.ID, element).text


def cell(browser, part: int, row: int, column: str):
    table = browser.find_elements(By.CSS_SELECTOR, "#parts fieldset")[part]
    return table.find_element(By.CSS_SELECTOR, f'[data-row="{row}"][data-column="{column}"]')


def problems(browser) -> list[str]:
    return [line.text for line in browser.find_elements(By.CSS_SELECTOR, ".problems li")]


def saved(browser, tmp_path: Path, button: str = "export", name: str = "AB.csv") -> Path:
    folder = tmp_path / "downloads"
    for old in folder.glob("*.csv"):
        old.unlink()
    browser.find_element(By.ID, button).click()
    WebDriverWait(browser, 10).until(lambda _: (folder / name).is_file())
    return folder / name


def complaints(browser) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_a_study_is_filled_in_by_keyboard_and_makes_the_extractors_sheet(open_browser, page, tmp_path):
    browser = open_browser()
    address = page()
    browser.get(address)
    assert text(browser, "study-name") == "Old"
    assert text(browser, "tally") == "2 of 12 rows filled"
    browser.find_element(By.ID, "study").send_keys("j")
    assert text(browser, "study-name") == "New"
    press(browser, "f", "12", Keys.ENTER, "11", Keys.TAB, "2.5")
    assert cell(browser, 0, 0, "n").get_attribute("value") == "12"
    assert cell(browser, 0, 1, "mean").get_attribute("value") == "2.5"
    cell(browser, 0, 0, "mean").send_keys("3", Keys.TAB, "-1")
    assert problems(browser) == ["6 weeks, drug: sd is below 0"]
    assert cell(browser, 0, 0, "sd").get_attribute("aria-invalid") == "true"
    cell(browser, 0, 0, "sd").send_keys(Keys.HOME, Keys.DELETE)
    assert problems(browser) == []
    fieldset = browser.find_elements(By.CSS_SELECTOR, "#parts fieldset")[1]
    assert fieldset.find_element(By.CLASS_NAME, "about").text == ASKED[1].name
    fieldset.find_element(By.XPATH, ".//button[text()='Not reported']").click()
    browser.get(address)  # the browser remembers
    assert text(browser, "tally") == "6 of 12 rows filled"
    browser.find_element(By.ID, "study").click()
    read = sheets.read_sheet(saved(browser, tmp_path), "extraction")
    said = texts(read)[["study", "outcome", "arm", "n", "mean", "note", "mood"]].to_numpy().tolist()
    assert said == [
        ["Old", "death", "drug", "20", "", "=1+1", "fine"],
        ["Old", "death", "sham", "21", "", "", ""],
        ["New", "pain", "drug", "12", "3", "", ""],
        ["New", "pain", "sham", "11", "2.5", "", ""],
        ["New", "death", "intervention", "", "", "not reported", ""],
        ["New", "death", "control", "", "", "not reported", ""],
    ]
    merged = merge_extraction({"AB": read})
    assert len(merged.rows) == 6
    assert merged.conflicts.empty  # a study that nobody touched here is as it was
    browser.find_element(By.ID, "study").send_keys("k")
    (n,) = [
        one for one in (cell(browser, part, 0, "n") for part in (0, 1)) if one.get_attribute("value") == "20"
    ]
    n.send_keys(Keys.END, "0", Keys.ESCAPE)
    merged = merge_extraction({"AB": sheets.read_sheet(saved(browser, tmp_path), "extraction")})
    assert len(merged.rows) == 6
    assert merged.conflicts["values"].tolist() == ["AB=awaited"] * 2
    assert complaints(browser) == []


def test_a_draft_holds_until_the_sheet_says_otherwise(open_browser, page, tmp_path):
    browser = open_browser()
    browser.get(page())
    assert text(browser, "study-name") == "Old"
    cell(browser, 0, 0, "events").send_keys(Keys.HOME, Keys.DELETE, "5")
    cell(browser, 0, 1, "events").send_keys(Keys.HOME, Keys.DELETE, "6")
    browser.find_elements(By.XPATH, "//button[text()='Add a row']")[0].click()
    press(browser, "third")
    cell(browser, 0, 2, "n").send_keys("9")
    browser.get(page(OWN.replace("20,3", "20,7")))  # the sheet was changed elsewhere
    assert [cell(browser, 0, row, "events").get_attribute("value") for row in range(3)] == ["7", "6", ""]
    assert cell(browser, 0, 2, "arm").get_attribute("value") == "third"
    read = sheets.read_sheet(saved(browser, tmp_path), "extraction")
    assert read["arm"].tolist()[:3] == ["drug", "sham", "third"]


def test_a_named_arm_is_no_second_row_when_the_sheet_has_come_back(open_browser, page, tmp_path):
    browser = open_browser()
    browser.get(page("", {"New": []}))
    for row, name in enumerate(("drug 5 mg", "no care")):
        arm = cell(browser, 1, row, "arm")
        arm.clear()
        arm.send_keys(name)
        cell(browser, 1, row, "n").send_keys("8")
    path = saved(browser, tmp_path)
    browser.get(page(path.read_text(encoding="utf-8-sig"), {"New": []}))
    arms = [row.get_attribute("value") for row in browser.find_elements(By.CSS_SELECTOR, "[data-column=arm]")]
    assert sorted(arms) == ["drug", "drug 5 mg", "no care", "sham"]


def test_a_sheet_is_loaded_and_the_register_is_saved(open_browser, page, tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("study;outcome;timepoint;arm;group;n;source\nNEW;pain;6  weeks;Drug;intervention;7;p. 3\nNew;pain;6 weeks;extra;intervention;8;\nGone;pain;;x;control;1;\n", encoding="utf-8")  # fmt: skip
    browser = open_browser()
    browser.get(page())
    browser.find_element(By.ID, "load").send_keys(str(file))
    WebDriverWait(browser, 5).until(lambda _: "2 of 3 rows loaded" in text(browser, "message"))
    read = sheets.read_sheet(saved(browser, tmp_path), "extraction")
    new = read[read["study"].str.lower().eq("new") & read["outcome"].eq("pain")]
    assert new[["arm", "source"]].to_numpy().tolist() == [["Drug", "p. 3"], ["sham", ""], ["extra", ""]]
    browser.find_element(By.CSS_SELECTOR, '[data-register="funding"]').send_keys("public; none else")
    register = sheets.read_sheet(
        saved(browser, tmp_path, "export-register", "studies-AB.csv"), "extraction_studies"
    )
    assert register[["study", "funding"]].to_numpy().tolist() == [["Old", "public; none else"]]
    assert "dose" in register


def test_the_form_refuses_what_the_check_of_sheets_refuses(open_browser, page):
    """The rules that the page walks through and those that Python computes are the same table; here they are compared by outcome."""
    browser = open_browser()
    browser.get(page())
    dice = random.Random(5)
    values = [-1, 0, 0.5, 1, 2, 10, 49, 50, 95, 99.999, 100, 1000.5]
    pairs = list(itertools.combinations(NUMBERS, 2))
    rows = []
    for _ in range(1500):
        named = {*dice.choice(pairs), *dice.sample(NUMBERS, dice.randrange(3))}
        rows.append({name: float(dice.choice(values)) for name in named})
    told = browser.execute_script(
        "return JSON.parse(arguments[0]).map((cells) => faultsOf({ allowed: {}, cells: { study: 'S', outcome: 'o', group: 'control', ...cells } }))",
        json.dumps([{name: f"{value:g}" for name, value in row.items()} for row in rows]),
    )
    empty = {column.name: math.nan if column.numeric else "" for column in columns_of("extraction")}
    for row, found in zip(rows, told, strict=True):
        expected = list(faults(empty | row))
        assert sorted({column for column, _ in found}) == sorted({column for column, _ in expected}), row
        rules = {problem for _, problem in expected if not OF_A_BOUND.search(problem)}  # fmt: skip
        assert rules <= {problem for _, problem in found}, row


WRITTEN = [
    ("n", "NR", ""), ("n", "12,5", "write 12.5, with a point"), ("n", "many", "many is not a number"), ("group", "", "group is empty"),
    ("estimate_p", "<0.001", ""), ("estimate_p", "P = .03", ""), ("estimate_p", "1.2", "1.2 is no p value: 0.03, or a bound such as <0.001"),
    ("scale", "Ratio", ""), ("scale", "log2", "log2 is not allowed: analysis, ratio"),
]  # fmt: skip


def test_what_a_cell_may_say(open_browser, page):
    browser = open_browser()
    browser.get(page())
    for column, said, problem in WRITTEN:
        cells = {"study": "S", "outcome": "o", "group": "control", column: said}
        told = browser.execute_script("return faultsOf({ allowed: {}, cells: arguments[0] })", cells)
        assert told == ([[column, problem]] if problem else []), (column, said)


@pytest.mark.parametrize("size", [(1280, 900), (390, 800)])
def test_an_assessor_answers_questions_of_the_tool(open_browser, tmp_path, size):
    (work,) = bias.lists_of("A review", ["CD"], {}, {"S": ()}, [], TOOLS["rob2"])
    (tmp_path / "form.html").write_text(form(work), encoding="utf-8")
    browser = open_browser(*size)
    browser.get((tmp_path / "form.html").as_uri())
    number = len(TOOLS["rob2"].domains_of(""))
    assert len(browser.find_elements(By.CSS_SELECTOR, "#parts fieldset")) == number
    for row, answer in enumerate(("Y", "PY", "N")):
        Select(cell(browser, 0, row, "answer")).select_by_value(answer)
    browser.find_elements(By.XPATH, "//button[text()='No information']")[1].click()
    path = saved(browser, tmp_path, name="CD.csv")
    read = sheets.read_sheet(path, "risk_of_bias")
    judged = judgements.judge({"CD": read}, None, TOOLS["rob2"]).judgements
    assert judged.loc[judged["domain"].eq("D1"), "judgement"].tolist() == ["low"]
    assert complaints(browser) == []
    wide = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 1


def test_a_form_is_printed_with_all_that_is_written_in_it(open_browser, page):
    """Fields that one moves in would show as much as they are wide."""
    note = "Read off a figure by both extractors, " * 6
    browser = open_browser()
    browser.get(page(OWN.replace("=1+1", f'"{note}"')))
    browser.find_element(By.ID, "every").click()
    for paper in PAPERS:
        words = " ".join(words_printed(browser, *paper))
        assert note.strip() in words
        assert "events: 3" in words


def test_a_large_list_stays_quick(open_browser, page):
    browser = open_browser()
    browser.get(page("", {f"Study {number}": [] for number in range(1000)}))
    assert text(browser, "tally") == "0 of 4000 rows filled"
    taken = browser.execute_script(
        "const cell = document.querySelector('[data-column=n]'); const from = performance.now();"
        "for (let i = 0; i < 50; i += 1) { cell.value = String(i + 1); cell.dispatchEvent(new Event('input')); }"
        "return (performance.now() - from) / 50"
    )
    assert taken < 50, f"{taken:.1f} ms a key"
    browser.find_element(By.ID, "search").send_keys("Study 77")
    assert text(browser, "matches") == "19 of 1000 studies"  # 77, 770 to 779, 177 to 977
