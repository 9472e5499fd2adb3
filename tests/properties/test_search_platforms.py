"""Whatever is written as a strategy is read, or refused in one sentence."""

import re

from hypothesis import given
from hypothesis import strategies as st

from evergreen.errors import InputError
from evergreen.search import lines, strategy
from tests.unit.test_search_platforms import PIECES


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
def test_whatever_is_written_is_read_or_refused_in_one_sentence(text: str) -> None:
    lines.read(text)
    read, refused = None, None
    try:
        read = strategy.read(text, "s.txt")
    except InputError as error:
        refused = error
    if read:
        unquoted = re.sub(r'"[^"]*"', "", read.query)
        assert unquoted.count("(") == unquoted.count(")")
        assert "#" not in unquoted
    else:
        assert refused
        assert refused.file == "s.txt"
        assert refused.todo
