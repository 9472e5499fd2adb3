"""Which of our records another tool's decision is about, and how it joins the reviewer's sheet.

Nothing is guessed: a decision whose reference fits no work, or several, is listed with why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from evergreen.records.normalise import canonical_doi, canonical_pmid, searchable
from evergreen.screening.exchange.foreign_votes import ForeignVote
from evergreen.screening.votes import outdated
from evergreen.sheets.labels import Choices

SAME_TITLE = 85  # rapidfuzz ratio above which a title says that an id or DOI was not exchanged
UNMATCHED_COLUMNS = ["file", "row", "reviewer", "decision", "title", "year", "doi", "why"]


@dataclass(frozen=True)
class Matched:
    """`rows`: reviewer to rows of a screening sheet; `unmatched`: what could not be used, with why."""

    rows: dict[str, pd.DataFrame]
    unmatched: pd.DataFrame


def match(
    votes: Iterable[ForeignVote],
    works: pd.DataFrame,
    clusters: Mapping[str, str],
    *,
    people: Mapping[str, str],
    reasons: Mapping[str, str] | Mapping[str, Sequence[str]],
    synonyms: Mapping[str, str] | None = None,
) -> Matched:
    """Match votes to works and put them into our words.

    `people`: the tool's name of a person ("" where it names nobody) to our reviewer; `reasons`: key to label (or to all its names), in
    order; `synonyms`: the tool's reason to our key. A reference is found by our own id, else DOI, else PMID, else title and
    year; works that share a DOI or PMID are told apart by the other marks. Of several reasons the first of the protocol is taken; reasons we do not have go into the note.
    """
    index = _Index(works, clusters)
    keys = {searchable(name): key for key, names in Choices(reasons).labels.items() for name in names}
    keys |= {searchable(key): key for key in reasons}
    keys |= {searchable(theirs): key for theirs, key in (synonyms or {}).items()}
    rows: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    unmatched = []
    shared: dict[tuple[str, str], str] = {}  # notes beside reasons that all share
    for vote in votes:
        reviewer = people.get(vote.who)
        work, why = index.find(vote)
        if reviewer is None:
            # Whom the tool means may be an e-mail address; it is not written anywhere.
            whose = (
                f"which reviewer {vote.who!r} is" if vote.who and "@" not in vote.who else "whose vote it is"
            )
            why = f"no --person says {whose}"
        if reviewer is not None and work:
            row = _row(work, vote, keys, list(reasons))
            first = rows[reviewer].setdefault(work, row)
            if first is row and vote.shared:
                shared[reviewer, work] = vote.note
            if first["decision"] == row["decision"]:
                first["decided_on"] = row["decided_on"] = max(first["decided_on"], row["decided_on"])
            if (first["decision"], first["reason"]) == (row["decision"], row["reason"]):
                continue
            if first["decision"] == row["decision"] and not (first["reason"] and row["reason"]):
                first["reason"] = first["reason"] or row["reason"]
                continue
            if first["decision"] == row["decision"] and (reviewer, work) in shared and not vote.shared:
                # What a person said stands above what several are said to have.
                note = "; ".join(filter(None, [shared.pop((reviewer, work)), row["note"]]))
                rows[reviewer][work] = {**row, "note": note}
                continue
            why = f"another row says {first['decision']}" + (
                f" ({first['reason']})" if first["reason"] else ""
            )
        unmatched.append(
            (vote.file, vote.row, reviewer or "", vote.decision, vote.title, vote.year, vote.doi, why)
        )
    return Matched(
        {name: pd.DataFrame(list(said.values())) for name, said in rows.items()},
        pd.DataFrame(unmatched, columns=UNMATCHED_COLUMNS),
    )


@dataclass(frozen=True)
class Joined:
    """A reviewer's sheet with the decisions that were brought to it.

    `added` and `completed` (a reason, or a later day, of the same decision) count rows; `reversed` are [id, what the sheet says, what is
    brought] of the decisions that would become others.
    """

    sheet: pd.DataFrame
    added: int
    completed: int
    reversed: list[tuple[str, str, str]]


def joined(
    own: pd.DataFrame, new: pd.DataFrame, clusters: Mapping[str, str], again: Mapping[str, str] | None = None
) -> Joined:
    """The rows of `new` in a reviewer's own sheet.

    A decision on a work that the sheet has rows for (`clusters`: record_id to work_id) replaces decision, reason, note and
    day in all of them, or where `new` speaks of several records of the work, in those of the record; rows that the new table does not mention stay as they are, and an empty cell deletes nothing but the reason and day of another
    decision. `again` is {reason: day} of exclusions that are to be seen again (`votes.count`): one of these decides nothing and may become
    another.
    """
    sheet = own.copy()
    works = [clusters.get(record, record) for record in new["record_id"]]
    several = Counter(work for work, decision in zip(works, new["decision"], strict=True) if decision)
    added: list[dict[Hashable, Any]] = []
    filled, completed, others = 0, 0, []
    of_works, of_records = _places(own, clusters), _places(own, {})
    for work, row in zip(works, new.to_dict("records"), strict=True):
        if not row["decision"]:
            continue
        record = row["record_id"]
        own_rows = of_records.get(record, []) if several[work] > 1 else of_works.get(work, [])
        if not own_rows:
            added.append(row)
            continue
        done = set()
        for at in own_rows:
            decision, reason, day = (sheet[name].iloc[at] for name in ("decision", "reason", "decided_on"))
            same = row["decision"] == decision and (not reason or row["reason"] in ("", reason))
            if same and row["reason"] in ("", reason) and row["decided_on"] <= day:
                continue  # as it was
            before = {"decision": decision, "reason": reason, "decided_on": day}
            if not decision or outdated(before, again or {}):
                done.add("filled")
            elif same:
                done.add("completed")
            else:
                done.add(_said(decision, reason))
            for name, value in row.items():
                # Another decision has a reason and a day of its own; what a person remarked stays.
                if name != "record_id" and (value or (not same and name != "note")):
                    sheet.iloc[at, list(sheet).index(name)] = value
        if reversed_ := sorted(done - {"filled", "completed"}):
            others.append((record, " and ".join(reversed_), _said(row["decision"], row["reason"])))
        filled += not reversed_ and "filled" in done
        completed += done == {"completed"}
    result = pd.concat([sheet, pd.DataFrame(added, columns=list(new))], ignore_index=True).fillna("")
    return Joined(result, len(added) + filled, completed, others)


def _places(own: pd.DataFrame, clusters: Mapping[str, str]) -> dict[str, list[int]]:
    """The rows of a sheet by work, or without `clusters` by record: those that decide, or where none does the last."""
    found: dict[str, list[int]] = defaultdict(list)
    empty: dict[str, list[int]] = {}
    for at, (record, decision) in enumerate(zip(own["record_id"], own["decision"], strict=True)):
        work = clusters.get(record, record)
        if decision:
            found[work].append(at)
        else:
            empty[work] = [at]
    return {**empty, **found}


def _said(decision: str, reason: str) -> str:
    return f"{decision} ({reason})" if reason else decision


class _Index:
    """Works by our ids, DOI, PMID and title."""

    def __init__(self, works: pd.DataFrame, clusters: Mapping[str, str]) -> None:
        self.clusters = clusters
        self.titles = dict(zip(works["work_id"], map(searchable, works["title"].fillna("")), strict=True))
        self.years = dict(zip(works["work_id"], works["year"].astype("string").fillna(""), strict=True))
        self.by: dict[str, dict[str, set[str]]] = {
            "DOI": defaultdict(set),
            "PMID": defaultdict(set),
            "title": defaultdict(set),
        }
        for work, doi, pmid in zip(works["work_id"], works["doi"], works["pmid"], strict=True):
            self.by["DOI"][canonical_doi(str(doi))].add(work)
            self.by["PMID"][canonical_pmid(str(pmid))].add(work)
            self.by["title"][self.titles[work]].add(work)
        for known in self.by.values():
            known.pop("", None)

    def find(self, vote: ForeignVote) -> tuple[str, str]:
        """(work_id, "") or ("", why not)."""
        title = searchable(vote.title)
        if vote.record_id in self.clusters:
            return self._if_title_fits(self.clusters[vote.record_id], title, "id")
        for name, value in (
            ("DOI", canonical_doi(vote.doi)),
            ("PMID", canonical_pmid(vote.pmid)),
            ("title", title),
        ):
            found = self.by[name].get(value, set()) if value else set()
            if name == "title" and vote.year:
                found = {work for work in found if self.years[work] in ("", vote.year)}
            elif len(found) > 1:
                found = self._told_apart(found, vote, title) or found
            if len(found) == 1:
                return self._if_title_fits(next(iter(found)), title, name)
            if found:
                return "", f"{len(found)} works have this {name}: {', '.join(sorted(found))}"
        return "", "no work has this id, DOI, PMID, or title and year"

    def _told_apart(self, works: set[str], vote: ForeignVote, title: str) -> set[str]:
        """Those of works under one number, as the abstracts of a supplement are, that have the PMID, else the title and year, of the reference."""
        pmid = canonical_pmid(vote.pmid)
        found = works & self.by["PMID"].get(pmid, set()) if pmid else set()
        titled = {work for work in works if title and self.titles[work] == title}
        return found or {work for work in titled if vote.year and self.years[work] == vote.year} or titled

    def _if_title_fits(self, work: str, title: str, by: str) -> tuple[str, str]:
        if (
            title
            and self.titles[work]
            and fuzz.ratio(title, self.titles[work]) < SAME_TITLE
            and not title.startswith(self.titles[work])
        ):
            return "", f"the {by} is that of {work}, the title is another"
        return work, ""


def _row(work: str, vote: ForeignVote, keys: Mapping[str, str], order: Sequence[str]) -> dict[str, str]:
    said: Sequence[str] = vote.reasons
    if vote.shared:
        said = _rejoined(vote.reasons, keys)
    elif vote.groups:
        said = [_without_group(reason, vote.groups, keys) for reason in vote.reasons]
    known = sorted(
        {keys[searchable(reason)] for reason in said if searchable(reason) in keys}, key=order.index
    )
    others = [reason for reason in said if searchable(reason) not in keys]
    notes = [
        vote.note,
        *(f"reason given: {reason}" for reason in others),
        *(f"also: {key}" for key in known[1:]),
    ]
    return {
        "record_id": work, "decision": vote.decision, "reason": known[0] if known else "", "note": "; ".join(filter(None, notes)),
        "decided_on": vote.decided_on,
    }  # fmt: skip


def _rejoined(pieces: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """Reasons out of a list between commas: what together is a known reason, which has commas itself, is one, the longest first."""
    reasons, at = [], 0
    while at < len(pieces):
        ends = range(len(pieces), at, -1)
        end = next((end for end in ends if searchable(", ".join(pieces[at:end])) in known), at + 1)
        reasons.append(", ".join(pieces[at:end]))
        at = end
    return reasons


def _without_group(name: str, groups: Collection[str], known: Mapping[str, str]) -> str:
    """The reason in `<group>_<reason>`: the longest that is known, else what stands behind the first word."""
    words = name.split("_")
    parted = [("_".join(words[:at]), "_".join(words[at:])) for at in range(1, len(words))]
    reasons = [reason for group, reason in parted if group in groups]
    return next(
        (reason for reason in reasons if searchable(reason) in known), reasons[0] if reasons else name
    )
