"""What is guarded against formulas comes back."""

import string

from hypothesis import given
from hypothesis import strategies as st

from evergreen import spreadsheets


@given(st.text(alphabet="'=+-@\t\r\n \uff1d\uff0b1.5eE" + string.ascii_letters, max_size=8))
def test_what_is_guarded_comes_back(text):
    guarded = spreadsheets.guarded(text)
    assert spreadsheets.unguarded(guarded) == text
    assert not spreadsheets._is_formula(guarded) or guarded.startswith("'")
