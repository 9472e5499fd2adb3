"""Normal forms of what bibliographic databases write: identifiers, pages, years, titles, journals.

Every function takes one text as a database may write it and returns the canonical text, "" where there is none.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

from evergreen.absent import absent

# --- identifiers -------------------------------------------------------------------------------------------------

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.IGNORECASE)
_DOI_TAIL = re.compile(r"(?:\[(?:doi|pii)\]|[.,;:'\"])+$", re.IGNORECASE)
_DOI_VERSION = re.compile(r"(?<=\d)v\d{1,2}(?:\.(?:full|abstract|supplementary|article)\b.*)?$")
"""What bioRxiv, medRxiv and arXiv put behind the DOI in the address of a version; the DOI is that of all versions."""
_BEHIND_DOI = re.compile(
    r"\"|</[a-z]+>|<br ?/?>|[?#&](?=\w+=)|[;,|](?=https?:|doi\b|pmc?id\b|pii\b|10\.\d{4,9}/)", re.IGNORECASE
)
"""What begins behind a DOI without a blank: the tag around it, what an address asks for, and another number."""
_PAGE_OF_DOI = re.compile(
    r"(?<=/)(.+?)(?:/(?:full(?:text)?|abstract|e?pdf|meta|html?)|\.(?:full|abstract|e?pdf|html?)){1,2}$"
)
"""What publishers put behind a DOI in the address of a page: `10.3389/fnins.2020.00001/full`."""
_TYPESET_HYPHEN = re.compile("[\u2010\u2011]")
_CLOSES = {")": "(", "]": "[", ">": "<", "}": "{"}


def canonical_doi(text: str) -> str:
    """The DOI in `text`, lower case without resolver, prefix or trailing punctuation.

    Old SICI names keep their brackets; percent escapes and HTML entities are decoded.
    """
    if "10." not in text and "10%2" not in text:
        return ""
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = unquote(text)
    if not text.isascii():
        text = _TYPESET_HYPHEN.sub("-", text)
    found = _DOI.search(text)
    if not found:
        return ""
    doi = _BEHIND_DOI.split(found.group(), maxsplit=1)[0]
    if "://" in text or "www." in text:
        doi = re.split(r"[?#&]", doi, maxsplit=1)[0]
    while not doi[-1].isalnum():
        shorter = _DOI_TAIL.sub("", doi)
        if (
            shorter
            and (opening := _CLOSES.get(shorter[-1]))
            and shorter.count(opening) < shorter.count(shorter[-1])
        ):
            shorter = shorter[:-1]
        if shorter == doi:
            break
        doi = shorter
    doi = doi.lower().rstrip("/")
    if not doi[-1].isdigit():  # nearly all end in one
        doi = _PAGE_OF_DOI.sub(r"\1", doi)
    return _DOI_VERSION.sub("", doi) if doi.startswith(("10.1101/", "10.48550/")) else doi


_PMID = re.compile(
    r"0*([1-9]\d{0,7})(?:[.,]0+)?(?=$|\s*[;|\[(\n]|,\s+(?!\d{3}\b)|\s+[^\W\d]|[,/\s]\d{6,8}\b)"
)
_THOUSANDS = re.compile(r"(?!\d+\.0+$)\d{1,3}(?:([.,'\u2019]|\s)\d{3})(?:\1\d{3})*(?!\d)(?!\1)")
"""A number as spreadsheets group its digits, `21,345,679`; one mark in all of it."""
_PMID_MARKED = re.compile(r"(?<!\d)0*([1-9]\d{0,7})\s*[\[(](?:pmid|pubmed|uid)", re.IGNORECASE)
_PMID_NAMED = re.compile(
    r"(?:pmid|europepmc\.org/(?:article|abstract)/med/|pubmed\sID|pubmed(?:\.ncbi\.nlm\.nih\.gov)?(?:/pubmed)?/|(?:medline|pubmed):(?=\d))\W{0,3}(?:NLM)?0*([1-9]\d{0,7})(?!\d)"
    r"|(?:(?<![^;,])\s*(?:medline|pubmed)|(?:medline|pubmed)(?!\W{0,3}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)))"
    r"\W{0,3}(?:NLM)?0*([1-9]\d{4,7})(?!\d)"
    r"|pubmed(?:\.ncbi\.nlm\.nih\.gov)?/?\?(?:\w+=\w*&)*term=0*([1-9]\d{4,7})(?=(?:\[|%5B)(?:uid|pmid)|[\])>\"'&]|\s*$)",
    re.IGNORECASE,
)
"""Behind the mere name of a database, or in a search of it, a short number is a year or a day (`PubMed 2020`, `MEDLINE (1946 to ...`),
and within a sentence one of eight digits that is a day too (`searched in PubMed 20200501`)."""


def named_pmid(text: str) -> str:
    """The PMID in running text where it is called one: `PMID: 1`, `NLM1` (EBSCO), `26957754[pmid]`, `PUBMED 26957754`, an address."""
    lower = text.lower()
    if (
        "pmid" not in lower
        and "pubmed" not in lower
        and "medline" not in lower
        and "[uid" not in lower
        and "epmc.org" not in lower
    ):
        return ""
    found = _PMID_NAMED.search(text) or _PMID_MARKED.search(text)
    return next(filter(None, found.groups()), "") if found else ""


def canonical_pmid(text: str) -> str:
    """The PMID in `text`: a number of one to eight digits, bare, named (`PMID: 1`) or in a PubMed address; of several the first.

    Marks between its thousands are dropped. A number that a spreadsheet shortened (`1.8E+07`), or behind which something else
    goes on, is not a PMID.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if text.isascii() and text.isdigit():
        bare = text.lstrip("0")
        return bare if 1 <= len(bare) <= 8 else ""
    if named := named_pmid(text):
        return named
    if "e+" in text.lower() or "10." in text or "pmc" in text.lower():
        return ""
    if grouped := _THOUSANDS.match(text):
        text = "".join(filter(str.isdigit, grouped.group())) + text[grouped.end() :]
    found = _PMID.match(text)
    return found.group(1) if found else ""


