"""What a person is asked about, and what is related but not a duplicate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evergreen.deduplication.decision import MERGED, VETOED
from evergreen.deduplication.features import KINDS
from evergreen.deduplication.verdicts import Verdicts

BORDERLINE = (
    "record_a", "record_b", "same", "decided_by", "note", "score", "reason", "title_similarity", "authors", "journal",
    "years_apart", "volume", "page", "doi", "pmid", "work_a", "work_b", "title_a", "title_b", "authors_a", "authors_b",
    "source_a", "source_b",
)  # fmt: skip
_MUTUAL = {"cross_registration_of"}
"""Relations that hold both ways; one direction is written."""
LINKS = ("work_id", "relation", "related_work_id", "record_id", "related_record_id", "how")

SHARE = 0.01
"""Rows of the borderline sheet for each record: what a person can be asked. Pairs that only a veto keeps apart are always asked."""
AT_LEAST = 10

_STATED = {
    "ErratumFor": "erratum_of",
    "CorrectedandRepublishedFrom": "version_of",
    "RetractionOf": "retraction_of",
    "ExpressionOfConcernFor": "comment_on",
    "CommentOn": "comment_on",
    "UpdateOf": "version_of",
    "PartialRetractionOf": "retraction_of",
    "RepublishedFrom": "version_of",
    "SummaryForPatientsIn": "",
}
"""PubMed's relations that name what the record refers to; the inverse ones (`ErratumIn`) are in `_INVERSE`."""
_INVERSE = {
    "ErratumIn": "erratum_of",
    "CorrectedandRepublishedIn": "version_of",
    "RetractionIn": "retraction_of",
    "ExpressionOfConcernIn": "comment_on",
    "CommentIn": "comment_on",
    "UpdateIn": "version_of",
    "PartialRetractionIn": "retraction_of",
    "RepublishedIn": "version_of",
}


def borderline(
    pairs: pd.DataFrame, state: pd.DataFrame, records: pd.DataFrame, verdicts: Verdicts
) -> tuple[pd.DataFrame, int]:
    """The sheet for a person, best first, one row per pair of works, and how many further pairs it leaves out.

    It has the columns of the sheet `deduplication`, so that a row can be copied there with `yes` or `no` in `same`.
    """
    table = _of_works(pairs[pairs["outcome"].eq("borderline")], state).astype({"score": "int64"})
    decided = {frozenset(pair) for pair in verdicts.different}
    asked = [
        frozenset(pair) not in decided for pair in zip(table["record_a"], table["record_b"], strict=True)
    ]
    table = table[pd.Series(asked, index=table.index, dtype=bool)]
    likely = table["score"] - VETOED * table["reason"].str.contains("against it", regex=False)
    table = table.assign(likely=likely).sort_values(
        ["likely", "title_similarity", "record_a", "record_b"], ascending=[False, False, True, True]
    )
    works = [frozenset(pair) for pair in zip(table["work_a"], table["work_b"], strict=True)]
    table = table[~pd.Series(works, index=table.index, dtype=object).duplicated()]
    limit = max(AT_LEAST, int(len(state) * SHARE))
    # where only a veto stands against points enough, nobody but a person can tell
    shown = table[(np.arange(len(table)) < limit) | table["score"].ge(MERGED)]
    for side in ("a", "b"):
        known = records.set_index("record_id").loc[
            shown[f"record_{side}"].to_numpy(), ["title", "authors", "source"]
        ]
        shown = shown.assign(**{f"{name}_{side}": known[name].to_numpy() for name in known})
    return shown.assign(same="", decided_by="", note="")[list(BORDERLINE)].reset_index(drop=True), len(
        table
    ) - len(shown)


