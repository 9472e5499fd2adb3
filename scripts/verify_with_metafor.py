"""Recompute every pooled result with R's metafor, and fail where the numbers differ."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
from evergreen.errors import InputError, ReviewError
from evergreen.protocol.analysis import Analysis
from evergreen.synthesis.recomputation import MODELS_IN_R, Task, tasks
from evergreen.synthesis.result import read
from evergreen.synthesis.verification import Answer, compare, plan


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--results", nargs="*", default=[], help="synthesis JSON of the outcomes")
    arguments.add_structure("--params", "{outcome id: its entry in the protocol}")
    arguments.add_argument("--out", required=True, help="table of both numbers (CSV)")
    args = arguments.parse_args(argv)

    found = [
        one
        for result in map(read, args.results)
        for one in tasks(result, Analysis.model_validate(args.params[result.outcome]["analysis"]))
    ]
    table = compare(found, recomputed(found) if found else [])
    spreadsheets.write_table(table, args.out)
    wrong = table[table["agrees"] == "false"]
    if len(wrong):
        lines = [
            f"outcome {row.outcome}, {row.analysis}: {row.number} is {row.evergreen} here and {row.metafor} in metafor"
            for row in wrong.itertuples()
        ]
        raise ReviewError("\n".join(lines))
    agreed = table["agrees"] == "true"
    for (outcome, analysis, why), part in table[~agreed].groupby(
        ["outcome", "analysis", "agrees"], sort=False
    ):
        names = list(part["number"])
        shown = f"{', '.join(names[:3])} and {len(names) - 3} more" if len(names) > 4 else ", ".join(names)
        print(f"outcome {outcome}, {analysis}: {shown} not recomputed ({why})")
    done = table[agreed].groupby(["outcome", "analysis"]).ngroups
    print(
        f"{done} of {len(found)} results agree with metafor in {agreed.sum()} numbers; {(~agreed).sum()} numbers were not recomputed"
    )


def recomputed(found: Sequence[Task]) -> list[Answer]:
    """metafor's numbers of each task, in order."""
    if shutil.which("Rscript") is None:
        raise InputError("R is not installed", todo="Install R and metafor (Debian: r-cran-metafor).")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines, effects = plan(found)
        tables.write_table(lines, folder / "plan.csv")
        for number, one in enumerate(effects, start=1):
            tables.write_table(one.table, folder / f"effects-{number}.csv")
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(
            ["Rscript", str(script), str(folder), str(MODELS_IN_R)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise InputError(
                f"metafor failed: {done.stderr.strip()}", todo="Is the R package metafor installed?"
            )
        answer = pd.read_csv(folder / "metafor.csv", dtype=str, keep_default_na=False)
    answer["value"] = pd.to_numeric(answer["value"], errors="coerce")
    answers = []
    for number in range(1, len(found) + 1):
        own = answer[answer["task"] == str(number)]
        said = own["reason"] != ""
        answers.append(
            Answer(
                dict(zip(own.loc[~said, "number"], own.loc[~said, "value"], strict=True)),
                dict(zip(own.loc[said, "number"], own.loc[said, "reason"], strict=True)),
            )
        )
    return answers


if __name__ == "__main__":
    run(main)
