"""Decisions that are brought into a sheet complete it, change what is asked, and delete nothing."""

from __future__ import annotations

import pandas as pd

from evergreen.screening.exchange.matching import joined
from tests.foreign_works import CLUSTERS
from tests.rows import each


def test_merging_adds_changes_and_never_deletes():
    own = pd.DataFrame({"record_id": ["elsewhere:7", "pubmed:2", "old:1"], "decision": ["unsure", "include", "exclude"], "reason": "", "note": ["n", "", ""], "decided_on": "", "mood": "fine"})  # fmt: skip
    new = pd.DataFrame({"record_id": ["lib:00123", "pubmed:2", "pubmed:3"], "decision": ["exclude", "", "include"], "reason": ["review", "", ""], "note": "", "decided_on": "2026-01-02"})  # fmt: skip
    first = joined(own, new, CLUSTERS)
    assert (first.added, first.completed) == (1, 0)
    assert first.reversed == [("lib:00123", "unsure", "exclude (review)")]
    sheet = first.sheet
    assert sheet[["record_id", "decision", "mood"]].to_numpy().tolist() == [
        ["elsewhere:7", "exclude", "fine"], ["pubmed:2", "include", "fine"], ["old:1", "exclude", "fine"], ["pubmed:3", "include", ""],
    ]  # fmt: skip
    again = joined(sheet, new, CLUSTERS)
    assert (again.added, again.completed, again.reversed) == (0, 0, [])
    assert again.sheet.to_numpy().tolist() == sheet.to_numpy().tolist()


@each(
    "own, new, left, done",
    [
        (("exclude", "", ""), ("exclude", "review", ""), ("exclude", "review", ""), (0, 1, 0)),
        (("exclude", "review", ""), ("exclude", "", ""), ("exclude", "review", ""), (0, 0, 0)),
        (("exclude", "review", ""), ("exclude", "animal", ""), ("exclude", "animal", ""), (0, 0, 1)),
        (("", "", ""), ("include", "", ""), ("include", "", ""), (1, 0, 0)),
        (("exclude", "review", "2020-01-02"), ("exclude", "review", "2024-05-06"), ("exclude", "review", "2024-05-06"), (0, 1, 0)),
        (("exclude", "review", "2020-01-02"), ("exclude", "review", "2019-05-06"), ("exclude", "review", "2020-01-02"), (0, 0, 0)),
    ],
)  # fmt: skip
def test_what_is_brought_completes_or_reverses_a_decision(own, new, left, done):
    names = ["decision", "reason", "decided_on"]
    before, brought = (pd.DataFrame([{"record_id": "pubmed:2", "note": "", **dict(zip(names, said, strict=True))}]) for said in (own, new))  # fmt: skip
    result = joined(before, brought, CLUSTERS)
    assert tuple(result.sheet[names].iloc[0]) == left
    assert (result.added, result.completed, len(result.reversed)) == done


@each(
    ("new", "left", "done"),
    [
        # Of the work: both rows say it, or the reviewer would contradict it.
        ([("lib:00123", "exclude")], ["exclude", "exclude", ""], (0, ["include and unsure"])),
        ([("elsewhere:7", "include")], ["include", "include", ""], (0, ["unsure"])),
        # Record by record, as they stand: nothing is another.
        ([("elsewhere:7", "unsure"), ("lib:00123", "include")], ["unsure", "include", ""], (0, [])),
        ([("pubmed:2", "include")], ["unsure", "include", "include"], (1, [])),
    ],
)
def test_what_is_brought_of_a_work_holds_in_all_of_its_rows(new, left, done):
    own = pd.DataFrame(
        {"record_id": ["elsewhere:7", "lib:00123", "pubmed:2"], "decision": ["unsure", "include", ""]}
    )
    own, brought = (
        rows.assign(reason="", note="", decided_on="")
        for rows in (own, pd.DataFrame(new, columns=["record_id", "decision"]))
    )
    found = joined(own, brought, CLUSTERS)
    assert found.sheet["decision"].tolist() == left
    assert (found.added, [was for _, was, _ in found.reversed]) == done
    assert joined(found.sheet, brought, CLUSTERS).reversed == []


def test_what_is_brought_record_by_record_fills_the_rows_that_are_there():
    own, brought = (
        pd.DataFrame(
            {
                "record_id": ["elsewhere:7", "lib:00123"],
                "decision": said,
                "reason": "",
                "note": "",
                "decided_on": "",
            }
        )
        for said in (["unsure", ""], ["unsure", "include"])
    )
    found = joined(own, brought, CLUSTERS)
    assert found.sheet.to_dict("list") == brought.to_dict("list")
    assert found.added == 1


def test_another_decision_leaves_a_remark_and_one_that_is_to_be_seen_again_may_change():
    own = pd.DataFrame([["pubmed:2", "exclude", "review", "look, again", "2020-01-01"]], columns=["record_id", "decision", "reason", "note", "decided_on"])  # fmt: skip
    new = pd.DataFrame([["pubmed:2", "include", "", "", "2021-01-01"]], columns=list(own))
    found = joined(own, new, CLUSTERS)
    assert found.sheet.to_numpy().tolist() == [["pubmed:2", "include", "", "look, again", "2021-01-01"]]
    assert len(found.reversed) == 1
    found = joined(own, new, CLUSTERS, {"review": "2020-06-01"})
    assert (found.reversed, found.added) == ([], 1)
    assert len(joined(own, new, CLUSTERS, {"review": "2019-06-01"}).reversed) == 1
