"""How figures are printed: formats, resolution, and the packages of fonts that are there; loads no matplotlib, so that the workflow can ask."""

from __future__ import annotations

import importlib.util
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from evergreen.command import json_argument

if TYPE_CHECKING:
    from evergreen.protocol.whole import Figures

FORMATS = ("svg", "pdf", "png")
"""What every figure is written as, for the report shows these; further ones where the protocol asks for them."""
FONT_PACKAGES = ("noto_cjk_sans_otc", "manimgx_fonts")
"""Packages that hold fonts for what DejaVu Sans lacks (requirements-fonts.txt), first choice first."""


class How(TypedDict):
    """What saving a figure is told."""

    formats: tuple[str, ...]
    dpi: int | None


@dataclass(frozen=True)
class Prints:
    """Formats, resolution (dots per inch; None: as fine as print needs), packages of fonts: a figure is another without them."""

    formats: tuple[str, ...] = FORMATS
    dpi: int | None = None
    fonts: tuple[str, ...] = ()

    @property
    def how(self) -> How:
        return {"formats": self.formats, "dpi": self.dpi}

    @property
    def values(self) -> dict[str, Any]:
        """As values for JSON."""
        return {"formats": list(self.formats), "dpi": self.dpi, "fonts": list(self.fonts)}


def prints(figures: Figures) -> Prints:
    """What the protocol asks for, on this machine."""
    fonts = tuple(name for name in FONT_PACKAGES if importlib.util.find_spec(name))
    return Prints((*FORMATS, *figures.formats), figures.dpi, fonts)


def add_argument(parser: ArgumentParser) -> None:
    """`--prints` of a script that draws."""
    parser.add_argument(
        "--prints", type=_prints, default=Prints(), help="{formats, dpi, fonts}; without it SVG, PDF and PNG"
    )


def _prints(text: str) -> Prints:
    given = json_argument(text)
    return Prints(tuple(given["formats"]), given["dpi"], tuple(given["fonts"]))
