"""Judgements of the risk of bias of an outcome as the R package robvis draws them: study, a column for each domain, overall, weight."""

from __future__ import annotations

import json

import pandas as pd

from evergreen.bias.tools import Tool
from evergreen.figures.wording import capital
from evergreen.synthesis.result import Result

NO_INFORMATION = "No information"


def table(result: Result, tool: Tool) -> pd.DataFrame:
    """A row for each pooled study; nothing where none is judged."""
    judged = [
        (study, json.loads(study.columns.get("risk_of_bias") or "{}"))
        for study in result.studies
        if study.columns.get("risk_of_bias") or study.columns.get("rob_overall")
    ]
    used = [domain for domain in tool.domains if any(domain.id in own for _, own in judged)]
    by_name = bool(tool.robvis)
    heads = {
        domain.id: tool.robvis.get(domain.id, f"D{number}") for number, domain in enumerate(used, start=1)
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
