# Figures: one job draws all of an outcome. `further/` holds those that apply, `figures.json` says why others do not.
include: "inputs/figures.smk"


rule figures:
    input:
        [
            f"results/figures/{outcome}/{name}"
            for outcome in OUTCOMES
            for name in ("forest.svg", "funnel.svg", "further")
        ],


rule draw_outcome:
    input:
        synthesis=after_plan("results/synthesis/{outcome}.json"),
        tool=[TOOL] if TOOL.endswith((".yaml", ".yml")) else [],
        script=script("draw_outcome.py"),
        code=code_of("draw_outcome.py"),
    output:
        figure_files("forest"),
        figure_files("funnel"),
        further=directory("results/figures/{outcome}/further"),
        listed="results/figures/{outcome}/figures.json",
    log:
        "results/logs/draw_outcome/{outcome}.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        folder=lambda w, output: os.path.dirname(output.listed),
        values=lambda w: as_json(drawing_of(w)),
    shell:
        "python {input.script:q} --synthesis {input.synthesis:q} --params {params.values:q} --out {params.folder:q}"
        " > {log:q} 2>&1"
