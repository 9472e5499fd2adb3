"""A registration of the review, such as PROSPERO's, as the answers that it holds.

Read are a text (`Label: value`, or a label on a line and its text below, with or without numbers), YAML or JSON (a mapping), and CSV (two
columns). Of fields with other names nothing is taken, and they are said.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evergreen import sheets, yaml_text
from evergreen.errors import InputError

# What a field becomes, by what registers call it; compared without case, signs and numbers in front.
FIELDS = {
    "title": ("review title", "title", "title of the review"),
    "registration": ("registration number", "prospero registration number", "prospero id", "crd number", "registration"),
    "authors": ("review team members", "review team members and their organisational affiliations", "review team", "named contact", "authors", "team members"),
    "population": ("participants population", "participants", "population", "condition or domain being studied", "condition"),
    "intervention": ("intervention s exposure s", "interventions exposures", "interventions", "intervention", "exposure"),
    "comparator": ("comparator s control", "comparators control", "comparator", "comparators", "control"),
    "designs": ("types of study to be included", "study designs", "study design", "designs"),
    "main": ("main outcome s", "main outcomes", "primary outcome s", "primary outcomes", "outcomes", "outcome", "critical outcomes"),
    "additional": ("additional outcome s", "additional outcomes", "secondary outcome s", "secondary outcomes", "important outcomes"),
    "measures": ("measures of effect", "measure of effect", "effect measures"),
}  # fmt: skip
# Fields that a registration has besides; they end the text of the field above them.
OTHERS = frozenset({
    "original language title", "anticipated or actual start date", "anticipated completion date", "stage of review at time of this submission",
    "named contact email", "named contact address", "named contact phone number", "organisational affiliation of the review",
    "funding sources sponsors", "conflicts of interest", "collaborators", "review question", "searches", "url to search strategy", "context",
    "data extraction selection and coding", "risk of bias quality assessment", "strategy for data synthesis",
    "analysis of subgroups or subsets", "type and method of review", "language", "country", "other registration details",
    "reference and or url for published protocol", "dissemination plans", "keywords", "current review status", "any additional information",
    "contact", "contact person", "contact details", "corresponding author", "e mail", "email", "affiliation", "affiliations", "organisation", "start date",
    "anticipated start date", "actual start date", "end date", "completion date", "registration date", "date of registration", "funding", "sponsor",
    "conflict of interest", "status", "stage", "date", "objective", "objectives", "background", "rationale", "methods", "search strategy", "search",
    "databases", "timeframe", "setting", "subgroups", "risk of bias", "data extraction", "data synthesis", "synthesis", "notes",
    "details of any existing review of the same topic by the same authors", "details of final report publication s",
})  # fmt: skip
# What the form of PROSPERO says below its labels of how they are filled in, by how it begins.
HELP = (
    "give the title of", "give the personal details", "state the review question", "give summary criteria", "give full and clear",
    "where relevant, give details", "give details of the study designs", "give the pre-specified", "list the pre-specified",
    "please specify the effect measure",
)  # fmt: skip
# What effect measures are called in words.
MEASURES = {"risk ratio": "RR", "relative risk": "RR", "odds ratio": "OR", "risk difference": "RD", "standardised mean difference": "SMD", "standardized mean difference": "SMD", "mean difference": "MD", "hazard ratio": "HR"}  # fmt: skip
_LABELS = {label: name for name, labels in FIELDS.items() for label in labels}


@dataclass(frozen=True)
class Registration:
    """What a registration says: texts by the names of `FIELDS`, and the fields that were not taken."""

    fields: dict[str, str]
    others: tuple[str, ...] = ()

    def names(self, *fields: str) -> tuple[str, ...]:
        """The entries of fields, each once."""
        found = [name for field in fields for name in _entries(self.fields.get(field, ""))]
        return tuple(dict.fromkeys(found))

    @property
    def measure(self) -> str:
        """The effect measure, where the registration names just one, of all outcomes."""
        text = self.fields.get("measures", "").lower()
        found = set()
        for words, measure in MEASURES.items():
            if words in text:
                found.add(measure)
                text = text.replace(words, "")
        return found.pop() if len(found) == 1 else ""


def read(path: str | Path) -> Registration:
    """Read a registration. Raises InputError where it is missing, or where no field of one is found in it."""
    path = Path(path)
    if not path.is_file():
        raise InputError("the file is missing", file=path, todo="Mend the name of the registration.")
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        pairs = _of_mapping(yaml_text.read_any(path), path)
    elif suffix == ".json":
        try:
            pairs = _of_mapping(json.loads(sheets.decoded(path)), path)
        except json.JSONDecodeError as error:
            raise InputError(f"not valid JSON: {error.msg}", file=path, row=error.lineno) from None
    elif suffix in (".csv", ".tsv"):
        pairs = _of_table(sheets.decoded(path))
    else:
        pairs = list(of_text(sheets.decoded(path)))
    taken: dict[str, tuple[int, str, str]] = {}
    others = []
    for label, value in pairs:
        name = _LABELS.get(_plain(label))
        if name is None:
            others.append(label)
        elif not (value := _without_help(value)):
            pass
        elif name == "measures" and name in taken:  # those of main outcomes, and those of additional ones
            place, first, before = taken[name]
            taken[name] = place, first, f"{before}\n{value}"
        else:
            # Of several fields that could be it the one that says it best: participants before the condition.
            found = FIELDS[name].index(_plain(label)), label, value
            one, *rest = sorted([found, taken[name]] if name in taken else [found], key=lambda one: one[0])
            taken[name] = one
            others += [label for _, label, _ in rest]
    fields = {name: value for name, (_, _, value) in taken.items()}
    if not fields:
        raise InputError(
            "no field of a registration is found",
            file=path,
            todo="Write `Title: ...`, `Population: ...`, `Main outcomes: ...`, a line each.",
        )
    return Registration(fields, tuple(dict.fromkeys(others)))


def _without_help(value: str) -> str:
    """What somebody wrote, without the form's own words."""
    lines = value.strip().splitlines()
    return "\n".join(line for line in lines if not line.strip().lower().startswith(HELP)).strip()


