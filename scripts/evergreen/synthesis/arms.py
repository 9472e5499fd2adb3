"""The numbers of arms: what a kind of effect needs, what cannot be, arms together or divided."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from evergreen.errors import InputError
from evergreen.extraction import constraints
from evergreen.extraction.check import Row, place_of
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.row_values import marked, record_of, usual_interval
from evergreen.metaanalysis.conversion_rules import BY_ID, CONTRAST, DERIVED, DESIGN, IMPUTED, RULES, Rule
from evergreen.metaanalysis.conversions import Group, combine_groups
from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.trial_designs import effective_size
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets.columns import in_words
from evergreen.synthesis.result import Arm
from evergreen.synthesis.result.study_rows import Reason, SheetRow

Rows = Sequence[Row]

CONTRAST_NUMBERS = (
    "estimate", "estimate_se", "estimate_ci_low", "estimate_ci_high", "estimate_ci_level", "estimate_df", "estimate_t", "estimate_f",
    "o_minus_e", "variance", "control_risk",
)  # fmt: skip
ARM_NUMBERS = tuple(name for name in NUMBERS if name not in CONTRAST_NUMBERS and name in Arm.model_fields)
COUNTS = ("n", "events", "person_time")
EVENTS_NOT_PEOPLE = (
    "more events than participants: they were counted over the time at risk, not people with an event"
)
WORDS = {
    "n": "number of participants", "events": "number of events", "mean": "mean", "sd": "standard deviation",
    "person_time": "person-time", "mean_baseline": "mean at baseline", "sd_baseline": "standard deviation at baseline",
    "estimate": "estimate", "estimate_se": "standard error", "r": "correlation", "design_effect": "design effect", "r_paired": "correlation of a person's values under both treatments",
    "group": "the group of an arm", "scale": "the scale of the estimate", "estimate_measure": "the measure of the estimate",
    "crossover": "whether both groups are the same people",
}  # fmt: skip


_COLUMN = re.compile(r"(?:^|(?<=; ))[a-z_0-9]+(?=: )")
"""The column that a number does not follow into, before what is said of it."""


def columns_of_unit(outcome: Outcome) -> tuple[str, ...]:
    """The column that says in which unit numbers are, where it matters to the outcome's effects."""
    return ("unit",) if MEASURES[outcome.measure].unit or outcome.units else ()


def faults(study: str, rows: Rows) -> list[InputError]:
    """Numbers that cannot be: the sheet has to be mended."""
    return [
        InputError(
            f"study {study}, arm {row['arm'] or row['group']}: {problem}", **place_of(row), column=column, todo="Correct it."
        )
        for row in rows
        for column, problem in constraints.faults(row)
    ]  # fmt: skip


def of_group(rows: Rows, group: str) -> Rows:
    return [row for row in rows if row["group"] == group]


def complete(rows: Rows, needed: Sequence[str]) -> bool:
    """Whether every row has all these numbers."""
    return not any(math.isnan(row[name]) for row in rows for name in needed)


def places(rows: Rows) -> tuple[SheetRow, ...]:
    """Where in people's sheets rows stand."""
    return tuple(SheetRow(**{name: row[name] for name in SheetRow.model_fields}) for row in rows)


def counts_people(rows: Rows, needed: Sequence[str]) -> bool:
    """Whether events are people, where an effect is computed from both; in a time at risk one person may have several."""
    return not {"n", "events"} <= set(needed) or not any(row["events"] > row["n"] for row in rows)


def missing_numbers(rows: Rows, needed: Sequence[str]) -> str:
    absent = [name for name in needed if not complete(rows, [name])]
    words = ", ".join(WORDS[name] for name in absent)
    if unsettled := disputed(rows, absent):
        return disagreed(unsettled)
    given = [WORDS[name] for name in needed if name not in absent]
    start = f"{' and '.join(given)} reported, " if given else ""
    return f"{start}no usable {words}{why_not_derived(rows)}"


def disputed(rows: Rows, columns: Sequence[str], beside: Rows = ()) -> list[str]:
    """What extractors dispute of `columns` in `rows`, and of what numbers in these are converted from, there or in a reported effect
    `beside` them.

    A disputed cell is empty until it is settled, and many an empty cell says something: 95 %, the same unit, no clusters.
    """
    own, reported = _unsettled(rows), _unsettled(of_group(beside, "contrast"))
    if not own and not reported:
        return []
    behind = [rule for row in rows for column in columns for rule in _behind(row, column)]
    read = (*columns, *(column for rule in behind for column in ("conversions", *rule.reads)))
    read_there = [column for rule in behind for column in rule.reads_of_contrast]
    if read_there or not any(row["unit"] for row in rows):
        read_there += [column for column in columns if column == "unit"]
    found = [column for column in read if column in own]
    return list(dict.fromkeys([*found, *(column for column in read_there if column in reported)]))


