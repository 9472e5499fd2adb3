"""Strategies as librarians write them."""

import pytest

from evergreen.errors import InputError
from evergreen.search import strategy
from evergreen.search.replies import Notice
from tests.rows import each


def test_numbered_lines_and_references():
    read = strategy.read(
        "# drug\n1. denosumab[tiab]\n\n2. arthritis[mh] OR\n   arthriti*[tiab]\n3) 1 and 2\n#4 #3 NOT review[pt]\n"
    )
    assert [(line.number, line.row) for line in read.lines] == [("1", 2), ("2", 4), ("3", 6), ("4", 7)]
    assert read.lines[2].query == "(denosumab[tiab]) AND (arthritis[mh] OR arthriti*[tiab])"
    assert read.query == "((denosumab[tiab]) AND (arthritis[mh] OR arthriti*[tiab])) NOT review[pt]"


@each("text", ["or/1-3", "1-3/OR", "OR/1-3", "1 OR 2 OR 3", "#1 or #2 or #3"])
def test_ways_to_join_lines(text):
    read = strategy.read(f"1. a[ti]\n2. b[ti]\n3. c[ti]\n4. {text}\n")
    assert read.query.replace("(", "").replace(")", "") == "a[ti] OR b[ti] OR c[ti]"


@each("text", ["or/1,3", "1,3/or", "or/#1,#3", "OR/1-1, 3"])
def test_lines_joined_by_a_list_of_their_numbers(text):
    assert strategy.read(f"1. a[ti]\n2. b[ti]\n3. c[ti]\n4. {text}\n").query == "((a[ti]) OR (c[ti]))"


@each("numbers", ["S{}", "S{}.", "s{}:", "{}", "{}.", "#{}"])
def test_lines_are_numbered_in_many_ways(numbers):
    refer = "S1 AND S2" if numbers[0] in "Ss" else "#1 AND #2"
    lines = [
        f"{numbers.format(number)} {text}"
        for number, text in enumerate(["a[ti]", '"S1 nerve"[ti]', refer], start=1)
    ]
    read = strategy.read("# heading\n" + "\n".join(lines) + "\nlimit: english[la]\n")
    assert [(line.number, line.row) for line in read.lines] == [("1", 2), ("2", 3), ("3", 4)]
    assert read.lines[-1].query == '(a[ti]) AND ("S1 nerve"[ti])'


def test_words_near_each_other_stand_as_written():
    assert strategy.read('"bone loss"[Title/Abstract:~3]').query == '"bone loss"[Title/Abstract:~3]'


def test_wide_letters_and_the_word_before_a_query_of_the_old_history_are_no_terms():
    assert (
        strategy.read("（bone［tiab］　ＡＮＤ loss[tiab]）ＯＲ x[tiab]").query
        == "(bone[tiab] AND loss[tiab])OR x[tiab]"
    )
    assert strategy.read("Search (bone[ti]) AND loss[ti]").query == "(bone[ti]) AND loss[ti]"
    history = "#1 Search (bone[ti]) 120\n#2 Search loss[ti] 90\n#3 Search #1 AND #2 30\n"
    assert strategy.read(history).query == "((bone[ti])) AND (loss[ti])"
    assert strategy.read("search[ti] AND loss[ti]").query == "search[ti] AND loss[ti]"


def test_names_that_look_like_line_numbers_stay_names():
    assert strategy.read("S100 protein[ti] OR S100B[ti]").query == "S100 protein[ti] OR S100B[ti]"
    assert strategy.read("1. a[ti]\n2. S1 nerve[ti]\n3. 1 AND 2").query == "(a[ti]) AND (S1 nerve[ti])"
    assert strategy.read("1. a[ti]\n2. diabetes type 1[ti]").query == "diabetes type 1[ti]"


def test_comments_behind_a_line_and_curly_quotation_marks_are_not_searched():
    read = strategy.read('1. \u201cbone loss\u201d[ti] # the damage\n2. "a # b"[ti]  # "quoted"\n3. 1 OR 2')
    assert read.query == '("bone loss"[ti]) OR ("a # b"[ti])'


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


@each("name", ["hsss_sensitivity_maximizing", "hsss_sensitivity_and_precision_maximizing"])
def test_filters_come_with_their_citation(name):
    read = strategy.read(f"1. a[ti]\n2. 1 AND filter:{name}\n")
    assert read.query.startswith("(a[ti]) AND ((randomized controlled trial[pt]")
    assert "(animals[mh] NOT humans[mh])" in read.query
    assert strategy.described(read)["filters"][0]["citation"].startswith("Lefebvre C")


@each(
    ("text", "row", "said"),
    [
        ("", None, "empty"),
        ("1. a[ti]\n1. b[ti]\n", 2, "twice"),
        ("1. a[ti]\n2. 1 AND 3\n", 2, "line 3"),
        ("a[ti]\n1. b[ti]\n", 1, "without a number"),
        ("1. a[ti] AND filter:nonsense\n", 1, "no filter"),
        ("1. a[ti]\nknown: 12x\n", 2, "12x"),
        ("1. a[ti]\n2. b[ti]\n3. or/2-1\n", 3, "backwards"),
        ("1. a[ti]\n2. b[ti]\n3. #1 AND c[ti] AND 2\n", 3, "#2 for the line"),
        ("1. a[ti]\n2. 1 AND c[ti]\n", 2, "#1 for the line"),
        ("1. a[ti]\n2. (c[ti] NOT 1) OR d[ti]\n", 2, "#1 for the line"),
        ("a[ti] or b[ti]\n", 1, "no operator"),
        ('1. a[ti]\n2. "bone los*"[tiab:~3]\n', 2, "without truncation"),
        ('1. a[ti]\n2. "bone loss"[tw:~3]\n', 2, "affiliation only"),
        ("1. exp Denosumab/\n2. bone.tw.\n3. 1 AND 2\n", 1, "Ovid"),
        ("1. a[ti]\n2. bone.ti,ab.\n3. 1 AND 2\n", 2, "Ovid"),
        ("1. a[ti]\n2. bone adj3 loss\n3. 1 AND 2\n", 2, "Ovid"),
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
