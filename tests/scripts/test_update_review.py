"""What `update_review.py` says of a strategy that is another one by now."""

from __future__ import annotations

import pytest

import update_review
from evergreen import tables

PROTOCOL = """review: {title: A review}
rounds: ["2020-01-01"]
entrez: {endpoint: embedded}
sources:
  pubmed: {kind: pubmed, type: database, strategy: config/pubmed.txt}
"""
ASKED = {"lines": [{"number": "", "text": "denosumab[tiab]"}], "strategy": {"limits": []}}


@pytest.mark.parametrize(
    ("strategy", "frozen", "said"),
    [("denosumab[tiab]", False, ""), ("prolia[tiab]", False, "2020-01-01 would be searched again"), ("prolia[tiab]", True, "")],
)  # fmt: skip
def test_a_round_that_a_new_strategy_would_overwrite_is_named(
    tmp_path, monkeypatch, capsys, strategy, frozen, said
):
    monkeypatch.chdir(tmp_path)
    tables.write_text(PROTOCOL, tmp_path / "config/config.yaml")
    tables.write_text(strategy, tmp_path / "config/pubmed.txt")
    tables.write_json(ASKED, tmp_path / "results/search/pubmed/2020-01-01/log.json")
    if frozen:
        tables.write_json(ASKED, tmp_path / "config/search/frozen/pubmed/2020-01-01/log.json")
    update_review.main(["2021-01-01"])
    printed = capsys.readouterr().out
    assert ("the strategy is not that of 2020-01-01" in printed) == ("prolia" in strategy)
    assert ("freeze first" in printed) == bool(said)
    assert said in printed
