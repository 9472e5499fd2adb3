"""A review whose pages two reviewers, an adjudicator, an extractor and an assessor find at the desk, and its server as a process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd

from evergreen.bias.tools import TOOLS
from evergreen.protocol.outcomes import Outcome
from evergreen.screening.webpage import screening_page
from evergreen.screening.worklists import conflict_list, work_list
from evergreen.worklists import bias, extraction
from evergreen.worklists.page import form

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ("AB", "CD")
REASONS = {"wrong_population": "Wrong population", "review": "Review"}
PROTOCOL = """review: {title: A review}
screening:
  title_abstract: {reviewers: [AB, CD]}
  full_text: {reviewers: [AB, CD]}
  reasons: {wrong_population: Wrong population, review: Review}
extraction: {extractors: [AB]}
risk_of_bias: {tool: rob1, assessors: [CD]}
outcomes: [{id: pain, measure: RR}]
"""
LINK = re.compile(r"(?m)^(\w+): (http://127\.0\.0\.1:\d+/[\w-]{40,}/)$")


def ids(number: int) -> list[str]:
    return [f"pubmed:{at}" for at in range(number)]


def make(folder: Path, number: int) -> Path:
    """Protocol and pages of a review with so many records to screen."""
    (folder / "config").mkdir(parents=True)
    (folder / "config/config.yaml").write_text(PROTOCOL, encoding="utf-8")
    works = pd.DataFrame(
        {"work_id": ids(number), "round": "2020-12-31", "title": [f"Trial {at} of a drug" for at in range(number)], "year": 2019,
         "authors": "A B", "journal": "J", "abstract": "An abstract.", "doi": "", "pmid": "", "url": ""}
    )  # fmt: skip
    look = {"title": "A review", "reasons": REASONS, "terms": {}}
    for person in PEOPLE:
        awaiting = pd.DataFrame({"work_id": ids(number), "reviewer": person, "pilot": False})
        page = screening_page(
            work_list(works, awaiting, person), stage="title_abstract", reviewer=person, **look
        )
        _write(folder / f"results/screening/title_abstract/{person}.html", page)
    conflicts = pd.DataFrame({"work_id": ids(2), "votes": "AB: include; CD: exclude (review)"})
    settling = conflict_list(works, conflicts, pd.DataFrame(columns=["work_id", "reviewer"]))
    page = screening_page(settling, stage="title_abstract", reviewer="adjudication", **look)
    _write(folder / "results/screening/title_abstract/adjudication.html", page)
    outcome = Outcome.model_validate({"id": "pain", "measure": "RR"})
    (lists,) = extraction.lists_of("A review", ["AB"], {}, {}, {"Smith 2001": []}, [outcome], ["dose"])
    _write(folder / "results/extraction/worklists/AB.html", form(lists))
    (lists,) = bias.lists_of("A review", ["CD"], {}, {"Smith 2001": ()}, [], TOOLS["rob1"])
    _write(folder / "results/risk_of_bias/worklists/CD.html", form(lists))
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def start(review: Path, *words: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """The server as a person starts it, and the link of each person."""
    order = [sys.executable, str(ROOT / "scripts/serve_screening.py"), "--review", str(review), *words]
    process = subprocess.Popen(order, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    said = ""
    while "Ctrl-C" not in said:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server did not start: {said}{process.stderr.read()}")
        said += line
    return process, dict(LINK.findall(said))


def listening(process: int) -> set[str]:
    """Addresses (hexadecimal, as the kernel names them) on which a process listens."""
    sockets = set()
    for handle in Path(f"/proc/{process}/fd").iterdir():
        try:
            sockets.add(str(handle.readlink()))
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if f"socket:[{cells[9]}]" in sockets and (table.startswith("udp") or cells[3] == "0A"):
                found.add(cells[1].partition(":")[0])
    return found
