"""What a result (`synthesis/<outcome>.json`) holds, for those who read it; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def counted(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The studies of a result whose participants and events count: those pooled, and those in which nothing can be estimated."""
    return [*result["studies"], *(one for one in result.get("left_out") or [] if one.get("not_estimable"))]
