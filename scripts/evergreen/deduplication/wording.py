"""Do two titles say the same? Slips of the pen and habits of databases, or words that name another work."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA, Levenshtein

from evergreen.deduplication.features import CUT, ELLIPSIS, stripped
from evergreen.records.normalise import searchable, spoken


def _listed(words: str) -> frozenset[str]:
    """The words in the form that titles are compared in."""
    return frozenset(searchable(words).split())


FUNCTION = _listed(
    "a an the of in on for to with by at as into and or its their is are was were be this that these between among "
    "within versus vs v et de la le les des du der die das und y e"
)
"""Words that carry no content: databases add and drop them. Negations and `without` are none of them."""
SERIAL = _listed(
    "abstract abstracts accepted acknowledgement acknowledgements acknowledgment acknowledgments address advertisement agenda "
    "announcement announcements annual answer article articles associate author authors award awards board book books brief "
    "calendar call chair chairman chairs classified coming comment commentary comments committee conclusion "
    "conference congress content contents contributor contributors corner correction corrections correspondence corrigenda "
    "corrigendum cover current department diary director discussion editor editorial editorials editors errata erratum event "
    "events extra farewell focus foreword forthcoming forum from front general guest guide half highlights index "
    "inside instructions introducing introduction introductory invited issue issues journal keynote key letter letters list "
    "literature masthead matter meeting meetings member members message minutes miscellaneous month new news newsletter "
    "note notes notice notices number obituary obituaries online our overview page panel papers part perspective perspectives "
    "plenary postscript poster posters preamble preface preliminary presentation president presidential press proceedings "
    "program programme prologue publication publications publisher reader readers reflections remarks reply "
    "report reports retraction review reviewer reviewers reviews roundup section selected session society "
    "speaker special supplement symposium table thanks theme title today top tribute update upcoming "
    "viewpoint volume week welcome workshop year yearbook your "
    "buchbesprechung buchbesprechungen leserbrief leserbriefe beitrag tagungsbericht mitteilungen gesellschaft nachrichten heft kongress "
    "jahrestagung vorwort thema berichtigung lettre redaction numero ce dans lecture livres comptes rendus reponse auteurs auteur resumes "
    "communications carta cartas resenas resena bibliograficas libros fe erratas errores comunicaciones orales respuesta autores autor "
    "resumenes congreso presentacion desk images image clinical medicine preguntas respuestas imagen mes semana caso clinico "
    "answers arts cme con concern conferences conflict continuing courses credits date dilemma education expression grants humanities "
    "information interest job material mystery points positions presentations pro quarter questions quiz rapid remember "
    "responses rounds satellite statement supplementary symposia tips travel tricks watch web "
    "compte rendu courrier croises lecteurs lettere direttore gelesen berichtet normas publicacion societe listy redakcji mektup "
    "от письмо редакции редакцию 편집자 편집장의 서문 글"
)
"""Words that serial pieces of journals and meetings are called by: editorials, lists of contents, replies, book reviews."""
ABOUT = _listed(
    "abridged addendum addenda book comment commentary commentaries comments concern concerning correction corrections correspondence "
    "corrigenda corrigendum corrected counterpoint decision design discussion editorial editorials errata erratum foreword introduction "
    "letter letters misprint obituary plan podcast preface protocol rationale reaction rebuttal regarding rejoinder remarks replies reply republication "
    "republished respond responds response responses retraction summary supplement supplementary video withdrawal "
    "antwort berichtigung buchbesprechung erwiderung kommentar korrektur leserbrief schlusswort studienprotokoll vorwort zuschrift "
    "commentaire commentaires lettre rectificatif reponse protocole carta comentario comentarios correccion corrige erratas fe replica "
    "protocolo respuesta commento lettera replica risposta comentario correcao resposta antwoord commentaar rectificatie odpowiedz komentarz "
    "yorum yanit svar kommentti rettelse oprava ответ комментарии исправление письмо 訂正 正誤表 勘误 更正 回复 정정"
)
"""Words for what is written about a work, or beside it: its protocol, a letter, the reply, what was corrected. `searchable` form."""
BEFORE = ABOUT | _listed("club data graphical peer publisher publishers")
"""Those and others that do so before the title only: `Data from: ...`, `Journal club: ...`."""
FRAMES = _listed(
    "analysis clinical executive final graphical material patients randomised randomized statistical study systematic trial"
)
"""Words that stand beside those of `ABOUT`: a `study protocol`, an `executive summary`."""
NAMES_A_WORK = 3
"""Content words outside `SERIAL` from which a title names one work even where it has `SERIAL` words."""


def _pairs(listed: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(pair.split("/")) for pair in sorted(listed.split()))


CONTRASTS = _pairs(
    "macro/micro mater/pater matern/patern intra/infra iran/iraq stomy/tomy stemi/nstemi ileum/ilium ileal/ilial medial/median gia/sia "
    "ureter/urether ureth/uret adren/arden cox/dox mg/mug fetal/fatal phagia/phasia humeral/humoral carotid/parotid facial/fascial "
    "perine/perone insulin/inulin cystine/cysteine glucan/glycan mitosis/miosis meiosis/miosis radial/radical oral/aural"
)
"""Morphemes that make another word of the same stem although they differ in one letter, which slips of the pen do as well."""
PREFIXES = _pairs("pre/per peri/per ante/anti ab/ad af/ef di/bi un/in in/en over/ever sub/sup")
"""Such morphemes at the beginning of words: `upergulated` is `upregulated`."""
ALPHA_PRIVATIVE = _listed(
    "symptomatic symptomatically typical septic febrile vascular cellular genic synchronous sexual social symmetric symmetrical "
    "symmetry tonic morphous plastic kinetic kinesia phasia praxia systole systolic trophic"
)
"""Stems of which an `a` before them makes the opposite."""
_ABBREVIATION = 4
"""Letters up to which another letter makes another word (`LDL`, `HDL`; `IgA`, `IgG`; `Iran`, `Iraq`)."""
_WORD = 3
"""Letters from which other titles can tell whether something is a word."""
_LONG_WORDS = (7, 12)
"""Letters of a word that has few neighbours, if one of the two is known; and of one that has none."""
_SLIPS = 3
"""Slips of the pen in one title."""
_TRUNCATED_WITHIN = 60
"""Letters of a title at which they have cut it off within a word; `Niger` is no `Nigeria` that was cut off."""
_TRUNCATED = 150
"""Letters of a title at which databases have cut it off without saying so."""

_SPELLINGS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"^(?:mc|u)g$", "mug"), (r"^mu", "micro"), (r"ae|oe", "e"), (r"our", "or"), (r"([iy])s(e|ed|es|ing|er|ers|ation|ations)$", r"\1z\2"), (r"ll", "l"),
        (r"([bct])re$", r"\1er"), (r"ogue$", "og"), (r"ph", "f"), (r"ies$", "y"), (r"(?<=[a-z]{3})e?s$", ""), (r"e$", ""),
    )
)  # fmt: skip
"""What British and American spelling, singular and plural, `\u03bc` and `micro` have in common."""
_NUMERALS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "first": "1", "second": "2", "third": "3", "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8",
    "ix": "9", "x": "10", "xi": "11", "xii": "12",
}  # fmt: skip
_NUMERALS |= {
    ten * "x" + unit: str(10 * ten + at)
    for ten in (1, 2, 3)
    for at, unit in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"], 1)
}
_ROMAN = frozenset(word for word in _NUMERALS if len(word) > 1 and set(word) <= set("ivx")) - {"iv"}
"""Not `i`, `v` and `iv`, which are letters and words as well."""
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
_DIGITS = re.compile(r"\d+")
_BOUNDARY = re.compile(
    r"[:;.?!]+(?=\s|$)|[\uff1a\uff1b\u3002]|\s[-\u2013\u2014]+\s?|\u2014|[()\[\]{}\"\u201c\u201d]"
)
_EDGE = "\n"
_AMPERSAND = re.compile(r"&(?:amp;)?(?![#\w]+;)")
_PLAIN = re.compile(r"[a-z0-9]+|\n")
_CODED = frozenset("&<>'`\\$")
_CUT = re.compile(CUT)
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Signs of scripts that put no blanks between words: each counts as a word."""

