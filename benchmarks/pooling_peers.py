"""CPU seconds of statsmodels and pymare on the data of pooling.py; run by it in an environment of their own."""

from __future__ import annotations

import csv
import json
import sys
import time
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")


def main() -> None:
    groups = defaultdict(list)
    with (Path(sys.argv[1]) / "data.csv").open() as file:
        for row in csv.DictReader(file):
            groups[row["id"]].append((float(row["yi"]), float(row["vi"])))
    parts = [np.array(values) for values in groups.values()]
    found = {}

    from statsmodels.stats.meta_analysis import combine_effects

    for label, method in (("10,000 DL", "dl"), ("10,000 PM", "iterated")):
        start = time.process_time()
        for part in parts:
            combine_effects(part[:, 0], part[:, 1], method_re=method)
        found[label] = time.process_time() - start

    from pymare.estimators import VarianceBasedLikelihoodEstimator

    # pymare fits many meta-analyses at once where they have the same number of studies
    by_size = defaultdict(list)
    for part in parts:
        by_size[len(part)].append(part)
    start = time.process_time()
    for size, some in by_size.items():
        y = np.column_stack([part[:, 0] for part in some])
        v = np.column_stack([part[:, 1] for part in some])
        VarianceBasedLikelihoodEstimator(method="REML").fit(y, v, np.ones((size, 1)))
    found["10,000 REML"] = time.process_time() - start
    print(json.dumps(found))


if __name__ == "__main__":
    main()
