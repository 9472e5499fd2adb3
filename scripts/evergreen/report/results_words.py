"""What a review found, in words for a manuscript: flow of records, risk of bias, and each outcome; the numbers are those of the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.bias.tools import OVERALL
from evergreen.counting import plural
from evergreen.figures import scales
from evergreen.grade.finding import Finding
from evergreen.prisma.counts import BY_REASON, decided
from evergreen.report import findings_words, results
from evergreen.report.effects import estimate
from evergreen.report.methods import listed, screened_words
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.pooled_models import InverseVariance


def flow(counts: Mapping[str, Any], reasons: Mapping[str, str]) -> list[str]:
    """From records to studies; `counts` as `prisma/counts.json`, `reasons` the labels of the protocol's reasons."""
    total, skipped = counts["total"], counts.get("skipped", ())
    n = decided(total)
    other = n["website_results"] + n["organisation_results"] + n["citations_results"]
    found = plural(n["database_results"] + n["register_results"], "record")
    besides = f", and {plural(other, 'record')} by other methods" if other else ""
    removed = n["excluded_automatic"] + n["excluded_other"]
    gone = f", and {plural(removed, 'other')} removed before screening" if removed else ""
    sentences = [
        f"The searches found {found} in databases and registers, of which {n['duplicates']:,} {'was a duplicate' if n['duplicates'] == 1 else 'were duplicates'}{gone}{besides}.",
        f"Of the works, {screened_words(total, skipped)}; {n['records_excluded']:,} {'was' if n['records_excluded'] == 1 else 'were'} excluded by title and abstract.",
    ]  # fmt: skip
    assessed = n["dbr_assessed"] + n["other_assessed"]
    missing = n["dbr_notretrieved_reports"] + n["other_notretrieved_reports"]
    waiting = n["dbr_pending"] + n["other_pending"]
    said = [
        f"{plural(assessed, 'report was', 'reports were') if assessed else 'No report has been'} assessed at full text"
    ]
    if missing:
        said.append(f"{missing:,} could not be retrieved")
    if waiting:
        said.append(f"{waiting:,} {'awaits' if waiting == 1 else 'await'} a decision")
    sentences.append(f"{listed(said)}.")
    why: Counter[str] = Counter()
    for key in BY_REASON:
        why.update(n[key])
    if why:
        parts = [
            f"{reasons.get(reason, reason) or 'no reason given'} ({many:,})" for reason, many in why.items()
        ]
        sentences.append(
            f"{plural(sum(why.values()), 'report was', 'reports were')} excluded: {'; '.join(parts)}."
        )
    others = {
        "awaiting classification": n["dbr_awaiting"] + n["other_awaiting"],
        "of ongoing studies": n["dbr_ongoing"] + n["other_ongoing"],
    }
    for what, many in others.items():
        if many:
            sentences.append(f"{plural(many, 'report is', 'reports are')} {what}.")
    included = n["total_studies"]
    sentences.append(
        f"{plural(included, 'study', 'studies')} in {plural(n['total_reports'], 'report')} {'is' if included == 1 else 'are'} included."
        if included
        else "No study is included so far."
    )
    return sentences


def risk_of_bias(judgements: pd.DataFrame, names: Mapping[str, str]) -> str:
    """How many studies have which judgement: overall where the tool has one, else domain by domain; `names` the domains by id."""
    settled = judgements[judgements["judgement"].ne("")]
    overall = settled[settled["domain"].eq(OVERALL)]
    if len(overall):
        said = [
            f"{level} in {plural(many, 'judgement')}" for level, many in _levels(overall["judgement"]).items()
        ]
        return f"The overall risk of bias is {listed(said)}."
    parts = [
        f"{names.get(str(domain), str(domain))} ({', '.join(f'{level} {many:,}' for level, many in _levels(own['judgement']).items())})"
        for domain, own in settled.groupby("domain", sort=False)
    ]
    return f"Judgements by domain: {'; '.join(parts)}." if parts else ""


def outcome(found: Finding) -> str:
    """An outcome: its effect, heterogeneity, how sensitivity analyses differ, and how certain people say it is and why."""
    result = found.result
    sentences = [results.pooled_sentence(result)]
    model = result.pooled
    if model is not None and model.tau2 is not None and result.k > 1:
        i2 = f", I² {model.I2:.0f}%" if model.I2 is not None else ""
        sentences.append(f"Heterogeneity: tau² {scales.number(model.tau2, 3)}{i2}.")
    sentences += _sensitivity(result)
    if result.left_out and result.studies:
        gone = len({one.study for one in result.left_out})
        sentences.append(
            f"{plural(gone, 'study that reports', 'studies that report')} it {'is' if gone == 1 else 'are'} not in this effect."
        )
    rating = found.rating
    if rating is not None:
        why = [
            f"{findings_words.domain(domain)} {findings_words.levels(levels)}"
            for domain, levels in rating.levels.items()
            if levels
        ]
        behind = f" ({', '.join(why)})" if why else ""
        sentences.append(f"Certainty of the evidence: {rating.certainty}{behind}.")
        if statement := findings_words.statement(found):
            sentences.append(statement)
    return " ".join(sentences)


def _sensitivity(result: Result) -> list[str]:
    """Between which estimates the sensitivity analyses of the same measure lie."""
    models = [
        one.model
        for one in result.sensitivity.values()
        if one.model is not None and one.model.estimate is not None and one.measure == result.measure
    ]
    if not models or not isinstance(result.pooled, InverseVariance):
        return []
    scale = scales.of_result(result)
    ordered = sorted(models, key=lambda one: one.estimate or 0.0)
    low, high = (estimate(one, scale) for one in (ordered[0], ordered[-1]))
    if low == high:
        return [f"{plural(len(models), 'sensitivity analysis gives', 'sensitivity analyses give')} {low}."]
    return [f"{plural(len(models), 'sensitivity analysis gives', 'sensitivity analyses give')} between {low} and {high}."]  # fmt: skip


def _levels(judgements: Sequence[str] | pd.Series) -> dict[str, int]:
    return dict(Counter(judgements).most_common())
