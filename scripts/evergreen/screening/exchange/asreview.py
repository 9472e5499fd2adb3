"""ASReview 3: a project file (`.asreview`) or the table it exports. One project holds one reviewer's decisions.

A project keeps the file that was imported; its rows carry our ids, so that they come back as they went.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
import tempfile
from pathlib import Path

from evergreen.errors import InputError
from evergreen.screening.exchange.foreign_votes import ForeignVote, needed, read_rows
from evergreen.screening.exchange.ris_lists import references
from evergreen.sheets import archives

PROJECT_VERSION = 3
LABELS = {1: "include", 0: "exclude"}


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
        project = json.loads((Path(folder) / "project.json").read_text(encoding="utf-8"))
        version = project.get("project_file_version")
        if version != PROJECT_VERSION:
            raise InputError(
                f"project files of version {version} are not known",
                file=path,
                todo="Export the decisions from ASReview as CSV and read that.",
            )
        data = Path(folder) / "data" / project["datasets"][0]["name"]
        rows = references(data) if data.suffix.lower() == ".ris" else read_rows(data)
        connection = sqlite3.connect(Path(folder) / "results.db")
        try:
            labels = connection.execute(
                "SELECT record.dataset_row, record.duplicate_of, results.label, results.time, results.note, results.tags"
                " FROM results JOIN record USING (record_id) WHERE results.label IS NOT NULL ORDER BY record.dataset_row"
            ).fetchall()
        finally:
            connection.close()
    votes = []
    for row, duplicate_of, label, time, note, tags in labels:
        day = datetime.datetime.fromtimestamp(time, datetime.UTC).date().isoformat() if time else ""
        copied = (
            "label copied by ASReview from a record with the same text" if duplicate_of is not None else ""
        )
        votes.append(
            _vote(
                path,
                rows[row],
                row + 2,
                LABELS[label],
                day,
                "; ".join(filter(None, [note, copied])),
                _checked_tags(tags),
            )
        )
    return votes


def read_table(path: str | Path) -> list[ForeignVote]:
    """The rows of an exported table that have a label."""
    rows = read_rows(path)
    needed(rows, ("asreview_label",), path, "a table exported from ASReview 3")
    votes = []
    for number, row in enumerate(rows, start=2):
        if not row["asreview_label"]:
            continue
        tags = tuple(
            name.rsplit("_", 1)[-1]
            for name, on in row.items()
            if name.startswith("asreview_tag_") and on in ("1", "1.0", "True")
        )
        label = LABELS[int(float(row["asreview_label"]))]
        votes.append(
            _vote(
                path,
                row,
                number,
                label,
                row.get("asreview_time", "")[:10],
                row.get("asreview_note", ""),
                tags,
            )
        )
    return votes


def _vote(
    path: str | Path,
    row: dict[str, str],
    number: int,
    decision: str,
    day: str,
    note: str,
    tags: tuple[str, ...],
) -> ForeignVote:
    return ForeignVote(
        str(path), number, "", decision, title=row.get("title", ""), year=row.get("year", ""), doi=row.get("doi", ""),
        pmid=row.get("pmid", ""), record_id=row.get("record_id", ""), reasons=tags if decision == "exclude" else (), note=note,
        decided_on=day,
    )  # fmt: skip


def _checked_tags(tags: str | None) -> tuple[str, ...]:
    return tuple(
        value["id"]
        for group in json.loads(tags or "[]") or []
        for value in group["values"]
        if value.get("checked")
    )
