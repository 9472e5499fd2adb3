"""Realistic extraction of a made-up review, by seed.

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


def as_merged(rows: list[dict[str, object]]) -> None:
    """Say of rows where they stand in the sheet of their one extractor, as merging does."""
    for at, row in enumerate(rows):
        row |= {
            "origin": f"config/extraction/AB.csv:{at + 2}",
            "extractors": "AB",
            "status": "single",
            "in_conflict": "",
        }


def rounded(value: float, places: int) -> float:
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
    as_merged(rows)
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
                    "median": rounded(m, places),
                    "q1": rounded(m - 0.674 * s * random.uniform(0.85, 1.15), places),
                    "q3": rounded(m + 0.674 * s * random.uniform(0.85, 1.15), places),
                }
            else:
                numbers["mean"] = rounded(m, places)
            if style.startswith("sd"):
                numbers["sd"] = rounded(s, places)
            if style == "se":
                numbers["se"] = rounded(s / math.sqrt(n), places + 1)
            if style.endswith("ci"):
                numbers |= {"ci_low": rounded(m - half, places), "ci_high": rounded(m + half, places)}
            if with_baseline:
                numbers |= {
                    "mean_baseline": rounded(baselines[arm][0], places),
                    "sd_baseline": rounded(baselines[arm][1], places),
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
    estimate, low, high = (rounded(value, places) for value in values)
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
