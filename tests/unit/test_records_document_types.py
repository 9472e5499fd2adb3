"""Reference types of the exchange formats as kinds of documents, and what deduplication makes of them."""

import pytest

from evergreen.deduplication.features import KINDS, features
from evergreen.records import formats
from evergreen.records.document_types import document_type
from evergreen.records.rows import record_table
from tests.rows import each


@each(
    ("name", "kind"),
    [
        ("THES", "Thesis"), ("phdthesis", "Thesis"), ("Thesis", "Thesis"), ("CONF", "Conference proceedings"), ("CPAPER", "Conference paper"),
        ("Conference Paper", "Conference paper"), ("conferencePaper", "Conference paper"), ("RPRT", "Report"), ("techreport", "Report"),
        ("Government Document", "Report"), ("BOOK", "Book"), ("CHAP", "Book chapter"), ("Book Section", "Book chapter"), ("PAT", "Patent"),
        ("UNPB", "Unpublished work"), ("DATA", "Data set"), ("JOUR", ""), ("Journal Article", ""), ("article", ""), ("GEN", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_reference_type_is_a_kind_of_document(name, kind):
    assert document_type(name) == kind


FILES = {
    "a.ris": "TY  - {THES}\nTI  - A thesis on bones\nAU  - Moe, A\nPY  - 2019\nPB  - University\nER  - \n",
    "a.enw": "%0 {Thesis}\n%T A thesis on bones\n%A Moe, A\n%D 2019\n",
    "a.bib": "@{phdthesis}{{moe, title = {{A thesis on bones}}, author = {{Moe, A}}, year = {{2019}}}}\n",
    "a.csv": 'Key,Item Type,Publication Year,Author,Title\nAB12,{thesis},2019,"Moe, A",A thesis on bones\n',
}


@pytest.mark.parametrize("name", FILES)
def test_a_thesis_is_one_in_every_format(name, tmp_path):
    path = tmp_path / name
    text = FILES[name]
    inner = text[text.index("{") + 1 : text.index("}")]
    text = text.replace("{" + inner + "}", inner, 1).replace("{{", "{").replace("}}", "}")
    path.write_text(text, encoding="utf-8")
    export = formats.read(path)
    table = record_table(export.blocks, export.fields, str(path)).assign(record_id="a:1")
    assert table["publication_types"].str.lower().tolist() == ["thesis"]
    assert KINDS[features(table)["kind"][0]] == "thesis"


def test_types_that_a_record_names_are_kept(tmp_path):
    path = tmp_path / "a.ris"
    path.write_text(
        "TY  - CONF\nTI  - A\nM3  - Conference Abstract\nER  - \nTY  - JOUR\nTI  - B\nM3  - Article\nER  - \n"
    )
    export = formats.read(path)
    table = record_table(export.blocks, export.fields, str(path))
    assert table["publication_types"].tolist() == ["Conference Abstract; Conference proceedings", "Article"]
