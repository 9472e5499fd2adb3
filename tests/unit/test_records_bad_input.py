"""Encodings, damage and mistakes: each file is read right or refused with a clear sentence; neighbours are not harmed."""

import gzip
import io

import openpyxl
import pandas as pd
import pytest

from evergreen import yaml_text
from evergreen.errors import InputError
from evergreen.records import formats
from evergreen.records.account import imported_twice
from evergreen.records.new_records import import_exports
from evergreen.records.rows import record_table
from evergreen.search.typed_text import text_of
from evergreen.sheets import texts
from evergreen.sheets.reading import read_sheet
from tests.rows import each

RIS = "".join(
    f"TY  - JOUR\nAN  - A{number}\nTI  - Étude numéro {number} – “essai”\nAU  - Müller, Ö\nPY  - 201{number}\nER  - \n\n"
    for number in range(5)
)


@pytest.fixture
def read(tmp_path):
    def reader(raw, name="export.ris", **options):
        path = tmp_path / name
        path.write_bytes(raw)
        export = formats.read(path, **options)
        return export, record_table(export.blocks, export.fields, "export.ris")

    return reader


ENCODINGS = {
    "UTF-8": RIS.encode(),
    "UTF-8 with byte order mark": b"\xef\xbb\xbf" + RIS.encode(),
    "UTF-16-LE with byte order mark": b"\xff\xfe" + RIS.encode("utf-16-le"),
    "UTF-16-BE with byte order mark": b"\xfe\xff" + RIS.encode("utf-16-be"),
    "UTF-16-LE": RIS.encode("utf-16-le"),
    "UTF-16-BE": RIS.encode("utf-16-be"),
    "cp1252": RIS.encode("cp1252"),
}


