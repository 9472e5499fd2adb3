"""The forest plot of an outcome, from `synthesis/<outcome>.json`.

Columns, order and wording follow what RevMan draws; the layouts of JAMA and BMJ differ in which columns
stand where. An outcome that is not pooled gets the same layout with what each study reports.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.bias.tools import Tool
from evergreen.figures.forest_layout import draw
from evergreen.figures.forest_table import Cell, Column, Graph, Mark, Row, Table
from evergreen.figures.scales import (
    Scale,
    decimals_needed,
    double_arcsine,
    number,
    of_result,
    p_value,
)
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.wording import between, explained, favours, heterogeneity, interval, method, overall
from evergreen.metaanalysis.measures import MEASURES

DAGGER = "†"
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


def forest(result: Mapping[str, Any], setting: Setting, *, by: str | None = None) -> Drawn:
    """Forest plot of `result` (a synthesis JSON), in subgroups of the study-level column `by` if given.

    Studies whose risk of bias was judged get a circle per domain of `setting.tool`.
    """
    content = _Content(result, setting, by)
    name = setting.name + (f" by {by}" if by else "")
    return Drawn(draw(content.table()), content.numbers(), f"Forest plot: {name}")


class _Bias:
    """Judgements as circles: a letter per domain, a legend."""

    def __init__(self, studies: Sequence[Mapping[str, Any]], tool: Tool | None) -> None:
        self.tool = tool
        self.judged = {str(s["study"]): _judgements(s) for s in studies}
        used = {domain for judged in self.judged.values() for domain in judged}
        self.domains = [domain for domain in (tool.domains if tool else ()) if domain.id in used]

    def columns(self) -> list[Column]:
        return [
            Column(f"bias:{d.id}", _letter(i), "Risk of bias", circles=True)
            for i, d in enumerate(self.domains)
        ]

    def cells(self, study: Mapping[str, Any]) -> dict[str, Cell]:
        judged = self.judged.get(str(study["study"]), {})
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


def _judgements(study: Mapping[str, Any]) -> dict[str, str]:
    """Domain to judgement, as the slice of the extraction carries it in one cell."""
    text = (study.get("columns") or {}).get("risk_of_bias")
    return json.loads(text) if text else {}


def _arms_of(study: Mapping[str, Any], group: str) -> list[Mapping[str, Any]]:
    """The numbers of a study's group: combined, and arm by arm where it could not be combined."""
    arm = (study.get("arms") or {}).get(group)
    return [*([arm] if arm else []), *(a for a in study.get("reported") or [] if a["group"] == group)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _letter(i: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i % 26]


def own_size(study: Mapping[str, Any], measure: str, scale: Scale) -> Mapping[str, Any]:
    """A study of double arcsines so that the scale of the pooled effect shows what its own size makes of it; else as it is."""
    n = ((study.get("arms") or {}).get("single") or {}).get("n")
    if measure != "PFT" or not n or scale.short != "Proportion":
        return study
    own, keys = double_arcsine(n), ("yi", "ci_low", "ci_high")
    moved = {key: scale.forward(own.back(study[key])) for key in keys}
    return {**study, **moved, "analysed": tuple(study[key] for key in keys)}


class _Content:
    def __init__(self, result: Mapping[str, Any], setting: Setting, by: str | None) -> None:
        self.result, self.setting, self.by = result, setting, by
        self.scale = of_result(result, ratio=setting.ratio)
        self.studies = [
            own_size(study, result["measure"], self.scale) for study in result.get("studies") or []
        ]
        self.left_out: list[Mapping[str, Any]] = list(result.get("left_out") or [])
        # their participants and events count
        self.not_estimable = [s for s in self.left_out if s.get("not_estimable")]
        self.bias = _Bias([*self.studies, *self.left_out], setting.tool)
        self.model: Mapping[str, Any] = result.get("model") or {}
        self.pooled = self.model.get("estimate") is not None
        self.decimals = self.scale.decimals
        # A study that reports arms but could not be pooled keeps its row; one that reports nothing is a note.
        self.silent = [s for s in self.left_out if not s.get("arms")]
        self.fields = self._fields()
        self.places = {f: self._places(f) for f in self.fields}
        self.derived = any(self._derived(s) for s in [*self.studies, *self.left_out])
        self.drawn: list[dict[str, Any]] = []

    # --- columns

    def _groups(self) -> list[tuple[str, str]]:
        present = {
            g
            for s in [*self.studies, *self.left_out]
            for g in [*(s.get("arms") or {}), *(a["group"] for a in s.get("reported") or [])]
        }
        names = {"intervention": self.setting.intervention, "control": self.setting.control, "single": ""}
        return [(g, name[:1].upper() + name[1:]) for g, name in names.items() if g in present]

    def _fields(self) -> list[str]:
        kind = MEASURES[self.result["measure"]].kind
        wanted = COLUMNS.get(kind, ("events", "mean", "sd", "n"))
        return [f for f in wanted if any(v is not None for v in self._values(f))]

    def _values(self, field: str) -> list[float | None]:
        arms = [
            a
            for s in [*self.studies, *self.left_out]
            for a in [*(s.get("arms") or {}).values(), *(s.get("reported") or [])]
        ]
        return [a.get(field) for a in arms]

    def _places(self, field: str) -> int:
        values = [float(v) for v in self._values(field) if v is not None]
        return decimals_needed(values, 1 if field in ("events", "n", "person_time") else 2)

    def _data_columns(self) -> list[Column]:
        return [
            Column(f"{group}:{f}", HEADS[f], name)
            for group, name in self._groups()
            for f in self.fields
            if any(
                arm.get(f) is not None for s in [*self.studies, *self.left_out] for arm in _arms_of(s, group)
            )
        ]

    # --- rows

    def _cells(self, study: Mapping[str, Any]) -> dict[str, Cell]:
        cells = {}
        derived = self._derived(study)
        for group, arm in (study.get("arms") or {}).items():
            for f in self.fields:
                if arm.get(f) is not None:
                    mark = DAGGER if (group, f) in derived else ""
                    cells[f"{group}:{f}"] = Cell((number(arm[f], self.places[f]),), mark)
        return cells | self.bias.cells(study)

    @staticmethod
    def _derived(study: Mapping[str, Any]) -> set[tuple[str, str]]:
        """(group, column) of the numbers that were converted and not reported as they stand."""
        arms = [
            *(study.get("arms") or {}).items(),
            *((arm["group"], arm) for arm in study.get("reported") or []),
        ]
        return {(group, name) for group, arm in arms for name in arm.get("derived") or []}

    def _study_row(self, study: Mapping[str, Any], indent: float = 0.0) -> Row:
        cells = self._cells(study)
        label = str(study.get("label") or study["study"])
        if study.get("yi") is None:
            cells["effect"] = Cell(("Not estimable",))
            self._note("left out", label, study, reason=study.get("reason", ""))
            return Row(label, cells, indent=indent)
        estimate = (study["yi"], study["ci_low"], study["ci_high"])
        cells["effect"] = interval(self.scale, *estimate, self.decimals)
        weight = float(study.get("weight") or 0.0)
        if self.pooled and study.get("weight") is not None:
            cells["weight"] = Cell((f"{number(weight, 1)}%",))
        self._note("study", label, study, estimate)
        return Row(label, cells, Mark("square", *estimate, weight=weight), indent=indent)

    def _reported_rows(self, study: Mapping[str, Any]) -> list[Row]:
        """What a study reports that could not be pooled, with the reason; several arms of a group in rows of their own."""
        label = str(study.get("label") or study["study"])
        reason = {"reason": Cell((_sentence(study.get("reason", "")),))}
        arms = study.get("reported") or []
        if len(arms) <= len({arm["group"] for arm in arms}):
            self._note("left out", label, study, reason=study.get("reason", ""))
            return [Row(label, self._cells(study) | reason)]
        self._note(
            "left out",
            label,
            {"study": study["study"], "round": study.get("round")},
            reason=study.get("reason", ""),
        )
        rows = [Row(label, self.bias.cells(study) | reason, below=len(arms))]
        for arm in arms:
            one = {"study": study["study"], "round": study.get("round"), "arms": {arm["group"]: arm}}
            self._note("arm", arm["arm"], one)
            rows.append(Row(arm["arm"] or arm["group"], self._cells(one), indent=6))
        return rows

    def _total(
        self, label: str, model: Mapping[str, Any], studies: Sequence[Mapping[str, Any]], space: float = 0
    ) -> list[Row]:
        cells = {}
        for group, _ in self._groups():
            totals = [(s.get("arms") or {}).get(group, {}).get("n") for s in studies]
            if "n" in self.fields and all(t is not None for t in totals):
                cells[f"{group}:n"] = Cell((number(math.fsum(totals), self.places["n"]),))
        weights = [s["weight"] for s in studies if s.get("weight") is not None]
        if weights:
            cells["weight"] = Cell((f"{number(math.fsum(weights), 1)}%",))
        estimate = (model["estimate"], model["ci_low"], model["ci_high"])
        cells["effect"] = interval(self.scale, *estimate, self.decimals)
        self._note("total" if label.startswith("Total") else "subtotal", label, {}, estimate)
        rows = [Row(label, cells, Mark("diamond", *estimate), bold=True, space=space)]
        if "events" in self.fields and self.setting.layout == "RevMan":
            events = {}
            for group, _ in self._groups():
                counts = [(s.get("arms") or {}).get(group, {}).get("events") for s in studies]
                if all(c is not None for c in counts):
                    events[f"{group}:events"] = Cell((number(math.fsum(counts), self.places["events"]),))
            if events:
                rows.append(Row("Total events", events))
        return rows

    def _prediction(self) -> list[Row]:
        if self.model.get("pi_low") is None or self.model.get("pi_high") is None:
            return []
        low, high = self.model["pi_low"], self.model["pi_high"]
        shown = (number(self.scale.back(low), self.decimals), number(self.scale.back(high), self.decimals))
        cells = {"effect": Cell(("", f"[{shown[0]},", f"{shown[1]}]"))}
        self._note("prediction interval", "Prediction interval", {}, (None, low, high))
        return [Row("Prediction interval", cells, Mark("bar", self.model["estimate"], low, high))]

    def _level(self) -> str:
        return f"({100 * float(self.result.get('level', 0.95)):g}% CI)"

    def _is_in(self, level: str, study: Mapping[str, Any]) -> bool:
        """Whether a study belongs to a subgroup of the column that the figure is divided by."""
        return str((study.get("columns") or {}).get(self.by)) == level

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        placed: list[int] = []
        if self.by is None:
            rows += [self._study_row(s) for s in self.studies]
        else:
            levels = (self.result.get("subgroups") or {}).get(self.by) or {}
            for level, model in levels.items():
                members = [s for s in self.studies if self._is_in(level, s)]
                if not members:
                    continue
                silent = [s for s in self.not_estimable if self._is_in(level, s)]
                placed += [id(s) for s in silent]
                rows.append(Row(level, bold=True, space=5 if rows else 0))
                rows += [self._study_row(s, indent=6) for s in [*members, *silent]]
                # One study is its own subtotal: a diamond would say the same twice.
                if len(members) > 1 and model.get("estimate") is not None:
                    rows += self._total(f"Subtotal {self._level()}", model, [*members, *silent])
                    rows.append(Row(text=heterogeneity(model)))
                    rows += [Row(text=text) for text in [self._overall(model)] if text]
        if not rows:
            return [row for s in self.left_out for row in self._reported_rows(s)]
        shown = [s for s in self.left_out if s.get("arms") and id(s) not in placed]
        if shown and self.by is not None:
            rows.append(Row("Not pooled", bold=True, space=5))
        rows += [self._study_row(s) for s in shown]
        if self.pooled:
            counted = [*self.studies, *self.not_estimable]
            rows += self._total(f"Total {self._level()}", self.model, counted, space=4)
            rows += self._prediction()
        return rows

    def _note(
        self,
        row: str,
        label: str,
        study: Mapping[str, Any],
        estimate: tuple[float | None, float, float] | None = None,
        reason: str = "",
    ) -> None:
        entry: dict[str, Any] = {
            "row": row,
            "label": label,
            "study": study.get("study", ""),
            "round": study.get("round") or "",
        }
        for group, _ in self._groups():
            arm = (study.get("arms") or {}).get(group, {})
            entry |= {f"{group}_{f}": arm.get(f) for f in self.fields}
        values: Sequence[float | None] = estimate or (None, None, None)
        names = ("effect", "ci_low", "ci_high")
        entry |= {n: None if v is None else self.scale.back(v) for n, v in zip(names, values, strict=True)}
        analysed = study.get("analysed", values)
        entry |= {f"analysis_{n}": v for n, v in zip(names, analysed, strict=True)}
        entry |= {"weight_percent": study.get("weight"), "reason": reason}
        self.drawn.append(entry)

    # --- the whole

    def table(self) -> Table:
        self.drawn = []
        rows = self._rows()
        for study in self.silent if self.studies else []:
            self._note("left out", str(study["study"]), study, reason=study.get("reason", ""))
        effect_head = (
            f"{self.scale.name}\n{method(self.result)}"
            if self.pooled
            else f"{self.scale.name}\n{self._level()[1:-1]}"
        )
        data = self._data_columns()
        effect = Column("effect", effect_head, align="center")
        if not self.studies:
            effect = Column(
                "reason", "Why it is not pooled", align="left", most=max(200, 330 - 40 * len(data))
            )
        weight = (
            [Column("weight", "Weight")] if self.pooled and any("weight" in r.cells for r in rows) else []
        )
        circles = self.bias.columns()
        has_graph = any(r.mark for r in rows)
        graph = None
        if has_graph:
            sides = (
                favours(self.setting) if self.scale.null is not None and len(self._groups()) != 1 else None
            )
            pooled = self.model.get("estimate")
            graph = Graph(self.scale, effect_head, pooled, sides)
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

    def _overall(self, model: Mapping[str, Any]) -> str:
        """The test of the overall effect; a proportion or a rate has no value of no effect to be tested."""
        return overall(model) if self.scale.null is not None else ""

    def _lines(self) -> list[str]:
        if not self.pooled:
            return []
        lines = [heterogeneity(self.model), self._overall(self.model)]
        if self.by is not None:
            test = ((self.result.get("subgroups") or {}).get("tests") or {}).get(self.by)
            lines += [between(test)] if test else []
        return [line for line in lines if line]

    def _notes(self) -> list[str]:
        notes = []
        if not self.pooled:
            reason = str(self.result.get("not_pooled") or "").rstrip(".")
            notes.append(f"Not pooled: {reason}." if reason else "Not pooled.")
        elif text := explained(self.model):
            notes.append(text)
        notes += [str(text) for text in self.result.get("notes") or []]
        if wald := self.model.get("wald"):
            shown = interval(
                self.scale, self.model["estimate"], wald["ci_low"], wald["ci_high"], self.decimals
            )
            notes.append(
                f"Wald interval: {' '.join(shown.pieces)} (Z\u00a0=\u00a0{number(abs(wald['statistic']), 2)}, {p_value(wald['p'])})."
            )
        if self.setting.unit:
            notes.append(f"Unit: {self.setting.unit}.")
        if self.derived:
            notes.append(f"{DAGGER} Derived from other reported numbers.")
        by_reason: dict[tuple[str, str], list[str]] = {}
        for study in self.left_out if self.studies else []:
            how = "Not estimable" if study.get("not_estimable") else "Left out"
            reason = str(study.get("reason", "")).rstrip(".")
            by_reason.setdefault((how, reason), []).append(str(study.get("label") or study["study"]))
        notes += [f"{how}: {', '.join(names)} ({reason})." for (how, reason), names in by_reason.items()]
        return notes + self.bias.legend()

    def numbers(self) -> pd.DataFrame:
        return pd.DataFrame(self.drawn)
