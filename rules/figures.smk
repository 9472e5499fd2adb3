# Figures: one job draws all of an outcome. `further/` holds those that apply, `figures.json` says why others do not.


def figure_files(stem):
    return multiext(stem, ".svg", ".pdf", ".png", ".csv")


rule figures:
    input:
        expand("results/figures/{outcome}/figures.json", outcome=OUTCOMES),
        expand(
            "results/figures/{outcome}/{name}.svg",
            outcome=OUTCOMES,
            name=["forest", "funnel"],
        ),


rule draw_outcome:
    input:
        synthesis="results/synthesis/{outcome}.json",
        script=script("draw_outcome.py"),
        code=library(
            *[
                f"figures/{module}.py"
                for module in (
                    "axes",
                    "forest",
                    "forest_table",
                    "funnel",
                    "outcome",
                    "page",
                    "scales",
                    "style",
                )
            ],
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        figure_files("results/figures/{outcome}/forest"),
        figure_files("results/figures/{outcome}/funnel"),
        further=directory("results/figures/{outcome}/further"),
        listed="results/figures/{outcome}/figures.json",
    log:
        "results/logs/draw_outcome/{outcome}.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        folder=lambda w, output: os.path.dirname(output.listed),
        values=lambda w: as_json(
            {
                "outcome": next(
                    outcome
                    for outcome in config["outcomes"]
                    if outcome["id"] == w.outcome
                ),
                "layout": config["figures"]["layout"],
            }
        ),
    shell:
        "python {input.script:q} --synthesis {input.synthesis:q} --params {params.values:q} --out {params.folder:q} > {log:q} 2>&1"
