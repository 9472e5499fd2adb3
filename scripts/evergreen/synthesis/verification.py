"""Compare the numbers of a result with those of another program on the same studies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from evergreen.metaanalysis.multilevel import COMPONENTS
from evergreen.protocol.analysis import Level
from evergreen.synthesis.recomputation import Effects, Number, Task

COLUMNS = ("outcome", "analysis", "number", "evergreen", "metafor", "agrees")
ABSENT = "metafor gives no such number"
EFFECTS = {
    "estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high", "limit", "limit_ci_low", "limit_ci_high", "yi",
}  # fmt: skip
VARIANCES = {"tau2", "tau2_se", "tau2_ci_low", "tau2_ci_high", "vi", *COMPONENTS, *get_args(Level)}


@dataclass(frozen=True)
class Answer:
    """What the other program found for a task: its numbers, and patterns of names that it has none for, or one that rounding decides, with the
    reason."""

    numbers: Mapping[str, float]
    reasons: Mapping[str, str]

    def why(self, key: str, otherwise: str) -> str:
        """The reason for a number that is not there, or differs."""
        return next((text for pattern, text in self.reasons.items() if re.search(pattern, key)), otherwise)


def plan_of(task: Task, effects: int, needs: Sequence[int]) -> dict[str, Any]:
    """A line of the plan; `effects` is the number of its table, `needs` are the lines whose answers it starts from."""
    options = task.effects.options
    return {
        **dict.fromkeys(("model", "test", "tau2", "level", "add", "to", "mh_add", "kind", "rho", "nested", "levels", "sharing", "components"), ""),
        **dict.fromkeys(("predtype", "i2", "terms", "asymmetry", "by_study", "ends"), ""),
        "work": task.kind, "measure": task.effects.measure, "effects": effects,
        "rows": ";".join(map(str, task.rows)), "needs": ";".join(map(str, needs)), "effect_rho": task.effects.rho,
        **{f"effect_{name}": options.get(name, "") for name in ("add", "to", "drop00", "vtype")}, **task.how,
    }  # fmt: skip


def plan(found: Sequence[Task]) -> tuple[pd.DataFrame, list[Effects]]:
    """The plan of all tasks, one row each, and the effects that they start from, numbered from 1."""
    tables = list(dict.fromkeys(task.effects for task in found))
    places = {id(task): place for place, task in enumerate(found, start=1)}
    rows = [
        plan_of(task, tables.index(task.effects) + 1, [places[id(one)] for one in task.needs])
        for task in found
    ]
    return pd.DataFrame(rows), tables


def compare(found: Sequence[Task], answers: Sequence[Answer]) -> pd.DataFrame:
    """One row per number: ours, theirs, and whether they agree (`true`, `false`); or, in its place, why it was not recomputed."""
    rows: list[tuple[Any, ...]] = []
    for task, answer in zip(found, answers, strict=True):
        of = (task.effects.outcome, task.analysis)
        for key, number in task.numbers.items():
            its = answer.numbers.get(key)
            if its is None or np.isnan(its):
                its, verdict = None, answer.why(key, ABSENT)
            elif abs(number.value - its) <= allowed(key, number, its, task.how):
                verdict = "true"
            else:
                verdict = answer.why(key, "false")
            rows.append((*of, number.name, number.value, its, verdict))
        for name, why in task.passed_over.items():
            rows.append((*of, name, None, None, why))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def allowed(key: str, number: Number, its: float, how: Mapping[str, Any]) -> float:
    """How far a number may be from the other program's.

    Effects computed from arms: 1e-8. Relative to the number 1e-6, for what hangs on the iteration of tau2 1e-5 of the standard
    error at least; multilevel models 1e-4, and robust tests of a meta-regression, for which R inverts X'WX whatever the unit of a
    moderator; mixed models of counts 1e-3 (with random study effects 1e-2).
    """
    block = number.block
    if block.get("exact"):
        return 1e-8 * (abs(its) + float(block["se"] or 0.0))
    of_models = {"multilevel": 1e-4, "glmm": 1e-2 if how.get("kind") == "UM.RS" else 1e-3}
    loose = of_models.get(str(how.get("model")), 1e-6)
    if "terms" in how and "robust" in key:
        loose = max(loose, 1e-4)
    word = key.rsplit(" ", 1)[-1]
    se, k = float(block.get("se") or 0.0), float(block.get("k") or 1.0)
    near = loose * abs(its)
    left_over = 10 * loose * min(se, se**2) + (1e-4 if how.get("model") == "glmm" else 1e-9)
    if word in VARIANCES and "I2" not in key:
        return near + left_over
    if word in EFFECTS or word == "Q":
        return (
            near + 10 * loose * se + (1e-12 if word == "Q" else 0.0)
        )  # what rounding leaves of equal effects
    if word == "p" or word.endswith("_p"):
        # a statistic z moves its tail by about z^2 times its own relative change, one of t by no more than its degrees of freedom
        far = 1 + min(float(block.get("statistic") or 0.0) ** 2, float(block.get("df") or np.inf))
        return min((near + 1e-6) * far, 30 * near * (far + float(block.get("Q") or 0.0)) + 1e-12)
    if "I2" in key or word == "H2":  # the variance between studies as a share of a study's whole variance
        share = (loose * float(block.get("tau2") or 0.0) + left_over) / (k * se**2) if se else 10 * loose
        return near + share * (max(1.0, abs(its)) if word == "H2" else 100)
    return 10 * near + (100 if word == "R2" else 1) * loose
