"""What an outcome of people's sheets is called in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.sheets.columns import in_words
from evergreen.synthesis.result import LeftOut, Result, Study


class OutcomeNames:
    """Names of outcomes by what a row of a sheet calls them: of those that read the row's study.

    Several outcomes may read the same data, at another time point or against other arms, and none of them a study that reports
    only what nobody asks for: such a row has the sheet's word.
    """

    def __init__(self, outcomes: Sequence[Outcome] = (), results: Mapping[str, Result] | None = None) -> None:
        data = {folded(one.data) for one in outcomes}
        self._by_id = {folded(one.id): one.name for one in outcomes if folded(one.id) not in data}
        self._reading: dict[tuple[str, str], list[Outcome]] = {}
        for outcome in outcomes:
            result = (results or {})[outcome.id]
            reads: list[Study | LeftOut] = [*result.studies]
            reads += [one for one in result.left_out if not one.outside]
            for study in dict.fromkeys(folded(one.study) for one in reads):
                self._reading.setdefault((folded(outcome.data), study), []).append(outcome)

    def __call__(self, study: str, label: str, timepoint: str = "") -> str:
        """The name, or names, of what a sheet calls `label` in a row of a study; of all time points where it says none."""
        reading = self._reading.get((folded(label), folded(study)), [])
        if timepoint:
            at = folded(timepoint)
            reading = [one for one in reading if not one.timepoint or at in map(folded, one.timepoint)]
        named = "; ".join(dict.fromkeys(one.name for one in reading))
        return named or self._by_id.get(folded(label), in_words(label))


AS_IN_SHEETS = OutcomeNames()
