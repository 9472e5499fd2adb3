# The report ties everything together; the status says what awaits whom.
include: "inputs/report.smk"


rule write_status:
    input:
        unpack(status_inputs),
    output:
        json="results/report/status.json",
        text="results/report/status.txt",
    log:
        "results/logs/write_status.log",
    conda:
        "../envs/evergreen.yaml"
    resources:
        **needs.resources("write_status"),
    params:
        **program("write_status.py"),
        values=value("write_status", params.write_status(PROTOCOL, unfrozen())),
        inputs=lambda w, input: value("write_status", named_inputs(input)),
    shell:
        "python {params.script:q} --params {params.values:q} --inputs {params.inputs:q} --json {output.json:q}"
        " --text {output.text:q} > {log:q} 2>&1"


# They speak of the whole review, and so belong to its end.
rule write_checklists:
    input:
        unpack(checklist_inputs),
    output:
        table="results/prisma/checklist.csv",
        word="results/prisma/checklist.docx",
    log:
        "results/logs/write_checklists.log",
    conda:
        "../envs/evergreen.yaml"
    resources:
        **needs.resources("write_checklists"),
    params:
        **program("write_checklists.py"),
        # Unsorted: sources and reasons stand in the checklist as in the protocol.
        protocol=value("write_checklists", params.whole(PROTOCOL)),
        inputs=lambda w, input: value("write_checklists", named_inputs(input)),
    shell:
        "python {params.script:q} --protocol {params.protocol:q} --inputs {params.inputs:q} --table {output.table:q}"
        " --word {output.word:q} > {log:q} 2>&1"


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
        changes=directory("results/report/changes"),
        export=directory("results/report/export"),
    log:
        "results/logs/write_report.log",
    conda:
        "../envs/evergreen.yaml"
    resources:
        **needs.resources("write_report"),
    params:
        **program("write_report.py", "report/templates/report.html.j2"),
        # Unsorted: sources and reasons stand in the report as in the protocol.
        protocol=value("write_report", params.whole(PROTOCOL)),
        inputs=lambda w, input: value("write_report", named_inputs(input)),
    shell:
        "python {params.script:q} --receipts --protocol {params.protocol:q} --inputs {params.inputs:q} --page {output.page:q}"
        " --word {output.word:q} --changes {output.changes:q} --export {output.export:q} > {log:q} 2>&1"


rule report:
    input:
        "results/report/index.html",
        "results/report/review.docx",
        rules.write_checklists.output if PARTS["prisma"] else [],
        # The pages that the report sends people to.
        [
            f"results/screening/{stage}/{person}.html"
            for stage in STAGES
            if SEARCHED
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
