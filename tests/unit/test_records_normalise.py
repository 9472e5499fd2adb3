"""Normal forms of identifiers, pages, years, titles and names, as databases write them."""

from evergreen.records.name_lists import split_authors
from evergreen.records.names import Name, first_author, parse_name
from evergreen.records.normalise import (
    canonical_doi,
    canonical_pmcid,
    canonical_pmid,
    clean,
    first_page,
    issns,
    languages,
    searchable,
    year_of,
)
from tests.rows import each


@each(
    ("text", "doi"),
    [
        ("https://doi.org/10.1002/art.23417.", "10.1002/art.23417"),
        ("DOI: 10.1002/ART.23417", "10.1002/art.23417"),
        ("http://dx.doi.org/10.1016%2Fj.cell.2019.01.001?via=ihub", "10.1016/j.cell.2019.01.001"),
        ("10.1007/s00198-018-4458-8 [doi]", "10.1007/s00198-018-4458-8"),
        ("10.1007/s00198-018-4458-8[doi]", "10.1007/s00198-018-4458-8"),
        ("(10.1016/S0140-6736(05)66545-0)", "10.1016/s0140-6736(05)66545-0"),
        ('<a href="https://doi.org/10.1000/abc">10.1000/abc</a>', "10.1000/abc"),
        ("10.1000/abc</a>", "10.1000/abc"),
        ("10.1016/S0140\u20106736(20)30183\u20105", "10.1016/s0140-6736(20)30183-5"),
        (
            "10.1002/1529-0131(200012)43:12&lt;2776::AID-ANR18&gt;3.0.CO;2-X",
            "10.1002/1529-0131(200012)43:12<2776::aid-anr18>3.0.co;2-x",
        ),
        ("http://sfx.org/x?id=doi:10.4103%2F2303-9027.138783&atitle=Cysts", "10.4103/2303-9027.138783"),
        (
            "https://www.medrxiv.org/content/10.1101/2021.01.01.21249999v2.full.pdf",
            "10.1101/2021.01.01.21249999",
        ),
        ("10.48550/arXiv.2101.00001v3", "10.48550/arxiv.2101.00001"),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2020.00001/full", "10.3389/fnins.2020.00001"),
        ("10.3389/fnins.2020.00001/full", "10.3389/fnins.2020.00001"),
        ("https://link.springer.com/content/pdf/10.1007/s00125-020-1.pdf", "10.1007/s00125-020-1"),
        ("10.1021/x.full.html", "10.1021/x"),
        ("10.1234/full", "10.1234/full"),
        ("10.1093/nar/gkaa1100,PMID:33211869", "10.1093/nar/gkaa1100"),
        ("10.1016/j.x.2020.01.001;10.1016/j.y.2020.01.002", "10.1016/j.x.2020.01.001"),
        ("10.1093/nar/gkaa1100?utm_source=x", "10.1093/nar/gkaa1100"),
        ("10.1000/a,b;c", "10.1000/a,b;c"),
        ("10.21203/rs.3.rs-12345/v2", "10.21203/rs.3.rs-12345/v2"),
        ("no identifier 10.5 mg", ""),
        ("", ""),
    ],
)
def test_doi_in_any_dress_has_one_form(text, doi):
    assert canonical_doi(text) == doi


@each(
    ("text", "pmid"),
    [
        ("12345678", "12345678"),
        ("0123", "123"),
        ("PMID: 12345678", "12345678"),
        ("12345678.0", "12345678"),
        ("26957754[pmid]", "26957754"),
        ("MEDLINE:16842170", "16842170"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345678/", "12345678"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/123", "123"),
        ("https://europepmc.org/article/MED/33523284", "33523284"),
        ("http://europepmc.org/abstract/med/1234", "1234"),
        ("https://europepmc.org/article/PPR/PPR123456", ""),
        ("https://europepmc.org/article/PMC/PMC7318295", ""),
        *((f"21{mark}345{mark}679", "21345679") for mark in ",. '\u2019\u00a0\u202f"),
        ("345,679", "345679"),
        ("345.000", "345"),
        ("12345678; 23456789", "12345678"),
        ("12345678,23456789", "12345678"),
        ("12345678 [PubMed - indexed]", "12345678"),
        ("\uff12\uff11\uff13\uff14\uff15\uff16\uff17\uff19", "21345679"),
        ("21,345,67", ""),
        ("21,345.679", ""),
        ("2002-12345-001", ""),
        ("1.8E+07", ""),
        ("PMC4756000", ""),
        ("123456789", ""),
        ("10.1002/12345678", ""),
        ("38000001 [https://www.ncbi.nlm.nih.gov/pubmed/?term=38000001]", "38000001"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/?cmd=search&term=38000001[uid]", "38000001"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/?term=2020+denosumab", ""),
        ("https://www.ncbi.nlm.nih.gov/pubmed/?term=2020 denosumab", ""),
        ("https://www.ncbi.nlm.nih.gov/pubmed/?term=2020[dp]", ""),
        ("https://pubmed.ncbi.nlm.nih.gov/?term=38000001", "38000001"),
        ("Searched in PubMed 2020-05-01", ""),
        ("Searched in PubMed 20200501", ""),
        ("Searched in PubMed 20201501", "20201501"),
        ("EMBASE 2006712345, PUBMED 20200501", "20200501"),
        ("PUBMED 20200501", "20200501"),
        ("Ovid MEDLINE (1946 to present)", ""),
        ("Publication Type: Article. PMID: NLM34000000.", "34000000"),
        ("PubMed ID: 34000000", "34000000"),
        ("L373791783", ""),
    ],
)
def test_pmid_is_read_or_refused(text, pmid):
    assert canonical_pmid(text) == pmid


