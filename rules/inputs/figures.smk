# Input functions of figures.smk: paths and parameters from the protocol and from what is there.
DRAWING = ("id", "name", "unit", "timepoint", "better", "favours", "scale")


def drawing_of(wildcards):
    """What of the protocol decides how an outcome is drawn; its numbers come from the synthesis."""
    outcome = next(one for one in config["outcomes"] if one["id"] == wildcards.outcome)
    chosen = {key: outcome[key] for key in DRAWING if key in outcome}
    return {"outcome": chosen, "layout": config["figures"]["layout"], "tool": TOOL}


def figure_files(stem):
    return multiext(stem, ".svg", ".pdf", ".png", ".csv")
