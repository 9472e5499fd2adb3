"""Evergreen as a module of another workflow, as docs/module.md shows it."""

from __future__ import annotations

import re

import pytest

from tests.workflow.runs import ROOT, copy_of, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("mini")]
MINI = ROOT / "tests" / "reviews" / "mini"


def test_another_workflow_takes_evergreen_and_the_sheets_are_checked_there_too(tmp_path):
    review = copy_of(MINI, tmp_path / "our project")
    (example,) = re.findall(
        r"```python\n(.+?)```", (ROOT / "docs/module.md").read_text(encoding="utf-8"), re.DOTALL
    )
    outer = review / "Snakefile"
    outer.write_text(example.replace("/path/to/evergreen", str(ROOT)))
    sheet = review / "config/screening/title_abstract/AB.csv"
    good = sheet.read_text()
    sheet.write_text(good.replace("include", "yes", 1))

    # Before anything runs, although the step that is asked for does not read it.
    refused = snakemake(review, snakefile=outer)
    assert refused.status != 0
    assert (
        "config/screening/title_abstract/AB.csv, row 2, column decision: 'yes' is not allowed"
        in refused.output.splitlines()[-1]
    )
    assert not refused.rules
    assert not (review / "results/records").exists()

    sheet.write_text(good)
    kept = review / "results/logs/receipts/evergreen_pool.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text('{"code": "", "values": "", "inputs": {"config/gone.csv": "x"}, "outputs": {}}')
    run = snakemake(review, snakefile=outer)
    assert run.status == 0, run.output
    # Nine records of the first round, four new ones of the second.
    assert (review / "records.txt").read_text() == "13\n"
    assert "What awaits whom:" in run.output
    assert kept.is_file()  # a run of something else sweeps nothing


def test_a_workflow_that_gives_no_protocol_has_targets_of_its_own_too(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("review: {title: Ours}\n")
    outer = tmp_path / "Snakefile"
    outer.write_text(
        f"module evergreen:\n    snakefile: {str(ROOT / 'Snakefile')!r}\n\n"
        "use rule * from evergreen as evergreen_*\n\n"
        "rule search:\n    output: 'ours.txt'\n    shell: 'echo ours > {output}'\n"
    )
    run = snakemake(tmp_path, "search", snakefile=outer)
    assert run.status == 0, run.output
    assert (tmp_path / "ours.txt").read_text() == "ours\n"
