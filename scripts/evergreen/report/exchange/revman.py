"""RevMan Web's tables: study arms, study results, study information, risk of bias.

The columns are those that RevMan Web imports, as far as they are documented outside of it; compare them with a template that your review
in RevMan offers before you rely on them. Outcomes are called by their names in the protocol, which have to be those in RevMan.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import OVERALL, Tool
from evergreen.extraction.check import Row
from evergreen.extraction.comparing import as_text
from evergreen.figures import scales
from evergreen.figures.wording import capital
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome, read_by
from evergreen.report.characteristics import OF_THE_ROW
from evergreen.report.exchange.slice_rows import rows_of
from evergreen.sheets import columns_of, folded
from evergreen.sheets.columns import as_called
from evergreen.synthesis.result import LeftOut, Result, Study
from evergreen.synthesis.units import in_units

ARMS = ("Study", "Arm", "Description", "Intervention")
RESULTS = (
    "Study", "Outcome", "Data type", "Effect measure", "Arm", "Reference arm", "Sample size", "Cases", "Mean", "SD", "SE", "Variance",
    "CI level", "CI start", "CI end", "Exp mean", "Exp CI start", "Exp CI end", "t-test", "z-test", "P value", "Covariance method",
    "Covariance", "Other arm 1", "Other arm 2", "Correlation arm 1", "Correlation arm 2", "Correlation", "Other mean", "Footnotes",
)  # fmt: skip
OF_ARM = {
    "n": "Sample size", "events": "Cases", "mean": "Mean", "sd": "SD", "se": "SE", "ci_level": "CI level", "ci_low": "CI start",
    "ci_high": "CI end",
}  # fmt: skip
"""Columns of an arm's row in an extraction sheet, and theirs."""
OF_EFFECT = {
    "estimate": "Mean", "estimate_se": "SE", "estimate_ci_level": "CI level", "estimate_ci_low": "CI start", "estimate_ci_high": "CI end",
    "estimate_p": "P value", "estimate_t": "t-test",
}  # fmt: skip
"""The same of an effect that is given as such, on the scale of the analysis."""
TYPES = {"table": "Dichotomous", "two_means": "Continuous"}
CONTRAST = "Contrast"
PLAIN = {"table": ("n", "events"), "two_means": ("n", "mean", "sd")}
CHARACTERISTIC = "Char: "
JUDGEMENT, SUPPORT = "Domain (judgement): ", "Domain (support): "
ALL_OUTCOMES = ": All outcomes"
OF_RESULT = {
    "timepoint": "Time point",
    "comparison": "Comparison",
    "effect": "Effect of interest",
    "variant": "Variant of the tool",
}
"""Labels of a judgement beside study and outcome: columns at the end, which RevMan passes over."""
KEPT = ("derived", "imputed", "source", "record_id")
"""What of a row stands in the footnotes, so that it comes back."""
ROWS = "rows"
"""What the rows of an effect stand under in its footnotes, as JSON, where it follows from their design."""
OF_LINE = ("study", "outcome", "timepoint")
BETWEEN = " | "


@dataclass(frozen=True)
class Package:
    """The tables by the name of their file, and what found no place in them, with the reason."""

    tables: dict[str, pd.DataFrame]
    left_behind: pd.DataFrame


def package(
    results: Mapping[str, Result],
    outcomes: Mapping[str, Outcome],
    slices: Mapping[str, Sequence[Row]],
    studies: pd.DataFrame | None,
    judgements: pd.DataFrame | None,
    tool: Tool,
) -> Package:
    """Everything that RevMan Web takes of a review. By outcome: its result, its entry in the protocol and the rows of its slice."""
    spelt: dict[str, str] = {}
    lines: list[dict[str, str]] = []
    arms: dict[tuple[str, str], dict[str, str]] = {}
    behind: list[dict[str, str]] = []
    for name, result in results.items():
        for line in _results(result, outcomes[name], slices[name]):
            if "reason" in line:
                behind.append(line)
                continue
            line["Study"] = spelt.setdefault(folded(line["Study"]), line["Study"])
            lines.append(line)
            called = outcomes[name].favours
            side = called.intervention if line["Reference arm"] else called.control
            arm = {"Study": line["Study"], "Arm": line["Arm"], "Intervention": side}
            if line["Data type"] != CONTRAST:
                arms.setdefault((line["Study"], line["Arm"]), arm)
    found = {
        "study-arms": tables.frame_of([{"Description": "", **arm} for arm in arms.values()], ARMS),
        "study-results": tables.frame_of(lines, RESULTS),
    }
    # A review without study-level columns has no table of them.
    if studies is not None and len(studies):
        found["study-information"] = information(_as_in_results(studies, spelt))
    if judgements is not None:
        found["risk-of-bias"] = risk_of_bias(_as_in_results(judgements, spelt), outcomes, tool)
    return Package(found, tables.frame_of(behind, ("Study", "Outcome", "Arm", "reason")))


def _as_in_results(table: pd.DataFrame, spelt: Mapping[str, str]) -> pd.DataFrame:
    """A table of studies as they are `spelt` in the results, by folded name: RevMan takes every other spelling for another study."""
    return table.assign(study=[spelt.get(folded(name), name) for name in table["study"]])


