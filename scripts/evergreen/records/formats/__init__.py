"""Export formats: told from the content, read into blocks of fields.

A format is a module with `NAME`, `FIELDS` (which of its fields feed which column of the record table; see `rows.row_of`),
`recognise(lines)` and `read(lines)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import ModuleType

from evergreen.errors import InputError
from evergreen.records.formats import (
    bibtex,
    block,
    clinicaltrials,
    cochrane,
    content,
    delimited,
    ebsco,
    endnote_xml,
    euctr,
    ictrp,
    isi,
    joins,
    medline,
    noteexpress,
    ovid,
    pubmed,
    refer,
    ris,
    workbook,
    xml,
)
from evergreen.records.formats.block import Block, Blocks, Remark
from evergreen.records.formats.dialects import dialect_of
from evergreen.sheets import texts

LINES_TO_RECOGNISE = 400
SMALL = 1 << 20
"""Bytes of a file that is read as a whole before a run starts."""
TAIL = 1 << 14
FORMATS: dict[str, ModuleType] = {
    "pubmed_xml": pubmed,
    "ictrp_xml": ictrp,
    "endnote_xml": endnote_xml,
    "ebsco_xml": ebsco,
    "clinicaltrials_json": clinicaltrials,
    "bibtex": bibtex,
    "ris": ris,
    "nbib": medline,
    "endnote": refer,
    "wos": isi,
    "ovid": ovid,
    "cochrane": cochrane,
    "euctr": euctr,
    "noteexpress": noteexpress,
    "csv": delimited,
}
"""Key in the protocol (`format:`) to module, in the order in which they are tried. `csv` stands for all text tables."""
XML = (pubmed, ictrp, endnote_xml, ebsco)
_BEGINNINGS = {
    "T": {"ris": re.compile(r"TY {1,2}- [A-Z]{3,8}\s*$")},
    "P": {"nbib": re.compile(r"PMID- ?\d{1,8}\s*$"), "wos": re.compile(r"PT [A-Z]\s*$")},
    "%": {"endnote": re.compile(r"%0 [A-Z][A-Za-z ]+$")},
    "@": {"bibtex": re.compile(r"@\s*[A-Za-z]+\s*\{\s*[^\s{},=]+,\s*$")},
    "<": {"xml": re.compile(r"<\?xml\s")},
    "{": {"noteexpress": re.compile(r"\{Reference Type\} ?:")},
    "S": {"euctr": re.compile(r"Sponsor(?:'s)? Protocol (?:Code )?Number:")},
}
"""First letter of a line to the formats whose records begin so."""
_ABOVE = {"euctr": re.compile(r"EudraCT Number:")}
"""What the line above has then as well: abstracts have either."""
_GLUED = {
    "ris": re.compile(r"\S *TY {1,2}- [A-Z]{3,8}\s*$"),
    "nbib": re.compile(r"\S *PMID- ?\d{1,8}\s*$"),
    "wos": re.compile(r"^E[RF] *-? *(?:FN |PT [A-Z]\s*$)"),
    "endnote": re.compile(r"\S *%0 [A-Z][A-Za-z ]+$"),
    "bibtex": re.compile(r"\S *@\s*[A-Za-z]+\{[^\s{},=]+,\s*$"),
    "noteexpress": re.compile(r"\S *\{Reference Type\} ?:"),
    "xml": re.compile(r"\S *<(?:\?xml\s|xml>|records>|PubmedArticleSet)"),
}
"""How a record of each format begins behind other text, where files were put together without a line end."""
_MAY_BEGIN = re.compile(r"TY  ?-|PMID-|%0 |@|<|\{Reference T|[RF] *-? *(?:FN|PT) ")
_LAST_LINES = {"ris": "E", "wos": "E", "bibtex": "})"}
"""Format to the letters that the last line of its records begins with; of others any line may be the last."""
_XML_SIGNS = {
    "pubmed_xml": "<PubmedArticle>",
    "ictrp_xml": "<TrialID>",
    "endnote_xml": "<ref-type",
    "ebsco_xml": " shortDbName=",
}
_XML_NAME = "an XML format"
ALIASES = {
    "medline": "nbib",
    "pubmed": "nbib",
    "isi": "wos",
    "bib": "bibtex",
    "enw": "endnote",
    "refer": "endnote",
    "tsv": "csv",
    "excel": "xlsx",
}


@dataclass(frozen=True)
class Export:
    """A file of records as read: what it is, its blocks, and the remarks on its lines."""

    format: str
    dialect: str
    encoding: str
    fields: Mapping[str, tuple[str, ...]]
    blocks: list[Block]
    remarks: list[Remark]

    def pieces(self) -> Iterator[list[Block]]:
        """The records as `pieces.Pieces` gives those of a large file: here all of them at once."""
        yield self.blocks


def read(
    path: str | Path,
    *,
    format_: str | None = None,
    columns: Mapping[str, str] | None = None,
    none_expected: bool = False,
) -> Export:
    """Read the export at `path`.

    `format_` is a key of `FORMATS` (or `xlsx`) that outranks detection; `columns` says, for tables, which of the file's
    columns (values) feeds which of ours (keys); with `none_expected` (the protocol states 0 hits) an empty file is read
    as a search that found nothing.

    Raises InputError when the file is missing, empty, binary, damaged, of an unknown format or not of the stated one,
    or when it holds no record.
    """
    file, raw, stated = str(path), _bytes(path), stated_format(format_, str(path))
    if none_expected and _is_blank(raw):
        return Export("empty", "", "", {}, [], [])
    if raw.startswith(workbook.MAGIC):
        inside = workbook.table_inside(raw, file)
        if inside is None:
            return _workbook(raw, file, stated, columns)
        raw = inside[1]
    elif stated == "xlsx":
        raise InputError("the file is no workbook (.xlsx)", file=file, todo="Mend `format:` in the protocol.")
    text = content.decode(raw, file)
    module = module_for(text.lines, stated, columns, file)
    found = found_in(module, text.lines, file)
    if not found.blocks and not none_expected:
        raise no_record(module, found.remarks, file)
    return _export(found, module.NAME, text.encoding, text.remarks, module.FIELDS, columns, file)


def check(
    path: str | Path,
    *,
    format_: str | None = None,
    columns: Mapping[str, str] | None = None,
    none_expected: bool = False,
) -> None:
    """Refuse what `read` would refuse, and a file that was cut off, without reading all of a large one.

    A file of up to `SMALL` bytes is read; of a larger one the beginning tells the format. The end of a file tells whether it
    was cut off: an element of XML is not closed, or the last line has no end and stands inside a record.
    """
    file, stated = str(path), stated_format(format_, str(path))
    with _mapped(path) as raw:
        size = len(raw)
        if none_expected and _is_blank(raw):
            return
        # At the end of a line where lines are short; XML may be a single one.
        head = raw[:] if size <= SMALL else raw[: raw.rfind(b"\n", SMALL // 2, SMALL) + 1 or SMALL]
        ended, tail = _end_of(raw)
    if size <= SMALL:
        read(path, format_=format_, columns=columns, none_expected=none_expected)
    if head.startswith(workbook.MAGIC):
        if workbook.table_inside(_bytes(path), file) is None and stated not in (None, "xlsx", "csv"):
            raise InputError(
                f"the file is a workbook, not {stated}", file=file, todo="Mend `format:` in the protocol."
            )
        return
    if stated == "xlsx":
        raise InputError("the file is no workbook (.xlsx)", file=file, todo="Mend `format:` in the protocol.")
    first = content.decode(head, file).lines
    module = module_for(first, stated, columns, file)
    last = re.split(r"\r\n|\r|\n", texts.western(tail))
    if module in XML:
        cut = xml.cut_off(first[:LINES_TO_RECOGNISE], last)
    elif module is delimited:
        quoted = b"\t" not in head.split(b"\n", 1)[0]
        raw, quotes = (b"", 0) if ended else (_bytes(path), 0)
        if b"\0" in raw[:SMALL]:  # in two bytes a letter, of which one may be that of a quotation mark
            last = content.decode(raw, file).lines
            quotes, last = sum(line.count('"') for line in last), last[-LINES_TO_RECOGNISE:]
        elif quoted:
            quotes = raw.count(b'"')
        cut = not ended and (quotes % 2 == 1 or delimited.ends_short(first, last))
    else:
        cut = hasattr(module, "cut_off") and module.cut_off(last, ended)
    if cut:
        raise InputError("the file ends inside a record: it was cut off", file=file,
                         todo="Export or copy it again; if it is whole, end its last line.")  # fmt: skip


def no_record(module: ModuleType, remarks: Sequence[Remark], file: str) -> InputError:
    """What is said of a file in which `module` finds none."""
    first = f" (line {remarks[0].line}: {remarks[0].reason})" if remarks else ""
    return InputError(
        f"the file cannot be read as {module.NAME}: it holds no record{first}",
        file=file,
        todo=content.EXPORT_AGAIN,
    )


def found_in(module: ModuleType, lines: Sequence[str], file: str, above: int = 0) -> Blocks:
    """All that the reader finds in `lines`, every line accounted for; files that were put together are taken apart first.

    `above`: how many lines of the file stand above these.

    Raises InputError where the reader cannot tell one record from the next.
    """
    _refuse_two_formats(module, lines, file, above)
    pieces, numbers = (
        joins.taken_apart(lines, module.glued(lines)) if hasattr(module, "glued") else (lines, [])
    )
    found: Blocks = module.read(pieces)
    if found.refusal:
        line, problem, todo = found.refusal
        raise InputError(problem, file=file, row=above + (numbers[line - 1] if numbers else line), todo=todo)
    found.account_for(pieces, xml.ENVELOPE if module in XML else getattr(module, "ENVELOPE", None))
    for remark in found.remarks:
        if module is not delimited and remark.kind == block.LOST and delimited.recognise([remark.text]):
            line = numbers[remark.line - 1] if numbers else remark.line
            raise _two_formats(module, delimited.NAME, above + line, file)
    if numbers:
        joins.told_by_line(found, numbers, lines)
    if above:
        found.below(above)
    return found


def _refuse_two_formats(module: ModuleType, lines: Sequence[str], file: str, above: int) -> None:
    """Refuse a file in which records of another format begin: its reader would take them for text, or lose them."""
    own = {key for key, one in FORMATS.items() if one is module} | ({"xml"} if module in XML else set())
    others = {letter: one for letter, one in _BEGINNINGS.items() if not own.issuperset(one)}
    first_letters = "".join([line[:1] or " " for line in lines])
    for number in _places(others, first_letters):
        for key, pattern in others[lines[number][0]].items():
            if key in own or not pattern.match(lines[number]):
                continue
            if key not in _ABOVE or (number and _ABOVE[key].match(lines[number - 1])):
                name = _XML_NAME if key == "xml" else FORMATS[key].NAME
                raise _two_formats(module, name, above + number + 1, file)
    ends = next((letters for key, letters in _LAST_LINES.items() if key in own), "")
    for number in _places(ends, first_letters) if ends else range(len(lines)):
        line = lines[number]
        for key, pattern in _GLUED.items() if _MAY_BEGIN.search(line) else ():
            if key not in own and pattern.search(line):
                name = _XML_NAME if key == "xml" else FORMATS[key].NAME
                raise _two_formats(module, name, above + number + 1, file)
    json = "clinicaltrials_json"
    for number in _places("{[", first_letters) if json not in own else ():
        if clinicaltrials.recognise(lines[number : number + 8]):
            raise _two_formats(module, FORMATS[json].NAME, above + number + 1, file)
    if not ({"csv", "xml", json} & own) and (number := delimited.table_within(lines)):
        raise _two_formats(module, delimited.NAME, above + number, file)
    for key, sign in _XML_SIGNS.items() if module in XML else ():
        if key not in own and (number := next((at for at, line in enumerate(lines, 1) if sign in line), 0)):
            raise _two_formats(module, FORMATS[key].NAME, above + number, file)


def _places(letters: Iterable[str], text: str) -> list[int]:
    """Where one of `letters` stands in `text`."""
    return [found.start() for found in re.finditer(f"[{re.escape(''.join(letters))}]", text)]


def _two_formats(module: ModuleType, other: str, line: int, file: str) -> InputError:
    return InputError(
        f"a record of {other} begins here, in a file of {module.NAME}", file=file, row=line,
        todo="Keep each export in a file of its own: `files:` in the protocol takes a list.",
    )  # fmt: skip


def _bytes(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"the export cannot be read ({error.strerror})", file=str(path)) from error


@contextmanager
def _mapped(path: str | Path) -> Iterator[mmap | bytes]:
    """The bytes of a file, of which only those are read that are looked at."""
    try:
        with Path(path).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as raw:
            yield raw
    except ValueError:  # an empty file has none to map
        yield b""
    except OSError as error:
        raise InputError(f"the export cannot be read ({error.strerror})", file=str(path)) from error


def _end_of(raw: mmap | bytes) -> tuple[bool, bytes]:
    """Whether the last line has an end, and the last `TAIL` bytes before the blanks behind them; zero bytes and the Ctrl-Z of Windows left out."""
    end = next((at for at in range(len(raw), 0, -1) if raw[at - 1] not in (0, 26)), 0)
    ended = raw[max(0, end - 1) : end] in (b"\n", b"\r")
    end = next(
        (at for at in range(end, 0, -1) if raw[at - 1 : at] not in (b"\0", b"\r", b"\n", b"\t", b" ")), 0
    )
    return ended, raw[max(0, end - TAIL) : end].replace(b"\0", b"")


def _is_blank(raw: bytes | mmap) -> bool:
    return not content.SOMETHING.search(raw)


def stated_format(format_: str | None, file: str) -> str | None:
    """The key of the format that the protocol states."""
    stated = ALIASES.get(format_.lower(), format_.lower()) if format_ else None
    if stated and stated not in (*FORMATS, "xlsx"):
        raise InputError(
            f"format {format_} is not known", file=file, todo=f"Known are: {', '.join([*FORMATS, 'xlsx'])}."
        )
    return stated


def module_for(
    lines: Sequence[str], stated: str | None, columns: Mapping[str, str] | None, file: str
) -> ModuleType:
    """The reader of the stated format, or of the one that the lines look like."""
    fits = recognised(lines)
    key = stated or fits or ("csv" if columns else None)
    if key is None:
        raise InputError(
            f"no known export format fits the file's content{_what_it_is(lines)}", file=file,
            todo=f"Export again, or say `format:` in the protocol: {', '.join(FORMATS)}.",
        )  # fmt: skip
    module = FORMATS[key]
    if fits not in (None, key) and not (columns and key == "csv") and not module.recognise(lines):
        raise InputError(
            f"the file cannot be read as {module.NAME}: its content looks like {FORMATS[fits or key].NAME}", file=file,
            todo=f"Say `format: {fits}` in the protocol, or nothing.",
        )  # fmt: skip
    return module


def recognised(lines: Sequence[str]) -> str | None:
    """Key of the first format that fits the first lines."""
    sample = lines[:LINES_TO_RECOGNISE]
    return next((key for key, module in FORMATS.items() if module.recognise(sample)), None)


def _workbook(raw: bytes, file: str, stated: str | None, columns: Mapping[str, str] | None) -> Export:
    if stated not in (None, "xlsx", "csv"):
        raise InputError(
            f"the file is a workbook, not {stated}", file=file, todo="Mend `format:` in the protocol."
        )
    found = workbook.read(raw, file)
    if not found.blocks:
        raise InputError("no sheet of the workbook has a header with known column names and rows below", file=file,
                         todo="Say `columns:` in the protocol.")  # fmt: skip
    return _export(found, workbook.NAME, "workbook", [], delimited.FIELDS, columns, file)


def _export(
    found: Blocks, name: str, encoding: str, remarks: list[Remark], fields: Mapping[str, tuple[str, ...]],
    columns: Mapping[str, str] | None, file: str,
) -> Export:  # fmt: skip
    if fields is delimited.FIELDS:
        fields = delimited.finish(found, columns, file)
    return Export(
        name, dialect_of(found.blocks), encoding, fields, found.blocks, sorted([*remarks, *found.remarks])
    )


def _what_it_is(lines: Sequence[str]) -> str:
    head = "\n".join(lines[:40]).lower()
    if "<!doctype html" in head or "<html" in head:
        return " (it is a web page)"
    if re.match(r"[\ufeff\s]*[\[{]\s*[\[{\"]", head):
        return " (it is JSON, and not of ClinicalTrials.gov: export as CSV, RIS or XML)"
    if found := re.search(r"<([a-z][\w:.-]*)[\s>]", head):
        return f" (it is XML with the root <{found.group(1)}>)"
    if delimited.untitled(lines):
        return " (it is a table without a column of titles)"
    return ""
