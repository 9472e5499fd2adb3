"""Tables that are one test."""

import pytest

from tests.rows import each


def test_every_row_is_tried_and_those_that_fail_are_named():
    tried = []

    @each("one, other", [(1, 1), (1, 2), pytest.param(2, 2), (3, 4)])
    @each("sign", ["+", "-"], ids=["plus", "minus"])
    def equal(one, other, sign, fixture):
        tried.append((one, other, sign, fixture))
        assert one == other or sign == "-", f"{one} is not {other}"

    with pytest.raises(pytest.fail.Exception) as failure:
        equal(fixture="f")
    assert tried == [(a, b, sign, "f") for a, b in ((1, 1), (1, 2), (2, 2), (3, 4)) for sign in "+-"]
    said = str(failure.value)
    assert said.startswith("2 of 4 rows:\n[1-2]")
    assert said.count("[plus]") == 2
    assert "3 is not 4" in said
    assert "[2-2]" not in said


def test_what_would_test_nothing_is_refused():
    with pytest.raises(ValueError, match="tests nothing"):
        each("one", [])
    with pytest.raises(TypeError, match="does not take two"):
        each("two", [1])(lambda one: None)

    @each("one", [1])
    def skipped(one):
        pytest.skip("not today")

    with pytest.raises(pytest.fail.Exception, match="not today"):
        skipped()
