"""What steps need: processors, memory and time, as measured. This is the only table of it.

On one machine Snakemake shows these numbers and does nothing with them; on a cluster they are what a job asks for, and a step that
takes more is killed. Memory grows with what a step reads, so it is given as megabytes at rest and for each megabyte of input. A job
on a node is Snakemake twice (the job, and the step in it) beside the step: `SNAKEMAKE` is for them. A second try asks for twice as
much, a third for three times as much. docs/scaling.md has the measurements; the table gives about twice the measured slope.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUBMIT = "EVERGREEN_SUBMIT"  # `all`: also the steps that stay go to the queue
SNAKEMAKE = 500  # two processes, of 165 MB each in the bundled review, 241 MB with 1,000 outcomes


@dataclass(frozen=True)
class Needs:
    """`mb` and `minutes` at rest, `mb_per_mb` and `minutes_per_100_mb` for what is read. A step that `stays` runs where Snakemake runs."""

    mb: int = 200
    mb_per_mb: float = 0
    minutes: int = 10
    minutes_per_100_mb: float = 0
    threads: int = 1
    stays: bool = False


# Those stay whose work does not grow with the number of records or outcomes: they take some 0.5 to 2 s of a processor, and a job's
# own start takes 3 s of it and a place in the queue.
NEEDS = {
    # Stays: nodes often have no way out, and the pace that NCBI asks for is kept for each machine. It waits more than it works.
    "search_pubmed": Needs(minutes=60, stays=True),
    "write_search_log": Needs(stays=True),
    # Holds as tables what is new in two rounds, twice an RIS; of exports that are no UTF-8, and XML, 7 times the file, of a CSV of titles 20 times.
    "read_records": Needs(mb_per_mb=40, minutes_per_100_mb=20, threads=2),
    "deduplicate_works": Needs(mb_per_mb=30, minutes_per_100_mb=30, threads=2),
    "write_records_table": Needs(stays=True),
    "audit_records": Needs(mb_per_mb=20, minutes_per_100_mb=10),
    "count_votes": Needs(mb_per_mb=25, minutes_per_100_mb=10),
    "compare_reviewers": Needs(mb_per_mb=10, stays=True),
    "list_studies": Needs(mb_per_mb=10, minutes_per_100_mb=10),
    # Holds a list of notices that has some 60 MB.
    "check_reports": Needs(mb=600, mb_per_mb=20, minutes_per_100_mb=10),
    # A page, a workbook and RIS for each reviewer.
    "write_worklists": Needs(mb_per_mb=80, minutes=20, minutes_per_100_mb=20),
    # Counts, and draws every round's chart again whose counts changed.
    "count_prisma": Needs(mb_per_mb=20, minutes=20, minutes_per_100_mb=10),
    "draw_overlap": Needs(stays=True),
    "merge_extraction": Needs(mb_per_mb=40),
    "slice_outcomes": Needs(mb_per_mb=40),
    # 25 outcomes in one process: little each, but multilevel models take minutes.
    "pool_outcomes": Needs(mb_per_mb=40, minutes=60),
    # Up to ten outcomes; a forest plot of 300 studies takes 10 s and more.
    "draw_outcomes": Needs(mb=400, mb_per_mb=40, minutes=60),
    "merge_bias": Needs(stays=True),
    "label_judged": Needs(stays=True),
    "draw_bias": Needs(stays=True),
    "draw_stages": Needs(stays=True),
    "grade_certainty": Needs(stays=True),
    "write_status": Needs(mb_per_mb=10),
    "tell_changes": Needs(mb_per_mb=30, minutes_per_100_mb=30),
    "write_checklists": Needs(mb_per_mb=10),
    # Holds the figures that it shows and passes over the Word document.
    "write_exports": Needs(mb_per_mb=20, minutes_per_100_mb=10),
    "trace_numbers": Needs(mb_per_mb=35, minutes_per_100_mb=30),
    "write_report": Needs(mb=600, mb_per_mb=15, minutes=30),
    "verify_with_metafor": Needs(mb=500, minutes=60),
}


def resources(step: str) -> dict[str, Callable[..., int]]:
    """Resources of a step's rule."""
    needed = NEEDS[step]

    def mem_mb(wildcards: Any, input: Any, attempt: int) -> int:
        return attempt * (SNAKEMAKE + needed.mb + round(needed.mb_per_mb * megabytes(input)))

    def runtime(wildcards: Any, input: Any, attempt: int) -> int:
        return attempt * (needed.minutes + round(needed.minutes_per_100_mb * megabytes(input) / 100))

    return {"mem_mb": mem_mb, "runtime": runtime}


def megabytes(paths: Iterable[str]) -> float:
    """Size of files, and of all files in directories; a file that no step has made yet raises FileNotFoundError."""
    return sum(_bytes(str(path)) for path in paths) / 1e6


def _bytes(path: str) -> int:
    size = os.stat(path).st_size  # noqa: PTH116 - Snakemake looks for the name as it gave it
    if not Path(path).is_dir():
        return size
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file())


def stays(step: str) -> bool:
    """Whether a step runs where Snakemake runs, also if it submits the others: it is small, or needs the way out that nodes may not have."""
    return NEEDS[step].stays and os.environ.get(SUBMIT) != "all"
