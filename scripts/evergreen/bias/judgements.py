"""Several assessors' sheets become one table of judgements; what they disagree on waits for an adjudicator.

A judgement belongs to a study (RoB 1, most tools of one's own) or to a result, that is a study and an outcome (RoB 2).
Where a tool has an algorithm, answers to signalling questions lead to a judgement; an assessor who judges otherwise overrides
it with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from evergreen import tables
from evergreen.bias import rob2
from evergreen.bias.tools import OVERALL, Tool
from evergreen.errors import InputError, refuse
from evergreen.extraction.check import content
from evergreen.sheets import folded
from evergreen.sheets.labels import Choices, spelling_of

_KEY = ("study", "outcome", "domain", "question")
COLUMNS = ("study", "outcome", "domain", "judgement", "support", "source", "assessors", "status", "algorithm")
CONFLICTS = ("study", "outcome", "domain", "question", "values", "status", "value", "adjudicator", "note")


class Result(NamedTuple):
    """What is judged, by its labels as they are compared; `outcome` is "" where the judgement holds for the whole study."""

    study: str
    outcome: str


ANSWERS = Choices(rob2.IN_WORDS)


@dataclass
class Opinion:
    """What one assessor says on one domain of one result."""

    judgement: str = ""
    support: str = ""
    source: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    # D2 of RoB 2 is asked in one of two forms.
    form: str = ""
    # What it is about, as the assessor calls it.
    about: str = ""


Opinions = dict[Result, dict[str, Opinion]]


@dataclass(frozen=True)
class Judged:
    judgements: pd.DataFrame
    conflicts: pd.DataFrame


def judge(sheets: Mapping[str, pd.DataFrame], adjudication: pd.DataFrame | None, tool: Tool) -> Judged:
    """Merge assessors' sheets into one judgement per result and domain, whatever the order of people and rows.

    `status` is agreed, single (one assessor only), adjudicated, conflict (judgement empty) or algorithm (the overall
    judgement). `algorithm` holds what the answers lead to, so that an override is seen. Raises InputError(s) on unknown domains,
    answers and levels, on contradictory rows, and on an override without a reason.
    """
    errors: list[InputError] = []
    sheets = {person: sheets[person] for person in sorted(sheets)}
    spelt = {
        name: spelling_of(label for rows in sheets.values() for label in rows[name])
        for name in Result._fields
    }
    opinions = {person: _opinions(rows, tool, errors) for person, rows in sheets.items()}
    settled = _opinions(adjudication, tool, errors) if adjudication is not None else {}
    refuse(errors)
    who = _adjudicators(adjudication)

    judgements: list[dict[str, str]] = []
    conflicts: list[dict[str, str]] = []
    order = [domain.id for domain in tool.domains]
    for result in sorted({result for by_result in opinions.values() for result in by_result}):
        said = {person: by_result[result] for person, by_result in opinions.items() if result in by_result}
        conflicts += _pending(result, list(sheets), said)
        levels: dict[str, str] = {}
        for domain in [*order, OVERALL]:
            by_person = {person: domains[domain] for person, domains in said.items() if domain in domains}
            decision = settled.get(result, {}).get(domain)
            if not by_person and not decision:
                continue
            row, listed = _merged(result, domain, by_person, decision, list(said), who, tool)
            conflicts += listed
            if domain == OVERALL:
                row["algorithm"] = tool.overall(levels) or ""
                errors += _unreasoned({**row, **_called(result, spelt)})
            else:
                levels[domain] = row["judgement"]
            judgements.append(row)
        if not any(OVERALL in domains for domains in [*said.values(), settled.get(result, {})]):
            level = tool.overall(levels)
            row = dict.fromkeys(COLUMNS, "")
            row |= {**result._asdict(), "domain": OVERALL, "judgement": level or ""}
            judgements.append(row | {"status": "algorithm" if level else "pending", "algorithm": level or ""})
    for result in sorted(settled.keys() - {Result(row["study"], row["outcome"]) for row in judgements}):
        for domain, decision in settled[result].items():
            conflicts.append(
                _line(result, domain, "", "", "orphan", decision.judgement, who, decision.support)
            )
    refuse(errors)
    if adjudication is not None:  # what nobody judged is called as the adjudicator calls it
        spelt = {name: spelling_of(adjudication[name]) | own for name, own in spelt.items()}
    for line in (*judgements, *conflicts):
        line |= _called(Result(line["study"], line["outcome"]), spelt)
    return Judged(
        pd.DataFrame(judgements, columns=list(COLUMNS)), pd.DataFrame(conflicts, columns=list(CONFLICTS))
    )


def _called(result: Result, spelt: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {name: spelt[name].get(label, label) for name, label in result._asdict().items()}


def check(rows: pd.DataFrame, tool: Tool) -> None:
    """Refuse a sheet with domains, questions, answers or levels that the tool does not know, or an unexplained override."""
    errors: list[InputError] = []
    _opinions(rows, tool, errors)
    refuse(errors)


def _merged(
    result: Result,
    domain: str,
    by_person: Mapping[str, Opinion],
    decision: Opinion | None,
    people: list[str],
    who: Mapping[Result, str],
    tool: Tool,
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The judgement of one domain, and what of it was or is in conflict."""
    conflicts = []
    answers, open_questions = _merged_answers(by_person, decision)
    suggested = _suggest(tool, domain, answers, by_person, decision)
    said = {person: by_person[person].judgement if person in by_person else "" for person in people}
    differs = len(set(said.values())) > 1
    settles = decision is not None and bool(decision.judgement or decision.answers)
    level, status = next(iter(said.values()), ""), "agreed" if len(by_person) > 1 else "single"
    if settles and decision is not None:
        level, status = decision.judgement or suggested or "", "adjudicated"
    elif differs:
        given = {value for value in said.values() if value}
        level, status = (given.pop(), "single") if len(given) == 1 else ("", "conflict")
    for question, values in open_questions.items():
        settled = bool(decision and question in decision.answers)
        state = "adjudicated" if settled or settles else "open" if not level else "no effect"
        value = decision.answers.get(question, "") if decision else ""
        conflicts.append(
            _line(result, domain, question, _said(values), state, value, who if settles else {}, "")
        )
    if differs:
        state = "adjudicated" if settles else "open"
        note = decision.support if settles and decision else ""
        conflicts.append(
            _line(
                result, domain, "", _said(said), state, level if settles else "", who if settles else {}, note
            )
        )
    voices = [decision] if settles and decision else list(by_person.values())
    row = {
        **result._asdict(), "domain": domain, "judgement": level,
        "support": _joined(voice.support for voice in voices), "source": _joined(voice.source for voice in voices),
        "assessors": "; ".join(by_person), "status": status, "algorithm": suggested or "",
    }  # fmt: skip
    return row, conflicts


