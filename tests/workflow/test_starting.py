"""From an export to a work list, by the launcher, in a folder with a space and an umlaut in its path."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.workflow.runs import ROOT

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("mini")]
EXPORT = ROOT / "tests/reviews/exports/config/search/north-2015.ris"


def evergreen(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # From another folder, by a link, with nothing activated.
    link = folder / "eg"
    if not link.exists():
        link.symlink_to(ROOT / "evergreen")
    environment = {**os.environ, "PATH": "/usr/bin:/bin", "CORES": "2"}
    return subprocess.run(
        [link, *words], cwd=folder, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL
    )


@pytest.mark.skipif(not (ROOT / ".venv/requirements.done").exists(), reason="no environment made by make")
def test_a_review_is_started_run_and_looked_at_from_anywhere(tmp_path):
    review = tmp_path / "Meine Übersicht"
    made = evergreen(
        tmp_path, "new", review.name, "--title", "T", "--reviewers", "AB,CD", "--database", f"North={EXPORT}"
    )
    assert made.returncode == 0, made.stderr
    before = {path: path.read_bytes() for path in review.rglob("*") if path.is_file()}
    again = evergreen(tmp_path, "new", review.name, "--title", "Other")
    assert again.returncode == 2
    assert "there is a review in this folder" in again.stderr
    assert "No run of everything has ended here yet." in evergreen(tmp_path, "status", review.name).stdout

    (tmp_path / "default").mkdir()  # Snakemake would take it for a profile
    page = "results/screening/title_abstract/AB.html"
    run = evergreen(tmp_path, "run", review.name, page)
    assert run.returncode == 0, run.stderr
    assert (review / page).is_file()
    # What awaits whom is said whatever the target.
    assert (
        "AB: 5 records to screen at title and abstract (open results/screening/title_abstract/AB.html"
        in run.stderr
    )
    assert {path: path.read_bytes() for path in before} == before

    # Whatever a person calls is found from anywhere, and is of the review that is named.
    votes = tmp_path / "votes.csv"
    worklist = (review / "results/screening/title_abstract/worklist-CD.csv").read_text(encoding="utf-8-sig")
    votes.write_text(worklist.replace(",,,,,", ",include,,,,", 1))
    brought = evergreen(tmp_path, "import-decisions", review.name, "title_abstract", "worklist", votes.name, "--person", "CD")  # fmt: skip
    assert "CD.csv: 1 added" in brought.stdout, brought.stderr
    sheet = review / "config/screening/title_abstract/CD.csv"
    sheet.write_bytes(before[sheet])

    # A folder called like a target is not the review that is meant, where one is here.
    (review / "screen").mkdir()
    assert "records to screen" in evergreen(review, "run", "screen").stderr
    assert "screen: there is no review in this folder" in evergreen(review, "status", "screen").stderr
    assert "./screen: there is no review in this folder" in evergreen(review, "run", "./screen").stderr
    (review / "screen").rmdir()

    # Of a review of exports `search` has nothing to do, and beside `records` nothing to refuse.
    assert evergreen(tmp_path, "run", review.name, "search", "records", "-n").returncode == 0

    begun = os.times()
    told = evergreen(tmp_path, "status", review.name, "--json")
    ended = os.times()  # of the processor, for tests run side by side
    assert ended.children_user + ended.children_system - begun.children_user - begun.children_system < 1
    assert json.loads(told.stdout)["due"] == ["No run of everything has ended here yet."]
    (tmp_path / "named/config").mkdir(parents=True)
    (tmp_path / "named/config/config.yml").write_text("review: {title: T}\n")
    (tmp_path / "shut/config").mkdir(parents=True)
    (tmp_path / "shut/config/config.yaml").write_text("review: {title: T}\n")
    (tmp_path / "shut/.snakemake").touch()  # as where nobody may write
    (tmp_path / "bare/config").mkdir(parents=True)
    (tmp_path / "bare/config/config.yaml").write_text(
        "review: {title: T}\nscreening: {full_text: {reviewers: [AB]}}\n"
    )
    assert "usage:" in evergreen(tmp_path, "run", "--help").stdout
    for words, said in (
        (["trace", "Pain"], "Pain: there is no such folder, and no review in this one"), (["update"], ".: there is no review in this folder"),
        (["import-decisions", "bare", "full_text", "worklist", "votes.csv", "--person", "AB"], "ERROR: bare/results/deduplication/clusters.csv: the file is missing. Run Evergreen first."),
        (["run", "bare", "pool"], "`pool` has nothing to do, for the protocol names no outcomes. Add `outcomes`."),
        (["run", "bare", "results/deduplication/audit.csv"], "`results/deduplication/audit.csv` cannot be made, for the protocol names no source of records."),
        (["run", "bare", "all", "prisma"], "`prisma` has nothing to do, for the protocol names no source of records. Add `rounds`"),
        (["run", "shut"], "shut: the review's folder cannot be written to ("), (["run", "named"], "named/config/config.yml: the protocol is called config.yaml. Rename it."),
        (["statsu"], "statsu: there is no such command"), (["status", "nowhere"], "nowhere: there is no such folder"),
        (["run", "--version"], ".: there is no review in this folder"), (["run", "nowhere"], "nowhere: there is no such folder"),
        (["freeze", review.name], "ERROR: evergreen freeze: the following arguments are required: version."),
        (["run", review.name, "search"], "`search` has nothing to do, for the protocol names no source of kind `pubmed`."),
        (["run", review.name, "nosuch"], "nosuch is neither a folder nor a target. Targets: search, "),
    ):  # fmt: skip
        ended = evergreen(tmp_path, *words)
        assert ended.returncode
        assert said in ended.stderr
        assert "usage" not in ended.stderr
        assert "Exception" not in ended.stderr
        assert "Traceback" not in ended.stderr
