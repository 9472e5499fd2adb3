"""What every risk-of-bias tool consists of: questions with the answers allowed, domains, levels, variants, the rule of the overall.

Each tool is data of these types in a file of its own beside its algorithms; everybody else reads tools through what is here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from evergreen.bias.tools.overall import WORST, Rule
from evergreen.sheets import folded
from evergreen.sheets.labels import Choices

OVERALL = "overall"
MINUS = "\N{MINUS SIGN}"
EFFECTS = Choices(
    {
        "assignment": ("intention to treat", "intention-to-treat", "ITT", "assigned"),
        "adhering": ("adherence", "per protocol", "per-protocol", "starting and adhering"),
    }
)
"""Effects of interest: of assignment to an intervention, of adhering to it."""

IN_WORDS = {
    "Y": "Yes", "PY": "Probably yes", "PN": "Probably no", "N": "No", "NI": "No information", "NA": ("Not applicable", "N/A"),
    "SY": "Strong yes", "WY": "Weak yes", "WN": "Weak no", "SN": "Strong no", "U": "Unclear",
}  # fmt: skip
"""Answers to signalling questions, and how they are written in full."""
USUAL = ("Y", "PY", "PN", "N", "NI", "NA")
_CLASS = {"PY": "Y", "PN": "N"}

HIGH_RISK = frozenset({"high", "high risk", "serious", "critical"})
LOW_RISK = frozenset({"low", "low risk", "low except confounding"})
"""Overall judgements that say of a study that its risk of bias is high, or low, whatever the tool."""

Answers = Mapping[str, str]
Algorithm = Callable[[Answers], str]


class Unanswered(Exception):
    """The path through the questions ends at one without an answer."""


def class_of(answer: str) -> str:
    """Probably yes leads where yes does, probably no where no does: Y, N, or the answer itself; "" where it is none."""
    return _CLASS.get(answer, answer) if answer in IN_WORDS and answer != "NA" else ""


def ask(answers: Answers, question: str) -> str:
    """The class of an answer that a path needs; raises Unanswered where there is none."""
    found = class_of(answers.get(question, ""))
    if not found:
        raise Unanswered(question)
    return found


@dataclass(frozen=True)
class Question:
    """A signalling question: its number, what it is about in words of our own, and the answers allowed."""

    id: str
    about: str
    answers: tuple[str, ...] = USUAL

    @cached_property
    def choices(self) -> Choices:
        return Choices({answer: IN_WORDS[answer] for answer in self.answers})


def questions(about: Mapping[str, str], answers: tuple[str, ...] = USUAL) -> tuple[Question, ...]:
    """Questions from {number: what it is about}, all with the same answers."""
    return tuple(Question(number, words, answers) for number, words in about.items())


@dataclass(frozen=True)
class Form:
    """How a domain is asked in one variant and for one effect; without an `algorithm` its judgement is a person's.

    `unverified` says why there is none although the published tool has one.
    """

    questions: tuple[Question, ...] = ()
    algorithm: Algorithm | None = None
    unverified: str = ""

    def suggest(self, answers: Answers) -> str | None:
        """The judgement that the answers lead to; None without an algorithm or while an answer that it needs is missing."""
        try:
            return self.algorithm(answers) if self.algorithm else None
        except Unanswered:
            return None


NOTHING_ASKED = Form()
Forms = Mapping[tuple[str, str], Form]
"""How a domain is asked by variant and effect."""


def always(form: Form) -> Forms:
    """One form, whatever variant and effect."""
    return MappingProxyType({("", ""): form})


@dataclass(frozen=True)
class Domain:
    """One domain (or item) of a tool; `names` are other spellings that sheets use.

    `forms` by variant and effect, ("", "") for that of a tool without either. `levels` are those of the tool that the domain may
    have, all where none are named.
    """

    id: str
    name: str
    names: tuple[str, ...] = ()
    # An item beside the risk of bias, such as the concerns of applicability in QUADAS-2.
    counts: bool = True
    forms: Forms = field(default_factory=lambda: MappingProxyType({}))
    levels: tuple[str, ...] = ()

    def form(self, variant: str = "", effect: str = "") -> Form:
        """That of the effect where the domain is asked otherwise for it, else that of the variant."""
        return self.forms.get((variant, effect)) or self.forms.get((variant, "")) or NOTHING_ASKED

    def all_questions(self, variant: str = "", effect: str = "") -> dict[str, Question]:
        """Questions by number, also those of other effects; worded as for `effect`."""
        forms = [form for (one, _), form in self.forms.items() if one == variant]
        return {
            question.id: question
            for form in (*forms, self.form(variant, effect))
            for question in form.questions
        }


@dataclass(frozen=True)
class Tool:
    """A tool; `levels` from best to worst, `symbols` what stands in their circles, `colours` of the circles.

    `variants` are the domains by variant (a design that some studies have), the usual one under "". `marks` are circles or stars.
    `overall_head` is what the overall judgement is called in figures, "" where it is not shown. `other_questions` may be asked
    besides those listed. `said` is how a methods section names the tool. `design` is that of the studies that it is for (`randomised`,
    `non-randomised`, "" for neither); a tool that measures against a `target_trial` judges what the lack of randomisation does.
    `robvis` are the columns of the template of that R package for the domains, where it has names for them.
    """

    id: str
    name: str
    domains: tuple[Domain, ...]
    levels: tuple[str, ...]
    symbols: tuple[str, ...]
    colours: tuple[str, ...]
    rule: Rule = WORST
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    usual_variant: str = ""
    overall_head: str = ""
    marks: str = "circles"
    synonyms: Mapping[str, str] = field(default_factory=lambda: SYNONYMS)
    other_questions: bool = True
    unit: str = "study"
    said: str = ""
    design: str = ""
    target_trial: bool = False
    robvis: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    source: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def of_syntheses(self) -> bool:
        """Whether syntheses are judged, and not studies."""
        return self.unit == "synthesis"

    @cached_property
    def by_id(self) -> dict[str, Domain]:
        return {domain.id: domain for domain in self.domains}

    @cached_property
    def _by_name(self) -> dict[str, dict[str, Domain]]:
        found = {}
        for variant in self.variants or ("",):
            names: dict[str, Domain] = {}
            for domain in reversed(self.domains_of(variant)):
                names |= {plain(name): domain for name in (domain.id, domain.name, *domain.names)}
            found[variant] = names | {OVERALL: Domain(OVERALL, self.overall_head or "Overall")}
        return found

    @cached_property
    def _level_by_name(self) -> dict[str, str]:
        named = {plain(level): level for level in self.levels}
        return named | {
            folded(symbol): level for level, symbol in zip(self.levels, self.symbols, strict=True)
        }

    def domains_of(self, variant: str = "") -> tuple[Domain, ...]:
        """The domains of a variant in their order."""
        if not self.variants:
            return self.domains
        wanted = self.variants[variant]
        return tuple(domain for domain in self.domains if domain.id in wanted)

    def domain_of(self, text: str, variant: str = "") -> Domain | None:
        """The domain that a sheet means; letter case, blanks and what stands in brackets do not count."""
        return self._by_name[variant].get(plain(text))

    def variants_with(self, text: str) -> list[str]:
        """The variants that have a domain of this name, as they are written in sheets."""
        return [
            variant or self.usual_variant for variant, names in self._by_name.items() if plain(text) in names
        ]

    @cached_property
    def variant_choices(self) -> Choices:
        return Choices(variant or self.usual_variant for variant in self.variants)

    def level_of(self, text: str) -> str | None:
        """The level that a sheet means: `Low`, `low risk`, `low_risk`, `Low risk of bias` and `+` are one."""
        named = self._level_by_name
        whole = folded(text).replace("_", " ")
        for short in (whole, BEHIND_A_LEVEL.sub("", whole)):
            for name in (short, plain(self.synonyms.get(short, "")), plain(short)):
                if name and name in named:
                    return named[name]
        return None

    def levels_of(self, domain: Domain) -> tuple[str, ...]:
        """The levels that a domain may have."""
        return domain.levels or self.levels

    def suggest(self, domain: str, answers: Answers, *, variant: str = "", effect: str = "") -> str | None:
        """Judgement of a domain that the answers lead to."""
        return self.by_id[domain].form(variant, effect).suggest(answers) if domain in self.by_id else None

    def all_judged(self, judgements: Mapping[str, str], variant: str = "") -> bool:
        """Whether every domain that counts has a judgement."""
        return all(judgements.get(domain.id) for domain in self.domains_of(variant) if domain.counts)

    def shows(self, row: Mapping[str, Any]) -> bool:
        """Whether readers see a judgement (a row of `judgements.csv`): of a tool that shows no overall one those that a person made."""
        made = row["domain"] != OVERALL or row["status"] not in ("algorithm", "pending")
        return made or bool(self.overall_head)

    def overall(self, judgements: Mapping[str, str], variant: str = "") -> str | None:
        """Overall judgement from {domain id: level}; None while a domain is without one, unless what is there decides."""
        counted = {
            domain.id: judgements.get(domain.id, "") for domain in self.domains_of(variant) if domain.counts
        }
        return self.rule.of(counted, self.levels)


SYNONYMS: Mapping[str, str] = MappingProxyType(
    {"moderate": "some concerns", "some concern": "some concerns", "-": "high"}
)
BEHIND_A_LEVEL = re.compile(r" (risk|risk of bias|concern|concerns|concerns regarding applicability)$")


def plain(text: str) -> str:
    """Letters and digits of a name, in whatever script, without what stands in brackets."""
    return re.sub(r"[\W_]", "", re.sub(r"\(.*?\)", "", folded(text)))
