"""How outcomes were pooled, in words: what the results say was done, for each outcome that it was done for.

An outcome without a result is told as planned; an interval, a correction or a combination of arms only where there was one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evergreen.counting import listed, noun, plural, studies_of
from evergreen.figures.scales import level_of
from evergreen.figures.wording import moderator
from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.models import MODELS, TAU2
from evergreen.protocol.outcomes import Outcome
from evergreen.report.facts import Analysis
from evergreen.synthesis.result import Mixed, Multilevel, PooledModel
from evergreen.tables import grouped

POOLED_WITH = {
    "random": "a random-effects model by inverse variance",
    "common": "a common-effect model by inverse variance",
    "mh": "the Mantel-Haenszel method under a common effect",
    "peto": "Peto's method under a common effect, from the counts as they are",
    "glmm": "a generalised linear mixed model of the counts as they are",
    "multilevel": "a multilevel model, effects within studies",
}
MIXED = {
    "UM.FS": "with fixed study effects",
    "UM.RS": "with random study effects",
    "CM.EL": "by the exact conditional likelihood of the counts given their totals",
    "CM.AL": "by the approximate conditional likelihood of the counts given their totals",
}
INTERVALS = {
    "z": "Wald-type intervals",
    "knha": "Hartung-Knapp intervals",
    "adhoc": "Hartung-Knapp intervals that are never narrower than with the common-effect scale",
}
BY_THE_DATA = (
    "Where the protocol leaves the choice of interval to the data, the Hartung-Knapp interval is given if three or more studies"
    " have a between-study variance above 0 and it is not narrower than the Wald-type interval, which is given otherwise."
)
DEGREES = {"default": "k − 1", "t": "k − 1", "riley": "k − 2"}
WITHOUT_MEAN = "without the uncertainty of the mean"
"""The prediction interval's degrees of freedom by `predtype`, and what is said where it has none."""
CORRECTED = {
    "only0": "studies with an empty cell",
    "all": "all studies",
    "if0all": "all studies where one has an empty cell",
    "none": "no study",
}
"""Whose cells something is added to."""
ONE_TAU2 = ", with one between-study variance for all subgroups of an outcome (common tau²)"
SILENT = {"none": "without an event in both groups", "all": "in which everybody has the event"}


def synthesis(outcomes: Sequence[Outcome], analyses: Sequence[Analysis]) -> list[str]:
    """Sentences on all outcomes: measures, models, intervals, heterogeneity, what was done to the numbers, further analyses."""
    return [sentence for said in by_topic(outcomes, analyses).values() for sentence in said]


def by_topic(outcomes: Sequence[Outcome], analyses: Sequence[Analysis]) -> dict[str, list[str]]:
    """The same under headings, as the methods of a manuscript have them; without those under which nothing is to say."""
    analysed = {one.outcome.id for one in analyses}
    planned = [outcome for outcome in outcomes if outcome.id not in analysed]
    pooled = [one for one in analyses if one.result.several]
    ways = [*_ways(pooled), *_beside(pooled), *_intervals(pooled)]
    topics = {
        "Effect measures": _measures([one for one in analyses if one.result.k]),
        "Synthesis": [*ways, *_unpooled(analyses), *plan(planned)],
        "Missing data, conversions and several arms": _prepared(analyses),
        "Heterogeneity": explored(analyses),
        "Sensitivity analyses": sensitivity(analyses),
        "Small-study effects": [*small_study(analyses), *_untested(analyses)],
    }
    return {topic: said for topic, said in topics.items() if said}


def plan(outcomes: Sequence[Outcome]) -> list[str]:
    """How outcomes that have no result yet are to be pooled."""

    def way(one: Outcome) -> tuple[str, str]:
        model = one.analysis.model
        return model, one.analysis.tau2 if MODELS[model].tau2 else ""

    return [
        f"{_named(own)} {noun(len(own), 'is', 'are')} to be pooled with {POOLED_WITH[model]}"
        + (f" (between-study variance by {TAU2[tau2]})." if tau2 else ".")
        for (model, tau2), own in grouped(outcomes, way).items()
    ]


def _named(items: Sequence[Outcome | Analysis]) -> str:
    return listed((one.outcome if isinstance(one, Analysis) else one).name for one in items)


def _measures(analyses: Sequence[Analysis]) -> list[str]:
    """The measures of the outcomes for which there are effects."""
    if not analyses:
        return []
    said = []
    for measure, own in grouped(analyses, lambda one: one.result.measure).items():
        name = MEASURES[measure].name
        if MEASURES[measure].scale == "log":
            name = f"{name.removesuffix(' (log)')}, analysed on the log scale"
        said.append(f"the {name} ({_named(own)})")
    sentences = [f"The effect {noun(len(said), 'measure is', 'measures are')} {listed(said)}."]
    if back := [one for one in analyses if one.result.measure == "PFT"]:
        sentences.append(
            f"For {_named(back)} proportions are back-transformed with the harmonic mean of the numbers of participants"
            " (Miller 1978)."
        )
    return sentences


