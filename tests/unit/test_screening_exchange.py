"""Decisions that come back from other screening tools: all of them, under our ids, and nothing guessed."""

from __future__ import annotations

from zipfile import ZipFile

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.screening.exchange import asreview, covidence, rayyan, ris_lists
from evergreen.screening.exchange.foreign_votes import ForeignVote
from evergreen.screening.exchange.matching import match
from evergreen.screening.worklists import work_list
from tests.foreign_works import CLUSTERS, IDS, REASONS, WORKS, rows_of
from tests.rows import each

ARTICLES = """key,title,year,notes,doi,pubmed_id
rayyan-1,Etude du denosumab,2019,"my own note | RAYYAN-INCLUSION: {""Ann Lee""=>""Included"", ""Bob""=>""Maybe""} | USER-NOTES: {""Ann Lee""=>[""look, again""]}",https://doi.org/10.1000/abc,
rayyan-2,SUM (A1),2019,"RAYYAN-INCLUSION: {""Ann Lee""=>""Excluded""} | RAYYAN-LABELS: ML | RAYYAN-EXCLUSION-REASONS: foreign language,review,wrong population",,18438830
rayyan-3,Something else entirely,2001,"RAYYAN-INCLUSION: {""Bob""=>""Included""}",,
rayyan-4,A trial,2020,"Evergreen record: pubmed:2 | RAYYAN-INCLUSION: {""Ann Lee""=>""Excluded"", ""Zoe""=>""Included""}",,
rayyan-5,Never seen,2001,,,
"""
LOG = '''created_at,user_id,user_email,article_id,key,value
2024-01-09T09:46:30.000Z,1,bob@example.org,1,included,0
2024-01-09T09:46:29.000Z,1,bob@example.org,1,included,-1
2024-01-09T09:46:28.000Z,2,ann@example.org,4,"""__EXR__wrong population""",1
2024-01-09T09:46:28.100Z,2,ann@example.org,4,"""__EXR__Not randomised""",1
2024-01-09T09:46:28.200Z,2,ann@example.org,4,included,-1
2024-01-09T09:46:40.000Z,2,ann@example.org,4,"""__EXR__wrong population""",deleted
2024-01-09T09:47:00.000Z,1,bob@example.org,3,included,1
2024-01-09T09:47:10.000Z,1,bob@example.org,3,included,deleted
2024-01-09T09:48:00.000Z,1,bob@example.org,99,included,1
2024-01-09T09:49:00.000Z,2,ann@example.org,1,included,-1
'''  # fmt: skip


@pytest.fixture
def export(tmp_path):
    (tmp_path / "articles.csv").write_text(ARTICLES, encoding="utf-8-sig")
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    return tmp_path / "articles.csv", tmp_path / "log.csv"


def test_rayyans_notes(export):
    rows, result = rows_of(rayyan.read(export[0]), {"Ann Lee": "AB", "Bob": "CD"})
    assert rows == {
        "AB": [
            ["lib:00123", "include", ""],
            ["pubmed:18438830", "exclude", "wrong_population"],
            ["pubmed:2", "exclude", ""],
        ],
        "CD": [["lib:00123", "unsure", ""]],
    }
    assert result.rows["AB"]["note"].tolist() == [
        "look, again",
        "reason given: foreign language; also: review",
        "",
    ]
    lost = result.unmatched[["row", "why"]].to_numpy().tolist()
    assert lost == [
        [4, "no work has this id, DOI, PMID, or title and year"],
        [5, "no --person says which reviewer 'Zoe' is"],
    ]


def test_rayyans_log_gives_the_reasons_and_a_dispute_with_the_notes_is_listed(export):
    people = {"Ann Lee": "AB", "ann@example.org": "AB", "Bob": "CD", "bob@example.org": "CD"}
    rows, result = rows_of(rayyan.read(*export), people)
    assert rows["AB"][2] == ["pubmed:2", "exclude", "not_randomised"]
    assert rows["CD"] == [["lib:00123", "unsure", ""]]
    why = result.unmatched["why"].tolist()
    assert "another row says include" in why
    assert not result.unmatched.map(lambda cell: "example.org" in str(cell)).to_numpy().any()
    assert (
        result.unmatched["row"].tolist().count(10) == 1
    )  # the log's vote on a reference that articles.csv lacks


