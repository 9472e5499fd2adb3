"""What an outcome of people's sheets is called in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evergreen.protocol.outcomes import Outcome, read_by
from evergreen.sheets import folded
from evergreen.sheets.columns import in_words
from evergreen.synthesis.result import Result


class OutcomeNames:
    """Names of outcomes by what a row of a sheet calls them: of those that read the row's study.

    Several outcomes may read the same data, at another time point or against other arms, and none of them a study that reports
    only what nobody asks for: such a row has the sheet's word.
    """

    def __init__(self, outcomes: Sequence[Outcome] = (), results: Mapping[str, Result] | None = None) -> None:
        self._outcomes = outcomes
        self._studies = {
            id_: {folded(one.study) for one in result.answering} for id_, result in (results or {}).items()
        }

    def __call__(self, study: str, label: str, timepoint: str = "", comparison: str = "") -> str:
        """The name, or names, of what a sheet calls `label` in a row of a study."""
        reading = read_by(self._outcomes, label, timepoint, comparison)
        names = [
            one.name
            for one in reading
            if folded(study) in self._studies[one.id] or folded(one.data) != folded(label)
        ]
        return "; ".join(dict.fromkeys(names)) or in_words(label)


AS_IN_SHEETS = OutcomeNames()
