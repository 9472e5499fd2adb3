"""From extraction sheets to what a summary of findings says of people, risks and spreads."""

from functools import partial

import pytest

from evergreen.grade.absolute import control_risk, control_sd
from evergreen.grade.finding import find
from evergreen.protocol.grading import Certainty
from evergreen.protocol.outcomes import Outcome
from tests import results
from tests.rows import each


def of_arms(**design):
    """Three trials of two intervention arms and one control each, with `design` in their rows, at two visits."""
    for study in "ABC":
        for visit in ("6 weeks", "12 weeks"):
            for arm, group, n in (("a", "intervention", 40), ("b", "intervention", 60), ("c", "control", 50)):
                yield {
                    "study": study, "outcome": "x", "timepoint": visit, "arm": arm, "group": group, "n": n, "mean": 3 + n / 40, "sd": 2, **design,
                }  # fmt: skip


@each(
    ("multi_arm", "analysis", "there"),
    [
        # 3 x 150 people in clusters with a design effect of 2, once each: not at each visit, and the control not with each arm
        ("separate", {"model": "multilevel", "levels": ["timepoint"]}, 225), ("split", {"dependent": "robust", "levels": ["timepoint"]}, 225),
        ("combine", {"dependent": "robust", "levels": ["timepoint"]}, 225),
        # an aggregated effect is of no arms any more
        ("split", {"dependent": "aggregate", "rho": 0.5, "levels": ["timepoint"]}, None),
    ],
)  # fmt: skip
def test_people_of_several_effects_count_once(tmp_path, multi_arm, analysis, there):
    rows = of_arms(design_effect=2)
    found = results.of_sheet(tmp_path / "AB.csv", rows, measure="SMD", multi_arm=multi_arm, scale=None, analysis=analysis)  # fmt: skip
    one = Outcome.model_validate({"id": "x", "measure": "SMD", "multi_arm": multi_arm})
    (finding,) = find([one], {"x": found}, {}, Certainty.model_validate({}), "rob2")
    assert (finding.information and finding.information.there) == there


@each("analysis", [{"dependent": "aggregate", "rho": 0.5}, {"dependent": "robust"}])
def test_controls_of_aggregated_effects_say_risk_and_standard_deviation(tmp_path, analysis):
    rows = [{**row, "events": at, "instrument": "WOMAC"} for at, row in enumerate(of_arms(), 1) if row["timepoint"] == "6 weeks"]  # fmt: skip
    for measure, number, expected in (("RR", control_risk, 9 / 50), ("SMD", partial(control_sd, instrument="WOMAC"), 2)):  # fmt: skip
        found = results.of_sheet(tmp_path / f"{measure}.csv", rows, measure=measure, multi_arm="separate", scale=None, analysis=analysis)  # fmt: skip
        assert number(found) == pytest.approx(expected)
