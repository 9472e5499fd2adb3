"""Compare pooled results with those of another program on the same studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

NUMBERS = ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "Q")
COLUMNS = ("outcome", "analysis", "number", "evergreen", "metafor", "agrees")
RERATED = {"measure", "multi_arm", "add", "to", "drop00", "smd_vtype", "dependent", "rho"}


@dataclass(frozen=True)
class Pooling:
    """One pooled result: whose and which, its numbers `model`, its `settings`, and the `studies` that went into it."""

    outcome: str
    analysis: str
    measure: str
    level: float
    model: Mapping[str, Any]
    settings: Mapping[str, Any]
    studies: Sequence[Mapping[str, Any]]


def poolings(result: Mapping[str, Any], outcome: Mapping[str, Any]) -> list[Pooling]:
    """Every pooled result of an outcome: its own, of subgroups, as of each round, and of the sensitivity analyses.

    A sensitivity analysis whose effects are not those of the outcome's studies (another measure, another correction) is left
    out; its own run of the same code is held against R by the tests.
    """
    settings, studies = outcome["analysis"], result["studies"]
    found: list[tuple[str, Mapping[str, Any] | None, Mapping[str, Any], Sequence[Mapping[str, Any]]]] = [
        ("main", result["model"], settings, studies)
    ]
    for column, levels in (result["subgroups"] or {}).items():
        if column != "tests":
            found += [
                (
                    f"{column}: {level}",
                    model,
                    settings,
                    [s for s in studies if s["columns"].get(column) == level],
                )
                for level, model in levels.items()
            ]
    for day, view in (result["rounds"] or {}).items():
        known = [s for s in studies if not s["round"] or s["round"] <= day]
        found.append((f"as of {day}", view["model"], settings, known))
    for label, one in (result["sensitivity"] or {}).items():
        if not one["changes"].keys() & RERATED:
            kept = [s for s in studies if s["label"] in set(one.get("labels") or [])]
            found.append((label, one["model"], {**settings, **one["changes"]}, kept))
    return [
        Pooling(
            result["outcome"],
            analysis,
            result["measure"],
            own.get("level", result["level"]),
            model,
            own,
            kept,
        )
        for analysis, model, own, kept in found
        if model is not None and model["estimate"] is not None
    ]


def plan_of(pooling: Pooling) -> dict[str, Any]:
    """What the other program has to compute."""
    model, settings = pooling.model, pooling.settings
    names = [study["study"] for study in pooling.studies]
    return {
        "measure": pooling.measure, "model": model["model"], "test": model["test"], "tau2": model["tau2_method"] or "",
        "level": pooling.level, "add": settings.get("add", 0.5), "to": settings.get("to", "only0"), "mh_add": settings.get("mh_add", 0),
        "kind": model.get("kind") or "", "rho": model.get("rho", 0) or 0,
        "nested": "true" if len(set(names)) < len(names) and len(set(names)) > 1 else "false",
    }  # fmt: skip


def studies_of(pooling: Pooling) -> pd.DataFrame:
    """Effects and counts of the studies, one row each."""
    rows = []
    for study in pooling.studies:
        row = {"study": study["study"], "yi": study["yi"], "vi": study["vi"]}
        for suffix, group in (("1", "intervention"), ("2", "control"), ("", "single")):
            arm = (study.get("arms") or {}).get(group, {})
            row |= {f"{name}{suffix}": arm.get(name) for name in ("events", "n", "person_time")}
        rows.append(row)
    return pd.DataFrame(rows)


def compare(found: Sequence[Pooling], other: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per result and number: ours, theirs, and whether they agree; a result that `other` lacks has empty cells.

    Relative to the number 1e-6, for tau2 and what hangs on its iteration 1e-5 of the standard error at least; multilevel
    models 1e-4, mixed models of counts 1e-3 (with random study effects 1e-2).
    """
    rows: list[tuple[Any, ...]] = []
    for pooling, theirs in zip(found, other, strict=True):
        model = pooling.model
        loose = {"multilevel": 1e-4, "glmm": 1e-2 if model.get("kind") == "UM.RS" else 1e-3}.get(
            model["model"], 1e-6
        )
        if theirs["reason"]:
            rows.append((pooling.outcome, pooling.analysis, "", None, None, theirs["reason"]))
        for name in NUMBERS:
            ours, its = model.get(name), theirs[name]
            if ours is None or its is None or np.isnan(its):
                continue
            allowed = (
                loose * abs(its) + 10 * loose * model["se"] * (name != "p") + 1e-6 * (name in {"p", "tau2"})
            )
            if name == "p":  # a statistic z moves its tail by about z^2 times its own relative change
                allowed *= 1 + (model["statistic"] or 0.0) ** 2
            if name == "tau2" and model["model"] == "glmm":
                allowed += 1e-4
            agrees = bool(abs(ours - its) <= allowed)
            rows.append(
                (pooling.outcome, pooling.analysis, name, ours, float(its), "true" if agrees else "false")
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))
