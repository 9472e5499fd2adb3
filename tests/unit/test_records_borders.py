"""Where one record ends and the next begins: no record lost, none doubled, none given fields of another, or one refusal."""

import itertools
import json

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.records import formats
from evergreen.records.formats import content
from evergreen.records.new_records import import_exports
from evergreen.records.rows import record_table
from tests.rows import each


@pytest.fixture
def read(tmp_path):
    """Text or bytes to (export, record table), every line of the file accounted for."""

    def reader(raw, name="export.txt", **options):
        path = tmp_path / name
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        formats.check(path, **options)
        export = formats.read(path, **options)
        said = {remark.line for remark in export.remarks}
        for block in export.blocks:
            said.update(range(block.line, block.line_end + 1))
        lines = content.decode(path.read_bytes(), name).lines
        assert [line for number, line in enumerate(lines, 1) if line.strip() and number not in said] == []
        return export, record_table(export.blocks, export.fields, name)

    return reader


def record(number):
    return {"title": f"Trial {number} of walking", "author": f"Smith{'ABCDEF'[number]}, J", "year": str(2010 + number),
            "doi": f"10.1000/x{number}"}  # fmt: skip


def ris(one):
    return f"TY  - JOUR\nTI  - {one['title']}\nAU  - {one['author']}\nPY  - {one['year']}\nDO  - {one['doi']}\nER  - "


def nbib(one):
    return (
        f"PMID- {one['year']}0000\nTI  - {one['title']}\nAID - {one['doi']} [doi]\nFAU - {one['author']}\nDP  - {one['year']} May\n"
        f"SO  - J Walk. {one['year']}."
    )


def ovid_medline(one):
    return f"UI  - {one['year']}0000\nTI  - {one['title']}\nFAU - {one['author']}\nDP  - {one['year']}\nDO  - {one['doi']}"


def bibtex(one):
    return (
        f"@article{{k{one['year']},\n title = {{{one['title']}}},\n author = {{{one['author']}}},\n year = {{{one['year']}}},\n"
        f" doi = {{{one['doi']}}}\n}}"
    )


def enw(one):
    return f"%0 Journal Article\n%A {one['author']}\n%T {one['title']}\n%R {one['doi']}\n%D {one['year']}"


def ais(one):
    return f"%T {one['title']}\n%0 Journal Article\n%A {one['author']}\n%R {one['doi']}\n%D {one['year']}\n%X Text."


def untyped(one):
    return f"%A {one['author']}\n%T {one['title']}\n%R {one['doi']}\n%D {one['year']}"


def isi(one):
    return f"PT J\nAU {one['author']}\nTI {one['title']}\nPY {one['year']}\nDI {one['doi']}\nER"


def cochrane(one):
    return f"Record #1 of 9\nID: CN-0{one['year']}000\nAU: {one['author']}\nTI: {one['title']}\nYR: {one['year']}\nDOI: {one['doi']}"


def ovid(one):
    return (
        f"<1>\nAuthors\n  {one['author']}\nTitle\n  {one['title']}\nYear of Publication\n  {one['year']}\n"
        f"Digital Object Identifier\n  {one['doi']}"
    )


def noteexpress(one):
    return f"{{Reference Type}}: Journal Article\n{{Author}}: {one['author']}\n{{Title}}: {one['title']}\n{{Year}}: {one['year']}\n{{DOI}}: {one['doi']}"


WRITERS = {
    one.__name__: one
    for one in (ris, nbib, ovid_medline, bibtex, enw, ais, untyped, isi, cochrane, ovid, noteexpress)
}
HEADS = {"isi": "FN Clarivate Analytics Web of Science\nVR 1.0\n"}
ENDS = {"isi": "\nEF"}


def written(kind, numbers, between="\n\n"):
    return HEADS.get(kind, "") + between.join(WRITERS[kind](record(n)) for n in numbers) + ENDS.get(kind, "")


def seen(table):
    shown = zip(*(table[name] for name in ("title", "authors", "year", "doi")), strict=True)
    return sorted((title.rstrip("."), authors, str(year), doi) for title, authors, year, doi in shown)


EXPECTED = sorted(tuple(record(number).values()) for number in range(4))


GLUES = {"glued": "", "line": "\n", "blank": "\n\n", "mark": "\ufeff", "windows": "\r\n\r\n"}


