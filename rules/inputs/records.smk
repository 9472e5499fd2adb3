# Input functions of records.smk: paths and parameters from the protocol and from what is there.
RECORDS = "results/records/rounds/{source}"


def brought():
    """What the sources brought: the replies of their searches, and the exports that people put there."""
    return [
        path
        for name, day in PROTOCOL.source_rounds
        for path in (
            [written(path) for path in PROTOCOL.sources[name].files[day]]
            if name in PROTOCOL.export_sources
            else [
                f"{SEARCH}/{file}".format(source=name, round=day)
                for file in ("ids.txt", "new_ids.txt", "batches.json", "raw")
            ]
        )
    ]


def counts_of_rounds():
    """The counts of every source and round, in the order of the rounds."""
    return [f"{RECORDS}/{day}.counts.json".format(source=name) for name, day in PROTOCOL.source_rounds]


MOST_BYTES = 50_000_000  # some 25,000 records with abstracts


def table_of_records():
    """The table for people that reading the records leaves as well: none where the exports are large and nobody has asked for it by its name."""
    table = Path("results/records/records.csv")
    exports = [
        Path(path)
        for name in PROTOCOL.export_sources
        for paths in PROTOCOL.sources[name].files.values()
        for path in map(written, paths)
    ]
    size = sum(path.stat().st_size for path in exports if path.is_file())
    return [str(table)] if size <= MOST_BYTES or table.exists() else []


TABLE = table_of_records()
