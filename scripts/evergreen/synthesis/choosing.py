"""From the rows of an extraction sheet to what is pooled: which studies, time points and arms count, and why others do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

from evergreen.errors import InputError, refuse
from evergreen.extraction.check import RESULT, Row, key_of, place_of
from evergreen.extraction.comparing import may_be, meant
from evergreen.extraction.row_values import text_of, typed
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.sheets.columns import in_words
from evergreen.sheets.labels import loosely, shown, spelling_of
from evergreen.sheets.numbers import not_reported
from evergreen.synthesis.arms import Rows, disagreed, disputed, faults
from evergreen.synthesis.comparisons import Comparison, by_adjustment, comparisons_of
from evergreen.synthesis.dependence import joins_effects
from evergreen.synthesis.left_out import left_out
from evergreen.synthesis.result import LeftOut
from evergreen.synthesis.result.study_rows import ArmLeftOut, Reason
from evergreen.synthesis.units import in_units, other_units
from evergreen.tables import grouped

if TYPE_CHECKING:
    import pandas as pd


RESULTS = {"timepoint": "time points", "instrument": "instruments", "population": "populations"}


@dataclass
class Chosen:
    """Comparisons to pool, the rows that each study's are made of, studies that could not be, and arms that the protocol does not ask for."""

    comparisons: list[Comparison] = field(default_factory=list)
    rows: dict[str, Rows] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    arms_left_out: list[ArmLeftOut] = field(default_factory=list)


def choose(rows: pd.DataFrame | Rows, outcome: Outcome) -> Chosen:
    """Comparisons of an outcome from its arm rows (texts as in the sheet; numbers may be empty), a table or its rows.

    Raises InputErrors for what a person has to mend: a study with several time points or with the same arm twice, an
    arm without participants, more events than participants, a negative variance, contrasts that would have to be
    combined or split. What a report simply does not give is no error: the study goes to `left_out` with a sentence.
    """
    chosen = Chosen()
    errors: list[InputError] = []
    if outcome.multi_arm == "separate" and not joins_effects(outcome.analysis):
        raise InputError(
            f"outcome {outcome.id}: `multi_arm: separate` keeps the full control in several comparisons of one study",
            todo="Set `analysis: {model: multilevel}` or `dependent: aggregate` or `robust`, or choose combine or split.",
        )
    asked = chosen.rows
    for study, part in _by_study(in_units(typed(rows), outcome)).items():
        try:
            asked[study] = _choose_study(study, part, outcome, MEASURES[outcome.measure].kind, chosen)
        except InputError as error:
            errors.append(error)
    refuse(errors)
    poolable = {one.study for one in chosen.comparisons}
    strangers = other_units({study: rows for study, rows in asked.items() if study in poolable}, outcome)
    chosen.comparisons = [one for one in chosen.comparisons if one.study not in strangers]
    chosen.left_out += [left_out(study, asked[study], reason) for study, reason in strangers.items()]
    chosen.comparisons = _with_levels(chosen.comparisons)
    return chosen


def _by_study(rows: Rows) -> dict[str, list[Row]]:
    """The rows of each study, its name spelt as in most of them."""
    spelt = spelling_of(str(row["study"]) for row in rows)
    return grouped(rows, lambda row: spelt.get(folded(row["study"]), ""))


def _with_levels(comparisons: list[Comparison]) -> list[Comparison]:
    """The comparisons with each level of a study-level column spelt in one way, "" where a study does not report it."""
    names = dict.fromkeys(name for one in comparisons for name in one.columns)
    spelt = {name: _spelling(one.columns.get(name, "") for one in comparisons) for name in names}
    return [
        replace(one, columns={name: spelt[name].get(meant(level), "") for name, level in one.columns.items()})
        for one in comparisons
    ]


def _spelling(levels: Iterable[str]) -> dict[str | float, str]:
    said = (level for level in levels if not not_reported(level))
    return {key: shown(same) for key, same in grouped(said, meant).items()}


def _folded(names: Sequence[str]) -> set[str]:
    return set(map(folded, names))


def _choose_study(study: str, rows: Rows, outcome: Outcome, kind: str, chosen: Chosen) -> Rows:
    """The rows of a study that the protocol asks for, from which its comparisons are made; none where it is left out before."""
    rows, reason = _asked(rows, outcome)
    if reason:
        chosen.left_out.append(left_out(study, rows, reason))
        return ()
    differing = [name for name in RESULT if len({folded(row[name]) for row in rows}) > 1]
    for name in differing:
        if name not in outcome.analysis.levels:
            raise _several(study, rows, outcome, name)
    reasons = []
    kept: list[Comparison] = []
    for own in grouped(rows, lambda row: key_of(row, RESULT)).values():
        made = _of_result(study, own, outcome, kind, chosen)
        label = ", ".join(own[0][name] for name in differing)
        if isinstance(made, str):
            reasons.append((label, made))
        else:
            kept += [replace(one, part=", ".join(filter(None, (one.part, label)))) for one in made]
    if not kept:
        chosen.left_out.append(left_out(study, rows, reasons[0][1]))
    for label, reason in reasons if kept else ():
        chosen.arms_left_out.append(ArmLeftOut(study=study, arm=label, reason=reason))
    chosen.comparisons += kept
    return rows