# Only blank lines part records without a type.
@each(
    ("kind", "glue"),
    [
        pair
        for pair in itertools.product(WRITERS, GLUES)
        if pair not in (("untyped", "glued"), ("untyped", "line"))
    ],
)
def test_files_put_together(kind, glue, read):
    glue = GLUES[glue]
    export, table = read(written(kind, (0, 1)) + glue + written(kind, (2, 3)) + "\n")
    assert seen(table) == EXPECTED
    notes = [remark.reason for remark in export.remarks if "put together without a line end" in remark.reason]
    assert len(notes) == (glue in ("", "\ufeff"))


@each("kind", WRITERS)
def test_a_whole_file_without_an_end_of_its_last_line_is_no_cut_one(kind, read):
    assert seen(read(written(kind, range(4)))[1]) == EXPECTED


@each("kind", [kind for kind in WRITERS if kind != "isi"])
def test_a_file_that_was_cut_in_its_last_record_is_refused(kind, read):
    """Wherever a line of it was cut, but for that with which records end; nothing follows, also no end of a line."""
    lines = written(kind, range(4)).rstrip().split("\n")
    for number in range(2, len(WRITERS[kind](record(3)).rstrip().split("\n"))):
        line = lines[-number]
        for cut in (line, line[:-3]):
            with pytest.raises(InputError, match="ends inside a record"):
                read("\n".join([*lines[:-number], cut]))


JOINED = {
    "ris, a type in words": [ris(record(n)).replace("JOUR", "Journal Article").rstrip() for n in range(4)],
    "ris, small letters": ["\n".join(line[:2].lower() + line[2:] for line in ris(record(n)).rstrip().split("\n"))
                           .replace("JOUR", "jour") for n in range(4)],
    "ovid, counted on": [ovid(record(n)).replace("<1>", f"<{500 + n}>") for n in range(4)],
}  # fmt: skip


@each("kind", JOINED)
def test_a_join_is_found_whatever_the_record_is_called(kind, read):
    assert seen(read("\n\n".join(JOINED[kind][:2]) + "\n\n".join(JOINED[kind][2:]) + "\n")[1]) == EXPECTED


def test_a_number_in_brackets_at_the_end_of_a_text_is_no_counter(read):
    text = ovid(record(0)) + "\nAbstract\n  Scores were low <5>\n  or high <6>\n\n" + ovid(record(1)) + "\n"
    assert seen(read(text)[1]) == EXPECTED[:2]


@each("glue", ["", "\n"])
@each("kind", ["ris", "bibtex", "nbib", "enw", "ais", "isi"])
def test_a_join_is_no_border_of_lines_that_follow(kind, glue, read):
    """The lines of the file are told, not those of the pieces that it was cut into."""
    text = written(kind, (0, 1)) + glue + written(kind, (2, 3)) + "\n"
    _, table = read(text)
    lines = text.split("\n")
    for row in table.itertuples():
        assert any(row.title in line for line in lines[row.line - 1 : row.line_end])


def test_records_without_a_blank_line_between(read):
    for kind in ("ris", "bibtex", "isi", "enw", "ais", "nbib", "ovid", "cochrane"):
        assert seen(read(written(kind, range(4), between="\n") + "\n")[1]) == EXPECTED, kind


def moved(kind, first):
    """Records of `kind` with the line of `first` in front of the one that names the type."""

    def writer(one):
        lines = WRITERS[kind](one).split("\n")
        line = next(line for line in lines if line.startswith(first))
        lines.remove(line)
        return "\n".join([line, *lines])

    return writer


FIRST = [
    ("enw", "%T"), ("enw", "%A"), ("enw", "%D"), ("ris", "TI"), ("ris", "AU"), ("ris", "PY"), ("isi", "AU"), ("isi", "TI"),
    ("nbib", "TI"), ("nbib", "FAU"),
]  # fmt: skip


# Only a blank line says that the next record of nbib began.
@each(
    ("kind", "first", "between"),
    [(*one, between) for one in FIRST for between in ("\n", "\n\n") if (one[0], between) != ("nbib", "\n")],
)
def test_the_line_that_names_the_type_is_not_first(kind, first, between, read):
    write = moved(kind, first)
    text = HEADS.get(kind, "") + between.join(write(record(number)) for number in range(4)) + "\n"
    assert seen(read(text)[1]) == EXPECTED


