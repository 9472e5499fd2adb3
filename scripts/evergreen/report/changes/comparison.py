"""Two states of a review beside each other, as sections for page and Word document, and what differs in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evergreen.counting import listed, plural
from evergreen.figures.scales import MINUS
from evergreen.report.blocks import Block, Cell, Figure, Gallery, Section, Table, Text, heads
from evergreen.screening.stages import STAGE_NAMES
from evergreen.screening.study_labels import StudyLabels
from evergreen.sheets.columns import in_words
from evergreen.states.comparing import Change, Comparison
from evergreen.states.kinds import BY_ID, CHAPTERS, KINDS
from evergreen.states.state import Row

MOST_ROWS = 200
"""Rows of a table on the page; the JSON beside it has all."""
LISTS, LONG = ("records", "decisions", "screening"), 20
"""Parts of which an update brings many rows, and rows from which they stay closed until a reader opens them."""
NOTHING = "Nothing differs."
HOW = ("altered", "added", "removed")
NOUNS = {
    "protocol": ("key of the protocol", "keys of the protocol"), "strategies": ("search strategy", "search strategies"),
    "records": ("record", "records"), "deduplication": ("verdict on duplicates", "verdicts on duplicates"),
    "excluded_before_screening": ("exclusion before screening", "exclusions before screening"), "screening": ("vote", "votes"),
    "adjudication_screening": ("adjudicated vote", "adjudicated votes"), "decisions": ("screening decision", "screening decisions"),
    "studies_of_reports": ("assignment of a report", "assignments of reports"), "studies": ("study", "studies"),
    "reports": ("report of a study", "reports of studies"), "extraction": ("extracted cell", "extracted cells"),
    "extraction_studies": ("study-level cell", "study-level cells"), "adjudication_extraction": ("adjudicated cell", "adjudicated cells"),
    "queries": ("answer to a query", "answers to queries"), "risk_of_bias": ("judgement of an assessor", "judgements of assessors"),
    "adjudication_bias": ("adjudicated judgement", "adjudicated judgements"),
    "judgements": ("judgement that holds", "judgements that hold"), "certainty": ("rating by domain", "ratings by domain"),
    "effects": ("pooled effect", "pooled effects"), "weights": ("effect or weight of a study", "effects or weights of studies"),
    "ratings": ("certainty of an outcome", "certainties of outcomes"), "conclusions": ("conclusion", "conclusions"),
}  # fmt: skip
CELL_BY_CELL = {"protocol", "extraction", "extraction_studies", "adjudication_extraction"}
"""Parts in which what was altered is counted by its cells, not by its rows."""
ROWS_OF_CELLS = {"extraction", "extraction_studies", "risk_of_bias"}
"""Sheets of which a row that came or went is one with many cells."""
MOST_NAMED = 20
"""Changes named one by one in the report."""
NUMBERS = ("effects", "weights")
OF_OUTCOMES = {"effects", "weights", "ratings", "conclusions", "certainty"}
"""Parts whose rows are of outcomes of the protocol."""
WORDS = {
    "k": "studies", "estimate": "effect", "yi": "effect", "ci_low": "lower limit", "ci_high": "upper limit",
    "pi_low": "lower limit of prediction", "pi_high": "upper limit of prediction", "tau2": "tau\N{SUPERSCRIPT TWO}",
    "tau2_method": "estimator of tau\N{SUPERSCRIPT TWO}", "I2": "I\N{SUPERSCRIPT TWO} (%)", "p": "P", "weight": "weight (%)", "work_id": "work",
}  # fmt: skip
SHOWN = {"k": "Studies", "I2": "I\N{SUPERSCRIPT TWO} (%)", "thresholds": "Thresholds", "size": "Size"}


def summary(found: Comparison) -> list[str]:
    """What differs, one phrase for each part: `2 extracted cells altered`."""
    lines = []
    for kind in KINDS:
        for how in HOW:
            parts = [change for change in found.of(kind.id) if change.how == how]
            count, noun = len(parts), NOUNS[kind.id]
            if how == "altered" and kind.id not in CELL_BY_CELL:
                count = len({tuple(change.where.items()) for change in parts})
            if how != "altered" and kind.id in ROWS_OF_CELLS:
                noun = (f"row of {noun[1]}", f"rows of {noun[1]}")
            if count:
                lines.append(f"{plural(count, *noun)} {how}")
    return lines


def sentence(found: Comparison) -> str:
    """What differs, in one sentence."""
    lines = summary(found)
    return f"{listed(lines)}." if lines else NOTHING


def where(change: Change, label: StudyLabels, outcomes: Mapping[str, str]) -> str:
    """The key of a row without whose it is, its study, outcome and stage as readers know them; sheets have words of their own for outcomes."""
    keys = {name: value for name, value in change.where.items() if name != BY_ID[change.kind].who}
    if change.kind in OF_OUTCOMES:
        keys = {name: outcomes.get(value, value) for name, value in keys.items()}
    words = (
        label(value) if name == "study" else STAGE_NAMES.get(value, value) if name == "stage" else value
        for name, value in keys.items()
    )
    return ", ".join(words)


def what(change: Change) -> str:
    """Which number or text differs, in words but for columns of people's sheets; else that a row came or went."""
    return _word(change.kind, change.column) if change.column else change.how


def _word(kind: str, column: str) -> str:
    level, colon, name = column.rpartition(": ")
    return column if kind in CELL_BY_CELL else f"{level}{colon}{WORDS.get(name, in_words(name))}"


