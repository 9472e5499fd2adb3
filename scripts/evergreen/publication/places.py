"""Where a manuscript prints numbers that are others now.

What is given are two mappings of what a number is of to its text (`numbers`), so that any two states can be compared: two folders of
results, or what a version kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from evergreen.publication.manuscript import Paragraph
from evergreen.publication.numbers import kind_of, subject_of

NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?%?")
# Marks that stand for one another, each for one character, so that offsets stay.
ALIKE = str.maketrans(
    {**dict.fromkeys("−‐‑‒–—", "-"), **dict.fromkeys("\u00a0\u2009\u202f\u2007", " "), "²": "2"}
)
MINUS = r"(?:\$?-\$?)"  # in LaTeX within dollars
SEPARATOR = r"(?:[,' ]|\\,|\{,\})?"  # of thousands
LEVEL = r"(?:9\d(?:\.\d)?\s?\\?%[^\d]{0,25}?|(?<=CI)\s?9\d\s{1,2}|(?<=CI )9\d\s{1,2})?"  # the level of an interval before its limits
GAP = rf"[^\d]{{0,40}}?{LEVEL}"
NEAR = 60  # characters on either side within which a word says what a number is
AROUND = 60  # characters of context shown


@dataclass(frozen=True)
class Change:
    """A number that is another now: what it is of, its text then (\"\": there was none) and now (\"\": there is none)."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Place:
    """A place that prints a number of then. `changes` may be several where several numbers were the same; `unchanged` are the labels that it
    could be of as well."""

    where: str
    context: str
    printed: str
    changes: tuple[Change, ...]
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Response:
    """What of a manuscript is to be changed: `places` in its order; changes of which it prints the number of `now`, or neither (`absent`)."""

    places: tuple[Place, ...]
    now: tuple[Change, ...]
    absent: tuple[Change, ...]


@dataclass(frozen=True)
class _Printed:
    label: str
    start: int
    end: int
    fewer: int = 0


@dataclass(frozen=True)
class _Wanted:
    """A number to look for; a text without each of `digits`, the last ones of its numbers, does not have it."""

    label: str
    fewer: int
    digits: tuple[str, ...]
    pattern: re.Pattern[str]


def changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    """What differs, in the order of the numbers of then; what is new comes last."""
    every = [Change(label, old.get(label, ""), new.get(label, "")) for label in {**old, **new}]
    return [change for change in every if change.old != change.new]


def respond(manuscript: Sequence[Paragraph], old: Mapping[str, str], new: Mapping[str, str]) -> Response:
    """The places of a manuscript where numbers of `old` stand that are others in `new`."""
    changes = {change.label: change for change in changed(old, new)}
    places = list(_look(manuscript, old, changes))
    then = {change.label for place in places for change in place.changes}
    rest = [change for label, change in changes.items() if label not in then]
    sought = _wanted({change.label: new[change.label] for change in rest if change.label in new})
    printed = [found for paragraph in manuscript for found in _printed(sought, paragraph)]
    now = {found.label for found in printed if not found.fewer}
    return Response(
        tuple(places),
        tuple(change for change in rest if change.label in now),
        tuple(change for change in rest if change.label not in now),
    )


def _look(
    manuscript: Sequence[Paragraph], old: Mapping[str, str], changes: Mapping[str, Change]
) -> Iterator[Place]:
    """The places that print numbers of then, in the order of the manuscript."""
    wanted, heading = _wanted(old), ""
    for paragraph in manuscript:
        text, heads = paragraph.text.translate(ALIKE), paragraph.heads.translate(ALIKE)
        for spot in _spots(_printed(wanted, paragraph)):
            best = _likeliest(spot, text, heads, heading)
            differing = [one for one in best if one.label in changes]
            moved = [one for one in differing if not _same_when_rounded(changes[one.label], one.fewer)]
            if not moved:
                continue
            start, end = min(one.start for one in moved), max(one.end for one in moved)
            yield Place(
                paragraph.where(start),
                _context(paragraph.text, start, end),
                paragraph.text[start:end],
                tuple(changes[one.label] for one in moved),
                tuple(one.label for one in best if one.label not in changes),
            )
        if len(text) < 100 and not text.rstrip().endswith(".") and not heads:
            heading = text


def _wanted(texts: Mapping[str, str]) -> list[_Wanted]:
    """What to look for, of the numbers in texts by label: as they are, and effects and P values with a decimal less."""
    wanted = []
    for label, words in texts.items():
        tokens = NUMBER.findall(words)
        for fewer in (0, 1) if len(tokens) > 2 or kind_of(label).before else (0,):
            shorter = [_rounded(token, fewer) for token in tokens]
            if shorter and (not fewer or shorter != tokens):
                digits = tuple(re.findall(r"\d+", token)[-1] for token in shorter)
                wanted.append(_Wanted(label, fewer, digits, re.compile(GAP.join(map(_pattern, shorter)))))
    return wanted


def _printed(wanted: Iterable[_Wanted], paragraph: Paragraph) -> list[_Printed]:
    """Where a paragraph prints what is wanted; words of the heads of a table's cell are near it."""
    found: dict[tuple[str, int], _Printed] = {}
    text, heads = paragraph.text.translate(ALIKE), paragraph.heads.translate(ALIKE)
    for one in wanted:
        if not all(digits in text for digits in one.digits):
            continue
        kind = kind_of(one.label)
        for match in one.pattern.finditer(text):
            before = text[max(0, match.start() - 20) : match.start()]
            if kind.near and not _near(kind.near, text, match, heads):
                continue
            # In a table the row says which outcome a P value is of.
            subject = subject_of(one.label).casefold()
            under = kind.head and re.search(kind.head, heads, re.IGNORECASE) and subject in heads.casefold()
            if kind.before and not under and not re.search(rf"(?:{kind.before})$", before, re.IGNORECASE):
                continue
            if paragraph.across and paragraph.across not in match.group():
                continue
            printed = _Printed(one.label, match.start(), match.end(), one.fewer)
            found.setdefault((one.label, match.start()), printed)
    return list(found.values())


def _near(word: str, text: str, match: re.Match[str], heads: str) -> bool:
    before, after = text[max(0, match.start() - NEAR) : match.start()], text[match.end() : match.end() + NEAR]
    return re.search(word, f"{before} # {after} # {heads}", re.IGNORECASE) is not None


def _pattern(token: str) -> str:
    """A regular expression of a number as journals print it: any minus, separator of thousands, point, comma or raised point."""
    sign = token[0] in "-−"
    whole, _, decimals = token.lstrip("-−").rstrip("%").replace(",", "").partition(".")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1]
    # A positive number has no minus before it; a dash between two numbers is none.
    head = MINUS if sign else r"(?<!\d)(?<!\d\.)(?<!\s-)(?<![(\[$=]-)(?<!^-)"
    body = SEPARATOR.join(groups)
    if decimals:
        tail = rf"[.,·]{decimals}(?!\d)"
        body = f"0?{tail}" if whole == "0" else body + tail
    else:
        body = rf"(?<!\d,){body}(?!\d)(?![.,·]\d)"
    return head + body + (r"\s?\\?%" if token.endswith("%") else "")


