"""Numbers in different units cannot be pooled: whose unit counts, and what is said of the others."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from evergreen.errors import InputError

# Ratios and standardised differences have no unit; these effects do.
WITH_UNIT = {"MD", "MC", "IRD", "IR", "IRLN", "IRS"}


def other_units(rows: pd.DataFrame, outcome: str, measure: str, wanted: str = "") -> dict[str, str]:
    """`{study: sentence}` for the studies that cannot join because their unit is not that of the others.

    A cell without a unit says nothing. Where units differ, `wanted` (the protocol's `unit` of the outcome) counts if a study
    has it, else the unit of most studies. Raises InputError where neither decides.
    """
    if measure not in WITH_UNIT or "unit" not in rows:
        return {}
    own = {
        str(study): text
        for study, part in rows.groupby("study", sort=False)
        if (text := next((str(value).strip() for value in part["unit"] if _said(value)), ""))
    }
    counts = Counter(text.casefold() for text in own.values())
    if len(counts) < 2:
        return {}
    chosen = wanted.strip().casefold()
    if chosen not in counts:
        (chosen, most), (_, next_most) = counts.most_common(2)
        if most == next_most:
            named = "; ".join(f"{text} in {study}" for study, text in own.items())
            raise InputError(
                f"outcome {outcome}: the studies give it in different units ({named})",
                column="unit",
                todo="Convert the numbers to one unit in the sheet, name the unit to pool under `unit` of the outcome, or use SMD or ROM.",
            )
    shown = next(text for text in own.values() if text.casefold() == chosen)
    return {
        study: f"given in {text}, not in {shown} as the others: convert the numbers in the sheet"
        for study, text in own.items()
        if text.casefold() != chosen
    }


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