def of_text(text: str) -> Iterable[tuple[str, str]]:
    """Fields of a text: (label, value)."""
    label, lines = "", list[str]()
    for line in text.splitlines():
        head, sign, rest = line.partition(":")
        if sign and _known(head):
            new, value = head, rest
        elif _known(line):
            new, value = line, ""
        else:
            lines.append(line)
            continue
        if label:
            yield label, "\n".join(lines)
        label, lines = _bare(new), [value]
    if label:
        yield label, "\n".join(lines)


def _of_mapping(content: Any, path: Path) -> list[tuple[str, str]]:
    if not isinstance(content, dict):
        raise InputError("the file holds no fields", file=path, todo="Write a mapping of field to text.")
    return [(str(label), _joined(value)) for label, value in content.items()]


def _joined(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(map(_joined, value.values()))
    return "\n".join(map(_joined, value)) if isinstance(value, list) else "" if value is None else str(value)


def _of_table(text: str) -> list[tuple[str, str]]:
    first = text.splitlines()[0] if text else ""
    sign = max(",;\t", key=first.count)
    rows = list(csv.reader(text.splitlines(), delimiter=sign))
    wide = len(rows) >= 2 and sum(_known(cell) for cell in rows[0]) >= 2
    if wide:  # a row of labels above a row of values
        return list(zip(rows[0], rows[1], strict=False))
    return [(row[0], sign.join(row[1:]) if sign == "," else " ".join(row[1:])) for row in rows if row]


def _bare(label: str) -> str:
    """A label without the number in front and the asterisk of an obligatory field."""
    return re.sub(r"^\s*\d+[.)]?\s*", "", label).strip(" *.:?\t")


def _plain(label: str) -> str:
    return re.sub(r"[^a-z]+", " ", _bare(label).lower()).strip()


def _known(label: str) -> bool:
    plain = _plain(label)
    return plain in _LABELS or plain in OTHERS


def _entries(text: str) -> list[str]:
    """Entries of a field: lines, or parts behind semicolons, without bullets and numbers."""
    parts = re.split(r"[;\n]", text)
    found = [re.sub(r"^\s*(?:[-*•–]|\d+[.)])\s*", "", part).strip(" .") for part in parts]
    return [entry for entry in found if entry]
