"""P values against the numbers beside them, and baselines that chance does not make."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import scipy  # whose parts load when they are used, which few sheets need

from evergreen.extraction.queries.evidence import Evidence, Row, pairs
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown
from evergreen.sheets.numbers import bounded, half_unit

APART = 0.4
"""Difference of the normal quantiles of two P values up to which they agree beside rounding."""
TIMES = 3.0
"""And ratio of the P values themselves."""
CHANCE = 0.001

P_CONTRADICTION = Kind(
    "p_contradiction", "warning",
    "A reported P value is not what estimate and standard error, or the numbers of the arms by a t or chi-squared test, give: it may come from another test (ranks, covariates), so no standard deviation follows from it.",
    "P {value} is reported, but the numbers {of}give {expected}. Is one of them misread, or was it another test?",
    "Cochrane Handbook 6.5.2.3; INSPECT-SR, domain 4 (P values)",
)  # fmt: skip
BASELINE = Kind(
    "baseline_imbalance", "warning",
    "Baseline means of randomised arms differ by more than chance gives (P < 0.001 by a t test).",
    "The baseline means {value} differ with P {expected} ({with_}). Are mean, standard deviation (or is it a standard error) and arm right?",
    "Carlisle 2017, Anaesthesia 72:944; INSPECT-SR, domain 4 (baseline)",
)  # fmt: skip


def _shown(p: float) -> str:
    return shown(p) if p >= 0.0001 else "<0.0001"


def two_sided(statistic: float, freedom: float = math.inf) -> float:
    """Two-sided P value of a t statistic; of a normal one without degrees of freedom."""
    if math.isinf(freedom):
        return math.erfc(abs(statistic) / math.sqrt(2))
    return float(2 * scipy.special.stdtr(freedom, -abs(statistic)))


def quantile(p: float) -> float:
    """The normal quantile of a two-sided P value."""
    return float(-scipy.special.ndtri(max(p, 1e-300) / 2))


def check(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.rows:
        if row.texts.get("estimate_p") and row.group == "contrast":
            yield from _of_estimate(evidence, row)
    for rows in evidence.comparisons.values():
        yield from _of_arms(rows)
    asked = set()
    for rows in evidence.comparisons.values():
        for finding in _baseline(rows):
            place = (finding.row.key[0], finding.row.key[3], finding.value)
            if place not in asked:  # the same baseline stands at each time point
                asked.add(place)
                yield finding


def contradicts(text: str, p: float) -> bool:
    """Whether a P value as printed (`0.03`, `<0.001`) is another than the computed one."""
    bound, number = bounded(text)
    reported = float(number)
    if "<" in bound:
        return p > TIMES * reported and quantile(reported) - quantile(p) > APART
    if ">" in bound:
        return p < reported / TIMES and quantile(p) - quantile(reported) > APART
    half = half_unit(reported)
    low, high = max(reported - half, 0.0), min(reported + half, 1.0)
    if low <= p <= high:
        return False
    near = low if p < low else high
    # Where both are far from any threshold, the number of zeros says nothing.
    if near > 0.2 and p > 0.2:
        return abs(quantile(near) - quantile(p)) > 2 * APART
    least = 1e-300  # of a P value that is printed as 0, or too small for a number
    return (
        max(near / max(p, least), p / max(near, least)) > TIMES and abs(quantile(near) - quantile(p)) > APART
    )


def _of_estimate(evidence: Evidence, row: Row) -> Iterator[Finding]:
    """By the standard error of an estimate, else by its interval, on the scale of the analysis."""
    ratio = bool(evidence.is_ratio(row))
    estimate = row.numbers.get("estimate", math.nan)
    if math.isnan(estimate) or (ratio and estimate <= 0):
        return
    if row.printed("estimate_se"):
        se = row.numbers["estimate_se"]
    elif row.printed("estimate_ci_low") and row.printed("estimate_ci_high"):
        se = row.se_of_limits(ratio=ratio) or 0.0
    else:
        return
    effect = math.log(estimate) if ratio else estimate
    text = row.texts["estimate_p"]
    if se > 0 and contradicts(text, p := two_sided(effect / se, row.freedom)):
        yield found(P_CONTRADICTION, row, "estimate_p", _shown(p), value=text, of="of the row ")


def _of_arms(rows: Sequence[Row]) -> Iterator[Finding]:
    """The P value in an arm's row is that against the control."""
    controls = [row for row in rows if row.group == "control"]
    if len(controls) != 1:
        return
    for row in rows:
        text = row.texts.get("estimate_p", "")
        if row.group != "intervention" or not text:
            continue
        p = p_of_arms(row, controls[0])
        if p is not None and contradicts(text, p):
            of = f"of {row.arm or 'the arm'} and {controls[0].arm or 'the control'} "
            yield found(P_CONTRADICTION, row, "estimate_p", _shown(p), value=text, of=of)


def p_of_arms(row: Row, control: Row) -> float | None:
    """P value of two arms: Welch's t test, or chi-squared without correction; None where numbers are missing or events rare."""
    if not row.n or not control.n or min(row.n, control.n) < 2:
        return None
    if row.location and control.location and row.sd and control.sd:
        parts = row.sd**2 / row.n, control.sd**2 / control.n
        freedom = sum(parts) ** 2 / (parts[0] ** 2 / (row.n - 1) + parts[1] ** 2 / (control.n - 1))
        return two_sided((row.location[1] - control.location[1]) / math.sqrt(sum(parts)), freedom)
    if "events" not in row.numbers or "events" not in control.numbers:
        return None
    events, others = row.numbers["events"], control.numbers["events"]
    pooled = (events + others) / (row.n + control.n)
    if min(pooled, 1 - pooled) * min(row.n, control.n) < 5:
        return None
    se = math.sqrt(pooled * (1 - pooled) * (1 / row.n + 1 / control.n))
    return two_sided((events / row.n - others / control.n) / se)


def _baseline(rows: Sequence[Row]) -> Iterator[Finding]:
    for row, control in pairs(rows):
        names = ("n", "mean_baseline", "sd_baseline")
        if not all(name in one.numbers for one in (row, control) for name in names):
            continue
        n, mean, sd = (row.numbers[name] for name in names)
        m, other, spread = (control.numbers[name] for name in names)
        variance = sd**2 / n + spread**2 / m
        if min(n, m) < 2 or variance <= 0:
            continue
        p = two_sided((mean - other) / math.sqrt(variance), n + m - 2)
        if p < CHANCE:
            value = f"{row.text('mean_baseline')} and {control.text('mean_baseline')}"
            arms = f"{row.arm} and {control.arm}"
            yield found(BASELINE, row, "mean_baseline", _shown(p), value=value, with_=arms)


FAMILY = Family("P values and baselines", (P_CONTRADICTION, BASELINE), check)
