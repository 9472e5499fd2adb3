"""Registers of trials: how each writes its numbers, the one form of a number here, and where its entry stands on the web.

All primary registries of WHO's ICTRP, ClinicalTrials.gov, CTIS, and the Japanese registers that were joined in jRCT. This is the only
table of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

_WHO = "https://trialsearch.who.int/Trial2.aspx?TrialID={}"
_NAMED = r"(?:\W?CTR|\W?ID\b)?\W{0,3}(?:(?:ID|number|no|nr)\b\W{0,3})?"
"""What people write between the name of a register and a number of its: `UMIN-CTR ID: 000012345`."""


class Register(NamedTuple):
    """`sign`: letters (in capitals) that stand in every number, "" where a number may stand without them; `pattern`: how numbers
    are written; `form`: the normal form, of the groups of the pattern; `url`: the entry's address, of the number."""

    name: str
    sign: str
    pattern: re.Pattern[str]
    form: str
    url: str

    def numbers(self, text: str) -> Iterator[str]:
        """Numbers in `text` in normal form."""
        for match in self.pattern.finditer(text):
            yield self.form.format(*map(_written, match.groups()))


def _written(part: str) -> str:
    """A part of a number in the letter case of its register: `TRC`, `s`."""
    return part.upper() if 1 < len(part) < 6 and part.isalpha() else part.lower()


# Several lines for one register are several ways to write its numbers; the order is that in which numbers of one record stand.
REGISTERS: tuple[Register, ...] = tuple(
    Register(name, sign, re.compile(pattern, re.IGNORECASE), form, url)
    for name, sign, pattern, form, url in (
        ("ClinicalTrials.gov", "NCT", r"NCT(?:\W{0,2}|\s?(?:number|no)\W{1,3})0?(\d{8})(?!\d)", "NCT{}",
         "https://clinicaltrials.gov/study/{}"),
        ("ISRCTN", "ISRCTN", r"ISRCTN\W{0,3}(\d{8})(?!\d)", "ISRCTN{}", "https://www.isrctn.com/{}"),
        # the last two digits count the versions of a dossier
        ("CTIS", "", r"(?<!\d)(20\d\d-5\d{5}-\d\d)(?:-\d\d)?(?!\d)", "CTIS{}",
         "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={}"),
        ("CTIS", "CT", r"(?:CTIS|EU\W?CT)" + _NAMED + r"(20\d\d)\W?(5\d{5})\W?(\d\d)(?:\W?\d\d)?(?!\d)", "CTIS{}-{}-{}", ""),
        # the country behind a number (-DE, -3rd) says whose authority made the entry: the trial is the same
        ("EUCTR", "", r"(?<!\d)((?:19|20)\d\d-[0-4]\d{5}-\d\d)(?!\d)", "EUCTR{}",
         "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}"),
        ("EUCTR", "CT", r"(?:EUCTR|Eudra\W?CT)" + _NAMED + r"((?:19|20)\d\d)\W?([0-4]\d{5})\W?(\d\d)(?!\d)", "EUCTR{}-{}-{}", ""),
        ("ChiCTR", "CHICTR", r"ChiCTR\W{0,2}(\d{10})(?!\d)", "ChiCTR{}", _WHO),
        ("ChiCTR", "CHICTR", r"ChiCTR\W{0,2}([A-Z]{2,5})\W?(\d{8})(?!\d)", "ChiCTR-{}-{}", _WHO),
        ("ITMCTR", "ITMCTR", r"ITMCTR\W{0,2}(\d{10})(?!\d)", "ITMCTR{}", _WHO),
        ("UMIN", "UMIN", r"UMIN" + _NAMED + r"(?:UMIN)?C?(\d{9})(?!\d)", "UMIN{}", _WHO.format("JPRN-{}")),
        ("JapicCTI", "JAPIC", r"Japic\s?CTI\W{0,3}(\d{6})(?!\d)", "JapicCTI-{}", _WHO.format("JPRN-{}")),
        ("jRCT", "JRCT", r"jRCT\W{0,2}(s?)(\d{9,10})(?!\d)", "jRCT{}{}", "https://jrct.niph.go.jp/en-latest-detail/{}"),
        ("JMA", "JMA", r"JMA-?IIA\W{0,2}(\d{5})(?!\d)", "JMA-IIA{}", _WHO.format("JPRN-{}")),
        ("ANZCTR", "CTR", r"(?:ACTRN|ANZCTRN?)\W{0,3}(\d{14})p?(?!\d)", "ACTRN{}", "https://www.anzctr.org.au/{}.aspx"),
        ("CTRI", "CTRI", r"CTRI\W{0,3}(\d{4})\W(\d{1,3})\W(\d{6})(?!\d)", "CTRI/{}/{}/{}", _WHO),
        ("IRCT", "IRCT", r"IRCT\W{0,2}(\d{6,20})\s?N(\d+)", "IRCT{}N{}", _WHO),
        ("DRKS", "DRKS", r"DRKS" + _NAMED + r"(?:DRKS)?(\d{8})(?!\d)", "DRKS{}", "https://drks.de/search/en/trial/{}"),
        ("NTR", "NTR", r"(?<![A-Z])NTR\W{0,2}(\d{2,5})(?!\d)", "NTR{}", _WHO),
        ("NL-OMON", "OMON", r"(?<![A-Z])NL-?OMON(\d+)", "NL-OMON{}", _WHO),
        ("CRiS", "KCT", r"KCT\W{0,2}(\d{7})(?!\d)", "KCT{}", _WHO),
        ("ReBec", "RBR", r"(?<![A-Z])RBR-([0-9a-z]{6,8})\b", "RBR-{}", "https://ensaiosclinicos.gov.br/rg/{}"),
        ("PACTR", "PACTR", r"PACTR\W{0,2}(\d{15,16})(?!\d)", "PACTR{}", _WHO),
        ("SLCTR", "SLCTR", r"SLCTR\W{0,2}(\d{4})/(\d{3})(?!\d)", "SLCTR/{}/{}", _WHO),
        ("TCTR", "TCTR", r"TCTR\W{0,2}(\d{11})(?!\d)", "TCTR{}", _WHO),
        ("REPEC", "PER-", r"(?<![A-Z])PER-(\d{3}-\d{2})(?!\d)", "PER-{}", _WHO),
        ("RPCEC", "RPCEC", r"RPCEC\W{0,2}(\d{8})(?!\d)", "RPCEC{}", _WHO),
        ("LBCTR", "LBCTR", r"LBCTR\W{0,2}(\d{10})(?!\d)", "LBCTR{}", _WHO),
    )
)  # fmt: skip