SAME, TYPO, SLIP, WORDS, OTHER = 2, 1, 0, -1, -2


@dataclass(frozen=True)
class Words:
    """Words of a title, the positions before which a new part begins (a subtitle, a bracket), and whether it ends in an ellipsis."""

    words: list[str]
    edges: frozenset[int]
    cut: bool = False

    @classmethod
    @lru_cache(maxsize=1 << 14)
    def of(cls, title: str) -> Words:
        """Words of a title as a database writes it, without its notes (`[42 refs]`)."""
        words: list[str] = []
        edges = set()
        bare = spoken(stripped(title))
        marked = _BOUNDARY.sub(_EDGE, _AMPERSAND.sub(" and ", bare) if "&" in bare else bare)
        if marked.isascii() and not _CODED & set(marked):
            # what `searchable` gives for plain titles
            for word in _PLAIN.findall(marked.lower()):
                if word == _EDGE:
                    edges.add(len(words))
                else:
                    words.append(word)
            return cls(words, frozenset(edges | {0, len(words)}), _ends_open(title))
        for piece in marked.split(_EDGE):
            edges.add(len(words))
            words += _UNSPACED.sub(r" \g<0> ", searchable(piece)).split()
        return cls(words, frozenset(edges | {len(words)}), _ends_open(title))


