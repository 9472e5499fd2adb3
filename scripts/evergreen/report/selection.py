"""Selection of reports in the report: flow chart, agreement of the reviewers, studies, excluded reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.counting import plural
from evergreen.figures.scales import number
from evergreen.prisma.counts import decided, name
from evergreen.report.blocks import (
    Block,
    Cell,
    Figure,
    Head,
    Lines,
    Link,
    Section,
    Table,
    Text,
    from_report,
    heads,
)
from evergreen.report.citing import Citations
from evergreen.report.methods import screened_words
from evergreen.report.references import address, printed, reference, year_of
from evergreen.screening.stages import STAGE_NAMES
from evergreen.screening.study_labels import AS_WRITTEN, StudyLabels
from evergreen.synthesis.result.trail_places import place_of

SHORT_TITLE = 60
IN_SHEETS = "Name in the sheets"
# Tables that a Cochrane review has beside the included studies, and what their last column says.
NAMED = (
    ("Excluded studies with reasons", "Reason"),
    ("Ongoing studies", "Note"),
    ("Studies awaiting classification", "Note"),
)


def citation(work: Mapping[str, Any]) -> Link:
    """First author, year and journal of a work, linked to PubMed or its DOI where it has one; a retracted work says so."""
    authors = [name for name in str(work["authors"]).split("; ") if name]
    # A record without authors is named by its title, as reference lists do.
    first = authors[0].split(",")[0] if authors else shorten(str(work["title"]), SHORT_TITLE, placeholder="…")
    et_al = " et al." if len(authors) > 1 else ""
    named = f"{first}{et_al} {year_of(work) or 'no year'}"
    retracted = "RETRACTED" if work["retracted"] else ""
    return Link(", ".join(filter(None, (named, str(work["journal"]), retracted))), address(work))


def citations(works: pd.DataFrame) -> dict[str, Link]:
    """Citation of every record id of the given works."""
    links = [(work["record_ids"].split("; "), citation(work)) for work in tables.rows(works)]
    return {record: link for records, link in links for record in records}


def agreement(comparison: Mapping[str, Any]) -> Table | None:
    """Agreement of each pair of reviewers on what a vote leads to; None where nobody judged the same works."""
    rows: list[list[Cell]] = []
    for pair in comparison["pairs"]:
        if pair["table"] != "2x2" or not pair["n"]:
            continue
        kappa, pabak, ac1 = (number(pair[key], 2) or "not estimable" for key in ("kappa", "pabak", "ac1"))
        if pair["kappa"] is not None:
            kappa += f" ({number(pair['kappa_low'], 2)} to {number(pair['kappa_high'], 2)})"
        rows.append([
            f"{pair['first']} and {pair['second']}", pair["part"], f"{pair['n']:,}", f"{pair['agreement']:.1%}", kappa, pabak, ac1,
        ])  # fmt: skip
    if not rows:
        return None
    columns = heads("Reviewers", "Part", Head("Works", True), Head("Agreement", True), "Cohen's kappa (CI)", Head("PABAK", True), Head("AC1", True))  # fmt: skip
    return Table(f"Agreement before adjudication, {STAGE_NAMES[comparison['stage']]}", columns, rows)


def agreement_figure(stem: Path, comparison: Mapping[str, Any]) -> Figure | None:
    """The stage's figure of agreement; None where nobody judged the same works."""
    if not any(pair["n"] for pair in comparison["pairs"]):
        return None
    stage = STAGE_NAMES[comparison["stage"]]
    alt = f"What each two reviewers said at {stage} against each other, and their agreement with its interval; the table has the numbers."
    caption = f"Votes before adjudication, {stage}"
    links = [("CSV", f"{from_report(stem)}.csv")]
    return Figure(f"agreement-{comparison['stage']}", stem, alt, caption, links=links)


def section(
    flow: Path | None,
    counts: Mapping[str, Any] | None,
    comparisons: Mapping[Path, Mapping[str, Any]],
    reasons: Mapping[str, str],
    words: str,
) -> Section:
    """How records became included studies; `comparisons` by the stem of their figure, `reasons` the labels of the
    protocol's reasons."""
    blocks: list[Block] = [Text(words)]
    if flow is not None and counts is not None:
        total = counts["total"]
        alt = (
            f"Flow chart: {plural(total['database_results'] + total['register_results'], 'record')} from databases and registers,"
            f" of which {screened_words(total, counts['skipped'])}; {plural(total['total_studies'], 'study', 'studies')} in"
            f" {plural(total['total_reports'], 'report')} included."
        )
        caption = f"PRISMA 2020 flow chart{' of the latest update' if len(counts['rounds']) > 1 else ''}"
        links = [("what is in each box", "../prisma/flow.html")]
        blocks += [Figure("flow", flow, alt, caption, links=links), _per_round(counts, reasons)]
    for stem, comparison in comparisons.items():
        shown = (agreement(comparison), agreement_figure(stem, comparison))
        blocks += [block for block in shown if block is not None]
    return Section("selection", "Selection of studies", blocks)


