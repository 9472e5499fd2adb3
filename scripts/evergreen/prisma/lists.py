"""Tables beside the flow chart: excluded reports with reasons, yield of each source, the R package's sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.prisma.chart import INCLUDED_WORDS, View
from evergreen.prisma.counts import BY_REASON

EXCLUDED_COLUMNS = [
    "work_id", "round", "column", "reason", "label", "citation", "doi", "pmid", "decided_by", "how", "record_ids",
]  # fmt: skip
SOURCE_COLUMNS = [
    "source", "name", "type", "round", "hits", "seen_before", "records", "duplicates", "works", "works_only_here",
    "screened", "sought", "assessed", "included_reports", "included_only_here",
]  # fmt: skip
INCLUDED = ("dbr_included", "other_included")


def citation(work: Mapping[Any, Any]) -> str:
    """One line for a list of references: authors, year, title, journal, volume(issue):pages."""
    authors = str(work["authors"]).split("; ")
    names = "; ".join(name.replace(", ", " ") for name in authors[:3]) + (
        " et al." if len(authors) > 3 else ""
    )
    volume = f" {work['volume']}" if work["volume"] else ""
    volume += f"({work['issue']})" if work["issue"] else ""
    volume += f":{work['pages']}" if work["pages"] else ""
    parts = [names, str(work["year"]), str(work["title"]).rstrip("."), str(work["journal"]) + volume]
    return " ".join(f"{part}{'' if part.endswith('.') else '.'}" for part in parts if part.strip())


def excluded_reports(
    members: pd.DataFrame, works: pd.DataFrame, full_text: pd.DataFrame, labels: Mapping[str, str]
) -> pd.DataFrame:
    """Reports excluded at full text with their one reason, in the order of `works` (columns `EXCLUDED_COLUMNS`)."""
    out = members[members["box"].isin(BY_REASON)][["id", "reason"]].rename(columns={"id": "work_id"})
    table = works.merge(out, on="work_id").merge(full_text[["work_id", "decided_by", "how"]], on="work_id")
    table["label"] = [labels.get(reason, reason) for reason in table["reason"]]
    table["citation"] = [citation(work) for work in table.to_dict("records")]
    return table[EXCLUDED_COLUMNS]


def per_source(
    members: pd.DataFrame,
    clusters: pd.DataFrame,
    source_counts: Sequence[Mapping[str, Any]],
    types: Mapping[str, str],
    names: Mapping[str, str],
) -> pd.DataFrame:
    """What each source brought in each round in which it was searched, and in total (columns `SOURCE_COLUMNS`).

    `records` are new in the round; `works` are the documents behind them, `works_only_here` those that no other source has in
    any round. From `screened` on, works are counted that got so far and were decided there (in whichever round), so that sources that share a
    work both count it; `included_only_here` are the included ones that only this source has.
    """

    def of(*boxes: str) -> set[str]:
        return set(members["id"][members["box"].isin(boxes)])

    reached = {
        "screened": of("records_screened") - of("records_pending"),
        "sought": of("dbr_sought_reports", "other_sought_reports") - of("dbr_pending", "other_pending"),
        "assessed": of("dbr_assessed", "other_assessed"),
        "included_reports": of(*INCLUDED),
    }
    duplicate = of("duplicates")
    # Filed once: to ask the table for every source and round takes longer with every round.
    brought: dict[tuple[str, str], list[tuple[str, str]]] = {}
    found_by: dict[str, set[str]] = {}
    for record, work, source, round_ in zip(
        *(clusters[name] for name in ("record_id", "work_id", "source", "round")), strict=True
    ):
        brought.setdefault((source, round_), []).append((record, work))
        found_by.setdefault(work, set()).add(source)
    imported: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for count in source_counts:
        imported.setdefault((count["source"], count["round"]), []).append(count)
    rounds = sorted({count["round"] for count in source_counts})
    rows = []
    for source, type_ in types.items():
        for round_ in [*rounds, "total"]:
            span = [(source, one) for one in (rounds if round_ == "total" else [round_])]
            counted = [count for place in span for count in imported.get(place, ())]
            if not counted:
                continue
            records = [record for place in span for record in brought.get(place, ())]
            works = {work for _, work in records}
            only = {work for work in works if len(found_by[work]) == 1}
            rows.append(
                {
                    "source": source,
                    "name": names.get(source, source),
                    "type": type_,
                    "round": round_,
                    "hits": sum(int(count["hits"]) for count in counted),
                    "seen_before": sum(int(count["seen_before"]) for count in counted),
                    "records": len(records),
                    "duplicates": sum(record in duplicate for record, _ in records),
                    "works": len(works),
                    "works_only_here": len(only),
                    **{name: len(works & ids) for name, ids in reached.items()},
                    "included_only_here": len(only & reached["included_reports"]),
                }
            )
    return pd.DataFrame(rows, columns=SOURCE_COLUMNS)


HARMLESS = str.maketrans({",": " /", ";": " /", "'": "\u2019", '"': "\u201d", "\\": "/"})
# The rows of the R package's sheet: data, node, box, boxtext. Its order is what the package's readers expect.
PACKAGE_ROWS = (
    ("", "node4", "prevstud", "Previous studies"),
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", "", "box1", "Reports of studies included in previous version of review"),
    ("", "node6", "newstud", "Identification of new studies via databases and registers"),
    ("database_results", "node7", "box2", "Databases"),
    ("database_specific_results", "", "box2", "Specific Databases"),
    ("register_results", "", "box2", "Registers"),
    ("register_specific_results", "", "box2", "Specific Registers"),
    ("", "node16", "othstud", "Identification of new studies via other methods"),
    ("website_results", "node17", "box11", "Websites"),
    ("organisation_results", "", "box11", "Organisations"),
    ("citations_results", "", "box11", "Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", "", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "", "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Records screened"),
    ("records_excluded", "node10", "box5", "Records excluded"),
    ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    ("dbr_excluded", "node14", "box9", "Reports excluded"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    ("other_excluded", "node21", "box15", "Reports excluded"),
    ("new_studies", "node15", "box10", "New studies included in review"),
    ("new_reports", "", "box10", "Reports of new included studies"),
    ("total_studies", "node22", "box16", "Total studies included in review"),
    ("total_reports", "", "box16", "Reports of total included studies"),
    ("identification", "node1", "identification", "Identification"),
    ("screening", "node2", "screening", "Screening"),
    ("included", "node3", "included", "Included"),
)


def package_sheet(view: View, labels: Mapping[str, str]) -> pd.DataFrame:
    """A chart's counts as the sheet that the R package PRISMA2020 reads.

    Empty cells are `NA`, as R writes them. Lists are `name, n; name, n`: the package splits them at semicolons and commas, so
    a name's own become slashes; it puts texts between straight quotes, so a name's own become curly. Boxes without
    a list behind them link to the page as a whole.
    """
    words = dict(zip(("new_studies", "new_reports"), INCLUDED_WORDS[view.is_update], strict=True))
    rows = []
    for data, node, box, usual in PACKAGE_ROWS:
        n: Any = view.counts.get(data, 0)
        if data in BY_REASON:
            n = _listed({labels.get(reason, reason) or "No reason given": size for reason, size in n.items()})
        elif data.endswith("_specific_results"):
            n = _listed(view.sources.get(data.replace("_specific", ""), {}))
        text = words.get(data, usual if view.is_update else usual.replace("of new studies", "of studies"))
        where = "other" if data.startswith("other_") else "databases and registers"
        tip = f"{text} ({where})" if data.startswith(("other_", "dbr_", "records_")) else text
        url = f"flow.html#{data}" if data in view.counts else "flow.html"
        rows.append((data or "NA", node or "NA", box, tip, text, tip, url, n))
    return pd.DataFrame(
        rows, columns=["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"], dtype=object
    )


def _listed(sizes: Mapping[str, int]) -> str:
    return "; ".join(f"{name.translate(HARMLESS)}, {n}" for name, n in sizes.items()) or "0"