ENTRY_TYPES = r"(?i)trial regist|registry (?:record|entry)|clinical trial protocol record"
"""What the publication types of an entry say, also in RE2."""
SIGNED = r"(?i)CT|UMIN|DRKS|OMON|RPCEC|R-|IIA|NTR|-\d{6}-\d\d"
"""In every id that is a number of a register, and in some others; RE2."""
SITES = r"(?i)trialsearch|" + "|".join(
    sorted({re.escape(one.url.split("/")[2].removeprefix("www.")) for one in REGISTERS if one.url})
)
"""Addresses of registers; RE2."""
_TAIL = re.compile(r"(?:-[\w/ -]*|p)?")
"""What may stand behind the number in an id: the country, the version, a mark of a second record."""

_NUMBER_ALONE = re.compile(r"-\d{6}-\d\d")
_SIGNS = ("CT", "UMIN", "DRKS", "OMON", "RPCEC", "R-", "IIA", "NTR")
"""One of them is in every number as it is written, at most `BEFORE_SIGN` behind its beginning; it ends within `BEHIND_SIGN`."""
_IN_SMALL_LETTERS = ("nct", "ctr", "umin", "drks")
"""In addresses and lists of ids; looked for in texts of up to `SHORT` letters, and beside a sign in capitals."""
_SIGN = re.compile("|".join((*_SIGNS, *_IN_SMALL_LETTERS)))
_IN_LONG_TEXTS, _IN_SHORT_TEXTS = "|".join((*_SIGNS, _NUMBER_ALONE.pattern)), "|".join(_IN_SMALL_LETTERS)
"""What texts without a number have not, as patterns of RE2; of short ones neither."""
SHORT, BEFORE_SIGN, BEHIND_SIGN = 300, 12, 60
_SMALL_LETTERS = b"abcdefghijklmnopqrstuvwxyz"


