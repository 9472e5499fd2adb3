"""RIS: blocks of `TY  - JOUR` to `ER  - `, and the dialects of the databases and reference managers that write it.

The tags are those of the RIS specification (Research Information Systems, 2001 and 2011) with what vendors add.
A reader of our own, since every line must be accounted for: rispy skips lines outside a record without a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.citations import take_apart
from evergreen.records.formats.joins import within

NAME = "RIS"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("TI", "T1", "BT", "CT", "TT"),
    "abstract": ("AB", "N2"),
    "authors": ("AU", "A1"),
    "year": ("PY", "Y1", "YR", "DA", "SO year"),
    "journal": ("JF", "T2", "JO", "JA", "J2", "J1", "BT", "SO journal", "SO"),
    "volume": ("VL", "SO volume"),
    "issue": ("IS", "CP", "SO issue"),
    "issue_like": ("NO",),
    "pages": ("PG", "SO pages"),
    "start_page": ("SP",),
    "end_page": ("EP",),
    "article_number": ("C7", "AR"),
    "doi": ("DO", "DI", "DOI", "L3"),
    "doi_within": ("M3", "N1", "UR", "L2", "LK", "ID", "U1", "U3", "L1", "C1", "C2", "C3"),
    "pmid": ("PMID", "PM"),
    "pmid_within": ("U1", "UR", "C3", "XR", "N1", "AN", "L2", "ID", "after ER"),
    "pmid_in_medline": ("AN", "ID"),
    "pmid_in_scopus": ("C2",),
    "pmid_in_embase": ("C5",),
    "pmcid": ("PMC", "U2", "C2", "L2", "UR"),
    "registry_within": (
        "C1",
        "C2",
        "C3",
        "C4",
        "C5",
        "SI",
        "N1",
        "ID",
        "AN",
        "KW",
        "U4",
        "M1",
        "UR",
        "JO",
        "JF",
        "T2",
        "SO",
        "US",
    ),
    "publication_types": ("PT", "M3"),
    "reference_type": ("TY",),
    "keywords": ("KW", "KY"),
    "language": ("LA",),
    "issn": ("SN",),
    "url": ("UR", "LK", "US"),
    "accession": ("AN", "UT"),
    "accession_within": ("U2", "N1", "UR", "L2", "L1", "LK"),
    "accession_like": ("ID",),
    "database": ("DB", "DP"),
}

_TAG = re.compile(
    r"([A-Z][A-Z0-9])(?: {1,4}| ?\t ?)-(?:\s|$)(.*)|((?:DOI|PMC)(?= -)|[A-Z][A-Z0-9]{2,4}(?=  -)) +-(?:\s|$)(.*)"
)
_KNOWN = re.compile(
    r"A[1-4BDNU]|C[1-8ANY]|D[ABOP]|E[DPRT]|I[DS]|J[2AFO]|KW|L[1-4ABK]|M[1-3]|N[12V]|OP|P[BPY]|R[INP]|S[ENPT]|"
    r"T[123AITY]|U[1-5R]|V[LO]|Y[12]"
)
_SMALL = re.compile(r"[a-z][a-z0-9]  -(?: |$)")
_TIGHT = re.compile(r"[A-Z][A-Z0-9]  -\S")
_COUNTER = re.compile(r"\s*(?:<?\d{1,7}>?\.?|Record #?\d+ of \d+)\s*")
glued = within(
    r"(?<=.)(?=TY {1,2}- {0,2}[A-Z]{3,8}\s*$)"
    r"|^\s*(?:ER {1,2}- *(?=TY {1,2}- )|er  - *(?=ty  - ))",  # whatever the type is called
    "TY ",
    "ty  -",
)
_TITLES = frozenset(FIELDS["title"]) - {"TT"}  # which stands beside one
_PLACED = frozenset(("JF", "T2", "JO", "JA", "J2", "J1", "PY", "Y1", "YR", "DA"))


def tag_of(line: str) -> tuple[str, str] | None:
    """(tag, value) when `line` starts a field, else None: it continues one.

    `TY  - `, `TY  -`, `TY  -  x`, `TY  -x`, `ty  - x`, `TY - `, `TY\\t- ` are read; with a single space only tags of the specification, for
    `AB - x` may stand in running text.
    """
    if line[2:6] == "  - ":
        tag = line[:2]
        if tag.isalnum() and tag[0].isalpha() and tag.isupper():
            return tag, line[6:].strip()
    if "-" not in line[2:8]:
        return None
    if _SMALL.match(line) or _TIGHT.match(line):
        tag = line[:2].upper()
        return (tag, line[5:].strip()) if _KNOWN.fullmatch(tag) else None
    found = _TAG.match(line.lstrip(" "))
    if not found:
        return None
    tag, value = (found.group(1), found.group(2)) if found.group(1) else (found.group(3), found.group(4))
    if (
        len(tag) == 2
        and not _KNOWN.fullmatch(tag)
        and not line.lstrip(" ").startswith((f"{tag}  -", f"{tag}\t-"))
    ):
        return None
    return tag, value.strip()


def recognise(lines: Sequence[str]) -> bool:
    """Whether `lines` look like RIS: a TY or ER line, or several lines with RIS tags."""
    hits = 0
    for line in lines:
        if found := tag_of(line):
            if found[0] == "TY":
                return True
            hits += bool(_KNOWN.fullmatch(found[0]))
    return hits > 2 and any((tag_of(line) or ("",))[0] == "ER" for line in lines)


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside a record; `last` are its last lines, of which the very last has `ended` or not."""
    tags = [found[0] for line in last if (found := tag_of(line))]
    return not ended and bool(tags) and tags[-1] != "ER"