def test_rayyans_archive_is_read_as_its_files(export, tmp_path):
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.write(export[0], "articles.csv")
        archive.write(export[1], "customizations_log.csv")
    inside, outside = rayyan.read_archive(tmp_path / "export.zip"), rayyan.read(*export)
    assert [(vote.who, vote.decision, vote.reasons) for vote in inside] == [
        (vote.who, vote.decision, vote.reasons) for vote in outside
    ]
    assert inside[0].file.endswith("export.zip: articles.csv")
    with pytest.raises(InputError, match="File is not a zip file"):
        rayyan.read_archive(export[0])


def test_rayyans_own_ways_of_writing(tmp_path):
    """Blanks at the end of a name, line breaks of a note as two characters, a DOI that stands in the address only."""
    path = tmp_path / "articles.csv"
    path.write_text(
        "key,title,year,url,notes,doi\n"
        'rayyan-1,,2019,https://www.scopus.com/record.uri?eid=2&doi=10.1000%2fABC&partnerID=40,"Cited By :1\nExport | RAYYAN-INCLUSION:'
        ' {""Ann ""=>""Excluded""} | USER-NOTES: {""Ann ""=>[""P 31\\nCS 1"", ""data [of] it""]}",\n',
        encoding="utf-8",
    )
    rows, result = rows_of(rayyan.read(path), {"Ann": "AB"})
    assert rows["AB"] == [["lib:00123", "exclude", ""]]
    assert result.rows["AB"]["note"].tolist() == ["P 31 CS 1; data [of] it"]


@each(
    ("listed", "reason", "note"),
    [
        ("Wrong population, adults,review", "adults", "also: review"),
        ("review,Wrong population, adults", "adults", "also: review"),
        ("wrong population,adults", "adults", ""),  # Rayyan writes no blank
        ("Wrong population, children", "wrong_population", "reason given: children"),
        ("late, small, odd,cats", "odd", "reason given: cats"),
        ("Wrong, all of it", "not_randomised", ""),  # a reason of theirs
    ],
)
def test_rayyans_list_of_reasons_is_not_cut_within_one(tmp_path, listed, reason, note):
    path = tmp_path / "articles.csv"
    path.write_text(
        "key,title,year,notes,doi\n"
        f'rayyan-1,,2019,"RAYYAN-INCLUSION: {{""Ann""=>""Excluded""}} | RAYYAN-EXCLUSION-REASONS: {listed}",10.1000/abc\n',
        encoding="utf-8",
    )
    reasons = {"adults": "Wrong population, adults", "odd": "Late, small, odd", **REASONS}
    synonyms = {"wrong, all of it": "not_randomised"}
    rows = match(
        rayyan.read(path), WORKS, CLUSTERS, people={"Ann": "AB"}, reasons=reasons, synonyms=synonyms
    ).rows["AB"]
    assert rows[["reason", "note"]].to_numpy().tolist() == [[reason, note]]


@each(
    ("title", "year", "pmid", "work"),
    [
        ("Sixth", "", "", "pubmed:3"),
        ("Seventh", "2019", "", "pubmed:4"),
        ("Seventh", "2019", "3", ""),  # the PMID is that of another title
        ("", "", "4", "pubmed:4"),
        ("Sevenths", "2019", "", ""),
        ("", "2019", "", ""),
    ],
)
def test_works_that_share_a_doi_are_told_apart_by_pmid_title_and_year(title, year, pmid, work):
    vote = ForeignVote("f", 2, "", "include", title=title, year=year, doi="10.1000/same", pmid=pmid)
    rows, result = rows_of([vote])
    assert [row[0] for row in rows.get("AB", [])] == ([work] if work else [])
    assert len(result.unmatched) == (not work)


def test_covidence_lists(tmp_path):
    path = tmp_path / "review_1_excluded_csv.csv"
    path.write_text(
        "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags\n"
        'Sixth,,,2019,,,,,,pubmed:3,,,#12,Smith 2019,"Exclusion reason: Wrong population; ",\n'
        "A trial,,,2019,,,,,,,,,#13,Smith 2019,Exclusion reason: Wrong setting;,\n"
        "Seventh and more,,,2019,,,,,,,10.1000/same,,#14,,,\n",
        encoding="utf-8",
    )
    rows, result = rows_of(covidence.read(path, "exclude"), synonyms={"wrong setting": "not_randomised"})
    assert rows["AB"] == [
        ["pubmed:3", "exclude", "wrong_population"],
        ["lib:1E5", "exclude", "not_randomised"],
    ]
    assert result.unmatched["why"].tolist() == ["2 works have this DOI: pubmed:3, pubmed:4"]


