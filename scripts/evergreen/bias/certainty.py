"""GRADE: how certain the evidence on an outcome is.

Source: Cochrane Handbook, chapter 14. The judgements are people's (`config/certainty.csv`); here they are
counted together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import TOOLS, plain
from evergreen.errors import InputError, refuse
from evergreen.extraction.check import place_of
from evergreen.sheets import folded
from evergreen.sheets.labels import Choices

LEVELS = ("very low", "low", "moderate", "high")
SYMBOLS = ("⊕◯◯◯", "⊕⊕◯◯", "⊕⊕⊕◯", "⊕⊕⊕⊕")
# A row for study_design is a person's word on where evidence starts: levels below high.
DESIGN = "study_design"
DOWN = (DESIGN, "risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
UP = ("large_effect", "dose_response", "plausible_confounding")
DOES_NOT_APPLY = "not_applicable"
RANDOMISED = "randomised"
DOMAINS = (*DOWN, *UP)
REASONS = tuple(f"{domain}_reason" for domain in DOMAINS)
COLUMNS = (
    "outcome",
    "certainty",
    "symbols",
    *DOMAINS,
    "reasons",
    "start",
    "round",
    "studies",
    DOES_NOT_APPLY,
    *REASONS,
)


class Start(NamedTuple):
    """Where the certainty of an outcome starts: a level, the design of its studies, and why."""

    level: str
    design: str
    why: str


def start_of(tool: str, design: str | None = None) -> Start:
    """Where evidence starts: that of randomised trials high, other evidence low, but high where ROBINS-I judged it, which counts the
    lack of randomisation as risk of bias (Schünemann et al. 2019, J Clin Epidemiol 111:105).

    `tool` as the protocol names it; without a `design` it is that which the tool is for, else randomised.
    """
    found = TOOLS.get(folded(tool))
    of_tool = found.design if found else ""
    named = design or of_tool or RANDOMISED
    if named == RANDOMISED:
        return Start("high", named, "randomised trials")
    if found is not None and found.target_trial:
        return Start("high", named, f"non-randomised studies, judged with {found.name}")
    return Start("low", named, "non-randomised studies")


@dataclass(frozen=True)
class Rating:
    """How people rated an outcome: the level that their judgements come to, and by domain, of those they judged, levels down (negative)
    or up and the reason. `not_applicable` are domains that do not apply, `round` the one for whose data it was rated, `studies` for how many:
    a number, or several where domains say different ones."""

    certainty: str
    symbols: str
    levels: Mapping[str, int]
    reasons: Mapping[str, str]
    not_applicable: frozenset[str] = frozenset()
    round: str = ""
    studies: tuple[int, ...] = ()


class _Judgement(NamedTuple):
    levels: int
    reason: str
    applies: bool
    round: str
    studies: str


def certainty_of(
    rows: pd.DataFrame,
    outcomes: Sequence[str] | Mapping[str, Sequence[str]],
    *,
    starts: Mapping[str, Start] | None = None,
    rounds: Sequence[str] | None = (),
) -> pd.DataFrame:
    """One line per outcome of which the sheet judges a domain, in the order of `outcomes`: their ids, with other names that a sheet may use.

    `rows` as read from the sheet: outcome, domain, downgrade (levels, whatever the sign, or not_applicable), reason, `studies` where it says how many, and the round where
    there are `rounds` (None: any; people's files are checked before a step reads them, and a step that knew the rounds would run at each update). The first six domains take levels off, the last three add them; the result stays between very low and high. It
    starts where `starts` says, at high where study_design is judged or nothing is said. Raises InputError(s) on unknown outcomes,
    domains and rounds, and on a domain judged twice.
    """
    errors: list[InputError] = []
    judged: dict[str, dict[str, _Judgement]] = {}
    domains = {plain(domain): domain for domain in DOMAINS}
    named = Choices(outcomes)
    for row in tables.rows(rows):
        domain, outcome = domains.get(plain(row["domain"])), named.read(row["outcome"])
        day = row.get("round", "")
        if outcome is None:
            column, problem = "outcome", f"{row['outcome']!r} is not in the protocol"
            todo = f"Outcomes are: {named}."
        elif domain is None:
            column, problem = "domain", f"{row['domain']!r} is no domain of GRADE"
            todo = f"Allowed: {', '.join(DOMAINS)}."
        elif domain in judged.setdefault(outcome, {}):
            column, problem, todo = "domain", f"{outcome}: {domain} is judged twice", "Keep one."
        elif day and rounds is not None and day not in rounds:
            column, problem = "round", f"{day!r} is no round"
            todo = f"Allowed: {', '.join(rounds)}." if rounds else "Leave it empty: the protocol has none."
        else:
            judged[outcome][domain] = _judgement(row, day)
            continue
        errors.append(InputError(problem, **place_of(row), column=column, todo=todo))
    refuse(errors)
    lines = [
        _line(outcome, judged[outcome], (starts or {}).get(outcome))
        for outcome in outcomes
        # Where no domain applies nobody has judged anything.
        if any(one.applies for one in judged.get(outcome, {}).values())
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _judgement(row: Mapping[str, Any], day: str) -> _Judgement:
    applies = row["downgrade"] != DOES_NOT_APPLY
    levels = abs(int(float(row["downgrade"]))) if applies else 0
    number = row.get("studies", "")
    studies = "" if number == "" or pd.isna(number) else f"{float(number):.0f}"
    return _Judgement(levels, row["reason"], applies, day, studies)


def _line(outcome: str, judged: Mapping[str, _Judgement], start: Start | None) -> dict[str, Any]:
    steps = {name: one.levels if name in UP else -one.levels for name, one in judged.items() if one.levels}
    begins = LEVELS[-1] if start is None or DESIGN in judged else start.level
    level = min(max(LEVELS.index(begins) + sum(steps.values()), 0), len(LEVELS) - 1)
    order = [domain for domain in DOMAINS if domain in judged]
    return {
        "outcome": outcome,
        "certainty": LEVELS[level],
        "symbols": SYMBOLS[level],
        **{domain: steps.get(domain, 0) for domain in DOMAINS},
        "reasons": "; ".join(_reason(one, steps[one], judged[one].reason) for one in order if one in steps),
        "start": begins,
        "round": max(one.round for one in judged.values()),
        "studies": "; ".join(sorted({one.studies for one in judged.values()} - {""}, key=int)),
        DOES_NOT_APPLY: "; ".join(domain for domain in order if not judged[domain].applies),
        **{f"{domain}_reason": judged[domain].reason if domain in judged else "" for domain in DOMAINS},
    }


def _reason(domain: str, levels: int, reason: str) -> str:
    return f"{domain.replace('_', ' ')} ({levels:+d}): {reason}"


def ratings(certainty: pd.DataFrame) -> dict[str, Rating]:
    """What `certainty_of` wrote, by outcome, as read from `results/risk_of_bias/certainty.csv`."""
    found = {}
    for row in tables.rows(certainty):
        judged = [domain for domain in DOMAINS if row[f"{domain}_reason"]]
        found[row["outcome"]] = Rating(
            row["certainty"],
            row["symbols"],
            {domain: int(row[domain]) for domain in judged},
            {domain: row[f"{domain}_reason"] for domain in judged},
            frozenset(filter(None, row[DOES_NOT_APPLY].split("; "))),
            row["round"],
            tuple(map(int, filter(None, row["studies"].split("; ")))),
        )
    return found
