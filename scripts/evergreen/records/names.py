"""Names of authors: the family name and what is given with it, in any of the orders that databases use."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from evergreen.absent import absent
from evergreen.records.normalise import clean, searchable


class Name(NamedTuple):
    """A person (`family`, `given` or initials) or, with `given` empty, a group or a single name."""

    family: str
    given: str

    def __str__(self) -> str:
        return f"{self.family}, {self.given}" if self.given else self.family


_GROUP = re.compile(
    r"\b(?:group|grp|investigators?|collaborat\w+|committee|consortium|network|society|association|team|trial(?:ists)?|study|"
    r"organi[sz]ation|institute|foundation|cent(?:er|re)s?|council|university|hospital|registry|program(?:me)?|alliance|"
    r"authors?|writers|staff|department|ministry|agency|inc|ltd|gmbh|pharma\w*|academy|college|commission|federation|administration|bureau|task force|initiative|on behalf)\b",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"[^\W\d_a-zß-öø-ÿ](?:[.\s-]*[^\W\d_a-zß-öø-ÿ]){0,3}\.?|(?:[^\W\d_]{1,2}\.[\s-]*)+")
_END_OF_LIST = re.compile(
    r"(?:group|grp|investigators|collaborators|committee|consortium|network|trialists|team)\.$", re.IGNORECASE
)
"""A group with the full stop of the list that it ends, as PubMed's tables have it."""
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|2nd|3rd|4th)\.?$", re.IGNORECASE)
_PARTICLE = re.compile(
    "van|von|der|den|de|del|della|di|da|dos|das|du|la|le|el|al|bin|ibn|ten|ter|zu|zur|af|av", re.I
)


_RUN_TOGETHER = re.compile(
    r"[^\W\d_]+\W+\S*(?<=[a-zß-öø-ÿ])(?<!\bMc)(?<!\bMac)(?<!\b[DL][aeiou])(?<!\bDel)(?<!\bVan)(?<!\bFitz)(?<!\b[SU]t)(?<!\bAl)(?<!\bEl)[A-ZÀ-ÖØ-Þ]"
    r"[^\W\d_'’-]+\S*\s+\S"  # `Lei ZhaoYan-Yan Yang`, as SpringerLink writes
    r"|[^\W\d_]{2,}\s+(?:[A-ZÀ-ÖØ-Þ]\.-?)+[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{2,}"  # `Adeli K.Lewis G. F.`
    r"|[^\W\d_]{2,}\s+(?!IJ)[A-ZÀ-ÖØ-Þ]{2,4}[a-zß-öø-ÿ]{2,}\s+(?:[A-ZÀ-ÖØ-Þ]{1,3}\b|\S+\s+[A-ZÀ-ÖØ-Þ]{1,3}$)"  # `Smith JDoe A`
)
_GLUED_INITIALS = re.compile(r"^((?:[A-ZÀ-ÖØ-Þ]\.-?){1,4})(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]\S+$)")
"""`J.R.Doe`"""
_WITH_INITIALS_BEHIND = re.compile(r"\s(?:[A-ZÀ-ÖØ-Þ]\.?-?){1,2}$")
_NEARLY_EVERY = re.compile(
    r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]+(?:-[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]+)?,"
    r" (?:[A-ZÀ-ÖØ-Þ]{1,3}|(?:[A-ZÀ-ÖØ-Þ]\.)+|[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+)(?:[ -](?:[A-ZÀ-ÖØ-Þ]\.?|[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+))*"
)  # `Smith-Jones, John A.`: as the record table has it, nothing to look at closer
_INITIALS_BEFORE_COMMA = re.compile(
    r"^[^,]+\s(?:[A-Z]\.?-?){1,3},[^,]+\s(?:[A-Z]\.?-?){1,3}(?:,|$)"
)  # `Liu R., Adler D.G.` in one field
_DEGREE = re.compile(
    r"(?:jr|sr|[iv]+|\dnd|\drd|\dth|m\.?d|ph\.?d|m\.?sc|b\.?sc|m\.?p\.?h|d\.?sc|r\.?n|m\.?a|dr|prof|frcp\w*)\.?",
    re.IGNORECASE,
)