def test_a_reference_without_an_end_is_not_lost(tmp_path):
    (tmp_path / "x.ris").write_text(
        "Groups\nTY  - JOUR\nTI  - Sixth\nTY  - JOUR\nTI  - Seventh\nER  - \nnotes\nTY  - JOUR\nTI  - Eighth"
    )
    assert [vote.title for vote in ris_lists.read_group(tmp_path / "x.ris", "include")] == [
        "Sixth",
        "Seventh",
        "Eighth",
    ]


def test_ris_comes_back_with_our_ids(tmp_path):
    awaiting = pd.DataFrame({"work_id": IDS, "reviewer": "AB", "pilot": False})
    text = ris_lists.write_ris(work_list(WORKS, awaiting, "AB"))
    path = tmp_path / "included.ris"
    path.write_text(text, encoding="utf-8-sig", newline="")
    rows, _ = rows_of(ris_lists.read_group(path, "include"))
    assert [row[0] for row in rows["AB"]] == IDS
    # A tool that drops the accession number but keeps notes, another that marks what was seen.
    kept = text.replace("AN  - ", "XX  - ").replace(
        "N1  - Evergreen record: pubmed:2\r\n",
        "N1  - Evergreen record: pubmed:2\r\nN1  - ASReview_irrelevant\r\n",
    )
    path.write_text(
        kept.replace(
            "N1  - Evergreen record: pubmed:3\r\n",
            "N1  - Evergreen record: pubmed:3\r\nN1  - ASReview_not_seen\r\n",
        ),
        newline="",
    )
    rows, _ = rows_of(ris_lists.read_group(path, "include"))
    assert {row[0]: row[1] for row in rows["AB"]} == {
        work: "exclude" if work == "pubmed:2" else "include" for work in IDS if work != "pubmed:3"
    }


ODD_IDS = [
    "lib:a;b",
    "lib:c|d",
    "lib:50%25",
    "lib:x y",
    "wos:WOS:000123",
    "embase:L6011~2",
    "lib:ü-é",
    "lib:=1+1",
    "lib:(x)",
]
RAYYAN = "key,title,year,notes,doi,pubmed_id"
COVIDENCE = "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags"


@pytest.mark.parametrize("tool", ["ris", "rayyan", "covidence", "asreview"])
def test_ids_alone_come_back_from_each_tools_layout(tmp_path, tool):
    """Nothing but the id is left of a reference: it carries the decision home, whatever signs are in it."""
    works = pd.DataFrame(
        {
            "work_id": ODD_IDS,
            "round": "2020-12-31",
            "title": "",
            "year": "",
            "doi": "",
            "pmid": "",
            "authors": "",
        }
    )
    rows = work_list(works, pd.DataFrame({"work_id": ODD_IDS, "reviewer": "AB", "pilot": False}), "AB")
    text = ris_lists.write_ris(rows)
    notes = [line.removeprefix("N1  - ") for line in text.splitlines() if line.startswith("N1")]
    if tool == "ris":
        (tmp_path / "x.ris").write_text(text, encoding="utf-8", newline="")
        votes = ris_lists.read_group(tmp_path / "x.ris", "include")
    elif tool == "rayyan":
        lines = [
            f'rayyan-{n},,,"{note} | RAYYAN-INCLUSION: {{""Ann""=>""Included""}}",,'
            for n, note in enumerate(notes)
        ]
        (tmp_path / "x.csv").write_text("\n".join([RAYYAN, *lines]), encoding="utf-8")
        votes = rayyan.read(tmp_path / "x.csv")
    elif tool == "covidence":
        lines = [f',,,,,,,,,,,,#{n},,"{note}; Exclusion reason: Review; ",' for n, note in enumerate(notes)]
        (tmp_path / "x.csv").write_text("\n".join([COVIDENCE, *lines]), encoding="utf-8")
        votes = covidence.read(tmp_path / "x.csv", "include")
    else:
        rows.assign(asreview_label=1, asreview_time="", asreview_note="").to_csv(
            tmp_path / "x.csv", index=False
        )
        votes = asreview.read_table(tmp_path / "x.csv")
    result = match(
        votes, works, {work: work for work in ODD_IDS}, people={"": "AB", "Ann": "AB"}, reasons=REASONS
    )
    assert result.rows["AB"]["record_id"].tolist() == ODD_IDS
    assert result.unmatched.empty


