"""Texts from outside stay texts on every page that a review publishes, and in the Markdown of its updates."""

import base64
import dataclasses
import re
from hashlib import sha256

import pandas as pd
import pytest
from lxml import html

from evergreen.prisma import flow_page as flow_page
from evergreen.prisma.chart import charts
from evergreen.prisma.counts import chained, given
from evergreen.protocol.review import Review
from evergreen.report import page, selection
from evergreen.report.blocks import Code, Head, Heading, Lines, Link, Section, Table, Terms, Text, Tiles
from evergreen.report.changes import rounds
from evergreen.report.word import document
from evergreen.screening.webpage import highlight_terms, screening_page
from evergreen.screening.worklists import work_list
from evergreen.search import audit
from tests.protocols import question
from tests.rows import each

ATTACK = (
    '</script><script>window.PWNED=1</script><img src=x onerror="window.PWNED=2">\'"><svg/onload=alert(1)>'
)
LINKS = ["javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"]  # fmt: skip


def refuse_foreign_markup(text: str, scripts: int) -> None:
    """Nothing on the page but its own scripts may run."""
    tree = html.document_fromstring(text)
    assert len(tree.findall(".//script")) == scripts
    assert "window.PWNED" not in "".join(
        script.text or "" for script in tree.findall(".//script") if script.get("type") is None
    )
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert not any(name.startswith("on") for name in element.attrib), element.attrib
        assert not re.match(r"\s*(javascript|data|vbscript|file):", element.get("href", ""), re.IGNORECASE)
        assert element.get("src") != "x"
    policy = tree.find(".//meta[@http-equiv='Content-Security-Policy']")
    assert policy is not None
    assert policy.get("content").startswith("default-src 'none'; ")


def test_the_report_shows_texts_from_outside_as_texts():
    blocks = [
        Text(ATTACK), Text(ATTACK, "soft"), Heading(ATTACK, "one"), Lines([ATTACK, *(Link(ATTACK, url) for url in LINKS)]),
        Tiles([(ATTACK, ATTACK)]), Terms([(ATTACK, ATTACK), (Link(ATTACK, LINKS[0]), ATTACK)]), Code(ATTACK, ATTACK), Table(ATTACK, [Head(ATTACK)], [[ATTACK], [Link(ATTACK, LINKS[0])]], fold=ATTACK),
    ]  # fmt: skip
    review = Review(title=ATTACK, authors=(ATTACK,), note=ATTACK, registration=ATTACK)
    sections = [Section("one", ATTACK, blocks)]
    text = "".join(page.page(review, ATTACK, sections))
    refuse_foreign_markup(text, scripts=1)
    # The page's own script runs, and by its hash no other.
    (script,) = html.document_fromstring(text).findall(".//script")
    digest = base64.b64encode(sha256(script.text.encode()).digest()).decode()
    assert re.findall(r"script-src ([^;\"]*)", text) == [f"'sha256-{digest}'"]
    assert document(review, sections).startswith(b"PK")  # Word has no markup in its texts


@each("url", LINKS)
def test_an_address_that_runs_something_is_no_link(url):
    assert Link("text", url).url == ""
    work = {"authors": "Smith, A", "title": "T", "year": 2001, "journal": "J", "retracted": False, "pmid": "", "doi": "", "url": url}  # fmt: skip
    assert selection.citation(work).url == ""


@each(
    "url",
    [
        "https://doi.org/10.1/x:y",
        "HTTP://a.org",
        "#outcome-a",
        "../prisma/excluded_reports.csv",
        "a b/c:d",
        "",
    ],
)
def test_an_address_of_the_web_or_of_the_review_is_a_link(url):
    assert Link("text", url).url == url


def test_the_screening_page_shows_texts_from_outside_as_texts():
    works = pd.DataFrame(
        {"work_id": ["a:1"], "round": "2020-12-31", **dict.fromkeys(("title", "authors", "journal", "abstract", "doi", "pmid"), ATTACK), "url": LINKS[0], "year": 2019}
    )  # fmt: skip
    awaiting = pd.DataFrame({"work_id": ["a:1"], "round": "2020-12-31", "reviewer": "AB", "pilot": False})
    text = screening_page(
        work_list(works, awaiting, "AB"), stage="full_text", reviewer="AB", title=ATTACK, reasons={"x": ATTACK},
        terms=highlight_terms(question(population=ATTACK), [ATTACK]),
        earlier=pd.DataFrame([{"record_id": ATTACK, "decision": "include", "reason": "", "note": ATTACK, "decided_on": "", ATTACK: "x"}]),
    )  # fmt: skip
    refuse_foreign_markup(text, scripts=2)


