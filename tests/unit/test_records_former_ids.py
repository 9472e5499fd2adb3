"""Decisions under the former name of a source."""

import pandas as pd

from evergreen.records.former_ids import aliases, by_any_id, check_ids, check_renamed
from tests.rows import each

CLUSTERS = pd.DataFrame(
    {
        "record_id": ["web_of_science:1", "web_of_science:2~2", "scopus:1", "isi:2~2"],
        "work_id": ["a", "b", "c", "d"],
        "alias": ["wos:1; isi:1", "wos:2~2; isi:2~2", "", ""],
    }
)


def test_a_record_is_found_by_any_id_that_it_had():
    assert (
        aliases(CLUSTERS["record_id"][:2], "web_of_science", ["wos", "isi"]) == CLUSTERS["alias"][:2].tolist()
    )
    works = by_any_id(CLUSTERS, "work_id")
    assert (works["web_of_science:1"], works["wos:1"], works["isi:1"], works["wos:2~2"]) == (
        "a",
        "a",
        "a",
        "b",
    )
    assert works["isi:2~2"] == "d", "what a record is called now is that record"
    assert by_any_id(CLUSTERS.drop(columns="alias"), "work_id") == dict(
        zip(CLUSTERS["record_id"], CLUSTERS["work_id"], strict=True)
    )


MANY = {f"web_of_science:{number}": "" for number in range(20)}


@each(
    ("ids", "known", "now"),
    [
        (["wos:1", "wos:2"], ["web_of_science:1", "web_of_science:2", "scopus:1"], "2 of 2 records of 'wos' in this sheet are there as records of 'web_of_science'"),
        ([f"wos:{number}" for number in range(2, 21)], MANY, "18 of 19 records of 'wos'"),
        (["wos:1", "wos:3"], ["web_of_science:1", "web_of_science:2"], ""),
        (["wos:1", "wos:3"], ["web_of_science:1", "web_of_science:3", "wos:2"], ""),
        (["wos:1"], ["web_of_science:1", "wos:1"], ""),
        (["isi:1"], ["web_of_science:1", "wos:1"], "as records of 'web_of_science'"),
        (["no id", "wos:1"], [], ""),
    ],
)  # fmt: skip
def test_a_source_that_was_renamed_is_recognised(ids, known, now):
    faults = check_renamed(ids, dict.fromkeys(known, ""), file="AB.csv")
    assert [now in str(fault) for fault in faults] == [True] * bool(now)
    for fault in faults:
        assert str(fault).startswith("AB.csv, column record_id")
        assert f"write `formerly: [{ids[0].partition(':')[0]}]` under `sources.web_of_science`" in str(fault)


@each(
    "name",
    [
        "'web_of_science:1",
        "WEB_OF_SCIENCE:1",
        "web of science:1",
        "\N{FULLWIDTH LATIN SMALL LETTER S}copus:1",
    ],
)
def test_a_slip_within_an_id_is_no_source_of_before(name):
    assert not check_renamed([name], by_any_id(CLUSTERS, "work_id"), file="AB.csv")


KNOWN = dict.fromkeys(["pubmed:12", "embase:L7", "scopus:2-s2.0-5"], "work")


@each(
    ("written", "like"),
    [
        ("12", "pubmed:12"), ("PubMed:12", "pubmed:12"), ("pubmed:0012", "pubmed:12"), ("pubmed: 12", "pubmed:12"), ("l7", "embase:L7"),
        ("scopus:2\u2010s2.0\u20105", "scopus:2-s2.0-5"), ("pubmed:12", ""), ("pubmed:13", ""), ("report of the sponsor", ""),
    ],
)  # fmt: skip
@each("columns", [("record_id",), ("record_a", "record_b")])
def test_an_id_that_was_altered_on_the_way_is_told_with_the_one_that_it_was(columns, written, like):
    ids = ("embase:L7", written)
    sheet = pd.DataFrame({**dict.fromkeys(columns, ids), "_file": "x.csv", "_row": [2, 3]})
    told = [str(fault) for fault in check_ids(sheet, KNOWN, columns)]
    assert told == [
        f"x.csv, row 3, column {column}: no record has the id {written!r}, which looks like {like}. Write the id as the work list shows it."
        for column in columns if like
    ]  # fmt: skip
    assert check_ids(sheet.iloc[:0], KNOWN, columns) == []
