"""Fill in the numbers that arms and contrasts lack from others that they report, and record of each how it came about.

The conversions stand in `metaanalysis.conversion_rules`, in the order of trust: what follows from the study's own reports goes before
what takes an input that no report of it gives. Where several exact conversions give a number, they have to agree.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.extraction import contradictions
from evergreen.extraction.check import RESULT, Row, key_of, own_choice
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.row_values import (
    CONVERTED,
    OF_OTHER_ARM,
    YES,
    Entry,
    Values,
    given,
    marked,
    of_a_study,
    record_of,
)
from evergreen.metaanalysis import conversions, medians, reported_parts
from evergreen.metaanalysis.conversion_rules import DERIVED, IMPUTED, RULES, Rule
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.conversions import Filling
from evergreen.sheets import folded

if TYPE_CHECKING:
    import pandas as pd

NOT_DERIVED = "not_derived"
ADDED = ("scale", DERIVED, IMPUTED, NOT_DERIVED, CONVERTED)
STATED = "stated"
"""The conversion of a number that a person marked as derived or imputed."""
FAMILY = ("study", "outcome", *RESULT)
"""What arms have in common that a reported difference compares."""
USUAL = Filling()
_NEEDED = {
    rule.id: frozenset(NUMBERS).intersection(rule.needs.values()).difference(rule.outside) for rule in RULES
}
"""Columns without a number in which a conversion says nothing."""

Arguments = dict[str, float | str]
Known = dict[tuple[Any, ...], tuple[Filling, list[Rule]]]
"""The conversions of rows of one kind; what they are known by holds the filling by its identity, which lives as long."""


def derive(
    rows: pd.DataFrame, scales: Mapping[str, str], fillings: Mapping[str, Filling] | None = None
) -> pd.DataFrame:
    """Rows of the merged extraction with what could be derived filled in; only empty cells are filled.

    `scales` are those of reported estimates as `scales_of` has them, `fillings` what the protocol says of conversions, both by the
    folded name of an outcome. Added are `scale`; `derived` and `imputed`, which name each number with formula and source, after what
    the extractors themselves marked so; `not_derived`, why a conversion that the row would allow was not made; `converted`, the
    record of each number as JSON.
    """
    records = tables.rows(rows)
    for row in records:
        row["scale"] = row.get("scale") or _scale(row, scales)
    fill_in(records, lambda row: (fillings or {}).get(folded(row["outcome"]), USUAL))
    columns = [column for column in rows.columns if column not in ADDED[1:]]
    return tables.frame_of(records, list(dict.fromkeys([*columns, *ADDED])))


def fill_in(rows: Sequence[Row], filling: Callable[[Row], Filling]) -> None:
    """Fill in rows whose numbers are floats, NaN where nothing stands; what an earlier call filled in is forgotten first."""
    families: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        _restore(row)
        if of_a_study(row):
            families[key_of(row, FAMILY)] = []
    for row in rows if families else ():
        if (key := key_of(row, FAMILY)) in families:
            families[key].append(row)
    # Arms may need what a reported effect lacks, an arm what follows from another's numbers, and who has a donor what that lacks.
    contrasts, arms, with_donor = ([row for row in rows if _turn(row) == turn] for turn in range(3))
    leaning = [
        row
        for row in arms
        if row.get("crossover") == YES or filling(row).makes(OF_OTHER_ARM, own_choice(row))
    ]
    rules: Known = {}
    for row in (*contrasts, *arms, *leaning, *with_donor):
        _restore(row)
        family = families.get(key_of(row, FAMILY), ()) if families else ()
        _fill(row, filling(row), family, rows if row.get("donor") else (), rules)


def _turn(row: Row) -> int:
    return 0 if row["group"] == "contrast" else 1 + bool(row.get("donor"))


def _restore(row: Row) -> None:
    """A row as people have it."""
    record = record_of(row)
    for state in (DERIVED, IMPUTED):
        made = _sentences(record, state)
        row[state] = str(row.get(state) or "").removesuffix(made).removesuffix("; ")
    for entry in record:
        row[entry["column"]] = entry["value"] if entry["conversion"] == STATED else math.nan
    row[CONVERTED] = ""


class _Record:
    """What was filled in in a row, and what could not be."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.refused: dict[str, list[str]] = {}
        self.contradicted: set[str] = set()

    def refuse(self, column: str, why: str) -> None:
        reasons = self.refused.setdefault(column, [])
        if why not in reasons:
            reasons.append(why)


