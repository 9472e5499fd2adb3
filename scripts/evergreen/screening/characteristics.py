"""Studies that a review names without including them: excluded at full text, ongoing, awaiting classification.

These are the tables that Cochrane reviews print (Handbook, section III.3.4): one row per study, not per report, and no
report of an included study among the excluded ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from evergreen.screening.study_labels import label_of
from evergreen.screening.study_names import Named, first_reports

DESCRIPTION = ("title", "authors", "year", "journal", "registry_ids", "doi", "pmid", "url")
COLUMNS = ["study", "reason", *DESCRIPTION, "note", "round", "work_ids"]
STATES = ("exclude", "ongoing", "awaiting")


def characteristics(
    works: pd.DataFrame,
    full_text: pd.DataFrame,
    votes: pd.DataFrame,
    studies: pd.DataFrame,
    reasons: Mapping[str, str],
) -> dict[str, pd.DataFrame]:
    """{`exclude`, `ongoing`, `awaiting`: table with `COLUMNS`}, studies in the order of `works`.

    `full_text`: decisions of that stage; `votes`: its votes, for their notes; `studies`: `studies.list_studies`; `reasons`: key to
    label, in order of priority. A report without a study is named as a study of its own
    would be (`study_names`). Of a study's reasons the first of the protocol is given, in words; several reports are joined by `; `.
    """
    columns = ["work_id", "round", *DESCRIPTION]
    details = works.reindex(columns=columns).astype("string").fillna("").set_index("work_id")
    included = set(studies.loc[studies["status"].eq("included"), "study"])
    named: dict[str, list[str]] = defaultdict(list)
    for study, ids in zip(studies["study"], studies["work_ids"], strict=True):
        for work in ids.split("; "):
            named[work].append(study)
    notes = votes[votes["note"].ne("")].groupby("work_id")["note"].agg(lambda said: list(dict.fromkeys(said)))
    alone = [
        work
        for work, decision in zip(full_text["work_id"], full_text["decision"], strict=True)
        if decision in STATES and work not in named
    ]
    own_words = details.loc[alone].to_dict("index")
    first = first_reports(
        Named(work, True, [(own_words[work]["authors"], own_words[work]["year"])]) for work in alone
    )
    rows: dict[str, dict[str, list[tuple[str, str]]]] = {state: defaultdict(list) for state in STATES}
    for work, decision, reason in zip(
        full_text["work_id"], full_text["decision"], full_text["reason"], strict=True
    ):
        own = named.get(work) or [label_of(work, first[work].called) if work in first else work]
        if decision in rows and not set(own) & included:
            for study in own:
                rows[decision][study].append((work, reason))
    order = list(reasons)
    tables = {}
    for state, found in rows.items():
        table = []
        for study, reports in found.items():
            ids = [work for work, _ in reports]
            given = sorted({reason for _, reason in reports if reason}, key=order.index)
            texts = {name: _joined(details.loc[ids, name]) for name in DESCRIPTION}
            said = "; ".join(note for work in ids for note in notes.get(work, []))
            round_ = min(details.loc[ids, "round"])
            table.append(
                {
                    "study": study,
                    "reason": reasons[given[0]] if given else "",
                    **texts,
                    "note": said,
                    "round": round_,
                    "work_ids": "; ".join(ids),
                }
            )
        tables[state] = pd.DataFrame(table, columns=COLUMNS)
    return tables


def _joined(column: pd.Series) -> str:
    return "; ".join(dict.fromkeys(text for text in column if text))