_TITLE = re.compile(
    r"(?:M\.?D|Ph\.?D|M\.?Sc|M\.?S|B\.?Sc|M\.?P\.?H|D\.?Sc|R\.?N|M\.?B\.?B\.?S|D\.?Phil|Dr\.?P\.?H|D\.?O|Pharm\.?D|FRCP\w*|FRCS\w*|FACP|FACS)\.?"
)
_NO_INITIALS = re.compile(r"[a-z]|^[A-Z.]{4,}$")
"""A degree behind a whole name, as journals' pages write it; `MD` alone may be initials (`van den Berg, MD`)."""


_FAMILY_IN_CAPITALS = re.compile(
    r"([A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’-]{4,}(?: [A-ZÀ-ÖØ-Þ'’-]{2,})*) ([A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ].*)"
)
"""`DUPONT Jean Marc`; of fewer than five capitals the first word may be initials."""
_NAME_IN_CAPITALS = re.compile(r"[^\W\d_]{2,}\s")
"""`ROE R` of `DOE J, ROE R`; initials apart have one letter each."""
_MOST_INITIALS = 4
_CAPITALS = "[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’-]"
_FAMILY_LAST = re.compile(
    rf"(?P<given>(?!The )[A-ZÀ-ÖØ-Þ][^,]*?[a-zß-öø-ÿ][^,]*?) (?P<family>(?:(?:(?i:{_PARTICLE.pattern})|{_CAPITALS}{{2,}}) )*{_CAPITALS}+)"
)
"""`Wei WANG`, `Jan van ES`, `Ana GARCIA LEON`; not `for the CHARM`."""
_FAMILY_FIRST = re.compile(rf"(?P<family>{_CAPITALS}+) (?P<given>[A-ZÀ-ÖØ-Þ][^\s,]*[a-zß-öø-ÿ][^,]*)")
_WITH_DEGREES = re.compile(rf"([^,]+?\s[^,]+?)((?:,?\s(?:{_TITLE.pattern}))+)")
_ENDS_OTHERWISE = re.compile(rf"\s(?:{_TITLE.pattern}|(?i:{_SUFFIX.pattern.strip('^$')}))$")
_NUMBERED = re.compile(r"[\d\u00b9\u00b2\u00b3\u2070-\u2079]")
_CONSONANT = "[B-DF-HJ-NP-TV-Z]"
_SYLLABLE = f"(?:{_CONSONANT}[HLRW]?|S[CKMNPT])?[AEIOUY]{{1,2}}(?:[CLMNRST]?{_CONSONANT})?"
_SPOKEN_NAME = re.compile(rf"(?=[A-Z]{{{_MOST_INITIALS}}}$)(?:{_SYLLABLE}){{1,2}}")
"""`WANG`, `OWEN`, `CRUZ`: as many capitals as initials may be, that can be spoken; `WJHJ` cannot."""
_TELLS = re.compile(
    rf"[A-ZÀ-ÖØ-Þ]{{{_MOST_INITIALS}}}|[A-Z]{{3}},?\s[A-Z]|[,\s](?:M\.D|Ph\.?D|M\.?Sc|B\.?Sc|D\.?Sc|D\.?Phil|Dr\.?P\.?H|Pharm\.?D|M\.?B\.?B\.?S|FRC[PS]|FAC[PS])\b"
)
"""What a name may say of itself and the others of its list: a family name in capitals, a degree that is no initials."""


