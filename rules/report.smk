# The report ties everything together; the status says what awaits whom.
include: "inputs/report.smk"


rule write_status:
    input:
        unpack(status_inputs),
    output:
        json="results/report/status.json",
        text="results/report/status.txt",
        feed="results/report/status.atom",
    params:
        **program("write_status.py", values=status_values(), inputs=named_inputs),
    shell:
        "python {params.script:q} --params {params.values:q} --inputs {params.inputs:q} --json {output.json:q}"
        " --text {output.text:q} --feed {output.feed:q} > {log:q} 2>&1"


# Each round beside the one before, and what was published beside what is so now.
rule tell_changes:
    input:
        unpack(changes_inputs),
    output:
        CHANGES,
        since="results/report/since.json",
    params:
        # Unsorted: outcomes stand in a comparison as in the protocol.
        **program("tell_changes.py", *REPORT_PAGE, values=changes_values, inputs=named_inputs),
    shell:
        "python {params.script:q} --params {params.values:q} --inputs {params.inputs:q} --folder results/report/changes"
        " --since {output.since:q} > {log:q} 2>&1"


# They speak of the whole review, and so belong to its end.
rule write_checklists:
    input:
        unpack(checklist_inputs),
    output:
        table="results/prisma/checklist.csv",
        word="results/prisma/checklist.docx",
    params:
        # Unsorted: sources and reasons stand in the checklist as in the protocol.
        **program("write_checklists.py", protocol=params.whole(PROTOCOL), inputs=named_inputs),
    shell:
        "python {params.script:q} --protocol {params.protocol:q} --inputs {params.inputs:q} --table {output.table:q}"
        " --word {output.word:q} > {log:q} 2>&1"


rule trace_numbers:
    input:
        unpack(trail_inputs),
    output:
        table="results/provenance.parquet",
        pages=directory("results/report/provenance"),
    params:
        **program("trace_numbers.py", *REPORT_PAGE, inputs=named_inputs),
        values=lambda w: value("trace_numbers", params.trace_numbers(PROTOCOL, extraction_sheets(PROTOCOL))),
    shell:
        "python {params.script:q} --inputs {params.inputs:q} --params {params.values:q} --table {output.table:q}"
        " --pages {output.pages:q} > {log:q} 2>&1"


rule write_exports:
    input:
        unpack(export_inputs),
    output:
        folder=directory("results/report/export"),
    params:
        **program("write_exports.py", *IN_R, values=params.write_exports(PROTOCOL), inputs=named_inputs),
    shell:
        "python {params.script:q} --inputs {params.inputs:q} --params {params.values:q} --folder {output.folder:q} > {log:q} 2>&1"


rule write_report:
    input:
        unpack(report_inputs),
    output:
        page=report(
            "results/report/index.html",
            caption="../docs/captions/report.rst",
            category="Report",
        ),
        word="results/report/review.docx",
        workbook="results/report/tables.xlsx",
        references=expand("results/report/references.{suffix}", suffix=["json", "bib", "ris"]),
        tables=directory("results/report/tables"),
        findings=FINDINGS,
    params:
        # Unsorted: sources and reasons stand in the report as in the protocol.
        **program("write_report.py", *REPORT_PAGE, protocol=params.whole(PROTOCOL), inputs=named_inputs),
    shell:
        "python {params.script:q} --receipts --protocol {params.protocol:q} --inputs {params.inputs:q} --page {output.page:q}"
        " --word {output.word:q} --tables {output.tables:q} --workbook {output.workbook:q} --references {output.references:q}"
        " --findings {output.findings:q} > {log:q} 2>&1"


rule report:
    input:
        "results/report/index.html",
        "results/report/review.docx",
        "results/figures/stages.svg",
        rules.tell_changes.output,
        rules.write_checklists.output if PARTS["prisma"] else [],
        rules.trace_numbers.output if POOLED else [],
        rules.write_exports.output if POOLED or SEARCHED else [],
        # The pages that the report sends people to.
        [
            f"results/screening/{stage}/{person}.html"
            for stage in LISTED
            for person in people.with_work(PROTOCOL, stage)
        ],
        [f"results/{path}" for path in LISTS_OF_TASKS],


# Always runs: it is there to be read.
rule status:
    input:
        "results/report/status.txt",
    log:
        "results/logs/status.log",
    conda:
        "../envs/evergreen.yaml"
    shell:
        "cat {input:q} | tee {log:q}"
