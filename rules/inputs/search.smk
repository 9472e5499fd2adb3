# Input functions of search.smk: paths and parameters from the protocol and from what is there.
SEARCH = "results/search/{source}/{round}"
ASKED = {"source": PROTOCOL.pubmed_sources, "round": PROTOCOL.rounds}
FROZEN = "config/search/frozen/{source}/{round}"


def earlier_searches(wildcards):
    """Folders of the same source's earlier rounds, oldest first."""
    return [
        SEARCH.format(source=wildcards.source, round=day) for day in PROTOCOL.rounds if day < wildcards.round
    ]


def frozen(wildcards):
    """The log in the frozen copy of a round, where a person made one; such a round is never searched again."""
    log = f"{FROZEN}/log.json".format(**wildcards)
    return log if os.path.exists(log) else []


def question(wildcards):
    """What PubMed is asked: replies that answer it are evidence, and are not asked for again."""
    return json.dumps(params.question(PROTOCOL, wildcards.source, wildcards.round))
