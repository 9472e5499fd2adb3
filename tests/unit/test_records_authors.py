"""Lists of authors as programs and databases write them into one cell, and names that nobody can take apart."""

import pytest

from evergreen.records import formats
from evergreen.records.name_lists import split_authors
from evergreen.records.names import apart, first_author, parse_name
from evergreen.records.new_records import import_exports
from tests.rows import each

LISTS = {
    "Python": "['Marx, Karl', 'Lindgren, Astrid']",
    "Python, both quotes": "[\"O'Brien, Ann\", 'Roe, B']",
    "Python tuple": "('Doe, Ann', 'Roe, B')",
    "Python set": "{'Doe, Ann', 'Roe, B'}",
    "numpy": "['Doe, Ann' 'Roe, B']",
    "JSON": '["Doe, Ann", "Roe, B"]',
    "JSON with escapes": r'["M\u00fcller, \u00d6", "Roe, B"]',
    "JSON of people": '[{"name": "Ann Doe"}, {"family": "Roe", "given": "B"}]',
    "JSON of services": '[{"display_name": "Ann Doe", "id": 1}, {"last_name": "Roe", "first_name": "B"}]',
    "R": 'c("Doe, Ann", "Roe, B")',
    "R list": 'list("Doe, Ann", "Roe, B")',
    "pipes": "Doe, Ann|Roe, B",
    "pipes with blanks": "Ann Doe | B. Roe",
    "semicolons": "Doe, Ann; Roe, B",
    "entities": "M&uuml;ller, Ann; Roe, B",
    "lines": "Doe, Ann\nRoe, B",
    "slashes": "Doe, Ann//Roe, B",
    "two in capitals": "LI W, ROE R",
    "one with a suffix": "Leath III, C A",
    "one in capitals": "VAN DER BERG, J R",
    "and": "Ann Doe and B. Roe",
    "commas and and": "Ann Doe, B. Roe and Cy Poe",
    "others": "Doe, Ann; Roe, B; et al.",
    "numbers behind initials": "Doe A1,2*; Roe B3†",
    "ORCID": "Doe, Ann (ORCID: 0000-0001-0000-0001); Roe, B (https://orcid.org/0000-0001-0000-000X)",
    "a number in a group": "ALPHA2 Group; Doe A",
    "und": "A. Doe, B. Roe und C. Poe",
    "y beside semicolons": "Doe A y Roe B; Poe C",
    "and behind a semicolon": "Smith J; Doe A; and Roe B",
    "y in a name": "Ramón y Cajal S; Doe A",
    "degrees": "Ann Doe, MD; Bob Roe, MD, PhD",
    "initials that may be a degree": "van den Berg, MD; Roe, B",
    "family names in capitals": "Wei WANG; Li LIU; Jing ZHANG",
    "family names in capitals first": "LI Na; ZHANG Wei; The STOP Trial Group",
    "a list in a list": "['Doe A, Roe B']",
    "commas": "DOE A,ROE B C,POE D",
    "commas of East Asia": "王伟,李娜,张三",
    "commas of Korea": "김민수, 이영희",
    "a list without quotes": "[Ann Doe, B. Roe]",
    "quotes in a list": "'Doe, Ann'; 'Roe, B'",
    "numbers in brackets": "Doe A (1), Roe B (2)",
    "one with a middle initial": "Smith, John A",
    "one with particles": "van der Berg, Jan Willem",
    "one and others": "Smith J et al.",
    "nobody": "[]",
    "nobody in R": "character(0)",
}
NAMES = {
    "Python": "Marx, Karl; Lindgren, Astrid", "Python, both quotes": "O'Brien, Ann; Roe, B", "JSON with escapes": "Müller, Ö; Roe, B",
    "pipes with blanks": "Doe, Ann; Roe, B.", "entities": "Müller, Ann; Roe, B", "and": "Doe, Ann; Roe, B.",
    "commas and and": "Doe, Ann; Roe, B.; Poe, Cy", "a list in a list": "Doe, A; Roe, B", "commas": "DOE, A; ROE, B C; POE, D",
    "commas of East Asia": "王伟; 李娜; 张三", "commas of Korea": "김민수; 이영희", "a list without quotes": "Doe, Ann; Roe, B.",
    "numbers in brackets": "Doe, A; Roe, B", "one with a middle initial": "Smith, John A", "one with particles": "van der Berg, Jan Willem",
    "two in capitals": "LI, W; ROE, R", "one with a suffix": "Leath, C A, III", "one in capitals": "VAN DER BERG, J R",
    "one and others": "Smith, J", "nobody": "", "nobody in R": "",
    "numbers behind initials": "Doe, A; Roe, B", "a number in a group": "ALPHA2 Group; Doe, A",
    "und": "Doe, A.; Roe, B.; Poe, C.", "y beside semicolons": "Doe, A; Roe, B; Poe, C", "and behind a semicolon": "Smith, J; Doe, A; Roe, B",
    "y in a name": "Ramón y Cajal, S; Doe, A", "degrees": "Doe, Ann; Roe, Bob", "initials that may be a degree": "van den Berg, MD; Roe, B",
    "family names in capitals": "WANG, Wei; LIU, Li; ZHANG, Jing",
    "family names in capitals first": "LI, Na; ZHANG, Wei; The STOP Trial Group",
}  # fmt: skip
"""As the record table has them, where it is not `Doe, Ann; Roe, B`."""


