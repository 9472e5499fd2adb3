"""ASReview 3: a project file (`.asreview`) or the table it exports. One project holds one reviewer's decisions.

A project keeps the file that was imported; its rows carry our ids, so that they come back as they went.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evergreen.errors import InputError
from evergreen.records.normalise import searchable
from evergreen.screening.exchange.foreign_votes import ForeignVote, needed, read_rows
from evergreen.screening.exchange.ris_lists import references
from evergreen.sheets import archives

PROJECT_VERSION = 3
LABELS = {"1": "include", "1.0": "include", "0": "exclude", "0.0": "exclude"}
LABELLED = (
    "SELECT record.dataset_id, record.dataset_row, record.title, record.duplicate_of, results.label, results.time, results.note, results.tags"
    " FROM results JOIN record USING (record_id) WHERE results.label IS NOT NULL ORDER BY record.record_id"
)
TAG = "asreview_tag_"
NONE = ("", "-1", "-1.0", "nan")
"""What stands beside records that nobody has labelled."""


def read_project(path: str | Path) -> list[ForeignVote]:
    """The labels of a project. Labels that ASReview copied to records of the same text are marked in the note.

    Raises InputError for another version of the format, or a file that is no project.
    """
    with tempfile.TemporaryDirectory() as folder:
        with archives.opened(
            path, path, what="ASReview project", todo="Export it again from ASReview."
        ) as archive:
            names = set(archive.namelist())
            for name in names:
                if name in ("project.json", "results.db") or name.startswith("data/"):
                    archive.extract(name, folder)
        if not {"project.json", "results.db"} <= names:
            raise InputError("not an ASReview 3 project (project.json or results.db is missing)", file=path)
        try:
            project = json.loads((Path(folder) / "project.json").read_text(encoding="utf-8"))
            version = project.get("project_file_version")
        except (ValueError, AttributeError):
            raise _unreadable(path) from None
        if version != PROJECT_VERSION:
            raise InputError(
                f"project files of version {version} are not known",
                file=path,
                todo="Export the decisions from ASReview as CSV and read that.",
            )
        connection = sqlite3.connect(Path(folder) / "results.db")
        try:
            data = {one["id"]: Path(folder) / "data" / one["name"] for one in project["datasets"]}
            labels = connection.execute(LABELLED).fetchall()
        except (sqlite3.Error, LookupError, TypeError):
            raise _unreadable(path) from None
        finally:
            connection.close()
        rows = {
            id_: references(file) if file.suffix.lower() == ".ris" else read_rows(file)
            for id_, file in data.items()
        }
    votes = []
    for dataset, at, title, duplicate_of, label, time, note, tags in labels:
        of_file = rows.get(dataset, [])
        row = of_file[at] if at < len(of_file) else {}
        if searchable(title) != searchable(row.get("title", title)) or not row:
            # With a row more or less in the file labels would be those of other records.
            raise InputError(
                f"row {at + 2} of its file is not {title!r}, as the project has it",
                file=path,
                todo="Export the decisions from ASReview as CSV and read that.",
            )
        day = datetime.datetime.fromtimestamp(time, datetime.UTC).date().isoformat() if time else ""
        copied = (
            "label copied by ASReview from a record with the same text" if duplicate_of is not None else ""
        )
        votes.append(
            _vote(
                path,
                row,
                at + 2,
                LABELS[str(label)],
                day,
                "; ".join(filter(None, [note, copied])),
                _checked_tags(tags),
            )
        )
    return votes


def _unreadable(path: str | Path) -> InputError:
    todo = "Export it again from ASReview, or export the decisions as CSV and read that."
    return InputError("the ASReview project cannot be read", file=path, todo=todo)


def read_table(path: str | Path) -> list[ForeignVote]:
    """The rows of an exported table that have a label."""
    rows = read_rows(path)
    needed(rows, ("asreview_label",), path, "a table exported from ASReview 3")
    names = [name.removeprefix(TAG) for name in rows[0] if name.startswith(TAG)] if rows else []
    groups = _groups(names)
    votes = []
    for number, row in enumerate(rows, start=2):
        said = row["asreview_label"]
        if said.casefold() in NONE:
            continue
        if said not in LABELS:
            todo = "Allowed: 1 (relevant), 0 (irrelevant), or nothing."
            raise InputError(
                f"{said!r} is no label of ASReview", file=path, row=number, column="asreview_label", todo=todo
            )
        tags = tuple(name for name in names if row[TAG + name] in ("1", "1.0", "True"))
        votes.append(
            _vote(
                path,
                row,
                number,
                LABELS[said],
                row.get("asreview_time", "")[:10],
                row.get("asreview_note", ""),
                tags,
                groups,
            )
        )
    return votes


def _groups(names: Sequence[str]) -> frozenset[str]:
    """What may be the group of `<group>_<tag>`, each of which may have words between underscores itself: the first word, and words with which several
    names begin."""
    words = [name.split("_") for name in names]
    begun = Counter("_".join(one[:size]) for one in words for size in range(1, len(one)))
    return frozenset(group for group, count in begun.items() if count > 1 or "_" not in group)


def _vote(
    path: str | Path,
    row: dict[str, str],
    number: int,
    decision: str,
    day: str,
    note: str,
    tags: tuple[str, ...],
    groups: frozenset[str] = frozenset(),
) -> ForeignVote:
    return ForeignVote(
        str(path), number, "", decision, title=row.get("title", ""), year=row.get("year", ""), doi=row.get("doi", ""),
        pmid=row.get("pmid", ""), record_id=row.get("record_id", ""), reasons=tags if decision == "exclude" else (), note=note,
        decided_on=day, groups=groups,
    )  # fmt: skip


def _checked_tags(tags: str | None) -> tuple[str, ...]:
    return tuple(
        value["id"]
        for group in json.loads(tags or "[]") or []
        for value in group["values"]
        if value.get("checked")
    )
