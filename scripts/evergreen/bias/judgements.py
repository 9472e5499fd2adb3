"""Several assessors' sheets become one table of judgements; what they disagree on waits for an adjudicator.

Where a tool has an algorithm, answers to signalling questions lead to a judgement; an assessor who judges otherwise overrides
it with a reason. Tools are known by what `bias.tools` says of them and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.bias.opinions import (
    OPTIONAL,
    Awaited,
    Opinion,
    Opinions,
    Result,
    joined,
    met,
    opinions_of,
    result_of,
    take_awaited,
    variants_of,
    verdicts,
)
from evergreen.bias.tools import OVERALL, Tool
from evergreen.bias.tools.anatomy import class_of
from evergreen.errors import InputError, refuse
from evergreen.extraction.awaiting import AWAITS
from evergreen.extraction.comparing import by_each
from evergreen.sheets.labels import spelling_of

COLUMNS = ("study", "outcome", "domain", "judgement", "support", "source", "assessors", "status", "algorithm")
CONFLICTS = ("study", "outcome", "domain", "question", "values", "status", "value", "adjudicator", "note")
Lines = list[dict[str, str]]


@dataclass(frozen=True)
class Judged:
    """`judgements` and `conflicts` as they are written; `opinions` are what each assessor said, before adjudication."""

    judgements: pd.DataFrame
    conflicts: pd.DataFrame
    opinions: Mapping[str, Opinions]


def judge(sheets: Mapping[str, pd.DataFrame], adjudication: pd.DataFrame | None, tool: Tool) -> Judged:
    """Merge assessors' sheets into one judgement per result and domain, whatever the order of people and rows.

    `status` is agreed, single (one assessor only), adjudicated, conflict (judgement empty) or algorithm (the overall
    judgement). A domain that a sheet awaits is no disagreement; its conflict is pending. `algorithm` holds what the answers lead to, so that an override is seen. Time point, comparison, effect of interest and
    variant stand behind the outcome where somebody fills them. Raises InputError(s) on unknown domains, answers and levels, on
    contradictory rows, and on an override without a reason.
    """
    errors: list[InputError] = []
    sheets = {person: sheets[person] for person in sorted(sheets)}
    adjudication = None if adjudication is None else verdicts(adjudication, errors)
    everything = [*sheets.values(), *([adjudication] if adjudication is not None else [])]
    variants = variants_of(everything, tool, errors)
    opinions = {person: opinions_of(rows, tool, variants, errors) for person, rows in sheets.items()}
    awaited = {
        person: take_awaited(rows, tool, variants, opinions[person]) for person, rows in sheets.items()
    }
    settled = opinions_of(adjudication, tool, variants, errors) if adjudication is not None else {}
    refuse(errors)
    merged = _Merged(opinions, awaited, settled, _adjudicators(adjudication), variants, tool)
    spelt = _spellings(sheets.values())
    unexplained = [one for one in merged.overall.items() if not _reasoned(one[1])]
    refuse([_unreasoned({**row, **_called(result, spelt)}) for result, row in unexplained])
    if adjudication is not None:  # what nobody judged is called as the adjudicator calls it
        spelt = {name: called | spelt[name] for name, called in _spellings([adjudication]).items()}
    return Judged(
        _table(merged.judgements, COLUMNS, spelt, variants),
        _table(merged.conflicts, CONFLICTS, spelt, {}),
        opinions,
    )


def check(rows: pd.DataFrame, tool: Tool) -> None:
    """Refuse a sheet with domains, questions, answers or levels that the tool does not know, or an unexplained override."""
    errors: list[InputError] = []
    opinions_of(rows, tool, variants_of([rows], tool, errors), errors)
    refuse(errors)


def check_adjudication(rows: pd.DataFrame, tool: Tool) -> None:
    """Refuse the adjudicator's sheet for what `check` refuses, and a verdict of which nobody says whose it is."""
    errors: list[InputError] = []
    settled = verdicts(rows, errors)
    refuse(errors)
    check(settled, tool)


