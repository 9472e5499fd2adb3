"""Bring the decisions made in another tool, or in a filled work list, into a reviewer's sheet.

Run by a person, never by a rule: it writes to config/screening/. Either everything that was matched is written or nothing; what
could not be matched is listed. An empty decision never deletes one, and running it twice changes nothing: what brings nothing writes no file. What would turn a decision
into another one is listed and refused, unless --overwrite says that the new one holds.

  evergreen import-decisions title_abstract rayyan articles.csv customizations_log.csv --person Ann=AB --person ann@example.org=AB
  evergreen import-decisions title_abstract asreview project.asreview --person AB
  evergreen import-decisions full_text covidence excluded.csv --decision exclude --person AB --reason "Wrong study design=not_randomised"
  evergreen import-decisions title_abstract ris included.ris --decision include --person AB
  evergreen import-decisions title_abstract worklist worklist-AB.xlsx --person AB
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from evergreen import sheets, spreadsheets, tables
from evergreen.command import parser, run
from evergreen.errors import InputError, refuse
from evergreen.protocol.loading import load
from evergreen.protocol.part import ADJUDICATION
from evergreen.protocol.people import own_stem
from evergreen.protocol.screening import reconsidered, renamed
from evergreen.protocol.whole import Protocol
from evergreen.records.former_ids import by_any_id
from evergreen.screening.ballots import ballots
from evergreen.screening.exchange import asreview, covidence, rayyan, ris_lists
from evergreen.screening.exchange.foreign_votes import ForeignVote
from evergreen.screening.exchange.matching import Joined, joined, match
from evergreen.screening.rowcheck import check_against_works
from evergreen.screening.stages import DECISIONS, STAGE_NAMES, STAGES
from evergreen.sheets import days, folded, keeping
from evergreen.sheets.labels import Choices

SHEET = ["record_id", "decision", "reason", "note", "decided_on"]
LISTED = 20
"""Decisions that are named one by one, of those that were not used or would become others."""


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("stage", choices=STAGES)
    arguments.add_argument("tool", choices=["rayyan", "covidence", "asreview", "ris", "worklist"])
    arguments.add_argument("files", nargs="+")
    arguments.add_argument(
        "--person", action="append", required=True, help="reviewer, or NAME THERE=reviewer; may be repeated"
    )
    arguments.add_argument(
        "--decision", choices=DECISIONS["full_text"], help="what being in the file means (covidence, ris)"
    )
    arguments.add_several(
        "--reason",
        "reason of ours of all exclusions that bring none, or REASON THERE=reason of ours, by key or label",
    )
    arguments.add_argument(
        "--overwrite",
        action="store_true",
        help="let what is brought replace decisions that say something else",
    )
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    args = arguments.parse_args(argv)

    protocol = load(args.review / "config/config.yaml")
    reasons = protocol.screening.words
    people = _reviewers([_pair(person) for person in args.person], protocol, args.stage)
    folder = args.review / "config/screening" / args.stage
    clusters = by_any_id(tables.read_table(args.review / "results/deduplication/clusters.csv"), "work_id")
    works = tables.read_table(args.review / "results/deduplication/works.parquet")
    named = [_reason(words, Choices(reasons)) for words in args.reason]
    synonyms = {theirs: ours for theirs, ours in named if theirs}
    of_all = next((ours for theirs, ours in named if not theirs), "")
    new: dict[str, pd.DataFrame]
    if args.tool == "worklist":
        _check_whose(args.files, people, protocol, args.stage)
        sheet = sheets.read_sheet(args.files[0], "screening")
        sheet["reason"] = [synonyms.get(folded(reason), reason) for reason in sheet["reason"]]
        sheet = _with_reason(sheet, of_all)
        refuse(check_against_works(sheet, works, clusters))
        new = {people[""]: _seen_again(ballots(sheet, stage=args.stage, reasons=reasons)[SHEET], sheet)}
    else:
        votes = _read(args.tool, args.files, args.decision)
        result = match(votes, works, clusters, people=people, reasons=reasons, synonyms=synonyms)
        new = {reviewer: _with_reason(rows, of_all) for reviewer, rows in result.rows.items()}
        left = args.review / "results/screening" / args.stage / "unmatched.csv"
        spreadsheets.write_table(result.unmatched, left)
        for row in result.unmatched.head(LISTED).to_dict("records"):
            print(f"not used: {Path(row['file']).name}, row {row['row']}: {row['title'][:60]}: {row['why']}")
        if len(result.unmatched) > LISTED:
            print(f"not used: {len(result.unmatched) - LISTED} more, listed in {left}")
    with keeping.alone(args.review):
        ready = {own_stem(protocol, folder, reviewer): rows for reviewer, rows in new.items()}
        again = reconsidered(protocol.amendments)
        _bring(ready, clusters, stage=args.stage, reasons=reasons, overwrite=args.overwrite, again=again)


def _reviewers(pairs: Sequence[tuple[str, str]], protocol: Protocol, stage: str) -> dict[str, str]:
    """{name there: reviewer}, as reviewers are called now. Whoever screens nothing at the stage is refused: such decisions count for nothing; so
    is one name there that several reviewers are to have."""
    reviewers = protocol.screening.stages[stage].reviewers
    known = _called(protocol, stage)
    refuse([
        InputError(
            f"--person {one!r} is no reviewer at {STAGE_NAMES[stage]}, where the protocol names {', '.join(reviewers) or 'nobody'}",
            todo=f"Mend the name, or write it under `screening.{stage}.reviewers` in config/config.yaml first; an adjudicator's list is not"
            f" imported: save it as config/screening/{stage}/{ADJUDICATION}.csv, lines that are still open too.",
        )
        for one in dict.fromkeys(ours for _, ours in pairs) if folded(one) not in known
    ])  # fmt: skip
    found: dict[str, str] = {}
    for theirs, ours in pairs:
        if found.setdefault(theirs, known[folded(ours)]) != known[folded(ours)]:
            raise InputError(
                f"--person gives the decisions{f' of {theirs!r}' if theirs else ''} to {found[theirs]} and to {ours}",
                todo="Say who is who: NAME THERE=reviewer; or import one by one.",
            )
    return found


def _called(protocol: Protocol, stage: str) -> dict[str, str]:
    """{name, of now or before, as it is compared: reviewer} at a stage."""
    reviewers = protocol.screening.stages[stage].reviewers
    known = {folded(name): name for name in reviewers}
    return known | {
        folded(former): name for former, name in renamed(protocol.people).items() if name in reviewers
    }


def _check_whose(files: Sequence[str], people: Mapping[str, str], protocol: Protocol, stage: str) -> None:
    """Refuse more than one work list of one person, and one that is called as the list of somebody else: its rows do not say who filled it in."""
    if len(files) > 1 or list(people) != [""]:
        raise InputError(
            "a work list is of one person", todo="Name one file, and --person AB; bring each list by itself."
        )
    known = {**_called(protocol, stage), ADJUDICATION: ADJUDICATION}
    owners = {f"{before}{name}": owner for before in ("worklist-", "") for name, owner in known.items()}
    stem = Path(files[0]).stem
    owner = owners.get(folded(stem)) or owners.get(folded(sheets.copied([*owners, stem]).get(stem, "")))
    if owner not in (None, people[""]):
        raise InputError(
            f"by its name this is the list of {owner}, and its decisions would count as those of {people['']}", file=files[0],
            todo=f"Give --person {owner}; where it is not, call the file otherwise.",
        )  # fmt: skip


def _seen_again(votes: pd.DataFrame, sheet: pd.DataFrame) -> pd.DataFrame:
    """The votes of a work list; those on records that were to be seen again have a day, or they would be awaited for ever: today, or the day of the
    change where that is still to come here (the clock of another time zone, a change that was dated ahead)."""
    if "again" not in sheet:
        return votes
    since = dict(zip(sheet["record_id"], sheet["again"], strict=True))
    today = datetime.date.today().isoformat()

    def day_of(record: str) -> str:
        return max([today, *filter(days.of_the_calendar, [since[record]])]) if since[record] else ""

    said = [
        day or day_of(record) for record, day in zip(votes["record_id"], votes["decided_on"], strict=True)
    ]
    return votes.assign(decided_on=said)


def _bring(
    new: Mapping[Path, pd.DataFrame],
    clusters: Mapping[str, str],
    *,
    stage: str,
    reasons: Mapping[str, list[str]],
    overwrite: bool,
    again: Mapping[str, str],
) -> None:
    """Write the decisions of each reviewer, by the sheet without its suffix: all of them, or none."""
    ready: dict[Path, pd.DataFrame] = {}
    others: dict[Path, list[tuple[str, str, str]]] = {}
    said: list[str] = []
    for stem, rows in new.items():
        path = stem.with_name(f"{stem.name}.csv")
        own = _joined(stem, rows, clusters, reasons, again)
        ballots(
            own.sheet.assign(_file=str(path), _row=range(2, len(own.sheet) + 2)),
            stage=stage,
            reasons=reasons,
        )
        if own.added or own.completed or own.reversed:
            ready[path] = own.sheet
        others |= {path: own.reversed} if own.reversed else {}
        unchanged = len(rows) - own.added - own.completed - len(own.reversed)
        said.append(
            f"{path}: {own.added} added, {own.completed} completed, {len(own.reversed)} of another decision,"
            f" {unchanged} as they were"
        )
    if others and not overwrite:
        refuse([_reversing(path, rows) for path, rows in others.items()])
    for path, sheet in ready.items():
        spreadsheets.write_table(sheet, path)
    print(*said, sep="\n")  # in the past, so when it is done


def _joined(
    stem: Path, rows: pd.DataFrame, clusters: Mapping[str, str], reasons: Mapping[str, list[str]], again: Mapping[str, str],
) -> Joined:  # fmt: skip
    """The decisions `rows` in the reviewer's sheet `stem`, as far as there is one."""
    own = keeping.csv_sheet(stem)
    before = sheets.read_sheet(own, "screening") if own.is_file() else pd.DataFrame(columns=SHEET)
    known = Choices(reasons)
    before["reason"] = [known.read(reason) or reason for reason in before["reason"]]
    return joined(before.drop(columns=["_file", "_row"], errors="ignore"), rows, clusters, again)


