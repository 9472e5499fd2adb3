"""Headless Chromium for pages that a review publishes, as a fixture for the folders of tests that need it."""

from __future__ import annotations

import base64
import html
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

webdriver = pytest.importorskip("selenium.webdriver")
errors = pytest.importorskip("selenium.common.exceptions")
waits = pytest.importorskip("selenium.webdriver.support.wait")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
)  # fmt: skip


class Browser(webdriver.Chrome):
    """Chromium of which `get` ends when the page that was asked for is there.

    On a busy machine chromedriver answers while the page before still stands: a test would read that one, or print it as it goes.
    """

    def get(self, url: str) -> None:
        place, _, part = url.partition("#")
        stays = part and self.current_url.partition("#")[0] == place
        self.execute_script("document.left = true")
        super().get(url)
        if not stays:
            there = "return !document.left && document.readyState === 'complete'"
            waits.WebDriverWait(self, 60, 0.02, [errors.JavascriptException]).until(
                lambda browser: browser.execute_script(there)
            )


def started(profile: Path, *flags: str, downloads: Path | None = None) -> Browser:
    """A browser with a memory of its own. Raises RuntimeError where Chromium is not installed."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        raise RuntimeError("Chromium and its driver are not installed (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    if downloads:
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return Browser(options=options, service=webdriver.ChromeService(driver))


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Function that starts a browser of a given window size; downloads go to `tmp_path / "downloads"`."""
    browsers = []

    def start(
        width: int = 1280, height: int = 900, *, dark: bool = False, profile: str = "profile"
    ) -> Browser:
        size = f"--window-size={width},{height}"
        try:
            browser = started(tmp_path / profile, size, downloads=tmp_path / "downloads")
        except RuntimeError as missing:
            pytest.skip(str(missing))
        browsers.append(browser)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        return browser

    yield start
    for browser in browsers:
        browser.quit()


AXE = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"
"""Where `npm install --no-save axe-core@4.14.1` puts the checks of Deque's axe."""


def shown(browser: Browser, page: Path, *, dark: bool = False, width: int = 1280) -> None:
    """Open a page in a window of that width, dark or light, with everything that a reader can open standing open."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(page.as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def findings_of_axe(browser: Browser, *only: str) -> list[str]:
    """What axe finds on the page that is open, of whatever weight: rule and the first element that breaks it.

    `only` are tags of the rules that are asked, all without any.
    """
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(only)} if only else {})
    return browser.execute_async_script(
        """
        const [options, done] = arguments;
        axe.run(document, options).then(
          found => done(found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`)),
          error => done([String(error)]));""",
        options,
    )


def printed(browser: Browser, width: float, height: float) -> bytes:
    """The page that is open as a PDF on paper of that size in inches."""
    sheet = {"paperWidth": width, "paperHeight": height, "printBackground": True, "preferCSSPageSize": True}
    return base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", sheet)["data"])


PAPERS = ((8.27, 11.69), (8.5, 11.0))
"""A4 and Letter, in inches."""
WORD = re.compile(r'<word xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)">(.*?)</word>')


def words_printed(browser: Browser, width: float, height: float) -> list[str]:
    """The words of the page that is open as it is printed; every one lies within the margins. Measured by pdftotext."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    pdf = printed(browser, width, height)
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    found = WORD.findall(done.stdout.decode("utf-8"))
    outside = [
        word for word in found
        if not (float(word[0]) > 30 and float(word[2]) < 72 * width - 30 and float(word[1]) > 25 and float(word[3]) < 72 * height - 25)
    ]  # fmt: skip
    assert outside == [], width
    return [html.unescape(word[4]) for word in found]
