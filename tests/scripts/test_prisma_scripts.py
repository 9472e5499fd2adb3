"""The scripts of the flow chart through their command lines."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from evergreen.errors import InputError, ReviewError


def script(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, root / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def given_from_sheet(path: Path) -> dict[str, object]:
    """Counts of a sheet of the R package as the protocol would give them."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["data"]: row["n"] for row in csv.DictReader(file) if row["data"] not in ("NA", "")}
    counts: dict[str, object] = {}
    for key, n in rows.items():
        if key.startswith(("previous_", "total_")) or key in ("identification", "screening", "included"):
            continue
        if ", " in n or ". " in n:
            # One name of this sheet ends with a full stop where the others have a comma.
            items = (item.replace(". ", ", ").rpartition(", ") for item in n.split("; "))
            counts[key] = {name: int(size) for name, _, size in items}
        elif key.endswith("_excluded") and key != "records_excluded":
            counts[key] = {}
        else:
            counts[key] = int(n)
    return counts


def count(root: Path, folder: Path, given: dict[str, object]) -> Path:
    params = {
        "title": "T",
        "rounds": [],
        "sources": [],
        "reasons": [],
        "previous": {"studies": 0, "reports": 0},
        "given": given,
        "other_methods": [],
    }
    script(root, "count_prisma").main(["--params", json.dumps(params), "--folder", str(folder)])
    return folder / "counts.json"


def test_counts_of_a_published_review_add_up_and_are_drawn_as_given(
    root: Path, shared: Path, tmp_path: Path
) -> None:
    # GALENOS living systematic review 3, doi 10.12688/wellcomeopenres.21302.1 (CC BY 4.0).
    published = given_from_sheet(shared / "data/reviews/taar1/prisma.csv")
    counts = count(root, tmp_path, {"2023-11-17": published})
    document = json.loads(counts.read_text(encoding="utf-8"))
    assert document["total"]["records_screened"] == 3962
    assert document["total"]["total_studies"] == 25
    assert document["sources"]["2023-11-17"]["register_results"] == {
        "ClinicalTrials.gov": 67,
        "WHO ICTRP": 59,
    }
    svg = (tmp_path / "flow.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert "Counts as given by the authors of the review" in svg
    assert "MEDLINE (n = 1212)" in svg
    assert "<title>Records screened (n = 3962)</title>" in svg
    assert 'href="flow.html#records_screened"' in svg
    assert "Counts as given" in (tmp_path / "flow.html").read_text(encoding="utf-8")
    for stem in ("flow", "flow-2023-11-17", "flow-total"):
        for suffix in ("svg", "pdf", "png"):
            assert (tmp_path / f"{stem}.{suffix}").stat().st_size > 1000


def test_given_counts_that_do_not_add_up_are_refused(root: Path, shared: Path, tmp_path: Path) -> None:
    published = given_from_sheet(shared / "data/reviews/taar1/prisma.csv")
    with pytest.raises(ReviewError, match="2023-11-17, records_screened"):
        count(root, tmp_path, {"2023-11-17": {**published, "duplicates": 2510}})
    with pytest.raises(InputError, match="not a count"):
        count(root, tmp_path, {"2023-11-17": {**published, "duplicate": 1}})
