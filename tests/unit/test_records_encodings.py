"""Encodings that no mark tells: MacRoman beside Windows-1252, and what XML declares."""

import random

import pytest

from evergreen.errors import InputError
from evergreen.sheets import texts
from tests.rows import each

WORDS = (
    "Müller", "café", "“Smart”", "– and —", "it’s", "Über die Größe", "Éric à Genève", "São Paulo", "MÜLLER", "Ångström", "façade", "10–20 mg",
    "µg", "±5", "José", "Ærø", "L’été", "Jürgen’s", "Gonçalves", "Côté", "Lefèvre", "Sørensen", "Pérez-Gómez", "Rodríguez", "Ö", "à la",
    "drug–drug", "37 °C", "El Niño", "Prolia®",
)  # fmt: skip
"""Words that both encodings have."""


@each(("codec", "name"), [("cp1252", "cp1252"), ("mac_roman", "MacRoman")])
def test_an_encoding_of_eight_bits_is_told_by_the_words_that_it_makes(codec, name):
    draw = random.Random(7)
    for _ in range(200):
        text = "\n".join(draw.sample(WORDS, 8))
        found = texts.decode(text.encode(codec))
        assert (found.text, found.encoding) == (text, name)


def test_lines_of_a_mac_in_a_file_of_unicode(read):
    lines = [f"TY  - JOUR\nTI  - Étude {n} à Genève\nAU  - Müller, É\nER  - \n" for n in range(4)]
    raw = b"".join(line.encode("mac_roman" if n == 2 else "utf-8") for n, line in enumerate(lines))
    export, table = read(raw)
    assert export.encoding == "UTF-8 with lines in MacRoman"
    assert table["title"].tolist() == [f"Étude {n} à Genève" for n in range(4)]


@each(("encoding", "title"), [("windows-1251", "Исследование"), ("GB2312", "类风湿"), ("Shift_JIS", "研究"),
                                                 ("ISO-8859-1", "Étude"), ("UTF-8", "Étude"), ("no such", "Étude")])  # fmt: skip
def test_xml_is_read_in_the_encoding_that_it_declares(encoding, title, read):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<Trials_downloaded_from_ICTRP><Trial><TrialID>NCT1</TrialID>'
        f"<Public_title>{title}</Public_title></Trial></Trials_downloaded_from_ICTRP>\n"
    )
    raw = text.encode("latin-1" if encoding == "no such" else encoding)
    assert read(raw)[1]["title"].tolist() == [title]


RIS = "TY  - JOUR\nTI  - {}\nPY  - 2019\nER  - \n"


@each(
    ("encoding", "title"),
    [("cp1250", "Źródła zakażeń szpitalnych w Łodzi"), ("cp1251", "Исследование аспирина"), ("cp1253", "Μελέτη ασθενών"),
     ("gbk", "阿司匹林治疗脑卒中的随机对照试验"), ("shift_jis", "脳卒中に対するアスピリンの無作為化試験")],
)  # fmt: skip
def test_letters_that_cannot_be_told_are_refused_with_their_row(encoding, title, read):
    with pytest.raises(InputError, match=r"row 2.*encoding that cannot be told.*UTF-8"):
        read(RIS.format(title).encode(encoding))


@each("wide_first", [True, False])
def test_files_of_two_encodings_put_together_are_refused(wide_first, read):
    one, other = RIS.format("Walking and falls of older people"), RIS.format("Aspirin for stroke in old age")
    wide, narrow = ("\ufeff" + one).encode("utf-16-le"), other.encode()
    with pytest.raises(InputError, match=r"row 5.*another encoding begins here"):
        read(wide + narrow if wide_first else narrow + wide)
