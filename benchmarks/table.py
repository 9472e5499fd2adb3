"""What a review costs, in one table: this checkout beside another commit, in the same run.

    make bench [BASE=e08b367]                            # some hours of two processors
    python benchmarks/table.py --base e08b367 --rows bundled pool --runs 3
    python benchmarks/table.py --write docs/performance.md

Every row runs both commits in turn, each with its own code and this environment; medians. CPU seconds count all processes, the
memory is that of the largest. Rows of which the other commit needs hours are measured at this one only, and say so.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from costs import Cost, cost_of

import reviews

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
HEAD = ("work", "CPU s", "of base", "wall s", "of base", "largest process MB", "bytes MB", "of base", "goal")


@dataclass(frozen=True)
class Work:
    """What one commit's runs of a row cost: a name, the cost, and the megabytes of the files that the row asks about."""

    name: str
    cost: Cost
    megabytes: float | None = None


@dataclass(frozen=True)
class Row:
    """`run(checkout, folder)` gives the works of a row in order; `base`: whether the other commit is run as well."""

    run: Callable[[Path, Path], Iterator[Work]]
    base: bool = True


def snakemake(checkout: Path, review: Path, *words: str) -> Cost:
    command = [
        SNAKEMAKE,
        "--snakefile",
        checkout / "Snakefile",
        "--directory",
        review,
        "--cores",
        "2",
        *words,
    ]
    return cost_of(command)


