# Search: PubMed at each round's date, with the raw replies that prove it.
include: "inputs/search.smk"


# `evidence`: what was received is asked for again only when the question changes, or when a person says --forcerun search_pubmed.
rule search_pubmed:
    input:
        strategy=lambda w: written(PROTOCOL.sources[w.source].strategy),
        # Of the round before only, which has the one before it among its own inputs: what an earlier round finds, each later one finds.
        before=lambda w: [
            f"{folder}/{name}" for folder in earlier_searches(w)[-1:] for name in ("ids.txt", "batches.json")
        ],
        frozen=frozen,
    output:
        ids=f"{SEARCH}/ids.txt",
        new_ids=f"{SEARCH}/new_ids.txt",
        batches=f"{SEARCH}/batches.json",
        changes=f"{SEARCH}/changes.csv",
        retrieved=f"{SEARCH}/retrieved.json",
        log=f"{SEARCH}/log.json",
        raw=directory(f"{SEARCH}/raw"),
    log:
        "results/logs/search_pubmed/{source}-{round}.log",
    wildcard_constraints:
        source=one_of(PROTOCOL.pubmed_sources),
    resources:
        ncbi=1,
    params:
        **program(
            "search_pubmed.py",
            "search/filters.json",
            "search/embedded/records.csv",
            "search/embedded/mesh_tree.csv",
            service=params.search_pubmed(PROTOCOL),
        ),
        evidence=question,
        asked=question,
        tables=lambda w: words("search_pubmed", earlier_searches(w)),
        out=lambda w, output: os.path.dirname(output.log),
    shell:
        "python {params.script:q} --strategy {input.strategy:q} --round {wildcards.round}"
        " --earlier {params.tables:q} --frozen {input.frozen:q} --params {params.service:q} --out {params.out:q}"
        " > {log:q} 2>&1"


rule write_search_log:
    input:
        logs=expand(f"{SEARCH}/log.json", **ASKED),
        retrieved=expand(f"{SEARCH}/retrieved.json", **ASKED),
        batches=expand(f"{SEARCH}/batches.json", **ASKED),
        changes=expand(f"{SEARCH}/changes.csv", **ASKED),
    output:
        "results/search/search-log.html",
    params:
        **program("write_search_log.py", "search/search_log.html.j2"),
        searches=words("write_search_log", expand(SEARCH, **ASKED)),
    shell:
        "python {params.script:q} --searches {params.searches:q} --out {output:q} > {log:q} 2>&1"


rule search:
    input:
        expand(f"{SEARCH}/log.json", **ASKED),
        ["results/search/search-log.html"] if ASKED["source"] else [],
