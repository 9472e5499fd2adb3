"""How far assessors agree, domain by domain, on their own judgements (before adjudication)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from typing import Any

import pandas as pd

from evergreen.bias.opinions import Opinions
from evergreen.bias.tools import OVERALL, Tool
from evergreen.screening.agreement import agreement, cross_table

COLUMNS = (
    "domain", "first", "second", "n", "agreement", "expected", "kappa", "kappa_se", "kappa_low", "kappa_high", "pabak", "ac1", "remark",
)  # fmt: skip


def agreement_table(opinions: Mapping[str, Opinions], tool: Tool) -> pd.DataFrame:
    """One line per domain and pair of assessors who both judged it of some result, with unweighted kappa over the tool's levels.

    A judgement counts under what it was filed: that on a whole study once. The statistics are those of `screening.agreement`.
    """
    lines: list[dict[str, Any]] = []
    said = {
        person: {
            (result, domain): opinion.judgement
            for result, domains in by_result.items()
            for domain, opinion in domains.items()
            if opinion.judgement
        }
        for person, by_result in opinions.items()
    }
    for domain in [*tool.domains, None]:
        name = domain.id if domain else OVERALL
        levels = tool.levels_of(domain) if domain else tool.levels
        for first, second in combinations(sorted(said), 2):
            both = [key for key in said[first] if key[1] == name and key in said[second]]
            if both:
                table = cross_table(
                    [said[first][key] for key in both], [said[second][key] for key in both], levels
                )
                found = asdict(agreement(table))
                lines.append({"domain": name, "first": first, "second": second, **found})
    return pd.DataFrame(lines, columns=list(COLUMNS))
