"""How many of the errors planted into made-up reviews are asked about, and how many rows without one."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from evergreen.extraction.check import impossible
from evergreen.extraction.queries.asking import evidence_of
from evergreen.extraction.queries.registry import findings
from tests.properties import planted_large_trials as large
from tests.properties.made_up_review import review
from tests.properties.planted_sheets import plant

# What a planted error may rightly be called. What shows by chance only (a mean that GRIM allows, arms without a difference) is planted too.
ALIKE = {
    "grim": {"grimmer"}, "spread_contradiction": {"sd_is_se", "decimal_shift"}, "interval_asymmetric": {"decimal_shift", "scale"},
    "n_above_randomised": {"arms_above_study"}, "scale": {"sign"},
}  # fmt: skip
ALWAYS = (
    "sd_is_se", "decimal_shift", "n_above_randomised", "unit", "change_among_final", "p_contradiction", "scale", "events_fall", "unit_missing",
    "baseline_imbalance", "spread_contradiction",
)  # fmt: skip
MOSTLY = ("sign", "same_numbers", "interval_asymmetric", "arms_swapped")
BY_CHANCE = ("grim", "percent_as_count")
SEEDS = (201, 202, 203, 204)


def found_in(given):
    register = [
        {**one, "extractors": "", "status": "", "in_conflict": "", "origin": ""} for one in given.studies
    ]
    return list(findings(evidence_of(pd.DataFrame(given.rows), pd.DataFrame(register), given.outcomes)))


def key(row):
    return (row["study"].casefold(), row["outcome"], row["timepoint"], row["arm"])


def planted_in(given, seed, kinds):
    """Errors of the kinds in turn, each in a study of its own; those that a sheet is refused for are not planted."""
    random = np.random.default_rng(seed)
    taken: set[str] = set()
    result = []
    for kind in kinds:
        before = [dict(row) for row in given.rows]
        for _ in range(60):
            held = set(taken)
            one = plant(kind, given, random, taken)
            if one is None:
                continue
            if impossible([{**given.rows[at], "_file": "", "_row": 0} for at in one.rows]):
                given.rows[:] = [dict(row) for row in before]
                taken = held
                continue
            result.append(one)
            break
    return result


@pytest.fixture(scope="module")
def measured():
    """(planted, found) by kind, rows without an error, and severities of queries on them."""
    planted, hit, severities, rows = Counter(), Counter(), Counter(), 0
    for seed in SEEDS:
        given = review(seed)
        rows += len(given.rows)
        severities.update(
            severity for _, severity in {(one.row.key, one.severity) for one in found_in(given)}
        )
        errors = planted_in(given, seed, (*ALWAYS, *MOSTLY, *BY_CHANCE) * 2)
        asked: dict[tuple[str, ...], set[str]] = {}
        for one in found_in(given):
            asked.setdefault(one.row.key, set()).add(one.kind.name)
        for error in errors:
            planted[error.kind] += 1
            names = {error.kind} | ALIKE.get(error.kind, set())
            hit[error.kind] += any(asked.get(key(given.rows[at]), set()) & names for at in error.rows)
    return planted, hit, severities, rows


def test_planted_errors_are_asked_about_by_kind_and_place(measured):
    planted, hit, _, _ = measured
    assert sum(planted.values()) > 100

    def share(kinds):
        return sum(hit[kind] for kind in kinds) / sum(planted[kind] for kind in kinds)

    assert share(ALWAYS) >= 0.95
    assert share(MOSTLY) >= 0.85
    assert share(BY_CHANCE) >= 0.30
    assert share((*ALWAYS, *MOSTLY)) >= 0.95
    assert share(planted) >= 0.90


def test_rows_without_an_error_are_left_in_peace(measured):
    _, _, severities, rows = measured
    assert severities["error"] <= 0.01 * rows
    assert severities["warning"] <= 0.03 * rows  # 5 % are allowed


def test_slips_in_large_and_clustered_trials_are_asked_about_too():
    """Other scales, sizes and designs than the checks were first measured on; the same bounds."""
    missed, severities, rows = [], Counter(), 0
    for seed in (1, 2):
        clean = large.review(seed)
        rows += len(clean.rows)
        severities.update({(one.row.key, one.severity): one.severity for one in found_in(clean)}.values())
        random = np.random.default_rng(seed)
        for name in large.SLIPS:
            given, made = large.review(seed), None
            while made is None:
                made = large.slip_in(given, name, random)
            altered, kinds = made
            places = {key(row) for row in altered}
            if not any(one.kind.name in kinds and one.row.key in places for one in found_in(given)):
                missed.append((seed, name))
    assert len(missed) <= 0.1 * 2 * len(large.SLIPS), missed
    assert severities["error"] <= 0.01 * rows
    assert severities["warning"] <= 0.03 * rows
