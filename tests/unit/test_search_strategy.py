"""Strategies as librarians write them."""

import pytest

from evergreen.errors import InputError
from evergreen.search import strategy
from evergreen.search.replies import Notice


def test_numbered_lines_and_references():
    read = strategy.read(
        "# drug\n1. denosumab[tiab]\n\n2. arthritis[mh] OR\n   arthriti*[tiab]\n3) 1 and 2\n#4 #3 NOT review[pt]\n"
    )
    assert [(line.number, line.row) for line in read.lines] == [("1", 2), ("2", 4), ("3", 6), ("4", 7)]
    assert read.lines[2].query == "(denosumab[tiab]) AND (arthritis[mh] OR arthriti*[tiab])"
    assert read.query == "((denosumab[tiab]) AND (arthritis[mh] OR arthriti*[tiab])) NOT review[pt]"


@pytest.mark.parametrize("text", ["or/1-3", "1-3/OR", "OR/1-3", "1 OR 2 OR 3", "#1 or #2 or #3"])
def test_ways_to_join_lines(text):
    read = strategy.read(f"1. a[ti]\n2. b[ti]\n3. c[ti]\n4. {text}\n")
    assert read.query.replace("(", "").replace(")", "") == "a[ti] OR b[ti] OR c[ti]"


def test_a_block_is_one_query_and_numbers_in_it_are_terms():
    assert (
        strategy.read("(denosumab[tiab]\nOR 162[tiab])\nAND 2010:2020[dp]\n").query
        == "(denosumab[tiab] OR 162[tiab]) AND 2010:2020[dp]"
    )


def test_directives():
    read = strategy.read(
        '1. a[ti]\nlimit: english[la]\nknown: 1, 22\nacknowledge: "a b"[ti]\n', acknowledged=["No more"]
    )
    assert read.query == "(a[ti]) AND (english[la])"
    assert read.known == (1, 22)
    assert read.accepts(Notice("quoted_phrase_not_found", '"A  b"[ti]'))
    assert read.accepts(Notice("message", "no more"))
    assert not read.accepts(Notice("phrase_not_found", "c[ti]"))


@pytest.mark.parametrize("name", ["hsss_sensitivity_maximizing", "hsss_sensitivity_and_precision_maximizing"])
def test_filters_come_with_their_citation(name):
    read = strategy.read(f"1. a[ti]\n2. 1 AND filter:{name}\n")
    assert "randomized controlled trial[pt]" in read.query
    assert "(animals[mh] NOT humans[mh])" in read.query
    assert strategy.described(read)["filters"][0]["citation"].startswith("Lefebvre C")


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        ("", None, "empty"),
        ("1. a[ti]\n1. b[ti]\n", 2, "twice"),
        ("1. a[ti]\n2. 1 AND 3\n", 2, "line 3"),
        ("a[ti]\n1. b[ti]\n", 1, "without a number"),
        ("1. a[ti] AND filter:nonsense\n", 1, "no filter"),
        ("1. a[ti]\nknown: 12x\n", 2, "12x"),
    ],
)
def test_faults_name_the_row(text, row, said):
    with pytest.raises(InputError, match=said) as caught:
        strategy.read(text, "strategy.txt")
    assert (caught.value.file, caught.value.row) == ("strategy.txt", row)


def test_a_round_in_the_past_is_limited_by_creation_date():
    assert (
        strategy.read("a[ti]").until("2018-12-31") == '(a[ti]) AND ("1000/01/01"[crdt] : "2018/12/31"[crdt])'
    )
