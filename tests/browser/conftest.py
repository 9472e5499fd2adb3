"""The browser of these tests."""

from tests.chromium import open_browser

__all__ = ["open_browser"]
