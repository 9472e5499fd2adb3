# Input functions of records.smk: paths and parameters from the protocol and from what is there.
RECORDS = "results/records/rounds/{source}/{round}"


def earlier_records(wildcards):
    """Record tables of the same source's earlier rounds."""
    return [
        f"{RECORDS}.parquet".format(source=name, round=day)
        for name, day in SOURCE_ROUNDS
        if name == wildcards.source and day < wildcards.round
    ]
