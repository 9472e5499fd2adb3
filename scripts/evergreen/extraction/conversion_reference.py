"""The page about conversions, `docs/conversions.md`, made from their table."""

from __future__ import annotations

import re
from pathlib import Path

from evergreen.metaanalysis import conversion_rules

PAGE = Path(__file__).resolve().parents[3] / "docs" / "conversions.md"
_HEAD = """\
# Conversions

Made by `make conversions` from `scripts/evergreen/metaanalysis/conversion_rules.py`.

A number that pooling needs and a report does not print is computed from others, if they are there. Each such number is recorded
with the conversion, its inputs, what it assumes and its state: in `results/extraction/converted.csv` (column `converted`, JSON) and,
where it is pooled, under `conversions` of the study in `results/synthesis/<outcome>.json`.

| state | what it is | sign in figures |
| --- | --- | --- |
| reported | printed in a report of the study | |
| derived | follows from numbers of the study's own reports | † |
| imputed | an input of it is in no report of the study, such as a correlation or another trial's standard deviation | ‡ |

What an extractor computed by hand is named in the column `derived` or `imputed` of the sheet (`sd: how`), and counts as such.
Only empty cells are filled; where an effect is computed, sizes of clusters change beside the numbers of the sheet, which stay. What follows from the study's own reports goes before what is imputed, then the table below holds from
top to bottom. A reported effect (a `contrast` row) goes before imputed numbers of arms. A number of which an input was imputed is imputed.

Where several exact conversions give the same number and no numbers that would be printed as those in the row agree (standard deviations and
errors within 8 %, for a few participants less may have been analysed), none of them is
taken: `not_derived`, and the reason why the study is left out, say what contradicts what. A standard deviation or error of 0 is no
number. A bound such as `P < 0.001` gives none either; how large or small the standard error or deviation can be is said.

* An outcome says in the protocol what is done beside the usual (`conversions: {also: [median_log_normal]}`) or not done
  (`{never: [median]}`), and whether imputed or derived numbers count (`without: imputed`, `without: derived`, the latter leaving reported ones alone). Who
  is left out for it stands in `left_out` with the reason. `sensitivity: [{without: [imputed, derived]}]` shows the effect without them beside the main one.
* A row says in its column `conversions` which may be made in it (ids, or `none`); what is not usual is asked for there too.

"""


TABLES = {
    "Arms": conversion_rules.ARM, "Reported effects": conversion_rules.CONTRAST,
    "Cluster-randomised trials": conversion_rules.CLUSTER, "Crossover trials": conversion_rules.CROSSOVER,
    "Made where an effect is computed": conversion_rules.DESIGN,
}  # fmt: skip


def page() -> str:
    """The page as text."""
    lines = [_HEAD, *(_table(title, rows) for title, rows in TABLES.items()), "## Words\n\n"]
    lines += [f"* `{name}`: {what}.\n" for name, what in conversion_rules.ROW_VALUES.items()]
    return "".join(lines)


def _table(title: str, rows: str) -> str:
    lines = [
        f"## {title}\n\n",
        "| id | gives | needs | assumes | source | made |\n",
        "| --- | --- | --- | --- | --- | --- |\n",
    ]
    lines += [_line(rule) for rule in conversion_rules.RULES if rule.rows == rows]
    return "".join(lines) + "\n"


def _line(rule: conversion_rules.Rule) -> str:
    gives = ", ".join(f"`{column}`" for column in rule.gives)
    needs = ", ".join(_named(name, rule) for name in rule.needs.values())
    if rule.options:
        needs += "; if there " + ", ".join(f"`{name}`" for name in rule.options.values())
    sources = "; ".join(dict.fromkeys(rule.source_of(column) for column in rule.gives))
    assumes = re.sub(r"\{\w*distribution_name\}", "that", rule.assumes)
    made = ("usually" if rule.usual else "if asked for") + ", always imputed" * rule.imputes
    return f"| `{rule.id}` | {gives} | {needs} | {assumes} | {sources} | {made} |\n"


def _named(name: str, rule: conversion_rules.Rule) -> str:
    return f"`{name}`" + (" (else imputed)" if name in rule.outside else "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
