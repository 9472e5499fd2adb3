"""Numbers of R for published or made-up data, each file with what it holds and whose it is, as a bare clone compares with them."""

import json
from pathlib import Path
from typing import Any


def numbers(name: str) -> dict[str, Any]:
    """The file of this name."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
