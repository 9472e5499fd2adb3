"""What was searched, by the files of the searches: how often, when, with which strategy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from evergreen import tables
from evergreen.protocol.whole import Protocol
from evergreen.report.inputs import Inputs
from evergreen.search.strategy_changes import differences
from evergreen.search.typed_text import text_of


@dataclass(frozen=True)
class Search:
    """A source in one round, whose date is `day`: what it found, and what of it was new.

    Of an export `endpoint` is ""; else it is where PubMed was asked, and `asked` the day (in US Eastern time) on which it was.
    """

    source: str
    day: str
    hits: int
    new: int
    seen_before: int
    endpoint: str = ""
    asked: str = ""


@dataclass(frozen=True)
class AsRun:
    """What PubMed was asked for a source on `days` one after the other: the `text` of the strategy, of so many `lines`, from `file`. Of another
    text than on the day before them `changed` says what became of its lines."""

    source: str
    file: str
    text: str
    lines: int
    days: tuple[str, ...]
    changed: tuple[str, ...] = ()


def searches(inputs: Inputs) -> Iterable[Search]:
    """Of the counts of each source and round, and of what its retrieval says of itself where PubMed was asked."""
    asked = {path.parts[-3:-1]: tables.read_json(path) for path in inputs.paths("retrieved")}
    for path in inputs.paths("counts"):
        source, day = path.parent.name, path.name.removesuffix(".counts.json")
        count, reply = tables.read_json(path), asked.get((source, day))
        where = (reply["endpoint"], reply["us_eastern_date"]) if reply else ()
        yield Search(source, day, count["hits"], count["new"], count["seen_before"], *where)


def as_run(inputs: Inputs) -> Iterable[AsRun]:
    """Of the logs of searches, source by source, the oldest first."""
    logs = [(path.parts[-3], tables.read_json(path)) for path in inputs.paths("searches")]
    changed = {(source, day): tuple(said) for source, day, said in differences(logs)}
    for source, own in groupby(sorted(logs, key=itemgetter(0)), key=itemgetter(0)):
        runs: list[list[Mapping[str, Any]]] = []
        for _, log in own:
            if not runs or (source, log["round"]) in changed:
                runs.append([])
            runs[-1].append(log)
        for run in runs:
            asked, days = run[0]["strategy"], tuple(str(log["round"]) for log in run)
            said = changed.get((source, days[0]), ())
            yield AsRun(source, asked["file"], asked["text"], len(run[0]["lines"]), days, said)


def strategies(protocol: Protocol, inputs: Inputs) -> dict[str, str]:
    given = set(map(str, inputs.paths("strategies")))
    files = {name: source.strategy for name, source in protocol.sources.items()}
    return {name: text_of(file) for name, file in files.items() if file in given}
