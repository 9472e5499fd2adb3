"""Decisions that come back from other screening tools: all of them, under our ids, and nothing guessed."""

from __future__ import annotations

import json
import sqlite3
from zipfile import ZipFile

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.screening.exchange import asreview, covidence, rayyan, ris_lists
from evergreen.screening.exchange.foreign_votes import ForeignVote
from evergreen.screening.exchange.matching import joined, match
from evergreen.screening.worklists import work_list
from tests.rows import each

REASONS = {"wrong_population": "Wrong population", "not_randomised": "Not randomised", "review": "Review"}
TITLES = ["Étude du dénosumab", "=SUM(A1)", "A trial", "Zażółć gęślą jaźń", "A trial", "Sixth", "Seventh"]
IDS = ["lib:00123", "pubmed:18438830", "lib:1E5", "lib:x y", "pubmed:2", "pubmed:3", "pubmed:4"]
WORKS = pd.DataFrame(
    {"work_id": IDS, "round": "2020-12-31", "title": TITLES, "year": ["2019", "2019", "2019", "2019", "2020", "2019", "2019"],
     "doi": ["10.1000/ABC", "", "", "", "", "10.1000/same", "10.1000/same"], "pmid": ["", "18438830", "", "", "2", "3", "4"],
     "authors": "Müller A; Łoś B", "journal": "J", "abstract": "Two\nlines", "url": ""}
)  # fmt: skip
CLUSTERS = {**{work: work for work in IDS}, "elsewhere:7": "lib:00123"}


def rows_of(votes, people=None, **kwargs):
    result = match(votes, WORKS, CLUSTERS, people=people or {"": "AB"}, reasons=REASONS, **kwargs)
    rows = {
        name: frame[["record_id", "decision", "reason"]].to_numpy().tolist()
        for name, frame in result.rows.items()
    }
    return rows, result


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


def test_a_real_asreview_project_gives_every_label_under_our_ids(root):
    """Made with ASReview 3.0.8 from a work list: labels, a changed one, a withdrawn one, a note, a tag, a copied label."""
    votes = asreview.read_project(root / "tests/data/screening/asreview-3.0.8.asreview")
    rows, result = rows_of(votes)
    assert rows["AB"] == [
        ["lib:00123", "include", ""], ["pubmed:18438830", "exclude", "review"], ["lib:1E5", "include", ""],
        ["lib:x y", "include", ""], ["pubmed:2", "include", ""],
    ]  # fmt: skip
    notes = result.rows["AB"]["note"].tolist()
    assert notes[3] == "geprüft; ok"
    assert "copied by ASReview" in notes[4]
    assert result.unmatched.empty


def test_a_file_that_is_no_project_is_refused(tmp_path):
    (tmp_path / "x.asreview").write_text("no")
    with pytest.raises(InputError, match="File is not a zip file"):
        asreview.read_project(tmp_path / "x.asreview")


def project(path, datasets, rows):
    """A project: {name: text} of its files, [dataset, row, title, label] of its records."""
    base = sqlite3.connect(path.with_suffix(".db"))
    base.execute("CREATE TABLE record (record_id INTEGER, dataset_id, dataset_row, title, duplicate_of)")
    base.execute("CREATE TABLE results (record_id INTEGER, label, time, note, tags)")
    for number, (dataset, row, title, label) in enumerate(rows):
        base.execute("INSERT INTO record VALUES (?, ?, ?, ?, NULL)", (number, dataset, row, title))
        base.execute("INSERT INTO results VALUES (?, ?, NULL, NULL, NULL)", (number, label))
    base.commit()
    said = {"project_file_version": 3, "datasets": [{"id": name, "name": name} for name in datasets]}
    with ZipFile(path, "w") as archive:
        archive.writestr("project.json", json.dumps(said))
        archive.write(path.with_suffix(".db"), "results.db")
        for name, text in datasets.items():
            archive.writestr(f"data/{name}", text)
    return path


def test_labels_of_an_asreview_project_are_those_of_the_rows_of_its_files(tmp_path):
    one, other = (
        "record_id,title\nlib:00123,\u00c9tude du d\u00e9nosumab\n",
        "record_id,title\npubmed:3,Sixth\npubmed:4,Seventh\n",
    )
    rows = [
        ("a.csv", 0, "\u00c9tude du d\u00e9nosumab", 1),
        ("b.csv", 1, "Seventh", 0),
        ("b.csv", 0, "Sixth", None),
    ]
    path = tmp_path / "x.asreview"
    votes = asreview.read_project(project(path, {"a.csv": one, "b.csv": other}, rows))
    assert [(vote.record_id, vote.decision) for vote in votes] == [
        ("lib:00123", "include"),
        ("pubmed:4", "exclude"),
    ]
    # An empty row, which ASReview has counted, and a row that is not there.
    path.with_suffix(".db").unlink()
    with pytest.raises(InputError, match="row 3 of its file is not 'Sixth', as the project has it"):
        asreview.read_project(
            project(path, {"b.csv": other.replace("id,title", "id,title\n,")}, [("b.csv", 1, "Sixth", 1)])
        )
    path.with_suffix(".db").unlink()
    with pytest.raises(InputError, match="row 4 of its file is not 'Seventh'"):
        asreview.read_project(project(path, {"b.csv": other}, [("b.csv", 2, "Seventh", 1)]))


