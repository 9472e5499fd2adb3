# PRISMA: the numbers of the flow chart from the tables before it, asserted, drawn and listed.
import shlex

GIVEN = config["prisma"].get("given", {})
# Rounds of the flow chart: searches, and dates whose counts were given.
FLOW_ROUNDS = sorted({*ROUNDS, *GIVEN})
FLOW_CHARTS = ["flow", *(f"flow-{day}" for day in FLOW_ROUNDS), "flow-total"]


def flow_tables(wildcards):
    """Tables behind the counts; without sources all counts are given, and there are none."""
    if not FLOW_ROUNDS:
        raise WorkflowError(
            "There is nothing to count for a flow chart: give `rounds` and `sources`, or counts under `prisma.given`."
        )
    if not SOURCES:
        return {}
    removed = sheet("config/excluded_before_screening")
    return {
        "clusters": "results/deduplication/clusters.csv",
        "works": "results/deduplication/works.csv",
        "title_abstract": "results/screening/title_abstract/decisions.csv",
        "full_text": "results/screening/full_text/decisions.csv",
        "studies": "results/screening/studies.csv",
        "source_counts": [
            f"results/records/rounds/{name}/{day}.counts.json"
            for name, day in SOURCE_ROUNDS
        ],
        **({"removed": removed} if removed else {}),
    }


def flow_arguments(wildcards, input):
    """The tables as options of the script, quoted."""
    keys = (
        "clusters",
        "works",
        "title_abstract",
        "full_text",
        "studies",
        "removed",
        "source_counts",
    )
    options = []
    for key in keys:
        if key in input.keys():
            paths = input[key] if key == "source_counts" else [input[key]]
            options += [f"--{key.replace('_', '-')}", *map(shlex.quote, paths)]
    return " ".join(options)


rule count_prisma:
    input:
        unpack(flow_tables),
        script=script("count_prisma.py"),
        code=library("prisma/", "sheets.py", "tables.py", "errors.py", "command.py"),
    output:
        counts="results/prisma/counts.json",
        sheet="results/prisma/PRISMA.csv",
        total_sheet="results/prisma/PRISMA-total.csv",
        excluded="results/prisma/excluded_reports.csv",
        per_source="results/prisma/per_source.csv",
        members="results/prisma/members.csv",
        orphans="results/prisma/orphans.csv",
    log:
        "results/logs/count_prisma.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        tables=flow_arguments,
        # Lists and not mappings, for the order of the protocol counts.
        values=as_json(
            {
                "rounds": ROUNDS,
                "sources": [
                    [name, source["type"], source.get("name", name)]
                    for name, source in SOURCES.items()
                ],
                "reasons": list(config["screening"]["reasons"].items()),
                "previous": config["review"]["previous"],
                "given": GIVEN,
            }
        ),
    shell:
        "python {input.script:q} {params.tables} --params {params.values:q} --counts {output.counts:q}"
        " --sheet {output.sheet:q} --total-sheet {output.total_sheet:q} --excluded {output.excluded:q}"
        " --per-source {output.per_source:q} --members {output.members:q} --orphans {output.orphans:q} > {log:q} 2>&1"


rule draw_flow:
    input:
        counts="results/prisma/counts.json",
        script=script("draw_flow.py"),
        code=library(
            "prisma/chart.py",
            "prisma/counts.py",
            "figures/flow.py",
            "figures/style.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        expand(
            "results/prisma/{chart}.{suffix}",
            chart=FLOW_CHARTS,
            suffix=["svg", "pdf", "png"],
        ),
    log:
        "results/logs/draw_flow.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        values=as_json({"reasons": list(config["screening"]["reasons"].items())}),
        folder=lambda w, output: os.path.dirname(output[0]),
    shell:
        "python {input.script:q} --counts {input.counts:q} --params {params.values:q} --folder {params.folder:q}"
        " > {log:q} 2>&1"


rule prisma:
    input:
        rules.count_prisma.output,
        rules.draw_flow.output,
