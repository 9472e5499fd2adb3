"""The lines of risk-of-bias figures: studies, or results of studies, each with what was judged of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from evergreen import tables
from evergreen.bias.opinions import OPTIONAL, Result, result_of
from evergreen.bias.tools import OVERALL, Domain, Tool
from evergreen.figures.wording import says
from evergreen.protocol.outcomes import Outcome, read_by
from evergreen.screening.study_labels import by_name
from evergreen.sheets import folded


@dataclass(frozen=True)
class Line:
    """One line: a study, or one of its results. `further` are time point, comparison and effect, `variant` that of the tool."""

    study: str
    outcome: str
    levels: dict[str, str]
    further: tuple[str, ...] = ("", "", "")
    variant: str = ""

    def title(self, outcomes: Sequence[Outcome] = ()) -> str:
        """What it is a result of, under the names of those `outcomes` that read it; the sheet's word where none does."""
        when, against, effect = self.further
        reading = read_by(outcomes, self.outcome, when, against)
        names = list(dict.fromkeys(one.name for one in reading)) or [self.outcome]
        compared = "" if any(folded(one.id) == folded(against) for one in reading) else against
        said = [word for word in (when, compared) if not all(says(name, word) for name in names)]
        return ", ".join(filter(None, ["; ".join(names), *said, f"effect of {effect}" if effect else ""]))


def lines_of(judgements: pd.DataFrame) -> list[Line]:
    """Studies, or results ordered by outcome and study, with {domain id: level}, also of what holds for several results.

    What only says what holds for other lines is no line itself.
    """
    own: dict[Result, dict[str, str]] = {}
    first: dict[Result, dict[str, str]] = {}
    for row in tables.rows(judgements):
        result = result_of(row)
        own.setdefault(result, {})[row["domain"]] = row["judgement"]
        first.setdefault(result, row)
    shared = {general for result in own for general in result.general[:-1] if general in own}
    lines = []
    for result, row in first.items():
        if result in shared and OVERALL not in own[result]:
            continue
        levels: dict[str, str] = {}
        for one in result.general:
            levels |= own.get(one, {})
        further = tuple(row.get(name, "") for name in OPTIONAL)
        lines.append(Line(row["study"], row["outcome"], levels, further, row.get("variant", "")))
    return sorted(lines, key=lambda line: (line.outcome, *line.further, by_name(line.study)))


def shown_domains(tool: Tool, used: Collection[str], variants: Iterable[str] = ("",)) -> list[Domain]:
    """Domains of the `variants` that are there, in the order of the tool, and others that are `used` (ids); items outside the risk of bias
    only where they were judged."""
    asked = {domain.id for variant in variants for domain in tool.domains_of(variant) if domain.counts}
    domains = [domain for domain in tool.domains if domain.id in asked or domain.id in used]
    return [*domains, Domain(OVERALL, tool.overall_head)] if tool.overall_head else domains


def domains_of_lines(tool: Tool, lines: Sequence[Line]) -> list[Domain]:
    """The domains of a figure of these lines."""
    used = {domain for line in lines for domain, level in line.levels.items() if level}
    return shown_domains(tool, used, {line.variant for line in lines} or {""})


def applies(tool: Tool, domain: Domain, line: Line) -> bool:
    """Whether the variant of a line has the domain."""
    return domain.id == OVERALL or not tool.variants or domain.id in tool.variants[line.variant]
