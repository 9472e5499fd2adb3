"""The check that travels in each row of a work list, so that no decision is credited to a wrong record.

A check reads `list:position/total:digest`. The digest is taken over the id and the title of the row, so an edited
or copied id, an exchanged title and a column that was sorted alone no longer fit; list and total show a row
that was deleted. Of the title only ASCII letters and digits count, for a spreadsheet program may save it in an
encoding that cannot hold all of its characters.

A sheet that was no work list, or lost its checks, is compared with the works themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256

import pandas as pd
from rapidfuzz import fuzz

from evergreen.errors import InputError
from evergreen.records.former_ids import check_renamed, meant
from evergreen.records.normalise import searchable

SAME_TITLE = 85  # rapidfuzz ratio above which two titles are spellings of one
CHECK = re.compile(r"([0-9a-f]{6}):(\d+)/(\d+):([0-9a-f]{8})")


def _digest(record: str, title: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", title.casefold())
    return sha256(f"{record}\n{plain}".encode()).hexdigest()[:8]


def checks(record_ids: Sequence[str], titles: Sequence[str]) -> list[str]:
    """The checks of a work list's rows, in their order."""
    name, total = sha256("\n".join(record_ids).encode()).hexdigest()[:6], len(record_ids)
    return [
        f"{name}:{position}/{total}:{_digest(record, title)}"
        for position, (record, title) in enumerate(zip(record_ids, titles, strict=True), start=1)
    ]


def check_rows(sheet: pd.DataFrame) -> list[InputError]:
    """What no longer fits in a sheet that was a work list; nothing to say on a sheet without checks."""
    if "check" not in sheet or sheet["check"].eq("").all():
        return []
    errors: list[InputError] = []
    seen: dict[tuple[str, int], set[int]] = {}
    titles = sheet["title"] if "title" in sheet else pd.Series("", index=sheet.index)
    for check, record, title, file, row in zip(
        sheet["check"], sheet["record_id"], titles, sheet["_file"], sheet["_row"], strict=True
    ):
        place = {"file": file, "row": int(row)}
        match = CHECK.fullmatch(check)
        if not match:
            errors.append(
                InputError(
                    f"the row of {record or 'no record'} was not in the work list (its hidden check is {'missing' if not check else 'damaged'})",
                    **place,
                    column="check",
                    todo="Remove the row, or copy a whole row from the work list.",
                )
            )
            continue
        if match[4] != _digest(record, title):
            errors.append(
                InputError(
                    f"id and title are no longer those of the work list (id {record or 'empty'})",
                    **place,
                    column="record_id",
                    todo="Restore id and title from the work list; sort whole rows, not single columns.",
                )
            )
        seen.setdefault((match[1], int(match[3])), set()).add(int(match[2]))
    for (_, total), positions in seen.items():
        gone = [str(position) for position in range(1, total + 1) if position not in positions]
        if gone:
            named = ", ".join(gone[:5]) + (", ..." if len(gone) > 5 else "")
            errors.append(
                InputError(
                    f"{len(gone)} of the work list's {total} rows are gone (number {named})",
                    file=str(sheet["_file"].iloc[0]),
                    column="check",
                    todo="Put them back; leave the decision empty where there is none.",
                )
            )
    return errors


def check_against_works(
    sheet: pd.DataFrame, works: pd.DataFrame, clusters: Mapping[str, str]
) -> list[InputError]:
    """Decided rows of `sheet` that name a record by an id that was altered on the way, or beside another work's title.

    `clusters`: record_id, past or present, to work_id. An id that nothing has and that is not spelt like one of ours is no fault: its record may be gone,
    and the decision is an orphan then.
    """
    decided = sheet[sheet["decision"].ne("")]
    if renamed := check_renamed(
        decided["record_id"], clusters, file=decided["_file"].iloc[0] if len(decided) else ""
    ):
        return renamed
    like = meant(decided["record_id"], clusters)
    titles = dict(zip(works["work_id"], map(searchable, works["title"].fillna("")), strict=True))
    owners: dict[str, set[str]] = defaultdict(set)
    for work, title in titles.items():
        owners[title].add(work)
    errors = []
    given = decided["title"] if "title" in decided else pd.Series("", index=decided.index)
    for record, title, file, row in zip(
        decided["record_id"], map(searchable, given), decided["_file"], decided["_row"], strict=True
    ):
        place = {"file": file, "row": int(row), "column": "record_id"}
        work = clusters.get(record)
        if record in like:
            errors.append(
                InputError(
                    f"no record has the id {record!r}, which looks like {' or '.join(like[record])}",
                    **place,
                    todo="Write the id as the work list shows it.",
                )
            )
        elif work is None and ":" not in record:
            errors.append(
                InputError(
                    f"{record!r} is no id of a record",
                    **place,
                    todo="Write the id as the work list shows it, such as pubmed:18438830.",
                )
            )
        elif (
            work is not None
            and title
            and owners.get(title, {work}).isdisjoint({work})
            and fuzz.ratio(title, titles.get(work, title)) < SAME_TITLE
        ):
            errors.append(
                InputError(
                    f"the title is that of {min(owners[title])}, the id is {record}",
                    **place,
                    todo="Restore id and title; sort whole rows, not single columns.",
                )
            )
    return errors
