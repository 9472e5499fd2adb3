"""The numbers of a study's groups as columns of a forest plot: which are shown, with how many decimals, what adds up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from evergreen.figures.forest_presets import HEADS, LEAST_NEEDED, Fields, Preset
from evergreen.figures.forest_table import Cell, Column
from evergreen.figures.scales import decimals_needed, effect_decimals, number
from evergreen.figures.setting import Setting
from evergreen.figures.wording import capital
from evergreen.metaanalysis.measures import MEASURES
from evergreen.synthesis.result import Arm, LeftOut, Result, Study
from evergreen.synthesis.result.study_rows import Counted, Row, in_group

MARKS = {"imputed": "‡", "derived": "†"}
NOTES = {
    "imputed": "Imputed: an input of it is in no report of the study.",
    "derived": "Derived from other reported numbers.",
}
"""Signs of numbers that are not reported, the least trusted first, and what they mean."""
PEOPLE = ("events", "n")


class Groups:
    """The groups of an outcome's studies and what is shown of them: of the `studies` with a row the columns and their decimals, of all the table
    of numbers."""

    def __init__(self, result: Result, studies: Sequence[Row], setting: Setting, preset: Preset) -> None:
        self.preset = preset
        every = [one for study in result.every for one in arms_of(study)]
        present = {group for group, _ in every}
        names = {"intervention": setting.intervention, "control": setting.control, "single": ""}
        self.names = {g: capital(name) for g, name in names.items() if g in present}
        self._of = {
            (group, name): [value for study in studies for own, arm in arms_of(study) if own == group and (value := getattr(arm, name)) is not None]
            for group in self.names
            for name in {name for fields in preset.fields.values() for cell in fields for name in cell}
        }  # fmt: skip
        kind = MEASURES[result.measure].kind
        shown = preset.fields.get(kind, preset.fields[""])
        self.cells: list[Fields] = [cell for cell in shown if any(self._values(name) for name in cell)]
        self.fields = [
            name for cell in shown for name in cell if any(getattr(arm, name) is not None for _, arm in every)
        ]
        self._places = {name: self._decimals(name) for name in self.fields}

    def _values(self, name: str) -> list[float]:
        return [value for group in self.names for value in self._of[group, name]]

    def _decimals(self, name: str) -> int:
        values = self._values(name)
        # Small means and short times would be 0.00; people and events are whole, or effective numbers of them.
        return decimals_needed(values, 1 if name in PEOPLE else effect_decimals(values))

    def columns(self) -> list[Column]:
        """Under each group its numbers, or under each number the groups."""
        if self.preset.by_field:
            pairs = [(group, cell) for cell in self.cells for group in self.names]
        else:
            pairs = [(group, cell) for group in self.names for cell in self.cells]
        columns = []
        for group, cell in pairs:
            if any(self._of[group, name] for name in cell):
                heads = (self.preset.heads.get(cell, HEADS[cell]), self.names[group])
                head, above = reversed(heads) if self.preset.by_field and heads[1] else heads
                columns.append(
                    Column(f"{group}:{'/'.join(cell)}", head, above, rank=LEAST_NEEDED.get(cell, 0))
                )
        return columns

    def texts(self, arms: Mapping[str, Arm]) -> dict[str, Cell]:
        """The cells of a study's row."""
        found = {}
        for group, arm in arms.items():
            for cell in self.cells:
                known = {name: value for name in cell if (value := getattr(arm, name)) is not None}
                if known:
                    signs = "".join(dict.fromkeys(sign for name in known if (sign := _sign(arm, name))))
                    found[f"{group}:{'/'.join(cell)}"] = Cell((self._text(cell, known),), signs)
        return found

    def _text(self, cell: Fields, known: Mapping[str, float]) -> str:
        texts = [number(known[name], self._places[name]) if name in known else "–" for name in cell]
        if len(cell) == 1:
            return texts[0]
        return f"{texts[0]} ({texts[1]})" if cell == ("mean", "sd") else f"{texts[0]}/{texts[1]}"

    def totals(self, studies: Sequence[Row], names: Sequence[str]) -> dict[str, Cell]:
        """Of what adds up the sums, as far as every study says them."""
        found = {}
        for group in self.names:
            for cell in self.cells:
                sums = {
                    n: total
                    for n in cell
                    if n in names and (total := in_group(studies, group, attrgetter(n))) is not None
                }
                if sums:
                    found[f"{group}:{'/'.join(cell)}"] = Cell((self._text(cell, sums),))
        return found

    def repeated(self, studies: Sequence[Study]) -> str:
        """What of some group stands in several rows, so that the rows add up to more than the totals; "" where nothing does."""

        def more(group: str, number: Counted) -> bool:
            rows = math.fsum(number(study.arms[group]) or 0.0 for study in studies if group in study.arms)
            return rows > (in_group(studies, group, number) or math.inf)

        counted = {"n": "participants", "person_time": "events and time at risk"}
        return next(
            (
                what
                for name, what in counted.items()
                if any(more(group, attrgetter(name)) for group in self.names)
            ),
            "",
        )

    def noted(self, arms: Mapping[str, Arm]) -> dict[str, Any]:
        """The numbers of a row, for the table beside the figure."""
        return {
            f"{group}_{name}": getattr(arms.get(group), name, None)
            for group in self.names
            for name in self.fields
        }


def arms_of(study: Row) -> list[tuple[str, Arm]]:
    """The numbers of a study's groups: combined, and arm by arm where they could not be combined."""
    reported = study.reported if isinstance(study, LeftOut) else ()
    return [*study.arms.items(), *((arm.group, arm) for arm in reported)]


def _sign(arm: Arm, field: str) -> str:
    """The sign of a number of an arm."""
    return next((sign for state, sign in MARKS.items() if field in getattr(arm, state)), "")


def sign_of_effect(study: Study, cells: Mapping[str, Cell]) -> str:
    """The sign of an effect whose numbers no cell of the row shows with theirs."""
    own = next((MARKS[state] for state in MARKS if any(one.state == state for one in study.conversions)), "")
    return "" if any(own and own in cell.after for cell in cells.values()) else own


def signs_of(study: Row) -> list[str]:
    """The signs that the row of a study may have."""
    of_arms = [_sign(arm, name) for _, arm in arms_of(study) for name in (*arm.derived, *arm.imputed)]
    return [*of_arms, sign_of_effect(study, {}) if isinstance(study, Study) else ""]
