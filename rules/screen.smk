# Screening: votes on records become decisions on works, stage by stage, and included reports become studies.
include: "inputs/screen.smk"


rule count_votes:
    input:
        works="results/deduplication/works.parquet",
        clusters="results/deduplication/clusters.csv",
        votes=lambda w: votes_in(w.stage),
        excluded_before=lambda w: (
            there("config/excluded_before_screening") if w.stage == "title_abstract" else []
        ),
        before=lambda w: ("results/screening/title_abstract/decisions.csv" if w.stage == "full_text" else []),
    output:
        [f"{STAGE_DIR}/{name}.csv" for name in ("decisions", "conflicts", "orphans", "votes", "awaiting")],
    log:
        "results/logs/count_votes/{stage}.log",
    params:
        **program("count_votes.py", values=lambda w, input: params.count_votes(PROTOCOL, w.stage)),
    shell:
        "python {params.script:q} --stage {wildcards.stage} --works {input.works:q} --clusters {input.clusters:q}"
        " --votes {input.votes:q} --excluded-before {input.excluded_before:q} --before {input.before:q}"
        " --params {params.values:q} --out results/screening/{wildcards.stage} > {log:q} 2>&1"


rule compare_reviewers:
    input:
        expand(f"{STAGE_DIR}/votes.csv", stage=STAGES),
    output:
        [
            update(file)
            for stage in STAGES
            for file in files.agreement_files(f"results/screening/{stage}", PRINTS.formats)
        ],
    params:
        **program("compare_reviewers.py", values=params.compare_reviewers(PROTOCOL), prints=PRINTS.values),
    shell:
        "python {params.script:q} --params {params.values:q} --prints {params.prints:q} --code {params.code}"
        " --folder results/screening > {log:q} 2>&1"


rule list_studies:
    input:
        works="results/deduplication/works.parquet",
        clusters="results/deduplication/clusters.csv",
        title_abstract="results/screening/title_abstract/decisions.csv",
        full_text="results/screening/full_text/decisions.csv",
        votes="results/screening/full_text/votes.csv",
        assigned=lambda w: there("config/studies"),
    output:
        [
            f"results/screening/{name}.csv"
            for name in ("studies", "orphans", "excluded_studies", "ongoing_studies", "awaiting_studies")
        ],
    params:
        **program("list_studies.py", values=params.list_studies(PROTOCOL)),
    shell:
        "python {params.script:q} --works {input.works:q} --clusters {input.clusters:q}"
        " --title-abstract {input.title_abstract:q} --full-text {input.full_text:q} --votes {input.votes:q}"
        " --assigned {input.assigned:q} --params {params.values:q} --folder results/screening > {log:q} 2>&1"


# What later searches, the records of notices and a list that a person dropped in say of works that are known.
rule check_reports:
    input:
        works="results/deduplication/works.parquet",
        records="results/records/records.parquet",
        links="results/deduplication/links.csv",
        studies="results/screening/studies.csv",
        changes=lambda w: of_searches("changes.csv"),
        retractions=lambda w: there("config/retractions"),
    output:
        "results/screening/notices.csv",
    params:
        **program("check_reports.py"),
        tables=lambda w, input: words("check_reports", list(input.get("changes", []))),
    shell:
        "python {params.script:q} --works {input.works:q} --records {input.records:q} --links {input.links:q} --studies {input.studies:q}"
        " --changes {params.tables:q}"
        " --retractions {input.retractions:q} --out {output:q} > {log:q} 2>&1"


# What is written per person depends on the protocol.
if LISTED:

    rule write_worklists:
        input:
            unpack(worklist_inputs),
        output:
            [update(directory(f"results/screening/{stage}/{files.SEVERAL}")) for stage in LISTED],
            [update(f"results/{path}") for path in LISTS_OF_STAGES],
        params:
            **program("write_worklists.py", *PAGES_OF_PEOPLE),
            values=lambda w: value(
                "write_worklists",
                params.write_worklists(PROTOCOL, {stage: votes_in(stage) for stage in LISTED}),
            ),
        shell:
            "python {params.script:q} --works {input.works:q} --params {params.values:q} --code {params.code}"
            " --folder results/screening > {log:q} 2>&1"


# Apart, for they read the sheets of extractors and assessors, which who screens does not wait for.
if TASKS:

    rule write_worklists_to_fill:
        input:
            unpack(form_inputs),
        output:
            [update(f"results/{path}") for path in LISTS_OF_TASKS],
        params:
            **program("write_worklists.py", *PAGES_OF_PEOPLE),
            tables=options("works", "studies"),
            values=lambda w: value("write_worklists", params.write_worklists(PROTOCOL, {}, sheets_to_fill())),
        shell:
            "python {params.script:q} {params.tables:q} --params {params.values:q} --code {params.code}"
            " --folder results/screening --results results > {log:q} 2>&1"


rule screen:
    input:
        "results/screening/studies.csv",
        [f"results/screening/{stage}/{name}.csv" for stage in STAGES for name in ("decisions", "agreement")],
        [
            f"results/screening/{stage}/worklist-{reviewer}.csv"
            for stage in LISTED
            for reviewer in PROTOCOL.screening.stages[stage].reviewers
        ],
