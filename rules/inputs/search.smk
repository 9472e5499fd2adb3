# Input functions of search.smk: paths and parameters from the protocol and from what is there.
SEARCH = "results/search/{source}/{round}"
ASKED = {"source": PROTOCOL.pubmed_sources, "round": PROTOCOL.rounds}


def earlier_searches(wildcards):
    """Folders of the same source's earlier rounds, oldest first."""
    return [
        SEARCH.format(source=wildcards.source, round=day) for day in PROTOCOL.rounds if day < wildcards.round
    ]


def frozen(wildcards):
    """The frozen copy of a round, where there is one, which is taken in the place of a search."""
    log = frozen_log(wildcards.source, wildcards.round)
    return str(log) if log.exists() else []


def question(wildcards):
    """What PubMed is asked: replies that answer it are evidence, and are not asked for again."""
    return json.dumps(params.question(PROTOCOL, wildcards.source, wildcards.round))