def _reversing(path: Path, rows: list[tuple[str, str, str]]) -> InputError:
    """What is said of decisions that would become others: the first of them by name."""
    named = "; ".join(f"{record}: {was}, now {brought}" for record, was, brought in rows[:LISTED])
    more = f"; and {len(rows) - LISTED} more" if len(rows) > LISTED else ""
    counted, another = (
        (f"{len(rows)} decisions", "others") if len(rows) > 1 else ("1 decision", "another one")
    )
    return InputError(
        f"{counted} of this sheet would become {another}, and nothing was written ({named}{more})",
        file=path,
        todo="Take them out of what is brought, or let it replace them by --overwrite.",
    )


def _read(tool: str, files: list[str], decision: str | None) -> list[ForeignVote]:
    if tool == "rayyan":
        zipped = files[0].endswith(".zip")
        if more := files[1 if zipped else 2 :]:
            problem = (
                "this is more than an export of Rayyan, its ZIP or articles.csv with customizations_log.csv"
            )
            raise InputError(problem, file=more[0], todo="Bring each export by itself.")
        return rayyan.read_archive(files[0]) if zipped else rayyan.read(*files)
    if tool == "asreview":
        return [
            vote
            for file in files
            for vote in (
                asreview.read_project(file) if file.endswith(".asreview") else asreview.read_table(file)
            )
        ]
    if decision is None:
        raise InputError(
            "a list says nothing of decisions by itself",
            todo="Say what being in it means: --decision include, or exclude.",
        )
    reader = covidence.read if tool == "covidence" else ris_lists.read_group
    return [vote for file in files for vote in reader(file, decision)]


def _reason(words: str, known: Choices) -> tuple[str, str]:
    """(their reason as it is compared, "" where it is for all, our key) of `REASON THERE=ours` or `ours`, ours by key or label."""
    theirs, _, ours = words.rpartition("=")
    key = known.read(ours)
    if key is None:
        raise InputError(f"--reason {words!r} names no reason of the protocol", todo=f"Allowed: {known}.")
    return folded(theirs), key


def _with_reason(rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    """The rows, and `reason` beside exclusions that have none."""
    without = rows["decision"].eq("exclude") & rows["reason"].eq("")
    return rows.assign(reason=rows["reason"].mask(without, reason)) if reason else rows


def _pair(person: str) -> tuple[str, str]:
    theirs, _, ours = person.rpartition("=")
    return theirs, ours


if __name__ == "__main__":
    run(main)
