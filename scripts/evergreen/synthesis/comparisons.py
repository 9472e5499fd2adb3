"""From the rows of an extraction sheet to comparisons: which arms, combined how, and what cannot be used and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.extraction.check import Row, place_of
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.metaanalysis.models import MODELS
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import columns_of, folded
from evergreen.sheets.columns import OWN_COLUMNS, as_called
from evergreen.sheets.labels import spelling_of
from evergreen.synthesis.arms import (
    ARM_NUMBERS,
    EVENTS_NOT_PEOPLE,
    NUMBERS,
    Rows,
    combined,
    counts_people,
    derived_columns,
    derived_from,
    faults,
    missing_numbers,
    shared,
    shown,
    total,
)
from evergreen.synthesis.reported import effect
from evergreen.synthesis.result.study_rows import Arm, ArmLeftOut, Effect, LeftOut, ReportedArm
from evergreen.synthesis.units import other_units

if TYPE_CHECKING:
    import pandas as pd

# What people judged is of the study, as its own columns are.
SHEET_COLUMNS = {column.name for column in columns_of("extraction")} | {
    name for name in OWN_COLUMNS if name not in ("rob_overall", "risk_of_bias")
}
TEXTS = ("timepoint", "arm", "estimate_p", "scale", "round", "derived", "not_derived", "in_conflict", "screening")  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """One row to pool: a study (or one arm of it), its numbers, or an effect that was reported as such.

    `numbers` are those of the measure's kind, with suffix 1 and 2 for two groups; `yi` and `vi` are set for contrasts
    only. `arms` is what a figure shows, `derived` whether a number was converted, `sources` the databases that its
    reports came from, `columns` the study-level columns, `combined` whether several arms of a group were made one. `parts` are the
    effects that were aggregated to this one.
    """

    study: str
    label: str
    round: str | None
    numbers: dict[str, float]
    yi: float | None
    vi: float | None
    arms: dict[str, Arm]
    derived: bool
    sources: tuple[str, ...]
    columns: dict[str, str]
    combined: bool = False
    parts: tuple[Effect, ...] = ()

    @property
    def stated(self) -> bool:
        """Whether its effect, or one of those aggregated to it, was reported as such."""
        return self.yi is not None or any(not part.arms for part in self.parts)


@dataclass
class Chosen:
    """Comparisons to pool, studies that could not be, and arms that the protocol does not ask for."""

    comparisons: list[Comparison] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    arms_left_out: list[ArmLeftOut] = field(default_factory=list)


def choose(rows: pd.DataFrame | Rows, outcome: Outcome, *, model: str = "random") -> Chosen:
    """Comparisons of an outcome from its arm rows (texts as in the sheet; numbers may be empty), a table or its rows.

    Raises InputErrors for what a person has to mend: a study with several time points or with the same arm twice, an
    arm without participants, more events than participants, a negative variance, contrasts that would have to be
    combined or split. What a report simply does not give is no error: the study goes to `left_out` with a sentence.
    """
    chosen = Chosen()
    errors: list[InputError] = []
    measure = outcome.measure
    analysis = outcome.analysis
    if outcome.multi_arm == "separate" and MODELS[model].clusters != "model" and not analysis.dependent:
        raise InputError(
            f"outcome {outcome.id}: `multi_arm: separate` keeps the full control in several comparisons of one study",
            todo="Set `analysis: {model: multilevel}` or `dependent: aggregate` or `robust`, or choose combine or split.",
        )
    by_study = _by_study(typed(rows))
    for study, part in by_study.items():
        try:
            _choose_study(study, part, outcome, MEASURES[measure].kind, chosen)
        except InputError as error:
            errors.append(error)
    refuse(errors)
    poolable = {one.study for one in chosen.comparisons}
    wanted = _folded(outcome.timepoint)
    asked = {
        study: [row for row in part if not wanted or folded(row["timepoint"]) in wanted]
        for study, part in by_study.items()
        if study in poolable
    }
    strangers = other_units(asked, outcome.id, measure, outcome.unit)
    chosen.comparisons = [one for one in chosen.comparisons if one.study not in strangers]
    for study, reason in strangers.items():
        chosen.left_out.append(_left_out(study, asked[study], reason))
    chosen.comparisons = _with_levels(chosen.comparisons)
    return chosen


def _by_study(rows: Rows) -> dict[str, list[Row]]:
    """The rows of each study, its name spelt as in most of them."""
    spelt = spelling_of(str(row["study"]) for row in rows)
    by_study: dict[str, list[Row]] = {}
    for row in rows:
        by_study.setdefault(spelt.get(folded(row["study"]), ""), []).append(row)
    return by_study


def _with_levels(comparisons: list[Comparison]) -> list[Comparison]:
    """The comparisons with each level of a study-level column spelt in one way."""
    names = dict.fromkeys(name for one in comparisons for name in one.columns)
    spelt = {name: spelling_of(one.columns.get(name, "") for one in comparisons) for name in names}
    return [
        replace(
            one, columns={name: spelt[name].get(folded(level), "") for name, level in one.columns.items()}
        )
        for one in comparisons
    ]


def typed(rows: pd.DataFrame | Rows) -> list[Row]:
    """Rows with numbers as floats (NaN where nothing stands) and with every column that is read here."""
    records = [dict(row) for row in rows] if isinstance(rows, Sequence) else tables.rows(rows)
    for record in records:
        for name in NUMBERS:
            value = record.get(name)
            record[name] = math.nan if value is None or value == "" else float(value)
        for name in TEXTS:
            record[name] = _text(record.get(name))
    return records


def _folded(values: Any) -> set[str]:
    return set(map(folded, [values] if isinstance(values, str) else values or []))


def _choose_study(study: str, rows: Rows, outcome: Outcome, kind: str, chosen: Chosen) -> None:
    screening = rows[0]["screening"]
    if screening not in {"", "included"}:
        reason = "screening is pending" if screening == "pending" else "not included by screening"
        chosen.left_out.append(_left_out(study, rows, reason))
        return
    wanted = _folded(outcome.timepoint)
    if wanted:
        at_time = [row for row in rows if folded(row["timepoint"]) in wanted]
        if not at_time:
            others = ", ".join(_different(rows, "timepoint")) or "no time point"
            chosen.left_out.append(
                _left_out(study, rows, f"reports it at another time point only ({others})")
            )
            return
        rows = at_time
    if len({folded(row["timepoint"]) for row in rows}) > 1:
        raise InputError(
            f"study {study}, outcome {outcome.id}: several time points ({', '.join(_different(rows, 'timepoint'))})",
            **place_of(rows[0]),
            column="timepoint",
            todo="Name the time point to pool under `timepoint` of the outcome.",
        )
    reported = rows
    rows = _wanted_arms(study, rows, outcome, chosen)
    if twice := _doubled(rows):
        raise InputError(
            f"study {study}, outcome {outcome.id}: the arm {twice['arm']!r} of group {twice['group']} stands twice",
            **place_of(twice),
            column="arm",
            todo="Give each arm one row and a name of its own.",
        )
    for problem in faults(study, rows):
        raise problem
    result = _comparisons(study, rows, outcome, kind, reported)
    if isinstance(result, str):
        chosen.left_out.append(_left_out(study, rows or reported, result))
    else:
        chosen.comparisons += result


def _different(rows: Rows, column: str) -> list[str]:
    return list(dict.fromkeys(row[column] for row in rows))


def _doubled(rows: Rows) -> Row | None:
    """The first row whose arm and group another row above it has."""
    seen = set()
    for row in rows:
        if (arm := (row["group"], folded(row["arm"]))) in seen:
            return row
        seen.add(arm)
    return None


def _wanted_arms(study: str, rows: Rows, outcome: Outcome, chosen: Chosen) -> Rows:
    """The rows whose arm the protocol asks for; the others are listed."""
    wanted = {group: _folded(names) for group, names in outcome.arms if names}
    if not wanted:
        return rows
    kept = []
    for row in rows:
        if row["group"] not in wanted or folded(row["arm"]) in wanted[row["group"]]:
            kept.append(row)
        else:
            reason = "not among the arms that the protocol names"
            chosen.arms_left_out.append(ArmLeftOut(study=study, arm=row["arm"], reason=reason))
    return kept


def _of_group(rows: Rows, group: str) -> Rows:
    return [row for row in rows if row["group"] == group]


def _complete(rows: Rows, needed: Sequence[str]) -> bool:
    return not any(math.isnan(row[name]) for row in rows for name in needed)


def _comparisons(
    study: str, rows: Rows, outcome: Outcome, kind: str, reported: Rows
) -> list[Comparison] | str:
    """Comparisons of one study, or the sentence that says why there are none; `reported` are its rows with all arms."""
    if not rows:
        return "none of its arms is among those that the protocol names"
    if any("group" in row["in_conflict"].split("; ") for row in rows):
        return "the extractors disagree on the group of an arm"
    needed = KINDS[kind].numbers
    contrasts = _of_group(rows, "contrast")
    if KINDS[kind].groups == 2:
        treated, control = _of_group(rows, "intervention"), _of_group(rows, "control")
        arms = [*treated, *control]
        counted = counts_people(arms, needed)
        if treated and control and _complete(arms, needed) and counted:
            return _two_groups(study, treated, control, outcome, needed)
        if contrasts:
            return _contrasts(study, contrasts, outcome, {})
        if not treated or not control:
            group, side = (
                ("intervention", "an intervention arm") if not treated else ("control", "a control arm")
            )
            if others := ", ".join(row["arm"] for row in _of_group(reported, group)):
                return f"{side} is missing among those that the protocol names (reported: {others})"
            return f"{side} is missing" if arms else "reported without numbers of its arms"
        return missing_numbers(arms, needed) if counted else EVENTS_NOT_PEOPLE
    singles = _of_group(rows, "single")
    counted = counts_people(singles, needed)
    if kind != "generic" and singles and _complete(singles, needed) and counted:
        return _singles(study, singles, outcome, kind)
    if contrasts or kind == "generic":
        beside = {group: _of_group(rows, group) for group in ("intervention", "control")}
        return _contrasts(study, contrasts or singles, outcome, beside if kind == "generic" else {})
    if not counted:
        return EVENTS_NOT_PEOPLE
    return missing_numbers(singles, needed) if singles else "has no row of group `single`"


def _two_groups(
    study: str,
    treated: Rows,
    control: Rows,
    outcome: Outcome,
    needed: Sequence[str],
) -> list[Comparison]:
    how = outcome.multi_arm
    reference = combined(control, needed)
    if how == "combine" or len(treated) == 1:
        return [_pair(study, study, combined(treated, needed), reference, treated, control)]
    result = []
    for arm in treated:
        other = shared(reference, len(treated)) if how == "split" else reference
        label = f"{study} ({arm['arm']})"
        result.append(_pair(study, label, combined([arm], needed), other, [arm], control))
    return result


def _pair(
    study: str,
    label: str,
    one: Mapping[str, float],
    two: Mapping[str, float],
    treated: Rows,
    control: Rows,
) -> Comparison:
    numbers = {f"{name}1": value for name, value in one.items()} | {
        f"{name}2": value for name, value in two.items()
    }
    arms = {"intervention": shown(one, treated), "control": shown(two, control)}
    return _row(study, label, numbers, arms, [*treated, *control])


def _singles(study: str, rows: Rows, outcome: Outcome, kind: str) -> list[Comparison]:
    if len(rows) == 1 or (outcome.multi_arm == "combine" and kind in {"proportion", "rate"}):
        numbers = combined(rows, KINDS[kind].numbers)
        return [_row(study, study, numbers, {"single": shown(numbers, rows)}, rows)]
    if outcome.multi_arm == "combine":
        raise InputError(
            f"study {study}, outcome {outcome.id}: {len(rows)} arms of group single cannot be combined",
            **place_of(rows[0]),
            column="group",
            todo="Give the study one row, or set `multi_arm: separate` with a multilevel model.",
        )
    result = []
    for row in rows:
        numbers = combined([row], KINDS[kind].numbers)
        label = f"{study} ({row['arm']})"
        result.append(_row(study, label, numbers, {"single": shown(numbers, [row])}, [row]))
    return result


def _contrasts(
    study: str, rows: Rows, outcome: Outcome, beside: Mapping[str, Rows]
) -> list[Comparison] | str:
    """Reported effects; the arms `beside` the only one, by group, are shown with it, and their participants and events count."""
    how = outcome.multi_arm
    usable = [(row, effect(row, outcome)) for row in rows]
    reasons = [estimate for _, estimate in usable if isinstance(estimate, str)]
    if reasons:
        return reasons[0]
    if len(usable) > 1 and how != "separate":
        raise InputError(
            f"study {study}, outcome {outcome.id}: {len(usable)} contrast rows cannot be {'combined' if how == 'combine' else 'split'}",
            **place_of(rows[0]),
            column="group",
            todo="Keep one, name the one to use under `arms`, or set `multi_arm: separate` with a multilevel model.",
        )
    result = []
    for row, estimate in usable:
        assert not isinstance(estimate, str)
        label = study if len(usable) == 1 else f"{study} ({row['arm']})"
        arms = _counts(row, beside) if len(usable) == 1 else {}
        result.append(_row(study, label, {}, arms, [row], estimate))
    return result


def _counts(contrast: Row, beside: Mapping[str, Rows]) -> dict[str, Arm]:
    """Participants and events of the groups that a reported effect compares; of several arms of a group the one that it names."""
    arms = {}
    for group, rows in beside.items():
        compared = [row for row in rows if folded(row["arm"]) == folded(contrast["arm"])] or rows
        known = [name for name in ("n", "events") if rows and _complete(compared, [name])]
        if known:
            arms[group] = shown({name: total(compared, name) for name in known}, compared)
    return arms


def _left_out(study: str, rows: Rows, reason: str) -> LeftOut:
    """A study that is not pooled, with what it reports."""
    arms: dict[str, Arm] = {}
    for group in _different(rows, "group"):
        if group == "contrast":
            continue
        part = _of_group(rows, group)
        known = [name for name in ARM_NUMBERS if _complete(part, [name])]
        if len(part) == 1:
            numbers = {name: part[0][name] for name in known}
        else:  # several arms: what adds up, and the mean of all participants
            numbers = {name: total(part, name) for name in known if name in {"n", "events", "person_time"}}
            if {"n", "mean"} <= set(known) and numbers["n"] > 0:
                numbers["mean"] = float(np.sum([row["n"] * row["mean"] for row in part])) / numbers["n"]
        if numbers:
            arms[str(group)] = shown(numbers, part)
    return LeftOut(
        study=study,
        reason=reason,
        round=rows[0]["round"] or None,
        label=study,
        arms=arms,
        reported=_reported(rows),
    )


def _reported(rows: Rows) -> tuple[ReportedArm, ...]:
    """Arm by arm what a study reports, for a table of what could not be pooled."""
    numbers = [(row, {name: row[name] for name in ARM_NUMBERS if not math.isnan(row[name])}) for row in rows]
    return tuple(
        ReportedArm(group=row["group"], arm=row["arm"], derived=derived_from([row]), **known)
        for row, known in numbers
        if known
    )


def _row(
    study: str, label: str, numbers: dict[str, float], arms: dict[str, Arm], rows: Rows,
    estimate: tuple[float, float] | None = None,
) -> Comparison:  # fmt: skip
    first = rows[0]
    columns = {name: _text(value) for name, value in first.items() if name not in SHEET_COLUMNS}
    columns = {as_called(name): value for name, value in columns.items()}
    yi, vi = estimate if estimate is not None else (None, None)
    derived = any(derived_columns(row["derived"]) for row in rows)
    ids = [_text(row.get("record_id")) for row in rows]
    sources = tuple(sorted({one.split(":")[0] for one in ids if ":" in one}))
    groups = [row["group"] for row in rows]
    # A row a group is one arm; arms of one group in one comparison were combined.
    combined = len(set(groups)) < len(groups)
    return Comparison(
        study, label, first["round"] or None, numbers, yi, vi, arms, derived, sources, columns, combined
    )


def _text(value: Any) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value).strip()


def arrays(comparisons: Sequence[Comparison], kind: str) -> dict[str, np.ndarray]:
    """The numbers of comparisons as arrays, NaN for contrasts."""
    return {
        name: np.array([comparison.numbers.get(name, np.nan) for comparison in comparisons], dtype=float)
        for name in KINDS[kind].arrays
    }
