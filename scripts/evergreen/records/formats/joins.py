"""Files that were put together without a line end between them: a record that begins within a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from evergreen.records.formats.block import Blocks

Places = Iterator[tuple[int, int]]
"""(number of a line, from 0; where in it a record begins), each behind other text of the line."""
Glued = Callable[[Sequence[str]], Places]
AT_ONCE = 1_000
"""Lines that are looked through together: their text stays in the processor's memory."""
NOTE = "a record begins within this line: files were put together without a line end between them"


def within(pattern: str, *signs: str) -> Glued:
    """Where lines that hold one of `signs` match `pattern`, which ends where a record begins."""
    begins = re.compile(pattern)

    def glued(lines: Sequence[str]) -> Places:
        # Where a sign begins its line, nothing stands before the record.
        for number in lines_with(lines, *(rf"{re.escape(sign)}(?<!\n{re.escape(sign)})" for sign in signs)):
            for found in begins.finditer(lines[number]):
                if lines[number][: found.end()].strip():
                    yield number, found.end()

    return glued


def lines_with(lines: Sequence[str], *patterns: str) -> list[int]:
    """Numbers, from 0, of the lines that match one of `patterns`, which begin with letters; `\n` stands before each line.

    Few lines do, and looking through their text is four times as fast as through the lines.
    """
    found: set[int] = set()
    for first in range(0, len(lines), AT_ONCE):
        text = "\n" + "\n".join(lines[first : first + AT_ONCE])
        for pattern in patterns:
            number, before = first - 1, 0
            for place in [match.start() for match in re.finditer(pattern, text)]:
                number += text.count("\n", before, place)
                before = place
                found.add(number)
    return sorted(found)


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
