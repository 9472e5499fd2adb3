"""The life of a small review: what its people have written at each of its stations, from nothing to an update that is done."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

MINI = Path(__file__).parent / "reviews" / "mini" / "config"
FIRST, SECOND = "2021-06-30", "2022-06-30"
IN_FIRST = {"A1", "A2", "A3", "A4", "A5", "A6"}
Row = dict[str, str]


@dataclass
class Review:
    """Protocol and sheets (by path below `config/`) of a station."""

    protocol: dict[str, Any]
    sheets: dict[str, list[Row]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """The sheets, in place of those of the station before."""
        for path, rows in self.sheets.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("w", encoding="utf-8", newline="") as file:
                out = csv.DictWriter(file, list(rows[0]))
                out.writeheader()
                out.writerows(rows)


def stations() -> Iterator[tuple[str, Review]]:
    """(name, review) of each; every one goes on from the one before."""
    review = Review(_protocol())
    sources = review.protocol.pop("sources")
    review.protocol["rounds"] = []
    yield "no search yet", review
    files = {name: source.pop("files") for name, source in sources.items()}
    review.protocol |= {"rounds": [FIRST], "sources": sources}
    for name, source in sources.items():
        source.pop("hits", None)
        source["files"] = {FIRST: files[name][FIRST]}
    yield "searched", review
    _put(review, "screening/title_abstract/AB.csv", _of({"A1", "A4", "A5"}))
    yield "some votes", review
    for person in ("AB", "CD"):
        _put(review, f"screening/title_abstract/{person}.csv", _of(IN_FIRST))
    yield "conflicts", review
    _put(review, "screening/title_abstract/adjudication.csv", _of(IN_FIRST))
    yield "adjudicated", review
    _put(review, "screening/full_text/AB.csv", _of(IN_FIRST))
    yield "full text by one of two", review
    _put(review, "screening/full_text/CD.csv", _of(IN_FIRST))
    _put(review, "studies.csv", _of(IN_FIRST))
    yield "studies included, nothing extracted", review
    _put(review, "extraction/AB.csv", _study("Archer2018"))
    yield "one study by one extractor", review
    first = _study("Archer2018", "Carter2019", "Evans2020")
    _put(review, "extraction/AB.csv", first)
    yield "one extractor", review
    _put(review, "extraction/CD.csv", first)
    _put(review, "risk_of_bias/AB.csv", _study("Archer2018"))
    yield "both extractors disagree, risk of bias partly", review
    _put(review, "extraction/adjudication.csv", first)
    _put(review, "risk_of_bias/AB.csv", first)
    review.sheets["certainty.csv"] = [
        {"outcome": "pain", "domain": "imprecision", "downgrade": "1", "reason": "few people"}
    ]
    yield "pooled and rated", review
    review.protocol["rounds"] = [FIRST, SECOND]
    sources["alpha"]["files"] = files["alpha"]
    yield "an update is searched", review
    for stage in ("title_abstract", "full_text"):
        for person in ("AB", "CD"):
            _put(review, f"screening/{stage}/{person}.csv", _every)
    for path in ("studies.csv", "extraction/AB.csv", "extraction/CD.csv", "risk_of_bias/AB.csv"):
        _put(review, path, _every)
    yield "the update is done", review


def _protocol() -> dict[str, Any]:
    config: dict[str, Any] = _texts(yaml.safe_load((MINI / "config.yaml").read_text(encoding="utf-8")))
    for name, source in config["sources"].items():
        source["name"] = name.capitalize()
    config["question"] = {"population": "Adults", "intervention": "Larkspur", "comparator": "Placebo"}
    return config


def _texts(value: Any) -> Any:
    """Dates as texts, as the workflow hands them on."""
    if isinstance(value, dict):
        return {_texts(key): _texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _put(review: Review, path: str, chosen: Callable[[Row], bool]) -> None:
    """The rows of the finished review's sheet that are chosen."""
    with (MINI / path).open(encoding="utf-8", newline="") as file:
        review.sheets[path] = [row for row in csv.DictReader(file) if chosen(row)]


def _of(records: set[str]) -> Callable[[Row], bool]:
    return lambda row: row["record_id"].removeprefix("alpha:") in records


def _study(*names: str) -> Callable[[Row], bool]:
    return lambda row: row["study"] in names


def _every(row: Row) -> bool:
    return bool(row)
