"""The forest plot of an outcome, from `synthesis/<outcome>.json`: its rows, and what stands around them.

Columns, order and wording follow what RevMan draws; what other journals have otherwise stands in `forest_presets`. An outcome that is
not pooled gets the same layout with what each study reports.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evergreen.figures.forest_bias import Bias
from evergreen.figures.forest_drawing import NEW, draw
from evergreen.figures.forest_numbers import MARKS, NOTES, Groups, sign_of_effect, signs_of
from evergreen.figures.forest_order import ROUND, ordered
from evergreen.figures.forest_presets import PRESETS
from evergreen.figures.forest_table import Cell, Column, Graph, Mark, Row, Table
from evergreen.figures.scales import Scale, double_arcsine, number, of_result
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.wording import (
    RANDOM,
    between,
    capital,
    explained,
    favours,
    heterogeneity,
    interval_of,
    kind_of,
    method,
    notices,
    overall,
    says,
    without_subgroup,
)
from evergreen.metaanalysis.transforms import freeman_tukey
from evergreen.synthesis.result import Arm, InverseVariance, LeftOut, PooledModel, Result, Study
from evergreen.synthesis.result.trail_places import page_of
from evergreen.tables import grouped

Effect = tuple[float | None, float | None, float | None]
MAIN, BESIDE = "weight", "weight:beside"
"""Columns of weights: in the model that pools, in the one beside it."""
INDENT = 6.0


def forest(result: Result, setting: Setting, *, by: str | None = None) -> Drawn:
    """Forest plot of `result`, in subgroups of the study-level column `by` if given, on as many pages as it needs.

    Where there is no total the subgroups are those in its place. Studies whose risk of bias was judged get a circle per domain of `setting.tool`.
    """
    content = _Content(result, setting, by)
    first, *further = draw(content.table(), up=("../../", "../../../") if by is None else ("../../../",))
    return Drawn(first, pd.DataFrame(content.drawn), tuple(further))


def own_size(study: Study, scale: Scale) -> tuple[float, float, float]:
    """Effect and limits of a study, on the analysis scale of the pooled effect. A double arcsine is moved to where that scale
    shows what the study's own size makes of it."""
    effect = study.yi, study.ci_low, study.ci_high
    n = study.arms["single"].n if "single" in study.arms else None
    if not n or scale.size is None:
        return effect
    own, whole = double_arcsine(n), scale.size
    low, middle, high = (float(freeman_tukey(own.back(value) * whole, whole)) for value in effect)
    return low, middle, high


def _has_row(study: LeftOut) -> bool:
    """Whether a study that could not be pooled stands beside the others with its numbers; one that reports none, or answers another
    question (at another time point, not included), is a note."""
    return bool(study.arms) and not study.outside


