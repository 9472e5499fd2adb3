"""The account of all searches: what the import report says."""

import pandas as pd

from evergreen.records.account import REMARK_COLUMNS, import_report

COUNT = {"read": 5, "new": 4, "seen_before": 1, "lost": 1, "file": "a.ris", "format": "RIS", "dialect": "Ovid", "encoding": "UTF-8"}  # fmt: skip


def test_the_report_names_every_file_and_every_remark():
    lost = pd.DataFrame(
        [("a.ris", "7", "lost", "line outside any record", "junk")], columns=list(REMARK_COLUMNS)
    )
    gone = pd.DataFrame([("", "", "PMID 1: no longer there")], columns=["file", "line", "reason"])
    report = import_report(
        [("pubmed", "2018-12-31", {"new": 3}), ("embase", "2018-12-31", {"read": 5, "files": [COUNT]})],
        {("pubmed", "2018-12-31"): gone, ("embase", "2018-12-31"): lost},
        [(("embase", "2018-12-31"), "imported twice?")],
    )
    assert report[["source", "kind", "line", "reason"]].values.tolist() == [
        ["pubmed", "lost", "", "PMID 1: no longer there"],
        [
            "embase",
            "file",
            "",
            "RIS (Ovid), UTF-8: 5 records read, 4 new, 1 seen before, 1 lines outside records",
        ],
        ["embase", "repeated", "", "imported twice?"],
        ["embase", "lost", "7", "line outside any record"],
    ]
    assert list(import_report([], {})) == ["source", "round", *REMARK_COLUMNS]
