"""metafor, run now, agrees on published and made-up numbers; `make compare-metafor` generates and compares all of them.

Here are some of each kind, and of what is difficult: two and three studies, ties, empty cells, rare events, missing rows, one
effect per study, variances at 0, effects in another unit.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.reference.committed import GENERATORS, RESULTS, cut, differences, documents
from tests.reference.test_synthesis_oracle import walked

VERSION = "3.8"  # what the generators leave out, and what the comparison knows of R's own stops, is known of this version
PACKAGES = ("metafor", "metadat", "jsonlite", "lme4", "clubSandwich", "BiasedUrn", "numDeriv")
CHOSEN = {
    "univariate.R": (
        "dat.cannon2006", "dat.nakagawa2007", "made_k2_proportions", "made_k2_rates", "made_k3", "made_ties",
    ),
    "mixed.R": (
        "dat.nielweise2008", "rates_rare_3", "proportions_three_studies_2",
        "proportions_zeros_on_both_sides", "tables_two_studies_1", "tables_three_studies_1", "tables_zeros_on_both_sides",
    ),
    "dependent.R": (
        "dat.nakagawa2007", "dat.ishak2007_1_2", "effects_two_clusters_1", "effects_four_pairs_1",
        "effects_nothing_between_1", "effects_one_effect_each_1", "effects_small_numbers_1", "outcomes_missing_outcomes_1",
        "outcomes_one_without_variance_1",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Folder of each generator's files, made when first asked for."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    versions = "cat(sapply(commandArgs(TRUE), function(name) as.character(packageVersion(name))))"
    found = subprocess.run(
        ["Rscript", "-e", versions, *PACKAGES], capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip(f"not all of the R packages {', '.join(PACKAGES)} are installed")
    if not found.stdout.startswith(VERSION):
        pytest.skip(
            f"metafor {found.stdout.split()[0]} is installed, not {VERSION}; see `make compare-metafor`"
        )
    folders: dict[str, Path] = {}

    def folder_of(generator):
        if generator not in folders:
            folders[generator] = tmp_path_factory.mktemp("metafor")
            command = ["Rscript", GENERATORS / generator, folders[generator], *CHOSEN[generator]]
            subprocess.run([*map(str, command)], capture_output=True, check=True)
        return folders[generator]

    return folder_of


@pytest.mark.parametrize(
    ("generator", "name"),
    [
        pytest.param(generator, name, marks=pytest.mark.xdist_group(generator))
        for generator, names in CHOSEN.items()
        for name in names
    ],
)
def test_metafor_agrees(generated, generator, name):
    walked(generated(generator) / f"{name}.json")


@pytest.mark.xdist_group("univariate.R")
@pytest.mark.parametrize("name", [name for name in CHOSEN["univariate.R"] if name.startswith("made_")])
def test_what_is_committed_is_what_metafor_gives(generated, name):
    (now,) = documents(generated("univariate.R") / f"{name}.json")
    committed = {one["id"]: one for one in documents(RESULTS / f"{now['kind']}.json")}
    assert not list(differences(committed[name], cut(now)))
