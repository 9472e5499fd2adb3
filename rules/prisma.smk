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


def flow_lists(wildcards):
    """Tables that name what is in the boxes."""
    return {
        name: path
        for name, path in flow_tables(wildcards).items()
        if name in ("clusters", "works", "studies")
    }


def options(*names):
    """Params function: inputs that may be absent, as options of the script."""

    def words(wildcards, input):
        there = [name for name in names if name in input.keys()]
        return " ".join(
            f"--{name.replace('_', '-')} {' '.join(map(shlex.quote, input.get(name) if name == 'source_counts' else [input.get(name)]))}"
            for name in there
        )

    return words


rule count_prisma:
    input:
        unpack(flow_tables),
        script=script("count_prisma.py"),
        code=library(
            "prisma/",
            "screening/stages.py",
            "sheets.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        counts="results/prisma/counts.json",
        sheet="results/prisma/PRISMA.csv",
        total_sheet="results/prisma/PRISMA-total.csv",
        excluded="results/prisma/excluded_reports.csv",
        per_source="results/prisma/per_source.csv",
        members="results/prisma/members.csv",
    log:
        "results/logs/count_prisma.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        tables=options(
            "clusters",
            "works",
            "title_abstract",
            "full_text",
            "studies",
            "removed",
            "source_counts",
        ),
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
        " --per-source {output.per_source:q} --members {output.members:q} > {log:q} 2>&1"


rule draw_flow:
    input:
        unpack(flow_lists),
        counts="results/prisma/counts.json",
        members="results/prisma/members.csv",
        script=script("draw_flow.py"),
        code=library(
            "prisma/",
            "prisma/flow.html.j2",
            "figures/flow.py",
            "figures/style.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        charts=expand(
            "results/prisma/{chart}.{suffix}",
            chart=FLOW_CHARTS,
            suffix=["svg", "pdf", "png"],
        ),
        page="results/prisma/flow.html",
    log:
        "results/logs/draw_flow.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        tables=options("clusters", "works", "studies"),
        values=as_json(
            {
                "title": config["review"]["title"],
                "reasons": list(config["screening"]["reasons"].items()),
            }
        ),
        folder=lambda w, output: os.path.dirname(output.page),
    shell:
        "python {input.script:q} --counts {input.counts:q} --members {input.members:q} {params.tables}"
        " --params {params.values:q} --folder {params.folder:q} > {log:q} 2>&1"


rule draw_overlap:
    input:
        combinations="results/deduplication/combinations.csv",
        yields="results/deduplication/yield.csv",
        script=script("draw_overlap.py"),
        code=library(
            "figures/overlap.py",
            "figures/flow.py",
            "figures/style.py",
            "prisma/chart.py",
            "prisma/counts.py",
            "prisma/members.py",
            "screening/stages.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        multiext("results/figures/sources/overlap", ".svg", ".pdf", ".png", ".csv"),
    log:
        "results/logs/draw_overlap.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        stem=lambda w, output: os.path.splitext(output[0])[0],
        values=as_json(
            {
                "names": {
                    name: source.get("name", name) for name, source in SOURCES.items()
                }
            }
        ),
    shell:
        "python {input.script:q} --combinations {input.combinations:q} --yields {input.yields:q} --params {params.values:q}"
        " --stem {params.stem:q} > {log:q} 2>&1"


rule write_checklists:
    input:
        counts="results/prisma/counts.json",
        per_source="results/prisma/per_source.csv",
        excluded="results/prisma/excluded_reports.csv",
        searches=[
            f"results/search/{name}/{day}/log.json"
            for name, day in SOURCE_ROUNDS
            if name in PUBMED_SOURCES
        ],
        script=script("write_checklists.py"),
        code=library(
            "report/checklist.py",
            "report/checklist_items.py",
            "report/methods.py",
            "report/blocks.py",
            "report/document.py",
            "report/status.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        table="results/prisma/checklist.csv",
        word="results/prisma/checklist.docx",
    log:
        "results/logs/write_checklists.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        # Unsorted: sources and reasons stand in the checklist as in the protocol.
        protocol=json.dumps(config, ensure_ascii=False),
        people=as_json(
            {
                "extractors": list(
                    sheets_in(
                        "config/extraction", config["extraction"].get("extractors")
                    )
                ),
                "assessors": list(
                    sheets_in(
                        "config/risk_of_bias", config["risk_of_bias"].get("assessors")
                    )
                ),
                "certainty": sheet("config/certainty") is not None,
            }
        ),
    shell:
        "python {input.script:q} --counts {input.counts:q} --per-source {input.per_source:q} --excluded {input.excluded:q}"
        " --searches {input.searches:q} --protocol {params.protocol:q} --people {params.people:q} --table {output.table:q}"
        " --word {output.word:q} > {log:q} 2>&1"


rule prisma:
    input:
        rules.count_prisma.output,
        rules.draw_flow.output,
        rules.write_checklists.output,
        rules.draw_overlap.output if len(SOURCES) > 1 else [],
