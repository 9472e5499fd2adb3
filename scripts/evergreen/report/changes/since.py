"""What differs from the version that was frozen last: a corrected cell rewrites no history silently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evergreen.counting import listed, plural
from evergreen.figures.wording import capital
from evergreen.report.blocks import Block, Lines, Link, Text
from evergreen.report.changes.comparison import MOST_NAMED, NOTHING, named, sentence
from evergreen.report.status import Waiting, if_any
from evergreen.report.status import named as some
from evergreen.screening.study_labels import StudyLabels
from evergreen.sheets import folded
from evergreen.states.comparing import Change, Comparison

FOLDER = "config/versions"


def summary(
    version: str, found: Comparison, page: str, rated: Mapping[str, Sequence[str]] = {}
) -> dict[str, Any]:
    """What report and status are given: the version, the sentence, the corrections one by one, the page that has all, and of the outcomes
    that are `rated` (by id what sheets call them besides) those whose studies are others while the rating is as it was."""
    label = StudyLabels(found.called.items())
    corrected = [one for one in found.changes if one.kind in CORRECTIONS and one.how != "added"]
    return {
        "version": version, "searched": found.before["searched"], "differs": bool(found.changes), "sentence": sentence(found),
        "corrected": [named(one, label, found.outcomes) for one in corrected[:MOST_NAMED]], "more": max(0, len(corrected) - MOST_NAMED), "page": page,
        "effects": len(found.effects), "rate_again": list(_rated_before(found, rated, label)),
    }  # fmt: skip


def _rated_before(found: Comparison, rated: Mapping[str, Sequence[str]], label: StudyLabels) -> Iterator[str]:
    anew = {folded(change.where["outcome"]) for change in found.of("certainty")}
    for id_, names in rated.items():
        if anew & set(map(folded, [id_, *names])):
            continue
        own = [change for change in found.of("weights") if change.where["outcome"] == id_]
        gone, come = (
            {change.where["study"] for change in own if _pooled(change, was) and not _pooled(change, not was)}
            for was in (True, False)
        )
        parts = ((gone - come, "left"), (come - gone, "came"))
        said = [f"{listed(sorted(map(label, studies)))} {how}" for studies, how in parts if studies]
        if said:
            yield f"{found.outcomes.get(id_, id_)} ({'; '.join(said)})"


def _pooled(change: Change, before: bool) -> bool:
    """Whether the study of a changed row was pooled before, or is now."""
    value = change.old if before else change.new
    if change.column:
        return change.column == "left_out" and not value
    return value is not None and "left_out" not in value


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
    if said["rate_again"]:
        found += [Text("Rated as then, for other studies:"), Lines(said["rate_again"])]
    return found


def waiting(said: Mapping[str, Any] | None) -> list[Waiting]:
    """The line of the status; none where nothing that was published differs."""
    if said is None or not said["differs"]:
        return []
    what = f"differs from version {said['version']}, which was frozen: {said['sentence'].rstrip('.')}"
    rated = len(said["rate_again"])
    again = f"certainty of {plural(rated, 'outcome')} to rate again, for it is that of version {said['version']} and studies are others: {some(said['rate_again'])}"
    return [
        *if_any(Waiting("anyone", again, "config/certainty", rated, blocks=False)),
        Waiting("anyone", what, f"results/report/{said['page']}; freeze the next version when it is published", 1, blocks=False,
                page=f"report/{said['page']}")
    ]  # fmt: skip
