"""Subgroups that share tau2: which test `auto` applies, beside the numbers of a fit that is asked for by name."""

from __future__ import annotations

import numpy as np
import pytest

from evergreen.metaanalysis.subgroups import common

LABELS = list("aaabbbb")


@pytest.mark.parametrize(
    ("yi", "vi", "applied"),
    [
        ([0.1, 0.12, 0.11, 0.5, 0.52, 0.49, 0.51], 0.1, "z"),  # no heterogeneity
        ([0.1, 1.12, -0.9, 0.5, 1.52, -0.49, 2.51], 0.02, "knha"),
    ],
)
def test_auto_is_never_narrower_than_walds(yi, vi, applied):
    levels, means, contrast = common(yi, [vi] * 7, LABELS, test="auto")
    assert (levels, str(means.test), str(contrast.test)) == (["a", "b"], applied, applied)
    named = common(yi, [vi] * 7, LABELS, test=applied)
    for found, asked in zip((means, contrast), named[1:], strict=True):
        np.testing.assert_allclose(found.ci_low, asked.ci_low)
        np.testing.assert_allclose(found.QM, asked.QM)
    wald = common(yi, [vi] * 7, LABELS, test="z")[1]
    assert np.all(means.ci_high - means.ci_low >= wald.ci_high - wald.ci_low - 1e-12)
