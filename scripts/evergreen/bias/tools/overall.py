"""How domains become an overall judgement: the rules that tools and YAML files name, each data that is read and never run.

A rule takes {domain: level} of the domains that count ("" where one has none) and the levels from best to worst.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from evergreen.errors import InputError
from evergreen.sheets import folded

Levels = Sequence[str]
Judged = Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """No rule: an overall judgement is a person's, or there is none."""

    words: str = "none: where there is one, it is a person's"
    decides: ClassVar[bool] = False

    def of(self, judged: Judged, levels: Levels) -> str | None:
        """The overall level; None while what the rule needs is missing."""
        return None


@dataclass(frozen=True)
class Worst(Rule):
    """The worst domain decides, at once where it has the worst of all levels.

    That several middle levels together may mean a worse one is a person's decision: it is entered as an override of the overall
    judgement, with its reason.
    """

    words: str = "the worst domain"
    decides: ClassVar[bool] = True

    def of(self, judged: Judged, levels: Levels) -> str | None:
        given = set(judged.values())
        if levels[-1] in given:
            return levels[-1]
        return None if "" in given or not given else max(given, key=list(levels).index)


@dataclass(frozen=True)
class Majority(Rule):
    """The level that most domains have; of equally frequent ones the worst."""

    words: str = "the level of most domains, of equally frequent ones the worst"
    decides: ClassVar[bool] = True

    def of(self, judged: Judged, levels: Levels) -> str | None:
        counts = Counter(judged.values())
        if "" in counts or not counts:
            return None
        return max(counts, key=lambda level: (counts[level], levels.index(level)))


@dataclass(frozen=True)
class Stars(Rule):
    """The number of stars of all items, as text; it is a total and no judgement."""

    words: str = "no judgement: the total of the stars"
    decides: ClassVar[bool] = True
    worth: Mapping[str, int] = field(default_factory=dict)

    def of(self, judged: Judged, levels: Levels) -> str | None:
        if "" in judged.values() or not judged:
            return None
        return str(sum(self.worth[level] for level in judged.values()))


@dataclass(frozen=True)
class Case:
    """`level` where `at_least` of the domains (of all that count where none are named) have one of `having`; always without these."""

    level: str
    having: tuple[str, ...] = ()
    at_least: int | None = None  # None: all
    domains: tuple[str, ...] = ()

    def holds(self, judged: Judged) -> bool:
        names = self.domains or tuple(judged)
        hits = sum(judged[name] in self.having for name in names)
        return not self.having or hits >= (len(names) if self.at_least is None else self.at_least)


@dataclass(frozen=True)
class Cases(Rule):
    """The level of the first case that holds; the last holds always."""

    words: str = "the first case of the file that holds"
    decides: ClassVar[bool] = True
    cases: tuple[Case, ...] = ()

    def of(self, judged: Judged, levels: Levels) -> str | None:
        if "" in judged.values() or not judged:
            return None
        return next((case.level for case in self.cases if case.holds(judged)), None)


WORST = Worst()
NAMED = {"worst": WORST, "majority": Majority(), "none": Rule()}


def rule_from(written: Any, levels: Levels, domains: Sequence[str], path: Path) -> Rule:
    """The rule that a YAML file states under `overall`: one of `NAMED`, or a list of cases.

    A case is `{level, all: levels}`, `{level, any: levels}` or `{level, at_least: number, of: levels}`, each with `domains` where
    it looks at some only; the last is `{level}` alone. Raises InputError, which says what is wrong.
    """
    if isinstance(written, str) and folded(written) in NAMED:
        return NAMED[folded(written)]
    if not isinstance(written, Sequence) or isinstance(written, str) or not written:
        raise InputError(
            f"`overall` is {written!r}", file=path, todo=f"Allowed: {', '.join(NAMED)}, or a list of cases."
        )
    cases = [_case(one, number, levels, domains, path) for number, one in enumerate(written, start=1)]
    if [number for number, case in enumerate(cases, start=1) if not case.having] != [len(cases)]:
        raise InputError(
            "of the cases of `overall` not just the last has no condition", file=path,
            todo=f"End with one that holds where no other does, such as {{level: {levels[0]}}}.",
        )  # fmt: skip
    return Cases(cases=tuple(cases))


def _case(one: Any, number: int, levels: Levels, domains: Sequence[str], path: Path) -> Case:
    def fault(problem: str, todo: str) -> InputError:
        return InputError(f"case {number} of `overall` {problem}", file=path, todo=todo)

    allowed = {"level", "all", "any", "at_least", "of", "domains"}
    if not isinstance(one, Mapping) or "level" not in one:
        raise fault("states no level", "Write {level: ..., any: ...}.")
    if unknown := sorted(set(map(str, one)) - allowed):
        raise fault(f"has {', '.join(unknown)}", f"Allowed: {', '.join(sorted(allowed))}.")
    (level,) = _listed(one["level"], levels, fault, "a level")[:1]
    conditions = [key for key in ("all", "any", "at_least") if key in one]
    if not conditions:
        if set(one) != {"level"}:
            raise fault("has no condition", "Add all, any, or at_least with of.")
        return Case(level)
    if len(conditions) > 1 or ("of" in one) != ("at_least" in one):
        raise fault(
            f"has {', '.join(key for key in one if key != 'level')}",
            "Write one of all, any, or at_least with of.",
        )
    named = _listed(one["domains"], domains, fault, "a domain") if "domains" in one else ()
    having = _listed(one["of"] if "at_least" in one else one[conditions[0]], levels, fault, "a level")
    at_least = {"all": None, "any": 1}.get(conditions[0], one.get("at_least"))
    if conditions[0] == "at_least" and (
        not isinstance(at_least, int)
        or isinstance(at_least, bool)
        or not 1 <= at_least <= len(named or domains)
    ):
        raise fault(f"has at_least: {at_least!r}", f"Write a number from 1 to {len(named or domains)}.")
    return Case(level, having, at_least, named)


def _listed(written: Any, known: Sequence[str], fault: Any, what: str) -> tuple[str, ...]:
    """One name or several as they are known."""
    names = {folded(name): name for name in known}
    given = written if isinstance(written, Sequence) and not isinstance(written, str) else [written]
    wrong = [repr(one) for one in given if folded(one) not in names]
    if wrong or not given:
        raise fault(f"names {', '.join(wrong) or 'nothing'} as {what}", f"Allowed: {', '.join(known)}.")
    return tuple(names[folded(one)] for one in given)