@lru_cache(maxsize=1 << 18)
def apart(text: str) -> bool:
    """Whether `text` is one name: not several that run together, and no list that cannot be taken apart."""
    _, *given = (part.strip() for part in text.split(","))
    if len(given) > 1 and not _GROUP.search(text):
        last = given[2:] if _SUFFIX.match(given[0]) else given[1:]  # `Doe, Jr, Ann`, as BibTeX has it
        pieces = [piece for piece in last if piece and not _DEGREE.fullmatch(piece)]
        if pieces:
            return False
    if text.startswith(("[", "c(", "{")) and len(given) > 0:
        return False
    return not _RUN_TOGETHER.search(text) or bool(_GROUP.search(text))


@lru_cache(maxsize=1 << 18)
def parse_name(text: str) -> Name:
    """Name in `text`: `Smith, John A`, `Smith JA`, `Smith J.A.`, `JA Smith`, `John A. Smith`, `van der Berg J`.

    A group (`RECORD Study Group`) and a single word are a family name without a given one, and so is what is not `apart`: it is not
    guessed at. Suffixes (Jr, 3rd) go to the given names.
    """
    if ".-" not in text and _NEARLY_EVERY.fullmatch(text):
        return Name(*text.split(", "))
    text = _AND_OTHERS.sub("", clean(text)).strip(" ,;*†‡§¶#")
    if not apart(text):
        return Name(text, "")
    text = _GLUED_INITIALS.sub(r"\1 ", text)
    if "," in text:
        family, given = (part.strip() for part in text.split(",", 1))
        if " " in family and _GROUP.search(family):
            return Name(text, "")
        degrees = [piece.strip() for piece in given.split(",")]
        named = any(map(_NO_INITIALS.search, degrees)) or _WITH_INITIALS_BEHIND.search(family)
        if " " in family and named and all(map(_TITLE.fullmatch, degrees)):
            return parse_name(family)  # `John Smith, MD, PhD`, `Doe J, MD`
        if len(degrees) == 2 and _SUFFIX.match(degrees[0]):
            degrees.reverse()
        return Name(family, ", ".join(filter(None, degrees)))
    words = text.split()
    if len(words) < 2 or _GROUP.search(text):
        return Name(text, "")
    while len(words) > 2 and _TITLE.fullmatch(words[-1]) and _NO_INITIALS.search(words[-1]):
        words.pop()  # `Bob Roe PhD`
    if first := _FAMILY_IN_CAPITALS.match(" ".join(words)):
        return Name(first[1], first[2])
    suffix = ""
    while len(words) > 2 and words[-1].islower() and _PARTICLE.fullmatch(words[-1]):
        suffix = f" {words.pop()}{suffix}"  # `Vries J de`
    if all(word.islower() and _PARTICLE.fullmatch(word) for word in words[:-1]):
        return Name(text, "")
    if len(words) > 2 and _SUFFIX.match(words[-1]) and not words[-2].endswith("."):
        suffix = f", {words.pop()}{suffix}"
    if _INITIALS.fullmatch(words[-1]) and not _lone_initials(words):
        cut = len(words) - 1
        while (
            cut > 1
            and _INITIALS.fullmatch(words[cut - 1])
            and (words[cut - 1].endswith(".") or len(words[cut - 1]) == 1)
        ):
            cut -= 1
        return Name(" ".join(words[:cut]), " ".join(words[cut:]) + suffix)
    cut = len(words) - 1
    while cut > 1 and _PARTICLE.fullmatch(words[cut - 1]):
        cut -= 1
    return Name(" ".join(words[cut:]), " ".join(words[:cut]) + suffix)


@lru_cache(maxsize=1 << 18)
def names_in(text: str) -> tuple[tuple[str, ...], bool]:
    """(names as `Family, Given`, whether each is `apart`) of a field that names one author, or none, or by mistake several."""
    if _NEARLY_EVERY.fullmatch(text):
        return (text,), True
    if nobody(text):
        return (), True
    several = _INITIALS_BEFORE_COMMA.search(text) or _JOINED.search(text)
    names = split_authors(text) if several else [text]
    return tuple(str(parse_name(name)) for name in names), all(map(apart, names))


