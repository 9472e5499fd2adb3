"""Ids that are names of files: on many systems a name that differs in letter case alone is the same file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evergreen.protocol.part import ADJUDICATION, Fault, KeyPath
from evergreen.protocol.whole import Protocol


def faults(protocol: Protocol) -> Iterator[Fault]:
    """Names that would share a file with another name, or with the adjudicator's."""
    stages = protocol.screening.stages
    people: dict[str, dict[KeyPath, tuple[str, ...]]] = {
        "screening": {("screening", name, "reviewers"): stage.reviewers for name, stage in stages.items()},
        "extraction.extractors": {("extraction", "extractors"): protocol.extraction.extractors or ()},
        "risk_of_bias.assessors": {("risk_of_bias", "assessors"): protocol.risk_of_bias.assessors or ()},
    }
    for key, lists in people.items():
        names = [((*path, at), name) for path, own in lists.items() for at, name in enumerate(own)]
        yield from _shared(key, names, {ADJUDICATION: ADJUDICATION})
    yield from _shared("sources", [(("sources", name), name) for name in protocol.sources], {})
    ids = [(("outcomes", number, "id"), outcome.id) for number, outcome in enumerate(protocol.outcomes)]
    yield from _shared("outcomes", ids, {})


def _shared(key: str, names: Iterable[tuple[KeyPath, str]], first: dict[str, str]) -> Iterator[Fault]:
    """Names that are as others but for letter case; `names` say where they stand."""
    for path, name in names:
        other = first.setdefault(name.casefold(), name)
        if other == name:
            continue
        if other == ADJUDICATION:
            yield Fault(path, f"`{key}` has the name {name}, which is reserved", "Choose another.")
        else:
            yield Fault(
                path,
                f"`{key}` has {other} and {name}, which differ in letter case only and would share their files",
                "Write them alike, or give one another name.",
            )
