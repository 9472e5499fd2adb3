"""The state of the review in the working directory, with what its results come to in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evergreen.errors import InputError
from evergreen.protocol import people
from evergreen.protocol.loading import FILE, as_written, load
from evergreen.protocol.whole import Protocol
from evergreen.report import findings
from evergreen.report.changes import results
from evergreen.report.inputs import Inputs
from evergreen.states.reading import TABLES, state_of
from evergreen.states.state import State

RESULTS = Path("results")
CERTAINTY = "risk_of_bias/certainty.csv"


def of_run(
    name: str, of: str, protocol: Protocol, written: Mapping[str, Any], files: Iterable[Any], inputs: Inputs
) -> State:
    """The state of a run that is given its files by name."""
    found = findings.read(protocol, inputs)
    return state_of(
        name, of, protocol, written=written, files=files, results=results.rows(found), looks=results.looks(found),
        paths={table: inputs.path(table) for table in TABLES if table in inputs},
    )  # fmt: skip


def of_folder(name: str, of: str) -> State:
    """The state that lies in the working directory. Raises InputError where no run was ended there."""
    protocol = load(FILE)
    pooled = [RESULTS / "synthesis" / f"{outcome.id}.json" for outcome in protocol.outcomes]
    if not (RESULTS / "report" / "index.html").is_file():
        raise InputError(
            "no report is there, and so no state to compare or to keep",
            file=RESULTS,
            todo="Run the review first: evergreen run",
        )
    there = {table: RESULTS / place for table, place in {**TABLES, "certainty": CERTAINTY}.items()}
    given: dict[str, Any] = {table: str(place) for table, place in there.items() if place.is_file()}
    given["results"] = [str(path) for path in pooled if path.is_file()]
    files = [file for area in people.checked(protocol).files.values() for file in area]
    return of_run(name, of, protocol, as_written(FILE, {}), files, Inputs(given))


def drawn() -> list[Path]:
    """Stems of the figures that a version keeps: forest plots, risk of bias, the flow chart."""
    found = [
        *RESULTS.glob("figures/*/forest.svg"),
        *RESULTS.glob("figures/risk_of_bias/*.svg"),
        *RESULTS.glob("prisma/flow*.svg"),
    ]
    return sorted(path.with_suffix("") for path in found)
