"""What a person has to mend before an outcome can be pooled, found before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.errors import InputError, InputErrors
from evergreen.extraction.check import place_of
from evergreen.extraction.slices import Slices
from evergreen.protocol.conversions import Filling
from evergreen.protocol.outcomes import Outcome, own_fillings
from evergreen.sheets import folded, name_key
from evergreen.sheets.columns import apart
from evergreen.synthesis import choosing, effect_modification, pooled

if TYPE_CHECKING:
    import pandas as pd

PROTOCOL = "config/config.yaml"


def refusals(
    rows: pd.DataFrame,
    studies: pd.DataFrame,
    outcomes: Sequence[Outcome],
    *,
    screened: pd.DataFrame | None = None,
    compare: bool = True,
) -> list[InputError]:
    """Everything that pooling would refuse, each once, with file, row and column as far as the tables say them.

    `rows` and `studies` are the converted extraction and the study-level columns, all text; `outcomes` the outcomes of the
    protocol. `screened` says which studies are
    included; `compare=False` looks at nothing that would be no fault in a study that is not.
    """
    found = {error.sentence(): error for error in _misspelt(rows, outcomes)}
    slices = Slices(rows, screened=screened, studies=studies, places=True)
    own = own_fillings(outcomes)
    for outcome in outcomes:
        for error in _of_outcome(slices, studies, outcome, own.get(outcome.id), compare):
            found.setdefault(error.sentence(), error)
    return list(found.values())


def _misspelt(rows: pd.DataFrame, outcomes: Sequence[Outcome]) -> list[InputError]:
    """Names of outcomes in the sheets that are all but those of an outcome without a row."""
    first: dict[str, int] = {}
    for position, name in enumerate(map(folded, rows["outcome"])):
        first.setdefault(name, position)
    known = {folded(one.data) for one in outcomes}
    without = {folded(one.data): one.data for one in outcomes if folded(one.data) not in first}
    errors = []
    for name, position in first.items():
        if name in known:
            continue
        own = tables.rows(rows.iloc[[position]])[0]
        for near in get_close_matches(name, without, n=1, cutoff=0.8):
            errors.append(
                InputError(
                    f"the outcome {own['outcome']!r} is not in the protocol, whose outcome {without[near]!r} has no row",
                    **place_of(own),
                    column="outcome",
                    todo=f"Write {without[near]}, or name it as the sheet does under `data` of the outcome.",
                )
            )
    return errors


def _of_outcome(
    slices: Slices, studies: pd.DataFrame, outcome: Outcome, filling: Filling | None, compare: bool
) -> list[InputError]:
    try:
        pooled.check(outcome)
    except InputError as error:
        return [InputError(error.problem, file=PROTOCOL, todo=error.todo)]
    try:
        part = slices.of(outcome.data, outcome.columns, filling=filling)
        if compare:
            choosing.choose(part, outcome)
    except InputErrors as several:
        return several.errors
    except InputError as error:
        return [error]
    names = [name for one in outcome.moderators for name in one.split(":")]
    return [found for name in names if (found := _moderator(studies, part, name, outcome.id))]


def _moderator(studies: pd.DataFrame, rows: pd.DataFrame, name: str, outcome: str) -> InputError | None:
    """A text among the numbers of a moderator, which would make it one of words; of a column of the studies, else of their rows."""
    there = (
        (table, own) for table in (studies, rows) for own in table if name_key(own) == name_key(apart(name))
    )
    table, column = next(there, (studies, ""))
    stray = effect_modification.no_number(table[column].tolist()) if column else None
    if stray is None:
        return None
    own = tables.rows(table[table[column] == stray].head(1))[0]
    todo = "Write a plain number such as 1234.5, leave the cell empty, or use words in every row."
    return InputError(
        f"study {own['study']}, moderator of outcome {outcome}: {stray!r} is no plain number in a column of numbers",
        **place_of(own),
        column=name,
        todo=todo,
    )
