"""metafor, run now, agrees on mixed models of counts and models of dependent effects, on published and made-up numbers.

The made-up ones are difficult: two and three studies, empty cells, rare events, one effect per study, variances at 0,
effects in another unit. `make compare-metafor` generates and compares all of them.
"""

import json
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from tests.reference.oracle.files import walk
from tests.reference.oracle.ledger import Ledger
from tests.reference.test_synthesis_oracle import ALLOWED

GENERATORS = Path(__file__).parent / "metafor"
CHOSEN = {
    "mixed.R": (
        "dat.nielweise2008", "rates_rare_3", "rates_no_events_in_group_1", "proportions_three_studies_2",
        "proportions_zeros_on_both_sides", "tables_two_studies_1", "tables_three_studies_1",
    ),
    "dependent.R": (
        "dat.nakagawa2007", "dat.ishak2007_1_2", "effects_two_clusters_1", "effects_four_pairs_1",
        "effects_nothing_between_1", "effects_one_effect_each_1", "effects_small_numbers_1", "outcomes_missing_outcomes_1",
        "outcomes_one_without_variance_1",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    needed = "c('metafor', 'metadat', 'jsonlite', 'lme4', 'clubSandwich', 'BiasedUrn', 'numDeriv')"
    check = f"stopifnot(all({needed} %in% rownames(installed.packages())))"
    if subprocess.run(["Rscript", "-e", check], capture_output=True, check=False).returncode:
        pytest.skip(f"not all of the R packages {needed} are installed")
    folder = tmp_path_factory.mktemp("metafor")
    for generator, names in CHOSEN.items():
        subprocess.run(
            ["Rscript", str(GENERATORS / generator), str(folder), *names], capture_output=True, check=True
        )
    return folder


@pytest.mark.parametrize("name", [name for names in CHOSEN.values() for name in names])
def test_metafor_agrees(folder, name):
    ledger = Ledger()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        walk(json.loads((folder / f"{name}.json").read_text()), ledger)
    assert not ledger.failed, "\n".join(ledger.failed[:20])
    assert set(ledger.skipped) <= ALLOWED
    assert ledger.compared or ledger.skipped