def _ways(pooled: Sequence[Analysis]) -> list[str]:
    """The models that pooled, each with its outcomes and their numbers of studies, and what describes heterogeneity in it."""
    sentences = []
    for own in grouped(pooled, _way).values():
        names = listed(f"{one.outcome.name} ({_size(one)})" for one in own)
        were = noun(len(own), "was", "were")
        sentences.append(f"{names} {were} pooled with {_model(own[0])}. {_heterogeneity(own[0])}")
    return sentences


def _beside(pooled: Sequence[Analysis]) -> list[str]:
    """Which outcomes have the total of a second model, and which of the two is the main one."""
    alike = grouped([one for one in pooled if one.beside], lambda one: (one.beside, _of(one).model))
    return [
        f"For {_these(own, pooled)} the total of {POOLED_WITH[other]} stands beside that of {POOLED_WITH[main]}, which is the main"
        " analysis; each has weights of its own."
        for (other, main), own in alike.items()
    ]


def _intervals(pooled: Sequence[Analysis]) -> list[str]:
    """Which outcomes got which interval, and why where the protocol leaves it to the data; robust and prediction intervals."""
    sentences = []
    ways = grouped([way for one in pooled for way in _tested(one)], lambda way: way[:3])
    for (test, reason, level), whose in ways.items():
        why = f" ({reason})" if reason else ""
        names = "all of them" if len(ways) == 1 and len(pooled) > 1 else listed(name for *_, name in whose)
        sentences.append(f"{INTERVALS[test]} at the {level_of(level)} level were computed for {names}{why}.")
    if any(_of(one).asked == "auto" for one in pooled):
        sentences.append(BY_THE_DATA)
    if own := [one for one in pooled if _of_kind(one, "robust")]:
        sentences.append(
            "Cluster-robust tests (CR2 with Satterthwaite's degrees of freedom) stand beside the model's own for"
            f" {_these(own, pooled)}."
        )
    predicted = [one for one in pooled if _of(one).pi_low is not None]
    for degrees, own in grouped(predicted, lambda one: DEGREES.get(one.outcome.analysis.predtype)).items():
        student = f"from the t distribution with {degrees} degrees of freedom (k: number of studies)"
        how = student if degrees else WITHOUT_MEAN
        sentences.append(f"Prediction intervals were computed {how} for {_these(own, pooled)}.")
    return sentences


def _tested(one: Analysis) -> list[tuple[str, str, float, str]]:
    """(test, its reason, level, whose) of the intervals of an outcome; without a total each subgroup has its own."""
    models = one.result.subtotals or {"": _of(one)}
    ways = grouped(models.items(), lambda own: (own[1].test, getattr(own[1], "test_reason", None) or ""))
    return [
        (test, why, one.result.level, one.outcome.name + (f" ({listed(level for level, _ in own)})" if len(ways) > 1 else ""))
        for (test, why), own in ways.items()
    ]  # fmt: skip


def _of(one: Analysis) -> PooledModel:
    """How an outcome that was pooled was."""
    assert one.model is not None
    return one.model


def _of_kind(one: Analysis, name: str) -> Any:
    """What only some kinds of models say of how an outcome was pooled; None of the others."""
    return getattr(_of(one), name, None)


def _these(own: Sequence[Analysis], pooled: Sequence[Analysis]) -> str:
    return "all of them" if len(own) == len(pooled) > 1 else _named(own)


def _size(one: Analysis) -> str:
    return studies_of(one.result.count, one.result.k) + (", within subgroups" if one.result.subtotals else "")


def _way(one: Analysis) -> tuple[Any, ...]:
    """What outcomes that are told together have in common."""
    model = _of(one)
    kind = MEASURES[one.result.measure].kind if isinstance(model, Mixed) else ""
    own = [_of_kind(one, name) for name in ("kind", "I2_from", "rho")]
    return model.model, kind, model.tau2_method, model.tau2_ci_low is not None, *own


def _model(one: Analysis) -> str:
    """The model in words, with its estimator of the variance between studies, if it has one."""
    model = _of(one)
    text = POOLED_WITH[model.model]
    if isinstance(model, Mixed):
        kind = MEASURES[one.result.measure].kind
        family = "logistic" if kind in {"table", "proportion"} else "Poisson"
        single = kind in {"proportion", "rate"}
        effects = "with a random effect for each study" if single else MIXED[model.kind]
        text += f" ({family}, {effects}, fitted by maximum likelihood)"
    elif model.tau2_method:
        rho = model.rho if isinstance(model, Multilevel) else 0
        text += f" (between-study variance by {TAU2[model.tau2_method]}"
        text += f"; sampling errors correlated by {rho:g} within studies)" if rho else ")"
    return text


