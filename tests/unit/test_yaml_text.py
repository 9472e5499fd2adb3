"""YAML that people write: read as PyYAML reads it, each fault one sentence with its place, nothing that hangs."""

import time

import pytest
import yaml

from evergreen import yaml_text
from evergreen.errors import InputError
from evergreen.protocol.loading import load
from tests.rows import each

GOOD = """\
# a comment
review: {title: 'One: two', authors: [A, "B"], final: no}
rounds: [2020-01-31, "2021-01-31"]
numbers: [1, -2.5, 1e3, .5, 1_000, 007, ~, null, 2020-01-31 10:00:00, !!str 5, 'x''y', "\\u00e9", +.inf]
block: |
  line 1
  line 2
folded: >-
  a
  b
base: &base {a: 1, b: 2}
own: {<<: *base, b: 3}
both: {b: 4, <<: [*base, {c: 5}]}
again: *base
nothing:
yes: 1
empty: []
"""


def said(text):
    with pytest.raises(InputError) as fault:
        yaml_text.parse(text, file="config/config.yaml")
    return str(fault.value)


def test_reads_what_pyyaml_reads():
    assert yaml_text.parse(GOOD, file="x") == yaml.safe_load(GOOD)
    for text in ("", "# only a comment", "- a\n- b: [1]\n", "word", "--- {a: 1}\n...\n"):
        assert yaml_text.parse(text, file="x") == yaml.safe_load(text)


def test_reads_every_file_of_the_project_as_pyyaml_does(root):
    for folder in ("config", "envs", "tests/reviews"):
        for path in (root / folder).rglob("*.yaml"):
            assert yaml_text.read(path) == yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader), path


