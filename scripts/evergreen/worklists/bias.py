"""Rows that an assessor has to fill in: what the own sheet holds, then the questions and domains that it lacks of included studies.

Nothing that somebody else judged is shown; of other people's sheets only labels are taken, the results that they judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.bias.opinions import OPTIONAL, Result, opinions_of, result_of, variants_of
from evergreen.bias.tools import EFFECTS, Tool
from evergreen.bias.tools.anatomy import Form
from evergreen.extraction.check import key_of
from evergreen.sheets import columns_of, folded
from evergreen.sheets.columns import AWAITED, PLACE
from evergreen.sheets.labels import spelling_of
from evergreen.worklists.lists import Row, Sheet, WorkList, columns_with_own

if TYPE_CHECKING:
    import pandas as pd

    from evergreen.protocol.outcomes import Outcome

Extracted = Mapping[str, Sequence[Sequence[str]]]
"""{study as it is compared: (what sheets call an outcome, its id, time point) of each result}."""
RESULT = ("study", "outcome", *OPTIONAL)
KEY = (*RESULT, "domain", "question")


def rows_to_judge(
    own: pd.DataFrame | None,
    everybody: Sequence[pd.DataFrame],
    studies: Sequence[str],
    outcomes: Sequence[str],
    tool: Tool,
    extracted: Extracted | None = None,
) -> Sheet:
    """The sheet of one assessor: `own` as it was read, then what it lacks of the results of `studies`.

    A study's results are the most special ones that any of the sheets of `everybody` judges and, with a tool that judges results, those
    that were `extracted` of it and for which no judgement is filed; where nobody judges the study, itself or each of the `outcomes`. A domain is asked at the widest label at which anybody judges it, and not where the own sheet
    has judged it for all.
    """
    variants = variants_of(everybody, tool, [])
    lines = [] if own is None else tables.rows(own)
    rows = [
        replace(_row({name: str(value) for name, value in line.items() if name not in PLACE}, tool, variants.get(folded(line["study"]), "")), own=True)
        for line in lines
    ]  # fmt: skip
    there = {_key(row.cells, tool, variants) for row in rows}
    judged = _results(everybody)
    for study, results in (extracted or {}).items():
        if study in judged and tool.unit == "result":
            judged[study] += _not_filed(judged[study], results)
    known = {
        (result_of(row), domain.id)
        for sheet in everybody
        for row in tables.rows(sheet)
        if (domain := tool.domain_of(row["domain"], variants.get(folded(row["study"]), "")))
    }
    mine = {} if own is None else opinions_of(own, tool, variants, [])
    done = {
        (result, domain)
        for result, domains in mine.items()
        for domain, said in domains.items()
        if said.judgement
    }
    if tool.of_syntheses:
        studies = ()  # what is judged is no study, and only people say which there are
    given = [name for name in (*OPTIONAL, "variant") if any(row.cells.get(name) for row in rows)]
    for study in studies:
        asked = [{"outcome": name} for name in outcomes] if tool.unit == "result" and outcomes else [{}]
        variant = variants.get(folded(study), "")
        for labels in judged.get(folded(study), asked):
            holding = result_of({"study": study, **labels}).general
            for domain in tool.domains_of(variant):
                if any((result, domain.id) in done for result in holding):
                    continue
                at = next((result for result in holding if (result, domain.id) in known), holding[-1])
                own_labels = {name: label for name, label in labels.items() if getattr(at, name)}
                effect = _effect_of(own_labels)
                for question in (*(one.id for one in domain.form(variant, effect).questions), ""):
                    cells = {"study": study, **own_labels, "domain": domain.id, "question": question}
                    if (key := _key(cells, tool, variants)) not in there:
                        there.add(key)
                        rows.append(_row(cells, tool, variant))
            given += [name for name in labels if name not in given and name != "outcome"]
    schema = [column for column in columns_of("risk_of_bias") if column.name != "assessor"]
    # Columns that nobody fills are left out; an empty one may be added.
    schema = [
        column
        for column in schema
        if column.name not in (*OPTIONAL, "variant") or column.name in given or tool.variants
    ]
    others = (
        []
        if own is None
        else [name for name in own.columns if name not in (*PLACE, *KEY, "variant", "assessor")]
    )
    return Sheet("Judgements", columns_with_own(schema, others), tuple(rows), key=KEY)


def _results(sheets: Iterable[pd.DataFrame]) -> dict[str, list[dict[str, str]]]:
    """By study the results that sheets judge, by their labels; not those that another is a part of."""
    found: dict[str, dict[Result, dict[str, str]]] = {}
    lines = [row for rows in sheets for row in tables.rows(rows)]
    for row in sorted(lines, key=lambda row: [str(row.get(name, "")) for name in RESULT]):
        labels = {name: row[name] for name in RESULT[1:] if row.get(name)}
        found.setdefault(folded(row["study"]), {}).setdefault(result_of(row), labels)
    wider = {result for results in found.values() for one in results for result in one.general[:-1]}
    return {
        study: [labels for result, labels in results.items() if result not in wider]
        for study, results in found.items()
    }


def results_of(sheets: Iterable[pd.DataFrame], outcomes: Sequence[Outcome]) -> Extracted:
    """The results that the protocol pools of the extractors' sheets."""
    import pandas as pd

    from evergreen.extraction.slices import of_other_comparisons  # with what fills cells comes scipy

    columns = ["study", "outcome", "timepoint", "arm", "group"]
    rows = pd.concat([pd.DataFrame(columns=columns), *(sheet.loc[~sheet[AWAITED].astype(bool), columns] for sheet in sheets)])  # fmt: skip
    called = rows["outcome"].map(folded)
    found: dict[str, set[tuple[str, str, str]]] = {}
    for outcome in outcomes:
        own = rows[called.eq(folded(outcome.data))]
        if outcome.timepoint:
            own = own[own["timepoint"].map(folded).isin(list(map(folded, outcome.timepoint)))]
        times = spelling_of(own["timepoint"])
        names = list(map(folded, own["study"]))
        elsewhere = of_other_comparisons(names, own, outcome)
        for study, timepoint in zip(names, map(folded, own["timepoint"]), strict=True):
            if study not in elsewhere:
                found.setdefault(study, set()).add((outcome.data, outcome.id, times.get(timepoint, "")))
    return {study: sorted(results) for study, results in sorted(found.items())}


