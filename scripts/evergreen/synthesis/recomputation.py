"""What another program has to compute for every number of a result, from what the result says it was made from.

A `Task` is one analysis: what to do, with which effects, and the numbers that are there. The other program gets the numbers
of the arms and computes the effects from them itself; effects that were reported as such it takes as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.synthesis.study_effects import options

DRAWN = "drawn at random, and no other program draws the same"
SETTINGS = {"rho", "studies"}  # numbers of a model's block that were given, not computed
ROW = "{}: {}"  # a number of one study, or of one coefficient


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects and what they were made from.

    `table` has one row per effect that arms or a report gave: `row` (the study's place in the result, from 1; a study whose
    effects were aggregated with correlation `rho` has several rows), `study` (a number), `made` (`arms` | `reported`), `yi`,
    `vi`, the numbers of the arms, and the study-level columns that moderators need, as `column <name>`.
    """

    measure: str
    options: Mapping[str, Any]
    rho: float
    labels: Sequence[str]
    studies: Sequence[str]
    table: pd.DataFrame


@dataclass(frozen=True)
class Number:
    """A number as the result has it: its name for people, its value, and the `block` of numbers that it belongs to."""

    name: str
    value: float
    block: Mapping[str, Any]


@dataclass
class Task:
    """One analysis: `kind` of work, `how`, the rows of `effects` it uses (from 1), its numbers by the other program's name,
    and the numbers (by their name for people) that are not recomputed, with the reason."""

    outcome: str
    analysis: str
    kind: str
    effects: Effects
    rows: Sequence[int]
    how: dict[str, Any]
    numbers: dict[str, Number]
    passed_over: dict[str, str] = field(default_factory=dict)
    needs: Sequence[Task] = ()


def tasks(result: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Task]:
    """Everything to recompute of an outcome; `settings` is its `analysis` in the protocol."""
    return list(_tasks(result, settings))


def _tasks(result: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Task]:
    outcome, studies, level = result["outcome"], result["studies"], result["level"]
    if not studies:
        return
    columns = [part for name in (result["moderators"] or {}).get("columns", []) for part in name.split(":")]
    whole = effects_of(studies, result["measure"], settings, columns)
    every = range(1, len(studies) + 1)
    labels = whole.labels

    def where(kept: Any) -> list[int]:
        return [row for row, study in zip(every, studies, strict=True) if kept(study)]

    yield _effects(outcome, "effects", whole, studies, level)
    main = _pooled(outcome, "main", whole, every, result["model"], settings)
    if main:
        main.numbers |= {
            f"{row} weight": Number(ROW.format(study["label"], "weight"), study["weight"], {})
            for row, study in zip(every, studies, strict=True)
            if study["weight"] is not None
        }
        yield main
    groups = result["subgroups"] or {}
    for column, levels in groups.items():
        if column == "tests":
            continue
        found = []
        for value, model in levels.items():
            own = where(lambda study, column=column, value=value: study["columns"].get(column) == value)
            task = _pooled(outcome, f"{column}: {value}", whole, own, model, settings)
            if task:
                found.append(task)
                yield task
        test = {f"between {key}": value for key, value in groups["tests"][column].items() if key != "df"}
        numbers = _leaves(test, {"k": len(found)})
        if numbers:
            yield Task(
                outcome, f"{column}: between subgroups", "between", whole, [], {}, numbers, needs=found
            )
    for day, view in (result["rounds"] or {}).items():
        known = where(lambda study, day=day: not study["round"] or study["round"] <= day)
        task = _pooled(outcome, f"as of {day}", whole, known, view["model"], settings)
        if task:
            yield task
    for label, one in (result["sensitivity"] or {}).items():
        own_settings = {**settings, **one["changes"]}
        made, source = studies, whole
        if "studies" in one:
            made, source = one["studies"], effects_of(one["studies"], one["measure"], own_settings)
            yield _effects(outcome, f"{label}: effects", source, made, None)
        kept = set(one.get("labels") or [])
        own = [row for row, study in enumerate(made, start=1) if study["label"] in kept]
        task = _pooled(outcome, label, source, own, one["model"], own_settings)
        if task:
            yield task
    random = {"model": "random", "tau2": settings["tau2"], "test": settings["test"], "level": level}
    common = {"model": "common", "tau2": "", "test": "z", "level": level}
    how = random if settings["model"] == "random" else common
    # a meta-regression of counts, or of effects within studies, is one of their effects all the same
    regression = common if settings["model"] == "common" else random
    yield from _moderators(outcome, whole, regression, result["moderators"] or {})
    yield from _influence(outcome, whole, how, result["influence"] or {})
    steps = (result["cumulative"] or {}).get("steps")
    if steps:
        order = [labels.index(step["label"]) + 1 for step in steps]
        found_numbers: dict[str, Number] = {}
        for place, step in enumerate(steps, start=1):
            found_numbers |= _leaves(step, step, f"{place} ", f"+ {step['label']}: ")
        yield Task(outcome, "cumulative", "cumulative", whole, order, how, found_numbers)
    yield from _small_studies(outcome, whole, how, result["small_study"] or {})