@pytest.fixture
def imported(tmp_path):
    """Text of an export to what is imported of it."""

    def importer(text, name="export.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_exports({name: formats.read(path)}, source="x", round_="2020-01-01")

    return importer


def cell(text):
    return '"' + text.replace('"', '""') + '"'


@each("kind", LISTS)
def test_authors_of_a_table(kind, imported):
    result = imported(f"title,authors,year\nOne,{cell(LISTS[kind])},2011\n")
    assert result.records["authors"].tolist() == [NAMES.get(kind, "Doe, Ann; Roe, B")]
    assert [remark for remark in result.remarks["kind"] if remark == "note"] == []


@each(
    ("text", "names"),
    [
        (r"['Smith, \x', 'Doe, A']", [r"Smith, \x", "Doe, A"]),
        (r"['Smith, \N{FOO}', 'Doe, A']", [r"Smith, \N{FOO}", "Doe, A"]),
        (r"['Smith, \ud800J', 'Doe, A']", ["Smith, \N{REPLACEMENT CHARACTER}J", "Doe, A"]),
        (r'[{"family": "Sm\ud800ith", "given": "J"}]', ["Sm\N{REPLACEMENT CHARACTER}ith, J"]),
        (r'["Smith, \ud83d\ude00J", "Doe, A"]', ["Smith, \N{GRINNING FACE}J", "Doe, A"]),
    ],
)
def test_a_list_with_odd_escapes_is_read_and_can_be_written(text, names):
    assert split_authors(text) == names


RUN_TOGETHER = [
    "Lei ZhaoYan-Yan Yang", "Datong WeiCan LiuXiaolong (Luke) ZhangXiaoru Yuan", "Adeli K.Lewis G. F.", "Doe A. B.Roe C.Poe D. E.", "Smith JDoe A", "Smith JADoe ARoe B",
    "Doe, Ann, Roe, Bob", "Smith, JohnDoe, Ann, Roe, Bob", "['Doe, A', 'Roe",
]  # fmt: skip


@each("text", RUN_TOGETHER)
@each("format_", ["csv", "ris", "bibtex"])
def test_names_that_run_together_are_marked_and_not_guessed(text, format_, imported):
    result = imported(
        {
            "csv": f"title,authors,year\nOne,{cell(text)},2011\n",
            "ris": f"TY  - JOUR\nTI  - One\nAU  - {text}\nPY  - 2011\nER  - \n",
            "bibtex": f"@article{{a,\n title={{One}},\n author={{{text}}},\n year={{2011}}\n}}\n",
        }[format_]
    )
    assert result.records["authors"].tolist() == [text]
    remark = result.remarks[result.remarks["kind"] == "note"].iloc[0]
    assert (remark["file"], remark["line"]) == ("export.csv", 2 if format_ == "csv" else 1)
    assert remark["reason"].startswith("names of authors run together; they stand as they came")


@each(
    "name",
    ["McDonald, Mary", "Mary McDonald Smith", "Jean-Luc LeBlanc Roy", "Ana DeLuca Rossi", "Sarah MacIntyre Brown", "Kim HyunJung",
     "HyunJung Kim", "O'Brien AB", "J.Smith", "J.R.R.Tolkien", "Smith, J.Paul", "Smith, J.A., Jr.", "Smith, Ann, MD, PhD", "D'Angelo M",
     "STAMPEDE Trial Investigators", "van der Berg J", "Smith-Jones A.-B.", "FitzGerald Smith A", "Maria DelPrado Ruiz", "王伟", "Müller-Ü A"],
)  # fmt: skip
def test_a_name_with_capitals_inside_is_one(name):
    assert apart(name)
    assert split_authors(name) == [name]
    assert parse_name(name).family


def test_two_authors_of_one_name_are_two_and_a_group_among_the_people_is_one(imported):
    result = imported("TY  - JOUR\nTI  - T\nAU  - Kim, YT\nAU  - Lee, J\nAU  - Kim, YT\nER  - \n", "a.ris")
    assert result.records["authors"].tolist() == ["Kim, YT; Lee, J; Kim, YT"]
    text = "PMID- 12345678\nTI  - T\nFAU - Kim, Y\nFAU - Kim, Y\nFAU - TEST Study Group\nCN  - TEST Study Group\nCN  - TEST Study Group\n"
    assert imported(text, "a.nbib").records["authors"].tolist() == ["Kim, Y; Kim, Y; TEST Study Group"]


def test_several_names_in_one_field_that_is_for_one(imported):
    result = imported("TY  - JOUR\nTI  - T\nAU  - Liu R., Adler D.G., Roe B.\nER  - \n", "a.ris")
    assert result.records["authors"].tolist() == ["Liu, R.; Adler, D.G.; Roe, B."]


def test_the_first_author_of_names_that_run_together_is_nobody_elses():
    assert first_author("Adeli K.Lewis G. F.") == "adeli k lewis g f"


TABLES = {
    "OpenAlex": (
        "id,doi,title,display_name,publication_year,type,primary_location.source.display_name,authorships.author.display_name,"
        "biblio.volume,biblio.issue,biblio.first_page,biblio.last_page,ids.pmid\n"
        "https://openalex.org/W2741809807,https://doi.org/10.1000/t,A title,A title,2018,article,Tests,Ann Doe|Bob Roe,6,2,43,75,"
        "https://pubmed.ncbi.nlm.nih.gov/29456894\n",
        {"accession": "W2741809807", "doi": "10.1000/t", "authors": "Doe, Ann; Roe, Bob", "journal": "Tests", "year": 2018, "volume": "6",
         "issue": "2", "pages": "43-75", "pmid": "29456894", "publication_types": "article"},
    ),
    "Dimensions": (
        '"About the data: Exported on Jan 01, 2024. Criteria: \'title\' in title and abstract."\n'
        "Rank,Publication ID,DOI,PMID,PMCID,Title,Abstract,Source title,Anthology title,MeSH terms,Publication Date,PubYear,Volume,Issue,"
        "Pagination,Publication Type,Authors,Dimensions URL\n"
        '1,pub.1090000000,10.1000/t,29456894,PMC123,A title,Text,Tests,,Humans; Adult,2018-02-13,2018,6,2,43-75,Article,"Doe, Ann; Roe, Bob",'
        "https://app.dimensions.ai/details/publication/pub.1090000000\n",
        {"accession": "pub.1090000000", "authors": "Doe, Ann; Roe, Bob", "journal": "Tests", "year": 2018, "pages": "43-75",
         "pmid": "29456894", "pmcid": "PMC123", "mesh_terms": "Humans; Adult"},
    ),
    "Lens": (
        "#,Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,Author/s,Abstract,Volume,Issue Number,"
        "Start Page,End Page,Fields of Study,Keywords,External URL,PMID,DOI\n"
        "1,008-822-155-126-75X,A title,2018-02-13,2018,journal article,Tests,12345678,Ann Doe; Bob Roe,Text,6,2,43,75,Medicine,bone,"
        "https://x.org,29456894,10.1000/t\n",
        {"accession": "008-822-155-126-75X", "authors": "Doe, Ann; Roe, Bob", "journal": "Tests", "year": 2018, "pages": "43-75",
         "url": "https://x.org", "issue": "2"},
    ),
    "CSDL": (
        "Title,Publication,PubDate,PubType,Year,Volume,Issue,Pages,Authors,Abstract,DOI,ISSN\n"
        'A title,IEEE Transactions on Tests,2018-02-13,trans,2018,6,2,43-75,"Ann Doe, Bob Roe",Text,10.1000/t,1234-5678\n',
        {"authors": "Doe, Ann; Roe, Bob", "journal": "IEEE Transactions on Tests", "year": 2018, "doi": "10.1000/t"},
    ),
    "SpringerLink": (
        "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type\n"
        "A title,Tests,,6,2,10.1000/t,Lei ZhaoYan-Yan Yang,2018,http://link.springer.com/article/10.1000/t,Article\n",
        {"authors": "Lei ZhaoYan-Yan Yang", "journal": "Tests", "volume": "6", "issue": "2", "doi": "10.1000/t", "year": 2018},
    ),
    "SpringerLink, a book": (
        "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type\n"
        "A title,,Series of tests,,,10.1000/t,Ann Doe,2018,http://link.springer.com/article/10.1000/t,Book\n",
        {"authors": "Doe, Ann", "journal": "Series of tests"},
    ),
}  # fmt: skip


@each("vendor", TABLES)
def test_table_of(vendor, imported):
    text, expected = TABLES[vendor]
    result = imported(text)
    row = result.records.loc[0]
    assert row["title"] == "A title"
    assert {column: row[column] for column in expected} == expected
    assert "lost" not in set(result.remarks["kind"])


@each(
    "text",
    [
        "[{'given': 'Ann', 'family': 'Doe'}, {'given': 'B', 'family': 'Roe'}]",
        '[{"author": {"display_name": "Ann Doe"}}, {"author": {"display_name": "B. Roe"}}]',
        "Ann Doe<br>B. Roe", "Doe, Ann<br/>Roe, B", "Ann Doe \u2022 B. Roe", "Ann Doe / B. Roe", "Doe, Ann\uff1bRoe, B", "Ann Doe\tB. Roe",
        "Ann Doe1,2, B. Roe3", "Doe, Ann[1]; Roe, B[2]", "Doe, Ann (0000-0001-2345-678X); Roe, B", "Ann Doe\u00b9, B. Roe\u00b2",
        "Ann Doe, PhD; B. Roe, MD, MPH, PhD",
    ],
)  # fmt: skip
def test_what_stands_between_and_behind_names_is_no_part_of_them(text):
    names = [parse_name(name) for name in split_authors(text)]
    assert [(name.family, name.given.strip(".")) for name in names] == [("Doe", "Ann"), ("Roe", "B")]


@each("text", ["\u5f20\u4e09\u3001\u674e\u56db", "\u5f20\u4e09\uff0c\u674e\u56db"])
def test_marks_of_east_asia_separate_names(text):
    assert split_authors(text) == ["\u5f20\u4e09", "\u674e\u56db"]


def test_initials_that_look_like_a_degree_stay():
    assert parse_name("van den Berg, MD") == ("van den Berg", "MD")


@each(
    ("written", "family", "given"),
    [
        ("DUPONT Jean", "DUPONT", "Jean"), ("GARCIA LOPEZ María José", "GARCIA LOPEZ", "María José"), ("Bob Roe PhD", "Roe", "Bob"), ("Ann B. Doe, MSc, PhD", "Doe", "Ann B."),
        # Particles behind initials, a suffix between commas, initials without a blank, and what stands behind a name.
        ("Vries J de", "Vries", "J de"), ("Berg JP van den", "Berg", "JP van den"), ("de Vries", "de Vries", ""), ("Van Dyke", "Dyke", "Van"),
        ("Doe, Jr., Ann", "Doe", "Ann, Jr."), ("Doe, Ann, Jr.", "Doe", "Ann, Jr."), ("J.-P.Doe", "Doe", "J.-P."), ("U.S.A.", "U.S.A.", ""),
        ("J. Doe, Jr.", "Doe", "J., Jr."), ("Doe JA, III", "Doe", "JA, III"), ("De Silva, Jr.", "De Silva", "Jr."),
        # Embase and Scopus have it behind the family name.
        ("Doe Jr J.A.", "Doe", "J.A., Jr"), ("Doe Jr. J.A.", "Doe", "J.A., Jr."), ("Doe III, Ann", "Doe", "Ann, III"), ("Ii K", "Ii", "K"),
        # And so may initials be that read like one.
        ("Garcia Lopez, JR", "Garcia Lopez", "JR"), ("SAN MIGUEL, JR", "SAN MIGUEL", "JR"), ("Fernandez Vidal, IV", "Fernandez Vidal", "IV"), ("Garcia Lopez JR", "Garcia Lopez", "JR"),
        ("Doe, JR, Jr", "Doe", "JR, Jr"), ("Doe Jr, JR", "Doe", "JR, Jr"), ("Doe, Jr, JR", "Doe", "JR, Jr"), ("Doe JA, JR", "Doe", "JA, JR"), ("Doe JA JR", "Doe", "JA, JR"),
        ("Doe J et al", "Doe", "J"), ("Doe, J. et al.", "Doe", "J."), ("Doe J, MD", "Doe", "J"), ("van den Berg, MD", "van den Berg", "MD"),
        # What may be initials stays so.
        ("JWHM Smit", "Smit", "JWHM"), ("Smit JWHM", "Smit", "JWHM"), ("DUPONT J", "DUPONT", "J"), ("Roe MD", "Roe", "MD"),
    ],
)  # fmt: skip
def test_a_family_name_in_capitals_and_a_degree_are_known_as_such(written, family, given):
    assert parse_name(written) == (family, given)


@each(
    ("written", "names"),
    [
        (
            ["Jane VAN DER HEIJDE", "Jan van ES", "Jing ZHANG"],
            "VAN DER HEIJDE, Jane; van ES, Jan; ZHANG, Jing",
        ),
        (["Ana GARCIA LEON", "Wei WANG", "John A. SMITH"], "GARCIA LEON, Ana; WANG, Wei; SMITH, John A."),
        (["John SMITH Jr", "Wei WANG", "Jing ZHANG"], "SMITH, John, Jr; WANG, Wei; ZHANG, Jing"),
        (["Smith JA", "Doe BC", "for the CHARM"], "Smith, JA; Doe, BC; CHARM, for the"),
        (["Doe A1,2", "Roe B3†", "Poe C (ORCID: 0000-0001-0000-0001)"], "Doe, A; Roe, B; Poe, C"),
        (["Author12, Ann", "Author13"], "Author12, Ann; Author13"),
        # One name says it of itself where its capitals make a word and no initials stand beside it.
        (["Wei WANG"], "WANG, Wei"),
        (["Wei WANG1,2", "STOP Trial Group"], "WANG, Wei; STOP Trial Group"),
        (["CRUZ Ana"], "CRUZ, Ana"),
        (["Smit JWHM"], "Smit, JWHM"),
        (["Smit JAMA", "Doe B"], "Smit, JAMA; Doe, B"),
        (["Mary LEE"], "Mary, LEE"),
        (["Team RECORD2"], "Team RECORD2"),
        (["John SMITH MD"], "SMITH, John"),
        (["Wei WANG MD PhD"], "WANG, Wei"),
        (["Van DYKE MD"], "Van DYKE, MD"),
        (["van den Berg MD"], "van den Berg, MD"),
    ],
)
def test_names_of_a_field_each_are_read_as_those_of_a_list(written, names, imported):
    text = "TY  - JOUR\nTI  - T\n" + "".join(f"AU  - {name}\n" for name in written) + "ER  - \n"
    assert imported(text, "a.ris").records["authors"].tolist() == [names]


@each("text", ["王" * 1001, "www.x.org/" * 101, "Wei WANG " * 112])
def test_what_is_too_long_for_a_name_stands_as_it_came(text, imported):
    """Patterns of names go back and forth in it; of 20,000 letters for minutes."""
    result = imported(f"TY  - JOUR\nTI  - T\nAU  - {text}\nER  - \n", "a.ris")
    assert result.records["authors"].tolist() == [text.strip()]
    assert result.remarks["reason"].str.startswith("names of authors run together").any()


@each(
    "name",
    ["Grupo de Estudos", "Groupe d'étude", "Deutsche Studiengruppe", "Gruppo di Studio", "Istituto Superiore di Sanità", "Sociedad Española de Reumatología", "Società Italiana",
     "Eli Lilly and Company", "Universität Wien"],
)  # fmt: skip
def test_groups_of_other_languages_are_no_people(name):
    assert parse_name(name) == (name, "")


def test_groups_stand_as_they_came(imported):
    text = "<Trials_downloaded_from_ICTRP>\n<Trial><TrialID>NCT01234567</TrialID><Public_title>T</Public_title>\n<Primary_sponsor>Daiichi Sankyo</Primary_sponsor></Trial>\n</Trials_downloaded_from_ICTRP>\n"
    assert imported(text, "a.xml").records["authors"].tolist() == ["Daiichi Sankyo"]
    text = "PMID- 1\nTI  - T\nFAU - Doe, Ann\nCN  - ABC Grp\nSO  - J.\n"
    assert imported(text, "a.nbib").records["authors"].tolist() == ["Doe, Ann; ABC Grp"]
