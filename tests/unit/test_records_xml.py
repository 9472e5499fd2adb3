"""XML from outside reads no file, opens no address and unfolds no bomb."""

import time

import pytest

from evergreen.errors import InputError
from evergreen.records import formats
from tests.rows import each

BOMB = '<!ENTITY e0 "x">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
BODIES = {
    "pubmed_xml": "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>T {} E</ArticleTitle>"
    "</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "endnote_xml": '<xml><records><record><ref-type name="Journal Article">17</ref-type><titles><title>T {} E</title></titles>'
    "</record></records></xml>",
    "ictrp_xml": "<Trials_downloaded_from_ICTRP><Trial><TrialID>NCT1</TrialID><Public_title>T {} E</Public_title></Trial>"
    "</Trials_downloaded_from_ICTRP>",
}


@each("format_", BODIES)
@each("entity", ["file", "bomb", "parameter"])
def test_entities_stand_for_nothing(tmp_path, format_, entity):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    dtd, use = {
        "file": (f'<!ENTITY f SYSTEM "{secret.as_uri()}">', "&f;"),
        "bomb": (BOMB, "&e9;"),
        "parameter": (f'<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;', "&p;"),
    }[entity]
    path = tmp_path / "export.xml"
    head = BODIES[format_].split("<")[1].split(">")[0]
    path.write_text(f'<?xml version="1.0"?>\n<!DOCTYPE {head} [{dtd}]>\n{BODIES[format_].format(use)}\n')
    start = time.perf_counter()
    found = formats.read(path, format_=format_)
    texts = [value for block in found.blocks for _, value in block.fields]
    assert any(text.startswith("T ") for text in texts)
    assert sum(map(len, texts)) < 1000
    assert "SECRET" not in " ".join([*texts, *(remark.text for remark in found.remarks)])
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("format_", BODIES)
def test_deep_nesting_ends_in_a_sentence_or_a_remark(tmp_path, format_):
    path = tmp_path / "export.xml"
    path.write_text(BODIES[format_].format("<i>" * 50_000 + "x" + "</i>" * 50_000) + "\n")
    start = time.perf_counter()
    try:
        found = formats.read(path, format_=format_)
    except InputError:
        pass
    else:
        assert found.blocks or found.remarks
    assert time.perf_counter() - start < 10