def _results(result: Result, outcome: Outcome, rows: Sequence[Row]) -> Iterator[dict[str, str]]:
    """The rows of an outcome: arms where its measure is of two groups with events or means, in the unit that is pooled, else the effects
    themselves."""
    kind = MEASURES[outcome.measure].kind
    whole = dict.fromkeys(RESULTS, "")
    whole |= {"Outcome": outcome.name, "Effect measure": MEASURES[outcome.measure].name}
    pooled = {id(row): one for row, one in zip(rows, in_units(rows, outcome), strict=True)}
    written: set[tuple[str, ...]] = set()
    for study, own in rows_of(result, rows):
        head = whole | {"Study": study.study}
        groups = {row["group"] for row in own}
        stated = "contrast" in groups or kind not in TYPES or _by_design(study)
        if isinstance(study, Study) and stated:
            yield head | _effect(study, own, result)
            continue
        own = [pooled[id(row)] for row in own]
        control = next((_arm(row) for row in own if row["group"] == "control"), "")
        # What was left out for its time point, its unit or by screening would be pooled there; what says nothing of the effect counts.
        shown = kind in TYPES and (isinstance(study, Study) or study.not_estimable)
        for row in own:
            numbers = {OF_ARM[name]: as_text(row[name]) for name in PLAIN[kind]} if shown else {}
            if isinstance(study, LeftOut) and not numbers:
                place = {"Study": study.study, "Outcome": outcome.name, "Arm": _arm(row)}
                yield place | {"reason": study.reason}
                continue
            against = control if row["group"] == "intervention" else ""
            line = head | numbers | {
                "Data type": TYPES[kind], "Arm": _arm(row), "Reference arm": against, "Footnotes": _footnotes(row)
            }  # fmt: skip
            # A control that several comparisons of a study share is one arm.
            if (told := tuple(line.values())) not in written:
                written.add(told)
                yield line


def _by_design(study: Study | LeftOut) -> bool:
    """Whether its effect is not that of its arms side by side: people who are in both, or randomised in clusters."""
    arms = study.arms.values()
    divided = any(arm.effective_n is not None or arm.effective_events is not None for arm in arms)
    return isinstance(study, Study) and (study.r_paired is not None or divided)


def _effect(study: Study, rows: Sequence[Row], result: Result) -> dict[str, str]:
    """An effect as such, on the scale of the analysis; a ratio besides as it is printed."""
    said = {
        "Data type": CONTRAST, "Arm": study.label, "Mean": as_text(study.yi), "SE": as_text(math.sqrt(study.vi)),
        "Footnotes": BETWEEN.join(filter(None, _of_effect(study, rows))),
    }  # fmt: skip
    if result.scale != "log":
        return said
    back = scales.of_result(result).back
    printed = {"Exp mean": study.yi, "Exp CI start": study.ci_low, "Exp CI end": study.ci_high}
    shown = {name: as_text(back(value)) for name, value in printed.items()}
    return said | shown | {"CI level": as_text(100 * result.level)}


def _of_effect(study: Study, rows: Sequence[Row]) -> list[str]:
    """What rows say of an effect; of one that follows from the design the rows themselves, for RevMan has no place for their numbers."""
    if not _by_design(study):
        return list(dict.fromkeys(map(_footnotes, rows)))
    own = [column.name for column in columns_of("extraction") if column.name not in OF_LINE]
    kept = [
        {name: as_text(row[name]) for name in (*own, "derived", "imputed") if name in row} for row in rows
    ]
    told = [{name: text for name, text in row.items() if text} for row in kept]
    return [f"{ROWS}: {json.dumps(told, ensure_ascii=False).replace(BETWEEN, '; ')}"]


def _arm(row: Row) -> str:
    return str(row["arm"] or row["group"])


def _footnotes(row: Row) -> str:
    said = {name: str(row.get(name) or "").replace(BETWEEN, "; ") for name in KEPT}
    return BETWEEN.join(f"{name}: {text}" for name, text in said.items() if text)


def information(studies: pd.DataFrame) -> pd.DataFrame:
    """Study-level columns as characteristics."""
    own = {name: f"{CHARACTERISTIC}{as_called(name)}" for name in studies.columns if name not in OF_THE_ROW}
    return studies[["study", *own]].rename(columns={"study": "Study"} | own)


def risk_of_bias(judgements: pd.DataFrame, outcomes: Mapping[str, Outcome], tool: Tool) -> pd.DataFrame:
    """A row for each study, or for each result of one and outcome that reads it; the domains of the tool that anybody judged, each with what supports it."""
    called = {domain.id: domain.name for domain in tool.domains}
    called[OVERALL] = tool.overall_head or "Overall bias"
    rows = list(tables.rows(judgements))
    used = {row["domain"] for row in rows}
    labels = [name for name in OF_RESULT if any(row.get(name) for row in rows)]
    by_outcome = any(row["outcome"] for row in rows)
    scope = "" if by_outcome else ALL_OUTCOMES
    lines: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        domain = called.get(row["domain"], row["domain"])
        where = [row.get(name, "") for name in ("timepoint", "comparison")]
        reading = read_by(list(outcomes.values()), row["outcome"], *where)
        for name in dict.fromkeys(one.name for one in reading) or [row["outcome"]]:
            key = (row["study"], name, *(row.get(label, "") for label in labels))
            line = lines.setdefault(key, {"Study": row["study"]} | ({"Outcome": name} if by_outcome else {}))
            line[f"{JUDGEMENT}{domain}{scope}"] = _level(row["judgement"])
            line[f"{SUPPORT}{domain}{scope}"] = row["support"]
            line |= {OF_RESULT[label]: row[label] for label in labels}
    domains = [called[name] for name in called if name in used]
    pairs = [f"{head}{domain}{scope}" for domain in domains for head in (JUDGEMENT, SUPPORT)]
    columns = ["Study", *(["Outcome"] if by_outcome else []), *pairs, *(OF_RESULT[name] for name in labels)]
    return tables.frame_of([dict.fromkeys(columns, "") | line for line in lines.values()], columns)


def _level(judgement: str) -> str:
    """A level as RevMan shows it: `low` as `Low risk`, `some concerns` as `Some concerns`."""
    return capital(judgement) + (" risk" if judgement in ("low", "unclear", "high") else "")
