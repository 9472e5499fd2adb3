"""Write the schema and the reference of a result, which its models say: `make result`."""

from __future__ import annotations

from pathlib import Path

from evergreen.synthesis.result import result_reference, result_schema

ROOT = Path(__file__).resolve().parents[4]
MADE = {
    ROOT / "docs/result.schema.json": result_schema.as_json,
    ROOT / "docs/result.md": result_reference.as_markdown,
}

if __name__ == "__main__":
    for path, text in MADE.items():
        path.write_text(text(), encoding="utf-8")
