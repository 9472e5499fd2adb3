"""MEDLINE text: PubMed's nbib and "PubMed" downloads, and Ovid's MEDLINE format with the same layout.

A tag of two to four characters padded to the fifth column, `- `, and continuation lines that are indented.
https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format gives the tags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from evergreen.records.formats.block import NO_TAG, Block, Blocks
from evergreen.records.formats.citations import take_apart
from evergreen.records.formats.joins import within
from evergreen.records.normalise import named_pmid

NAME = "MEDLINE text"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("TI", "TT", "BTI", "CTI", "VTI"),
    "abstract": ("AB", "OAB"),
    "authors": ("FAU", "AU"),
    "groups": ("CN",),
    "year": ("DP", "DEP", "YR", "SO year"),
    "journal": ("JT", "TA", "BTI", "SO journal"),
    "volume": ("VI", "SO volume"),
    "issue": ("IP", "SO issue"),
    "pages": ("PG", "SO pages"),
    "doi": ("LID", "AID", "DO"),
    "doi_within": ("SO",),
    "pmid": ("PMID", "UI"),
    "pmcid": ("PMC", "PMCR"),
    "registry_within": ("SI",),
    "publication_types": ("PT",),
    "mesh_terms": ("MH",),
    "keywords": ("OT",),
    "language": ("LA",),
    "issn": ("IS",),
    "related": ("related",),
    "accession": ("PMID", "UI"),
}
RELATIONS = {
    "CIN": "CommentIn", "CON": "CommentOn", "CRI": "CorrectedandRepublishedIn", "CRF": "CorrectedandRepublishedFrom",
    "DDIN": "DatasetDescribedIn", "DRIN": "DatasetUseReportedIn", "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor", "EIN": "ErratumIn", "EFR": "ErratumFor", "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn", "PROF": "PartialRetractionOf", "RIN": "RetractionIn", "ROF": "RetractionOf",
    "RPF": "RepublishedFrom", "RPI": "RepublishedIn", "RRIN": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom", "SPIN": "SummaryForPatientsIn", "UIN": "UpdateIn", "UOF": "UpdateOf",
}  # fmt: skip
"""Tag of a comment or correction to the RefType of PubMed's XML."""

_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}-(.*)")
_STARTS = frozenset(("PMID", "UI"))
_DATED = frozenset(("DP", "DEP", "YR", "JT", "TA"))
glued = within(r"(?<=\S)(?=(?:PMID- ?\d{1,8}|UI  - \d{6,})\s*$)", "PMID-", "UI  -")
_COUNTER = re.compile(r"\s*<?\d{1,7}>?\.?\s*")


def tag_of(line: str) -> tuple[str, str] | None:
    """(tag, value) when `line` starts a field."""
    if "-" not in line[2:7]:
        return None
    found = _TAG.match(line)
    return (found.group(1), found.group(2).strip()) if found else None


def recognise(lines: Sequence[str]) -> bool:
    """Whether `lines` have MEDLINE's columns: `PMID- 1`, `OWN - NLM` and other tags that RIS has not."""
    hits = 0
    for line in lines:
        if line.startswith(("PMID- ", "PMID-\t")) or re.match(r"UI  - \d{6,}\s*$", line):
            return True
        hits += line[4:5] == "-" and bool(
            re.match(r"(?:OWN|STAT|FAU|PMC|BTI|FED|DCOM|AID|LID|PT|MH|JT|DP) {0,2}-", line)
        )
    return hits > 2


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside a record; `last` are its last lines, of which the very last has `ended` or not.

    All records end with one tag, `SO` in PubMed's files.
    """
    tags: list[str] = []
    ends: set[str] = set()
    for line in last:
        if found := tag_of(line):
            tags.append(found[0])
        elif not line.strip() and tags:
            ends.add(tags[-1])
    if ended or not tags:
        return False
    # A source of PubMed ends with a full stop.
    return tags[-1] not in (ends or {"SO"}) or (tags[-1] == "SO" and not last[-1].rstrip().endswith("."))


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of a MEDLINE text; a record starts at its PMID (or UI), or behind the blank line or counter before it."""
    out = Blocks()
    block: Block | None = None
    after_blank = True
    counter: int | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            after_blank = True
            continue
        found = tag_of(line)
        if found is not None:
            tag, value = found
            if block is None or (
                after_blank or counter or any(name == tag for name, _ in block.fields)
                if tag in _STARTS
                else (after_blank and _leads(lines, number))
            ):  # fmt: skip
                block = Block(counter or number, number)
                out.blocks.append(block)
            counter = None
            block.append(tag, value)
            if tag in RELATIONS and value:
                block.append("related", _relation(tag, value))
            block.line_end = number
        elif block is not None and line[0] in " \t" and not (after_blank and _COUNTER.fullmatch(line)):
            _extend(block, text)
            block.line_end = number
        elif after_blank and _COUNTER.fullmatch(line):
            counter = number
        elif block is not None and not after_blank:
            _extend(block, text)
            block.line_end = number
            out.note(number, NO_TAG, text)
        else:
            out.lose(number, line, "line outside any record")
        after_blank = False
    for block in out.blocks:
        _cite(block)
    return out


def _cite(block: Block) -> None:
    """Take the source of a record apart that has nothing else of journal and year, as Ovid writes it."""
    names = {name for name, _ in block.fields}
    if _DATED.isdisjoint(names) and "SO" in names:
        source = next(value for name, value in block.fields if name == "SO")
        block.fields += [(f"SO {part}", piece) for part, piece in take_apart(source).items()]


def border(lines: Sequence[str]) -> int:
    """Where, from behind, a record begins (from 0) that nothing above it bears upon: at a PMID (or UI) below a blank line; else 0."""
    for at in range(len(lines) - 1, 1, -1):
        if not lines[at].startswith(("PMID-", "UI  -")) or lines[at - 1].strip():
            continue
        # A line with a tag, and not only a counter, stands in the paragraph above.
        if any(map(tag_of, takewhile(str.strip, reversed(lines[max(0, at - 200) : at - 1])))):
            return at
    return 0


def _leads(lines: Sequence[str], number: int) -> bool:
    """Whether the lines from `number` (from 0) to the next blank one hold the field that names a record."""
    for line in lines[number : number + 200]:
        if not line.strip():
            return False
        if (found := tag_of(line)) and found[0] in _STARTS:
            return True
    return False


def _extend(block: Block, text: str) -> None:
    """Join a continuation line; a relation is read again once its citation is whole."""
    if block.fields[-1][0] == "related":
        block.fields.pop()
        block.extend(text)
        tag, value = block.fields[-1]
        block.append("related", _relation(tag, value))
    else:
        block.extend(text)


def _relation(tag: str, citation: str) -> str:
    return f"{RELATIONS[tag]} {named_pmid(citation) or citation.replace('; ', ', ')}"
