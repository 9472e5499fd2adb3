"""The parser of PubMed XML: equal to Bio.Entrez on real records, and safe with what should not be read."""

import json
from io import BytesIO

import pytest
from Bio import Entrez

from evergreen.search import article_sets, pubmed_xml
from evergreen.search.embedded import held_facts
from tests.reference import pubmed_oracle

ARTICLE = """<PubmedArticle><MedlineCitation><PMID Version="1">1</PMID><Article>{}</Article>{}</MedlineCitation></PubmedArticle>"""


def one(article: str = "", citation: str = "") -> dict:
    document = f"<PubmedArticleSet>{ARTICLE.format(article, citation)}</PubmedArticleSet>"
    return next(pubmed_xml.records(BytesIO(document.encode())))


def test_real_records_equal_bio_entrez(shared):
    path = shared / "data/pubmed/curated.xml"
    with path.open("rb") as file:
        theirs = Entrez.read(file)["PubmedArticle"]
    ours = list(pubmed_xml.records(str(path)))
    assert len(ours) == len(theirs) == 145
    for row, other in zip(ours, theirs, strict=True):
        fields = pubmed_oracle.fields(other)
        assert not pubmed_oracle.differences(row, fields), row["pmid"]


def test_retractions_are_seen(shared):
    features = json.loads((shared / "data/pubmed/features.json").read_text())["features"]
    retracted = {
        row["pmid"] for row in pubmed_xml.records(str(shared / "data/pubmed/curated.xml")) if row["retracted"]
    }
    assert retracted == set(features["ref_RetractionIn"]) | set(features["pt_Retracted Publication"])


def test_markup_in_titles_becomes_plain_text():
    assert (
        one("<ArticleTitle>CO<sub>2</sub> and <i>E. coli</i>:  a\n trial</ArticleTitle>")["title"]
        == "CO2 and E. coli: a trial"
    )


def test_text_is_nfc():
    assert one("<ArticleTitle>Osteoporose\u0301</ArticleTitle>")["title"] == "Osteoporosé"


def test_an_empty_title_is_taken_from_the_vernacular():
    row = one("<ArticleTitle></ArticleTitle><VernacularTitle>Über Knochen</VernacularTitle>")
    assert row["title"] == "Über Knochen"
    row = one("<ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>Über Knochen</VernacularTitle>")
    assert row["title"] == "Über Knochen"


def test_structured_abstract_and_authors():
    row = one(
        '<Abstract><AbstractText Label="AIM">To see.</AbstractText><AbstractText Label="UNLABELLED">More.</AbstractText>'
        "<AbstractText/></Abstract><AuthorList><Author><LastName>Roe</LastName><ForeName>Ann</ForeName><Suffix>2<sup>nd</sup>"
        "</Suffix></Author><Author><LastName>Poe</LastName><Initials>E</Initials></Author>"
        "<Author><CollectiveName>A Group; B Group</CollectiveName></Author></AuthorList>"
    )
    assert row["abstract"] == "AIM: To see.\nMore."
    assert row["authors"] == "Roe, Ann 2nd; Poe, E; A Group, B Group"


@pytest.mark.parametrize(
    ("date", "year", "text"),
    [
        ("<MedlineDate>1979 Dec-1980 Jan</MedlineDate>", 1979, "1979 Dec-1980 Jan"),
        ("<Year>1979</Year><Season>Summer</Season>", 1979, "1979 Summer"),
        ("<Year>2019</Year><Month>Jun</Month><Day>3</Day>", 2019, "2019-06-03"),
        ("<Year>2019</Year><Month>6</Month>", 2019, "2019-06"),
        ("<MedlineDate>Spring</MedlineDate>", None, "Spring"),
    ],
)
def test_dates(date, year, text):
    row = one(f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>")
    assert (row["year"], row["other_fields"]["publication_date"]) == (year, [text])


def test_registry_numbers_are_told_from_other_data_banks():
    row = one(
        "<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>"
        "<AccessionNumber>NCT00000001</AccessionNumber></AccessionNumberList></DataBank><DataBank><DataBankName>GENBANK"
        "</DataBankName><AccessionNumberList><AccessionNumber>X1</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
    )
    assert row["registry_ids"] == "NCT00000001"
    assert row["other_fields"]["data_banks"] == ["GENBANK/X1"]


def test_books_are_records_too():
    document = """<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID Version="1">20301295</PMID><ArticleIdList>
      <ArticleId IdType="bookaccession">NBK1103</ArticleId></ArticleIdList><Book><Publisher><PublisherName>UW</PublisherName>
      </Publisher><BookTitle>GeneReviews</BookTitle><PubDate><Year>1993</Year></PubDate></Book><ArticleTitle>Disorder
      </ArticleTitle><Language>eng</Language><AuthorList Type="authors"><Author><LastName>Roe</LastName></Author></AuthorList>
      <Abstract><AbstractText>Text.</AbstractText></Abstract></BookDocument><PubmedBookData><History><PubMedPubDate
      PubStatus="entrez"><Year>2010</Year><Month>3</Month><Day>20</Day></PubMedPubDate></History></PubmedBookData>
      </PubmedBookArticle></PubmedArticleSet>"""
    row = next(pubmed_xml.records(BytesIO(document.encode())))
    assert (row["pmid"], row["title"], row["journal"], row["year"], row["authors"]) == (
        "20301295", "Disorder", "GeneReviews", 1993, "Roe",
    )  # fmt: skip
    assert row["other_fields"]["created_on"] == ["2010-03-20"]


def test_a_reply_may_name_the_dtd_of_a_year_to_come():
    body = held_facts.article_set([ARTICLE.format("<New2041>x</New2041>", "").encode()], dtd_year=41)
    assert next(pubmed_xml.records(BytesIO(body)))["pmid"] == "1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>down</body></html>",
        b"<PubmedArticleSet><PubmedArticle></PubmedArticle>",
        b"<eFetchResult><ERROR>no</ERROR></eFetchResult>",
        b"PMID- 1\nTI  - x\n",
        b'<!DOCTYPE PubmedArticleSet [<!ENTITY e "x">]><PubmedArticleSet>' + ARTICLE.format("", "").encode() + b"</PubmedArticleSet>",
        b'<!DOCTYPE PubmedArticleSet [<!ENTITY e SYSTEM "file:///etc/hostname">]><PubmedArticleSet>'
        + ARTICLE.format("<ArticleTitle>&e;</ArticleTitle>", "").encode() + b"</PubmedArticleSet>",
        b"<PubmedArticleSet><PubmedArticle><MedlineCitation/></PubmedArticle></PubmedArticleSet>",
        b"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>x1</PMID></MedlineCitation></PubmedArticle></PubmedArticleSet>",
        b"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version='b'>1</PMID></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    ],
)  # fmt: skip
def test_what_is_no_whole_set_of_records_is_refused(body):
    with pytest.raises(article_sets.Unreadable):
        list(pubmed_xml.records(BytesIO(body)))


def test_an_entity_bomb_is_refused_at_once():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE PubmedArticleSet [<!ENTITY e0 "x">{entities}]><PubmedArticleSet><PubmedArticle>&e9;</PubmedArticle></PubmedArticleSet>'
    with pytest.raises(article_sets.Unreadable):
        list(pubmed_xml.records(BytesIO(body.encode())))
