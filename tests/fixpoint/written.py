"""What people write, opened for editing: the protocol, the sheets and the exports of a review."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

STAGES = ("title_abstract", "full_text")
Row = dict[str, str]


class _Loader(yaml.SafeLoader):
    """YAML whose dates stay the text that a person wrote."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass
class Sheet:
    """A CSV file as rows; `save` writes it back, and without rows only its header."""

    path: Path
    columns: list[str]
    rows: list[Row]

    @property
    def name(self) -> str:
        return "/".join(self.path.parts[self.path.parts.index("config") :])

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


@dataclass(frozen=True)
class Written:
    """The config/ of one review."""

    folder: Path

    # The protocol.

    @property
    def protocol(self) -> dict:
        read = yaml.load((self.folder / "config.yaml").read_text(encoding="utf-8"), _Loader)
        return json.loads(json.dumps(read))  # what YAML anchors share becomes apart

    def save_protocol(self, protocol: dict) -> None:
        text = yaml.safe_dump(protocol, sort_keys=False, allow_unicode=True, width=100)
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    @property
    def outcomes(self) -> list[dict]:
        return self.protocol.get("outcomes", [])

    # Sheets.

    def sheet(self, name: str, *columns: str) -> Sheet:
        """A sheet by its path below config/; where there is none, an empty one with these columns."""
        path = self.folder / name
        if not path.is_file():
            return Sheet(path, list(columns), [])
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{key: value or "" for key, value in row.items()} for row in reader]
            return Sheet(path, list(reader.fieldnames or []), rows)

    def sheets(self, pattern: str) -> list[Sheet]:
        """The sheets whose path below config/ fits a pattern, sorted."""
        return [self.sheet(str(path.relative_to(self.folder))) for path in sorted(self.folder.glob(pattern))]

    def votes(self, stage: str) -> list[Sheet]:
        return _without(self.sheets(f"screening/{stage}/*.csv"), "adjudication")

    def extraction(self) -> list[Sheet]:
        return _without(self.sheets("extraction/*.csv"), "adjudication", "studies-")

    def study_columns(self) -> list[Sheet]:
        return self.sheets("extraction/studies-*.csv")

    def bias(self) -> list[Sheet]:
        return _without(self.sheets("risk_of_bias/*.csv"), "adjudication")

    # Records and studies.

    def records(self) -> list[str]:
        """Ids of records: those that sheets name and those of RIS exports."""
        found = {row[column] for sheet in self.sheets("**/*.csv") for row in sheet.rows
                 for column in ("record_id", "record_a", "record_b") if row.get(column)}  # fmt: skip
        for source, settings in self.protocol.get("sources", {}).items():
            for file in settings.get("files", {}).values():
                if file.endswith(".ris"):
                    text = (self.folder.parent / file).read_text(encoding="utf-8")
                    found |= {f"{source}:{key.strip()}" for key in re.findall(r"^AN  - (.+)$", text, re.M)}
        return sorted(found)

    def studies(self) -> list[str]:
        return sorted({row["study"] for sheet in self.extraction() for row in sheet.rows})


def _without(sheets: list[Sheet], *beginnings: str) -> list[Sheet]:
    return [sheet for sheet in sheets if not sheet.path.name.startswith(beginnings)]


def records_of(text: str) -> list[str]:
    """The records of a RIS file, each as its own text."""
    return [
        part.strip("\n") + "\n" for part in re.split(r"(?<=^ER  - )\s*$", text, flags=re.M) if part.strip()
    ]


def as_ris(records: list[str]) -> str:
    return "\n".join(records)


def invented_record(key: str, title: str, year: int) -> str:
    """A synthetic RIS record."""
    fields = [
        ("TY", "JOUR"), ("TI", title), ("AU", "Quill, Quin"), ("PY", year), ("JO", "Journal of Invented Medicine"),
        ("VL", year - 2000), ("SP", 200 + year % 100), ("DO", f"10.5555/added.{key.lower()}"), ("AN", key),
        ("N1", "Synthetic record"),
    ]  # fmt: skip
    return "".join(f"{tag}  - {value}\n" for tag, value in fields) + "ER  - \n"
