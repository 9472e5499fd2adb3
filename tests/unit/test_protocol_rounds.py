"""A round is added to a protocol as its author would: the day after the last one, in its style, and nothing else of the file moves."""

import pytest

from evergreen.errors import InputError
from evergreen.protocol.rounds import with_round
from evergreen.search.strategy_changes import changed_lines, differences, other_hits
from tests.rows import each

DAY, TODAY = "2026-06-30", "2026-11-28"


@each(
    ("text", "expected", "row"),
    [
        ('a: 1 # x\nrounds: ["2020-12-31"] # append\nb: 2\n', 'a: 1 # x\nrounds: ["2020-12-31", "2026-06-30"] # append\nb: 2\n', 2),
        ("rounds: [2020-12-31, '2023-12-31' ]\n", "rounds: [2020-12-31, '2023-12-31', '2026-06-30' ]\n", 1),
        ("rounds: [\n  2020-12-31, # first\n]\n", "rounds: [\n  2020-12-31, 2026-06-30, # first\n]\n", 2),
        ("rounds:\n  - 2020-12-31 # first\nb: 2\n", "rounds:\n  - 2020-12-31 # first\n  - 2026-06-30\nb: 2\n", 3),
        ("b: 2\nrounds:\n- '2020-12-31'", "b: 2\nrounds:\n- '2020-12-31'\n- '2026-06-30'", 4),
        ("rounds:\r\n  -   2020-12-31\r\nb: 2\r\n", "rounds:\r\n  -   2020-12-31\r\n  -   2026-06-30\r\nb: 2\r\n", 3),
        ("# é rounds: [x]\nrounds: [2020-12-31] # ü\n", "# é rounds: [x]\nrounds: [2020-12-31, 2026-06-30] # ü\n", 2),
    ],
)  # fmt: skip
def test_a_round_is_added_in_the_style_of_the_last(text, expected, row):
    added = with_round(text, DAY, today=TODAY, file="config.yaml")
    assert (added.text, added.row) == (expected, row)
    assert added.before in text


@each(
    ("text", "day", "sentence"),
    [
        ("rounds: [2020-12-31]", "2020-12-31", "config.yaml, row 1: 2020-12-31 does not come after the last round, 2020-12-31."),
        ("a: 1\nrounds: [2020-12-31]", "2019-01-01", "config.yaml, row 2: 2019-01-01 does not come after"),
        ("rounds: [2020-12-31]", "2026-02-30", "'2026-02-30' is not a day of the calendar"),
        ("rounds: [2020-12-31]", "2026-11-29", "2026-11-29 is still to come"),
        ("rounds: []", DAY, "`rounds` is no list of days"),
        ("review: {title: A}", DAY, "`rounds` is no list of days"),
        ("rounds: [2020-12-31", DAY, "config.yaml, row "),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_a_round_is_refused(text, day, sentence):
    with pytest.raises(InputError) as raised:
        with_round(text, day, today=TODAY, file="config.yaml")
    assert sentence in str(raised.value)


def log(day, *lines, limits=()):
    return {
        "round": day,
        "strategy": {"limits": list(limits)},
        "lines": [{"number": str(n), "row": n, "text": text, "hits": hits, **({"stated": stated} if stated else {})}
                  for n, (text, hits, stated) in enumerate(lines, 1)],
    }  # fmt: skip


def test_a_strategy_that_changed_between_rounds_is_named_line_by_line():
    first = log("2020-12-31", ("a[ti]", 5, 0), ("b[ti]", 7, 7))
    same = log("2023-12-31", ("a[ti]", 6, 0), ("b[ti]", 9, 7))
    other = log("2026-06-30", ("a[ti]", 6, 0), ("b[tiab]", 9, 0), limits=["english[la]"])
    found = differences([("pubmed", first), ("pubmed", same), ("other", first), ("pubmed", other)])
    assert found == [("pubmed", "2026-06-30", ["'2. b[ti]' became '2. b[tiab]; limit: english[la]'"])]
    assert other_hits(same["lines"]) == ["line 2: 7 written, 9 found"]
    assert other_hits(first["lines"]) == []
    assert changed_lines(["x", "y"], ["y", "z"]) == ["'x' went", "'z' came"]
    assert changed_lines([f"{n}" for n in range(9)], [])[-1] == "and 4 more"
