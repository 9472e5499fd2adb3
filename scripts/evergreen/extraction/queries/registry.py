"""All families of checks, and all kinds of queries."""

from __future__ import annotations

from collections.abc import Iterator

from evergreen.extraction.queries import (
    counts,
    courses,
    direction,
    intervals,
    labels,
    magnitudes,
    p_values,
    redundant,
    repeats,
    rounding,
)
from evergreen.extraction.queries.evidence import Evidence
from evergreen.extraction.queries.findings import Finding

FAMILIES = tuple(
    module.FAMILY
    for module in (
        intervals,
        redundant,
        magnitudes,
        counts,
        direction,
        courses,
        repeats,
        labels,
        rounding,
        p_values,
    )
)
KINDS = {kind.name: kind for family in FAMILIES for kind in family.kinds}


def findings(evidence: Evidence) -> Iterator[Finding]:
    """Everything that the checks find, each cell once for a kind, family by family."""
    seen = set()
    for family in FAMILIES:
        for finding in family.check(evidence):
            key = (finding.kind.name, finding.row.key, finding.column, finding.with_)
            if key not in seen:
                seen.add(key)
                yield finding
