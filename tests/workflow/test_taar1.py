"""A review that starts at extraction: no search, no screening, RoB 2 by outcome, a flow chart from counts as given."""

from __future__ import annotations

import pytest

from evergreen import tables
from tests.workflow.runs import ROOT, copy_of, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("taar1")]
TARGETS = (
    "results/synthesis/panss_total.json",
    "results/prisma/counts.json",
    "results/risk_of_bias/judgements.csv",
)


def test_a_review_that_starts_at_extraction(tmp_path):
    review = copy_of(ROOT / "tests" / "reviews" / "taar1", tmp_path / "published review")
    run = snakemake(review, *TARGETS)
    assert run.status == 0, run.output
    assert run.rules["slice_outcomes"] == run.rules["pool_outcomes"] == 1
    assert not run.rules.keys() & {"list_studies", "deduplicate_works"}
    model = tables.read_json(review / TARGETS[0])["model"]
    # As published, to two decimals; the sign is that of the scale.
    assert [round(model[key], 2) for key in ("estimate", "ci_low", "ci_high")] == [-0.15, -0.34, 0.05]
    counts = tables.read_json(review / TARGETS[1])["total"]
    assert (counts["records_screened"], counts["new_studies"], counts["new_reports"]) == (3962, 25, 124)
    again = snakemake(review, *TARGETS)
    assert again.did_nothing, again.output
