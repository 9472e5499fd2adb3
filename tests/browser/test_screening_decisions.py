"""What becomes of decisions on the screening page in headless Chromium: kept in the browser, saved, loaded, of two tabs, and seen again."""

from __future__ import annotations

import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from tests.browser.screening import REASONS, TERMS, press, rows, saved, text

from evergreen import sheets
from evergreen.screening.webpage import screening_page

pytestmark = pytest.mark.browser


def test_a_saved_sheet_is_loaded_into_another_browser_and_nothing_of_it_is_lost(open_browser, page, tmp_path):
    earlier = pd.DataFrame([{"record_id": "old:1", "decision": "exclude", "reason": "review", "note": "kept, as it is", "decided_on": "2019-01-02", "mood": "fine", "_file": "AB.csv", "_row": 2}])  # fmt: skip
    file = tmp_path / "other.csv"
    file.write_text(
        "record_id;decision;reason;note\npubmed:1;EXCLUDE;review;\npubmed:2;;;\nelsewhere:9;include;;x\n",
        encoding="utf-8",
    )
    browser = open_browser()
    browser.get(page(3, earlier=earlier))
    press(browser, "j", "j", "u")
    browser.find_element(By.ID, "load").send_keys(str(file))
    WebDriverWait(browser, 5).until(lambda _: "1 decisions loaded" in text(browser, "message"))
    read = sheets.read_sheet(saved(browser, tmp_path), "screening").set_index("record_id")
    assert read["decision"].to_dict() == {
        "old:1": "exclude",
        "elsewhere:9": "include",
        "pubmed:1": "exclude",
        "pubmed:2": "unsure",
    }
    assert read.loc["old:1", ["note", "mood"]].tolist() == ["kept, as it is", "fine"]


def test_two_open_tabs_share_their_decisions(open_browser, page, tmp_path):
    browser = open_browser()
    address = page(4)
    browser.get(address)
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(address)
    second = browser.current_window_handle
    press(browser, "j", "e", "1")  # the second record, in the second tab
    browser.switch_to.window(first)
    WebDriverWait(browser, 5).until(lambda _: text(browser, "tally").startswith("1 of 4"))
    press(browser, "i")
    assert text(browser, "record-title").startswith("Trial 2")  # the other tab's record is done
    browser.switch_to.window(second)
    press(browser, "u")  # the third record, which the first tab shows
    browser.switch_to.window(first)
    WebDriverWait(browser, 5).until(lambda _: text(browser, "current") == "Yours: Unsure")
    assert text(browser, "message") == "This record was changed in another tab."
    read = sheets.read_sheet(saved(browser, tmp_path), "screening").set_index("record_id")
    assert read["decision"].to_dict() == {"pubmed:0": "include", "pubmed:1": "exclude", "pubmed:2": "unsure"}


def test_what_was_not_saved_is_kept_when_its_record_has_left_the_list(open_browser, page, tmp_path):
    browser = open_browser()
    browser.get(page(3))
    press(browser, "i", "u", "e", "1")
    earlier = pd.DataFrame([{"record_id": "pubmed:1", "decision": "exclude", "reason": "review", "note": "", "decided_on": "", "_file": "AB.csv", "_row": 2}])  # fmt: skip
    browser.get(page(1, earlier=earlier))  # a later run: two are decided without these votes
    read = sheets.read_sheet(saved(browser, tmp_path), "screening").set_index("record_id")
    assert read["decision"].to_dict() == {"pubmed:1": "exclude", "pubmed:0": "include", "pubmed:2": "exclude"}
    assert read.loc["pubmed:1", "reason"] == "review"


def test_a_record_to_be_seen_again_shows_the_vote_of_before_and_keeps_it_until_there_is_another(
    open_browser, tmp_path
):
    earlier = pd.DataFrame(
        [
            {"record_id": "pubmed:0", "decision": "exclude", "reason": "review", "note": "", "decided_on": "2020-01-02", "_file": "AB.csv", "_row": 2},
            {"record_id": "pubmed:1", "decision": "exclude", "reason": "review", "note": "", "decided_on": "2020-01-03", "_file": "AB.csv", "_row": 3},
        ]
    )  # fmt: skip
    html = screening_page(
        rows(3).assign(again=["2021-05-01", "2021-05-01", ""]), stage="title_abstract", reviewer="AB", title="A review", reasons=REASONS,
        terms=TERMS, earlier=earlier, eligibility={"include": ["Trials of <b>adults</b>"], "exclude": ["No drug"]},
    )  # fmt: skip
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    browser = open_browser()
    browser.get((tmp_path / "page.html").as_uri())
    assert text(browser, "tally") == "0 of 3 decided"
    assert text(browser, "kept") == ""
    assert text(browser, "current") == (
        "The criteria changed on 2021-05-01. You said exclude (Review) on 2020-01-02. Not decided yet"
    )
    browser.find_element(By.CSS_SELECTOR, "#criteria summary").click()
    lines = [line.text for line in browser.find_elements(By.CSS_SELECTOR, "#criteria li")]
    assert lines == ["Trials of <b>adults</b>", "No drug"]
    press(browser, "i")
    assert text(browser, "kept") == "1 decision is only in this browser."
    read = sheets.read_sheet(saved(browser, tmp_path), "screening").set_index("record_id")
    assert read["decision"].to_dict() == {"pubmed:0": "include", "pubmed:1": "exclude"}
    assert read.loc["pubmed:1", "decided_on"] == "2020-01-03"
    assert text(browser, "kept") == ""
    # Undone, the vote of before is there again.
    press(browser, "z")
    assert text(browser, "kept") == "1 decision is only in this browser."
    read = sheets.read_sheet(saved(browser, tmp_path), "screening").set_index("record_id")
    assert read.loc["pubmed:0", ["decision", "decided_on"]].tolist() == ["exclude", "2020-01-02"]


def test_a_decision_on_a_record_to_be_seen_again_is_not_of_before_the_change_whatever_the_clock(
    open_browser, tmp_path
):
    listed = rows(2).assign(again=["2999-05-01", ""])
    html = screening_page(
        listed, stage="title_abstract", reviewer="AB", title="A review", reasons=REASONS, terms=TERMS
    )
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    browser = open_browser()
    browser.get((tmp_path / "page.html").as_uri())
    press(browser, "i")
    press(browser, "i")
    first, second = sheets.read_sheet(saved(browser, tmp_path), "screening")["decided_on"]
    assert first == "2999-05-01"
    assert second < first


def test_what_is_not_saved_is_said_and_at_the_end_the_page_asks_for_it(open_browser, page, tmp_path):
    browser = open_browser()
    browser.get(page(2))
    closing = """
      const event = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    """
    assert not browser.execute_script(closing)
    press(browser, "i", "u")
    assert text(browser, "message") == "All records of this selection are decided. Save your decisions now."
    assert text(browser, "kept") == "2 decisions are only in this browser."
    assert browser.execute_script(closing)
    assert browser.switch_to.active_element.get_attribute("id") == "save-now"
    file = tmp_path / "labels.csv"
    file.write_text("record_id,decision,reason\npubmed:0,EXCLUDE,Not  Randomised\n", encoding="utf-8")
    browser.find_element(By.ID, "load").send_keys(str(file))
    WebDriverWait(browser, 5).until(lambda _: "1 decisions loaded" in text(browser, "message"))
    read = sheets.read_sheet(saved(browser, tmp_path), "screening").set_index("record_id")
    assert read["reason"].to_dict() == {"pubmed:0": "not_randomised", "pubmed:1": ""}
    assert not browser.execute_script(closing)