def _ends_open(title: str) -> bool:
    return ("..." in title or ELLIPSIS in title) and bool(_CUT.search(title))


def names_a_work(title: str) -> bool:
    """Whether a title says enough: what is left of `Introduction to the special issue` without `SERIAL` words is nothing."""
    words = set(searchable(title).split()) - FUNCTION
    content = {word for word in words if len(word) > 1 and not word.isdigit()}
    telling = content - SERIAL
    return len(telling) >= (NAMES_A_WORK if len(telling) < len(content) else 2)


def compare_titles(a: str, b: str, known: Callable[[str], bool] = lambda word: False) -> int:
    """SAME: no content word differs; SLIP: letters of a word do, as slips of the pen do; TYPO: so they do in a long word that is
    `known` from other titles of the set, and make none; WORDS: they make another known word; OTHER: another content word.
    """
    x, y = Words.of(a), Words.of(b)
    slips, lowest = 0, SAME
    for here, there in _differences(x.words, y.words):
        here, there = _without_part(x, here, y, there), _without_part(y, there, x, here)
        left, right = x.words[here], y.words[there]
        if left and right:
            level = _replaced(left, right, known)
        else:
            level = _added(*((x, here) if left else (y, there)))
        if level == OTHER and not _cut(x, y, here, there, known):
            return OTHER
        if level != OTHER:
            slips, lowest = slips + (level < SAME), min(lowest, level)
    return OTHER if slips > _SLIPS else lowest


def _differences(a: list[str], b: list[str]) -> list[tuple[slice, slice]]:
    """Stretches of words that differ, as long as they go."""
    found: list[tuple[slice, slice]] = []
    for step in Levenshtein.opcodes(a, b):
        if step.tag == "equal":
            continue
        here, there = slice(step.src_start, step.src_end), slice(step.dest_start, step.dest_end)
        if found and found[-1][0].stop == here.start and found[-1][1].stop == there.start:
            before = found.pop()
            here, there = slice(before[0].start, here.stop), slice(before[1].start, there.stop)
        found.append((here, there))
    return found


def _without_part(title: Words, where: slice, other: Words, there: slice) -> slice:
    """A stretch at the end without the part of its own that stands behind what the other title ends in."""
    stop = where.start + there.stop - there.start
    behind = where.stop == len(title.words) and there.stop == len(other.words) and stop in title.edges
    return slice(where.start, stop) if behind and where.start < stop < where.stop else where


def _added(title: Words, where: slice) -> int:
    """Words that one title has and the other has not: function words, a part of its own at the end or start, or content."""
    if all(word in FUNCTION for word in title.words[where]):
        return SAME
    begins, ends = where.start == 0, where.stop == len(title.words)
    part = (ends and where.start in title.edges) or (begins and where.stop in title.edges)
    return SAME if part and not _about(title.words[where], begins) else OTHER


def _about(part: list[str], first: bool) -> bool:
    """Whether a part of a title says that the rest is the title of another work: `Reply to: ...`, `...: study protocol`.

    Before the other's title one such word is enough, where names may be (`Letter by Moe regarding`); behind it
    (`...: the response to treatment`) all words are of that sort.
    """
    telling = [word for word in part if word not in FUNCTION]
    if first:
        return not BEFORE.isdisjoint([*telling[:1], *telling[-1:], "".join(telling)])
    return any(word in ABOUT for word in telling) and all(word in ABOUT | SERIAL | FRAMES for word in telling)


def _cut(x: Words, y: Words, here: slice, there: slice, known: Callable[[str], bool]) -> bool:
    """The difference is what was cut off at the end of one title: in a word, or where databases cut."""
    if here.stop < len(x.words) or there.stop < len(y.words):
        return False
    left, right = x.words[here], y.words[there]
    (short, title), (long, _) = sorted([(left, x), (right, y)], key=lambda side: len("".join(side[0])))
    if title.cut and all(word in FUNCTION for word in short):
        short = []  # `negative and …`, `negative & equivocal smears`
    if short and not "".join(long).startswith("".join(short)):
        return title.cut and _replaced(short, long[: len(short)], known) == SLIP
    within = bool(short) and len(short[-1]) < len(long[len(short) - 1])
    if within and short[-1] in _NUMERALS:
        return False  # part I of part II
    letters = len("".join(title.words))
    return title.cut or letters >= (_TRUNCATED_WITHIN if within else _TRUNCATED)


