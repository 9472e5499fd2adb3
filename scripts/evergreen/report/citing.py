"""Numbers of references, and where they stand in the text: behind studies and methods that are spoken of.

The list has the reports of included studies first, then those of studies that are named besides, then the sources of methods.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from evergreen.report.blocks import Block, Lines, Section, Terms, Text
from evergreen.report.method_references import METHODS, Method

METHODS_SECTION = "methods"


class Citations:
    """`works` are the ids of the works in the order of the list, `reports` by label of a study the ids of its works; `methods` are the
    paragraphs in which methods are named."""

    def __init__(
        self, works: Sequence[str], reports: Mapping[str, Sequence[str]], methods: Iterable[str]
    ) -> None:
        self._number = {work: number for number, work in enumerate(works, start=1)}
        self._studies = {
            label: self.numbers(ids)
            for label, ids in reports.items()
            if any(one in self._number for one in ids)
        }
        text = "\n".join(methods)
        spoken = {method: found.start() for method in METHODS if (found := method.words.search(text))}
        following = count(len(self._number) + 1)
        self.methods: dict[Method, int] = {
            method: next(following) for method in sorted(spoken, key=lambda one: spoken[one])
        }
        longest_first = sorted(self._studies, key=len, reverse=True)
        self._labels = re.compile(
            "|".join(rf"(?<!\w){re.escape(label)}(?!\w)" for label in longest_first) or r"(?!)"
        )

    def numbers(self, works: Iterable[str]) -> str:
        """`3, 5-7` of works that are in the list, with a dash between the ends of three and more."""
        runs: list[list[int]] = []
        for number in sorted({self._number[work] for work in works if work in self._number}):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return ", ".join(
            f"{run[0]}\N{EN DASH}{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
        )

    def cited(self, section: Section) -> Section:
        """The section with the numbers of studies behind them, and in the methods those of methods, each once in a paragraph."""
        methods = section.id == METHODS_SECTION

        def said(text: str) -> str:
            text = self._labels.sub(_first_time(self._studies.__getitem__), text)
            for method, number in self.methods.items() if methods else ():
                text = method.words.sub(rf"\g<0> [{number}]", text, count=1)
            return text

        return replace(section, blocks=[_with(block, said) for block in section.blocks])


def _first_time(numbers: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    """What is found with `[3]` behind it where it is found for the first time."""
    seen: set[str] = set()

    def behind(found: re.Match[str]) -> str:
        if found[0] in seen:
            return found[0]
        seen.add(found[0])
        return f"{found[0]} [{numbers(found[0])}]"

    return behind


def _with(block: Block, said: Callable[[str], str]) -> Block:
    if isinstance(block, Text):
        return replace(block, text=said(block.text))
    if isinstance(block, Lines):
        return replace(block, lines=[said(line) if isinstance(line, str) else line for line in block.lines])
    if isinstance(block, Terms):
        return replace(block, terms=[(term, said(text)) for term, text in block.terms])
    return block
