"""A made-up review of other shapes than `made_up_review`: large trials, few studies, changes on a sum score, times to an event, clusters.

Each slip of `SLIPS` is made in one study, as a person makes it; nothing here imports the checks that are measured with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from evergreen.extraction.constraints import NUMBERS
from evergreen.protocol.outcomes import Instrument, Outcome
from tests.properties.made_up_review import Review, as_merged

OUTCOMES = [
    Outcome(id="sbp", measure="MD", better="lower", unit="mmHg"),
    Outcome(id="hamd", measure="MD", better="lower", unit="change in points", instrument=Instrument(step=1)),
    Outcome(id="mace", measure="RR", better="lower"),
    Outcome(id="survival", measure="HR", better="lower"),
    Outcome(id="attacks", measure="IRR", better="lower"),
]
ARMS = ("control", "intervention")


def review(seed: int) -> Review:
    """14 to 22 trials of 120 to 3,000 people, a third of them randomised in clusters."""
    random = np.random.default_rng(seed)
    rows: list[dict] = []
    register = []
    for number in range(int(random.integers(14, 23))):
        study = f"Trial {chr(65 + number)}"
        n = [int(np.exp(random.uniform(math.log(60), math.log(1500)))) for _ in ARMS[:1]] * 2
        n = [max(50, int(random.normal(size, 0.02 * size + 1))) for size in n]
        register.append({"study": study, "n_randomised": str(sum(n))})
        cluster = {"design_effect": round(random.uniform(1.2, 2.2), 2)} if number % 3 == 0 else {}
        for make in (_pressure, _depression, _events, _attacks):
            rows += [_row(study, *one, **cluster) for one in make(random, n)]
        rows.append(_survival(random, study, sum(n)))
    as_merged(rows)
    return Review(rows, register, list(OUTCOMES))


def _row(
    study: str, outcome: str, time: str, group: str, numbers: dict[str, float], unit: str = "", **more: object
) -> dict:
    texts = dict.fromkeys(("estimate_p", "scale", "record_id", "source", "note", "derived"), "")
    return {
        "study": study, "outcome": outcome, "timepoint": time, "arm": group, "group": group, **dict.fromkeys(NUMBERS, math.nan),
        **texts, "unit": unit, **numbers, **more,
    }  # fmt: skip


def _pressure(random, n):
    level, sd, effect = random.normal(149, 5), 16 * math.exp(random.normal(0, 0.12)), random.normal(-4.5, 1.5)
    by_se = random.random() < 0.3
    for group, size in zip(ARMS, n, strict=True):
        m = random.normal(level + (effect if group == ARMS[1] else 0), sd / math.sqrt(size))
        own = sd * math.exp(random.normal(0, 0.04))
        spread = {"se": round(own / math.sqrt(size), 2)} if by_se else {"sd": round(own, 1)}
        yield "sbp", "24 weeks", group, {"n": float(size), "mean": round(m, 1), **spread}, "mmHg"


def _depression(random, n):
    level, sd, effect = (
        random.normal(-7.5, 1.6),
        6.2 * math.exp(random.normal(0, 0.12)),
        random.normal(-2.4, 0.7),
    )
    for at, week in enumerate((6, 12)):
        for group, size in zip(ARMS, n, strict=True):
            true = level * (0.75 + 0.25 * at) + (effect if group == ARMS[1] else 0)
            values = np.round(random.normal(true, sd, size))
            numbers = {
                "n": float(size),
                "mean": round(float(values.mean()), 2),
                "sd": round(float(values.std(ddof=1)), 2),
            }
            yield "hamd", f"week {week}", group, numbers, "change in points"


def _events(random, n):
    logit, effect = random.normal(-2.3, 0.35), random.normal(-0.25, 0.12)
    for group, size in zip(ARMS, n, strict=True):
        risk = 1 / (1 + math.exp(-logit - (effect if group == ARMS[1] else 0)))
        yield "mace", "2 years", group, {"n": float(size), "events": float(random.binomial(size, risk))}


def _attacks(random, n):
    rate, effect = 0.9 * math.exp(random.normal(0, 0.3)), random.normal(-0.3, 0.12)
    for group, size in zip(ARMS, n, strict=True):
        time = round(size * random.uniform(0.85, 0.99), 1)
        events = float(random.poisson(rate * math.exp(effect if group == ARMS[1] else 0) * time))
        yield "attacks", "1 year", group, {"n": float(size), "events": events, "person_time": time}


def _survival(random, study, people):
    se = 2 / math.sqrt(max(60, people * random.uniform(0.2, 0.4)))
    log = random.normal(math.log(0.78), math.hypot(0.08, se))
    values = [round(math.exp(log + by * se), 2) for by in (0, -1.96, 1.96)]
    names = ("estimate", "estimate_ci_low", "estimate_ci_high")
    return _row(study, "survival", "2 years", "contrast", dict(zip(names, values, strict=True)))


# --- slips: what is altered in the rows of one study and outcome, the kinds that it may rightly be called -------------------------


def _se_for_sd(rows):
    for row in rows:
        row["sd"] = round(row["sd"] / math.sqrt(row["n"]), 2)


def _percents(rows):
    for row in rows:
        row["events"] = float(round(100 * row["events"] / row["n"]))


def _kilopascals(rows):
    for row in rows:
        row["mean"], row["sd"] = round(row["mean"] / 7.5006, 1), round(row["sd"] / 7.5006, 2)


def _sign_lost(rows):
    for row in rows:
        if row["group"] == ARMS[1]:
            row["mean"] = -row["mean"]


def _exchanged(rows):
    one, other = rows[:2]
    for name in ("mean", "sd", "events"):
        one[name], other[name] = other[name], one[name]


def _inverted(rows):
    (row,) = rows
    low, high = row["estimate_ci_low"], row["estimate_ci_high"]
    row["estimate"], row["estimate_ci_low"], row["estimate_ci_high"] = (
        round(1 / one, 2) for one in (row["estimate"], high, low)
    )


def _logarithm(rows):
    for name in ("estimate", "estimate_ci_low", "estimate_ci_high"):
        rows[0][name] = round(math.log(rows[0][name]), 2)


def _limit(rows):
    rows[0]["estimate_ci_high"] = round(rows[0]["estimate_ci_high"] * 1.25, 2)


def _tenfold(column: str) -> Callable[[list[dict]], None]:
    def slip(rows):
        rows[0][column] = rows[0][column] * 10

    return slip


def _of_all(rows):
    rows[1]["n"] = rows[0]["n"] + rows[1]["n"]


def _swapped(rows):
    rows[0]["mean"], rows[0]["sd"] = rows[0]["sd"], rows[0]["mean"]


SLIPS: dict[str, tuple[str, Callable[[list[dict]], None], set[str]]] = {
    "SE as SD": ("sbp", _se_for_sd, {"sd_is_se"}),
    "SE as SD of a change": ("hamd", _se_for_sd, {"sd_is_se"}),
    "percentages": ("mace", _percents, {"percent_as_count"}),
    "kPa for mmHg": ("sbp", _kilopascals, {"unit"}),
    "sign of a change": ("hamd", _sign_lost, {"sign", "arms_swapped"}),
    "arms of a change": ("hamd", _exchanged, {"arms_swapped"}),
    "ratio the other way round": ("survival", _inverted, {"arms_swapped"}),
    "logarithm of a ratio": ("survival", _logarithm, {"scale", "sign"}),
    "a limit misread": ("survival", _limit, {"interval_asymmetric", "decimal_shift"}),
    "decimal point of an SD": ("sbp", _tenfold("sd"), {"decimal_shift"}),
    "decimal point of a mean": ("sbp", _tenfold("mean"), {"decimal_shift"}),
    "n of both arms": ("mace", _of_all, {"n_above_randomised", "arms_above_study"}),
    "mean and SD in each other's place": ("sbp", _swapped, {"mean_sd_swapped"}),
}  # fmt: skip


def slip_in(given: Review, name: str, random: np.random.Generator) -> tuple[list[dict], set[str]] | None:
    """Make a slip in a study drawn at random: the rows altered and the kinds it may be called; None where its numbers are not there."""
    outcome, slip, kinds = SLIPS[name]
    study = random.choice([one["study"] for one in given.studies])
    rows = [row for row in given.rows if (row["study"], row["outcome"]) == (study, outcome)]
    time = random.choice([row["timepoint"] for row in rows])
    rows = [row for row in rows if row["timepoint"] == time]
    if outcome == "sbp" and any(math.isnan(row["sd"]) for row in rows):
        return None
    slip(rows)
    return rows, kinds
