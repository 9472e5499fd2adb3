"""Parts of a protocol as steps are given them: what a test says, and the defaults for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evergreen.protocol.analysis import Analysis
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.params import DRAWING, pool_outcomes
from evergreen.protocol.part import Part
from evergreen.protocol.review import Question
from evergreen.protocol.screening import Stage
from evergreen.protocol.search import Entrez


def given(part: type[Part], **keys: Any) -> dict[str, Any]:
    """A part with some keys said."""
    return part.model_validate(keys).model_dump(mode="json", by_alias=True, exclude_none=True)


def stage(**keys: Any) -> dict[str, Any]:
    """A stage of screening."""
    return given(Stage, **keys)


def question(**keys: Any) -> dict[str, Any]:
    """The question of a review."""
    return given(Question, **keys)


def entrez(**keys: Any) -> dict[str, Any]:
    """How PubMed is asked."""
    return given(Entrez, **keys)


def drawing(**keys: Any) -> dict[str, Any]:
    """An outcome as it is drawn."""
    outcome = Outcome.model_validate({"measure": "MD", **keys})
    return outcome.model_dump(mode="json", exclude_none=True, include=DRAWING)


def pooling(analysis: Mapping[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    """An outcome as it is pooled. It is not checked: a test may ask for what no protocol can."""
    settings = given(Analysis, **{key: value for key, value in (analysis or {}).items() if key == "model"})
    (usual,) = pool_outcomes([Outcome(id="pain", measure="MD")])
    return {**usual, **keys, "analysis": {**settings, **(analysis or {})}}