@each(
    ("said", "base"),
    [
        ("{", b""),
        ("[]", b""),
        ('{"project_file_version": 3, "datasets": []}', b""),
        ('{"project_file_version": 3}', b"no"),
    ],
)
def test_an_asreview_project_that_is_broken_is_refused(tmp_path, said, base):
    with ZipFile(tmp_path / "x.asreview", "w") as archive:
        archive.writestr("project.json", said)
        archive.writestr("results.db", base)
    with pytest.raises(InputError, match="the ASReview project cannot be read"):
        asreview.read_project(tmp_path / "x.asreview")


@each(
    ("label", "decisions"),
    [("-1", []), ("nan", []), ("0.0", ["exclude"]), ("1", ["include"]), ("True", None), ("2", None)],
)
def test_labels_of_an_asreview_table(tmp_path, label, decisions):
    (tmp_path / "x.csv").write_text(
        f"record_id,title,asreview_label\npubmed:3,Sixth,{label}\n", encoding="utf-8"
    )
    if decisions is None:
        with pytest.raises(
            InputError, match=rf"row 2, column asreview_label: '{label}' is no label of ASReview"
        ):
            asreview.read_table(tmp_path / "x.csv")
    else:
        assert [vote.decision for vote in asreview.read_table(tmp_path / "x.csv")] == decisions


@each(
    ("tags", "on", "reason", "note"),
    [
        ("exclusion_review", "exclusion_review", "review", ""),
        ("exclusion_wrong_population,exclusion_review", "exclusion_wrong_population", "wrong_population", ""),
        (
            "exclusion_wrong_population,exclusion_wrong_design",
            "exclusion_wrong_population",
            "wrong_population",
            "",
        ),
        (
            "exclusion_reasons_wrong_population,exclusion_reasons_review",
            "exclusion_reasons_wrong_population",
            "wrong_population",
            "",
        ),
        # Another tag than the reason with which it ends.
        (
            "exclusion_not_wrong_population,exclusion_review",
            "exclusion_not_wrong_population",
            "",
            "reason given: not_wrong_population",
        ),
    ],
)
def test_tags_of_an_asreview_table_are_reasons_of_several_words(tmp_path, tags, on, reason, note):
    heads = [f"asreview_tag_{tag}" for tag in tags.split(",")]
    cells = ["1" if head.endswith(on) else "0" for head in heads]
    (tmp_path / "x.csv").write_text(
        f"record_id,title,asreview_label,{','.join(heads)}\npubmed:3,Sixth,0,{','.join(cells)}\n"
    )
    _, result = rows_of(asreview.read_table(tmp_path / "x.csv"))
    assert result.rows["AB"][["reason", "note"]].to_numpy().tolist() == [[reason, note]]


def test_an_asreview_table(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "record_id,title,asreview_label,asreview_time,asreview_note,asreview_tag_exclusion_review\n"
        "lib:00123,Étude du dénosumab,0,2026-01-02 03:04:05,why,1\npubmed:2,A trial,1.0,,,0\npubmed:3,Sixth,,,,\n",
        encoding="utf-8",
    )
    rows, result = rows_of(asreview.read_table(path))
    assert rows["AB"] == [["lib:00123", "exclude", "review"], ["pubmed:2", "include", ""]]
    assert result.rows["AB"]["decided_on"].tolist() == ["2026-01-02", ""]


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


