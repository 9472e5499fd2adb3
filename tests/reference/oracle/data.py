"""The numbers of a file, by the library's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.reference.oracle.ledger import column


def data_of(kind: str, raw: Mapping[str, Any], measure: str, variant: str) -> dict[str, np.ndarray]:
    """The numbers that a measure needs, by the library's names."""
    names = {
        "two-group-binary": {"events1": "ai", "n1": "n1i", "events2": "ci", "n2": "n2i"},
        "two-group-continuous": {"n1": "n1i", "mean1": "m1i", "sd1": "sd1i", "n2": "n2i", "mean2": "m2i", "sd2": "sd2i"},
        "pre-post": {"n": "ni", "mean": "m_post", "sd": "sd_post", "mean_baseline": "m_pre", "sd_baseline": "sd_pre", "r": "ri"},
        "correlation": {"r": "ri", "n": "ni"},
        "single-proportion": {"events": "xi", "n": "ni"},
        "reliability": {"alpha": "ai", "items": "mi", "n": "ni"},
        "incidence-rate": {"events1": "x1i", "person_time1": "t1i", "events2": "x2i", "person_time2": "t2i"},
    }[kind]  # fmt: skip
    if variant.startswith("arm "):
        names = {"events": f"x{variant[4:]}i", "person_time": f"t{variant[4:]}i"}
    return {name: column(raw[source]) for name, source in names.items()}


def complete(data: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The studies that report every number."""
    known = np.all([np.isfinite(value) for value in data.values()], axis=0)
    return {name: value[known] for name, value in data.items()}