def _replaced(left: list[str], right: list[str], known: Callable[[str], bool]) -> int:
    if any(word[0].isdigit() for word in left + right):
        left, right = ([_numeral(word) for word in side] for side in (left, right))
    if _counted(left) != _counted(right):
        return OTHER
    a, b = "".join(left), "".join(right)
    if a == b or _spelled(a) == _spelled(b):
        return SAME
    if all(word in FUNCTION for word in left + right):
        return OTHER if len(a) == len(b) == 1 else SLIP  # hepatitis A and hepatitis E
    if len(left) != len(right):
        # `de novo` for `the novo`: what is left without function words
        bare = [[word for word in side if word not in FUNCTION] for side in (left, right)]
        if len(bare[0]) == len(bare[1]) and bare != [left, right]:
            left, right = bare
        elif OSA.distance(a, b, score_cutoff=1) > 1:
            return OTHER
        else:
            return _slip(a, b, known)
    level = SAME
    for one, other in zip(left, right, strict=True):
        if one != other and _spelled(one) != _spelled(other):
            level = min(level, _slip(one, other, known))
    return level


def _numeral(word: str) -> str:
    return _NUMERALS.get(word, _ORDINAL.sub(r"\1", word))


def _counted(words: list[str]) -> list[str]:
    """The numbers of the words in their order: `1 5` are two, `i ii` too, `10 000` is one."""
    found = [
        number
        for word in words
        for number in ([_NUMERALS[word]] if word in _ROMAN else _DIGITS.findall(word))
    ]
    thousands = len(found) > 1 and found == words and all(len(number) == 3 for number in found[1:])
    return ["".join(found)] if thousands else found


def _slip(a: str, b: str, known: Callable[[str], bool]) -> int:
    """Whether one word is the other with a letter lost, doubled, changed or two exchanged, or is another word."""
    if OSA.distance(a, b, score_cutoff=1) > 1:
        return SLIP if a in FUNCTION and b in FUNCTION else OTHER
    if a in _NUMERALS and b in _NUMERALS:
        return OTHER
    short, long = sorted((a, b), key=len)
    changed = len(a) == len(b) and sum(p != q for p, q in zip(a, b, strict=True)) == 1
    if changed and len(a) <= _ABBREVIATION and (len(a) == 1 or not (a in FUNCTION or b in FUNCTION)):
        return OTHER
    if _DIGITS.search(a + b):
        return WORDS
    if a in FUNCTION or b in FUNCTION:
        return SLIP
    if _contrast(short, long):
        return OTHER
    if len(short) >= _WORD and known(a) and known(b):
        return WORDS
    # another letter in its place makes rare words (`perineal`, `peroneal`) more often than a lost, added or exchanged one
    few, none = _LONG_WORDS
    alone = len(long) >= none or (len(long) >= few and (known(a) or known(b)))
    return TYPO if alone and not changed else SLIP


@lru_cache(maxsize=1 << 14)
def _spelled(word: str) -> str:
    for pattern, instead in _SPELLINGS:
        word = pattern.sub(instead, word)
    return word


def _contrast(a: str, b: str) -> bool:
    """The words, the shorter one first, differ in a morpheme that makes another word of the same stem."""
    if a in ALPHA_PRIVATIVE and b == "a" + a:
        return True
    for x, y in ((a, b), (b, a)):
        if any(x.replace(p, q, 1) == y or x.replace(q, p, 1) == y for p, q in CONTRASTS):
            return True
        if any(x.startswith(p) and q + x.removeprefix(p) == y for p, q in PREFIXES):
            return True
        if any(x.startswith(q) and p + x.removeprefix(q) == y for p, q in PREFIXES):
            return True
    return False


# --- abstracts ---------------------------------------------------------------------------------------------------

_ENOUGH = 15
"""Pairs of words from which two abstracts can be told apart."""
_SAME_START = 80
"""Letters at the beginning that no two abstracts share."""
_CLEARLY = 0.35
"""Share of the shorter abstract's pairs of words, below which the other is another abstract."""


def abstracts_differ(a: str, b: str, title: str = "") -> bool:
    """Clearly different abstracts: most of what the shorter one says is not in the longer one, the words of the title aside."""
    if a in b or b in a or a[:_SAME_START] == b[:_SAME_START]:
        return False
    common = set(Words.of(title).words)
    pairs = []
    for abstract in (a, b):
        words = searchable(abstract).split()
        pairs.append({(p, q) for p, q in pairwise(words) if not (p in common and q in common)})
    fewer = min(map(len, pairs))
    return fewer >= _ENOUGH and len(pairs[0] & pairs[1]) < _CLEARLY * fewer