@each("missing", [(0,), (1,), (3,), (1, 2), (0, 3)])
@each("place", [0, 1, 2])
def test_endnote_text_without_some_types(missing, place, read):
    def write(number):
        lines = untyped(record(number)).split("\n")
        if number not in missing:
            lines.insert(place, "%0 Journal Article")
        return "\n".join(lines)

    assert seen(read("\n\n".join(map(write, range(4))) + "\n")[1]) == EXPECTED


def test_two_titles_with_nothing_between_are_refused(read):
    typed, bare = enw(record(0)), untyped(record(1))
    with pytest.raises(
        InputError, match=r"row 7: a second title \(%T\) stands in one record\. Put a blank line"
    ):
        read(f"{typed}\n{bare}\n")


def test_a_blank_line_within_a_record_ends_nothing(read):
    text = enw(record(0)) + "\n\n%K one\n\n%X First.\n\nSecond.\n\n" + enw(record(1)) + "\n"
    _, table = read(text)
    assert table[["keywords", "abstract"]].values.tolist() == [["one", "First. Second."], ["", ""]]


def test_bibtex_on_one_line_and_with_its_last_brace_missing(read):
    entries = [bibtex(record(number)).replace("\n", "") for number in range(4)]
    assert seen(read(" ".join(entries) + "\n")[1]) == EXPECTED
    assert (
        seen(
            read("".join(bibtex(record(n)).removesuffix("\n}") for n in range(3)) + bibtex(record(3)) + "\n")[
                1
            ]
        )
        == EXPECTED
    )


HEADER = ("title", "author", "year", "doi")
LAYOUTS = {
    "same": (HEADER, ","), "other order": (("author", "title", "doi", "year"), ","), "doi first": (("doi", "year", "title", "author"), ","),
    "semicolons": (("year", "title", "doi", "author"), ";"), "tabs": (HEADER, "\t"), "further columns": (("pmid", *HEADER, "volume"), ","),
}  # fmt: skip


def table(numbers, columns, delimiter, quoted):
    quote = '"{}"'.format if quoted or delimiter == "," else "{}".format
    rows = [columns, *([record(number).get(column, "1") for column in columns] for number in numbers)]
    return "\n".join(delimiter.join(map(quote if at or quoted else str, row)) for at, row in enumerate(rows))


@each("glue", ["", "\n", "\n\n"], ids=["glued", "line", "blank"])
@each(("quoted", "then_quoted"), [*itertools.product((False, True), repeat=2)])
@each("layout", LAYOUTS)
def test_tables_put_together(layout, quoted, then_quoted, glue, read):
    columns, delimiter = LAYOUTS[layout]
    text = table((0, 1), HEADER, ",", quoted) + glue + table((2, 3), columns, delimiter, then_quoted) + "\n"
    assert seen(read(text, "export.csv")[1]) == EXPECTED


def test_a_table_of_one_vendor_below_that_of_another(read):
    scopus = 'Authors,Title,Year,DOI,EID\n"Smith, J.; Doe, A.",One,2011,10.1000/a,2-s2.0-85074596690\n'
    pubmed = 'PMID,Title,Authors,Journal/Book,Publication Year,Create Date,DOI\n"11223344","Two","Liu R, Adler DG.","T","2021","2021/12/21","10.1/t"\n'
    wos = "PT\tAU\tTI\tSO\tPY\tUT\nJ\tLiu, R; Doe, A\tThree\tT\t2019\tWOS:0002\n"
    for texts in itertools.permutations((scopus, pubmed, wos)):
        for glue in ("\n", ""):
            _, found = read(glue.join(text.rstrip("\n") for text in texts) + "\n", "export.csv")
            assert sorted(zip(found["title"], found["accession"], strict=True)) == [
                ("One", "2-s2.0-85074596690"), ("Three", "WOS:0002"), ("Two", "11223344"),
            ]  # fmt: skip


def test_a_row_that_speaks_of_columns_is_no_header(read):
    _, found = read(
        'title,authors,year\n"Title, authors and year",Doe A,2011\nTitle,Doe A,2012\n', "export.csv"
    )
    assert found["title"].tolist() == ["Title, authors and year", "Title"]


