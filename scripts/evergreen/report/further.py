"""What was computed around a pooled effect, as tables and sentences: subgroups, moderators, single and small studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evergreen.counting import plural, studies_cell, studies_of
from evergreen.figures import scales, wording
from evergreen.report.blocks import Block, Cell, Head, Table, Text, heads
from evergreen.report.effects import estimate, interval, named, percent
from evergreen.sheets.columns import in_words
from evergreen.synthesis.result import InverseVariance, Multilevel, NotDone, Result
from evergreen.synthesis.result.analyses import Between, Coefficient, Moderators, ModeratorsNotDone
from evergreen.synthesis.result.pooled_models import Robust
from evergreen.tables import grouped


def further_blocks(result: Result, scale: scales.Scale) -> list[Block]:
    """The analyses beside the pooled effect of one outcome, as far as the protocol asks for them."""
    return [*_robust(result, scale), *_subgroups(result, scale), *_moderators(result, scale), *_sensitivity(result), *_single(result), *_small(result, scale)]  # fmt: skip


def _p(value: float | None) -> str:
    said = "" if value is None else scales.p_value(value)
    return said.removeprefix("P\u00a0=\u00a0").removeprefix("P\u00a0")


def _plain(value: float | None, decimals: int = 2) -> str:
    return scales.number(value, decimals)


def _robust(result: Result, scale: scales.Scale) -> Iterator[Block]:
    found = result.model.robust if isinstance(result.model, InverseVariance | Multilevel) else None
    if found and found.p is not None:
        limits = interval(found.ci_low, found.ci_high, scale)
        limits += f", {scales.p_value(found.p)}" if scale.null is not None else ""
        yield Text(
            f"Cluster-robust {wording.interval_of(result.level)} ({found.kind}, {_plain(found.df, 1)} degrees of freedom): {limits}."
        )


def _tested(test: Between) -> str:
    """The statistic of a test between subgroups, which is F where these share tau2 and Knapp and Hartung's test."""
    name, df = ("Q", f"{test.df:g}") if test.df2 is None else ("F", f"{test.df:g} and {test.df2:g}")
    return f"{name} = {_plain(test.Q)}, df = {df}"


def _subgroups(result: Result, scale: scales.Scale) -> Iterator[Block]:
    rows: list[Sequence[Cell]] = []
    for column, models in result.subgroups.columns.items():
        silent: dict[str, set[str]] = {}
        for one in result.left_out:
            if one.not_estimable and (level := one.columns.get(column, "")):
                silent.setdefault(level, set()).add(one.study)
        for level in sorted({*models, *silent}):
            model, more = models.get(level), len(silent.get(level, ()))
            of = (model.studies, model.k) if model else (0, 0)
            effect, i2 = (estimate(model, scale), percent(model.I2)) if model else ("", "")
            rows.append([f"{in_words(column)}: {level}", studies_cell(*of, more), effect, i2, ""])
        test = result.subgroups.tests[column]
        said, p = (_tested(test), test.p) if isinstance(test, Between) else (test.not_done, None)
        rows.append([f"{in_words(column)}: difference between the subgroups", "", said, "", _p(p)])
        if isinstance(test, Between) and (own := test.robust) and own.df2 is not None:
            said = f"F = {_plain(own.statistic)}, df = {own.df:g} and {_plain(own.df2, 1)}"
            rows.append([f"{in_words(column)}: the same, cluster-robust", "", said, "", _p(own.p)])
    if rows:
        columns = heads(
            "Subgroup",
            Head("Studies", True),
            f"{scale.short} ({wording.interval_of(result.level)})",
            Head("I²", True),
            Head("P", True),
        )
        yield Table("Subgroups", columns, rows, fold="Subgroups", keep=True)
        for column in result.subgroups.columns:
            yield from map(Text, wording.without_subgroup(result, column))


