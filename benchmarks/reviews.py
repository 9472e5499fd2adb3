"""Reviews that benchmarks run: the bundled one with something altered, and synthetic ones. All numbers in them are made up."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import import_ris

REVIEWERS = ("AB", "CD")
WORDS = 187
"""Of an abstract of 1,500 characters."""


def bundled(checkout: Path, review: Path) -> None:
    """The review that the commit brings, with no results."""
    shutil.rmtree(review, ignore_errors=True)
    shutil.copytree(checkout / "config", review / "config")


def search_again(review: Path) -> None:
    """A search a month after the last, of which nothing new comes."""
    _rounds(review, ["2024-01-31"])


def further_rounds(review: Path, number: int) -> None:
    """The days of so many monthly searches after the last round of the bundled review; the stand-in has nothing new for them."""
    days = [date(2024, 1, 1) + timedelta(days=31 * month) for month in range(number)]
    _rounds(review, [day.isoformat() for day in days])


def _rounds(review: Path, days: list[str]) -> None:
    """The bundled review's three rounds, and these after them."""
    protocol = review / "config" / "config.yaml"
    text = protocol.read_text(encoding="utf-8")
    named = "".join(f', "{day}"' for day in days)
    new, found = re.subn(
        r'^(rounds: \[(?:"[\d-]+"(?:, )?){3}).*?\]',
        lambda line: f"{line[1].rstrip(', ')}{named}]",
        text,
        flags=re.MULTILINE,
    )
    if not found:
        raise ValueError("the line of the rounds is not there")
    protocol.write_text(new, encoding="utf-8")


def correct_a_cell(review: Path) -> None:
    """Both extractors read one event fewer in a group of a trial."""
    for person in REVIEWERS:
        sheet = review / "config" / "extraction" / f"{person}.csv"
        text = sheet.read_text(encoding="utf-8")
        new = text.replace(
            "DRIVE,any_ae,12 months,placebo,control,88,73", "DRIVE,any_ae,12 months,placebo,control,88,72"
        )
        if new == text:
            raise ValueError(f"{sheet.name}: the cell to correct is not there")
        sheet.write_text(new, encoding="utf-8")


def without(review: Path, study: str) -> dict[Path, str]:
    """Take a trial out of the extractors' sheets; returns the sheets as they were."""
    kept = {}
    for person in REVIEWERS:
        sheet = review / "config" / "extraction" / f"{person}.csv"
        kept[sheet] = sheet.read_text(encoding="utf-8")
        with sheet.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if row[0] != study]
        with sheet.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return kept


def of_outcomes(review: Path, outcomes: int, studies: int) -> None:
    """A synthetic review: an extraction sheet of so many outcomes, each reported by so many studies of two arms, and nothing else."""
    shutil.rmtree(review, ignore_errors=True)
    (review / "config" / "extraction").mkdir(parents=True)
    draw = random.Random(7).uniform
    lines = ["study,outcome,arm,group,n,mean,sd"]
    for number in range(outcomes):
        for study in range(studies):
            for group, shift in (("intervention", -0.3), ("control", 0.0)):
                mean, sd = draw(4, 6) + shift, draw(1, 2)
                lines.append(
                    f"S{study:03},o{number:04},{group},{group},{40 + study % 37},{mean:.3f},{sd:.3f}"
                )
    (review / "config" / "extraction" / "AB.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    entries = [{"id": f"o{number:04}", "measure": "MD"} for number in range(outcomes)]
    _protocol(review, {"review": {"title": "Synthetic review of many outcomes"}, "outcomes": entries})


COLUMNS = {
    "Title": "TI", "Authors": "AU", "Year": "PY", "Journal": "JO", "Volume": "VL", "Issue": "IS", "Start Page": "SP", "End Page": "EP",
    "ISSN": "SN", "Accession Number": "AN", "DOI": "DO", "URL": "UR", "Language": "LA", "Keywords": "KW", "Abstract": "AB", "Database": "DB",
}  # fmt: skip
"""Those of a made-up table of records, with the RIS tag that each stands for."""


def of_records(review: Path, records: int, suffix: str = "ris") -> None:
    """A synthetic review: an export (`suffix`: ris or csv) of so many records with abstracts of 1,500 characters, which two people screen."""
    shutil.rmtree(review, ignore_errors=True)
    (review / "config" / "search").mkdir(parents=True)
    with (review / "config" / "search" / f"export.{suffix}").open("w", encoding="utf-8", newline="") as file:
        if suffix == "ris":
            file.writelines(import_ris.export(records, WORDS))
        else:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            rows.writerows(
                ["; ".join(record[tag]) for tag in COLUMNS.values()]
                for record in import_ris.made_up(records, WORDS)
            )
    day = "2024-01-31"
    export = {
        "kind": "export",
        "type": "database",
        "name": "Made-up export",
        "files": {day: f"config/search/export.{suffix}"},
    }
    stage = {"reviewers": list(REVIEWERS)}
    _protocol(
        review,
        {
            "review": {"title": "Synthetic review of many records"},
            "rounds": [day],
            "sources": {"made_up": export},
            "screening": {"title_abstract": stage, "full_text": stage, "reasons": {"other": "Other"}},
        },
    )


def _protocol(review: Path, protocol: dict) -> None:
    (review / "config" / "config.yaml").write_text(json.dumps(protocol), encoding="utf-8")
