"""How a strategy shows that it was written for another platform than PubMed, as data.

PubMed takes what it does not know for words and finds something else without a word, so such a strategy is refused by the
platform's name before anything is asked. `SIGNS` say how each language looks outside quotation marks and PubMed's field tags.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

OVID, EMBASE, COCHRANE, EBSCO = "Ovid", "Embase.com", "the Cochrane Library", "EBSCO (CINAHL)"
WOS, SCOPUS, PROQUEST, BVS = "Web of Science", "Scopus", "ProQuest", "LILACS (BVS)"
PSYCNET, REGISTER, SCHOLAR, EPMC = "APA PsycNet", "ClinicalTrials.gov", "Google Scholar", "Europe PMC"
CHINESE = "CNKI, Wanfang, VIP or SinoMed"
LUCENE, IEEE, DIMENSIONS, OPENALEX = "Epistemonikos or the Lens", "IEEE Xplore", "Dimensions", "OpenAlex"

_SUFFIX = "ti|ab|tw|mp|sh|pt|kw|kf|fs|hw|ot|nm|rn|dm|mv|ez|da|dt|dp|yr|lg|jn|jw|au|in|pm|up|ed|tx|bt|tc|id|de|dv|xs|ui|af|px|ps|so|tn|ct|gw"
_FLOATING = "ad|ae|bl|ci|co|ct|di|dg|dh|dr|dt|ec|ep|et|ge|hi|im|me|mi|mt|nu|og|pc|pd|pe|ph|pk|po|pp|pr|ps|px|rh|rt|sd|sn|st|su|td|th|to|tu|us|ut|vi"
_BETWEEN = r"(?<=[\w*?$\")])(?<!\bAND)(?<!\bOR)(?<!\bNOT)\s+{}\s+(?=[\w(\"])"
_BEGINS = r"(?:^|[(]|\b(?:AND|OR|NOT)\b)\s*"

SIGNS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    # sign, the platforms that write so, whether small letters are the same
    (r"\bexp\s*\(?\s*\*?[^/\[\]()]{1,100}/", (OVID,), True),
    (r"(?:^|[\s(])\*?[A-Za-z\"][^/\[\]():=]{0,100}[\w)\"]/(?=\s*$|\s*\)|\s+(?:or|and|not)\b)", (OVID,), True),
    (rf"\w\"?/(?:{_FLOATING})(?:,(?:{_FLOATING}))*(?=\s*$|[\s)\[])", (OVID,), False),
    (rf"{_BEGINS}exp\s+\w", (OVID,), False),
    (rf"(?<=[\w*$?\")])\.(?:{_SUFFIX})(?:,(?:{_SUFFIX}))*\.?(?=\s|\)|$)", (OVID,), True),
    (r"\badj\s?\d+\b", (OVID,), True),
    (_BETWEEN.format("ADJ"), (OVID,), False),
    (r"\blimit\s+#?\d+\s+to\b|^\W*limit\s+(?:\S+\s+)?to\b|\bremove duplicates from\b|\bfrom \d+ keep\b|\bdedup\b\s*\d|\.\.(?:l|dedup|search)/", (OVID,), True),
    (r"\[mp=|\bmp\s*=|\byr\s*=", (OVID,), True),
    (r"^\W*\d+ use \w+|\buse (?:ppez|emez|oemezd|medall|prmz|psyh|cctr)\b", (OVID,), True),
    (r"['\"\w]/(?:exp|de|mj|dd|syn|br|lnk)\b|/(?:lim|py|sd|it|la)\b|'[^']*'\s*:\s*\w", (EMBASE,), True),
    (r"\bMeSH descriptor\b|\[mh\s+[^\]]|\bWord variations\b|\bin Title Abstract Keyword\b|\bCochrane Library publication\b", (COCHRANE,), True),
    (r"\bin (?:Trials|Cochrane Reviews)\b", (COCHRANE,), False),
    (r"\{\s*(?:and|or)\s+#?\d", (COCHRANE,), True),
    (_BETWEEN.format("(?:NEXT|NEAR)"), (COCHRANE,), False),
    (r"(?<=[\w*?$\")])\s*:\s?(?:ti|ab|kw|tn|de|pt|so|au)(?:,(?:ti|ab|kw|tn|de))*(?=\s|\)|$)", (EMBASE, COCHRANE), True),
    (r"\b(?:MH|MM|MJ|DE|TX|SU|ZU|DH)\s*\(?\s*\"", (EBSCO,), False),
    (r"\b(?:Limiters|Expanders|Search modes|Narrow by \w+)\s*-", (EBSCO,), True),
    (r"\b(?:TS|TI|AB|AK|KP|AU|SO|DO|PY|DT|LA|WC|SU|ALL|UT|FO|OG|AD|CU|TO)\s*=\s*[(\"\w]", (WOS,), False),
    (r"\b(?:Indexes|Timespan|Document Types?|DocType|Databases|Languages?)\s*=|\bRefined by\b", (WOS,), False),
    (r"\b(?:TOPIC|ALL FIELDS)\s*:", (WOS,), False),
    (r"(?<=[\w*?$\")]) \((?:Topic|Title|Abstract|Author Keywords|Keyword Plus(?: \u00ae)?|All Fields|Publication Titles?|Document Types?|Publication Years?|Languages?)\)(?=\s*$|\s+(?:AND|OR|NOT)\b|\))", (WOS,), False),
    (r"\bTITLE\s*:\s*\(", (WOS, EPMC), False),
    (r"(?:\u4e3b\u9898|\u9898\u540d|\u7bc7\u540d|\u6807\u9898|\u5173\u952e\u8bcd|\u6458\u8981|\u5168\u6587|\u4e3b\u9898\u8bcd)\s*[:=\uff1a%]|\[[\u4e00-\u9fff]+(?::[\u4e00-\u9fff]+)?\]", (CHINESE,), False),
    (r"\b(?:SU|TI|KY|AB|FT|TKA|[MRUTK])\s*%?=\s*(?:'|[\u4e00-\u9fff])", (CHINESE,), False),
    (r"\bNEAR(?:\s?/\s?)?\d+\b", (WOS, EMBASE, COCHRANE, PROQUEST), True),
    (r"\bONEAR/\d+", (SCOPUS,), True),
    (r"\bNEXT/?\d+", (EMBASE, COCHRANE), True),
    (r"\b(?:TITLE-ABS|TITLE-ABS-KEY|TITLE-ABS-KEY-AUTH|TITLE|ABS|KEY|AUTHKEY|INDEXTERMS|SRCTITLE|DOCTYPE|LANGUAGE|EXACTKEYWORD|SUBJAREA|CHEMNAME)\s*\(", (SCOPUS,), False),
    (r"\bTITLE-ABS\b|\bLIMIT-TO\b|\bPUBYEAR\b|\bEXCLUDE\s*\(", (SCOPUS,), True),
    (r"\bAND NOT\b|\b[Ww]/\d+", (SCOPUS,), False),
    (r"\bPRE/\d+", (SCOPUS, PROQUEST), False),
    (r"\.(?:exact|explode)\b|\bnoft\s*\(", (PROQUEST,), True),
    (r"\b(?:pre|n|p|N|P)/\d+", (PROQUEST,), False),
    (r"\b(?:ti|ab|su|ft|all|mainsubject|mesh|emb|la|pd|dtype|rtype|stype|at|yr|pub|au|if|diskw|tiab)(?:,(?:ti|ab|su|if))*\(", (PROQUEST,), True),
    (r"(?:^|[\s(])(?:tw|mh|ti|ab|db|kw|mj|la|instance|type_of_study|year_cluster|pt)\s?:\s?[(\"\w]", (BVS,), False),
    (r"\b(?:Any Field|Index Terms?|Test & Measures|Population Group|Age Group)\s*:", (PSYCNET,), True),
    (r"\b(?:AREA|EXPAND|COVER(?:AGE)?|SEARCH)\s*\[", (REGISTER,), False),
    (r"\ball?in(?:title|text)\s*:|\bintitle\s*:|\b(?:site|filetype):\w", (SCHOLAR,), True),
    (r"\b(?:TITLE(?=:\S)|ABSTRACT|TITLE_ABS|PUB_TYPE|SRC|PUB_YEAR|FIRST_PDATE|AUTH|KW|METHODS|LANG)\s*:\s*[(\"\[\w]", (EPMC,), False),
    (r"\b(?:title|abstract|keywords?|full_text|title_abstract)\s*:\s*[(\"]|(?:^|[\s(])(?:title|abstract|title_abstract):\w", (LUCENE,), False),
    (r"\bsearch (?:publications|clinical_trials|grants)\b|\bin (?:title_abstract_only|full_data|title_only)\b|\breturn publications\b|(?<=\")~\d+", (DIMENSIONS,), True),
    (r"\b\w+\.search(?:\.exact|\.no_stem)?\s*:", (OPENALEX,), False),
    (r"(?<=[\w*\")])\s+in (?:Title|Condition|Intervention|the Title|the Condition|the Intervention)(?=\s*$|\s+(?:AND|OR|NOT)\b|\))", ("ICTRP",), False),
    (r"\"x+\"\s*:\s*[\"(\w]", (IEEE,), False),
)  # fmt: skip
UNTAGGED: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    # The same where no term has a field tag of PubMed: with one these may be words, such as the mask N95.
    (rf"{_BEGINS}(?:TI|AB|TX|SU|SO|PT|LA|AF|MW|KW)\s+[(\"\w]", (EBSCO,), False),
    (_BETWEEN.format("SAME"), (WOS,), False),
    (r"(?<=[\w*\")])\s+[NW][12]?\d\s+(?=[\w(\"])", (EBSCO,), False),
)
_COMPILED = [
    (re.compile(sign, re.IGNORECASE if either else 0), platforms, only_untagged)
    for signs, only_untagged in ((SIGNS, False), (UNTAGGED, True))
    for sign, platforms, either in signs
]
# A field tag of PubMed is letters, with `/`, `-`, `:` and a distance: [tiab], [Title/Abstract:~3], [Date - Publication].
_TAG = re.compile(
    r"(?<!AREA)(?<!EXPAND)(?<!SEARCH)(?<!COVER)\[\s*(?!mp\b)(?!mh\s)[A-Za-z1][A-Za-z0-9 /&:~-]*\](?!/)"
)
_QUOTED = re.compile(r'"[^"]*[^\W\d][^"]*"')


def foreign(rows: Iterable[tuple[int, str]]) -> tuple[str, int, str] | None:
    """(platform, row, sign) where a strategy's (row, text) are another platform's language, else None.

    Several platforms share signs: the name is that of the one that most of them belong to, or the names where they are even.
    """
    votes: Counter[str] = Counter()
    first: tuple[int, str] | None = None
    for row, text in rows:
        bare = _QUOTED.sub(lambda found: f'"{"x" * (len(found[0]) - 2)}"', text)
        without = _TAG.sub(lambda found: " " * len(found[0]), bare)
        for sign, platforms, only_untagged in _COMPILED:
            if only_untagged and without != bare:
                continue
            if match := sign.search(without):
                for platform in platforms:
                    votes[platform] += 12 // len(platforms)
                first = first or (row, _in_its_words(text, *match.span()))
    if first is None:
        return None
    most = max(votes.values())
    return " or ".join(platform for platform, count in votes.items() if count == most), *first


def _in_its_words(text: str, start: int, end: int) -> str:
    """A piece of a text with the rest of the words that it begins and ends in."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    start = text.rfind(" ", 0, start + 1) + 1
    behind = text.find(" ", end)
    return text[start : behind if behind >= 0 else len(text)]
