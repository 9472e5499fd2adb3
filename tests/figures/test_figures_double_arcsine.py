"""Double arcsines are drawn as the proportions that they stand for (Miller 1978)."""

import numpy as np
import pandas as pd
import pytest

from evergreen.figures import outcome_figures as drawing
from evergreen.figures import style
from evergreen.figures.forest import forest
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis import outcome
from tests.protocols import pooling
from tests.reference.given import numbers


@pytest.fixture
def pooled():
    """The studies of `dat.debruin2009`, of which some have every event."""
    document = numbers("double_arcsine")
    rows = pd.DataFrame(
        [
            {"study": f"S{i}", "arm": "", "group": "single", "n": str(n), "events": str(x), "timepoint": "", "screening": ""}
            for i, (x, n) in enumerate(zip(document["events"], document["n"], strict=True))
        ]
    )  # fmt: skip
    entry = pooling(id="x", measure="PFT", analysis={"test": "z", "gosh": 0})
    return outcome.result(rows, entry), tuple(document["pooled"])


def test_proportions_are_those_of_metafor_and_of_the_studies(pooled):
    result, theirs = pooled
    with style.style():
        drawn = forest(result, drawing.setting_of(Outcome(id="x", measure="PFT"), "RevMan")).numbers
    total = drawn[drawn["row"] == "total"].iloc[0]
    assert tuple(total[["effect", "ci_low", "ci_high"]]) == pytest.approx(theirs, rel=1e-6)
    studies = drawn[drawn["row"] == "study"]
    own = studies["single_events"].astype(float) / studies["single_n"].astype(float)
    assert np.allclose(studies["effect"].astype(float), own, atol=1e-9)
    assert np.allclose(studies["analysis_effect"].astype(float), [study.yi for study in result.studies])
