"""The stages of the review as a table: what Evergreen does, what people do, and what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.counting import listed


@dataclass(frozen=True)
class Stage:
    """A stage: its part of the workflow, its name, what Evergreen and what people do, and where the work of people lies.

    `{people}` stands for those whom the protocol names, `{s}` for the verb's ending where it is one. `places` are parts of the place that a status names (`status.json`, `where`).
    """

    part: str
    name: str
    machine: str
    people: str
    places: tuple[str, ...]


TITLE_ABSTRACT, FULL_TEXT = "title_abstract", "full_text"
# The first stage whose place is in that of a status has it.
STAGES = (
    Stage(
        "search", "Search", "Asks PubMed at the date of each round, reads the exports of other databases, keeps what is new",
        "Write protocol and strategies, export from other databases",
        ("config/search", "import-report", "entrez", "sources.", "freeze-search", "search-log", "name them in config", "config/config.yaml: "),
    ),
    Stage(
        "deduplicate", "Duplicates", "Groups the records of one publication, with the reason for each",
        "Judge pairs of records that may be one", ("deduplication",),
    ),
    Stage(
        TITLE_ABSTRACT, "Title and abstract", "Makes work lists and pages, counts votes, measures agreement",
        "{people} screen{s}; an adjudicator settles conflicts", ("screening/title_abstract", "screening.title_abstract", "screening.<stage>"),
    ),
    Stage(
        FULL_TEXT, "Full text", "Makes work lists and pages, counts votes, lists studies, draws the flow chart",
        "{people} screen{s} and say{s} which reports are of one study; an adjudicator settles conflicts",
        ("screening/full_text", "screening.full_text", "config/studies", "screening/notices"),
    ),
    Stage(
        "extract", "Extraction", "Makes forms, merges sheets, converts numbers, asks about what looks like an error",
        "{people} extract{s}, answer{s} queries; an adjudicator settles conflicts",
        ("config/extraction", "extraction/", "config/queries", "outcomes"),
    ),
    Stage(
        "bias", "Risk of bias", "Makes forms, suggests judgements by the tool's algorithms, merges what people judged",
        "{people} judge{s}; an adjudicator settles conflicts", ("risk_of_bias",),
    ),
    Stage(
        "pool", "Synthesis", "Pools each outcome, looks at sensitivity, influence and small studies, draws the figures",
        "Rate the certainty of the evidence", ("certainty",),
    ),
    Stage(
        "report", "Report", "Writes the report, the checklists, and files for other programs",
        "Read, complete the checklists, publish", (),
    ),
)  # fmt: skip


def stage_of(where: str) -> str:
    """The part of the stage in whose place something waits; the report's, where it is in none."""
    return next((one.part for one in STAGES if any(place in where for place in one.places)), STAGES[-1].part)


def told(
    there: Sequence[str], people: Mapping[str, Sequence[str]], waiting: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """What the picture says as a table: `stage, evergreen, people, state, waiting`, of the stages whose part is `there`.

    `people` names those of a stage, `waiting` is what `status.json` holds. `state` is `done`, `waiting`, or empty
    where no file says what people did.
    """
    rows = []
    for stage in STAGES:
        if stage.part not in there:
            continue
        own = [item for item in waiting if stage_of(item["where"]) == stage.part]
        names = people.get(stage.part, ())
        by = stage.people.format(people=listed(names) or "People", s="s" if len(names) == 1 else "")
        # One person alone has nobody to disagree with.
        by = by.partition("; an adjudicator")[0] if len(names) == 1 else by
        lines = [_line(item) for item in own]
        state = "waiting" if any(item["blocks"] for item in own) else "done" if stage.places else ""
        rows.append([stage.name, stage.machine, by, state, "\n".join(lines)])
    return pd.DataFrame(rows, columns=["stage", "evergreen", "people", "state", "waiting"])


def _line(item: Mapping[str, Any]) -> str:
    """`Waiting for CD: 14 records to screen at title and abstract`, without the names of studies that may follow."""
    what = str(item["what"]).partition(": ")[0]
    return f"{'Waiting for' if item['blocks'] else 'Open for'} {item['who']}: {what}"


def titled(table: pd.DataFrame) -> str:
    """The picture in a line."""
    waits = int(table["state"].eq("waiting").sum())
    return f"Stages of the review, {waits} of {len(table)} waiting for people"


def described(table: pd.DataFrame) -> str:
    """The picture in words, for who does not see it."""
    return "; ".join(
        f"{row['stage']}: {row['waiting'].replace(chr(10), ', ') or 'nothing waits'}"
        for row in tables.rows(table)
    )
