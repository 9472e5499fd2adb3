# Input functions of report.smk: paths and parameters from the protocol and from what is there.
SEARCHED = bool(PROTOCOL.sources)
JUDGED = bool(bias_sheets(PROTOCOL))
POOLED = bool(OUTCOMES) and bool(extraction_sheets(PROTOCOL))
SEARCHES = [(name, day) for name, day in PROTOCOL.source_rounds if name in PROTOCOL.pubmed_sources]
# What the pages of report and provenance are laid out by.
REPORT_PAGE = [
    f"report/templates/{name}" for name in ("report.html.j2", "blocks.html.j2", "report.css", "report.js")
]
# What the export computes every result again with.
IN_R = ["report/templates/recompute.R", "synthesis/models_in_metafor.R"]
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
_SOURCES = "the protocol names no source of records", "Add `rounds` and `sources`."
_OUTCOMES = "the protocol names no outcomes", "Add `outcomes`."
# What a target is without, where the protocol leaves nothing for it to do.
LACKING = {
    **({} if SEARCHED else dict.fromkeys(("records", "deduplicate", "screen"), _SOURCES)),
    **({} if OUTCOMES else dict.fromkeys(("pool", "figures"), _OUTCOMES)),
}
if not SEARCHES:
    LACKING["search"] = (
        "the protocol names no source of kind `pubmed`",
        "Add one; exports are read by `records`.",
    )
if not PARTS["prisma"]:
    LACKING["prisma"] = _SOURCES[0], "Add `rounds` and `sources`, or counts under `prisma.given`."
# Whose files stand in a folder of the results.
OF_FOLDER = {"deduplication": "deduplicate", "screening": "screen"} | {
    name: name for name in ("search", "records", "prisma")
}
if workflow.modifier.namespace:
    LACKING = {}  # in a workflow that takes this one as a module, targets of these names are its own


@said
def refuse_targets_of_nothing(targets):
    """Say what is missing for a target, or one of its files, that was asked for, rather than do nothing and end well."""
    searched = ["search"] if "records" in targets else []  # by people, where all that is read are exports
    for target in targets:
        folder, *below = Path(target).parts or [""]
        name = OF_FOLDER.get(below[0]) if folder == "results" and below else target
        if name not in LACKING or target in searched:
            continue
        why, todo = LACKING[name]
        what = "has nothing to do" if name == target else "cannot be made"
        raise InputError(f"`{target}` {what}, for {why}", file="config/config.yaml", todo=todo)


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


def status_values():
    return params.write_status(PROTOCOL, unfrozen(), unread(PROTOCOL), CUT_OFF, extracted=PARTS["extract"])


def standing():
    """How the review stands after a run: what `close_run.py` counts, and the tables of the status that this run's targets have."""
    made = {str(file) for job in workflow.dag.jobs for file in job.output}
    values = status_values()
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
        "given": GIVEN,
        "programs": DATA,
        "steps": sorted(receipts.work_of(job).name for job in workflow.dag.jobs if job.output),
        "status": {"params": values, "inputs": inputs},
    }


def of_searches(file):
    """A file of each search of PubMed."""
    return [f"results/search/{name}/{day}/{file}" for name, day in SEARCHES]


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


def drawn(folder, *first):
    """What the report shows of a folder of figures: its list, the `first` figures and those further."""
    files = [f"{figure}.{suffix}" for figure in first for suffix in ("svg", "png")]
    return [f"results/figures/{folder}/{name}" for name in ("figures.json", "further", *files)]


def tables():
    """What this review has of what tells and compares, by the name under which scripts know it."""
    found = {"since": VERSIONS and "results/report/since.json"}
    if SEARCHED:
        found |= {
            "brought": expand(RECORDS, source=PROTOCOL.sources),
            "imports": PROTOCOL.export_sources and "results/records/import-report.csv",
            "records": "results/records/records.parquet",
            "searches": of_searches("log.json"),
            "retrieved": of_searches("retrieved.json"),
            **{name: f"results/deduplication/{name}.csv" for name in ("clusters", "borderline", "verdicts")},
            "works": "results/deduplication/works.parquet",
            "studies": "results/screening/studies.csv",
            "study_orphans": "results/screening/orphans.csv",
            "notices": "results/screening/notices.csv",
            # In the order in which the report prints them.
            "named_studies": [
                f"results/screening/{kind}_studies.csv" for kind in ("excluded", "ongoing", "awaiting")
            ],
            "agreement": [f"results/screening/{stage}/agreement.json" for stage in STAGES],
        }
        for stage in STAGES:
            for table in ("decisions", "votes", "awaiting", "conflicts", "orphans"):
                found[f"{table}_{stage}"] = f"results/screening/{stage}/{table}.csv"
    if PARTS["prisma"]:
        found |= {
            "prisma": "results/prisma/counts.json",
            "per_source": "results/prisma/per_source.csv",
            "excluded": "results/prisma/excluded_reports.csv",
            "flow": "results/prisma/flow.svg",
        }
    if PARTS["extract"]:
        found |= {
            **{name: f"results/extraction/{name}.csv" for name in ("merged", "converted", "queries")},
            "characteristics": "results/extraction/studies.csv",
            "extraction_conflicts": "results/extraction/conflicts.csv",
        }
    if JUDGED:
        found |= {
            "judgements": "results/risk_of_bias/judgements.csv",
            "bias_conflicts": "results/risk_of_bias/conflicts.csv",
            "bias_figures": drawn("risk_of_bias", "summary", "graph"),
        }
    if POOLED:
        found |= {
            "results": [f"results/synthesis/{outcome}.json" for outcome in OUTCOMES],
            "slices": [f"results/extraction/outcomes/{outcome}.csv" for outcome in OUTCOMES],
            "certainty": CERTAINTY,
            "figures": [path for outcome in OUTCOMES for path in drawn(outcome, "forest", "funnel")],
        }
    return found


