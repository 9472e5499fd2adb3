"""Labels that are folded stay so, and the spelling shown does not depend on the order."""

import random

from hypothesis import given
from hypothesis import strategies as st

from evergreen.sheets.labels import folded, spelling_of


@given(st.text())
def test_folding_twice_is_folding_once(label):
    assert folded(folded(label)) == folded(label)


@given(st.lists(st.sampled_from(["Pain", "pain", "PAIN", "pain ", "Death", "death"])), st.randoms())
def test_the_spelling_shown_is_the_most_frequent_in_whatever_order(labels, order: random.Random):
    shuffled = list(labels)
    order.shuffle(shuffled)
    assert spelling_of(labels) == spelling_of(shuffled)
    for key, spelling in spelling_of(labels).items():
        own = [label for label in labels if folded(label) == key]
        assert own.count(spelling) == max(map(own.count, own))
