"""The trail of a number in words: lines for a terminal, sections for a page, from the same rows of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isclose
from typing import Any

from evergreen.counting import plural
from evergreen.extraction.comparing import as_text
from evergreen.figures import scales
from evergreen.figures.wording import interval_of, sensitivities
from evergreen.report.blocks import Block, Cell, Head, Lines, Link, Section, Table, Text, heads
from evergreen.report.effects import estimate
from evergreen.report.exchange.slice_rows import PLACE
from evergreen.report.provenance.sheets import SEVERAL
from evergreen.report.results import pooled_sentence
from evergreen.sheets.columns import in_words
from evergreen.sheets.numbers import brief
from evergreen.synthesis.designs import EFFECTIVE
from evergreen.synthesis.result import LeftOut, PooledModel, Result, Study
from evergreen.synthesis.result.trail_places import place_of

TrailRow = Mapping[str, Any]
NUMBER_OF = ("label", *PLACE, "number")
COMBINED = "of several arms made one (Cochrane Handbook 6.5.2.10)"
CHANGED = ("unit", EFFECTIVE)
"""Conversions after which numbers are others than those of the sheet's row."""
DIVIDED = "for it is divided between several comparisons (Cochrane Handbook 23.3.4)"
IN_WORDS = "no number: the row says in words what the report says"
HOW = "The trail of each number: how it came about, the cells of the sheets, who settled them, the report, and the search that found it."


@dataclass(frozen=True)
class Number:
    """A number of an arm: what it is, how it came about, the cells that it comes from, and how a disagreement on them was settled."""

    name: str
    value: str
    how: str
    cells: list[str]
    settled: list[str]


@dataclass(frozen=True)
class Source:
    """Where the numbers of an arm stand: report, place in it, the searches that found it, and queries on them."""

    report: Link
    where: str
    searches: list[str]
    notes: list[str]


def study_sentence(study: Study | LeftOut, level: float, scale: scales.Scale) -> str:
    """A study's effect as it is pooled, or why it is not."""
    if isinstance(study, LeftOut):
        return f"Not pooled: {study.reason.rstrip('.')}."
    low_high = f"{scale.limit(study.ci_low)} to {scale.limit(study.ci_high)}"
    weight = "" if study.weight is None else f", weight {scales.number(study.weight, 1)}%"
    return f"{scale.in_full} {scale.text(study.yi)} ({interval_of(level)} {low_high}){weight}."


def group_sentences(study: Study | LeftOut, rows: Iterable[TrailRow]) -> list[str]:
    """The numbers of each group as the effect was computed from them, where they are not those of one row."""
    if isinstance(study, LeftOut):
        return []
    found, rows = [], list(rows)
    printed = {(row["group"], row["number"]): row["value"] for row in rows}
    arms = {tuple(row[key] for key in NUMBER_OF): row for row in rows if row["number"] in ("n", "events")}
    whole: dict[tuple[str, str], list[float]] = {}
    for row in arms.values():
        if row["value"]:
            whole.setdefault((row["group"], row["number"]), []).append(float(row["value"]))
    for group, arm in study.arms.items():
        numbers = {name: value for name, value in arm.model_dump(exclude={"derived", "imputed"}).items() if value is not None}  # fmt: skip
        several = sum(row.group == group for row in study.rows) > 1
        if several or any(as_text(value) != printed.get((group, name)) for name, value in numbers.items()):
            shown = [f"{name} {value:.6g}" for name, value in numbers.items()]
            made = [one for one in study.conversions if one.group == group and one.conversion in CHANGED]
            causes = [COMBINED] if several else []
            causes += dict.fromkeys(f"{one.how} ({one.source})" for one in made)
            people = {name: sum(own) for (of, name), own in whole.items() if of == group}
            if any(name in numbers and not isclose(numbers[name], people[name]) for name in people):
                causes.append(DIVIDED)
            found.append(f"{group}: {', '.join([*shown, *causes])}")
    return found


