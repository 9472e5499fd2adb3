"""A study that is not pooled: why, and what it reports all the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from evergreen.extraction.row_values import first_report
from evergreen.screening.study_labels import label_of
from evergreen.synthesis.arms import ARM_NUMBERS, Rows, added, complete, of_group, places, shown, states_of
from evergreen.synthesis.result import Arm, LeftOut
from evergreen.synthesis.result.study_rows import ReportedArm, told


def left_out(study: str, rows: Rows, reason: str) -> LeftOut:
    """A study that is not pooled, with what it reports."""
    arms: dict[str, Arm] = {}
    for group in dict.fromkeys(row["group"] for row in rows):
        if group == "contrast":
            continue
        part = of_group(rows, group)
        known = [name for name in ARM_NUMBERS if complete(part, [name])]
        if len(part) == 1:
            numbers = {name: part[0][name] for name in known}
        else:  # several arms: what adds up, and the mean of all participants
            numbers = added(part, known)
            if {"n", "mean"} <= set(known) and numbers["n"] > 0:
                numbers["mean"] = float(np.sum([row["n"] * row["mean"] for row in part])) / numbers["n"]
        if numbers:
            arms[str(group)] = shown(numbers, part)
    reported_in = first_report(rows[0])
    return LeftOut(
        study=study,
        **told(reason),
        round=rows[0]["round"] or None,
        label=label_of(study, reported_in["called"]),
        year=reported_in["year"],
        arms=arms,
        reported=_reported(rows),
        rows=places(rows),
        difference=difference_of(arms, rows),
        said=_said(rows),
    )


def difference_of(arms: Mapping[str, Arm], rows: Rows = ()) -> float | None:
    """By how much the point estimates are higher with the intervention, by a row that reports the effect or by groups; None where neither
    says."""
    for row in rows:
        if row["group"] == "contrast" and not math.isnan(row["estimate"]):
            if row["scale"] != "ratio":
                return float(row["estimate"])
            return math.log(row["estimate"]) if row["estimate"] > 0 else None
    one, other = (arms.get(group, Arm()).model_dump() for group in ("intervention", "control"))
    for name in ("mean", "median"):
        if name in one and name in other:
            return float(one[name] - other[name])
    for part in ("person_time", "n"):
        if {"events", part} <= one.keys() & other.keys() and one[part] > 0 and other[part] > 0:
            return float(one["events"] / one[part] - other["events"] / other[part])
    return None


def _said(rows: Rows) -> Literal["intervention", "control", "none", ""]:
    """Which group fared better as reports say in words; nothing where rows contradict each other."""
    words = {row["direction"] for row in rows} - {""}
    return words.pop() if len(words) == 1 else ""


def _reported(rows: Rows) -> tuple[ReportedArm, ...]:
    """Arm by arm what a study reports, for a table of what could not be pooled."""
    return tuple(
        ReportedArm.of(group=row["group"], arm=row["arm"], **states_of([row]), **known)
        for row in rows
        if (known := {name: row[name] for name in ARM_NUMBERS if not math.isnan(row[name])})
    )
