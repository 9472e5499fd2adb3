"""LaTeX as plain text, letter by letter against pylatexenc."""

from __future__ import annotations

import logging
import unicodedata

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexencode import get_builtin_conversion_rules

from evergreen.records.formats import latex

NOT_AS_PYLATEXENC = {
    "~": "a tie is a blank", r"\textasciicircum": "it is ^", r"\textperiodcentered": "it is the middle dot",
    r"\texttildelow": "programs write it for ~", r"\nolinebreak": "it prints nothing", r"\textasciitilde": "it is ~",
    r"\-": "a place where a word may be parted prints nothing",
}  # fmt: skip
"""What pylatexenc reads back as the letter it came from, and this module does not."""


def test_letters_that_pylatexenc_reads_right_are_read_alike() -> None:
    """Each letter of pylatexenc's own tables, encoded by one of them: where its reader gives the letter back, so does ours."""
    logging.disable(logging.CRITICAL)
    theirs = LatexNodes2Text(math_mode="text", keep_comments=True)
    compared, differ = 0, list[str]()
    for table in ("defaults", "unicode-xml"):
        for code, written in get_builtin_conversion_rules(table)[0].rule.items():
            letter = unicodedata.normalize("NFC", chr(code))
            source = f"x{{{written}}}y"
            try:
                back = theirs.latex_to_text(source) == f"x{letter}y"
            except Exception:
                back = False
            own = unicodedata.normalize("NFC", latex.plain(source)) == f"x{letter}y"
            compared += back
            if back and not own:
                differ.append(written)
    logging.disable(logging.NOTSET)
    assert compared > 2200
    assert set(differ) <= set(NOT_AS_PYLATEXENC)
