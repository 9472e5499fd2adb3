"""Recompute every pooled result with R's metafor, and fail where the numbers differ."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.errors import InputError, ReviewError
from evergreen.synthesis.verification import NUMBERS, Pooling, compare, plan_of, poolings, studies_of


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--results", nargs="*", default=[], help="synthesis JSON of the outcomes")
    arguments.add_argument(
        "--params", required=True, type=json_argument, help="{outcome id: its entry in the protocol}"
    )
    arguments.add_argument("--out", required=True, help="table of both numbers (CSV)")
    args = arguments.parse_args(argv)

    results = [tables.read_json(path) for path in args.results]
    found = [one for result in results for one in poolings(result, args.params[result["outcome"]])]
    table = compare(found, recomputed(found) if found else [])
    tables.write_table(table, args.out)
    wrong = table[table["agrees"] == "false"]
    if len(wrong):
        lines = [
            f"outcome {row.outcome}, {row.analysis}: {row.number} is {row.evergreen} here and {row.metafor} in metafor"
            for row in wrong.itertuples()
        ]
        raise ReviewError("\n".join(lines))
    without = table[table["number"] == ""]
    for row in without.itertuples():
        print(f"outcome {row.outcome}, {row.analysis}: not recomputed ({row.agrees})")
    print(
        f"{len(found) - len(without)} of {len(found)} pooled results agree with metafor in {len(table) - len(without)} numbers"
    )


def recomputed(found: Sequence[Pooling]) -> list[dict[str, Any]]:
    """metafor's numbers of each result, in order; `reason` where it has none."""
    if shutil.which("Rscript") is None:
        raise InputError("R is not installed", todo="Install R and metafor (Debian: r-cran-metafor).")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables.write_table(pd.DataFrame([plan_of(one) for one in found]), folder / "plan.csv")
        for number, one in enumerate(found, start=1):
            tables.write_table(studies_of(one), folder / f"{number}.csv")
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(
            ["Rscript", str(script), str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise InputError(
                f"metafor failed: {done.stderr.strip()}", todo="Is the R package metafor installed?"
            )
        answer = pd.read_csv(folder / "metafor.csv", dtype=str, keep_default_na=False)
        numbers = answer[list(NUMBERS)].apply(pd.to_numeric, errors="coerce")
        return [
            {**{name: float(row[name]) for name in NUMBERS}, "reason": str(reason)}
            for (_, row), reason in zip(numbers.iterrows(), answer["reason"], strict=True)
        ]


if __name__ == "__main__":
    run(main)
