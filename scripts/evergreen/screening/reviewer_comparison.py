"""The agreement of a stage's reviewers, pair by pair and all together, pilot set and main list apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from evergreen.screening.agreement import agreement, cross_table, fleiss_kappa, krippendorff_alpha
from evergreen.screening.stages import DECISIONS, FULL_TEXT, TITLE_ABSTRACT

# Two categories compare what a vote leads to, three what was said.
GROUPINGS: dict[str, dict[str, dict[str, str]]] = {
    TITLE_ABSTRACT: {
        "2x2": {"include": "include", "unsure": "include", "exclude": "exclude"},
        "3x3": {"include": "include", "unsure": "unsure", "exclude": "exclude"},
    },
    FULL_TEXT: {
        "2x2": {"include": "include", "exclude": "exclude"},
        "3x3": {name: name if name in ("include", "exclude") else "other" for name in DECISIONS[FULL_TEXT]},
    },
}
ORDER = ("include", "unsure", "other", "exclude")
PARTS = {"all": None, "pilot": True, "main": False}
COLUMNS = [
    "part", "table", "first", "second", "n", "agreement", "expected", "kappa", "kappa_se", "kappa_low", "kappa_high",
    "pabak", "ac1", "prevalence", "bias", "positive", "negative", "remark", "counts", "fleiss_kappa", "krippendorff_alpha",
]  # fmt: skip


def compare(
    votes: pd.DataFrame, *, stage: str, reviewers: Sequence[str], level: float = 0.95
) -> dict[str, Any]:
    """Agreement on the reviewers' own votes (before adjudication).

    `votes`: `work_id, reviewer, decision, pilot` (`votes.Count.votes`). Returns `{"stage", "level", "pairs": [...],
    "groups": [...]}`; a pair has the statistics of `agreement.Agreement` with `counts` as rows of the cross table over
    `categories`; a group (three reviewers or more) has Fleiss' kappa over the works that all of them judged and
    Krippendorff's alpha over all works with at least two votes. The parts `pilot` and `main` are there when there is a pilot.
    """
    piloted = votes["pilot"].isin([True, "true"])
    parts = PARTS if piloted.any() else {"all": None}
    pairs, groups = [], []
    for part, wanted in parts.items():
        chosen = votes if wanted is None else votes[piloted.eq(wanted)]
        for name, grouping in GROUPINGS[stage].items():
            wide = (
                chosen.assign(said=chosen["decision"].map(grouping))
                .dropna(subset="said")
                .pivot(index="work_id", columns="reviewer", values="said")
                .reindex(columns=list(reviewers))
            )
            categories = [category for category in ORDER if category in set(grouping.values())]
            for first, second in combinations(reviewers, 2):
                both = wide[[first, second]].dropna()
                table = cross_table(both[first].tolist(), both[second].tolist(), categories)
                pairs.append(
                    {"part": part, "table": name, "first": first, "second": second, **asdict(agreement(table, level=level)),
                     "categories": categories, "counts": table.tolist()}
                )  # fmt: skip
            if len(reviewers) > 2:
                groups.append({"part": part, "table": name, **_group(wide, categories)})
    return {"stage": stage, "level": level, "pairs": pairs, "groups": groups}


def agreement_table(comparison: dict[str, Any]) -> pd.DataFrame:
    """One row per pair, and one per group (`second` empty); counts as text, rows of the first reviewer: `20 5 / 10 15`."""
    rows = [
        {**pair, "counts": " / ".join(" ".join(map(str, row)) for row in pair["counts"])}
        for pair in comparison["pairs"]
    ]
    rows += [
        {**group, "first": ", ".join(group["reviewers"]), "second": "", "n": group["n_double"]}
        for group in comparison["groups"]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _group(wide: pd.DataFrame, categories: Sequence[str]) -> dict[str, Any]:
    counts = np.array(
        [[(row == category).sum() for category in categories] for row in wide.to_numpy()]
    ).reshape(-1, len(categories))
    complete = counts[counts.sum(axis=1) == wide.shape[1]]
    double = counts[counts.sum(axis=1) >= 2]
    fleiss, alpha = fleiss_kappa(complete), krippendorff_alpha(counts)
    remarks = []
    if fleiss is None:
        remarks.append(
            "Fleiss' kappa not estimable: "
            + ("all votes are the same" if len(complete) else "no work has all votes")
        )
    if alpha is None:
        remarks.append(
            "Krippendorff's alpha not estimable: "
            + ("all votes are the same" if len(double) else "no work has two votes")
        )
    return {
        "reviewers": list(wide.columns), "n_complete": len(complete), "fleiss_kappa": fleiss,
        "n_double": len(double), "krippendorff_alpha": alpha, "remark": "; ".join(remarks),
    }  # fmt: skip
