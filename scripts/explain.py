"""Say why two records are, or are not, one work; with one id, what became of that record.

Run it after `evergreen run`. Ids that records had before are accepted:

    evergreen explain ../my-review pubmed:20200000 embase:L600000000
    evergreen explain ../my-review embase:L600000000
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import again, parser, run
from evergreen.deduplication.explanation import history, resolved, why
from evergreen.errors import InputError
from evergreen.records.former_ids import by_any_id


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("ids", nargs="+", metavar="ID", help="one or two records")
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    args = arguments.parse_args(argv)
    results = args.review / "results"
    if len(args.ids) > 2:
        arguments.error("give one record, or two")

    folder = results / "deduplication"
    if not (folder / "clusters.csv").is_file():
        raise InputError("the file is missing", file=folder / "clusters.csv", todo=f"Run the review first: {again('run', args.review)}")  # fmt: skip
    clusters = tables.read_table(folder / "clusters.csv")
    now = by_any_id(clusters.assign(now=clusters["record_id"]), "now")
    ids = [resolved(name, now) for name in args.ids]
    for name, given in zip(ids, args.ids, strict=True):
        if name != given:
            print(f"{given} is called {name} now.")
    work_of = dict(zip(clusters["record_id"], clusters["work_id"], strict=True))
    if len(set(ids)) == 1:
        members = clusters.loc[clusters["work_id"].eq(work_of[ids[0]]), "record_id"]
        audit = spreadsheets.read_table(folder / "audit.csv")
        numbers = audit.loc[audit["record_id"].eq(ids[0]), "registry_ids"].iloc[0].split("; ")
        print("\n".join(history(ids[0], audit, members, numbers)))
        return
    day = clusters.loc[clusters["record_id"].isin(ids), "round"].max()
    print(
        "\n".join(
            why(
                *ids,
                then=tables.read_table(folder / "rounds" / f"{day}.parquet"),
                work_of=work_of,
                verdicts=spreadsheets.read_table(folder / "verdicts.csv"),
                links=tables.read_table(folder / "links.csv"),
                sheet=spreadsheets.read_table(folder / "borderline.csv"),
                abstracts=lambda ids: _abstracts(results / "records/records.parquet", ids),
            )
        )
    )


def _abstracts(path: Path, ids: Iterable[str]) -> dict[str, str]:
    rows = pd.read_parquet(path, columns=["record_id", "abstract"], filters=[("record_id", "in", list(ids))])
    return dict(zip(rows["record_id"], rows["abstract"], strict=True))


if __name__ == "__main__":
    run(main)
