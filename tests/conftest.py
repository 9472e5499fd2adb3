"""Fixtures for all tests."""

import gc
import os
from pathlib import Path

import pytest

# As Snakemake starts a step of one thread: on small matrices the threads of a linear algebra library wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Looking for garbage after every 700 new objects, as Python does by itself, takes a tenth of the time of short tests.
gc.set_threshold(50_000, 20, 100)

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference data that may not be committed: `EVERGREEN_SHARED`, or `../shared` beside the checkout."""
    folder = Path(os.environ.get("EVERGREEN_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"reference data absent: set EVERGREEN_SHARED (looked in {folder})")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the long runs of the workflow first, so that the short tests fill the other worker."""
    items.sort(key=lambda item: "workflow" not in item.keywords)


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: it is no garbage to look for."""
    gc.collect()
    gc.freeze()
