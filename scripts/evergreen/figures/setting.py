"""What every figure of an outcome is given and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from evergreen.bias.tools import Tool


@dataclass(frozen=True)
class Setting:
    """What the protocol says about how an outcome is drawn."""

    name: str
    better: str | None = None  # lower | higher
    intervention: str = "Intervention"
    control: str = "Control"
    unit: str = ""
    timepoint: str = ""
    layout: str = "RevMan"
    order: str = "round"  # of the studies in a forest plot
    tool: Tool | None = None  # of the risk of bias
    # Studies that further figures show one by one; None: however many there are.
    further_up_to: int | None = None
    title: str = ""  # of the one figure that is drawn


@dataclass(frozen=True)
class Drawn:
    """A figure, and the numbers in it; `further` are its pages behind the first, where one page does not hold it."""

    figure: Figure
    numbers: pd.DataFrame
    further: tuple[Figure, ...] = ()
    description: str = ""  # for those who do not see it

    @property
    def pages(self) -> tuple[Figure, ...]:
        return self.figure, *self.further