def explored(result: Result) -> list[str]:
    """What the exploration of heterogeneity found, each in a phrase: `allocation: Q = 1.50, df = 1, P = 0.22`."""
    found = [
        f"{in_words(column)}: {_tested(test)}, {scales.p_value(test.p)}"
        for column, test in result.subgroups.tests.items()
        if isinstance(test, Between) and test.p is not None
    ]
    fitted = result.moderators
    if isinstance(fitted, Moderators) and fitted.QM_p is not None:
        names = ", ".join(map(wording.moderator, fitted.columns))
        said = f"meta-regression on {names}: R² {_plain(fitted.R2, 0)}%, {scales.p_value(fitted.QM_p)}"
        if fitted.robust is not None and fitted.robust.p is not None:
            said += f", cluster-robust {scales.p_value(fitted.robust.p)}"
        found.append(said)
    return found


def _moderators(result: Result, scale: scales.Scale) -> Iterator[Block]:
    found = result.moderators
    if isinstance(found, ModeratorsNotDone):
        yield Text(
            f"Meta-regression on {', '.join(map(wording.moderator, found.columns))}: not done ({found.not_done})."
        )
        return
    if found is None:
        return
    names, level = _coefficients(found), wording.interval_of(result.level)
    robust = any(one.robust for one in found.coefficients)
    rows = [
        [
            names.get(one.name, one.name),
            *_limited(one, one),
            _p(one.p),
            *(_robust_cells(one) if robust else [_p(one.permutation_p)]),
            _plain(one.vif),
        ]
        for one in found.coefficients
    ]
    tests = [Head("P by permutation", True)]
    if robust:
        tests = [
            Head(f"Cluster-robust {level}"),
            Head("Degrees of freedom", True),
            Head("P, cluster-robust", True),
        ]
    columns = heads(
        "Coefficient",
        Head(scale.analysis_name, True),
        level,
        Head("P", True),
        *tests,
        Head("VIF", True),
    )
    caption = f"Meta-regression of {studies_of(found.studies, found.k)}: R² {_plain(found.R2, 0)}%, tau² {wording.tau2(found.tau2)}, moderators together P {_p(found.QM_p)}"
    if found.permutation_p is not None:
        caption += f", by {found.permutations:,} permutations {_p(found.permutation_p)}"
    if found.robust is not None:
        caption += f", cluster-robust {_p(found.robust.p)}"
    yield Table(caption, columns, rows, fold="Meta-regression", keep=True)
    if found.studies < found.k and not robust and not found.sigma2:
        yield Text("The meta-regression takes the effects of one study for independent of each other.")
    if robust and not all(one.robust for one in found.coefficients):
        yield Text("What one study alone determines has no cluster-robust test.")
    lacking = wording.without_value(
        result,
        found.without_value,
        " or ".join(map(wording.moderator, found.columns)),
        "not in the meta-regression",
    )
    yield from map(Text, lacking)


def _limited(one: Coefficient, of: Coefficient | Robust) -> list[str]:
    """A coefficient, and the limits of its own test or of the cluster-robust one: four decimals, more where it is small by the unit of its
    column, none where it is in the thousands."""
    values = (one.estimate, of.ci_low, of.ci_high)
    decimals = scales.effect_decimals([value for value in values if value is not None])
    estimate, low, high = (_plain(value, max(4, decimals) if decimals else 0) for value in values)
    return [estimate, f"{low} to {high}"]


def _robust_cells(one: Coefficient) -> list[Cell]:
    """Interval, degrees of freedom and P value of a cluster-robust test."""
    found = one.robust
    if found is None:
        return ["", "", ""]
    return [
        _limited(one, found)[1],
        _plain(found.df, 1),
        _p(found.p),
    ]


def _coefficients(found: Moderators) -> dict[str, str]:
    """What coefficients are of, by their names: `mean age`, `country: USA (against Germany)`, `dose by route: oral (against rectal)`."""
    singles = dict.fromkeys(part for name in found.columns for part in name.split(":"))
    named: dict[str, dict[str, str]] = {column: {column: in_words(column)} for column in singles}
    for column, (reference, *others) in found.levels.items():
        said = f"{in_words(column)}: {{}} (against {reference})"
        named[column] = {f"{column}{level}": said.format(level) for level in others}
    pairs = [name.split(":") for name in found.columns if ":" in name]
    products = {f"{a}:{b}": f"{one} by {two}" for first, second in pairs for a, one in named[first].items() for b, two in named[second].items()}  # fmt: skip
    return {name: words for own in (*named.values(), products) for name, words in own.items()}


