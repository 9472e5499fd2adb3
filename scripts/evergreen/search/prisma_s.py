"""The items of PRISMA-S (Rethlefsen et al. 2021, Syst Rev 10:39): number, section, topic, and in short words what is asked.

The page of the searches and the checklists fill them in.
"""

from __future__ import annotations

PRISMA_S = (
    ("1", "Information sources", "Database name", "Each database, with its platform."),
    ("2", "Information sources", "Multi-database searching", "Platforms that searched several databases at once, and which."),
    ("3", "Information sources", "Study registries", "Each study register."),
    ("4", "Information sources", "Online resources and browsing", "Websites, journals and other places browsed."),
    ("5", "Information sources", "Citation searching", "Whether citing or cited references were followed, and how."),
    ("6", "Information sources", "Contacts", "Whether authors, experts or makers were asked."),
    ("7", "Information sources", "Other methods", "Any other way to find studies."),
    ("8", "Search strategies", "Full search strategies", "Every strategy, copied as it was run."),
    ("9", "Search strategies", "Limits and restrictions", "Limits such as language, date or design, with their reason."),
    ("10", "Search strategies", "Search filters", "Published filters, cited, and whether they were changed."),
    ("11", "Search strategies", "Prior work", "Strategies of earlier reviews that were used or adapted."),
    ("12", "Search strategies", "Updates", "How the searches were brought up to date."),
    ("13", "Search strategies", "Dates of searches", "The last date of every search."),
    ("14", "Peer review", "Peer review", "Whether and how the strategies were peer reviewed."),
    ("15", "Managing records", "Total records", "Records from every source."),
    ("16", "Managing records", "Deduplication", "How and with what duplicates were found."),
)  # fmt: skip
