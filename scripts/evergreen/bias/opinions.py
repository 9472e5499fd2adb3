"""One assessor's sheet as opinions, checked against the tool: what it says of each domain of each result.

A judgement belongs to a study (RoB 1, most tools of one's own) or to a result: an outcome, a time point, a comparison, an effect
of interest. An empty cell holds for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from evergreen import tables
from evergreen.bias.tools import EFFECTS, OVERALL, Domain, Tool
from evergreen.bias.tools.overall import Stars
from evergreen.errors import InputError
from evergreen.extraction.check import content, filled, place_of
from evergreen.sheets import folded
from evergreen.sheets.columns import AWAITED
from evergreen.sheets.filing import holding


class Result(NamedTuple):
    """What is judged, by its labels as they are compared; "" where the judgement holds for all."""

    study: str
    outcome: str = ""
    timepoint: str = ""
    comparison: str = ""
    effect: str = ""

    @property
    def general(self) -> list[Result]:
        """What holds for it too, from the judgements of the whole study to its own, which are the last."""
        return [Result._make((self.study, *labels)) for labels in holding(self[1:])]


OPTIONAL = ("timepoint", "comparison", "effect")
"""Columns that a sheet need not have, and that are written where somebody uses them."""
_KEY = (*Result._fields, "domain", "question")


@dataclass
class Opinion:
    """What one assessor says on one domain of one result."""

    judgement: str = ""
    support: str = ""
    source: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    # Some domains are asked otherwise for the effect of adhering.
    effect: str = ""
    # What it is about, as the assessor calls it.
    about: str = ""
    # Whether the judgement is not what the answers lead to.
    overrides: bool = False


def result_of(row: Mapping[str, str]) -> Result:
    """What a row of a sheet or of `judgements.csv` judges; an effect that is none stands as it is written."""
    labels = [folded(row.get(name, "")) for name in Result._fields]
    return Result._make([*labels[:4], EFFECTS.read(labels[4]) or labels[4]])


def met(filed: Iterable[Result]) -> list[Result]:
    """With `filed` the results in which several of them meet, in the order of their labels.

    What is filed under a time point and what is filed under a comparison both hold for the result of that time point and comparison.
    """
    by_study: dict[str, dict[str, set[Result]]] = {}
    for result in filed:
        by_study.setdefault(result.study, {}).setdefault(result.outcome, set()).add(result)
    found: set[Result] = set()
    for by_outcome in by_study.values():
        for outcome, own in by_outcome.items():
            found |= _closed(own | (by_outcome.get("", set()) if outcome else set()))
    return sorted(found)


def _closed(results: set[Result]) -> set[Result]:
    """Results with all that two of them make together, as often as that gives another."""
    new = results
    while new and len({tuple(map(bool, result)) for result in results}) > 1:
        pairs = [(one, other) for one in new for other in results if _meet(one, other)]
        new = {Result._make(a or b for a, b in zip(*pair, strict=True)) for pair in pairs} - results
        results = results | new
    return results


def _meet(one: Result, other: Result) -> bool:
    return all(a == b or not a or not b for a, b in zip(one, other, strict=True))


Opinions = dict[Result, dict[str, Opinion]]
Awaited = dict[Result, set[str]]
"""Domains that a sheet awaits, by result."""
Variants = Mapping[str, str]
"""The variant of the tool by study as it is compared; a study that is not there has the usual one."""


def variants_of(sheets: Iterable[pd.DataFrame], tool: Tool, errors: list[InputError]) -> dict[str, str]:
    """What the column `variant` says of studies; every fault goes to `errors`."""
    found: dict[str, str] = {}
    for rows in sheets:
        for row in tables.rows(rows) if "variant" in rows else ():
            study, cell = row["study"], row["variant"]
            if not cell:
                continue
            place = {**place_of(row), "column": "variant"}
            variant = tool.variant_choices.read(cell)
            if variant is None:
                todo = f"Allowed: {tool.variant_choices}." if tool.variants else "Leave the cell empty."
                errors.append(InputError(f"{cell!r} is no variant of {tool.name}", **place, todo=todo))
            elif found.setdefault(folded(study), variant) != variant:
                problem = f"{study} is {variant} here and {found[folded(study)]} elsewhere"
                errors.append(InputError(problem, **place, todo="A study has one variant: keep one."))
    return {study: "" if variant == tool.usual_variant else variant for study, variant in found.items()}


def verdicts(rows: pd.DataFrame, errors: list[InputError]) -> pd.DataFrame:
    """The rows of the adjudicator's sheet that settle something, as rows of an assessor's sheet with `adjudicator`.

    Lines of `conflicts.csv` are such rows: `value` is the answer to their question, or the judgement where they have none, and `note` the
    support. A line without a verdict is still open. Every verdict of which nobody says whose it is goes to `errors`.
    """
    found = []
    for row in tables.rows(rows):
        said = "answer" if row["question"] else "judgement"
        verdict = {
            **row,
            said: row[said] or row.get("value", ""),
            "support": row["support"] or row.get("note", ""),
            "adjudicator": row.get("adjudicator", "") or row["assessor"],
        }
        if not verdict["answer"] and not verdict["judgement"]:
            continue
        if not verdict["adjudicator"]:
            errors.append(
                InputError("the cell is empty", **place_of(row), column="adjudicator", todo="Fill it.")
            )
        found.append(verdict)
    columns = dict.fromkeys((*rows.columns, "adjudicator"))
    return pd.DataFrame(found, columns=list(columns))


def opinions_of(rows: pd.DataFrame, tool: Tool, variants: Variants, errors: list[InputError]) -> Opinions:
    """One sheet as opinions; every fault goes to `errors`. A row that is awaited (labels, and nothing said) is none."""
    opinions: Opinions = {}
    seen: dict[tuple[str, ...], dict[str, str]] = {}
    before = len(errors)
    keyed = [
        (tuple(folded(row.get(column, "")) for column in _KEY), row) for row in filled(tables.rows(rows))
    ]
    for key, row in sorted(keyed, key=lambda one: (one[0], one[1]["_row"])):
        earlier = seen.setdefault(key, row)
        if earlier is not row:
            if content(earlier, _KEY) != content(row, _KEY):
                problem = f"judged already in row {earlier['_row']}, otherwise"
                errors.append(InputError(problem, **place_of(row), todo="Keep one of the two rows."))
            continue
        variant = variants.get(key[0], "")
        domain = tool.domain_of(row["domain"], variant)
        result = result_of(row)
        if domain is None:
            errors.append(_no_domain(row, tool, variant))
            continue
        if result.effect and result.effect not in EFFECTS.labels:
            problem = f"{row['effect']!r} is no effect of interest"
            errors.append(InputError(problem, **place_of(row), column="effect", todo=f"Allowed: {EFFECTS}."))
            continue
        about = ", ".join(filter(None, (row["study"], row["outcome"] or "all outcomes", *result[2:])))
        opinion = opinions.setdefault(result, {}).setdefault(domain.id, Opinion(about=about))
        if result.effect or "adhering" in folded(row["domain"]):
            opinion.effect = result.effect or "adhering"
        if row["question"]:
            _take_answer(opinion, row, domain, variant, tool, errors)
        if row["judgement"] or not row["question"]:
            _take_judgement(opinion, row, domain, tool, errors)
    errors[before:] = sorted(
        errors[before:], key=lambda error: error.row or 0
    )  # as the person goes through the sheet
    for result, domains in opinions.items():
        variant = variants.get(result.study, "")
        for domain_id, opinion in domains.items():
            suggested = tool.suggest(domain_id, opinion.answers, variant=variant, effect=opinion.effect)
            if suggested and opinion.judgement and opinion.judgement != suggested and not opinion.support:
                said = f"judged {opinion.judgement} where the answers lead to {suggested}, without a reason"
                problem, file = f"{opinion.about}, {domain_id}: {said}", str(rows["_file"].iloc[0])
                errors.append(InputError(problem, file=file, column="support", todo="Give the reason."))
            opinion.overrides = opinion.judgement not in ("", suggested)
            opinion.judgement = opinion.judgement or suggested or ""
    return opinions


def take_awaited(rows: pd.DataFrame, tool: Tool, variants: Variants, opinions: Opinions) -> Awaited:
    """The domains that a sheet awaits, which are taken out of its opinions: rows of theirs say nothing yet, and neither a person nor the
    answers have judged them."""
    waiting: Awaited = {}
    for row in tables.rows(rows) if AWAITED in rows else ():
        domain = (
            tool.domain_of(row["domain"], variants.get(folded(row["study"]), "")) if row[AWAITED] else None
        )
        if domain is None or (domain.id == OVERALL and tool.rule.decides):
            continue
        if not getattr(opinions.get(result_of(row), {}).get(domain.id), "judgement", ""):
            waiting.setdefault(result_of(row), set()).add(domain.id)
    for result, domains in waiting.items():
        begun = {id_: one for id_, one in opinions.pop(result, {}).items() if id_ not in domains}
        if begun:
            opinions[result] = begun
    return waiting


def _no_domain(row: Mapping[str, str], tool: Tool, variant: str) -> InputError:
    others = tool.variants_with(row["domain"])
    if others:
        own = variant or tool.usual_variant
        problem = f"{row['domain']!r} is no domain of {tool.name} where the variant is {own}"
        todo = f"Write {' or '.join(others)} in the column `variant` of the study, or mend the domain."
    else:
        allowed = ", ".join(domain.id for domain in tool.domains_of(variant))
        problem, todo = f"{row['domain']!r} is no domain of {tool.name}", f"Allowed: {allowed}, {OVERALL}."
    return InputError(problem, **place_of(row), column="domain", todo=todo)


def _take_answer(
    opinion: Opinion,
    row: Mapping[str, str],
    domain: Domain,
    variant: str,
    tool: Tool,
    errors: list[InputError],
) -> None:
    # A program that writes decimal commas makes one of the question's number.
    question, answer = row["question"].removesuffix(".").replace(",", "."), row["answer"].upper()
    known = domain.all_questions(variant)
    asked = known.get(question) or known.get(question.casefold())
    if asked is None and known and not tool.other_questions:
        problem = f"{row['question']!r} is no signalling question of {domain.id}"
        todo = f"Allowed: {', '.join(known)}."
        errors.append(InputError(problem, **place_of(row), column="question", todo=todo))
        return
    asked = asked or next(iter(known.values()), None)
    if asked is not None and answer:
        read = asked.choices.read(answer)
        if read is None:
            problem, todo = f"{answer!r} is no answer", f"Allowed: {asked.choices}."
            errors.append(InputError(problem, **place_of(row), column="answer", todo=todo))
            return
        answer = read
    opinion.answers[question] = answer
    if row["support"] and not row["judgement"]:
        opinion.support = joined([opinion.support, f"{question} {row['support']}"])
    opinion.source = joined([opinion.source, row["source"]])


def _take_judgement(
    opinion: Opinion, row: Mapping[str, str], domain: Domain, tool: Tool, errors: list[InputError]
) -> None:
    level = tool.level_of(row["judgement"]) if row["judgement"] else ""
    allowed = tool.levels_of(domain)
    shown = repr(row["judgement"]) if row["judgement"] else "nothing"
    problem, todo = f"{shown} is no judgement of {tool.name}", f"Allowed: {', '.join(allowed)}."
    if domain.id == OVERALL and isinstance(tool.rule, Stars):
        problem, todo = f"{tool.name} has no overall judgement", "Remove the row: the stars are counted."
    elif level not in (None, "") and level not in allowed:
        problem = f"{shown} is no judgement of {domain.id}"
    elif level or (level == "" and not row["support"]):
        opinion.judgement = level
        opinion.support = joined([opinion.support, row["support"]])
        opinion.source = joined([opinion.source, row["source"]])
        return
    errors.append(InputError(problem, **place_of(row), column="judgement", todo=todo))


def joined(texts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(text for text in texts if text))