class _Merged:
    """Judgements and conflicts by result, in the order of their labels."""

    def __init__(
        self,
        opinions: Mapping[str, Opinions],
        awaited: Mapping[str, Awaited],
        settled: Opinions,
        who: Mapping[Result, str],
        variants: Mapping[str, str],
        tool: Tool,
    ) -> None:
        self.judgements: list[tuple[Result, dict[str, str]]] = []
        self.conflicts: list[tuple[Result, dict[str, str]]] = []
        self.overall: dict[Result, dict[str, str]] = {}
        self._opinions, self._awaited = opinions, awaited
        self._settled, self._who, self._tool = settled, who, tool
        filed = sorted({result for by_result in opinions.values() for result in by_result})
        rows = {result: self._domains(result, variants.get(result.study, "")) for result in filed}
        levels = {
            result: {domain: row["judgement"] for domain, row in found.items() if domain != OVERALL}
            for result, found in rows.items()
        }
        results = met(filed)
        # What says only a part of what holds for another result is no result of its own, unless a person judged it overall.
        shared = {one for result in results for one in result.general[:-1]}
        for result in results:
            self.judgements += (
                (result, row) for domain, row in rows.get(result, {}).items() if domain != OVERALL
            )
            known: dict[str, str] = {}
            raised: dict[str, str] = {}
            for one in result.general:
                known |= levels.get(one, {})
                raised = rows.get(one, {}).get(OVERALL, raised)
            variant = variants.get(result.study, "")
            level = tool.overall(known, variant)
            if not raised and (
                not tool.rule.decides or (result in shared and not tool.all_judged(known, variant))
            ):
                continue
            row = {
                **(raised or _line(OVERALL, level or "", "algorithm" if level else "pending")),
                "algorithm": level or "",
            }
            self.overall[result] = row
            self.judgements.append((result, row))
        self._orphans(rows)

    def _domains(self, result: Result, variant: str) -> dict[str, dict[str, str]]:
        """What people say of the domains of one result and of it as a whole; what they differ on goes to the conflicts."""
        said = {
            person: by_result[result] for person, by_result in self._opinions.items() if result in by_result
        }
        # What a person says of more than this result holds for it too, where others judge it by itself.
        judged = {domain for domains in said.values() for domain in domains}
        wider = {
            person: {domain: found for domain in judged - said.get(person, {}).keys() if (found := self._wider(person, result, domain))}
            for person in self._opinions
        }  # fmt: skip
        whole = {person for person, found in wider.items() if found.keys() >= judged}
        self.conflicts += ((result, line) for line in _pending(list(self._opinions), said.keys() | whole))
        rows: dict[str, dict[str, str]] = {}
        decided = self._settled.get(result, {})
        for domain in [*(domain.id for domain in self._tool.domains_of(variant)), OVERALL]:
            by_person = {
                person: one
                for person in self._opinions
                if (one := said.get(person, {}).get(domain) or wider[person].get(domain))
            }
            decision = decided.get(domain)
            late = [person for person in said if domain in self._awaited[person].get(result, ())]
            for person in late:
                line = _conflict(domain, "", by_each({person: AWAITS}), "pending", "", "", "")
                self.conflicts.append((result, line))
            if not by_person and not decision:
                continue
            answers, open_questions = _merged_answers(by_person, decision)
            voices = [*by_person.values(), *([decision] if decision else [])]
            effects = [voice.effect for voice in voices if voice.effect]
            suggested = self._tool.suggest(
                domain, answers, variant=variant, effect=effects[-1] if effects else ""
            )
            by_whom = self._who.get(result, "")
            rows[domain], listed = _settle(
                domain, by_person, decision, [one for one in self._opinions if one in said.keys() | by_person.keys() and one not in late],
                by_whom, suggested or "",
                open_questions,
            )  # fmt: skip
            self.conflicts += ((result, line) for line in listed)
        return rows

    def _wider(self, person: str, result: Result, domain: str) -> Opinion | None:
        """What a person says of a domain of the most specific of the results that a result is a part of; nothing where the sheet awaits it."""
        if domain in self._awaited[person].get(result, ()):
            return None
        found = (self._opinions[person].get(one, {}).get(domain) for one in reversed(result.general[:-1]))
        return next(filter(None, found), None)

    def _orphans(self, judged: Mapping[Result, object]) -> None:
        """Decisions on what nobody judged."""
        for result in sorted(self._settled.keys() - judged.keys()):
            by_whom = self._who.get(result, "")
            for domain, decision in self._settled[result].items():
                line = _conflict(domain, "", "", "orphan", decision.judgement, by_whom, decision.support)
                self.conflicts.append((result, line))


