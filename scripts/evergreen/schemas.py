"""The schemas in `config/schemas/`: what a protocol is, and what a row of each sheet is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "config" / "schemas"
OF_SHEETS = sorted(set(FOLDER.glob("*.schema.yaml")) - {FOLDER / "config.schema.yaml"})
"""How sheets are read is a part of what every step computes that reads one."""


@cache
def schema(kind: str) -> dict[str, Any]:
    """The schema of the protocol (`config`) or of a kind of sheet; not to be changed by who asks for it."""
    return yaml.safe_load((FOLDER / f"{kind}.schema.yaml").read_text(encoding="utf-8"))
