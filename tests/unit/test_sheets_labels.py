"""Two labels are one, or not, in every room alike; the spelling shown does not depend on anybody's order."""

import unicodedata

from evergreen.sheets.labels import Choices, folded, loosely, name_key, shown
from tests.rows import each


@each(
    ("one", "other"),
    [
        ("Smith 2010", "smith 2010"),
        ("Smith 2010", "Smith\u00a0 2010 "),
        ("Smith 2010", "Smith\u20092010"),
        ("Sm\u200bith", "Smith"),
        ("Müller", unicodedata.normalize("NFD", "MÜLLER")),
        ("12-month", "12\u2011month"),
        ("12-month", "12\N{EN DASH}month"),
        ("-5 mg", "\N{MINUS SIGN}5 mg"),
        ("Straße", "STRASSE"),
        ("O'Neil 2011", "O\N{RIGHT SINGLE QUOTATION MARK}Neil 2011"),
        ("D'Amico", "D\N{ACUTE ACCENT}amico"),
        ("O'Neil", "O`Neil"),
        ('the "early" group', "the \N{LEFT DOUBLE QUOTATION MARK}early\N{RIGHT DOUBLE QUOTATION MARK} group"),
        ("Griffith", "Gri\N{LATIN SMALL LIGATURE FFI}th"),
        ("Drug A 10", "\uff24\uff52\uff55\uff47\u3000\uff21\u3000\uff11\uff10"),
        ("\u30ac", "\uff76\uff9e"),
    ],
)
def test_labels_that_are_one(one, other):
    assert folded(one) == folded(other)


@each(
    ("one", "other"),
    [
        ("Smith 2010a", "Smith 2010b"),
        ("5 mg", "5mg"),
        ("x_y", "x y"),
        ("Ä", "A"),
        ("m²", "m2"),
        ("½", "1/2"),
        ("O'Neil", "ONeil"),
        ("'A'", '"A"'),
    ],
)
def test_labels_that_are_two(one, other):
    assert folded(one) != folded(other)


def test_of_equally_frequent_spellings_the_first_by_code_point_is_shown():
    assert shown(["pain", "Pain"]) == shown(["Pain", "pain"]) == "Pain"
    assert shown([]) == ""


REASONS = {"wrong_population": "Wrong population (adults)", "review": "Secondary report", "other": "Review"}


@each(
    ("cell", "key"),
    [
        ("wrong_population", "wrong_population"),
        ("Wrong population", "wrong_population"),
        ("WRONG_POPULATION", "wrong_population"),
        ("Wrong  population (adults)", "wrong_population"),
        ("secondary report", "review"),
        ("Review", "review"),  # a key outranks the label of another
        ("wrong", None),
        ("", None),
    ],
)
def test_a_choice_is_read_by_key_and_label(cell, key):
    assert Choices(REASONS).read(cell) == key


def test_a_label_of_two_keys_stands_for_none():
    choices = Choices({"a": "Other", "b": "other"})
    assert choices.read("Other") is None
    assert choices.read("b") == "b"


def test_names_of_columns_are_compared_as_names():
    assert name_key(" Record ID") == name_key("record-id") == name_key("record_id") == "record_id"


ALIKE = [
    ("6 wk", "6 weeks"), ("6wks", "6 Weeks"), ("drug A 10 mg", "10 mg drug A"), ("10mg/day", "10 mg day"), ("12-months", "12 months"),
    ("IFN-\u03b2", "IFN beta"), ("HbA\u2081c", "HbA1c"), ("Kr\u00e4uter", "Krauter"), ("\u03bb 5", "lambda 5"), ("5 \u03bcg", "5 ug"),
    ("50 \u00b5g", "50 mcg"), ("1,000 mg", "1000 mg"), ("20 %", "20 percent"),
]  # fmt: skip
APART = [
    ("6 weeks", "6 months"),
    ("10 mg", "100 mg"),
    ("1.5 mg", "15 mg"),
    ("drug A", "drug B"),
    ("IFN-\u03b2", "IFN-\u03b1"),
    ("placebo", ""),
]


@each(("one", "other"), ALIKE)
def test_labels_that_differ_in_spelling_alone_are_alike(one, other):
    assert loosely(one) == loosely(other)
    assert folded(one) != folded(other)  # and are no one label for it


@each(("one", "other"), APART)
def test_labels_of_other_things_are_not_alike(one, other):
    assert loosely(one) != loosely(other)
