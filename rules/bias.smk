# Assessors' sheets -> one table of judgements -> summary and graph.
include: "inputs/bias.smk"


rule bias:
    input:
        "results/risk_of_bias/judgements.csv",
        "results/risk_of_bias/conflicts.csv",
        "results/figures/risk_of_bias/summary.svg",
        CERTAINTY,


rule merge_bias:
    input:
        unpack(bias_inputs),
    output:
        [f"results/risk_of_bias/{name}.csv" for name in ("judgements", "conflicts", "agreement")],
    params:
        **program("merge_bias.py", values=params.merge_bias(PROTOCOL)),
        sheets=lambda w: value("merge_bias", bias_sheets(PROTOCOL)),
        adjudication=options("adjudication"),
    shell:
        "python {params.script:q} --sheets {params.sheets:q} {params.adjudication:q} --params {params.values:q}"
        " --folder results/risk_of_bias > {log:q} 2>&1"


# Apart, for the list of studies changes with every new one, and the figures only with those that are judged.
rule label_judged:
    input:
        judgements="results/risk_of_bias/judgements.csv",
        studies="results/screening/studies.csv",
    output:
        "results/risk_of_bias/labels.csv",
    params:
        **program("label_judged.py"),
    shell:
        "python {params.script:q} --judgements {input.judgements:q} --studies {input.studies:q} --out {output:q} > {log:q} 2>&1"


rule draw_bias:
    input:
        unpack(bias_figure_inputs),
    output:
        report(
            expand(
                "results/figures/risk_of_bias/{figure}.svg",
                figure=["summary", "graph"],
            ),
            caption="../docs/captions/risk_of_bias.rst",
            category="Risk of bias",
        ),
        expand(
            "results/figures/risk_of_bias/{figure}.{suffix}",
            figure=["summary", "graph"],
            suffix=[*PRINTS.formats[1:], "csv"],
        ),
        # Pages behind the first, of which nobody knows beforehand how many there are.
        directory("results/figures/risk_of_bias/further"),
        "results/figures/risk_of_bias/figures.json",
    params:
        **program("draw_bias.py", values=params.draw_bias(PROTOCOL), prints=PRINTS.values),
        labels=options("labels"),
    shell:
        "python {params.script:q} --judgements {input.judgements:q} {params.labels:q} --params {params.values:q} --prints {params.prints:q}"
        " --out results/figures/risk_of_bias > {log:q} 2>&1"


rule grade_certainty:
    input:
        sheet=lambda w: sheet("config/certainty"),
    output:
        "results/risk_of_bias/certainty.csv",
    params:
        **program("grade_certainty.py", values=params.grade_certainty(PROTOCOL)),
    shell:
        "python {params.script:q} --sheet {input.sheet:q} --params {params.values:q} --out {output:q} > {log:q} 2>&1"
