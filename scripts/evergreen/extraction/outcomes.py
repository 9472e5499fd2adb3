"""One slice per outcome: all that pooling it reads, named by its content.

An outcome whose slice keeps its name is not pooled again, however often the sheets are edited.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256

import pandas as pd

from evergreen.errors import InputError
from evergreen.sheets import folded

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
    places: bool = False,
) -> pd.DataFrame:
    """Rows of one outcome with everything else that pooling it reads.

    `rows` is the converted extraction, `data` the value of its outcome column, all columns text. Added are `round`
    ("" without screening), `screening` (`included`, `pending`, `excluded`, `missing`: in no list; "" without screening),
    `rob_overall`, `risk_of_bias` (JSON, domain to judgement) and the study-level `columns` asked for. With `places` the
    rows keep where they came from. Raises InputError when one of the columns is in no sheet.
    """
    wanted = folded(data)
    chosen = rows.loc[[folded(outcome) == wanted for outcome in rows["outcome"]]]
    result = chosen.drop(columns=[c for c in LEFT_BEHIND if c in chosen and not places]).copy()
    if screened is None:
        result["round"], result["screening"] = "", ""
    else:
        rounds, status = _by_study(screened, "round"), _by_study(screened, "status")
        result["round"] = [rounds.get(folded(study), "") for study in result["study"]]
        result["screening"] = [status.get(folded(study), "missing") for study in result["study"]]
    judged = {study: _judged(judgements, study, wanted) for study in result["study"].unique()}
    result["rob_overall"] = [judged[study].get(OVERALL, "") for study in result["study"]]
    result["risk_of_bias"] = [_domains(judged[study]) for study in result["study"]]
    for column in columns:
        if column in result:
            continue
        own = _study_column(studies, column)
        result[column] = [own.get(folded(study), "") for study in result["study"]]
    return result.reset_index(drop=True)


def _judged(judgements: pd.DataFrame | None, study: str, outcome: str) -> dict[str, str]:
    """Judgement of each domain of a study's result: the outcome's own, else that of the whole study."""
    if judgements is None:
        return {}
    found: dict[str, str] = {}
    about = judgements[[folded(name) == folded(study) for name in judgements["study"]]]
    for whose in ("", outcome):
        own = about.loc[[folded(name) == whose for name in about["outcome"]]]
        found |= dict(zip(own["domain"], own["judgement"], strict=True))
    return found


def _domains(judged: Mapping[str, str]) -> str:
    domains = {domain: judgement for domain, judgement in judged.items() if domain != OVERALL and judgement}
    return json.dumps(domains, ensure_ascii=False) if domains else ""


def _study_column(studies: pd.DataFrame | None, column: str) -> dict[str, str]:
    """A study-level column by study."""
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
    return _by_study(studies, column)


def _by_study(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """A column by study; names are compared as in the extraction sheets, whatever their letter case."""
    return dict(zip(map(folded, frame["study"]), frame[column].fillna(""), strict=True))


def as_csv(frame: pd.DataFrame) -> str:
    """The slice as it is written; its name is taken from this text."""
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    return text.getvalue()


def name_of(frame: pd.DataFrame) -> str:
    """First 12 hexadecimal digits of the SHA-256 of a slice's content."""
    return sha256(as_csv(frame).encode()).hexdigest()[:12]