@each("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "mac"])
@each("encoding", ENCODINGS)
def test_encoding_and_line_ends_change_nothing(encoding, end, read):
    codec = encoding.split(" with")[0]
    raw = (
        ENCODINGS[encoding]
        if end == "\n"
        else ENCODINGS[encoding].decode(codec).replace("\n", end).encode(codec)
    )
    export, table = read(raw)
    assert export.encoding == encoding
    pd.testing.assert_frame_equal(table, read(RIS.encode())[1])


def test_latin_1_control_letters_are_read():
    assert texts.western(b"caf\xe9 \x81") == "café \x81"


def test_a_line_in_another_encoding_is_named(read):
    raw = RIS.encode().replace("Étude numéro 2 – “essai”".encode(), "Étude numéro 2".encode("cp1252"))
    export, table = read(raw)
    assert export.encoding == "UTF-8 with lines in cp1252"
    assert table.loc[2, "title"] == "Étude numéro 2"
    assert [(remark.line, remark.reason) for remark in export.remarks] == [
        (17, "line is not UTF-8; read as cp1252")
    ]


@each(
    ("raw", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n  \n", "the file is empty"),
        (b"%PDF-1.7 \x00\x01", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (gzip.compress(RIS.encode()), "compressed"),
        (bytes(range(1, 32)) * 40, "binary"),
        (b"PK\x03\x04 cut off", "damaged or cut off"),
        (b"<!DOCTYPE html><html><body>Your session has expired</body></html>", "it is a web page"),
        (b"Dear colleague, please find the search attached.", "no known export format"),
        (
            b'[{"ProtocolSection":{"IdentificationModule":{"NCTId":"NCT01973569","BriefTitle":"A trial"}}}]\n',
            "it is JSON, and not of ClinicalTrials.gov: export as CSV",
        ),
        (
            b'[{"protocolSection":{"identificationModule":{"nctId":"NCT01973569","briefTitle":"A trial"}}},\n{"protocolSec',
            "row 2: the file ends inside a record",
        ),
        (
            b'[{"protocolSection":{"identificationModule":{nctId:"NCT01973569"}}}]\n',
            "row 1: the file is not well-formed JSON",
        ),
        (
            b'[\n  {\n    "title": "A trial, of tests",\n    "author": [],\n    "DOI": "10.1000/t"\n  }\n]\n',
            "it is JSON, and not of ClinicalTrials.gov: export as CSV",
        ),
        (b"TY  - JOUR\nER  - \n", "holds no record"),
    ],
)
def test_what_is_no_export_is_refused_by_what_it_is(raw, message, read):
    with pytest.raises(InputError, match=message) as refused:
        read(raw)
    assert "export.ris" in str(refused.value)


def test_a_file_of_another_format_than_stated(read):
    with pytest.raises(InputError, match="cannot be read as BibTeX: its content looks like RIS"):
        read(RIS.encode(), format_="bibtex")
    with pytest.raises(InputError, match="cannot be read as CSV: its content looks like RIS"):
        read(RIS.encode(), format_="csv")
    with pytest.raises(InputError, match=r"no workbook \(\.xlsx\)"):
        read(RIS.encode(), format_="xlsx")
    with pytest.raises(InputError, match=r"format word is not known.*Known are: .*ris"):
        read(RIS.encode(), format_="word")


def test_a_workbook_without_records_and_one_called_ris(read):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    raw = io.BytesIO()
    book.save(raw)
    with pytest.raises(InputError, match="no sheet of the workbook has a header"):
        read(raw.getvalue())
    with pytest.raises(InputError, match="is a workbook, not ris"):
        read(raw.getvalue(), format_="ris")


def test_the_stated_format_outranks_the_content(read):
    export, table = read(b"Titel\nEine Studie\nNoch eine\n", format_="csv", columns={"title": "Titel"})
    assert (export.format, table["title"].tolist()) == ("CSV", ["Eine Studie", "Noch eine"])


def test_a_search_that_found_nothing_is_said_by_its_hits(read):
    export, table = read(b"", none_expected=True)
    assert (export.format, len(table)) == ("empty", 0)
    result = import_exports({"export.ris": export}, source="x", round_="2020-01-01", hits=0)
    assert (result.counts["read"], result.counts["new"], len(result.records)) == (0, 0, 0)


CUT = {
    "ris": RIS.encode()[:-40],
    "csv": b'title,authors,year\n"Bone, and joint","Moe, A",2019\n"Joints in',
    "csv between cells": b'title,authors,year\nHip,Moe,2019\nKnee,Doe,2019\n"Bone, and\njoint","Roe, A",2019\n"Joints in\nmice"',
    "nbib": b"PMID- 1\nTI  - Bone\nSO  - Tests. 2019;1:2.\n\nPMID- 2\nTI  - Joints\nAD  - Department of Te",
    "bibtex": b"@article{a,\n title={Bone},\n year={2019}\n}\n@article{b,\n title={Joi",
    "xml": b"<?xml version='1.0'?><Trials_downloaded_from_ICTRP><Trial><TrialID>NCT01234567</TrialID></Trial>\n",
}


@pytest.mark.parametrize("size", [formats.SMALL, 60], ids=["read", "looked at"])
@pytest.mark.parametrize("kind", CUT)
def test_a_file_that_was_cut_off_is_refused_before_a_run(kind, size, tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "SMALL", size)
    path = tmp_path / "export"
    path.write_bytes(CUT[kind])
    with pytest.raises(InputError, match="ends inside a record: it was cut off"):
        formats.check(path)


def test_the_last_row_of_a_table_may_lack_cells_where_others_do(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(b"title,authors,year,doi\nBone,Moe A,2019\nSpine,Roe B,2020,10.1/x\nJoints,Doe C,2021")
    formats.check(path)
    assert len(formats.read(path).blocks) == 3


@pytest.mark.parametrize(
    "text",
    [
        "title,authors,year\nBone \u2265 6,Moe A,2019\nSpine,Roe B,2020\nJoint,Doe C,2021",
        'title,authors,year\nBone,Moe A,2019\nSpine,Roe B,2020\nJoint,"Doe\x0bC",2021',
        'title,authors,year\nBone,Moe A,2019\nSpine,Roe B,2020\n"Joint '
        + "of bones\n" * 3000
        + '",Doe C,2021',
    ],
    ids=["a sign with the byte of a quotation mark", "a vertical tab", "a long last cell"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_whole_table_without_an_end_of_its_last_line_is_no_cut_one(text, encoding, tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    formats.check(path)
    assert len(formats.read(path).blocks) == 3


def test_a_pmid_and_a_year_that_cannot_be_read_are_told(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        'title,year,pmid\nOne,\'12,1.8\nTwo,"2,012","21,345,67"\nThree,in press,\nFour,2012,2002-12345-001\n'
        'Five,2012,"21,345,679"\n'
    )
    result = import_exports({"export.csv": formats.read(path)}, source="x", round_="2020-01-01")
    assert sorted(result.records["pmid"]) == ["", "", "", "", "21345679"]
    notes = result.remarks[result.remarks["kind"].eq("note")]
    assert sorted(zip(notes["line"], notes["reason"].str.split(" ").str[1], notes["text"], strict=True)) == [
        (2, "PMID", "1.8"), (2, "year", "'12"), (3, "PMID", "21,345,67"), (3, "year", "2,012"),
    ]  # fmt: skip


def test_a_ris_file_that_may_be_cut_off_is_told_and_read(read):
    export, table = read(RIS.encode().rsplit(b"ER  -", 1)[0])
    assert [(remark.kind, remark.reason) for remark in export.remarks] == [
        ("cut", "the file ends inside this record; it may be cut off")
    ]
    assert len(table) == len(read(RIS.encode())[1])


def test_the_check_before_a_run_accepts_whole_files_and_refuses_as_reading_does(tmp_path, monkeypatch):
    path = tmp_path / "export.ris"
    for size in (formats.SMALL, 200):
        monkeypatch.setattr(formats, "SMALL", size)
        for whole in (
            RIS.encode(),
            RIS.encode("utf-16"),
            RIS.encode().rstrip(),
            RIS.replace("\n", "\r").encode(),
        ):
            path.write_bytes(whole)
            formats.check(path)
        path.write_bytes(RIS.encode())
        with pytest.raises(InputError, match="its content looks like RIS"):
            formats.check(path, format_="bibtex")
        path.write_bytes(b"%PDF-1.7 " + bytes(400))
        with pytest.raises(InputError, match="is a PDF"):
            formats.check(path)
    path.write_bytes(b"")
    formats.check(path, none_expected=True)


def test_zero_bytes_and_line_ends_of_two_systems_lose_nothing(read):
    half = len(RIS) // 2 + RIS[len(RIS) // 2 :].index("TY  -")
    mixed = RIS[:half].replace("\n", "\r\n") + RIS[half:].replace("\n", "\r")
    pd.testing.assert_frame_equal(read(mixed.encode())[1], read(RIS.encode())[1])
    export, table = read(RIS.replace("TI  - Étude numéro 2", "TI  - Étude\x00 numéro 2").encode())
    assert table["title"].tolist() == read(RIS.encode())[1]["title"].tolist()
    assert [remark.reason for remark in export.remarks] == ["zero bytes were removed"]


DAMAGE = {
    "no TY line": ("TY  - JOUR\nAN  - A2", "AN  - A2"),
    "no ER line": ("PY  - 2012\nER  - \n", "PY  - 2012\n"),
    "junk between records": ("TY  - JOUR\nAN  - A2", "<html>502 Bad Gateway</html>\n\nTY  - JOUR\nAN  - A2"),
    "two spaces after the dash": ("TY  - JOUR\nAN  - A2", "TY  -  JOUR\nAN  - A2"),
    "one space before the dash": ("TY  - JOUR\nAN  - A2", "TY - JOUR\nAN - A2"),
    "small letters": (
        RIS[RIS.index("TY  - JOUR\nAN  - A2") : RIS.index("TY  - JOUR\nAN  - A3")],
        "ty  - JOUR\nan  - A2\nti  - Étude\npy  - 2012\ner  - \n\n",
    ),
    "no space after the dash": ("TY  - JOUR\nAN  - A2", "TY  -JOUR\nAN  -A2"),
    "counter": ("TY  - JOUR\nAN  - A2", "3.\nTY  - JOUR\nAN  - A2"),
    "Cochrane's counter": ("TY  - JOUR\nAN  - A2", "Record #3 of 5\nTY  - JOUR\nAN  - A2"),
    "an empty record": ("TY  - JOUR\nAN  - A2", "TY  - JOUR\nER  - \n\nTY  - JOUR\nAN  - A2"),
}


@each("damage", DAMAGE)
def test_a_malformed_record_does_not_take_its_neighbours_with_it(damage, read):
    good, bad = DAMAGE[damage]
    assert good in RIS
    _, table = read(RIS.replace(good, bad).encode())
    assert table["accession"].tolist() == ["A0", "A1", "A2", "A3", "A4"]
    assert table["year"].tolist() == [2010, 2011, 2012, 2013, 2014]


def test_one_file_under_two_names_is_said(read):
    _, table = read(RIS.encode())
    assert imported_twice({("a", "r"): table, ("b", "r"): table.iloc[::-1]}) == [
        (("a", "r"), "all 5 records stand word for word in b r too: imported twice?"),
        (("b", "r"), "all 5 records stand word for word in a r too: imported twice?"),
    ]
    assert imported_twice({("a", "r"): table, ("b", "r"): table.assign(pages="1-2")}) == []


def test_ids_of_two_sources_never_collide_and_repeats_in_a_file_are_said(read):
    export, _ = read(RIS.replace("A4", "A3").encode())
    one = import_exports({"f": export}, source="one", round_="2020-01-01")
    two = import_exports({"f": export}, source="two", round_="2020-01-01")
    assert set(one.records["record_id"]).isdisjoint(two.records["record_id"])
    assert one.records["record_id"].tolist()[-2:] == ["one:A3", "one:A3~2"]
    assert one.remarks["reason"].tolist() == [
        "1 record has an id that another record of the file has: one:A3~2"
    ]


@each(
    ("name", "text"),
    [
        ("export.ris", RIS),
        ("export.csv", "title,year\nOne,2001\nTwo,2002\n"),
        ("AB.csv", "record_id,decision\na:1,include\na:2,exclude\n"),
        ("strategy.txt", "1. gout\n2. pain\n3. 1 and 2\n"),
        ("config.yaml", "review:\n  authors: [A,\n  B, C]\n"),
    ],
)
@each("end", ["\n", "\r\n"])
def test_two_versions_that_git_could_not_join_are_refused_and_none_is_counted(name, text, end, tmp_path):
    readers = {
        "AB.csv": lambda path: read_sheet(path, "screening"),
        "strategy.txt": text_of,
        "config.yaml": yaml_text.read,
    }
    first, second, *rest = text.splitlines()
    lines = [first, "<<<<<<< HEAD", second, "||||||| base", "=======", second, ">>>>>>> theirs", *rest]
    path = tmp_path / name
    path.write_text(end.join(lines) + end, newline="")
    with pytest.raises(InputError, match=f"{name}, row 2: git could not join"):
        readers.get(name, formats.read)(path)
    path.write_text(text)
    readers.get(name, formats.read)(path)