def named(change: Change, label: StudyLabels, outcomes: Mapping[str, str]) -> str:
    """One change in words: `Extracted cells, Cohen 2008, erosion, sd: 1.2 → 1.3 (AB)`."""
    parts = (BY_ID[change.kind].title, where(change, label, outcomes), what(change))
    who = f" ({change.who})" if change.who else ""
    was, now = (_said(change, value) or "nothing" for value in (change.old, change.new))
    return f"{', '.join(filter(None, parts))}: {was} \N{RIGHTWARDS ARROW} {now}{who}"


def sections(
    found: Comparison, figures: Mapping[str, tuple[Path | None, Path | None]], before: Sequence[Block] = ()
) -> list[Section]:
    """The comparison, by the headings of PRISMA-LSR. `figures` are stems of forest plots before and after, by outcome; `before` is said first."""
    states = [Text(f"{word}: {one['of']}, last search {one['searched'] or 'none'}.") for word, one in (("Before", found.before), ("After", found.after))]  # fmt: skip
    blocks: list[Block] = [*states, *before, Text(sentence(found))]
    if found.left_out:
        names = listed(BY_ID[kind].title.lower() for kind in found.left_out)
        blocks.append(Text(f"Not compared, for only one of the two states has them: {names}."))
    label = StudyLabels(found.called.items())
    result = [Section("difference", f"From {found.before['name']} to {found.after['name']}", blocks)]
    for chapter, title in CHAPTERS.items():
        own: list[Block] = []
        for kind in KINDS:
            if kind.chapter != chapter or not found.of(kind.id):
                continue
            if kind.id == "effects":
                own.append(_effects(found.effects))
            own += _table(kind.id, found.of(kind.id), label, found.outcomes)
        if chapter == "results":
            own += _pictures(found, figures)
        if own:
            result.append(Section(chapter, title, own))
    return result


def _table(
    kind: str, changes: Sequence[Change], label: StudyLabels, outcomes: Mapping[str, str]
) -> list[Block]:
    named = any(change.who for change in changes)
    columns = heads("Where", "What", "Before", "After", *(["Who"] if named else []))
    rows: list[list[Cell]] = []
    for change in changes[:MOST_ROWS]:
        values = (_said(change, value) for value in (change.old, change.new))
        rows.append([where(change, label, outcomes), what(change), *values, *([change.who] if named else [])])
    title = BY_ID[kind].title
    if kind in NUMBERS:
        title += ", number by number (of ratios the logarithms)"
    shown = title if len(changes) <= MOST_ROWS else f"{title}: the first {MOST_ROWS} of {len(changes):,}; all are in the JSON file"  # fmt: skip
    # Numbers behind an effect that is shown above, and long lists, are for whoever looks for them.
    fold = title if kind in NUMBERS else ""
    if not fold and kind in LISTS and len(changes) > LONG:
        fold = f"{title}: {len(changes):,}, one by one"
    return [Table(shown, columns, rows, fold)]


def _said(change: Change, value: Any) -> str:
    """A value of a change in one line, the cells of a row with their names."""
    if isinstance(value, Mapping):
        return "; ".join(f"{_word(change.kind, name)}: {text_of(item)}" for name, item in value.items())
    return text_of(value)


def text_of(value: Any) -> str:
    """A value of a change in one line."""
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", MINUS)
    return "" if value is None else str(value)


def _effects(pairs: Sequence[tuple[Row | None, Row | None]]) -> Table:
    columns = heads("Outcome", "Before", "After", "Prediction before", "Prediction after", *SHOWN.values())
    rows: list[list[Cell]] = []
    for was, now in pairs:
        both = [row or {} for row in (was, now)]
        shown = [str(row.get("shown", "no such outcome")) for row in both]
        predicted = [str(row.get("predicted", "")) for row in both]
        others = [_moved(*(row.get(key) for row in both)) for key in SHOWN]
        rows.append([str((now or was or {})["name"]), *shown, *predicted, *others])
    kept = [place for place in range(len(columns)) if place < 3 or any(row[place] for row in rows)]
    kept_rows = [[row[place] for place in kept] for row in rows]
    return Table("Pooled effects before and after", [columns[place] for place in kept], kept_rows)


def _moved(was: Any, now: Any) -> str:
    """`3 → 4`, or what both are."""
    one, other = (f"{value:.0f}" if isinstance(value, float) else text_of(value) for value in (was, now))
    return one if one == other else f"{one or 'none'} \N{RIGHTWARDS ARROW} {other or 'none'}"


class Kept(Figure):
    """A figure of a state, which has no other files beside it."""

    @property
    def files(self) -> list[tuple[str, str]]:
        return []


def _pictures(found: Comparison, figures: Mapping[str, tuple[Path | None, Path | None]]) -> list[Block]:
    """Forest plots of the outcomes whose effect differs, one above the other, as many as a page may hold."""
    blocks: list[Block] = []
    for was, now in found.effects:
        row = now or was
        assert row is not None
        pair = [
            Kept(f"{word.lower()}-{row['outcome']}", stem, f"Forest plot of {row['name']}", f"{word}: {state['name']}")
            for word, state, stem in zip(("Before", "After"), (found.before, found.after), figures.get(row["outcome"], ()))  # noqa: B905 - outcomes without figures have no pair
            if stem is not None
        ]  # fmt: skip
        if pair:
            blocks.append(Gallery(f"Forest plots before and after: {row['name']}", pair))
    return blocks
