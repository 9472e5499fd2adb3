# Records: what each source brought in each round, read from exports, and all of them in one table.
include: "inputs/records.smk"


rule import_export:
    input:
        export=lambda w: written(SOURCES[w.source]["files"][w.round]),
        earlier=earlier_records,
        script=script("import_export.py"),
        code=code_of("import_export.py"),
    output:
        records=f"{RECORDS}.parquet",
        counts=f"{RECORDS}.counts.json",
        lost=f"{RECORDS}.lost.csv",
    log:
        "results/logs/import_export/{source}-{round}.log",
    wildcard_constraints:
        source=one_of(EXPORT_SOURCES),
    conda:
        "../envs/evergreen.yaml"
    params:
        values=lambda w: as_json(
            {
                "format": SOURCES[w.source].get("format"),
                "columns": SOURCES[w.source].get("columns"),
                "hits": SOURCES[w.source].get("hits", {}).get(w.round),
            }
        ),
    shell:
        "python {input.script:q} --export {input.export:q} --source {wildcards.source} --round {wildcards.round}"
        " --earlier {input.earlier:q} --params {params.values:q} --records {output.records:q}"
        " --counts {output.counts:q} --lost {output.lost:q} > {log:q} 2>&1"


checkpoint index_records:
    input:
        counts=[f"{RECORDS}.counts.json".format(source=name, round=day) for name, day in SOURCE_ROUNDS],
        script=script("index_records.py"),
        code=code_of("index_records.py"),
    output:
        manifest="results/records/manifest.json",
    log:
        "results/logs/index_records.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        pairs=as_json(SOURCE_ROUNDS),
    shell:
        "python {input.script:q} --pairs {params.pairs:q} --counts {input.counts:q} --manifest {output.manifest:q}"
        " > {log:q} 2>&1"


rule assemble_records:
    input:
        records=[f"{RECORDS}.parquet".format(source=name, round=day) for name, day in SOURCE_ROUNDS],
        counts=[f"{RECORDS}.counts.json".format(source=name, round=day) for name, day in SOURCE_ROUNDS],
        remarks=[f"{RECORDS}.lost.csv".format(source=name, round=day) for name, day in SOURCE_ROUNDS],
        script=script("assemble_records.py"),
        code=code_of("assemble_records.py"),
    output:
        records="results/records/records.parquet",
        csv="results/records/records.csv",
        report="results/records/import-report.csv",
    log:
        "results/logs/assemble_records.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        pairs=as_json(SOURCE_ROUNDS),
    shell:
        "python {input.script:q} --pairs {params.pairs:q} --folder results/records/rounds --records {output.records:q}"
        " --csv {output.csv:q} --report {output.report:q} > {log:q} 2>&1"


rule records:
    input:
        rules.assemble_records.output,
        rules.index_records.output,
