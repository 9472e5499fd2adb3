"""The flow chart's page in headless Chromium: boxes open the lists behind their numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from evergreen.figures.flow import describe, draw_flow
from evergreen.figures.style import save, style
from evergreen.prisma.chart import charts
from evergreen.prisma.counts import BY_REASON, KEYS, chained
from evergreen.prisma.flow_page import page

pytestmark = pytest.mark.browser
ONE, TWO = "2018-12-31", "2020-12-31"


@pytest.fixture
def flow_page(tmp_path: Path) -> Path:
    empty: dict[str, Any] = {key: {} if key in BY_REASON else 0 for key in KEYS}
    first = empty | {
        "database_results": 400,
        "records_screened": 400,
        "records_excluded": 398,
        "dbr_sought_reports": 2,
    }
    first |= {"dbr_assessed": 2, "dbr_excluded": {"design": 1}, "new_studies": 1, "new_reports": 1}
    document = chained({ONE: first, TWO: empty}, {}) | {"sources": {}, "given": [], "skipped": []}
    rows = [(ONE, "database_results", f"pubmed:{n}", "") for n in range(400)]
    rows += [
        (ONE, "dbr_excluded", "pubmed:1", "design"),
        (ONE, "new_reports", "pubmed:0", ""),
        (ONE, "new_studies", "ALPHA", ""),
    ]
    columns = ["work_id", "authors", "year", "title", "journal", "volume", "issue", "pages", "pmid", "doi"]
    works = pd.DataFrame(
        [
            (
                f"pubmed:{n}",
                "Doe, J",
                "2018",
                f"Title {n} </script><b>",
                "J",
                "1",
                "2",
                "3-4",
                str(n),
                "10.1/x",
            )
            for n in range(400)
        ],
        columns=columns,
    )
    drawn = charts(document, {"design": "Wrong design"})
    drawings = {}
    for name, chart in drawn.items():
        with style():
            save(draw_flow(chart), tmp_path / name)
        drawings[name] = describe((tmp_path / f"{name}.svg").read_text(encoding="utf-8"), chart)
    html = page(
        "Trial & <error>", drawn, drawings, document, pd.DataFrame(rows, columns=["round", "box", "id", "reason"]), works,
        pd.DataFrame({"record_id": works["work_id"], "work_id": works["work_id"]}),
        pd.DataFrame({"study": ["ALPHA"], "work_ids": ["pubmed:0"]}), {"design": "Wrong design"},
    )  # fmt: skip
    path = tmp_path / "flow.html"
    path.write_text(html, encoding="utf-8")
    return path


def test_boxes_open_their_lists_by_mouse_and_keyboard(
    flow_page: Path, open_browser: Callable[..., Any]
) -> None:
    browser = open_browser()
    browser.get(flow_page.as_uri())
    found = browser.find_element(By.ID, "list")
    # The latest round is an update; what is carried over is listed from the round before it.
    browser.find_element(By.CSS_SELECTOR, '[id="box-previous_studies"] a').send_keys(Keys.ENTER)
    assert "Studies included in previous version of review (n = 1)" in found.text
    assert "ALPHA" in found.text
    assert "Title 0 </script><b>" in found.text
    browser.find_element(By.CSS_SELECTOR, f'nav button[data-chart="flow-{ONE}"]').click()
    browser.find_element(By.CSS_SELECTOR, '[id="box-dbr_excluded"] a').send_keys(Keys.ENTER)
    assert "Reports excluded (n = 1)" in found.text
    assert "Wrong design" in found.text
    words = browser.find_element(
        By.XPATH, "//*[local-name()='svg']//*[local-name()='text' and starts-with(., 'Records identified')]"
    )
    words.click()
    assert len(found.find_elements(By.TAG_NAME, "tr")) == 301
    found.find_element(By.TAG_NAME, "button").click()
    assert len(found.find_elements(By.TAG_NAME, "tr")) == 401
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_page_fits_a_phone_and_opens_at_a_box(flow_page: Path, open_browser: Callable[..., Any]) -> None:
    browser = open_browser(width=500, height=800, dark=True)
    browser.get(flow_page.as_uri() + "#total_studies")
    assert "Total studies included in review (n = 1)" in browser.find_element(By.ID, "list").text
    width = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]


def test_text_of_the_drawing_stays_in_its_boxes_in_a_browser(
    flow_page: Path, open_browser: Callable[..., Any]
) -> None:
    browser = open_browser()
    browser.get(flow_page.as_uri())
    outside = browser.execute_script("""
        const boxes = [...document.querySelectorAll('#chart [id^="box-"] path, #chart [id^="section-"] path')].map(p => p.getBoundingClientRect());
        const hit = (t, b) => t.left < b.right && t.right > b.left && t.top < b.bottom && t.bottom > b.top;
        return [...document.querySelectorAll('#chart text')].filter(text => {
          const t = text.getBoundingClientRect();
          const own = boxes.filter(b => hit(t, b));
          return own.length > 1 || own.some(b => t.left < b.left || t.right > b.right || t.bottom > b.bottom + 1);
        }).map(text => text.textContent);""")
    assert outside == []
