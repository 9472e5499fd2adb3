"""Answers to the items of PRISMA 2020 and of living reviews."""

from __future__ import annotations

from typing import Any

from evergreen import __version__
from evergreen.figures import wording
from evergreen.report import methods, pooling_words
from evergreen.report.checklist_run import PARTLY, RUN, Answer, Run
from evergreen.report.checklist_search import sources_words, strategies
from evergreen.report.status import plural


def of_review(run: Run) -> dict[str, Answer]:
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
        answers["6"] = Answer(sources_words(run), "results/prisma/per_source.csv")
        answers["7"] = strategies(run)
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
        said = f"Certainty of {plural(len(known.rated), 'outcome')} with the downgrades."
        answers["22"] = Answer(said, "results/report/index.html")
    if review.differences:
        answers["24c"] = Answer(" ".join(review.differences), "results/report/index.html#differences")
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
    compared = sorted(
        {wording.changes(entry) for outcome in outcomes for entry in outcome.analysis.sensitivity}
    )
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


def of_living_review(run: Run) -> dict[str, Answer]:
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


def _flow_words(run: Run) -> str:
    n = run.counts["total"]
    found = n["database_results"] + n["register_results"]
    assessed = n["dbr_assessed"] + n["other_assessed"]
    return (
        f"{plural(found, 'record')} from databases and registers, {plural(n['duplicates'], 'duplicate')}; of the others"
        f" {methods.screened_words(n, run.counts.get('skipped', ()))}; {plural(assessed, 'report')} assessed,"
        f" {plural(n['total_studies'], 'study', 'studies')} in {plural(n['total_reports'], 'report')} included."
    )


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
