# Deduplication: round by round, new records join works or make new ones.
rule deduplicate_works:
    input:
        records="results/records/records.parquet",
        verdicts=lambda w: there("config/deduplication"),
    output:
        # Kept from run to run: a round whose records and rounds before are as they were is not compared again.
        update(directory("results/deduplication/rounds")),
        "results/deduplication/works.parquet",
        expand(
            "results/deduplication/{table}.csv",
            table="clusters works origin borderline links verdicts yield overlap combinations".split(),
        ),
    params:
        **program("deduplicate_works.py", values=params.deduplicate_works(PROTOCOL)),
        tables=value(
            "deduplicate_works",
            [[day, f"{RECORDS}/{day}.parquet".format(source=name)] for name, day in PROTOCOL.source_rounds],
        ),
        verdicts=options("verdicts"),
    shell:
        "python {params.script:q} --records {params.tables:q} {params.verdicts:q} --params {params.values:q}"
        " --code {params.code} --threads {threads} --folder results/deduplication > {log:q} 2>&1"


# Also where a search found nothing new: what was seen again is in it.
rule audit_records:
    input:
        records="results/records/records.parquet",
        brought=expand(RECORDS, source=PROTOCOL.sources),
        rounds="results/deduplication/rounds",
        tables=[f"results/deduplication/{name}" for name in ("borderline.csv", "links.csv", "verdicts.csv")],
    output:
        "results/deduplication/audit.csv",
    params:
        **program("audit_records.py", sources=params.audit_records(PROTOCOL)),
    shell:
        "python {params.script:q} --sources {params.sources:q} --records {input.records:q} --rounds results/records/rounds"
        " --works results/deduplication --out {output:q} > {log:q} 2>&1"


rule deduplicate:
    input:
        rules.deduplicate_works.output,
        rules.audit_records.output,
