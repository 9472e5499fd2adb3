"""The report as one HTML file that opens without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evergreen import __version__
from evergreen.report.blocks import Section

TEMPLATES = Path(__file__).parent / "templates"


def page(review: Mapping[str, Any], last_search: str, sections: Sequence[Section]) -> str:
    """HTML of the report; `review` is the protocol's part of that name."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("report.html.j2")
    return template.render(review=review, last_search=last_search, sections=sections, version=__version__)
