"""Replies are read by what they are, waits are kept, and nobody else is asked."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evergreen.search import replies
from evergreen.search.client import Client
from evergreen.search.replies import (
    Permanent,
    Transient,
    refuse_status,
    retry_after,
)

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), (" 7 ", 7), ("Sun, 22 Nov 2026 12:01:30 GMT", 90), ("Sun, 22 Nov 2026 11:00:00 GMT", 0), ("soon", 0), (None, 0)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(value, seconds):
    assert retry_after(value, NOW) == seconds


def test_the_wait_that_a_server_asks_for_is_kept_though_it_is_longer_than_ours(monkeypatch):
    waits = []
    monkeypatch.setattr("evergreen.search.client.time.sleep", waits.append)
    answers = iter([Transient("busy", 120), Transient("busy", 9_999), None])
    client = Client("http://127.0.0.1:9/", "a@b.org")

    def send(utility, pairs):
        if error := next(answers):
            raise error
        return b""

    monkeypatch.setattr(client, "_send", send)
    client.ask("einfo", {}, bytes)
    assert waits == [120, 600]


def test_transient_errors_wait_as_long_as_the_server_asks():
    with pytest.raises(Transient) as caught:
        refuse_status(429, b'{"error":"API rate limit exceeded"}', {"Retry-After": "7"})
    assert caught.value.wait == 7
    assert "rate limit exceeded" in str(caught.value)


ESEARCH = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/{dtd}">\n<eSearchResult><Count>1</Count><RetMax>1</RetMax>'
    "<RetStart>0</RetStart><IdList><Id>7</Id></IdList><TranslationSet/><QueryTranslation>x</QueryTranslation></eSearchResult>"
)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (ESEARCH.format(dtd="20990101/esearch_2099.dtd"), Permanent, "esearch_2099.dtd"),
        (ESEARCH.format(dtd="20060628/esearch.dtd")[:-40], Transient, "cannot be read"),
        (ESEARCH.format(dtd="20060628/esearch.dtd").replace(">\n<e", " [<!ENTITY a 'b'>]>\n<e", 1), Transient, "entities"),
        (ESEARCH.format(dtd="20060628/esearch.dtd").replace("<Id>7", "<Id>seven"), Transient, "not a whole esearch result"),
        (ESEARCH.format(dtd="20060628/esearch.dtd").replace("Count", "Number"), Transient, "cannot be read"),
    ],
)  # fmt: skip
def test_a_reply_that_is_not_what_ncbi_defines_is_refused_without_asking_anybody(
    body, kind, said, monkeypatch
):
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("somebody was asked"))
    with pytest.raises(kind, match=said):
        replies.search_reply(body.encode(), 1)


def test_reading_replies_makes_no_folder_at_home(tmp_path):
    reading = f"from evergreen.search import replies; print(replies.search_reply({ESEARCH.format(dtd='20060628/esearch.dtd')!r}.encode(), 1).ids)"
    told = subprocess.run(
        [sys.executable, "-c", reading], env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(Path(replies.__file__).parents[2])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "(7,)\n"
    assert not any(tmp_path.iterdir())
