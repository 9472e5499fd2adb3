# Input functions of report.smk: paths and parameters from the protocol and from what is there.
SEARCHED = bool(PROTOCOL.sources)
JUDGED = bool(bias_sheets(PROTOCOL))
POOLED = bool(OUTCOMES) and bool(extraction_sheets(PROTOCOL))
SEARCHES = [(name, day) for name, day in PROTOCOL.source_rounds if name in PROTOCOL.pubmed_sources]
# What the pages of report and provenance are laid out by.
REPORT_PAGE = [
    f"report/templates/{name}" for name in ("report.html.j2", "blocks.html.j2", "report.css", "report.js")
]
# What a review delivers, as far as its protocol and its sheets reach.
PARTS = {
    "search": bool(SEARCHES),
    "records": SEARCHED,
    "deduplicate": SEARCHED,
    "screen": SEARCHED,
    "prisma": SEARCHED or bool(PROTOCOL.prisma.given),
    "extract": bool(extraction_sheets(PROTOCOL)),
    "bias": JUDGED,
    "pool": POOLED,
    "figures": POOLED,
}
# The summary of findings by itself.
FINDINGS = (
    [f"results/report/summary_of_findings.{suffix}" for suffix in ("html", "csv", "docx")] if POOLED else []
)


# Each round beside the one before, each frozen version beside the one before, and the last beside what is so now.
VERSIONS = versions()
_ROUNDS = list(zip(PROTOCOL.rounds, PROTOCOL.rounds[1:])) if SEARCHED else []
CHANGES = [
    f"results/report/changes/{before}..{after}.{suffix}"
    for before, after in [*_ROUNDS, *zip(VERSIONS, [*VERSIONS[1:], NOW])]
    for suffix in ("html", "docx", "json")
] + [f"results/report/changes/{day}.md" for _, day in _ROUNDS]


def requested():
    """The targets of a run, as JSON: those asked for, or `all` where the run is of everything that a review delivers."""
    if receipts.of_everything(workflow.dag):
        return json.dumps(["all"])
    return json.dumps(sorted(map(str, workflow.dag_settings.targets)))


def standing():
    """How the review stands after a run: what `close_run.py` counts, and the tables of the status that this run's targets have."""
    made = {str(file) for job in workflow.dag.jobs for file in job.output}
    values = params.write_status(PROTOCOL, unfrozen(), unread(PROTOCOL))
    inputs = {}
    for name, paths in status_inputs(None).items():
        if all(
            path in made and os.path.exists(path) for path in ([paths] if isinstance(paths, str) else paths)
        ):
            inputs[name] = paths
    # Nobody is behind with what these targets do not look at.
    for people, table in (("extractors", "merged"), ("assessors", "judgements")):
        if table not in inputs:
            values[people] = []
    return {
        "outcomes": OUTCOMES,
        "files": AS_READ,
        "programs": DATA,
        "steps": sorted(receipts.work_of(job).name for job in workflow.dag.jobs if job.output),
        "status": {"params": values, "inputs": inputs},
    }


def search_logs():
    return [f"results/search/{name}/{day}/log.json" for name, day in SEARCHES]


def changed_records():
    """What later rounds say of records that earlier ones found."""
    return [path.replace("log.json", "changes.csv") for path in search_logs()]


def unfrozen():
    """Searches that cannot be made again and that nobody has frozen yet, also those of rounds that the protocol has no longer."""
    live = SEARCHES if PROTOCOL.entrez.endpoint == "live" else []
    return [
        *(f"{name} {day}" for name, day in live if not frozen_log(name, day).exists()),
        *(
            f"{name} {day} (not in the protocol)"
            for name, day in all_unrepeatable()
            if (name, day) not in SEARCHES
        ),
    ]