class _Content:
    def __init__(self, result: Result, setting: Setting, by: str | None) -> None:
        self.result, self.setting, self.by = result, setting, by or result.parted_by
        self.preset = PRESETS[setting.layout]
        self.scale = of_result(result)
        # their participants and events count
        self.not_estimable = [study for study in result.left_out if study.not_estimable]
        drawn = self._drawn()
        self.bias = Bias(drawn, setting.tool)
        self.groups = Groups(result, drawn, setting, self.preset)
        self.model, self.beside = result.pooled, result.beside
        self.other = result.beside.model if result.beside else None  # the total beside the main one
        # what the head says of the method, and whose weights are shown
        self.weighed = self.model or max(result.subtotals.values(), key=lambda one: one.k, default=None)
        self.weights: dict[str, dict[int, float | None]] = {MAIN: {}, BESIDE: {}}
        if self.weighed:
            self.weights[MAIN] = {id(study): study.weight for study in result.studies}
        if self.beside:
            self.weights[BESIDE] = dict(zip(map(id, result.studies), self.beside.weights, strict=True))
        rounds = sorted({study.round for study in result.every if study.round})
        self.latest = rounds[-1] if len(rounds) > 1 else ""
        self.signs = {sign for study in drawn for sign in signs_of(study)}
        self.drawn: list[dict[str, Any]] = []  # the numbers, a line for each row of the figure

    # --- rows

    def _drawn(self) -> list[Study | LeftOut]:
        """The studies that have rows: all where none has an effect, or a place in the subgroups."""
        if not self.result.studies or (
            self.by is not None and not self.result.subgroups.columns.get(self.by)
        ):
            return self.result.every
        beside = [one for one in self.result.left_out if one.not_estimable or _has_row(one)]
        return [*self.result.studies, *beside]

    def _models(self, main: PooledModel | None, beside: PooledModel | None) -> list[tuple[PooledModel, str]]:
        """The models of a total with the column of their weights, a common effect before random ones."""
        both = ((main, MAIN), (beside, BESIDE))
        found = [(model, key) for model, key in both if model is not None and model.estimate is not None]
        return sorted(found, key=lambda one: kind_of(one[0]) == RANDOM)

    def _weight(self, value: float) -> Cell:
        return Cell((f"{number(value, 1)}{'%' if self.preset.percent else ''}",))

    def _study_row(self, study: Study | LeftOut, part: str = "") -> Row:
        cells = self.groups.texts(study.arms) | self.bias.cells(study)
        place: dict[str, Any] = {
            "indent": INDENT if part else 0.0, "part": part, "leads_to": self._trail(study.label),
            "new": bool(self.latest) and study.round == self.latest,
        }  # fmt: skip
        if isinstance(study, LeftOut):
            cells["effect"] = Cell(("Not estimable",))
            self._note_left_out(study)
            return Row(study.label, cells, **place)
        analysed = (study.yi, study.ci_low, study.ci_high)
        effect = own_size(study, self.scale)
        cells["effect"] = Cell(self.preset.interval(self.scale, *effect), sign_of_effect(study, cells))
        for key, weights in self.weights.items():
            if (weight := weights.get(id(study))) is not None:
                cells[key] = self._weight(weight)
        self._note(
            "study", study.label, effect, of=study, arms=study.arms, analysed=analysed,
            weights=[weights.get(id(study)) for weights in self.weights.values()], state=study.state,
        )  # fmt: skip
        return Row(study.label, cells, Mark("square", *effect, weight=study.weight or 0.0), **place)

    def _trail(self, label: str = "") -> str:
        """Address of a row's trail, as seen from the folder of results."""
        return f"report/{page_of(self.result.outcome, label)}"

    def _reported_rows(self, study: LeftOut) -> list[Row]:
        """What a study reports that could not be pooled, with the reason; several arms of a group in rows of their own."""
        reason = {"reason": Cell((capital(study.reason),))}
        circles, arms, trail = self.bias.cells(study), study.reported, self._trail(study.label)
        if len(arms) <= len({arm.group for arm in arms}):
            self._note_left_out(study)
            return [Row(study.label, self.groups.texts(study.arms) | circles | reason, leads_to=trail)]
        self._note("left out", study.label, of=study, reason=study.reason)
        rows = [Row(study.label, circles | reason, below=len(arms), leads_to=trail, bound=True)]
        for position, arm in enumerate(arms, start=1):
            own = {arm.group: arm}
            self._note("arm", arm.arm, of=study, arms=own)
            cells = self.groups.texts(own) | circles
            rows.append(Row(arm.arm or arm.group, cells, indent=INDENT, bound=position < len(arms)))
        return rows

    def _totals(
        self,
        what: str,
        models: Sequence[tuple[PooledModel, str]],
        studies: Sequence[Study | LeftOut],
        space: float = 0,
        part: str = "",
    ) -> Iterator[Row]:
        """The rows of a total or subtotal, of each model one; what adds up stands in the first."""
        level = interval_of(self.result.level)
        names = ("n", "person_time") if self.preset.counts else ("n", "person_time", "events")
        for position, (model, key) in enumerate(models):
            cells = {} if position else self.groups.totals(studies, names)
            weights = [self.weights[key].get(id(study)) for study in studies]
            if known := [weight for weight in weights if weight is not None]:
                cells[key] = self._weight(math.fsum(known))
            cells["effect"] = Cell(self.preset.interval(self.scale, *model.interval))
            label = f"{what} ({kind_of(model)}, {level})" if len(models) > 1 else f"{what} ({level})"
            self._note("total" if what == "Total" else "subtotal", label, model.interval, part=part)
            mark = Mark("diamond", *model.interval, pale=key == BESIDE)
            yield Row(
                label, cells, mark, bold=True, space=0 if position else space, leads_to=self._trail(), part=part, bound=position + 1 < len(models),
            )  # fmt: skip
        if self.preset.counts and (events := self.groups.totals(studies, ("events",))):
            yield Row("Total events", events, part=part)

    def _prediction(self, model: PooledModel) -> list[Row]:
        low, high = model.pi_low, model.pi_high
        if low is None or high is None:
            return []
        cells = {"effect": Cell(("", *self.preset.limited(self.scale, low, high)))}
        self._note("prediction interval", "Prediction interval", (None, low, high))
        return [Row("Prediction interval", cells, Mark("bar", model.interval[0], low, high))]

    def _subgroup(
        self, level: str, model: PooledModel | None, space: float
    ) -> tuple[list[Row], list[LeftOut]]:
        """The rows of a subgroup, and those of its studies in which nothing is estimable; these may be all that it has."""
        members = [study for study in self.result.studies if study.columns.get(self.by or "") == level]
        silent = [study for study in self.not_estimable if study.columns.get(self.by or "") == level]
        every: list[Study | LeftOut] = [*members, *silent]
        own = ordered(every, self.setting.order)
        rows = [Row(level, bold=True, space=space, bound=True, part=level)]
        rows += [self._study_row(study, part=level) for study in own]
        # One study is its own subtotal: a diamond would say the same twice.
        if len(members) > 1 and model is not None and model.estimate is not None:
            beside = self.beside.subgroups[self.by or ""].get(level) if self.beside else None
            said = [heterogeneity(model, self.preset.p_value), self._overall(model, named=beside is not None)]
            below = [
                *self._totals("Subtotal", self._models(model, beside), own, part=level),
                *(Row(text=text, part=level) for text in said if text),
            ]
            # the last study and what its subgroup comes to are not parted
            rows[-1] = replace(rows[-1], bound=True)
            rows += [*(replace(row, bound=True) for row in below[:-1]), below[-1]]
        return rows, silent

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        placed: list[LeftOut] = []
        mixed = [] if self.setting.order == ROUND else self.not_estimable
        if self.by is None:
            every: list[Study | LeftOut] = [*self.result.studies, *mixed]
            rows += [self._study_row(study) for study in ordered(every, self.setting.order)]
            placed += mixed
        else:
            models = self.result.subgroups.columns.get(self.by, {})
            levels = {study.columns.get(self.by, "") for study in self.not_estimable} - {""} if models else ()
            for level in sorted({*models, *levels}):
                own, silent = self._subgroup(level, models.get(level), 5 if rows else 0)
                rows += own
                placed += silent
        if not self.result.studies or not rows:
            self.drawn = []
            studies = ordered(self.result.left_out, self.setting.order)
            return [row for study in studies for row in self._reported_rows(study)]
        shown = [study for study in self.result.left_out if _has_row(study) and study not in placed]
        if shown and self.by is not None:
            rows.append(Row("Not pooled", bold=True, space=5, bound=True, part="Not pooled"))
        rows += [self._study_row(study, part="Not pooled" if self.by is not None else "") for study in shown]
        if self.model:
            totals = self._models(self.model, self.other)
            rows += self._totals("Total", totals, self.result.counted, space=4)
            rows += self._prediction(self.model)
        return rows

    def _note_left_out(self, study: LeftOut) -> None:
        self._note("left out", study.label, of=study, arms=study.arms, reason=study.reason)

    def _note(
        self,
        row: str,
        label: str,
        effect: Effect = (None, None, None),
        *,
        of: Study | LeftOut | None = None,
        arms: Mapping[str, Arm] | None = None,
        analysed: Effect | None = None,
        weights: Sequence[float | None] = (None, None),
        state: str = "",
        reason: str = "",
        part: str = "",
    ) -> None:
        """A line of the table of numbers, `of` a study; `analysed` is the effect as it was pooled, where it is not shown on that scale."""
        entry: dict[str, Any] = {"row": row, "label": label}
        entry |= {"study": of.study, "round": of.round or ""} if of else {"study": "", "round": ""}
        level = of.columns.get(self.by, "") if of and self.by is not None else part
        entry |= {"subgroup": level} if self.by is not None else {}
        entry |= self.groups.noted(arms or {})
        names = ("effect", "ci_low", "ci_high")
        entry |= {n: None if v is None else self.scale.back(v) for n, v in zip(names, effect, strict=True)}
        entry |= {f"analysis_{n}": v for n, v in zip(names, analysed or effect, strict=True)}
        entry["weight_percent"] = weights[0]
        if self.other:
            entry[f"weight_percent_{kind_of(self.other).partition(' ')[0]}"] = weights[1]
        entry |= {"state": state, "reason": reason}
        self.drawn.append(entry)

    # --- the whole

    def table(self) -> Table:
        rows = self._rows()
        for study in self.result.left_out if self.result.studies else []:
            if not _has_row(study):
                self._note_left_out(study)
        how = method(self.weighed, self.result.level)
        if self.other and self.model:
            random = self.model if kind_of(self.model) == RANDOM else self.other
            named = method(random, self.result.level).partition(", ")[2]
            how = f"{how.partition(', ')[0]}, Common and {named}"
        effect_head = f"{self.scale.name}\n{how}"
        columns = {
            "data": self.groups.columns(),
            "weight": self._weight_columns({key for row in rows for key in row.cells}),
            "effect": [Column("effect", effect_head, align="center")],
            "bias": self.bias.columns(),
        }
        if not self.result.studies:
            most = max(200, 330 - 40 * len(columns["data"]))
            columns["effect"] = [Column("reason", "Why it is not pooled", align="left", most=most)]
        graph = self._graph(effect_head) if any(row.mark for row in rows) else None
        return Table(
            head=f"{self.preset.head} or subgroup" if self.by else self.preset.head,
            before=[column for name in self.preset.before for column in columns[name]],
            after=[column for name in self.preset.after for column in columns[name]],
            rows=rows or [Row(text="No study reports this outcome.")],
            graph=graph,
            beside_axis=self._lines() if graph is not None else (),
            notes=self._notes(any(row.new for row in rows)),
            title=self._title(),
            tool=self.setting.tool,
            preset=self.preset,
        )

    def _weight_columns(self, there: set[str]) -> list[Column]:
        unit = "" if self.preset.percent else " (%)"
        models = self._models(self.weighed, self.other)
        names = {
            key: f" {kind_of(model).partition(' ')[0]}" if len(models) > 1 else "" for model, key in models
        }
        return [Column(key, f"Weight{unit}{name}") for key, name in names.items() if key in there]

    def _graph(self, head: str) -> Graph:
        sides = favours(self.result.measure, self.setting)
        above = self.preset.favours == "above" and sides is not None
        return Graph(
            self.scale,
            "" if above else head,
            self.model.estimate if self.model else None,
            sides,
            caption=f"{self.scale.name} ({interval_of(self.result.level)})" if above else "",
            beside=self.other.estimate if self.other else None,
        )

    def _title(self) -> str:
        when, name = self.setting.timepoint, self.setting.name
        return f"{name} at {when}" if when and not says(name, when) else name

    def _overall(self, model: PooledModel, *, named: bool = False) -> str:
        """The test of the overall effect, `named` by its model; a proportion or a rate has no value of no effect to be tested."""
        said = overall(model, self.preset.p_value) if self.scale.null is not None else ""
        return said.replace(":", f" ({kind_of(model)}):", 1) if named else said

    def _lines(self) -> list[str]:
        if not self.model:
            return []
        lines = [heterogeneity(self.model, self.preset.p_value)]
        models = self._models(self.model, self.other)
        lines += [self._overall(model, named=len(models) > 1) for model, _ in models]
        if self.by is not None:
            tested = [(self.result.subgroups.tests[self.by], self.model)]
            if self.beside and self.by in self.beside.tests:
                tested.append((self.beside.tests[self.by], self.beside.model))
            for test, model in sorted(tested, key=lambda one: kind_of(one[1]) == RANDOM):
                kind = kind_of(model) if len(tested) > 1 else ""
                lines.append(between(test, self.preset.p_value, kind))
        return [line for line in lines if line]

    def _notes(self, marked: bool) -> list[str]:
        notes = []
        models = [model for model, _ in self._models(self.weighed, self.other)]
        # Without a total each subgroup has an interval of its own.
        alike = grouped(self.result.subtotals.items(), lambda own: explained(own[1]))
        if len(alike) > 1:
            notes += [explained(own[0][1], ", ".join(level for level, _ in own)) for own in alike.values()]
        else:
            notes += [explained(one, kind_of(one) if len(models) > 1 else "") for one in models]
        if self.result.no_total:
            notes.append(f"No total: {self.result.no_total}. Weights are those within subgroups.")
        elif not self.model:
            reason = self.result.not_pooled.rstrip(".")
            notes.append(f"Not pooled: {reason}." if reason else "Not pooled.")
        notes += self.result.notes
        if self.by is not None and self.by in self.result.subgroups.tests:
            notes += without_subgroup(self.result, self.by)
        if isinstance(self.model, InverseVariance) and (wald := self.model.wald):
            shown = self.preset.interval(self.scale, self.model.interval[0], wald.ci_low, wald.ci_high)
            tested = f" (Z\u00a0=\u00a0{number(abs(wald.statistic), 2)}, {self.preset.p_value(wald.p)})"
            said = tested if self.scale.null is not None else ""  # as `_overall`
            notes.append(f"Wald interval: {' '.join(shown)}{said}.")
        if repeated := self.groups.repeated(self.result.studies):
            notes.append(f"Totals count the {repeated} of several rows of a study once.")
        if marked:
            latest = f"the search of {self.latest}, the latest that brought a study of this outcome"
            notes.append(f"{NEW}\u00a0Found by {latest}.")
        notes += notices(self.result)
        if self.setting.unit:
            notes.append(f"Unit: {self.setting.unit}.")
        notes += [f"{MARKS[one]} {NOTES[one]}" for one in ("derived", "imputed") if MARKS[one] in self.signs]
        by_reason: dict[tuple[str, str], list[str]] = {}
        for study in self.result.left_out if self.result.studies else []:
            how = "Not estimable" if study.not_estimable else "Left out"
            by_reason.setdefault((how, study.reason.rstrip(".")), []).append(study.label)
        notes += [f"{how}: {', '.join(names)} ({reason})." for (how, reason), names in by_reason.items()]
        return notes + self.bias.legend()