def numbers_of(rows: Iterable[TrailRow]) -> list[Number]:
    """The numbers of one arm."""
    found = []
    for name, cells in groupby(rows, key=lambda row: row["number"]):
        every = list(cells)
        first = every[0]
        settled = [
            f"{row['column']} settled as {row['settled_as'] or 'not reported'} by {row['settled_by']} ({_place(row['settled_in'])})"
            + (f": {row['settled_note']}" if row["settled_note"] else "")
            for row in every
            if row["settled_by"]
        ]
        places = [_cell(row, bool(name)) for row in every]
        found.append(
            Number(name, brief(first["value"]), _how(first), list(dict.fromkeys(places)), list(dict.fromkeys(settled)))
        )  # fmt: skip
    return found


def source_of(row: TrailRow) -> Source:
    """Report and searches of one arm."""
    kept = [f"The row counts as {row['row_kept_by']} settled"] if row["row_kept_by"] else []
    queries = [f"Query {one}" for one in row["queries"].split(SEVERAL) if one]
    named = row["report"] or row["record_id"] or "no report is named"
    report = f"{named} ({row['record_id']})" if row["report"] and row["record_id"] else named
    return Source(
        Link(report, row["address"]),
        row["where"] or "no page, table or quote is given",
        [one for one in row["searches"].split(SEVERAL) if one] or ["no search: the review starts later"],
        [*kept, *queries],
    )


def arms_of(rows: Iterable[TrailRow]) -> list[tuple[str, list[TrailRow]]]:
    """(name, rows) of the arms of a study, in the order of the table."""
    shown = ("group", "arm", "timepoint", "instrument", "population")
    arms = [list(same) for _, same in groupby(rows, key=lambda row: tuple(row[name] for name in PLACE))]
    return [(", ".join(filter(None, (own[0][name] for name in shown))), own) for own in arms]


def study_lines(rows: Sequence[TrailRow], study: Study | LeftOut, result: Result) -> list[str]:
    """The trail of a study as lines for a terminal."""
    said = study_sentence(study, result.level, scales.of_result(result))
    lines = [f"{study.label}: {said} (results/synthesis/{result.outcome}.json)"]
    lines += [f"  {sentence}" for sentence in group_sentences(study, rows)]
    for arm, own in arms_of(rows):
        lines.append(f"  {arm}")
        for number in numbers_of(own):
            named = f"{number.name} {number.value}, " if number.name else ""
            lines.append(f"    {named}{number.how}")
            lines += [f"      {text}" for text in (*number.cells, *number.settled)]
        source = source_of(own[0])
        lines.append(f"    from {' '.join(filter(None, (source.report.text, source.report.url)))}")
        lines.append(f"      where: {source.where}")
        lines += [f"      found by {one}" for one in source.searches]
        lines += [f"      {note}" for note in source.notes]
    return lines


def pooled_lines(result: Result, name: str) -> list[str]:
    """The pooled effect with the studies that it is made of."""
    scale = scales.of_result(result)
    whole = f"{pooled_sentence(result)} (results/synthesis/{result.outcome}.json)"
    studies = [f"  {one.label}: {study_sentence(one, result.level, scale)}" for one in result.every]
    others = [f"  {what}: {said}" for what, said, _ in other_pooled(result)]
    return [f"{result.outcome}: {name}", whole, *studies, *others]


def other_pooled(result: Result) -> list[tuple[str, str, list[str]]]:
    """(what, effect, rows that it is made of) of the pooled effects beside the main one, on the scale of that."""
    scale = scales.of_result(result)
    labels = {study.label: study for study in result.studies}

    def said(model: PooledModel | None) -> str:
        return (
            "nothing could be pooled" if model is None or model.estimate is None else estimate(model, scale)
        )

    found = [
        (f"Subgroup {in_words(column)}: {level}", said(model), [label for label, study in labels.items() if study.columns.get(column) == level])
        for column, levels in result.subgroups.columns.items()
        for level, model in levels.items()
    ]  # fmt: skip
    found += [
        (f"As of {day}", said(view.model), [label for label, study in labels.items() if not study.round or study.round <= day])
        for day, view in result.rounds.items()
    ]  # fmt: skip
    found += [
        (f"Sensitivity: {label}", said(one.model), list(one.labels))
        for label, one in sensitivities(result)
        if one.model is not None and scales.same_axis(one.measure, result.measure)
    ]
    return found