def status_inputs(wildcards):
    """Tables that show what is still open."""
    found = {}
    if SEARCHED:
        if PROTOCOL.export_sources:
            found["imports"] = "results/records/import-report.csv"
        for table in ("borderline", "verdicts"):
            found[table] = f"results/deduplication/{table}.csv"
        found["studies"] = "results/screening/studies.csv"
        found["study_orphans"] = "results/screening/orphans.csv"
        found["works"] = "results/deduplication/works.parquet"
        found["notices"] = "results/screening/notices.csv"
        found["searches"] = search_logs()
        for stage in STAGES:
            for table in ("decisions", "votes", "awaiting", "conflicts", "orphans"):
                found[f"{table}_{stage}"] = f"results/screening/{stage}/{table}.csv"
    if PARTS["extract"]:
        found["merged"] = "results/extraction/merged.csv"
        found["characteristics"] = "results/extraction/studies.csv"
        found["extraction_conflicts"] = "results/extraction/conflicts.csv"
        found["queries"] = "results/extraction/queries.csv"
        if POOLED:
            found["certainty"] = CERTAINTY
    if JUDGED:
        found["judgements"] = "results/risk_of_bias/judgements.csv"
        found["bias_conflicts"] = "results/risk_of_bias/conflicts.csv"
    if VERSIONS:
        found["since"] = "results/report/since.json"
    return {name: paths for name, paths in found.items() if paths}


def facts_inputs():
    """What was done in this review, as far as its files say (`report/facts.py`): whatever tells it reads all of these."""
    found = {}
    if SEARCHED:
        found["brought"] = expand(RECORDS, source=PROTOCOL.sources)
        strategies = {PROTOCOL.sources[name].strategy for name in PROTOCOL.export_sources}
        found["strategies"] = sorted(map(written, strategies - {""}))
        found["searches"] = search_logs()
        found["retrieved"] = [path.replace("log.json", "retrieved.json") for path in search_logs()]
        found["works"] = "results/deduplication/works.parquet"
        found["studies"] = "results/screening/studies.csv"
        for table in ("borderline", "verdicts"):
            found[table] = f"results/deduplication/{table}.csv"
        for stage in STAGES:
            for table in ("decisions", "votes", "awaiting"):
                found[f"{table}_{stage}"] = f"results/screening/{stage}/{table}.csv"
    if PARTS["extract"]:
        found["converted"] = "results/extraction/converted.csv"
        found["extraction_conflicts"] = "results/extraction/conflicts.csv"
    if JUDGED:
        found["judgements"] = "results/risk_of_bias/judgements.csv"
        found["bias_conflicts"] = "results/risk_of_bias/conflicts.csv"
    if POOLED:
        found["results"] = [f"results/synthesis/{outcome}.json" for outcome in OUTCOMES]
        found["certainty"] = CERTAINTY
    return found


def changes_inputs(wildcards):
    """What is compared of the review as it stands, and the versions it is compared with."""
    found = {"sheets": checked(PROTOCOL).paths}
    if SEARCHED:
        for table in ("clusters.csv", "works.parquet"):
            found[table.partition(".")[0]] = f"results/deduplication/{table}"
        for stage in STAGES:
            found[f"decisions_{stage}"] = f"results/screening/{stage}/decisions.csv"
        found["studies"] = "results/screening/studies.csv"
        found["prisma"] = "results/prisma/counts.json"
    if JUDGED:
        found["judgements"] = "results/risk_of_bias/judgements.csv"
    if POOLED:
        found["results"] = [f"results/synthesis/{outcome}.json" for outcome in OUTCOMES]
        found["certainty"] = CERTAINTY
    if VERSIONS:
        found["versions"] = [str(path_of(version)) for version in VERSIONS]
        found["figures"] = [f"results/figures/{outcome}/figures.json" for outcome in OUTCOMES if POOLED]
    return {name: paths for name, paths in found.items() if paths}


def changes_values():
    """The protocol, whole and as its author wrote it, whose files are whose, and the versions."""
    return {
        "protocol": params.whole(PROTOCOL),
        "written": WRITTEN,
        "files": [file for area in checked(PROTOCOL).files.values() for file in area],
        "versions": VERSIONS,
    }


