"""The usual slips: what each does to a mean or a standard deviation, what undoes it, and what is asked where that explains a number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from evergreen.extraction.queries.evidence import Row
from evergreen.extraction.queries.findings import Kind
from evergreen.sheets.numbers import plain

NOT_ZERO = 1.5
"""Where 0 would fit about as well, a tenth of any number would, and a moved decimal point explains nothing."""
RIVAL = 1.2
"""Another slip that explains a number almost as well is asked about too."""

SD_IS_SE = Kind(
    "sd_is_se", "warning",
    "A standard deviation is far below those of the other arms, time points and studies, and the number of participants makes it fit: it is likely to be a standard error.",
    "{column} {value} is far below {others}; as a standard error it would be a standard deviation of {expected}. Is it a standard error?",
    "Cochrane Handbook 6.5.2.2",
)  # fmt: skip
SE_IS_SD = Kind(
    "se_is_sd", "warning",
    "A standard error, or the limits of an interval, lead to a standard deviation far above the others, and fit as a standard deviation themselves.",
    "{column} {value} leads to a standard deviation far above {others}; {expected} fits. Is it a standard deviation?",
    "Cochrane Handbook 6.5.2.2",
)  # fmt: skip
DECIMAL_SHIFT = Kind(
    "decimal_shift", "warning",
    "A number is 10, 100 or 1000 times as large or as small as the other arms, time points and studies lead to expect.",
    "{column} {value} is far from {others}; {expected} would fit. Did the decimal point move?",
    "Li et al. 2019, BMC Med Res Methodol 19:119 (errors of data extraction)",
)  # fmt: skip
SIGN = Kind(
    "sign", "warning",
    "A mean or an estimate has the opposite sign of what the other arms, time points and studies lead to expect.",
    "{column} {value} is far from {others}; {expected} would fit. Was a sign lost or added?",
    "Cochrane Handbook 6.5.1",
)  # fmt: skip
CHANGE_AMONG_FINAL = Kind(
    "change_among_final", "warning",
    "A mean fits the others only as a change from baseline where they are final values, or as a final value where they are changes.",
    "{column} {value} is far from {others}; {expected} would fit. Is it {what}?",
    "Cochrane Handbook 6.5.2.8",
)  # fmt: skip
UNIT = Kind(
    "unit", "warning",
    "Mean and standard deviation together are larger or smaller by the factor between two units (1000, 18, 88.4; mmol/mol and %) than the other arms and studies lead to expect.",
    "{column} {value} and its standard deviation are far from {others}; {expected} would fit ({what}). Is it another unit?",
    "Cochrane Handbook 6.5.1; NGSP and IFCC (HbA1c)",
)  # fmt: skip
SD_IS_VARIANCE = Kind(
    "sd_is_variance", "warning",
    "A standard deviation is far above those of the other arms, time points and studies, and its square root fits.",
    "{column} {value} is far above {others}; its root {expected} would fit. Is it a variance?",
    "Cochrane Handbook 6.5.2",
)  # fmt: skip
MEAN_SD_SWAPPED = Kind(
    "mean_sd_swapped", "warning",
    "Mean and standard deviation of an arm fit the other arms, time points and studies only with each other's number.",
    "{column} {value} and its standard deviation are far from {others}, and fit the other way round. Did the two change places?",
    "Li et al. 2019, BMC Med Res Methodol 19:119 (errors of data extraction)",
)  # fmt: skip
DIGITS_TRANSPOSED = Kind(
    "digits_transposed", "warning",
    "A number fits the other arms, time points and studies, or the arm's other rows, only with its first two digits exchanged.",
    "{column} {value} is far from {others}; {expected} would fit. Did two digits change places?",
    "Li et al. 2019, BMC Med Res Methodol 19:119 (errors of data extraction)",
)  # fmt: skip
OUTLYING = Kind(
    "outlying", "warning",
    "A mean or a standard deviation is so far from all that is expected of it that it is asked about, though no usual slip explains it.",
    "{column} {value} is far from {others}, where about {expected} would be expected. Is it as printed?",
    "Cochrane Handbook 10.10.2; Viechtbauer and Cheung 2010, Res Synth Methods 1:112",
)  # fmt: skip

KINDS = (
    SD_IS_SE,
    SE_IS_SD,
    DECIMAL_SHIFT,
    SIGN,
    CHANGE_AMONG_FINAL,
    UNIT,
    SD_IS_VARIANCE,
    MEAN_SD_SWAPPED,
    DIGITS_TRANSPOSED,
    OUTLYING,
)


@dataclass(frozen=True)
class Numbers:
    """Location and spread of an arm, as they stand or with a slip undone."""

    mean: float | None
    sd: float | None


@dataclass(frozen=True)
class Slip:
    """A usual slip: what undoes it in a row (None where it cannot have happened), in which part it shows, how rare it is."""

    kind: Kind
    part: str  # mean | sd | both
    undo: Callable[[Row, Numbers], Numbers | None]
    rare: float = 0.0
    what: str = ""
    shared: bool = True
    """Whether one slip may alter all arms of a study, as a column that was misunderstood does."""


def _sd_from_se(row: Row, now: Numbers) -> Numbers | None:
    if "sd" not in row.numbers or not row.n or row.n < 2 or now.sd is None:
        return None
    return Numbers(now.mean, now.sd * math.sqrt(row.n))


def _sd_itself(row: Row, now: Numbers) -> Numbers | None:
    if "sd" in row.numbers or not row.n or row.n < 2 or now.sd is None:
        return None
    if "se" in row.numbers:
        return Numbers(now.mean, row.numbers["se"])
    if "ci_low" in row.numbers and "ci_high" in row.numbers:
        return Numbers(now.mean, (row.numbers["ci_high"] - row.numbers["ci_low"]) / 2)
    return None


def _times(part: str, factor: float) -> Callable[[Row, Numbers], Numbers | None]:
    def undo(row: Row, now: Numbers) -> Numbers | None:
        mean = now.mean * factor if now.mean is not None and part != "sd" else now.mean
        sd = now.sd * factor if now.sd is not None and part != "mean" else now.sd
        if (now.sd is None and part != "mean") or (now.mean is None and part != "sd"):
            return None
        return Numbers(mean, sd)

    return undo


def _linear(slope: float, at_zero: float) -> Callable[[Row, Numbers], Numbers | None]:
    """A unit that is `at_zero` where the other is 0; a change has no zero."""

    def undo(row: Row, now: Numbers) -> Numbers | None:
        if now.mean is None or now.sd is None:
            return None
        return Numbers(now.mean * slope + (0 if row.changed else at_zero), now.sd * abs(slope))

    return undo


def _negated(row: Row, now: Numbers) -> Numbers | None:
    return Numbers(-now.mean, now.sd) if now.mean else None


def _plus_baseline(sign: int) -> Callable[[Row, Numbers], Numbers | None]:
    def undo(row: Row, now: Numbers) -> Numbers | None:
        baseline = row.numbers.get("mean_baseline")
        if baseline is None or now.mean is None or row.changed == (sign > 0):
            return None
        return Numbers(now.mean + sign * baseline, now.sd)

    return undo


def _root(row: Row, now: Numbers) -> Numbers | None:
    return Numbers(now.mean, math.sqrt(now.sd)) if "sd" in row.numbers and now.sd else None


def _exchanged(row: Row, now: Numbers) -> Numbers | None:
    if not row.numbers.keys() >= {"mean", "sd"} or now.mean is None or now.mean <= 0 or now.sd is None:
        return None
    return Numbers(now.sd, now.mean)


def transposed(value: float) -> float | None:
    """A number with its first two significant digits exchanged; None where these are alike, or it has one."""
    text = plain(abs(value))
    digits = [at for at, sign in enumerate(text) if sign.isdigit() and text[:at].strip("0.") + sign != "0"]
    if len(digits) < 2 or "e" in text:
        return None
    one, other = digits[:2]
    if text[one] == text[other] or text[other] == "0":
        return None
    signs = list(text)
    signs[one], signs[other] = signs[other], signs[one]
    return math.copysign(float("".join(signs)), value)


def _digits(part: str) -> Callable[[Row, Numbers], Numbers | None]:
    def undo(row: Row, now: Numbers) -> Numbers | None:
        value = now.mean if part == "mean" else now.sd if "sd" in row.numbers else None
        other = transposed(value) if value else None
        if other is None:
            return None
        return Numbers(other, now.sd) if part == "mean" else Numbers(now.mean, other)

    return undo


# Between conventional and SI units, and between lengths, weights and pressures (AMA Manual of Style, 17.5).
FACTORS = {
    1000.0: "a thousandfold unit", 18.016: "glucose, mg/dL and mmol/L", 38.67: "cholesterol, mg/dL and mmol/L",
    88.57: "triglycerides, mg/dL and mmol/L", 88.42: "creatinine, umol/L and mg/dL", 2.4960: "vitamin D, nmol/L and ng/mL",
    17.104: "bilirubin, umol/L and mg/dL", 59.48: "uric acid, umol/L and mg/dL", 4.184: "kJ and kcal", 7.5006: "mmHg and kPa",
    2.2046: "lb and kg", 2.54: "cm and inches", 10.0: "a tenfold unit", 100.0: "a hundredfold unit", 365.25: "days and years",
    30.44: "days and months", 7.0: "days and weeks", 12.0: "months and years", 60.0: "minutes and hours", 24.0: "hours and days",
}  # fmt: skip
_RARE_UNIT = 3.0
"""Of so many factors one fits by chance more often."""
SLIPS = (
    Slip(SD_IS_SE, "sd", _sd_from_se),
    Slip(SE_IS_SD, "sd", _sd_itself, 0.5),
    Slip(SD_IS_VARIANCE, "sd", _root, 1.0),
    Slip(MEAN_SD_SWAPPED, "both", _exchanged, 0.0, shared=False),
    *(Slip(DIGITS_TRANSPOSED, part, _digits(part), 1.0, shared=False) for part in ("mean", "sd")),
    *(Slip(DECIMAL_SHIFT, part, _times(part, factor), rare, shared=False)
      for part in ("mean", "sd") for factor, rare in ((10, 0.5), (0.1, 0.5), (100, 1.0), (0.01, 1.0), (1000, 1.5), (0.001, 1.5))),
    Slip(SIGN, "mean", _negated, -1.0),
    Slip(CHANGE_AMONG_FINAL, "mean", _plus_baseline(1), 0.3, "a change from baseline"),
    Slip(CHANGE_AMONG_FINAL, "mean", _plus_baseline(-1), 0.3, "a final value"),
    Slip(UNIT, "both", _linear(0.09148, 2.152), 1.0, "HbA1c, mmol/mol and %"),
    Slip(UNIT, "both", _linear(10.929, -23.5), 1.0, "HbA1c, % and mmol/mol"),
    Slip(UNIT, "both", _linear(5 / 9, -17.78), _RARE_UNIT, "degrees Fahrenheit and Celsius"),
    Slip(UNIT, "both", _linear(1.8, 32.0), _RARE_UNIT, "degrees Celsius and Fahrenheit"),
    *(Slip(UNIT, "both", _times("both", power), 0.5 if factor in (10, 100, 1000) else _RARE_UNIT, what)
      for factor, what in FACTORS.items() for power in (factor, 1 / factor)),
)  # fmt: skip
