# Records: what each source brought in each round, read from exports, and all of them in one table.
include: "inputs/records.smk"


rule import_export:
    input:
        export=lambda w: written(SOURCES[w.source]["files"][w.round]),
        earlier=earlier_records,
    output:
        records=f"{RECORDS}.parquet",
        counts=f"{RECORDS}.counts.json",
        lost=f"{RECORDS}.lost.csv",
    log:
        "results/logs/import_export/{source}-{round}.log",
    benchmark:
        "results/benchmarks/import_export/{source}-{round}.tsv"
    wildcard_constraints:
        source=one_of(EXPORT_SOURCES),
    conda:
        "../envs/evergreen.yaml"
    params:
        **program("import_export.py"),
        tables=lambda w: words("import_export", earlier_records(w)),
        values=lambda w: value(
            "import_export",
            {
                "format": SOURCES[w.source].get("format"),
                "columns": SOURCES[w.source].get("columns"),
                "hits": SOURCES[w.source].get("hits", {}).get(w.round),
            },
        ),
    shell:
        "python {params.script:q} --export {input.export:q} --source {wildcards.source} --round {wildcards.round}"
        " --earlier {params.tables:q} --params {params.values:q} --records {output.records:q}"
        " --counts {output.counts:q} --lost {output.lost:q} > {log:q} 2>&1"


# One table of all records: a search that finds nothing new leaves it as it was, and what follows does not run.
rule assemble_records:
    input:
        records=[f"{RECORDS}.parquet".format(source=name, round=day) for name, day in SOURCE_ROUNDS],
        counts=[f"{RECORDS}.counts.json".format(source=name, round=day) for name, day in SOURCE_ROUNDS],
        remarks=[f"{RECORDS}.lost.csv".format(source=name, round=day) for name, day in SOURCE_ROUNDS],
    output:
        records="results/records/records.parquet",
        csv="results/records/records.csv",
        report="results/records/import-report.csv",
    log:
        "results/logs/assemble_records.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        **program("assemble_records.py"),
        pairs=value("assemble_records", SOURCE_ROUNDS),
    shell:
        "python {params.script:q} --pairs {params.pairs:q} --folder results/records/rounds --records {output.records:q}"
        " --csv {output.csv:q} --report {output.report:q} > {log:q} 2>&1"


rule records:
    input:
        rules.assemble_records.output,
