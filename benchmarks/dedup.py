"""Deduplication on labelled sets: works lost (FP), duplicates left (FN) and CPU seconds, beside other tools.

    python benchmarks/dedup.py --shared ../shared [--others .bench/bin/python] [--million]
    python benchmarks/dedup.py --base e08b367 [--sizes 10000 100000] [--runs 5]
    python benchmarks/dedup.py --seeds 15 [--sizes 10000]

The sets, the tool that makes synthetic ones and the counting live in the reference folder. Every tool reads the same file.
For Evergreen the seconds are those of its step, started as the workflow starts it, reading and writing included: the median of
five runs up to 10,000 records, one run of more. With `--base` this checkout and another commit, each measured by its own copy of
this program, group synthetic sets of some sizes in turn; medians and their ratio. With `--seeds` so many synthetic sets are grouped,
and what counts is works lost and related works merged.
"""

from __future__ import annotations

import argparse
import compileall
import functools
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
SETS = ("asysd_diabetes", "ldd_stroke", "ldd_cytology_screening", "ldd_haematology", "synth10k")
SEEDS = (41, 42)
COLUMNS = {
    "accession": "record_id", "title": "title", "authors": "author", "year": "year", "journal": "journal",
    "volume": "volume", "issue": "number", "pages": "pages", "doi": "doi", "pmid": "pmid",
}  # fmt: skip
LINE = "{:<24} {:<10} {:>8} {:>10} {:>6} {:>6} {:>9} {:>9} {:>9}"


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--shared", type=Path, default=os.environ.get("EVERGREEN_SHARED", ROOT.parent / "shared")
    )
    arguments.add_argument("--others", help="a Python that has bib-dedupe and splink")
    arguments.add_argument("--million", action="store_true", help="also a million records, Evergreen only")
    arguments.add_argument("--base", help="another commit, to group synthetic sets beside it")
    arguments.add_argument(
        "--seeds", type=int, help="synthetic sets of which the related works are looked at"
    )
    arguments.add_argument("--sizes", type=int, nargs="+", default=[10_000], help="records of these sets")
    arguments.add_argument("--runs", type=int, default=5, help="runs of each commit; the median counts")
    given = arguments.parse_args()
    if given.base:
        with tempfile.TemporaryDirectory() as name:
            beside(given.base, given.shared, Path(name), given.sizes, given.runs)
        return
    evaluate = scorer(given.shared)
    if given.seeds:
        with tempfile.TemporaryDirectory() as name:
            unseen(given.shared, Path(name), given.sizes, given.seeds, evaluate)
        return
    print(LINE.format("set", "tool", "records", "duplicates", "FP", "FN", "CPU s", "wall s", "peak MB"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = {set_: given.shared / "data" / "dedup" / set_ / "records.csv" for set_ in SETS}
        paths |= {f"synthetic, seed {seed}": synthetic(given.shared, folder, 10_000, seed) for seed in SEEDS}
        for set_, path in paths.items():
            truth = pd.read_csv(path, dtype=str, keep_default_na=False)
            show(set_, "evergreen", truth, *evergreen(path, folder), evaluate)
            sheet(truth, folder)
            for tool in ("bib-dedupe", "splink") if given.others else ():
                show(set_, tool, truth, *other(given.others, tool, path, folder), evaluate)
        sizes = (100_000, 1_000_000) if given.million else (100_000,)
        for size in sizes:
            path = synthetic(given.shared, folder, size, 7)
            truth = pd.read_csv(path, dtype=str, keep_default_na=False)
            show(f"synthetic {size:,}", "evergreen", truth, *evergreen(path, folder, runs=1), evaluate)
            if size == sizes[0]:
                update(path, folder)


def beside(base: str, shared: Path, folder: Path, sizes: list[int], runs: int) -> None:
    """This checkout and the commit `base` in turn, each by its own `evergreen`, on records that each imported once."""
    checkouts = {"now": ROOT, "base": folder / "base"}
    subprocess.run(["git", "clone", "--quiet", ROOT, checkouts["base"]], check=True)
    subprocess.run(["git", "checkout", "--quiet", base], cwd=checkouts["base"], check=True)
    programs = {}
    for name, checkout in checkouts.items():
        compileall.compile_dir(checkout / "scripts", quiet=1)
        programs[name] = loaded(checkout / "benchmarks" / "dedup.py", f"dedup_{name}")
        programs[name].imported = functools.cache(programs[name].imported)
    for size in sizes:
        path = synthetic(shared, folder, size, 7)
        costs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in programs}
        for _ in range(runs):
            for name, program in programs.items():
                place = folder / f"{name}-{size}"
                place.mkdir(exist_ok=True)
                costs[name].append(program.evergreen(path, place, runs=1)[1:])
        medians = {
            name: [statistics.median(values) for values in zip(*found, strict=True)]
            for name, found in costs.items()
        }
        (now, _, peak), (then, _, peak_then) = medians["now"], medians["base"]
        print(
            f"{size:,} records: CPU {then:.2f} s at {base}, {now:.2f} s now: {now / then:.2f};"
            f" peak {peak_then:.0f} MB, {peak:.0f} MB now; medians of {runs}",
            flush=True,
        )


def unseen(shared: Path, folder: Path, sizes: list[int], seeds: int, evaluate) -> None:
    """Synthetic sets that nobody has looked at: works lost, duplicates left, related works merged."""
    print(LINE.format("set", "tool", "records", "duplicates", "FP", "FN", "CPU s", "wall s", "peak MB"))
    for size in sizes:
        for seed in range(101, 101 + seeds):
            path = synthetic(shared, folder, size, seed)
            truth = pd.read_csv(path, dtype=str, keep_default_na=False)
            show(f"{size:,}, seed {seed}", "evergreen", truth, *evergreen(path, folder, runs=1), evaluate)
            path.unlink()


def scorer(shared: Path):
    """`evaluate(truth, {record: cluster})` of the reference folder."""
    return loaded(shared / "tools" / "score_dedup.py", "score_dedup").evaluate


def loaded(path: Path, name: str):
    """The module at `path`."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def synthetic(shared: Path, folder: Path, size: int, seed: int) -> Path:
    path = folder / f"synthetic-{size}-{seed}.csv"
    tool = shared / "tools" / "synth_records.py"
    subprocess.run([sys.executable, tool, str(size), path, str(seed), "400"], check=True, capture_output=True)
    return path


def show(set_, tool, truth, clusters, cpu, wall, peak, evaluate) -> None:
    score = evaluate(truth, clusters)
    numbers = (
        score["n"],
        score["true_dups"],
        score["FP"],
        score["FN"],
        f"{cpu:.1f}",
        f"{wall:.1f}",
        f"{peak:.0f}",
    )
    print(LINE.format(set_, tool, *numbers), flush=True)
    if "related_to" in truth:
        print(f"{'':<24} {tool:<10} hard negatives merged: {hard_negatives(truth, clusters)}", flush=True)


def hard_negatives(truth: pd.DataFrame, clusters: dict[str, str]) -> str:
    """`erratum 0/55, ...`: related works that share a cluster with what they are related to, of all of their kind."""
    found = truth.assign(cluster=truth["record_id"].map(clusters)).groupby("group_id")["cluster"].agg(set)
    related = truth[truth["related_to"].isin(found.index)].drop_duplicates("group_id")
    merged = [bool(found[row.group_id] & found[row.related_to]) for row in related.itertuples()]
    counts = related.assign(merged=merged).groupby("kind")["merged"].agg(["sum", "size"])
    return ", ".join(f"{kind} {row['sum']}/{row['size']}" for kind, row in counts.iterrows())


def sheet(truth: pd.DataFrame, folder: Path) -> None:
    """What Evergreen asks a person: pairs, and how many of them are of one work."""
    asked = pd.read_csv(folder / "out" / "borderline.csv", dtype=str, keep_default_na=False)
    group = dict(zip("set:" + truth["record_id"], truth["group_id"], strict=True))
    one = sum(group[a] == group[b] for a, b in zip(asked["record_a"], asked["record_b"], strict=True))
    print(f"{'':<24} {'evergreen':<10} borderline sheet: {len(asked)} pairs, {one} of one work", flush=True)


def measured(command: list) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and peak memory (MB) of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    problem = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(problem.decode())
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024


def together(*steps: tuple[float, float, float]) -> tuple[float, float, float]:
    return sum(step[0] for step in steps), sum(step[1] for step in steps), max(step[2] for step in steps)


def step(script: str, **options) -> tuple[float, float, float]:
    """Run one of Evergreen's scripts with its options."""
    command = [sys.executable, ROOT / "scripts" / script]
    for name, value in options.items():
        command += [f"--{name}", *(value if isinstance(value, list) else [value])]
    return measured(command)


def imported(path: Path, folder: Path) -> Path:
    """The set as a record table, read as an export with a column mapping."""
    header = pd.read_csv(path, nrows=0).columns
    columns = {name: column for name, column in COLUMNS.items() if column in header}
    rounds = [["2020-01-01", str(path), {"format": "csv", "columns": columns}]]
    step("read_records.py", sources=json.dumps([["set", "export", rounds]]), folder=folder / "records")
    return folder / "records" / "rounds" / "set" / "2020-01-01.parquet"


def deduplicated(rounds: dict[str, Path], folder: Path, code: str = "") -> tuple[float, float, float]:
    """Works of all rounds; with a `code`, rounds that were done before are not compared again."""
    params = json.dumps({"sources": [["set", "export", "database"]], "shards": 1})
    records = json.dumps([[day, str(path)] for day, path in rounds.items()])
    where = {"records": records, "params": params, "threads": 2, "folder": folder / "out"}
    return step("deduplicate_works.py", **where, **({"code": code} if code else {}))


def evergreen(path: Path, folder: Path, runs: int = 5):
    """Groups, and the medians of CPU seconds, wall seconds and memory of some runs."""
    records = imported(path, folder)
    costs = [deduplicated({"2020-01-01": records}, folder) for _ in range(runs)]
    cost = [statistics.median(values) for values in zip(*costs, strict=True)]
    clusters = pd.read_csv(folder / "out" / "clusters.csv", dtype=str)
    return dict(zip(clusters["record_id"].str.removeprefix("set:"), clusters["work_id"], strict=True)), *cost


def update(path: Path, folder: Path) -> None:
    """1,000 new records join the others of a set; works of the others must not change."""
    records = pd.read_parquet(imported(path, folder))
    rounds = {"2020-01-01": folder / "known.parquet", "2021-01-01": folder / "new.parquet"}
    records.iloc[1000:].to_parquet(rounds["2020-01-01"], index=False)
    records.iloc[:1000].assign(round="2021-01-01").to_parquet(rounds["2021-01-01"], index=False)
    deduplicated({"2020-01-01": rounds["2020-01-01"]}, folder, code="once")
    cost = deduplicated(rounds, folder, code="once")
    before, after = (
        pd.read_parquet(folder / "out" / "rounds" / f"{day}.parquet").set_index("record_id")["work_id"]
        for day in rounds
    )
    changed = int((after[before.index] != before).sum())
    print(
        f"1,000 new to {len(before):,} known: {cost[0]:.1f} s CPU, {cost[1]:.1f} s wall, {cost[2]:.0f} MB;"
        f" {changed} old work ids changed"
    )


def other(python: str, tool: str, path: Path, folder: Path):
    out = folder / "clusters.csv"
    cost = measured([python, ROOT / "benchmarks" / "dedup_others.py", tool, path, out])
    clusters = pd.read_csv(out, dtype=str)
    return dict(zip(clusters["record_id"], clusters["cluster"], strict=True)), *cost


if __name__ == "__main__":
    main()
