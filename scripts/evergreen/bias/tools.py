"""Risk-of-bias tools: their domains, levels of judgement, and how an overall judgement comes about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evergreen import yaml_text
from evergreen.bias import rob2
from evergreen.errors import InputError
from evergreen.sheets import folded

OVERALL = "overall"


@dataclass(frozen=True)
class Domain:
    """One domain (or item) of a tool; `names` are other spellings that sheets use."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    # An item beside the risk of bias, such as the concerns of applicability in QUADAS-2.
    counts: bool = True


@dataclass(frozen=True)
class Tool:
    """A tool; `levels` from best to worst, `symbols` what stands in their circles."""

    id: str
    name: str
    domains: tuple[Domain, ...]
    levels: tuple[str, ...]
    symbols: tuple[str, ...]
    questions: bool = False

    def domain_of(self, text: str) -> Domain | None:
        """The domain that a sheet means; letter case, blanks and what stands in brackets do not count."""
        wanted = plain(text)
        if wanted == OVERALL:
            return Domain(OVERALL, "Overall")
        for domain in self.domains:
            if wanted in {plain(name) for name in (domain.id, domain.name, *domain.names)}:
                return domain
        return None

    def level_of(self, text: str) -> str | None:
        """The level that a sheet means: `Low`, `low risk`, `low_risk`, `Low risk of bias` and `+` are one."""
        named = {plain(level): level for level in self.levels} | {
            folded(symbol): level for level, symbol in zip(self.levels, self.symbols, strict=True)
        }
        whole = folded(text).replace("_", " ")
        for short in (whole, BEHIND_A_LEVEL.sub("", whole)):
            for name in (short, plain(short), plain(SYNONYMS.get(short, ""))):
                if name and name in named:
                    return named[name]
        return None

    def overall(self, judgements: Mapping[str, str]) -> str | None:
        """Overall judgement from {domain id: level}; None while a domain is without one, unless the worst is there."""
        if self.id == "rob2":
            return rob2.overall(judgements)
        counted = [judgements.get(domain.id, "") for domain in self.domains if domain.counts]
        if self.levels[-1] in counted:
            return self.levels[-1]
        if "" in counted:
            return None
        return max(counted, key=self.levels.index)


SYNONYMS = {"moderate": "some concerns", "some concern": "some concerns", "-": "high"}
BEHIND_A_LEVEL = re.compile(r" (risk|risk of bias|concern|concerns|concerns regarding applicability)$")


def plain(text: str) -> str:
    """Letters and digits of a name, in whatever script, without what stands in brackets."""
    return re.sub(r"[\W_]", "", re.sub(r"\(.*?\)", "", folded(text)))


ROB1 = Tool(
    "rob1",
    "Cochrane risk of bias tool (2011)",
    (
        Domain(
            "sequence_generation", "Random sequence generation (selection bias)", ("1", "Sequence generation")
        ),
        Domain("allocation_concealment", "Allocation concealment (selection bias)", ("2",)),
        Domain(
            "blinding_participants",
            "Blinding of participants and personnel (performance bias)",
            ("3", "Blinding"),
        ),
        Domain(
            "blinding_assessment",
            "Blinding of outcome assessment (detection bias)",
            ("4", "Blinding of outcome assessors"),
        ),
        Domain("incomplete_data", "Incomplete outcome data (attrition bias)", ("5",)),
        Domain(
            "selective_reporting",
            "Selective reporting (reporting bias)",
            ("6", "Selective outcome reporting"),
        ),
        Domain("other_bias", "Other bias", ("7", "Other sources of bias")),
    ),
    ("low", "unclear", "high"),
    ("+", "?", "\N{MINUS SIGN}"),
)
ROB2 = Tool(
    "rob2",
    "RoB 2",
    (
        Domain(
            "D1",
            "Randomisation process",
            ("1", "Randomization process", "Bias arising from the randomization process"),
        ),
        Domain("D2", "Deviations from intended interventions", ("2", "D2-assignment", "D2-adhering")),
        Domain("D3", "Missing outcome data", ("3",)),
        Domain("D4", "Measurement of the outcome", ("4",)),
        Domain("D5", "Selection of the reported result", ("5",)),
    ),
    rob2.ORDER,
    ("+", "?", "\N{MINUS SIGN}"),
    questions=True,
)
# "No information" stands between moderate and serious: nothing serious is known, but the result is not known to be sound.
ROBINS_I = Tool(
    "robins-i",
    "ROBINS-I",
    (
        Domain("D1", "Confounding", ("1", "Bias due to confounding")),
        Domain("D2", "Selection of participants", ("2",)),
        Domain("D3", "Classification of interventions", ("3",)),
        Domain("D4", "Deviations from intended interventions", ("4",)),
        Domain("D5", "Missing data", ("5",)),
        Domain("D6", "Measurement of outcomes", ("6",)),
        Domain("D7", "Selection of the reported result", ("7",)),
    ),
    ("low", "moderate", "no information", "serious", "critical"),
    ("+", "~", "?", "\N{MINUS SIGN}", "!"),
)
QUADAS_2 = Tool(
    "quadas-2",
    "QUADAS-2",
    (
        Domain("D1", "Patient selection", ("1",)),
        Domain("D2", "Index test", ("2",)),
        Domain("D3", "Reference standard", ("3",)),
        Domain("D4", "Flow and timing", ("4",)),
        Domain("A1", "Applicability: patient selection", (), counts=False),
        Domain("A2", "Applicability: index test", (), counts=False),
        Domain("A3", "Applicability: reference standard", (), counts=False),
    ),
    ("low", "unclear", "high"),
    ("+", "?", "\N{MINUS SIGN}"),
)
TOOLS = {tool.id: tool for tool in (ROB1, ROB2, ROBINS_I, QUADAS_2)}


