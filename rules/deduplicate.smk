# Deduplication: round by round, new records join works or make new ones; then the works of all rounds are written.
include: "inputs/deduplicate.smk"


rule compare_records:
    input:
        records=new_records,
        before=state_before,
        script=script("compare_records.py"),
        code=code_of("compare_records.py"),
    output:
        temp(f"{DEDUPLICATED}/compared-{{shard}}-of-{{shards}}.parquet"),
    log:
        "results/logs/compare_records/{round}-{shard}-of-{shards}.log",
    wildcard_constraints:
        shard=r"\d+",
        shards=r"\d+",
    conda:
        "../envs/evergreen.yaml"
    params:
        before=lambda w, input: (f"--before {shlex.quote(input.before[0])}" if input.before else ""),
    shell:
        "python {input.script:q} --records {input.records:q} {params.before} --shard {wildcards.shard}"
        " --shards {wildcards.shards} --out {output:q} > {log:q} 2>&1"


rule deduplicate_round:
    input:
        records=new_records,
        before=state_before,
        compared=compared_shares,
        verdicts=verdicts_of_people,
        script=script("deduplicate_round.py"),
        code=code_of("deduplicate_round.py"),
    output:
        state=f"{DEDUPLICATED}.parquet",
        pairs=f"{DEDUPLICATED}.pairs.parquet",
    log:
        "results/logs/deduplicate_round/{round}.log",
    conda:
        "../envs/evergreen.yaml"
    threads: 2
    params:
        before=lambda w, input: (f"--before {shlex.quote(input.before[0])}" if input.before else ""),
        verdicts=lambda w, input: (f"--verdicts {shlex.quote(input.verdicts[0])}" if input.verdicts else ""),
        values=as_json({"sources": list(SOURCES)}),
    shell:
        "python {input.script:q} --records {input.records:q} {params.before} --compared {input.compared:q}"
        " {params.verdicts} --threads {threads} --params {params.values:q} --state {output.state:q} --pairs {output.pairs:q} > {log:q} 2>&1"


rule assemble_works:
    input:
        records=lambda w: [
            f"{RECORDS}.parquet".format(source=name, round=day)
            for day, names in contributions().items()
            for name in names
        ],
        state=last_state,
        pairs=lambda w: [f"{DEDUPLICATED}.pairs.parquet".format(round=day) for day in contributions()],
        verdicts=verdicts_of_people,
        script=script("assemble_works.py"),
        code=code_of("assemble_works.py"),
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
        state=lambda w, input: (f"--state {shlex.quote(input.state[0])}" if input.state else ""),
        verdicts=lambda w, input: (f"--verdicts {shlex.quote(input.verdicts[0])}" if input.verdicts else ""),
        values=as_json(
            {"sources": [[name, source["kind"], source["type"]] for name, source in SOURCES.items()]}
        ),
    shell:
        "python {input.script:q} --records {input.records:q} {params.state} --pairs {input.pairs:q} {params.verdicts}"
        " --params {params.values:q} --folder results/deduplication > {log:q} 2>&1"


rule deduplicate:
    input:
        rules.assemble_works.output,