def _rounded(token: str, fewer: int) -> str:
    """A number with fewer decimals, and at least one."""
    decimals = len(token.rstrip("%").partition(".")[2])
    if not fewer or decimals < 2:
        return token
    plain = token.replace("−", "-").replace(",", "").rstrip("%")
    unit = Decimal(1).scaleb(fewer - decimals)
    return f"{Decimal(plain).quantize(unit, ROUND_HALF_UP)}" + ("%" if token.endswith("%") else "")


def _same_when_rounded(change: Change, fewer: int) -> bool:
    if not fewer:
        return False
    sides = [[_rounded(token, fewer) for token in NUMBER.findall(text)] for text in (change.old, change.new)]
    return sides[0] == sides[1]


def _spots(found: Iterable[_Printed]) -> list[list[_Printed]]:
    """What is printed at one place together, in the order of the text; a number within a longer statement belongs to that."""
    spots: list[list[_Printed]] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if spots and one.start < spots[-1][0].end:
            if (one.start, one.end) == (spots[-1][0].start, spots[-1][0].end):
                spots[-1].append(one)
        else:
            spots.append([one])
    return spots


def _likeliest(spot: Sequence[_Printed], *texts: str) -> list[_Printed]:
    """Of numbers that are printed alike, those whose outcome the first of the texts that names any names best."""
    for words in texts:
        shares = [_share(subject_of(one.label), words) for one in spot]
        if any(shares):
            return [one for one, share in zip(spot, shares, strict=True) if share == max(shares)]
    return list(spot)


def _share(subject: str, text: str) -> float:
    words = [word for word in re.findall(r"\w+", subject.casefold()) if len(word) > 2]
    there = set(re.findall(r"\w+", text.casefold()))
    return sum(word in there for word in words) / len(words) if words else 0.0


def _context(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    first, last = "…" if start > AROUND else "", "…" if end + AROUND < len(text) else ""
    return re.sub(r"\s+", " ", f"{first}{before}[{text[start:end]}]{after}{last}")