def megabytes(*paths: Path) -> float:
    """What files take on the disk: of several names of one file, one."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    sizes = {(known.st_dev, known.st_ino): known.st_size for file in files if file.is_file() for known in [file.stat()]}  # fmt: skip
    return sum(sizes.values()) / 1e6


def bundled(checkout: Path, folder: Path) -> Iterator[Work]:
    review = folder / "review"
    reviews.bundled(checkout, review)
    yield Work("bundled review from nothing", snakemake(checkout, review))
    yield Work("run after a run", snakemake(checkout, review))
    yield Work("`snakemake -n`", snakemake(checkout, review, "-n"))
    reviews.search_again(review)
    yield Work("search with nothing new", snakemake(checkout, review))
    reviews.correct_a_cell(review)
    yield Work("one corrected cell", snakemake(checkout, review))
    sheets = reviews.without(review, "Yue2017")
    snakemake(checkout, review)
    for path, text in sheets.items():
        path.write_text(text, encoding="utf-8")
    yield Work("one trial added", snakemake(checkout, review))


def pool(number: int) -> Callable[[Path, Path], Iterator[Work]]:
    def run(checkout: Path, folder: Path) -> Iterator[Work]:
        review = folder / "review"
        reviews.of_outcomes(review, number, 10)
        yield Work(f"`pool`, {number:,} outcomes of 10 studies", snakemake(checkout, review, "pool"))

    return run


def report(outcomes: int, studies: int) -> Callable[[Path, Path], Iterator[Work]]:
    def run(checkout: Path, folder: Path) -> Iterator[Work]:
        review = folder / "review"
        reviews.of_outcomes(review, outcomes, studies)
        cost = snakemake(checkout, review)
        place = review / "results" / "report"
        yield Work(
            f"sheet to report, {outcomes} x {studies}; index.html", cost, megabytes(place / "index.html")
        )
        yield Work(
            f"sheet to report, {outcomes} x {studies}; review.docx", cost, megabytes(place / "review.docx")
        )
        yield Work(f"sheet to report, {outcomes} x {studies}; all of report/", cost, megabytes(place))

    return run


def records(number: int) -> Callable[[Path, Path], Iterator[Work]]:
    def run(checkout: Path, folder: Path) -> Iterator[Work]:
        review = folder / "review"
        reviews.of_records(review, number)
        yield Work(f"{number:,} RIS records: records", snakemake(checkout, review, "records"))
        yield Work(f"{number:,} RIS records: deduplicate", snakemake(checkout, review, "deduplicate"))
        cost = snakemake(checkout, review, "screen")
        yield Work(
            f"{number:,} RIS records: screen for two", cost, megabytes(review / "results" / "screening")
        )

    return run


def rounds(last: int) -> Callable[[Path, Path], Iterator[Work]]:
    """The cost of the fifth and of the last round, each after a run of those before it."""

    def run(checkout: Path, folder: Path) -> Iterator[Work]:
        review = folder / "review"
        reviews.bundled(checkout, review)
        for number in (5, last):
            reviews.further_rounds(review, number - 4)
            snakemake(checkout, review)
            reviews.further_rounds(review, number - 3)
            yield Work(f"update, round {number}", snakemake(checkout, review))

    return run


ROWS = {
    "bundled": Row(bundled),
    "pool": Row(pool(200)),
    "pool-many": Row(pool(1_000), base=False),
    "report": Row(report(25, 300)),
    "report-many": Row(report(100, 300), base=False),
    "records": Row(records(100_000)),
    "rounds": Row(rounds(50)),
}
# What is wanted of a row, as a share of base or in words.
GOALS = {
    "bundled review from nothing": "0.5 of its time",
    "search with nothing new": "0.35",
    "one corrected cell": "0.4",
    "one trial added": "0.5",
    "`pool`, 200 outcomes of 10 studies": "0.3",
    "`pool`, 1,000 outcomes of 10 studies": "linear",
    "sheet to report, 25 x 300; index.html": "0.35; 10 MB",
    "sheet to report, 25 x 300; review.docx": "10 MB",
    "sheet to report, 100 x 300; index.html": "4 times 25 x 300, 1,500 MB",
    "100,000 RIS records: records": "0.6, 700 MB",
    "100,000 RIS records: deduplicate": "0.8, 700 MB",
    "100,000 RIS records: screen for two": "0.2, 700 MB; 350 MB of files",
    "update, round 50": "1.3 times round 5",
}


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--base", default="e08b367", help="the other commit")
    arguments.add_argument("--rows", nargs="*", choices=ROWS, default=list(ROWS))
    arguments.add_argument("--runs", type=int, default=3, help="runs of each; the median counts")
    arguments.add_argument("--write", type=Path, help="the page whose table is made anew")
    given = arguments.parse_args()
    lines = [f"| {' | '.join(HEAD)} |", f"| --- {'| ---: ' * (len(HEAD) - 2)}| --- |"]
    print(*lines, sep="\n")
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        base = place / "checkout"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(base)], check=True)
        subprocess.run(["git", "checkout", "--quiet", given.base], cwd=base, check=True)
        for name in given.rows:
            row = ROWS[name]
            checkouts = {"now": ROOT, **({"base": base} if row.base else {})}
            for line in measured(row, checkouts, place, given.runs):
                lines.append(line)
                print(line, flush=True)
    if given.write:
        write(given.write, given.base, given.runs, lines)


def measured(row: Row, checkouts: dict[str, Path], place: Path, runs: int) -> Iterator[str]:
    """A line of the table for each work of a row."""
    found: dict[str, dict[str, list[Work]]] = {}
    for _ in range(runs):
        for name, checkout in checkouts.items():
            (place / name).mkdir(exist_ok=True)
            for work in row.run(checkout, place / name):
                found.setdefault(work.name, {}).setdefault(name, []).append(work)
    for name, by in found.items():
        yield line(name, by["now"], by.get("base", []))


def line(name: str, now: list[Work], base: list[Work]) -> str:
    def column(of: Callable[[Work], float | None], digits: int, ratio: bool = True) -> list[str]:
        values = [value for work in now if (value := of(work)) is not None]
        others = [value for work in base if (value := of(work)) is not None]
        value = statistics.median(values) if values else None
        shown = "" if value is None else f"{value:,.{digits}f}"
        share = f"{value / statistics.median(others):.2f}" if value is not None and others else "not run"
        return [shown, *([share if shown else ""] if ratio else [])]

    cells = [
        name,
        *column(lambda work: work.cost.cpu, 1),
        *column(lambda work: work.cost.wall, 1),
        *column(lambda work: work.cost.peak, 0, ratio=False),
        *column(lambda work: work.megabytes, 1),
        GOALS.get(name, ""),
    ]
    return f"| {' | '.join(cells)} |"


def write(page: Path, base: str, runs: int, lines: list[str]) -> None:
    """Put the table into its place on a page, between two comments."""
    begin, end = "<!-- table: written by `make bench` -->", "<!-- end of the table -->"
    text = page.read_text(encoding="utf-8")
    before, after = text.split(begin)[0], text.split(end)[1]
    page.write_text(
        "\n".join([f"{before}{begin}", machine(base, runs), "", *lines, end]) + after, encoding="utf-8"
    )


def machine(base: str, runs: int) -> str:
    """The circumstances of a table in a sentence."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{commit} beside {base}; {os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB, {platform.system()},"
        f" Python {platform.python_version()}; medians of {runs}."
    )


if __name__ == "__main__":
    main()