def _fill(
    row: Row,
    filling: Filling,
    family: Sequence[Row],
    donors: Sequence[Row],
    known: Known,
) -> None:
    """Fill in one row; `known` are the conversions of rows of one kind, which most rows of a sheet are."""
    record = _Record()
    if filling.without:
        _empty_stated(row, filling, record)
    values = Values(row, family, donors)
    own = own_choice(row)
    kind = (id(filling), frozenset(values.kinds), None if own is None else tuple(own))
    if kind not in known:
        made = [rule for rule in RULES if rule.rows in values.kinds and filling.makes(rule.id, own)]
        known[kind] = filling, made
    rules = known[kind][1]
    for column, why in values.refused.items() if rules else ():
        record.refuse(column, why)
    have = {name for name in NUMBERS if not math.isnan(row[name])} if rules else set()
    later = [rule for rule in rules if rule.outside or rule.imputes]
    for outside, turn in ((False, rules), (True, later)):
        for rule in turn:
            if _NEEDED[rule.id] <= have and not have.issuperset(rule.gives):
                _apply(rule, rules, values, filling, outside, record)
                have.update(column for column in rule.gives if given(row, column))
    for state in (DERIVED, IMPUTED):
        row[state] = "; ".join(filter(None, [str(row.get(state) or ""), _sentences(record.entries, state)]))
    row[NOT_DERIVED] = "; ".join(
        f"{column}: {why}"
        for column, whys in record.refused.items()
        if not given(row, column)
        for why in whys
    )
    row[CONVERTED] = json.dumps(record.entries, ensure_ascii=False) if record.entries else ""


def _empty_stated(row: Row, filling: Filling, record: _Record) -> None:
    """Leave out what a person marked as derived or imputed, if such numbers are not used."""
    for state in (DERIVED, IMPUTED):
        if filling.allows(state):
            continue
        for column in marked(str(row.get(state) or "")):
            if given(row, column):
                record.entries.append(
                    {"column": column, "value": row[column], "conversion": STATED, "state": state}
                )
                record.refuse(column, f"{state} as the extractors say, and {state} numbers are left out")
                row[column] = math.nan


def _apply(
    rule: Rule, rules: list[Rule], values: Values, filling: Filling, outside: bool, record: _Record
) -> None:
    """Fill in what one conversion gives, with inputs from outside or without."""
    row = values.row
    used = _arguments(rule, values)
    given_from: dict[str, float] = {}  # what it lacks in the row and has from the protocol
    if used is None:
        given_from = {name: number for name, number in filling.outside.items() if name in rule.outside}
    if outside != (bool(given_from) or rule.imputes):
        return
    if given_from:
        used = _arguments(rule, values, given_from)
    if used is None:
        return
    how = rule.how.format_map({**values.words, **used})
    try:
        result = _computed(rule, used)
    except (ValueError, ArithmeticError) as error:
        why = f" {error}" if isinstance(error, ValueError) else ": nothing follows from a statistic of 0"
        for column in rule.gives:
            record.refuse(column, f"{how}{why}")
        return
    for column, value in result.items():
        if given(row, column) or column in record.contradicted:
            continue
        state = IMPUTED if given_from or rule.imputes else _state(rule, row)
        if column in contradictions.SPREADS and not (value > 0 and math.isfinite(value)):
            record.refuse(column, f"{how} gives a {contradictions.SPREADS[column]} of {value:g}")
        elif not filling.allows(state):
            record.refuse(column, f"{how}: {state} numbers are left out")
        elif why := _contradiction(rule, column, value, used, rules, values, how):
            record.refuse(column, why)
            record.contradicted.add(column)
        else:
            row[column] = value
            inputs = {{**rule.needs, **rule.options}[name]: value for name, value in used.items()}
            ours = (f"{name} = {number:g}, which the protocol assumes" for name, number in given_from.items())
            assumption = "; ".join(filter(None, [rule.assumes.format_map(values.words), *ours]))
            record.entries.append(rule.entry(column, value, how, inputs, state, assumption))