def named(*names):
    """Those of the tables that are called so; of what each stage has those of all stages."""
    found = tables()
    known = [
        f"{name}{end}" for name in " ".join(names).split() for end in ("", *(f"_{one}" for one in STAGES))
    ]
    return present(**{name: found.get(name) for name in known})


def status_inputs(wildcards):
    """Tables that show what is still open."""
    return named(
        "imports borderline verdicts studies study_orphans works clusters notices searches",
        "decisions votes awaiting conflicts orphans",
        "merged characteristics extraction_conflicts queries certainty judgements bias_conflicts since",
        # Whether outcomes have the studies that they were rated for.
        "results" if CERTAINTY else "",
    )


def facts_inputs():
    """What was done in this review, as far as its files say (`report/facts.py`): whatever tells it reads all of these."""
    strategies = {PROTOCOL.sources[name].strategy for name in PROTOCOL.export_sources}
    return present(
        **named(
            "brought searches retrieved works studies borderline verdicts decisions votes awaiting",
            "converted extraction_conflicts judgements bias_conflicts results certainty",
        ),
        strategies=sorted(map(written, strategies - {""})),
        tool=PROTOCOL.risk_of_bias.of_ones_own and [TOOL],
    )


def changes_inputs(wildcards):
    """What is compared of the review as it stands, and the versions it is compared with."""
    return present(
        **named(
            "clusters works decisions studies judgements results certainty", "prisma" if SEARCHED else ""
        ),
        sheets=checked(PROTOCOL).paths,
        versions=[str(path_of(version)) for version in VERSIONS],
        figures=[f"results/figures/{outcome}/figures.json" for outcome in OUTCOMES if POOLED and VERSIONS],
    )


def changes_values(wildcards, input):
    """The protocol, whole and as its author wrote it, whose files are whose, and the versions."""
    return {
        "protocol": params.whole(PROTOCOL),
        "written": WRITTEN,
        "files": [file for area in checked(PROTOCOL).files.values() for file in area],
        "versions": VERSIONS,
    }


def checklist_inputs(wildcards):
    """What the checklists are filled from: the facts, and the flow chart's numbers."""
    return facts_inputs() | named("prisma per_source excluded characteristics")


def report_inputs(wildcards):
    """What the report shows, as far as this review has it."""
    return {
        **facts_inputs(),
        **named(
            "since notices named_studies agreement prisma flow queries characteristics bias_figures figures"
        ),
        "status": "results/report/status.json",
        "stages": "results/figures/stages.csv",
        # The page holds drawings, the Word document pictures.
        "stages_drawn": ["results/figures/stages.svg", "results/figures/stages.png"],
    }


def trail_inputs(wildcards):
    """Results, and all that lies between them and the searches."""
    return present(
        **named("results slices merged queries clusters works studies records"),
        sheets=list(extraction_sheets(PROTOCOL).values()),
        adjudication=sheet("config/extraction/adjudication"),
    )


def export_inputs(wildcards):
    """What other programs are given."""
    return present(
        **named(
            "results slices judgements works studies decisions_full_text", "characteristics" if POOLED else ""
        ),
        tool=POOLED and PROTOCOL.risk_of_bias.of_ones_own and [TOOL],
    )


def named_inputs(wildcards, input):
    """The named inputs of a report rule, as its script reads them; of what the sources brought it reads the counts."""
    read = {"counts": counts_of_rounds()} if "brought" in input.keys() else {}
    return read | {
        name: str(files) if isinstance(files, str) else list(map(str, files)) for name, files in input.items()
    }
