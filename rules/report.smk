# The report ties everything together; the status says what awaits whom.
include: "inputs/report.smk"


rule write_status:
    input:
        unpack(status_inputs),
        script=script("write_status.py"),
        code=code_of("write_status.py"),
    output:
        json="results/report/status.json",
        text="results/report/status.txt",
    log:
        "results/logs/write_status.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        values=as_json(
            {
                **{key: config["review"][key] for key in ("title", "final")},
                "unfrozen": unfrozen(),
                "outcomes": sorted({outcome["data"] for outcome in config["outcomes"]}),
            }
        ),
        inputs=lambda w, input: named_inputs(input),
    shell:
        "python {input.script:q} --params {params.values:q} --inputs {params.inputs:q} --json {output.json:q}"
        " --text {output.text:q} > {log:q} 2>&1"


rule write_report:
    input:
        unpack(report_inputs),
        script=script("write_report.py"),
        code=code_of("write_report.py"),
        data=data("report/templates/report.html.j2"),
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
    params:
        # Unsorted: sources and reasons stand in the report as in the protocol.
        protocol=json.dumps(config, ensure_ascii=False),
        inputs=lambda w, input: named_inputs(input),
    shell:
        "python {input.script:q} --protocol {params.protocol:q} --inputs {params.inputs:q} --page {output.page:q}"
        " --word {output.word:q} --changes {output.changes:q} --export {output.export:q} > {log:q} 2>&1"


rule report:
    input:
        "results/report/index.html",
        "results/report/review.docx",
        # The pages that the report sends people to.
        [
            f"results/screening/{stage}/{person}.html"
            for stage in STAGES
            if SEARCHED
            for person in people_of(stage)
        ],


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
