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
CERTAINTY, MISSING = "certainty", "missing evidence"
OF_OUTCOMES = {
    CERTAINTY: ("outcome", ("certainty",), "certainty of {} to rate again", "config/certainty"),
    MISSING: ("study", ("risk_of_bias", "adjudication_bias"), "bias by missing evidence of {} to judge again", "config/risk_of_bias/"),
}  # fmt: skip
"""What people say of outcomes as a whole: the column that names them, the parts of a state, what is to be done, and where."""


def summary(
    version: str, found: Comparison, page: str, said: Mapping[str, Mapping[str, Sequence[str]]] = {}
) -> dict[str, Any]:
    """What report and status are given: the version, the sentence, the corrections one by one, the page that has all, and of the outcomes
    of which something is `said` (`OF_OUTCOMES`: by id what sheets call them besides) those whose studies are others while that is as it was."""
    label = StudyLabels(found.called.items())
    corrected = [one for one in found.changes if one.kind in CORRECTIONS and one.how != "added"]
    return {
        "version": version, "searched": found.before["searched"], "differs": bool(found.changes), "sentence": sentence(found),
        "corrected": [named(one, label, found.outcomes) for one in corrected[:MOST_NAMED]], "more": max(0, len(corrected) - MOST_NAMED), "page": page,
        "effects": len(found.effects), "again": {what: list(_said_before(found, what, outcomes, label)) for what, outcomes in said.items()},
    }  # fmt: skip


def _said_before(
    found: Comparison, what: str, outcomes: Mapping[str, Sequence[str]], label: StudyLabels
) -> Iterator[str]:
    column, parts, *_ = OF_OUTCOMES[what]
    anew = {folded(change.where[column]) for part in parts for change in found.of(part)}
    for id_, names in outcomes.items():
        if anew & set(map(folded, [id_, *names])):
            continue
        own = [change for change in found.of("weights") if change.where["outcome"] == id_]
        gone, come = (
            {change.where["study"] for change in own if _pooled(change, was) and not _pooled(change, not was)}
            for was in (True, False)
        )
        moved = ((gone - come, "left"), (come - gone, "came"))
        said = [f"{listed(sorted(map(label, studies)))} {how}" for studies, how in moved if studies]
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
    for what, outcomes in said["again"].items():
        if outcomes:
            found += [Text(f"{capital(what)} as it was said then, of other studies:"), Lines(outcomes)]
    return found


def waiting(said: Mapping[str, Any] | None) -> list[Waiting]:
    """The line of the status; none where nothing that was published differs."""
    if said is None or not said["differs"]:
        return []
    what = f"differs from version {said['version']}, which was frozen: {said['sentence'].rstrip('.')}"
    items = []
    for thing, outcomes in said["again"].items():
        *_, to_do, sheet = OF_OUTCOMES[thing]
        again = f"{to_do.format(plural(len(outcomes), 'outcome'))}, for it is that of version {said['version']} and studies are others: {some(outcomes)}"
        items += if_any(Waiting("anyone", again, sheet, len(outcomes), blocks=False))
    return [
        *items,
        Waiting("anyone", what, f"results/report/{said['page']}; freeze the next version when it is published", 1, blocks=False,
                page=f"report/{said['page']}")
    ]  # fmt: skip
