"""What other programs take: effects and pooled results for R, references of the included reports as RIS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen.protocol.analysis import Analysis
from evergreen.screening.exchange.ris_lists import write_ris
from evergreen.synthesis.recomputation import MODELS_IN_R, tasks
from evergreen.synthesis.result import Result, Study
from evergreen.synthesis.result.study_rows import StudyEffect
from evergreen.synthesis.verification import plan_of

# Cells of a study's arms under the names that metafor's escalc() takes, group 1 the intervention; of one group alone last.
CELLS = {
    "events": ("ai", "ci", "xi"), "n": ("n1i", "n2i", "ni"), "mean": ("m1i", "m2i", "mi"), "sd": ("sd1i", "sd2i", "sdi"),
    "person_time": ("t1i", "t2i", "ti"), "mean_baseline": ("", "", "m0i"), "sd_baseline": ("", "", "sd0i"), "r": ("", "", "ri"),
}  # fmt: skip
GROUPS = ("intervention", "control", "single")
RECOMPUTE = Path(__file__).parent / "templates" / "recompute.R"
HOW = (
    "measure",
    "model",
    "test",
    "tau2",
    "level",
    "add",
    "to",
    "mh_add",
    "kind",
    "rho",
    "nested",
    "levels",
    "sharing",
)
FOUND = ("k", "estimate", "se", "ci_low", "ci_high", "tau2")
POOLED = ("outcome", "analysis", "data", "rows", *HOW, *(f"evergreen_{name}" for name in FOUND))


def metafor(studies: Sequence[StudyEffect]) -> pd.DataFrame:
    """One row per pooled effect: slab, yi and vi on the analysis scale, and the arms' cells where there are any."""
    rows = []
    for study in studies:
        row: dict[str, Any] = {"slab": study.label, "study": study.study}
        if isinstance(study, Study):
            row["round"] = study.round
        row |= {"yi": study.yi, "vi": study.vi}
        row |= {f"level {name}": value for name, value in study.levels.items()}
        row |= {"control": study.control} if study.control else {}
        for position, group in enumerate(GROUPS):
            cells = {
                names[position]: arm.used(cell) if (arm := study.arms.get(group)) else None
                for cell, names in CELLS.items()
                if names[position]
            }
            row |= {name: value for name, value in cells.items() if value is not None}
        rows.append(row)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return pd.DataFrame(rows, columns=columns or ["slab", "yi", "vi"])


def for_r(
    results: Mapping[str, Result], analyses: Mapping[str, Analysis]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name of its file, table): the effects of each outcome, and of analyses that computed them anew; all pooled results last.

    `analyses` are the settings of the outcomes, by their id.
    """
    lines: list[dict[str, Any]] = []
    for outcome, result in results.items():
        main = f"metafor-{outcome}.csv"
        yield main, metafor(result.studies)
        anew = {name: one.studies for name, one in result.sensitivity.items() if one.studies is not None}
        files = {name: f"metafor-{outcome}-{number}.csv" for number, name in enumerate(anew, start=1)}
        for name, studies in anew.items():
            yield files[name], metafor(studies)
        for task in tasks(result, analyses[outcome]):
            if task.kind == "pool":
                how, data = plan_of(task, 0, ()), files.get(task.analysis, main)
                place = {"outcome": outcome, "analysis": task.analysis, "data": data}
                asked = {key: how[key] for key in ("rows", *HOW)}
                known = {key: one.value for key, one in task.numbers.items() if key in FOUND}
                lines.append(
                    {**place, **asked, **{f"evergreen_{key}": value for key, value in known.items()}}
                )
    yield "pooled.csv", pd.DataFrame(lines, columns=list(POOLED))


def script_in_r() -> str:
    """The R script that recomputes what `for_r` writes."""
    models = MODELS_IN_R.read_text(encoding="utf-8")
    return RECOMPUTE.read_text(encoding="utf-8").replace("@@MODELS@@", models)


def included_ris(works: pd.DataFrame, full_text: pd.DataFrame) -> str:
    """The included reports as RIS; their ids travel as accession numbers."""
    included = full_text.loc[full_text["decision"].eq("include"), "work_id"]
    chosen = works[works["work_id"].isin(set(included))].assign(record_id=lambda frame: frame["work_id"])
    return write_ris(chosen.astype(object).where(chosen.notna(), "").astype(str))