_PMCID = re.compile(r"PMC\s?(\d{2,9})", re.IGNORECASE)


def canonical_pmcid(text: str) -> str:
    """The PubMed Central id in `text`, as `PMC123`."""
    found = _PMCID.search(text) if "pmc" in text.lower() else None
    return f"PMC{int(found.group(1))}" if found else ""


_ISSN = re.compile(r"(?<![\dX])(\d{4})-?(\d{3}[\dXx])(?![\dX])")


@lru_cache(maxsize=1 << 14)
def issns(text: str) -> tuple[str, ...]:
    """ISSNs in `text` as `1234-567X`."""
    return tuple(dict.fromkeys([f"{a}-{b.upper()}" for a, b in _ISSN.findall(text)]))


# --- pages, years, languages -------------------------------------------------------------------------------------

_PAGES_PREFIX = re.compile(
    r"^\s*(?:pages?|pp?\.?|art(?:icle)?\.?(?:\s*(?:no|number)\.?)?)[\s:.]*(?=[\dA-Z])", re.IGNORECASE
)
_FIRST_PAGE = re.compile(r"(?<![A-Za-z])([A-Za-z]*)\.?\s?(\d+)([A-Za-z]?)")


@lru_cache(maxsize=1 << 16)
def first_page(pages: str) -> str:
    """First page, searchable: `S123-S129`, `123-9` and `pp. 123` all give `123`; `e1001` gives `1001`.

    Letters other than a supplement's S and an electronic page's e belong to the number (`CD001234`, `A12`).
    """
    text = _PAGES_PREFIX.sub("", pages.strip())
    found = _FIRST_PAGE.search(text)
    if not found:
        return searchable(re.split(r"[-\u2013]", text)[0])
    letters, number, after = found.groups()
    letters = letters.lower()
    return ("" if letters in ("s", "e") else letters) + (number.lstrip("0") or "0") + after.lower()