@each(
    ("text", "sentence"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "config/config.yaml, row 3, column 2: not valid YAML: did not find expected"),
        ("a: 1\n\tb: 2\n", "config/config.yaml, row 2, column 1: not valid YAML: "),
        ("a: 'x\n", "row 2, column 1: not valid YAML: found unexpected end of stream"),
        ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", "row 5, column 3: the key `c` is there twice, first in row 3. Keep one"),
        ("2020-01-31: a\n'2020-01-31': b\n", "row 2, column 1: the key `2020-01-31` is there twice"),
        ("a: *b\n", "row 1, column 4: the alias *b has no &b that is complete above it"),
        ("a: &b [*b]\n", "row 1, column 8: the alias *b has no &b that is complete above it"),
        ("a: 1\n---\nb: 2\n", "row 2, column 1: a second document begins"),
        ("a: !!python/object/apply:os.system [x]\n", "row 1, column 4: the tag tag:yaml.org,2002:python/object/apply:os"),
        ("a: !x y\n", "row 1, column 4: 'y' cannot be read (!x). Put it in quotes."),
        ("a: 2021-02-30\n", "row 1, column 4: '2021-02-30' cannot be read (day is out of range for month)"),
        ("a: 1\nhits: 0412\n", "row 2, column 7: YAML reads '0412' as 266. Write a number in plain digits, without zeros in front, or put a"),
        ("a: {010: x}\n", "row 1, column 5: YAML reads '010' as 8."),
        ("a: [12:30]\n", "row 1, column 5: YAML reads '12:30' as 750."),
        ("a: 1:30.5\n", "YAML reads '1:30.5' as 90.5."),
        ("a: 0x1F\n", "YAML reads '0x1F' as 31."),
        ("a: 0b11\n", "YAML reads '0b11' as 3."),
        ("[a, b]: 1\n", "row 1, column 1: a list or a mapping stands where a key belongs"),
        ("a: {<<: [1]}\n", "`<<` takes over the keys of a mapping"),
        ("a: b\x07\n", "row 1: the character '\\x07' is not text. Remove it."),
        ("a: " + "1:" * 5000 + "1\n", "a number or a date of this length cannot be read"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_with_its_place(text, sentence):
    found = said(text)
    assert sentence in found
    assert "\n" not in found


def bomb(levels, width=10):
    lines = ["a0: &a0 [x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@each(
    ("text", "sentence"),
    [
        (bomb(30), "unfolds into more than 500,000 values. Write out less, or repeat less by aliases"),
        ("a: " + "[" * 100_000, "nested more than 50 deep"),
        ("a: " + "{b: " * 100_000, "nested more than 50 deep"),
        ("".join(f"{' ' * n}a{n}:\n" for n in range(200)), "nested more than 50 deep"),
    ],
    ids=["aliases", "lists", "mappings", "indented"],
)
def test_a_bomb_is_refused_at_once(text, sentence):
    start = time.process_time()
    assert sentence in said(text)
    assert time.process_time() - start < 5


def test_what_is_written_out_counts_as_what_unfolds(monkeypatch):
    monkeypatch.setattr(yaml_text, "MOST_VALUES", 1000)
    assert len(yaml_text.parse("[" + "x," * 999 + "]", file="x")) == 999
    assert "row 2, column 1: the file unfolds into more than 1,000 values" in said("[" + "x," * 999 + "\nx]")


def test_aliases_within_reason_are_read():
    found = yaml_text.parse(bomb(4), file="x")
    assert found["a3"] == [found["a2"]] * 10


def test_a_file_that_is_too_large_absent_or_not_utf_8(tmp_path):
    path = tmp_path / "config.yaml"
    with pytest.raises(InputError, match="cannot be read"):
        yaml_text.read(path)
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(InputError, match="row 2: the text is not UTF-8"):
        yaml_text.read(path)
    path.write_bytes(b"#" * (yaml_text.MOST_BYTES + 1))
    with pytest.raises(InputError, match="more than the 10 MB that are read"):
        yaml_text.read(path)
    path.write_bytes("a: é".encode("utf-16"))
    assert yaml_text.read(path) == {"a": "é"}
    path.write_text("- a\n")
    with pytest.raises(InputError, match="must be a list of `key: value` lines"):
        yaml_text.read(path)


def test_a_protocol_with_a_thousand_outcomes_is_read_fast(tmp_path, root):
    raw = yaml_text.read(root / "config/config.yaml")
    some = raw["outcomes"]
    raw["outcomes"] = [
        {**some[n % len(some)], "id": f"o{n}", "name": f"Outcome {n} " + "in words " * 20}
        for n in range(1000)
    ]
    path = tmp_path / "config.yaml"
    path.write_text(yaml.dump(raw, Dumper=yaml.CSafeDumper))
    assert path.stat().st_size > 250_000
    start = time.process_time()
    assert yaml_text.read(path) == raw
    assert time.process_time() - start < 0.5  # 0.03 s on an idle machine


def test_the_protocol_is_read_so(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("review: {title: x}\nrounds: []\nreview: {title: y}\n")
    with pytest.raises(InputError, match="row 3, column 1: the key `review` is there twice, first in row 1"):
        load(path)


PLACED = """\
base: &base
  a: 1
  b: 2
own:
  <<: *base
  b: 3
list:
- x
- {c: 1,
   d: [1,
    2]}
2020-01-31: day
"""


@each(
    ("place", "row"),
    [
        (("base", "b"), 3), (("own", "a"), 2), (("own", "b"), 6), (("list",), 7), (("list", 1, "d"), 10), (("list", 1, "d", 1), 11),
        (("2020-01-31",), 12), (("own", "z"), 4), (("list", 1, "d", 7), 10), (("z", "y"), None), ((), None), (("list", "x"), 7),
    ],
)  # fmt: skip
def test_the_row_of_a_place_is_that_of_the_deepest_part_that_is_there(tmp_path, place, row):
    path = tmp_path / "config.yaml"
    path.write_text(PLACED)
    assert yaml_text.read_placed(path).row(place) == row


COMMENTED = """\
review: {title: Was \u00dc ist} # not of the title
question:
  population: Erwachsene \u2265 # 18
  setting: "in quotes # it is one" # not of the setting
  designs:
  - RCTs # 2 arms
  - no#comment
  comparator: >
    folded # inside
# a line of its own
k: 5 # of a number
name: a b
  c # 1
own: {<<: {x: y}, z: w v} # of a mapping
"""


def test_a_comment_behind_a_text_without_quotes_is_told(tmp_path):
    path = tmp_path / "config.yaml"
    for text in (COMMENTED, COMMENTED.replace("\n", "\r\n")):
        path.write_bytes(text.encode())
        assert list(yaml_text.read_placed(path).commented()) == [
            (("question", "population"), "Erwachsene \u2265", "18"),
            (("question", "designs", 0), "RCTs", "2 arms"),
            (("name",), "a b c", "1"),
        ]


@each(
    ("text", "todo"),
    [
        ("a:\n\tb: 1\n", "Indent by blanks"), ("a: 1\n\tb: 2\n", "Indent by blanks"), ("a: %x\n", "begins with this sign in quotes"),
        ("a: @x\n", "begins with this sign in quotes"), ("a: b: c\n", "Put a text with a colon and a blank in it in quotes"),
        ("x:\n  - a: 1, b: 2\n", "the second key on a line of its own"), ("a: [1, 2\n", "Look there and in the line above"),
        ("a:\n  b: 1\n c: 2\n", "Look there and in the line above"), ("a: 'it's'\n", "Look there and in the line above"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_told_what_to_do(text, todo):
    with pytest.raises(InputError, match=f"not valid YAML: .*{todo}"):
        yaml_text.parse(text, file="config.yaml")