def effects_of(
    studies: Sequence[Mapping[str, Any]],
    measure: str,
    settings: Mapping[str, Any],
    columns: Sequence[str] = (),
) -> Effects:
    """The effects of a result (its `studies`) and the numbers behind them."""
    kind = KINDS[MEASURES[measure].kind]
    sides = {"1": "intervention", "2": "control"} if kind.groups == 2 else {"": "single"}
    names = list(dict.fromkeys(study["study"] for study in studies))
    rows = []
    for position, study in enumerate(studies, start=1):
        for part in study.get("parts") or [study]:
            arms = part["arms"] or {}
            row: dict[str, Any] = {
                "row": position, "study": names.index(study["study"]) + 1, "made": "arms" if arms else "reported",
                "yi": part["yi"], "vi": part["vi"],
            }  # fmt: skip
            for suffix, side in sides.items():
                row |= {f"{name}{suffix}": arms.get(side, {}).get(name) for name in kind.numbers}
            row |= {f"column {name}": study["columns"].get(name, "") for name in columns}
            rows.append(row)
    return Effects(
        measure, options(measure, settings), settings.get("rho") or 0.0, [study["label"] for study in studies],
        [study["study"] for study in studies], pd.DataFrame(rows),
    )  # fmt: skip


def _effects(
    outcome: str, analysis: str, source: Effects, studies: Sequence[Mapping[str, Any]], level: float | None
) -> Task:
    """The studies' own effects, with their intervals where `level` is given."""
    numbers, reported = {}, {}
    given = set(source.table.loc[source.table["made"] == "reported", "row"])
    for row, study in enumerate(studies, start=1):
        block = {"se": study["vi"] ** 0.5, "exact": True}
        for key in ("yi", "vi", "ci_low", "ci_high"):
            if key in study and (level is not None or key in {"yi", "vi"}):
                numbers[f"{row} {key}"] = Number(ROW.format(study["label"], key), study[key], block)
        if row in given:
            reported[ROW.format(study["label"], "yi and vi")] = (
                "reported as an effect, without numbers of arms"
            )
    if reported:
        numbers = {
            key: number
            for key, number in numbers.items()
            if int(key.split()[0]) not in given or key.endswith(("ci_low", "ci_high"))
        }
    rows = range(1, len(studies) + 1)
    return Task(outcome, analysis, "effects", source, rows, {"level": level or ""}, numbers, reported)


def _pooled(
    outcome: str, analysis: str, source: Effects, rows: Sequence[int], model: Mapping[str, Any] | None,
    settings: Mapping[str, Any],
) -> Task | None:  # fmt: skip
    if model is None or model["estimate"] is None:
        return None
    names = [source.studies[row - 1] for row in rows]
    how = {
        "model": model["model"], "test": model["test"], "tau2": model["tau2_method"] or "",
        "level": settings["level"], "add": settings["add"], "to": settings["to"],
        "mh_add": settings["mh_add"], "kind": model.get("kind") or "", "rho": model.get("rho", 0) or 0,
        "nested": "true" if 1 < len(set(names)) < len(names) else "false", "predtype": settings["predtype"],
        "i2": model.get("I2_from", "tau2"),
    }  # fmt: skip
    block = {key: value for key, value in model.items() if key not in SETTINGS}
    return Task(outcome, analysis, "pool", source, rows, how, _leaves(block, model))