def _several(study: str, rows: Rows, outcome: Outcome, name: str) -> InputError:
    """Several results of a study, of which the protocol does not say what to do with them."""
    words = RESULTS[name]
    where = "`timepoint`" if name == "timepoint" else f"`where: {{{name}: ...}}`"
    different = _different(rows, name)
    alike = len(set(map(loosely, different))) < len(different)
    first = "Spell them alike in the sheets if they are one. " if alike else ""
    if any(not row[name] for row in rows):
        different.append(f"rows without {name}")
        first = f"Fill {name} in where it is missing. "
    also = f", or add {name} to `levels` of its analysis" if joins_effects(outcome.analysis) else ""
    return InputError(
        f"study {study}, outcome {outcome.id}: several {words} ({', '.join(different)})",
        **place_of(rows[0]),
        column=name,
        todo=f"{first}Name the {words.removesuffix('s')} to pool under {where} of the outcome{also}.",
    )


def _of_result(study: str, rows: Rows, outcome: Outcome, kind: str, chosen: Chosen) -> list[Comparison] | str:
    """The comparisons of one result of a study, or why there are none."""
    reported = rows
    rows = _wanted_arms(study, rows, outcome, chosen)
    arms = [(row["group"], folded(row["arm"])) for row in rows]
    if twice := next((row for at, row in enumerate(rows) if arms[at] in arms[:at]), None):
        raise InputError(
            f"study {study}, outcome {outcome.id}: the arm {twice['arm']!r} of group {twice['group']} stands twice",
            **place_of(twice),
            column="arm",
            todo="Give each arm one row and a name of its own.",
        )
    for problem in faults(study, rows):
        raise problem
    if outcome.adjusted and (unsettled := disputed(rows, ("adjusted",))):
        return disagreed(unsettled)
    counting, unused, why = by_adjustment(rows, outcome, kind)
    result = comparisons_of(
        study, counting, outcome, kind, reported, [row for row in unused if row["group"] != "contrast"]
    )
    if not isinstance(result, str):
        chosen.arms_left_out += [
            ArmLeftOut(study=study, arm=row["arm"] or row["group"], reason=why) for row in unused
        ]
    return result


def _asked(rows: Rows, outcome: Outcome) -> tuple[Rows, str]:
    """The rows of a study that count, at the time points and with what the protocol's `where` asks for; of a study that nowhere says what it
    asks for, those that say nothing. Where none counts the rows that were looked at, and the reason."""
    screening = rows[0]["screening"]
    if screening == "pending":
        return rows, Reason("pending", "screening is pending")
    if screening not in {"", "included"}:
        return rows, Reason("excluded", "not included by screening")
    times = _folded(outcome.timepoint)
    at_time = [row for row in rows if not times or folded(row["timepoint"]) in times]
    if not at_time:
        others = ", ".join(_different(rows, "timepoint")) or "no time point"
        return rows, Reason("other_time", f"reports it at another time point only ({others})")
    rows = at_time
    for name, wanted in outcome.where.items():
        if any(name not in row for row in rows):
            raise InputError(
                f"outcome {outcome.id}: `where` asks for the column {name!r}, which no extraction sheet has",
                todo="Name a column of the sheets.",
            )
        said = [row for row in rows if folded(text_of(row[name])) in _folded(wanted)]
        silent = [row for row in rows if not_reported(text_of(row[name]))]
        settled = {(row["group"], folded(row["arm"])) for row in said}
        unsettled = [row for row in silent if disputed([row], (name,))]
        if any((row["group"], folded(row["arm"])) not in settled for row in unsettled):
            return at_time, Reason("disputed", f"the extractors disagree on its {in_words(name)}")
        kept = said or silent
        if not kept:
            others = ", ".join(dict.fromkeys(text_of(row[name]) for row in rows))
            return at_time, Reason("other_people", f"reports it for another {in_words(name)} only ({others})")
        rows = kept
    for one, other in combinations((row for row in rows if disputed([row], ("row",))), 2):
        apart = [words for name, words in RESULTS.items() if folded(one[name]) != folded(other[name])]
        if apart and one["group"] == other["group"] and may_be(key_of(one), key_of(other)):
            why = f"the extractors disagree on its {apart[0]}: each has rows that the other lacks, which may be the same"
            return rows, Reason("disputed", why)
    return rows, ""


def _different(rows: Rows, column: str) -> list[str]:
    return list(dict.fromkeys(row[column] for row in rows if row[column]))


def _wanted_arms(study: str, rows: Rows, outcome: Outcome, chosen: Chosen) -> Rows:
    """The rows whose arm the protocol asks for; the others are listed."""
    wanted = {group: _folded(names) for group, names in outcome.arms if names}
    kept = []
    for row in rows:
        if row["group"] not in wanted or folded(row["arm"]) in wanted[row["group"]]:
            kept.append(row)
        else:
            reason = "not among the arms that the protocol names"
            chosen.arms_left_out.append(ArmLeftOut(study=study, arm=row["arm"], reason=reason))
    return kept
