"""Lists of authors as programs and people write them, taken apart into names, and what the names of a list tell of one another."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from evergreen.absent import absent
from evergreen.records.name_words import (
    AND_OTHERS,
    GROUP,
    INITIALS,
    MARK_OF_PLACE,
    NO_INITIALS,
    PARTICLE,
    SUFFIX,
    TITLE,
)
from evergreen.records.names import LONGEST, NEARLY_EVERY, apart, parse_name

_INITIALS_BEFORE_COMMA = re.compile(
    r"^[^,]+\s(?:[A-Z]\.?-?){1,3},[^,]+\s(?:[A-Z]\.?-?){1,3}(?:,|$)"
)  # `Liu R., Adler D.G.` in one field
_NAME_IN_CAPITALS = re.compile(r"[^\W\d_]{2,}\s")
"""`ROE R` of `DOE J, ROE R`; initials apart have one letter each."""
_END_OF_LIST = re.compile(
    r"(?:group|grp|investigators|collaborators|committee|consortium|network|trialists|team)\.$", re.IGNORECASE
)
"""A group with the full stop of the list that it ends, as PubMed's tables have it."""
_MOST_INITIALS = 4
_CAPITALS = "[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’-]"
_FAMILY_LAST = re.compile(
    rf"(?P<given>(?!The )[A-ZÀ-ÖØ-Þ][^,]*?[a-zß-öø-ÿ][^,]*?) (?P<family>(?:(?:(?i:{PARTICLE.pattern})|{_CAPITALS}{{2,}}) )*{_CAPITALS}+)"
)
"""`Wei WANG`, `Jan van ES`, `Ana GARCIA LEON`; not `for the CHARM`."""
_FAMILY_FIRST = re.compile(rf"(?P<family>{_CAPITALS}+) (?P<given>[A-ZÀ-ÖØ-Þ][^\s,]*[a-zß-öø-ÿ][^,]*)")
_WITH_DEGREES = re.compile(rf"([^,]+?\s[^,]+?)((?:,?\s(?:{TITLE.pattern}))+)")
_ENDS_OTHERWISE = re.compile(rf"\s(?:{TITLE.pattern}|(?i:{SUFFIX.pattern}))$")
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
def names_in(text: str) -> tuple[tuple[str, ...], bool]:
    """(names as `Family, Given`, whether each is `apart`) of a field that names one author, or none, or by mistake several."""
    if NEARLY_EVERY.fullmatch(text):
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
        names = [name if GROUP.search(name) else _MARK_BEHIND_CAPITALS.sub(r"\1", name) for name in names]
    if not _TELLS.search("\n".join(names)) or max(map(len, names)) > LONGEST:  # nearly every list
        return names
    degreed = {name: found for name in names if (found := _WITH_DEGREES.fullmatch(name))}
    said = any(NO_INITIALS.search(degree) for one in degreed.values() for degree in TITLE.findall(one[2]))
    names = [
        degreed[name][1] if name in degreed and (said or _in_capitals(degreed[name][1])) else name
        for name in names
    ]
    people = [name for name in names if not GROUP.search(name) and not _ENDS_OTHERWISE.search(name)]
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
    return found is not None and len(found["family"]) > 2 and not PARTICLE.fullmatch(found["given"])


def _told(found: Collection[re.Match[str]], people: int) -> bool:
    """Whether the capitals of these names are those of families: of one there are too many for initials, or, where all `people` are named
    so, they make a word."""
    families = [one["family"] for one in found]
    if any(len(family) > _MOST_INITIALS for family in families):
        return True
    all_so = len(families) == people and min(map(len, families), default=0) > 2
    return all_so and any(map(_SPOKEN_NAME.fullmatch, families))


_NO_LIST = frozenset(("c()", "character(0)", "list()"))
_SEPARATOR = re.compile(r"<br\s*/?>|[\uff1b\u3001\t]|\s[\u2022\u00b7/]\s|(?<!:)//", re.IGNORECASE)
"""What separates names and is no sign of a name: line breaks of web pages, semicolons of East Asia, tabs, bullets, two slashes of EndNote."""
_MARK_BEHIND = re.compile(rf"(?:{MARK_OF_PLACE.pattern})$")
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
    text = AND_OTHERS.sub("", MARK_OF_PLACE.sub("", text))
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
        group = (GROUP.search(family) or family.isupper()) and bool(re.fullmatch(r"\S+\s+\S{1,3}", given))
        if not group and (" " not in family or " " not in given or PARTICLE.fullmatch(family.split()[0])):
            return [f"{family}, {given}"]
    initials = all(INITIALS.fullmatch(piece) and not _NAME_IN_CAPITALS.match(piece) for piece in named[1::2])
    if len(named) > 1 and len(named) % 2 == 0 and initials:
        return [f"{family}, {given}" for family, given in zip(named[::2], named[1::2], strict=True)]
    if len(named) > 2 and not all(map(_SEVERAL_WORDS.search, named)) and not any(map(_whole, named[::2])):
        return [text]
    return pieces


def _whole(piece: str) -> bool:
    """Whether a piece has initials beside a family name: `Smith J`, `J. Smith`."""
    words = piece.split()
    return len(words) > 1 and bool(INITIALS.fullmatch(words[-1]) or INITIALS.fullmatch(words[0]))


def _pieces(parts: list[str]) -> list[str]:
    bare = (part.strip().rstrip(",") for part in parts)
    named = [
        piece[found.end() :] if (found := _AND_BEFORE.match(piece)) else piece for piece in bare if piece
    ]
    if named and _END_OF_LIST.search(named[-1]):
        named[-1] = named[-1].removesuffix(".")
    return [piece[1:-1] if _QUOTED.fullmatch(piece) and piece[0] in "'\"" else piece for piece in named]
