"""Rows that an extractor has to fill in: what the own sheet holds, then what protocol and included studies ask for besides.

Nothing that somebody else found is shown. Of other people's sheets only labels are taken, the arms and time points of a study, so that
its rows are called alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.extraction.check import KEY, filled, key_of
from evergreen.extraction.constraints import CONSTRAINTS
from evergreen.extraction.merge import texts
from evergreen.metaanalysis.measures import BOTH, KINDS, MEASURES
from evergreen.sheets import columns_of, folded, name_key
from evergreen.sheets.columns import AWAITED, PLACE, Column
from evergreen.sheets.labels import loosely, spelling_of
from evergreen.worklists.lists import Row, Sheet, WorkList, columns_with_own

if TYPE_CHECKING:
    import pandas as pd

    from evergreen.protocol.outcomes import Outcome

REGISTER = {
    "design": "Design, such as parallel groups, cluster-randomised, crossover; phase.",
    "setting": "Where and by whom people were treated: countries, centres, level of care.",
    "funding": "Who paid for the study, and in which role.",
    "conflicts": "Conflicts of interest that its authors declare.",
    "registration": "Number in a register, and whether before the first participant.",
    "dates": "First and last enrolment, end of follow-up.",
    "population": "Who took part: inclusion criteria, age, sex, severity.",
    "randomised": "Participants randomised in the whole study: one number.",
    "arms_randomised": "Arms, and how many participants were randomised to each.",
}
"""Columns of the register of studies beside those that the protocol reads, with what to enter."""
LABELS = frozenset(column.name for column in columns_of("extraction") if column.label)
Arm = tuple[str, str]
"""Label of an arm, and its group."""
FURTHER = KEY[4:]
Line = tuple[str, ...]
"""Time point, arm and group of a row, then what else tells it from others (`FURTHER`)."""


@dataclass(frozen=True)
class Asked:
    """What the protocol asks of the rows that sheets call `data`: of one outcome, or of all that read them."""

    data: str
    name: str
    timepoints: tuple[str, ...]
    groups: tuple[str, ...]
    # Arms by group; no names: all arms of the group.
    arms: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    unit: str


def asked_of(outcomes: Sequence[Outcome]) -> list[Asked]:
    """What each `data` of the protocol is asked for, in its order."""
    by_data: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_data.setdefault(folded(outcome.data), []).append(outcome)
    return [_asked(same) for same in by_data.values()]


def _asked(same: Sequence[Outcome]) -> Asked:
    kinds = {MEASURES[one.measure].kind for one in same}
    groups = [group for kind in sorted(kinds) for group in KINDS[kind].of_rows]
    named = {
        "intervention": [one.arms.intervention for one in same],
        "control": [one.arms.control for one in same],
    }
    return Asked(
        same[0].data,
        " / ".join(dict.fromkeys(one.name for one in same)),
        _union(one.timepoint for one in same) if all(one.timepoint for one in same) else (),
        tuple(dict.fromkeys(groups)),
        {group: _union(names) if all(names) else () for group, names in named.items()},
        tuple(dict.fromkeys(name for kind in sorted(kinds) for name in _numbers(kind))),
        next((one.unit for one in same if one.unit), ""),
    )


def _union(names: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple({folded(name): name for some in names for name in some}.values())


def _numbers(kind: str) -> tuple[str, ...]:
    """The columns that a kind of data is computed from, or that usually lead there."""
    if kind == "generic":
        return ("estimate", "estimate_ci_low", "estimate_ci_high", "estimate_p")
    usual = ("se", "ci_low", "ci_high") if "sd" in KINDS[kind].numbers else ()
    return (*KINDS[kind].numbers, *usual)


class Known:
    """Labels that anybody's sheet uses for a study: its rows by outcome, its arms, its time points."""

    def __init__(self, sheets: Iterable[pd.DataFrame]) -> None:
        self.rows: dict[tuple[str, str], dict[tuple[str, ...], Line]] = {}
        self.arms: dict[str, dict[str, Arm]] = {}
        self.timepoints: dict[str, dict[str, str]] = {}
        self.studies: dict[str, str] = {}
        lines = [row for rows in sheets for row in filled(tables.rows(rows))]
        for row in sorted(lines, key=lambda row: (*key_of(row), *(row.get(name, "") for name in KEY))):
            study, outcome, timepoint, arm, *further = key_of(row)
            self.studies.setdefault(study, row["study"])
            line = (row["timepoint"], row["arm"], row["group"], *(row.get(name, "") for name in FURTHER))
            self.rows.setdefault((study, outcome), {}).setdefault((timepoint, arm, *further), line)
            if row["group"] != "contrast":
                self.arms.setdefault(study, {}).setdefault(arm, (row["arm"], row["group"]))
            self.timepoints.setdefault(study, {}).setdefault(timepoint, row["timepoint"])

    def planned(self, study: str, asked: Asked) -> list[Line]:
        """The rows that a study has, or should have, of an outcome."""
        have = list(self.rows.get((folded(study), folded(asked.data)), {}).values())
        wanted = set(map(folded, asked.timepoints))
        if have and (not wanted or wanted & {folded(timepoint) for timepoint, *_ in have}):
            return have
        arms = [arm for group in asked.groups for arm in self._arms(folded(study), group, asked)]
        if any(group in BOTH for group in asked.groups) and {group for _, group in arms} < set(BOTH):
            return have  # a study of another comparison
        own = self.timepoints.get(folded(study), {})
        times = [own.get(folded(name), name) for name in asked.timepoints] or list(own.values()) or [""]
        return [
            *have,
            *((timepoint, arm, group, *("" for _ in FURTHER)) for timepoint in times for arm, group in arms),
        ]

    def _arms(self, study: str, group: str, asked: Asked) -> list[Arm]:
        known = [arm for arm in self.arms.get(study, {}).values() if arm[1] == group]
        named = asked.arms.get(group, ())
        if known:
            return [arm for arm in known if not named or folded(arm[0]) in set(map(folded, named))]
        if group == "contrast":
            return [("", group)]
        return [(name, group) for name in named] or [(group, group)]


