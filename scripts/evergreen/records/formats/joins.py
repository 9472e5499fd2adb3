"""Files that were put together without a line end between them: a record that begins within a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from evergreen.records.formats.block import Blocks

Places = Iterator[tuple[int, int]]
"""(number of a line, from 0; where in it a record begins), each behind other text of the line."""
Glued = Callable[[Sequence[str]], Places]
NOTE = "a record begins within this line: files were put together without a line end between them"


def within(pattern: str, *signs: str) -> Glued:
    """Where lines that hold one of `signs` match `pattern`, which ends where a record begins."""
    begins = re.compile(pattern)

    def glued(lines: Sequence[str]) -> Places:
        for sign in signs:
            for number in [number for number, line in enumerate(lines) if sign in line]:
                for found in begins.finditer(lines[number]):
                    if lines[number][: found.end()].strip():
                        yield number, found.end()

    return glued


def taken_apart(lines: Sequence[str], places: Places) -> tuple[Sequence[str], list[int]]:
    """`lines` cut at `places`, and for each piece the number, from 1, of its line; [] where none is cut."""
    cuts: dict[int, set[int]] = {}
    for number, place in places:
        cuts.setdefault(number, set()).add(place)
    if not cuts:
        return lines, []
    pieces: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(lines):
        ends = [*sorted(cuts.get(number, ())), len(line)]
        pieces += [line[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        numbers += [number + 1] * len(ends)
    return pieces, numbers


def told_by_line(found: Blocks, numbers: Sequence[int], lines: Sequence[str]) -> None:
    """Blocks and remarks on pieces tell the lines of the file again; every line that was cut is remarked on."""
    for block in found.blocks:
        block.line, block.line_end = numbers[block.line - 1], numbers[block.line_end - 1]
    found.remarks = [remark._replace(line=numbers[remark.line - 1]) for remark in found.remarks]
    cut = sorted({number for number, after in pairwise(numbers) if number == after})
    for number in cut:
        found.note(number, NOTE, lines[number - 1])
