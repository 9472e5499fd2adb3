"""Judgements of the risk of bias in a forest plot: a circle per domain under a letter, the overall judgement last, a legend."""

from __future__ import annotations

import json
from collections.abc import Sequence

from evergreen.bias.tools import OVERALL, Tool
from evergreen.figures.bias_lines import shown_domains
from evergreen.figures.forest_table import Cell, Column
from evergreen.synthesis.result import LeftOut, Study

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HEAD = "Risk of bias"


class Bias:
    """What was judged of some studies with a tool."""

    def __init__(self, studies: Sequence[Study | LeftOut], tool: Tool | None) -> None:
        self.tool = tool
        self._judged = {id(study): judgements(study) for study in studies}
        used = {domain for judged in self._judged.values() for domain in judged}
        domains = shown_domains(tool, used) if tool and used else []
        self.domains = list(zip(LETTERS, domains, strict=False))
        # the note of a figure without an effect is about all that it shows
        pooled = [study for study in studies if isinstance(study, Study)] or studies
        drawn = [self._judged[id(study)] for study in pooled]
        self._open = any(domain.id not in judged for judged in drawn for domain in domains)

    def columns(self) -> list[Column]:
        """One for each domain; where a page has no room for all, the overall judgement stays."""
        whole = any(domain.id == OVERALL for _, domain in self.domains)
        return [
            Column(f"bias:{domain.id}", letter, HEAD, circles=True, rank=int(whole and domain.id != OVERALL))
            for letter, domain in self.domains
        ]

    def cells(self, study: Study | LeftOut) -> dict[str, Cell]:
        judged = self._judged[id(study)]
        return {
            f"bias:{domain.id}": Cell((judged[domain.id],))
            for _, domain in self.domains
            if judged.get(domain.id)
        }

    def legend(self) -> list[str]:
        """What the letters and the circles mean."""
        if not self.tool or not self.domains:
            return []
        names = [f"({letter})\u00a0{domain.name}" for letter, domain in self.domains]
        levels = [
            f"{symbol}\u00a0{level}"
            for symbol, level in zip(self.tool.symbols, self.tool.levels, strict=True)
        ]
        levels += ["blank\u00a0not judged"] if self._open else []
        return [f"Risk of bias: {'; '.join(names)}. {', '.join(levels)}."]


def judgements(study: Study | LeftOut) -> dict[str, str]:
    """Domain to judgement, as the slice of the extraction carries it in one cell, and the overall one."""
    text, overall = study.columns.get("risk_of_bias"), study.columns.get("rob_overall")
    return (json.loads(text) if text else {}) | ({OVERALL: overall} if overall else {})
