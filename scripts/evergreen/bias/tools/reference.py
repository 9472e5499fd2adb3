"""docs/risk-of-bias.md: the part that the tools say of themselves, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from evergreen.bias.tools import TOOLS
from evergreen.bias.tools.anatomy import IN_WORDS, Domain, Form, Tool

BEGIN, END = "<!-- made by `make tools` -->", "<!-- end -->"


def as_markdown() -> str:
    """Everything between `BEGIN` and `END`: an overview, and of each tool its domains, questions and rules."""
    lines = [
        "## The tools", "",
        "| `risk_of_bias.tool` | judges | levels, best first | overall | variants |",
        "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for tool in TOOLS.values():
        variants = ", ".join(variant or tool.usual_variant for variant in tool.variants)
        lines.append(
            f"| `{tool.id}` | a {tool.unit} | {', '.join(tool.levels)} | {tool.rule.words} | {variants} |"
        )
    words = ((key, name if isinstance(name, str) else name[0]) for key, name in IN_WORDS.items())
    lines += ["", "Answers: " + ", ".join(f"`{key}` {name.lower()}" for key, name in words) + "."]
    for tool in TOOLS.values():
        lines += ["", f"### `{tool.id}`: {tool.name}", "", f"Source: {tool.source}.", *tool.remarks]
        for variant in tool.variants or ("",):
            called = f" ({variant or tool.usual_variant})" if tool.variants else ""
            lines += ["", f"| domain{called} | name | questions | judgement |", "| --- | --- | --- | --- |"]
            lines += [row for domain in tool.domains_of(variant) for row in _rows(tool, domain, variant)]
    return "\n".join([*lines, ""])


def _rows(tool: Tool, domain: Domain, variant: str) -> Iterator[str]:
    """One row for each effect for which a domain is asked otherwise."""
    forms = {effect: form for (one, effect), form in domain.forms.items() if one == variant} or {"": Form()}
    for effect, form in forms.items():
        name = f"{domain.id}, {effect}" if effect else domain.id
        asked = "; ".join(f"{question.id} {question.about}".strip() for question in form.questions)
        beside = "" if domain.counts else ", beside the risk of bias"
        yield f"| `{name}` | {domain.name}{beside} | {asked or 'as written'} | {_judged(tool, domain, form)} |"


def _judged(tool: Tool, domain: Domain, form: Form) -> str:
    who = "suggested by the answers" if form.algorithm else "a person's"
    why = f" ({form.unverified})" if form.unverified else ""
    own = f"; {', '.join(domain.levels)}" if domain.levels and domain.levels != tool.levels else ""
    return who + why + own


def in_page(page: str) -> str:
    """A page with its made part as it is now; raises ValueError where the marks are missing."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{as_markdown()}{END}{after}"
