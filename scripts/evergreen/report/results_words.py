"""What a review found, in words for a manuscript: flow of records, risk of bias, and each outcome; the numbers are those of the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evergreen.bias.tools import OVERALL
from evergreen.counting import listed, noun, plural
from evergreen.figures import scales, wording
from evergreen.grade.finding import Finding
from evergreen.prisma.counts import BY_REASON, decided
from evergreen.report import findings_words as words
from evergreen.report import results
from evergreen.report.effects import estimate, percent
from evergreen.report.methods import screened_words
from evergreen.synthesis.result import InverseVariance, Result


def flow(counts: Mapping[str, Any], reasons: Mapping[str, str]) -> list[str]:
    """From records to studies; `counts` as `prisma/counts.json`, `reasons` the labels of the protocol's reasons."""
    total, skipped = counts["total"], counts.get("skipped", ())
    n = decided(total)
    other = n["website_results"] + n["organisation_results"] + n["citations_results"]
    found = plural(n["database_results"] + n["register_results"], "record")
    duplicates = plural(n["duplicates"], "was a duplicate", "were duplicates")
    besides = f", and {plural(other, 'record')} by other methods" if other else ""
    removed = n["excluded_automatic"] + n["excluded_other"]
    gone = f", and {plural(removed, 'other')} removed before screening" if removed else ""
    excluded = plural(n["records_excluded"], "was", "were")
    sentences = [
        f"The searches found {found} in databases and registers, of which {duplicates}{gone}{besides}.",
        f"Of the works, {screened_words(total, skipped)}; {excluded} excluded by title and abstract.",
    ]

    def reports(what: str) -> int:
        return n[f"dbr_{what}"] + n[f"other_{what}"]

    assessed, missing, waiting = map(reports, ("assessed", "notretrieved_reports", "pending"))
    read = plural(assessed, "report was", "reports were") if assessed else "No report has been"
    said = [f"{read} assessed at full text"]
    if missing:
        said.append(f"{missing:,} could not be retrieved")
    if waiting:
        said.append(f"{plural(waiting, 'awaits', 'await')} a decision")
    sentences.append(f"{listed(said)}.")
    why: Counter[str] = Counter()
    for key in BY_REASON:
        why.update(n[key])
    if why:
        parts = [
            f"{reasons.get(reason, reason) or 'no reason given'} ({many:,})" for reason, many in why.items()
        ]
        sentences.append(f"{plural(why.total(), 'report was', 'reports were')} excluded: {'; '.join(parts)}.")
    for key, what in (("awaiting", "awaiting classification"), ("ongoing", "of ongoing studies")):
        if many := reports(key):
            sentences.append(f"{plural(many, 'report is', 'reports are')} {what}.")
    if included := n["total_studies"]:
        studies = f"{plural(included, 'study', 'studies')} in {plural(n['total_reports'], 'report')}"
        return [*sentences, f"{studies} {noun(included, 'is', 'are')} included."]
    return [*sentences, "No study is included so far."]


def risk_of_bias(judgements: pd.DataFrame, names: Mapping[str, str]) -> str:
    """How many studies have which judgement: overall where the tool has one, else domain by domain; `names` those of the domains by id."""
    settled = judgements[judgements["judgement"].ne("")]
    overall = settled[settled["domain"].eq(OVERALL)]
    if len(overall):
        counts = Counter(overall["judgement"]).most_common()
        said = [f"{level} in {plural(many, 'judgement')}" for level, many in counts]
        return f"{names[OVERALL]}: {listed(said)}."
    parts = []
    for domain, own in settled.groupby("domain", sort=False):
        levels = [f"{level} {many:,}" for level, many in Counter(own["judgement"]).most_common()]
        parts.append(f"{names.get(str(domain), str(domain))} ({', '.join(levels)})")
    return f"Judgements by domain: {'; '.join(parts)}." if parts else ""


def outcome(found: Finding) -> str:
    """An outcome: its effect, heterogeneity, how sensitivity analyses differ, and how certain people say it is and why."""
    result = found.result
    sentences = [results.pooled_sentence(result)]
    model = result.pooled
    if model is not None and model.tau2 is not None and result.k > 1:
        i2 = f", I² {percent(model.I2)}" if model.I2 is not None else ""
        sentences.append(f"Heterogeneity: tau² {wording.tau2(model.tau2)}{i2}.")
    sentences += _sensitivity(result)
    if result.left_out and result.studies:
        gone = len({one.study for one in result.left_out})
        studies = plural(gone, "study that reports it is", "studies that report it are")
        sentences.append(f"{studies} not in this effect.")
    rating = found.rating
    if rating is not None:
        moved = {words.domain(name): words.levels(levels) for name, levels in rating.levels.items() if levels}
        why = [f"{name} {levels}" for name, levels in moved.items()]
        behind = f" ({', '.join(why)})" if why else ""
        sentences.append(f"Certainty of the evidence: {rating.certainty}{behind}.")
        if statement := words.statements(found):
            sentences.append(statement)
    return " ".join(sentences)


def _sensitivity(result: Result) -> list[str]:
    """Between which estimates the sensitivity analyses of the same measure lie."""
    found = [
        (one.model, one.changes.get("level"))
        for one in result.sensitivity.values()
        if one.model is not None and one.model.estimate is not None and one.measure == result.measure
    ]
    if not found or not isinstance(result.pooled, InverseVariance):
        return []
    scale = scales.of_result(result)
    ordered = sorted(found, key=lambda one: one[0].estimate or 0.0)
    low, high = (estimate(model, scale, level) for model, level in (ordered[0], ordered[-1]))
    give = plural(len(found), "sensitivity analysis gives", "sensitivity analyses give")
    return [f"{give} {low}." if low == high else f"{give} between {low} and {high}."]
