"""XML from outside is read record by record, and reads no file, opens no address and unfolds no bomb."""

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
    "ebsco_xml": '<records><rec resultID="1"><header shortDbName="rzh" uiTerm="1"><controlInfo><artinfo><tig><atl>T {} E</atl></tig>'
    "</artinfo></controlInfo></header></rec></records>",
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
    path.write_text(BODIES[format_].format("<i>" * 10_000 + "x" + "</i>" * 10_000) + "\n")
    start = time.perf_counter()
    try:
        found = formats.read(path, format_=format_)
    except InputError:
        pass
    else:
        assert found.blocks or found.remarks
    assert time.perf_counter() - start < 10


ENDNOTE_XML = """<?xml version="1.0" encoding="UTF-8"?><xml><records>
<record><ref-type name="Journal Article">17</ref-type><contributors><authors>
<author><style face="normal">Liu, Ran</style></author><author>Adler, D. G.</author></authors></contributors>
<titles><title><style face="normal">A title with </style><style face="italic">E. coli</style></title>
<secondary-title>Journal of Tests</secondary-title></titles><pages>12-19</pages><volume>3</volume><number>2</number>
<dates><year>2011</year></dates><accession-num>12345678</accession-num>
<remote-database-name>Medline</remote-database-name>
<electronic-resource-num>10.1000/test.1</electronic-resource-num><abstract>Text</abstract></record>
<record><titles><title>Two</title></titles></record>
</records></xml>
"""


def test_endnote_xml(read):
    export, table = read(ENDNOTE_XML)
    assert (export.format, len(table)) == ("EndNote XML", 2)
    assert tuple(table.loc[0, ["title", "authors", "journal", "doi", "pmid", "year", "line", "line_end"]]) == (
        "A title with E. coli", "Liu, Ran; Adler, D. G.", "Journal of Tests", "10.1000/test.1", "12345678", 2011, 2, 8,
    )  # fmt: skip


EBSCO_XML = """<?xml version="1.0" encoding="UTF-8"?>
<records>
  <rec resultID="1">
    <plink>https://search.ebscohost.com/login.aspx?direct=true&amp;db=rzh&amp;AN=150123456&amp;site=ehost-live</plink>
    <header shortDbName="rzh" longDbName="CINAHL Complete" uiTerm="150123456" uiTag="AN"><controlInfo>
      <bkinfo/>
      <jinfo><jid type="mid">3Q5</jid><jtl>Nursing &amp; Health</jtl><issn>01419331</issn></jinfo>
      <pubinfo><dt year="2010" month="10" day="01">Oct2010</dt><vid>34</vid><iid>6</iid></pubinfo>
      <artinfo>
        <ui>150123456</ui><ui type="doi">10.1000/abc</ui><ui type="pmid">31234567</ui><ppf>215</ppf><ppct>13</ppct>
        <tig><atl>A trial of <i>bone</i>.</atl></tig>
        <aug><au>Doe, Ann</au><au>Roe, B C</au><affil>Ghent</affil></aug>
        <sug><subj type="major">Bone</subj><subj type="minor">Joint</subj></sug>
        <ab>NCT01234567.</ab><pubtype>Academic Journal</pubtype><doctype>Article</doctype>
      </artinfo>
      <language code="en">English</language><copyright flag="Y"><dt year="2015"/></copyright>
    </controlInfo></header>
  </rec>
  <rec resultID="2"><header shortDbName="rzh" uiTerm="2"/></rec>
</records>
"""


def test_xml_of_ebsco(read):
    export, table = read(EBSCO_XML)
    assert (export.format, export.dialect, len(table)) == ("EBSCO XML", "EBSCO", 1)
    columns = [
        "accession", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "registry_ids", "publication_types",
        "keywords", "language", "issn",
    ]  # fmt: skip
    assert table.loc[0, columns].tolist() == [
        "150123456", "A trial of bone.", "Doe, Ann; Roe, B C", 2010, "Nursing & Health", "34", "6", "215", "10.1000/abc", "31234567",
        "NCT01234567", "Article; Academic Journal", "Bone; Joint", "eng", "0141-9331",
    ]  # fmt: skip
    assert [remark.reason for remark in export.remarks if remark.kind == "lost"] == [
        "record without any field"
    ]


