"""Write the schema and the reference of the protocol, which its models say: `make protocol`."""

from __future__ import annotations

from pathlib import Path

from evergreen.protocol import reference, schema

ROOT = Path(__file__).resolve().parents[3]
MADE = {
    ROOT / "config/schemas/config.schema.yaml": schema.as_yaml,
    ROOT / "docs/protocol.md": reference.as_markdown,
}

if __name__ == "__main__":
    for path, text in MADE.items():
        path.write_text(text(), encoding="utf-8")
