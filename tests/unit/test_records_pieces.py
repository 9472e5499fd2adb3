"""Large exports are read a piece at a time, and come to what they are read to as a whole."""

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.records import formats
from evergreen.records.formats import content, pieces
from evergreen.records.source_reading import read_source
from tests.rows import each
from tests.unit.test_records_borders import HEADER, HEADS, WRITERS, record, table, written
from tests.unit.test_records_registers import DETAILS, SUMMARY

NUMBERS = [number % 6 for number in range(40)]
MULTILINE = "title,author,year,abstract\n" + "".join(
    f'"Trial {n}, of ""walking""","Smith, J",{1990 + n},"First\n\nline {n}"\n' for n in range(40)
)
OF_WHOLE = {
    "a word for many entries": (written("bibtex", NUMBERS) + '\n@string{ja = "J"}\n').replace("10.1000", "ja"),
    "an open quote": MULTILINE.replace("Smith, J", 'Smith" J', 1),
    "two tables": MULTILINE + MULTILINE,
    "no blank line": written("enw", NUMBERS, between="\n"),
    "XML": "<?xml version='1.0'?>\n<records>" + "<record><titles><title>T</title></titles></record>\n" * 40 + "</records>",
    "fields by row": "TITLE,One\nAUTHOR NAMES,Doe A\nDOI,10.1/a\n" * 40,
    "Latin letters at the end": (written("ris", NUMBERS) + "\nTY  - JOUR\nTI  - Étude\nER  - \n").encode("cp1252"),
    "a zero byte": written("ris", NUMBERS).replace("Trial 5", "Trial\x005"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(formats, "LINES_TO_RECOGNISE", 20)
    monkeypatch.setattr(pieces, "PIECE", 400)


def said(export, found):
    """All that is known of a file."""
    return export.format, export.dialect, export.encoding, dict(export.fields), found, export.remarks


def cut(path):
    """How many pieces a file was cut into, and all that is known of it."""
    export = pieces.Pieces(path)
    parts = list(export.pieces())
    return len(parts), said(export, [block for part in parts for block in part])


def of(path, raw):
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    whole = formats.read(path)
    return said(whole, whole.blocks)


@each("kind", [kind for kind in WRITERS if kind not in ("ais", "untyped")])
@each("between", ["\n\n", "\r\n\r\n", "\n\n\ufeff"])
def test_pieces_are_the_whole(kind, between, tmp_path):
    text = HEADS.get(kind, "") + between.join(WRITERS[kind](record(n)) for n in NUMBERS) + "\n"
    text = text.replace(between, f"{between}stray text{between}", 20).replace(
        f"{between}stray text{between}", between, 19
    )
    whole = of(path := tmp_path / "export.txt", text)
    number, found = cut(path)
    assert (number > 3, found) == (True, whole)


@each(
    "text",
    [
        MULTILINE,
        "sep=,\n" + MULTILINE,
        table(NUMBERS, HEADER, ";", True),
        table(NUMBERS, HEADER, "\t", False),
        "\ufeff" + MULTILINE,
    ],
)
def test_tables_keep_their_header(text, tmp_path):
    whole = of(path := tmp_path / "export.csv", text)
    number, found = cut(path)
    assert (number > 3, found) == (True, whole)


@each("entry", [SUMMARY.format(4), DETAILS.format("SE")])
def test_entries_of_the_eu_register_are_cut_apart(entry, tmp_path):
    whole = of(path := tmp_path / "export.txt", entry * 30)
    number, found = cut(path)
    assert (number > 3, found) == (True, whole)


def test_a_tag_behind_the_end_stays_with_its_record(tmp_path):
    """Ovid writes on behind `ER`; a record without a field, one without its end, and a counter are where they were."""
    records = [WRITERS["ris"](record(n)) for n in NUMBERS]
    records[9] += "\nNL  - Link to the Ovid text"
    records[19] = "TY  - JOUR\nER  - "
    records[25] = records[25].removesuffix("\nER  - ")
    records[30] += "\n\n31."
    whole = of(path := tmp_path / "export.ris", "\n\n".join(records) + "\n")
    number, found = cut(path)
    assert (number > 3, found) == (True, whole)


@each("what", OF_WHOLE)
def test_what_cannot_be_cut_is_read_whole(what, tmp_path):
    raw = OF_WHOLE[what]
    path = tmp_path / "export.txt"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with pytest.raises(content.NotInPieces):
        cut(path)
    read_source("x", "export", [("2020-01-01", str(path), {})], tmp_path / "x")
    found = pd.read_parquet(tmp_path / "x" / "2020-01-01.parquet")
    assert len(found) == len(formats.read(path).blocks)
    assert found["record_id"].is_monotonic_increasing


def test_a_fault_in_a_later_piece_names_its_row(tmp_path):
    path = tmp_path / "export.ris"
    path.write_text(written("ris", NUMBERS) + "\n\n" + written("nbib", (0,)) + "\n", encoding="utf-8")
    row = len(written("ris", NUMBERS).split("\n")) + 2
    for read in (formats.read, cut):
        with pytest.raises(InputError, match=f"row {row}: a record of MEDLINE text begins here"):
            read(path)


def test_two_versions_in_a_later_piece_are_refused_with_their_row(tmp_path):
    path = tmp_path / "export.ris"
    path.write_text(f"{written('ris', NUMBERS)}\n>>>>>>> theirs\n", encoding="utf-8")
    row = len(written("ris", NUMBERS).split("\n")) + 1
    with pytest.raises(InputError, match=f"row {row}: git could not join"):
        read_source("x", "export", [("2020-01-01", str(path), {})], tmp_path / "x")
