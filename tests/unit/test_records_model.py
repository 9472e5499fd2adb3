"""The record table's types and the ids of records."""

import pandas as pd

from evergreen.records.model import COLUMNS, CONTRACT, base_id, content_hash, from_columns, typed, with_ids


def table(**columns):
    return typed(pd.DataFrame(columns))


def test_typed_gives_all_columns_in_order_and_type():
    records = table(
        title=["A <i>title</i>", None], year=["2012", ""], retracted=["true", ""], mine=["x", "y"]
    )
    assert list(records) == [*COLUMNS, "mine"]
    assert list(COLUMNS[: len(CONTRACT)]) == list(CONTRACT)
    assert str(records["year"].dtype) == "Int64"
    assert records["retracted"].tolist() == [True, False]
    assert records["title"].tolist() == ["A <i>title</i>", ""]
    assert records["title_search"].tolist() == ["a title", ""]


def test_whole_columns_give_the_same_table_as_a_frame():
    columns = {"title": ["A <i>title</i>", ""], "authors": ["Smith, J", ""], "year": [2012, None], "pages": ["S12-9", ""],
               "journal": ["Bone", ""], "doi": ["https://doi.org/10.1000/X", ""], "registry_ids": ["nct 01234567", ""],
               "retracted": [True, False], "line": [1, 9]}  # fmt: skip
    pd.testing.assert_frame_equal(from_columns(columns), table(**columns))
    pd.testing.assert_frame_equal(from_columns({}), table())


def test_typed_of_a_typed_table_is_the_same():
    records = table(title=["A"], year=["2012"], authors=["Smith, J"], pages=["S12-9"])
    pd.testing.assert_frame_equal(typed(records), records)


def test_an_empty_table_is_typed_too():
    assert list(typed(pd.DataFrame())) == list(COLUMNS)


def test_id_is_source_and_accession_verbatim():
    records = with_ids(table(accession=[" CN-01 ", "b/2"], title=["t", "u"]), "central", "2020-01-01")
    assert records["record_id"].tolist() == ["central:CN-01", "central:b/2"]
    assert set(records["source"]) == {"central"}
    assert set(records["round"]) == {"2020-01-01"}


def test_without_accession_the_id_is_of_the_content():
    records = with_ids(
        table(title=["The title.", "THE TITLE"], year=["2012", "2012"], authors=["Smith, John", "Smith JA"]),
        "x",
        "r",
    )
    stem = "x:" + content_hash("the title", "2012", "Smith")
    assert records["record_id"].tolist() == [stem, stem + "~2"]


def test_an_accession_that_looks_like_a_mark_stays_unique():
    records = with_ids(table(accession=["A", "A", "A~2"], title=["a", "b", "c"]), "x", "r")
    assert sorted(records["record_id"]) == ["x:A", "x:A~2", "x:A~3"]
    assert records.set_index("record_id").loc["x:A~2", "title"] == "c"


def test_base_id():
    assert base_id("x:A~2") == "x:A"
    assert base_id("x:A~b") == "x:A~b"
    assert base_id("x:A") == "x:A"


def test_identifiers_are_canonical_whoever_wrote_the_table():
    records = table(doi=["10.1002/ART.1", "S0140"], registry_ids=["UMIN 000012345; ACTRN1", "NCT01234567"])
    assert records["doi"].tolist() == ["10.1002/art.1", "S0140"]
    assert records["registry_ids"].tolist() == ["UMIN000012345; ACTRN1", "NCT01234567"]
