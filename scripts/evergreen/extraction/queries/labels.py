"""Units and groups as they are written, what holds for a whole study, and text where numbers stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from evergreen.extraction.comparing import DEFAULTS
from evergreen.extraction.queries.evidence import Evidence, Row
from evergreen.extraction.queries.findings import Family, Finding, Kind, found
from evergreen.extraction.unit_texts import without_change
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.sheets import NUMBER, folded
from evergreen.sheets.columns import as_called
from evergreen.sheets.labels import plainly
from evergreen.sheets.numbers import not_reported
from evergreen.tables import grouped

UNIT_DIFFERS = Kind(
    "unit_differs", "warning",
    "The unit of a row is not that of the protocol, or not that of nine of ten other studies, in an outcome whose effects keep their unit.",
    "The unit is {value}, but {expected} {with_}. Is it another unit, or another spelling?",
    "Cochrane Handbook 6.5.1",
)  # fmt: skip
UNIT_MISSING = Kind(
    "unit_missing", "warning",
    "A row has no unit where the other rows of the outcome have one.",
    "No unit is given, where {expected} is that of the other rows. Is it the same?",
    "Cochrane Handbook 6.5.1",
)  # fmt: skip
TEXT_AMONG_NUMBERS = Kind(
    "text_among_numbers", "warning",
    "A cell holds a text in a column of a person's own where nine of ten others hold a number.",
    "{column} is {value}, where the other rows have numbers. Which number is it?",
    "Cochrane Handbook 5.4",
)  # fmt: skip
INSTRUMENT_DIFFERS = Kind(
    "instrument_differs", "warning",
    "A study measured by another instrument than the others of an outcome whose effects keep their unit.",
    "It was measured by {value}, other studies by {expected}. A difference of means is of one scale: is it the same, or a standardised difference (SMD)?",
    "Cochrane Handbook 6.5.1",
)  # fmt: skip
GROUP_NOT_READ = Kind(
    "group_not_read", "warning",
    "A row is of a group that no effect of its outcome is made of, beside rows of the study that are.",
    "No effect of the outcome is made of a row of group {value}, and its numbers count nowhere. Is it one of group {expected}?",
    "Cochrane Handbook 6.2.1",
)  # fmt: skip
SAID_OF_ONE_ARM = Kind(
    "said_of_one_arm", "warning",
    "One arm says the level or the distribution of its interval, or that clusters were randomised, and an arm that it is compared with says nothing of it.",
    "{column} is empty, and {expected} in the arm {with_}. An empty cell is read as {read}: does the other hold for this arm as well?",
    "Cochrane Handbook 6.5.2.2, 23.1",
)  # fmt: skip
INTERVAL = frozenset({"n", "ci_low", "ci_high"})
SAID_ONCE = (
    (("ci_level",), INTERVAL, "95 %"),
    (("ci_distribution",), INTERVAL, "t below 60 participants and normal from there on"),
    (("design_effect", "icc", "cluster_size"), frozenset({"n"}), "people who were randomised one by one"),
)
"""Columns that people fill once for a study, what a row has of which they say something, and what it is read as where they are empty."""
STUDY_SPELT_OTHERWISE = Kind(
    "study_spelt_otherwise", "warning",
    "Two studies have names that differ in blanks, marks, accents, Greek letters or words such as `et al.` only.",
    "{value} is another study than {expected} here. Are they one, spelt in two ways?",
    "Cochrane Handbook 5.2.1",
)  # fmt: skip
FEWEST = 5
_MARKS = re.compile(r"[\s.,_^*()\[\]-]+|\bper\b|/")
_AND = re.compile(r"(?<=\s)(?:et al|and|und|et)(?=[\s.,])")
SHARE = 0.9


def _unit(text: str) -> str:
    """A unit without what is only spelling."""
    return _MARKS.sub("", folded(text).replace("\u00b5", "u").replace("\u03bc", "u"))


def check(evidence: Evidence) -> Iterator[Finding]:
    for outcome, rows in evidence.by_outcome.items():
        told = [row for row in rows if row.numbers.keys() - {"n"}]
        yield from _units(evidence, outcome, told)
        yield from _instruments(evidence, outcome, told)
        yield from _groups(evidence, outcome, told)
    for rows in evidence.comparisons.values():
        yield from _said_once(rows)
    yield from _texts(evidence)
    yield from _studies(evidence)


def _instruments(evidence: Evidence, outcome: str, rows: Sequence[Row]) -> Iterator[Finding]:
    """Asked once for a study none of whose rows has the instrument that most studies have."""
    if not any(MEASURES[one.measure].unit == "outcome" for one in evidence.outcomes.get(outcome, ())):
        return
    by_study: dict[str, dict[str, Row]] = {}
    for row in rows:
        if not not_reported(name := row.texts.get("instrument", "")):
            by_study.setdefault(row.key[0], {}).setdefault(_unit(name), row)
    shares = Counter(name for names in by_study.values() for name in names)
    if len(shares) < 2:
        return
    usual = max(shares, key=lambda name: (shares[name], name))
    shown = next(names[usual] for names in by_study.values() if usual in names).texts["instrument"]
    for names in by_study.values():
        if usual not in names:
            name, row = next(iter(names.items()))
            yield found(INSTRUMENT_DIFFERS, row, "instrument", shown, value=row.texts["instrument"])


def _groups(evidence: Evidence, outcome: str, rows: Sequence[Row]) -> Iterator[Finding]:
    kinds = {MEASURES[one.measure].kind for one in evidence.outcomes.get(outcome, ())}
    read = {group for kind in kinds - {"generic"} for group in KINDS[kind].of_rows}
    with_effect = {row.key[0] for row in rows if row.group in read}
    for row in rows if "generic" not in kinds else ():
        if row.group not in {*read, "contrast"} and row.key[0] in with_effect:
            yield found(GROUP_NOT_READ, row, "group", " or ".join(sorted(read)), value=row.group)


def _said_once(rows: Sequence[Row]) -> Iterator[Finding]:
    for columns, needed, read in SAID_ONCE if len(rows) > 1 else ():
        filled = [(row, column) for row in rows for column in columns if row.said.get(column, "") != ""]
        known = {row.key for row, _ in filled}
        # Who writes what an empty cell says asks for nothing.
        said = [(row, column) for row, column in filled if row.said[column] != DEFAULTS.get(column)]
        for row in rows if said else ():
            disputed = set(columns) & set(row.texts.get("in_conflict", "").split("; "))
            if row.key not in known and needed <= row.numbers.keys() and not disputed:
                other, column = said[0]
                stands = other.text(column) if column in other.numbers else other.texts[column]
                named = other.arm or other.group
                yield found(SAID_OF_ONE_ARM, row, column, stands, value="", with_=named, read=read)


def _studies(evidence: Evidence) -> Iterator[Finding]:
    first: dict[str, Row] = {}
    for name, (row, *_) in grouped(evidence.rows, lambda row: row.key[0]).items():
        alike = [first[form] for form in _forms(name) if form in first]
        if alike:
            yield found(STUDY_SPELT_OTHERWISE, row, "study", alike[0].study, value=row.study)
        first |= dict.fromkeys(_forms(name), row)


def _forms(name: str) -> list[str]:
    """How a study may be called in letters and digits alone: `M\u00fcller et al. 2001` is `muller2001` and `mueller2001`."""
    both = dict.fromkeys((name, re.sub("([\u00e4\u00f6\u00fc])", r"\1e", name)))
    forms = ("".join(filter(str.isalnum, _AND.sub(" ", plainly(form)))) for form in both)
    return list(filter(None, forms))


def _units(evidence: Evidence, outcome: str, rows: Sequence[Row]) -> Iterator[Finding]:
    asked = evidence.outcomes.get(outcome, ())
    own = [one for one in asked if MEASURES[one.measure].unit == "outcome"]
    named = {one.unit for one in own if one.unit}
    converted = {folded(name) for one in asked for name in one.units}
    spellings: dict[str, Counter[str]] = {}
    by_study: dict[str, str] = {}
    for row in rows:
        if row.unit:
            spellings.setdefault(_unit(row.unit), Counter())[row.unit] += 1
            by_study.setdefault(row.key[0], _unit(row.unit))
    shares = Counter(by_study.values())
    usual, count = shares.most_common(1)[0] if shares else ("", 0)
    common = count >= FEWEST and count >= SHARE * (len(by_study) - 1)
    if own and len(named) == 1:
        wanted, why = named.pop(), "is that of the protocol"
    elif own and common:
        wanted, why = spellings[usual].most_common(1)[0][0], "is that of the other studies"
    else:
        wanted, why = "", ""
    for row in rows:
        if not row.unit:
            if by_study and (common or (wanted and usual == _unit(wanted))):
                yield found(UNIT_MISSING, row, "unit", spellings[usual].most_common(1)[0][0], value="")
        elif (
            wanted
            and folded(without_change(row.unit)) not in converted
            and _unit(row.unit) != _unit(wanted)
            and _unit(without_change(row.unit)) != _unit(without_change(wanted))
        ):
            yield found(UNIT_DIFFERS, row, "unit", wanted, value=row.unit, with_=why)


def _texts(evidence: Evidence) -> Iterator[Finding]:
    """Columns of a person's own, of studies and of rows."""
    rows = [(row, row.texts) for row in evidence.rows]
    studies = [(study_row(study, texts), texts) for study, texts in evidence.studies.items()]
    for table in (rows, studies):
        names = dict.fromkeys(name for _, texts in table for name in texts if name not in _OWN)
        for name in names:
            cells = [(row, texts[name]) for row, texts in table if not not_reported(texts.get(name, ""))]
            texts_ = [(row, cell) for row, cell in cells if not NUMBER.fullmatch(cell)]
            if texts_ and len(cells) - len(texts_) >= max(FEWEST, SHARE * (len(cells) - 1)):
                for row, cell in texts_:
                    yield found(TEXT_AMONG_NUMBERS, row, as_called(name), value=cell)


_OWN = frozenset(
    (
        "study", "outcome", "timepoint", "arm", "group", "unit", "record_id", "source", "note", "estimate_p", "scale", "derived",
        "extractors", "status", "in_conflict", "origin", "not_derived",
    )
)  # fmt: skip


def study_row(study: str, texts: Mapping[str, str]) -> Row:
    """A study's row of the study-level columns, texts all of them whatever they are called, to be asked about as a row of the extraction."""
    return Row(
        texts.get("study", study), "", "", "", "", "", (study, "", "", ""), {}, texts, days=None, sd=None
    )


FAMILY = Family(
    "Units, labels and texts",
    (
        UNIT_DIFFERS,
        UNIT_MISSING,
        INSTRUMENT_DIFFERS,
        GROUP_NOT_READ,
        SAID_OF_ONE_ARM,
        STUDY_SPELT_OTHERWISE,
        TEXT_AMONG_NUMBERS,
    ),
    check,
)