def _arguments(rule: Rule, values: Values, outside: Mapping[str, float] | None = None) -> Arguments | None:
    """The arguments of a conversion that a row has, or the protocol `outside` it; None where one that is needed is nowhere."""
    needed = {
        argument: (outside or {}).get(name) if (own := values.get(name)) is None else own
        for argument, name in rule.needs.items()
    }
    if None in needed.values():
        return None
    more = {argument: values.get(name) for argument, name in rule.options.items()}
    return {argument: value for argument, value in (needed | more).items() if value is not None}


def _computed(rule: Rule, used: Mapping[str, Any]) -> dict[str, float]:
    """{column: number} that a conversion gives; nothing where it has no formula for these arguments."""
    result = formula(rule)(**rule.fixed, **used)
    if result is None:
        return {}
    numbers = result if isinstance(result, tuple) else (result,)
    return dict(zip(rule.gives, map(float, numbers), strict=True))


def formula(rule: Rule) -> Callable[..., Any]:
    """The function of a conversion."""
    for module in (conversions, medians, reported_parts):
        if hasattr(module, rule.function):
            return getattr(module, rule.function)
    # these take longer to load than a whole sheet to convert
    from evergreen.metaanalysis import absolute_risk, quantile_fits, trial_designs

    module = next(one for one in (trial_designs, absolute_risk, quantile_fits) if hasattr(one, rule.function))
    return getattr(module, rule.function)


def _state(rule: Rule, row: Row) -> str:
    """What a number becomes: imputed where an input is."""
    imputed = {*marked(str(row.get(IMPUTED) or ""))}
    return IMPUTED if imputed & {*rule.needs.values(), *rule.options.values()} else DERIVED


def _contradiction(
    rule: Rule, column: str, value: float, used: Arguments, rules: list[Rule], values: Values, how: str
) -> str:
    """Why what a conversion gives is not taken: another exact one gives something else; "" where all agree."""
    for other in rules if rule.about else ():
        if other is rule or other.about != rule.about or column not in other.gives:
            continue
        theirs = _arguments(other, values)
        if theirs and (
            found := contradictions.between(column, (rule, used), (other, theirs), values, _computed)
        ):
            words = other.how.format_map({**values.words, **theirs})
            return f"{how} gives {value:.4g}, but {words} gives {found}: they contradict each other"
    return ""


def _sentences(entries: Iterable[Entry], state: str) -> str:
    """What `derived` or `imputed` says of numbers that were filled in."""
    made = (one for one in entries if one["state"] == state and one["conversion"] != STATED)
    return "; ".join(f"{one['column']}: {one['how']} ({one['source']})" for one in made)


def _scale(row: Row, scales: Mapping[str, str]) -> str:
    """What outcomes say of the scale of a row's estimate; "" without one, and where the extractors disagree on it.

    Of an estimate of a ratio they say it only where they pool ratios: that a difference is no logarithm says nothing of an odds ratio
    beside it. A difference beside ratios is none.
    """
    stated = any(given(row, name) for name in ("estimate", "estimate_ci_low", "estimate_ci_high"))
    if not stated or "scale" in str(row.get("in_conflict", "")).split("; "):
        return ""
    scale, of = scales.get(folded(row["outcome"]), ""), row.get("estimate_measure")
    if scale == "log" or (of and not MEASURES[of].may_be_ratio):
        return "analysis"
    return "" if of and scale == "analysis" else scale
