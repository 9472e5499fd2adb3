# Slices of the extraction -> pooled effects, one file per outcome.
POOLING = ("id", "measure", "timepoint", "arms", "multi_arm", "scale", "analysis", "subgroups", "moderators")


def pooling_of(wildcards):
    """What of the protocol decides the numbers of an outcome; names and colours do not."""
    outcome = next(one for one in config["outcomes"] if one["id"] == wildcards.outcome)
    return {key: outcome[key] for key in POOLING if key in outcome}


rule pool:
    input:
        expand("results/synthesis/{outcome}.json", outcome=OUTCOMES),


rule pool_outcome:
    input:
        rows=outcome_slice,
        script=script("pool_outcome.py"),
        code=library("synthesis/", "extraction/convert.py", "tables.py", "errors.py", "command.py"),
    output:
        result="results/synthesis/{outcome}.json",
    params:
        values=lambda w: as_json(pooling_of(w)),
    log:
        "results/logs/pool_outcome/{outcome}.log",
    conda:
        "../envs/evergreen.yaml"
    shell:
        "python {input.script:q} --rows {input.rows:q} --params {params.values:q} --out {output.result:q} > {log:q} 2>&1"
