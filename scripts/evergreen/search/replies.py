"""What E-utilities' replies mean: classified by their body, never by the status alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from evergreen.errors import ReviewError
from evergreen.search import article_sets, pubmed_xml

NOTHING = (
    "Empty result - nothing todo",
    "cannot get document summary",
)  # said where there is nothing, not a failure
PERMANENT_MESSAGES = (
    "api key invalid", "empty term", "invalid db name", "cannot be larger than", "too many uids", "empty id list",
    "term expected", "unbalanced", "not a valid", "unknown database",
)  # fmt: skip
NOTHING_FOUND = "No items found."


class EntrezError(ReviewError):
    """PubMed could not be asked, or did not answer what was asked."""


class Transient(EntrezError):
    """The same request may succeed later. `wait` is what the server asks for, in seconds."""

    def __init__(self, problem: str, wait: float = 0.0) -> None:
        super().__init__(problem)
        self.wait = wait


class Permanent(EntrezError):
    """The same request will fail again."""


@dataclass(frozen=True)
class Notice:
    """Something that PubMed says about a query: `kind` phrase_not_found, quoted_phrase_not_found, field_not_found,
    phrase_ignored or message."""

    kind: str
    text: str


@dataclass(frozen=True)
class SearchReply:
    count: int
    ids: tuple[int, ...]
    translation: str = ""
    translations: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()


NOTICE_KINDS = (
    ("ErrorList", "PhraseNotFound", "phrase_not_found"), ("ErrorList", "FieldNotFound", "field_not_found"),
    ("WarningList", "QuotedPhraseNotFound", "quoted_phrase_not_found"), ("WarningList", "PhraseIgnored", "phrase_ignored"),
    ("WarningList", "OutputMessage", "message"),
)  # fmt: skip


def refuse_status(status: int, body: bytes, headers: Any) -> None:
    """Raise what an HTTP status other than 200 means."""
    if status == 200:
        return
    said = message_in(body)
    problem = f"HTTP {status}{': ' + said if said else ''}"
    if 300 <= status < 400:
        raise Permanent(
            f"the server redirects (HTTP {status}) to {headers.get('Location', 'another place')}; redirects are refused"
        )
    if status == 429 or status == 408 or status >= 500:
        raise Transient(problem, retry_after(headers.get("Retry-After"), datetime.now(UTC)))
    raise Permanent(problem)


def retry_after(value: str | None, now: datetime) -> float:
    """Seconds that a Retry-After header asks for, as a number or until a date; 0 where it is absent or neither."""
    text = (value or "").strip()
    if text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (date.astimezone(UTC) - now).total_seconds())


def message_in(body: bytes) -> str:
    """The error message in a reply that is none of what was asked for, else ""."""
    text = body.decode("utf-8", errors="replace").strip()
    if text.startswith("{"):
        try:
            found = json.loads(text, strict=False)
        except ValueError:
            return ""
        error = found.get("error") or (found.get("esearchresult") or {}).get("ERROR") or found.get("ERROR")
        return " ".join(str(error).split()) if error else ""
    start, end = text.find("<ERROR>"), text.find("</ERROR>")
    return " ".join(text[start + 7 : end].split()) if 0 <= start < end else ""


def refuse_error(body: bytes) -> None:
    """Raise what a reply with status 200 says that is an error: an HTML page, JSON where XML was asked for, an ERROR element."""
    head = body[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not head:
        raise Transient("the reply is empty")
    if head[:14].lower().startswith((b"<html", b"<!doctype html")):
        raise Transient("an HTML page came instead of data")
    if b"<ERROR>" in head or (head.startswith(b"{") and (b'"error"' in head or b'"ERROR"' in head)):
        said = message_in(body) or "an error that cannot be read"
        if said.endswith(NOTHING):
            return
        if any(part in said.casefold() for part in PERMANENT_MESSAGES):
            raise Permanent(said)
        raise Transient(said)


def search_reply(body: bytes, retmax: int) -> SearchReply:
    """An esearch reply, checked: as many different ids as the count and the request promise."""
    result = read(body)
    try:
        count, ids = int(result["Count"]), tuple(int(text) for text in result["IdList"])
    except (ValueError, KeyError, TypeError) as error:
        raise Transient(f"the reply is not a whole esearch result ({type(error).__name__})") from None
    if len(ids) != min(count, retmax) or len(set(ids)) != len(ids):
        raise Transient(f"{len(ids)} ids came where {min(count, retmax)} were promised")
    notices = [
        Notice(kind, str(text))
        for group, name, kind in NOTICE_KINDS
        for text in (result.get(group) or {}).get(name) or []
        if text != NOTHING_FOUND
    ]
    translations = tuple((str(one["From"]), str(one["To"])) for one in result.get("TranslationSet") or [])
    return SearchReply(count, ids, str(result.get("QueryTranslation", "")), translations, tuple(notices))


def fetched_pmids(body: bytes, asked: tuple[int, ...]) -> set[int]:
    """PMIDs of a PubmedArticleSet reply, checked: well-formed to its end, only what was asked for, each once."""
    refuse_error(body)
    try:
        held = [pubmed_xml.identity(element) for element in article_sets.iterate(BytesIO(body))]
    except article_sets.Unreadable as error:
        raise Transient(f"the reply cannot be read: {error}") from None
    if len(set(held)) != len(held):
        raise Transient("a record came twice")
    pmids = {int(pmid) for pmid, _ in held}
    if strangers := pmids - set(asked):
        raise Transient(f"records came that were not asked for: {', '.join(map(str, sorted(strangers)[:5]))}")
    return pmids


def read(body: bytes) -> Any:
    """A small XML reply (esearch, epost, esummary, elink, einfo) as Biopython's parser reads it by NCBI's definitions.

    Those that come with Biopython are used, and none is asked for: a reply that names another one is refused.
    """
    refuse_error(body)
    if b"<!ENTITY" in body:
        raise Transient("the reply defines entities of its own")
    try:
        return _reader().read(BytesIO(body))
    except EntrezError:
        raise
    except (
        Exception
    ) as error:  # the parser raises many kinds, and whatever it is, the reply is none of what was asked for
        problem = " ".join(str(error).split())
        raise Transient(f"the reply cannot be read ({type(error).__name__}: {problem})") from None


def _reader() -> Any:
    """A parser of Biopython that reads its own files and nothing else."""
    import Bio.Entrez

    # Where it would keep definitions that it loads: without a word it makes a folder in the user's home.
    Bio.Entrez.local_cache = str(Path(Bio.Entrez.__file__).parents[2])  # type: ignore[assignment]
    from Bio.Entrez import Parser

    class Reader(Parser.DataHandler):
        def open_dtd_file(self, filename: str) -> Any:
            found = super().open_dtd_file(filename)
            if found is None:
                raise Permanent(f"the reply is of a kind that Biopython does not know ({filename})")
            return found

    return Reader(validate=True, escape=False, ignore_errors=False)
