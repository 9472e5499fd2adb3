"""RevMan Web's tables as the sheets of one person: extraction, study-level columns, judgements of the risk of bias.

An arm is the control where a row of its study and outcome names it as the reference, or where a person says that it is one. What RevMan
has in columns that an extraction sheet has no place for is counted, not passed over in silence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import OVERALL
from evergreen.errors import InputError, refuse
from evergreen.extraction.check import KEY
from evergreen.protocol.outcomes import Outcome
from evergreen.report.exchange import revman
from evergreen.screening.exchange.foreign_votes import needed, read_rows
from evergreen.sheets import columns_of, folded

Line = dict[str, str]
MISSING = "#n/a"
IMPORTED = "As imported from RevMan."
PRINTED = {"exp mean": "estimate", "exp ci start": "estimate_ci_low", "exp ci end": "estimate_ci_high"}
"""Columns of an effect on the scale that is printed, and ours."""
TEXTS = ("study", "outcome", "data type", "effect measure", "arm", "reference arm", "footnotes")
NUMBERS = tuple(name.casefold() for name in (*revman.OF_ARM.values(), *revman.OF_EFFECT.values(), *PRINTED))


@dataclass
class Imported:
    """The sheets by the name that stands before the person's, and what was not taken: column to number of rows."""

    sheets: dict[str, pd.DataFrame]
    not_taken: dict[str, int] = field(default_factory=dict)


def find(folder: Path, name: str) -> Path | None:
    """The table of a package, whose name may have the review's number before it. Raises InputError where there are several."""
    found = sorted(folder.glob(f"*{name}.csv"))
    if len(found) > 1:
        raise InputError(f"{len(found)} files are a table {name}", file=folder, todo="Keep one.")
    return found[0] if found else None


def sheets_of(folder: Path, outcomes: Sequence[Outcome] = (), controls: Collection[str] = ()) -> Imported:
    """The sheets of a package. `outcomes` of a protocol say what its sheets call an outcome that RevMan calls by its name.

    Raises InputError(s) where a table is none of RevMan's, a number is none, the control is not known, or an arm has two different rows.
    """
    results = find(folder, "study-results")
    if results is None:
        raise InputError("no table study-results.csv is there", file=folder, todo="Name the folder that RevMan's CSV files are in.")  # fmt: skip
    imported = Imported({})
    imported.sheets[""] = _extraction(results, outcomes, controls, imported.not_taken)
    if (path := find(folder, "study-information")) is not None:
        imported.sheets["studies-"] = _studies(path)
    if (path := find(folder, "risk-of-bias")) is not None:
        imported.sheets["risk_of_bias"] = _judgements(path, outcomes)
    return imported


def _extraction(
    path: Path, outcomes: Sequence[Outcome], controls: Collection[str], not_taken: dict[str, int]
) -> pd.DataFrame:
    lines = _read(path, TEXTS)
    for name in (name.casefold() for name in revman.RESULTS):
        if name not in (*TEXTS, *NUMBERS) and (count := sum(bool(line.get(name)) for line in lines)):
            not_taken[name] = count
    called = {folded(one.name): one for one in reversed(outcomes)}
    references: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        if line["reference arm"]:
            references.setdefault(_result(line), set()).add(folded(line["reference arm"]))
    known = set(map(folded, controls))
    errors: list[InputError] = []
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for number, line in enumerate(lines, start=2):
        try:
            row = _row(line, path, number, called, references.get(_result(line), set()) | known)
            of_design = [row | own for own in _rows_in(line["footnotes"], path, number)]
        except InputError as error:
            errors.append(error)
            continue
        for own in of_design or [row]:
            key = tuple(folded(own.get(name, "")) for name in KEY)
            if rows.setdefault(key, own) != own:
                errors.append(InputError("this arm has another row with other numbers", file=path, row=number, column="Arm", todo="Keep one."))  # fmt: skip
    refuse(errors)
    columns = [column.name for column in columns_of("extraction")]
    used = [name for name in (*columns, "derived", "imputed") if any(row.get(name) for row in rows.values())]
    return tables.frame_of([dict.fromkeys(used, "") | row for row in rows.values()], used)


