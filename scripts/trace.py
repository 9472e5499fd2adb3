"""Say where a number of the results comes from: effect, conversion, cells of the sheets, people, report, search and day.

Run it after `evergreen run`, with an outcome, and with a study of it for the study's own numbers:

    evergreen trace ../my-review erosion
    evergreen trace ../my-review erosion DRIVE
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from evergreen import tables
from evergreen.command import again, parser, run
from evergreen.errors import InputError, printable
from evergreen.report.provenance.words import pooled_lines, study_lines
from evergreen.sheets import folded
from evergreen.synthesis.result import read


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("outcome", help="id or name of an outcome")
    arguments.add_argument("study", nargs="?", help="a study, or a row of its forest plot")
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    args = arguments.parse_args(argv)
    results = args.review / "results"

    path = results / "provenance.parquet"
    if not path.is_file():
        raise InputError(
            "the file is missing", file=path, todo=f"Run the review first: {again('run', args.review)}"
        )
    called = tables.read_table(path, ["outcome", "name"]).drop_duplicates()
    names = {file.stem: file.stem for file in sorted((results / "synthesis").glob("*.json"))}
    names |= dict(zip(called["outcome"], called["name"], strict=True))
    outcome = _one(args.outcome, {id_: {id_, name} for id_, name in names.items()}, "outcome")[0]
    result = read(results / "synthesis" / f"{outcome}.json")
    if args.study is None:
        lines = pooled_lines(result, names[outcome])
    else:
        studies = {one.label: one for one in result.every}
        labels = {label: {label, one.study} for label, one in studies.items()}
        own = tables.read_table(path, where=("outcome", outcome))
        lines = [
            line
            for label in _one(args.study, labels, f"study of the outcome {outcome}")
            for line in study_lines(tables.rows(own[own["label"].eq(label)]), studies[label], result)
        ]
    print(printable("\n".join(lines)))


def _one(asked: str, called: Mapping[str, Iterable[str]], what: str) -> list[str]:
    """What is called so; a study may have several rows. Raises InputError with the nearest name where nothing is."""
    found = [key for key, names in called.items() if folded(asked) in map(folded, names)]
    if found:
        return found
    near = get_close_matches(
        folded(asked), [folded(name) for names in called.values() for name in names], n=1
    )
    meant = next((key for key, names in called.items() if near and near[0] in map(folded, names)), "")
    hint = f"Did you mean {meant}?" if meant else f"There are: {', '.join(called) or 'none'}."
    raise InputError(f"{asked!r} is no {what}", todo=hint)


if __name__ == "__main__":
    run(main)
