"""One slice per outcome: all that pooling it reads, named by its content.

An outcome whose slice keeps its name is not pooled again, however often the sheets are edited.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from difflib import get_close_matches
from hashlib import sha256

import pandas as pd

from evergreen.errors import InputError

# Where a row stands in its sheet may change without changing a number.
LEFT_BEHIND = ("origin", "extractors")
OVERALL = "overall"


def slice_of(
    rows: pd.DataFrame,
    data: str,
    *,
    screened: pd.DataFrame | None = None,
    judgements: pd.DataFrame | None = None,
    studies: pd.DataFrame | None = None,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Rows of one outcome with everything else that pooling it reads.

    `rows` is the converted extraction, `data` the value of its outcome column, all columns text. Added are `round`
    ("" without screening), `screening` (`included`, `pending`, `excluded`, `missing`: in no list; "" without screening),
    `rob_overall` and the study-level `columns` asked for. Raises InputError when one of those is in no sheet.
    """
    wanted = " ".join(data.split()).casefold()
    chosen = rows[[" ".join(outcome.split()).casefold() == wanted for outcome in rows["outcome"]]]
    result = chosen.drop(columns=[c for c in LEFT_BEHIND if c in chosen]).copy()
    if screened is None:
        result["round"], result["screening"] = "", ""
    else:
        listed = screened.set_index("study")
        result["round"] = result["study"].map(listed["round"]).fillna("")
        result["screening"] = result["study"].map(listed["status"]).fillna("missing")
    result["rob_overall"] = [_overall(judgements, study, wanted) for study in result["study"]]
    for column in columns:
        if column in result:
            continue
        result[column] = result["study"].map(_study_column(studies, column)).fillna("")
    return result.reset_index(drop=True)


def _overall(judgements: pd.DataFrame | None, study: str, outcome: str) -> str:
    """The overall judgement of a study's result: the outcome's own, else that of the whole study."""
    if judgements is None:
        return ""
    overall = judgements[(judgements["study"] == study) & (judgements["domain"] == OVERALL)]
    by_outcome = {
        " ".join(o.split()).casefold(): j
        for o, j in zip(overall["outcome"], overall["judgement"], strict=True)
    }
    return str(by_outcome.get(outcome, by_outcome.get("", "")))


def _study_column(studies: pd.DataFrame | None, column: str) -> pd.Series:
    known = (
        []
        if studies is None
        else [c for c in studies.columns if c not in ("study", "status", "in_conflict", *LEFT_BEHIND)]
    )
    if studies is None or column not in known:
        near = get_close_matches(column, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise InputError(
            f"the study-level column {column!r}, asked for in `outcomes`, is in no sheet config/extraction/studies-*.csv",
            todo=f"{hint}Columns there: {', '.join(known) or 'none'}.",
        )
    return studies.set_index("study")[column]


def as_csv(frame: pd.DataFrame) -> str:
    """The slice as it is written; its name is taken from this text."""
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    return text.getvalue()


def name_of(frame: pd.DataFrame) -> str:
    """First 12 hexadecimal digits of the SHA-256 of a slice's content."""
    return sha256(as_csv(frame).encode()).hexdigest()[:12]
