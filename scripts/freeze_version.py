"""Keep the published state of a review in config/versions/<version>/: numbers, figures and hashes, a few hundred kB for version control.

Run by a person after a run, when a version is published; put what it writes under version control. From then on every run says what
differs from it.

  evergreen freeze 1.0
  evergreen freeze ../my-review 1.1
"""

from __future__ import annotations

import os
from pathlib import Path

from evergreen.command import again, parser, run
from evergreen.errors import InputError
from evergreen.protocol.loading import FILE, load
from evergreen.publication import numbers
from evergreen.report.changes import here
from evergreen.runs.state import due
from evergreen.states import frozen


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("version", help="name of the version, such as 1.0")
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    args = arguments.parse_args(argv)
    os.chdir(args.review)
    frozen.check_new(args.version)
    if why := due():
        raise InputError(
            f"the results are not of now, and what is not so is not published ({why[0].rstrip('.')})",
            file=args.review,
            todo=f"Run the review first: {again('run', args.review)}",
        )
    today = here.of_folder(args.version, f"version {args.version}")
    names = {outcome.id: outcome.name for outcome in load(FILE).outcomes}
    printed = {numbers.NAME: numbers.of_folder(Path("results"), names)}
    folder = frozen.freeze(args.version, today, here.drawn(), printed)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(
        f"Version {args.version} is frozen in {args.review / folder} ({size / 1000:,.0f} kB). Put it under version control."
    )


if __name__ == "__main__":
    run(main)
