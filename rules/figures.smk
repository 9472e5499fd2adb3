# Figures: one job draws all of an outcome. `further/` holds those that apply, `figures.json` says why others do not.
DRAWING = ("id", "name", "unit", "timepoint", "better", "favours", "scale")

# All but the flow chart's.
FIGURE_MODULES = [
    path.relative_to(LIBRARY).as_posix()
    for path in sorted((LIBRARY / "figures").glob("*.py"))
    if path.name != "flow.py"
]


def drawing_of(wildcards):
    """What of the protocol decides how an outcome is drawn; its numbers come from the synthesis."""
    outcome = next(one for one in config["outcomes"] if one["id"] == wildcards.outcome)
    chosen = {key: outcome[key] for key in DRAWING if key in outcome}
    return {"outcome": chosen, "layout": config["figures"]["layout"], "tool": TOOL}


def figure_files(stem):
    return multiext(stem, ".svg", ".pdf", ".png", ".csv")


rule figures:
    input:
        [
            f"results/figures/{outcome}/{name}"
            for outcome in OUTCOMES
            for name in ("forest.svg", "funnel.svg", "further")
        ],


rule draw_outcome:
    input:
        synthesis="results/synthesis/{outcome}.json",
        tool=[TOOL] if TOOL.endswith((".yaml", ".yml")) else [],
        script=script("draw_outcome.py"),
        code=library(
            *FIGURE_MODULES,
            "synthesis/",
            "bias/tools.py",
            "bias/rob2.py",
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
        values=lambda w: as_json(drawing_of(w)),
    shell:
        "python {input.script:q} --synthesis {input.synthesis:q} --params {params.values:q} --out {params.folder:q}"
        " > {log:q} 2>&1"
