"""Every block of every file of metafor results is compared, or skipped for a reason that is allowed."""

import os
import warnings
from itertools import product
from pathlib import Path

import pytest

from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.tau2 import ESTIMATORS
from tests.reference.committed import RESULTS, documents
from tests.reference.oracle.files import KINDS_LATER, walk
from tests.reference.oracle.ledger import Ledger
from tests.reference.oracle.small_studies import LATER

SHARED = Path(os.environ.get("EVERGREEN_SHARED", Path(__file__).resolve().parents[3] / "shared"))
ALLOWED = {
    "error block",
    "single fits without convergence in R",
    "a likelihood without a maximum",
    "one study with events",
    "a mean of 0 that makes R's average infinite",
    "single fits at a lower maximum in R",
    "no digits left in R's inverse of X'WX",
    *LATER.values(),
    *KINDS_LATER.values(),
}


def paths() -> list[Path]:
    """The committed files, and the shared ones where they are there."""
    folders = (RESULTS, SHARED / "data" / "oracle")
    return [path for folder in folders for path in sorted(folder.glob("*.json")) if path.stem != "schema"]


def walked(path: Path) -> None:
    """Walk a file: nothing differs, nothing is left out without a reason that is allowed."""
    ledger = Ledger()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for document in documents(path):
            walk(document, ledger)
    assert not ledger.failed, "\n".join(ledger.failed[:20])
    assert set(ledger.skipped) <= ALLOWED
    assert ledger.compared or ledger.skipped


@pytest.mark.parametrize("path", paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_file_agrees_with_metafor(path):
    walked(path)


def test_committed_files_cover_every_measure_estimator_and_test():
    measures, fits = set(), set()
    for path in RESULTS.glob("*.json"):
        for document in documents(path):
            for analysis in document.get("analyses", []):
                effects = analysis.get("escalc") or document["raw"]
                if "error" not in analysis and any(value is not None for value in effects["yi"]):
                    measures.add(analysis["measure"])
                fits |= {
                    (method, test)
                    for method, tests in analysis.get("fits", {}).items()
                    for test, block in tests.items()
                    if "error" not in block
                }
    assert MEASURES.keys() - measures == {"HR"}  # whose effects metafor takes as it does those of GEN
    assert not {*product(ESTIMATORS, ("z", "knha", "adhoc")), ("EE", "z"), ("EE", "t")} - fits
