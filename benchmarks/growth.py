"""How the cost of a review grows: time and memory against records, outcomes, studies and rounds, as a table and a picture.

    make bench-growth                                        # some hours of two processors
    python benchmarks/growth.py --series outcomes rounds     # prints their rows
    python benchmarks/growth.py --write docs/performance.md --draw docs/images/growth.svg

Runs of this checkout alone, one of each; what is on the page stays for series that are not run. An exponent is the slope of the line of least
squares through the logarithms of the largest decade: below it the start of Python and Snakemake is all that one would see.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from table import ROOT, Work, snakemake

import reviews

mpl.use("svg")
from matplotlib import pyplot as plt

BEGIN, END = "<!-- growth: written by `make bench-growth` -->", "<!-- end of growth -->"
DECADES = 1.01


@dataclass(frozen=True)
class Series:
    """Works of reviews of growing size: `run(folder, size)` gives those of one size, each under the name of what grows."""

    of: str
    sizes: tuple[int, ...]
    run: Callable[[Path, int], Iterator[Work]]


def of_records(review: Path, size: int) -> Iterator[Work]:
    reviews.of_records(review, size, "csv")
    for target in ("records", "deduplicate"):
        yield Work(f"`{target}`, CSV with abstracts", snakemake(ROOT, review, target))


def of_outcomes(review: Path, size: int) -> Iterator[Work]:
    reviews.of_outcomes(review, size, 10)
    yield Work("`pool`, outcomes of 10 studies", snakemake(ROOT, review, "pool"))


def of_studies(review: Path, size: int) -> Iterator[Work]:
    reviews.of_outcomes(review, 1, size)
    yield Work("sheet to report, one outcome", snakemake(ROOT, review))


def of_rounds(review: Path, size: int) -> Iterator[Work]:
    reviews.bundled(ROOT, review)
    reviews.further_rounds(review, size - 4)
    snakemake(ROOT, review)
    reviews.further_rounds(review, size - 3)
    yield Work("update of the bundled review", snakemake(ROOT, review))


SERIES = {
    "records": Series("records", (10_000, 30_000, 100_000, 300_000, 1_000_000), of_records),
    "outcomes": Series("outcomes", (10, 30, 100, 300, 1_000), of_outcomes),
    "studies": Series("studies", (10, 30, 100, 300, 1_000), of_studies),
    "rounds": Series("rounds", (5, 10, 20, 50), of_rounds),
}


@dataclass(frozen=True)
class Point:
    """What a work cost at a size: CPU seconds of all processes, megabytes of the largest."""

    of: str
    work: str
    size: int
    cpu: float
    peak: float

    def row(self) -> str:
        return f"| {self.of} | {self.work} | {self.size:,} | {self.cpu:,.1f} | {self.peak:,.0f} |"

    @classmethod
    def of_row(cls, row: str) -> Point:
        of, work, *numbers = [cell.strip() for cell in row.strip("|").split("|")]
        size, cpu, peak = (float(number.replace(",", "")) for number in numbers)
        return cls(of, work, int(size), cpu, peak)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--series", nargs="*", choices=SERIES, default=list(SERIES))
    arguments.add_argument("--write", type=Path, help="the page whose rows are made anew")
    arguments.add_argument("--draw", type=Path, help="the picture of what is on the page")
    given = arguments.parse_args()
    points = known(given.write) if given.write else []
    for name in given.series:
        series, new = SERIES[name], []
        with tempfile.TemporaryDirectory() as temporary:
            for size in series.sizes:
                for work in series.run(Path(temporary) / "review", size):
                    new.append(Point(series.of, work.name, size, work.cost.cpu, work.cost.peak))
                    print(new[-1].row(), flush=True)
        points = [point for point in points if point.of != series.of] + new
        if given.write:
            write(given.write, points)
    if given.draw:
        draw(given.draw, points)


def exponent(points: list[Point], cost: str) -> float:
    """Slope of the logarithm of a cost on that of the size, over the largest decade."""
    most = max(point.size for point in points)
    fitted = [point for point in points if point.size >= most / 10**DECADES]
    sizes, costs = (np.log([getattr(point, name) for point in fitted]) for name in ("size", cost))
    return float(np.polyfit(sizes, costs, 1)[0])


def by_work(points: list[Point]) -> dict[str, list[Point]]:
    return {work: [point for point in points if point.work == work] for work in dict.fromkeys(point.work for point in points)}  # fmt: skip


def known(page: Path) -> list[Point]:
    text = page.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    ours = tuple(f"| {name} |" for name in SERIES)
    return [Point.of_row(row) for row in text.splitlines() if row.startswith(ours)]


def write(page: Path, points: list[Point]) -> None:
    """Put points and exponents into their place on a page, between two comments."""
    points = sorted(points, key=lambda point: list(SERIES).index(point.of))
    lines = ["| grows | work | size | CPU s | largest process MB |", "| --- | --- | ---: | ---: | ---: |"]
    lines += [point.row() for point in points]
    lines += ["", "| work | exponent of CPU time | of memory |", "| --- | ---: | ---: |"]
    lines += [
        f"| {work} | {exponent(found, 'cpu'):.2f} | {exponent(found, 'peak'):.2f} |"
        for work, found in by_work(points).items()
    ]
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    page.write_text("\n".join([f"{before}{BEGIN}", *lines, END]) + rest.split(END)[1], encoding="utf-8")


def draw(file: Path, points: list[Point]) -> None:
    """A panel for each series and cost, both axes logarithmic, with a line of the fitted exponent."""
    grown = [name for name in SERIES if any(point.of == name for point in points)]
    costs = {"cpu": "CPU time (s)", "peak": "Largest process (MB)"}
    plt.rcParams.update({"font.size": 8, "svg.hashsalt": "growth", "svg.fonttype": "none"})
    figure, axes = plt.subplots(2, len(grown), figsize=(2.5 * len(grown), 4.6), squeeze=False)
    for column, name in enumerate(grown):
        for row, (cost, label) in enumerate(costs.items()):
            panel = axes[row, column]
            works = by_work([point for point in points if point.of == name])
            for (work, found), shape in zip(works.items(), ("o-", "s--"), strict=False):
                slope = exponent(found, cost)
                sizes, values = [point.size for point in found], [getattr(point, cost) for point in found]
                panel.loglog(sizes, values, shape, color="black", markersize=3.5, linewidth=0.8, label=f"{work}: {slope:.2f}")  # fmt: skip
            panel.set_ylim(panel.get_ylim()[0] / 2, panel.get_ylim()[1] * 6)
            panel.legend(frameon=False, fontsize=6, loc="upper left", handlelength=1.5)
            panel.spines[["top", "right"]].set_visible(False)
            if row == 1:
                panel.set_xlabel(name.capitalize())
            if column == 0:
                panel.set_ylabel(label)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    main()
