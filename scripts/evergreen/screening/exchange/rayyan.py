"""Rayyan's export: `articles.csv`, whose notes carry the decisions, and `customizations_log.csv`, the log of events."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from evergreen.errors import InputError
from evergreen.screening.exchange.foreign_votes import MEANINGS, ForeignVote, needed, read_rows
from evergreen.screening.exchange.ris_lists import own_id
from evergreen.sheets import archives

# The notes are one line: the user's own note, then `RAYYAN-...: ...` parts; values are Ruby hashes, not JSON.
PART = re.compile(r"(RAYYAN-INCLUSION|RAYYAN-LABELS|RAYYAN-EXCLUSION-REASONS|USER-NOTES):")
INCLUSION = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"?([\w-]+)"?')
USER_NOTES = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*\[(.*?)\](?=\s*[,}])')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
DOI_IN_ADDRESS = re.compile(r"[?&]doi=([^&]+)")  # references of Scopus have their DOI only there
REASON_MARK = "__EXR__"
EVENTS = {"1": "include", "0": "unsure", "-1": "exclude"}


def parts_of(notes: str) -> dict[str, str]:
    """The parts of a reference's notes; the note that was there before Rayyan under ""."""
    pieces = PART.split(notes)
    return {
        "": pieces[0].strip(" |"),
        **{name: text.strip(" |") for name, text in zip(pieces[1::2], pieces[2::2], strict=True)},
    }


def votes_in_notes(notes: str) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """(who, decision, reasons, note) out of Rayyan's notes. The reasons belong to the reference, so everyone who
    excluded it gets all of them."""
    parts = parts_of(notes)
    reasons = tuple(
        reason.strip() for reason in parts.get("RAYYAN-EXCLUSION-REASONS", "").split(",") if reason.strip()
    )
    said = {
        who.strip(): "; ".join(note.replace("\\n", " ") for note in QUOTED.findall(text))
        for who, text in USER_NOTES.findall(parts.get("USER-NOTES", ""))
    }
    for who, word in INCLUSION.findall(parts.get("RAYYAN-INCLUSION", "")):
        decision = MEANINGS.get(word.casefold(), "")
        if decision:
            # Display names are kept as they were typed, blanks at the end included.
            yield who.strip(), decision, reasons if decision == "exclude" else (), said.get(who.strip(), "")


def read_archive(path: str | Path) -> list[ForeignVote]:
    """Votes of an export as Rayyan hands it out, a ZIP with `articles.csv` and mostly the log."""
    with (
        tempfile.TemporaryDirectory() as folder,
        archives.opened(path, path, todo="Export again from Rayyan.") as archive,
    ):
        inside = {
            Path(name).name: archive.extract(name, folder)
            for name in archive.namelist()
            if name.endswith(".csv")
        }
        if "articles.csv" not in inside:
            raise InputError("there is no articles.csv in it", file=path, todo="Export from Rayyan as CSV.")
        votes = read(inside["articles.csv"], inside.get("customizations_log.csv"))
    return [replace(vote, file=f"{path}: {Path(vote.file).name}") for vote in votes]


def read(articles: str | Path, log: str | Path | None = None) -> list[ForeignVote]:
    """Votes of an export: those of the notes by display name and, with `log`, those of the log by e-mail address.

    In the log the last event on a reference wins; a withdrawn decision or reason is none.
    """
    rows = read_rows(articles)
    needed(rows, ("key", "title", "notes"), articles, "Rayyan's articles.csv")
    votes: list[ForeignVote] = []
    references: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, row in enumerate(rows, start=2):
        reference: dict[str, Any] = {
            "title": row["title"],
            "year": row.get("year", ""),
            "doi": row.get("doi", "") or "".join(DOI_IN_ADDRESS.findall(row.get("url", ""))),
            "pmid": row.get("pubmed_id", ""),
            "record_id": own_id(row["notes"]),
        }
        references[row["key"].removeprefix("rayyan-")] = (number, reference)
        votes += [
            ForeignVote(
                str(articles), number, who, decision, reasons=reasons, shared=True, note=note, **reference
            )
            for who, decision, reasons, note in votes_in_notes(row["notes"])
        ]
    return votes + (list(_events(log, references)) if log else [])


def _events(log: str | Path, references: dict[str, tuple[int, dict[str, Any]]]) -> Iterator[ForeignVote]:
    rows = read_rows(log)
    needed(rows, ("created_at", "article_id", "key", "value"), log, "Rayyan's customizations_log.csv")
    state: dict[tuple[str, str], dict[str, tuple[int, str, str]]] = defaultdict(dict)
    for number, row in sorted(enumerate(rows, start=2), key=lambda item: (item[1]["created_at"], item[0])):
        who = row.get("user_email") or row.get("user_id", "")
        state[row["article_id"], who][row["key"].strip('"')] = (number, row["value"], row["created_at"])
    for (article, who), keys in state.items():
        number, value, when = keys.get("included", (0, "", ""))
        if value not in EVENTS:
            continue
        reasons = tuple(
            key.removeprefix(REASON_MARK).strip()
            for key, (_, on, _) in keys.items()
            if key.startswith(REASON_MARK) and on == "1"
        )
        _, reference = references.get(article, (0, {}))
        decision = EVENTS[value]
        yield ForeignVote(
            str(log),
            number,
            who,
            decision,
            reasons=reasons if decision == "exclude" else (),
            decided_on=when[:10],
            **reference,
        )
