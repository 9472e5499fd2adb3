"""What of a record is compared with other records: computed once per record, for whole columns at a time."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.deduplication.entries import are_entries, numbers
from evergreen.records.name_words import PARTICLE
from evergreen.records.normalise import SPOKEN, searchable, spoken
from evergreen.records.retractions import NOTICE_OF_CONCERN, NOTICE_OF_RETRACTION, SAYS_RETRACTED

ELLIPSIS = "\u2026"

KINDS = (
    "article",
    "erratum",
    "retraction",
    "comment",
    "registry",
    "preprint",
    "conference",
    "thesis",
    "report",
)
"""What a record says it is; two records of different kinds are not one work, but may be related."""

COLUMNS = (
    "record_id", "stem", "title", "cut", "tongue", "part", "corrected", "numbers", "authors", "first_author", "journal", "year", "volume", "issue", "page",
    "last_page", "located", "doi", "pmid", "registry", "secondary", "kind", "cochrane", "heading", "people",
)  # fmt: skip

_OWN_BRACKET = r"(?i)\[\s*((?:part\s|no\.?\s)?(?:\d{1,2}|[ivx]{1,5}|[a-d])|(?:study )?protocol|erratum|corrigendum|correction)\s*\]\W*$"
"""A bracket at the end that is no note of a database: it counts, or says what the work is."""
_BEHIND_NOTE = r"(?i)\s*\.?\s*\[review(?:\s?\.\s*(\d{1,2}))\W*$"
"""The number of a part that got into a note."""
_NOTES = (
    # what databases add behind a title: [Review] [42 refs], [Erratum appears in ...], (vol 360, pg 542, 2009), "... N Engl J Med. 2009"
    r"(?i)(?:\s*\.?\s*\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s*\.?)+$|\s*\((?:vol|author'?s'? reply|structured abstract|provisional abstract|retracted)[^()]*\)\s*\.?$"
    r"|(?:\s\((?:new engl|n engl|j |journal |lancet|am j|br|ann )[^()]*(?:\([^()]*\)[^()]*)*\))\s*\.?$"
    r"|\.{3}\s?[A-Z][A-Za-z. ]{2,60}\.?\s(?:19|20)\d\d.*$"
)
_UNCLOSED = r"(?i)\s*\.?\s*\[(?:erratum|comment|retraction) (?:appears )?in [^\[\]:]*?((?:\.\s*\d{1,2}|\s\(?part\s\w+\)?)?\W*)$"
"""A note that was cut off; the number of the part may stand behind it (the group)."""
CUT = r"(?:…|\.\.\.)\W*$"
"""A title that a database cut off."""
_CITED = r"(?i)\((?:vol\.? ?\d[^()]*|[^()]*\((?:19|20)\d\d\) \d+[^()]*\([^()]*\)[^()]*)\)\W*$"
"""What Web of Science and Embase put behind the title of a correction: the citation of the paper that it corrects."""
_CORRECTED = r"(?i)\[(?:published )?err?at[a-z]+"
_LONE = r"(?i)([:.]\s+|\()%s([.:)](?:\s|$))"
"""A roman number of one letter that counts: `: I. Methods`, `(V)`."""
_PARTICLES = rf"^(?:(?:{PARTICLE.pattern}) )+"
_EDITION = r"\s*\([^()]*\)?\s*$"


def _slips(word: str) -> str:
    """A pattern of the word with one slip of the pen behind its first letter: one lost, changed or added, or two exchanged."""
    pattern = ""
    for at in range(len(word) - 1, 0, -1):
        letter, behind = word[at], word[at + 1 :]
        exchanged = behind[:1] + letter + behind[1:]
        pattern = f"(?:{letter}{pattern}|[a-z]?{behind}|[a-z]{letter}{behind}|{exchanged})"
    return word[0] + pattern


_ERRATUM = (
    r"(?i)^\W*(?:(?:publisher|author)s?'?s?:?\s)?"
    rf"(?:errata|corrigenda|addendum|{'|'.join(map(_slips, ('erratum', 'corrigendum', 'correction')))})\b"
    r"(?:(?:\s?[a-z]{1,3})?\s*:|\s*(?:to|for|in)?(?:\s+[\"“'‘]|\s*\.?\s*$|\s+\()|\s+(?:to|for)\s)"
)
_RETRACTION = (
    rf"(?i)^\W*(?:{NOTICE_OF_RETRACTION}|withdrawal(?:\snotice)?)\b"
    r"(?:\s*(?:to|of|for|de|del|du))?(?:\s*[:\-–]|\s+[\"“'‘]|\s+(?:to|of|for|de|del|du)\s|\s*\.?\s*$)"
    r"|\s\(retraction of [^()]*\)\W*$"
)
_COMMENT = (
    # "Response to denosumab in ..." is an article: a response needs a colon or a quotation mark
    r"(?i)^\W*(?:in\s)?(?:(?:the\s)?authors?'?s?'?\s?)?(?:(?:reply|replies|comments?|commentary)\s(?:to|on)\b"
    r"|(?:reply|replies|respon[sd]e?s?|comments?|commentary|letter(?: to the editor)?|discussion)"
    r"(?:(?:\s(?:to|on|by|re|from))?\s*:|\s(?:to|on)\s[\"“'‘])):?\s?"
    rf"|^\W*{NOTICE_OF_CONCERN}\b(?:\s*(?:to|on|for|about|regarding))?(?:\s*[:\-–]|\s+[\"“'‘]|\s+(?:to|on|for|about|regarding)\s|\s*\.?\s*$)"
    r"|^\W*re:\s|[\s\[(]authors?'?s?'? (?:reply|response)\W*$|(?:\s[\-–—]|[:.?])\s?(?:reply|replies|in reply|response)\W*$"
)
_FLAG = rf"(?i)^\W*(?:{SAYS_RETRACTED}|withdrawn(?:\sarticle)?)\s*[:.)\]：】\-–]\s*"
_PREPRINT = (
    r"^(?:med|bio|chem|psy|soc|eng|edu)?a?r?x?rxiv\b|^arxiv\b|^(?:med|bio|chem|psy|soc|eng|edarxiv)(?:r|arx)?xiv\b"
    r"|^research ?square\b|^ssrn\b|^preprints?(?: org)?$|^preprints with\b|^authorea\b|^osf preprints|^jmir preprints|^psyarxiv|^techrxiv"
)
_PREPRINT_DOI = r"^10\.(?:1101/(?:19|20)\d\d|1101/\d{6}$|21203/rs|48550/|2139/ssrn|20944/preprints|31234/|26434/chemrxiv|22541/au|36227/techrxiv)"
_CONFERENCE = (
    r"conference abstract|meeting abstract|conference (?:paper|proceeding)|congress|published meeting"
)
_THESIS = r"\b(?:thesis|theses|dissertations?|ph\.? ?d)\b"
_REPORT = r"(?:^|; )(?:technical |research |government |final )?report\b"
_OF_ABSTRACT = r"(?i)^(?:S|A|P|O|OP|AB|PO|PS)-?[0-9]{1,4}[a-z]?(?:\W|$)"
"""Pages of a supplement (`S123`), numbers of posters and talks."""
_PART = (
    r"(?i)\bpart\s+(?:\w+\W*$|[IVX\d]+\b)|[:.]\s*(?:[IVX]{1,4}[a-d]?|\d{1,2})\W*$|\s[(\[]?(?:II|III|IV|[1-9])\W*$"
    r"|(?::\s*|\.\s+)(?:I{1,3}|IV|VI?|[1-9])[.:]\s|^(?:[IVX]{1,4}|[1-9])[.:]\s"
    r"|(?:^|[:.(\-\x{2013}]\s*)(?:volume|paper|report|communication|chapter|section|lesson|teil|parte|partie|deel|del|bolum|bölüm|часть)\s(?:[IVX]{1,4}|\d{1,2})\b"
    r"|\b(?:first|second|third|fourth|fifth|last|1st|2nd|3rd|[4-9]th|1\.|2\.|3\.|(?:zweit|dritt|erst)er)\s(?:part|report|communication|teil)\b"
    r"|\b(?:\d|[IVX]{1,4}|prim\S*|segund|second|seconde|terc\S*|terz|premi\S*|deuxi\S*|troisi\S*)(?:a|e|re|ª)?\s(?:parte|partie)\b"
)
"""What says that a title is of a part: its number at an edge, in figures, letters or words of several languages."""
_GRADED = r"(?i)\b(?:type|stage|grade|class)\s(?:[IV]{1,3}|\d{1,2})(?:\s?(?:or|and|to|&|[/,\-–])\s?(?:[IV]{1,3}|\d{1,2}))*\W*$"
"""A title that ends in a number that counts no parts."""
_BRACKETED = r"^\W{0,3}\[[^\[\]]*\]"
"""A title that a database translated: `[Denosumab in rheumatoid arthritis]`."""
_VERNACULAR = (
    r"[\p{Cyrillic}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}\p{Thai}]{3}"
    r"|(?i)\b(?:bei|mit|und|der|nach|zur|zum|einer|eine|eines|durch|chez|avec|dans|les|une|pour|del|los|las|con|para|por|una|nella|della"
    r"|nel|gli|degli|uma|dos|nas|em|met|het|een|voor|bij|och|efter|hos|og|przy|oraz|leczenie|ve|ile)\b"
)
"""Scripts and words that English titles do not have."""
_BESIDE = (
    (_FLAG, "", ()),
    (_OWN_BRACKET, r"(\1)", ("[",)),
    (_BEHIND_NOTE, r". \1", ("[",)),
    (_NOTES, "", ("[", "(", "...")),
    (_UNCLOSED, r"\1", ("[",)),
    (_ERRATUM, "", ()),
    (_RETRACTION, "", ()),
    (_COMMENT, "", ("repl", "respon", "comment", "letter", "discussion", "re:", "concern")),
)
"""What stands before or behind the title of the work itself, what is put there instead, and letters of which one is in a title
that the pattern finds: most titles have none of the slow ones."""
_SPACED = np.array(
    [byte if byte >= 128 or chr(byte).isalpha() else 32 for byte in range(256)], dtype=np.uint8
)
"""For each byte of a text itself, or a space in the place of what is no letter of ASCII."""
_BESIDE_ONE = tuple((re.compile(pattern), instead, hints) for pattern, instead, hints in _BESIDE)


def stripped(title: str) -> str:
    """One title without what databases put before or behind it; a title that is nothing else keeps it."""
    lower = title.lower()
    for pattern, instead, hints in _BESIDE_ONE:
        if not hints or any(hint in lower for hint in hints):
            rest = pattern.sub(instead, title)
            title = rest if len(rest) > 5 else title
    return title


def text(column: pd.Series) -> pa.Array:
    """A text column as one Arrow array, "" where nothing stands."""
    array = pa.array(column.astype("str"), pa.large_string())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pc.fill_null(array, "")


def joined(*parts: pa.Array | str, between: str = "") -> pa.Array:
    """Texts side by side, row by row."""
    texts = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar(between, pa.large_string()))


def _matches(array: pa.Array, pattern: str) -> np.ndarray:
    return pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False)


def _without(array: pa.Array, pattern: str, instead: str = "") -> pa.Array:
    return pc.replace_substring_regex(array, pattern, instead)


def _letters(array: pa.Array) -> pa.Array:
    """Texts with spaces in the place of what is no letter, and without accents."""
    marked = pc.invert(pc.string_is_ascii(array))
    few = _without(pc.utf8_normalize(array.filter(marked), form="NFKD"), r"\p{M}+")
    few = _without(few, r"[^\p{L}]+", " ")
    _, ends, letters = array.buffers()
    if letters is not None:  # byte by byte, which is right for ASCII
        spaced = pa.py_buffer(_SPACED[np.frombuffer(letters, dtype=np.uint8)])
        array = pa.LargeStringArray.from_buffers(len(array), ends, spaced, offset=array.offset)
    return pc.replace_with_mask(array, marked, few)


def _integer(array: pa.Array, pattern: str) -> np.ndarray:
    """The digits that `pattern` captures, as numbers; 0 where there are none."""
    digits = pc.struct_field(pc.extract_regex(array, pattern), "n")
    digits = pc.if_else(pc.equal(pc.fill_null(digits, ""), ""), "0", digits)
    return pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)


def _issues(issues: pa.Array, volumes: pa.Array, abstract: np.ndarray) -> np.ndarray:
    """Number of the issue, 0 where it is not known, 1000 more for a supplement; it may stand behind the volume: `18 (8)`.

    Pages with a letter of their own are those of an `abstract`, so of a supplement.

    Numbers of four digits are years or the numbers of articles.
    """
    number = r"^[^0-9]*(?P<n>[0-9]{1,3})(?:[^0-9].*)?$"
    behind = _integer(volumes, r"(?:^|[0-9] ?)\((?P<n>[0-9]{1,3})\)")
    supplement = _matches(issues, r"(?i)sup|^s\d|abstract") | abstract
    return np.where(behind > 0, behind, _integer(issues, number) + 1000 * supplement)


def _numbers(titles: pa.Array) -> pa.Array:
    """Numbers of a searchable title in order, roman ones as digits: `part ii of 3` gives ` 2 3`.

    A single letter (`i`, `v`, `x`) is a number only behind a word that counts (part, type, phase) or at the end.
    """
    counting = _matches(titles, r"\d|\b[ivx]+\b|\bpart\b")
    padded = joined(" ", pc.filter(titles, pa.array(counting)), " ")
    in_letters = pa.array(_matches(padded, r"\b(?:[ivx]+|part)\b"))
    padded = pc.replace_with_mask(padded, in_letters, _in_digits(padded.filter(in_letters)))
    numbers = pc.utf8_trim(_without(_without(padded, r"[^0-9]+", " "), r"\b0+([0-9])", r"\1"), characters=" ")
    none = pa.array(np.full(len(titles), ""), pa.large_string())
    return pc.replace_with_mask(none, pa.array(counting), numbers)


def _in_digits(padded: pa.Array) -> pa.Array:
    """Titles between two spaces with roman numbers and those of parts as digits."""
    counted = r"\b(part|type|phase|stage|class|volume|section|chapter|study|trial|paper|report|grade|level|group|factor) %s\b"
    for letter, digit in (("i", "1"), ("v", "5"), ("x", "10")):
        padded = _without(padded, counted % letter, rf"\1 {digit}")
        padded = _without(padded, rf" {letter} $", f" {digit} ")
    for roman, number in (
        ("ii", 2), ("iii", 3), ("iv", 4), ("vi", 6), ("vii", 7), ("viii", 8), ("ix", 9), ("xi", 11), ("xii", 12),
    ):  # fmt: skip
        padded = _without(padded, rf"\b{roman}\b", str(number))
    for word, number in (("first", 1), ("second", 2), ("third", 3), ("one", 1), ("two", 2), ("three", 3)):
        padded = _without(padded, rf"\bpart {word}\b", f"part {number}")
    return padded


def _kinds(records: pd.DataFrame, titles: pa.Array, journals: pa.Array, dois: pa.Array) -> np.ndarray:
    types = pc.utf8_lower(text(records["publication_types"]))
    kind = np.zeros(len(records), dtype=np.int8)

    def mark(name: str, mask: np.ndarray) -> None:
        kind[mask & (kind == 0)] = KINDS.index(name)

    mark(
        "retraction",
        _matches(titles, _RETRACTION) | _matches(types, r"retraction of publication|retraction notice"),
    )
    mark("erratum", _matches(titles, _ERRATUM) | _matches(types, r"published erratum|^erratum|; erratum"))
    mark("comment", _matches(titles, _COMMENT))
    bare = (text(records["volume"]), text(records["pages"]), dois)
    no_place = np.logical_and.reduce([pc.equal(part, "").to_numpy(zero_copy_only=False) for part in bare])
    mark("registry", are_entries(records, types, journals, dois, no_place))
    mark(
        "preprint",
        _matches(journals, _PREPRINT) | _matches(types, r"\bpreprint") | _matches(dois, _PREPRINT_DOI),
    )
    mark("conference", _matches(types, _CONFERENCE))
    # the pages of a thesis are how many it has
    unbound = pc.equal(text(records["volume"]), "").to_numpy(zero_copy_only=False)
    mark("thesis", (unbound & _matches(types, _THESIS)) | (no_place & _matches(journals, _THESIS)))
    mark("report", no_place & _matches(types, _REPORT))
    return kind


def features(records: pd.DataFrame) -> pd.DataFrame:
    """Comparable forms of a record table (`evergreen.records.model`), one row per record, columns `COLUMNS`.

    `stem`: what records of one source have in common that are known to say the same; `title`: searchable title without spaces, without what databases put before (`Erratum to:`) or behind it (`[42 refs]`);
    `cut`: the title ends in an ellipsis; `tongue`: 1 in the brackets of a translation, 2 in another language than English; `part`: it says which part it is;
    `corrected`: it says that the paper has an erratum (1), or cites another paper as one that it corrects (2); `numbers`: numbers of the title; `authors`: family and given names of three or
    more letters; `volume`, `issue`, `page`, `last_page`, `year`: integers, 0 where not known; `located`: the page is the number of an
    electronic article; `registry`: registration numbers, of an entry of a register its own, `secondary` the others; `kind`: index into `KINDS`; `heading`, `people`: title and authors as they came.
    """
    raw = text(records["title"])
    titles = text(records["title_search"])
    journals = _without_edition(text(records["journal"]), text(records["journal_search"]))
    was_cut = pa.array(_matches(text(records["journal"]), CUT))
    journals = pc.if_else(was_cut, joined(journals, ELLIPSIS), journals)
    dois = text(records["doi"])
    kind = _kinds(records, raw, journals, dois)
    prefixed = np.isin(kind, [KINDS.index(name) for name in ("erratum", "retraction", "comment")])
    noted = prefixed | _matches(raw, _FLAG) | _matches(raw, SPOKEN)
    marked = _matches(raw, r"[\[(]|\.\.\.")
    few = raw.filter(pa.array(marked))
    for pattern in (_NOTES, _UNCLOSED, _BEHIND_NOTE):
        noted[marked] |= _matches(few, pattern)
    if noted.any():
        chosen = pa.array(noted)
        bare = raw.filter(chosen)
        for pattern, instead, _ in _BESIDE:
            rest = _without(bare, pattern, instead)
            # a title that is nothing but a note ("Erratum", "[Retraction]") keeps it
            bare = pc.if_else(pc.greater(pc.utf8_length(rest), 5), rest, bare)
        again = pa.array([searchable(spoken(value)) for value in bare.to_pylist()], pa.large_string())
        titles = pc.replace_with_mask(titles, chosen, again)
    counted = titles
    if (lone := _matches(raw, _LONE % "[ivx]")).any():
        marked = _without(_without(raw.filter(pa.array(lone)), _NOTES), _UNCLOSED, r"\1")
        for letter, number in (("i", "1"), ("v", "5"), ("x", "10")):
            marked = _without(marked, _LONE % letter, rf"\1 {number}\2")
        again = pa.array([searchable(value) for value in marked.to_pylist()], pa.large_string())
        counted = pc.replace_with_mask(titles, pa.array(lone), again)

    registry, secondary = numbers(records, kind == KINDS.index("registry"))
    names = _letters(text(records["authors"]))
    mixed = pa.array(_matches(names, r"\p{Ll}"))
    initials = _without(names, r"\b\p{Lu}{1,3}\b", " ")
    names = pc.utf8_lower(pc.if_else(mixed, initials, names))
    names = pc.utf8_split_whitespace(_without(names, r"\bet al\b|\band\b", " "))
    names = pc.utf8_trim(pc.binary_join(names, pa.scalar(" ", pa.large_string())), characters=" ")

    pages = text(records["pages"])
    garbled = pa.array(_matches(pages, r"^[A-Za-z]+-\d"))  # "Suppl-48": the first page was lost
    page = _integer(pc.if_else(garbled, "", text(records["first_page"])), r"^[^0-9]*(?P<n>[0-9]{1,9})")
    last = _integer(pages, r"^[^-\x{2013}]*[0-9][^-\x{2013}]*[-\x{2013}]+ ?[A-Za-z]*(?P<n>[0-9]{1,9})")
    magnitude = 10 ** np.where(last > 0, np.floor(np.log10(np.maximum(last, 1))).astype(np.int64) + 1, 0)
    last = np.where((last > 0) & (last < page), page // magnitude * magnitude + last, last)
    of_abstract = _matches(pages, _OF_ABSTRACT)
    tongue = np.select([_matches(raw, _BRACKETED), _matches(raw, _VERNACULAR)], [1, 2], 0).astype(np.int8)
    return pd.DataFrame(
        {
            "record_id": records["record_id"].to_numpy(),
            "stem": _stems(records).to_numpy(),
            # `&` is not a word
            "title": _series(pc.replace_substring(_without(titles, r"\band\b"), " ", "")),
            "cut": _matches(raw, CUT),
            "tongue": tongue,
            "part": _matches(raw, _PART) & ~_matches(raw, _GRADED),
            "corrected": np.where(_matches(raw, _CITED), 2, _matches(raw, _CORRECTED)).astype(np.int8),
            "numbers": _series(_numbers(counted)),
            "authors": _series(names),
            "first_author": _series(_without(_without(text(records["first_author"]), _PARTICLES), " ")),
            "journal": _series(journals),
            "year": records["year"].fillna(0).to_numpy(dtype=np.int16),
            # "1)" and "(1)" are the rest of "59 (1)": the volume was lost
            "volume": _integer(_without(text(records["volume"]), r"^\(?[0-9]+\)$"), r"(?P<n>[0-9]{1,9})"),
            "issue": _issues(text(records["issue"]), text(records["volume"]), of_abstract),
            "page": page,
            "located": _matches(pages, r"^(?:[A-Za-z]{1,3}[0-9]{3,}|[0-9]{5,})\W*$") & ~of_abstract,
            "last_page": last,
            "doi": _series(dois),
            "pmid": _series(text(records["pmid"])),
            "registry": registry,
            "secondary": secondary,
            "kind": kind,
            "cochrane": _matches(journals, r"^cochr[a-z]* d[a-z]*b[a-z]* ")
            | _matches(dois, r"^10\.1002/14651858\."),
            "heading": _series(raw),
            "people": _series(text(records["authors"])),
        }
    )


def _stems(records: pd.DataFrame) -> pd.Series:
    """Ids without the `~2` of a row that came twice; a record that only has the key of another one `repeats` itself."""
    bases = records["record_id"].str.replace(r"~\d+$", "", regex=True)
    if "repeats" not in records:
        return bases
    return bases.where(records["repeats"].eq(""), records["repeats"])


def _without_edition(raw: pa.Array, journals: pa.Array) -> pa.Array:
    """Searchable journals without what tells editions of one name apart: `BMJ (Online)`, `BMJ (Clinical research ed.)`."""
    chosen = _matches(raw, r"\w" + _EDITION)
    if not chosen.any():
        return journals
    encoded = pc.dictionary_encode(_without(raw.filter(pa.array(chosen)), _EDITION))
    bare = pa.array([searchable(value) for value in encoded.dictionary.to_pylist()], pa.large_string())
    return pc.replace_with_mask(journals, pa.array(chosen), bare.take(encoded.indices))


def _series(array: pa.Array) -> pd.Series:
    return pd.Series(array, dtype="str")
