"""A small part of the fault matrix; `make faults` runs all of it."""

import pytest

from tests.faults import matrix


@pytest.mark.parametrize("name", matrix.CLASSES)
def test_no_record_is_lost_whatever_fails(name):
    assert matrix.run(name, seed=50) in (matrix.WHOLE, matrix.STOPPED)
