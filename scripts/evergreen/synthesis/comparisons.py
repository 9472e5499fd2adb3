"""From the rows of an extraction sheet to comparisons: which arms, combined how, and what cannot be used and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from evergreen.errors import InputError, refuse
from evergreen.synthesis.arms import (
    ARM_NUMBERS,
    NEEDS,
    NUMBERS,
    TWO_GROUPS,
    combined,
    derived_columns,
    faults,
    missing_numbers,
    place_of,
    reported_estimate,
    shared,
    shown,
)
from evergreen.synthesis.effects import MEASURES
from evergreen.synthesis.units import other_units

SHEET_COLUMNS = {
    "study", "outcome", "timepoint", "arm", "group", *NUMBERS, "unit", "record_id", "source", "note",
    "round", "derived", "not_derived", "status", "in_conflict", "screening", "extractors", "origin",
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """One row to pool: a study (or one arm of it), its numbers, or an effect that was reported as such.

    `numbers` are those of the measure's kind, with suffix 1 and 2 for two groups; `yi` and `vi` are set for contrasts
    only. `arms` is what a figure shows, `derived` whether a number was converted, `sources` the databases that its
    reports came from, `columns` the study-level columns. `parts` are the effects that were aggregated to this one, as
    `{label, yi, vi, arms}`.
    """

    study: str
    label: str
    round: str | None
    numbers: dict[str, float]
    yi: float | None
    vi: float | None
    arms: dict[str, dict[str, Any]]
    derived: bool
    sources: tuple[str, ...]
    columns: dict[str, str]
    parts: tuple[dict[str, Any], ...] = ()


@dataclass
class Chosen:
    """Comparisons to pool, studies that could not be, and arms that the protocol does not ask for."""

    comparisons: list[Comparison] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    arms_left_out: list[dict[str, str]] = field(default_factory=list)


def choose(rows: pd.DataFrame, outcome: Mapping[str, Any], *, model: str = "random") -> Chosen:
    """Comparisons of an outcome from its arm rows (texts as in the sheet; numbers may be empty).

    Raises InputErrors for what a person has to mend: a study with several time points or with the same arm twice, an
    arm without participants, more events than participants, a negative variance, contrasts that would have to be
    combined or split. What a report simply does not give is no error: the study goes to `left_out` with a sentence.
    """
    chosen = Chosen()
    errors: list[InputError] = []
    measure = outcome["measure"]
    analysis = outcome.get("analysis") or {}
    if (
        outcome.get("multi_arm", "combine") == "separate"
        and model != "multilevel"
        and not analysis.get("dependent")
    ):
        raise InputError(
            f"outcome {outcome['id']}: `multi_arm: separate` keeps the full control in several comparisons of one study",
            todo="Set `analysis: {model: multilevel}` or `dependent: aggregate` or `robust`, or choose combine or split.",
        )
    table = _typed(rows)
    for study, part in table.groupby("study", sort=False):
        try:
            _choose_study(str(study), part, outcome, MEASURES[measure].kind, chosen)
        except InputError as error:
            errors.append(error)
    refuse(errors)
    poolable = {one.study for one in chosen.comparisons}
    asked = _asked_for(table[table["study"].isin(poolable)], outcome)
    strangers = other_units(asked, outcome["id"], measure, outcome.get("unit") or "")
    chosen.comparisons = [one for one in chosen.comparisons if one.study not in strangers]
    for study, reason in strangers.items():
        chosen.left_out.append(_left_out(study, asked[asked["study"] == study], reason))
    return chosen


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.copy()
    for name in NUMBERS:
        column = table[name] if name in table else pd.Series("", index=table.index)
        table[name] = pd.to_numeric(column.replace("", None), errors="raise").astype(float)
    for name in ("timepoint", "arm", "round", "derived", "not_derived", "in_conflict", "screening"):
        table[name] = table[name].fillna("").astype(str).str.strip() if name in table else ""
    return table


def _asked_for(rows: pd.DataFrame, outcome: Mapping[str, Any]) -> pd.DataFrame:
    """The rows at the time point of the outcome."""
    wanted = _folded(outcome.get("timepoint"))
    return rows[rows["timepoint"].str.casefold().isin(wanted)] if wanted else rows


def _folded(values: Any) -> set[str]:
    return {
        str(value).strip().casefold() for value in ([values] if isinstance(values, str) else values or [])
    }


def _choose_study(
    study: str, rows: pd.DataFrame, outcome: Mapping[str, Any], kind: str, chosen: Chosen
) -> None:
    first = rows.iloc[0]
    if first["screening"] not in {"", "included"}:
        reason = "screening is pending" if first["screening"] == "pending" else "not included by screening"
        chosen.left_out.append(_left_out(study, rows, reason))
        return
    wanted = _folded(outcome.get("timepoint"))
    if wanted:
        at_time = rows["timepoint"].str.casefold().isin(wanted)
        if not at_time.any():
            others = ", ".join(dict.fromkeys(rows["timepoint"])) or "no time point"
            chosen.left_out.append(
                _left_out(study, rows, f"reports it at another time point only ({others})")
            )
            return
        rows = rows[at_time]
    times = list(dict.fromkeys(rows["timepoint"].str.casefold()))
    if len(times) > 1:
        raise InputError(
            f"study {study}, outcome {outcome['id']}: several time points ({', '.join(dict.fromkeys(rows['timepoint']))})",
            **place_of(rows),
            column="timepoint",
            todo="Name the time point to pool under `timepoint` of the outcome.",
        )
    reported = rows
    rows = _wanted_arms(study, rows, outcome, chosen)
    twice = rows[rows.duplicated(["group", "arm"])]
    if len(twice):
        raise InputError(
            f"study {study}, outcome {outcome['id']}: the arm {twice.iloc[0]['arm']!r} of group {twice.iloc[0]['group']} stands twice",
            **place_of(twice),
            column="arm",
            todo="Give each arm one row and a name of its own.",
        )
    for problem in faults(study, rows):
        raise problem
    result = _comparisons(study, rows, outcome, kind, reported)
    if isinstance(result, str):
        chosen.left_out.append(_left_out(study, reported if rows.empty else rows, result))
    else:
        chosen.comparisons += result


def _wanted_arms(study: str, rows: pd.DataFrame, outcome: Mapping[str, Any], chosen: Chosen) -> pd.DataFrame:
    """The rows whose arm the protocol asks for; the others are listed."""
    keep = pd.Series(True, index=rows.index)
    for group, names in (outcome.get("arms") or {}).items():
        if names:
            keep &= (rows["group"] != group) | rows["arm"].str.casefold().isin(_folded(names))
    for arm in rows.loc[~keep, "arm"]:
        chosen.arms_left_out.append(
            {"study": study, "arm": arm, "reason": "not among the arms that the protocol names"}
        )
    return rows[keep]


def _comparisons(
    study: str, rows: pd.DataFrame, outcome: Mapping[str, Any], kind: str, reported: pd.DataFrame
) -> list[Comparison] | str:
    """Comparisons of one study, or the sentence that says why there are none; `reported` are its rows with all arms."""
    if rows.empty:
        return "none of its arms is among those that the protocol names"
    if any("group" in text.split("; ") for text in rows["in_conflict"]):
        return "the extractors disagree on the group of an arm"
    needed = NEEDS[kind]
    contrasts = rows[rows["group"] == "contrast"]
    if kind in TWO_GROUPS:
        treated, control = rows[rows["group"] == "intervention"], rows[rows["group"] == "control"]
        arms = pd.concat([treated, control])
        if len(treated) and len(control) and not arms[list(needed)].isna().any(axis=None):
            return _two_groups(study, treated, control, outcome, needed)
        if len(contrasts):
            return _contrasts(study, contrasts, outcome)
        if not len(treated) or not len(control):
            group, side = (
                ("intervention", "an intervention arm") if not len(treated) else ("control", "a control arm")
            )
            if others := ", ".join(reported.loc[reported["group"] == group, "arm"]):
                return f"{side} is missing among those that the protocol names (reported: {others})"
            return f"{side} is missing" if len(arms) else "reported without numbers of its arms"
        return missing_numbers(arms, needed)
    singles = rows[rows["group"] == "single"]
    if kind != "generic" and len(singles) and not singles[list(needed)].isna().any(axis=None):
        return _singles(study, singles, outcome, kind)
    if len(contrasts) or kind == "generic":
        return _contrasts(study, contrasts if len(contrasts) else singles, outcome)
    return missing_numbers(singles, needed) if len(singles) else "has no row of group `single`"


def _two_groups(
    study: str,
    treated: pd.DataFrame,
    control: pd.DataFrame,
    outcome: Mapping[str, Any],
    needed: Sequence[str],
) -> list[Comparison]:
    how = outcome.get("multi_arm", "combine")
    reference = combined(control, needed)
    if how == "combine" or len(treated) == 1:
        return [_pair(study, study, combined(treated, needed), reference, treated, control)]
    result = []
    for position in range(len(treated)):
        arm = treated.iloc[[position]]
        other = shared(reference, len(treated)) if how == "split" else reference
        label = f"{study} ({arm.iloc[0]['arm']})"
        result.append(_pair(study, label, combined(arm, needed), other, arm, control))
    return result


def _pair(
    study: str,
    label: str,
    one: Mapping[str, float],
    two: Mapping[str, float],
    treated: pd.DataFrame,
    control: pd.DataFrame,
) -> Comparison:
    numbers = {f"{name}1": value for name, value in one.items()} | {
        f"{name}2": value for name, value in two.items()
    }
    arms = {"intervention": shown(one, treated), "control": shown(two, control)}
    return _row(study, label, numbers, arms, pd.concat([treated, control]))


def _singles(study: str, rows: pd.DataFrame, outcome: Mapping[str, Any], kind: str) -> list[Comparison]:
    if len(rows) == 1 or (
        outcome.get("multi_arm", "combine") == "combine" and kind in {"proportion", "rate"}
    ):
        numbers = combined(rows, NEEDS[kind])
        return [_row(study, study, numbers, {"single": shown(numbers, rows)}, rows)]
    if outcome.get("multi_arm", "combine") == "combine":
        raise InputError(
            f"study {study}, outcome {outcome['id']}: {len(rows)} arms of group single cannot be combined",
            **place_of(rows),
            column="group",
            todo="Give the study one row, or set `multi_arm: separate` with a multilevel model.",
        )
    result = []
    for position in range(len(rows)):
        part = rows.iloc[[position]]
        numbers = combined(part, NEEDS[kind])
        label = f"{study} ({part.iloc[0]['arm']})"
        result.append(_row(study, label, numbers, {"single": shown(numbers, part)}, part))
    return result


def _contrasts(study: str, rows: pd.DataFrame, outcome: Mapping[str, Any]) -> list[Comparison] | str:
    how = outcome.get("multi_arm", "combine")
    usable = [(row, reported_estimate(row, outcome)) for _, row in rows.iterrows()]
    reasons = [estimate for _, estimate in usable if isinstance(estimate, str)]
    if reasons:
        return reasons[0]
    if len(usable) > 1 and how != "separate":
        raise InputError(
            f"study {study}, outcome {outcome['id']}: {len(usable)} contrast rows cannot be {'combined' if how == 'combine' else 'split'}",
            **place_of(rows),
            column="group",
            todo="Keep one, name the one to use under `arms`, or set `multi_arm: separate` with a multilevel model.",
        )
    result = []
    for row, estimate in usable:
        assert not isinstance(estimate, str)
        label = study if len(usable) == 1 else f"{study} ({row['arm']})"
        part = rows.loc[[row.name]]
        result.append(_row(study, label, {}, {}, part, estimate))
    return result


def _left_out(study: str, rows: pd.DataFrame, reason: str) -> dict[str, Any]:
    """A study that is not pooled, with what it reports."""
    arms: dict[str, dict[str, Any]] = {}
    for group, part in rows[rows["group"] != "contrast"].groupby("group", sort=False):
        known = [name for name in ARM_NUMBERS if part[name].notna().all()]
        if len(part) == 1:
            numbers = {name: float(part.iloc[0][name]) for name in known}
        else:  # several arms: what adds up, and the mean of all participants
            numbers = {
                name: float(part[name].sum()) for name in known if name in {"n", "events", "person_time"}
            }
            if {"n", "mean"} <= set(known) and numbers["n"] > 0:
                numbers["mean"] = float((part["n"] * part["mean"]).sum() / numbers["n"])
        if numbers:
            arms[str(group)] = shown(numbers, part)
    entry: dict[str, Any] = {"study": study, "reason": reason, "round": rows.iloc[0]["round"] or None}
    if arms:
        entry["arms"] = arms
    if reported := _reported(rows):
        entry["reported"] = reported
    return entry


def _reported(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Arm by arm what a study reports, for a table of what could not be pooled."""
    arms = []
    for position, row in enumerate(rows.itertuples()):
        numbers = {
            name: float(getattr(row, name)) for name in ARM_NUMBERS if not math.isnan(getattr(row, name))
        }
        if numbers:
            arms.append({"group": row.group, "arm": row.arm, **shown(numbers, rows.iloc[[position]])})
    return arms


def _row(
    study: str, label: str, numbers: dict[str, float], arms: dict[str, dict[str, Any]], rows: pd.DataFrame,
    estimate: tuple[float, float] | None = None,
) -> Comparison:  # fmt: skip
    first = rows.iloc[0]
    columns = {str(name): _text(first[name]) for name in rows.columns if name not in SHEET_COLUMNS}
    yi, vi = estimate if estimate is not None else (None, None)
    derived = any(derived_columns(text) for text in rows["derived"])
    ids = [_text(one) for one in rows.get("record_id", [])]
    sources = tuple(sorted({one.split(":")[0] for one in ids if ":" in one}))
    return Comparison(study, label, first["round"] or None, numbers, yi, vi, arms, derived, sources, columns)


def _text(value: Any) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value).strip()


def arrays(comparisons: Sequence[Comparison], kind: str) -> dict[str, np.ndarray]:
    """The numbers of comparisons as arrays, NaN for contrasts."""
    needed = NEEDS[kind]
    names = [f"{name}{group}" for name in needed for group in (1, 2)] if kind in TWO_GROUPS else list(needed)
    return {
        name: np.array([comparison.numbers.get(name, np.nan) for comparison in comparisons], dtype=float)
        for name in names
    }
