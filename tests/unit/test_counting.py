import pytest

from evergreen.counting import noun, plural


@pytest.mark.parametrize(
    ("count", "word", "said"),
    [
        (0, ("record",), "0 records"),
        (1, ("record",), "1 record"),
        (1_000, ("record",), "1,000 records"),
        (1, ("study is", "studies are"), "1 study is"),
        (2, ("study is", "studies are"), "2 studies are"),
    ],
)
def test_one_is_one_and_all_other_counts_are_several(count, word, said):
    assert plural(count, *word) == said
    assert said.endswith(noun(count, *word))
