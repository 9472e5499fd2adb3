"""Sheets that end in the middle of a study: the file may be cut, or not saved to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cut:
    """A sheet whose last row (`file`, `row`) stands within a `study`: another person goes on with so many `rows` more of it and with so
    many further `studies`, in the order of their own sheet, and none of them is in this one."""

    person: str
    other: str
    file: str
    row: int
    study: str
    rows: int
    studies: int


def cut_sheets(rows: pd.DataFrame) -> list[Cut]:
    """The sheets that end so, by person; of the merged extraction, whose rows say who has them and where."""
    studies = list(rows["study"])
    places: dict[str, dict[int, tuple[str, int]]] = {}
    for at, (people, origin) in enumerate(zip(rows["extractors"], rows["origin"], strict=True)):
        for person, place in zip(people.split("; "), origin.split("; "), strict=False):
            file, _, number = place.rpartition(":")
            if number.isdigit():
                places.setdefault(person, {})[at] = (file, int(number))
    found = []
    for person, own in sorted(places.items()):
        last = max(own, key=lambda at: own[at][1])
        for other, theirs in sorted(places.items()):
            if other == person or last not in theirs:
                continue
            after = [at for at in theirs if theirs[at][1] > theirs[last][1]]
            of_study = [at for at in after if studies[at] == studies[last]]
            if of_study and not any(at in own for at in after):
                further = len({studies[at] for at in after} - {studies[last]})
                found.append(Cut(person, other, *own[last], studies[last], len(of_study), further))
                break
    return found