def checklist_inputs(wildcards):
    """What the checklists are filled from: the facts, and the flow chart's numbers."""
    found = {
        **facts_inputs(),
        "prisma": "results/prisma/counts.json",
        "per_source": "results/prisma/per_source.csv",
        "excluded": "results/prisma/excluded_reports.csv",
    }
    if PARTS["extract"]:
        found["characteristics"] = "results/extraction/studies.csv"
    return {name: paths for name, paths in found.items() if paths}


def report_inputs(wildcards):
    """What the report shows, as far as this review has it."""
    found = {
        "status": "results/report/status.json",
        "stages": "results/figures/stages.csv",
        **facts_inputs(),
    }
    if VERSIONS:
        found["since"] = "results/report/since.json"
    # The page holds drawings, the Word document pictures.
    found["stages_drawn"] = ["results/figures/stages.svg", "results/figures/stages.png"]
    if SEARCHED:
        found["notices"] = "results/screening/notices.csv"
        # In the order in which the report prints them.
        found["named_studies"] = [
            f"results/screening/{kind}_studies.csv" for kind in ("excluded", "ongoing", "awaiting")
        ]
        found["agreement"] = [f"results/screening/{stage}/agreement.json" for stage in STAGES]
    if PARTS["prisma"]:
        found["prisma"] = "results/prisma/counts.json"
        found["flow"] = "results/prisma/flow.svg"
    if PARTS["extract"]:
        found["queries"] = "results/extraction/queries.csv"
        found["characteristics"] = "results/extraction/studies.csv"
    if JUDGED:
        found["bias_figures"] = [
            f"results/figures/risk_of_bias/{name}"
            for name in (
                "figures.json",
                "further",
                "summary.svg",
                "summary.png",
                "graph.svg",
                "graph.png",
            )
        ]
    if POOLED:
        found["figures"] = [
            f"results/figures/{outcome}/{name}"
            for outcome in OUTCOMES
            for name in ("figures.json", "further", "forest.svg", "forest.png", "funnel.svg", "funnel.png")
        ]
    return {name: paths for name, paths in found.items() if paths}


def trail_inputs(wildcards):
    """Results, and all that lies between them and the searches."""
    found = {
        "results": [f"results/synthesis/{outcome}.json" for outcome in OUTCOMES],
        "slices": [f"results/extraction/outcomes/{outcome}.csv" for outcome in OUTCOMES],
        "merged": "results/extraction/merged.csv",
        "queries": "results/extraction/queries.csv",
        "sheets": list(extraction_sheets(PROTOCOL).values()),
        "adjudication": sheet("config/extraction/adjudication"),
    }
    if SEARCHED:
        found["clusters"] = "results/deduplication/clusters.csv"
        found["works"] = "results/deduplication/works.parquet"
        found["studies"] = "results/screening/studies.csv"
        found["records"] = "results/records/records.parquet"
    return {name: paths for name, paths in found.items() if paths}


def export_inputs(wildcards):
    """What other programs are given."""
    found = {}
    if POOLED:
        found["results"] = [f"results/synthesis/{outcome}.json" for outcome in OUTCOMES]
        found["slices"] = [f"results/extraction/outcomes/{outcome}.csv" for outcome in OUTCOMES]
        found["characteristics"] = "results/extraction/studies.csv"
        found["tool"] = [TOOL] if TOOL.endswith((".yaml", ".yml")) else []
    if JUDGED:
        found["judgements"] = "results/risk_of_bias/judgements.csv"
    if SEARCHED:
        found["works"] = "results/deduplication/works.parquet"
        found["studies"] = "results/screening/studies.csv"
        found["decisions_full_text"] = "results/screening/full_text/decisions.csv"
    return {name: paths for name, paths in found.items() if paths}


def named_inputs(input):
    """The named inputs of a report rule, as its script reads them; of what the sources brought it reads the counts."""
    read = {"counts": counts_of_rounds()} if "brought" in input.keys() else {}
    return read | {
        name: str(files) if isinstance(files, str) else list(map(str, files)) for name, files in input.items()
    }