_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


@lru_cache(maxsize=1024)
def year_of(text: str) -> int | None:
    """The first year (1500 to 2099) in a date as databases write it: `2019/05/12//`, `May-2019`, `2019 Spring`."""
    text = unicodedata.normalize("NFKC", text)
    found = _YEAR.search(text) or re.match(r"(1[5-9]\d\d|20\d\d)(?=\d{4}$)", text.strip())
    return int(found.group(1)) if found else None


# Languages that databases name behind a title.
_NAMED_IN_TITLES = (
    "english", "german", "french", "spanish", "portuguese", "italian", "chinese", "japanese", "russian", "korean", "polish",
    "dutch", "turkish", "swedish", "danish", "norwegian", "finnish", "czech", "hungarian", "greek", "persian", "arabic",
    "hebrew", "ukrainian", "romanian", "croatian",
)  # fmt: skip
# What databases write and ISO 639 does not know.
_LANGUAGES = {"jp": "jpn", "greek": "gre", "farsi": "per", "scr": "hrv"}


@lru_cache(maxsize=1024)
def languages(text: str) -> str:
    """Languages as MEDLINE's three letters (`eng; ger`, ISO 639-2/B); what is not known stands as it came."""
    parts = [] if absent(text) else [part.strip() for part in re.split(r"[;,|/]", text) if part.strip()]
    return "; ".join(dict.fromkeys(map(_language, parts)))


def _language(name: str) -> str:
    folded = name.lower()
    if folded in ("eng", "en", "english"):  # nearly all, and the list of the others takes 0.1 s to load
        return "eng"
    if folded in _LANGUAGES:
        return _LANGUAGES[folded]
    from iso639 import Lang
    from iso639.exceptions import DeprecatedLanguageValue, InvalidLanguageValue

    for spelling in (folded, name.title()):
        try:
            found = Lang(spelling)
        except (InvalidLanguageValue, DeprecatedLanguageValue):
            continue
        return str(found.pt2b or found.pt3 or name)
    return name if len(name) > 3 else folded


# --- text ----------------------------------------------------------------------------------------------------------

_SPACE = re.compile(r"\s+")
TAG_ENDS = r"(?:\s[^<>]*=[^<>]*|\s*)/?>"
"""What may follow the name of a tag: `p<b and c>d` has none."""
_BREAK = re.compile(rf"</?(?:p|br|div|li|jats:(?:p|sec|title|list-item)){TAG_ENDS}", re.I)
"""Tags that words stand apart at."""
_TAG = re.compile(
    rf"</?(?:i|b|u|em|strong|sub|sup|inf|sc|span|italic|bold|mml:[a-z]+|jats:[a-z]+){TAG_ENDS}", re.I
)


_ESCAPED_AGAIN = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,5}|#x[0-9a-f]{2,5});", re.IGNORECASE)
"""An entity that a decoded text has: it was escaped twice (`&amp;amp;`)."""


def clean(text: str) -> str:
    """`text` on one line: white space collapsed, HTML entities decoded, formatting tags removed."""
    if "&" in text:
        text = html.unescape(text)
        if _ESCAPED_AGAIN.search(text):
            text = html.unescape(text)
    if "<" in text:
        text = without_tags(text)
    if "\ufeff" in text or "\u200b" in text or "\u00ad" in text:
        text = text.replace("\ufeff", "").replace("\u200b", "").replace("\u00ad", "")
    if "  " not in text and (
        "\n" not in text and "\t" not in text and "\r" not in text if text.isascii() else text.isprintable()
    ):
        return text.strip()
    return " ".join(text.split())


def without_tags(text: str) -> str:
    """`text` without formatting tags of web pages and publishers."""
    return _TAG.sub("", _BREAK.sub(" ", text))


