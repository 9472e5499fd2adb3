"""The summary of findings as a table for machines."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evergreen.bias.certainty import DOWN, UP
from evergreen.figures import wording
from evergreen.grade.absolute import Absolute, Interval
from evergreen.grade.finding import Finding
from evergreen.report import findings_words as words

WHOLE = "Int64"
"""Numbers of levels: whole, or none."""


def table(found: Sequence[Finding]) -> pd.DataFrame:
    """The summary of findings for machines: a row for each outcome and risk without the intervention, nothing rounded.

    Effects are on the shown scale, risks and differences among 1000 people, levels negative where they go down.
    """
    frame = pd.DataFrame(
        [_line(one, means, place) for one in found for place, means in enumerate(one.means or (None,))]
    )
    return frame.astype({name: WHOLE for domain in (*DOWN, *UP) for name in (domain, f"{domain}_suggested")})


def _line(one: Finding, means: Absolute | None, place: int) -> dict[str, object]:
    outcome, effect, rating, units = one.outcome, one.effect, one.rating, one.units
    line: dict[str, object] = {
        "outcome": outcome.id,
        "name": outcome.name,
        "measure": outcome.measure,
        "unit": outcome.unit,
        "studies": one.studies,
        "participants": one.participants,
        "level": one.result.level,
        **_interval("effect", effect),
        "baseline": means.baseline.name if means else "",
        "baseline_at": means.baseline.at if means else "",
        "baseline_source": means.baseline.source if means else "",
        "comparator_per_1000": 1000 * means.baseline.risk if means else None,
        **_interval("intervention_per_1000", means.risk if means else None, 1000),
        **_interval("difference_per_1000", means.difference if means else None, 1000),
        "capped": "; ".join(means.capped) if means else "",
    }
    needed = means.needed if means else None
    ends = zip(needed.limits, needed.limits_toward, strict=True) if needed else ((None, ""), (None, ""))
    best = (needed.estimate, needed.toward) if needed else (None, "")
    for name, end in zip(("nnt", "nnt_at_low", "nnt_at_high"), (best, *ends), strict=True):
        line[name], line[f"{name}_toward"] = end
    line |= {
        "nnt_through_infinity": "" if needed is None else str(needed.through_infinity).lower(),
        "instrument": units.instrument if units else "",
        "instrument_unit": units.unit if units else "",
        "instrument_sd": units.sd if units else None,
        **_interval("in_units", units.difference if units else None),
        "size": one.sizes[place],
        "starts": one.start.level,
        "design": one.start.design,
        "certainty": rating.certainty if rating else "",
        "symbols": rating.symbols if rating else "",
        "rated_for": rating.round if rating else "",
        "importance": outcome.importance or "",
        "information_size": one.information.needed if one.information else None,
        "information_there": one.information.there if one.information else None,
    }
    for domain in (*DOWN, *UP):
        own = one.suggestions[domain]
        line |= {
            domain: rating.levels.get(domain) if rating else None,
            f"{domain}_reason": rating.reasons.get(domain, "") if rating else "",
            f"{domain}_suggested": own.levels,
            f"{domain}_data": own.why,
        }
    moved = [words.moved(one, one.moved)] if one.moved else []
    moved += [f"{outcome.name}: {one.recounted.said}."] if one.recounted else []
    remarks = " ".join([*wording.notices(one.result), *one.remarks, *moved])
    return line | {"statement": words.statement(one, place), "comment": outcome.comment, "remarks": remarks}


def _interval(name: str, found: Interval | None, factor: float = 1) -> dict[str, float | None]:
    values = [None, None, None] if found is None else [factor * value for value in found]
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))
