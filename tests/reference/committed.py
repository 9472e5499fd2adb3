"""The committed results of metafor: made-up data sets of every kind, cut to what a bare clone is compared with.

    python -m tests.reference.committed [--check | --from FOLDER]

runs the generators in `metafor/` on the sets below and writes `metafor/results/`; `--check` says instead where what R gives now
is not what is committed, and `--from` takes files that the generators have written before.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GENERATORS = Path(__file__).parent / "metafor"
RESULTS = GENERATORS / "results"
PACKAGES = ("metafor", "lme4", "clubSandwich", "BiasedUrn", "numDeriv")
NOTE = (
    "Results of R's metafor for made-up numbers, which are drawn with fixed seeds or written down to be difficult, and are of no "
    "study. Written by `make reference-oracle`; the form is that of tests/reference/oracle."
)

EDGES = (
    "no_events_in_group_1",
    "all_events_in_group_1",
    "no_events_at_all",
    "one_study_with_events",
    "equal_tables",
)
COUNTS = {
    "tables": ("three_studies_1", "rare_1", "homogeneous_1", *EDGES),
    "rates": ("three_studies_1", "rare_1", *EDGES),
    "proportions": (
        "two_studies_1", "three_studies_1", "very_rare_1", "heterogeneous_1", "small_1", "common_events_1", "large_1",
        "zeros_on_both_sides", "one_dominates", *EDGES,
    ),
}  # fmt: skip
EFFECTS = (
    "three_clusters",
    "four_pairs",
    "one_effect_each",
    "nothing_between",
    "nothing_within",
    "small_numbers",
)
SETS = {
    "univariate.R": ("made_*",),
    "mixed.R": tuple(f"{kind}_{name}" for kind, names in COUNTS.items() for name in names),
    "dependent.R": (*(f"effects_{name}_1" for name in EFFECTS), "outcomes_*_1"),
}

# The effects of every measure and option are kept, and a fit of those of every measure. What is done with effects knows nothing of their measure, so all of it is kept for
# effects that are given as such, and of other kinds for these alone.
WHOLE = {
    "made_zero_cells": {"RR", "OR"}, "made_k3_tables": {"RD"}, "made_tiny_arms": {"SMD"}, "made_large_unit": {"MD"},
    "made_strong_correlations": {"ZCOR"}, "made_extreme_proportions": {"PLO"}, "made_missing_proportions": {"PFT"},
    "made_rates": {"IRR"}, "made_changes": {"MC"}, "made_alphas": {"ABT"},
}  # fmt: skip
# Subgroups and meta-regressions are long: of effects given as such, they are kept for these.
MODERATED = {
    "made_k3", "made_k4", "made_lone_studies", "made_equal_variances", "made_homogeneous", "made_dominant", "made_small_scale",
    "made_large_scale", "made_huge_heterogeneity", "made_asymmetric", "made_missing",
}  # fmt: skip
# What is computed from keeps all its digits.
INPUTS = {"raw", "escalc", "ni", "order_key", "design", "V", "filled_yi", "filled_vi"}
DIGITS = 12  # of a result: the sharpest comparison is one of 10


def documents(path: Path) -> list[dict[str, Any]]:
    """The data sets of a file of results, which holds one or several."""
    content = json.loads(path.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = content.get("documents", [content])
    return found


def generate(folder: Path) -> None:
    """Run the generators on the sets that are committed."""
    for generator, names in SETS.items():
        subprocess.run(["Rscript", str(GENERATORS / generator), str(folder), *names], check=True)


def versions() -> dict[str, str]:
    """Versions of R and of the packages that the results depend on; ends the program where one is missing."""
    asked = "cat(as.character(getRversion()), sapply(commandArgs(TRUE), function(name) as.character(packageVersion(name))))"
    try:
        found = subprocess.run(
            ["Rscript", "-e", asked, *PACKAGES], capture_output=True, text=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        sys.exit(f"R with the packages {', '.join(PACKAGES)} is needed")
    return dict(zip(("R", *PACKAGES), found.stdout.split(), strict=True))


def cut(document: dict[str, Any]) -> dict[str, Any]:
    """What is committed of a data set."""
    kept = {key: value for key, value in document.items() if key not in {"data_from", "computed_with"}}
    if "analyses" in document:
        kept["analyses"] = [_cut(document, analysis) for analysis in document["analyses"]]
    return _rounded(kept)


def _cut(document: dict[str, Any], analysis: dict[str, Any]) -> dict[str, Any]:
    name = document["id"]
    if document["kind"] == "generic":
        gone = set() if name in MODERATED else {"subgroup", "subgroup_variable", "meta_regression"}
        return {key: value for key, value in analysis.items() if key not in gone}
    if analysis["measure"] in WHOLE.get(name, ()) and analysis["variant"] == "default":
        return analysis
    head = ("measure", "variant", "escalc_options", "effects_from", "escalc", "ni", "use", "k", "error")
    kept = {key: analysis[key] for key in head if key in analysis}
    fits = analysis.get("fits", {})
    if "REML" in fits and analysis["variant"] in {"default", "arm 1"}:
        kept["fits"] = {"REML": {test: fit for test, fit in fits["REML"].items() if test != "adhoc"}}
    return kept


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    if isinstance(value, dict):
        return {
            key: one if key in INPUTS else _rounded(one)
            for key, one in value.items()
            if not _wants_a_package(one)
        }
    return value


def _wants_a_package(value: Any) -> bool:
    """Whether R says only that a package of its is not installed."""
    return isinstance(value, dict) and "Please install" in str(value.get("error", ""))


def files(folder: Path, made: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The files to commit, by name, from those that the generators have written with these versions of R and its packages."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        stem = "mixed-" if "glmm" in document else ""
        head = {"note": NOTE, "versions": made, "documents": []}
        found.setdefault(f"{stem}{document['kind']}.json", head)["documents"].append(cut(document))
    return found


def text(content: Any, depth: int = 4) -> str:
    """Compact JSON with a line for every analysis."""
    if depth and isinstance(content, dict) and content:
        parts = [f"{json.dumps(key)}:{text(value, depth - 1)}" for key, value in content.items()]
        return "{\n" + ",\n".join(parts) + "\n}"
    if depth and isinstance(content, list) and any(isinstance(one, dict) for one in content):
        return "[\n" + ",\n".join(text(one, depth - 1) for one in content) + "\n]"
    return json.dumps(content, separators=(",", ":"))


def differences(committed: Any, made: Any, path: str = "") -> Iterator[str]:
    """Where two contents differ by more than rounding does."""
    if isinstance(committed, dict) and isinstance(made, dict):
        for key in sorted(committed.keys() | made.keys()):
            if key in committed and key in made:
                yield from differences(committed[key], made[key], f"{path}/{key}")
            else:
                yield f"{path}/{key}: only {'committed' if key in committed else 'made now'}"
    elif isinstance(committed, list) and isinstance(made, list) and len(committed) == len(made):
        for index, (one, other) in enumerate(zip(committed, made, strict=True)):
            yield from differences(one, other, f"{path}/{index}")
    elif isinstance(committed, int | float) and isinstance(made, int | float):
        if not math.isclose(committed, made, rel_tol=1e-6, abs_tol=1e-9):
            yield f"{path}: {committed!r} is committed, {made!r} made now"
    elif committed != made:
        yield f"{path}: {committed!r} is committed, {made!r} made now"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--from", dest="folder", type=Path)
    args = parser.parse_args(arguments)
    by = versions()
    with tempfile.TemporaryDirectory() as temporary:
        if args.folder is None:
            generate(Path(temporary))
        made = files(args.folder or Path(temporary), by)
    if not args.check:
        RESULTS.mkdir(exist_ok=True)
        for path in RESULTS.glob("*.json"):
            path.unlink()
        for name, content in made.items():
            (RESULTS / name).write_text(text(content) + "\n", encoding="utf-8")
        return 0
    committed = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")}
    found = list(differences(committed, made))
    print(*found, f"{len(made)} files made, {len(found)} differences from those committed", sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
