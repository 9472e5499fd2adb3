"""Answers to the items of PRISMA 2020 and of living reviews."""

from __future__ import annotations

from collections.abc import Sequence

from evergreen import __version__
from evergreen.counting import listed, noun, plural
from evergreen.figures import wording
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.report import further, methods, methods_sections, pooling_words, results_words, search_words
from evergreen.report.checklist_abstract import WHERE, asked, found, titled
from evergreen.report.checklist_run import FIGURES, PARTLY, PER_SOURCE, PROTOCOL, RUN, SYNTHESES, Answer, Run
from evergreen.report.checklist_search import sources_words, strategies
from evergreen.sheets.columns import in_words
from evergreen.tables import grouped

NO_CHANGE = "The authors have named no change so far."


def of_review(run: Run) -> dict[str, Answer]:
    """Answers to the items of PRISMA 2020."""
    p, total, known = run.protocol, run.counts["total"], run.facts
    review, changed = p.review, methods.changed(p)
    answers = {
        "1": Answer(f"Title in the protocol: {review.title}.", status=RUN if titled(p) else PARTLY),
        "2": Answer("The list for abstracts follows.", WHERE, PARTLY),
        "4": Answer(asked(p), PROTOCOL, PARTLY),
        "5": Answer(methods_sections.eligibility(p), PROTOCOL, PARTLY),
        "24a": Answer(f"{review.registration}." if review.registration else ""),
        "24b": Answer("The protocol as the run followed it; say where the registered one is.", PROTOCOL, PARTLY),
        "24c": Answer(" ".join(changed), "results/report/index.html#differences") if changed else Answer(NO_CHANGE, PROTOCOL, PARTLY),
        "27": Answer(
            "Decisions, extracted data and protocol: config/; results, tables behind every figure and the flow of records:"
            f" results/; code: Evergreen {__version__}. Say where they can be had.",
            "config/, results/", PARTLY,
        ),
    }  # fmt: skip
    if p.sources or p.prisma.given:
        pending = sum(total[key] for key in ("records_pending", "dbr_pending", "other_pending"))
        words = " ".join(results_words.flow(run.counts, p.screening.reasons))
        answers["16a"] = Answer(words, "results/prisma/flow.svg", PARTLY if pending else RUN)
    if p.sources:
        answers["6"] = Answer(sources_words(run), PER_SOURCE)
        answers["7"] = strategies(run)
        words = f"{methods.selection(p, known)} {_automated(run)}"
        answers["8"] = Answer(words, "results/screening/", _selected(run))
        excluded = "No report has been excluded at full text."
        if run.excluded:
            reports = plural(run.excluded, "report was", "reports were")
            excluded = f"{reports} excluded at full text, with one reason{noun(run.excluded, '', ' each')}."
        answers["16b"] = Answer(excluded, "results/prisma/excluded_reports.csv", PARTLY if pending else RUN)
    if words := methods.extraction(p, known):
        words = f"{words} Say whether authors of studies were asked."
        answers["9"] = Answer(words, "results/extraction/merged.csv", PARTLY)
    if words := methods.bias(p, known):
        judged = known.bias is not None and known.bias.studies > 0 and not known.bias.untouched
        where = "results/risk_of_bias/judgements.csv"
        answers["11"] = Answer(words, where, RUN if judged else PARTLY)
    if known.bias is not None and known.bias.studies:
        studies = plural(known.bias.studies, "study", "studies")
        words = f"Judgements on {studies} with their support, as a table and two figures."
        answers["18"] = Answer(words, f"{FIGURES}risk_of_bias/", PARTLY if known.bias.untouched else RUN)
    if p.outcomes:
        answers |= _synthesis(run)
    if words := methods_sections.certainty(p, known):
        whole = RUN if len(known.rated) == sum(one.result.k > 0 for one in known.analyses) else PARTLY
        answers["15"] = Answer(words, "results/report/index.html#findings", whole)
        if levels := [f"{one.outcome.name}: {one.rating.certainty}" for one in run.findings if one.rating]:
            where = "results/report/summary_of_findings.html"
            answers["22"] = Answer(f"{'; '.join(levels)}.", where, whole)
    if total["total_studies"]:
        answers["17"] = Answer(
            f"{plural(total['total_studies'], 'study', 'studies')} in {plural(total['total_reports'], 'report')}, each listed with"
            f" its reports{' and what characterises it' if run.described else '; add what characterises them'}.",
            "results/report/index.html#characteristics" if run.described else "results/screening/studies.csv",
            RUN if run.described else PARTLY,
        )  # fmt: skip
    return {item: answer for item, answer in answers.items() if answer.text}


