"""The status as a feed: Atom that a reader reads, of the days that the review's files say."""

import pandas as pd
from lxml import etree

from evergreen.report.feed import as_atom
from evergreen.report.status import Waiting
from evergreen.report.waiting_records import newest, waiting_screening

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def texts(feed: str, path: str) -> list[str]:
    return [str(found) for found in etree.fromstring(feed.encode()).xpath(path, namespaces=ATOM)]


def test_an_entry_keeps_its_id_and_takes_the_day_of_what_it_waits_for():
    one = Waiting(
        "AB", "3 records to screen at <title>", "open x", 3, page="screening/t/AB.html", since="2024-01-31"
    )
    more = Waiting("AB", "1,204 records to screen at <title>", "open x", 1204, since="2024-06-30")
    other = Waiting("anyone", "2 works", "config/config.yaml", 2)
    first, second = (
        as_atom("A & B", [one, other], "2024-02-01"),
        as_atom("A & B", [more, other], "2024-02-01"),
    )
    assert texts(first, "//a:entry/a:title/text()") == [
        "AB: 3 records to screen at <title>",
        "anyone: 2 works",
    ]
    assert texts(first, "//a:entry/a:id/text()") == texts(second, "//a:entry/a:id/text()")
    assert texts(first, "//a:updated/text()") == [
        "2024-02-01T00:00:00Z",
        "2024-01-31T00:00:00Z",
        "2024-02-01T00:00:00Z",
    ]
    assert texts(second, "/a:feed/a:updated/text()") == ["2024-06-30T00:00:00Z"]
    assert texts(first, "//a:link/@href") == ["../screening/t/AB.html"]
    assert first == as_atom("A & B", [one, other], "2024-02-01")
    twice = texts(as_atom("T", [other, other], ""), "//a:id/text()")
    assert len(set(twice)) == 3


def test_records_wait_since_their_round_and_conflicts_since_the_last_vote():
    awaiting = {"AB": pd.DataFrame({"work_id": ["a", "b"], "round": ["2023-01-31", "2024-01-31"]})}
    votes = pd.DataFrame(
        {
            "work_id": ["a", "a", "b"],
            "reviewer": ["AB", "CD", "AB"],
            "decided_on": ["2024-02-03", "soon", "2025-01-01"],
            "round": ["2023-01-31"] * 3,
        }
    )
    conflicts = pd.DataFrame({"work_id": ["a"]})
    items = waiting_screening(
        "full_text", awaiting, conflicts, pd.DataFrame({"why": [], "reviewer": []}), votes
    )
    assert [(item.who, item.since) for item in items] == [("AB", "2024-01-31"), ("adjudicator", "2024-02-03")]
    assert newest(votes) == "2025-01-01"
    assert newest(votes[votes["work_id"].eq("none")]) == ""
