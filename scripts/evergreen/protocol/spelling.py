"""Ids that are names of files: on many systems a name that differs in letter case alone is the same file."""

from __future__ import annotations

from collections.abc import Iterator

from evergreen.protocol.part import ADJUDICATION, Fault, KeyPath
from evergreen.protocol.whole import Protocol

Names = list[tuple[KeyPath, str]]
"""Names, and where they stand."""


def faults(protocol: Protocol) -> Iterator[Fault]:
    """Names that would share a file with another name, or with the adjudicator's."""
    stages = protocol.screening.stages
    people: dict[str, Names] = {
        "screening": [
            (("screening", name, "reviewers", number), reviewer)
            for name, stage in stages.items()
            for number, reviewer in enumerate(stage.reviewers)
        ],
        "extraction.extractors": _numbered(
            ("extraction", "extractors"), protocol.extraction.extractors or ()
        ),
        "risk_of_bias.assessors": _numbered(
            ("risk_of_bias", "assessors"), protocol.risk_of_bias.assessors or ()
        ),
    }
    sources: Names = [(("sources", name), name) for name in protocol.sources]
    for key, names in people.items():
        yield from _shared(key, names, {ADJUDICATION: ADJUDICATION})
    yield from _shared("sources", sources, {})
    ids: Names = [
        (("outcomes", number, "id"), outcome.id) for number, outcome in enumerate(protocol.outcomes)
    ]
    yield from _shared("outcomes", ids, {})


def _numbered(path: KeyPath, names: tuple[str, ...]) -> Names:
    return [((*path, number), name) for number, name in enumerate(names)]


def _shared(key: str, names: Names, first: dict[str, str]) -> Iterator[Fault]:
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
