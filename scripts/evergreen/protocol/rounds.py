"""A round is added to the text of a protocol; nothing else of it is touched, comments and layout neither."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from evergreen import yaml_text
from evergreen.errors import InputError
from evergreen.sheets.days import HOW, of_the_calendar

KEY = "rounds"


class Added(NamedTuple):
    """The new text, the row in which the day stands, and the day of the round before it."""

    text: str
    row: int
    before: str


def check_day(day: str) -> None:
    """Refuse a day, given on a command line, that is none."""
    if not of_the_calendar(day):
        raise InputError(f"{day!r} is not a day of the calendar", todo=HOW)


def check_searched(day: str, today: str) -> None:
    """Refuse a day on which nothing can have been searched."""
    check_day(day)
    if day > today:
        raise InputError(
            f"{day} is still to come, and nothing can have been searched then", todo=f"Today is {today}."
        )


def with_round(text: str, day: str, *, today: str, file: str | Path) -> Added:
    """A protocol's text with a round more, written as the one before it is.

    Raises InputError for a day that is none, that does not come after the last round, or that is still to come (`today`), and where the
    list of rounds is not one to which a day can be added.
    """
    check_searched(day, today)
    yaml_text.parse(text, file=file)  # says what is wrong, and where
    rounds = _rounds(text)
    if (
        rounds is None
        or not rounds.value
        or not all(isinstance(one, yaml.ScalarNode) for one in rounds.value)
    ):
        raise InputError(
            f"`{KEY}` is no list of days to which one could be added",
            file=file,
            todo=f'Write it by hand: {KEY}: ["{day}"]',
        )
    last = rounds.value[-1]
    if day <= last.value:
        raise InputError(
            f"{day} does not come after the last round, {last.value}",
            file=file,
            row=last.start_mark.line + 1,
            todo="What was searched stays as it was; name a later day.",
        )
    quote = last.style if last.style in ("'", '"') else ""
    entry = f"{quote}{day}{quote}"
    if rounds.flow_style:
        at, added = last.end_mark.index, f", {entry}"
    else:
        line_end = text.find("\n", last.end_mark.index)
        at = len(text) if line_end < 0 else line_end
        end = "\r\n" if text[at - 1] == "\r" else "\n"
        at -= len(end) - 1
        line = text[text.rfind("\n", 0, last.start_mark.index) + 1 : last.start_mark.index]
        added = (
            f"{end}{line if line.lstrip().startswith('-') else ' ' * last.start_mark.column + '- '}{entry}"
        )
    new = text[:at] + added + text[at:]
    was, now = (yaml_text.parse(one, file=file) for one in (text, new))
    if {**was, KEY: None} != {**now, KEY: None} or list(map(str, now[KEY])) != [*map(str, was[KEY]), day]:
        raise InputError(f"the list `{KEY}` is written in a way that cannot be added to", file=file,
                         todo=f"Add {day} to it by hand.")  # fmt: skip
    return Added(new, new.count("\n", 0, at + len(added)) + 1, last.value)


def _rounds(text: str) -> yaml.SequenceNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next(
        (value for key, value in pairs if key.value == KEY and isinstance(value, yaml.SequenceNode)), None
    )
