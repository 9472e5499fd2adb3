# Records: what each source brought in each round, read from exports, and all of them in one table.
RECORDS = "results/records/rounds/{source}/{round}"


def earlier_records(wildcards):
    """Record tables of the same source's earlier rounds."""
    return [
        RECORDS.format(source=name, round=day) + ".parquet"
        for name, day in SOURCE_ROUNDS
        if name == wildcards.source and day < wildcards.round
    ]


rule import_export:
    input:
        export=checked(lambda w: SOURCES[w.source]["files"][w.round]),
        earlier=earlier_records,
        script=script("import_export.py"),
        code=library(
            "records/",
            "search/pubmed_xml.py",
            "search/pubmed_fields.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        records=RECORDS + ".parquet",
        counts=RECORDS + ".counts.json",
        lost=RECORDS + ".lost.csv",
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
        counts=[
            RECORDS.format(source=name, round=day) + ".counts.json"
            for name, day in SOURCE_ROUNDS
        ],
        script=script("index_records.py"),
        code=library("records/account.py", "tables.py", "errors.py", "command.py"),
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
        records=[
            RECORDS.format(source=name, round=day) + ".parquet"
            for name, day in SOURCE_ROUNDS
        ],
        counts=[
            RECORDS.format(source=name, round=day) + ".counts.json"
            for name, day in SOURCE_ROUNDS
        ],
        remarks=[
            RECORDS.format(source=name, round=day) + ".lost.csv"
            for name, day in SOURCE_ROUNDS
        ],
        script=script("assemble_records.py"),
        code=library(
            "records/account.py",
            "records/model.py",
            "records/names.py",
            "records/normalise.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
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
