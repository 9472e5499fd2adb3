# Records: what each source brought in each round, and all of them in one table.
include: "inputs/records.smk"


# One job a source; `update` keeps the rounds that it has read, for a round depends on the rounds before.
rule read_source:
    input:
        unpack(rounds_of_source),
    output:
        update(directory(RECORDS)),
    log:
        "results/logs/read_source/{source}.log",
    benchmark:
        "results/benchmarks/read_source/{source}.tsv"
    conda:
        "../envs/evergreen.yaml"
    resources:
        **needs.resources("read_source"),
    params:
        **program("read_source.py"),
        kind=lambda w: SOURCES[w.source]["kind"],
        rounds=lambda w: value("read_source", reading_of(w.source)),
    shell:
        "python {params.script:q} --source {wildcards.source} --kind {params.kind} --rounds {params.rounds:q}"
        " --code {params.code} --folder {output:q} > {log:q} 2>&1"


# A search that finds nothing new leaves this table as it was, and what follows from it does not run.
rule assemble_records:
    input:
        expand(RECORDS, source=SOURCES),
    output:
        records="results/records/records.parquet",
        csv="results/records/records.csv",
        report="results/records/import-report.csv",
    log:
        "results/logs/assemble_records.log",
    benchmark:
        "results/benchmarks/assemble_records.tsv"
    conda:
        "../envs/evergreen.yaml"
    resources:
        **needs.resources("assemble_records"),
    params:
        **program("assemble_records.py"),
        pairs=value("assemble_records", SOURCE_ROUNDS),
    shell:
        "python {params.script:q} --pairs {params.pairs:q} --folder results/records/rounds --records {output.records:q}"
        " --csv {output.csv:q} --report {output.report:q} > {log:q} 2>&1"


rule records:
    input:
        rules.assemble_records.output,
