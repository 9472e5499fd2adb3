"""Summary of findings: what the pooled effects mean for 1000 people, how certain people rated the evidence, and what the data suggest.

Source: Cochrane Handbook, sections 14.1 and 15.4. The ratings are people's (`config/certainty.csv`); the numbers are those of
`grade.finding`, and page and document show the same blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from evergreen.bias.certainty import ratings as ratings_of
from evergreen.counting import listed
from evergreen.figures import wording
from evergreen.grade.absolute import COHEN, OF_CONTROLS, Absolute, Needed
from evergreen.grade.finding import Finding, find, missing_evidence
from evergreen.protocol.review import Question
from evergreen.protocol.whole import Protocol
from evergreen.report import findings_words as words
from evergreen.report.blocks import Block, Cell, Lines, Link, Section, Table, Text, heads
from evergreen.report.effects import NONE, of_subgroups
from evergreen.report.findings_profile import beside, profile
from evergreen.report.inputs import Inputs
from evergreen.synthesis.result.trail_places import page_of

TITLE = "Summary of findings"
CAPTION = "Absolute and relative effects, and the certainty of the evidence (GRADE)"
COLUMNS = (
    "Outcome", "Participants (studies)", "Effect ({ci})", "With comparator", "With intervention ({ci})", "Difference ({ci})", "Certainty",
    "What it means",
)  # fmt: skip
NOTE = (
    "The risk with the intervention and its confidence interval follow from the risk with the comparator and from the relative effect and"
    " its confidence interval{of_hazards}. Risks with the comparator: {risks}."
)
NEEDED = "Numbers needed to treat"
NEEDED_NOTE = (
    "How many people have to be treated for one more of them to benefit (NNTB) or to be harmed (NNTH), rounded up. Where the confidence"
    " interval of the risk difference includes 0, that of the number needed to treat passes through infinity."
)
OF_HAZARDS = (
    ", of a hazard ratio HR and a risk p by a stated time as 1 - (1 - p)^HR, if hazards are proportional"
)
OF_EVENTS = "For {}, risks are those of the event."
BY_COHEN = "Standardised differences are called small, moderate and large from {0.minimal:g}, {0.moderate:g} and {0.large:g} on ({0.source})."
NO_SIZE = "Where the confidence interval includes no effect, the size of the effect is put into words only if the protocol states a minimal important difference."
SYMBOLS = "High ⊕⊕⊕⊕, moderate ⊕⊕⊕◯, low ⊕⊕◯◯, very low ⊕◯◯◯."


def read(protocol: Protocol, inputs: Inputs) -> list[Finding]:
    """The findings of a run, as far as its files are there."""
    ratings = ratings_of(inputs.table("certainty")) if "certainty" in inputs else {}
    tool = protocol.risk_of_bias.tool
    missing = {}
    if tool == "rob-me" and "judgements" in inputs:
        missing = missing_evidence(inputs.table("judgements"), protocol.outcomes)
    return find(protocol.outcomes, inputs.results, ratings, protocol.certainty, tool, missing)


def section(found: Sequence[Finding], question: Question, *, alone: bool = False) -> Section:
    """The table with its notes and lettered reasons, what a reader has to know besides, evidence profile, suggestions; `alone` on a page
    of its own, where nothing is folded away and results are on the report's page."""
    letters = _letters(found)
    report = "index.html" if alone else ""
    blocks: list[Block] = [*_asked(question), summary(found, letters, report), *_notes(found)]
    if letters:
        blocks.append(Lines([f"{letter}: {said}" for said, letter in letters.items()]))
    if remarks := [*_remarks(found)]:
        blocks.append(Lines(remarks))
    further = [profile(found), beside(found)]
    if alone:
        further = [replace(one, fold="") for one in further]
    return Section("findings", TITLE, [*blocks, *needed(found), *further])


def _asked(question: Question) -> list[Block]:
    said = {
        "Patient or population": question.population,
        "Setting": question.setting,
        "Intervention": question.intervention,
        "Comparison": question.comparator,
    }
    lines: list[Cell] = [f"{name}: {text}" for name, text in said.items() if text]
    return [Lines(lines)] if lines else []


def summary(found: Sequence[Finding], letters: Mapping[str, str], report: str = "") -> Table:
    """The summary of findings: a row for each outcome, or for each of its risks without the intervention. `report` is the address of
    the page that has the results, "" for that of the table."""
    ci, apart = _interval(found)
    columns = heads(*(column.format(ci=ci) for column in COLUMNS))
    rows = [_row(one, place, letters, report, apart) for one in found for place in range(len(one.means) or 1)]
    return Table(CAPTION, columns, rows)


def _interval(found: Sequence[Finding]) -> tuple[str, bool]:
    """`95% CI`, as a table heads its intervals, and whether outcomes differ in their level, so that rows have to say it."""
    levels = {one.result.level for one in found if one.result.k}
    return wording.interval_of(*levels), len(levels) > 1


def needed(found: Sequence[Finding]) -> list[Block]:
    """The numbers needed to treat, at each risk; nothing where no outcome has risks."""
    ci, apart = _interval(found)

    def said(one: Finding, needed: Needed) -> str:
        of = f", {wording.interval_of(one.result.level)}" if apart else ""
        return f"{words.number_needed(needed)}{of}"

    rows: list[list[Cell]] = [
        [_called(one, means), words.risk_without(means), said(one, means.needed)]
        for one in found
        for means in one.means
    ]
    columns = heads("Outcome", "With comparator", f"Number needed to treat ({ci})")
    return [Table(NEEDED, columns, rows), Text(NEEDED_NOTE)] if rows else []