SAMPLES = {
    **{kind: written(kind, (0, 1)) + "\n" for kind in ("ris", "nbib", "bibtex", "enw", "isi")},
    "csv": table((0, 1), HEADER, ",", False) + "\n",
    "pubmed": "<?xml version='1.0'?>\n<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>T"
    "</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>\n",
    "ictrp": "<?xml version='1.0'?>\n<Trials_downloaded_from_ICTRP><Trial><TrialID>NCT1</TrialID><Public_title>T</Public_title>"
    "</Trial></Trials_downloaded_from_ICTRP>\n",
    "endnote": "<?xml version='1.0'?>\n<xml><records><record><ref-type name='x'>1</ref-type><titles><title>T</title></titles>"
    "</record></records></xml>\n",
    "ebsco": '<?xml version="1.0"?>\n<records><rec resultID="1"><header shortDbName="rzh" uiTerm="1"><controlInfo><artinfo><tig><atl>T</atl></tig>'
    "</artinfo></controlInfo></header></rec></records>\n",
    "euctr": "EudraCT Number: 2014-001354-42\nSponsor Protocol Number: X-1\nFull Title: T\nLink: https://x.org/\n",
    "clinicaltrials": '[\n  {\n    "protocolSection": {"identificationModule": {"nctId": "NCT01234567", "briefTitle": "T"}}\n  }\n]\n',
}  # fmt: skip


@each(("one", "other"), [pair for pair in itertools.permutations(SAMPLES, 2) if pair != ("enw", "csv")])
def test_files_of_two_formats_put_together_are_refused(one, other, read):
    with pytest.raises(
        InputError, match=r"row \d+: a record of .* begins here, in a file of .*`files:` .* takes a list"
    ):
        read(SAMPLES[one] + "\n" + SAMPLES[other])


PROLOGUES = {
    "none": "", "declaration": "<?xml version='1.0' encoding='UTF-8'?>", "on its line": "<?xml version='1.0' encoding='UTF-8'?>\n",
    "windows": "<?xml version='1.0'?>\r\n", "comment": "<?xml version='1.0'?>\n<!-- made up -->\n",
    "doctype": '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://x.org/x.dtd">\n',
}  # fmt: skip
ELEMENTS = {
    "pubmed_xml": ("PubmedArticleSet", "<PubmedArticle><MedlineCitation><PMID>{n}</PMID><Article><ArticleTitle>Title {n}"
                   "</ArticleTitle></Article></MedlineCitation></PubmedArticle>"),
    "ictrp_xml": ("Trials_downloaded_from_ICTRP", "<Trial><TrialID>NCT{n}</TrialID><Public_title>Title {n}</Public_title></Trial>"),
    "endnote_xml": ("records", "<record><ref-type name='x'>17</ref-type><titles><title>Title {n}</title></titles></record>"),
    "ebsco_xml": ("records", '<rec resultID="{n}"><header shortDbName="rzh" uiTerm="{n}"><tig><atl>Title {n}</atl></tig></header></rec>'),
}  # fmt: skip


