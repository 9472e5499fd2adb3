"""Decisions of other tools brought into a review's sheets by `import_decisions.py`."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import import_decisions
from evergreen import sheets, tables
from evergreen.errors import InputError
from evergreen.screening.worklists import work_list
from evergreen.spreadsheets import for_people
from tests.rows import each

IDS = ["lib:1E5", "pubmed:2", "pubmed:3"]
WORKS = pd.DataFrame(
    {"work_id": IDS, "round": "2020-12-31", "title": ["One", "Two", "Three"], "year": 2019, "doi": "", "pmid": ["", "2", "3"],
     "authors": "", "journal": "", "abstract": "", "url": ""}
)  # fmt: skip


@pytest.fixture
def review(tmp_path):
    """A review with three works and one earlier decision of AB."""
    (tmp_path / "config/screening/title_abstract").mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_text(
        "review: {title: A review}\nscreening:\n  title_abstract: {reviewers: [AB]}\n  full_text: {reviewers: [AB]}\n  reasons: {review: Review}\n"
    )
    (tmp_path / "config/screening/title_abstract/AB.csv").write_text(
        "record_id,decision,mood\npubmed:2,include,fine\n"
    )
    tables.write_table(WORKS, tmp_path / "results/deduplication/works.parquet")
    clusters = pd.DataFrame({"record_id": IDS, "work_id": IDS, "kept": True, "reason": ""})
    tables.write_table(clusters, tmp_path / "results/deduplication/clusters.csv")
    return tmp_path


def sheet(review, stage="title_abstract"):
    read = sheets.read_sheet(review / f"config/screening/{stage}/AB.csv", "screening")
    return read[["record_id", "decision", "reason"]].to_numpy().tolist()


def test_a_filled_work_list_joins_the_sheet_twice_without_harm(review):
    awaiting = pd.DataFrame({"work_id": IDS, "reviewer": "AB", "pilot": False})
    done = work_list(WORKS, awaiting, "AB").assign(
        decision=["exclude", "", "include"], reason=["review", "", ""]
    )
    tables.write_table(for_people(done), review / "worklist-AB.csv")
    order = [
        "title_abstract",
        "worklist",
        str(review / "worklist-AB.csv"),
        "--person",
        "AB",
        "--review",
        str(review),
    ]
    import_decisions.main(order)
    expected = [["pubmed:2", "include", ""], ["lib:1E5", "exclude", "review"], ["pubmed:3", "include", ""]]
    assert sheet(review) == expected
    # What brings nothing leaves a sheet as its author wrote it, reasons by label too.
    own = review / "config/screening/title_abstract/AB.csv"
    own.write_text(own.read_text(encoding="utf-8-sig").replace(",review,", ",Review,"), encoding="utf-8")
    first = own.read_bytes()
    import_decisions.main(order)
    assert own.read_bytes() == first


def test_what_is_not_matched_is_listed(review, capsys):
    (review / "in.ris").write_text(
        "TY  - JOUR\nTI  - Three\nAN  - pubmed:3\nER  - \nTY  - JOUR\nTI  - Unknown\nER  - \n"
    )
    import_decisions.main(
        [
            "title_abstract",
            "ris",
            str(review / "in.ris"),
            "--decision",
            "include",
            "--person",
            "AB",
            "--review",
            str(review),
        ]
    )
    assert sheet(review) == [["pubmed:2", "include", ""], ["pubmed:3", "include", ""]]
    assert "not used: in.ris, row 2: Unknown" in capsys.readouterr().out
    assert len(tables.read_table(review / "results/screening/title_abstract/unmatched.csv")) == 1


def exclusions(review, *more):
    """Import a list of one record that AB excludes at full text."""
    (review / "out.ris").write_text("TY  - JOUR\nTI  - Three\nAN  - pubmed:3\nER  - \n")
    place = ["full_text", "ris", str(review / "out.ris"), "--decision", "exclude"]
    import_decisions.main([*place, "--person", "AB", "--review", str(review), *more])


def test_an_exclusion_without_a_reason_of_ours_writes_nothing(review):
    with pytest.raises(InputError, match="excluded at full text without a reason"):
        exclusions(review)
    assert not (review / "config/screening/full_text").exists()


def test_a_list_that_says_nothing_of_decisions_is_refused(review):
    (review / "x.ris").write_text("TY  - JOUR\nER  - \n")
    with pytest.raises(InputError, match="--decision include"):
        import_decisions.main(
            ["full_text", "ris", str(review / "x.ris"), "--person", "AB", "--review", str(review)]
        )


def brought(review, *rows, words=()):
    """A filled list of works of the fixture is brought to AB's sheet."""
    (review / "list.csv").write_text("record_id,decision,reason\n" + "\n".join(rows) + "\n")
    order = [
        "title_abstract",
        "worklist",
        str(review / "list.csv"),
        "--person",
        "AB",
        "--review",
        str(review),
    ]
    import_decisions.main([*order, *words])


