"""What another program has to compute for every number of a result, from what the result says it was made from.

A `Task` is one analysis: what to do, with which effects, and the numbers that are there. The other program gets the numbers
of the arms and computes the effects from them itself; effects that were reported as such it takes as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.protocol.analysis import Analysis, Settings
from evergreen.synthesis.effect_modification import shares_tau2
from evergreen.synthesis.effect_settings import options
from evergreen.synthesis.pooled import analysis_beside
from evergreen.synthesis.result import InverseVariance, Mixed, Multilevel, Part, PooledModel, Result, Study
from evergreen.synthesis.result.analyses import (
    Asymmetry,
    Beside,
    Cumulative,
    Filled,
    Influence,
    Moderators,
    SmallStudy,
    Subgroups,
)
from evergreen.synthesis.result.study_rows import StudyEffect

MODELS_IN_R = Path(__file__).with_name("models_in_metafor.R")
"""How metafor fits the models: of the check of all numbers, and of the script beside the exported data."""
DRAWN = "drawn at random, and no other program draws the same"
NOT_COMPUTED = {"rho", "studies", "sharing", "permutations", "permutation_p"}
"""Numbers of a block that were given, or drawn at random."""
ROW = "{}: {}"  # a number of one study, or of one coefficient


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects of an outcome and what they were made from.

    `table` has one row per effect that arms or a report gave: `row` (the study's place in the result, from 1; a study whose
    effects were aggregated with correlation `rho` has several rows), `study` (a number), `made` (`arms` | `reported`), `yi`,
    `vi`, the numbers of the arms, the study-level columns that moderators need, as `column <name>`, the levels of a multilevel model, as
    `level <name>`, and the `control` that it shares.
    """

    outcome: str
    measure: str
    options: Mapping[str, Any]
    rho: float
    studies: Sequence[StudyEffect]
    table: pd.DataFrame

    @property
    def every(self) -> range:
        """The rows of all studies."""
        return range(1, len(self.studies) + 1)

    def with_level(self, column: str, level: str) -> list[int]:
        """The rows of the studies that have a level of a study-level column."""
        there = self.table[f"column {column}"] == level
        return self.table.loc[there, "row"].unique().tolist()


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

    analysis: str
    kind: str
    effects: Effects
    rows: Sequence[int]
    how: dict[str, Any]
    numbers: dict[str, Number]
    passed_over: dict[str, str] = field(default_factory=dict)
    needs: Sequence[Task] = ()


def tasks(result: Result, settings: Analysis) -> list[Task]:
    """Everything to recompute of an outcome; `settings` is its `analysis` in the protocol."""
    return list(_tasks(result, settings))


