"""Minimising functions that may have several minima."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from evergreen.metaanalysis.least_squares import Array


def lowest(objective: Callable[[Array], tuple[float, Array]], starts: Iterable[Array], **how: Any) -> Array:
    """The point (p) at which `objective` is lowest, of the minima found from each of the `starts` (p each).

    `objective` takes a point (p) and gives the value there and its slope (p); `how` is as `scipy.optimize.minimize` has it, whose stop at a
    limit of iterations is no error here.
    """
    from scipy import optimize  # loading it takes longer than pooling, and few outcomes need it

    found = [optimize.minimize(objective, start, jac=True, **how) for start in starts]
    return min(found, key=lambda one: one.fun).x
