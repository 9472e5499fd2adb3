"""What differs from the version that was frozen last: a corrected cell rewrites no history silently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evergreen.figures.wording import capital
from evergreen.report.blocks import Block, Lines, Link, Text
from evergreen.report.changes.comparison import MOST_NAMED, NOTHING, named, sentence
from evergreen.report.status import Waiting
from evergreen.screening.study_labels import StudyLabels
from evergreen.states.comparing import Comparison

FOLDER = "config/versions"


def summary(version: str, found: Comparison, page: str) -> dict[str, Any]:
    """What report and status are given: the version, the sentence, the corrections one by one, and the page that has all."""
    label = StudyLabels(found.called.items())
    corrected = [one for one in found.changes if one.kind in CORRECTIONS and one.how != "added"]
    return {
        "version": version, "searched": found.before["searched"], "differs": bool(found.changes), "sentence": sentence(found),
        "corrected": [named(one, label, found.outcomes) for one in corrected[:MOST_NAMED]], "more": max(0, len(corrected) - MOST_NAMED), "page": page,
        "effects": len(found.effects),
    }  # fmt: skip


CORRECTIONS = {
    "extraction", "extraction_studies", "adjudication_extraction", "screening", "adjudication_screening", "risk_of_bias", "adjudication_bias", "certainty",
}  # fmt: skip
"""Parts in which people wrote something else than what the version was published with."""


def blocks(said: Mapping[str, Any] | None) -> list[Block]:
    """The difference, for the report; nothing where no version is frozen."""
    if said is None:
        return []
    before = f"version {said['version']} (last search {said['searched'] or 'none'})"
    if not said["differs"]:
        return [Text(f"{capital(before)} was frozen in this state. {NOTHING}")]
    found: list[Block] = [Text(f"Since {before}: {said['sentence']}", link=Link("All of it", said["page"]))]
    if said["corrected"]:
        more = [f"and {said['more']:,} more"] if said["more"] else []
        found += [Text("What people wrote otherwise since then:"), Lines([*said["corrected"], *more])]
    return found


def waiting(said: Mapping[str, Any] | None) -> list[Waiting]:
    """The line of the status; none where nothing that was published differs."""
    if said is None or not said["differs"]:
        return []
    what = f"differs from version {said['version']}, which was frozen: {said['sentence'].rstrip('.')}"
    return [
        Waiting("anyone", what, f"results/report/{said['page']}; freeze the next version when it is published", 1, blocks=False,
                page=f"report/{said['page']}")
    ]  # fmt: skip
