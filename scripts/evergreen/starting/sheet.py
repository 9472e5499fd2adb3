"""An extraction sheet that is there already, as the start of a review: the outcomes that it has, and what may be pooled of them."""

from __future__ import annotations

from pathlib import Path

from evergreen import sheets
from evergreen.sheets import folded
from evergreen.starting.answers import Outcome

# Which numbers of two groups suggest which measure; a person decides.
SUGGESTED = (("mean", "MD"), ("median", "MD"), ("events", "RR"), ("percent", "RR"))


def outcomes_of(path: Path) -> tuple[Outcome, ...]:
    """The outcomes of a sheet in their order, with a measure where the numbers of two groups suggest one.

    Raises InputError(s) where the sheet cannot be read.
    """
    frame = sheets.read_sheet(path, "extraction")
    found = []
    for _, rows in frame.groupby(frame["outcome"].map(folded), sort=False):
        arms = rows[rows["group"].isin(("intervention", "control"))]
        measure = next(
            (measure for column, measure in SUGGESTED if column in arms and arms[column].notna().any()), ""
        )
        found.append(Outcome(str(rows["outcome"].iloc[0]), measure, guess=bool(measure)))
    return tuple(found)
