"""Graphical display of study heterogeneity: the result of every subset of the studies, or of many drawn at random.

Olkin, Dahabreh & Trikalinos (2012, Research Synthesis Methods 3:214); numbers as metafor's `gosh`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evergreen.metaanalysis.inverse_variance import fit_batch, members
from evergreen.metaanalysis.least_squares import Array, Batch


@dataclass(frozen=True)
class Gosh:
    """Results of n subsets of k studies: `estimate`, `I2` (per cent), `tau2` (n each), and which studies were `used` (n x k of 0 and 1)."""

    estimate: Array
    I2: Array
    tau2: Array
    used: Array


def subsets_of(k: int, most: int, seed: int = 0) -> Array:
    """Rows of 0 and 1: all subsets of at least two of k studies, or `most` different ones, drawn with `seed`."""
    random = np.random.default_rng(seed)
    if k >= 62:  # too many to number; that two are the same will not happen
        rows = random.integers(0, 2, (most + 1, k))
    else:
        everything = 2**k - 1 - k <= most
        numbers = np.arange(2**k) if everything else random.choice(2**k, most + k + 1, replace=False)
        rows = (numbers[:, None] >> np.arange(k)) & 1
    rows = rows[rows.sum(axis=1) >= 2]
    return rows[:most].astype(float)


def gosh(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "EE",
    subsets: int = 10_000,
    seed: int = 0,
    cluster: Sequence[object] | None = None,
) -> Gosh:
    """Pool all subsets of two or more studies, or `subsets` different ones drawn at random with `seed` where there are more.

    `yi` and `vi` are k effects and their sampling variances, `method` an estimator of tau2 or EE. `cluster` (k) says which effects
    are of one study and go together (default: each is one).
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    effects = members(cluster, len(y))
    used = subsets_of(len(effects), subsets, seed)
    fitted = fit_batch(Batch.of(y, v, used=used @ effects), method=method)
    return Gosh(fitted.b[:, 0], fitted.I2, fitted.tau2, used)
