# Input functions of deduplicate.smk: paths and parameters from the protocol and from what is there.
DEDUPLICATED = "results/deduplication/rounds/{round}"
SHARDS = config["deduplication"]["shards"]


def contributions():
    """{round: [sources]} of the rounds and sources that brought new records; asks the index of records."""
    manifest = json.loads(Path(checkpoints.index_records.get().output.manifest).read_text())
    return {
        day: [name for name in SOURCES if manifest[day].get(name)]
        for day in ROUNDS
        if any(manifest.get(day, {}).values())
    }


def new_records(wildcards):
    """Record tables that a round adds."""
    return [
        f"{RECORDS}.parquet".format(source=name, round=wildcards.round)
        for name in contributions().get(wildcards.round, [])
    ]


def state_before(wildcards):
    """What the round before left, of the rounds that brought records."""
    before = [day for day in contributions() if day < wildcards.round]
    return [f"{DEDUPLICATED}.parquet".format(round=before[-1])] if before else []


def verdicts_of_people(wildcards):
    return [path for path in [sheet("config/deduplication")] if path]


def compared_shares(wildcards):
    """Parts of the comparison; none where one job does it all."""
    shares = [f"{DEDUPLICATED}/compared-{shard}-of-{SHARDS}.parquet" for shard in range(SHARDS)]
    return [path.format(round=wildcards.round) for path in shares] if SHARDS > 1 else []


def last_state(wildcards):
    return [f"{DEDUPLICATED}.parquet".format(round=day) for day in contributions()][-1:]