def test_merging_adds_changes_and_never_deletes():
    own = pd.DataFrame({"record_id": ["elsewhere:7", "pubmed:2", "old:1"], "decision": ["unsure", "include", "exclude"], "reason": "", "note": ["n", "", ""], "decided_on": "", "mood": "fine"})  # fmt: skip
    new = pd.DataFrame({"record_id": ["lib:00123", "pubmed:2", "pubmed:3"], "decision": ["exclude", "", "include"], "reason": ["review", "", ""], "note": "", "decided_on": "2026-01-02"})  # fmt: skip
    first = joined(own, new, CLUSTERS)
    assert (first.added, first.completed) == (1, 0)
    assert first.reversed == [("lib:00123", "unsure", "exclude (review)")]
    sheet = first.sheet
    assert sheet[["record_id", "decision", "mood"]].to_numpy().tolist() == [
        ["elsewhere:7", "exclude", "fine"], ["pubmed:2", "include", "fine"], ["old:1", "exclude", "fine"], ["pubmed:3", "include", ""],
    ]  # fmt: skip
    again = joined(sheet, new, CLUSTERS)
    assert (again.added, again.completed, again.reversed) == (0, 0, [])
    assert again.sheet.to_numpy().tolist() == sheet.to_numpy().tolist()


@each(
    "own, new, left, done",
    [
        (("exclude", "", ""), ("exclude", "review", ""), ("exclude", "review", ""), (0, 1, 0)),
        (("exclude", "review", ""), ("exclude", "", ""), ("exclude", "review", ""), (0, 0, 0)),
        (("exclude", "review", ""), ("exclude", "animal", ""), ("exclude", "animal", ""), (0, 0, 1)),
        (("", "", ""), ("include", "", ""), ("include", "", ""), (1, 0, 0)),
        (("exclude", "review", "2020-01-02"), ("exclude", "review", "2024-05-06"), ("exclude", "review", "2024-05-06"), (0, 1, 0)),
        (("exclude", "review", "2020-01-02"), ("exclude", "review", "2019-05-06"), ("exclude", "review", "2020-01-02"), (0, 0, 0)),
    ],
)  # fmt: skip
def test_what_is_brought_completes_or_reverses_a_decision(own, new, left, done):
    names = ["decision", "reason", "decided_on"]
    before, brought = (pd.DataFrame([{"record_id": "pubmed:2", "note": "", **dict(zip(names, said, strict=True))}]) for said in (own, new))  # fmt: skip
    result = joined(before, brought, CLUSTERS)
    assert tuple(result.sheet[names].iloc[0]) == left
    assert (result.added, result.completed, len(result.reversed)) == done


@each(
    ("new", "left", "done"),
    [
        # Of the work: both rows say it, or the reviewer would contradict it.
        ([("lib:00123", "exclude")], ["exclude", "exclude", ""], (0, ["include and unsure"])),
        ([("elsewhere:7", "include")], ["include", "include", ""], (0, ["unsure"])),
        # Record by record, as they stand: nothing is another.
        ([("elsewhere:7", "unsure"), ("lib:00123", "include")], ["unsure", "include", ""], (0, [])),
        ([("pubmed:2", "include")], ["unsure", "include", "include"], (1, [])),
    ],
)
def test_what_is_brought_of_a_work_holds_in_all_of_its_rows(new, left, done):
    own = pd.DataFrame(
        {"record_id": ["elsewhere:7", "lib:00123", "pubmed:2"], "decision": ["unsure", "include", ""]}
    )
    own, brought = (
        rows.assign(reason="", note="", decided_on="")
        for rows in (own, pd.DataFrame(new, columns=["record_id", "decision"]))
    )
    found = joined(own, brought, CLUSTERS)
    assert found.sheet["decision"].tolist() == left
    assert (found.added, [was for _, was, _ in found.reversed]) == done
    assert joined(found.sheet, brought, CLUSTERS).reversed == []


def test_what_is_brought_record_by_record_fills_the_rows_that_are_there():
    own, brought = (
        pd.DataFrame(
            {
                "record_id": ["elsewhere:7", "lib:00123"],
                "decision": said,
                "reason": "",
                "note": "",
                "decided_on": "",
            }
        )
        for said in (["unsure", ""], ["unsure", "include"])
    )
    found = joined(own, brought, CLUSTERS)
    assert found.sheet.to_dict("list") == brought.to_dict("list")
    assert found.added == 1


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


def test_another_decision_leaves_a_remark_and_one_that_is_to_be_seen_again_may_change():
    own = pd.DataFrame([["pubmed:2", "exclude", "review", "look, again", "2020-01-01"]], columns=["record_id", "decision", "reason", "note", "decided_on"])  # fmt: skip
    new = pd.DataFrame([["pubmed:2", "include", "", "", "2021-01-01"]], columns=list(own))
    found = joined(own, new, CLUSTERS)
    assert found.sheet.to_numpy().tolist() == [["pubmed:2", "include", "", "look, again", "2021-01-01"]]
    assert len(found.reversed) == 1
    found = joined(own, new, CLUSTERS, {"review": "2020-06-01"})
    assert (found.reversed, found.added) == ([], 1)
    assert len(joined(own, new, CLUSTERS, {"review": "2019-06-01"}).reversed) == 1
