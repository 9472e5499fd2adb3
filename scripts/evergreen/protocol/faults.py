"""One sentence for each fault that a model finds: the key, what is wrong, what is allowed, the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from evergreen.protocol.keys import key, known_at, part_with
from evergreen.protocol.part import BOUNDS, TODO_OF_PATTERN, Fault, KeyPath
from evergreen.sheets import folded

TYPES = {
    "string_type": "string", "int_type": "integer", "int_from_float": "integer", "float_type": "number", "bool_type": "boolean",
    "finite_number": "finite number", "tuple_type": "list", "mapping_type": "mapping", "dict_type": "mapping",
    "model_type": "mapping", "model_attributes_type": "mapping",
}  # fmt: skip
TODO_OF_TYPE = {
    "string": "Put it in quotes.", "integer": "Write a whole number, without quotes and without marks between thousands.",
    "number": "Write a plain number such as 0.5, without quotes.", "boolean": "Write true or false.", "list": "Write it as a list: [{value}].",
    "mapping": "Write its keys{known} with their values, or leave it out.",
}  # fmt: skip
"""What to do where a value is of another type."""
TODO_OF_SEVERAL = {
    "string": "Write one text; one with brackets or braces stands in quotes.", "list": "Write each entry on a line of its own, behind a dash.",
}  # fmt: skip
"""The same where the value is none that could be shown as what is asked for: a list or a mapping."""
OF_BOUNDS = {fault: (name, word) for name, fault, _, word in BOUNDS}
_ELSEWHERE = {
    "common": "fixed, fe, ce, ee, fixed-effect, fixed effect, fixed effects, common-effect, common effect, iv",
    "random": "re, random-effects, random effects, inverse variance", "mh": "mantel-haenszel, m-h, mantel haenszel",
    "knha": "hk, hksj, hartung-knapp, hartung knapp, t", "z": "wald, normal",
    "DL": "dersimonian, dersimonian-laird, dersimonian laird, d+l", "PM": "paule-mandel, paule mandel", "SJ": "sidik-jonkman",
    "MD": "mean difference, wmd, weighted mean difference", "SMD": "standardised mean difference, standardized mean difference, hedges g, cohen d, cohens d",
    "RR": "risk ratio, relative risk", "OR": "odds ratio", "RD": "risk difference", "HR": "hazard ratio", "IRR": "rate ratio, incidence rate ratio",
    "lower": "less, low, down, smaller", "higher": "more, high, up, greater", "analysis": "log, log scale", "ratio": "natural",
}  # fmt: skip
ELSEWHERE = {word: own for own, words in _ELSEWHERE.items() for word in words.split(", ")}
"""What other programs and people call what the protocol may say, and its own word."""
# What follows from another fault.
ECHOES = ("default_factory_not_called",)
FRACTIONS = ("level", "outliers", "risk")


def faults_of(error: ValidationError) -> Iterator[Fault]:
    """The faults that a model found, in its order."""
    for found in error.errors(include_url=False):
        if found["type"] not in ECHOES:
            yield _fault(
                found["type"], tuple(found["loc"]), found["input"], found.get("ctx", {}), found["msg"]
            )


def _fault(kind: str, path: KeyPath, value: Any, about: dict[str, Any], message: str) -> Fault:
    if path[-1:] == ("[key]",):  # not the value is wrong but its name
        name = path[-2]
        fault = _fault(kind, path[:-2], value, about, message)
        return Fault(path[:-1], f"{_where(path[:-2])} has the key {name!r}{fault.problem.partition(repr(name))[2]}", fault.todo)  # fmt: skip
    where = _where(path)
    if kind == "extra_forbidden":
        known = known_at(path[:-1])
        near, part = nearest(str(path[-1]), known), part_with(str(path[-1]), path[:-1])
        hint = f"It belongs under `{part}`. " if part else f"Did you mean `{near}`? " if near else ""
        return Fault(path, f"unknown key {where}", f"{hint}Allowed here: {', '.join(known)}.")
    if kind == "missing":
        return Fault(path, f"{_where(path[:-1])} lacks the key `{path[-1]}`", "Add it.")
    if kind == "literal_error":
        known = re.findall("'([^']*)'", about["expected"])
        own = ELSEWHERE.get(folded(value), "")
        near = own if own in known else nearest(str(value), known)
        hint = f" Did you mean {near}?" if near else ""
        return Fault(path, f"{where} is {_shown(value)}", f"Allowed: {', '.join(known)}.{hint}")
    if isinstance(value, bool) and kind == "string_type":
        return yaml_boolean(path, f"{where} is", value)
    if kind in TYPES:
        wanted = TYPES[kind]
        single = isinstance(value, str | int | float)
        todo = "" if single else TODO_OF_SEVERAL.get(wanted, "")
        if value is None and todo:
            todo = "Write it, or leave the key out."
        keys = known_at(path) if wanted == "mapping" else []
        names = f" ({', '.join(keys)})" if keys else ""
        todo = (todo or TODO_OF_TYPE.get(wanted, "")).replace("{known}", names)
        problem = f"{where} is {_shown(value)} but must be of type {wanted}"
        return Fault(path, problem, todo.replace("{value}", str(value)))
    if kind == "string_pattern_mismatch":
        return Fault(path, f"{where} is {value!r}", TODO_OF_PATTERN[about["pattern"]])
    if kind == "string_too_short":
        return Fault(path, f"{where} is empty", "Write it.")
    if kind in OF_BOUNDS:
        if [part for part in path if isinstance(part, str)][-1] in FRACTIONS and 50 < value < 100:
            return Fault(path, f"{where} is {value:g}", f"Write it as a fraction: {value / 100:g}.")
        name, word = OF_BOUNDS[kind]
        return Fault(path, f"{where} is {value:g}, but must be {word} {about[name]:g}")
    if kind == "refused":
        return Fault(path, f"{where} {about['problem']}", about["todo"])
    return Fault(path, f"{where}: {message}")


def yaml_boolean(path: KeyPath, start: str, value: bool) -> Fault:
    """A word that YAML takes for true or false; `start` begins the sentence, as in "`title` is"."""
    word, own = ("YES, ON or TRUE", "YES") if value else ("NO, OFF or FALSE", "NO")
    problem = f"{start} the word {word}, which YAML reads as {str(value).lower()}"
    return Fault(path, problem, f'Put it in quotes: "{own}".')


def nearest(name: str, known: list[str]) -> str:
    """The known name that `name` is most like, whatever its letter case; "" where it is like none."""
    folded = {one.casefold(): one for one in known}
    return next((folded[one] for one in get_close_matches(name.casefold(), folded, n=1)), "")


def _where(path: KeyPath) -> str:
    return f"`{key(path)}`" if path else "the protocol"


def _shown(value: Any) -> str:
    return "empty" if value is None else repr(value)
