"""A small seeded part of `make damage`: files of all stages, each damaged in one way."""

from __future__ import annotations

import pytest

from tests.chaos.damage import Damage, Patient, fails
from tests.fixpoint.engine import Engine
from tests.fixpoint.histories import clean_start

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chaos")]
DAMAGES = [
    Damage("records/records.csv", "cut"),
    Damage("deduplication/works.parquet", "altered"),
    Damage("screening/studies.csv", "cut"),
    Damage("prisma/flow.svg", "altered"),
    Damage("extraction/merged.csv", "altered"),
    Damage("synthesis/pain.json", "cut"),
    Damage("figures/pain/forest.svg", "deleted"),
    Damage("report/index.html", "cut"),
]


def test_a_damaged_result_is_healed_and_named(tmp_path):
    patient = Patient("mini", clean_start(Engine(), tmp_path), tmp_path)
    verdicts = patient.suffers(DAMAGES)
    assert not {damage: verdict for damage, verdict in verdicts.items() if fails(damage, verdict)}
