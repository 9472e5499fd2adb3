"""Pages that the desk serves, in headless Chromium: saved at once, whatever happens to the server or to the sheet meanwhile."""

from __future__ import annotations

from threading import Thread

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from tests.serve import campaign, made_review

from evergreen import sheets
from evergreen.desk import links
from evergreen.desk.server import Server
from evergreen.desk.work import Desk
from evergreen.protocol.loading import load

pytestmark = pytest.mark.browser


@pytest.fixture
def review(tmp_path):
    return made_review.make(tmp_path / "review", 6)


@pytest.fixture
def server(review):
    """(process, links) of the review's server; what a test puts there is stopped as well."""
    started = list(made_review.start(review))
    yield started
    started[0].kill()
    started[0].wait()


def press(browser, *keys: str) -> None:
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def text(browser, element: str) -> str:
    return browser.find_element(By.ID, element).text


def wait_for(browser, words: str) -> None:
    WebDriverWait(browser, 20).until(lambda _: words in text(browser, "kept"), f"{words!r} is not said")


def votes(review, person="AB"):
    read = sheets.read_sheet(review / f"config/screening/title_abstract/{person}.csv", "screening")
    return dict(zip(read["record_id"], read["decision"], strict=True))


def test_decisions_reach_the_sheet_outlast_the_server_and_give_way_to_nobody_unasked(
    open_browser, server, review
):
    browser = open_browser()
    browser.get(server[1]["AB"])
    browser.find_element(By.LINK_TEXT, "Screening, title and abstract").click()
    assert text(browser, "kept") == "All saved in config/screening/title_abstract/AB.csv."
    press(browser, "i", "e", "2")
    wait_for(browser, "All saved")
    assert votes(review) == {"pubmed:0": "include", "pubmed:1": "exclude"}
    server[0].kill()
    server[0].wait()
    press(browser, "u", "z", "i", "u")
    wait_for(browser, "2 not saved yet: the server is not there")
    path = review / "config/screening/title_abstract/AB.csv"
    path.write_text(path.read_text().replace("pubmed:0,include", "pubmed:0,unsure") + "pubmed:3,include,,,\n")
    server[:] = made_review.start(review)
    wait_for(browser, 'it says include for "Trial 3 of a drug", and you decide unsure here')
    assert votes(review)["pubmed:2"] == "include"
    assert votes(review)["pubmed:3"] == "include"
    browser.find_element(By.ID, "mine").click()
    wait_for(browser, "All saved")
    assert votes(review) == {
        "pubmed:0": "unsure",
        "pubmed:1": "exclude",
        "pubmed:2": "include",
        "pubmed:3": "unsure",
    }
    browser.refresh()  # what was saved here and changed there since is as it is there
    wait_for(browser, "All saved")
    assert text(browser, "tally") == "4 of 6 decided: 1 include, 1 exclude, 2 unsure"
    press(browser, "z", "i", "u", "z")
    wait_for(browser, "All saved")
    assert votes(review)["pubmed:4"] == "include"
    assert "pubmed:5" not in votes(review), "what was taken back while it was on its way"
    assert [
        entry["message"] for entry in browser.get_log("browser") if "ERR_CONNECTION" not in entry["message"]
    ] == []


def test_a_page_that_was_read_before_the_last_votes_asks_the_desk_and_not_the_person(
    open_browser, server, review
):
    """Loaded anew while votes were written, a page brings the sheet of before; what the sheet really lost is asked about."""
    browser = open_browser()
    browser.get(f"{server[1]['AB']}title_abstract")
    press(browser, "i", "u")
    wait_for(browser, "All saved")
    browser.execute_script("beside(new Map()); for (const id of memory.keys()) reckon(id);")
    wait_for(browser, "All saved")
    assert votes(review) == {"pubmed:0": "include", "pubmed:1": "unsure"}
    path = review / "config/screening/title_abstract/AB.csv"
    path.write_text(
        "".join(line for line in path.read_text().splitlines(keepends=True) if "pubmed:0" not in line)
    )
    browser.refresh()
    wait_for(browser, "it says nothing for")
    assert votes(review) == {"pubmed:1": "unsure"}
    browser.find_element(By.ID, "mine").click()
    wait_for(browser, "All saved")
    assert votes(review) == {"pubmed:0": "include", "pubmed:1": "unsure"}


def test_a_form_is_saved_where_it_belongs(open_browser, review):
    desk = Desk(review, load(review / "config/config.yaml"))
    server = Server(desk, links.Links(0, {"AB": "a" * 43}))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    browser = open_browser()
    browser.get(f"{server.link('AB')}extraction")
    cell = browser.find_element(By.CSS_SELECTOR, '[data-column="n"]')
    cell.send_keys("12")
    assert text(browser, "kept") == "Not saved yet, and only in this browser: AB.csv."
    browser.find_element(By.ID, "export").click()
    WebDriverWait(browser, 10).until(lambda _: text(browser, "kept") == "")
    path = review / "config/extraction/AB.csv"
    assert sheets.read_sheet(path, "extraction")["n"].iloc[0] == 12
    cell.send_keys("3")
    browser.find_element(By.ID, "export").click()
    WebDriverWait(browser, 10).until(lambda _: text(browser, "kept") == "")
    assert sheets.read_sheet(path, "extraction")["n"].iloc[0] == 123
    path.write_text(path.read_text().replace("123", "7"))
    cell.send_keys("4")
    browser.find_element(By.ID, "export").click()
    WebDriverWait(browser, 10).until(
        lambda _: "was changed since this form was made" in text(browser, "message")
    )
    assert sheets.read_sheet(path, "extraction")["n"].iloc[0] == 7
    server.shutdown()
    server.server_close()


def test_two_people_at_once_and_a_server_that_is_killed_lose_no_vote(tmp_path, open_browser):
    seen = campaign.run(tmp_path, records=60, kills=1, seed=3, pause=20)
    assert (seen["votes"], seen["kills"]) == (120, 1)
