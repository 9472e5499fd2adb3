"""CPU time of importing RIS: 100,000 records with long abstracts, this checkout beside another commit.

Run with `make bench-import` (`BASE=e08b367`). Both read the same made-up file in turn, each in a process of its own that does what
`read_records` does with an export: read it, make the table with ids, write it; this checkout writes counts and remarks besides. The medians
and their ratio count, on a busy machine the ratio only.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READ = """
import gc, sys
gc.disable()
sys.path.insert(0, sys.argv[1])
try:
    from evergreen.records.source_reading import read_source
except ImportError:  # of before
    from evergreen.records import formats
    from evergreen.records.model import with_ids
    from evergreen.records.rows import record_table
    export = formats.read(sys.argv[2])
    table = with_ids(record_table(export.blocks, export.fields, sys.argv[2]), "x", "2020-01-01")
    table.to_parquet(sys.argv[3])
else:
    from pathlib import Path
    read_source("x", "export", [("2020-01-01", sys.argv[2], {})], Path(sys.argv[3]))
"""
SYLLABLES = (
    "den",
    "os",
    "u",
    "mab",
    "ar",
    "thri",
    "tis",
    "bone",
    "pla",
    "ce",
    "bo",
    "ran",
    "dom",
    "trial",
    "er",
    "o",
    "sion",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--base", default="e08b367", help="the other commit")
    arguments.add_argument("--records", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=5, help="runs of each; the median counts")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        checkouts = {"base": place / "base", "now": ROOT}
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkouts["base"])], check=True)
        subprocess.run(["git", "checkout", "--quiet", given.base], cwd=checkouts["base"], check=True)
        file = place / "export.ris"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(export(given.records))
        print(f"{given.records} records, {file.stat().st_size / 1e6:.0f} MB", flush=True)
        seconds: dict[str, list[float]] = {name: [] for name in checkouts}
        for _ in range(given.runs):
            for name, checkout in checkouts.items():
                seconds[name].append(cpu(checkout, file, place / f"{name}.parquet"))
        medians = {name: statistics.median(times) for name, times in seconds.items()}
        print(
            f"CPU {medians['base']:.2f} s at {given.base}, {medians['now']:.2f} s now: {medians['now'] / medians['base']:.2f}"
        )


def cpu(checkout: Path, file: Path, out: Path) -> float:
    """CPU seconds of reading `file` with the library of `checkout`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", READ, str(checkout / "scripts"), str(file), str(out)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def export(records: int, words_each: int = 250) -> Iterator[str]:
    """RIS as databases write it, a record at a time."""
    for record in made_up(records, words_each):
        lines = [f"{tag}  - {value}" for tag, values in record.items() for value in values]
        yield "\n".join(["TY  - JOUR", *lines, "ER  - ", "", ""])


def made_up(records: int, words_each: int = 250) -> Iterator[dict[str, list[str]]]:
    """Records by RIS tag: five authors, ten key words, an abstract of so many words (of 8 letters), some letters that are not ASCII."""
    draw = random.Random(1)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(20_000)]
    names = [
        f"{draw.choice(words).title()}, {draw.choice('ABCDEFG')}{draw.choice('HIJKLMN')}"
        for _ in range(50_000)
    ]
    journals = [" ".join(draw.choices(words, k=3)).title() for _ in range(2_000)]
    for number in range(records):
        yield _record(draw, words, names, journals, number, words_each)


def _record(
    draw: random.Random, words: list[str], names: list[str], journals: list[str], number: int, words_each: int
) -> dict[str, list[str]]:
    abstract = " ".join(draw.choices(words, k=words_each))
    if number % 3 == 0:
        abstract += f" (p < 0.05, 95 % CI 1.1\u20132.{number % 10}; \u03b2-cell) NCT{number:08d}"
    return {
        "TI": [" ".join(draw.choices(words, k=14)).capitalize()], "AU": draw.choices(names, k=5), "PY": [str(1980 + number % 45)],
        "JO": [draw.choice(journals)], "VL": [str(number % 90)], "IS": [str(number % 12)], "SP": [str(number % 900)],
        "EP": [str(number % 900 + 9)], "SN": ["1234-5678"], "AN": [str(10_000_000 + number)], "DO": [f"10.1000/j.{number}"],
        "UR": [f"https://www.example.org/record?id={number}"], "LA": ["English"], "KW": draw.choices(words, k=10), "AB": [abstract],
        "DB": ["Example"],
    }  # fmt: skip


if __name__ == "__main__":
    main()
