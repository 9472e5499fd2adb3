"""Results of the review: the table of all outcomes, and comparison by comparison those of each with their figures and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from evergreen import tables
from evergreen.counting import plural, studies_cell, studies_of
from evergreen.figures import scales, wording
from evergreen.figures.direction_wording import told
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.review import Question
from evergreen.report import settings
from evergreen.report.blocks import (
    Block,
    Cell,
    Code,
    Figure,
    Gallery,
    Head,
    Heading,
    Link,
    Section,
    Table,
    Text,
    from_report,
    heads,
)
from evergreen.report.characteristics import ROWS, rows_in
from evergreen.report.effects import interval, named, of_subgroups, percent
from evergreen.report.further import further_blocks
from evergreen.screening.study_labels import AS_WRITTEN, StudyLabels, by_name
from evergreen.sheets import folded
from evergreen.sheets.numbers import brief
from evergreen.synthesis.result import InverseVariance, PooledModel, Result
from evergreen.synthesis.result.analyses import Moderators
from evergreen.synthesis.result.trail_places import page_of, place_of

DATA_COLUMNS = ("n", "events", "mean", "sd", "se", "ci_low", "ci_high", "median", "q1", "q3", "person_time", "estimate", "estimate_se", "estimate_ci_low", "estimate_ci_high", "estimate_p", "scale", "o_minus_e", "variance")  # fmt: skip


FIRST = ("forest", "funnel", "directions")


def participants(result: Result) -> int | None:
    """Participants of the pooled studies and of those in which nothing can be estimated, where every study states them."""
    return round(result.participants) if result.studies and result.participants is not None else None


def size(result: Result) -> str:
    """How many studies a pooled effect is of, those in which nothing can be estimated said apart, and how many participants all of them have."""
    silent, count = result.silent, participants(result)
    more = f" (and {silent:,} in which nothing can be estimated)" if silent else ""
    people = "" if count is None else f", {count:,} participants"
    return f"{studies_of(result.count, result.k)}{more}{people}"


def pooled_sentence(result: Result) -> str:
    """One sentence with the pooled effect, or why there is none."""
    model, scale = result.pooled, scales.of_result(result)
    if result.subtotals:
        return f"No total, because {result.no_total}. {of_subgroups(result.subtotals, scale, result.level)}."
    if model is None:
        reason = result.not_pooled or " ".join(result.notes)
        return f"Not pooled: {reason.rstrip('.')}."
    low_high = interval(model.ci_low, model.ci_high, scale)
    text = f"{scale.in_full} {scale.text(model.estimate)} ({wording.interval_of(result.level)} {low_high}), {size(result)}"
    if model.pi_low is not None:
        text += f"; prediction interval {interval(model.pi_low, model.pi_high, scale)}"
    return text + "."


def summary(outcomes: Sequence[Outcome], results: Mapping[str, Result]) -> Table:
    """All outcomes at a glance."""
    levels = {one.level for outcome in outcomes if (one := results[outcome.id]).k}
    effect, apart = f"Effect ({wording.interval_of(*levels)})", len(levels) > 1
    columns = heads("Outcome", Head("Studies", True), Head("Participants", True), effect, "Prediction interval", Head("I²", True), Head("Tau²", True))  # fmt: skip
    rows: list[list[Cell]] = []
    for outcome in outcomes:
        result, place = results[outcome.id], f"#outcome-{outcome.id}"
        name = Link(outcome.name, place)
        if result.subtotals:
            for level, part in result.subtotals.items():
                rows.append(_summed(Link(f"{outcome.name}: {level}", place), result, part, None, apart))
        elif result.pooled is not None:
            rows.append(_summed(name, result, result.pooled, participants(result), apart))
        else:
            reporting = len({study.study for study in result.answering})
            many = f" ({plural(reporting, 'study reports', 'studies report')} it)" if reporting else ""
            words = f"not pooled{many}"
            rows.append([name, "0", "", words, "", "", ""])
    return Table("Results by outcome", columns, rows, id="results-by-outcome")


def _summed(name: Link, result: Result, model: PooledModel, count: int | None, apart: bool) -> list[Cell]:
    """The line of a pooled effect, of all studies or of a subgroup, with its level where outcomes differ in that."""
    scale = scales.of_result(result)
    whole, part = studies_cell(result.count, result.k, result.silent), studies_cell(model.studies, model.k)
    people = "" if count is None else f"{count:,}"
    effect = Link(named(model, scale, result.level if apart else None), page_of(result.outcome))
    prediction = interval(model.pi_low, model.pi_high, scale)
    heterogeneity = percent(model.I2), wording.tau2(model.tau2)
    return [name, whole if model is result.model else part, people, effect, prediction, *heterogeneity]


def outcome_blocks(
    outcome: Outcome,
    result: Result,
    rows: pd.DataFrame,
    figures: Path,
    links: Mapping[str, Link],
    label: StudyLabels = AS_WRITTEN,
) -> list[Block]:
    """One outcome: sentence, figures, effects of the studies, studies left out, and the trace of every number.

    `rows` are the outcome's rows of results/extraction/converted.csv; `figures` the folder of its figures; `links` the citation of each record id.
    """
    trail = Link("Where these numbers come from", page_of(outcome.id)) if result.every else None
    blocks: list[Block] = [
        Heading(outcome.name, f"outcome-{outcome.id}"),
        Text(pooled_sentence(result), link=trail),
    ]
    if caution := _caution(result):
        blocks.append(Text(caution, "note"))
    blocks += _figures(outcome, result, figures)
    if (found := result.directions) is not None and found.studies:
        said = told(found, result.level, outcome.favours.intervention)
        blocks.append(Text(f"Synthesis without meta-analysis: {said}"))
    if result.pooled is not None or result.subtotals:
        blocks += further_blocks(result, scales.of_result(result))
    if result.left_out and result.studies:
        blocks.append(unpooled(outcome, result))
    blocks.append(_trace(rows, links, result, label))
    permuted = isinstance(result.moderators, Moderators) and result.moderators.permutations > 0
    blocks.append(Code("Settings of this analysis", settings.said(outcome, permuted)))

    def named(block: Block) -> Block:
        if not isinstance(block, Table):
            return block
        id_ = f"{outcome.id}-{block.id or place_of(block.caption)}"
        return replace(block, id=id_, caption=f"{block.caption}: {outcome.name}")

    return list(map(named, blocks))


def unpooled(outcome: Outcome, result: Result) -> Table:
    """The studies that are in no pooled effect, and why."""
    rows: list[list[Cell]] = []
    for study in sorted(result.left_out, key=lambda one: by_name(one.label)):
        why = f"{'not estimable: ' if study.not_estimable else ''}{study.reason}"
        rows.append([Link(study.label, page_of(outcome.id, study.label)), why])
    caption = f"Studies left out of the pooled effect{'s' if result.no_total else ''}"
    return Table(caption, heads("Study", "Why it could not be pooled"), rows)


def _figures(outcome: Outcome, result: Result, folder: Path) -> list[Block]:
    """The first figures, the further ones closed, and why the others are not drawn."""
    first: list[Figure] = []
    further: list[Figure] = []
    missing: list[list[Cell]] = []
    sentence = pooled_sentence(result)
    for entry in tables.read_json(folder / "figures.json"):
        if not entry["drawn"]:
            missing.append([entry["title"].removesuffix(f": {outcome.name}"), entry["reason"]])
            continue
        stem = folder / entry["stem"]
        figure = Figure(
            f"{entry['name']}-{outcome.id}",
            stem,
            " ".join([f"{entry['title']}.", entry["description"], sentence]).replace("  ", " "),
            entry["title"],
            links=[("CSV", f"{from_report(stem)}.csv")],
            further=[folder / page for page in entry["further_pages"]],
            caution=entry["boxes"] or "",
        )
        (first if entry["name"] in FIRST else further).append(figure)
    blocks: list[Block] = list(first)
    if further:
        blocks.append(Gallery(f"Further figures ({len(further)})", further))
    if missing:
        title, columns = "Figures that do not apply", heads("Figure", "Why it is not drawn")
        blocks.append(Table(title, columns, missing, fold=f"{title} ({len(missing)})"))
    return blocks


def _caution(result: Result) -> str:
    """What a reader must know besides the pooled effect; the Wald interval where the Hartung-Knapp one may mislead."""
    notes = list(result.notes)
    if isinstance(result.model, InverseVariance) and (wald := result.model.wald):
        scale = scales.of_result(result)
        notes.append(f"Wald interval: {interval(wald.ci_low, wald.ci_high, scale)}.")
    return " ".join(notes)


def _trace(rows: pd.DataFrame, links: Mapping[str, Link], result: Result, label: StudyLabels) -> Table:
    """Every extracted number with its report, place, extractors and whether it was derived; a study leads to its trail."""
    trails = {folded(one.study): page_of(result.outcome, one.label) for one in reversed(result.every)}
    used = [name for name in DATA_COLUMNS if name in rows.columns and rows[name].ne("").any()]
    imputed = "imputed" in rows and rows["imputed"].ne("").any()
    made = ["derived", *(["imputed"] if imputed else [])]
    numbers: list[str | Head] = [*(Head(name, True) for name in used), *(name.capitalize() for name in made)]
    columns = heads("Study", "Arm", "Group", *numbers, "Report", "Where", ROWS)
    table: list[list[Cell]] = []
    for row in tables.rows(rows):
        source = row.get("source", "")
        place = Link("source", source) if source.startswith("http") else source
        report = links.get(row.get("record_id", ""), row.get("record_id", ""))
        study = Link(label(row["study"]), trails.get(folded(row["study"]), ""))
        table.append([study, row.get("arm", ""), row["group"], *(brief(row[name]) for name in used), *(row.get(name, "") for name in made), report, place, rows_in(row.get("origin", ""))])  # fmt: skip
    fold = f"How these numbers were obtained ({plural(len(table), 'row')})"
    return Table("Extracted numbers and where they came from", columns, table, fold=fold, id="numbers", key=3)


def by_outcome(extracted: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The extracted rows of each outcome, at all time points, by its name as names are compared."""
    return {str(name): rows for name, rows in extracted.groupby(extracted["outcome"].map(folded), sort=False)}


