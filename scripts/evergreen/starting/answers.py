"""What has to be known of a review before its files can be written, and how an answer is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from evergreen.errors import InputError
from evergreen.protocol.analysis import Measure
from evergreen.protocol.patterns import ID

MOST = 40  # signs of an id made of a name


@dataclass(frozen=True)
class Source:
    """A place that was searched: its name, whether it is a `database` or a `register`, and its exports of the first round."""

    name: str
    type: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Outcome:
    """What is pooled; without a `measure` it is named in the protocol, and waits. `guess` says that a sheet's columns suggested it."""

    name: str
    measure: str = ""
    guess: bool = False


@dataclass(frozen=True)
class Answers:
    """All that a new review is written from.

    `strategy` is what PubMed is asked, as text; `email` is what NCBI wants to have for it. `sheet` is an extraction sheet to start
    from, and `extractor` whose it is. `question` has the keys of the protocol's.
    """

    title: str
    day: str
    authors: tuple[str, ...] = ()
    registration: str = ""
    question: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    reviewers: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    strategy: str = ""
    email: str = ""
    outcomes: tuple[Outcome, ...] = ()
    tool: str = "rob2"
    sheet: Path | None = None
    extractor: str = ""

    @property
    def searched(self) -> bool:
        return bool(self.sources or self.strategy)


def id_of(name: str, taken: Iterable[str] = ()) -> str:
    """An id that the protocol takes, made of a name: `Embase (Ovid)` is `embase_ovid`; a number tells it from those `taken`."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:MOST].strip("_")
    word = word if re.match("[a-z]", word) else f"x_{word}".strip("_")
    number, found, known = 1, word, set(taken)
    while found in known or found == "adjudication":
        number += 1
        found = f"{word}_{number}"
    return found


def reviewers_of(text: str) -> tuple[str, ...]:
    """Initials as people write them: `AB, CD`, `AB and CD`, or `AB CD`. Raises InputError where one cannot be a reviewer's id, as `Ann Lee` beside
    another: she is not two people."""
    parts = re.split(r"[,;&\n]|\band\b", text)
    said = parts if len(parts) > 1 else text.split()
    names = tuple(dict.fromkeys(part.strip() for part in said if part.strip()))
    for name in names:
        if not re.match(ID, name) or name == "adjudication":
            raise InputError(
                f"{name!r} cannot be a reviewer's name: it begins with a letter and goes on with letters, digits and underscores",
                todo="Give initials, such as AB, CD.",
            )
    return names


def source_of(text: str, type_: str) -> Source:
    """`NAME=FILE`, or several files joined by commas. Raises InputError where a file is not there."""
    name, sign, files = text.partition("=")
    paths = _paths(files)
    if not sign or not name.strip() or not paths:
        raise InputError(
            f"{text!r} names no {type_} with its export", todo="Write NAME=FILE, such as Embase=embase.ris."
        )
    for path in paths:
        if not path.is_file():
            raise InputError(
                "the file is missing", file=path, todo=f"Mend its name, where {name.strip()} is given."
            )
    return Source(name.strip(), type_, paths)


def _paths(text: str) -> tuple[Path, ...]:
    """One path or several; a comma may belong to the name of a file that is there."""
    if text.strip() and Path(text.strip()).expanduser().is_file():
        return (Path(text.strip()).expanduser(),)
    return tuple(Path(part.strip()).expanduser() for part in text.split(",") if part.strip())


def outcome_of(text: str) -> Outcome:
    """`NAME=MEASURE`, or a name alone. Raises InputError for a measure that there is not."""
    name, _, measure = (
        (part.strip() for part in text.rpartition("=")) if "=" in text else (text.strip(), "", "")
    )
    if not name:
        raise InputError(f"{text!r} names no outcome", todo="Write NAME=MEASURE, such as Pain=MD.")
    if measure and measure.upper() not in get_args(Measure):
        raise InputError(
            f"{measure!r} is no effect measure",
            todo=f"There are {', '.join(get_args(Measure))}; of the outcome {name}, write one of them.",
        )
    return Outcome(name, measure.upper())


def several(texts: Sequence[str]) -> list[str]:
    """Answers given one by one or in one text, on lines or behind semicolons."""
    return [part.strip() for text in texts for part in re.split(r"[;\n]", text) if part.strip()]
