# Input functions of records.smk: paths and parameters from the protocol and from what is there.
RECORDS = "results/records/rounds/{source}"


def rounds_of_source(wildcards):
    """What a source brought: the replies of its searches, or the exports that people put there."""
    name = wildcards.source
    if name not in SOURCES:
        raise WorkflowError(f"There is no source {name} in the protocol.")
    days = [day for source, day in SOURCE_ROUNDS if source == name]
    if SOURCES[name]["kind"] == "export":
        return {"exports": [written(SOURCES[name]["files"][day]) for day in days]}
    return {
        kind: [f"{SEARCH}/{file}".format(source=name, round=day) for day in days]
        for kind, file in (
            ("ids", "ids.txt"),
            ("new_ids", "new_ids.txt"),
            ("batches", "batches.json"),
            ("raw", "raw"),
        )
    }


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