def all_clean(texts: Iterable[str]) -> bool:
    """Whether `clean` would leave each of `texts` as it is: what it alters does not print, or is one of three signs."""
    text = " ".join(["", *texts, ""])
    return text.isprintable() and "  " not in text and "&" not in text and "<" not in text


_LETTERS = str.maketrans(
    {
        **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", (
            "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
            "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"), strict=True)),
        "ς": "sigma", "ϕ": "phi", "ϑ": "theta", "ϵ": "epsilon", "µ": "mu", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe",
        "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n", "’": "'", "‘": "'",
    }
)  # fmt: skip
_LANGUAGE_SUFFIX = re.compile(
    r"\s*[\[(](?:in\s+)?(?:article in\s+)?(?:" + "|".join(_NAMED_IN_TITLES) + r")[\])]\s*\.?$",
    re.IGNORECASE,
)
_TRANSLATOR = re.compile(r"\s*\((?:author's|authors') transl\)\s*\]?\.?$", re.IGNORECASE)
_ASCII_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}
_NOT_WORD = re.compile(r"[\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=s\b)")


def searchable(text: str) -> str:
    """Title or journal for comparison: lower case words of letters and digits, one space between.

    Accents are dropped, Greek letters spelled out, entities decoded, tags, brackets and the note of the language or
    translator at the end removed. Letters of other scripts stay.
    """
    text = clean(text)
    if text.endswith(("]", ")", "].", ").")):
        text = _TRANSLATOR.sub("", _LANGUAGE_SUFFIX.sub("", text))
    text = text.lower() if text.isascii() else unaccented(text)
    if "'" in text:
        text = _APOSTROPHE.sub("", text)
    if text.isascii():
        return " ".join(text.translate(_ASCII_WORDS).split())
    return _NOT_WORD.sub(" ", text).strip()


_IN_WORDS = (
    (r"\+/[-\u2212]|\u00b1", "or without"),
    (r"\(\+\)|(?<=\w)\+(?:ve\b|(?!\w))", "plus"),
    (r"[<\u2264]", "below"),
    (r"[>\u2265]", "above"),
    (r"(?<=\d)[.,\u00b7](?=\d)(?!(?<!\b0.)\d{3}(?!\d))", "point"),  # 10,000 has none
    (r"(?<=[IVXivx])/(?=[IVXivx]{1,3}\b)", "to"),
    (r"(?<=[a-z])[\u00b5\u03bc]|[\u00b5\u03bc](?=[a-z]{4})", "micro"),  # within a word
)
_SAID = tuple((re.compile(sign), f" {words} ") for sign, words in _IN_WORDS)
SPOKEN = r"[+<>\x{2264}\x{2265}\x{00b1}]|[a-z][\x{00b5}\x{03bc}]|[\x{00b5}\x{03bc}][a-z]{4}|\d[.,\x{00b7}]\d|[IVXivx]/[IVXivx]"
"""What a title has (a pattern of RE2) that `spoken` alters."""
_SPOKEN = re.compile(
    r"[+<>\u2264\u2265\u00b1]|[a-z][\u00b5\u03bc]|[\u00b5\u03bc][a-z]{4}|\d[.,\u00b7]\d|[IVXivx]/[IVXivx]"
)


def spoken(text: str) -> str:
    """A title with the signs as words that `searchable` drops and that make another title.

    `HER2+` is not `HER2-`, `< 65 years` not `\u2265 65 years`, `1.5` not `15`, `phase I/II` not `phase III`. A plus between two words
    (`A + B`) says what `and` says, and stays.
    """
    if _SPOKEN.search(text):
        text = clean(text)
        for sign, words in _SAID:
            text = sign.sub(words, text)
    return text


def unaccented(text: str) -> str:
    """`text` in lower case without accents, Greek letters spelled out; sub- and superscript digits become digits."""
    spelled = unicodedata.normalize("NFKD", text).lower().translate(_LETTERS)
    return "".join(letter for letter in spelled if not unicodedata.combining(letter))