@each("prologue", PROLOGUES)
@each("format_", ELEMENTS)
def test_xml_without_line_ends(format_, prologue, read, tmp_path, monkeypatch):
    """Larger than what is read before a run, it is told and read; cut off, it is refused whatever follows the cut."""
    monkeypatch.setattr(formats, "SMALL", 600)
    monkeypatch.setattr(formats, "TAIL", 120)
    root, element = ELEMENTS[format_]
    body = "".join(element.format(n=number) for number in range(1, 21))
    text = f"{PROLOGUES[prologue]}<{root}>{body}</{root}>"
    for whole in (text, text.encode("utf-16")):
        assert read(whole)[1]["title"].tolist() == [f"Title {number}" for number in range(1, 21)]
    for end in ("\n", " " * 5000):
        path = tmp_path / "whole.xml"
        path.write_text(text + end, encoding="utf-8")
        formats.check(path)
        assert len(formats.read(path).blocks) == 20
    for stated in (None, format_):
        for cut in (
            text[:-3],
            text[: -len(root) - 3],
            text[:-60],
            text[: len(text) // 2],
            text[:-60] + " " * 5000,
        ):
            path = tmp_path / "cut.xml"
            path.write_text(cut, encoding="utf-8")
            with pytest.raises(InputError, match="ends inside a record"):
                formats.check(path, format_=stated)


def test_several_files_of_one_round(tmp_path):
    """They are one search: ids once each, counts by file, remarks with the file that they are of."""
    exports = {}
    for name, kind, numbers in (("a.ris", "ris", (0, 1)), ("b.enw", "enw", (2,)), ("c.ris", "ris", (1, 3))):
        (tmp_path / name).write_text(
            written(kind, numbers) + "\nstray line\n" * (name == "c.ris"), encoding="utf-8"
        )
        exports[name] = formats.read(tmp_path / name)
    result = import_exports(exports, source="x", round_="2020-01-01", hits=5)
    assert [result.counts[key] for key in ("hits", "read", "new", "seen_before", "lost")] == [5, 5, 5, 0, 1]
    by_file = pd.DataFrame(result.counts["files"])
    assert by_file[["file", "format", "read", "lost"]].values.tolist() == [
        ["a.ris", "RIS", 2, 0], ["b.enw", "EndNote tagged", 1, 0], ["c.ris", "RIS", 2, 1],
    ]  # fmt: skip
    assert result.records["record_id"].is_unique
    assert result.records["file"].value_counts().to_dict() == {"a.ris": 2, "c.ris": 2, "b.enw": 1}
    assert result.remarks[["file", "kind"]].values.tolist() == [
        ["c.ris", "lost"],
        ["a.ris, b.enw, c.ris", "repeated"],
    ]
    json.dumps(result.counts)


@each("glue", ["", "\n"], ids=["glued", "line"])
@each(("one", "other"), [*itertools.permutations((ris, nbib, bibtex, enw), 2)])
def test_no_format_is_read_as_text_of_another_however_they_were_joined(one, other, glue, read):
    with pytest.raises(InputError, match=r"row \d+.*begins here, in a file of"):
        read(one(record(0)).rstrip() + glue + other(record(1)) + "\n")


@each("mark", [",", ";", "\t"])
@each("between", ["\n", "\n\n"])
@each("writer", [ris, nbib, enw])
def test_a_table_below_tagged_text_is_refused(writer, between, mark, read):
    table = mark.join(("Title", "Authors", "Year")) + "\n" + mark.join(("A trial", "Doe A", "2019")) + "\n"
    with pytest.raises(InputError, match=r"row \d+.*CSV begins here"):
        read(writer(record(0)).removesuffix("ER  - ") + between + table)


def test_a_sponsor_s_number_in_an_abstract_begins_no_entry_of_the_eu_register(read):
    text = "TY  - JOUR\nTI  - A\nAB  - A trial.\nSponsor Protocol Number: AB-1\nEudraCT Number: 2009-012345-12\nER  - \n"
    assert read(text)[1]["registry_ids"].tolist() == ["EUCTR2009-012345-12"]


def test_a_wrapped_line_that_looks_like_the_end_is_text(read):
    text = "TY  - JOUR\nTI  - A\nAB  - oestrogen receptor\nER  - positive tumours\nPY  - 2019\nER  - \n"
    _, table = read(text + text.replace("TI  - A", "TI  - B"))
    assert table["title"].tolist() == ["A", "B"]
    assert table["abstract"].tolist() == ["oestrogen receptor ER - positive tumours"] * 2
    assert table["year"].tolist() == [2019, 2019]


@each(
    ("row", "title"),
    [('"The "new" drug","Doe, A",2019', 'The "new" drug'), (r'"The \"new\" drug","Doe, A",2019', 'The "new" drug'),
     ('"The "new"","Doe, A",2019', 'The "new"'), ('"A ""b"", c "z" y","Doe, A",2019', 'A "b", c "z" y'),
     ('"A trial", "Doe, A", 2019', "A trial"), ('5" needle,"Doe, A",2019', '5" needle')],
)  # fmt: skip
def test_quotation_marks_within_a_cell_that_are_not_doubled(row, title, read):
    _, table = read("Title,Authors,Year\n" + row + '\n"B ""c""","Roe, B",2020\n')
    assert table[["title", "authors", "year"]].values.tolist() == [
        [title, "Doe, A", 2019],
        ['B "c"', "Roe, B", 2020],
    ]
