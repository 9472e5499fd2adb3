"""The files that a step of the report is given, by name, each read as it was written: for machines, or for people to open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.bias.tools import Tool
from evergreen.screening.studies import of_included
from evergreen.screening.study_labels import StudyLabels, by_name
from evergreen.synthesis.result import Result
from evergreen.synthesis.result import read as read_result

# Tables that are written for people (docs/security.md); `conflicts_` are those of screening.
FOR_PEOPLE = (
    "imports", "borderline", "verdicts", "conflicts_", "orphans_", "study_orphans", "merged", "extraction_conflicts", "queries",
    "bias_conflicts", "named_studies", "excluded", "per_source", "notices", "stages",
)  # fmt: skip

OF_STUDIES = ("studies", "characteristics", "converted", "judgements", "named_studies")
"""Tables whose studies readers find in the order of what they are called."""


class Inputs:
    """Paths by name; of a name that a review does not have nothing is there."""

    def __init__(self, paths: Mapping[str, str | Sequence[str]]) -> None:
        self._paths = dict(paths)
        self._held: dict[Path, pd.DataFrame] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._paths

    def paths(self, name: str) -> list[Path]:
        """The files of a name, none where it is not there."""
        found = self._paths.get(name, [])
        return [Path(found)] if isinstance(found, str) else [Path(path) for path in found]

    def path(self, name: str) -> Path:
        """The one file of a name. Raises ValueError where there is another number of them."""
        (path,) = self.paths(name)
        return path

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The one table of a name, or some columns of it. A whole table is read once, and not to be altered."""
        path = self.path(name)
        if columns is not None:
            return self._read(name, path, columns)
        if path not in self._held:
            self._held[path] = self._read(name, path)
        return self._held[path]

    def judged(self, tool: Tool) -> pd.DataFrame:
        """The judgements that a `tool` shows on studies that the review includes; of one for syntheses, and where nobody screens, on all."""
        rows = self.table("judgements") if tool.of_syntheses else self.on_included("judgements")
        return rows[np.array([tool.shows(row) for row in tables.rows(rows)], dtype=bool)]

    def on_included(self, name: str) -> pd.DataFrame:
        """The table of a name without the studies that the review does not include; where nobody screens, all of it."""
        rows = self.table(name)
        return of_included(rows, self.table("studies")) if "studies" in self else rows

    @cached_property
    def included(self) -> list[str] | None:
        """The included studies, in the order of their table; None where nobody screens."""
        if "studies" not in self:
            return None
        studies = self.table("studies")
        return studies.loc[studies["status"].eq("included"), "study"].tolist()

    def tables(self, name: str) -> list[pd.DataFrame]:
        """The tables of a name."""
        return [self._read(name, path) for path in self.paths(name)]

    def json(self, name: str) -> Any:
        """The content of the one JSON file of a name."""
        return tables.read_json(self.path(name))

    @cached_property
    def results(self) -> dict[str, Result]:
        """The pooled results by the outcome's id."""
        return {path.stem: read_result(path) for path in self.paths("results")}

    @cached_property
    def label(self) -> StudyLabels:
        """What studies are called."""
        return StudyLabels.listed(tables.read_table(self.path("studies")) if "studies" in self else None)

    def _read(self, name: str, path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
        rows = (spreadsheets if name.startswith(FOR_PEOPLE) else tables).read_table(path, columns)
        if name not in OF_STUDIES or "study" not in rows:
            return rows
        place = {study: by_name(self.label(study)) for study in rows["study"].unique()}
        order = sorted(range(len(rows)), key=[place[study] for study in rows["study"]].__getitem__)
        return rows.iloc[order].reset_index(drop=True)