def _heterogeneity(one: Analysis) -> str:
    """What describes heterogeneity; a model without a variance between studies estimates none."""
    model = _of(one)
    if isinstance(model, Mixed):
        return "Heterogeneity is described by a likelihood ratio test against an effect for each study, tau² and I² (from tau²)."
    if not MODELS[model.model].heterogeneous:
        return "Heterogeneity is described by Cochran's Q and I² (from Q)."
    bounded = " (with an interval by the Q-profile)" if model.tau2_ci_low is not None else ""
    source = "Q" if _of_kind(one, "I2_from") == "Q" else "tau²"
    return f"Heterogeneity is described by Cochran's Q, tau²{bounded} and I² (from {source})."


def _unpooled(analyses: Sequence[Analysis]) -> list[str]:
    """Outcomes of one study, of none, and those of which no model could make an estimate."""
    none = [one for one in analyses if not one.result.k]
    sentences = []
    if single := [one for one in analyses if one.result.k == 1 and one.result.pooled]:
        sentences.append(
            f"For {_named(single)} there was one study with a usable effect: its own estimate is shown, and nothing was pooled."
        )
    for reported, own in grouped(none, lambda one: bool(one.result.left_out)).items():
        nothing = f"nothing was extracted for {noun(len(own), 'it', 'them')}"
        said = "no study could be used" if reported else nothing
        sentences.append(f"{_named(own)} {noun(len(own), 'was', 'were')} not pooled because {said}.")
    for one in analyses:
        if subtotals := one.result.subtotals:
            alone = sum(model.k == 1 for model in subtotals.values())
            of = f"; {alone} of {plural(len(subtotals), 'subgroup')} {noun(alone, 'has', 'have')} one study only, whose own estimate is shown"
            sentences.append(
                f"{one.outcome.name} has no total because {one.result.no_total}{of if alone else ''}."
            )
        if one.result.k and one.model is None:
            why = " ".join(one.result.notes) or "the model has no estimate."
            sentences.append(f"{one.outcome.name} was not estimated: {why}")
    return sentences


CONVERTED = {
    "mean": "means",
    "sd": "standard deviations",
    "estimate_se": "standard errors of estimates",
    "r": "correlations",
    "design_effect": "design effects",
    "r_paired": "correlations within people",
    "n": "sample sizes",
    "events": "numbers of events",
    "person_time": "person-time",
    "estimate": "estimates",
}


# What was done to the numbers of studies: by its count in `Preparation` the sentence, with what is counted as `of`.
NUMBERS_MADE = {
    "derived": "Numbers were derived from what is reported in {of}.",
    "imputed": "Numbers were imputed, from a value that no report of the study gives, in {of}.",
}
DESIGNS = {
    "clustered": "Where clusters were randomised and a report takes no account of it, sizes were divided by the design effect, in {of}.",
    "paired": "Crossover trials count by the differences within people, who are counted once, in {of}.",
    "combined": "Several arms of one group were combined as if their participants had been one sample in {of}.",
    "divided": "The participants and events of a control that several arms of a study share were divided between these, in {of}.",
    "apart": "A control that several arms of a study share is compared in full with each of these, in {of}.",
    "aggregated": "Several effects of one study were combined into one, with sampling errors correlated by {rhos}, in {of}.",
}
COMPARISONS = ("divided", "apart")
"""What is counted in comparisons; all else in studies or, where these have several, in effects."""


def _prepared(analyses: Sequence[Analysis]) -> list[str]:
    """What was done to the numbers of studies before they were pooled."""
    sentences = []
    there = [one.result.preparation for one in analyses if one.result.k]
    if there and not any(one.derived or one.imputed for one in there):
        sentences.append("No number was derived from others or imputed: all are as reported.")
    sentences += _done(analyses, NUMBERS_MADE)
    sentences += _conversions(analyses)
    corrected = [one for one in analyses if one.result.preparation.corrected]
    added = grouped(corrected, lambda one: (one.outcome.analysis.add, one.outcome.analysis.to))
    for (add, to), own in added.items():
        cells = f"{add:g} was added to the cells of {CORRECTED[to]}"
        sentences.append(f"For the studies' own effects {cells}: {_each(own, 'corrected')}.")
    by_mh = [one for one in corrected if one.outcome.analysis.model == "mh"]
    for model_too, own in grouped(by_mh, lambda one: bool(one.result.preparation.corrected_in_model)).items():
        adds = listed(dict.fromkeys(f"{one.outcome.analysis.mh_add:g}" for one in own))
        to_those = f"{adds} was added to those of studies with an empty cell"
        used = to_those if model_too else "the counts were used as they are"
        sentences.append(f"For the Mantel-Haenszel estimate of {_named(own)} {used}.")
    sentences += _not_estimable(analyses)
    rhos = dict.fromkeys(
        f"{one.outcome.analysis.rho:g}" for one in analyses if one.result.preparation.aggregated
    )
    return sentences + _done(analyses, DESIGNS, rhos=listed(rhos))


