"""Judgements of the risk of bias of an outcome as the R package robvis draws them: study, a column for each domain, overall, weight."""

from __future__ import annotations

import json
import re

import pandas as pd

from evergreen.bias.tools import Tool
from evergreen.figures.wording import capital
from evergreen.synthesis.result import Result

NO_INFORMATION = "No information"
BY_NAME = ("rob1",)
"""Tools whose columns robvis calls by the name of the domain (its template ROB1); of others they are D1, D2 and so on."""


def table(result: Result, tool: Tool) -> pd.DataFrame:
    """A row for each pooled study; nothing where none is judged."""
    judged = [
        (study, json.loads(study.columns.get("risk_of_bias") or "{}"))
        for study in result.studies
        if study.columns.get("risk_of_bias") or study.columns.get("rob_overall")
    ]
    used = [domain for domain in tool.domains if any(domain.id in own for _, own in judged)]
    by_name = tool.id in BY_NAME
    heads = {
        domain.id: re.sub(r"\W+", ".", domain.name.partition(" (")[0]) if by_name else f"D{number}"
        for number, domain in enumerate(used, start=1)
    }
    rows = [
        {
            "Study": study.label,
            **{head: _said(own.get(domain, "")) for domain, head in heads.items()},
            "Overall": _said(study.columns.get("rob_overall", "")),
            **({} if by_name else {"Weight": study.weight}),
        }
        for study, own in judged
    ]
    return pd.DataFrame(rows, columns=["Study", *heads.values(), "Overall", *([] if by_name else ["Weight"])])


def _said(judgement: str) -> str:
    return capital(judgement) or NO_INFORMATION
