"""The numbers of a review as a manuscript prints them: what each is of, and its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evergreen.figures import scales, wording
from evergreen.report import effects
from evergreen.report.results import participants
from evergreen.synthesis.result import PooledModel, Result, read
from evergreen.synthesis.result.outcome_result import with_estimate
from evergreen.tables import read_json

NAME = "numbers.json"
"""A version that keeps its numbers keeps them so: {what: text}."""
REVIEW = "The review"
# Boxes of the flow chart that a manuscript names in words, and what it calls them.
COUNTS = {
    "records identified in databases": "database_results",
    "records identified in registers": "register_results",
    "duplicates removed": "duplicates",
    "records screened": "records_screened",
    "records excluded": "records_excluded",
    "reports assessed": "dbr_assessed",
    "studies included": "total_studies",
    "reports included": "total_reports",
}


@dataclass(frozen=True)
class Kind:
    """How a kind of number is known in a text: by a word that stands `near` it, or right `before` it, in a table also by the `head` above it
    (regular expressions)."""

    near: str = ""
    before: str = ""
    head: str = ""


KINDS = {
    "pooled effect": Kind(),
    "prediction interval": Kind(near=r"predict"),
    "P value": Kind(
        before=r"\bp(?:[- ]value)?\s*(?:of|was|[=<>:])\s*", head=r"(?:^|\W)p(?:[- ]values?)?(?:\W|$)"
    ),
    "I²": Kind(near=r"\bI\W{0,3}2|\bI[- ]?squared?\b|inconsisten|heterogene"),
    "tau²": Kind(near=r"tau|τ|heterogene|between[- ]stud"),
    "studies": Kind(near=r"stud(?:y|ies)|trials?\b|RCTs?\b"),
    "participants": Kind(near=r"participant|patient|people|adults|children|women|men\b|individual"),
    "records identified in databases": Kind(near=r"record|citation|reference|identif|retriev"),
    "records identified in registers": Kind(near=r"regist"),
    "duplicates removed": Kind(near=r"duplicat"),
    "records screened": Kind(near=r"screen|title"),
    "records excluded": Kind(near=r"exclu"),
    "reports assessed": Kind(near=r"full[- ]text|assess|eligib"),
    "studies included": Kind(near=r"stud(?:y|ies)|trials?\b|RCTs?\b"),
    "reports included": Kind(near=r"report|article|publication"),
}
"""By what stands last in a label; a label of another kind is known by its number alone."""


def kind_of(label: str) -> Kind:
    return KINDS.get(label.rpartition(": ")[2], Kind())


def renamed(numbers: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Numbers under the names that outcomes have now; `names` is {what it was called: what it is called}."""
    found = {}
    for label, text in numbers.items():
        subjects = [old for old in names if label.startswith((f"{old}: ", f"{old}, "))]
        subject = max(subjects, key=len, default="")
        found[f"{names[subject]}{label.removeprefix(subject)}" if subject else label] = text
    return found


def subject_of(label: str) -> str:
    """The outcome, with its subgroup, that a number is of."""
    return label.rpartition(": ")[0]


def of_folder(results: Path, names: Mapping[str, str]) -> dict[str, str]:
    """{`outcome: kind`: text} of the results in a folder; `names` of outcomes by their id, of those that are not in it the id."""
    found: dict[str, str] = {}
    for path in sorted((results / "synthesis").glob("*.json")):
        result = read(path)
        found |= of_result(result, names.get(result.outcome, result.outcome))
    counts = results / "prisma" / "counts.json"
    if counts.is_file():
        total = read_json(counts)["total"]
        found |= {f"{REVIEW}: {what}": f"{total[key]:,}" for what, key in COUNTS.items() if total.get(key)}
    return found


def of_result(result: Result, name: str) -> dict[str, str]:
    """The numbers of one outcome."""
    scale = scales.of_result(result)
    found: dict[str, str] = {}
    if result.pooled is not None:
        found |= _of_model(result.pooled, name, scale, result.count)
        if (people := participants(result)) is not None:
            found[f"{name}: participants"] = f"{people:,}"
    for column, levels in result.subgroups.columns.items():
        for level, model in with_estimate(levels).items():
            found |= _of_model(model, f"{name}, {column} {level}", scale, model.studies)
    return found


def _of_model(model: PooledModel, name: str, scale: scales.Scale, studies: int) -> dict[str, str]:
    texts = {
        "pooled effect": effects.estimate(model, scale),
        "prediction interval": effects.interval(model.pi_low, model.pi_high, scale),
        "P value": "" if model.p is None or scale.null is None else scales.p_value(model.p),
        "I²": "" if model.I2 is None or model.k < 2 else f"{model.I2:.0f}%",
        "tau²": "" if model.tau2 is None or model.k < 2 else wording.tau2(model.tau2),
        "studies": str(studies),
    }
    return {f"{name}: {what}": re.sub(r"\s", " ", text) for what, text in texts.items() if text}
