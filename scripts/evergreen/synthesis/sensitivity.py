"""The sensitivity grid: what else could have been done with the same studies, side by side.

Each entry of the protocol's `sensitivity` names what it changes: a setting of the analysis (`tau2: DL`), the `measure`, or
what is left out (`without: high_risk`, `derived`, `imputed`, `each_source`, `outliers`, `influential`, `retracted`, `concern`; `without_studies: [A, B]`). A list
stands for several analyses, several keys for their combinations:

    sensitivity: [{tau2: [DL, PM]}, {model: common, test: z}, {without: [high_risk, derived]}, {measure: OR}]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from evergreen.bias.tools.anatomy import HIGH_RISK
from evergreen.errors import InputError
from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.models import MODELS, conflict
from evergreen.protocol.analysis import LEFT_OUT, Analysis, Settings
from evergreen.protocol.conversions import ASSUMED, Conversions
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.sheets.columns import NOTICE
from evergreen.synthesis.comparisons import Comparison
from evergreen.synthesis.dependence import together
from evergreen.synthesis.effect_settings import chooses, effect_measure
from evergreen.synthesis.pooled import check, pool
from evergreen.synthesis.result import LeftOut
from evergreen.synthesis.result.analyses import Sensitivity
from evergreen.synthesis.study_effects import Studies
from evergreen.synthesis.study_influence import influences
from evergreen.synthesis.subtotals import levels

ANALYSIS_KEYS = set(Settings.model_fields)
ANEW = {*ASSUMED, "measure", "multi_arm", "model", "dependent", "rho", "add", "to", "drop00", "smd_vtype"}
"""Changes after which the effects of the studies are computed anew."""
OF_EFFECTS = ("add", "to", "drop00", "smd_vtype")
"""Settings that say how the effects of studies are computed."""
NOTICED = {"retracted": "retracted", "concern": "retracted or put under concern"}
"""What became of a report for which its study is left out, in words; concern is about both."""
GONE: dict[str, Callable[[Comparison], bool]] = {
    "high_risk": lambda one: folded(one.columns.get("rob_overall", "")) in HIGH_RISK,
    "derived": lambda one: one.derived,  # what is imputed is derived too
    "imputed": lambda one: one.imputed,
    "retracted": lambda one: one.columns.get(NOTICE) == "retracted",
    "concern": lambda one: one.columns.get(NOTICE) in ("retracted", "concern"),
}
"""Which comparisons are left out for what; for a source those whose reports came from it."""
Rate = Callable[[Outcome], Studies]


def grid(
    entries: Sequence[Mapping[str, Any]], studies: Studies, outcome: Outcome, rate: Rate
) -> dict[str, Sensitivity]:
    """The analyses by their labels, in the order of the protocol; `rate` gives the studies of a changed outcome.

    An analysis that does not exist or leaves no study has no model, and the reason in `not_done`. Where there is no total, they are
    those of each subgroup, whose name goes before the label.
    """
    if outcome.total:
        return _of_whole(entries, studies, outcome, rate)
    column = outcome.subgroups[0]
    found: dict[str, Sensitivity] = {}
    for level, part in levels(studies, column).items():

        def of_level(changed: Outcome, level: str = level) -> Studies:
            every = rate(changed)
            return every.take([value == level for value in every.column(column)])

        own = _of_whole(entries, part, outcome, of_level)
        found |= {f"{level}: {label}": one for label, one in own.items()}
    return found


def _of_whole(
    entries: Sequence[Mapping[str, Any]], studies: Studies, outcome: Outcome, rate: Rate
) -> dict[str, Sensitivity]:
    every = [changes for entry in entries for changes in expanded(entry, studies)]
    return {label(changes): _one(changes, studies, outcome, rate) for changes in every}


def of_differences(
    outcome: Outcome, chosen: Sequence[Comparison], left_out: Sequence[LeftOut]
) -> list[dict[str, Any]]:
    """The analysis by risk differences, which keep the studies in which the ratio is not estimable; none without such studies."""
    silent = any(one.not_estimable for one in left_out)
    counts = MEASURES[outcome.measure].kind == "table" and all(one.yi is None for one in chosen)
    if not (silent and counts):
        return []
    return [{"measure": "RD"} | ({"model": "mh"} if conflict(outcome.analysis.model, "RD") else {})]


def of_correlations(outcome: Outcome) -> list[dict[str, Any]]:
    """The analyses with other correlations than those that are assumed where no report of a study says them."""
    assumed = outcome.conversions.assumed.items()
    return [{name: value} for name, one in assumed for value in one.sweep if value != one.value]


def of_notices(chosen: Sequence[Comparison]) -> list[dict[str, Any]]:
    """The analyses without studies of which a report was retracted or is under concern; none where no report is."""
    there = {one.columns.get(NOTICE, "") for one in chosen}
    return [{"without": what} for what in ("retracted", "concern") if what in there]


def expanded(entry: Mapping[str, Any], studies: Studies) -> list[dict[str, Any]]:
    """An entry as single analyses."""
    names = {name for one in studies.comparisons for name in one.sources}
    sources = [f"source {name}" for name in sorted(names)]
    axes = []
    for key, value in entry.items():
        several = isinstance(value, list | tuple) and key != "without_studies"
        values = list(value) if several else [value]
        if key == "without":
            values = [part for one in values for part in (sources if one == "each_source" else [one])]
        axes.append([(key, one) for one in values])
    return [dict(combination) for combination in product(*axes)]


def label(changes: Mapping[str, Any]) -> str:
    """A name for a row of the table: `tau2 = DL, test = z`; `without high risk of bias`."""
    parts = []
    for key, value in changes.items():
        if key == "without":
            parts.append(f"without {LEFT_OUT.get(value, value)}")
        elif key == "without_studies":
            parts.append(f"without {', '.join([value] if isinstance(value, str) else value)}")
        else:
            parts.append(f"{key} = {value:g}" if key in ASSUMED else f"{key} = {value}")
    return ", ".join(parts)


def _one(changes: Mapping[str, Any], studies: Studies, outcome: Outcome, rate: Rate) -> Sensitivity:
    settings = {key: value for key, value in changes.items() if key in ANALYSIS_KEYS}
    if "model" in changes and "test" not in changes:
        settings["test"] = MODELS[changes["model"]].tests[0]
    analysis = outcome.analysis.model_copy(update=settings)
    others = {key: changes[key] for key in ("measure", "multi_arm") if key in changes}
    if swept := {name: {"value": changes[name]} for name in ASSUMED if name in changes}:
        written = outcome.conversions.model_dump(exclude_none=True) | swept
        others["conversions"] = Conversions.model_validate(written)
    changed = outcome.model_copy(update={"analysis": analysis, **others})
    said: dict[str, Any] = {"changes": dict(changes), "measure": effect_measure(changed)}
    try:
        if MEASURES[changed.measure].kind != MEASURES[outcome.measure].kind:
            raise InputError(f"{changed.measure} needs other numbers than {outcome.measure}")
        check(changed)
        _used(changes, changed)
        again = changes.keys() & ANEW
        rated = rate(changed) if again else studies
        if again and again <= set(ASSUMED) and _same(rated, studies):
            raise InputError("no number that is pooled rests on it")
        if changed.measure != outcome.measure:  # what a report states is an effect of the main measure
            rated = rated.take([not one.stated for one in rated.comparisons])
        kept = _left(changes, rated, analysis)
    except InputError as error:
        return Sensitivity(**said, k=0, not_done=error.problem)
    if not kept.comparisons:
        return Sensitivity(**said, k=0, not_done="no study is left")
    anew, model = tuple(rated.effects()) if again else None, pool(kept, analysis).model
    return Sensitivity(**said, k=len(kept.yi), model=model, labels=tuple(kept.labels), studies=anew)


def _same(one: Studies, other: Studies) -> bool:
    """Whether effects are the same, of the same rows."""
    return one.labels == other.labels and all(
        np.array_equal(*values) for values in ((one.yi, other.yi), (one.vi, other.vi))
    )


def _used(changes: Mapping[str, Any], changed: Outcome) -> None:
    """Refuse a change of what the model and the measure of an analysis have no use for: it would be the main analysis once more."""
    analysis, measure = changed.analysis, effect_measure(changed)
    model = MODELS[analysis.model]
    of_model = {
        "tau2": bool(model.tau2),
        "glmm": bool(model.variants.get(measure)),
        "rho": "rho" in model.options or analysis.dependent == "aggregate",
        "add": not model.variants,  # mixed models take the counts as they are
        **{key: key in model.options for key in ("prediction", "predtype", "i2", "mh_add")},
    }
    for key in changes:
        if not of_model.get(key, True):
            raise InputError(f"{key} is no setting of the model {analysis.model} ({model.name})")
        if key == "predtype" and not analysis.prediction:
            raise InputError("no prediction interval is asked for")
        if key in OF_EFFECTS and not chooses(key, measure, analysis):
            raise InputError(f"{key} is no setting of the measure {measure}")


def _left(changes: Mapping[str, Any], studies: Studies, analysis: Analysis) -> Studies:
    """The studies that an entry keeps."""
    what = changes.get("without", "")
    if what in {"outliers", "influential"}:
        found = influences(studies, analysis.model_copy(update={"gosh": 0}))
        if found is None:
            wanted = "outliers" if what == "outliers" else "influential studies"
            raise InputError(
                f"{wanted} are looked for among three or more studies, in inverse-variance models"
            )
        marked = set(found.outliers if what == "outliers" else found.influential)
        if not marked:
            raise InputError("no study is an outlier" if what == "outliers" else "no study is influential")
        return studies.take([name not in marked for name in together(studies)])
    if what in NOTICED and not any(map(GONE[what], studies.comparisons)):
        raise InputError(f"no study that is pooled has a report that was {NOTICED[what]}")
    names = changes.get("without_studies", [])
    written = {folded(name): name for name in ([names] if isinstance(names, str) else names)}
    here = {folded(name) for one in studies.comparisons for name in (one.study, one.label)}
    if absent := sorted(name for key, name in written.items() if key not in here):
        raise InputError(f"{', '.join(absent)} is not among the studies pooled")

    def stays(one: Comparison) -> bool:
        if folded(one.study) in written or folded(one.label) in written:
            return False
        return not GONE[what](one) if what in GONE else what.removeprefix("source ") not in one.sources

    return studies.take([stays(one) for one in studies.comparisons])
