# Input functions of prisma.smk: paths and parameters from the protocol and from what is there.
# Rounds of the flow chart: searches, and dates whose counts were given.
FLOW_ROUNDS = sorted({*PROTOCOL.rounds, *PROTOCOL.prisma.given})
FLOW_CHARTS = ["flow", *(f"flow-{day}" for day in FLOW_ROUNDS), "flow-total"]


def flow_tables(wildcards):
    """Tables behind the counts; without sources all counts are given, and there are none."""
    if not FLOW_ROUNDS:
        raise WorkflowError(
            "There is nothing to count for a flow chart: give `rounds` and `sources`, or counts under `prisma.given`."
        )
    if not PROTOCOL.sources:
        return {}
    return present(
        clusters="results/deduplication/clusters.csv",
        works="results/deduplication/works.csv",
        title_abstract="results/screening/title_abstract/decisions.csv",
        full_text="results/screening/full_text/decisions.csv",
        studies="results/screening/studies.csv",
        brought=expand(RECORDS, source=PROTOCOL.sources),
        removed=sheet("config/excluded_before_screening"),
    )