def _settle(
    domain: str,
    by_person: Mapping[str, Opinion],
    decision: Opinion | None,
    people: list[str],
    by_whom: str,
    suggested: str,
    open_questions: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, str], Lines]:
    """The judgement of one domain, and what of it was or is in conflict."""
    conflicts = []
    said = {person: by_person[person].judgement if person in by_person else "" for person in people}
    differs = len(set(said.values())) > 1
    # Answers that an adjudicator gives settle the judgement where they lead to one that no assessor overrides: else what people say stands.
    follows = suggested and all(
        voice.judgement == suggested for voice in by_person.values() if voice.overrides
    )
    verdict = decision if decision and (decision.judgement or (decision.answers and follows)) else None
    by = by_whom if verdict else ""
    level, status = next(iter(said.values()), ""), "agreed" if len(by_person) > 1 else "single"
    if verdict:
        level, status = verdict.judgement or suggested, "adjudicated"
    elif differs:
        given = {value for value in said.values() if value}
        level, status = (given.pop(), "single") if len(given) == 1 else ("", "conflict")
    for question, values in open_questions.items():
        answer = decision.answers.get(question, "") if decision else ""
        state = "adjudicated" if verdict or answer else "open" if not level else "no effect"
        conflicts.append(
            _conflict(domain, question, by_each(values), state, answer, by_whom if answer else by, "")
        )
    # One that holds against what all say by now, or where nobody says anything any more.
    overruled = verdict and verdict.judgement and len(by_person) != 1 and level not in said.values()
    if differs or overruled:
        settled = ("adjudicated", level, by, verdict.support) if verdict else ("open", "", "", "")
        conflicts.append(_conflict(domain, "", by_each(said), *settled))
    voices = [verdict] if verdict else list(by_person.values())
    row = {
        "domain": domain, "judgement": level,
        "support": joined(voice.support for voice in voices), "source": joined(voice.source for voice in voices),
        "assessors": "; ".join(by_person), "status": status, "algorithm": suggested,
    }  # fmt: skip
    return row, conflicts


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
        classes = {class_of(value) for value in values.values()}
        if len(classes) > 1:
            differing[question] = values
        else:
            answers[question] = max(values.values(), key=len)
    return answers | (decision.answers if decision else {}), differing


def _reasoned(row: Mapping[str, str]) -> bool:
    return bool(
        not row["judgement"] or not row["algorithm"] or row["judgement"] == row["algorithm"] or row["support"]
    )


def _unreasoned(row: Mapping[str, str]) -> InputError:
    """An override of the overall judgement that nobody explained."""
    about = ", ".join(
        filter(None, (row["study"], row["outcome"] or "all outcomes", *(row[name] for name in OPTIONAL)))
    )
    problem = f"{about}: judged {row['judgement']} overall where the domains lead to {row['algorithm']}, without a reason"
    return InputError(problem, column="support", todo="Give the reason in the sheet of config/risk_of_bias.")


def _adjudicators(adjudication: pd.DataFrame | None) -> dict[Result, str]:
    if adjudication is None:
        return {}
    found: dict[Result, list[str]] = {}
    for row in tables.rows(adjudication):
        found.setdefault(result_of(row), []).append(row["adjudicator"])
    return {result: "; ".join(sorted(spelling_of(names).values())) for result, names in found.items()}


Spellings = Mapping[str, Mapping[str, str]]


def _spellings(sheets: Iterable[pd.DataFrame]) -> dict[str, dict[str, str]]:
    """{column: {label as it is compared: as it is shown}}; an effect is called as the product calls it."""
    sheets = list(sheets)
    return {
        name: {}
        if name == "effect"
        else spelling_of(label for rows in sheets if name in rows for label in rows[name])
        for name in Result._fields
    }


def _called(result: Result, spelt: Spellings) -> dict[str, str]:
    return {name: spelt[name].get(label, label) for name, label in result._asdict().items()}


def _table(
    lines: list[tuple[Result, dict[str, str]]],
    columns: tuple[str, ...],
    spelt: Spellings,
    variants: Mapping[str, str],
) -> pd.DataFrame:
    """With the columns of `OPTIONAL` and the variant behind the outcome, as far as a line fills them."""
    rows = [
        {**line, **_called(result, spelt), "variant": variants.get(result.study, "")}
        for result, line in lines
    ]
    used = [name for name in (*OPTIONAL, "variant") if any(row[name] for row in rows)]
    return pd.DataFrame(rows, columns=[*columns[:2], *used, *columns[2:]])


def _pending(people: list[str], said: Set[str]) -> Lines:
    if all(person in said for person in people):
        return []
    values = {person: "present" if person in said else "absent" for person in people}
    return [_conflict("", "", by_each(values), "pending", "", "", "")]


def _line(domain: str, judgement: str, status: str) -> dict[str, Any]:
    return {**dict.fromkeys(COLUMNS, ""), "domain": domain, "judgement": judgement, "status": status}


def _conflict(*values: str) -> dict[str, str]:
    """The cells of `CONFLICTS` behind study and outcome."""
    return dict(zip(CONFLICTS[2:], values, strict=True))
