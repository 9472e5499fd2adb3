"""Lines of text in a PDF: laid out once in a file, however often they stand there.

matplotlib looks for the font of each text anew, lays its letters out and notes each of them as shown. Half of what a forest plot
writes is numbers that it has written before; of these only the place is another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from matplotlib.backend_bases import GraphicsContextBase

BEGIN = b"BT\n"  # of a text object (ISO 32000-1, 9.4.1)
_written: WeakKeyDictionary[Any, dict[tuple[object, ...], bytes]] = WeakKeyDictionary()
"""By file of a PDF what stands between the place of a line of text and the next line."""


def draw_once(
    renderer: Any,
    pen: GraphicsContextBase,
    x: float,
    y: float,
    line: tuple[object, ...],
    draw: Callable[[], None],
) -> None:
    """Put a level `line` (text and font) at `x` and `y` (points, from the left and from below): with `draw`, or, in a PDF that has
    it already, as `draw` wrote it there."""
    file = getattr(renderer, "file", None)
    if file is None or pen.get_url() is not None:  # no PDF, or a link whose place is noted beside the text
        draw()
        return
    known = _written.setdefault(file, {})
    renderer.check_gc(pen, pen.get_rgb())
    if line not in known:
        pieces: list[bytes] = []
        file.write = pieces.append
        try:
            draw()
        finally:
            del file.write
        place, begin, shown = b"".join(pieces).partition(BEGIN)
        file.write(place + begin + shown)
        known[line] = begin + shown
        return
    file.write(b"q\n1 0 -0 1 %s %s cm\n%s" % (_number(x), _number(y), known[line]))


def _number(value: float) -> bytes:
    """As matplotlib writes numbers: the same figure has the same bytes, whatever was drawn before."""
    return (b"%.10f" % value).rstrip(b"0").rstrip(b".")
