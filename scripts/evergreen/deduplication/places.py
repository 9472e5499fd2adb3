"""Do two records stand at one place of a journal: volume, issue and pages, as databases write them and slip."""

from __future__ import annotations

import numpy as np

SAME, UNKNOWN, DIFFERENT = 1, 0, -1
"""Levels of agreement."""


def level(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """SAME, DIFFERENT, or UNKNOWN where one is 0; of numbers."""
    return np.where((a > 0) & (b > 0), np.where(a == b, SAME, DIFFERENT), UNKNOWN).astype(np.int8)


def issues(numeric: dict[str, np.ndarray], a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels of the volume and of the issue; the volume is not known where an issue stands in its place.

    A supplement may be counted beside the issues, and a number of three digits may be that of an article.
    """
    volume_a, volume_b = numeric["volume"][a], numeric["volume"][b]
    issue_a, issue_b = numeric["issue"][a] % 1000, numeric["issue"][b] % 1000
    volume, issue = level(volume_a, volume_b), level(issue_a, issue_b)
    beside = (numeric["issue"][a] >= 1000) != (numeric["issue"][b] >= 1000)
    issue[(issue == DIFFERENT) & (beside | (issue_a >= 100) | (issue_b >= 100))] = UNKNOWN
    in_place = ((volume_a == issue_b) & (issue_a == 0)) | ((volume_b == issue_a) & (issue_b == 0))
    volume[(volume == DIFFERENT) & in_place] = UNKNOWN
    return volume, issue


def moved(numeric: dict[str, np.ndarray], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The values of `a` stand one column behind those of `b`: its issue is the volume, its page the issue."""
    issue = numeric["issue"] % 1000
    behind = (numeric["volume"][a] == 0) & (issue[a] > 0) & (issue[a] == numeric["volume"][b])
    return behind & (numeric["page"][a] > 0) & (numeric["page"][a] == issue[b])


def pages(numeric: dict[str, np.ndarray], a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level of the first page, and whether the same three or more pages are filled.

    A first page next to the other's or within its range is a slip of the pen as often as not: not known. The numbers of
    two electronic articles may well be next to each other.
    """
    first_a, first_b, last_a, last_b = (
        numeric[name][rows] for name in ("page", "last_page") for rows in (a, b)
    )
    page = level(first_a, first_b)
    ends = (last_a > 0) & (last_a == last_b)
    within = ((first_a > first_b) & (first_a <= last_b)) | ((first_b > first_a) & (first_b <= last_a))
    near = np.abs(first_a - first_b) <= 1
    numbers = numeric["located"][a] & numeric["located"][b]
    page[(page == DIFFERENT) & (near | within) & ~numbers] = UNKNOWN
    several = (first_a > 0) & (first_b > 0) & (first_a != last_a) & (first_b != last_b)
    # a reply or an erratum may end where the paper ends
    several &= numeric["kind"][a] == numeric["kind"][b]
    several &= level(numeric["volume"][a], numeric["volume"][b]) != DIFFERENT
    page[(page != SAME) & ends & several] = SAME
    return page, ends & (first_a == first_b) & (last_a >= first_a + 2)


def follows(numeric: dict[str, np.ndarray], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`b` begins on the page behind the last page of `a`."""
    last = np.maximum(numeric["last_page"][a], numeric["page"][a])
    return (last > 0) & (numeric["page"][b] == last + 1)


def brief(numeric: dict[str, np.ndarray], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which one (1: `a`, 2: `b`, 0: neither) looks like the abstract of the other: earlier, on one or two pages, not three."""
    pages, year = numeric["last_page"] - numeric["page"] + 1, numeric["year"]
    counted = (numeric["page"] > 0) & (numeric["last_page"] >= numeric["page"])
    short = (counted & (pages <= 2)) | ((numeric["page"] > 0) & (numeric["last_page"] == 0))
    long = counted & (pages > 2)
    first = short[a] & long[b] & (year[a] <= year[b])
    second = short[b] & long[a] & (year[b] <= year[a])
    return np.select([first, second], [1, 2], 0).astype(np.int8)
