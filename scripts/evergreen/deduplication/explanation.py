"""Why two records are, or are not, one work: decided again by the code that decided it, and told in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from evergreen.deduplication.comparison import DIFFERENT, SAME, Comparison
from evergreen.deduplication.decision import BORDERLINE, MERGED, VETOES, Decision
from evergreen.deduplication.doubts import Abstracts, Doubts
from evergreen.deduplication.reasons import AGAINST, RELATIONS, reasons, spelled_out
from evergreen.deduplication.rounds import compared_rows, judged
from evergreen.deduplication.verdicts import shortest_chain
from evergreen.errors import InputError
from evergreen.records.registers import entry_url
from evergreen.tables import rows as listed

MOST = 60
"""Records of one work, or of one title or DOI, that are compared with each other."""
_NEAREST = 3
_FIELDS = ("authors", "journal", "volume", "issue", "page", "doi", "pmid", "registry")
_LEVELS = {SAME: "the same", DIFFERENT: "different"}


def resolved(name: str, now: Mapping[str, str]) -> str:
    """The id that a record has now, of any id that it has or had (`records.former_ids.by_any_id`).

    Raises:
        InputError: No record is or was called so; the names that come nearest are said.
    """
    if name in now:
        return now[name]
    near = [one for one, *_ in process.extract(name, list(now), scorer=fuzz.ratio, limit=_NEAREST)]
    raise InputError(
        f"no record is, or was, called {name!r}",
        todo=f"Near it: {', '.join(near)}." if near else "There are no records; run the review first.",
    )


def history(
    record_id: str, audit: pd.DataFrame, members: Iterable[str], numbers: Iterable[str] = ()
) -> list[str]:
    """What became of one record: its rows of the audit table, the other records of its work, its entries in registers."""
    rows = audit[audit["record_id"].eq(record_id)]
    first = rows.iloc[-1]
    lines = [f"{record_id}: {first['title']}", f"work: {first['work_id']}"]
    for row in listed(rows):
        other = (
            f" {row['other_record_id']} ({row['other_title']})"
            if row["other_record_id"] not in ("", record_id)
            else ""
        )
        verdict = f"; verdict: {row['verdict']}" if row["verdict"] else ""
        lines.append(f"{row['round']}, {row['source']}: {row['what']}{other}: {row['reason']}{verdict}")
        lines.append(f"    to undo: {row['undo']}")
    others = sorted(set(members) - {record_id})
    lines += [f"other records of the work: {', '.join(others)}"] if others else []
    return lines + [f"registered as {number}: {entry_url(number)}" for number in numbers if entry_url(number)]


def why(
    a: str,
    b: str,
    *,
    then: pd.DataFrame,
    work_of: Mapping[str, str],
    verdicts: pd.DataFrame,
    links: pd.DataFrame,
    sheet: pd.DataFrame,
    abstracts: Abstracts | None = None,
) -> list[str]:
    """Why records `a` and `b` are, or are not, one work.

    `then` is the state (`rounds.STATE`) of the round that brought the later of the two, `work_of` the works of now; `verdicts`, `links` and
    `sheet` as deduplication writes them.
    """
    table = then.reset_index(drop=True)
    place = {record_id: row for row, record_id in enumerate(table["record_id"])}
    pairs, decision = _around(table, place[a], place[b], work_of, abstracts)
    one = work_of[a] == work_of[b]
    here = next(
        number
        for number, rows in enumerate(zip(pairs.a, pairs.b, strict=True))
        if set(rows) == {place[a], place[b]}
    )
    rounds = [table["round"].iloc[place[name]] for name in (a, b)]
    lines = [
        f"{a} and {b} are one work, {work_of[a]}."
        if one
        else f"{a} and {b} are two works: {work_of[a]} and {work_of[b]}.",
        *(_described(table, place[name], name) for name in (a, b)),
        f"compared in round {max(rounds)}"
        + ("" if rounds[0] == rounds[1] else f", when the later one came (the other: {min(rounds)})"),
        (f"titles: {pairs.title[here]:.0f} % alike" if pairs.title[here] else "titles: not alike")
        + (", one begins or ends the other" if pairs.contained[here] else ""),
        "years: not known" if pairs.years[here] < 0 else f"years: {pairs.years[here]} apart",
        *(
            f"{name}: {_LEVELS.get(int(getattr(pairs, name)[here]), 'cannot be told')}"
            for name in _FIELDS
        ),
        f"points: {decision.score[here]} (from {MERGED} two records are one work, from {BORDERLINE} people are asked)",
        *(f"against it, {name}: {AGAINST[name]}" for name in _against(decision, here)),
    ]  # fmt: skip
    verdict = _verdict(verdicts, a, b)
    lines.append(f"verdict in force: {verdict}" if verdict else "verdict in force: none")
    direct = bool(decision.merged[here])
    if one and not direct:
        lines += _chain(table, pairs, decision, verdicts, work_of, a, b)
    if not one:
        lines += _apart(table, pairs, decision, work_of, links, sheet, a, b, direct=direct)
    decided = f"a person's verdict ({verdict})" if verdict else _rule(decision, here, one=one, direct=direct)
    return [*lines, f"decided by: {decided}"]


def _rule(decision: Decision, here: int, *, one: bool, direct: bool) -> str:
    if one:
        return "points enough and nothing against it" if direct else "the records between them"
    if direct:
        return "what keeps their works apart"
    if _against(decision, here):
        return "what speaks against it, whatever the points"
    return "too few points"


def _around(
    table: pd.DataFrame, a: int, b: int, work_of: Mapping[str, str], abstracts: Abstracts | None
) -> tuple[Comparison, Decision]:
    """What is decided on all pairs of the two records, their works, and the records with a title or DOI of theirs, which bear upon it."""
    works = table["record_id"].map(work_of)
    rows = {a, b}
    for row in (a, b):
        for column in (works, table["doi"], table["title"]):
            value = column.iloc[row]
            if value:
                rows |= set(np.flatnonzero(column.eq(value).to_numpy())[:MOST].tolist())
    ends = np.array(list(combinations(sorted(rows), 2)), dtype=np.int64)
    compared = compared_rows(table, ends[:, 0], ends[:, 1], relevant=False)
    return judged(table, compared, Doubts(table, abstracts))


def _against(decision: Decision, pair: int) -> list[str]:
    return [name for position, name in enumerate(VETOES) if decision.vetoes[pair] >> position & 1]


def _described(table: pd.DataFrame, row: int, name: str) -> str:
    record = table.iloc[row]
    year = f", {record['year']}" if record["year"] else ""
    return f"  {name} (round {record['round']}): {record['heading']}{year}; {record['people'] or 'no authors'}; {record['journal'] or 'no journal'}"


def _verdict(verdicts: pd.DataFrame, a: str, b: str) -> str:
    for row in listed(verdicts):
        if {row["record_a"], row["record_b"]} == {a, b} and row["effect"] == "applied":
            return (
                f"{row['same']}, {row['decided_by'] or 'a person'}, row {row['row']} of the sheet of verdicts"
            )
    return ""


def _chain(
    table: pd.DataFrame,
    pairs: Comparison,
    decision: Decision,
    verdicts: pd.DataFrame,
    work_of: Mapping[str, str],
    a: str,
    b: str,
) -> list[str]:
    """The records through which two of one work are one."""
    ids = table["record_id"].to_numpy()
    neighbours: dict[str, set[str]] = defaultdict(set)
    because: dict[frozenset[str], str] = {}
    chosen = np.flatnonzero(decision.merged)
    said = reasons(pairs.take(chosen))
    for x, y, reason in zip(ids[pairs.a[chosen]], ids[pairs.b[chosen]], said, strict=True):
        if work_of[x] == work_of[y] == work_of[a]:
            because[frozenset((x, y))] = str(reason)
    for row in listed(verdicts):
        if row["effect"] == "applied" and row["same"] == "yes":
            because[frozenset((row["record_a"], row["record_b"]))] = (
                f"verdict of {row['decided_by'] or 'a person'}"
            )
    for x, y in map(tuple, because):
        neighbours[x].add(y)
        neighbours[y].add(x)
    chain = shortest_chain(neighbours, a, b)
    if not chain:
        return ["they are one work by records that came together in another round"]
    return [
        "one work through " + ", ".join(chain[1:-1] or chain),
        *(f"  {x} = {y}: {because[frozenset((x, y))]}" for x, y in pairwise(chain)),
    ]


def _apart(
    table: pd.DataFrame,
    pairs: Comparison,
    decision: Decision,
    work_of: Mapping[str, str],
    links: pd.DataFrame,
    sheet: pd.DataFrame,
    a: str,
    b: str,
    *,
    direct: bool,
) -> list[str]:
    """What keeps two works apart, what relates them, and whether people are asked."""
    lines = []
    ids = table["record_id"].to_numpy()
    works = {work_of[a], work_of[b]}
    if direct:
        for pair in np.flatnonzero(decision.apart):
            x, y = ids[pairs.a[pair]], ids[pairs.b[pair]]
            if {work_of[x], work_of[y]} == works:
                kept = spelled_out(reasons(pairs.take(np.array([pair])), decision.vetoes[[pair]])[0])
                lines.append(f"their works are kept apart by {x} and {y}: {kept}")
                break
    for row in listed(links):
        if {row["work_id"], row["related_work_id"]} == works:
            words = RELATIONS[row["relation"]][0]
            lines.append(
                f"linked: {row['work_id']}: {words} {row['related_work_id']} ({spelled_out(row['how'])})"
            )
    for number, row in enumerate(listed(sheet), 2):
        if {row["work_a"], row["work_b"]} == works:
            lines.append(f"asked: row {number} of deduplication/borderline.csv awaits a verdict")
    return lines
