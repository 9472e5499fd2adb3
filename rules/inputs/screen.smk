# Input functions of screen.smk: paths and parameters from the protocol and from what is there.
from evergreen.screening import files
from evergreen.worklists import files as lists

STAGE_DIR = "results/screening/{stage}"


# Stages that somebody screens, where there is something to screen.
LISTED = [stage for stage in STAGES if PROTOCOL.sources and people.with_work(PROTOCOL, stage)]

# Tasks of people whom the protocol names, beside screening.
TASKS = present(extraction=PROTOCOL.extraction.extractors, bias=PROTOCOL.risk_of_bias.assessors)
LISTS_OF_STAGES = [
    f"screening/{stage}/{name.format(person)}"
    for stage in LISTED
    for person in people.with_work(PROTOCOL, stage)
    for name in files.WORKLISTS
]
LISTS_OF_TASKS = [
    f"{lists.PLACES[task]}/{name.format(person)}"
    for task, names in TASKS.items()
    for person in names
    for name in lists.OF_TASK[task]
]


def sheets_to_fill():
    """{kind: {person: path}} of the sheets that lists go on from."""
    return {
        "extraction": extraction_sheets(PROTOCOL),  # what there is to judge, too
        "studies": study_sheets(PROTOCOL) if "extraction" in TASKS else {},
        "bias": bias_sheets(PROTOCOL) if "bias" in TASKS else {},
    }


# What the pages are made of on which people decide and fill in.
PAGES_OF_PEOPLE = [
    *(f"screening/page/{name}" for name in ("frame.html", "template.html", "style.css")),
    *(f"screening/page/{name}.js" for name in "desk unpack memory program keeping csv sheet".split()),
    *(f"worklists/page/{name}" for name in ("form.html", "form.css")),
    *(f"worklists/page/{name}.js" for name in "faults saving rows form".split()),
]


def worklist_inputs(wildcards):
    return present(
        works="results/deduplication/works.parquet",
        lists=expand("results/screening/{stage}/{table}.csv", stage=LISTED, table=("awaiting", "conflicts")),
        votes=[path for stage in LISTED for path in votes_in(stage)],
    )


def form_inputs(wildcards):
    return present(
        works=PROTOCOL.sources and "results/deduplication/works.parquet",
        studies=PROTOCOL.screened and "results/screening/studies.csv",
        sheets=sorted({path for sheets in sheets_to_fill().values() for path in sheets.values()}),
        tool="bias" in TASKS and PROTOCOL.risk_of_bias.of_ones_own and TOOL,
    )
