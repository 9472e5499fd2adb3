"""Numbers in different units cannot be pooled: what one unit is in another, whose unit counts, and what is said of the others."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from itertools import chain

from evergreen.counting import plural
from evergreen.errors import InputError
from evergreen.extraction.check import RESULT, Row, files_of, key_of, own_choice
from evergreen.extraction.row_values import CONVERTED, marked, record_of
from evergreen.extraction.unit_texts import is_change, without_change
from evergreen.metaanalysis.conversion_rules import BY_ID, DERIVED, IMPUTED
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.synthesis.arms import Rows

OF_RESULT = ("study", *RESULT)
CHANGE, VALUE = "change from baseline", "value"


OF_VALUES = (
    "mean", "sd", "se", "ci_low", "ci_high", "median", "q1", "q3", "min", "max", "mean_baseline", "sd_baseline", "mean_final", "sd_final",
)  # fmt: skip
OF_ESTIMATES = ("estimate", "estimate_se", "estimate_ci_low", "estimate_ci_high")
OF_TIME = ("person_time",)
SPREADS = {"sd", "se", "sd_baseline", "sd_final", "estimate_se"}
LIMITS = (
    ("ci_low", "ci_high"), ("q1", "q3"), ("min", "max"), ("estimate_ci_low", "estimate_ci_high"),
)  # fmt: skip
"""What changes places where a scale is turned."""


def in_units(rows: Rows, outcome: Outcome) -> list[Row]:
    """The rows with their numbers in the outcome's `unit`, as its `units` say what one unit is in it; each change is recorded.

    A factor below 0 turns a scale that runs the other way. Only numbers that have a unit for the measure change; a row may switch the
    conversion `unit` off. A row without a unit has that of the other rows of its result, arms first.
    """
    factors = {folded(name): factor for name, factor in outcome.units.items()}
    if not factors:
        return list(rows)
    stated: dict[tuple[str, ...], str] = {}
    for row in sorted(rows, key=lambda row: row["group"] == "contrast"):
        if row["unit"]:
            stated.setdefault(key_of(row, OF_RESULT), row["unit"])
    return [
        _in_unit({**row, "unit": row["unit"] or stated.get(key_of(row, OF_RESULT), "")}, outcome, factors)
        for row in rows
    ]


def _in_unit(row: Row, outcome: Outcome, factors: Mapping[str, float]) -> Row:
    rule, base = BY_ID["unit"], without_change(row["unit"])
    factor = factors.get(folded(base), factors.get(folded(row["unit"])))
    filling = outcome.filling
    if factor is None or not (filling.makes(rule.id, own_choice(row)) and filling.allows(DERIVED)):
        return row
    measure = MEASURES[outcome.measure]
    arms = OF_TIME if measure.kind in ("two_rates", "rate") else OF_VALUES
    scaled = measure.unit == "outcome" or measure.kind == "generic"
    of_estimates = factor if scaled else math.copysign(1.0, factor)
    estimates = OF_ESTIMATES if row["scale"] != "ratio" else ()
    how = dict.fromkeys(arms, factor) | dict.fromkeys(estimates, of_estimates)
    old = {name: row[name] for name in how if not math.isnan(row[name])}
    new = {name: value * (abs(how[name]) if name in SPREADS else how[name]) for name, value in old.items()}
    changed = {**row, **new}
    for low, high in LIMITS if factor < 0 else ():
        if low in new or high in new:
            changed[low], changed[high] = changed[high], changed[low]
    # a scale that is only turned keeps its name
    unit = row["unit"] if abs(factor) == 1 else outcome.unit
    said = "change in " if unit and is_change(row["unit"]) and not is_change(unit) else ""
    changed["unit"] = f"{said}{unit}"
    words = rule.how.format(factor=factor)
    imputed = {*marked(row[IMPUTED])}
    states = {name: IMPUTED if name in imputed else DERIVED for name in old if changed[name] != old[name]}
    made = [
        rule.entry(name, changed[name], words, {"factor": factor, name: old[name]}, state)
        for name, state in states.items()
    ]
    if names := [name for name, state in states.items() if state == DERIVED]:
        said = f"{', '.join(names)}: {words} ({rule.source})"
        changed[DERIVED] = "; ".join(filter(None, [row[DERIVED], said]))
    changed[CONVERTED] = json.dumps([*record_of(row), *made], ensure_ascii=False)
    return changed


def _units(by_study: Mapping[str, Rows]) -> dict[str, str]:
    """The unit that each study states."""
    stated = {study: [row["unit"] for row in rows if row["unit"]] for study, rows in by_study.items()}
    return {study: units[0] for study, units in stated.items() if units}


def of_both_kinds(by_study: Mapping[str, Rows], outcome: Outcome) -> str:
    """What has to be said where changes from baseline and values of these studies, by their rows, are pooled; "" where they are not."""
    counts = Counter(map(_kind, _units(by_study).values()) if MEASURES[outcome.measure].unit else ())
    if len(counts) < 2:
        return ""
    changes, values = plural(counts[CHANGE], "study", "studies"), plural(counts[VALUE], "study", "studies")
    return f"Changes from baseline ({changes}) and values after it ({values}) are pooled together (Cochrane Handbook 10.5.2)."


def other_units(by_study: Mapping[str, Rows], outcome: Outcome) -> dict[str, str]:
    """`{study: sentence}` for the studies (with their rows) that cannot join because their unit is not that of the others.

    A cell without a unit says nothing. Changes from baseline and values may be pooled together as a mean difference (Cochrane Handbook
    10.5.2); for standardised differences and ratios of means the unit only matters as far as it says `change`, for these are not pooled
    together. Where kinds or units differ, the outcome's `values` or `unit` decides, else what most studies have. Raises InputError where
    neither decides.
    """
    measure = MEASURES[outcome.measure]
    if not measure.unit:
        return {}
    own = _units(by_study)
    # the standard deviation of a change is not that of a value, and these effects are made of it, or of the mean
    of_one_kind = measure.unit == "spread"
    wanted_kind = {"change": CHANGE, "final": VALUE, "both": ""}.get(outcome.values or "")
    if wanted_kind == "" and of_one_kind:
        return {}
    kinds = {study: _kind(text) for study, text in own.items()}
    chosen = wanted_kind or (_kind(outcome.unit) if of_one_kind and outcome.unit else "")
    strangers = _others(kinds, chosen, outcome, _OF_KINDS, by_study) if of_one_kind or chosen else {}
    if of_one_kind:
        return strangers
    texts = {study: without_change(text) for study, text in own.items() if study not in strangers}
    bases = {study: base for study, base in texts.items() if base}
    return strangers | _others(bases, without_change(outcome.unit), outcome, _OF_UNITS, by_study)


_OF_UNITS = (
    "given in {}, not in {} as the others: convert the numbers in the sheet",
    "the studies give it in different units",
    "Convert the numbers to one unit in the sheet, say under `units` what one is in the other, name the unit to pool under `unit` of the outcome, or use SMD or ROM.",
)
_OF_KINDS = (
    "given as {}, the others as {}: their standard deviations are of two kinds",
    "some studies give changes, others values, and their standard deviations are of two kinds",
    "Name the one to pool under `values` of the outcome (`change` or `final`), or use MD.",
)


def _others(
    own: Mapping[str, str],
    wanted: str,
    outcome: Outcome,
    words: tuple[str, str, str],
    by_study: Mapping[str, Rows],
) -> dict[str, str]:
    counts = Counter(folded(text) for text in own.values())
    if len(counts) < 2:
        return {}
    why, problem, todo = words
    chosen = folded(wanted)
    if chosen not in counts:
        (chosen, most), (_, next_most) = counts.most_common(2)
        if most == next_most:
            named = "; ".join(f"{text} in {study}" for study, text in own.items())
            raise InputError(
                f"outcome {outcome.id}: {problem} ({named})",
                file=files_of(chain(*by_study.values())),
                column="unit",
                todo=todo,
            )
    shown = next(text for text in own.values() if folded(text) == chosen)
    return {study: why.format(text, shown) for study, text in own.items() if folded(text) != chosen}


def _kind(unit: str) -> str:
    return CHANGE if is_change(unit) else VALUE
