# Extractors' sheets -> merged and converted rows -> one slice per outcome.
include: "inputs/extract.smk"


rule merge_extraction:
    input:
        unpack(extraction_inputs),
    output:
        [
            f"results/extraction/{name}.csv"
            for name in ("merged", "studies", "conflicts", "converted", "queries", "agreement")
        ],
    params:
        **program("merge_extraction.py", values=params.merge_extraction(PROTOCOL)),
        sheets=lambda w: value("merge_extraction", extraction_sheets(PROTOCOL)),
        study_sheets=lambda w: value("merge_extraction", study_sheets(PROTOCOL)),
        settled=options("adjudication", "answers"),
    shell:
        "python {params.script:q} --sheets {params.sheets:q} --study-sheets {params.study_sheets:q} {params.settled:q} --params {params.values:q}"
        " --folder results/extraction > {log:q} 2>&1"


# An outcome whose slice comes out as it was is not pooled again.
rule slice_outcomes:
    input:
        **beside_rows(),
        converted="results/extraction/converted.csv",
    output:
        expand("results/extraction/outcomes/{outcome}.csv", outcome=OUTCOMES),
    params:
        **program("slice_outcomes.py", values=params.slice_outcomes(PROTOCOL)),
        beside=options(*beside_rows()),
    shell:
        "python {params.script:q} --converted {input.converted:q} {params.beside:q} --outcomes {params.values:q}"
        " --folder results/extraction/outcomes > {log:q} 2>&1"


rule extract:
    input:
        rules.merge_extraction.output,
        rules.slice_outcomes.output,