@pytest.mark.parametrize(("person", "known"), [("ZZ", False), ("ab", True), ("Old", True)])
def test_decisions_of_nobody_are_not_written(review, person, known):
    with (review / "config/config.yaml").open("a") as protocol:
        protocol.write("people: {AB: {formerly: [Old]}}\n")
    rows = ("pubmed:3,include,",)
    if known:
        brought(review, *rows, words=["--person", person])
    else:
        with pytest.raises(
            InputError,
            match=r"--person 'ZZ' is no reviewer at title and abstract, where the protocol names AB\. Mend",
        ):
            brought(review, *rows, words=["--person", person])
    assert [path.name for path in (review / "config/screening/title_abstract").iterdir()] == ["AB.csv"]


@pytest.mark.parametrize(
    ("name", "people", "said"),
    [
        ("worklist-AB.csv", ["AB"], ""), ("AB.csv", ["ab"], ""), ("votes.csv", ["CD"], ""), ("AB_2.csv", ["AB_2"], ""),
        ("worklist-AB.csv", ["CD"], "this is the list of AB, and its decisions would count as those of CD"),
        ("worklist-ab (1).csv", ["CD"], "this is the list of AB"), ("AB_2.csv", ["AB"], "this is the list of AB_2"),
        ("Old.csv", ["CD"], "this is the list of AB"), ("worklist-adjudication.csv", ["AB"], "this is the list of adjudication"),
        ("list.csv", ["AB", "CD"], "--person gives the decisions to AB and to CD"), ("list.csv", ["Ann=AB"], "a work list is of one person"),
    ],
)  # fmt: skip
def test_a_work_list_is_of_the_person_whose_name_it_has(review, name, people, said):
    path = review / "config/config.yaml"
    named = path.read_text().replace("reviewers: [AB]", "reviewers: [AB, CD, AB_2]")
    path.write_text(f"{named}people: {{AB: {{formerly: [Old]}}}}\n")
    (review / name).write_text("record_id,decision,reason\npubmed:3,include,\n")
    words = ["title_abstract", "worklist", str(review / name), "--review", str(review)]
    words += [word for person in people for word in ("--person", person)]
    if not said:
        import_decisions.main(words)
        return
    with pytest.raises(InputError, match=re.escape(said)):
        import_decisions.main(words)


def test_no_file_that_is_brought_is_passed_over(review):
    for tool, names in (
        ("worklist", "a.csv b.csv"),
        ("rayyan", "a.zip b.csv"),
        ("rayyan", "a.csv b.csv c.csv"),
    ):
        words = ["title_abstract", tool, *names.split(), "--person", "AB", "--review", str(review)]
        with pytest.raises(InputError, match=r"bring each list by itself|Bring each export by itself"):
            import_decisions.main(words)


def test_decisions_are_reversed_only_where_a_person_says_so(review, capsys):
    before = (review / "config/screening/title_abstract/AB.csv").read_bytes()
    rows = ["pubmed:2,exclude,Review", "pubmed:3,include,"]
    with pytest.raises(InputError) as refused:
        brought(review, *rows)
    assert "1 decision of this sheet would become another one, and nothing was written" in str(refused.value)
    assert "pubmed:2: include, now exclude (review)" in str(refused.value)
    assert "--overwrite" in str(refused.value)
    assert "added" not in capsys.readouterr().out, "nothing is told as done that was not"
    assert (review / "config/screening/title_abstract/AB.csv").read_bytes() == before
    brought(review, *rows, words=["--overwrite"])
    assert sheet(review) == [["pubmed:2", "exclude", "review"], ["pubmed:3", "include", ""]]
    brought(review, *rows)  # nothing is reversed any more


def test_reasons_of_a_work_list_are_read_by_their_words_too(review):
    brought(review, "pubmed:3,exclude,No data", words=["--reason", "no  DATA=Review"])
    assert sheet(review)[1] == ["pubmed:3", "exclude", "review"]
    with pytest.raises(InputError, match=r"names no reason of the protocol\. Allowed: review"):
        brought(review, "pubmed:3,exclude,No data", words=["--reason", "No data=editorial"])


@each(
    ("since", "earliest"), [("2021-05-01", "2026-01-01"), ("2999-05-01", "2999-05-01"), ("yes", "2026-01-01")]
)
def test_a_record_that_was_seen_again_has_a_day_that_is_not_before_the_change(review, since, earliest):
    path = review / "config/screening/title_abstract/AB.csv"
    path.write_text(
        "record_id,decision,reason,decided_on\npubmed:2,exclude,review,2020-01-02\npubmed:3,include,,\n"
    )
    (review / "list.csv").write_text(
        f"record_id,decision,reason,again\npubmed:2,exclude,review,{since}\npubmed:3,include,,\n"
    )
    import_decisions.main(
        ["title_abstract", "worklist", str(review / "list.csv"), "--person", "AB", "--review", str(review)]
    )
    days = sheets.read_sheet(path, "screening")["decided_on"].tolist()
    assert days[0] >= earliest
    assert days[1] == ""


def test_a_list_without_reasons_is_given_one_for_all(review):
    exclusions(review, "--reason", "Review")
    assert sheet(review, "full_text") == [["pubmed:3", "exclude", "review"]]