def _unsettled(rows: Rows) -> set[str]:
    return {column for row in rows for column in row["in_conflict"].split("; ")} - {""}


def _behind(row: Row, column: str) -> list[Rule]:
    """The conversions by which a number of a row came about; where there is none, all that could give it."""
    if column in NUMBERS and math.isnan(row[column]):
        unlike = {DESIGN, CONTRAST} if usual_interval(row) else {DESIGN}
        return [rule for rule in RULES if column in rule.gives and rule.rows not in unlike]
    made = (entry["conversion"] for entry in record_of(row) if entry["column"] == column)
    return [BY_ID[one] for one in made if one in BY_ID]


def disagreed(names: Iterable[str]) -> Reason:
    """That extractors dispute what stands in some columns."""
    said = ", ".join(WORDS.get(name, in_words(name)) for name in names)
    return Reason("disputed", f"the extractors disagree on {said}")


def why_not_derived(rows: Rows) -> str:
    """Why a number does not follow from others, in brackets; "" where nothing says so."""
    said = next((row["not_derived"] for row in rows if row["not_derived"]), "")
    return f" ({_COLUMN.sub(lambda found: WORDS.get(found[0], in_words(found[0])), said)})" if said else ""


def empty(rows: Rows, needed: Sequence[str]) -> str:
    """Why an arm says nothing, if one has nobody in it, or no time; "" otherwise."""
    for row in rows:
        if "n" in needed and row["n"] == 0:
            return f"the arm {row['arm'] or row['group']} has no participants"
        if "person_time" in needed and row["person_time"] == 0:
            return f"the arm {row['arm'] or row['group']} has no person-time"
    return ""


def effective(row: Row) -> Row:
    """A row whose participants, events and person-time count as many as they say, where clusters were randomised (Handbook 23.1.4)."""
    if math.isnan(row["design_effect"]):
        return row
    return {**row, **{name: effective_size(row[name], row["design_effect"]) for name in COUNTS}}


def people_of(rows: Rows, comparisons: int = 1) -> dict[str, float]:
    """Counts of people, events and person-time of arms together, shared by several comparisons."""
    return shared(added(rows, COUNTS), comparisons)


def combined(arms: Rows, needed: Sequence[str]) -> dict[str, float]:
    """Several arms as one group (Cochrane Handbook 6.5.2.10): counts are added, means and SDs pooled as of one sample;
    of clusters the effective sizes count."""
    arms = [effective(arm) for arm in arms]
    if len(arms) == 1:
        return {name: arms[0][name] for name in needed}
    result = added(arms, needed)
    if "mean" in needed:
        whole = combine_groups([Group(arm["n"], arm["mean"], arm["sd"]) for arm in arms])
        result |= {"n": whole.n, "mean": whole.mean, "sd": whole.sd}
    return result


def total(arms: Rows, name: str) -> float:
    return float(sum(arm[name] for arm in arms))


def added(arms: Rows, names: Sequence[str]) -> dict[str, float]:
    """Those of the numbers of several arms that add up."""
    return {name: total(arms, name) for name in names if name in COUNTS}


def shared(group: Mapping[str, float], comparisons: int) -> dict[str, float]:
    """A control that serves several comparisons: n, events and person-time divided, fractions kept, mean and SD as they are (Handbook 23.3.4)."""
    return {name: value / comparisons if name in COUNTS else value for name, value in group.items()}


def shown(numbers: Mapping[str, float], rows: Rows, people: Mapping[str, float] | None = None) -> Arm:
    """The numbers of a group as the result holds them, and which of them were derived or imputed in any of its rows.

    Where its effect is computed from effective sizes, `people` has the counts that they stand for.
    """
    counts = {
        name: number for name, number in (people or {}).items() if name in numbers and number != numbers[name]
    }
    sizes = {f"effective_{name}": numbers[name] for name in counts}
    return Arm.of(**states_of(rows), **{**numbers, **counts, **sizes})


def states_of(rows: Rows) -> dict[str, tuple[str, ...]]:
    """{state: the columns that are `derived` or `imputed` in any of the rows}."""
    return {
        state: tuple(sorted({name for row in rows for name in marked(row[state])}))
        for state in (DERIVED, IMPUTED)
    }
