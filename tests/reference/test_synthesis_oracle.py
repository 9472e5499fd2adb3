"""Every block of every file of metafor results is compared, or skipped for a reason that is allowed."""

import json
import os
import warnings
from pathlib import Path

import pytest

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


def names() -> list[str]:
    files = (SHARED / "data" / "oracle").glob("*.json")
    return sorted(path.stem for path in files if path.stem != "schema") or ["absent"]


@pytest.mark.parametrize("name", names())
def test_file_agrees_with_metafor(shared, name):
    ledger = Ledger()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        walk(json.loads((shared / "data" / "oracle" / f"{name}.json").read_text()), ledger)
    assert not ledger.failed, "\n".join(ledger.failed[:20])
    assert set(ledger.skipped) <= ALLOWED
    assert ledger.compared or ledger.skipped
