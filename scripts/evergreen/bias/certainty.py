"""GRADE: how certain the evidence on an outcome is.

Source: Cochrane Handbook, chapter 14. The judgements are people's (`config/certainty.csv`); here they are
counted together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import plain
from evergreen.errors import InputError, refuse
from evergreen.sheets.labels import Choices

LEVELS = ("very low", "low", "moderate", "high")
SYMBOLS = ("⊕◯◯◯", "⊕⊕◯◯", "⊕⊕⊕◯", "⊕⊕⊕⊕")
# Randomised trials start high; evidence that does not is put down under study_design.
DOWN = ("study_design", "risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
UP = ("large_effect", "dose_response", "plausible_confounding")
COLUMNS = ("outcome", "certainty", "symbols", *DOWN, *UP, "reasons")


def certainty_of(rows: pd.DataFrame, outcomes: Sequence[str] | Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """One line per outcome of the sheet, in the order of `outcomes`: their ids, with other names that a sheet may use.

    `rows` as read from the sheet: outcome, domain, downgrade (levels, whatever the sign), reason. The first six domains
    take levels off, the last three add them; the result stays between very low and high. Raises InputError(s) on unknown
    outcomes and domains, and on a domain judged twice.
    """
    errors: list[InputError] = []
    judged: dict[str, dict[str, tuple[int, str]]] = {}
    domains = {plain(domain): domain for domain in (*DOWN, *UP)}
    named = Choices(outcomes)
    for row in tables.rows(rows):
        place: dict[str, Any] = {"file": row["_file"], "row": int(row["_row"])}
        domain, outcome = domains.get(plain(row["domain"])), named.read(row["outcome"])
        if outcome is None:
            todo = f"Outcomes are: {named}."
            errors.append(
                InputError(f"{row['outcome']!r} is not in the protocol", **place, column="outcome", todo=todo)
            )
        elif domain is None:
            todo = f"Allowed: {', '.join((*DOWN, *UP))}."
            errors.append(
                InputError(f"{row['domain']!r} is no domain of GRADE", **place, column="domain", todo=todo)
            )
        elif domain in judged.setdefault(outcome, {}):
            errors.append(
                InputError(f"{outcome}: {domain} is judged twice", **place, column="domain", todo="Keep one.")
            )
        else:
            judged[outcome][domain] = (int(abs(row["downgrade"])), row["reason"])
    refuse(errors)
    lines = [_line(outcome, judged[outcome]) for outcome in outcomes if outcome in judged]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _line(outcome: str, judged: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    steps = {domain: levels if domain in UP else -levels for domain, (levels, _) in judged.items() if levels}
    level = min(max(len(LEVELS) - 1 + sum(steps.values()), 0), len(LEVELS) - 1)
    reasons = [
        f"{domain.replace('_', ' ')} ({steps[domain]:+d}): {judged[domain][1]}"
        for domain in (*DOWN, *UP)
        if domain in steps
    ]
    return {
        "outcome": outcome,
        "certainty": LEVELS[level],
        "symbols": SYMBOLS[level],
        **{domain: steps.get(domain, 0) for domain in (*DOWN, *UP)},
        "reasons": "; ".join(reasons),
    }
