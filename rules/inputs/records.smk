# Input functions of records.smk: paths and parameters from the protocol and from what is there.
RECORDS = "results/records/rounds/{source}"


def brought():
    """What the sources brought: the replies of their searches, and the exports that people put there."""
    return [
        path
        for name, day in SOURCE_ROUNDS
        for path in (
            [written(SOURCES[name]["files"][day])]
            if SOURCES[name]["kind"] == "export"
            else [
                f"{SEARCH}/{file}".format(source=name, round=day)
                for file in ("ids.txt", "new_ids.txt", "batches.json", "raw")
            ]
        )
    ]


def reading_of(name):
    """[round, folder or file, how it is read] of a source's rounds, oldest first."""
    source = SOURCES[name]
    days = [day for other, day in SOURCE_ROUNDS if other == name]
    if source["kind"] == "pubmed":
        return [[day, SEARCH.format(source=name, round=day), {}] for day in days]
    how = {"format": source.get("format"), "columns": source.get("columns")}
    return [[day, source["files"][day], {**how, "hits": source.get("hits", {}).get(day)}] for day in days]


def counts_of_rounds():
    """The counts of every source and round, in the order of the rounds."""
    return [f"{RECORDS}/{day}.counts.json".format(source=name) for name, day in SOURCE_ROUNDS]
