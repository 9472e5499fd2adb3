"""The forest plot of an outcome, from `synthesis/<outcome>.json`.

Columns, order and wording follow what RevMan draws; the layouts of JAMA and BMJ differ in which columns
stand where. An outcome that is not pooled gets the same layout with what each study reports.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evergreen.bias.tools import Tool
from evergreen.figures.forest_layout import draw
from evergreen.figures.forest_table import Cell, Column, Graph, Mark, Row, Table, interval
from evergreen.figures.scales import (
    Scale,
    decimals_needed,
    double_arcsine,
    number,
    of_result,
    p_value,
)
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.wording import between, explained, favours, heterogeneity, method, overall
from evergreen.metaanalysis.measures import MEASURES
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.pooled_models import InverseVariance, PooledModel
from evergreen.synthesis.result.study_rows import Arm, LeftOut, Study
from evergreen.synthesis.result.trail_places import page_of

MARKS = {"imputed": "‡", "derived": "†"}
NOTES = {
    "imputed": "Imputed: an input of it is in no report of the study.",
    "derived": "Derived from other reported numbers.",
}
"""Signs of numbers that are not reported, the least trusted first, and what they mean."""
# What is shown of each group, by the kind of measure; of any other, whatever there is.
COLUMNS = {
    "table": ("events", "n"), "proportion": ("events", "n"), "two_rates": ("events", "person_time"),
    "rate": ("events", "person_time"), "pre_post": ("mean_baseline", "mean", "sd", "n"), "correlation": ("n",),
    "two_means": ("mean", "sd", "n"),
}  # fmt: skip
HEADS = {
    "events": "Events", "n": "Total", "mean": "Mean", "sd": "SD", "person_time": "Person-time",
    "mean_baseline": "Baseline", "r": "r",
}  # fmt: skip


def forest(result: Result, setting: Setting, *, by: str | None = None) -> Drawn:
    """Forest plot of `result`, in subgroups of the study-level column `by` if given.

    Where there is no total the subgroups are those in its place. Studies whose risk of bias was judged get a circle per domain of `setting.tool`.
    """
    content = _Content(result, setting, by)
    name = setting.name + (f" by {by}" if by else "")
    return Drawn(draw(content.table()), content.numbers(), f"Forest plot: {name}")


class _Bias:
    """Judgements as circles: a letter per domain, a legend."""

    def __init__(self, studies: Sequence[Study | LeftOut], tool: Tool | None) -> None:
        self.tool = tool
        self.judged = {study.study: _judgements(study) for study in studies}
        used = {domain for judged in self.judged.values() for domain in judged}
        self.domains = [domain for domain in (tool.domains if tool else ()) if domain.id in used]

    def columns(self) -> list[Column]:
        return [
            Column(f"bias:{d.id}", _letter(i), "Risk of bias", circles=True)
            for i, d in enumerate(self.domains)
        ]

    def cells(self, study: Study | LeftOut) -> dict[str, Cell]:
        judged = self.judged[study.study]
        return {f"bias:{d.id}": Cell((judged[d.id],)) for d in self.domains if judged.get(d.id)}

    def legend(self) -> list[str]:
        if not self.tool or not self.domains:
            return []
        names = [f"({_letter(i)})\u00a0{domain.name}" for i, domain in enumerate(self.domains)]
        levels = [
            f"{symbol}\u00a0{level}"
            for symbol, level in zip(self.tool.symbols, self.tool.levels, strict=True)
        ]
        return [f"Risk of bias: {'; '.join(names)}. {', '.join(levels)}."]


def _judgements(study: Study | LeftOut) -> dict[str, str]:
    """Domain to judgement, as the slice of the extraction carries it in one cell."""
    text = study.columns.get("risk_of_bias")
    return json.loads(text) if text else {}


def _arms_of(study: Study | LeftOut) -> list[tuple[str, Arm]]:
    """The numbers of a study's groups: combined, and arm by arm where they could not be combined."""
    reported = study.reported if isinstance(study, LeftOut) else ()
    return [*study.arms.items(), *((arm.group, arm) for arm in reported)]


