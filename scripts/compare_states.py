"""Compare two states of a review: frozen versions, rounds, git revisions, and `now`, the results that are there.

Run by a person. Protocol and sheets of a git revision are computed with the current code, which the comparison says. It writes
results/report/changes/<a>..<b>.html, .docx and .json.

  evergreen compare 1.0 now
  evergreen compare ../my-review 2020-12-31 2023-12-31
  evergreen compare HEAD~5 HEAD
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from evergreen.command import parser, run
from evergreen.errors import InputError
from evergreen.protocol.loading import FILE, load
from evergreen.report.changes import comparison, here, written
from evergreen.runs.state import due, told
from evergreen.search.standing import OFFLINE, frozen_log
from evergreen.states import comparing, frozen, state
from evergreen.states.state import State
from evergreen.steps import receipts

SNAKEFILE = Path(__file__).resolve().parents[1] / "Snakefile"
CHANGES = Path("results/report/changes")
SEARCHES = receipts.FOLDER / "search_pubmed"


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("before", help="a version, the date of a round, a git revision, or now")
    arguments.add_argument("after", help="the same")
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    args = arguments.parse_args(argv)
    os.chdir(args.review)
    review = load(FILE).review
    with TemporaryDirectory() as scratch:
        states = [_state(word, Path(scratch)) for word in (args.before, args.after)]
        found = comparing.compare(*state.alike(*states))
        stem = CHANGES / "..".join(re.sub(r"[^\w.~^-]", "-", word) for word in (args.before, args.after))
        # What every run writes, with more about it, is not written anew.
        if [args.before, args.after] not in _of_runs():
            written.write(found, review, stem, frozen.forests(found, Path(scratch)))
    ours = {frozen.NOW, *load(FILE).rounds}.intersection((args.before, args.after))
    print(
        *(told(due()) if ours else ()),
        f"From {args.before} to {args.after}: {comparison.sentence(found)}",
        sep="\n",
    )
    print(f"All of it: {args.review / stem}.html, .docx, .json")


def _of_runs() -> list[list[str]]:
    """The pairs of states that every run compares (`tell_changes.py`)."""
    return [
        list(pair)
        for names in (load(FILE).rounds, [*frozen.versions(), frozen.NOW])
        for pair in pairwise(names)
    ]


def _state(word: str, scratch: Path) -> State:
    """The state that a word names; a version goes before a round, and both before a revision."""
    if word == frozen.NOW:
        return here.of_folder(word, "the review as it stands")
    if word in frozen.versions():
        return frozen.read(word)
    if word in load(FILE).rounds:
        return state.as_of(here.of_folder(word, ""), word)
    return _of_revision(word, scratch)


def _of_revision(word: str, scratch: Path) -> State:
    commit = _git("rev-parse", "--verify", "--quiet", f"{word}^{{commit}}").decode().strip()
    if not commit:
        raise InputError(
            f"{word!r} is no version, no round of the protocol and no git revision of the review",
            todo=f"Versions: {', '.join(frozen.versions()) or 'none'}; rounds: {', '.join(load(FILE).rounds) or 'none'}; or {frozen.NOW}.",
        )
    # Figures are looked for by the name of the state.
    folder = scratch / "computed" / str(len(list(scratch.glob("computed/*"))))
    folder.mkdir(parents=True)
    # Of the folder of the review alone, from the top: within a folder git looks for that folder in it once more.
    top, inner = (_git("rev-parse", word).decode().strip() for word in ("--show-toplevel", "--show-prefix"))
    held = _git("-C", top, "archive", f"{commit}:{inner}")
    if not held:
        raise InputError(
            f"the review is not in the git revision {word!r}",
            todo="Name a revision in which it was committed.",
        )
    with tarfile.open(fileobj=BytesIO(held)) as archive:
        archive.extractall(folder, filter=_of_people)
    # Receipts say what of today's results is so at the revision too.
    if Path("results").is_dir():
        shutil.copytree("results", folder / "results")
        _search_by_content(folder)
    print(f"Computing {word} ({commit[:10]}) with the current code ...", file=sys.stderr)
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--cores",
        "2",
        "--snakefile",
        str(SNAKEFILE),
        "--directory",
        str(folder),
    ]
    # Nobody is asked as of a day that is over: what is not on disk is not to be had.
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, OFFLINE: "1"})  # fmt: skip
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        cause = next((lines[at + 1].strip() for at, line in enumerate(lines[:-1]) if line.startswith("The run stopped")), lines[-1] if lines else "")  # fmt: skip
        raise InputError(f"the review as of {word} does not run with the current code: {cause}")
    back = Path.cwd()
    os.chdir(folder)
    try:
        found = here.of_folder(word, f"git revision {commit[:10]}, computed with the current code")
        for forest in Path("results/figures").glob(f"*/{frozen.FOREST}.svg"):
            place = scratch / word / forest.parent.name / forest.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(forest, place)
    finally:
        os.chdir(back)
    return found


def _search_by_content(folder: Path) -> None:
    """Have replies that nobody had frozen at a revision taken by what was asked: today they may come from a frozen copy."""
    for receipt in (folder / SEARCHES).glob("*.json"):
        source, round = receipt.stem.removeprefix(f"{SEARCHES.name}-")[:-11], receipt.stem[-10:]
        if not (folder / frozen_log(source, round)).exists():
            receipt.unlink()


def _of_people(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """What of a revision is taken: all but results, and what leads out of the folder."""
    if Path(member.name).parts[:1] == ("results",):
        return None
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


def _git(*words: str) -> bytes:
    try:
        return subprocess.run(["git", *words], capture_output=True, check=False).stdout
    except FileNotFoundError:
        return b""


if __name__ == "__main__":
    run(main)
