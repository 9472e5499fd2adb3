"""What each person has to do at the desk: pages that the workflow wrote, and where what is said on them goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evergreen.desk.filling import file_sheet
from evergreen.desk.voting import BallotBox
from evergreen.errors import InputError
from evergreen.protocol import people
from evergreen.protocol.whole import Protocol
from evergreen.screening.stages import STAGE_NAMES
from evergreen.worklists import files

CLOSED = "default-src 'none';"
"""How the pages' own policy begins: no page loads or sends anything. One that comes from the desk may speak to it."""
DATA = '<script type="application/json" id="data">'
STATUS = "results/report/status.json"
SHEETS = {
    "extraction": {"sheet": ("extraction", "config/extraction/{}"), "register": ("extraction_studies", "config/extraction/studies-{}")},
    "bias": {"sheet": ("risk_of_bias", "config/risk_of_bias/{}")},
}  # fmt: skip
"""By task what its form saves: kind of the sheet and where it belongs."""
TASK_NAMES = {"extraction": "Extraction", "bias": "Risk of bias"}


@dataclass(frozen=True)
class Work:
    """One page of one person: `place` in the address, and its file under results/."""

    place: str
    name: str
    page: str


class Desk:
    """Everything that people do at one review; `review` is its directory."""

    def __init__(self, review: Path, protocol: Protocol) -> None:
        self.review, self.protocol = review, protocol
        self.work: dict[str, dict[str, Work]] = {}
        self.boxes: dict[tuple[str, str], BallotBox] = {}
        for stage in protocol.screening.stages:
            for person in people.with_work(protocol, stage):
                page = f"results/screening/{stage}/{person}.html"
                self._add(person, Work(stage, f"Screening, {STAGE_NAMES[stage]}", page))
                stem = people.own_stem(protocol, review / "config/screening" / stage, person)
                self.boxes[person, stage] = BallotBox(review, stem, stage, person, protocol.screening.words)
        for task, named in (
            ("extraction", protocol.extraction.extractors),
            ("bias", protocol.risk_of_bias.assessors),
        ):
            for person in named or ():
                self._add(person, Work(task, TASK_NAMES[task], f"results/{files.PLACES[task]}/{person}.html"))

    def _add(self, person: str, work: Work) -> None:
        self.work.setdefault(person, {})[work.place] = work

    def awaits(self, work: Work) -> str:
        """What awaits the person of a page by the last run, in words."""
        try:
            said = json.loads((self.review / STATUS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return "no run has ended here yet"
        return (
            "; ".join(one["what"] for one in said if f"results/{one['page']}" == work.page)
            or "nothing awaits you"
        )

    def page(self, person: str, place: str, token: str) -> str | None:
        """The page with what it needs to save here; None where the person has no such work.

        Raises InputError where no run has written it yet, or the person's sheet cannot be read.
        """
        work = self.work[person].get(place)
        if work is None:
            return None
        path = self.review / work.page
        if not path.is_file():
            raise InputError(
                "this page has not been written yet",
                file=work.page,
                todo="Run the workflow, then open the link again.",
            )
        said: dict[str, Any] = {"token": token, "place": place}
        if box := self.boxes.get((person, place)):
            said["sheet"] = box.rows()
        text = path.read_text(encoding="utf-8")
        data = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
        for old, new in (
            (CLOSED, f"{CLOSED} connect-src 'self';"),
            (DATA, f'<script type="application/json" id="desk">{data}</script>\n{DATA}'),
        ):
            if old not in text:
                raise InputError(
                    "this page is of another version",
                    file=work.page,
                    todo="Run the workflow, then open the link again.",
                )
            text = text.replace(old, new, 1)
        return text

    def save(self, person: str, place: str, said: Mapping[str, Any]) -> dict[str, Any] | None:
        """Save what a person's page sends: votes of a stage, or the sheet of a task; None where the person has no such work.

        Raises InputError where the sheet that is there cannot be written or read.
        """
        if place not in self.work[person]:
            return None
        if box := self.boxes.get((person, place)):
            votes = said.get("votes")
            if not isinstance(votes, list) or not all(isinstance(vote, dict) for vote in votes):
                raise InputError("these are no votes", todo="Open the page again.")
            return vars(box.cast(votes))
        kind, stem = SHEETS[place].get(said.get("part", "sheet"), ("", ""))
        if not kind:
            raise InputError("there is no such sheet", todo="Open the form again.")
        folder, _, name = stem.rpartition("/")
        own = people.own_stem(self.protocol, self.review / folder, person, name.removesuffix("{}"))
        return {"sha256": file_sheet(self.review, own, kind, said)}
