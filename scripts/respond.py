"""Say where a manuscript prints numbers that are others now, and what they are now.

Run by a person, never by a rule. What was then is a version that was frozen (config/versions/VERSION), or any folder with results of then;
what is now are the results of the review.

  evergreen respond ../my-review manuscript.docx --since 1.0
  evergreen respond manuscript.tex --since ../results-of-the-first-submission --table changes.csv
"""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

from evergreen.command import again, parser, run
from evergreen.counting import plural
from evergreen.errors import InputError
from evergreen.protocol.loading import FILE, load
from evergreen.publication import manuscript, numbers
from evergreen.publication.places import Change, Response, respond
from evergreen.runs.state import due, told
from evergreen.states import state
from evergreen.states.frozen import STATE, VERSIONS
from evergreen.tables import read_json, write_json

LISTED = 40  # changes of a kind that are named one by one


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("manuscript", type=Path, help="Word (.docx), Markdown, LaTeX or text")
    arguments.add_argument("--since", required=True, help="a version, or a folder with the results of then")
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    arguments.add_argument("--table", type=Path, help="write the places as CSV, too")
    arguments.add_argument("--json", type=Path, help="write all as JSON, too")
    args = arguments.parse_args(argv)

    names = {outcome.id: outcome.name for outcome in load(args.review / FILE).outcomes}
    results = args.review / "results"
    if not (results / "synthesis").is_dir():
        raise InputError(
            "no results are there", file=results, todo=f"Run the review first: {again('run', args.review)}"
        )
    then = _then(args.since, args.review, names)
    found = respond(manuscript.read(args.manuscript), then, numbers.of_folder(results, names))
    with chdir(args.review):
        why = told(due())
    print(*why, *_told(found, args.manuscript.name, args.since), sep="\n")
    if args.table:
        _write_table(found, args.table)
    if args.json:
        write_json(_values(found), args.json)


def _then(since: str, review: Path, names: dict[str, str]) -> dict[str, str]:
    """The numbers of then: what a version kept, or those of a folder of results."""
    kept = review / VERSIONS / since
    if (kept / numbers.NAME).is_file():
        then: dict[str, str] = read_json(kept / numbers.NAME)
        if not (kept / STATE).is_file():
            return then
        called = {row["outcome"]: row["name"] for row in state.read(kept / STATE).parts.get("effects", ())}
        return numbers.renamed(then, {old: names[id_] for id_, old in called.items() if id_ in names})
    for folder in (kept, kept / "results", Path(since), Path(since) / "results"):
        if (folder / "synthesis").is_dir():
            return numbers.of_folder(folder, names)
    raise InputError(
        f"{since!r} is no version of this review with its numbers ({VERSIONS}/{since}/{numbers.NAME}), and no folder of results",
        todo="Name a version, or a folder that holds results/ or synthesis/.",
    )


def _told(found: Response, manuscript: str, since: str) -> list[str]:
    changes = {change for place in found.places for change in place.changes}
    total = len(changes) + len(found.now) + len(found.absent)
    if not total:
        return [f"No number is another than in {since}."]
    lines = [
        f"{total:,} numbers are others than in {since}; {manuscript} prints the old ones in {plural(len(found.places), 'place')}."
    ]
    for place in found.places:
        lines += ["", f"{place.where}: {place.context}"]
        lines += [f"    {change.label}: {change.old} -> {_now(change)}" for change in place.changes]
        if place.unchanged:
            lines.append(f"    or, as before: {'; '.join(place.unchanged[:3])}")
    lines += _listed("Printed as they are now", found.now) + _listed(
        "Changed and not found in the text", found.absent
    )
    return lines


def _now(change: Change) -> str:
    return change.new or "no longer there"


def _listed(what: str, changes: tuple[Change, ...]) -> list[str]:
    more = [f"    and {len(changes) - LISTED:,} more (--json has all)"] if len(changes) > LISTED else []
    lines = [f"    {one.label}: {one.old or 'not there'} -> {_now(one)}" for one in changes[:LISTED]]
    return ["", f"{what}:", *lines, *more] if changes else []


def _write_table(found: Response, path: Path) -> None:
    import pandas as pd

    from evergreen import spreadsheets

    rows = [
        [place.where, place.context, change.label, change.old, change.new, "; ".join(place.unchanged)]
        for place in found.places
        for change in place.changes
    ]
    columns = ["where", "context", "number", "old", "new", "or_unchanged"]
    spreadsheets.write_table(pd.DataFrame(rows, columns=columns), path)


def _values(found: Response) -> dict[str, object]:
    def of(changes: tuple[Change, ...]) -> list[dict[str, str]]:
        return [{"number": one.label, "old": one.old, "new": one.new} for one in changes]

    places = [
        {"where": place.where, "context": place.context, "printed": place.printed, "numbers": of(place.changes),
         "or_unchanged": list(place.unchanged)}
        for place in found.places
    ]  # fmt: skip
    return {"places": places, "printed_as_now": of(found.now), "not_found": of(found.absent)}


if __name__ == "__main__":
    run(main)