def comparisons(outcomes: Sequence[Outcome], question: Question) -> dict[str, list[Outcome]]:
    """The outcomes by what is compared in them, in the order of the protocol; "" where it does not say that."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        own = [" or ".join(side) for side in (outcome.arms.intervention, outcome.arms.control)]
        asked = (question.intervention, question.comparator)
        sides = [named or general for named, general in zip(own, asked, strict=True)]
        found.setdefault(" versus ".join(sides) if all(sides) else "", []).append(outcome)
    return found


def sections(
    compared: Mapping[str, Sequence[Outcome]],
    results: Mapping[str, Result],
    extracted: pd.DataFrame,
    figures: Path,
    links: Mapping[str, Link],
    label: StudyLabels = AS_WRITTEN,
) -> list[Section]:
    """A section for each comparison (`comparisons`), in it outcome by outcome."""
    rows, none = by_outcome(extracted), extracted.iloc[:0]
    found = []
    for position, (name, outcomes) in enumerate(compared.items(), start=1):
        blocks: list[Block] = []
        for outcome in outcomes:
            own = rows.get(folded(outcome.data), none)
            blocks += outcome_blocks(outcome, results[outcome.id], own, figures / outcome.id, links, label)
        words = f": {name}" if name else ""
        if len(compared) == 1:
            found.append(Section("results", f"Results{words or ' by outcome'}", blocks))
        else:
            of = words or ": not named in the protocol"
            found.append(Section(f"comparison-{place_of(name)}", f"Comparison {position}{of}", blocks))
    return found
