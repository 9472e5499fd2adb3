"""Write the reference of queries, which their registry says: `make queries`."""

from pathlib import Path

from evergreen.extraction.queries.reference import text

PAGE = Path(__file__).resolve().parents[4] / "docs" / "queries.md"

if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