def sections(rows: Sequence[TrailRow], result: Result) -> list[Section]:
    """The page of an outcome: the pooled effects, then a section for each study."""
    by_label = {label: list(own) for label, own in groupby(rows, key=lambda row: row["label"])}
    scale = scales.of_result(result)
    said = [study_sentence(one, result.level, scale) for one in result.every]
    studies = list(zip(result.every, said, strict=True))
    effects: list[list[Cell]] = [[Link(one.label, f"#{place_of(one.label)}"), text] for one, text in studies]
    blocks: list[Block] = [
        Text(pooled_sentence(result)),
        Text(HOW, "soft"),
        Lines([Link("Back to the report", f"../index.html#outcome-{result.outcome}")]),
        Table("Studies", heads("Study", "Effect"), effects),
    ]
    if others := other_pooled(result):
        columns = heads("Pooled effect", "Effect", "Of")
        lines: list[list[Cell]] = [[what, effect, ", ".join(of)] for what, effect, of in others]
        blocks.append(
            Table("Other pooled effects and their studies", columns, lines, fold="Other pooled effects")
        )
    placed = {tuple(row[key] for key in NUMBER_OF): row["where"] for row in rows if row["number"]}
    if without := sum(not where for where in placed.values()):
        of = plural(len(placed), "number")
        blocks.append(Text(f"{without:,} of {of} behind it without page, table or quote."))
    own = [_study_section(by_label.get(one.label, []), one, text) for one, text in studies]
    return [Section("pooled", "Pooled effect", blocks), *own]


def _study_section(rows: Sequence[TrailRow], study: Study | LeftOut, said: str) -> Section:
    blocks: list[Block] = [Lines([said, *group_sentences(study, rows)])]
    columns = heads("Number", Head("Value", True), "How", "Cells of the sheets", "Settled")
    arms = arms_of(rows)
    sources = [source_of(own[0]) for _, own in arms]
    for (arm, own), source, after in zip(arms, sources, [*sources[1:], None], strict=True):
        table: list[list[Cell]] = [
            [one.name, one.value, one.how, "; ".join(one.cells), "; ".join(one.settled)]
            for one in numbers_of(own)
        ]
        blocks.append(Table(arm, columns, table))
        if source != after:  # arms that stand together in a report name it once, below the last of them
            blocks.append(_source_lines(source))
    return Section(place_of(study.label), study.label, blocks)


def _source_lines(source: Source) -> Lines:
    address = source.where.startswith("http") and SEVERAL not in source.where
    where: Cell = Link(source.where, source.where) if address else f"Where: {source.where}"
    return Lines([source.report, where, *(f"Found by {one}" for one in source.searches), *source.notes])


def _how(row: TrailRow) -> str:
    if not row["number"]:
        return IN_WORDS
    if row["state"] == "reported":
        return "reported"
    by = f" ({row['formula_source']})" if row["formula_source"] else ""
    assumed = f"; assumes {row['assumption']}" if row["assumption"] else ""
    return f"{row['state']}: {row['formula']}{by}{assumed}"


def _cell(row: TrailRow, number: bool) -> str:
    """`config/extraction/AB.csv, row 28: ci_low = 0.09 (AB)`."""
    at = _place(f"{row['file']}:{row['row']}") if row["row"] else row["file"]
    of = f" of {row['of_arm'] or row['of_group']}" if number and row["of_group"] != row["group"] else ""
    written = row["written"] if row["written"] != "" else "empty"
    said = f": {row['column']}{of} = {written}" if row["column"] else ""
    return f"{at}{said}" + (f" ({row['extractor']})" if row["extractor"] else "")


def _place(text: str) -> str:
    file, _, row = text.rpartition(":")
    return f"{file}, row {row}"
