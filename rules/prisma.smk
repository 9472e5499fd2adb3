# PRISMA: the numbers of the flow chart from the tables before it, asserted, drawn and listed.
include: "inputs/prisma.smk"


rule count_prisma:
    input:
        unpack(flow_tables),
    output:
        counts="results/prisma/counts.json",
        lists=expand(
            "results/prisma/{table}.csv",
            table="PRISMA PRISMA-total excluded_reports per_source members".split(),
        ),
        # Kept where a round's counts are as they were.
        charts=[
            update(
                report(
                    f"results/prisma/{chart}.svg",
                    caption="../docs/captions/flow.rst",
                    category="Selection of studies",
                )
            )
            for chart in FLOW_CHARTS
        ],
        prints=[
            update(f"results/prisma/{chart}.{suffix}")
            for chart in FLOW_CHARTS
            for suffix in PRINTS.formats[1:]
        ],
        page="results/prisma/flow.html",
    params:
        **program("count_prisma.py", "prisma/flow.html.j2", values=params.count_prisma(PROTOCOL)),
        tables=options("clusters", "works", "title_abstract", "full_text", "studies", "removed"),
        source_counts=words("count_prisma", counts_of_rounds()),
        prints=value("count_prisma", PRINTS.values),
    shell:
        "python {params.script:q} {params.tables:q} --source-counts {params.source_counts:q} --params {params.values:q}"
        " --prints {params.prints:q} --code {params.code} --folder results/prisma > {log:q} 2>&1"


rule draw_overlap:
    input:
        combinations="results/deduplication/combinations.csv",
        yields="results/deduplication/yield.csv",
    output:
        expand("results/figures/sources/overlap.{suffix}", suffix=[*PRINTS.formats, "csv"]),
    params:
        **program("draw_overlap.py", values=params.draw_overlap(PROTOCOL), prints=PRINTS.values),
    shell:
        "python {params.script:q} --combinations {input.combinations:q} --yields {input.yields:q} --params {params.values:q}"
        " --prints {params.prints:q} --stem results/figures/sources/overlap > {log:q} 2>&1"


rule prisma:
    input:
        rules.count_prisma.output,
        rules.draw_overlap.output if len(PROTOCOL.sources) > 1 else [],
