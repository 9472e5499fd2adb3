"""EndNote tagged text (refer, `.enw`): `%0` is the type of a record, `%A` an author, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.ends import stops_short
from evergreen.records.formats.joins import Places

NAME = "EndNote tagged"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("%T",),
    "abstract": ("%X",),
    "authors": ("%A",),
    "groups": ("%?",),
    "year": ("%D", "%8"),
    "journal": ("%J", "%B"),
    "volume": ("%V",),
    "issue": ("%N",),
    "pages": ("%P",),
    "doi": ("%R",),
    "doi_within": ("%U", "%O", "%M"),
    "pmid_within": ("%U", "%M", "%O", "%Z"),
    "registry_within": ("%O", "%Z", "%1", "%2"),
    "publication_types": ("%9",),
    "reference_type": ("%0",),
    "keywords": ("%K",),
    "language": ("%G",),
    "issn": ("%@",),
    "url": ("%U",),
    "accession": ("%M",),
    "accession_within": ("%U", "%Z", "%O"),
    "database": ("%~", "%W"),
    "pmid_in_medline": ("%M",),
}
_TAG = re.compile(r"(%[A-Za-z0-9@?~!#$&*()+<=>^\[\]])(?:\s+(.*)|$)")
_AUTHORS = re.compile(r"%A(?=\s)")
"""CNKI writes all of them in a line: `%A 张福锁%A 王激清`."""
_MANY_LINES = frozenset(("%K",))
_ONCE = frozenset(("%0", "%T", "%J", "%D", "%V", "%N", "%P"))
"""Fields that a record has once: where one comes again behind a blank line, another record has begun."""
_GLUED_TYPE = re.compile(r"(?=%0 [A-Z][A-Za-z ,/&-]{2,40}$)")
_GLUED_FIELD = re.compile(r"(?<=\S)(?=(%[A-Z]) [^\s%])")


def recognise(lines: Sequence[str]) -> bool:
    return any(re.match(r"\s*%0(?:\s|$)", line) for line in lines) or (
        sum(bool(_TAG.match(line.strip())) for line in lines) > 3
    )


def glued(lines: Sequence[str]) -> Places:
    """A `%0` behind other text, or the field that records of the file begin with, where a line with a field follows."""
    first = next((found.group(1) for line in lines if (found := _TAG.match(line.strip()))), "%0")
    for number, line in enumerate(lines):
        if line.find("%", 1) < 0:
            continue
        if found := _GLUED_TYPE.search(line, 1):
            yield number, found.start()
        elif number + 1 < len(lines) and _TAG.match(lines[number + 1]):
            yield from (
                (number, one.start()) for one in _GLUED_FIELD.finditer(line, 1) if one.group(1) == first
            )


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside a record; `last` are its last lines, of which the very last has `ended` or not."""
    fields: list[str] = []
    for line in last:
        tag = _tag(line)
        if tag == "%0" or not line.strip():
            fields.append("")
        if tag:
            fields.append(tag)
    return not ended and stops_short(fields)


def border(lines: Sequence[str]) -> int:
    """Where, from behind, a record begins (from 0) that nothing above it bears upon: at a `%0` below a blank line, where
    the record above and the file begin with theirs; else 0."""
    if next(filter(None, map(_tag, lines)), "") != "%0":
        return 0
    for at in range(len(lines) - 1, 1, -1):
        if _tag(lines[at]) != "%0" or lines[at - 1].strip():
            continue
        end = at - 1
        while end > 0 and not lines[end].strip():
            end -= 1
        start = end
        while start > 0 and lines[start - 1].strip():
            start -= 1
        if _tag(lines[start]) == "%0":
            return at
    return 0


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of an EndNote tagged text.

    `%0` begins a record, and stands anywhere in it or is missing: a record also begins behind a blank line where a field
    comes again that a record has once, and where the first field of the file comes again. In a file without any `%0` blank lines
    separate records. Two titles with nothing between are refused.
    """
    out = Blocks()
    tags = [_tag(line) for line in lines]
    typed = "%0" in tags
    first = next(filter(None, tags), "")
    block: Block | None = None
    there: set[str] = set()
    after_blank = True
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            after_blank = True
            continue
        tag = tags[number - 1]
        if tag:
            begins = block is None or (
                not typed or not there.isdisjoint(_ONCE.intersection(_paragraph(tags, lines, number - 1)))
                if after_blank
                else _begins(number - 1, tags, there, first, block)
            )
            if begins:
                block, there = Block(number, number), set()
                out.blocks.append(block)
            assert block is not None
            if tag == "%T" and "%T" in there:
                out.refuse(
                    number,
                    "a second title (%T) stands in one record",
                    "Put a blank line where the next record begins.",
                )
            there.add(tag)
            for value in _AUTHORS.split(text[2:]) if tag == "%A" else (text[2:],):
                block.append(tag, value.strip())
        elif block is None:
            out.lose(number, line, "line outside any record")
            continue
        elif block.fields[-1][0] in _MANY_LINES:
            block.append(block.fields[-1][0], text)
        else:
            block.extend(text)
        block.line_end = number
        after_blank = False
    empty = [block for block in out.blocks if not any(value for tag, value in block.fields if tag != "%0")]
    for block in empty:
        for number in range(block.line, block.line_end + 1):
            out.lose(number, lines[number - 1], "record without any field")
    out.blocks = [block for block in out.blocks if any(value for tag, value in block.fields if tag != "%0")]
    return out


def _tag(line: str) -> str:
    found = _TAG.match(line.strip())
    return found.group(1) if found else ""


def _paragraph(tags: Sequence[str], lines: Sequence[str], start: int) -> Iterator[str]:
    """Tags of the lines from `start` to the next blank one."""
    for number in range(start, len(lines)):
        if not lines[number].strip():
            return
        yield tags[number]


def _begins(at: int, tags: Sequence[str], there: set[str], first: str, block: Block) -> bool:
    """Whether the field at `at` begins a record though no blank line stands before it."""
    tag = tags[at]
    if tag != "%0":
        return tag == first and tag in there and "%T" in there and block.fields[-1][0] != tag
    if "%0" in there or "%T" not in there:
        return "%0" in there
    ahead = next((tags[one] for one in range(at + 1, len(tags)) if tags[one] in ("%0", "%T", first)), "")
    return ahead == "%T" != first  # a record without type is followed by one with it