def _sensitivity(result: Result) -> Iterator[Block]:
    """Each on the scale of its own measure, in the order of the protocol."""
    rows: list[Sequence[Cell]] = []
    tau2: dict[int, str] = {}
    for own in grouped(result.sensitivity.values(), lambda one: one.measure).values():
        variances = wording.tau2_column([one.model.tau2 if one.model else None for one in own])
        tau2 |= {id(one): variance for one, variance in zip(own, variances, strict=True)}
    for label, one in wording.sensitivities(result):
        model = one.model
        if model is None or model.estimate is None:
            not_done = f"not done: {one.not_done or 'no estimate'}"
            rows.append([label, studies_cell(model.studies, model.k) if model else "", not_done, ""])
            continue
        effect = named(model, scales.of_analysis(result, one))  # another level is said by the label
        rows.append([label, studies_cell(model.studies, model.k), effect, tau2[id(one)]])
    if rows:
        title = "Sensitivity analyses"
        columns = heads(
            "Analysis",
            Head("Studies", True),
            f"Effect ({wording.interval_of(*wording.levels(result))})",
            Head("Tau²", True),
        )
        yield Table(title, columns, rows, fold=f"{title} ({len(rows)})", keep=True)


def _single(result: Result) -> Iterator[Block]:
    found = result.influence
    if found is None:
        return
    level = scales.level_of(found.outlier_level)
    strange = f"Outliers (studentised deleted residual outside its {level} interval)"
    if found.by_study:
        strange = f"Outliers (chi² of the deleted residuals of a study above its {level} quantile)"
    sentences = [
        f"{what}: {', '.join(labels) or 'none'}."
        for what, labels in ((strange, found.outliers), ("Influential studies", found.influential))
    ]
    if subsets := found.gosh:
        share = subsets.I2
        sentences.append(
            f"In {subsets.subsets:,} subsets of the studies I² has the quartiles {_plain(share.lower_quartile, 0)}, {_plain(share.median, 0)} and {_plain(share.upper_quartile, 0)}%."
        )
    yield Text(" ".join(sentences))


def _small(result: Result, scale: scales.Scale) -> Iterator[Block]:
    found = result.small_study
    if isinstance(found, NotDone):
        yield Text(f"Small-study effects: not tested ({found.not_done}).")
        return

    def against_none(p: float | None) -> str:
        """A P value of no effect, which a proportion or a rate has no value of."""
        return "" if scale.null is None else _p(p)

    rows: list[Sequence[Cell]] = []
    for name, test in found.tests.items():
        if isinstance(test, NotDone):
            rows.append([f"{name}'s test", test.not_done, ""])
        else:
            rows.append([f"{name}'s test", f"statistic {_plain(test.statistic)}", _p(test.p)])
    rows.append(["Rank test", f"Kendall's tau {_plain(found.rank.tau)}", _p(found.rank.p)])
    filled = found.trim_and_fill
    if isinstance(filled, NotDone):
        rows.append(["Trim and fill", filled.not_done, ""])
    else:
        studies = plural(filled.missing, "study", "studies")
        missing = f"{studies} missing on the {filled.side}; with them {named(filled.model, scale)}"
        rows.append(["Trim and fill", missing, against_none(filled.model.p)])
    for name, one in found.pet_peese.items():
        rows.append([f"{name.upper()}: effect of an infinitely precise study", f"{scale.short} {scale.text(one.estimate)}", against_none(one.p)])  # fmt: skip
    counts = {name: "∞" if count is None else f"{count:,.0f}" for name, count in found.fail_safe}
    words = ", ".join(f"{name.capitalize()} {count}" for name, count in counts.items())
    if scale.null is not None:
        rows.append(["Fail-safe numbers", words, ""])
    columns = heads("Test", "Result", Head("P", True))
    yield Table("Small-study effects", columns, rows, fold="Small-study effects", keep=True)