def registry_ids(text: str) -> list[str]:
    """Trial registration numbers in `text` in normal form, in the order of `REGISTERS`, each once.

    The country at the end of an EudraCT number (`EUCTR2010-018485-24-DE`), the version of a CTIS number and the `JPRN-` before a
    Japanese one are left off: they name the same trial.
    """
    alone = "-" in text and bool(_NUMBER_ALONE.search(text))
    if not alone:  # nearly every text: leave at once
        text = _near_signs(text)
        if not text:
            return []
    upper = text.upper()
    return list(
        dict.fromkeys(
            number
            for register in REGISTERS
            if (register.sign in upper if register.sign else alone)
            for number in register.numbers(text)
        )
    )


def registry_ids_of(*columns: Sequence[str]) -> list[str]:
    """For each record the `registry_ids` of its texts in these columns, each number once, joined by `"; "`.

    Nearly all texts have none, which is told of a whole column at once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    signed: Any = False
    for column in columns:
        texts = pa.array(column, pa.large_string())
        short = pc.if_else(pc.less_equal(pc.utf8_length(texts), SHORT), texts, "")
        signed = pc.or_(signed, pc.match_substring_regex(texts, _IN_LONG_TEXTS))
        signed = pc.or_(signed, pc.match_substring_regex(short, _IN_SHORT_TEXTS))
    found = [""] * len(columns[0])
    for at in pc.indices_nonzero(signed).to_pylist():
        numbers = (number for column in columns for number in registry_ids(column[at]))
        found[at] = "; ".join(dict.fromkeys(numbers))
    return found


def own_number(accession: str) -> str:
    """The registration number that an accession is, in normal form; "" where it is anything else."""
    text = accession.strip().removeprefix("JPRN-").partition("~")[0]
    for register in REGISTERS:
        found = register.pattern.match(text)
        if found and _TAIL.fullmatch(text, found.end()):
            return next(register.numbers(text))
    return ""


def register_of(number: str) -> Register | None:
    """The register that a number in normal form is of."""
    return next((one for one in REGISTERS if one.url and number in one.numbers(number)), None)


def register_name(number: str) -> str:
    """Name of the register that a number in normal form is of, "" for what is none."""
    register = register_of(number)
    return register.name if register else ""


def entry_url(number: str) -> str:
    """Where the entry of a number in normal form stands on the web, "" for what is none."""
    register = register_of(number)
    bare = re.sub(r"^(?:EUCTR|CTIS)", "", number)
    return register.url.format(bare) if register else ""


def _near_signs(text: str) -> str:
    """What stands around the signs in `text`, whole words, a line for each stretch: all numbers of registries are in it."""
    if len(text) <= SHORT:
        return text if _SIGN.search(text) else ""
    capitals = text.encode("ascii", "ignore").translate(None, _SMALL_LETTERS)  # a tenth of the text
    places = [place for sign in _SIGNS if sign.encode() in capitals for place in _places(sign, text)]
    if not places:
        return ""
    places += [place for sign in _IN_SMALL_LETTERS for place in _places(sign, text)]
    stretches: list[list[int]] = []
    for place in sorted(places):
        start, end = max(0, place - BEFORE_SIGN), min(len(text), place + BEHIND_SIGN)
        while start and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        if stretches and start <= stretches[-1][1]:
            stretches[-1][1] = max(end, stretches[-1][1])
        else:
            stretches.append([start, end])
    return "\n".join(text[start:end] for start, end in stretches)


def _places(sign: str, text: str) -> Iterator[int]:
    place = text.find(sign)
    while place >= 0:
        yield place
        place = text.find(sign, place + 1)
