"""The E-utilities protocol over a store, on loopback only.

esearch (XML, JSON), efetch (XML, MEDLINE, uilist), esummary (XML, JSON), epost, elink and einfo; history; GET and POST; and
NCBI's ceilings as they are, not as they are documented: an esearch lists at most 9,999 ids, whatever `retmax` says, and
an efetch from the history server stops there without a word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from evergreen.search.embedded import BUILD, held_facts, medline_text
from evergreen.search.embedded.fault_scripts import Fault, FaultScript
from evergreen.search.embedded.query import BackendError, Found, backend_failed, search
from evergreen.search.embedded.store import Store

CEILING = 9_999
POST_CEILING = 10_000
BASE = "/entrez/eutils/"
XML_TYPE, JSON_TYPE, TEXT_TYPE = (
    "text/xml; charset=UTF-8",
    "application/json; charset=UTF-8",
    "text/plain; charset=UTF-8",
)
HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE {root} PUBLIC "-//NLM//DTD {name}//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/{path}">\n'
DTDS = {
    "eSearchResult": ("esearch 20060628", "20060628/esearch.dtd"),
    "eSummaryResult": ("eSummaryResult, 29 October 2004", "eSummary_041029.dtd"),
    "ePostResult": ("epost 20090526", "20090526/epost.dtd"),
    "eLinkResult": ("elink 20101123", "20101123/elink.dtd"),
    "eInfoResult": ("einfo 20190110", "20190110/einfo.dtd"),
}
"""Name and place of the definition of a reply."""
CLAMPED = "Restrictions achieved. start and count adjusted to {start}, {count}"
TOO_FAR = "'retstart' cannot be larger than 9998. For PubMed, ESearch can only retrieve the first 9,999 records matching the query."


@dataclass(frozen=True)
class Reply:
    body: bytes
    type: str = XML_TYPE
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Service:
    """What the server answers, apart from sockets: a store, its history, and a fault script."""

    store: Store
    faults: FaultScript = field(default_factory=FaultScript)
    dtd_year: int = held_facts.DTD_YEAR
    api_keys: frozenset[str] | None = None  # None: any key is accepted
    on_request: Callable[[Service, int, str, dict[str, str]], None] | None = None
    history: dict[str, list[list[int]]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def answer(self, path: str, values: dict[str, str]) -> tuple[Reply, Fault | None]:
        """The reply to a request, and the fault that the script plans for it."""
        name = path.removeprefix(BASE)
        with self.lock:
            self.requests.append((name, values))
            number = len(self.requests)
            if self.on_request is not None:
                self.on_request(self, number, name, values)
            reply = self._reply(name, values)
            fault = self.faults.of(number, name)
            return (fault.change(reply, values) if fault else reply), fault

    def _reply(self, name: str, values: dict[str, str]) -> Reply:
        utility = UTILITIES.get(name)
        if utility is None:
            return Reply(b"<html><head><title>404 Not Found</title></head></html>", "text/html", 404)
        key = values.get("api_key")
        if key is not None and self.api_keys is not None and key not in self.api_keys:
            error = {"error": "API key invalid", "api-key": key, "type": "invalid", "status": "unknown"}
            return Reply(json.dumps(error).encode(), JSON_TYPE, 400)
        if values.get("db", "pubmed") != "pubmed":
            return _error("eSearchResult", f"Invalid db name specified: {values['db']}", values)
        try:
            return utility(self, values)
        except BackendError as error:
            return _error(ROOTS[name], str(error), values)

    # esearch -----------------------------------------------------------------------------------------------------

    def esearch(self, values: dict[str, str]) -> Reply:
        start, size = int(values.get("retstart", 0)), int(values.get("retmax", 20))
        if start >= CEILING:
            raise backend_failed(TOO_FAR)
        term = values.get("term", "")
        if term.startswith("#") and term[1:].isdigit():
            found = Found(ids=set(self._stored(values, term[1:])), translation=term)
        else:
            found = search(self.store, with_dates(term, values))
        ids = sorted(found.ids, reverse=True)
        listed = ids[start : min(start + size, CEILING)]
        if start + size > CEILING:
            found.messages.append(CLAMPED.format(start=start, count=len(listed)))
        extra = {}
        if values.get("usehistory") == "y":
            extra = self._remember(values, ids)
        write = search_json if values.get("retmode") == "json" else search_xml
        return write(found, len(ids), start, listed, extra)

    def _remember(self, values: dict[str, str], ids: list[int]) -> dict[str, str]:
        environment = values.get("WebEnv") or f"MCID_{len(self.history) + 1:024d}"
        sets = self.history.setdefault(environment, [])
        sets.append(ids)
        return {"querykey": str(len(sets)), "webenv": environment}

    def _stored(self, values: dict[str, str], key: str) -> list[int]:
        sets = self.history.get(values.get("WebEnv", ""), [])
        if not key.isdigit() or not 1 <= int(key) <= len(sets):
            raise BackendError(f"Unable to obtain query #{key or '1'}")
        return sets[int(key) - 1]

    def _asked(self, values: dict[str, str]) -> list[int]:
        """PMIDs that a request names: by id, or a stretch of a stored set."""
        if "id" in values:
            return [int(part) for part in values["id"].replace(",", " ").split() if part.isdigit()]
        stored = self._stored(values, values.get("query_key", ""))
        start, size = int(values.get("retstart", 0)), int(values.get("retmax", POST_CEILING))
        return stored[start : min(start + size, CEILING)]

    # efetch and its kin ------------------------------------------------------------------------------------------

    def efetch(self, values: dict[str, str]) -> Reply:
        if "id" not in values:
            stored, start = self._stored(values, values.get("query_key", "")), int(values.get("retstart", 0))
            if start >= CEILING:
                return _error("eFetchResult", str(backend_failed(TOO_FAR)), values, 400)
            if start >= len(stored) > 0:
                said = f"Cannot retrieve history data: OUT OF RANGE. History includes {len(stored)} IDs"
                return _error("eFetchResult", said, values, 400)
        visible = self.store.visible()
        held = [pmid for pmid in dict.fromkeys(self._asked(values)) if pmid in visible]
        kind, mode = values.get("rettype", ""), values.get("retmode", "")
        if kind == "uilist":
            return Reply("".join(f"{pmid}\n" for pmid in held).encode(), TEXT_TYPE)
        bodies = [self.store.entries[pmid].xml() for pmid in held]
        if kind == "medline" or mode == "text":
            return Reply(
                "".join(f"\n{medline_text.text(etree.fromstring(body))}" for body in bodies).encode(),
                TEXT_TYPE,
            )
        return Reply(held_facts.article_set(bodies, self.dtd_year))

    def esummary(self, values: dict[str, str]) -> Reply:
        asked = self._asked(values)
        if not asked:
            return _error("eSummaryResult", "Empty result - nothing todo", values)
        visible = self.store.visible()
        rows = {pmid: self.store.entries[pmid].row if pmid in visible else None for pmid in asked}
        if values.get("retmode") == "json":
            result: dict[str, Any] = {"uids": [str(pmid) for pmid in rows]}
            for pmid, row in rows.items():
                result[str(pmid)] = (
                    summary(row) if row else {"uid": str(pmid), "error": "cannot get document summary"}
                )
            return _json("esummary", "result", result)
        parts = []
        for pmid, row in rows.items():
            if row is None:
                parts.append(f"<ERROR>UID={pmid}: cannot get document summary</ERROR>")
                continue
            items = "".join(
                f'<Item Name="{name}" Type="String">{escape(str(value))}</Item>'
                for name, value in summary(row).items() if not isinstance(value, list)
            )  # fmt: skip
            parts.append(f"<DocSum><Id>{pmid}</Id>{items}</DocSum>")
        return _xml("eSummaryResult", "".join(parts))

    def epost(self, values: dict[str, str]) -> Reply:
        ids = self._asked({"id": values.get("id", "")})
        if not ids:
            raise BackendError("Empty ID list; Nothing to store")
        if len(ids) > POST_CEILING:
            raise BackendError("Too many UIDs in request. Maximum number of UIDs is 10000 for one request.")
        kept = self._remember(values, ids)
        body = f"<QueryKey>{kept['querykey']}</QueryKey><WebEnv>{kept['webenv']}</WebEnv>"
        return _xml("ePostResult", body)

    def elink(self, values: dict[str, str]) -> Reply:
        """Links between a record and the corrections and comments that the store knows."""
        parts = []
        for pmid in self._asked(values):
            entry = self.store.entries.get(pmid)
            related = entry.row["related"].split("; ") if entry is not None and entry.row["related"] else []
            targets = [link.rpartition(" ")[2] for link in related]
            links = "".join(
                f"<Link><Id>{target}</Id></Link>"
                for target in dict.fromkeys([str(pmid), *targets])
                if target.isdigit()
            )
            parts.append(
                f"<LinkSet><DbFrom>pubmed</DbFrom><IdList><Id>{pmid}</Id></IdList><LinkSetDb><DbTo>pubmed</DbTo>"
                f"<LinkName>pubmed_pubmed</LinkName>{links}</LinkSetDb></LinkSet>"
            )
        return _xml("eLinkResult", "".join(parts))

    def einfo(self, values: dict[str, str]) -> Reply:
        if "db" not in values:
            return _xml("eInfoResult", "<DbList><DbName>pubmed</DbName></DbList>")
        visible = self.store.visible()
        newest = max((self.store.entries[pmid].date("created_on") for pmid in visible), default="")
        day = (self.store.as_of or newest or "1900-01-01").replace("-", ".")
        body = (
            "<DbInfo><DbName>pubmed</DbName><MenuName>PubMed</MenuName><Description>Evergreen's embedded stand-in for PubMed,"
            f" {len(self.store.entries)} records</Description><DbBuild>{BUILD}-{day}</DbBuild><Count>{len(visible)}</Count>"
            f"<LastUpdate>{day.replace('.', '/')} 00:00</LastUpdate></DbInfo>"
        )
        return _xml("eInfoResult", body)


UTILITIES: dict[str, Callable[[Service, dict[str, str]], Reply]] = {
    f"{name}.fcgi": getattr(Service, name)
    for name in ("esearch", "efetch", "esummary", "epost", "elink", "einfo")
}
ROOTS = {name: f"e{name[1:].removesuffix('.fcgi').capitalize()}Result" for name in UTILITIES}


def with_dates(term: str, values: dict[str, str]) -> str:
    """The query with `mindate` and `maxdate` as a range; PubMed uses them only when both are there."""
    if "mindate" not in values or "maxdate" not in values:
        return term
    return f"({term}) AND {values['mindate']}:{values['maxdate']}[{values.get('datetype', 'pdat')}]"


def search_json(found: Found, count: int, start: int, ids: list[int], extra: dict[str, str]) -> Reply:
    result: dict[str, Any] = {"count": str(count), "retmax": str(len(ids)), "retstart": str(start), **extra}
    result["idlist"] = [str(pmid) for pmid in ids]
    result["translationset"] = [{"from": one, "to": other} for one, other in found.translations]
    result["querytranslation"] = found.translation
    if found.phrases_not_found or found.fields_not_found:
        result["errorlist"] = {
            "phrasesnotfound": found.phrases_not_found,
            "fieldsnotfound": found.fields_not_found,
        }
    if found.messages or found.quoted_not_found or found.ignored:
        result["warninglist"] = {
            "phrasesignored": found.ignored, "quotedphrasesnotfound": found.quoted_not_found, "outputmessages": found.messages,
        }  # fmt: skip
    return _json("esearch", "esearchresult", result)


def search_xml(found: Found, count: int, start: int, ids: list[int], extra: dict[str, str]) -> Reply:
    body = f"<Count>{count}</Count><RetMax>{len(ids)}</RetMax><RetStart>{start}</RetStart>"
    if extra:
        body += f"<QueryKey>{extra['querykey']}</QueryKey><WebEnv>{extra['webenv']}</WebEnv>"
    body += "<IdList>" + "".join(f"<Id>{pmid}</Id>\n" for pmid in ids) + "</IdList><TranslationSet>"
    for one, other in found.translations:
        body += f"<Translation><From>{escape(one)}</From><To>{escape(other)}</To></Translation>"
    body += f"</TranslationSet><QueryTranslation>{escape(found.translation)}</QueryTranslation>"
    errors = [("PhraseNotFound", text) for text in found.phrases_not_found]
    errors += [("FieldNotFound", text) for text in found.fields_not_found]
    warnings = [("PhraseIgnored", text) for text in found.ignored]
    warnings += [("QuotedPhraseNotFound", text) for text in found.quoted_not_found]
    warnings += [("OutputMessage", text) for text in found.messages]
    for name, said in (("ErrorList", errors), ("WarningList", warnings)):
        if said:
            body += (
                f"<{name}>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in said) + f"</{name}>"
            )
    return _xml("eSearchResult", body)


def summary(row: Any) -> dict[str, Any]:
    """The document summary of a record: the fields of esummary that its facts know."""
    other = row["other_fields"]
    return {
        "uid": row["pmid"], "pubdate": (other.get("publication_date") or [""])[0],
        "source": (other.get("journal_abbreviation") or [row["journal"]])[0],
        "authors": [{"name": name, "authtype": "Author"} for name in row["authors"].split("; ") if name],
        "title": row["title"], "volume": row["volume"], "issue": row["issue"], "pages": row["pages"],
        "lang": [row["language"]], "pubtype": row["publication_types"].split("; "), "fulljournalname": row["journal"],
    }  # fmt: skip


def _json(kind: str, name: str, value: Any, status: int = 200) -> Reply:
    whole = {"header": {"type": kind, "version": "0.3"}, name: value}
    # NCBI leaves line breaks in its messages as they are, which strict JSON refuses; so does this.
    text = json.dumps(whole, ensure_ascii=False).replace("\\n", "\n")
    return Reply(text.encode(), JSON_TYPE, status)


def _xml(root: str, body: str, status: int = 200, dtd: tuple[str, str] | None = None) -> Reply:
    name, path = dtd or DTDS[root]
    head = HEAD.format(root=root, name=name, path=path)
    return Reply(f"{head}<{root}>{body}</{root}>\n".encode(), status=status)


def _error(root: str, said: str, values: dict[str, str], status: int = 200) -> Reply:
    if values.get("retmode") == "json" and root == "eSearchResult":
        return _json("esearch", "esearchresult", {"ERROR": said}, status)
    return _xml(root, f"<ERROR>{escape(said)}</ERROR>", status, (root, f"{root}.dtd"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are sent one after the other: without this each reply waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self.reply(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self.reply(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def reply(self, query: str) -> None:
        values = dict(parse_qsl(query, keep_blank_values=True))
        reply, fault = self.server.service.answer(urlsplit(self.path).path, values)
        if fault is not None and fault.send is not None:
            fault.send(self, reply)
            return
        self.plain(reply)

    def plain(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept in the service, not written to a terminal."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, service: Service, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.service = service

    @property
    def url(self) -> str:
        """Base address of the utilities, as a protocol's `entrez.endpoint` takes it."""
        return f"http://127.0.0.1:{self.server_address[1]}{BASE}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up (a total deadline, a killed run) is no event."""


@contextmanager
def serving(service: Service) -> Iterator[Server]:
    """Answer on loopback while the block runs."""
    server = Server(service)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
