"""Real exports (`data/exports` of the reference data): every file is read or refused by name, no line goes unsaid.

Where another reader of the format exists (rispy, Biopython, bibtexparser), both agree.
"""

import bibtexparser
import pandas as pd
import pytest
import rispy
from Bio import Medline

from evergreen.errors import InputError
from evergreen.records import formats
from evergreen.records.formats import content, pieces
from evergreen.records.names import parse_name
from evergreen.records.normalise import canonical_doi, clean, searchable
from evergreen.records.rows import record_table

# file: records (counted by hand), dialect
EXPECTED = {
    "asreview/baseline_empty_values.ris": (4, ""),
    "asreview/baseline_reference_types.ris": (59, ""),
    "asreview/baseline_tag_and_field_definitions.ris": (1, ""),
    "asreview/embase.csv": (6, "Embase.com"),
    "asreview/embase.ris": (6, "Embase.com"),
    "asreview/ovid_psycinfo.ris": (6, "Ovid"),
    "asreview/ovid_zotero.ris": (6, ""),
    "asreview/pubmed_endnote.txt": (6, "PubMed"),
    "asreview/scopus.ris": (6, "Scopus"),
    "buhos/ebscohost.ris": (2, "EBSCO"),
    "buhos/proquest_test.ris": (11, "ProQuest"),
    "buhos/pubmed-30080086.nbib": (1, "PubMed"),
    "buhos/pubmed-depression-set.nbib": (3, "PubMed"),
    "buhos/scopus.bib": (1, "Scopus"),
    "buhos/wos.bib": (1, "Web of Science"),
    "buhos/wos_wrong.bib": (1, "Web of Science"),
    "colrev/abi_inform_proquest_ris.ris": (2, "ProQuest"),
    "colrev/ebsco_bib.bib": (2, "EBSCO"),
    "colrev/psycinfo_ris.ris": (1, ""),
    "colrev/pubmed_csv.csv": (1, "PubMed"),
    "colrev/scopus_bib.bib": (11, "Scopus"),
    "colrev/trid_ris.ris": (3, "TRID"),
    "jabref/Endnote.entries.enw": (5, ""),
    "jabref/EndnoteXmlImporterTestArticle.xml": (1, "PubMed"),
    "jabref/IsiImporterTest1.isi": (1, "Web of Science"),
    "jabref/IsiImporterTestMedline.isi": (2, "Web of Science"),
    "jabref/IsiImporterTestWOS.isi": (2, "Web of Science"),
    "jabref/MedlineImporterTestArticleID.xml": (1, "PubMed"),
    "jabref/MedlineImporterTestArticleItalics.xml": (1, "PubMed"),
    "jabref/MedlineImporterTestArticleNoISSN.xml": (1, "PubMed"),
    "jabref/MedlineImporterTestBookArticleSet.xml": (2, "PubMed"),
    "jabref/MedlineImporterTestKeywordSingleEntry.xml": (1, "PubMed"),
    "jabref/MedlineImporterTestMathML.xml": (1, "PubMed"),
    "jabref/MedlineImporterTestMeshHeadingList.xml": (1, "PubMed"),
    "jabref/MedlineImporterTestNbib.xml": (2, "PubMed"),
    "jabref/MedlineImporterTestPubmedBook.xml": (1, "PubMed"),
    "jabref/MedlinePlainImporterStringOutOfBounds.txt": (2, ""),
    "jabref/MedlinePlainImporterTestCompleteEntry.txt": (1, "PubMed"),
    "jabref/MedlinePlainImporterTestMultiAbstract.txt": (1, ""),
    "jabref/MedlinePlainImporterTestMultipleEntries.txt": (5, ""),
    "jabref/NbibImporterTest.nbib": (1, "PubMed"),
    "jabref/OvidImporterTest1.txt": (5, ""),
    "jabref/OvidImporterTest2Invalid.txt": (2, "Ovid"),
    "jabref/OvidImporterTest3.txt": (1, "Ovid"),
    "jabref/RisImporterCorrupted.ris": (1, ""),
    "jabref/RisImporterTest1.ris": (3, ""),
    "jabref/RisImporterTest8_date.ris": (1, ""),
    "jabref/RisImporterTestDOI.ris": (1, "PubMed"),
    "jabref/RisImporterTestWithEmptyER.ris": (1, ""),
}
REFUSED = {
    "buhos/scopus_ex_1.xml": "XML with the root <abstracts-retrieval-response>",
    "jabref/IsiImporterTestEmpty.isi": "no known export format",
    "jabref/MedlineImporterTestMalformedEntry.xml": "holds no record",
    "jabref/MedlineImporterTestMinimalEntry.xml": "line 2: record without a PMID",
}


def table_of(path):
    export = formats.read(path)
    return export, record_table(export.blocks, export.fields, path.name)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_record_is_read_and_every_line_accounted_for(name, shared):
    path = shared / "data" / "exports" / name
    export, table = table_of(path)
    assert (len(table), export.dialect) == EXPECTED[name]
    lines = content.decode(path.read_bytes(), name).lines
    said = {remark.line for remark in export.remarks}
    for block in export.blocks:
        said.update(range(block.line, block.line_end + 1))
    unsaid = [number for number, line in enumerate(lines, 1) if line.strip() and number not in said]
    assert unsaid == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(name, shared):
    with pytest.raises(InputError, match=REFUSED[name]) as refused:
        table_of(shared / "data" / "exports" / name)
    assert name in str(refused.value)