def _synthesis(run: Run) -> dict[str, Answer]:
    """Answers on what is pooled: in the past where there is a result."""
    outcomes, analyses = run.protocol.outcomes, run.facts.analyses
    by_outcome = [
        (one.name, [*map(wording.moderator, (*one.subgroups, *one.moderators))]) for one in outcomes
    ]
    read = sorted({column for _, own in by_outcome for column in own})
    columns = dict.fromkeys([*map(in_words, run.described), *read])
    explored = [f"{name}: {listed(own)}" for name, own in by_outcome if own]
    asked = {wording.changes(entry) for outcome in outcomes for entry in outcome.analysis.sensitivity}
    # What was made, which the data may ask for as well (a retraction); before anything is, what is planned.
    compared = sorted({said for one in analyses for said in one.sensitivity} or asked)
    smallest = min(outcome.analysis.k_min_small_study for outcome in outcomes)
    names = "; ".join(outcome.name for outcome in outcomes)
    per_outcome = "; ".join(f"{outcome.name} ({MEASURES[outcome.measure].name})" for outcome in outcomes)
    small = " ".join(pooling_words.by_topic(outcomes, analyses).get("Small-study effects", []))
    done = RUN if len(analyses) == len(outcomes) else PARTLY
    answers = {
        "10a": Answer(f"{names}. Time points: {_times(outcomes)}.", PROTOCOL),
        "10b": Answer(
            f"Of each study as a whole: {listed(columns)}." if columns else "No further variable is analysed.",
            "results/report/index.html#characteristics" if run.described else "results/extraction/merged.csv", PARTLY,
        ),
        "12": Answer(f"{per_outcome}.", PROTOCOL),
        "13a": Answer(
            "A synthesis takes every included study that reports its outcome at the time points and for the arms of the protocol; those"
            " that cannot be pooled are listed with the reason.",
            SYNTHESES,
        ),
        "13d": Answer(f"{' '.join(pooling_words.synthesis(outcomes, analyses))} Software: Evergreen {__version__}.", SYNTHESES, done),
        "13e": Answer(f"Subgroups and moderators: {'; '.join(explored)}." if explored else "None was planned.", PROTOCOL),
        "13f": Answer(
            f"Side by side with the main analysis: {'; '.join(compared)}." if compared else "None was planned beyond those"
            " that accompany every synthesis.",
            PROTOCOL,
        ),
        "14": Answer(
            f"{small or f'Small-study effects are to be tested where there are {smallest} studies or more.'} Say how results that studies did"
            " not report were looked for.",
            FIGURES, PARTLY,
        ),
    }  # fmt: skip
    if run.facts.extraction is not None:
        said = "No number was derived from others."
        if derived := run.facts.derived:
            said = f"Numbers of {plural(derived, 'row')} were derived from what is reported; each is listed with its rule."
        if imputed := run.facts.imputed:
            said += f" Numbers of {plural(imputed, 'row')} were imputed, with an input that no report of the study gives."
        answers["13b"] = Answer(said, "results/extraction/converted.csv")
    shown = [one for one in analyses if one.result.k]
    if shown:
        names = listed(one.outcome.name for one in shown)
        answers["13c"] = Answer(f"Figures of {names}, each with a table of the numbers drawn.", FIGURES)
        answers["19"] = Answer(f"Group statistics, effect and interval of every study: {names}.", FIGURES)
    if pooled := [one.outcome.name for one in analyses if one.result.several]:
        answers["20b"] = Answer(found(run) or f"{listed(pooled)}.", SYNTHESES)
        beside = ", with the risk of bias of each beside its effect" if run.facts.bias else ""
        sizes = [f"{one.outcome.name}: {plural(one.result.count, 'study', 'studies')}" for one in shown]
        answers["20a"] = Answer(f"{'; '.join(sizes)}{beside}.", FIGURES, RUN if run.facts.bias else PARTLY)
    causes = [(one.outcome.name, further.explored(one.result)) for one in analyses]
    for item, made, planned in (
        ("20c", [f"{name}: {'; '.join(own)}." for name, own in causes if own], explored),
        ("20d", pooling_words.sensitivity(analyses), compared),
        ("21", [small] if small else [], []),
    ):
        if analyses:
            none = "Not made: the studies do not allow it." if planned else "None was made."
            answers[item] = Answer(" ".join(made) or none, SYNTHESES, PARTLY if item == "21" else RUN)
    return answers


def _times(outcomes: Sequence[Outcome]) -> str:
    """The time points that are asked for, each with its outcomes where these differ in it."""
    by_time = grouped(outcomes, lambda one: listed(one.timepoint) or "all that are reported")
    if len(by_time) == 1:
        return next(iter(by_time))
    return "; ".join(f"{time} ({listed(one.name for one in own)})" for time, own in by_time.items())


def of_living_review(run: Run) -> dict[str, Answer]:
    """Answers to the items of living reviews; nothing where the review has had one search."""
    rounds = list(run.counts["rounds"])
    if len(rounds) < 2:
        return {}
    latest = run.counts["rounds"][rounds[-1]]
    authors = listed(run.protocol.review.authors)
    changed_methods = [
        *run.protocol.review.differences,
        *search_words.changed_strategies(run.protocol, run.facts),
    ]
    changed = f"New studies: {latest['new_studies']}, in {plural(latest['new_reports'], 'report')}"
    changed += f"; further reports of studies already included: {latest['extra_reports']}."
    so_far = f"Searches so far: {listed(rounds)}. Give the schedule and when it ends."
    return {
        "L1": Answer(so_far, PROTOCOL, PARTLY),
        "L2": Answer(" ".join(changed_methods) or NO_CHANGE, PROTOCOL, PARTLY),
        "L3": Answer(changed, "results/report/index.html#updates", PARTLY),
        **({"L4": Answer(f"Authors: {authors}. Say who joined or left.", status=PARTLY)} if authors else {}),
    }


def _selected(run: Run) -> str:
    """Whether the selection is told whole: somebody screens at both stages, and nothing is open there."""
    stages = run.facts.stages.values()
    whole = all(stage.reviewers for stage in run.protocol.screening.stages.values())
    return RUN if whole and stages and not any(stage.open for stage in stages) else PARTLY


def _automated(run: Run) -> str:
    """What no person decided."""
    if tools := run.counts["total"]["excluded_automatic"]:
        return f"Automation tools marked {plural(tools, 'record')} as ineligible, and duplicates were found by an algorithm."
    none = "No decision on a record is automated."
    found = run.facts.deduplication
    return f"{none} Duplicates were found by an algorithm." if found is not None and found.merged else none