def _row(
    line: Line, path: Path, number: int, called: Mapping[str, Outcome], controls: Collection[str]
) -> dict[str, str]:
    """A row of the extraction sheet."""
    outcome = called.get(folded(line["outcome"]))
    row = {
        "study": line["study"],
        "outcome": outcome.data if outcome else line["outcome"],
        "arm": line["arm"],
    }
    row["timepoint"] = outcome.timepoint[0] if outcome and outcome.timepoint else ""
    kept, note = _footnotes(line["footnotes"])
    row |= kept | ({"note": note} if note else {})
    for column in NUMBERS:
        _check_number(line, column, path, number)
    sized = any(line.get(name) for name in ("sample size", "cases", "sd"))
    effects = {own: line.get(theirs.casefold(), "") for own, theirs in revman.OF_EFFECT.items()}
    printed = {own: line.get(theirs, "") for theirs, own in PRINTED.items()}
    if folded(line["data type"]).startswith(folded(revman.CONTRAST)) or (not sized and (effects["estimate_se"] or any(printed.values()))):  # fmt: skip
        if effects["estimate"] and effects["estimate_se"]:
            return row | _filled({"estimate": effects["estimate"], "estimate_se": effects["estimate_se"]}) | {"group": "contrast", "scale": "analysis"}  # fmt: skip
        if any(printed.values()):
            level = {"estimate_ci_level": effects["estimate_ci_level"]}
            return row | _filled(printed | level) | {"group": "contrast", "scale": "ratio"}
        return row | _filled(effects) | {"group": "contrast", "scale": "analysis"}
    if not controls:
        raise InputError(
            f"which arm of {line['study']} is the control for {line['outcome']!r} is not said", file=path, row=number, column="Reference arm",
            todo="Name the control there, or give it with --control.",
        )  # fmt: skip
    numbers = {own: line.get(theirs.casefold(), "") for own, theirs in revman.OF_ARM.items()}
    group = "control" if folded(line["arm"]) in controls else "intervention"
    return row | _filled(numbers) | {"group": group}


def _studies(path: Path) -> pd.DataFrame:
    lines = _read(path, ("study",))
    head = revman.CHARACTERISTIC.casefold()
    columns = {name: name.removeprefix(head) for name in lines[0] if name.startswith(head)} if lines else {}
    rows = [{"study": line["study"], **{own: line[name] for name, own in columns.items()}} for line in lines]
    return tables.frame_of(rows, ["study", *columns.values()])


def _judgements(path: Path, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """A row for each judgement of a study, or of a result of it."""
    called = {folded(one.name): one.data for one in reversed(outcomes)}
    rows: list[dict[str, Any]] = []
    judged, supported = revman.JUDGEMENT.casefold(), revman.SUPPORT.casefold()
    further = {theirs.casefold(): own for own, theirs in revman.OF_RESULT.items()}
    for line in _read(path, ("study",)):
        outcome = line.get("outcome", "")
        labels = {own: line.get(name, "") for name, own in further.items()}
        for name, judgement in line.items():
            if not name.startswith(judged) or not judgement:
                continue
            domain = name.removeprefix(judged)
            support = line.get(f"{supported}{domain}", "") or IMPORTED
            rows.append(
                {
                    "study": line["study"], "outcome": called.get(folded(outcome), outcome), **labels,
                    "domain": OVERALL if domain.startswith(OVERALL) else domain.removesuffix(revman.ALL_OUTCOMES.casefold()), "judgement": judgement, "support": support,
                }
            )  # fmt: skip
    # of outcomes that read the same of a sheet each has the row
    rows = list({tuple(row.values()): row for row in rows}.values())
    used = [name for name in revman.OF_RESULT if any(row[name] for row in rows)]
    return tables.frame_of(rows, ["study", "outcome", *used, "domain", "judgement", "support"])


def _read(path: Path, columns: tuple[str, ...]) -> list[Line]:
    rows = read_rows(path)
    needed(rows, columns, path, "a table of RevMan Web")
    lines = [
        {name: "" if value.casefold() == MISSING else value for name, value in row.items()} for row in rows
    ]
    nameless = [number for number, line in enumerate(lines, start=2) if not line["study"]]
    said = "the study is not named"
    refuse([InputError(said, file=path, row=row, column="Study", todo="Name it.") for row in nameless])
    return lines


def _result(line: Line) -> tuple[str, str]:
    return folded(line["study"]), folded(line["outcome"])


def _rows_in(footnotes: str, path: Path, number: int) -> list[dict[str, str]]:
    """The rows, as changes to that of the effect, that Evergreen wrote into its footnotes; none where nothing of the kind is there."""
    written = next(
        (part for part in footnotes.split(revman.BETWEEN) if part.startswith(f"{revman.ROWS}: ")), ""
    )
    if not written:
        return []
    try:
        found = json.loads(written.partition(": ")[2])
        told = [{str(name): str(text) for name, text in row.items()} for row in found]
    except (ValueError, AttributeError, TypeError):
        raise InputError("the rows among its footnotes cannot be read", file=path, row=number, column="Footnotes", todo="Export it again, or delete them.") from None  # fmt: skip
    cleared = dict.fromkeys((*revman.OF_EFFECT, *PRINTED.values(), "scale", "note"), "")
    return [cleared | row for row in told]


def _footnotes(text: str) -> tuple[dict[str, str], str]:
    """({column: what stood in it}, the rest) of footnotes that Evergreen wrote, or that anybody wrote."""
    kept: dict[str, str] = {}
    rest = []
    for part in filter(None, text.split(revman.BETWEEN)):
        name, colon, said = part.partition(": ")
        if not colon or name not in revman.KEPT:
            rest.append(part)
        elif name not in kept:
            kept[name] = said
        elif name != "record_id":  # a row has one report
            kept[name] += f"; {said}"
    return kept, revman.BETWEEN.join(rest)


def _check_number(line: Line, column: str, path: Path, number: int) -> None:
    text = line.get(column, "")
    if not text or column == "p value":
        return
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{text!r} is no number", file=path, row=number, column=column, todo="Correct it.")


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