def test_no_export_is_left_out(shared):
    folder = shared / "data" / "exports"
    there = {str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.name != "README.md"}
    assert there == {*EXPECTED, *REFUSED}


@pytest.mark.parametrize(
    "name",
    ["asreview/embase.ris", "asreview/ovid_zotero.ris", "asreview/scopus.ris", "buhos/ebscohost.ris",
     "colrev/abi_inform_proquest_ris.ris", "colrev/trid_ris.ris", "jabref/RisImporterTestDOI.ris",
     "asreview/ovid_psycinfo.ris", "asreview/pubmed_endnote.txt"],
)  # fmt: skip
def test_ris_agrees_with_rispy(name, shared):
    path = shared / "data" / "exports" / name
    _, table = table_of(path)
    theirs = rispy.loads(path.read_text(encoding="utf-8-sig"), skip_unknown_tags=True)
    assert len(table) == len(theirs)
    for (_, ours), entry in zip(table.iterrows(), theirs, strict=True):
        title = entry.get("title") or entry.get("primary_title") or ""
        assert ours["title"] == clean(title)
        authors = entry.get("authors") or entry.get("first_authors") or []
        assert ours["authors"].split("; ") == [str(parse_name(author)) for author in authors] or not authors
        abstract = entry.get("abstract") or entry.get("notes_abstract") or ""
        assert ours["abstract"] == clean(abstract)
        if entry.get("doi"):
            assert ours["doi"] == canonical_doi(entry["doi"])
        assert ours["volume"] == clean(entry.get("volume", ""))


@pytest.mark.parametrize(
    "name",
    ["exports/buhos/pubmed-30080086.nbib", "exports/buhos/pubmed-depression-set.nbib", "pubmed/pubmed_result1.txt",
     "pubmed/pubmed_result2.txt", "pubmed/pubmed_result3.txt", "exports/jabref/MedlinePlainImporterTestCompleteEntry.txt"],
)  # fmt: skip
def test_medline_text_agrees_with_biopython(name, shared):
    path = shared / "data" / name
    _, table = table_of(path)
    with path.open(encoding="utf-8") as handle:
        theirs = list(Medline.parse(handle))
    assert table["pmid"].tolist() == [entry["PMID"] for entry in theirs]
    for (_, ours), entry in zip(table.iterrows(), theirs, strict=True):
        assert ours["title"] == clean(entry["TI"])
        assert ours["abstract"] == clean(entry.get("AB", ""))
        assert ours["authors"] == "; ".join([*entry.get("FAU", entry.get("AU", [])), *entry.get("CN", [])])
        assert ours["year"] == int(entry["DP"][:4])
        assert ours["journal"] == entry["JT"]
        assert ours["mesh_terms"] == "; ".join(entry.get("MH", []))
        assert ours["publication_types"] == "; ".join(entry["PT"])


@pytest.mark.parametrize(
    "name", ["buhos/scopus.bib", "buhos/wos.bib", "buhos/wos_wrong.bib", "colrev/scopus_bib.bib"]
)
def test_bibtex_agrees_with_bibtexparser(name, shared):
    path = shared / "data" / "exports" / name
    _, table = table_of(path)
    theirs = bibtexparser.parse_string(path.read_text(encoding="utf-8-sig")).entries
    titles = [next(field.value for field in entry.fields if field.key.lower() == "title") for entry in theirs]
    assert table["title_search"].tolist() == [
        searchable(title.replace("{", "").replace("}", "")) for title in titles
    ]


@pytest.mark.parametrize("name", ["asysd_diabetes", "ldd_haematology"])
def test_tables_agree_with_pandas(name, shared):
    path = shared / "data" / "dedup" / name / "records.csv"
    _, table = table_of(path)
    theirs = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert table["title"].tolist() == [clean(title) for title in theirs["title"]]
    assert table["volume"].tolist() == [clean(volume) for volume in theirs["volume"]]
    assert table["doi"].tolist() == [canonical_doi(doi) for doi in theirs["doi"]]


def test_the_same_records_from_two_writers_of_one_database(shared):
    """Embase's CSV and RIS of the same six records agree wherever both have a value."""
    ris = table_of(shared / "data" / "exports" / "asreview/embase.ris")[1]
    csv = table_of(shared / "data" / "exports" / "asreview/embase.csv")[1]
    for column in ("title_search", "year", "volume", "first_author", "first_page", "journal_search"):
        assert ris[column].tolist() == csv[column].tolist(), column


def test_pieces_of_a_file_are_the_whole(shared, monkeypatch):
    """Cut into pieces of a fifth, where the format can be cut."""
    monkeypatch.setattr(formats, "LINES_TO_RECOGNISE", 30)
    cut = 0
    for name in sorted(EXPECTED):
        path = shared / "data" / "exports" / name
        monkeypatch.setattr(pieces, "PIECE", max(50, path.stat().st_size // 5))
        export = pieces.Pieces(path)
        try:
            parts = list(export.pieces())
        except content.NotInPieces:
            continue
        cut += len(parts) > 1
        whole = formats.read(path)
        assert [block for part in parts for block in part] == whole.blocks, name
        assert (export.dialect, export.fields, export.remarks) == (
            whole.dialect,
            whole.fields,
            whole.remarks,
        ), name
    assert cut >= 12
