# Input functions of figures.smk: paths and parameters from the protocol and from what is there.
# Outcomes that one process draws: half of them but four at most, for starting takes as long as drawing an
# outcome or two; a quarter but ten at most where there are more, so that all cores have work.
DRAWN_TOGETHER = max(1, min(4, -(-len(OUTCOMES) // 2)), min(10, -(-len(OUTCOMES) // 4)))


def figure_files(outcome):
    """The files of an outcome's figures; those that every outcome has go into Snakemake's report."""
    folder = f"results/figures/{outcome}"
    found = []
    for name in ("forest", "funnel"):
        shown = report(
            f"{folder}/{name}.svg",
            caption=f"../docs/captions/{name}.rst",
            category="Outcomes",
            labels={"outcome": outcome, "figure": name},
        )
        found += [shown, *(f"{folder}/{name}.{suffix}" for suffix in (*PRINTS.formats[1:], "csv"))]
    return list(map(update, [*found, directory(f"{folder}/further"), f"{folder}/figures.json"]))


def shown_stages(wildcards, input):
    """The stages of this review, and whose work they are."""
    return params.draw_stages(PROTOCOL, PARTS, extraction_sheets(PROTOCOL), bias_sheets(PROTOCOL))