def _row(one: Finding, place: int, letters: Mapping[str, str], report: str, apart: bool) -> list[Cell]:
    """The row of an outcome, at the risk of that place if it has any."""
    outcome, means = one.outcome, one.means[place] if one.means else None
    name = _called(one, means)
    who = "" if one.participants is None else f"{round(one.participants):,} "
    size = f"{who}({one.studies:,})"
    level = one.result.level if apart else None
    effect = words.effect(one, level) or of_subgroups(one.result.subtotals, one.scale, level)
    leads: Cell = Link(effect, page_of(outcome.id)) if effect else NONE
    without, with_, difference = "", "", ""
    if means is not None:
        without, with_ = words.risk_without(means), words.risk_with(means)
        difference = words.difference(means)
    else:
        difference = words.shifted(one)
    meant = " ".join(
        filter(None, (words.statement(one, place), *wording.notices(one.result), outcome.comment))
    )
    return [
        Link(name, f"{report}#outcome-{outcome.id}"),
        size,
        leads,
        without,
        with_,
        difference,
        _certainty(one, letters),
        meant,
    ]


def _called(one: Finding, means: Absolute | None) -> str:
    """The outcome, with whose risk the row is of."""
    name = one.outcome.name
    return f"{name}: {means.baseline.name}" if means and means.baseline.name else name


def _certainty(one: Finding, letters: Mapping[str, str]) -> str:
    own = [letters[said] for said in _reasons(one)]
    return words.certainty(one) + (f"{words.SPACE}({', '.join(own)})" if own else "")


def _reasons(one: Finding) -> list[str]:
    """Why the rating is not where it starts, domain by domain, in the words of people."""
    rating = one.rating
    if rating is None:
        return []
    return [
        f"{words.domain(domain)} ({words.levels(levels)}): {rating.reasons[domain]}"
        for domain, levels in rating.levels.items()
        if levels
    ]


def _letters(found: Sequence[Finding]) -> dict[str, str]:
    """{reason: letter}, in the order of the table; what several outcomes have in common has one letter."""
    letters = map(_letter, count())
    return {said: next(letters) for said in dict.fromkeys(said for one in found for said in _reasons(one))}


def _letter(position: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    before, letter = divmod(position, 26)
    return (_letter(before - 1) if before else "") + chr(ord("a") + letter)


def _notes(found: Sequence[Finding]) -> list[Block]:
    """Where the risks come from, as far as this review has them so."""
    sources: dict[str, list[str]] = {}
    for one in found:
        for means in one.means:
            base = means.baseline
            whose = " ".join(
                filter(
                    None,
                    (
                        one.outcome.name,
                        f"({base.name})" if base.name else "",
                        f"at {base.at}" if base.at else "",
                    ),
                )
            )
            sources.setdefault(base.source, []).append(whose)
    blocks: list[Block] = []
    if sources:
        risks = "; ".join(f"{', '.join(names)}: {source}" for source, names in sources.items())
        if set(sources) == {OF_CONTROLS}:
            risks = OF_CONTROLS
        hazards = any(one.outcome.measure == "HR" and one.means for one in found)
        blocks.append(Text(NOTE.format(of_hazards=OF_HAZARDS if hazards else "", risks=risks)))
    if lasting := [one.outcome.name for one in found if one.means and words.counts_events(one.outcome)]:
        blocks.append(Text(OF_EVENTS.format(listed(lasting))))
    blocks += [Text(text) for one in found for text in _measured(one)]
    if any(one.ruler is not None and one.ruler.thresholds is COHEN for one in found):
        blocks.append(Text(BY_COHEN.format(COHEN)))
    if any(words.says_both_ways(one) for one in found):
        blocks.append(Text(NO_SIZE))
    return [*blocks, Text(SYMBOLS)] if any(one.rating for one in found) else blocks


def _measured(one: Finding) -> Iterator[str]:
    """In what an outcome's effect is said again, and which thresholds it has."""
    name, units, own = one.outcome.name, one.units, one.outcome.thresholds
    if units is not None:
        size = f"{units.sd:.3g} {units.unit} on {units.instrument} ({units.source})"
        yield f"{name}: the standardised difference times a standard deviation of {size}."
    if own.known:
        named = {"minimal": own.minimal, "moderate": own.moderate, "large": own.large}
        said = ", ".join(f"{level} {value:g}" for level, value in named.items() if value is not None)
        unit = f" {one.ruler.unit}" if one.ruler and one.ruler.thresholds.known and one.ruler.unit else ""
        yield f"Thresholds of {name}: {said}{unit}{f' ({own.source})' if own.source else ''}."


def _remarks(found: Sequence[Finding]) -> Iterator[Cell]:
    """What absolute numbers lack, ratings that no study is behind, what came since a rating, what an update would have to bring."""
    for one in found:
        yield from (f"{one.outcome.name}: {remark}" for remark in one.remarks)
        if one.rated_for_nothing:
            yield f"{one.outcome.name}: config/certainty.csv rates it, but no study reports it; no certainty is shown."
    for one in found:
        if one.moved is not None:
            yield words.moved(one, one.moved)
        if one.recounted is not None:
            yield f"{one.outcome.name}: {one.recounted.said}."
    yield from filter(None, map(words.missing_people, found))
