# The report ties everything together; the status says what awaits whom.
SEARCHED = bool(SOURCES)
JUDGED = bool(sheets_in("config/risk_of_bias", config["risk_of_bias"].get("assessors")))
POOLED = bool(OUTCOMES) and bool(extraction_sheets())
# What a review delivers, as far as its protocol and its sheets reach.
PARTS = {
    "search": bool(PUBMED_SOURCES),
    "records": SEARCHED,
    "deduplicate": SEARCHED,
    "screen": SEARCHED,
    "prisma": SEARCHED or "given" in config["prisma"],
    "extract": bool(extraction_sheets()),
    "bias": JUDGED,
    "pool": POOLED,
    "figures": POOLED,
}


def requested():
    """The targets asked for on the command line, as JSON."""
    return as_json(sorted(map(str, workflow.dag_settings.targets)))


def search_logs():
    return [f"results/search/{name}/{day}/log.json" for name, day in SOURCE_ROUNDS if name in PUBMED_SOURCES]


def unfrozen():
    """Live searches that nobody has frozen yet."""
    if config["entrez"]["endpoint"] != "live":
        return []
    return [
        f"{name} {day}"
        for name, day in SOURCE_ROUNDS
        if name in PUBMED_SOURCES and not os.path.isdir(f"config/search/frozen/{name}/{day}")
    ]


def status_inputs(wildcards):
    """Tables that show what is still open."""
    found = {}
    if SEARCHED:
        found["borderline"] = "results/deduplication/borderline.csv"
        found["studies"] = "results/screening/studies.csv"
        found["study_orphans"] = "results/screening/orphans.csv"
        for stage in STAGES:
            for table in ("awaiting", "conflicts", "orphans"):
                found[f"{table}_{stage}"] = f"results/screening/{stage}/{table}.csv"
    if PARTS["extract"]:
        found["merged"] = "results/extraction/merged.csv"
        found["extraction_conflicts"] = "results/extraction/conflicts.csv"
    if JUDGED:
        found["judgements"] = "results/risk_of_bias/judgements.csv"
        found["bias_conflicts"] = "results/risk_of_bias/conflicts.csv"
    return {name: paths for name, paths in found.items() if paths}


def report_inputs(wildcards):
    """What the report shows, as far as this review has it."""
    found = {"status": "results/report/status.json"}
    if SEARCHED:
        found["counts"] = [f"results/records/rounds/{name}/{day}.counts.json" for name, day in SOURCE_ROUNDS]
        found["strategies"] = sorted({SOURCES[name]["strategy"] for name in PUBMED_SOURCES})
        found["retrieved"] = [path.replace("log.json", "retrieved.json") for path in search_logs()]
        found["works"] = "results/deduplication/works.parquet"
        found["studies"] = "results/screening/studies.csv"
        found["full_text"] = "results/screening/full_text/decisions.csv"
        found["agreement"] = [f"results/screening/{stage}/agreement.json" for stage in STAGES]
    if PARTS["prisma"]:
        found["prisma"] = "results/prisma/counts.json"
        found["flow"] = "results/prisma/flow.svg"
    if JUDGED:
        found["judgements"] = "results/risk_of_bias/judgements.csv"
        found["bias_figures"] = [f"results/figures/risk_of_bias/{name}.svg" for name in ("summary", "graph")]
    if POOLED:
        found["results"] = [f"results/synthesis/{outcome}.json" for outcome in OUTCOMES]
        found["figures"] = [f"results/figures/{outcome}/forest.svg" for outcome in OUTCOMES]
        found["converted"] = "results/extraction/converted.csv"
    return {name: paths for name, paths in found.items() if paths}


def named_inputs(input):
    """The named inputs of a report rule as one JSON argument, code and script left out."""
    return as_json({name: files if isinstance(files, str) else list(files) for name, files in input.items() if name not in ("script", "code")})


rule write_status:
    input:
        unpack(status_inputs),
        script=script("write_status.py"),
        code=library("report/status.py", "tables.py", "errors.py", "command.py"),
    output:
        json="results/report/status.json",
        text="results/report/status.txt",
    params:
        values=as_json({**{key: config["review"][key] for key in ("title", "final")}, "unfrozen": unfrozen()}),
        inputs=lambda w, input: named_inputs(input),
    log:
        "results/logs/write_status.log",
    conda:
        "../envs/evergreen.yaml"
    shell:
        "python {input.script:q} --params {params.values:q} --inputs {params.inputs:q} --json {output.json:q}"
        " --text {output.text:q} > {log:q} 2>&1"


rule write_report:
    input:
        unpack(report_inputs),
        script=script("write_report.py"),
        code=library(
            "report/",
            "figures/scales.py",
            "screening/exchange/model.py",
            "screening/exchange/ris.py",
            "sheets.py",
            "protocol.py",
            "tables.py",
            "errors.py",
            "command.py",
        ),
        template=str(LIBRARY / "report" / "templates" / "report.html.j2"),
    output:
        page=report("results/report/index.html", caption="../docs/captions/report.rst", category="Report"),
        word="results/report/review.docx",
        changes=directory("results/report/changes"),
        export=directory("results/report/export"),
    params:
        protocol=as_json(config),
        inputs=lambda w, input: named_inputs(input),
    log:
        "results/logs/write_report.log",
    conda:
        "../envs/evergreen.yaml"
    shell:
        "python {input.script:q} --protocol {params.protocol:q} --inputs {params.inputs:q} --page {output.page:q}"
        " --word {output.word:q} --changes {output.changes:q} --export {output.export:q} > {log:q} 2>&1"


rule report:
    input:
        "results/report/index.html",
        "results/report/review.docx",


# Always runs: it is there to be read.
rule status:
    input:
        "results/report/status.txt",
    log:
        "results/logs/status.log",
    conda:
        "../envs/evergreen.yaml"
    shell:
        "cat {input:q} | tee {log:q}"
