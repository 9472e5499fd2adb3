"""BibTeX as programs write it, and as hands have broken it. The records are made up."""

from tests.imported import first
from tests.rows import each

BIBTEX = r"""Scopus
EXPORT DATE: 2 September 2018

@ARTICLE{Liu201515,
author={Liu, R. and Adler, D.G.},
title={{A} title with \"Umlaut},
journal={Journal of Tests},
year={2015},
volume={107},
pages={15--37},
doi={10.1000/test.1},
url={https://www.scopus.com/inward/record.uri?eid=2-s2.0-84937427797},
document_type={Article},
source={Scopus},
}

@article{broken,
  title = {Never closed,
  author = {Adler, D.},
  year = 2016,

@article{ ISI:000358699700002,
Author = {Liu, Ran},
Title = {{On two
   lines}},
Unique-ID = {{ISI:000358699700002}},
Early Access Date = {{DEC 2019}},
}
"""


def test_bibtex_and_a_malformed_entry_between_good_ones(read):
    export, table = read(BIBTEX)
    assert table["title"].tolist() == ["A title with Ümlaut", "Never closed", "On two lines"]
    assert table["authors"].tolist() == ["Liu, R.; Adler, D.G.", "Adler, D.", "Liu, Ran"]
    assert table["accession"].tolist() == ["2-s2.0-84937427797", "", "ISI:000358699700002"]
    assert table["pages"].tolist()[0] == "15-37"
    assert table["year"].tolist() == [2015, 2016, 2019]
    assert table["line"].tolist() == [4, 17, 22]
    assert [(remark.line, remark.kind) for remark in export.remarks] == [
        (1, "frame"),
        (2, "frame"),
        (17, "note"),
    ]


@each("line", ["@home (a programme)", "@home {a programme} of walking", "@home: a programme"])
def test_a_line_of_a_bibtex_value_that_begins_like_an_entry(line, read):
    text = f"@article{{a,\n title = {{One}},\n abstract = {{First\n{line}\nlast}},\n year = {{2019}}\n}}\n@book{{b,\n title = {{Two}}\n}}\n"
    export, table = read(text)
    assert export.remarks == []
    assert table["title"].tolist() == ["One", "Two"]
    assert table["abstract"].tolist() == [f"First {line} last".replace("{", "").replace("}", ""), ""]


@each(
    ("value", "title"),
    [('"Two" # " joined"', "Two joined"), ("{Two} # { joined}", "Two joined"), ('ja # " (X)"', "Journal of A (X)"),
     ('"A, " # {"B"} # may', 'A, "B"may'), ("{C# and F#}", "C# and F#"), ('"C # 1"', "C # 1")],
)  # fmt: skip
def test_pieces_of_a_bibtex_value_are_put_together(value, title, read):
    _, table = read(f'@string{{ja = "Journal of A"}}\n@article{{a,\n title = {value},\n year = 2019\n}}\n')
    assert table["title"].tolist() == [title]


def test_a_field_that_stands_twice_in_a_bibtex_entry(read):
    export, table = read(
        "@article{a,\n author = {Moe, A},\n title = {One},\n author = {Roe, B},\n title = {Two}\n}\n"
    )
    assert first(table, "authors", "title") == ("Moe, A; Roe, B", "One")
    assert "Two" in table.loc[0, "other_fields"]
    assert [(remark.line, remark.reason) for remark in export.remarks] == [
        (1, "entry with author more than once"), (1, "entry with title more than once"),
    ]  # fmt: skip


def test_an_entry_on_one_line_whose_braces_do_not_close_keeps_its_fields(read):
    entry = "@article{f, title={A {trial}}, abstract={Odd { brace, n={5}}, author={Doe, J AND Roe, R}, year=2020}\n"
    export, table = read(entry + "@article{g, title={B}, year={2019}}\n")
    assert table[["title", "authors", "year"]].values.tolist() == [
        ["A trial", "Doe, J; Roe, R", 2020],
        ["B", "", 2019],
    ]
    assert [remark.line for remark in export.remarks if remark.kind == "note"] == [1]
