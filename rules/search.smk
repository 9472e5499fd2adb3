# Search: PubMed at each round's date, with the raw replies that prove it; and their reading into record tables.
SEARCH = "results/search/{source}/{round}"
FROZEN = "config/search/frozen/{source}/{round}"


def earlier_searches(wildcards):
    """Folders of the same source's earlier rounds, oldest first."""
    return [
        SEARCH.format(source=wildcards.source, round=day)
        for day in ROUNDS
        if day < wildcards.round
    ]


def frozen(wildcards):
    """The log in the frozen copy of a round, where a person made one; such a round is never searched again."""
    log = FROZEN.format(**wildcards) + "/log.json"
    return log if os.path.exists(log) else []


rule search_pubmed:
    input:
        strategy=checked(lambda w: SOURCES[w.source]["strategy"]),
        earlier=lambda w: [
            f"{folder}/{name}"
            for folder in earlier_searches(w)
            for name in ("new_ids.txt", "batches.json")
        ],
        frozen=frozen,
        script=script("search_pubmed.py"),
        code=library("search/", "tables.py", "errors.py", "command.py"),
        data=[
            str(LIBRARY / "search" / name)
            for name in (
                "filters.json",
                "embedded/records.csv",
                "embedded/mesh_tree.csv",
            )
        ],
    output:
        ids=SEARCH + "/ids.txt",
        new_ids=SEARCH + "/new_ids.txt",
        batches=SEARCH + "/batches.json",
        changes=SEARCH + "/changes.csv",
        retrieved=SEARCH + "/retrieved.json",
        log=SEARCH + "/log.json",
        raw=directory(SEARCH + "/raw"),
    log:
        "results/logs/search_pubmed/{source}-{round}.log",
    wildcard_constraints:
        source=one_of(PUBMED_SOURCES),
    conda:
        "../envs/evergreen.yaml"
    resources:
        ncbi=1,
    params:
        values=as_json(config["entrez"]),
        earlier=earlier_searches,
        out=SEARCH,
    shell:
        "python {input.script:q} --strategy {input.strategy:q} --round {wildcards.round}"
        " --earlier {params.earlier:q} --frozen {input.frozen:q} --params {params.values:q} --out {params.out:q}"
        " > {log:q} 2>&1"


rule read_pubmed:
    input:
        ids=SEARCH + "/ids.txt",
        new_ids=SEARCH + "/new_ids.txt",
        batches=SEARCH + "/batches.json",
        raw=ancient(SEARCH + "/raw"),
        script=script("read_pubmed.py"),
        code=library(
            "search/",
            "records/model.py",
            "records/names.py",
            "records/normalise.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
    output:
        records="results/records/rounds/{source}/{round}.parquet",
        counts="results/records/rounds/{source}/{round}.counts.json",
        lost="results/records/rounds/{source}/{round}.lost.csv",
    log:
        "results/logs/read_pubmed/{source}-{round}.log",
    wildcard_constraints:
        source=one_of(PUBMED_SOURCES),
    conda:
        "../envs/evergreen.yaml"
    params:
        search=SEARCH,
    shell:
        "python {input.script:q} --source {wildcards.source} --round {wildcards.round} --search {params.search:q}"
        " --records {output.records:q} --counts {output.counts:q} --lost {output.lost:q} > {log:q} 2>&1"


rule write_search_log:
    input:
        logs=expand(SEARCH + "/log.json", source=PUBMED_SOURCES, round=ROUNDS),
        retrieved=expand(
            SEARCH + "/retrieved.json", source=PUBMED_SOURCES, round=ROUNDS
        ),
        batches=expand(SEARCH + "/batches.json", source=PUBMED_SOURCES, round=ROUNDS),
        changes=expand(SEARCH + "/changes.csv", source=PUBMED_SOURCES, round=ROUNDS),
        script=script("write_search_log.py"),
        code=library("search/audit.py", "tables.py", "errors.py", "command.py"),
        template=str(LIBRARY / "search" / "search_log.html.j2"),
    output:
        "results/search/search-log.html",
    log:
        "results/logs/write_search_log.log",
    conda:
        "../envs/evergreen.yaml"
    params:
        searches=expand(SEARCH, source=PUBMED_SOURCES, round=ROUNDS),
    shell:
        "python {input.script:q} --searches {params.searches:q} --out {output:q} > {log:q} 2>&1"


rule search:
    input:
        expand(SEARCH + "/log.json", source=PUBMED_SOURCES, round=ROUNDS),
        ["results/search/search-log.html"] if PUBMED_SOURCES else [],