def _done(analyses: Sequence[Analysis], sentences: Mapping[str, str], **more: str) -> list[str]:
    """The sentences on what was done anywhere."""
    counts = {what: _each(analyses, what) for what in sentences}
    return [text.format(of=counts[what], **more) for what, text in sentences.items() if counts[what]]


def _conversions(analyses: Sequence[Analysis]) -> list[str]:
    """The formulas behind numbers that are not reported, each with its source and what it assumes."""
    found: dict[str, dict[str, None]] = {}
    made = (one for own in analyses for study in own.result.studies for one in study.conversions)
    for one in made:
        assumed = f"; assumed: {one.assumption}" if one.assumption else ""
        said = f"{CONVERTED.get(one.column, one.column)} ({one.how}; {one.source}{assumed})"
        found.setdefault(one.state, {})[said] = None
    return [f"These numbers were {state}: {listed(said)}." for state, said in sorted(found.items())]


def _each(analyses: Sequence[Analysis], what: str) -> str:
    """`2 studies of Pain and 1 study of Death`; "" where it was done nowhere."""
    counted = [(getattr(one.result.preparation, what), one) for one in analyses]
    return listed(
        f"{plural(count, *_nouns(one, what))} of {one.outcome.name}" for count, one in counted if count
    )


def _nouns(one: Analysis, what: str) -> tuple[str, str]:
    """What is counted, one and several: where studies have several effects it is these."""
    if what in COMPARISONS:
        return "comparison", "comparisons"
    return ("study", "studies") if one.result.count == one.result.k else ("effect", "effects")


def _not_estimable(analyses: Sequence[Analysis]) -> list[str]:
    sentences = []
    for measure, own in _alike(analyses, lambda one: one.result.silent and one.result.measure).items():
        where = " or ".join(SILENT[kind] for kind in MEASURES[measure].silent)
        counts = listed(
            f"{plural(one.result.silent, 'study', 'studies')} of {one.outcome.name}" for one in own
        )
        sentences.append(
            f"Studies {where} are not estimable; they count among participants and events and were not pooled: {counts}."
        )
    return sentences


def _alike(analyses: Sequence[Analysis], told: Callable[[Analysis], Any]) -> dict[Any, list[Analysis]]:
    """Analyses by what is told of them; those of which nothing is are not among them."""
    return {said: own for said, own in grouped(analyses, told).items() if said}


def explored(analyses: Sequence[Analysis]) -> list[str]:
    """The subgroups that were compared and the meta-regressions that were made."""
    compared = _alike(
        analyses, lambda one: one.subgroups and (one.subgroups, one.outcome.analysis.subgroup_tau2)
    )
    regressed = _alike(analyses, lambda one: one.moderators)
    return [
        *(f"Subgroups by {listed(map(moderator, names))} were compared for {_named(own)}{ONE_TAU2 if tau2 == 'common' else ''}." for (names, tau2), own in compared.items()),
        *(f"A meta-regression on {listed(map(moderator, names))} was made for {_named(own)}." for names, own in regressed.items()),
    ]  # fmt: skip


def sensitivity(analyses: Sequence[Analysis]) -> list[str]:
    """Which sensitivity analyses were made of which outcomes."""
    alike = _alike(analyses, lambda one: one.sensitivity)
    return [
        f"{plural(len(said), 'sensitivity analysis', 'sensitivity analyses')} of {_named(own)}"
        f" {noun(len(said), 'was', 'were')} made beside the main one: {'; '.join(said)}."
        for said, own in alike.items()
    ]


def small_study(analyses: Sequence[Analysis]) -> list[str]:
    """Where small-study effects were tested, and how."""
    alike = _alike(analyses, lambda one: one.small_study)
    return [
        f"Small-study effects were tested for {_named(own)} ({listed(tests)})."
        for tests, own in alike.items()
    ]


def _untested(analyses: Sequence[Analysis]) -> list[str]:
    """Of which pooled outcomes they were not tested, and why."""
    alike = _alike(analyses, lambda one: one.result.several and one.untested)
    return [f"Small-study effects were not tested for {_named(own)}: {why}." for why, own in alike.items()]