def rows_to_extract(
    own: pd.DataFrame | None, known: Known, studies: Sequence[str], asked: Sequence[Asked]
) -> Sheet:
    """The sheet of one extractor: `own` as it was read, then rows for `studies` that it does not have.

    A row that `own` awaits stays, unless it stands for an arm without a name that has one by now.
    """
    by_data = {folded(one.data): one for one in asked}
    planned = [(study, one, line) for study in studies for one in asked for line in known.planned(study, one)]
    named = {
        (folded(study), folded(one.data))
        for study, one, line in planned
        if folded(line[1]) not in ("", line[2])
    }
    rows: list[Row] = []
    there = set()
    lines: list[dict[str, Any]] = tables.rows(texts(own.drop(columns="_row"))) if own is not None else []
    waits = own[AWAITED].tolist() if own is not None else []
    for own_line, awaited in zip(lines, waits, strict=True):
        cells = {name: str(value) for name, value in own_line.items() if name not in PLACE}
        unnamed = folded(cells["arm"]) in ("", cells["group"])
        if awaited and unnamed and (folded(cells["study"]), folded(cells["outcome"])) in named:
            continue
        there.add(key_of(cells))
        if not awaited and not any(cells[name] for name in cells if name not in LABELS):
            cells["note"] = "NR"  # what said so were number cells, which hold nothing now
        rows.append(replace(_row(cells, by_data.get(folded(cells["outcome"]))), own=True))
    # What somebody else spells otherwise is asked about when the sheets are merged, and not asked for again.
    spelt = {_place(row.cells) for row in rows}
    for study, one, line in planned:
        cells = {
            "study": study,
            "outcome": one.data,
            **dict(zip(("timepoint", "arm", "group", *FURTHER), line, strict=True)),
        }
        if _place(cells) not in spelt and key_of(cells) not in there:
            there.add(key_of(cells))
            rows.append(_row(cells, one))
    schema = columns_of("extraction")
    return Sheet(
        "Extraction",
        columns_with_own(schema, [] if own is None else [name for name in own.columns if name not in PLACE]),
        tuple(rows),
        CONSTRAINTS,
        KEY,
    )


def _place(cells: dict[str, str]) -> tuple[object, ...]:
    return (*key_of(cells)[:2], loosely(cells["timepoint"]), loosely(cells["arm"]), *key_of(cells)[4:])


def _row(cells: dict[str, str], asked: Asked | None) -> Row:
    first = _numbers("generic") if cells["group"] == "contrast" else asked.numbers if asked else ()
    if asked is None:
        return Row(cells, first=first, part=cells["outcome"])
    hints = {"unit": f"Protocol: {asked.unit}. Write the unit of the report."} if asked.unit else {}
    if asked.name != asked.data:
        hints["outcome"] = asked.name
    return Row(cells, hints=hints, first=first, part=cells["outcome"])


def register_of(own: pd.DataFrame | None, studies: Sequence[str], read: Sequence[str]) -> Sheet:
    """The study-level columns of one extractor: `own` as it was read, then the studies that it lacks.

    `read` are the columns that the protocol's subgroups and moderators read.
    """
    having = [] if own is None else [name for name in own.columns if name not in (*PLACE, "study")]
    columns = {name_key(name): Column(name, "text") for name in having}
    for name in read:
        columns.setdefault(
            name_key(name),
            Column(name, "text", description="Read by the protocol's subgroups, moderators or order."),
        )
    for name, description in REGISTER.items():
        columns.setdefault(name, Column(name, "text", description=description))
    rows = [] if own is None else [
        {str(name): str(value) for name, value in cells.items() if name not in PLACE} for cells in own.to_dict("records")
    ]  # fmt: skip
    there = {folded(cells["study"]) for cells in rows}
    rows += [{"study": study} for study in studies if folded(study) not in there]
    return Sheet(
        "Studies", (*columns_of("extraction_studies"), *columns.values()), tuple(Row(cells) for cells in rows)
    )


def lists_of(
    title: str,
    people: Sequence[str],
    sheets: Mapping[str, pd.DataFrame],
    registers: Mapping[str, pd.DataFrame],
    included: Mapping[str, Sequence[str]] | None,
    outcomes: Sequence[Outcome],
    read: Sequence[str],
) -> list[WorkList]:
    """The list of each of `people`. `sheets` and `registers` are those that are there, as they were read; `included` the studies with
    citations of their reports, None where nobody screens: then they are those that anybody names."""
    known = Known(sheets.values())
    if included is None:
        named = [*known.studies.values(), *(study for rows in registers.values() for study in rows["study"])]
        included = dict.fromkeys(sorted(spelling_of(named).values()), ())
    asked = asked_of(outcomes)
    return [
        WorkList(
            title,
            "Extraction",
            person,
            f"config/extraction/{person}",
            rows_to_extract(sheets.get(person), known, list(included), asked),
            included,
            register_of(registers.get(person), list(included), read),
            f"config/extraction/studies-{person}",
        )
        for person in people
    ]