def _tasks(result: Result, settings: Analysis) -> Iterator[Task]:
    studies, level = result.studies, result.level
    if not studies:
        return
    terms = [*(result.moderators.columns if result.moderators is not None else ()), *result.subgroups.columns]
    names = [name for term in terms for name in term.split(":")]
    columns = {name: [study.columns.get(name, "") for study in studies] for name in names}
    whole = effects_of(result.outcome, studies, result.measure, settings, columns)
    labels, weights = [study.label for study in studies], [study.weight for study in studies]
    random: dict[str, Any] = {"model": "random", "tau2": settings.tau2, "test": settings.test, "level": level}
    common: dict[str, Any] = {"model": "common", "tau2": "", "test": "z", "level": level}
    yield _effects("effects", whole, level)
    yield from _pooled("main", whole, whole.every, result.model, settings, weights)
    if result.beside is not None:
        yield from _beside(whole, result.beside, settings)
    for column, levels in result.subgroups.columns.items():
        if shares_tau2(columns[column], settings):
            shared = {**random, "terms": column}
            yield _sharing(whole, shared, column, result.subgroups, columns[column])
            continue
        within = weights if result.no_total else ()  # the studies' weights are those within their subgroup
        found = [
            part
            for value, model in levels.items()
            for part in _pooled(f"{column}: {value}", whole, whole.with_level(column, value), model, settings, within)
        ]  # fmt: skip
        yield from found
        test = {f"between {key}": value for key, value in result.subgroups.tests[column] if key != "df"}
        if numbers := _leaves(test, {"k": len(found)}):
            what = f"{column}: between subgroups"
            rows = [row for part in found for row in part.rows]
            how = {"model": settings.model, "terms": column, "level": level}
            yield Task(what, "between", whole, rows, how, numbers, needs=found)
    for day, view in result.rounds.items():
        known = [row for row in whole.every if (studies[row - 1].round or day) <= day]
        yield from _pooled(f"as of {day}", whole, known, view.model, settings)
        for value, model in view.subtotals.items():
            own = [row for row in whole.with_level(result.parted_by or "", value) if row in known]
            yield from _pooled(f"{value} as of {day}", whole, own, model, settings)
    for label, one in result.sensitivity.items():
        changes = {key: value for key, value in one.changes.items() if key in Settings.model_fields}
        own_settings = settings.model_copy(update=changes)
        source = whole
        if one.studies is not None:
            source = effects_of(result.outcome, one.studies, one.measure, own_settings)
            yield _effects(f"{label}: effects", source, "")
        own = [row for row in source.every if source.studies[row - 1].label in one.labels]
        yield from _pooled(label, source, own, one.model, own_settings)
    how = random if settings.model == "random" else common
    # a meta-regression of counts is one of their effects all the same
    regression = common if settings.model == "common" else random
    if isinstance(result.moderators, Moderators):
        yield _moderators(whole, regression, result.moderators, settings)
    if result.influence is not None:
        yield _influence(whole, how, result.influence)
    if isinstance(result.cumulative, Cumulative):
        order = [labels.index(row) + 1 for step in result.cumulative.steps for row in step.rows]
        ends = ";".join(str(step.k) for step in result.cumulative.steps)
        found_numbers: dict[str, Number] = {}
        for place, step in enumerate(result.cumulative.steps, start=1):
            found_numbers |= _leaves(step, key=f"{place} ", name=f"+ {step.label}: ")
        yield Task("cumulative", "cumulative", whole, order, {**how, "ends": ends}, found_numbers)
    if isinstance(result.small_study, SmallStudy):
        yield _small_studies(whole, how, result.small_study)


def _beside(whole: Effects, found: Beside, settings: Analysis) -> Iterator[Task]:
    """The model beside the one that pools, with its weights and subgroups."""
    other = analysis_beside(settings)
    yield from _pooled("beside", whole, whole.every, found.model, other, found.weights)
    for column, levels in found.subgroups.items():
        for value, model in levels.items():
            own = whole.with_level(column, value)
            yield from _pooled(f"beside, {column}: {value}", whole, own, model, other)


def _sharing(
    whole: Effects, how: dict[str, Any], column: str, found: Subgroups, levels: Sequence[str]
) -> Task:
    """Subgroups with one tau2, and the test between them."""
    numbers: dict[str, Number] = {}
    for place, (level, model) in enumerate(sorted(found.columns[column].items()), start=1):
        numbers |= _leaves(model, key=f"{place} ", name=f"{level}: ")
    numbers |= _leaves(found.tests[column], {"k": len(whole.studies)}, "between ", "between subgroups: ")
    rows = [row for row, level in enumerate(levels, start=1) if level]
    applied = next(iter(found.columns[column].values())).test  # the same in all of them
    own = {**how, "test": applied}
    return Task(f"{column}: one tau2", "sharing", whole, rows, own, numbers)


