"""From reports to studies: which studies are included, pending or excluded, and since which round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from evergreen.counting import listed
from evergreen.deduplication.entries import are_entries
from evergreen.errors import InputError, refuse
from evergreen.screening.study_names import Named, first_reports
from evergreen.sheets import folded
from evergreen.sheets.labels import spelling_of
from evergreen.tables import grouped

STUDY_COLUMNS = ["study", "status", "round", "work_ids", "record_ids", "how", "report_name", "report_year"]
ORPHAN_COLUMNS = ["record_id", "study", "file", "row", "why"]
# A report that could not be classified yet, or whose trial still runs, keeps its study open.
OPEN = ("", "awaiting", "ongoing")


@dataclass(frozen=True)
class Studies:
    """`studies`: one row per study; `orphans`: assignments of records that are not there."""

    studies: pd.DataFrame
    orphans: pd.DataFrame


def of_included(rows: pd.DataFrame, studies: pd.DataFrame) -> pd.DataFrame:
    """The `rows` on studies that the review includes, of what sheets hold on others too; `studies` as `list_studies` gives them."""
    included = set(map(folded, studies.loc[studies["status"].eq("included"), "study"]))
    return rows[rows["study"].map(folded).isin(included)]


def list_studies(
    works: pd.DataFrame,
    clusters: Mapping[str, str],
    title_abstract: pd.DataFrame,
    full_text: pd.DataFrame,
    assigned: pd.DataFrame,
) -> Studies:
    """Studies of the review, by id.

    `clusters`: record_id to work_id; `title_abstract` and `full_text`: the stages' decisions; `assigned`: the sheet
    `studies.csv` (`record_id, study`; a report may belong to several studies), a study named as most of its rows name it. An included report that no row assigns is a
    study of its own, named by its work_id, or of the study to which the sheet gives that name. A study is included when one of its reports is, else pending when one is
    still open, else excluded; its round is the earliest one of its included reports. `report_name` is what it is called by its first
    report (of the included ones if there are any, and but for entries of registers where there is another), `report_year` the year of that.
    Raises InputError where two such studies would have names that no sheet tells apart.
    """
    members: dict[str, dict[str, None]] = defaultdict(dict)
    spelt = spelling_of(assigned["study"])
    orphans = []
    for row in assigned.to_dict("records"):
        work = clusters.get(row["record_id"])
        if work is None:
            orphans.append(
                (row["record_id"], row["study"], row["_file"], row["_row"], "no record has this id")
            )
        else:
            members[spelt[folded(row["study"])]][work] = None
    standing = {**_decisions(title_abstract, final=False), **_decisions(full_text, final=True)}
    with_study = {work for reports in members.values() for work in reports}
    alone = [work for work in works["work_id"] if standing.get(work) == "include" and work not in with_study]
    _refuse_alike(alone)
    for work in alone:
        members[spelt.get(folded(work), work)][work] = None
    order = {work: position for position, work in enumerate(works["work_id"])}
    rounds = dict(zip(works["work_id"], works["round"], strict=True))
    records = dict(zip(works["work_id"], works["record_ids"], strict=True))
    said, entries = _authors_and_years(works), _entries_of_registers(works)
    named = []
    rows = []
    for study in sorted(members):
        reports = sorted(members[study], key=lambda work: order[work])
        included = [work for work in reports if standing.get(work) == "include"]
        open_ = any(standing.get(work) in OPEN for work in reports)
        status = "included" if included else "pending" if open_ else "excluded"
        since = min((rounds[work] for work in included), default="")
        own = study in order and folded(study) not in spelt
        naming = included or reports
        published = [work for work in naming if work not in entries]
        named.append(Named(study, own, [said[work] for work in published or naming]))
        rows.append(
            (
                study,
                status,
                since,
                "; ".join(reports),
                "; ".join(records[work] for work in reports),
                "own" if own else "assigned",
            )
        )
    called = first_reports(named)
    listed = [(*row, called[row[0]].called, called[row[0]].year) for row in rows]
    return Studies(pd.DataFrame(listed, columns=STUDY_COLUMNS), pd.DataFrame(orphans, columns=ORPHAN_COLUMNS))


def _refuse_alike(works: list[str]) -> None:
    """Studies are joined by name: of works whose ids are one name, what is extracted of one would be the other's."""
    refuse(
        [
            InputError(
                f"{listed(ids)} are included, and no sheet could tell them apart by these names",
                file="config/studies.csv",
                todo="Give each a study there, called by another name.",
            )
            for ids in grouped(works, folded).values()
            if len(ids) > 1
        ]
    )


def _authors_and_years(works: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """(authors, year) of each work, "" where it does not say."""
    blank = [""] * len(works)
    authors = works["authors"].fillna("") if "authors" in works else blank
    years = ["" if pd.isna(year) else str(int(year)) for year in works["year"]] if "year" in works else blank
    return dict(zip(works["work_id"], zip(authors, years, strict=True), strict=True))


def _entries_of_registers(works: pd.DataFrame) -> set[str]:
    """Works that are entries of trial registers: they are older than what is published of their study, and name no author."""
    columns = ["url", "publication_types", "journal", "doi", "volume", "pages"]
    told = works.reindex(columns=columns).astype("string").fillna("").assign(record_id=works["work_id"])
    types, journals, dois = (
        pa.array(told[name].str.lower(), pa.large_string())
        for name in ("publication_types", "journal", "doi")
    )
    placeless = (told["doi"] + told["volume"] + told["pages"]).eq("").to_numpy(dtype=bool)
    return set(works.loc[are_entries(told, types, journals, dois, placeless), "work_id"])


def _decisions(table: pd.DataFrame, *, final: bool) -> dict[str, str]:
    """Work to decision; a work that only passed title and abstract is open until full text says more."""
    open_here = set() if final else {"include"}
    return {
        work: "" if decision in open_here else decision
        for work, decision in zip(table["work_id"], table["decision"], strict=True)
    }
