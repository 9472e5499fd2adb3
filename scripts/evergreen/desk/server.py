"""The server of the desk: this machine only, a link for each person, and nothing without its token.

What it answers to is narrow on purpose (docs/security.md): pages by GET below a person's token, savings by POST of JSON with the
token in a header of their own, which no page of another origin can send without being asked first, and nobody is allowed when asking.
"""

from __future__ import annotations

import html
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any

from evergreen.desk.links import Links
from evergreen.desk.work import Desk
from evergreen.errors import InputError, ReviewError

LOOPBACK = "127.0.0.1"
TOKEN = "X-Evergreen-Token"
LARGEST = 32_000_000
"""Bytes of a request: a sheet of 20,000 rows has some six million."""
AT_ONCE = 32
"""Requests that are answered side by side."""
PATIENCE = 20.0
"""Seconds in which a request comes whole."""
HEADERS = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip
INDEX = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>{title}</title>
<style>body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }}</style>
</head><body><h1>{title}</h1>{body}</body></html>
"""


class Refused(Exception):
    """A request that is not answered, with its status."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        super().__init__(why)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are sent one after the other
    server_version = "Evergreen"
    sys_version = ""
    timeout = PATIENCE
    server: Server

    def do_GET(self) -> None:
        self._answer(self._show)

    def do_POST(self) -> None:
        self._answer(self._save)

    def _answer(self, how: Any) -> None:
        with self.server.seats:
            try:
                self._check_origin()
                how()
            except Refused as refused:
                self.close_connection = True  # what else was sent is not read
                self._json(refused.status, {"problem": str(refused)})
            except (InputError, ReviewError) as error:
                self._told(str(error))

    def _check_origin(self) -> None:
        """Another name for this machine (DNS rebinding), or a page of another origin."""
        if self.headers.get_all("Host") != [self.server.host]:
            raise Refused(403, "this is not the address of this server")
        if self.headers.get("Origin") not in (None, f"http://{self.server.host}"):
            raise Refused(403, "a page of another origin")
        if self.command == "POST" and self.headers.get("Sec-Fetch-Site") not in (None, "same-origin"):
            raise Refused(403, "a page of another origin")

    def _person(self, token: str) -> str:
        person = self.server.links.person(token)
        if person is None:
            raise Refused(
                403,
                "this link is not, or no longer, one of this review: take it from where the server was started",
            )
        return person

    def _show(self) -> None:
        token, _, place = self.path.lstrip("/").partition("/")
        person = self._person(token)
        if not place:
            self._html(self._index(person, token))
            return
        page = self.server.desk.page(person, place, token)
        if page is None:
            raise Refused(404, "there is no such page")
        self._html(page)

    def _index(self, person: str, token: str) -> str:
        desk = self.server.desk
        items = "".join(
            f'<li><a href="/{token}/{work.place}">{html.escape(work.name)}</a>: {html.escape(desk.awaits(work))}</li>'
            for work in desk.work[person].values()
        )
        title = f"{self.server.desk.protocol.review.title}: {person}"
        return INDEX.format(title=html.escape(title), body=f"<ul>{items}</ul><p>What you decide here is saved in the review at once. What awaits you is that of the last run.</p>")  # fmt: skip

    def _save(self) -> None:
        person = self._person(self.headers.get(TOKEN, ""))
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "only JSON is taken")
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            raise Refused(411, "the length of the request is not said") from None
        if not 0 <= length <= LARGEST:
            raise Refused(413, "the request is too large")
        body = self.rfile.read(length)
        if len(body) < length:
            raise Refused(400, "the request was cut off")
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise Refused(400, "the request is no JSON object")
        saved = self.server.desk.save(person, self.path.lstrip("/"), said)
        if saved is None:
            raise Refused(404, "there is no such work")
        self._json(200, saved)

    def _told(self, sentence: str) -> None:
        """A mistake in people's files."""
        if self.command == "POST":
            self._json(409, {"problem": sentence})
        else:
            self._html(INDEX.format(title="Not yet", body=f"<p>{html.escape(sentence)}</p>"), 409)

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _html(self, text: str, status: int = 200) -> None:
        self._send(status, text.encode(), "text/html; charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Addresses hold tokens: they are written nowhere."""


class Server(ThreadingHTTPServer):
    """Serves a desk to whoever has one of its links; raises OSError where another program has the port."""

    daemon_threads = True

    def __init__(self, desk: Desk, links: Links) -> None:
        super().__init__((LOOPBACK, links.port), _Handler)
        links.port = self.server_address[1]
        self.desk, self.links = desk, links
        self.host = f"{LOOPBACK}:{links.port}"
        self.seats = BoundedSemaphore(AT_ONCE)

    def link(self, person: str) -> str:
        """The address to give to a person."""
        return f"http://{self.host}/{self.links.tokens[person]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no event."""
