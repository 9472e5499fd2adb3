# Records: what each source brought in each round, and all of them in one table.
include: "inputs/records.smk"


# A search that finds nothing new leaves `records.parquet` as it was, and what follows from it does not run.
rule read_records:
    input:
        brought(),
    output:
        # Kept from run to run: a round depends on its file and the rounds before.
        update(directory(expand(RECORDS, source=PROTOCOL.sources))),
        TABLE,
        records="results/records/records.parquet",
        report="results/records/import-report.csv",
    params:
        **program("read_records.py", sources=params.read_records(PROTOCOL, SEARCH)),
        table=[word for path in TABLE for word in ("--table", path)],
    shell:
        "python {params.script:q} --sources {params.sources:q} --code {params.code} --threads {threads}"
        " --folder results/records {params.table:q} > {log:q} 2>&1"


# Few look into a large one, and writing it takes a tenth of the import.
if not TABLE:

    rule write_records_table:
        input:
            rules.read_records.output.records,
        output:
            "results/records/records.csv",
        params:
            **program("write_records_table.py"),
        shell:
            "python {params.script:q} --records {input:q} --out {output:q} > {log:q} 2>&1"


rule records:
    input:
        rules.read_records.output,
