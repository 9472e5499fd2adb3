"""Which files are sheets, and whose: a person's sheet is called as the person is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from evergreen.errors import InputError
from evergreen.sheets.labels import folded
from evergreen.steps.contents import nobodys

SUFFIXES = (".csv", ".xlsx")
# What a person may save a sheet as by mistake; it would look as if the sheet were not there.
UNREADABLE = (".ods", ".xls", ".xlsm", ".numbers", ".tsv")
MISSING = "the file is missing"
_WORDS = "copy|kopie|copie|copia|backup|bak|old|alt|new|neu|final|version"
_COPY = re.compile(
    rf"[ _.-]*\((?:\d+|.*\b(?:{_WORDS})\b.*)\)|[ _.-]+(?:(?:{_WORDS})[ _.-]*\(?\d*\)?|v?\d+(?:\.\d+)*|sync-conflict.*)"
)
_COPY_OF = re.compile(r"(?:copy of|kopie von|copie de|copia de|copia di|backup of)[ _.-]+")
"""What desktops, clouds and people put behind and before the name of a file that they copy."""


def find(stem: str | Path) -> Path | None:
    """The sheet `stem`.csv or `stem`.xlsx, names compared as labels are; None when neither is there.

    A CSV of heads alone, as `evergreen new` writes them, gives way to a workbook. Raises InputError when both have rows, when there is nothing but the sheet in a format that is not read, and for a link to a file that is
    not there, or a cloud's mark of one: one that a program for large files has not fetched is no sheet that nobody has written.
    """
    stem = Path(stem)
    files = {_meant(path) for path in stem.parent.iterdir()} if stem.parent.is_dir() else set()
    named = sorted(path for path in files if folded(path.stem) == folded(stem.name))
    for path in named:
        if path.suffix.lower() in SUFFIXES and not path.exists():
            raise InputError(away(path), file=path, todo="Fetch its file, or remove it.")
    named = [path for path in named if path.is_file()]
    found = [path for path in named if path.suffix.lower() in SUFFIXES]
    if not found:
        for path in named:
            if path.suffix.lower() in UNREADABLE:
                raise InputError(
                    f"a sheet in the format {path.suffix} is not read",
                    file=path,
                    todo="Save it as CSV UTF-8 or XLSX.",
                )
    if len(found) > 1:
        found = [path for path in found if not heads_alone(path)] or found
    if len(found) > 1:
        raise InputError(
            f"the same sheet is there as {' and as '.join(path.name for path in found)}",
            file=found[0],
            todo="Keep one of them.",
        )
    return found[0] if found else None


def away(path: Path) -> str:
    """What is so of a file that is not there."""
    if path.is_symlink():
        return "this is a link that leads nowhere"
    cloud = path.with_name(f".{path.name}.icloud").exists()
    return "the file is in a cloud, and not here" if cloud else MISSING


def _meant(path: Path) -> Path:
    """The file itself, or the one in whose place iCloud has left its mark, `.AB.csv.icloud`, until somebody opens it."""
    found = re.fullmatch(r"\.(.+)\.icloud", path.name)
    return path.with_name(found[1]) if found else path


def heads_alone(path: Path) -> bool:
    """Whether a file is a CSV that has no row."""
    rows = path.read_bytes().replace(b"\r", b"\n").lstrip().partition(b"\n")[2]
    return path.suffix.lower() == ".csv" and not rows.strip()


def people_in(folder: str | Path, prefix: str = "") -> list[str]:
    """Names of those who have a sheet `<prefix><name>` in a folder, in the order of their names.

    Adjudications and, without a prefix, sheets of study-level columns are nobody's.
    """
    suffixes = (*SUFFIXES, *UNREADABLE)
    there = [path for path in map(_meant, Path(folder).glob("*")) if not nobodys(path.name)]
    stems = sorted({path.stem for path in there if path.suffix.lower() in suffixes})
    return [
        stem[len(prefix) :]
        for stem in stems
        if folded(stem).startswith(prefix)
        and not folded(stem).startswith("adjudication")
        and (prefix or not folded(stem).startswith("studies-"))
    ]


def copied(names: Iterable[str]) -> dict[str, str]:
    """{name of a copy: name of what it looks copied from} among names of sheets: `AB (1)`, `AB - Copy`, `Kopie von AB`, `AB_v2` beside AB."""
    known = {folded(name): name for name in names}
    found = {}
    for key, name in known.items():
        for other in known:
            if key == other:
                continue
            behind = key.startswith(other) and _COPY.fullmatch(key[len(other) :])
            if behind or (key.endswith(other) and _COPY_OF.fullmatch(key[: -len(other)])):
                found[name] = known[other]
    return found


def by_person(
    paths: Iterable[str | Path], people: Iterable[str], formerly: Mapping[str, str] | None = None
) -> dict[str, str]:
    """{person: path} of sheets named by their people, who are spelt as among `people` where they are there; `formerly` are {name of
    before: name of now}."""
    known = {folded(person): person for person in people}
    known |= {folded(former): person for former, person in (formerly or {}).items()}
    return {known.get(folded(Path(path).stem), Path(path).stem): str(path) for path in paths}
