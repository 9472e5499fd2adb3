"""Pack a review with all that it rests on: protocol, sheets, replies, results, versions, and the workflow that made the results.

Run by a person after a run, never by a rule. It writes an RO-Crate (ZIP) that others can unpack and run; equal reviews give equal bytes.
Figures are in it as the protocol asks for them (`figures.dpi`, `figures.formats`).

  evergreen package ../my-review
  evergreen package ../my-review --out submission.zip
"""

from __future__ import annotations

import json
import os
import re
import shlex
from importlib.metadata import version
from pathlib import Path

from evergreen.command import again, parser, run
from evergreen.errors import InputError, refuse
from evergreen.protocol.loading import FILE, load
from evergreen.protocol.rounds import check_day
from evergreen.protocol.whole import Protocol
from evergreen.publication import archive, contents
from evergreen.publication.crate import DESCRIPTOR, Described, describe
from evergreen.runs import state

NAME = "review.crate.zip"
GUIDE = "REPRODUCE.md"
KEY = "NCBI_API_KEY"
FEED = Path("results/report/status.atom")
NO_DATE = "1970"


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    arguments.add_argument("--out", type=Path, help=f"the package (default: {NAME} in the review's folder)")
    arguments.add_argument(
        "--day",
        metavar="YYYY-MM-DD",
        help="day of publication (default: the newest date in the review's files)",
    )
    args = arguments.parse_args(argv)
    if args.day:
        check_day(args.day)
    out = args.out.absolute() if args.out else (args.review / NAME).absolute()
    if not (args.review / FILE).is_file():
        raise InputError("there is no review in this folder (config/config.yaml)", file=args.review)
    os.chdir(args.review)
    protocol = load(FILE)
    if due := state.due():
        raise InputError(
            f"the results are not of now ({due[0].rstrip('.')})",
            file=args.review,
            todo=f"Run the review first: {again('run', args.review)}",
        )
    day = args.day or _newest()
    email = protocol.entrez.email or ""
    package = contents.of_review(email)
    secrets = {"a key of NCBI": os.environ.get(KEY, "")}
    refuse(contents.leaks(package.files, secrets, [Path.cwd(), contents.HOME, Path.home()]))
    refuse(
        contents.leaks(
            {name: package.files[name] for name in package.outputs},
            {"the address of entrez.email": email},
            [],
        )
    )
    described = describe(_described(protocol, day), package, version("snakemake"))
    guide = _guide(protocol.review.title, bool(email))
    description = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    archive.write({**package.files, GUIDE: guide.encode(), DESCRIPTOR: description.encode()}, out)
    print(
        f"{out.name}: {len(package.inputs):,} files of people, {len(package.outputs):,} results and the workflow,"
        f" {out.stat().st_size / 1e6:.1f} MB. To check it: make validate-package PACKAGE={shlex.quote(str(out))}"
    )
    if not protocol.review.licence:
        print("It states no licence: add `licence` under `review` in config/config.yaml, such as CC-BY-4.0.")


def _described(protocol: Protocol, day: str) -> Described:
    asked = protocol.question
    parts = (
        ("Population", asked.population), ("Intervention", asked.intervention), ("Comparator", asked.comparator),
        ("Outcomes", ", ".join(asked.outcomes)), ("Designs", ", ".join(asked.designs)),
    )  # fmt: skip
    review = protocol.review
    return Described(
        review.title, " ".join(f"{name}: {text.rstrip('.')}." for name, text in parts if text), day, review.authors,
        review.registration or "", review.licence,
    )  # fmt: skip


def _newest() -> str:
    """The newest date in the review's files, as the feed of its status says it."""
    text = FEED.read_text(encoding="utf-8") if FEED.is_file() else ""
    found = re.search(r"<updated>(\d{4}-\d{2}-\d{2})", text)
    if not found or found[1].startswith(NO_DATE):
        raise InputError(
            "no file of this review holds a date", todo="Name the day of publication: --day 2026-06-30."
        )
    return found[1]


def _guide(title: str, removed: bool) -> str:
    """How to run what is in the package."""
    address = f"\nThe address that PubMed was given is replaced by {contents.REMOVED} in the protocol; set your own before you update.\n"
    return f"""# {title}

To run it as it is, with Python 3.11 or newer, in this folder:

    python3 -m venv .venv
    .venv/bin/pip install -r workflow/requirements.txt
    .venv/bin/snakemake --cores 4 --snakefile workflow/Snakefile

This says that nothing is to be done: the results are of the files in config/. To compute all of them again, delete results/ but
results/search and results/logs/receipts/search_pubmed (replies of databases are evidence, and are not asked for again), and run. The
files are the same, byte by byte, with the versions that workflow/requirements.txt names; so is the package.
{address if removed else ""}"""


if __name__ == "__main__":
    run(main)
