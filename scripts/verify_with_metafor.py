"""Recompute every pooled result with R's metafor, and fail where the numbers differ.

Mixed models of counts are left out: metafor needs further packages for them.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.errors import InputError, ReviewError
from evergreen.synthesis.verification import compare, plan_of, studies_of


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--results", nargs="*", default=[], help="synthesis JSON of the outcomes")
    arguments.add_argument(
        "--params", required=True, type=json_argument, help="{outcome id: its entry in the protocol}"
    )
    arguments.add_argument("--out", required=True, help="table of both numbers (CSV)")
    args = arguments.parse_args(argv)

    results = [tables.read_json(path) for path in args.results]
    pooled = [one for one in results if one["model"] and one["model"]["model"] != "glmm"]
    table = compare(pooled, recomputed(pooled, args.params)) if pooled else compare([], pd.DataFrame())
    tables.write_table(table, args.out)
    wrong = table[~table["agrees"]]
    if len(wrong):
        lines = [
            f"outcome {row.outcome}: {row.number} is {row.evergreen} here and {row.metafor} in metafor"
            for row in wrong.itertuples()
        ]
        raise ReviewError("\n".join(lines))


def recomputed(results: list[dict[str, Any]], outcomes: dict[str, Any]) -> pd.DataFrame:
    """metafor's numbers of the same studies."""
    if shutil.which("Rscript") is None:
        raise InputError("R is not installed", todo="Install R and metafor (Debian: r-cran-metafor).")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = pd.DataFrame([plan_of(one, outcomes[one["outcome"]]) for one in results])
        tables.write_table(plan, folder / "plan.csv")
        for one in results:
            tables.write_table(studies_of(one), folder / f"{one['outcome']}.csv")
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(
            ["Rscript", str(script), str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise InputError(
                f"metafor failed: {done.stderr.strip()}", todo="Is the R package metafor installed?"
            )
        return pd.read_csv(folder / "metafor.csv")


if __name__ == "__main__":
    run(main)
