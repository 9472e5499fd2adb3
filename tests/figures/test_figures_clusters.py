"""Where a line may end within a word, against the grapheme clusters of ICU, and lines measured by their boxes."""

import warnings

import pytest

from evergreen.figures import axes, flow
from evergreen.figures.clusters import ends_of
from evergreen.figures.letters import width_of, wrapped

# Of each word the places at which ICU 78 (Unicode 17) ends a grapheme cluster, in code points: Intl.Segmenter of Node.
ICU = [
    ('thai', '\u0e01\u0e32\u0e23\u0e28\u0e36\u0e01\u0e29\u0e32\u0e40\u0e23\u0e37\u0e48\u0e2d\u0e07\u0e1c\u0e39\u0e49\u0e1b\u0e48\u0e27\u0e22\u0e42\u0e23\u0e04\u0e02\u0e49\u0e2d\u0e2d\u0e31\u0e01\u0e40\u0e2a\u0e1a\u0e23\u0e39\u0e21\u0e32\u0e15\u0e2d\u0e22\u0e14\u0e4c\u0e19\u0e49\u0e33', [1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 14, 17, 19, 20, 21, 22, 23, 24, 26, 27, 29, 30, 31, 32, 33, 35, 36, 37, 38, 39, 40, 42]),
    ('lao', '\u0e81\u0eb2\u0e99\u0eaa\u0eb6\u0e81\u0eaa\u0eb2\u0e84\u0ebb\u0e99\u0ec0\u0e88\u0eb1\u0e9a\u0ec2\u0ea5\u0e81\u0e82\u0ecd\u0ec9\u0e99\u0ec9\u0eb3', [1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 14, 15, 16, 17, 18, 21]),
    ('khmer', '\u1780\u17b6\u179a\u179f\u17b7\u1780\u17d2\u179f\u17b6\u17a2\u17d2\u1793\u1780\u1787\u17c6\u1784\u17ba\u179a\u179b\u17b6\u1780\u179f\u1793\u17d2\u179b\u17b6\u1780\u17cb\u179f\u17d2\u178f\u17d2\u179a\u17b8', [2, 3, 5, 9, 12, 13, 15, 17, 18, 20, 21, 22, 26, 28]),
    ('burmese', '\u1021\u1006\u1005\u103a\u1021\u1019\u103c\u1005\u103a\u101b\u1031\u102c\u1004\u103a\u101b\u1031\u102c\u1002\u102b\u101c\u1030\u1014\u102c\u1019\u103b\u102c\u1038\u101c\u1031\u1037\u101c\u102c\u1019\u103e\u102f\u101e\u1004\u103a\u1039\u1018\u1031\u102c', [1, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 30, 31, 32, 35, 36, 41]),
    ('devanagari', '\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f\u0935\u093f\u0936\u094d\u0935\u0935\u093f\u0926\u094d\u092f\u093e\u0932\u092f', [3, 7, 8, 10, 13, 15, 19, 20]),
    ('tamil', '\u0b86\u0bb0\u0bbe\u0baf\u0bcd\u0b9a\u0bcd\u0b9a\u0bbf\u0ba8\u0bcb\u0baf\u0bbe\u0bb3\u0bbf\u0b95\u0bb3\u0bcd', [1, 3, 5, 7, 9, 11, 13, 15, 16]),
    ('bengali', '\u0997\u09ac\u09c7\u09b7\u09a3\u09be\u09ac\u09bf\u09b6\u09cd\u09ac\u09ac\u09bf\u09a6\u09cd\u09af\u09be\u09b2\u09af\u09bc', [1, 3, 4, 6, 8, 11, 13, 17, 18]),
    ('hangul', '\u1112\u1161\u11ab\u1100\u116e\u11a8\uc5f0\uad6c', [3, 6, 7]),
    ('emoji', '\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f44d\U0001f3fd\U0001f1f9\U0001f1ed\U0001f1f1\U0001f1e6', [5, 7, 9]),
    ('latin', 'Ne\u0301me\u030cckova\u0301', [1, 3, 4, 6, 7, 8, 9, 10]),
]  # fmt: skip
STAY = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4", "\u0e30\u0e32\u0e33\u0eb0\u0eb2\u0eb3"
"""Vowels of Thai and Lao that stand before and behind their consonant as letters of their own, which clusters of ICU tear off."""


@pytest.mark.parametrize(("script", "word", "clusters"), ICU, ids=[script for script, *_ in ICU])
def test_a_line_ends_between_letters_of_its_script(script, word, clusters):
    found = ends_of(word)
    assert set(found) <= set(clusters)
    torn = {
        end for end in set(clusters) - set(found) if word[end - 1] not in STAY[0] and word[end] not in STAY[1]
    }
    # Vowels and tones of Burmese that take a place of their own are marks all the same, and begin no line.
    assert {word[end] for end in torn} <= set("\u102b\u102c\u1038")
    assert not any(word[end - 1] in STAY[0] or word[end] in STAY[1] for end in found)


@pytest.mark.parametrize(("script", "word", "clusters"), ICU, ids=[script for script, *_ in ICU])
def test_lines_keep_their_width_and_their_letters(script, word, clusters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters that no font here has
        parts = [word[a:b] for a, b in zip([0, *ends_of(word)], [*ends_of(word), len(word)], strict=True)]
        room = 1.3 * max(width_of(part, 8.0) for part in parts)
        lines = wrapped(word, room, 8.0)
        pieces = flow._pieces(word, room, 8.0, False, False)
        shortened = axes.name_lines(word, room)[-1]
        for broken in (lines, pieces):
            assert "".join(broken) == word
            assert all(width_of(line, 8.0) <= room for line in broken)
            ends = [sum(map(len, broken[:i])) for i in range(1, len(broken))]
            assert set(ends) <= set(clusters)
        assert len(lines) > 1
        assert wrapped(word, 0.1, 8.0) == parts, "a letter wider than its line stays whole"
    start = word.find(shortened.rstrip("…"))
    assert start >= 0
    assert not shortened.endswith("…") or start + len(shortened) - 1 in (0, *clusters)
