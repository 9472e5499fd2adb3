# Deduplication: round by round, new records join works or make new ones; then the works of all rounds are written.
DEDUPLICATED = "results/deduplication/rounds/{round}"
SHARDS = config["deduplication"]["shards"]


def contributions():
    """{round: [sources]} of the rounds and sources that brought new records; asks the index of records."""
    manifest = json.loads(
        Path(checkpoints.index_records.get().output.manifest).read_text()
    )
    return {
        day: [name for name in SOURCES if manifest[day].get(name)]
        for day in ROUNDS
        if any(manifest.get(day, {}).values())
    }


def new_records(wildcards):
    """Record tables that a round adds."""
    return [
        RECORDS.format(source=name, round=wildcards.round) + ".parquet"
        for name in contributions().get(wildcards.round, [])
    ]


def state_before(wildcards):
    """What the round before left, of the rounds that brought records."""
    before = [day for day in contributions() if day < wildcards.round]
    return [DEDUPLICATED.format(round=before[-1]) + ".parquet"] if before else []


def verdicts_of_people(wildcards):
    return [path for path in [sheet("config/deduplication")] if path]


def compared_shares(wildcards):
    """Parts of the comparison; none where one job does it all."""
    shares = [
        f"{DEDUPLICATED}/compared-{shard}-of-{SHARDS}.parquet"
        for shard in range(SHARDS)
    ]
    return [path.format(round=wildcards.round) for path in shares] if SHARDS > 1 else []


def last_state(wildcards):
    return [DEDUPLICATED.format(round=day) + ".parquet" for day in contributions()][-1:]


DEDUPLICATION_CODE = library(
    "deduplication/",
    "records/model.py",
    "records/names.py",
    "records/normalise.py",
    "tables.py",
    "errors.py",
    "command.py",
)


rule compare_records:
    input:
        records=checked(new_records),
        before=state_before,
        script=script("compare_records.py"),
        code=DEDUPLICATION_CODE,
    output:
        temp(DEDUPLICATED + "/compared-{shard}-of-{shards}.parquet"),
    log:
        "results/logs/compare_records/{round}-{shard}-of-{shards}.log",
    wildcard_constraints:
        shard=r"\d+",
        shards=r"\d+",
    conda:
        "../envs/evergreen.yaml"
    params:
        before=lambda w, input: (
            f"--before {shlex.quote(input.before[0])}" if input.before else ""
        ),
    shell:
        "python {input.script:q} --records {input.records:q} {params.before} --shard {wildcards.shard}"
        " --shards {wildcards.shards} --out {output:q} > {log:q} 2>&1"


rule deduplicate_round:
    input:
        records=checked(new_records),
        before=state_before,
        compared=compared_shares,
        verdicts=verdicts_of_people,
        script=script("deduplicate_round.py"),
        code=DEDUPLICATION_CODE + library("sheets.py"),
    output:
        state=DEDUPLICATED + ".parquet",
        pairs=DEDUPLICATED + ".pairs.parquet",
    log:
        "results/logs/deduplicate_round/{round}.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        before=lambda w, input: (
            f"--before {shlex.quote(input.before[0])}" if input.before else ""
        ),
        verdicts=lambda w, input: (
            f"--verdicts {shlex.quote(input.verdicts[0])}" if input.verdicts else ""
        ),
        values=as_json({"sources": list(SOURCES)}),
    shell:
        "python {input.script:q} --records {input.records:q} {params.before} --compared {input.compared:q}"
        " {params.verdicts} --params {params.values:q} --state {output.state:q} --pairs {output.pairs:q} > {log:q} 2>&1"


rule assemble_works:
    input:
        records=lambda w: [
            RECORDS.format(source=name, round=day) + ".parquet"
            for day, names in contributions().items()
            for name in names
        ],
        state=checked(last_state),
        pairs=lambda w: [
            DEDUPLICATED.format(round=day) + ".pairs.parquet"
            for day in contributions()
        ],
        verdicts=verdicts_of_people,
        script=script("assemble_works.py"),
        code=DEDUPLICATION_CODE + library("sheets.py"),
    output:
        [
            f"results/deduplication/{name}"
            for name in (
                "clusters.csv",
                "works.csv",
                "works.parquet",
                "origin.csv",
                "borderline.csv",
                "links.csv",
                "verdicts.csv",
                "yield.csv",
                "overlap.csv",
                "combinations.csv",
            )
        ],
    log:
        "results/logs/assemble_works.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        state=lambda w, input: (
            f"--state {shlex.quote(input.state[0])}" if input.state else ""
        ),
        verdicts=lambda w, input: (
            f"--verdicts {shlex.quote(input.verdicts[0])}" if input.verdicts else ""
        ),
        values=as_json(
            {
                "sources": [
                    [name, source["kind"], source["type"]]
                    for name, source in SOURCES.items()
                ]
            }
        ),
    shell:
        "python {input.script:q} --records {input.records:q} {params.state} --pairs {input.pairs:q} {params.verdicts}"
        " --params {params.values:q} --folder results/deduplication > {log:q} 2>&1"


rule deduplicate:
    input:
        rules.assemble_works.output,
