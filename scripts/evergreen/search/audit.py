"""The searches as a page that a librarian can check: what was asked, what PubMed answered, what was kept.

It fills in the items of PRISMA-S (Rethlefsen et al. 2021, Syst Rev 10:39, doi 10.1186/s13643-020-01542-z) that these searches
answer; the others hang on the protocol and on other sources, and are the checklists' to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from evergreen.search.prisma_s import PRISMA_S
from evergreen.search.standing import EMBEDDED
from evergreen.search.strategy_changes import differences

TEMPLATE = Path(__file__).with_name("search_log.html.j2")


@dataclass(frozen=True)
class Search:
    """One round of one source, as its folder holds it."""

    source: str
    log: dict[str, Any]
    retrieved: dict[str, Any]
    batches: dict[str, Any]
    changes: list[dict[str, str]]


@dataclass(frozen=True)
class Item:
    """An item of PRISMA-S with what the searches answer."""

    number: str
    topic: str
    answer: str


def page(searches: Sequence[Search]) -> str:
    """The page over all searches, in the order given."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        searches=searches, items=(items := prisma_s(searches)), platform=platform,
        others=[number for number, *_ in PRISMA_S if number not in {item.number for item in items}],
    )  # fmt: skip


def platform(search: Search) -> str:
    """Where a search was made, in words; the stand-in is never called PubMed."""
    endpoint = search.retrieved["endpoint"]
    if endpoint == EMBEDDED:
        return "the embedded stand-in for PubMed (facts of some real records, without abstracts)"
    return search.log["platform"] if endpoint == "live" else f"an E-utilities server at {endpoint}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def prisma_s(searches: Sequence[Search]) -> list[Item]:
    """The items that these searches answer, in short words."""
    limits = sorted({limit for search in searches for limit in search.log["strategy"]["limits"]})
    dated = [search for search in searches if search.log["limited_to_round"]]
    if dated:
        limits.append(
            f"records created by the round's date ({', '.join(search.log['round'] for search in dated)})"
        )
    filters = {used["name"]: used for search in searches for used in search.log["strategy"]["filters"]}
    named = [(f"{search.source} {search.log['round']}", search) for search in searches]
    dates = [f"{name}, retrieved {search.retrieved['ended']}" for name, search in named]
    totals = [
        f"{name}: {search.log['ids']} records, {search.log['new']} of them new" for name, search in named
    ]
    answers = {
        "1": _sentence("; ".join(dict.fromkeys(platform(search) for search in searches))),
        "8": "The strategies stand below exactly as they were run.",
        "9": f"{'; '.join(limits) or 'None'}.",
        "10": " ".join(f"{used['title']}: {used['citation']}" for used in filters.values()) or "None.",
        "13": f"{'; '.join(dates)}.",
        "15": f"{'; '.join(totals)}.",
    }  # fmt: skip
    if any(search.log["updates"] for search in searches):
        answers["12"] = (
            "Every later round ran the whole strategy again; what counts as new is the difference to the records that were there."
        )
        answers["12"] += "".join(
            f" With {day} the strategy of {source} changed: {'; '.join(said)}."
            for source, day, said in differences((search.source, search.log) for search in searches)
        )
    return [Item(number, topic, answers[number]) for number, _, topic, _ in PRISMA_S if number in answers]
