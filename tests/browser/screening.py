"""What tests of the screening page share: its records, and what a person does and sees there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from tests.protocols import question

from evergreen.screening.webpage import highlight_terms
from evergreen.screening.worklists import work_list

REASONS = {"wrong_population": "Wrong population", "not_randomised": "Not randomised", "review": "Review"}
TERMS = highlight_terms(
    question(population="Adults with rheumatoid arthritis", intervention="Denosumab, any dose")
)
ABSTRACT = "Rheumatoid arthritis erodes bone; denosumab inhibits RANKL <b>in vivo</b> & elsewhere. "


def rows(number: int) -> pd.DataFrame:
    ids = [f"pubmed:{n}" for n in range(number)]
    works = pd.DataFrame(
        {"work_id": ids, "round": "2020-12-31", "title": [f"Trial {n} of </script><i>denosumab</i>" for n in range(number)],
         "authors": "Takeuchi T; Tanaka Y", "year": 2019, "journal": "Ann Rheum Dis", "abstract": ABSTRACT * 18,
         "doi": [f"10.1/a<b>{n}" for n in range(number)], "pmid": [str(n) for n in range(number)], "url": "javascript:alert(1)"}
    )  # fmt: skip
    awaiting = pd.DataFrame({"work_id": ids, "round": "2020-12-31", "reviewer": "AB", "pilot": False})
    return work_list(works, awaiting, "AB")


def press(browser, *keys: str) -> None:
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def text(browser, element: str) -> str:
    return browser.find_element(By.ID, element).text


def saved(browser, tmp_path: Path, name: str = "AB.csv") -> Path:
    folder = tmp_path / "downloads"
    for old in folder.glob("*.csv"):
        old.unlink()
    browser.find_element(By.ID, "export").click()
    WebDriverWait(browser, 10).until(lambda _: (folder / name).is_file())
    return folder / name


def complaints(browser) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
