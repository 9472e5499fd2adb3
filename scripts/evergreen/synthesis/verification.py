"""Compare pooled results with those of another program on the same studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

NUMBERS = ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "Q")
COLUMNS = ("outcome", "number", "evergreen", "metafor", "agrees")


def plan_of(result: Mapping[str, Any], outcome: Mapping[str, Any]) -> dict[str, Any]:
    """What the other program has to compute for a result."""
    analysis, model = outcome["analysis"], result["model"]
    names = [study["study"] for study in result["studies"]]
    return {
        "outcome": result["outcome"], "measure": result["measure"], "model": model["model"], "test": model["test"],
        "tau2": model["tau2_method"] or "", "level": result["level"], "add": analysis.get("add", 0.5),
        "to": analysis.get("to", "only0"), "mh_add": analysis.get("mh_add", 0), "rho": model.get("rho", 0) or 0,
        "nested": "true" if len(set(names)) < len(names) and len(set(names)) > 1 else "false",
    }  # fmt: skip


def studies_of(result: Mapping[str, Any]) -> pd.DataFrame:
    """Effects and counts of a result's studies, one row each."""
    rows = []
    for study in result["studies"]:
        row = {"study": study["study"], "yi": study["yi"], "vi": study["vi"]}
        for suffix, group in (("1", "intervention"), ("2", "control")):
            arm = (study.get("arms") or {}).get(group, {})
            row |= {f"{name}{suffix}": arm.get(name) for name in ("events", "n", "person_time")}
        rows.append(row)
    return pd.DataFrame(rows)


def compare(results: Sequence[Mapping[str, Any]], other: pd.DataFrame) -> pd.DataFrame:
    """One row per outcome and number: ours, theirs, and whether they agree.

    Relative to the number 1e-6, for tau2 and what hangs on its iteration 1e-5 of the standard error at least; multilevel
    models 1e-4.
    """
    theirs = {row["outcome"]: row for row in other.to_dict("records")}
    rows = []
    for result in results:
        model = result["model"]
        loose = 1e-4 if model["model"] == "multilevel" else 1e-6
        for name in NUMBERS:
            ours, its = model.get(name), theirs[result["outcome"]][name]
            if ours is None or its is None or np.isnan(its):
                continue
            allowed = (
                loose * abs(its) + 10 * loose * model["se"] * (name != "p") + 1e-6 * (name in {"p", "tau2"})
            )
            rows.append((result["outcome"], name, ours, float(its), bool(abs(ours - its) <= allowed)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"agrees": bool})
