# Slices of the extraction -> pooled effects, one file per outcome.
include: "inputs/pool.smk"


rule pool:
    input:
        expand("results/synthesis/{outcome}.json", outcome=OUTCOMES),


# A job pools some outcomes, each only where its slice or its settings changed: `update` keeps the files of the others.
for name, outcomes in batches(BATCH).items():

    rule:
        name:
            f"pool_outcomes_{name}"
        input:
            [f"results/extraction/outcomes/{one.id}.csv" for one in outcomes],
        output:
            [update(f"results/synthesis/{one.id}.json") for one in outcomes],
        params:
            **program("pool_outcomes.py", values=params.pool_outcomes(outcomes)),
        shell:
            "python {params.script:q} --slices results/extraction/outcomes --params {params.values:q}"
            " --code {params.code} --folder results/synthesis > {log:q} 2>&1"


# Not part of the review: needs R with metafor (Debian: r-cran-metafor).
rule verify_with_metafor:
    input:
        results=expand("results/synthesis/{outcome}.json", outcome=OUTCOMES),
    output:
        table="results/synthesis/verified.csv",
    params:
        **program("verify_with_metafor.py", "../verify_with_metafor.R", "synthesis/models_in_metafor.R"),
        results=words("verify_with_metafor", expand("results/synthesis/{outcome}.json", outcome=OUTCOMES)),
        values=value("verify_with_metafor", params.verify_with_metafor(PROTOCOL)),
    shell:
        "python {params.script:q} --results {params.results:q} --params {params.values:q} --out {output.table:q} > {log:q} 2>&1"
