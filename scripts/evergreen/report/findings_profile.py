"""The evidence profile (GRADE), and people's ratings beside what the data suggest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evergreen.bias.certainty import DESIGN, DOWN, UP
from evergreen.grade.finding import Finding
from evergreen.report import findings_words as words
from evergreen.report.blocks import Cell, Table, heads

PROFILE = "Evidence profile (GRADE)"
BESIDE = "Ratings beside what the data suggest"
SUGGESTED = f"{BESIDE}, which is computed from results and judgements and changes no rating; a dash marks a domain of which the data say nothing"


def profile(found: Sequence[Finding]) -> Table:
    """The evidence profile: how serious people found each domain."""
    domains = [words.domain(domain).capitalize() for domain in DOWN if domain != DESIGN]
    columns = heads("Outcome", "Studies", "Design", *domains, "Other considerations", "With intervention", "With comparator", "Certainty", "Importance")  # fmt: skip
    rows: list[list[Cell]] = []
    for one in found:
        rating = one.rating
        serious = [_serious(one, domain) for domain in DOWN if domain != DESIGN]
        others = [
            f"{words.domain(domain)} ({words.levels(levels)})"
            for domain, levels in (rating.levels.items() if rating else ())
            if levels and domain in (DESIGN, *UP)
        ]
        first = [one.outcome.name, f"{one.studies:,}", one.start.why]
        groups = [_group(one, group) for group in ("intervention", "control")]
        last = [words.certainty(one), one.outcome.importance or ""]
        rows.append([*first, *serious, ", ".join(others) or "none", *groups, *last])
    return Table(PROFILE, columns, rows, fold=PROFILE, keep=True)


def _serious(one: Finding, domain: str) -> str:
    rating = one.rating
    if rating is None or domain not in rating.levels:
        return "not judged"
    if domain in rating.not_applicable:
        return "does not apply"
    return words.SERIOUS[-rating.levels[domain]]


def _group(one: Finding, group: str) -> str:
    """`216/258`, or participants alone where the outcome is no event or its comparisons count somebody twice; "" where a study does
    not say them."""
    people = one.result.people.get(group)
    if people is None:
        return ""
    arms = [arm for study in one.result.counted if (arm := study.arms.get(group)) is not None]
    events = [arm.events for arm in arms if arm.events is not None]
    once = math.isclose(math.fsum(arm.n or 0 for arm in arms), people)
    number = f"{round(people):,}"
    return f"{round(math.fsum(events)):,}/{number}" if once and len(events) == len(arms) else number


def beside(found: Sequence[Finding]) -> Table:
    """Ratings of people and suggestions of the data, domain by domain."""
    columns = heads("Outcome", "Domain", "Rated", "Reason", "Data suggest", "By what")
    rows: list[list[Cell]] = []
    for one in found:
        rating = one.rating
        for domain in (*DOWN, *UP):
            judged, own = rating is not None and domain in rating.levels, one.suggestions[domain]
            if not judged and (domain == DESIGN or (domain in UP and own.levels is None)):
                continue
            rated, reason = "not judged", ""
            if rating is not None and judged:
                applies = domain not in rating.not_applicable
                rated = words.levels(rating.levels[domain]) if applies else "does not apply"
                reason = rating.reasons[domain]
            said = [one.outcome.name, words.domain(domain), rated, reason]
            rows.append([*said, words.levels(own.levels), own.why])
    return Table(SUGGESTED, columns, rows, fold=BESIDE)
