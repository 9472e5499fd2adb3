# Assessors' sheets -> one table of judgements -> summary and graph.
TOOL = config["risk_of_bias"]["tool"]
FIGURE_FORMATS = ["svg", "pdf", "png"]


def bias_sheets():
    return sheets_in("config/risk_of_bias", config["risk_of_bias"].get("assessors"))


def bias_inputs(wildcards):
    found = {
        "sheets": list(bias_sheets().values()),
        "adjudication": sheet("config/risk_of_bias/adjudication"),
        "tool": TOOL if TOOL.endswith((".yaml", ".yml")) else None,
    }
    return {name: paths for name, paths in found.items() if paths}


# Where people rated the certainty of the evidence (GRADE), the ratings are counted together.
CERTAINTY = ["results/risk_of_bias/certainty.csv"] if sheet("config/certainty") else []


rule bias:
    input:
        "results/risk_of_bias/judgements.csv",
        "results/risk_of_bias/conflicts.csv",
        "results/figures/risk_of_bias/summary.svg",
        CERTAINTY,


rule merge_bias:
    input:
        unpack(checked(bias_inputs)),
        script=script("merge_bias.py"),
        code=library(
            "bias/",
            "extraction/check.py",
            "sheets.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        judgements="results/risk_of_bias/judgements.csv",
        conflicts="results/risk_of_bias/conflicts.csv",
    log:
        "results/logs/merge_bias.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        sheets=lambda w: as_json(bias_sheets()),
        adjudication=lambda w, input: (
            ["--adjudication", input.adjudication]
            if "adjudication" in input.keys()
            else []
        ),
        values=as_json(
            {"tool": TOOL, "people": config["risk_of_bias"].get("assessors") or []}
        ),
    shell:
        "python {input.script:q} --sheets {params.sheets:q} {params.adjudication:q} --params {params.values:q}"
        " --judgements {output.judgements:q} --conflicts {output.conflicts:q} > {log:q} 2>&1"


rule draw_bias:
    input:
        # Decided after the check, so that an edit of another sheet does not draw again.
        judgements=checked("results/risk_of_bias/judgements.csv"),
        script=script("draw_bias.py"),
        code=library(
            "figures/risk_of_bias.py",
            "figures/page.py",
            "figures/style.py",
            "bias/",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        expand(
            "results/figures/risk_of_bias/{figure}.{suffix}",
            figure=["summary", "graph"],
            suffix=[*FIGURE_FORMATS, "csv"],
        ),
    log:
        "results/logs/draw_bias.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        folder=lambda w, output: os.path.dirname(output[0]),
        values=as_json(
            {
                "tool": TOOL,
                "names": {
                    outcome["data"]: outcome["name"]
                    for outcome in reversed(config["outcomes"])
                },
            }
        ),
    shell:
        "python {input.script:q} --judgements {input.judgements:q} --params {params.values:q} --out {params.folder:q}"
        " > {log:q} 2>&1"


rule grade_certainty:
    input:
        sheet=checked(lambda w: sheet("config/certainty")),
        script=script("grade_certainty.py"),
        code=library("bias/", "sheets.py", "tables.py", "errors.py", "command.py"),
    output:
        "results/risk_of_bias/certainty.csv",
    log:
        "results/logs/grade_certainty.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        values=as_json({"outcomes": OUTCOMES}),
    shell:
        "python {input.script:q} --sheet {input.sheet:q} --params {params.values:q} --out {output:q} > {log:q} 2>&1"