def _sign(arm: Arm, field: str) -> str:
    """The sign of a number of an arm."""
    return next((sign for state, sign in MARKS.items() if field in getattr(arm, state)), "")


def _sign_of_effect(study: Study, cells: Mapping[str, Cell]) -> str:
    """The sign of an effect whose numbers no cell of the row shows with theirs."""
    own = next((MARKS[state] for state in MARKS if any(one.state == state for one in study.conversions)), "")
    return "" if any(cell.after == own for cell in cells.values()) else own


def _signs_of(study: Study | LeftOut) -> list[str]:
    """The signs that the row of a study may have."""
    of_arms = [_sign(arm, name) for _, arm in _arms_of(study) for name in (*arm.derived, *arm.imputed)]
    return [*of_arms, _sign_of_effect(study, {}) if isinstance(study, Study) else ""]


def _count(studies: Sequence[Study | LeftOut], group: str, what: str) -> float | None:
    """Participants (`n`) or `events` of all studies in a group, an arm once whatever the results that it has; None where a study does not say."""
    counts: dict[tuple[str, str], float] = {}
    for study in studies:
        count = getattr(study.arms.get(group), what, None)
        if count is None:
            return None
        shared = isinstance(study, Study) and study.control is not None and group == "control"
        arm = "" if shared or not isinstance(study, Study) else study.levels.get("arm", "")
        counts[study.study, arm] = max(count, counts.get((study.study, arm), count))
    return math.fsum(counts.values())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _letter(i: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i % 26]


def own_size(study: Study, measure: str, scale: Scale) -> tuple[float, float, float]:
    """Effect and limits of a study, on the analysis scale of the pooled effect. A double arcsine is moved to where that scale
    shows what the study's own size makes of it."""
    effect = study.yi, study.ci_low, study.ci_high
    n = study.arms["single"].n if "single" in study.arms else None
    if measure != "PFT" or not n or scale.short != "Proportion":
        return effect
    own = double_arcsine(n)
    low, middle, high = (scale.forward(own.back(value)) for value in effect)
    return low, middle, high


