"""Effects of one group's proportion: `data` holds `events, n`.

    PR   x/n                                     p (1 - p) / n
    PLN  log(x/n)                                1/x - 1/n
    PLO  log(x / (n - x))                        1/x + 1/(n - x)
    PAS  asin(sqrt(x/n))                         1/(4n)
    PFT  (asin(sqrt(x/(n+1))) + asin(sqrt((x+1)/(n+1)))) / 2     1/(4n + 2) (Freeman & Tukey 1950)

`add` goes to events and non-events of studies with none of one of them (`to` as for 2x2 tables); PAS and PFT need no
correction.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evergreen.metaanalysis.effects.zero_cells import addition
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.transforms import freeman_tukey


def effect_sizes(
    measure: str, data: Mapping[str, Array], *, add: float | None = None, to: str = "only0"
) -> tuple[Array, Array]:
    """Proportions, transformed as the measure has them above, and variances (k each); NaN where undefined.

    `data` holds `events, n` (k each). `add` goes to events and non-events where `to` says (`only0`, `all`, `if0all`, `none`);
    default 0.5, for PAS and PFT 0.
    """
    x = np.asarray(data["events"], dtype=float)
    rest = np.asarray(data["n"], dtype=float) - x
    extra = addition(measure, (x == 0) | (rest == 0), add, to)
    x, rest = x + extra, rest + extra
    n = x + rest
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / n
        if measure == "PR":
            return p, p * (1 - p) / n
        if measure == "PLN":
            return np.log(p), 1 / x - 1 / n
        if measure == "PLO":
            return np.log(x / rest), 1 / x + 1 / rest
        if measure == "PAS":
            return np.arcsin(np.sqrt(p)), 1 / (4 * n)
        return freeman_tukey(x, n), 1 / (4 * n + 2)
