"""The reporting checklists, with what a run can know filled in and the rest marked for the authors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen import __version__
from evergreen.protocol.sources import Source
from evergreen.protocol.whole import Protocol
from evergreen.report import facts, methods, pooling_words
from evergreen.report.blocks import Head, Section, Table, Text
from evergreen.report.checklist_items import ITEMS, LIVING, PRISMA, SEARCH
from evergreen.report.facts import Facts
from evergreen.report.inputs import Inputs
from evergreen.report.status import plural
from evergreen.search import lines
from evergreen.tables import read_json

# What an answer is: complete; true, but something only authors know is missing; left to the authors.
RUN, PARTLY, AUTHORS = "from the run", "complete it", "to write"
COLUMNS = ["checklist", "item", "section", "topic", "asks", "status", "answer", "where", "reported_on_page"]
# Items of PRISMA-S, by types of sources and by other methods.
TYPES = {"register": "3", "website": "4", "citation": "5", "organisation": "7"}
METHODS = {"browsing": "4", "citation": "5", "contact": "6", "other": "7"}


@dataclass(frozen=True)
class Answer:
    text: str
    where: str = ""
    status: str = RUN


@dataclass(frozen=True)
class Run:
    """What the checklists are filled from.

    `counts` the content of counts.json, `sources` the table per_source.csv, `searches` the logs of the PubMed searches that were run
    (with `source`), `excluded` the number of reports excluded at full text, `facts` what was done.
    """

    protocol: Protocol
    counts: Mapping[str, Any]
    sources: pd.DataFrame
    searches: Sequence[Mapping[str, Any]]
    excluded: int
    facts: Facts


def read(protocol: Protocol, inputs: Inputs) -> Run:
    """What the checklists are filled from, of the files of a run."""
    searches = [{**read_json(path), "source": path.parent.parent.name} for path in inputs.paths("searches")]
    return Run(
        protocol,
        inputs.json("prisma"),
        inputs.table("per_source"),
        searches,
        len(inputs.table("excluded")),
        facts.read(protocol, inputs),
    )


def checklist(run: Run) -> pd.DataFrame:
    """All items with answers, columns `COLUMNS`; what no run can know has the status "to write" and no answer."""
    answers = {
        **{(PRISMA, item): answer for item, answer in _review(run).items()},
        **{(SEARCH, item): answer for item, answer in _search(run).items()},
        **{(LIVING, item): answer for item, answer in _living(run).items()},
    }
    rows = []
    for item in ITEMS:
        answer = answers.get((item.checklist, item.item), Answer("", status=AUTHORS))
        rows.append((*item, answer.status, answer.text, answer.where, ""))
    return pd.DataFrame(rows, columns=COLUMNS)


def sections(table: pd.DataFrame) -> list[Section]:
    """The checklists as sections of a document, one table each."""
    remark = (
        f'"{RUN}": taken from the protocol and the results. "{PARTLY}": true as it stands, and only the authors know the'
        f' rest. "{AUTHORS}": for the authors. Page numbers are filled in when the manuscript is set.'
    )
    widths = {
        "Item": 1.2,
        "Topic": 3.4,
        "Asked for": 5.6,
        "Answer": 8.4,
        "Where": 3.4,
        "Status": 2.0,
        "Page": 1.3,
    }
    heads = [Head(name, width_cm=width) for name, width in widths.items()]
    result = [Section("how", "How to read this", [Text(remark)])]
    for name, items in table.groupby("checklist", sort=False):
        rows = [
            [
                row["item"],
                row["topic"],
                row["asks"],
                row["answer"],
                row["where"],
                row["status"],
                row["reported_on_page"],
            ]
            for row in items.to_dict("records")
        ]
        done = int(items["status"].eq(RUN).sum())
        caption = (
            f"{name}: {done} of {len(items)} items filled, {int(items['status'].eq(AUTHORS).sum())} to write"
        )
        result.append(Section(str(name), str(name), [Table(caption, heads, rows)]))
    return result


def _review(run: Run) -> dict[str, Answer]:
    """Answers to the items of PRISMA 2020."""
    p, total, known = run.protocol, run.counts["total"], run.facts
    review = p.review
    asked = "; ".join(f"{key}: {methods.listed(_names(value))}" for key, value in p.question if value)
    reasons = "; ".join(p.screening.reasons.values())
    answers = {
        "1": Answer(
            f"Title in the protocol: {review.title}.",
            status=RUN if "systematic review" in review.title.lower() else PARTLY,
        ),
        "16a": Answer(_flow_words(run), "results/prisma/flow.svg"),
        "24b": Answer("The protocol is config/config.yaml, under version control.", "config/config.yaml", PARTLY),
        "24c": Answer(
            "Every change of the protocol is in the history of config/; say which changed the review, and why.",
            "config/", PARTLY,
        ),
        "27": Answer(
            "Decisions, extracted data and protocol: config/; results, tables behind every figure and the flow of records:"
            f" results/; code: Evergreen {__version__}. Say where they can be had.",
            "config/, results/", PARTLY,
        ),
    }  # fmt: skip
    if asked:
        answers["4"] = Answer(f"{asked}.", "config/config.yaml", PARTLY)
    if asked or reasons:
        criteria = [f"{asked}."] if asked else []
        criteria += [f"Reasons for exclusion, in order of priority: {reasons}."] if reasons else []
        answers["5"] = Answer(" ".join(criteria), "config/config.yaml", PARTLY)
    if p.sources:
        answers["6"] = Answer(_sources_words(run), "results/prisma/per_source.csv")
        answers["7"] = _strategies(run)
        answers["8"] = Answer(
            f"{methods.selection(p, known)} {_automated(run)}", "results/screening/", _selected(run)
        )
        answers["16b"] = Answer(
            f"{plural(run.excluded, 'report')} excluded at full text, with one reason each.",
            "results/prisma/excluded_reports.csv",
        )
    if words := methods.extraction(p, known):
        words = f"{words} Say whether authors of studies were asked."
        answers["9"] = Answer(words, "results/extraction/merged.csv", PARTLY)
    if words := methods.bias(p, known):
        judged = known.bias is not None and known.bias.studies > 0
        where = "results/risk_of_bias/judgements.csv"
        answers["11"] = Answer(words, where, RUN if judged else PARTLY)
    if known.bias is not None and known.bias.studies:
        answers["18"] = Answer(
            f"Judgements on {plural(known.bias.studies, 'study', 'studies')} with their support, as a table and two figures.",
            "results/figures/risk_of_bias/",
        )
    if p.outcomes:
        answers |= _synthesis(run)
    if known.rated:
        answers["15"] = Answer("GRADE, downgrades with their reasons.", "config/certainty.csv", PARTLY)
        said = f"Certainty of {plural(known.rated, 'outcome')} with the downgrades."
        answers["22"] = Answer(said, "results/report/index.html")
    if review.registration:
        answers["24a"] = Answer(f"{review.registration}.")
    if total["total_studies"]:
        answers["17"] = Answer(
            f"{plural(total['total_studies'], 'study', 'studies')} in {plural(total['total_reports'], 'report')}, listed"
            " with their reports; add what characterises them.",
            "results/screening/studies.csv", PARTLY,
        )  # fmt: skip
    return answers


def _synthesis(run: Run) -> dict[str, Answer]:
    """Answers on what is pooled: in the past where there is a result."""
    outcomes, analyses = run.protocol.outcomes, run.facts.analyses
    columns = sorted({name for outcome in outcomes for name in (*outcome.subgroups, *outcome.moderators)})
    explored = [
        f"{outcome.name}: {methods.listed([*outcome.subgroups, *outcome.moderators])}"
        for outcome in outcomes
        if outcome.subgroups or outcome.moderators
    ]
    compared = sorted({_changes(entry) for outcome in outcomes for entry in outcome.analysis.sensitivity})
    smallest = min(outcome.analysis.k_min_small_study for outcome in outcomes)
    per_outcome = "; ".join(f"{outcome.name} ({outcome.measure})" for outcome in outcomes)
    times = "; ".join(
        f"{outcome.name}, {methods.listed(outcome.timepoint)}" for outcome in outcomes if outcome.timepoint
    )
    everywhere = "results/synthesis/"
    done = RUN if len(analyses) == len(outcomes) else PARTLY
    answers = {
        "10a": Answer(f"{per_outcome}. Time points: {times or 'all that are reported'}.", "config/config.yaml"),
        "10b": Answer(
            f"Study-level columns: {methods.listed(columns)}." if columns else "No further variable is analysed.",
            "results/extraction/merged.csv", PARTLY,
        ),
        "12": Answer(f"{per_outcome}.", "config/config.yaml"),
        "13a": Answer(
            "Every included study that reports the outcome at the protocol's time points and arms; those that cannot be"
            " pooled are listed with the reason.",
            everywhere,
        ),
        "13d": Answer(
            f"{' '.join(pooling_words.synthesis(outcomes, analyses))} Software: Evergreen {__version__}.", everywhere, done
        ),
        "13e": Answer(
            f"Subgroups and moderators: {'; '.join(explored)}." if explored else "None was planned.", "config/config.yaml"
        ),
        "13f": Answer(
            f"Side by side with the main analysis: {'; '.join(compared)}." if compared else "None was planned beyond those"
            " that accompany every synthesis.",
            "config/config.yaml",
        ),
        "14": Answer(
            f"Funnel plots, and tests for small-study effects where there are {smallest} studies or more. Results that studies"
            " did not report are for the authors to judge.",
            "results/figures/", PARTLY,
        ),
    }  # fmt: skip
    if run.facts.extraction is not None:
        derived = run.facts.derived
        said = (
            f"Numbers of {plural(derived, 'row')} were derived from what is reported; each is listed with its rule."
            if derived
            else "No number was derived from others."
        )
        if imputed := run.facts.imputed:
            said += f" Numbers of {plural(imputed, 'row')} were imputed, with an input that no report of the study gives."
        answers["13b"] = Answer(said, "results/extraction/converted.csv")
    if shown := [one.outcome.name for one in analyses if one.k]:
        names = methods.listed(shown)
        answers["13c"] = Answer(
            f"Figures of {names}, each with a table of the numbers drawn.", "results/figures/"
        )
        answers["19"] = Answer(
            f"Group statistics, effect and interval of every study: {names}.", "results/figures/"
        )
    if pooled := [one.outcome.name for one in analyses if one.pooled]:
        said = f"Pooled estimates with interval and heterogeneity: {methods.listed(pooled)}."
        answers["20b"] = Answer(said, everywhere)
    for item, found, planned in (
        ("20c", pooling_words.explored(analyses), explored),
        ("20d", pooling_words.sensitivity(analyses), compared),
        ("21", pooling_words.small_study(analyses), []),
    ):
        if analyses:
            none = "Not made: the studies do not allow it." if planned else "None was made."
            answers[item] = Answer(" ".join(found) or none, everywhere, PARTLY if item == "21" else RUN)
    return answers


def _search(run: Run) -> dict[str, Answer]:
    """Answers to the items of PRISMA-S."""
    p = run.protocol
    if not p.sources:
        return {}
    by_type: dict[str, list[str]] = {}
    for source in p.sources.values():
        by_type.setdefault(source.type, []).append(_named(source))
    answers = {
        "1": Answer(f"{methods.listed(by_type.get('database', [])) or 'None'}.", "config/config.yaml"),
        "2": Answer("", status=AUTHORS),
        "8": _strategies(run),
        "12": Answer(methods.searches(p, run.facts), "results/search/"),
        "13": Answer(_dates_words(run), "config/config.yaml"),
        "15": Answer(_records_words(run), "results/prisma/per_source.csv"),
        "16": Answer(
            f"{' '.join(methods.duplicates(run.facts.deduplication))} Duplicates removed: {run.counts['total']['duplicates']:,}."
            f" Evergreen {__version__}.",
            "results/deduplication/clusters.csv",
        ),
    }
    for type_, item in TYPES.items():
        if type_ in by_type:
            answers[item] = Answer(
                f"{methods.listed(by_type[type_])}.",
                "config/config.yaml",
                RUN if type_ == "register" else PARTLY,
            )
    for method, item in METHODS.items():
        if said := methods.other_methods(p, method):
            there = [answers[item].text] if item in answers else []
            answers[item] = Answer(" ".join([*there, *said]), "config/config.yaml")
    if reviewed := methods.peer_reviews(p):
        answers["14"] = Answer(" ".join(reviewed), "config/config.yaml")
    if run.searches:
        limits = sorted({limit for log in run.searches for limit in map(str, log["strategy"]["limits"])})
        filters = sorted(
            {
                f"{used['title']} ({used['citation']})"
                for log in run.searches
                for used in log["strategy"]["filters"]
            }
        )
        status = RUN if _all_searched(run) else PARTLY
        answers["9"] = Answer(f"{'; '.join(limits) or 'None'}.", "results/search/", status)
        answers["10"] = Answer(f"{'; '.join(filters) or 'None'}.", "results/search/", status)
    return answers


def _living(run: Run) -> dict[str, Answer]:
    """Answers to the items of living reviews; nothing where the review has had one search."""
    rounds = list(run.counts["rounds"])
    if len(rounds) < 2:
        return {}
    latest = run.counts["rounds"][rounds[-1]]
    authors = methods.listed(run.protocol.review.authors)
    changed = f"New studies: {latest['new_studies']}, in {plural(latest['new_reports'], 'report')}"
    changed += f"; further reports of studies already included: {latest['extra_reports']}."
    return {
        "L1": Answer(
            f"Searches so far: {methods.listed(rounds)}. Give the schedule and when it ends.",
            "config/config.yaml",
            PARTLY,
        ),
        "L2": Answer(
            "The history of config/config.yaml shows every change of the protocol.", "config/", PARTLY
        ),
        "L3": Answer(f"{changed} What it changed in the results: the report.", "results/report/", PARTLY),
        **({"L4": Answer(f"Authors: {authors}. Say who joined or left.", status=PARTLY)} if authors else {}),
    }


def _all_searched(run: Run) -> bool:
    """Whether every source was searched by the workflow, so that the log holds every strategy."""
    return all(source.kind == "pubmed" for source in run.protocol.sources.values())


def _selected(run: Run) -> str:
    """Whether the selection is told whole: somebody screens at both stages, and nothing is open there."""
    stages = run.facts.stages.values()
    whole = all(stage.reviewers for stage in run.protocol.screening.stages.values())
    return RUN if whole and stages and not any(stage.open for stage in stages) else PARTLY


def _automated(run: Run) -> str:
    """What no person decided."""
    if tools := run.counts["total"]["excluded_automatic"]:
        return f"Automation tools marked {plural(tools, 'record')} as ineligible, and duplicates were found by an algorithm."
    found = run.facts.deduplication
    return (
        "No decision was automated; duplicates were."
        if found and found.merged
        else "No decision was automated."
    )


def _sources_words(run: Run) -> str:
    words = []
    for name, source in run.protocol.sources.items():
        days = run.facts.days(name)
        last = f"last searched {days[-1]}" if days else "not searched yet"
        words.append(f"{_named(source)}, {source.type}, {last}")
    others = dict.fromkeys(methods.METHODS[one.method].lower() for one in run.protocol.other_methods)
    besides = f" Besides: {methods.listed(others)}." if others else ""
    return f"{'; '.join(words)}.{besides}"


def _named(source: Source) -> str:
    """A source with its platform."""
    return f"{source.name} ({source.platform})" if source.platform else source.name


def _strategies(run: Run) -> Answer:
    """Where the strategy of each source stands, and which are to be added."""
    as_run = {log["source"]: len(log["lines"]) for log in run.searches}
    words = []
    for name, source in run.protocol.sources.items():
        text = run.facts.strategies.get(name)
        if name in as_run:
            said = f"{plural(as_run[name], 'line')} as run, with the hits of each, in the search log"
        elif text is not None:
            given = lines.read(text).lines
            count = sum(1 if line.number else len(line.rows) for line in given)
            hits = given[-1].hits if given else None
            stated = f", the last with {plural(hits, 'hit')}" if hits is not None else ""
            said = f"{plural(count, 'line')} as given with the export{stated}, in the report"
        else:
            said = f"add the strategy of the {source.kind}"
        words.append(f"{source.name}: {said}")
    whole = set(run.protocol.sources) <= {*as_run, *run.facts.strategies}
    return Answer(
        f"{'; '.join(words)}.", "results/search/, results/report/index.html", RUN if whole else PARTLY
    )


def _dates_words(run: Run) -> str:
    words = []
    for name, source in run.protocol.sources.items():
        said = f"{source.name}: {methods.listed(run.facts.days(name)) or 'not searched yet'}"
        if source.not_searched:
            said += f", not on {methods.listed(methods.dated(source, list(source.not_searched)))}"
        words.append(said)
    return f"{'; '.join(words)}."


def _records_words(run: Run) -> str:
    total = run.sources[run.sources["round"].eq("total")]
    words = [f"{row['name']}: {row['records']}" for row in total.to_dict("records")]
    stated = [
        f"{methods.METHODS[one.method].lower()}, {one.round}: {one.found}"
        for one in run.protocol.other_methods
        if one.found is not None
    ]
    besides = f" Looked at by hand: {'; '.join(stated)}." if stated else ""
    return f"{'; '.join(words)} records, each counted in the search that first found it.{besides}"


def _flow_words(run: Run) -> str:
    n = run.counts["total"]
    found = n["database_results"] + n["register_results"]
    assessed = n["dbr_assessed"] + n["other_assessed"]
    return (
        f"{plural(found, 'record')} from databases and registers, {plural(n['duplicates'], 'duplicate')}; of the others"
        f" {methods.screened_words(n, run.counts.get('skipped', ()))}; {plural(assessed, 'report')} assessed,"
        f" {plural(n['total_studies'], 'study', 'studies')} in {plural(n['total_reports'], 'report')} included."
    )


def _changes(entry: Mapping[str, Any]) -> str:
    """What a sensitivity analysis changes, in words."""
    return ", ".join(
        f"{key} {list(value) if isinstance(value, tuple) else value}" for key, value in entry.items()
    )


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
