"""Files that people write: which the protocol speaks of, which are there, and which of them a run reads, and so checks first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.protocol import params
from evergreen.protocol.part import ADJUDICATION
from evergreen.protocol.screening import STAGES, renamed
from evergreen.protocol.whole import Protocol
from evergreen.sheets import folded
from evergreen.sheets.files import MISSING, away
from evergreen.sheets.workbooks import with_studies
from evergreen.steps.contents import FOLDERS, SCREENING, files_in, is_note, nobodys

AREAS = ("search", "deduplication", "screening", "extraction", "certainty", "bias")
"""The areas of people's files."""
OF_TARGET = {
    "search": AREAS[:1], "records": AREAS[:1], "deduplicate": AREAS[:2], "screen": AREAS[:3], "prisma": AREAS[:3],
    "bias": (*AREAS[:3], "certainty", "bias"),  # which studies are included, and what is rated beside the judgements
    **dict.fromkeys(("extract", "pool", "figures"), (*AREAS[:4], "bias")),  # a slice has the judgements beside its rows
}  # fmt: skip
"""What targets read that do not read all of them."""
# In a sheet of extractors' studies the person comes behind this.
STUDIES = "studies-"


class Checked(NamedTuple):
    """What the check of people's files is given, and what it reads."""

    files: dict[str, list[tuple[Any, ...]]]
    """By area: kind and path of each file; what the protocol says on reading it third."""
    given: dict[str, Any]
    paths: list[str]


def sheet(stem: str | Path) -> str | None:
    """Path of a person's sheet (CSV or XLSX), or None. Raises InputError where it is there twice or cannot be read."""
    found = sheets.find(stem)
    return str(found) if found else None


