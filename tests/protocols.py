"""Parts of a protocol as steps are given them: what a test says, and the defaults for the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evergreen.protocol.analysis import Analysis
from evergreen.protocol.outcomes import Arms, Outcome
from evergreen.protocol.params import DRAWING
from evergreen.protocol.part import Part
from evergreen.protocol.review import Question
from evergreen.protocol.screening import Stage
from evergreen.protocol.sources import Entrez

SMALLEST = {"review": {"title": "A review"}}
PUBMED = {"pubmed": {"kind": "pubmed", "type": "database", "strategy": "config/search/pubmed.txt"}}


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


def pooling(analysis: Mapping[str, Any] | None = None, **keys: Any) -> Outcome:
    """An outcome as it is pooled. It is not checked: a test may ask for what no protocol can."""
    settings = Analysis.model_validate(
        {key: value for key, value in (analysis or {}).items() if key == "model"}
    )
    if "arms" in keys:
        keys["arms"] = Arms.model_validate(keys["arms"])
    own = settings.model_copy(update=dict(analysis or {}))
    return Outcome(id="pain", measure="MD").model_copy(update={**keys, "analysis": own})


def told(*outcomes: Outcome) -> str:
    """Outcomes as the steps of pooling are told of them."""
    return json.dumps([one.model_dump(mode="json", exclude_none=True, warnings=False) for one in outcomes])