def told_together(names: Sequence[str]) -> Sequence[str]:
    """The names of one record, each put so that it can be read by itself: without the numbers of places, and what is initials or a degree in
    one (`Wei WANG`, `Ann Doe, MD`) told by others of the list (`Jing ZHANG`, `Bob Roe, PhD`)."""
    if _NUMBERED.search("\n".join(names)):
        names = [_MARK_BEHIND.sub("", name) if " " in name else name for name in names]
        names = [name if _GROUP.search(name) else _MARK_BEHIND_CAPITALS.sub(r"\1", name) for name in names]
    if not _TELLS.search("\n".join(names)):  # nearly every list
        return names
    degreed = {name: found for name in names if (found := _WITH_DEGREES.fullmatch(name))}
    said = any(_NO_INITIALS.search(degree) for one in degreed.values() for degree in _TITLE.findall(one[2]))
    names = [
        degreed[name][1] if name in degreed and (said or _in_capitals(degreed[name][1])) else name
        for name in names
    ]
    people = [name for name in names if not _GROUP.search(name) and not _ENDS_OTHERWISE.search(name)]
    last, first = (
        {name: one for name in people if (one := order.fullmatch(name))}
        for order in (_FAMILY_LAST, _FAMILY_FIRST)
    )
    says_last, says_first = (_told(found.values(), len(people)) for found in (last, first))
    if says_last == says_first:
        return names
    order = last if says_last else first
    return [f"{order[name]['family']}, {order[name]['given']}" if name in order else name for name in names]


def _in_capitals(name: str) -> bool:
    """`John SMITH`, behind whom `MD` is a degree; not `Van DYKE`."""
    found = _FAMILY_LAST.fullmatch(name)
    return found is not None and len(found["family"]) > 2 and not _PARTICLE.fullmatch(found["given"])


def _told(found: Collection[re.Match[str]], people: int) -> bool:
    """Whether the capitals of these names are those of families: of one there are too many for initials, or, where all `people` are named
    so, they make a word."""
    families = [one["family"] for one in found]
    if any(len(family) > _MOST_INITIALS for family in families):
        return True
    all_so = len(families) == people and min(map(len, families), default=0) > 2
    return all_so and any(map(_SPOKEN_NAME.fullmatch, families))


def _lone_initials(words: list[str]) -> bool:
    """`JA LI`: all capitals with the longer word last, or dotted initials first, so the last word is the family name."""
    return len(words) == 2 and words[0].endswith(".") and not words[1].endswith(".") and len(words[1]) > 1