def _not_filed(
    judged: Sequence[Mapping[str, str]], extracted: Sequence[Sequence[str]]
) -> list[dict[str, str]]:
    """Labels of the `extracted` results of a study for which none of its judgements is filed: by time point where others of the outcome are."""
    missing: dict[tuple[str, ...], dict[str, str]] = {}
    for data, id_, timepoint in extracted:
        names = {"", folded(data), folded(id_)}
        same = [labels for labels in judged if folded(labels.get("outcome", "")) in names]
        if not any(folded(labels.get("timepoint", "")) in ("", folded(timepoint)) for labels in same):
            labels = {"outcome": data} | ({"timepoint": timepoint} if same else {})
            missing.setdefault(tuple(map(folded, labels.values())), labels)
    return list(missing.values())


def _key(cells: dict[str, str], tool: Tool, variants: dict[str, str]) -> tuple[str, ...]:
    """A row's key; a domain is known by all of its names."""
    domain = tool.domain_of(cells["domain"], variants.get(folded(cells["study"]), ""))
    question = cells["question"].removesuffix(".").replace(",", ".")
    known = {
        **dict.fromkeys(KEY, ""),
        **cells,
        "domain": domain.id if domain else cells["domain"],
        "question": question,
    }
    return key_of(known, KEY)


def _row(cells: dict[str, str], tool: Tool, variant: str) -> Row:
    domain = tool.domain_of(cells["domain"], variant)
    allowed = {"effect": tuple(EFFECTS.labels), "variant": tuple(tool.variant_choices.labels)}
    part = ", ".join(filter(None, (cells.get(name, "") for name in RESULT[1:])))
    if domain is None:
        return Row(cells, allowed, part=part)
    row = Row(cells, allowed, part=" · ".join(filter(None, (part, domain.name))))
    effect = _effect_of(cells)
    asked = domain.all_questions(variant, effect).get(cells["question"])
    if asked is not None:
        hint = f"{asked.id} {asked.about}"
        return replace(
            row, allowed=allowed | {"answer": asked.answers}, hints={"question": hint, "answer": hint}
        )
    how = _how(domain.form(variant, effect))
    row = replace(row, follows=domain.form(variant, effect).algorithm is not None)
    return replace(
        row, allowed=allowed | {"judgement": tool.levels_of(domain)}, hints={"judgement": how} if how else {}
    )


def _effect_of(cells: Mapping[str, str]) -> str:
    """The effect of interest that a row names, by its key; "" where it names none."""
    return EFFECTS.read(cells.get("effect", "")) or ""


def _how(form: Form) -> str:
    """Who judges a domain that is asked so."""
    if form.algorithm:
        return "Leave the judgement empty to take what the answers lead to; another one needs its reason in support."
    return "Judge by the answers." if form.questions else ""


def lists_of(
    title: str,
    people: Sequence[str],
    sheets: Mapping[str, pd.DataFrame],
    included: Mapping[str, Sequence[str]] | None,
    outcomes: Sequence[str],
    tool: Tool,
    extracted: Extracted | None = None,
) -> list[WorkList]:
    """The list of each of `people`. `sheets` are those that are there, as they were read; `included` the studies with citations of
    their reports, None where nobody screens: then they are those that anybody names; `extracted` what `results_of` finds."""
    everybody = list(sheets.values())
    if included is None:
        included = dict.fromkeys(
            sorted(spelling_of(s for rows in everybody for s in rows["study"]).values()), ()
        )
    return [
        WorkList(
            title,
            f"Risk of bias ({tool.name})",
            person,
            f"config/risk_of_bias/{person}",
            rows_to_judge(sheets.get(person), everybody, list(included), outcomes, tool, extracted),
            included,
        )
        for person in people
    ]
