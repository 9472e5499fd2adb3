"""What is said about a query that was asked, in the name of who said it: PubMed, or the stand-in that comes with Evergreen.

The stand-in holds the facts of a few records. That it does not know a term or does not find a record says nothing about the
strategy, so it says who it is and how PubMed is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evergreen.errors import InputError
from evergreen.search import field_tags
from evergreen.search.embedded import BUILD
from evergreen.search.replies import Notice
from evergreen.search.strategy import Strategy, filters

ASK_PUBMED = "For PubMed set `endpoint: live` and `email` under `entrez` in config/config.yaml"
PUBMED = {
    "phrase_not_found": "PubMed does not find the term {}",
    "quoted_phrase_not_found": "PubMed does not know the quoted phrase and searches its words instead: {}",
    "field_not_found": "PubMed has no such field: {}",
    "phrase_ignored": "PubMed ignores the term {}",
    "message": "PubMed says: {}",
}
STAND_IN = {
    "phrase_not_found": "knows no {}",
    "quoted_phrase_not_found": "knows no phrase {} and searches its words instead",
    "field_not_found": "has no such field: {}",
    "phrase_ignored": "ignores {}",
    "message": "says: {}",
}


@dataclass(frozen=True)
class Server:
    """Who answers, by what it says of itself (`einfo`)."""

    build: str
    description: str = ""

    @classmethod
    def of(cls, database: Mapping[str, str]) -> Server:
        return cls(database["build"], database.get("description", ""))

    @property
    def is_stand_in(self) -> bool:
        return self.build.startswith(BUILD)

    @property
    def stand_in(self) -> str:
        """The stand-in with its size, whatever of it the round's date hides, as the subject of a sentence."""
        size = re.search(r"\d+ records", self.description)
        return f"the embedded demonstration holds {size[0] if size else 'few records'}"


def refusals(
    strategy: Strategy, counted: Iterable[Mapping[str, Any]], server: Server, file: str
) -> list[InputError]:
    """What was said of a strategy's lines and is not acknowledged, each once: PubMed's one by one, the stand-in's row by row."""
    said: dict[tuple[str, str], int] = {}
    for line in counted:
        for kind, text in line["notices"]:
            if not strategy.accepts(Notice(kind, text)):
                said.setdefault((kind, text), line["row"])
    if not server.is_stand_in:
        return [
            InputError(
                PUBMED[kind].format(text), file=file, row=row,
                todo=f"Mend the line, or add the line `acknowledge: {text}` if it may stand as it is.",
            )
            for (kind, text), row in said.items()
        ]  # fmt: skip
    by_place: dict[tuple[int, str], list[str]] = {}
    misspelt = []
    for (kind, text), row in said.items():
        if kind == "field_not_found" and not field_tags.known(text):
            near = field_tags.nearest(text)
            todo = f"Mend it{f' ({near}?)' if near else ''}, or add the line `acknowledge: {text}` if it may stand as it is."
            misspelt.append(InputError(PUBMED[kind].format(text), file=file, row=row, todo=todo))
        else:
            by_place.setdefault((row, kind), []).append(text)
    return misspelt + [
        _unknown_here(strategy, server, kind, texts, file, row) for (row, kind), texts in by_place.items()
    ]


def _unknown_here(
    strategy: Strategy, server: Server, kind: str, texts: Sequence[str], file: str, row: int
) -> InputError:
    # What a server says and the name of a field stand as they are, a term in quotation marks.
    plain = kind in ("message", "field_not_found")
    shown = ", ".join(text if plain else f"'{text}'{_of_filter(strategy, text)}" for text in texts)
    add = ", ".join(f"`acknowledge: {text}`" for text in texts)
    return InputError(
        f"{server.stand_in} and {STAND_IN[kind].format(shown)}, which says nothing about the strategy", file=file, row=row,
        todo=f"{ASK_PUBMED}; to go on with the demonstration add {'the line' if len(texts) == 1 else 'the lines'} {add}.",
    )  # fmt: skip


def _of_filter(strategy: Strategy, text: str) -> str:
    """Of which of our filters a term is, in brackets; "" where it is the strategy's own."""
    if any(text in line.text for line in strategy.lines):
        return ""
    return next((f" (of filter:{name})" for name in strategy.filters if text in filters()[name]["query"]), "")


def missed(pmid: int, server: Server, file: str) -> InputError:
    """A known item that is held and that the strategy does not find."""
    if server.is_stand_in:
        return InputError(
            f"{server.stand_in}, without abstracts, among them PMID {pmid}, a known item that the strategy does not find there",
            file=file, todo=f"{ASK_PUBMED}; to go on with the demonstration take the PMID from the `known:` line.",
        )  # fmt: skip
    return InputError(
        f"the strategy does not find PMID {pmid}, a known item that PubMed holds", file=file,
        todo="Widen the strategy, or take the PMID from its `known:` line.",
    )  # fmt: skip


def not_held(server: Server) -> str:
    """Why a known item that is not held was not found."""
    return "not in the embedded demonstration" if server.is_stand_in else "not in PubMed by this round"
