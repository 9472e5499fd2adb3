"""The last lines of a run: what is new, what awaits whom and where to look, or what went wrong and what to do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from evergreen.command import json_argument, parser
from evergreen.counting import plural
from evergreen.runs import news, state

STATUS = Path("results/report/status.txt")
FIGURES = Path("results/figures")
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
# Lines and signs of the status on a terminal; the whole stands in its file.
MOST, WIDTH = 15, 300
# Sentences of a stopped run, and lines of a log in which no sentence is.
SENTENCES, LAST = 20, 8


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    outcome = arguments.add_mutually_exclusive_group(required=True)
    outcome.add_argument("--done", action="store_true")
    outcome.add_argument(
        "--failed", type=json_argument, help="[[rule, what was said of it, [log]]] of the steps that failed"
    )
    arguments.add_argument("--targets", type=json_argument, default=[], help="targets that were asked for")
    arguments.add_argument(
        "--review", type=json_argument, default={},
        help="outcomes: ids; files: {file of a person: its content when the run began}; given: keys of the protocol that the run was given besides; programs: {script: files of the library that it reads}; steps: those of the run, by name; status: {params, inputs} of what the steps of the run show, as write_status.py takes them",
    )  # fmt: skip
    args = arguments.parse_args(argv)
    lines = _failure(args.failed) if not args.done else _success(args.targets, args.review)
    print("\n".join(lines), file=sys.stderr)


def _success(targets: list[str], review: dict[str, Any]) -> list[str]:
    everything = "all" in targets
    lines = [""]
    if everything:
        lines += _news(review)
        told = STATUS.read_text(encoding="utf-8") if STATUS.is_file() else ""
    elif targets == ["status"]:  # it is what was asked for
        return lines
    else:
        told = _status(**review["status"]) if "status" in review else ""
    places = [path for target, paths in PLACES.items() if everything or target in targets for path in paths]
    found = [path for path in places if Path(path).exists()]
    return [
        *lines,
        *_short(told.splitlines()),
        *_boxes(),
        *(["Look at:", *(f"  {path}" for path in found)] if found else []),
    ]


def _boxes() -> list[str]:
    """Which figures hold characters that no font on this machine has: they must not go out unseen."""
    figures: dict[str, list[str]] = {}
    for path in sorted(FIGURES.glob("*/figures.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")):
            if said := entry.get("boxes"):
                figures.setdefault(said, []).append(f"{path.parent.name}/{entry['name']}")
    return [f"{said} ({', '.join(names)})." for said, names in figures.items()]


def _news(review: dict[str, Any]) -> list[str]:
    """What is new since the last run of everything, whose place this one takes."""
    if "programs" not in review:
        return []
    before = state.last()
    counts = news.counted(review["outcomes"])
    programs = review["programs"]
    steps = tuple(review["steps"])
    now = state.State(
        review["files"],
        state.code_of(programs),
        counts,
        steps,
        state.receipts_of(steps),
        tuple(review["given"]),
    )
    state.keep(now, programs)
    return news.news(counts, before[0].counts if before else None)


def _status(params: dict[str, Any], inputs: dict[str, Any]) -> str:
    """What awaits whom, as far as the steps of this run show it."""
    from evergreen.report import status  # takes long to load
    from write_status import waiting

    return status.as_text(params["title"], waiting(inputs, params), whole=False)


def _short(lines: list[str]) -> list[str]:
    """Lines for a terminal."""
    cut = [_cut(line) for line in lines[:MOST]]
    return [
        *cut,
        *([f"  and {plural(len(lines) - MOST, 'more line')} in {STATUS}"] if len(lines) > MOST else []),
    ]


def _cut(line: str) -> str:
    """A line of at most `WIDTH` signs; of a longer one whole words, and the file that it names at its end."""
    if len(line) <= WIDTH:
        return line
    at = line.rfind(" (") if line.endswith(")") else len(line)
    place = line[at:] if len(line) - at <= WIDTH // 2 else ""
    said = line[: WIDTH - len(place) - 2]
    return f"{said.rpartition(' ')[0] or said} …{place}"


def _failure(failed: list[tuple[str, str, list[str]]]) -> list[str]:
    """The sentences with which failing steps ended, each once; of a step that left none what its log ends with."""
    sentences: dict[str, str] = {}
    others: list[str] = []
    for rule, said, logs in failed:
        texts = {log: _text(log) for log in logs}
        found = {
            line.removeprefix("ERROR: "): log
            for log, text in texts.items()
            for line in text.splitlines()
            if line.startswith("ERROR: ")
        }
        sentences = {**found, **sentences}
        if not found:
            others.append(f"  {rule} failed{': ' + said if said else ''}")
            for log, text in texts.items():
                ends = [f"  {log} ends with:", *(f"    {_cut(line)}" for line in text.splitlines()[-LAST:])]
                others += (
                    ends
                    if text
                    else [f"  {log} is empty: it was ended from outside, or lacked memory. Run again."]
                )
    if not sentences and not others:
        return ["", "The run stopped; the lines above say where."]
    more = [f"  and {len(sentences) - SENTENCES:,} more"] if len(sentences) > SENTENCES else []
    place = [f"More in {log}" for log in dict.fromkeys(sentences.values())][:1]
    return [
        "",
        "The run stopped:",
        *(f"  {text}" for text in list(sentences)[:SENTENCES]),
        *more,
        *others,
        *place,
    ]


def _text(log: str) -> str:
    try:
        return Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    main()
