"""Realistic extraction of a made-up review, and errors of known kinds planted into it, by seed.

Studies differ in severity, spread, size, rounding and in what they report; effects vary between studies. Nothing here imports
the checks that are measured with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from evergreen.extraction.constraints import NUMBERS
from evergreen.protocol.outcomes import Instrument, Outcome

OUTCOMES = [
    Outcome(id="pain", measure="MD", better="lower", unit="mm"),
    Outcome(id="hba1c", measure="MD", better="lower", unit="% change"),
    Outcome(id="ldl", measure="MD", better="lower", unit="mg/dL"),
    Outcome(id="quality", measure="SMD", better="higher", instrument=Instrument(step=1)),
    Outcome(id="response", measure="RR", better="higher"),
    Outcome(id="death", measure="RR", better="lower"),
    Outcome(id="progression", measure="HR", better="lower"),
    Outcome(id="walking", measure="MD", better="higher", unit="m"),
]
# mean, standard deviation, spread of study means (in SD), effect and its spread (in SD), decimals, change, time points
CONTINUOUS = {
    "pain": (48.0, 21.0, 0.35, -0.35, 0.15, 1, False, ("6 weeks", "12 weeks", "24 weeks")),
    "hba1c": (-0.45, 0.95, 0.30, -0.45, 0.15, 2, True, ("12 weeks", "26 weeks")),
    "ldl": (118.0, 31.0, 0.40, -0.40, 0.15, 1, False, ("12 weeks",)),
    "quality": (21.0, 5.5, 0.40, 0.30, 0.15, 2, False, ("12 weeks",)),
}
BINARY = {
    "response": (-0.6, 0.5, 0.55, 0.2, ("12 weeks", "24 weeks")),
    "death": (-2.4, 0.5, -0.25, 0.15, ("6 months", "12 months", "24 months")),
}


@dataclass
class Review:
    rows: list[dict]
    studies: list[dict]
    outcomes: list[Outcome] = field(default_factory=lambda: list(OUTCOMES))


@dataclass(frozen=True)
class Planted:
    """An error: its kind, and the rows (by their number in the review) that it altered."""

    kind: str
    rows: tuple[int, ...]


def _rounded(value: float, places: int) -> float:
    return round(float(value), places)


def review(seed: int, studies: int | None = None) -> Review:
    random = np.random.default_rng(seed)
    count = studies or int(random.integers(30, 61))
    rows: list[dict] = []
    register = []
    for number in range(count):
        study = f"Study{number:03d} {2000 + number % 24}"
        arms = ["placebo", "drug"] if random.random() < 0.8 else ["placebo", "drug low", "drug high"]
        size = float(np.clip(np.exp(random.normal(math.log(60), 0.7)), 12, 500))
        randomised = [max(10, int(random.normal(size, 0.03 * size + 1))) for _ in arms]
        register.append(
            {
                "study": study,
                "randomised": str(sum(randomised)),
                "year": str(2000 + number % 24),
                "country": random.choice(["DE", "JP", "US"]),
            }
        )
        for name, about in CONTINUOUS.items():
            if random.random() < 0.6:
                rows += _continuous(random, study, arms, randomised, name, *about)
        for name, about in BINARY.items():
            if random.random() < 0.6:
                rows += _binary(random, study, arms, randomised, name, *about)
        for name in ("progression", "walking"):
            if random.random() < 0.6:
                rows.append(_contrast(random, study, name, sum(randomised)))
    for at, row in enumerate(rows):
        row |= {
            "origin": f"config/extraction/AB.csv:{at + 2}",
            "extractors": "AB",
            "status": "single",
            "in_conflict": "",
        }
    return Review(rows, register)


def _row(study: str, outcome: str, time: str, arm: str, **filled: object) -> dict:
    group = filled.pop("group", "control" if arm == "placebo" else "intervention")
    texts = dict.fromkeys(("unit", "estimate_p", "scale", "record_id", "source", "note", "derived"), "")
    return {
        "study": study,
        "outcome": outcome,
        "timepoint": time,
        "arm": arm,
        "group": group,
        **dict.fromkeys(NUMBERS, math.nan),
        **texts,
        **filled,
    }


def _continuous(random, study, arms, randomised, name, mean, sd, between, effect, tau, places, change, times):
    level = mean + sd * random.normal(0, between)
    spread = sd * math.exp(random.normal(0, 0.2))
    benefit = random.normal(effect, tau)
    times = times[: int(random.integers(1, len(times) + 1))]
    style = random.choice(["sd", "sd", "sd", "se", "ci", "sd+ci", "median"]) if name != "quality" else "sd"
    places = max(0, places - (random.random() < 0.3)) if name != "quality" else 2
    with_baseline = random.random() < 0.6
    baseline_mean = level + (0.5 * sd if not change else 50 * sd)
    baselines = {
        arm: (random.normal(baseline_mean, spread / math.sqrt(n)), spread * math.exp(random.normal(0, 0.06)))
        for arm, n in zip(arms, randomised, strict=True)
    }
    result = []
    lost = 0.0
    for at, time in enumerate(times):
        lost += random.uniform(0, 0.08)
        for place, (arm, start) in enumerate(zip(arms, randomised, strict=True)):
            n = max(8, round(start * (1 - lost)))
            n = min(n, start)
            true = (
                level
                + (benefit * (0.7 + 0.3 * place) * sd if arm != "placebo" else 0)
                + 0.1 * at * sd * random.normal(0, 1)
            )
            arm_sd = spread * math.exp(random.normal(0, 0.08))
            if name == "quality":
                values = np.clip(np.round(random.normal(true, arm_sd, n)), 0, 40)
                m, s = values.mean(), values.std(ddof=1)
            else:
                m = random.normal(true, arm_sd / math.sqrt(n))
                s = arm_sd * math.sqrt(random.chisquare(n - 1) / (n - 1))
            numbers: dict[str, float] = {"n": float(n)}
            half = 1.96 * s / math.sqrt(n)
            if style == "median":
                numbers |= {
                    "median": _rounded(m, places),
                    "q1": _rounded(m - 0.674 * s * random.uniform(0.85, 1.15), places),
                    "q3": _rounded(m + 0.674 * s * random.uniform(0.85, 1.15), places),
                }
            else:
                numbers["mean"] = _rounded(m, places)
            if style.startswith("sd"):
                numbers["sd"] = _rounded(s, places)
            if style == "se":
                numbers["se"] = _rounded(s / math.sqrt(n), places + 1)
            if style.endswith("ci"):
                numbers |= {"ci_low": _rounded(m - half, places), "ci_high": _rounded(m + half, places)}
            if with_baseline:
                numbers |= {
                    "mean_baseline": _rounded(baselines[arm][0], places),
                    "sd_baseline": _rounded(baselines[arm][1], places),
                }
            unit = {"pain": "mm", "hba1c": "% change", "ldl": "mg/dL", "quality": "points"}[name]
            result.append(_row(study, name, time, arm, unit=unit, **numbers))
    return result


def _binary(random, study, arms, randomised, name, level, between, effect, tau, times):
    logit = random.normal(level, between)
    benefit = random.normal(effect, tau)
    times = times[: int(random.integers(1, len(times) + 1))]
    result = []
    for arm, n in zip(arms, randomised, strict=True):
        final = logit + (benefit if arm != "placebo" else 0)
        events = 0
        risk_before = 0.0
        for at, time in enumerate(times):
            risk = (at + 1) / len(times) / (1 + math.exp(-final))
            risk = max(risk, risk_before)
            events += int(random.binomial(n - events, (risk - risk_before) / (1 - risk_before)))
            risk_before = risk
            result.append(_row(study, name, time, arm, n=float(n), events=float(events), unit="participants"))
    return result


def _contrast(random, study, name, people):
    if name == "progression":
        events = max(10, people * random.uniform(0.3, 0.7))
        se = 2 / math.sqrt(events)
        log = random.normal(math.log(0.72), math.hypot(0.12, se))
        values = [math.exp(log), math.exp(log - 1.96 * se), math.exp(log + 1.96 * se)]
        z = log / se
        places = 2
    else:
        se = 95 * 2 / math.sqrt(people)
        m = random.normal(28, math.hypot(8, se))
        values = [m, m - 1.96 * se, m + 1.96 * se]
        z = m / se
        places = 1
    p = math.erfc(abs(z) / math.sqrt(2))
    p_text = "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"
    estimate, low, high = (_rounded(value, places) for value in values)
    return _row(
        study,
        name,
        "12 months",
        "drug vs placebo",
        group="contrast",
        estimate=estimate,
        estimate_ci_low=low,
        estimate_ci_high=high,
        estimate_p=p_text if random.random() < 0.6 else "",
        unit="" if name == "progression" else "m",
        n=math.nan,
    )


# --- planting -----------------------------------------------------------------------------------------------------------------


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
            rows[one]["sd"] = _rounded(rows[one]["sd"] / math.sqrt(rows[one]["n"]), 2)
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
            rows[one]["mean"] = _rounded(rows[one]["mean"] - rows[one]["mean_baseline"], 1)
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
        moved = _rounded(moved, 2 if row["outcome"] in ("progression", "hba1c") else 1)
        limits = [low, high]
        limits[place - 1] = moved
        if not limits[0] < value < limits[1] or (row["outcome"] == "progression" and limits[0] <= 0):
            return None
        row[name[place]] = moved
    elif kind == "grim":
        if row["outcome"] != "quality" or row["n"] > 90:
            return None
        row["mean"] = _rounded(row["mean"] + random.choice([-1, 1]) * random.uniform(0.01, 0.09), 2)
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
            row[column] = _rounded(math.log(row[column]), 2)
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
        row["sd"] = _rounded(row["sd"] * random.choice([0.6, 0.7, 1.4, 1.7]), 2)
    elif kind == "unit_missing":
        if not row["unit"] or row["outcome"] in ("response", "death"):
            return None
        row["unit"] = ""
    elif kind == "baseline_imbalance":
        if not _has(row, "sd_baseline", "n"):
            return None
        row["mean_baseline"] = _rounded(
            row["mean_baseline"]
            + random.choice([-1, 1]) * row["sd_baseline"] * random.uniform(4.5, 6) * math.sqrt(2 / row["n"]),
            1,
        )
        changed = list(at)
    else:
        raise ValueError(kind)
    taken.add(row["study"])
    return Planted(kind, tuple(changed))
