"""Duplicates found in labelled sets: works lost (FP) and duplicates left (FN), counted as `score_dedup.py` counts."""

import importlib.util
import subprocess
import sys

import pandas as pd
import pytest

from evergreen.deduplication.links import borderline
from evergreen.deduplication.rounds import Round, close_round, compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts
from evergreen.records import formats
from evergreen.records.new_records import import_exports

BOUNDS = {
    "asysd_diabetes": (0, 0),
    "ldd_stroke": (0, 2),
    "ldd_cytology_screening": (0, 5),
    "ldd_haematology": (0, 12),
    "synth10k": (3, 40),
}
"""Set: most works lost, most duplicates left."""
NEVER = {"erratum", "comment", "cochrane_update", "preprint", "conference_abstract"}


COLUMNS = {
    "accession": "record_id", "title": "title", "authors": "author", "year": "year", "journal": "journal",
    "volume": "volume", "issue": "number", "pages": "pages", "doi": "doi", "pmid": "pmid",
}  # fmt: skip


def record_table(path):
    """A labelled set, read as an export with a column mapping; its ids, groups and kinds beside it."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = {name: column for name, column in COLUMNS.items() if column in raw}
    export = formats.read(path, format_="csv", columns=columns)
    imported = import_exports({str(path): export}, source="set", round_="2020-01-01", hits=len(raw))
    return raw.assign(record_id="set:" + raw["record_id"]), imported.records


def deduplicated(records, verdicts=None) -> Round:
    table, known = prepare(records, None)
    return close_round(table, known, compare_share(table, known), verdicts or Verdicts.none(), ["set"])


@pytest.fixture(scope="module")
def evaluate(shared):
    spec = importlib.util.spec_from_file_location("score_dedup", shared / "tools" / "score_dedup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.evaluate


@pytest.fixture(scope="module")
def unseen(shared, tmp_path_factory):
    """A synthetic set that nobody has looked at."""
    path = tmp_path_factory.mktemp("synthetic") / "records.csv"
    tool = shared / "tools" / "synth_records.py"
    subprocess.run([sys.executable, tool, "6000", path, "20261", "0"], check=True, capture_output=True)
    return path


def check(path, bounds, evaluate):
    truth, records = record_table(path)
    found = deduplicated(records)
    work = dict(zip(found.state["record_id"], found.state["work_id"], strict=True))
    score = evaluate(truth, work)
    assert (score["FP"], score["FN"]) <= bounds, score
    assert score["FP"] <= bounds[0]
    assert score["FN"] <= bounds[1]
    sheet, _ = borderline(found.pairs, found.state, records, Verdicts.none())
    assert len(sheet) <= max(10, len(truth) // 100)
    # a person who answers the sheet finds at least half of the duplicates that remain
    group = dict(zip(truth["record_id"], truth["group_id"], strict=True))
    answered = [
        tuple(sorted((row.record_a, row.record_b)))
        for row in sheet.itertuples()
        if group[row.record_a] == group[row.record_b]
    ]
    again = deduplicated(records, Verdicts(answered, [], {}))
    left = evaluate(truth, dict(zip(again.state["record_id"], again.state["work_id"], strict=True)))
    assert left["FN"] <= score["FN"] / 2
    return truth.assign(work=truth["record_id"].map(work)), sheet, score


@pytest.mark.parametrize("name", BOUNDS)
def test_duplicates_are_found_and_no_work_is_lost(name, shared, evaluate):
    check(shared / "data" / "dedup" / name / "records.csv", BOUNDS[name], evaluate)


def test_related_records_of_unseen_works_stay_apart(unseen, evaluate):
    truth, _, _ = check(unseen, (1, 25), evaluate)
    works = truth.groupby("group_id")["work"].agg(set)
    related = truth[truth["related_to"].ne("")].drop_duplicates("group_id")
    merged = [bool(works[row.group_id] & works.get(row.related_to, set())) for row in related.itertuples()]
    wrong = related[merged]["kind"].value_counts()
    assert not NEVER & set(wrong.index), wrong
    assert wrong.sum() <= max(1, 0.01 * related["kind"].isin(["part2", "yearly_update"]).sum())