def sheets_in(
    folder: str | Path,
    people: Iterable[str] | None = None,
    prefix: str = "",
    *,
    formerly: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """{person: path} of the sheets `<prefix><person>` in a folder; without `people`, of all that are there.

    `formerly` are {name of before: name of now}. Raises InputError where a person has sheets under both.
    """
    now = {folded(former): name for former, name in (formerly or {}).items()}
    named = sheets.people_in(folder, prefix) if people is None else [*people, *(formerly or {})]
    wanted = None if people is None else set(people)
    found: dict[str, str] = {}
    for name in named:
        person = now.get(folded(name), name)
        path = sheet(f"{folder}/{prefix}{name}")
        if path and (wanted is None or person in wanted):
            first = found.setdefault(person, path)
            if first != path:
                raise InputError(
                    f"{Path(first).name} is of {person} as well",
                    file=path,
                    todo=f"{name} and {person} are one by `people` in the protocol: put all rows into one sheet.",
                )
    return found


def _own(
    protocol: Protocol, folder: str | Path, people: Iterable[str] | None, prefix: str = ""
) -> dict[str, str]:
    """The sheets of people whom the protocol may have called otherwise before.

    Raises InputError for a copy of a sheet where the protocol does not name people: it would count as what another person found.
    """
    found = sheets_in(folder, people, prefix, formerly=renamed(protocol.people))
    for name, first in sheets.copied(found if people is None else ()).items():
        raise InputError(
            f"this looks like a copy of {Path(found[first]).name}, and would count as the sheet of another person",
            file=found[name],
            todo="Take it out of the folder, call it as that person is called, or name all people in the protocol.",
        )
    return found


def own_stem(protocol: Protocol, folder: str | Path, person: str, prefix: str = "") -> Path:
    """Where the sheet of a person is, or is to be, without its suffix; named as before where it is."""
    path = _own(protocol, folder, [person], prefix).get(person)
    return Path(path).with_suffix("") if path else Path(folder) / f"{prefix}{person}"


def votes(stage: str) -> list[str]:
    """All sheets of a stage, so that the file of someone who is no reviewer does not go unnoticed; the adjudicator's last."""
    folder = f"config/screening/{stage}"
    settled = sheet(f"{folder}/{ADJUDICATION}")
    return [*sheets_in(folder).values(), *([settled] if settled else [])]


def extraction_sheets(protocol: Protocol) -> dict[str, str]:
    """{extractor: path} of the sheets of extracted rows."""
    return _own(protocol, "config/extraction", protocol.extraction.extractors)


def study_sheets(protocol: Protocol) -> dict[str, str]:
    """{extractor: path} of the sheets of study-level columns: of their own, else a worksheet `Studies` of the rows' workbook."""
    own = _own(protocol, "config/extraction", protocol.extraction.extractors, STUDIES)
    return own | {person: path for person, path in _worksheets(protocol).items() if person not in own}


def _worksheets(protocol: Protocol) -> dict[str, str]:
    """{extractor: workbook} of the rows that have a worksheet `Studies` beside them."""
    sheets_there = extraction_sheets(protocol).items()
    return {
        person: path for person, path in sheets_there if path.lower().endswith(".xlsx") and with_studies(path)
    }


def bias_sheets(protocol: Protocol) -> dict[str, str]:
    """{assessor: path} of the sheets of judgements."""
    return _own(protocol, "config/risk_of_bias", protocol.risk_of_bias.assessors)


def with_work(protocol: Protocol, stage: str) -> list[str]:
    """Everyone who gets a work list: the reviewers, and the adjudicator of what they disagree on."""
    reviewers = protocol.screening.stages[stage].reviewers
    return [*reviewers, ADJUDICATION] if reviewers else []


def written(path: str) -> str:
    """A file that the protocol names. Raises InputError where a person has not written it yet."""
    if not Path(path).exists():
        why = away(Path(path))
        todo = f"{'Create' if why == MISSING else 'Fetch'} it or mend its path in config/config.yaml."
        raise InputError(why, file=path, todo=todo)
    return path


def areas_of(targets: Iterable[str]) -> list[str]:
    """The areas that the targets of a run read; no target is everything."""
    read = {area for target in targets for area in OF_TARGET.get(target, AREAS)}
    return [area for area in AREAS if area in read or not read]


def checked(protocol: Protocol, areas: Sequence[str] = AREAS) -> Checked:
    """What is checked of some areas before anything that reads them runs."""
    files = {area: [file for file in _files(protocol, area) if file[1] is not None] for area in areas}
    paths = {path for area in files.values() for _, path, *_ in area}
    if "bias" in areas and Path(protocol.risk_of_bias.tool).is_file():
        paths.add(protocol.risk_of_bias.tool)
    return Checked(files, params.check_inputs(protocol, areas), sorted(paths))


def unread(protocol: Protocol) -> list[str]:
    """Files in the folders of people's files that no step reads, for the protocol names neither them nor whose they are."""
    known = {Path(path) for area in AREAS for _, path, *_ in _files(protocol, area) if path is not None}
    known |= {Path(path) for stage in STAGES for path in votes(stage)}
    known.add(Path(protocol.risk_of_bias.tool))
    there = [path for folder in FOLDERS for path in Path(folder).glob("*")]
    there += [Path(SCREENING) / name for name in files_in(SCREENING) if "/" in name]
    return sorted(
        path.as_posix()
        for path in there
        if path not in known and not nobodys(path.as_posix()) and not is_note(path.as_posix())
        if path.is_file()  # no link that leads nowhere
        if not (sheets.heads_alone(path) and sheets.find(path.with_suffix("")) in known)
    )


def _files(protocol: Protocol, area: str) -> Iterator[tuple[Any, ...]]:
    """(kind, path or None, how to read it) of the files of an area."""
    if area == "search":
        for name in protocol.pubmed_sources:
            yield "strategy", protocol.sources[name].strategy
        for name in protocol.export_sources:
            source = protocol.sources[name]
            if source.strategy:
                yield "export_strategy", source.strategy
            for day, paths in source.files.items():
                # An export of a search without hits may well be empty.
                how = {
                    "format_": source.format, "columns": dict(source.columns) or None, "none_expected": source.hits.get(day) == 0,
                }  # fmt: skip
                yield from (("export", path, how) for path in paths)
    elif area == "deduplication":
        yield "deduplication", sheet("config/deduplication")
    elif area == "screening":
        yield "excluded_before_screening", sheet("config/excluded_before_screening")
        yield "studies", sheet("config/studies")
        yield "retractions", sheet("config/retractions")
        for name, stage in protocol.screening.stages.items():
            # Votes of whoever is no reviewer are read, too, and told as counting for nothing.
            whose = None if protocol.sources else stage.reviewers
            own = sheets_in(f"config/screening/{name}", whose, formerly=renamed(protocol.people))
            yield from (("screening", path) for path in own.values())
            yield "adjudication_screening", sheet(f"config/screening/{name}/{ADJUDICATION}")
    elif area == "extraction":
        yield from (("extraction", path) for path in extraction_sheets(protocol).values())
        read = study_sheets(protocol)
        yield from (("extraction_studies", path) for path in read.values())
        for person, path in _worksheets(protocol).items():
            if read[person] != path:
                yield "studies_beside", path, {"read": read[person]}
        yield "adjudication_extraction", sheet(f"config/extraction/{ADJUDICATION}")
        yield "queries", sheet("config/queries")
    elif area == "certainty":
        rated = {"outcomes": params.names_of_outcomes(protocol), "rounds": list(protocol.rounds)}
        yield "certainty", sheet("config/certainty"), rated
    elif area == "bias":
        yield from (("risk_of_bias", path) for path in bias_sheets(protocol).values())
        yield "risk_of_bias", sheet(f"config/risk_of_bias/{ADJUDICATION}")
