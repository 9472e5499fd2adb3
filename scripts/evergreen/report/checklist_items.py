"""The items of PRISMA 2020, of its list for abstracts, PRISMA-S and of living reviews: number, section, topic, and in short words what is asked.

PRISMA 2020: Page et al. 2021, BMJ 372:n71 (27 items, 42 with their parts; 12 for abstracts). PRISMA-S: Rethlefsen et al. 2021, Syst Rev
10:39 (16 items). Living reviews: Akl et al. 2024, BMJ 387:e079183 (the new items, here L1 to L4).
"""

from __future__ import annotations

from typing import NamedTuple

from evergreen.search.prisma_s import PRISMA_S

PRISMA, ABSTRACT, SEARCH, LIVING = "PRISMA 2020", "PRISMA 2020 for Abstracts", "PRISMA-S", "PRISMA-LSR"


class Item(NamedTuple):
    checklist: str
    item: str
    section: str
    topic: str
    asks: str


ITEMS = tuple(
    Item(PRISMA, *row)
    for row in (
        ("1", "Title", "Title", "Name the report a systematic review."),
        ("2", "Abstract", "Abstract", "Fill the separate checklist for abstracts."),
        ("3", "Introduction", "Rationale", "Why the review is needed, given what is known."),
        ("4", "Introduction", "Objectives", "The objectives or questions, spelled out."),
        ("5", "Methods", "Eligibility criteria", "Criteria to include and exclude, and how studies were grouped for the syntheses."),
        ("6", "Methods", "Information sources", "Every source searched or asked, each with the date of its last search."),
        ("7", "Methods", "Search strategy", "The full strategy of every source, with its filters and limits."),
        ("8", "Methods", "Selection process", "Who screened, how many, whether independently, and what was automated."),
        ("9", "Methods", "Data collection process", "Who took the data from the reports, how, and whether study authors were asked."),
        ("10a", "Methods", "Data items: outcomes", "Every outcome, and which of its results were sought."),
        ("10b", "Methods", "Data items: other variables", "Every other variable, and what was assumed where it was missing or unclear."),
        ("11", "Methods", "Risk of bias in studies", "The tool, who judged, whether independently, and what was automated."),
        ("12", "Methods", "Effect measures", "The effect measure of each outcome."),
        ("13a", "Methods", "Synthesis: eligibility", "How it was decided which studies enter which synthesis."),
        ("13b", "Methods", "Synthesis: preparation", "How data were made ready: missing summary statistics, conversions."),
        ("13c", "Methods", "Synthesis: display", "How results of studies and syntheses are tabulated and drawn."),
        ("13d", "Methods", "Synthesis: methods", "How results were synthesised and why; model, heterogeneity, software."),
        ("13e", "Methods", "Synthesis: heterogeneity", "How possible causes of heterogeneity were explored."),
        ("13f", "Methods", "Synthesis: sensitivity", "Analyses of how robust the results are."),
        ("14", "Methods", "Reporting bias assessment", "How bias from missing results was assessed."),
        ("15", "Methods", "Certainty assessment", "How the certainty of the evidence was assessed."),
        ("16a", "Results", "Study selection: flow", "From records found to studies included, ideally with a flow diagram."),
        ("16b", "Results", "Study selection: exclusions", "Studies that seem to fit and were left out, with the reason."),
        ("17", "Results", "Study characteristics", "Each included study, cited, with its characteristics."),
        ("18", "Results", "Risk of bias in studies", "The judgements for each study."),
        ("19", "Results", "Results of individual studies", "For every outcome and study: group statistics, effect and its precision."),
        ("20a", "Results", "Syntheses: contributing studies", "For each synthesis, its studies and their risk of bias in brief."),
        ("20b", "Results", "Syntheses: results", "Each pooled result with precision, heterogeneity and direction."),
        ("20c", "Results", "Syntheses: heterogeneity", "What the exploration of heterogeneity found."),
        ("20d", "Results", "Syntheses: sensitivity", "What the sensitivity analyses found."),
        ("21", "Results", "Reporting biases", "What the assessment of missing results found, for each synthesis."),
        ("22", "Results", "Certainty of evidence", "The certainty for each outcome."),
        ("23a", "Discussion", "Interpretation", "The results in the light of other evidence."),
        ("23b", "Discussion", "Limits of the evidence", "Weaknesses of the included evidence."),
        ("23c", "Discussion", "Limits of the review", "Weaknesses of the review's own process."),
        ("23d", "Discussion", "Implications", "What follows for practice, policy and research."),
        ("24a", "Other information", "Registration", "Register and number, or that the review was not registered."),
        ("24b", "Other information", "Protocol", "Where the protocol is, or that there is none."),
        ("24c", "Other information", "Amendments", "What was changed after registration or protocol, and why."),
        ("25", "Other information", "Support", "Funding and other support, and the role of who gave it."),
        ("26", "Other information", "Competing interests", "Competing interests of the authors."),
        ("27", "Other information", "Availability", "Where forms, data, code and other material can be had."),
    )
) + tuple(
    Item(ABSTRACT, *row)
    for row in (
        ("1", "Title", "Title", "Name the report a systematic review."),
        ("2", "Background", "Objectives", "The main objectives or questions, spelled out."),
        ("3", "Methods", "Eligibility criteria", "Criteria to include and exclude."),
        ("4", "Methods", "Information sources", "The sources, each with the date of its last search."),
        ("5", "Methods", "Risk of bias", "How the risk of bias in the studies was assessed."),
        ("6", "Methods", "Synthesis of results", "How results were presented and synthesised."),
        ("7", "Results", "Included studies", "How many studies and people are included, and what characterises them."),
        ("8", "Results", "Synthesis of results", "For each main outcome its studies, people, effect with interval and direction."),
        ("9", "Discussion", "Limits of the evidence", "Weaknesses of the evidence, such as bias, inconsistency, imprecision."),
        ("10", "Discussion", "Interpretation", "What the results mean, in general."),
        ("11", "Other", "Funding", "The main source of funding."),
        ("12", "Other", "Registration", "Register and number."),
    )
) + tuple(
    Item(SEARCH, *row) for row in PRISMA_S
) + tuple(
    Item(LIVING, *row)
    for row in (
        ("L1", "Methods", "Living mode", "Schedule of the searches and of the other steps, and when the review stops being living."),
        ("L2", "Methods", "Changes to methods", "What changed in the methods since the version before."),
        ("L3", "Results", "Changes to results", "What changed in the results since the version before."),
        ("L4", "Other information", "Authors and roles", "Who the authors of this version are, and what changed."),
    )
)  # fmt: skip
