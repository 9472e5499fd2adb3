"""Text with a label a line of CNKI, Wanfang and VIP: NoteExpress's (`{Title}: ...`), and CNKI's own (`Title-题名: ...`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evergreen.records.formats import column_names
from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.ends import stops_short
from evergreen.records.formats.joins import within

NAME = "NoteExpress text"
FIELDS: dict[str, tuple[str, ...]] = {
    **column_names.FIELDS,
    "reference_type": ("reference type",),
    "database": ("database provider",),
}
_LABEL = re.compile(
    r"(?:\{([A-Z][A-Za-z/ ]+)\}|((?:SrcDatabase|Title|Author|Organ|Source|Keyword|Summary|PubTime|FirstDuty|Fund|Year|Volume|Period|Page(?:Count)?|CLC|ISSN|URL"
    r"|Link)-[\u3400-\u9fff]+|DOI-DOI|DataType)) ?:(?:\s?(.*)|$)"
)
_BEGIN = frozenset(("reference type", "src database 来源库", "data type"))
glued = within(r"(?<=\S)(?=\{Reference Type\} ?:)", "{Reference Type}")


def _labelled(line: str) -> tuple[str, str] | None:
    found = _LABEL.match(line)
    return (column_names.normal(found[1] or found[2]), (found[3] or "").strip()) if found else None


def _first(lines: Sequence[str]) -> str:
    """The label that the file's records begin with."""
    return next((found[0] for line in lines if (found := _labelled(line))), "")


def recognise(lines: Sequence[str]) -> bool:
    """Whether a line names the type of a reference, or several have a label in two languages, one of them the title's."""
    labels = {found[0] for line in lines if (found := _labelled(line))}
    return "reference type" in labels or (len(labels) > 2 and "title" in labels)


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside a record; `last` are its last lines, of which the very last has `ended` or not."""
    fields: list[str] = []
    for line in last:
        if found := _labelled(line):
            fields += [""] * (found[0] in _BEGIN) + [found[0]]
    return not ended and stops_short(fields)


def border(lines: Sequence[str]) -> int:
    """Where the last record begins (from 0), else 0."""
    first = _first(lines)
    return next(
        (at for at in range(len(lines) - 1, 0, -1) if (found := _labelled(lines[at])) and found[0] == first),
        0,
    )


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of the text; a record starts where the first label of the file comes again."""
    out = Blocks()
    first = _first(lines)
    block: Block | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        found = _labelled(text)
        if found and found[0] == first:
            block = Block(number, number)
            out.blocks.append(block)
        if block is None:
            out.lose(number, text, "line outside any record")
        elif found:
            block.append(*found)
        elif text:
            block.extend(text)
        if block is not None and text:
            block.line_end = number
    return out