_NO_LIST = frozenset(("c()", "character(0)", "list()"))
_AND_OTHERS = re.compile(r"(?<=\S)[\s,;]+et\.? al\.?$", re.IGNORECASE)
_SEPARATOR = re.compile(r"<br\s*/?>|[\uff1b\u3001\t]|\s[\u2022\u00b7/]\s|(?<!:)//", re.IGNORECASE)
"""What separates names and is no sign of a name: line breaks of web pages, semicolons of East Asia, tabs, bullets, two slashes of EndNote."""
_MARK_OF_PLACE = re.compile(
    r"\s*\[\d+(?:,\s?\d+)*\]|\s+\(\d{1,2}\)|\s*\((?:\d{6,}|(?:\d{4}-){3}\d{3}[\dX]|[^()]*[Oo][Rr][Cc][Ii][Dd][^()]*)\)"
    r"|(?:(?<=[a-z.])|(?<=\s[A-Z])|(?<=\s[A-Z]{2}))(?:\d{1,2}(?:,\d{1,2})*|[\u00b9\u00b2\u00b3\u2070-\u2079,]*[\u00b9\u00b2\u00b3\u2070-\u2079])[*†‡§¶#]*(?=\s*(?:[,;|]|$|and\s|&\s))"
)
"""Numbers behind a name: of its affiliation, ORCID, the number that a database gives it."""
_MARK_BEHIND = re.compile(rf"(?:{_MARK_OF_PLACE.pattern})$")
_MARK_BEHIND_CAPITALS = re.compile(
    r"^((?!The )[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]\S* (?:\S+ )*[A-ZÀ-ÖØ-Þ'’-]{3,})\d{1,2}(?:,\s?\d{1,2})*[*†‡§¶#]*$"
)
_LIST = re.compile(r"(?:c|list|array|set)?\s*[\[({](.*)[\])}]", re.DOTALL)
_QUOTED = re.compile(r"""[urb]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)
_BARE_LIST = re.compile(r"""\[[^\[\]"'{]*,[^\[\]"'{]*\]""")
"""A list that a program wrote without quotes: `[Ann Doe, Bob Roe]`."""
_NOBODY = re.compile(r"\W*(?:(?:and )?others|et al|anonymous|anon|unknown)\W*", re.IGNORECASE)
_WITH_INITIALS = r"(?:[^\W\d_][\w'’-]+ (?:[A-ZÀ-ÖØ-Þ]\.?-?){1,3}|(?:[A-ZÀ-ÖØ-Þ]\.[ -]?){1,3}[^\W\d_][\w'’-]+)"
_JOINED = re.compile(rf"\b({_WITH_INITIALS}),?\s+(?:and|&|und|et|y|e|och|og)\s+(?={_WITH_INITIALS})")
"""`Doe A und Roe B`: between two whole names `y` and `e` are no part of one, as in `Ramón y Cajal S`."""
_AND_BEFORE = re.compile(r"(?:and|und|&)\s+")
_SEVERAL_WORDS = re.compile(
    r"\S\s+\S|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)  # names of East Asia are written without a blank


_EAST_ASIA = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{2,4}")
"""A whole name of China or Korea, family name first."""


def nobody(text: str) -> bool:
    """Whether `text` stands where nobody is named: `et al.`, `[Anonymous]`, `[No author name available]`."""
    return bool(_NOBODY.fullmatch(text)) or absent(text)


def split_authors(text: str) -> list[str]:
    """The names in one cell: a list of Python, JSON or R; separated by `;`, `|`, line ends, ` and ` (BibTeX), ` & `; else by commas.

    With commas, `Smith, J., Doe, A.` is read as pairs where every second piece is initials. Where commas may separate names as well as
    parts of them (`Doe, Ann, Roe, Bob`) the cell stays whole: it is not `apart`.
    """
    text = _SEPARATOR.sub(";", html.unescape(text.strip()) if "&" in text else text.strip())
    if "\uff0c" in text:
        text = text.replace("\uff0c", ", " if re.search("[A-Za-z]", text) else ";")
    text = _AND_OTHERS.sub("", _MARK_OF_PLACE.sub("", text))
    text = _JOINED.sub(r"\1; " if ";" in text else r"\1 and ", text)
    if text in _NO_LIST or absent(text):
        return []
    if _BARE_LIST.fullmatch(text) and not nobody(text):
        text = text[1:-1]
    if (listed := _listed(text)) is not None:
        return listed
    for separator in (";", "|", "\n"):
        if separator in text:
            return _pieces(text.split(separator))
    if re.search(r"\s(?:and|AND|&)\s", text):
        pieces = re.split(r",?\s+(?:and|AND|&)\s+", text)
        if any(piece.count(",") > 1 for piece in pieces) or (
            len(pieces) == 2 and "," in pieces[0] and "," not in pieces[1]
        ):
            return [name for piece in pieces for name in split_authors(piece)]
        return _pieces(pieces)
    return _by_commas(_pieces(text.split(",")), text)


def _listed(text: str) -> list[str] | None:
    """The names of a list that a program wrote, or None where `text` is none."""
    inside = _LIST.fullmatch(text)
    if inside is None or not inside.group(1).strip():
        return None
    if text.startswith(("[{", "{")) and (objects := _objects(text)) is not None:
        return objects
    quoted = _QUOTED.findall(inside.group(1))
    if not quoted or re.search(r"[^\s,]", _QUOTED.sub("", inside.group(1))):
        return None
    names = _pieces([_unquoted(one) for one in quoted])
    return split_authors(names[0]) if len(names) == 1 else names


def _unquoted(text: str) -> str:
    """What a quoted text says; as it stands where its escapes are none."""
    try:
        return _whole_characters(str(ast.literal_eval(text)))
    except (SyntaxError, ValueError):
        return text[1:-1]


def _whole_characters(text: str) -> str:
    """`text` with the halves of characters that escapes name (`\\ud83d\\ude00`) put together; a half alone can be written nowhere."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _objects(text: str) -> list[str] | None:
    """Names of a JSON list of people, as services write them; a person is named whole or in parts."""
    try:
        people = json.loads(text)
    except ValueError:
        try:
            people = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    names = []
    for person in people if isinstance(people, list) else [people]:
        if not isinstance(person, dict):
            return None
        if isinstance(person.get("author"), dict):
            person = person["author"]  # as OpenAlex has it
        person = {str(key).lower(): value for key, value in person.items() if isinstance(value, str)}
        family = next(
            (
                person[key]
                for key in ("family", "last", "lastname", "last_name", "surname")
                if person.get(key)
            ),
            "",
        )
        given = next(
            (
                person[key]
                for key in ("given", "first", "firstname", "first_name", "forename")
                if person.get(key)
            ),
            "",
        )
        whole = next(
            (
                person[key]
                for key in ("name", "display_name", "full_name", "fullname", "author", "literal")
                if person.get(key)
            ),
            "",
        )
        names.append(_whole_characters(f"{family}, {given}" if family and given else family or whole))
    return _pieces(names) if all(names) else None


def _by_commas(pieces: list[str], text: str) -> list[str]:
    named = [piece for piece in pieces if not nobody(piece)]
    if all(map(_EAST_ASIA.fullmatch, named)):
        return pieces
    if len(named) == 2 and not _whole(named[0]):
        family, given = named
        group = (_GROUP.search(family) or family.isupper()) and bool(re.fullmatch(r"\S+\s+\S{1,3}", given))
        if not group and (" " not in family or " " not in given or _PARTICLE.fullmatch(family.split()[0])):
            return [f"{family}, {given}"]
    initials = all(_INITIALS.fullmatch(piece) and not _NAME_IN_CAPITALS.match(piece) for piece in named[1::2])
    if len(named) > 1 and len(named) % 2 == 0 and initials:
        return [f"{family}, {given}" for family, given in zip(named[::2], named[1::2], strict=True)]
    if len(named) > 2 and not all(map(_SEVERAL_WORDS.search, named)) and not any(map(_whole, named[::2])):
        return [text]
    return pieces


def _whole(piece: str) -> bool:
    """Whether a piece has initials beside a family name: `Smith J`, `J. Smith`."""
    words = piece.split()
    return len(words) > 1 and bool(_INITIALS.fullmatch(words[-1]) or _INITIALS.fullmatch(words[0]))


def _pieces(parts: list[str]) -> list[str]:
    bare = (part.strip().rstrip(",") for part in parts)
    named = [
        piece[found.end() :] if (found := _AND_BEFORE.match(piece)) else piece for piece in bare if piece
    ]
    if named and _END_OF_LIST.search(named[-1]):
        named[-1] = named[-1].removesuffix(".")
    return [piece[1:-1] if _QUOTED.fullmatch(piece) and piece[0] in "'\"" else piece for piece in named]


def first_author(authors: str) -> str:
    """Searchable family name of the first of `authors` (joined by `"; "`)."""
    return first_family(authors.split(";", 1)[0])


@lru_cache(maxsize=1 << 16)
def first_family(name: str) -> str:
    return searchable(parse_name(name).family)
