"""Arms combined in whatever order or steps are one arm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.metaanalysis import conversions
from evergreen.metaanalysis.conversions import Group

groups_ = st.lists(
    st.builds(Group, st.integers(2, 500), st.floats(-100, 100), st.floats(0.01, 50)), min_size=2, max_size=5
)


@settings(deadline=None, max_examples=50)
@given(groups_)
def test_combining_arms_does_not_depend_on_order_or_on_steps(groups):
    whole = conversions.combine_groups(groups)
    assert conversions.combine_groups(groups[::-1]) == pytest.approx(whole, rel=1e-9, abs=1e-9)
    stepwise = (
        conversions.combine_groups([conversions.combine_groups(groups[:2]), *groups[2:]])
        if groups[2:]
        else whole
    )
    assert stepwise == pytest.approx(whole, rel=1e-9, abs=1e-9)