def _per_round(counts: Mapping[str, Any], reasons: Mapping[str, str]) -> Table:
    rounds, skipped = {day: decided(part) for day, part in counts["rounds"].items()}, counts["skipped"]
    columns = heads("Count", *(Head(day, True) for day in rounds), Head("All rounds", True))
    rows: list[list[Cell]] = []
    for key, total in decided(counts["total"]).items():
        parts = [part[key] for part in rounds.values()]
        if isinstance(total, Mapping):
            for reason, sum_ in total.items():
                said = f"{name(key, skipped)}: {reasons.get(reason, reason)}"
                rows.append([said, *(str(part.get(reason, 0)) for part in parts), str(sum_)])
        elif total or any(parts):
            rows.append([name(key, skipped), *map(str, parts), str(total)])
    return Table("Counts by round", columns, rows, fold="Counts by round", id="counts-by-round")


def studies_section(
    studies: pd.DataFrame,
    works: pd.DataFrame,
    full_text: pd.DataFrame,
    named: Sequence[pd.DataFrame],
    citations: Citations,
    label: StudyLabels = AS_WRITTEN,
) -> Section:
    """References to the reports of included studies, then the studies that are named without being included.

    `full_text` are that stage's decisions; `named` the tables of `screening.characteristics`: excluded, ongoing, awaiting.
    """
    by_work = {work["work_id"]: work for work in tables.rows(works)}
    decided = {row["work_id"]: row for row in tables.rows(full_text)}
    included = tables.rows(studies[studies["status"].eq("included")])
    columns = heads("Study", "No.", "Since", "Report", "Registration", "Included for", IN_SHEETS)
    rows: list[list[Cell]] = []
    for study in included:
        for work_id in study["work_ids"].split("; "):
            work, counts = by_work[work_id], decided.get(work_id, {}).get("decision") == "include"
            rows.append([
                label(study["study"]), citations.numbers([work_id]), study["round"], reference(work), str(work["registry_ids"]),
                "its data" if counts else "the record of the study only", study["study"],
            ])  # fmt: skip
    if not label.tell_more(study["study"] for study in included):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    blocks: list[Block] = [
        Table("References to included studies", columns, rows, id="references-to-included-studies")
        if rows
        else Text("No study is included so far.")
    ]
    for (caption, last), table in zip(NAMED, named, strict=True):
        if len(table):
            blocks.append(_named(caption, last, table, by_work, citations, label))
    if citations.methods:
        blocks.append(method_references(citations))
    if excluded := int(full_text["decision"].eq("exclude").sum()):
        words = f"All reports excluded at full text, each with its one reason ({excluded}), as CSV"
        blocks.append(Lines([Link(words, "../prisma/excluded_reports.csv")]))
    return Section("studies", "References to studies", blocks)


def method_references(citations: Citations) -> Table:
    """The sources of the methods that the text names."""
    numbers = citations.methods.items()
    rows: list[list[Cell]] = [[str(number), printed(method.item)] for method, number in numbers]
    return Table("References to methods", heads("No.", "Source"), rows, id="references-to-methods")


def _named(
    caption: str,
    last: str,
    table: pd.DataFrame,
    by_work: Mapping[str, Mapping[str, Any]],
    citations: Citations,
    label: StudyLabels,
) -> Table:
    """Studies that are not included: a row per report, in each the study and what is said of it."""
    rows: list[list[Cell]] = []
    for study in tables.rows(table):
        said = "; ".join(filter(None, [study["reason"], study["note"]]))
        for work_id in study["work_ids"].split("; "):
            work, number = by_work[work_id], citations.numbers([work_id])
            rows.append([label(study["study"]), number, reference(work), str(work["registry_ids"]), said])
    columns = heads("Study", "No.", "Report", "Registration", last)
    words = f"{caption} ({len(table)})"
    return Table(words, columns, rows, fold=words, id=place_of(caption.replace(" ", "-")), keep=True)
