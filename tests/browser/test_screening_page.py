"""The screening page in headless Chromium: by keyboard, on a phone, in the dark, with 5,000 records."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from tests.browser.screening import ABSTRACT, REASONS, TERMS, complaints, press, rows, saved, text

from evergreen import sheets
from evergreen.screening import webpage
from evergreen.screening.ballots import ballots
from evergreen.screening.webpage import screening_page
from evergreen.screening.worklists import conflict_list

pytestmark = pytest.mark.browser


def test_screening_by_keyboard_alone_makes_the_reviewers_sheet(open_browser, page, tmp_path):
    browser = open_browser()
    address = page(6)
    browser.get(address)
    assert text(browser, "record-title") == "Trial 0 of </script><i>denosumab</i>"
    press(browser, "i", "e", "2", "u", "e", Keys.ESCAPE, "n")
    press(browser, 'a remark; with "quotes"', Keys.ESCAPE, "i", "e", "4", "z")
    assert text(browser, "tally") == "4 of 6 decided: 2 include, 1 exclude, 1 unsure"
    assert text(browser, "record-title").startswith("Trial 4")
    browser.get(address)  # the browser remembers
    assert text(browser, "tally").startswith("4 of 6 decided")
    sheet = sheets.read_sheet(saved(browser, tmp_path), "screening")
    read = ballots(sheet, stage="title_abstract", reasons=list(REASONS))
    assert read[["record_id", "decision", "reason", "note"]].to_numpy().tolist() == [
        ["pubmed:0", "include", "", ""],
        ["pubmed:1", "exclude", "not_randomised", ""],
        ["pubmed:2", "unsure", "", ""],
        ["pubmed:3", "include", "", 'a remark; with "quotes"'],
    ]
    assert complaints(browser) == []


def test_a_note_that_a_spreadsheet_program_would_compute_is_saved_as_a_text_and_comes_back(
    open_browser, page, tmp_path
):
    earlier = pd.DataFrame([{"record_id": "old:1", "decision": "include", "reason": "", "note": "@SUM(1)", "decided_on": "", "dose, mg": "-1.5", "_file": "AB.csv", "_row": 2}])  # fmt: skip
    file = tmp_path / "other.csv"
    file.write_text(
        "record_id,decision,note\npubmed:1,include,'=1+1\npubmed:2,include,=2\n", encoding="utf-8"
    )
    browser = open_browser()
    browser.get(page(3, earlier=earlier))
    browser.find_element(By.ID, "load").send_keys(str(file))
    WebDriverWait(browser, 5).until(lambda _: "2 decisions loaded" in text(browser, "message"))
    path = saved(browser, tmp_path)
    written = path.read_text(encoding="utf-8-sig")
    assert all(f",{cell}" in written for cell in ("'=1+1", "'=2", "'@SUM(1)", "-1.5"))
    read = sheets.read_sheet(path, "screening").set_index("record_id")
    assert read["note"].to_dict() == {"old:1": "@SUM(1)", "pubmed:1": "=1+1", "pubmed:2": "=2"}
    assert read.loc["old:1", "dose, mg"] == "-1.5"


def test_an_empty_list_says_so(open_browser, tmp_path):
    html = screening_page(
        rows(1).head(0), stage="full_text", reviewer="AB", title="A review", reasons=REASONS, terms=TERMS
    )
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    browser = open_browser()
    browser.get((tmp_path / "page.html").as_uri())
    press(browser, "i", "j", "z", "e", "n")
    assert text(browser, "record-title") == "Nothing to screen"
    assert complaints(browser) == []


def test_full_text_needs_a_reason_and_knows_its_decisions(open_browser, page):
    browser = open_browser()
    browser.get(page(5, "full_text"))
    press(browser, "e", "4")  # there is no fourth reason
    assert browser.find_element(By.ID, "reasons").is_displayed()
    press(browser, "1", "r", "w", "o", "u")
    assert (
        text(browser, "tally")
        == "4 of 5 decided: 1 exclude, 1 unsure, 1 not retrieved, 1 awaiting classification, 1 ongoing study"
    )


def test_the_adjudicator_sees_the_votes_and_signs(open_browser, tmp_path):
    works = pd.DataFrame(
        {"work_id": ["w", "v"], "title": ["One", "Two"], "year": [2001, 2002], "round": "2020-12-31"}
    )
    conflicts = pd.DataFrame({"work_id": ["w"], "votes": ["AB: include; CD: exclude (review)"]})
    html = screening_page(
        conflict_list(works, conflicts, pd.DataFrame(columns=["work_id", "reviewer"])),
        stage="full_text",
        reviewer="adjudication",
        title="A review",
        reasons=REASONS,
        terms={},
    )
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    browser = open_browser()
    browser.get((tmp_path / "page.html").as_uri())
    assert text(browser, "current") == "AB: include; CD: exclude (review). Not decided yet"
    press(browser, "e", "3")
    browser.find_element(By.ID, "export").click()
    assert "initials" in text(browser, "message")
    browser.find_element(By.ID, "initials").send_keys("EF")
    read = sheets.read_sheet(saved(browser, tmp_path, "adjudication.csv"), "adjudication_screening")
    assert read[["record_id", "decision", "reason", "adjudicator"]].to_numpy().tolist() == [
        ["w", "exclude", "review", "EF"]
    ]


def test_search_filter_and_marked_words(open_browser, page):
    browser = open_browser()
    browser.get(page(60))
    marks = browser.find_elements(By.CSS_SELECTOR, "#abstract mark")
    assert {mark.text for mark in marks} == {"Rheumatoid", "arthritis", "denosumab"}
    assert [link.get_attribute("href") for link in browser.find_elements(By.CSS_SELECTOR, "#links a")] == [
        "https://pubmed.ncbi.nlm.nih.gov/0/", "https://doi.org/10.1/a%3Cb%3E0",
    ]  # fmt: skip
    press(browser, "/", "trial 59", Keys.ESCAPE)
    assert text(browser, "matches") == "1 of 60 records"
    press(browser, "i")
    Select(browser.find_element(By.ID, "filter")).select_by_visible_text("include")
    assert text(browser, "record-title").startswith("Trial 59")
    browser.find_element(By.ID, "search").clear()
    browser.find_element(By.ID, "keys").click()
    press(browser, "e")
    assert text(browser, "tally") == "1 of 60 decided: 1 include"
    Select(browser.find_element(By.ID, "filter")).select_by_visible_text("all")
    browser.find_element(By.ID, "search").send_keys("nowhere", Keys.ESCAPE)
    assert text(browser, "matches") == "0 of 60 records"
    assert (text(browser, "record-title"), text(browser, "abstract")) == ("No record matches", "")
    press(browser, "i", "n")
    assert text(browser, "tally") == "1 of 60 decided: 1 include"
    browser.find_element(By.ID, "search").clear()
    browser.find_element(By.ID, "search").send_keys("trial 7", Keys.ESCAPE)
    assert text(browser, "record-title").startswith("Trial 7")


def test_a_long_list_is_packed_and_screened_as_any_other(open_browser, page, tmp_path, monkeypatch):
    monkeypatch.setattr(webpage, "MOST_PLAIN", 10)
    monkeypatch.setattr(webpage, "IN_A_BLOCK", 7)
    browser = open_browser()
    address = page(60)
    assert "Ann Rheum Dis" not in (tmp_path / "title_abstract-60.html").read_text(encoding="utf-8")
    browser.get(address)
    WebDriverWait(browser, 10).until(lambda _: text(browser, "matches") == "60 of 60 records")
    assert text(browser, "record-title") == "Trial 0 of </script><i>denosumab</i>"
    assert text(browser, "abstract") == ABSTRACT * 18
    press(browser, "i", "e", "2", "/", "trial 59", Keys.ESCAPE, "u")
    browser.get(address)
    WebDriverWait(browser, 10).until(lambda _: text(browser, "tally").startswith("3 of 60 decided"))
    sheet = sheets.read_sheet(saved(browser, tmp_path), "screening")
    assert sheet[["record_id", "decision"]].to_numpy().tolist() == [
        ["pubmed:0", "include"], ["pubmed:1", "exclude"], ["pubmed:59", "unsure"],
    ]  # fmt: skip
    assert complaints(browser) == []
    browser.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": "delete window.DecompressionStream"}
    )
    browser.get(address)
    assert text(browser, "record-title").startswith("This browser is too old to open a list of this length.")


def test_five_thousand_records_open_in_two_seconds_and_answer_in_fifty_milliseconds(open_browser, page):
    browser = open_browser()
    address = page(5000)
    started = time.perf_counter()
    browser.get(address)
    assert text(browser, "matches") == "5000 of 5000 records"
    opened = time.perf_counter() - started
    answer = """
      const before = performance.now();
      document.dispatchEvent(new KeyboardEvent("keydown", {key: arguments[0], bubbles: true}));
      document.body.getBoundingClientRect();
      return performance.now() - before;
    """
    # The page listens on the document; an event on the body bubbles as a real key press does.
    answer = answer.replace("document.dispatchEvent", "document.body.dispatchEvent")
    times = sorted(browser.execute_script(answer, key) for key in "ijukiujikj" * 4)
    search = """
      const field = document.getElementById("search");
      field.value = arguments[0];
      const before = performance.now();
      field.dispatchEvent(new Event("input"));
      document.body.getBoundingClientRect();
      return performance.now() - before;
    """
    searched = [browser.execute_script(search, words) for words in ("d", "den", "denosumab 49", "")]
    print(f"searches took {', '.join(f'{ms:.0f}' for ms in searched)} ms")
    assert sorted(searched)[1] < 50
    print(f"opened in {opened:.2f} s; key press median {times[20]:.1f} ms, slowest {times[-1]:.1f} ms")
    assert opened < 2
    assert times[20] < 50


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_names_and_order_serve_everybody(open_browser, page, dark):
    """WCAG 2.2: text contrast 4.5:1 (1.4.3), a name for each control (4.1.2), one h1, targets of 24 pixels (2.5.8)."""
    browser = open_browser(dark=dark)
    browser.get(page(3))
    weak = browser.execute_script("""
      const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
      const paper = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
      return [...document.querySelectorAll("h1, h2, p, a, button, label, span, mark, li, div")].filter((e) => e.offsetParent && !e.disabled &&
        [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.className !== "skip").map((e) => {
        const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(paper(e))].sort((x, y) => y - x);
        return [(a + 0.05) / (b + 0.05), e.outerHTML.slice(0, 80)]; }).filter(([ratio]) => ratio < 4.5);
    """)
    assert weak == []
    nameless = browser.execute_script("""
      return [...document.querySelectorAll("button, input, select, textarea, a")].filter((e) => e.offsetParent &&
        !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).map((e) => e.outerHTML);
    """)
    assert nameless == []
    small = browser.execute_script("""
      return [...document.querySelectorAll("button, select, textarea, input[type=search]")].filter((e) => e.offsetParent)
        .map((e) => [e.getBoundingClientRect(), e.id]).filter(([box]) => Math.min(box.width, box.height) < 24).map(([, id]) => id);
    """)
    assert small == []
    assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1
    seen = []
    for _ in range(30):
        press(browser, Keys.TAB)
        seen.append(
            browser.switch_to.active_element.get_attribute("id") or browser.switch_to.active_element.text
        )
    for needed in ("search", "filter", "note", "next", "export", "load", "keys", "help"):
        assert needed in seen


@pytest.mark.parametrize("stage", ["title_abstract", "full_text"])
def test_on_a_phone_nothing_is_cut_and_the_buttons_are_in_reach(open_browser, page, stage):
    browser = open_browser(500, 900)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True},
    )
    browser.get(page(20, stage))
    assert browser.execute_script("return [innerWidth, visualViewport.width]") == [360, 360]
    box = browser.execute_script(
        "const b = document.querySelector('[data-decision=include]').getBoundingClientRect(); return [b.top, b.bottom, b.height]"
    )
    assert box[0] >= 0
    assert box[1] <= 740
    assert box[2] >= 40
    browser.find_element(By.CSS_SELECTOR, "[data-decision=exclude]").click()
    inside = """
      return [...document.querySelectorAll(".decide button")].filter((e) => e.offsetParent).map((e) => e.getBoundingClientRect())
        .filter((box) => box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight).length;
    """
    assert browser.execute_script(inside) == 0
    browser.find_element(By.CSS_SELECTOR, "#reason-list button").click()
    assert browser.execute_script(inside) == 0
    assert text(browser, "tally") == "1 of 20 decided: 1 exclude"
    assert browser.execute_script("return innerWidth") == 360
