"""Numbers in different units cannot be pooled: whose unit counts, and what is said of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import chain

from evergreen.errors import InputError
from evergreen.extraction.check import files_of
from evergreen.metaanalysis.measures import MEASURES
from evergreen.sheets import folded
from evergreen.synthesis.arms import Rows

CHANGE, VALUE = "change from baseline", "value"


def other_units(by_study: Mapping[str, Rows], outcome: str, measure: str, wanted: str = "") -> dict[str, str]:
    """`{study: sentence}` for the studies (with their rows) that cannot join because their unit is not that of the others.

    A cell without a unit says nothing. For standardised differences and ratios of means the unit only matters as far as it
    says `change`: changes from baseline and values are not pooled together. Where units differ, `wanted` (the protocol's
    `unit` of the outcome) counts if a study has it, else the unit of most studies. Raises InputError where neither decides.
    """
    if not MEASURES[measure].unit:
        return {}
    # the standard deviation of a change is not that of a value, and these effects are made of it, or of the mean
    of_one_kind = MEASURES[measure].unit == "spread"
    own = {
        study: text
        for study, rows in by_study.items()
        if (text := next((row["unit"].strip() for row in rows if _said(row.get("unit"))), ""))
    }
    if of_one_kind:
        own, wanted = {study: _kind(text) for study, text in own.items()}, _kind(wanted) if wanted else ""
    counts = Counter(folded(text) for text in own.values())
    if len(counts) < 2:
        return {}
    chosen = folded(wanted)
    if chosen not in counts:
        (chosen, most), (_, next_most) = counts.most_common(2)
        if most == next_most:
            named = "; ".join(f"{text} in {study}" for study, text in own.items())
            if of_one_kind:
                problem = (
                    "some studies give changes, others values, and their standard deviations are of two kinds"
                )
                todo = "Name the one to pool under `unit` of the outcome (`change` or `value`), or use MD."
            else:
                problem = "the studies give it in different units"
                todo = "Convert the numbers to one unit in the sheet, name the unit to pool under `unit` of the outcome, or use SMD or ROM."
            raise InputError(
                f"outcome {outcome}: {problem} ({named})",
                file=files_of(chain(*by_study.values())),
                column="unit",
                todo=todo,
            )
    shown = next(text for text in own.values() if folded(text) == chosen)
    why = "given in {}, not in {} as the others: convert the numbers in the sheet"
    if of_one_kind:
        why = "given as {}, the others as {}: their standard deviations are of two kinds"
    return {study: why.format(text, shown) for study, text in own.items() if folded(text) != chosen}


def _kind(unit: str) -> str:
    return CHANGE if "change" in folded(unit) else VALUE


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