def border(lines: Sequence[str]) -> int:
    """Where, from behind, a record begins (from 0) that nothing above it bears upon; 0 where there is none.

    It has a field, no tag stands between it and the `ER  -` that ends the record above, and no counter, which would be its own.
    """
    for at in range(len(lines) - 2, 0, -1):
        if lines[at][:6] != "TY  - ":
            continue
        tag, value = tag_of(lines[at + 1]) or ("", "")
        above = next((line for line in reversed(lines[max(0, at - 20) : at]) if line.strip()), "")
        if value and tag not in ("TY", "ER") and tag_of(above) == ("ER", ""):
            return at
    return 0


def _titled(lines: Sequence[str], number: int) -> bool:
    """Whether a title stands below line `number` before the record ends."""
    for at in range(number, len(lines)):
        found = tag_of(lines[at])
        if found and found[0] in ("TY", "ER"):
            return False
        if found and found[0] in _TITLES:
            return True
    return False


def _tag_below(lines: Sequence[str], number: int) -> str:
    """The first of TY and ER below line `number`, else ""."""
    tags = (found[0] for line in lines[number : number + 200] if (found := tag_of(line)))
    return next((tag for tag in tags if tag in ("TY", "ER")), "")


def _cite(block: Block) -> None:
    """Take the source of a record apart that has nothing else of journal and year."""
    source = next((value for name, value in block.fields if name == "SO"), "")
    if source and _PLACED.isdisjoint(name for name, _ in block.fields):
        block.fields += [(f"SO {part}", piece) for part, piece in take_apart(source).items()]


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of a RIS text; lines outside a record are remarked on, an unfinished record is kept."""
    out = Blocks()
    block: Block | None = None
    between: list[tuple[int, str]] = []
    plain: dict[str, str] = {}  # `AU  - ` to `AU`, of the tags met that begin no record and end none

    def close(number: int) -> None:
        nonlocal block
        assert block is not None
        block.line_end = number
        if "SO  - " in plain:
            _cite(block)
        if any(value for tag, value in block.fields if tag != "TY"):
            out.blocks.append(block)
        else:
            for line in range(block.line, number + 1):
                out.lose(line, lines[line - 1], "record without any field")
        block = None

    def lead(number: int) -> list[tuple[int, str]]:
        """The tagged lines right above the TY line of `number`, behind a blank line or ER, that belong to its record.

        Without a title, or where the record below has none, they cannot be a record of their own.
        """
        start = len(between)
        while (
            start
            and between[start - 1][0] == number - len(between) + start - 1
            and tag_of(between[start - 1][1])
        ):
            start -= 1
        run = between[start:]
        if not run or (tag_of(run[0][1]) or ("",))[0] == "NL":  # Ovid writes that behind ER
            return []
        above = lines[run[0][0] - 2].strip() if run[0][0] > 1 else ""
        if above and not _COUNTER.fullmatch(above) and not above.startswith("ER"):
            return []
        if any((tag_of(text) or ("",))[0] in _TITLES for _, text in run) and _titled(lines, number):
            return []
        del between[start:]
        return run

    def settle(number: int, ends_with_er: bool) -> int:
        """Give the lines between records to where they belong; return the first line of the block that follows."""
        nonlocal between
        waiting, between = between, []
        tagged = [(line, *found) for line, text in waiting if (found := tag_of(text))]
        has_title = any(tag in _TITLES for _, tag, _ in tagged)
        start = number
        if waiting and not ends_with_er and _COUNTER.fullmatch(waiting[-1][1]):
            start = waiting.pop()[0]
        if tagged and (has_title or (ends_with_er and len(tagged) > 2) or not out.blocks):
            unnamed = Block(tagged[0][0], waiting[-1][0])
            for line, text in waiting:
                if found := tag_of(text):
                    unnamed.append(*found)
                elif unnamed.fields:
                    unnamed.extend(text.strip())
                else:
                    out.lose(line, text, "line outside any record")
            out.note(unnamed.line, "record without a TY line")
            out.blocks.append(unnamed)
        elif tagged or any(text.startswith("Link to the") for _, text in waiting):  # Ovid writes on after ER
            last = out.blocks[-1] if out.blocks else None
            for line, text in waiting:
                if last is None:
                    out.lose(line, text, "line outside any record")
                else:
                    last.append(*(tag_of(text) or ("after ER", text.strip())))
                    last.line_end = line
        else:
            for line, text in waiting:
                out.lose(line, text, "line outside any record")
        return start

    for number, line in enumerate(lines, 1):
        if block is not None:  # nearly every line: no need to look closer
            if (tag := plain.get(line[:6])) is None and line[2:6] == "  - ":
                tag = line[:2]
                if tag in ("TY", "ER") or not tag.isupper():
                    tag = None
                else:
                    plain[line[:6]] = tag
            if tag is not None:
                block.fields.append((tag, line[6:].strip()))
                continue
        found = tag_of(line)
        if found is None:
            text = line.strip()
            if not text:
                continue
            if block is not None and block.fields[-1][0] == "KW":
                block.append("KW", text)  # EndNote writes one key word a line
            elif block is not None:
                block.extend(text)
            else:
                between.append((number, line))
        elif found[0] == "TY":
            if block is not None and all(tag == "TY" for tag, _ in block.fields):
                block.append(*found)
                continue
            if block is not None:
                out.note(block.line, "record without an ER line: the next one begins before it ends")
                close(number - 1)
            above = [(line, *(tag_of(text) or ("", ""))) for line, text in lead(number)] if between else []
            begin = settle(above[0][0] if above else number, ends_with_er=False)
            block = Block(begin, number, [*((tag, value) for _, tag, value in above), found])
        elif found[0] == "ER":
            if block is None:
                if any(tag_of(text) for _, text in between):
                    settle(number, ends_with_er=True)
                    out.blocks[-1].line_end = number
                else:
                    settle(number, ends_with_er=False)
                    out.lose(number, line, "ER without a record before it")
                continue
            if found[1] and _tag_below(lines, number) == "ER":
                block.extend(line.strip())  # a wrapped line of a text, such as `ER - positive`
                continue
            if found[1]:
                block.append(*found)
            close(number)
        elif block is not None:
            block.append(*found)
        else:
            between.append((number, line))
    if block is not None:
        out.cut(block.line)
        close(len(lines))
    settle(len(lines), ends_with_er=False)
    return out
