"""A tool of the reviewers' own, from a YAML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evergreen.bias.tools.anatomy import MINUS, OVERALL, Domain, Tool, plain
from evergreen.bias.tools.overall import rule_from
from evergreen.bias.tools.rob1 import ROB1
from evergreen.errors import InputError
from evergreen.sheets import folded

SYMBOLS = {2: ("+", MINUS), 3: ("+", "?", MINUS), 4: ("+", "~", MINUS, "!"), 5: ("+", "~", "?", MINUS, "!")}
COLOURS = {
    2: ("green", "red"), 3: ("green", "yellow", "red"), 4: ("green", "yellow", "red", "dark"),
    5: ("green", "yellow", "blue", "red", "dark"),
}  # fmt: skip
"""By the number of levels."""


def own_tool(content: Any, path: Path) -> Tool:
    """A tool from YAML: a list of domains, or `{name, domains, levels, overall}` with levels from best to worst.

    A domain is a name or `{id, name}`. Levels are low, unclear and high where none are given; the overall judgement is that of the
    worst domain unless `overall` has another rule (`overall.rule_from`), and is then shown in figures.
    """

    def fault(problem: str, todo: str) -> InputError:
        return InputError(problem, file=path, todo=todo)

    def known(written: Mapping[Any, Any], what: str, allowed: tuple[str, ...]) -> None:
        if unknown := [str(key) for key in written if key not in allowed]:
            raise fault(f"{what} has {', '.join(unknown)}", f"Allowed: {', '.join(allowed)}.")

    described = content if isinstance(content, Mapping) else {"domains": content}
    known(described, "the file", ("name", "domains", "levels", "overall"))
    domains = described.get("domains")
    if not isinstance(domains, Sequence) or isinstance(domains, str) or not domains:
        raise fault("no domains are listed", "Write a list of names under `domains`.")
    listed = []
    for domain in domains:
        if isinstance(domain, Mapping) and "id" in domain:
            known(domain, f"the domain {domain['id']}", ("id", "name"))
            listed.append(Domain(str(domain["id"]), str(domain.get("name", domain["id"]))))
        elif isinstance(domain, str | int | float) and not isinstance(domain, bool):
            listed.append(Domain(str(domain), str(domain)))
        else:
            raise fault(f"{domain!r} is not a domain", "Write a name, or {id: ..., name: ...}.")
    keys = [plain(domain.id) for domain in listed]
    if OVERALL in keys or len(set(keys)) < len(keys):
        raise fault("two domains have the same id, or one is called overall", "Rename one.")
    given = described.get("levels", ROB1.levels)
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise fault("`levels` is no list", "Name 2 to 5, from best to worst.")
    if any(isinstance(level, bool) for level in given):
        raise fault("`levels` has a word that YAML reads as true or false", 'Put it in quotes: "yes".')
    levels = tuple(folded(level) for level in given)
    if len(set(levels)) < len(levels):
        raise fault("a level of judgement is there twice", "Rename one.")
    if len(levels) < 2 or len(levels) > max(SYMBOLS):
        raise fault(f"{len(levels)} levels of judgement", "Name 2 to 5, from best to worst.")
    names = [domain.id for domain in listed]
    stated = described.get("overall")
    return Tool(
        path.stem,
        str(described.get("name", path.stem)),
        tuple(listed),
        levels,
        SYMBOLS[len(levels)],
        COLOURS[len(levels)],
        rule=rule_from("worst" if stated is None else stated, levels, names, path),
        overall_head="" if stated is None or stated == "none" else "Overall",
        said=str(described.get("name", path)),
    )
