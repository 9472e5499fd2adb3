"""What awaits whom: everything that only a person can do next.

What it is, is found by `waiting_records` (search and screening) and `waiting_data` (extraction, judgements, ratings).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evergreen.counting import noun, plural
from evergreen.errors import ReviewError, printable


@dataclass(frozen=True)
class Waiting:
    """One piece of work that waits for a person.

    `blocks` says that a review with `final: true` must not be published before it is done; `page` is the page under results/
    where the work is done, if there is one, and `since` the day that it waits from, by the review's files, where they say it.
    """

    who: str
    what: str
    where: str
    count: int
    blocks: bool = True
    page: str = ""
    since: str = ""

    def line(self) -> str:
        return f"{self.who}: {self.what} ({self.where})"


def if_any(item: Waiting) -> list[Waiting]:
    """The work, unless it counts nothing."""
    return [item] if item.count else []


def nothing_new(rounds: Sequence[str], works: Sequence[str], searched: bool) -> str:
    """That the last of several rounds brought nothing, "" where it did; `works` are the rounds of the works, `searched` says whether
    every source was searched then."""
    if len(rounds) < 2 or rounds[-1] in works:
        return ""
    rest = "" if searched else ", as far as it was searched"
    return f"The round of {rounds[-1]} brought nothing new{rest}: no work that was not known before."


def waiting_beginning(begun: bool) -> list[Waiting]:
    """A review in which nothing is there to work on: no source and no extraction sheet; `begun` where there is any, or counts of rounds."""
    if begun:
        return []
    what = "begin: the protocol names no source, and there is no extraction sheet"
    return [Waiting("anyone", what, "config/config.yaml, sources.<name>", 1, blocks=False)]


def waiting_unread(paths: Sequence[str]) -> list[Waiting]:
    """People's files that no step reads."""
    said = f"{plural(len(paths), 'file')} that nothing reads: {named(paths)}"
    them = noun(len(paths), "it", "them")
    todo = f"name {them} in config/config.yaml, or put {them} elsewhere"
    return if_any(Waiting("anyone", said, todo, len(paths), blocks=False))


def waiting_cut_off(texts: Sequence[Sequence[str]]) -> list[Waiting]:
    """Texts of the protocol that a comment stands behind: (place, text, comment) of each."""
    return [
        Waiting(
            "anyone",
            f"{place} says only: {text}; # begins a comment: {comment}",
            "config/config.yaml: put the text in quotes if that is a part of it, else the comment on a line of its own",
            1,
            blocks=False,
        )
        for place, text, comment in texts
    ]


def named(names: Sequence[str], most: int = 10) -> str:
    """Names in a sentence; of many the first, and how many more."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def as_records(items: Sequence[Waiting]) -> list[dict[str, Any]]:
    return [asdict(item) for item in items]


def as_text(
    title: str,
    items: Sequence[Waiting],
    on_purpose: Mapping[str, Mapping[str, str]] | None = None,
    quiet: str = "",
    *,
    whole: bool = True,
) -> str:
    """The status as lines for a terminal; `on_purpose` {round: {source: why it was not searched}}, `quiet` says that a round brought nothing,
    `whole` whether the items are of all steps."""
    lines = [title, *filter(None, [quiet])]
    if items:
        lines += ["What awaits whom:", *(f"  {item.line()}" for item in items)]
    elif whole:
        lines.append("Nothing awaits anybody.")
    else:
        lines.append("What these targets show awaits nobody; `evergreen status` says how the review stands.")
    if on_purpose:
        lines.append("Not searched on purpose:")
    for day, reasons in (on_purpose or {}).items():
        lines += [f"  {name} in the round of {day}: {reason}" for name, reason in reasons.items()]
    return printable("\n".join([*lines, ""]))


def refuse_if_final(items: Sequence[Waiting], *, final: bool) -> None:
    """Raise ReviewError when a review that calls itself final has open work."""
    blocking = [item for item in items if item.blocks]
    if final and blocking:
        lines = "; ".join(item.line() for item in blocking)
        raise ReviewError(f"the protocol says final: true, but work is open: {lines}.")
