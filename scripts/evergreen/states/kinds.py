"""What a state consists of, as data: for each part its rows' key, who wrote them, and under which heading changes are told.

The headings are those that PRISMA-LSR asks for (BMJ 2024;387:e079183): changes to methods (L2), to results (L3), and updated data and
risk of bias of studies that were included before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evergreen.extraction.check import KEY

Chapter = Literal["methods", "selection", "data", "bias", "results"]
CHAPTERS: dict[Chapter, str] = {
    "methods": "Changes to methods (PRISMA-LSR L2)",
    "selection": "Changes to searches and selection",
    "data": "Changes to extracted data",
    "bias": "Changes to risk of bias",
    "results": "Changes to results (PRISMA-LSR L3)",
}


@dataclass(frozen=True)
class Kind:
    """One part of a state.

    `key` are the columns that say which row it is; `who` the column that says whose it is, where a row says so;
    `labelled` whether its keys are names that people give, so that a row may be called anew. `aside` are columns that go with others (numbers as they are shown) and are no change by themselves.
    """

    id: str
    title: str
    chapter: Chapter
    key: tuple[str, ...]
    who: str = ""
    aside: tuple[str, ...] = ()
    labelled: bool = False


JUDGED = ("study", "outcome", "timepoint", "comparison", "effect", "variant", "domain", "question")
KINDS: tuple[Kind, ...] = (
    Kind("protocol", "Protocol", "methods", ("key",)),
    Kind("strategies", "Search strategies", "methods", ("file",)),
    Kind("records", "Records", "selection", ("record_id",)),
    Kind("deduplication", "Verdicts on duplicates", "selection", ("record_a", "record_b"), "decided_by"),
    Kind("excluded_before_screening", "Records excluded before screening", "selection", ("record_id",)),
    Kind("screening", "Votes", "selection", ("stage", "reviewer", "record_id"), "reviewer"),
    Kind("adjudication_screening", "Adjudicated votes", "selection", ("stage", "record_id"), "adjudicator"),
    Kind("decisions", "Screening decisions", "selection", ("stage", "work_id"), aside=("round",)),
    Kind("studies_of_reports", "Reports assigned to studies", "selection", ("record_id",)),
    Kind("studies", "Studies", "selection", ("study",), aside=("report_name",)),
    Kind("reports", "Reports of studies", "selection", ("study", "work_id"), aside=("report",)),
    Kind("extraction", "Extracted cells", "data", ("extractor", *KEY, "group"), "extractor", labelled=True),
    Kind("extraction_studies", "Study-level cells", "data", ("extractor", "study"), "extractor", labelled=True),
    Kind("adjudication_extraction", "Adjudicated cells", "data", (*KEY, "column"), "adjudicator", labelled=True),
    Kind("queries", "Answers to queries", "data", ("query",), "by"),
    Kind("risk_of_bias", "Judgements by assessor", "bias", ("assessor", *JUDGED), "assessor", labelled=True),
    Kind("adjudication_bias", "Adjudicated judgements", "bias", JUDGED, "adjudicator", labelled=True),
    Kind("judgements", "Judgements that hold", "bias", ("study", *JUDGED[1:5], "domain")),
    Kind("certainty", "Ratings of certainty by domain", "results", ("outcome", "domain")),
    Kind("effects", "Pooled effects", "results", ("outcome",), aside=("name", "shown", "predicted")),
    Kind("weights", "Effects and weights of studies", "results", ("outcome", "study"), aside=("label",)),
    Kind("ratings", "Certainty of the evidence", "results", ("outcome",), aside=("name",)),
    Kind("conclusions", "Conclusions", "results", ("outcome",), aside=("name",)),
)  # fmt: skip
BY_ID = {kind.id: kind for kind in KINDS}
