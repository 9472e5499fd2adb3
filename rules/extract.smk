# Extractors' sheets -> merged and converted rows -> one slice per outcome, named by its content.
include: "inputs/extract.smk"


rule extract:
    input:
        "results/extraction/merged.csv",
        "results/extraction/conflicts.csv",
        "results/extraction/converted.csv",
        # Named here, so that a slice that somebody deleted is cut again.
        after_plan(lambda w: list(map(slice_of, OUTCOMES))) if OUTCOMES else [],


rule merge_extraction:
    input:
        unpack(extraction_inputs),
        script=script("merge_extraction.py"),
        code=code_of("merge_extraction.py"),
    output:
        merged="results/extraction/merged.csv",
        studies="results/extraction/studies.csv",
        conflicts="results/extraction/conflicts.csv",
        converted="results/extraction/converted.csv",
    log:
        "results/logs/merge_extraction.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        sheets=lambda w: as_json(extraction_sheets()),
        study_sheets=lambda w: as_json(study_sheets()),
        values=as_json(
            {
                "people": EXTRACTORS or [],
                "ratios": sorted({o["data"] for o in config["outcomes"] if o["scale"] == "ratio"}),
            }
        ),
        adjudication=lambda w, input: (
            ["--adjudication", input.adjudication] if "adjudication" in input.keys() else []
        ),
    shell:
        "python {input.script:q} --sheets {params.sheets:q} --study-sheets {params.study_sheets:q} {params.adjudication:q} --params {params.values:q}"
        " --merged {output.merged:q} --studies {output.studies:q} --conflicts {output.conflicts:q}"
        " --converted {output.converted:q} > {log:q} 2>&1"


# The only file of this checkpoint says what every outcome's slice is called; an outcome whose name stays is not run again.
checkpoint plan_outcomes:
    input:
        **{name: after_search(path) for name, path in beside_rows().items()},
        converted="results/extraction/converted.csv",
        script=script("plan_outcomes.py"),
        code=code_of("plan_outcomes.py"),
    output:
        manifest="results/extraction/manifest.json",
    log:
        "results/logs/plan_outcomes.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        beside=lambda w: [part for name, path in beside_rows().items() for part in (f"--{name}", path)],
        values=lambda w: as_json(pooled_outcomes()),
    shell:
        "python {input.script:q} --converted {input.converted:q} {params.beside:q} --outcomes {params.values:q}"
        " --out {output.manifest:q} > {log:q} 2>&1"


# `ancient`: the name says when the content changes, so that newer tables alone do not write a slice again.
rule slice_outcome:
    input:
        **{name: ancient(path) for name, path in beside_rows().items()},
        manifest=ancient("results/extraction/manifest.json"),
        converted=ancient("results/extraction/converted.csv"),
        script=ancient(script("slice_outcome.py")),
        code=ancient(code_of("slice_outcome.py")),
    output:
        "results/extraction/outcomes/{outcome}-{sha}.csv",
    log:
        "results/logs/slice_outcome/{outcome}-{sha}.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        beside=lambda w: [part for name, path in beside_rows().items() for part in (f"--{name}", path)],
        values=lambda w: as_json(slice_wanted(next(o for o in config["outcomes"] if o["id"] == w.outcome))),
    shell:
        "python {input.script:q} --converted {input.converted:q} {params.beside:q} --params {params.values:q}"
        " --name {wildcards.sha:q} --out {output:q} > {log:q} 2>&1"