def _moderators(
    outcome: str, whole: Effects, how: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Task]:
    if "coefficients" not in found:
        return
    missing = set(found["without_value"])
    rows = [row for row, label in enumerate(whole.labels, start=1) if label not in missing]
    block = {**found, "k": found["k"]}
    over_all = {key: value for key, value in found.items() if key not in {"coefficients", "permutations"}}
    numbers = _leaves({key: value for key, value in over_all.items() if key != "permutation_p"}, block)
    passed = {"permutation_p": DRAWN} if found["permutation_p"] is not None else {}
    for place, one in enumerate(found["coefficients"], start=1):
        own = {key: value for key, value in one.items() if key != "permutation_p"}
        numbers |= _leaves(own, one, f"coefficient {place} ", f"{one['name']}: ")
        if one["permutation_p"] is not None:
            passed[ROW.format(one["name"], "permutation_p")] = DRAWN
    terms = {"terms": "\t".join(found["columns"])}
    yield Task(outcome, "meta-regression", "moderators", whole, rows, {**how, **terms}, numbers, passed)


def _influence(
    outcome: str, whole: Effects, how: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Task]:
    if not found:
        return
    numbers: dict[str, Number] = {}
    for row, one in enumerate(found["studies"], start=1):
        without = one["without"]
        numbers |= _leaves(
            without,
            {**without, "k": len(found["studies"]) - 1},
            f"without {row} ",
            f"without {one['label']}: ",
        )
        own = {key: float(value) if isinstance(value, bool) else value for key, value in one.items()}
        own = {key: value for key, value in own.items() if key not in {"label", "without"}}
        numbers |= _leaves(own, {}, f"{row} ", f"{one['label']}: ")
    passed = {}
    if found["gosh"]:
        passed["gosh: quartiles of the subsets"] = (
            DRAWN if found["gosh"]["drawn"] else "all subsets take metafor too long"
        )
    rows = range(1, len(whole.labels) + 1)
    yield Task(outcome, "influence", "influence", whole, rows, dict(how), numbers, passed)


def _small_studies(
    outcome: str, whole: Effects, how: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Task]:
    if "tests" not in found:
        return
    numbers: dict[str, Number] = {}
    for name, one in {**found["tests"], "rank": found["rank"], **found["pet_peese"]}.items():
        numbers |= _leaves(one, one, f"{name} ", f"{name}: ")
    numbers |= _leaves(found["fail_safe"], {}, "fail_safe ", "fail-safe number: ")
    filled = found["trim_and_fill"]
    if "model" in filled:
        numbers |= _leaves(filled["model"], filled["model"], "filled ", "trim and fill: ")
        counts = {key: filled[key] for key in ("missing", "missing_se")} | {
            "right": int(filled["side"] == "right")
        }
        numbers |= _leaves(counts, {}, "filled ", "trim and fill: ")
        for place, one in enumerate(
            sorted(filled["filled"], key=lambda one: (one["yi"], one["vi"])), start=1
        ):
            numbers |= _leaves(one, {}, f"filled {place} ", f"trim and fill, study added {place}: ")
    how = {
        **how,
        "asymmetry": "\t".join(name for name, one in found["tests"].items() if "not_done" not in one),
    }
    rows = range(1, len(whole.labels) + 1)
    yield Task(outcome, "small-study effects", "small_study", whole, rows, how, numbers)


def _leaves(
    block: Mapping[str, Any], of: Mapping[str, Any], key: str = "", name: str = ""
) -> dict[str, Number]:
    """The numbers of a block; those of a block within it belong to that one if it has a standard error of its own."""
    found: dict[str, Number] = {}
    for part, value in block.items():
        if isinstance(value, Mapping):
            owner = {**of, **value} if "se" in value else of
            found |= _leaves(value, owner, f"{key}{part} ", f"{name}{part} ")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[f"{key}{part}"] = Number(f"{name}{part}", float(value), of)
    return found