def tool_of(name: str) -> Tool:
    """The tool that the protocol names: one of `TOOLS`, or the path of a YAML file with a tool of one's own."""
    if folded(name) in TOOLS:
        return TOOLS[folded(name)]
    path = Path(name)
    if path.is_file():
        return own_tool(yaml_text.read_any(path), path)
    if path.suffix or len(path.parts) > 1:
        raise InputError(
            "the file of the risk-of-bias tool is missing", file=path,
            todo=f"Create it, or mend `risk_of_bias.tool`: {', '.join(TOOLS)}, or the path of a YAML file that lists domains.",
        )  # fmt: skip
    raise InputError(
        f"`risk_of_bias.tool` is {name!r}, which is neither a tool nor a file",
        todo=f"Allowed: {', '.join(TOOLS)}, or the path of a YAML file that lists domains.",
    )


def own_tool(content: Any, path: Path) -> Tool:
    """A tool from YAML: a list of domains, or `{name, domains, levels}` with levels from best to worst.

    A domain is a name or `{id, name}`. Levels are low, unclear and high where none are given.
    """
    described = content if isinstance(content, Mapping) else {"domains": content}
    domains = described.get("domains")
    if not isinstance(domains, Sequence) or isinstance(domains, str) or not domains:
        raise InputError("no domains are listed", file=path, todo="Write a list of names under `domains`.")
    listed = []
    for domain in domains:
        if isinstance(domain, Mapping) and "id" in domain:
            listed.append(Domain(str(domain["id"]), str(domain.get("name", domain["id"]))))
        elif isinstance(domain, str | int | float) and not isinstance(domain, bool):
            listed.append(Domain(str(domain), str(domain)))
        else:
            raise InputError(
                f"{domain!r} is not a domain", file=path, todo="Write a name, or {id: ..., name: ...}."
            )
    keys = [plain(domain.id) for domain in listed]
    if OVERALL in keys or len(set(keys)) < len(keys):
        raise InputError(
            "two domains have the same id, or one is called overall", file=path, todo="Rename one."
        )
    given = described.get("levels", ROB1.levels)
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InputError("`levels` is no list", file=path, todo="Name 2 to 5, from best to worst.")
    levels = tuple(folded(level) for level in given)
    if len(set(levels)) < len(levels):
        raise InputError("a level of judgement is there twice", file=path, todo="Rename one.")
    if len(levels) < 2 or len(levels) > len(_SYMBOLS[5]):
        raise InputError(
            f"{len(levels)} levels of judgement", file=path, todo="Name 2 to 5, from best to worst."
        )
    return Tool(
        path.stem, str(described.get("name", path.stem)), tuple(listed), levels, _SYMBOLS[len(levels)]
    )


_SYMBOLS = {
    2: ("+", "\N{MINUS SIGN}"),
    3: ("+", "?", "\N{MINUS SIGN}"),
    4: ("+", "~", "\N{MINUS SIGN}", "!"),
    5: ("+", "~", "?", "\N{MINUS SIGN}", "!"),
}
