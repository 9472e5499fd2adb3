"""PubmedArticleSet documents are cut into pieces at the ends of records; a wrong cut is an error, never a record lost."""

from io import BytesIO

import pytest

from evergreen.search import article_sets, pubmed_xml
from tests.rows import each

HEAD = b'<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet SYSTEM "https://dtd.nlm.nih.gov/x.dtd">\n<PubmedArticleSet>\n'
END = b"\n</PubmedArticleSet>\n"


def article(pmid, more=b""):
    return (
        b'<PubmedArticle><MedlineCitation><PMID Version="1">%d</PMID>%b</MedlineCitation></PubmedArticle>'
        % (pmid, more)
    )


BOOK = b"<PubmedBookArticle><BookDocument><PMID>9</PMID></BookDocument></PubmedBookArticle>"


@pytest.fixture(autouse=True, params=[7, 64, 1 << 17])
def block(request, monkeypatch):
    """Documents are the same however much of them is read at a time."""
    monkeypatch.setattr(article_sets, "BLOCK", request.param)


def read(document):
    return [
        (line, int(pubmed_xml.identity(element)[0]))
        for line, element in article_sets.located(BytesIO(document))
    ]


@each(
    ("document", "found"),
    [
        (HEAD + article(1) + b"\n" + article(2) + b"\n\n" + article(3) + END, [(4, 1), (5, 2), (7, 3)]),
        (HEAD + article(1) + BOOK + article(2) + END, [(4, 1), (4, 9), (4, 2)]),
        (HEAD + article(1) + b"<DeleteCitation><PMID>5</PMID></DeleteCitation>" + END, [(4, 1)]),
        (HEAD + END, []),
        (b"\xef\xbb\xbf" + HEAD + article(1) + article(2) + END, [(4, 1), (4, 2)]),
        (HEAD + article(1).replace(b"Article>", b"Article >") + article(2) + END, [(4, 1), (4, 2)]),
        (HEAD.replace(b'0"?', b'0" encoding="iso-8859-1"?') + article(1) + article(2, b"<x>\xe9</x>") + END, [(4, 1), (4, 2)]),
        (HEAD.replace(b"Set>", b'Set xmlns:m="urn:m">') + article(1) + article(2, b"<m:x/>") + END, [(4, 1), (4, 2)]),
        ((HEAD + article(1) + article(2) + END).decode().replace('0"?', '0" encoding="utf-16"?').encode("utf-16"), [(4, 1), (4, 2)]),
    ],
)  # fmt: skip
def test_every_record_is_found_with_its_line(document, found):
    assert read(document) == found


@each(
    "document",
    [
        b"<!-- <PubmedArticle> -->" + HEAD + article(1) + article(2) + END,
        HEAD + article(1) + article(2),
        HEAD + article(1) + article(2)[:-1] + END,
        HEAD + article(1) + END + article(2) + END,
        HEAD + article(1) + END + HEAD + article(2) + END,
        HEAD + article(1) + END + b"x",
        HEAD + b"<Other>" + article(1) + article(2) + b"</Other>" + END,
        b"<Other>" + article(1) + article(2) + b"</Other>",
        HEAD + b"<PubmedArticle>" + article(1) + b"</PubmedArticle>" + END,
        HEAD + article(1) + b"<PubmedArticle/>" + END,
        HEAD + article(1) + article(2, b"&nbsp;") + END,
        HEAD + article(1) + article(2, b"<x>\xff</x>") + END,
    ],
)
def test_what_cannot_be_cut_or_is_not_well_formed_is_refused(document):
    with pytest.raises(article_sets.Unreadable):
        read(document)


@each("end", [b"<!-- </PubmedArticle> -->", b"<x><![CDATA[</PubmedArticle>]]></x>"])
def test_an_end_that_is_none_loses_no_record(end):
    """Where such a document is cut is chance; it is read whole or refused."""
    try:
        found = read(HEAD + article(1, end) + article(2) + END)
    except article_sets.Unreadable:
        return
    assert found == [(4, 1), (4, 2)]


def test_a_document_in_which_no_record_ends_is_not_read_into_memory(monkeypatch):
    monkeypatch.setattr(article_sets, "LONGEST", 1_000)
    with pytest.raises(article_sets.Unreadable, match="no record ends"):
        read(HEAD + b"<x/>" * (1 << 17) + END)