def test_a_long_list_is_parted_and_comes_back_whole(tmp_path, monkeypatch):
    awaiting = pd.DataFrame({"work_id": IDS, "reviewer": "AB", "pilot": False})
    rows = work_list(WORKS, awaiting, "AB")
    whole = ris_lists.write_ris(rows).encode()
    assert list(ris_lists.in_files(rows)) == [whole]
    largest = max(len(ris_lists.write_ris(rows.iloc[[place]])) for place in range(len(rows)))
    small = list(ris_lists.in_files(rows, size=largest * 2))
    assert len(small) > 1
    assert max(map(len, small)) <= largest * 2
    assert b"".join(text + ris_lists.END.encode() for text in small) == whole + ris_lists.END.encode()

    path, several = tmp_path / "worklist-AB.ris", tmp_path / "ris-parts" / "worklist-AB"
    several.parent.mkdir()
    ris_lists.write_lists(rows, path, several)
    assert path.read_bytes() == whole
    assert not any(several.parent.iterdir())
    monkeypatch.setitem(ris_lists.in_files.__kwdefaults__, "records", 3)
    ris_lists.write_lists(rows, path, several)
    assert path.read_text() == (
        "These 7 records are more than other tools take in one file: ris-parts/ has them in 3.\n"
    )
    back = []
    for number in (1, 2, 3):
        with pytest.raises(InputError, match=r"AB-\d\.zip: the file is a ZIP archive"):
            ris_lists.references(f"{several}-{number}.zip")
        with ZipFile(f"{several}-{number}.zip") as archive:
            (name,) = archive.namelist()
            archive.extract(name, tmp_path)
        votes = ris_lists.read_group(tmp_path / name, "include")
        back += [row[0] for row in rows_of(votes)[0]["AB"]]
    assert back == IDS
    assert len(list(tmp_path.glob("worklist-[1-3]-*.ris"))) == 3
    with pytest.raises(InputError, match="holds no reference"):
        ris_lists.references(path)


def test_an_id_with_another_title_is_not_credited(tmp_path):
    path = tmp_path / "x.ris"
    path.write_text("TY  - JOUR\nTI  - Quite another paper\nAN  - pubmed:3\nER  - \n")
    rows, result = rows_of(ris_lists.read_group(path, "include"))
    assert rows == {}
    assert result.unmatched["why"].tolist() == ["the id is that of pubmed:3, the title is another"]


def test_a_persons_own_reason_stands_above_those_that_all_share(tmp_path):
    """Notes list the reasons of a reference once for all who excluded it; the log says whose they are."""
    (tmp_path / "articles.csv").write_text(
        "key,title,year,notes\n"
        'rayyan-4,A trial,2020,"Evergreen record: pubmed:2 | RAYYAN-INCLUSION: {""Ann""=>""Excluded"", ""Bob""=>""Excluded""}'
        ' | RAYYAN-EXCLUSION-REASONS: wrong population,review | USER-NOTES: {""Ann""=>[""mine""]}"\n'
    )
    events = [("ann@example.org", "__EXR__review", 1), ("ann@example.org", "included", -1), ("bob@example.org", "__EXR__wrong population", 1), ("bob@example.org", "included", -1)]  # fmt: skip
    (tmp_path / "log.csv").write_text(
        "created_at,user_id,user_email,article_id,key,value\n"
        + "".join(
            f"2024-01-09T09:46:2{at}.000Z,1,{who},4,{key},{value}\n"
            for at, (who, key, value) in enumerate(events)
        )
    )
    people = {"Ann": "AB", "ann@example.org": "AB", "Bob": "CD", "bob@example.org": "CD"}
    rows, result = rows_of(rayyan.read(tmp_path / "articles.csv", tmp_path / "log.csv"), people)
    assert rows == {
        "AB": [["pubmed:2", "exclude", "review"]],
        "CD": [["pubmed:2", "exclude", "wrong_population"]],
    }
    assert result.rows["AB"]["note"].tolist() == ["mine"]
    assert result.rows["CD"]["decided_on"].tolist() == ["2024-01-09"]
    assert result.unmatched.empty
