"""Give every new record of a round its work; what earlier rounds decided stays."""

from __future__ import annotations

import pandas as pd

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.deduplication.comparison import from_tables
from evergreen.deduplication.rounds import RECORD, close_round, compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts, read_verdict_sheet, read_verdicts


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--records", nargs="+", required=True, help="record tables of the round, one per source"
    )
    arguments.add_argument("--before", help="table of the round before")
    arguments.add_argument(
        "--compared", nargs="*", default=[], help="pairs compared by compare_records, all parts"
    )
    arguments.add_argument("--verdicts", help="the sheet of people's verdicts")
    arguments.add_argument("--params", type=json_argument, required=True, help='{"sources": [ids in order]}')
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--state", required=True)
    arguments.add_argument("--pairs", required=True)
    given = arguments.parse_args(argv)

    verdicts = read_verdicts(read_verdict_sheet(given.verdicts)) if given.verdicts else Verdicts.none()
    records = pd.concat([tables.read_table(path, RECORD) for path in given.records], ignore_index=True)
    before = tables.read_table(given.before) if given.before else None
    table, known = prepare(records, before, workers=given.threads)
    del records, before
    if given.compared:
        compared = from_tables([tables.read_table(path) for path in given.compared])
    else:
        compared = compare_share(table, known, workers=given.threads)
    result = close_round(table, known, compared, verdicts, given.params["sources"], workers=given.threads)
    tables.write_table(result.state, given.state)
    tables.write_table(result.pairs, given.pairs)
    new = result.state.iloc[known:]
    joined = new["work_id"].ne(new["record_id"]).sum()
    print(
        f"{len(new)} new records, {joined} of them duplicates; {result.state['work_id'].nunique()} works so far"
    )


if __name__ == "__main__":
    run(main)
