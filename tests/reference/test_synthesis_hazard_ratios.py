"""Hazard ratios against a published meta-analysis and metafor's numbers of it."""

import math

import pytest

from tests.protocols import pooling
from tests.reference.committed import documents
from tests.results import written


def test_hazard_ratios_from_observed_and_expected_events_are_the_published_ones(shared):
    """Pignon et al. 2000 (Lancet 355:949): 65 trials whose log-rank O - E and variance give 0.90 (0.85 to 0.94), as metafor."""
    (document,) = documents(shared / "data" / "oracle" / "dat.pignon2000.json")
    raw, fits = document["raw"], document["analyses"][0]["fits"]
    rows = [
        {"study": f"{place} {name}", "group": "contrast", "arm": "", "o_minus_e": yi / vi, "variance": 1 / vi}
        for place, (name, yi, vi) in enumerate(zip(raw["study"], raw["yi"], raw["vi"], strict=True))
    ]
    model = written(rows, pooling(measure="HR", scale="ratio", analysis={"model": "common"}))["model"]
    for ours, theirs in (
        ("estimate", "b"),
        ("se", "se"),
        ("ci_low", "ci_lb"),
        ("ci_high", "ci_ub"),
        ("Q", "QE"),
    ):
        assert model[ours] == pytest.approx(fits["EE"]["z"][theirs], rel=1e-9)
    assert [round(math.exp(model[key]), 2) for key in ("estimate", "ci_low", "ci_high")] == [0.90, 0.85, 0.94]
