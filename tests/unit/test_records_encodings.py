"""Encodings that no mark tells: MacRoman beside Windows-1252, and what XML declares."""

import random

import pytest

from evergreen.errors import InputError
from evergreen.sheets import texts
from evergreen.sheets.reading import read_sheet
from evergreen.sheets.texts import western
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


SHEET = "study,outcome,group,n\nSmith 2019,pain,intervention,10\n{} 2020,pain,intervention,10\n"


@each(
    ("encoding", "study"),
    [("cp1250", "Wałęsa"), ("cp1250", "Wiśniewski"), ("cp1250", "Zieliński"), ("cp1250", "Łukasz"), ("cp1251", "Ким"), ("cp1253", "Γεωργίου"),
     ("cp1254", "Çağrı"), ("cp1254", "Yıldız"), ("cp1254", "Güneş"), ("gbk", "王伟"), ("shift_jis", "山田"), ("koi8-r", "Иванов"), ("big5", "王偉"),
     ("cp850", "Müller"), ("cp850", "Köln"), ("cp437", "José")],
)  # fmt: skip
def test_a_sheet_of_letters_that_cannot_be_told_is_refused_with_its_row(encoding, study, tmp_path):
    path = tmp_path / "AB.csv"
    path.write_bytes(SHEET.format(study).encode(encoding))
    with pytest.raises(InputError, match=r"AB\.csv, row 3: .*encoding that cannot be told.*Save it as UTF-8"):
        read_sheet(path, "extraction")


@each("word", (*WORDS, "Guðmundsson", "Þórður", "Tórshøvn", "Žižek", "Zelený", "Muñoz", "cœur", "Crohn´s", "mean±SD", "drug×time", "“foo”and", "TGF-ß1", "ÅÄÖ", "¿Qué?", "DeÁngelis"))  # fmt: skip
def test_a_sheet_with_one_word_of_western_europe_is_read(word, tmp_path):
    path = tmp_path / "AB.csv"
    path.write_bytes(SHEET.format(word).encode("cp1252"))
    assert read_sheet(path, "extraction")["study"].tolist() == ["Smith 2019", f"{word} 2020"]


def test_what_is_put_together_of_two_encodings_is_read_line_by_line():
    one, other = "Müller 2011\n", "Größe 2012\nCafé 2013\n"
    found = texts.decode((one + other).encode() + other.encode("cp1252") * 2)
    assert found.text == one + other * 3
    assert sorted(found.odd) == [4, 5, 6, 7]
    mac = "Straße\nl’école\nMüller\nL’été\n"
    assert texts.decode(mac.encode("mac_roman")).text == mac, "in which a line happens to be UTF-8"
    within = texts.decode("Łódź, Kraków; ".encode() + "Genève\n".encode("cp1252"))
    assert (within.text, list(within.odd)) == ("Łódź, Kraków; Genève\n", [1])


@each("encoding", ["utf-8", "cp1252", "utf-16"])
def test_the_mark_behind_files_that_windows_puts_together_is_no_text(encoding, read, tmp_path):
    raw = RIS.format("Étude").encode(encoding) + b"\x1a"
    assert read(raw)[1]["title"].tolist() == ["Étude"]
    path = tmp_path / "AB.csv"
    path.write_bytes(SHEET.format("Café").encode(encoding) + b"\x1a")
    assert read_sheet(path, "extraction")["study"].tolist() == ["Smith 2019", "Café 2020"]


@each("wide_first", [True, False])
def test_files_of_two_encodings_put_together_are_refused(wide_first, read):
    one, other = RIS.format("Walking and falls of older people"), RIS.format("Aspirin for stroke in old age")
    wide, narrow = ("\ufeff" + one).encode("utf-16-le"), other.encode()
    with pytest.raises(InputError, match=r"row 5.*another encoding begins here"):
        read(wide + narrow if wide_first else narrow + wide)


@each(
    "title",
    [
        "Prüfung der ärztlichen Wirkungsstärke – Öl", "Étude à l\u2019école", "Ação em São Paulo", "Şahin İ, Yılmaz ğ", "Łódź", "≥ 65 µg × 2 “α”",
        "привет мир", "coût",
    ],
)  # fmt: skip
def test_letters_that_were_encoded_twice_are_read_as_what_they_were(title, read):
    spoilt = "".join(western(bytes([byte])) for byte in title.encode())
    assert spoilt != title
    sound = "Müller – und “Ñandú”"
    export, table = read(f"TY  - JOUR\nTI  - {spoilt}\nT2  - {sound}\nER  - \n")
    assert table[["title", "journal"]].values.tolist() == [[title, sound]]
    assert [(remark.line, remark.kind) for remark in export.remarks] == [(2, "note")]


@each(
    "title",
    ["CAFÉ–BAR", "IRMÃ–CARIDADE", "„SCHÄ“ «É»", "a cut-off of 3 Å–5 Å and 20 Å²", "2.5 Å±0.3 Å", "MANHÃ»", "Â", "Ñandú “Ñ”", "à l\u2019école", "Bâ”"],
)  # fmt: skip
def test_letters_before_a_mark_stay(title, read):
    export, table = read(f"TY  - JOUR\nTI  - {title}\nER  - \n")
    assert (table["title"].tolist(), export.remarks) == ([title], [])
