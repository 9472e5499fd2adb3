"""What other programs take: effects for R's metafor, references of the included reports as RIS."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evergreen.screening.exchange.ris_lists import write_ris
from evergreen.synthesis.result import Result

# Cells of a study's arms under the names that metafor's escalc() takes, group 1 the intervention.
CELLS = {
    "events": ("ai", "ci"),
    "n": ("n1i", "n2i"),
    "mean": ("m1i", "m2i"),
    "sd": ("sd1i", "sd2i"),
    "person_time": ("t1i", "t2i"),
}


def metafor(result: Result) -> pd.DataFrame:
    """One row per pooled effect: slab, yi and vi on the analysis scale, and the arms' cells where there are any."""
    rows = []
    for study in result.studies:
        row: dict[str, Any] = {"slab": study.label, "round": study.round, "yi": study.yi, "vi": study.vi}
        for group, position in (("intervention", 0), ("control", 1)):
            cells = {
                names[position]: arm.used(cell) if (arm := study.arms.get(group)) else None
                for cell, names in CELLS.items()
            }
            row |= {name: value for name, value in cells.items() if value is not None}
        rows.append(row)
    return pd.DataFrame(
        rows, columns=list(dict.fromkeys(name for row in rows for name in row)) or ["slab", "yi", "vi"]
    )


def included_ris(works: pd.DataFrame, full_text: pd.DataFrame) -> str:
    """The included reports as RIS; their ids travel as accession numbers."""
    included = full_text.loc[full_text["decision"].eq("include"), "work_id"]
    chosen = works[works["work_id"].isin(set(included))].assign(record_id=lambda frame: frame["work_id"])
    return write_ris(chosen.astype(object).where(chosen.notna(), "").astype(str))
