"""The table of records for people, of exports that are large: on demand, and never of yesterday."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evergreen import tables
from tests.workflow.runs import snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("mini")]
TABLE = "results/records/records.csv"
RECORD = "TY  - JOUR\nAN  - {}\nTI  - A made-up trial {}\nPY  - 2015\nAB  - {}\nER  - \n\n"


def test_the_table_of_a_large_export_is_made_on_demand_and_goes_on_with_the_records(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    days = ["2023-01-31", "2024-01-31"]
    for day, ids, abstract in ((days[0], range(55), "made up " * 125_000), (days[1], range(60, 63), "short")):
        (tmp_path / f"config/{day}.ris").write_text("".join(RECORD.format(id_, id_, abstract) for id_ in ids))

    def searched(*rounds: str) -> None:
        files = {day: f"config/{day}.ris" for day in rounds}
        source = {"kind": "export", "type": "database", "files": files}
        protocol = {"review": {"title": "Large"}, "rounds": list(rounds), "sources": {"made_up": source}}
        (tmp_path / "config/config.yaml").write_text(json.dumps(protocol))

    searched(days[0])
    assert snakemake(tmp_path, "records").status == 0
    assert (tmp_path / "results/records/records.parquet").exists()
    assert not (tmp_path / TABLE).exists()
    assert snakemake(tmp_path, TABLE).status == 0
    assert len(tables.read_table(tmp_path / TABLE)) == 55
    searched(*days)
    assert snakemake(tmp_path, "results/deduplication/works.csv").status == 0
    assert len(tables.read_table(tmp_path / TABLE)) == 58
