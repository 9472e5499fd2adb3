"""The report in headless Chromium: tables are sorted and filtered, rows and closed parts have addresses, a phone shows the answer."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from tests.chromium import PAPERS, printed, shown

from evergreen.protocol.review import Review
from evergreen.report.blocks import Cell, Head, Link, Section, Table, Terms, Text, numbered
from evergreen.report.page import page

pytestmark = pytest.mark.browser

EFFECTS = ("−0.50", "1,200", "3", "", "0.04", "1e-3", "−12", "20 (2 to 30)")
NAMES = ("S 10", "S 9", "É 1", "Z", "a", "Ä", "S 1", "S 2")
ROWS: list[list[Cell]] = [
    [name, Link(f"Trial of </script> {name}", "#top"), value] for name, value in zip(NAMES, EFFECTS, strict=True)
]  # fmt: skip


@pytest.fixture
def report(tmp_path: Path) -> Path:
    table = Table("Effects", [Head("Study"), Head("Report"), Head("Effect", True)], ROWS, id="effects")
    closed = Table(
        "Closed",
        [Head("Study"), Head("Effect", True)],
        [["S 1", "1"], ["S 1", "2"]],
        fold="Open me",
        id="closed",
    )
    answers: list[tuple[Cell, str]] = [
        (Link(f"Outcome {n}", "#effects"), "12 of 1,000 people, 10 (8 to 14); low certainty.")
        for n in range(3)
    ]
    question: list[tuple[Cell, str]] = [("Population", "Adults"), ("Last search", "2023-12-31")]
    sections = [
        Section("glance", "Question and answer", [Terms(question), Terms(answers, "answers")]),
        *(Section(f"part-{n}", f"Section {n} with a long name", [Text("Words. " * 400)], part="The evidence" if n == 0 else "") for n in range(8)),
        Section("results", "Results", [table, closed]),
    ]  # fmt: skip
    path = tmp_path / "index.html"
    review = Review.model_validate({"title": "A review of many trials", "note": "A note. " * 20})
    path.write_text("".join(page(review, "2023-12-31", numbered(sections))), encoding="utf-8")
    return path


def column(browser: Any, number: int) -> list[str]:
    rows = browser.find_elements(By.CSS_SELECTOR, "#effects tbody tr")
    shown_rows = [row for row in rows if row.is_displayed()]
    cells = (row.find_elements(By.TAG_NAME, "td")[number] for row in shown_rows)
    return [cell.text.removesuffix("¶").strip() for cell in cells]


def test_tables_sort_and_filter_and_every_row_and_closed_part_has_an_address(
    report: Path, open_browser: Callable[..., Any]
) -> None:
    browser = open_browser()
    browser.get(report.as_uri() + "#closed--S-1-" + "x")  # an address that is not there does no harm
    table = browser.find_element(By.ID, "effects")
    browser.execute_script("arguments[0].scrollIntoView()", table)
    # A table is prepared when it comes near to what is seen.
    WebDriverWait(browser, 10).until(lambda _: table.find_elements(By.CSS_SELECTOR, "th button"))
    head, _, effect = table.find_elements(By.CSS_SELECTOR, "th button")
    effect.send_keys(Keys.ENTER)
    ascending = ["−12", "−0.50", "1e-3", "0.04", "3", "20 (2 to 30)", "1,200", ""]
    assert column(browser, 2) == ascending
    effect.send_keys(Keys.ENTER)
    assert column(browser, 2) == [*reversed(ascending[:-1]), ""]  # what is empty stays last
    assert [cell.get_attribute("aria-sort") for cell in table.find_elements(By.TAG_NAME, "th")] == [None, None, "descending"]  # fmt: skip
    effect.send_keys(Keys.ENTER)
    assert column(browser, 2) == list(EFFECTS)  # as it was
    head.click()
    assert column(browser, 0) == ["a", "Ä", "É 1", "S 1", "S 2", "S 9", "S 10", "Z"]
    field = table.find_element(By.CSS_SELECTOR, "input[type=search]")
    assert field.accessible_name == "Rows that hold these words: Table 1. Effects"
    field.send_keys("trial É")
    assert column(browser, 0) == ["É 1"]
    assert table.find_element(By.CSS_SELECTOR, "[role=status]").text == "1 of 8 rows"
    here = table.find_element(By.CSS_SELECTOR, "tr:not([hidden]) .here")
    assert here.accessible_name == "Link to this row: É 1"
    here.send_keys(Keys.ENTER)
    row = browser.find_element(By.CSS_SELECTOR, "tr:target")
    assert browser.current_url.endswith(f"#{row.get_attribute('id')}")
    closed = browser.find_element(By.CSS_SELECTOR, "details")
    second = closed.find_elements(By.CSS_SELECTOR, "tbody tr")[1].get_attribute("id")
    assert closed.get_attribute("open") is None
    browser.execute_script(f"location.hash = '{second}'")
    assert browser.execute_async_script(
        "setTimeout(() => arguments[0](document.querySelector('details').open), 100)"
    )
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    # The first stop of the keyboard leads past the contents.
    shown(browser, report, width=390)
    browser.switch_to.active_element.send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert (skip.text, skip.rect["x"] >= 0) == ("Skip to the content", True)
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    # A phone shows question and first answer without a push, and nothing but tables and drawings is wider than it.
    browser.execute_script("scrollTo(0, 0)")
    assert (
        browser.execute_script("return document.querySelector('.answers dd').getBoundingClientRect().bottom")
        < 844
    )
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    # A name without a blank is broken before it fills the screen.
    named = "const cell = document.querySelector('#effects td'); cell.textContent = 'TRIAL_'.repeat(9); return cell.offsetWidth"
    assert browser.execute_script(named) < 195


def test_no_head_of_a_table_stands_alone_at_the_foot_of_a_page(
    tmp_path: Path, open_browser: Callable[..., Any]
) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    tables = [
        Table("Effects", [Head("Study"), Head("Columnhead")], [["S", "1"]] * (1 + i % 7)) for i in range(120)
    ]
    path = tmp_path / "index.html"
    path.write_text("".join(page(Review.model_validate({"title": "T"}), "", numbered([Section("a", "A", tables)]))), encoding="utf-8")  # fmt: skip
    browser = open_browser()
    shown(browser, path)
    for paper in PAPERS:
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=printed(browser, *paper), capture_output=True, check=True)  # fmt: skip
        pages = [one.split() for one in done.stdout.decode("utf-8").split("\f") if one.strip()]
        assert len(pages) > 3
        assert [words[-1] for words in pages if words[-1] in ("Columnhead", "Effects")] == []
