# Figures: one job draws some outcomes. `further/` holds those that apply, `figures.json` says why others do not.
include: "inputs/figures.smk"


rule figures:
    input:
        [
            f"results/figures/{outcome}/{name}"
            for outcome in OUTCOMES
            for name in ("forest.svg", "funnel.svg", "further")
        ],


for name, outcomes in batches(DRAWN_TOGETHER).items():

    rule:
        name:
            f"draw_outcomes_{name}"
        input:
            [f"results/synthesis/{one.id}.json" for one in outcomes],
            tool=[TOOL] if PROTOCOL.risk_of_bias.of_ones_own else [],
        output:
            [file for one in outcomes for file in figure_files(one.id)],
        params:
            **program(
                "draw_outcomes.py", values=params.draw_outcomes(PROTOCOL, outcomes), prints=PRINTS.values
            ),
        shell:
            "python {params.script:q} --synthesis results/synthesis --params {params.values:q} --code {params.code}"
            " --prints {params.prints:q} --folder results/figures > {log:q} 2>&1"


rule draw_stages:
    input:
        "results/report/status.json",
    output:
        expand("results/figures/stages.{suffix}", suffix=[*PRINTS.formats, "csv"]),
    params:
        **program("draw_stages.py", values=shown_stages, prints=PRINTS.values),
    shell:
        "python {params.script:q} --status {input:q} --params {params.values:q} --prints {params.prints:q}"
        " --stem results/figures/stages > {log:q} 2>&1"
