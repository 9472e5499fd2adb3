"""Errors of known kinds planted into a made-up review; nothing here imports the checks that are measured with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evergreen.extraction.constraints import NUMBERS
from tests.properties.made_up_review import Review, rounded


@dataclass(frozen=True)
class Planted:
    """An error: its kind, and the rows (by their number in the review) that it altered."""

    kind: str
    rows: tuple[int, ...]


def comparisons(rows: list[dict]) -> dict[tuple, list[int]]:
    found: dict[tuple, list[int]] = {}
    for at, row in enumerate(rows):
        found.setdefault((row["study"], row["outcome"], row["timepoint"]), []).append(at)
    return found


def _has(row: dict, *columns: str) -> bool:
    return not any(math.isnan(row[column]) for column in columns)


VALUES = ("mean", "sd", "se", "ci_low", "ci_high", "median", "q1", "q3")


def plant(kind: str, review: Review, random: np.random.Generator, taken: set[str]) -> Planted | None:
    """Plant one error of a kind into a study that has none yet; None where the draw does not allow it."""
    rows = review.rows
    groups = [(key, at) for key, at in comparisons(rows).items() if key[0] not in taken]
    if not groups:
        return None
    _, at = groups[random.integers(len(groups))]
    arm = int(random.choice(at))
    row = rows[arm]
    changed: list[int] = [arm]
    several = at if random.random() < 0.5 else [arm]
    if kind == "sd_is_se":
        if any(not _has(rows[one], "sd", "n") or rows[one]["sd"] <= 0 for one in several):
            return None
        for one in several:
            rows[one]["sd"] = rounded(rows[one]["sd"] / math.sqrt(rows[one]["n"]), 2)
        changed = list(several)
    elif kind == "decimal_shift":
        columns = [
            c
            for c in ("mean", "sd", "estimate")
            if _has(row, c) and abs(row[c]) > (0.3 if c != "estimate" else 1)
        ]
        if row["outcome"] == "hba1c":
            columns = [c for c in columns if c == "sd"]
        if not columns:
            return None
        column = str(random.choice(columns))
        row[column] = float(f"{row[column] * random.choice([10, 0.1]):.6g}")
    elif kind == "sign":
        column = (
            "mean"
            if row["outcome"] in ("hba1c", "pain")
            else "estimate"
            if row["outcome"] == "walking"
            else ""
        )
        if (
            not column
            or not _has(row, column)
            or (column == "mean" and (_has(row, "ci_low") or abs(row[column]) < 0.3))
        ):
            return None
        row[column] = -row[column]
        if column == "estimate":
            row["estimate_ci_low"], row["estimate_ci_high"] = (
                -row["estimate_ci_high"],
                -row["estimate_ci_low"],
            )
    elif kind == "arms_swapped":
        if row["group"] == "contrast" or len(at) != 2:
            return None
        one, other = (rows[place] for place in at)
        columns = ("n", "events", *VALUES) if random.random() < 0.5 else ("events", *VALUES)
        if all(one[column] == other[column] or math.isnan(one[column]) for column in columns):
            return None  # what changes nothing is no error
        if _has(one, "events") and (one["events"] > other["n"] or other["events"] > one["n"]):
            return None
        for column in columns:
            one[column], other[column] = other[column], one[column]
        changed = list(at)
    elif kind == "percent_as_count":
        if any(not _has(rows[one], "events", "n") or rows[one]["events"] < 2 for one in several):
            return None
        percents = [round(100 * rows[one]["events"] / rows[one]["n"]) for one in several]
        if any(p > rows[one]["n"] for p, one in zip(percents, several, strict=True)) or any(
            0.7 < rows[one]["n"] / 100 < 1.4 for one in several
        ):
            return None
        for one, percent in zip(several, percents, strict=True):
            rows[one]["events"] = float(percent)
        changed = list(several)
    elif kind == "n_above_randomised":
        if not _has(row, "n") or row["group"] == "contrast":
            return None
        total = int(next(one["randomised"] for one in review.studies if one["study"] == row["study"]))
        row["n"] = (
            float(total + random.integers(1, 20)) if random.random() < 0.5 else float(row["n"] + total // 2)
        )
    elif kind == "same_numbers":
        others = [
            place
            for _, place in groups
            if rows[place[0]]["outcome"] == row["outcome"]
            and rows[place[0]]["study"] != row["study"]
            and len(place) == len(at)
            and rows[place[0]]["timepoint"] == row["timepoint"]
        ]
        if not others:
            return None
        donor = others[random.integers(len(others))]
        for one, from_ in zip(at, donor, strict=True):
            for column in NUMBERS:
                rows[one][column] = rows[from_][column]
        taken.add(rows[donor[0]]["study"])
        changed = list(at)
    elif kind == "unit":
        factor = (
            {"pain": 0.1, "ldl": 1 / 38.67, "walking": 0.001}.get(row["outcome"])
            if random.random() < 0.7
            else float(random.choice([1000, 0.001]))
        )
        if (
            factor is None
            or row["outcome"] in ("hba1c", "quality")
            or row["group"] == "contrast"
            or _has(row, "events")
        ):
            return None
        for one in at:
            for column in VALUES:
                if _has(rows[one], column):
                    rows[one][column] = float(f"{rows[one][column] * factor:.4g}")
        changed = list(at)
    elif kind == "change_among_final":
        if (
            row["outcome"] not in ("pain", "ldl", "quality")
            or not _has(row, "mean", "mean_baseline")
            or _has(row, "ci_low")
        ):
            return None
        for one in at:
            rows[one]["mean"] = rounded(rows[one]["mean"] - rows[one]["mean_baseline"], 1)
        changed = list(at)
    elif kind == "interval_asymmetric":
        name = (
            ("mean", "ci_low", "ci_high")
            if _has(row, "mean", "ci_low")
            else ("estimate", "estimate_ci_low", "estimate_ci_high")
        )
        if not _has(row, *name):
            return None
        value, low, high = (row[c] for c in name)
        place = int(random.integers(1, 3))
        width = high - low
        moved = row[name[place]] + float(random.choice([-1, 1])) * width * random.uniform(0.15, 0.4)
        moved = rounded(moved, 2 if row["outcome"] in ("progression", "hba1c") else 1)
        limits = [low, high]
        limits[place - 1] = moved
        if not limits[0] < value < limits[1] or (row["outcome"] == "progression" and limits[0] <= 0):
            return None
        row[name[place]] = moved
    elif kind == "grim":
        if row["outcome"] != "quality" or row["n"] > 90:
            return None
        row["mean"] = rounded(row["mean"] + random.choice([-1, 1]) * random.uniform(0.01, 0.09), 2)
    elif kind == "p_contradiction":
        if not row["estimate_p"]:
            return None
        printed = row["estimate_p"]
        slipped = (
            "0.08"
            if printed.startswith("<")
            else f"{min(float(printed) * random.choice([0.1, 10]), 0.99):.2g}"
        )
        if (
            not printed.startswith("<")
            and max(float(slipped) / float(printed), float(printed) / float(slipped)) < 4
        ):
            return None
        row["estimate_p"] = slipped
    elif kind == "scale":
        if row["outcome"] != "progression":
            return None
        for column in ("estimate", "estimate_ci_low", "estimate_ci_high"):
            row[column] = rounded(math.log(row[column]), 2)
    elif kind == "events_fall":
        times = [
            place
            for place, other in enumerate(rows)
            if (other["study"], other["outcome"], other["arm"]) == (row["study"], row["outcome"], row["arm"])
        ]
        if row["outcome"] != "death" or len(times) < 2 or arm == times[0]:
            return None
        before = rows[times[times.index(arm) - 1]]["events"]
        if before < 1:
            return None
        row["events"] = float(random.integers(0, before))
    elif kind == "spread_contradiction":
        if not _has(row, "sd", "ci_low"):
            return None
        row["sd"] = rounded(row["sd"] * random.choice([0.6, 0.7, 1.4, 1.7]), 2)
    elif kind == "unit_missing":
        if not row["unit"] or row["outcome"] in ("response", "death"):
            return None
        row["unit"] = ""
    elif kind == "baseline_imbalance":
        if not _has(row, "sd_baseline", "n"):
            return None
        row["mean_baseline"] = rounded(
            row["mean_baseline"]
            + random.choice([-1, 1]) * row["sd_baseline"] * random.uniform(4.5, 6) * math.sqrt(2 / row["n"]),
            1,
        )
        changed = list(at)
    else:
        raise ValueError(kind)
    taken.add(row["study"])
    return Planted(kind, tuple(changed))
