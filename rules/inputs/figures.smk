# Input functions of figures.smk: paths and parameters from the protocol and from what is there.
DRAWING = ("id", "name", "unit", "timepoint", "better", "favours", "scale")


def drawing_of(wildcards):
    """What of the protocol decides how an outcome is drawn; its numbers come from the synthesis."""
    outcome = next(one for one in config["outcomes"] if one["id"] == wildcards.outcome)
    chosen = {key: outcome[key] for key in DRAWING if key in outcome}
    return {"outcome": chosen, "layout": config["figures"]["layout"], "tool": TOOL}


def figure_files(name):
    """The files of a figure that every outcome has; the SVG goes into Snakemake's report."""
    stem = f"results/figures/{{outcome}}/{name}"
    shown = report(
        f"{stem}.svg",
        caption=f"../docs/captions/{name}.rst",
        category="Outcomes",
        labels={"outcome": "{outcome}", "figure": name},
    )
    return [shown, *multiext(stem, ".pdf", ".png", ".csv")]
