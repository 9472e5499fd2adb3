"""Labels that come back from ASReview: each to the row that it is of, and nothing guessed."""

from __future__ import annotations

import json
import sqlite3
from zipfile import ZipFile

import pytest

from evergreen.errors import InputError
from evergreen.screening.exchange import asreview
from tests.foreign_works import rows_of
from tests.rows import each


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
