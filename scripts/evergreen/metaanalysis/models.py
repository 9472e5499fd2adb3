"""Models that pool studies: which measures, estimators of tau2, tests and variants go with each.

One table that the estimators themselves, and whoever reads a protocol, refuse combinations by. It imports nothing, so that
asking costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TAU2 = {
    "DL": "DerSimonian-Laird", "DL2": "two-step DerSimonian-Laird", "HE": "Hedges", "HS": "Hunter-Schmidt",
    "HSk": "small-sample Hunter-Schmidt", "SJ": "Sidik-Jonkman", "ML": "maximum likelihood", "REML": "restricted maximum likelihood",
    "EB": "empirical Bayes", "PM": "Paule-Mandel", "PMM": "median-unbiased Paule-Mandel", "SJIT": "iterated Sidik-Jonkman",
}  # fmt: skip
"""Estimators of the between-study variance, by metafor's names, with what the field calls them; see `tau2`."""
PREDICTION = ("default", "simple", "riley", "t")
"""Kinds of prediction interval; see `prediction.interval`."""


@dataclass(frozen=True)
class Model:
    """What goes with a model.

    `measures` None: every one, for all that is needed is an effect and its sampling variance; `counts` says that the model
    needs the counts instead, and can do nothing with an effect that was reported as such. `tau2` are its estimators of the
    between-study variance (none: it has no such choice), `tests` its tests, the first by default, `variants` its variants
    by measure. `options` are the choices that it has besides, by their names in a protocol. `heterogeneous` says whether the effects of the studies have a variance of their own in it. `clusters` says what it does with several effects of one study: `model` (nothing else is needed), `choice`
    (they are aggregated, or tested cluster-robustly), or "" (it cannot).
    """

    name: str
    measures: tuple[str, ...] | None = None
    counts: bool = False
    tau2: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("z",)
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    heterogeneous: bool = False
    clusters: str = ""


_PREDICTED = ("prediction", "predtype")

MODELS = {
    "random": Model(
        "random effects by inverse variance",
        tau2=tuple(TAU2),
        tests=("auto", "knha", "z", "t", "adhoc"),
        options=(*_PREDICTED, "i2"),
        heterogeneous=True,
        clusters="choice",
    ),
    "common": Model("a common effect by inverse variance", tests=("z", "t"), clusters="choice"),
    "mh": Model(
        "a common effect by Mantel and Haenszel",
        measures=("RR", "OR", "RD", "IRR", "IRD"),
        counts=True,
        options=("mh_add",),
    ),
    "peto": Model("a common effect by Peto", measures=("OR", "PETO"), counts=True),
    "glmm": Model(
        "a generalised linear mixed model of the counts",
        measures=("OR", "IRR", "PLO", "IRLN"),
        counts=True,
        variants={"OR": ("UM.FS", "UM.RS", "CM.EL", "CM.AL"), "IRR": ("UM.FS", "UM.RS", "CM.EL")},
        options=_PREDICTED,
        heterogeneous=True,
    ),
    "multilevel": Model(
        "effects within studies",
        tau2=("REML", "ML"),
        tests=("z", "t"),
        options=(*_PREDICTED, "rho"),
        heterogeneous=True,
        clusters="model",
    ),
}


@dataclass(frozen=True)
class Conflict:
    """Two things that do not go together: `what` (`measure`, `variant`, `tau2`, `test`) of a model, and what would."""

    what: str
    allowed: tuple[str, ...]


def conflict(
    model: str,
    measure: str,
    *,
    tau2: str | None = None,
    test: str | None = None,
    variant: str | None = None,
) -> Conflict | None:
    """The first thing that does not go with `model` (a key of MODELS), or None; what is None is not looked at.

    `tau2` is looked at where the model has a choice of estimators only, `variant` where the measure has variants in it.
    """
    own = MODELS[model]
    for what, one, allowed in (
        ("measure", measure, own.measures),
        ("variant", variant, own.variants.get(measure)),
        ("tau2", tau2, own.tau2),
        ("test", test, own.tests),
    ):
        if one is not None and allowed and one not in allowed:
            return Conflict(what, allowed)
    return None