def test_pmcid_and_issn():
    assert canonical_pmcid("PMC4756000[pmcid]") == "PMC4756000"
    assert canonical_pmcid("pmc 123456") == "PMC123456"
    assert issns("1999-7777(Electronic),0222666x(Print)") == ("1999-7777", "0222-666X")


@each(
    ("pages", "first"),
    [
        ("123-129", "123"), ("S123-9", "123"), ("pp. 12-13", "12"), ("e12345", "12345"), ("CD001234", "cd1234"),
        ("0123-30", "123"), ("Article 1234", "1234"), ("Art. No.: 1029", "1029"), ("A12-5", "a12"), ("ii-iv", "ii"), ("", ""),
    ],
)  # fmt: skip
def test_first_page(pages, first):
    assert first_page(pages) == first


@each(
    ("text", "year"),
    [
        ("2019/05/12//", 2019),
        ("May-2019", 2019),
        ("20190512", 2019),
        ("1999 Spring", 1999),
        ("\uff12\uff10\uff11\uff19", 2019),
        ("n.d.", None),
        ("99", None),
    ],
)
def test_year(text, year):
    assert year_of(text) == year


def test_title_is_searchable_across_dresses():
    same = {
        searchable(title)
        for title in (
            "TNF-α inhibitors in Crohn’s disease: <i>in vitro</i>.",
            "[TNF-alpha inhibitors in Crohn's Disease - in vitro].",
            "TNF-&alpha; inhibitors in Crohns disease: in vitro [German]",
        )
    }
    assert same == {"tnf alpha inhibitors in crohns disease in vitro"}
    assert searchable("Über die Größe") == "uber die grosse"
    assert searchable("β₂-Agonists") == "beta2 agonists"
    assert searchable("类风湿关节炎") == "类风湿关节炎"


def test_clean_keeps_less_than_signs():
    assert clean("p < 0.05\n and  n > 3 <sup>2</sup>") == "p < 0.05 and n > 3 2"
    assert clean("x<b and y>c, <i class='x'>d</i>") == "x<b and y>c, d"


def test_what_was_escaped_twice_is_decoded():
    assert clean("A &amp;amp; B &amp;lt; 5 &amp;#946;, AT&amp;T, R&D;") == "A & B < 5 β, AT&T, R&D;"


def test_clean_keeps_words_apart_where_a_line_ends():
    assert clean("<jats:title>Aim</jats:title><jats:p>To see.</jats:p><p>a<br>b</p>") == "Aim To see. a b"


def test_languages_are_three_letters():
    assert languages("English; German") == "eng; ger"
    assert languages("en") == "eng"
    assert languages("zho, deu; Serbian") == "chi; ger; srp"
    assert languages("jp; Greek; gre; Farsi") == "jpn; gre; per"
    assert languages("Elbonian") == "Elbonian"


@each(
    ("text", "name"),
    [
        ("Smith JA", ("Smith", "JA")), ("Smith J.A.", ("Smith", "J.A.")), ("Smith, John A", ("Smith", "John A")),
        ("JA Smith", ("Smith", "JA")), ("J. A. Smith", ("Smith", "J. A.")), ("John A. Smith", ("Smith", "John A.")),
        ("van der Berg J", ("van der Berg", "J")), ("Ludwig van Beethoven", ("van Beethoven", "Ludwig")),
        ("Smith JA Jr", ("Smith", "JA, Jr")), ("Smith, J.A., Jr.", ("Smith", "J.A., Jr.")), ("LI X", ("LI", "X")),
        ("SMITH JA", ("SMITH", "JA")), ("Smith-Jones A.-B.", ("Smith-Jones", "A.-B.")), ("J. Li", ("Li", "J.")),
        ("Kim H. J.", ("Kim", "H. J.")), ("RECORD Study Group", ("RECORD Study Group", "")), ("王伟", ("王伟", "")),
        ("Valle-Delgado,J. J. ", ("Valle-Delgado", "J. J.")),
    ],
)  # fmt: skip
def test_name_in_any_order(text, name):
    assert parse_name(text) == Name(*name)


@each(
    ("cell", "names"),
    [
        ("Smith J., Doe A.", ["Smith J.", "Doe A."]),
        ("Smith, J., Doe, A.", ["Smith, J.", "Doe, A."]),
        ("Smith J; Doe A", ["Smith J", "Doe A"]),
        ("Smith, John and Doe, Ann", ["Smith, John", "Doe, Ann"]),
        ("Smith, John", ["Smith, John"]),
        ("Smith J", ["Smith J"]),
        ("", []),
    ],
)
def test_authors_in_one_cell(cell, names):
    assert split_authors(cell) == names


def test_first_author_is_a_searchable_family_name():
    assert first_author("Müller, Ö; Smith, J") == first_author("Ö Müller") == "muller"