def effects_of(
    outcome: str,
    studies: Sequence[StudyEffect],
    measure: str,
    settings: Analysis,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Effects:
    """The effects of studies and the numbers behind them; `columns` are study-level columns, a value for each study."""
    kind = KINDS[MEASURES[measure].kind]
    sides = {"1": "intervention", "2": "control"} if kind.groups == 2 else {"": "single"}
    names = list(dict.fromkeys(study.study for study in studies))
    rows = []
    for position, study in enumerate(studies, start=1):
        for part in study.parts or [study]:
            row: dict[str, Any] = {
                "row": position, "study": names.index(study.study) + 1, "made": "arms" if part.arms and kind.numbers and part.r_paired is None else "reported",
                "yi": part.yi, "vi": part.vi,
            }  # fmt: skip
            for suffix, side in sides.items():
                arm = part.arms.get(side)
                row |= {f"{name}{suffix}": arm.used(name) if arm else None for name in kind.numbers}
            row |= {f"level {name}": study.levels.get(name, "") for name in settings.levels}
            row["control"] = study.control or ""
            row |= {f"column {name}": values[position - 1] for name, values in (columns or {}).items()}
            rows.append(row)
    chosen = options(measure, settings)
    return Effects(outcome, measure, chosen, settings.rho or 0.0, studies, pd.DataFrame(rows))


def _effects(analysis: str, source: Effects, level: float | str) -> Task:
    """The studies' own effects that come from arms, and the limits that there are, at `level`."""
    given = set(source.table.loc[source.table["made"] == "reported", "row"])
    numbers: dict[str, Number] = {}
    reported = {}
    for row, study in enumerate(source.studies, start=1):
        keys = ["ci_low", "ci_high"] if isinstance(study, Study) else []
        if row in given:
            why = "reported as an effect, without numbers of arms"
            if study.r_paired is not None:
                why = "of the same people in both groups"
            reported[ROW.format(study.label, "yi and vi")] = why
        else:
            keys = ["yi", "vi", *keys]
        block = {"se": study.vi**0.5, "exact": True}
        for key in keys:
            numbers[f"{row} {key}"] = Number(ROW.format(study.label, key), getattr(study, key), block)
    return Task(analysis, "effects", source, source.every, {"level": level}, numbers, reported)


def _pooled(
    analysis: str, source: Effects, rows: Sequence[int], model: PooledModel | None,
    settings: Analysis, weights: Sequence[float | None] = (),
) -> Iterator[Task]:  # fmt: skip
    """The task of a pooled effect, where there is one, and of the `weights` of all studies those that its own have."""
    if model is None or model.estimate is None:
        return
    numbers = _leaves(model)
    for row in rows if weights else ():
        if (weight := weights[row - 1]) is not None:
            name = ROW.format(source.studies[row - 1].label, "weight")
            numbers[f"{row} weight"] = Number(name, weight, {})
    how = {
        "model": model.model, "test": model.test, "tau2": model.tau2_method or "",
        "level": settings.level, "add": settings.add, "to": settings.to,
        "mh_add": settings.mh_add, "kind": model.kind if isinstance(model, Mixed) else "",
        **_within(model if isinstance(model, Multilevel) else None, source, rows, settings), "predtype": settings.predtype,
        "i2": (isinstance(model, InverseVariance) and model.I2_from) or "tau2",
    }  # fmt: skip
    yield Task(analysis, "pool", source, rows, how, numbers)


def _within(
    found: Multilevel | Moderators | None, source: Effects, rows: Sequence[int], settings: Analysis
) -> dict[str, Any]:
    """How a model within studies, if it is one, was fitted to some of the effects."""
    names = [source.studies[row - 1].study for row in rows]
    return {
        "components": ";".join(map(repr, found.sigma2.values())) if found else "",
        "rho": (found and found.rho) or 0,
        "levels": "\t".join(name for name in settings.levels if found and name in found.sigma2),
        "sharing": "true" if found and found.sharing else "false",
        "nested": "true" if 1 < len(set(names)) < len(names) else "false",
    }


def _moderators(whole: Effects, how: dict[str, Any], found: Moderators, settings: Analysis) -> Task:
    missing = set(found.without_value)
    rows = [row for row in whole.every if whole.studies[row - 1].label not in missing]
    if found.sigma2:
        within = _within(found, whole, rows, settings)
        how = {**how, "model": "multilevel", "add": settings.add, "to": settings.to, **within}
    block: dict[str, Any] = dict(found)
    if found.sigma2:  # what the iteration of the variances leaves over is held against the error of a mean
        block["se"] = (float(whole.table["vi"].median()) / found.k) ** 0.5
    numbers = _leaves(found, block)
    passed = {"permutation_p": DRAWN} if found.permutation_p is not None else {}
    for place, one in enumerate(found.coefficients, start=1):
        numbers |= _leaves(one, key=f"coefficient {place} ", name=f"{one.name}: ")
        if one.permutation_p is not None:
            passed[ROW.format(one.name, "permutation_p")] = DRAWN
    terms = {"terms": "\t".join(found.columns)}
    return Task("meta-regression", "moderators", whole, rows, {**how, **terms}, numbers, passed)


def _influence(whole: Effects, how: Mapping[str, Any], found: Influence) -> Task:
    numbers: dict[str, Number] = {}
    for row, one in enumerate(found.studies, start=1):
        numbers |= _leaves(one.without, key=f"without {row} ", name=f"without {one.label}: ")
        own = {**dict(one), "without": None, "influential": float(one.influential)}
        numbers |= _leaves(own, {}, f"{row} ", f"{one.label}: ")
    passed = {}
    if found.gosh:
        why = DRAWN if found.gosh.drawn else "all subsets take metafor too long"
        passed["gosh: quartiles of the subsets"] = why
    own = {**how, "by_study": "true" if found.by_study else "false"}
    return Task("influence", "influence", whole, whole.every, own, numbers, passed)


def _small_studies(whole: Effects, how: Mapping[str, Any], found: SmallStudy) -> Task:
    numbers: dict[str, Number] = {}
    parts: dict[str, Part] = {**found.tests, "rank": found.rank, **found.pet_peese}
    for name, one in parts.items():
        numbers |= _leaves(one, key=f"{name} ", name=f"{name}: ")
    numbers |= _leaves(found.fail_safe, {}, "fail_safe ", "fail-safe number: ")
    filled = found.trim_and_fill
    if isinstance(filled, Filled):
        numbers |= _leaves(filled.model, key="filled ", name="trim and fill: ")
        right = int(filled.side == "right")
        counts = {"missing": filled.missing, "missing_se": filled.missing_se, "right": right}
        numbers |= _leaves(counts, {}, "filled ", "trim and fill: ")
        for place, added in enumerate(sorted(filled.filled, key=lambda added: (added.yi, added.vi)), start=1):
            numbers |= _leaves(added, {}, f"filled {place} ", f"trim and fill, study added {place}: ")
    done = [name for name, one in found.tests.items() if isinstance(one, Asymmetry)]
    how = {**how, "asymmetry": "\t".join(done)}
    return Task("small-study effects", "small_study", whole, whole.every, how, numbers)


def _leaves(
    block: Part | Mapping[str, Any], of: Mapping[str, Any] | None = None, key: str = "", name: str = ""
) -> dict[str, Number]:
    """The computed numbers of a block, which belong `of` it unless another is named; those of a block within it belong to that one if it
    has a standard error of its own."""
    found: dict[str, Number] = {}
    values = dict(block)
    of = values if of is None else of
    for part, value in values.items():
        if isinstance(value, Part | Mapping):
            inner = dict(value)
            owner = {**of, **inner} if "se" in inner else of
            found |= _leaves(inner, owner, f"{key}{part} ", f"{name}{part} ")
        elif isinstance(value, int | float) and not isinstance(value, bool) and part not in NOT_COMPUTED:
            found[f"{key}{part}"] = Number(f"{name}{part}", float(value), of)
    return found
