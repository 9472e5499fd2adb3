"""What one study brings to an outcome, as rows to pool: which of its arms, combined how, or why it brings nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evergreen.errors import InputError
from evergreen.extraction import row_values
from evergreen.extraction.check import RESULT, Row, place_of
from evergreen.metaanalysis.conversion_rules import BY_ID, DERIVED, DIFFERENCE, IMPUTED
from evergreen.metaanalysis.measures import KINDS
from evergreen.protocol.outcomes import Outcome
from evergreen.screening.study_labels import label_of
from evergreen.sheets import columns_of, folded
from evergreen.sheets.columns import NOTICE, OWN_COLUMNS, as_called
from evergreen.synthesis.arms import (
    EVENTS_NOT_PEOPLE,
    Rows,
    columns_of_unit,
    combined,
    complete,
    counts_people,
    disagreed,
    disputed,
    empty,
    missing_numbers,
    of_group,
    people_of,
    places,
    shared,
    shown,
    total,
)
from evergreen.synthesis.designs import EFFECTIVE, correlation_of, effective_sizes, participants_of, undone
from evergreen.synthesis.left_out import difference_of
from evergreen.synthesis.reported import BEHIND, as_measured, effect
from evergreen.synthesis.result import Arm, LeftOut
from evergreen.synthesis.result.study_rows import Converted, Effect, Reason, SheetRow, told

# What people judged is of the study, as its own columns are.
SHEET_COLUMNS = {column.name for column in columns_of("extraction")} | {
    name for name in OWN_COLUMNS if name not in ("rob_overall", "risk_of_bias", NOTICE)
}


@dataclass(frozen=True)
class Comparison:
    """One row to pool: a study (or one arm of it), its numbers, or an effect that was reported as such.

    `numbers` are those of the measure's kind, with suffix 1 and 2 for two groups; `yi` and `vi` are set for contrasts
    only. `people` are the participants of its arms, by group and arm, one for both groups where these are the same people; then
    `r_paired` is the correlation of their values. `levels` says (folded) which result it is of, `control` names a control that it shares. `arms` is what a figure shows, `derived` whether a number was converted, `imputed` whether one that its effect is made of
    has an input that no report gives, `conversions` how the numbers that its effect is made of came about, `sources` the databases that its
    reports came from, `columns` the study-level columns, `combined` whether several arms of a group were made one. `parts` are the
    effects that were aggregated to this one. `rows` are those of the extraction that all of it stands in. `called` is what the study is called by its first report, of `year`,
    "" without one; `part` tells the comparison from others of its study.
    """

    study: str
    round: str | None
    numbers: dict[str, float]
    yi: float | None
    vi: float | None
    arms: dict[str, Arm]
    derived: bool
    sources: tuple[str, ...]
    columns: dict[str, str]
    combined: bool = False
    imputed: bool = False
    conversions: tuple[Converted, ...] = ()
    parts: tuple[Effect, ...] = ()
    people: Mapping[tuple[str, str], float] = field(default_factory=dict)
    r_paired: float | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    control: str | None = None
    rows: tuple[SheetRow, ...] = ()
    called: str = ""
    part: str = ""
    year: int | None = None

    @property
    def label(self) -> str:
        """Name of its row."""
        return label_of(self.study, self.called, self.part)

    @property
    def clustered(self) -> bool:
        """Whether counts were divided by a design effect."""
        return any(one.conversion == EFFECTIVE for one in self.conversions)

    @property
    def stated(self) -> bool:
        """Whether its effect, or one of those aggregated to it, was reported as such."""
        return self.yi is not None or any(not part.arms for part in self.parts)

    @property
    def apart_by(self) -> dict[str, str]:
        """Labels that tell it from the others of its study."""
        return {name: label for name, label in self.levels.items() if label and self.part}

    def known(self, *names: str) -> dict[str, Any]:
        """What is known of it under some names, which a result has as well."""
        return {name: getattr(self, name) for name in names}

    def left_out(self, reason: str, *, not_estimable: bool = False, **more: Any) -> LeftOut:
        """It as a study that is not pooled; one whose numbers say nothing of the effect points nowhere."""
        known = self.known("study", "round", "label", "year", "arms", "rows", "control")
        difference = None
        if not not_estimable:
            difference = difference_of(self.arms) if self.yi is None else self.yi
        more |= {"levels": self.apart_by, "not_estimable": not_estimable, "difference": difference}
        return LeftOut(**told(reason), **known, **more)


def comparisons_of(
    study: str, rows: Rows, outcome: Outcome, kind: str, reported: Rows, counted_only: Rows = ()
) -> list[Comparison] | str:
    """Comparisons of one study, or the sentence that says why there are none; `reported` are its rows with all arms, `counted_only`
    arms whose numbers are not used, but whose people a reported effect is about."""
    if not rows:
        return Reason("other_arms", "none of its arms is among those that the protocol names")
    if unsettled := disputed(rows, ("group",)):
        return disagreed(unsettled)
    alone = [row["group"] for row in rows if disputed([row], ("row",))]
    if len(alone) > len(set(alone)):
        lacking = "each has one that the other lacks, which may be the same"
        return Reason("disputed", f"the extractors disagree on its arms: {lacking}")
    needed, two = KINDS[kind].numbers, KINDS[kind].groups == 2
    contrasts = [as_measured(row, rows, outcome) for row in of_group(rows, "contrast")]
    treated, control, singles = (of_group(rows, group) for group in ("intervention", "control", "single"))
    if kind == "generic":
        if contrasts or singles:
            beside = {"intervention": treated, "control": control}
            return _contrasts(study, contrasts or singles, outcome, beside)
        return "numbers of its arms alone, and no reported effect (a row of group `contrast`)"
    arms = [*treated, *control] if two else singles
    compared = ("intervention", "control") if two else ("single",)
    absent = [group for group in compared if not of_group(rows, group)]
    counted = counts_people(arms, needed)
    nobody = empty(arms, needed) or undone(arms, outcome, rows)
    # what a report states of the effect goes before what is imputed in arms that are compared, or computed for them from it
    second = two and (_imputed(arms, (*needed, "design_effect", "r_paired")) or _from_difference(arms))
    by_arms = not absent and complete(arms, needed) and counted and not nobody
    if by_arms and not (contrasts and second and _stated(contrasts, outcome)):
        if unsettled := disputed(arms, (*needed, *columns_of_unit(outcome)), rows):
            return disagreed(unsettled)
        if two:
            return _two_groups(study, treated, control, outcome, needed)
        return _singles(study, singles, outcome, kind)
    if contrasts:
        # The people of a reported effect are those of its arms; of several arms of a group the one that it names.
        named = [row for row in treated if folded(row["arm"]) == folded(contrasts[0]["arm"])] or treated
        stated = counted and named and control and complete([*named, *control], ["n"])
        people = counted_only or ([*named, *control] if stated else ())
        return _contrasts(study, contrasts, outcome, {}, people if two else ())
    if nobody:
        return nobody
    if absent == ["single"]:
        return "has no row of group `single`"
    if absent:
        side = {"intervention": "an intervention arm", "control": "a control arm"}[absent[0]]
        if others := ", ".join(row["arm"] for row in of_group(reported, absent[0])):
            said = f"{side} is missing among those that the protocol names (reported: {others})"
            return Reason("other_arms", said)
        return f"{side} is missing" if arms else "reported without numbers of its arms"
    return missing_numbers(arms, needed) if counted else EVENTS_NOT_PEOPLE


def by_adjustment(rows: Rows, outcome: Outcome, kind: str) -> tuple[Rows, Rows, str]:
    """The rows of a result that count, those that do not, and why, as the protocol has adjusted estimates preferred or avoided."""
    adjusted = [row for row in rows if row["group"] == "contrast" and row_values.is_adjusted(row)]
    if not outcome.adjusted or not adjusted:
        return rows, (), ""
    others = [row for row in rows if not any(row is one for one in adjusted)]
    plain, arms = of_group(others, "contrast"), [row for row in others if row["group"] != "contrast"]
    if outcome.adjusted == "preferred":
        usable = [row for row in adjusted if not isinstance(effect(row, outcome), str)]
        if not usable:
            return others or rows, (), ""
        if kind == "generic":
            return [*usable, *arms], plain, _PREFERRED
        return usable, others, _PREFERRED
    needed = KINDS[kind].numbers
    groups = {row["group"] for row in arms}
    usable = [row for row in plain if not isinstance(effect(row, outcome), str)]
    by_arms = kind != "generic" and {"intervention", "control"} <= groups and complete(arms, needed)
    return (others, adjusted, _AVOIDED) if usable or by_arms else (rows, (), "")


_PREFERRED = "an adjusted estimate is reported, which the protocol prefers"
_AVOIDED = "adjusted, which the protocol avoids where the report gives other numbers"


def _imputed(rows: Rows, needed: Iterable[str]) -> bool:
    return any(set(row_values.marked(row[IMPUTED])) & set(needed) for row in rows)


def _from_difference(rows: Rows) -> bool:
    made = [BY_ID.get(entry["conversion"]) for row in rows for entry in row_values.record_of(row)]
    return any(rule is not None and rule.about == DIFFERENCE for rule in made)


def _stated(contrasts: Rows, outcome: Outcome) -> bool:
    """Whether reported effects are there that are not imputed themselves."""
    return not _imputed(contrasts, BEHIND) and not any(
        isinstance(effect(row, outcome), str) for row in contrasts
    )


def _two_groups(
    study: str, treated: Rows, control: Rows, outcome: Outcome, needed: Sequence[str]
) -> list[Comparison]:
    how, reference = outcome.multi_arm, combined(control, needed)
    parts = [treated] if how == "combine" else [[arm] for arm in treated]
    if how == "split":
        reference = shared(reference, len(parts))
    result = []
    for part in parts:
        own = combined(part, needed)
        numbers = {f"{name}1": value for name, value in own.items()}
        numbers |= {f"{name}2": value for name, value in reference.items()}
        arms = {
            "intervention": shown(own, part, people_of(part)),
            "control": shown(reference, control, people_of(control, len(parts) if how == "split" else 1)),
        }
        made = _row(study, len(parts), numbers, arms, [*part, *control])
        if how == "separate" and len(parts) > 1:
            made = replace(made, control="; ".join((study, *(made.levels[name] for name in RESULT))))
        result.append(made)
    return result


def _singles(study: str, rows: Rows, outcome: Outcome, kind: str) -> list[Comparison]:
    together = outcome.multi_arm == "combine"
    if together and len(rows) > 1 and kind not in {"proportion", "rate"}:
        raise InputError(
            f"study {study}, outcome {outcome.id}: {len(rows)} arms of group single cannot be combined",
            **place_of(rows[0]),
            column="group",
            todo="Give the study one row, or set `multi_arm: separate` with a multilevel model.",
        )
    result = []
    parts = [rows] if together else [[row] for row in rows]
    for part in parts:
        numbers = combined(part, KINDS[kind].numbers)
        arms = {"single": shown(numbers, part, people_of(part))}
        result.append(_row(study, len(parts), numbers, arms, part))
    return result


def _contrasts(
    study: str, rows: Rows, outcome: Outcome, beside: Mapping[str, Rows], counted_only: Rows = ()
) -> list[Comparison] | str:
    """Reported effects; the arms `beside` the only one, by group, are shown with it, and their participants and events count, as the
    participants of those do that are `counted_only`."""
    how, alone = outcome.multi_arm, len(rows) == 1
    estimates = [effect(row, outcome) for row in rows]
    if reasons := [estimate for estimate in estimates if isinstance(estimate, str)]:
        return reasons[0]
    if not alone and how != "separate":
        raise InputError(
            f"study {study}, outcome {outcome.id}: {len(rows)} contrast rows cannot be {'combined' if how == 'combine' else 'split'}",
            **place_of(rows[0]),
            column="group",
            todo="Keep one, name the one to use under `arms`, or set `multi_arm: separate` with a multilevel model.",
        )
    arms = _counts(rows[0], beside) if alone else {}
    counted = [*(one for group in beside.values() for one in group), *counted_only] if alone else []
    return [
        _row(study, len(rows), {}, arms, [row], estimate, counted)
        for row, estimate in zip(rows, estimates, strict=True)
        if not isinstance(estimate, str)
    ]


def _counts(contrast: Row, beside: Mapping[str, Rows]) -> dict[str, Arm]:
    """Participants and events of the groups that a reported effect compares; of several arms of a group the one that it names."""
    arms = {}
    for group, rows in beside.items():
        compared = [row for row in rows if folded(row["arm"]) == folded(contrast["arm"])] or rows
        known = [name for name in ("n", "events") if rows and complete(compared, [name])]
        if known:
            arms[group] = shown({name: total(compared, name) for name in known}, compared)
    return arms


def _row(
    study: str, of: int, numbers: dict[str, float], arms: dict[str, Arm], rows: Rows,
    estimate: tuple[float, float] | tuple[None, None] = (None, None), beside: Rows = (),
) -> Comparison:  # fmt: skip
    """One `of` so many comparisons of a study, whose rows are named by their arm where there are several; arms `beside` them count."""
    first = rows[0]
    used = {name.rstrip("12") for name in numbers} or set(BEHIND)
    paired = bool(numbers) and first["crossover"] == row_values.YES
    used |= {"design_effect"} if any(row_values.clustered(row) for row in rows) else set()
    used |= {"r_paired"} if paired else set()
    se = None if estimate[1] is None else math.sqrt(estimate[1])
    imputed = _imputed(rows, used)
    sizes = [made for row in rows for made in effective_sizes(row, used, se)]
    ids = [row_values.text_of(row.get("record_id")) for row in rows]
    converted = [
        Converted(group=row["group"], arm=row["arm"], **entry)
        for row in rows
        for entry in row_values.record_of(row)
        if entry["column"] in used
    ]
    return Comparison(
        study=study,
        part="" if of == 1 else first["arm"],
        **row_values.first_report(first),
        round=first["round"] or None,
        numbers=numbers,
        yi=estimate[0],
        vi=estimate[1],
        arms=arms,
        derived=imputed or bool(sizes) or any(row_values.marked(row[DERIVED]) for row in rows),
        sources=tuple(sorted({one.split(":")[0] for one in ids if ":" in one})),
        columns={
            as_called(name): row_values.text_of(value)
            for name, value in first.items()
            if name not in SHEET_COLUMNS
        },
        # A row a group is one arm; arms of one group in one comparison were combined.
        combined=len({row["group"] for row in rows}) < len(rows),
        imputed=imputed,
        conversions=(*converted, *sizes),
        levels={name: folded(first[name]) for name in (*RESULT, "arm")},
        people=participants_of(rows if numbers else beside),
        r_paired=correlation_of(rows) if paired else None,
        rows=places([*rows, *beside]),
    )
