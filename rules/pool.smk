# Slices of the extraction -> pooled effects, one file per outcome.
include: "inputs/pool.smk"


rule pool:
    input:
        expand("results/synthesis/{outcome}.json", outcome=OUTCOMES),


rule pool_outcome:
    input:
        rows=outcome_slice,
        script=script("pool_outcome.py"),
        code=code_of("pool_outcome.py"),
    output:
        result="results/synthesis/{outcome}.json",
    log:
        "results/logs/pool_outcome/{outcome}.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        values=lambda w: as_json(pooling_of(w)),
    shell:
        "python {input.script:q} --rows {input.rows:q} --params {params.values:q} --out {output.result:q} > {log:q} 2>&1"


# Not part of the review: needs R with metafor (Debian: r-cran-metafor).
rule verify_with_metafor:
    input:
        results=expand("results/synthesis/{outcome}.json", outcome=OUTCOMES),
        script=script("verify_with_metafor.py"),
        recompute=script("verify_with_metafor.R"),
        code=code_of("verify_with_metafor.py"),
    output:
        table="results/synthesis/verified.csv",
    log:
        "results/logs/verify_with_metafor.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        values=lambda w: as_json(
            {outcome["id"]: {"analysis": outcome["analysis"]} for outcome in config["outcomes"]}
        ),
    shell:
        "python {input.script:q} --results {input.results:q} --params {params.values:q} --out {output.table:q} > {log:q} 2>&1"
