"""Write what the tools say of themselves into docs/risk-of-bias.md: `make tools`."""

from __future__ import annotations

from pathlib import Path

from evergreen.bias.tools.reference import in_page

PAGE = Path(__file__).resolve().parents[4] / "docs" / "risk-of-bias.md"

if __name__ == "__main__":
    PAGE.write_text(in_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