def links(pairs: pd.DataFrame, state: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Works that are related and no duplicates: `work_id` is the `relation` (erratum_of, ...) of `related_work_id`.

    `how`: `stated` by PubMed, by the same `registry id`, or the agreement of the two records in words.
    """
    found = pairs[pairs["outcome"].eq("link")].rename(
        columns={"record_a": "record_id", "record_b": "related_record_id"}
    )
    every = pd.concat(
        [_stated(records), _registered(state), found.assign(how=found["reason"])[_RECORDS]], ignore_index=True
    )
    work_of = pd.Series(state["work_id"].to_numpy(), index=state["record_id"])
    every["work_id"] = every["record_id"].map(work_of)
    every["related_work_id"] = every["related_record_id"].map(work_of)
    every = every[every["work_id"].ne(every["related_work_id"])]
    turned = every["relation"].isin(_MUTUAL) & (every["work_id"] > every["related_work_id"])
    there, back = (
        ["work_id", "related_work_id", "record_id", "related_record_id"],
        ["related_work_id", "work_id", "related_record_id", "record_id"],
    )
    every.loc[turned, there] = every.loc[turned, back].to_numpy()
    every = every.drop_duplicates(["work_id", "relation", "related_work_id"])
    return every.sort_values(["work_id", "relation", "related_work_id"], ignore_index=True)[list(LINKS)]


_RECORDS = ["record_id", "relation", "related_record_id", "how"]


def _of_works(pairs: pd.DataFrame, state: pd.DataFrame) -> pd.DataFrame:
    """Pairs with the works their records are in now, without those of one work."""
    work_of = pd.Series(state["work_id"].to_numpy(), index=state["record_id"])
    table = pairs.assign(work_a=pairs["record_a"].map(work_of), work_b=pairs["record_b"].map(work_of))
    return table[table["work_a"].ne(table["work_b"])]


def _stated(records: pd.DataFrame) -> pd.DataFrame:
    """Relations that PubMed states, of records that are both there."""
    stated = records.loc[records["related"].ne(""), ["record_id", "related"]]
    parts = stated.assign(related=stated["related"].str.split("; ")).explode("related")
    named = parts["related"].astype("str").str.extract(r"^(?P<type>\w+) (?P<pmid>\d+)$")
    parts = parts.assign(type=named["type"], pmid=named["pmid"]).dropna(subset=["type", "pmid"])
    with_pmid = records.loc[records["pmid"].ne(""), ["pmid", "record_id"]].rename(
        columns={"record_id": "other"}
    )
    pairs = parts.merge(with_pmid, on="pmid")
    # A relation is put beside the pairs before they are chosen: pandas makes rows of it where none was chosen.
    forward, backward = (
        pairs.assign(relation=pairs["type"].map(words).fillna("")) for words in (_STATED, _INVERSE)
    )
    both = pd.concat(
        [
            forward.rename(columns={"other": "related_record_id"}),
            backward.rename(columns={"record_id": "related_record_id", "other": "record_id"}),
        ]
    )
    return both[both["relation"].ne("")].assign(how="stated")[_RECORDS]


def _registered(state: pd.DataFrame) -> pd.DataFrame:
    """Registry entries and the reports that name their number, or one of those that the entry names besides; entries that name one number."""
    named = state["registry"].where(state["secondary"].eq(""), state["registry"] + "; " + state["secondary"])
    numbered = state.assign(number=named).loc[named.ne(""), ["record_id", "number", "registry", "kind"]]
    numbers = numbered.assign(number=numbered["number"].str.split("; ")).explode("number")
    entry = numbers["kind"].eq(KINDS.index("registry"))
    reports = numbers[entry].merge(numbers[~entry], on="number", suffixes=("", "_other"))
    others = numbers[entry].merge(numbers[entry], on="number", suffixes=("", "_other"))
    others = others[others["registry"].ne(others["registry_other"])]
    return (
        pd.concat(
            [reports.assign(relation="registry_entry_of"), others.assign(relation="cross_registration_of")]
        )
        .assign(how="same registry id")
        .rename(columns={"record_id_other": "related_record_id"})[_RECORDS]
    )
