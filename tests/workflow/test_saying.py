"""What a run says: a line a stage when its last step is done or was left out, and what it is at."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace

import pytest

from tests.workflow.runs import ROOT


@pytest.fixture
def saying(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "rules"))
    yield __import__("saying")
    sys.modules.pop("saying")


class Plan:
    """Snakemake's plan of a run: jobs by number, of which some turn out not to be needed."""

    def __init__(self, **jobs: str) -> None:
        self.jobs = [
            SimpleNamespace(
                rule=SimpleNamespace(name=name, norun=file == "", snakefile=f"/x/rules/{file}.smk")
            )
            for name, file in jobs.items()
        ]
        self.left_out: set[str] = set()

    def needrun_jobs(self):
        return iter(self.jobs)

    def needrun(self, job):
        return job.rule.name not in self.left_out

    def jobid(self, job):
        return self.jobs.index(job) + 1


def test_a_stage_is_told_when_its_last_step_is_done_or_left_out(saying):
    plan = Plan(search_pubmed="search", read_records="records", audit_records="records", pool="pool", all="")
    stages = saying.Stages(SimpleNamespace(dag=plan))
    stages.plan()
    assert stages.total == 4  # a target is no step

    def words(lines):
        return [line.split()[:3] for line in lines]

    stages.start(1, "search_pubmed")
    assert "at work: search_pubmed (0 s); 0 of 4 steps done" in stages.at_work()
    assert words(stages.finish(1)) == [["search", "1", "step"]]
    assert stages.at_work() == ""
    assert stages.finish(2) == []
    plan.left_out.add("audit_records")
    assert words(stages.finish(None)) == [["records", "1", "step"]]
    assert stages.rest() == []  # nothing of `pool` was done, and nothing is said of it
    assert stages.took().startswith("2 steps in")


def test_a_run_that_is_not_told_of_steps_counts_none(saying):
    """`--quiet`: Snakemake tells of no step that ended, which is no run without steps."""
    assert saying.Stages(SimpleNamespace(dag=None)).took() == "0 s"


@pytest.mark.parametrize(
    ("sentence", "text", "within"),
    [
        ("a: wrong.\nb: wrong.", "Refusal in file x, line 4:\na: wrong.\nb: wrong.", True),
        (
            "a: wrong.",
            "InputFunctionException in rule r:\nError:\n  Refusal:\n    a: wrong.\nWildcards:",
            True,
        ),
        ("a: wrong.", "MissingRuleException:\nNo rule to produce x", False),
    ],
)
def test_a_mistake_is_known_by_its_sentence(saying, sentence, text, within):
    assert saying._within(sentence, text) is within


def test_a_target_that_there_is_not_is_said_beside_those_that_there_are(saying):
    rules = [
        SimpleNamespace(name=name, output=["x"] if name == "draw_bias" else [])
        for name in ("all", "search", "draw_bias")
    ]
    text = "MissingRuleException:\nNo rule to produce nosuch (if you use input functions make sure that they don't raise)."
    assert saying.no_target(text, SimpleNamespace(rules=rules)) == (
        "nosuch is neither a folder nor a target. Targets: all, search; or the path of a file under results/."
    )
    folder = saying.no_target(text.replace("nosuch", str(saying.RULES)), SimpleNamespace(rules=rules))
    assert folder.startswith(
        f"{saying.RULES} is a folder and no target; that of a review is named before all else. Targets: all,"
    )
    assert saying.no_target("MissingInputException in rule x", SimpleNamespace(rules=rules)) == ""


def test_a_dry_run_says_once_what_would_run_and_nothing_that_is_not_so_here(saying):
    passed = []
    known = SimpleNamespace(handle=lambda record: passed.append(record.msg), stream=None, close=lambda: None)
    telling = saying.Telling(SimpleNamespace(dag=None), known, lambda: None, lambda: None, quiet=False)
    telling.dry = True
    event = saying.LogEvent
    for text, kind in (
        ("SNAKEMAKE\nHost: here", event.WORKFLOW_STARTED),
        ("Job stats: 2", event.RUN_INFO),
        ("Job stats: 2", event.RUN_INFO),
        (
            "Reasons:\n    (check individual jobs above for details)\n    set of input files has changed since last execution:\n        count_votes",
            None,
        ),
        ("Some jobs were triggered by provenance information, ... '--cleanup-metadata <outfile>'", None),
        ("This was a dry-run", None),
    ):
        telling.emit(logging.makeLogRecord({"msg": text, "levelno": logging.INFO, "event": kind}))
    assert passed == [
        "Job stats: 2",
        "Reasons:\n    files that they read or made are not as the last run left them:\n        count_votes",
        "This was a dry-run",
    ]


def test_of_a_step_that_failed_nothing_is_said_that_is_not_so_here(saying):
    passed = []
    known = SimpleNamespace(handle=lambda record: passed.append(record.msg), stream=None, close=lambda: None)
    telling = saying.Telling(SimpleNamespace(dag=None), known, lambda: None, lambda: None, quiet=True)
    for text in ("Restored previous version of results/x (updating job failed).", "The disk is full"):
        telling.emit(logging.makeLogRecord({"msg": text, "levelno": logging.WARNING, "event": None}))
    assert passed == ["The disk is full"]
