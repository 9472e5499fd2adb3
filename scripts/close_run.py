"""The last lines of a run: what was made and what awaits whom, or what went wrong and what to do."""

from __future__ import annotations

import sys
from pathlib import Path

from evergreen.command import json_argument, parser

LOGS = Path("results/logs")
STATUS = Path("results/report/status.txt")
PLACES = {
    "report": ["results/report/index.html", "results/report/review.docx"],
    "prisma": ["results/prisma/flow.svg"],
    "figures": ["results/figures"],
    "pool": ["results/synthesis"],
    "extract": ["results/extraction/merged.csv"],
    "bias": ["results/risk_of_bias/judgements.csv"],
    "screen": ["results/screening"],
    "deduplicate": ["results/deduplication/works.csv"],
    "records": ["results/records/records.csv"],
    "search": ["results/search"],
}


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    outcome = arguments.add_mutually_exclusive_group(required=True)
    outcome.add_argument("--done", action="store_true")
    outcome.add_argument("--failed", action="store_true")
    arguments.add_argument("--targets", type=json_argument, default=[], help="targets that were asked for")
    args = arguments.parse_args(argv)
    print("\n".join(_failure() if args.failed else _success(args.targets)), file=sys.stderr)


def _success(targets: list[str]) -> list[str]:
    everything = not targets or "all" in targets
    places = [path for target, paths in PLACES.items() if everything or target in targets for path in paths]
    lines = [
        "",
        *(STATUS.read_text(encoding="utf-8").splitlines() if everything and STATUS.is_file() else []),
    ]
    found = [path for path in places if Path(path).exists()]
    return [*lines, *(["Look at:", *(f"  {path}" for path in found)] if found else [])]


def _failure() -> list[str]:
    """The sentences with which failing steps ended, each once, newest log first."""
    logs = sorted(LOGS.rglob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    newest = logs[0].stat().st_mtime if logs else 0.0
    sentences: dict[str, str] = {}
    for log in logs:
        if newest - log.stat().st_mtime > 60:
            break
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("ERROR: "):
                sentences.setdefault(line.removeprefix("ERROR: "), str(log))
    if not sentences:
        return [
            "",
            "The run stopped; the lines above say where.",
            *(f"Newest log: {log}" for log in logs[:1]),
        ]
    return [
        "",
        "The run stopped:",
        *(f"  {text}" for text in sentences),
        f"More in {next(iter(sentences.values()))}",
    ]


if __name__ == "__main__":
    main()
