"""E-utilities over HTTP: deadlines, retries, whole bodies, no redirects, and no word of the key.

The HTTP is `requests`'; what is ours is what it does not know: that a reply has to be read whole and verified before
it is used, that an error may come with status 200, and that all runs of a machine share one allowance. Bio.Entrez 1.88 is
not used here: it sets no timeout, retries at once, and hands out cut replies (MEDLINE text) without an error.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import requests
import urllib3

from evergreen import __version__
from evergreen.errors import InputError
from evergreen.search import replies
from evergreen.search.pace import Pace
from evergreen.search.replies import EntrezError, Permanent, SearchReply, Transient

NCBI = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
TOOL = "evergreen"
CEILING = 9_999  # ids that an esearch lists at most, whatever the documentation says
BATCH = 200  # records a request; more make a reply that is costly to ask for again
LONG = 1_000  # characters of a request from which it goes by POST
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Checked = TypeVar("Checked")


@dataclass(frozen=True)
class Patience:
    """How long a client waits, in seconds, and how often it tries."""

    connect: float = 15.0
    silence: float = 30.0  # without a byte
    total: float = 180.0  # for a whole reply, however it drips
    tries: int = 6
    backoff: float = 1.0  # first pause; doubled each time, with jitter
    longest: float = 60.0
    obedience: float = 600.0  # longest wait that a server may ask for


@dataclass
class Client:
    """Asks one server. `exchanges` is the account of all requests, for the audit page; it never holds the key."""

    base: str
    email: str
    api_key: str | None = None
    pace: Pace | None = None
    patience: Patience = field(default_factory=Patience)
    exchanges: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        host = urlsplit(self.base).hostname
        if host not in LOOPBACK and not self.base.startswith(NCBI):
            raise InputError(
                f"entrez.endpoint names {host}", todo=f"Use embedded, live ({NCBI}) or a loopback address."
            )
        self.base = self.base.rstrip("/") + "/"
        self.session = requests.Session()
        self.session.trust_env = host not in LOOPBACK
        self.session.headers["User-Agent"] = f"{TOOL}/{__version__}"

    def esearch(self, term: str, retmax: int = 0) -> SearchReply:
        """Count of a query and up to `retmax` (at most 9,999) ids."""
        values = {"db": "pubmed", "term": term, "retmax": str(min(retmax, CEILING)), "retmode": "xml"}
        return self.ask("esearch", values, lambda body: replies.search_reply(body, min(retmax, CEILING)))

    def efetch(self, pmids: Iterable[int]) -> tuple[bytes, set[int]]:
        """XML of records, and the PMIDs in it; what PubMed does not hold is not among them."""
        asked = tuple(pmids)
        values = {"db": "pubmed", "id": ",".join(map(str, asked)), "retmode": "xml"}
        return self.ask("efetch", values, lambda body: (body, replies.fetched_pmids(body, asked)))

    def einfo(self) -> dict[str, str]:
        """What the database says of itself: description, build, last update and number of records."""

        def read(body: bytes) -> dict[str, str]:
            held = replies.read(body)
            if not held.get("DbInfo"):
                raise Transient("einfo without DbInfo")
            info = held["DbInfo"][0]
            names = {
                "DbName": "name", "Description": "description", "DbBuild": "build", "LastUpdate": "last_update",
                "Count": "count",
            }  # fmt: skip
            return {name: str(info.get(tag, "")) for tag, name in names.items()}

        return self.ask("einfo", {"db": "pubmed"}, read)

    def ask(self, utility: str, values: dict[str, str], check: Callable[[bytes], Checked]) -> Checked:
        """Send a request until a reply passes `check`; raise EntrezError after the last try."""
        key = {"api_key": self.api_key} if self.api_key else {}
        encoded = urlencode({**values, "tool": TOOL, "email": self.email, **key})
        failures: list[str] = []
        for attempt in range(1, self.patience.tries + 1):
            try:
                body = self._send(utility, encoded)
                checked = check(body)
            except Transient as error:
                failures.append(self._redacted(str(error)))
                if attempt == self.patience.tries:
                    break
                pause = self.patience.backoff * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
                asked = min(error.wait, self.patience.obedience)
                time.sleep(max(asked, min(pause, self.patience.longest)))
            except Permanent as error:
                raise Permanent(
                    f"PubMed refuses the {utility} request: {self._redacted(str(error))}."
                ) from None
            else:
                told = {"utility": utility, "tries": attempt, "failures": failures}
                self.exchanges.append({**told, "bytes": len(body), "sha256": sha256(body).hexdigest()})
                return checked
        raise EntrezError(
            f"PubMed could not be asked ({utility}, {self.patience.tries} tries): {failures[-1]}. "
            "Run again later: what has been received is kept."
        )

    def _send(self, utility: str, encoded: str) -> bytes:
        """One request, its body read whole within the deadlines."""
        if self.pace is not None:
            self.pace.wait()
        status, headers, body = within(self.patience.total, partial(self._exchange, utility, encoded))
        replies.refuse_status(status, body, headers)
        return body

    def _exchange(self, utility: str, encoded: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of a reply."""
        url = f"{self.base}{utility}.fcgi"
        start = time.monotonic()
        timeout = (self.patience.connect, min(self.patience.silence, self.patience.total))
        try:
            if len(encoded) > LONG:
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                how: dict[str, Any] = {"method": "POST", "url": url, "data": encoded, "headers": form}
            else:
                how = {"method": "GET", "url": f"{url}?{encoded}"}
            with self.session.request(**how, timeout=timeout, allow_redirects=False, stream=True) as reply:
                body = bytearray()
                while chunk := reply.raw.read1(1 << 16, decode_content=True):
                    body += chunk
                    if time.monotonic() - start > self.patience.total:
                        break  # nobody waits for it any more
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # The text of these errors holds the address, and with it the key.
            raise Transient(f"the connection failed ({type(error).__name__})") from None
        return reply.status_code, reply.headers, bytes(body)

    def _redacted(self, text: str) -> str:
        return re.sub(re.escape(self.api_key), "***", text, flags=re.IGNORECASE) if self.api_key else text


def within(seconds: float, call: Callable[[], Checked]) -> Checked:
    """What `call` returns; Transient when it takes longer. It is left behind then, for a socket's own timeout starts anew with every byte."""
    future: Future[Checked] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # raised again by the one who waits
            future.set_exception(error)

    Thread(target=work, daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        raise Transient(f"the reply took longer than {seconds:g} s") from None
