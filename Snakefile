# A living systematic review, from search to report. This file is the table of contents; ARCHITECTURE.md is the map.
from snakemake.utils import min_version

min_version("9.0")


include: "rules/common.smk"
include: "rules/search.smk"
include: "rules/records.smk"
include: "rules/deduplicate.smk"
include: "rules/screen.smk"
include: "rules/prisma.smk"
include: "rules/extract.smk"
include: "rules/bias.smk"
include: "rules/pool.smk"
include: "rules/figures.smk"
include: "rules/report.smk"


rule all:
    default_target: True
    input:
        [getattr(rules, part).input for part, there in PARTS.items() if there],
        rules.report.input,
        "results/report/status.txt",


onstart:
    ending.note_interrupts()


onsuccess:
    close_well()


onerror:
    close_failed()