def test_the_page_of_the_flow_chart_shows_texts_from_outside_as_texts():
    day = "2020-12-31"
    counts, sources = given(day, {"database_results": 1, "records_screened": 1, "records_excluded": 1})
    found = {
        **chained({day: counts}, {"studies": 0, "reports": 0}),
        "sources": {day: {**sources, "database_results": {ATTACK: 1}}},
        "given": [],
        "skipped": [],
    }
    labels = {"x": ATTACK}
    drawn = charts(found, labels)
    works = pd.DataFrame([{"work_id": "a:1", **dict.fromkeys(("authors", "year", "title", "journal", "volume", "issue", "pages", "pmid", "doi"), ATTACK)}])  # fmt: skip
    text = flow_page.page(
        ATTACK, drawn, dict.fromkeys(drawn, "<svg></svg>"), found,
        members=pd.DataFrame([[day, "records_screened", "a:1", ATTACK]], columns=["round", "box", "id", "reason"]),
        works=works, clusters=pd.DataFrame({"record_id": ["a:1"], "work_id": ["a:1"]}),
        studies=pd.DataFrame({"study": [ATTACK], "work_ids": ["a:1"]}), labels=labels,
    )  # fmt: skip
    refuse_foreign_markup(text, scripts=2)


def test_templates_of_all_pages_escape_by_themselves(root):
    """What is put into a page as it stands is named here, and is made by us."""
    raw = {
        (path.name, found)
        for path in (root / "scripts/evergreen").rglob("*.j2")
        for found in re.findall(r"\{\{[^}]*\|\s*safe\s*\}\}", path.read_text(encoding="utf-8"))
    }
    assert raw == {
        ("blocks.html.j2", "{{ drawings[item.id] | safe }}"),
        ("flow.html.j2", "{{ charts[0].svg | safe }}"),
        ("flow.html.j2", "{{ chart.svg | safe }}"),
        ("flow.html.j2", "{{ data | safe }}"),
    }
    assert "Content-Security-Policy" in audit.TEMPLATE.read_text(encoding="utf-8")


MARKDOWN = [
    "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://a.org/x.png)", "<javascript:alert(1)>", "`code`", "a | b",
    "https://evil.org", "www.evil.org", "x@evil.org", "[x]: javascript:alert(1)", "a\n# b\n\n<div>", "&lt;b&gt;", "\\<b>", "**bold** _it_ ~~x~~",
]  # fmt: skip


@each("text", MARKDOWN)
def test_the_markdown_of_an_update_holds_no_html_link_or_cell_from_outside(text):
    table = Table(
        text,
        [Head("Outcome"), Head("Effect")],
        [[text, "RR 0.74 (0.50 to 1.10)"], [Link(text, "https://a.org"), ""]],
    )
    lines = rounds.as_markdown(text, "2020-12-31", [Text(text), table]).split("\n")
    assert len(lines) == 11
    assert lines[7] == "| --- | --- |"
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in lines[6:10])
    assert lines[8].endswith("| RR 0.74 (0.50 to 1.10) |")
    whole = "\n".join([lines[0].removeprefix("# "), *lines[1:]])
    assert "<" not in whole
    assert not re.search(r"(?<![\\&])[\[\]`*_~!#]", whole)
    assert not re.search(r"://|www\.|@", whole)


def test_the_markdown_of_an_update_is_readable():
    table = Table("Effects", [Head("Outcome")], [["Pain at 12 weeks (−1.2 to 0.3)"]])
    found = rounds.as_markdown(
        "Drugs & pain", "2020-12-31", [Text("1 study was added: O'Neill 2010."), table]
    )
    assert found == (
        "# Drugs &amp; pain: update of 2020-12-31\n\n1 study was added: O'Neill 2010.\n\n"
        "Effects:\n\n| Outcome |\n| --- |\n| Pain at 12 weeks (−1.2 to 0.3) |\n"
    )


def test_a_links_text_and_address_cannot_be_changed_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Link("a", "b").url = LINKS[0]  # type: ignore[misc]


def test_only_columns_with_long_words_may_be_broken_anywhere_on_paper():
    rows = [["inconsistency", "https://doi.org/10.1002/14651858", "12"], ["publication bias", "", "1,000"]]
    table = Table("Ratings", [Head("Domain"), Head("Where"), Head("n", True)], rows)
    assert table.classes == ["", "long", "number"]
    assert Table("None", [Head("Domain")], []).classes == [""]


def test_words_stay_whole_on_paper_where_they_find_room_beside_each_other():
    domains = [
        "Outcome",
        "Studies",
        "Inconsistency",
        "Indirectness",
        "Imprecision",
        "Publication bias",
        "Other considerations",
        *"ABCDEF",
    ]
    profile = Table(
        "Evidence profile", [Head(name) for name in domains], [["⊕⊕⊕◯ moderate\N{NO-BREAK SPACE}(a)"] * 13]
    )
    assert profile.width == "widest"
    assert dataclasses.replace(profile, rows=[["not judged"] * 13]).width == "widest whole"
    assert (
        Table("Summary", [Head("Certainty")] * 8, [["⊕⊕⊕◯ moderate\N{NO-BREAK SPACE}(a)"] * 8]).width
        == "wide whole"
    )
    assert Table("None", [Head("Domain")], []).width == "whole"