def _unreasoned(row: Mapping[str, str]) -> list[InputError]:
    """An override of the overall judgement that nobody explained."""
    if not row["judgement"] or not row["algorithm"] or row["judgement"] == row["algorithm"] or row["support"]:
        return []
    result = f"{row['study']}, {row['outcome'] or 'all outcomes'}"
    problem = f"{result}: judged {row['judgement']} overall where the domains lead to {row['algorithm']}, without a reason"
    return [
        InputError(problem, column="support", todo="Give the reason in the sheet of config/risk_of_bias.")
    ]


def _merged_answers(
    by_person: Mapping[str, Opinion], decision: Opinion | None
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """({question: answer}, {question: {person: answer}} of those on which the assessors differ).

    Yes and probably yes lead to the same judgement: they agree, and the more cautious is kept.
    """
    answers: dict[str, str] = {}
    differing: dict[str, dict[str, str]] = {}
    for question in sorted({question for opinion in by_person.values() for question in opinion.answers}):
        values = {
            person: opinion.answers.get(question, "")
            for person, opinion in by_person.items()
            if opinion.answers
        }
        classes = {rob2.CLASS.get(value, "") for value in values.values()}
        if len(classes) > 1:
            differing[question] = values
        else:
            answers[question] = max(values.values(), key=len)
    return answers | (decision.answers if decision else {}), differing


def _suggest(
    tool: Tool,
    domain: str,
    answers: Mapping[str, str],
    by_person: Mapping[str, Opinion],
    decision: Opinion | None,
) -> str | None:
    if not tool.questions or domain == OVERALL:
        return None
    forms = [voice.form for voice in [*by_person.values(), *([decision] if decision else [])] if voice.form]
    return rob2.suggest(forms[-1] if forms else domain, answers)


def _opinions(rows: pd.DataFrame, tool: Tool, errors: list[InputError]) -> Opinions:
    """One sheet as opinions; every fault goes to `errors`."""
    opinions: Opinions = {}
    seen: dict[tuple[str, ...], dict[str, str]] = {}
    before = len(errors)
    in_order = sorted(tables.rows(rows), key=lambda row: (*(folded(row[name]) for name in _KEY), row["_row"]))
    for row in in_order:
        place: dict[str, Any] = {"file": row["_file"], "row": int(row["_row"])}
        key = tuple(folded(row[column]) for column in _KEY)
        earlier = seen.setdefault(key, row)
        if earlier is not row:
            if content(earlier, _KEY) != content(row, _KEY):
                errors.append(
                    InputError(
                        f"judged already in row {earlier['_row']}, otherwise",
                        **place,
                        todo="Keep one of the two rows.",
                    )
                )
            continue
        domain = tool.domain_of(row["domain"])
        if domain is None:
            allowed = ", ".join(domain.id for domain in tool.domains)
            errors.append(
                InputError(
                    f"{row['domain']!r} is no domain of {tool.name}",
                    **place,
                    column="domain",
                    todo=f"Allowed: {allowed}, {OVERALL}.",
                )
            )
            continue
        opinion = opinions.setdefault(Result(folded(row["study"]), folded(row["outcome"])), {}).setdefault(
            domain.id, Opinion(about=f"{row['study']}, {row['outcome'] or 'all outcomes'}")
        )
        if "adhering" in folded(row["domain"]):
            opinion.form = f"{domain.id}-adhering"
        if row["question"]:
            _take_answer(opinion, row, domain.id, tool, errors)
        if row["judgement"] or not row["question"]:
            _take_judgement(opinion, row, tool, errors)
    errors[before:] = sorted(
        errors[before:], key=lambda error: error.row or 0
    )  # as the person goes through the sheet
    for domains in opinions.values():
        for domain_id, opinion in domains.items():
            suggested = _suggest(tool, domain_id, opinion.answers, {"": opinion}, None)
            if suggested and opinion.judgement and opinion.judgement != suggested and not opinion.support:
                errors.append(
                    InputError(
                        f"{opinion.about}, {domain_id}: judged {opinion.judgement} where the answers "
                        f"lead to {suggested}, without a reason",
                        file=str(rows["_file"].iloc[0]),
                        column="support",
                        todo="Give the reason.",
                    )
                )
            opinion.judgement = opinion.judgement or suggested or ""
    return opinions


def _take_answer(
    opinion: Opinion, row: Mapping[str, str], domain: str, tool: Tool, errors: list[InputError]
) -> None:
    place: dict[str, Any] = {"file": row["_file"], "row": int(row["_row"])}
    # A program that writes decimal commas makes one of the question's number.
    question, answer = row["question"].removesuffix(".").replace(",", "."), row["answer"].upper()
    if tool.questions:
        allowed = rob2.QUESTIONS.get(domain, ())
        if question not in allowed:
            errors.append(
                InputError(
                    f"{row['question']!r} is no signalling question of {domain}",
                    **place,
                    column="question",
                    todo=f"Allowed: {', '.join(allowed)}.",
                )
            )
            return
        read = ANSWERS.read(answer) if answer else ""
        if read is None:
            errors.append(
                InputError(f"{answer!r} is no answer", **place, column="answer", todo=f"Allowed: {ANSWERS}.")
            )
            return
        answer = read
    opinion.answers[question] = answer
    if row["support"] and not row["judgement"]:
        opinion.support = _joined([opinion.support, f"{question} {row['support']}"])
    opinion.source = _joined([opinion.source, row["source"]])


def _take_judgement(opinion: Opinion, row: Mapping[str, str], tool: Tool, errors: list[InputError]) -> None:
    level = tool.level_of(row["judgement"]) if row["judgement"] else ""
    if level is None or (not level and row["support"]):
        shown = repr(row["judgement"]) if row["judgement"] else "nothing"
        errors.append(
            InputError(
                f"{shown} is no judgement of {tool.name}",
                file=row["_file"],
                row=int(row["_row"]),
                column="judgement",
                todo=f"Allowed: {', '.join(tool.levels)}.",
            )
        )
        return
    opinion.judgement = level
    opinion.support = _joined([opinion.support, row["support"]])
    opinion.source = _joined([opinion.source, row["source"]])


def _adjudicators(adjudication: pd.DataFrame | None) -> dict[Result, str]:
    if adjudication is None:
        return {}
    named = adjudication["adjudicator"] if "adjudicator" in adjudication else adjudication["assessor"]
    found: dict[Result, list[str]] = {}
    for study, outcome, name in zip(adjudication["study"], adjudication["outcome"], named, strict=True):
        found.setdefault(Result(folded(study), folded(outcome)), []).append(name)
    return {result: "; ".join(sorted(spelling_of(names).values())) for result, names in found.items()}


def _pending(result: Result, people: list[str], said: Mapping[str, object]) -> list[dict[str, str]]:
    absent = [person for person in people if person not in said]
    if not absent:
        return []
    values = {person: "present" if person in said else "absent" for person in people}
    return [_line(result, "", "", _said(values), "pending", "", {}, "")]


def _line(
    result: Result,
    domain: str,
    question: str,
    values: str,
    status: str,
    value: str,
    who: Mapping[Result, str],
    note: str,
) -> dict[str, str]:
    return dict(
        zip(
            CONFLICTS,
            (*result, domain, question, values, status, value, who.get(result, ""), note),
            strict=True,
        )
    )


def _said(values: Mapping[str, str]) -> str:
    return "; ".join(f"{person}={value}" for person, value in values.items())


def _joined(texts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(text for text in texts if text))