def test_a_truncated_xml_keeps_the_records_before_the_cut(read):
    export, table = read(ENDNOTE_XML[: ENDNOTE_XML.index("Two")])
    assert table["title"].tolist() == ["A title with E. coli"]
    assert any("not well-formed" in remark.reason for remark in export.remarks)


PUBMED_XML = """<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "https://x/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation><PMID Version="1">12345678</PMID>
<Article><Journal><Title>Journal of tests</Title></Journal><ArticleTitle>A title</ArticleTitle></Article>
</MedlineCitation></PubmedArticle>
<PubmedArticle>
    wrong format
</PubmedArticle>
<PubmedArticle><MedlineCitation><PMID Version="1">12345679</PMID>
<Article><ArticleTitle>Two</ArticleTitle></Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>
"""


def test_pubmed_xml_with_a_broken_article_between_good_ones(read):
    export, table = read(PUBMED_XML)
    assert export.format == "PubMed XML"
    assert table["pmid"].tolist() == ["12345678", "12345679"]
    assert table[["line", "line_end"]].values.tolist() == [[4, 6], [10, 11]]
    assert [remark.line for remark in export.remarks if remark.kind == "lost"] == [7, 8, 9]


def test_several_xml_files_put_together(read):
    _, table = read(PUBMED_XML + PUBMED_XML.replace("1234567", "2234567"))
    assert table["pmid"].tolist() == ["12345678", "12345679", "22345678", "22345679"]
    assert table["line"].tolist() == [4, 10, 16, 22]


@each(
    ("written", "title"),
    [("p<0.05 and n > 5", "p<0.05 and n > 5"), ("x<y", "x<y"), ("a<b and c>d", "a<b and c>d"), ("R&D &nbsp;&copy;", "R&D ©"), ("a\x0bb", "a b"), ("A <b>bold", "A bold"),
     ("<i>x</b>", "x"), ("H<sub>2</sub>O", "H2O"), ("<i>E. coli</i>", "E. coli"), ("one<br/>two", "one two"), ("&lt;5 &amp; 6", "<5 & 6"),
     ("<![CDATA[a < b & c]]> R&D", "a < b & c R&D")],
)  # fmt: skip
def test_a_title_is_whole_whatever_signs_and_tags_stand_in_it(written, title, read):
    record = "<record><titles><title>T {} E</title></titles><dates><year>{}</year></dates></record>\n"
    records = record.format(written, 2020) + record.format("", 2021)
    _, table = read(f'<?xml version="1.0"?>\n<xml><records>\n{records}</records></xml>\n')
    assert table["title"].tolist() == [f"T {title} E", "T E"]
    assert table["year"].tolist() == [2020, 2021]
    trial = f"<Trial><TrialID>NCT1</TrialID><Public_title>T {written} E</Public_title></Trial>"
    _, table = read(f"<Trials_downloaded_from_ICTRP>{trial}</Trials_downloaded_from_ICTRP>\n")
    assert table["title"].tolist() == [f"T {title} E"]


def test_a_sign_that_xml_does_not_have_is_remarked_upon_by_its_line(read):
    body = BODIES["endnote_xml"].format("R&D").replace("<titles>", "\n<titles>")
    export, _ = read(body + "\n")
    assert [(one.line, one.kind) for one in export.remarks if "not well-formed" in one.reason] == [
        (2, "note")
    ]


def test_a_name_that_the_journal_misspelt_is_no_author_beside_the_right_one(read):
    name = '<Author ValidYN="{}"><LastName>{}</LastName><ForeName>Ann</ForeName></Author>'
    article = "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>T</ArticleTitle><AuthorList>{}</AuthorList></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>\n"
    _, table = read(
        article.format(name.format("N", "Dou") + name.format("Y", "Doe") + name.format("Y", "Roe"))
    )
    assert table["authors"].tolist() == ["Doe, Ann; Roe, Ann"]
    assert "Dou, Ann" in table["other_fields"][0]
    assert read(article.format(name.format("N", "Dou")))[1]["authors"].tolist() == ["Dou, Ann"]
