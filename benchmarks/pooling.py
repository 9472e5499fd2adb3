"""Speed of pooling beside metafor (R), statsmodels and pymare, all run in the same go on the same simulated data.

    OMP_NUM_THREADS=1 python benchmarks/pooling.py --peers .venv-bench/bin/python

CPU seconds. Programs that are not there are named and left out. The data are simulated as in Viechtbauer
(2005): 10,000 meta-analyses of 10 to 50 standardised effects with tau2 0, 0.02, 0.1 or 0.5.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scripts"))

from evergreen.metaanalysis import influence, multilevel, prediction, tau2, tau2_interval  # noqa: E402
from evergreen.metaanalysis.inverse_variance import fit  # noqa: E402
from evergreen.metaanalysis.least_squares import Batch  # noqa: E402

COUNT = 10_000
SIZES = (13, 50, 100)
REPEATS = 20


def simulated(count: int = COUNT, seed: int = 20200101) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Effects and variances of `count` meta-analyses."""
    random = np.random.default_rng(seed)
    effects, variances = [], []
    for k in random.integers(10, 51, count):
        v = np.clip(0.25 * random.chisquare(1, k), 0.009, 0.6)
        effects.append(0.3 + random.normal(0, np.sqrt(v + random.choice([0, 0.02, 0.1, 0.5]))))
        variances.append(v)
    return effects, variances


def seconds(job: Callable[[], object], repeats: int = 1) -> float:
    """CPU seconds of one run of `job`, after one run to warm up."""
    job()
    start = time.process_time()
    for _ in range(repeats):
        job()
    return (time.process_time() - start) / repeats


def ours(effects: list[np.ndarray], variances: list[np.ndarray]) -> dict[str, float]:
    """CPU seconds of our jobs."""
    of = Batch.ragged(effects, variances)
    y, v = effects[0][:13], variances[0][:13]

    def whole() -> None:
        fitted = fit(y, v, method="REML", test="knha")
        prediction.interval(fitted)
        tau2_interval.q_profile(Batch.of(y, v))

    found = {
        "10,000 REML": seconds(lambda: tau2.estimate(of, "REML")),
        "10,000 DL": seconds(lambda: tau2.estimate(of, "DL")),
        "10,000 PM": seconds(lambda: tau2.estimate(of, "PM")),
        "one REML, Knapp-Hartung, prediction, Q-profile": seconds(whole, 10 * REPEATS),
    }
    long_y, long_v = np.concatenate(effects[:10]), np.concatenate(variances[:10])
    for k in SIZES:
        a, b = long_y[:k], long_v[:k]
        found[f"leave-one-out, k = {k}"] = seconds(lambda a=a, b=b: influence.leave_one_out(a, b), REPEATS)
        found[f"influence, k = {k}"] = seconds(lambda a=a, b=b: influence.deletion_diagnostics(a, b), REPEATS)
    study = np.repeat(np.arange(1000), 5)
    random = np.random.default_rng(1)
    many_v = np.clip(0.25 * random.chisquare(1, 5000), 0.009, 0.6)
    many_y = random.normal(0, 0.3, 1000)[study] + random.normal(0, np.sqrt(many_v + 0.05))
    found["multilevel, 1,000 studies, 5,000 effects"] = seconds(
        lambda: multilevel.three_level(many_y, many_v, study.tolist())
    )
    return found


def globally_best(effects: list[np.ndarray], variances: list[np.ndarray]) -> tuple[int, float]:
    """How many of our REML fits a fine grid of the likelihood beats, and by how much at most."""
    of = Batch.ragged(effects, variances)
    found = tau2.estimate(of, "REML")
    best = tau2.profiled(of, found, True)
    highest = np.full(len(best), -np.inf)
    for point in np.concatenate([[0.0], np.geomspace(1e-5, 20, 200)]):
        highest = np.maximum(highest, tau2.profiled(of, np.full(len(best), point), True))
    gap = highest - best
    return int(np.sum(gap > 1e-9)), float(gap.max())


def peers(command: list[str], folder: Path) -> dict[str, float]:
    """CPU seconds of another program's jobs; empty where it is not there."""
    if shutil.which(command[0]) is None:
        print(f"not there, left out: {command[0]}", file=sys.stderr)
        return {}
    run = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"left out: {' '.join(command)}: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return {}
    return json.loads(run.stdout)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peers", default="python3", help="python of an environment with statsmodels and pymare"
    )
    parser.add_argument("--out", help="write the numbers as JSON")
    args = parser.parse_args(argv)

    effects, variances = simulated()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = np.array([len(one) for one in effects])
        rows = np.column_stack(
            [np.repeat(np.arange(len(sizes)), sizes), np.concatenate(effects), np.concatenate(variances)]
        )
        np.savetxt(folder / "data.csv", rows, delimiter=",", header="id,yi,vi", comments="")
        columns = {
            "Evergreen": ours(effects, variances),
            "metafor": peers(["Rscript", str(HERE / "pooling.R")], folder),
            "statsmodels, pymare": peers([args.peers, str(HERE / "pooling_peers.py")], folder),
        }
    worse, gap = globally_best(effects, variances)
    jobs = list(dict.fromkeys(job for column in columns.values() for job in column))
    print(
        f"{'CPU seconds':<52}" + "".join(f"{name:>22}" for name in columns) + f"{'metafor / Evergreen':>22}"
    )
    for job in jobs:
        cells = [column.get(job) for column in columns.values()]
        mine, other = cells[0], cells[1]
        ratio = f"{other / mine:,.0f}" if mine and other else ""
        print(
            f"{job:<52}"
            + "".join(f"{'' if cell is None else f'{cell:.6f}':>22}" for cell in cells)
            + f"{ratio:>22}"
        )
    print(
        f"REML fits whose likelihood a grid of 201 points beats: {worse} of {COUNT} (largest gap {gap:.1e})"
    )
    if args.out:
        Path(args.out).write_text(
            json.dumps({"seconds": columns, "beaten": worse}, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