class _Content:
    def __init__(self, result: Result, setting: Setting, by: str | None) -> None:
        self.result, self.setting, self.by, self.deeper = (
            result,
            setting,
            by or result.parted_by,
            by is not None,
        )
        self.scale = of_result(result)
        self.every = result.every
        # their participants and events count
        self.not_estimable = [study for study in result.left_out if study.not_estimable]
        self.bias = _Bias(self.every, setting.tool)
        self.model = result.pooled
        # what the head says of the method, and whose weights are shown
        self.weighed = self.model or max(result.subtotals.values(), key=lambda one: one.k, default=None)
        self.decimals = self.scale.decimals
        self.fields = self._fields()
        self.places = {field: self._places(field) for field in self.fields}
        self.signs = {sign for study in self.every for sign in _signs_of(study)}
        self.drawn: list[dict[str, Any]] = []

    # --- columns

    def _groups(self) -> list[tuple[str, str]]:
        present = {group for study in self.every for group, _ in _arms_of(study)}
        names = {"intervention": self.setting.intervention, "control": self.setting.control, "single": ""}
        return [(g, name[:1].upper() + name[1:]) for g, name in names.items() if g in present]

    def _fields(self) -> list[str]:
        kind = MEASURES[self.result.measure].kind
        wanted = COLUMNS.get(kind, ("events", "mean", "sd", "n"))
        return [field for field in wanted if self._values(field)]

    def _values(self, field: str, group: str | None = None) -> list[float]:
        """What the studies say of a field, in all groups or in one."""
        arms = [arm for study in self.every for own, arm in _arms_of(study) if group in (None, own)]
        return [value for arm in arms if (value := getattr(arm, field)) is not None]

    def _places(self, field: str) -> int:
        return decimals_needed(self._values(field), 1 if field in ("events", "n", "person_time") else 2)

    def _data_columns(self) -> list[Column]:
        return [
            Column(f"{group}:{f}", HEADS[f], name)
            for group, name in self._groups()
            for f in self.fields
            if self._values(f, group)
        ]

    # --- rows

    def _cells(self, arms: Mapping[str, Arm]) -> dict[str, Cell]:
        cells = {}
        for group, arm in arms.items():
            for f in self.fields:
                if (value := getattr(arm, f)) is not None:
                    cells[f"{group}:{f}"] = Cell((number(value, self.places[f]),), _sign(arm, f))
        return cells

    def _study_row(self, study: Study | LeftOut, indent: float = 0.0) -> Row:
        cells = self._cells(study.arms) | self.bias.cells(study)
        if isinstance(study, LeftOut):
            cells["effect"] = Cell(("Not estimable",))
            self._note_left_out(study)
            return Row(study.label, cells, indent=indent, leads_to=self._trail(study.label))
        analysed = (study.yi, study.ci_low, study.ci_high)
        effect = own_size(study, self.result.measure, self.scale)
        cells["effect"] = replace(
            interval(self.scale, *effect, self.decimals), after=_sign_of_effect(study, cells)
        )
        if self.weighed and study.weight is not None:
            cells["weight"] = Cell((f"{number(study.weight, 1)}%",))
        self._note(
            "study", study.label, effect, study=study.study, round_=study.round, arms=study.arms, analysed=analysed,
            weight=study.weight, state=study.state,
        )  # fmt: skip
        mark = Mark("square", *effect, weight=study.weight or 0.0)
        return Row(study.label, cells, mark, indent=indent, leads_to=self._trail(study.label))

    def _trail(self, label: str = "") -> str:
        """Address of a row's trail; those of subgroups are saved one folder deeper than the plot of all studies."""
        up = "../../../" if self.deeper else "../../"
        return f"{up}report/{page_of(self.result.outcome, label)}"

    def _reported_rows(self, study: LeftOut) -> list[Row]:
        """What a study reports that could not be pooled, with the reason; several arms of a group in rows of their own."""
        reason = {"reason": Cell((_sentence(study.reason),))}
        circles, arms, trail = self.bias.cells(study), study.reported, self._trail(study.label)
        if len(arms) <= len({arm.group for arm in arms}):
            self._note_left_out(study)
            return [Row(study.label, self._cells(study.arms) | circles | reason, leads_to=trail)]
        self._note("left out", study.label, study=study.study, round_=study.round, reason=study.reason)
        rows = [Row(study.label, circles | reason, below=len(arms), leads_to=trail)]
        for arm in arms:
            own = {arm.group: arm}
            self._note("arm", arm.arm, study=study.study, round_=study.round, arms=own)
            rows.append(Row(arm.arm or arm.group, self._cells(own) | circles, indent=6))
        return rows

    def _total(
        self, label: str, model: PooledModel, studies: Sequence[Study | LeftOut], space: float = 0
    ) -> list[Row]:
        cells = {}
        for group, _ in self._groups():
            people = _count(studies, group, "n") if "n" in self.fields else None
            if people is not None:
                cells[f"{group}:n"] = Cell((number(people, self.places["n"]),))
        weights = [one.weight for one in studies if isinstance(one, Study) and one.weight is not None]
        if weights:
            cells["weight"] = Cell((f"{number(math.fsum(weights), 1)}%",))
        cells["effect"] = interval(self.scale, *model.interval, self.decimals)
        self._note("total" if label.startswith("Total") else "subtotal", label, model.interval)
        mark, trail = Mark("diamond", *model.interval), self._trail()
        rows = [Row(label, cells, mark, bold=True, space=space, leads_to=trail)]
        if "events" in self.fields and self.setting.layout == "RevMan":
            counts = {group: _count(studies, group, "events") for group, _ in self._groups()}
            events = {
                f"{group}:events": Cell((number(count, self.places["events"]),))
                for group, count in counts.items()
                if count is not None
            }
            if events:
                rows.append(Row("Total events", events))
        return rows

    def _prediction(self, model: PooledModel) -> list[Row]:
        low, high = model.pi_low, model.pi_high
        if low is None or high is None:
            return []
        shown = (number(self.scale.back(low), self.decimals), number(self.scale.back(high), self.decimals))
        cells = {"effect": Cell(("", f"[{shown[0]},", f"{shown[1]}]"))}
        self._note("prediction interval", "Prediction interval", (None, low, high))
        return [Row("Prediction interval", cells, Mark("bar", model.interval[0], low, high))]

    def _level(self) -> str:
        return f"({100 * self.result.level:g}% CI)"

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        placed: list[LeftOut] = []
        if self.by is None:
            rows += [self._study_row(study) for study in self.result.studies]
        else:
            for level, model in self.result.subgroups.columns.get(self.by, {}).items():
                members = [study for study in self.result.studies if study.columns.get(self.by) == level]
                if not members:
                    continue
                silent = [study for study in self.not_estimable if study.columns.get(self.by) == level]
                own: list[Study | LeftOut] = [*members, *silent]
                placed += silent
                rows.append(Row(level, bold=True, space=5 if rows else 0))
                rows += [self._study_row(study, indent=6) for study in own]
                # One study is its own subtotal: a diamond would say the same twice.
                if len(members) > 1 and model.estimate is not None:
                    rows += self._total(f"Subtotal {self._level()}", model, own)
                    rows.append(Row(text=heterogeneity(model)))
                    rows += [Row(text=text) for text in [self._overall(model)] if text]
        if not rows:
            return [row for study in self.result.left_out for row in self._reported_rows(study)]
        # A study that reports arms but could not be pooled keeps its row; one that reports nothing is a note.
        shown = [study for study in self.result.left_out if study.arms and study not in placed]
        if shown and self.by is not None:
            rows.append(Row("Not pooled", bold=True, space=5))
        rows += [self._study_row(study) for study in shown]
        if self.model:
            counted = self.result.counted
            rows += self._total(f"Total {self._level()}", self.model, counted, space=4)
            rows += self._prediction(self.model)
        return rows

    def _note_left_out(self, study: LeftOut, label: str | None = None) -> None:
        self._note(
            "left out", study.label if label is None else label, study=study.study, round_=study.round, arms=study.arms,
            reason=study.reason,
        )  # fmt: skip

    def _note(
        self,
        row: str,
        label: str,
        effect: tuple[float | None, float | None, float | None] = (None, None, None),
        *,
        study: str = "",
        round_: str | None = None,
        arms: Mapping[str, Arm] | None = None,
        analysed: tuple[float | None, float | None, float | None] | None = None,
        weight: float | None = None,
        state: str = "",
        reason: str = "",
    ) -> None:
        """A line of the table of numbers; `analysed` is the effect as it was pooled, where it is not shown on that scale."""
        entry: dict[str, Any] = {"row": row, "label": label, "study": study, "round": round_ or ""}
        for group, _ in self._groups():
            arm = (arms or {}).get(group)
            entry |= {f"{group}_{f}": getattr(arm, f, None) for f in self.fields}
        names = ("effect", "ci_low", "ci_high")
        entry |= {n: None if v is None else self.scale.back(v) for n, v in zip(names, effect, strict=True)}
        entry |= {f"analysis_{n}": v for n, v in zip(names, analysed or effect, strict=True)}
        entry |= {"weight_percent": weight, "state": state, "reason": reason}
        self.drawn.append(entry)

    # --- the whole

    def table(self) -> Table:
        self.drawn = []
        rows = self._rows()
        for study in self.result.left_out if self.result.studies else []:
            if not study.arms:
                self._note_left_out(study, study.study)
        how = method(self.weighed, self.result.level) if self.weighed else self._level()[1:-1]
        effect_head = f"{self.scale.name}\n{how}"
        data = self._data_columns()
        effect = Column("effect", effect_head, align="center")
        if not self.result.studies:
            effect = Column(
                "reason", "Why it is not pooled", align="left", most=max(200, 330 - 40 * len(data))
            )
        weight = (
            [Column("weight", "Weight")] if self.weighed and any("weight" in r.cells for r in rows) else []
        )
        circles = self.bias.columns()
        has_graph = any(r.mark for r in rows)
        graph = None
        if has_graph:
            sides = (
                favours(self.setting) if self.scale.null is not None and len(self._groups()) != 1 else None
            )
            graph = Graph(self.scale, effect_head, self.model.estimate if self.model else None, sides)
        before, after = [*data, *weight, effect], circles
        if self.setting.layout == "JAMA":
            before = [*data, effect]
            after = [*weight, *circles]
        elif self.setting.layout == "BMJ":
            before, after = data, [*weight, effect, *circles]
        return Table(
            head="Study or subgroup" if self.by else "Study",
            before=before,
            after=after,
            rows=rows or [Row(text="No study reports this outcome.")],
            graph=graph,
            beside_axis=self._lines() if graph is not None else (),
            notes=self._notes(),
            rules=self.setting.layout == "JAMA",
            diamond={"JAMA": "#9ecae1", "BMJ": "#bdbdbd"}.get(self.setting.layout, "#1a1a1a"),
            square={"BMJ": "#8a8a8a", "JAMA": "#08306b"}.get(self.setting.layout, "#0072b2"),
            title=self._title(),
            tool=self.setting.tool,
        )

    def _title(self) -> str:
        return self.setting.name + (
            f" at {self.setting.timepoint}"
            if self.setting.timepoint and self.setting.timepoint not in self.setting.name
            else ""
        )

    def _overall(self, model: PooledModel) -> str:
        """The test of the overall effect; a proportion or a rate has no value of no effect to be tested."""
        return overall(model) if self.scale.null is not None else ""

    def _lines(self) -> list[str]:
        if not self.model:
            return []
        lines = [heterogeneity(self.model), self._overall(self.model)]
        if self.by is not None:
            lines.append(between(self.result.subgroups.tests[self.by]))
        return [line for line in lines if line]

    def _notes(self) -> list[str]:
        notes = []
        if self.weighed:
            notes.append(explained(self.weighed))
        if self.result.no_total:
            notes.append(f"No total: {self.result.no_total}. Weights are those within subgroups.")
        elif not self.model:
            reason = self.result.not_pooled.rstrip(".")
            notes.append(f"Not pooled: {reason}." if reason else "Not pooled.")
        notes += self.result.notes
        if isinstance(self.model, InverseVariance) and (wald := self.model.wald):
            shown = interval(self.scale, self.model.interval[0], wald.ci_low, wald.ci_high, self.decimals)
            notes.append(
                f"Wald interval: {' '.join(shown.pieces)} (Z\u00a0=\u00a0{number(abs(wald.statistic), 2)}, {p_value(wald.p)})."
            )
        if self.setting.unit:
            notes.append(f"Unit: {self.setting.unit}.")
        notes += [
            f"{MARKS[state]} {NOTES[state]}" for state in ("derived", "imputed") if MARKS[state] in self.signs
        ]
        by_reason: dict[tuple[str, str], list[str]] = {}
        for study in self.result.left_out if self.result.studies else []:
            how = "Not estimable" if study.not_estimable else "Left out"
            by_reason.setdefault((how, study.reason.rstrip(".")), []).append(study.label)
        notes += [f"{how}: {', '.join(names)} ({reason})." for (how, reason), names in by_reason.items()]
        return notes + self.bias.legend()

    def numbers(self) -> pd.DataFrame:
        return pd.DataFrame(self.drawn)
