"""metafor, run now, agrees on a few data sets of each kind; `make compare-metafor` generates and compares all of them."""

import json
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from tests.reference.oracle.files import walk
from tests.reference.oracle.ledger import Ledger
from tests.reference.test_synthesis_oracle import ALLOWED

GENERATOR = Path(__file__).parent / "metafor" / "univariate.R"
# one of each kind; then what is difficult: two and three studies, ties, lower maxima, empty cells, missing rows
CHOSEN = ("dat.cannon2006", "dat.franchini2012", "dat.nakagawa2007", "made_k2_proportions", "made_k2_rates", "made_k3", "made_ties")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    needed = "stopifnot(all(c('metafor', 'metadat', 'jsonlite') %in% rownames(installed.packages())))"
    if subprocess.run(["Rscript", "-e", needed], capture_output=True, check=False).returncode:
        pytest.skip("the R packages metafor, metadat and jsonlite are not installed")
    folder = tmp_path_factory.mktemp("metafor")
    subprocess.run(["Rscript", str(GENERATOR), str(folder), *CHOSEN], capture_output=True, check=True)
    return folder


@pytest.mark.parametrize("name", CHOSEN)
def test_metafor_agrees(folder, name):
    ledger = Ledger()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        walk(json.loads((folder / f"{name}.json").read_text()), ledger)
    assert not ledger.failed, "\n".join(ledger.failed[:20])
    assert set(ledger.skipped) <= ALLOWED
    assert ledger.compared
