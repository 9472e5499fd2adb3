"""The table of queries: what was found in the merged extraction, with a stable id each, and what people answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.extraction.check import place_of
from evergreen.extraction.queries.evidence import Evidence, row_of
from evergreen.extraction.queries.findings import NO_QUERY, Finding
from evergreen.extraction.queries.registry import findings
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.sheets.columns import as_called

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "query", "kind", "severity", "study", "outcome", "timepoint", "arm", "column", "value", "expected", "reason", "extractors", "place",
    "answer", "answered_by", "answered_on",
)  # fmt: skip
_OF_MERGE = ("extractors", "status", "in_conflict", "origin")


def evidence_of(rows: pd.DataFrame, studies: pd.DataFrame, outcomes: Sequence[Outcome]) -> Evidence:
    """The merged extraction (number columns as floats) and study-level columns as the checks read them."""
    asked = tables.grouped(outcomes, lambda one: folded(one.data))
    columns = {
        folded(raw["study"]): {
            as_called(name): str(value) for name, value in raw.items() if name not in _OF_MERGE
        }
        | {name: str(raw.get(name, "")) for name in _OF_MERGE}
        for raw in tables.rows(studies)
    }
    lines = tables.rows(rows)
    held = {"group", *tables.held(lines, map(str, rows))}
    return Evidence(
        [row_of({name: line[name] for name in line if name in held}) for line in lines], columns, asked
    )


def id_of(finding: Finding) -> str:
    """Id of a query: of its kind, its place in the review and the value there, and of nothing else.

    So it stays when rows are added or other studies come, and goes when the value is corrected.
    """
    said = (finding.kind.name, *finding.row.key, finding.column, finding.value, folded(finding.with_))
    return f"{finding.kind.name}-{sha256('|'.join(said).encode()).hexdigest()[:10]}"


def answers_of(sheet: pd.DataFrame | None) -> dict[str, dict[str, str]]:
    """{query: its answer} of the sheet of answers. Raises InputError(s) where a query has two different answers."""
    answers: dict[str, dict[str, str]] = {}
    errors = []
    for row in [] if sheet is None else tables.rows(sheet):
        first = answers.setdefault(row["query"].strip(), row)
        if folded(first["answer"]) != folded(row["answer"]):
            query, before = row["query"], first["_row"]
            problem = f"the query {query} is answered in row {before} already, with another answer"
            errors.append(InputError(problem, **place_of(row), column="answer", todo="Keep one of the two."))
    refuse(errors)
    return answers


def queries_of(evidence: Evidence, answers: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """One row a query, errors first, then by place; last a row for each answer that no query asks for."""
    lines = {}
    for finding in findings(evidence):
        name = id_of(finding)
        answer = answers.get(name, {})
        row = finding.row
        lines[name] = {
            "query": name, "kind": finding.kind.name, "severity": finding.severity,
            "study": row.study, "outcome": row.outcome, "timepoint": row.timepoint, "arm": row.arm,
            "column": finding.column, "value": finding.value, "expected": finding.expected, "reason": finding.reason,
            "extractors": row.texts.get("extractors", ""), "place": row.texts.get("origin", ""),
            "answer": answer.get("answer", ""), "answered_by": answer.get("by", ""), "answered_on": answer.get("on", ""),
        }  # fmt: skip
    ordered = sorted(
        lines.values(),
        key=lambda line: (line["severity"], *(folded(line[name]) for name in ("study", "outcome", "timepoint", "arm", "column", "kind", "query"))),
    )  # fmt: skip
    unknown = [
        {
            **dict.fromkeys(COLUMNS, ""), "query": name, "kind": NO_QUERY, "severity": "warning",
            "reason": "No such query is asked (any more): the value was changed, or the id is misspelt.",
            "place": f"{answer['_file']}:{answer['_row']}", "answer": answer["answer"], "answered_by": answer["by"], "answered_on": answer["on"],
        }
        for name, answer in sorted(answers.items())
        if name not in lines
    ]  # fmt: skip
    return tables.frame_of([*ordered, *unknown], COLUMNS)
