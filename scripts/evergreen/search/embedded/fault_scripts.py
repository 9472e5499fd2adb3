"""A fault script: which reply goes wrong, and how.

A fault is scheduled by the number of the request (counted from 1) or by a probability with a seed. It changes the reply
before it is sent (`change`) or sends it in its own way (`send`).
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evergreen.search.embedded.server import Reply, _Handler

ARTICLE = re.compile(rb"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL)
DRIP_SECONDS = 0.05

Change = Callable[["Reply", dict[str, str]], "Reply"]


def _same(reply: Reply, values: dict[str, str]) -> Reply:
    return reply


@dataclass(frozen=True)
class Fault:
    """A way for a reply to go wrong; `only` limits it to one utility (`efetch`)."""

    name: str
    change: Change = _same
    send: Callable[[_Handler, Reply], None] | None = None
    only: str = ""


@dataclass
class FaultScript:
    """Faults by request number, and faults that strike with a probability.

    `at`: request number -> name of a fault. `rates`: name -> probability; one draw a request and name, from `seed`.
    """

    at: Mapping[int, str] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    def __post_init__(self) -> None:
        unknown = {*self.at.values(), *self.rates} - set(FAULTS)
        if unknown:
            raise ValueError(
                f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(sorted(FAULTS))}"
            )
        self.random = random.Random(self.seed)

    def of(self, number: int, utility: str) -> Fault | None:
        """The fault of the request with this number to this utility (`efetch.fcgi`), or None."""
        drawn = [name for name, rate in sorted(self.rates.items()) if self.random.random() < rate]
        names = [self.at[number]] if number in self.at else drawn
        for name in names:
            if utility.startswith(FAULTS[name].only):
                return FAULTS[name]
        return None


# What a reply is changed into --------------------------------------------------------------------------------------


def _status(status: int, body: bytes, kind: str = "text/html", **headers: str) -> Change:
    def change(reply: Reply, values: dict[str, str]) -> Reply:
        extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return replace(reply, status=status, body=body, type=kind, headers=extra)

    return change


def _error(said: str) -> Change:
    def change(reply: Reply, values: dict[str, str]) -> Reply:
        if values.get("retmode") == "json":
            return replace(reply, body=('{"header":{},"esearchresult":{"ERROR":"' + said + '"}}').encode())
        return replace(
            reply,
            body=f"<?xml version='1.0'?>\n<eFetchResult>\n<ERROR>{said}</ERROR>\n</eFetchResult>\n".encode(),
        )

    return change


def _on_articles(edit: Callable[[list[bytes]], list[bytes]]) -> Change:
    def change(reply: Reply, values: dict[str, str]) -> Reply:
        found = ARTICLE.findall(reply.body)
        if not found:
            return reply
        start, end = reply.body.index(found[0]), reply.body.rindex(found[-1]) + len(found[-1])
        return replace(reply, body=reply.body[:start] + b"\n".join(edit(found)) + reply.body[end:])

    return change


def _stranger(articles: list[bytes]) -> list[bytes]:
    return [*articles, re.sub(rb'(<PMID Version="1">)\d+', rb"\g<1>99999999", articles[0], count=1)]


def _without_ids(reply: Reply, values: dict[str, str]) -> Reply:
    """The last third of the listed ids is missing; the count stands."""
    ids = re.findall(rb"\s*<Id>\d+</Id>", reply.body)
    for one in ids[len(ids) * 2 // 3 :]:
        reply = replace(reply, body=reply.body.replace(one, b"", 1))
    return reply


def _between_records(reply: Reply, values: dict[str, str]) -> Reply:
    end = reply.body.find(b"</PubmedArticle>", len(reply.body) // 2)
    return replace(
        reply,
        body=reply.body[: end + len(b"</PubmedArticle>")] if end > 0 else reply.body[: len(reply.body) // 2],
    )


def _inside_character(reply: Reply, values: dict[str, str]) -> Reply:
    place = next(
        (i for i in range(len(reply.body) // 3, len(reply.body)) if reply.body[i] >= 0xC0),
        len(reply.body) // 2,
    )
    return replace(reply, body=reply.body[: place + 1])


def _defining(entities: str, used: str) -> Change:
    """A document that defines entities of its own, and a record that uses one."""
    head = f'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [{entities}]>'
    body = f"{head}<PubmedArticleSet><PubmedArticle>{used}</PubmedArticle></PubmedArticleSet>".encode()
    return lambda reply, values: replace(reply, body=body)


# How a reply is sent -----------------------------------------------------------------------------------------------


def _head(handler: _Handler, reply: Reply, *lines: str) -> None:
    text = f"HTTP/1.1 {reply.status} OK\r\nContent-Type: {reply.type}\r\n" + "".join(
        f"{line}\r\n" for line in lines
    )
    handler.wfile.write(f"{text}Connection: close\r\n\r\n".encode())
    handler.close_connection = True


def _reset(handler: _Handler, reply: Reply) -> None:
    """Close so that the other side sees a reset, not an end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def _cut_with_length(handler: _Handler, reply: Reply) -> None:
    _head(handler, reply, f"Content-Length: {len(reply.body)}")
    handler.wfile.write(reply.body[: len(reply.body) // 2])


def _cut_without_length(handler: _Handler, reply: Reply) -> None:
    _head(handler, reply)
    handler.wfile.write(reply.body[: len(reply.body) // 2])


def _cut_chunked(handler: _Handler, reply: Reply) -> None:
    _head(handler, reply, "Transfer-Encoding: chunked")
    half = reply.body[: len(reply.body) // 2]
    handler.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n")


def _length_too_small(handler: _Handler, reply: Reply) -> None:
    _head(handler, reply, f"Content-Length: {len(reply.body) * 2 // 3}")
    handler.wfile.write(reply.body)


def _length_too_large(handler: _Handler, reply: Reply) -> None:
    _head(handler, reply, f"Content-Length: {len(reply.body) + 100}")
    handler.wfile.write(reply.body)


def _reset_in_body(handler: _Handler, reply: Reply) -> None:
    _cut_with_length(handler, reply)
    handler.wfile.flush()
    _reset(handler, reply)


def _hang_up(handler: _Handler, reply: Reply) -> None:
    handler.close_connection = True


def _drip(handler: _Handler, reply: Reply) -> None:
    """One byte after the other, for ever: only a deadline for the whole reply ends this."""
    _head(handler, reply, f"Content-Length: {len(reply.body)}")
    for byte in reply.body:
        handler.wfile.write(bytes([byte]))
        time.sleep(DRIP_SECONDS)


def _stall(handler: _Handler, reply: Reply) -> None:
    _head(handler, reply, f"Content-Length: {len(reply.body)}")
    handler.wfile.write(reply.body[:100])
    time.sleep(60)


BOMB = '<!ENTITY e0 "x">' + "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 9))
MAINTENANCE = (
    b"<html><head><title>NCBI - Site Maintenance</title></head><body>Temporarily unavailable</body></html>"
)
LIMITED = json.dumps(
    {"error": "API rate limit exceeded", "api-key": "127.0.0.1", "count": "4", "limit": "3"}
).encode()

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (
    Fault("429", _status(429, LIMITED, "application/json")),
    Fault("429 retry-after", _status(429, LIMITED, "application/json", Retry_After="1")),
    Fault("500", _status(500, MAINTENANCE)),
    Fault("502", _status(502, MAINTENANCE)),
    Fault("503", _status(503, MAINTENANCE)),
    Fault("html 200", _status(200, MAINTENANCE)),
    Fault("json error 200", _status(200, b'{"error":"error forwarding request","api-key":"127.0.0.1"}', "application/json")),
    Fault("backend failed", _error("Search Backend failed: Exception:\n read timed out")),
    Fault("query expired", _error("Unable to obtain query #1")),
    Fault("empty 200", _status(200, b"", "text/xml")),
    Fault("cut, length given", send=_cut_with_length),
    Fault("cut, no length", send=_cut_without_length),
    Fault("cut, chunked", send=_cut_chunked),
    Fault("cut between records", _between_records, only="efetch"),
    Fault("cut inside a character", _inside_character, only="efetch"),
    Fault("length too small", send=_length_too_small),
    Fault("length too large", send=_length_too_large),
    Fault("reset", send=_reset),
    Fault("reset in the body", send=_reset_in_body),
    Fault("hang up", send=_hang_up),
    Fault("drip", send=_drip),
    Fault("stall", send=_stall),
    Fault("record missing", _on_articles(lambda found: found[1:]), only="efetch"),
    Fault("record twice", _on_articles(lambda found: [found[0], *found]), only="efetch"),
    Fault("stranger", _on_articles(_stranger), only="efetch"),
    Fault("order changed", _on_articles(lambda found: found[::-1]), only="efetch"),
    Fault("no records", _on_articles(lambda found: []), only="efetch"),
    Fault("ids missing", _without_ids, only="esearch"),
    Fault("entity bomb", _defining(BOMB, "&e8;"), only="efetch"),
    Fault("external entity", _defining('<!ENTITY x SYSTEM "file:///etc/hostname">', "&x;"), only="efetch"),
    Fault("redirect", _status(302, b"", Location="http://example.org/entrez/eutils/")),
)}  # fmt: skip
"""Faults by name; those with `only` strike that utility alone."""
