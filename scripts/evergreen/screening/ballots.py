"""One reviewer's decisions at one stage, as read from the sheet: all of them, or none when anything is wrong."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.errors import InputError, refuse
from evergreen.screening.rowcheck import check_rows
from evergreen.screening.stages import DECISIONS, FULL_TEXT
from evergreen.sheets import folded
from evergreen.sheets.labels import Choices

Words = Mapping[str, str] | Mapping[str, Sequence[str]] | Sequence[str]
COLUMNS = ["record_id", "decision", "reason", "note", "decided_on", "adjudicator", "_file", "_row"]


def ballots(sheet: pd.DataFrame, *, stage: str, reasons: Words) -> pd.DataFrame:
    """The filled rows of `sheet` (as `sheets.read_sheet` gives it), each record once.

    Rows without a decision are work still to do and say nothing; a record that stands there twice with the same
    decision and reason counts once. `reasons` are the protocol's, key to label (or to all that a sheet may say, or keys alone); a sheet may give any, and the
    key is returned. Raises InputError(s) naming
    file, row and column: decisions the stage does not know, an exclusion at full text without a reason, a
    reason the protocol does not list or that stands beside something else than an exclusion, a record
    with two different decisions, a row that is not what the work list held.
    """
    errors = check_rows(sheet)
    known, decisions = Choices(reasons), Choices(DECISIONS[stage])
    rows = sheet.assign(adjudicator=sheet.get("adjudicator", ""))
    kept: dict[str, dict[Hashable, Any]] = {}
    unknown: dict[str, list[dict[Hashable, Any]]] = {}
    for row in rows.to_dict("records"):
        place = {"file": row["_file"], "row": int(row["_row"])}
        record, reason = row["record_id"], row["reason"]
        decision = decisions.read(row["decision"]) or row["decision"]
        if not decision:
            if reason:
                errors.append(
                    InputError(
                        f"{record or 'the row'} has a reason but no decision",
                        **place,
                        column="decision",
                        todo="Fill in the decision, or remove the reason.",
                    )
                )
            continue
        if not record:
            errors.append(
                InputError(
                    "there is a decision but no record_id",
                    **place,
                    column="record_id",
                    todo="Restore the id from the work list.",
                )
            )
            continue
        if decision not in DECISIONS[stage]:
            errors.append(
                InputError(
                    f"{decision!r} is no decision of this stage ({stage})",
                    **place,
                    column="decision",
                    todo=f"Allowed: {', '.join(DECISIONS[stage])}.",
                )
            )
            continue
        if reason and decision != "exclude":
            errors.append(
                InputError(
                    f"{record} has the reason {reason!r} but is not excluded",
                    **place,
                    column="reason",
                    todo="Remove the reason, or change the decision.",
                )
            )
        elif reason and known.read(reason) is None:
            unknown.setdefault(folded(reason), []).append(row)
        elif not reason and decision == "exclude" and stage == FULL_TEXT:
            errors.append(
                InputError(
                    f"{record} is excluded at full text without a reason",
                    **place,
                    column="reason",
                    todo=f"Give one of: {str(known) or '(list them in screening.reasons)'}.",
                )
            )
        row = {**row, "decision": decision, "reason": known.read(reason) or reason}
        first = kept.setdefault(record, row)
        if (first["decision"], first["reason"]) != (row["decision"], row["reason"]):
            errors.append(
                InputError(
                    f"{record} stands here as {decision!r} and in row {first['_row']} as {first['decision']!r}"
                    + ("" if first["decision"] != decision else " with another reason"),
                    **place,
                    column="decision",
                    todo="Keep one of the rows.",
                )
            )
    # A reason that was renamed stands in many rows: one sentence for all of them.
    for first, *others in unknown.values():
        more = f", here and in {len(others)} more rows" if others else ""
        errors.append(
            InputError(
                f"{first['reason']!r} is not one of the protocol's reasons{more}",
                file=first["_file"], row=int(first["_row"]), column="reason",
                todo=f"Allowed: {str(known) or 'none (screening.reasons is empty)'}."
                " If it was renamed, say under `screening.formerly` what it was called.",
            )
        )  # fmt: skip
    refuse(errors)
    return pd.DataFrame(list(kept.values()), columns=COLUMNS)
