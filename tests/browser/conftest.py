"""The browser of these tests, and the page that several of them open."""

import pandas as pd
import pytest
from tests.browser.screening import REASONS, TERMS, rows
from tests.chromium import open_browser

from evergreen.screening.webpage import screening_page

__all__ = ["open_browser"]


@pytest.fixture
def page(tmp_path):
    """Function that writes a page of so many records and gives its address."""

    def write(number: int, stage: str = "title_abstract", earlier: pd.DataFrame | None = None) -> str:
        path = tmp_path / f"{stage}-{number}.html"
        html = screening_page(
            rows(number),
            stage=stage,
            reviewer="AB",
            title="A <review>",
            reasons=REASONS,
            terms=TERMS,
            earlier=earlier,
        )
        path.write_text(html, encoding="utf-8")
        return path.as_uri()

    return write
