# Records: what each source brought in each round, and all of them in one table.
include: "inputs/records.smk"


# A search that finds nothing new leaves `records.parquet` as it was, and what follows from it does not run.
rule read_records:
    input:
        brought(),
    output:
        # Kept from run to run: a round depends on its file and the rounds before.
        update(directory(expand(RECORDS, source=PROTOCOL.sources))),
        records="results/records/records.parquet",
        csv="results/records/records.csv",
        report="results/records/import-report.csv",
    log:
        "results/logs/read_records.log",
    conda:
        "../envs/evergreen.yaml"
    threads: needs.of("read_records").threads
    resources:
        **needs.resources("read_records"),
    params:
        **program("read_records.py"),
        sources=value("read_records", params.read_records(PROTOCOL, SEARCH)),
        folder=lambda w, output: os.path.dirname(output.records),
    shell:
        "python {params.script:q} --sources {params.sources:q} --code {params.code} --threads {threads}"
        " --folder {params.folder:q} > {log:q} 2>&1"


rule records:
    input:
        rules.read_records.output,
