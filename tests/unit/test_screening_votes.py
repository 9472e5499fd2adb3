"""How votes count: the rules of the file contract, one by one, and what may never happen."""

from __future__ import annotations

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.screening.assignment import Plan, plan_of
from evergreen.screening.ballots import COLUMNS, ballots
from evergreen.screening.stages import excluded_before_screening, works_at_full_text, works_at_title_abstract
from evergreen.screening.votes import count
from tests.protocols import stage
from tests.rows import each

REASONS = {"wrong_population": "Wrong population", "not_randomised": "Not randomised", "review": "Review"}
BOTH = Plan(("AB", "CD"))


def works(*ids: str, column: str = "databases", round_: str = "2020-01-01") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "work_id": ids,
            "round": round_,
            "column": column,
            "record_ids": ids,
            "title": [f"Title of {i}" for i in ids],
            "year": "2019",
        }
    )


def sheet(*rows: tuple[str, ...], **columns: list[str]) -> pd.DataFrame:
    """(record_id, decision, reason) rows as `read_sheet` gives them."""
    frame = pd.DataFrame([(*row, "", "")[:3] for row in rows], columns=["record_id", "decision", "reason"])
    frame = frame.assign(note="", decided_on="", **columns)
    return frame.assign(_file="votes.csv", _row=range(2, len(frame) + 2))


def tally(
    votes: dict[str, list[tuple[str, ...]]], *, ids=("w",), stage="title_abstract", plan=BOTH, clusters=None
):
    clusters = clusters or {work: work for work in ids}
    cast = {
        name: ballots(
            sheet(*rows, **({"adjudicator": ["EF"] * len(rows)} if name == "adjudication" else {})),
            stage=stage,
            reasons=REASONS,
        )
        for name, rows in votes.items()
    }
    return count(works(*ids), clusters, cast, plan=plan, stage=stage, reasons=REASONS)


def outcome(*args, **kwargs) -> tuple[str, str, str]:
    row = tally(*args, **kwargs).decisions.iloc[0]
    return row["how"], row["decision"], row["reason"]


def test_agreement_decides_and_one_of_two_votes_is_pending():
    assert outcome({"AB": [("w", "include")], "CD": [("w", "include")]}) == ("agreed", "include", "")
    assert outcome({"AB": [("w", "include")]}) == ("pending", "", "")
    assert outcome({}) == ("pending", "", "")
    assert outcome({"AB": [("w", "exclude")]}, plan=Plan(("AB",))) == ("single", "exclude", "")


def test_disagreement_is_a_conflict_until_it_is_adjudicated():
    votes = {"AB": [("w", "include")], "CD": [("w", "exclude", "review")]}
    result = tally(votes)
    assert list(result.decisions["how"]) == ["conflict"]
    assert list(result.decisions["decision"]) == [""]
    assert result.conflicts.iloc[0]["votes"] == "AB: include; CD: exclude (Review)"
    settled = tally({**votes, "adjudication": [("w", "exclude", "not_randomised")]})
    assert settled.decisions.iloc[0].to_dict() == {
        "work_id": "w", "decision": "exclude", "reason": "not_randomised", "decided_by": "EF", "how": "adjudicated",
        "round": "2020-01-01",
    }  # fmt: skip
    assert settled.conflicts.empty


def test_an_adjudicator_who_is_unsure_is_waited_for_as_adjudicator():
    votes = {"EF": [("w", "include")], "CD": [("w", "include")], "adjudication": [("w", "unsure")]}
    result = tally(votes, stage="full_text", plan=Plan(("EF", "CD")))
    assert list(result.decisions["how"]) == ["pending"]
    assert list(result.awaiting["reviewer"]) == ["adjudication"]


def test_unsure_goes_on_at_title_and_abstract_and_waits_at_full_text():
    votes = {"AB": [("w", "include")], "CD": [("w", "unsure")]}
    assert outcome(votes) == ("agreed", "include", "")
    assert outcome(votes, stage="full_text") == ("pending", "", "")
    assert list(tally(votes, stage="full_text").awaiting["reviewer"]) == ["CD"]
    assert outcome({"AB": [("w", "unsure")], "CD": [("w", "exclude")]}) == ("conflict", "", "")
    assert outcome({"adjudication": [("w", "unsure")]}, stage="full_text") == ("pending", "", "")


def test_two_reasons_agree_and_the_first_of_the_protocol_holds():
    votes = {"AB": [("w", "exclude", "review")], "CD": [("w", "exclude", "wrong_population")]}
    assert outcome(votes, stage="full_text") == ("agreed", "exclude", "wrong_population")


def test_a_vote_on_any_record_holds_for_the_work():
    clusters = {"w": "w", "other:1": "w"}
    assert (
        outcome({"AB": [("other:1", "include")], "CD": [("w", "include")]}, clusters=clusters)[0] == "agreed"
    )


def test_one_reviewer_with_two_decisions_on_one_work_is_a_conflict():
    clusters = {"w": "w", "other:1": "w"}
    votes = {"AB": [("w", "include"), ("other:1", "exclude")], "CD": [("w", "include")]}
    result = tally(votes, clusters=clusters)
    assert list(result.conflicts["kind"]) == ["within AB"]
    assert (
        outcome(
            {"AB": [("w", "include"), ("other:1", "unsure")], "CD": [("w", "include")]}, clusters=clusters
        )[0]
        == "agreed"
    )
    both = {"adjudication": [("w", "include"), ("other:1", "exclude")]}
    assert list(tally(both, clusters=clusters).conflicts["kind"]) == ["within EF"]


def test_decisions_that_count_for_nothing_are_orphans():
    result = tally(
        {"AB": [("gone:1", "include"), ("elsewhere", "include")], "GH": [("w", "exclude")]},
        clusters={"w": "w", "elsewhere": "x"},
    )
    assert sorted(zip(result.orphans["record_id"], result.orphans["why"], strict=True)) == [
        ("elsewhere", "its work does not reach this stage"),
        ("gone:1", "no record has this id"),
        ("w", "GH is not a reviewer of this stage"),
    ]


def test_a_stage_without_reviewers_passes_every_work_on():
    assert outcome({"AB": [("w", "exclude")]}, plan=Plan(())) == ("skipped", "include", "")
    # A verdict of before the stage was skipped settles nothing, and is told.
    left = tally({"adjudication": [("w", "exclude")]}, plan=Plan(()))
    assert left.decisions["how"].tolist() == ["skipped"]
    assert left.orphans[["record_id", "reviewer", "why"]].to_numpy().tolist() == [
        ["w", "adjudication", "nobody screens at this stage, and so there is nothing to settle"]
    ]


def test_other_decisions_of_full_text():
    for decision in ("not_retrieved", "awaiting", "ongoing"):
        assert outcome({"AB": [("w", decision)], "CD": [("w", decision)]}, stage="full_text") == (
            "agreed",
            decision,
            "",
        )


@each(
    ("rows", "stage", "words"),
    [
        ([("w", "ongoing")], "title_abstract", "no decision of this stage"),
        ([("w", "exclude")], "full_text", "without a reason"),
        ([("w", "exclude", "wrong\u2011population")], "full_text", "not one of the protocol's reasons"),
        ([("w", "include", "review")], "full_text", "is not excluded"),
        ([("w", "include"), ("w", "exclude")], "title_abstract", "in row 2 as 'include'"),
        ([("w", "", "review")], "title_abstract", "a reason but no decision"),
        ([("", "include")], "title_abstract", "no record_id"),
    ],
)
def test_faults_refuse_the_sheet_with_file_and_row(rows, stage, words):
    with pytest.raises(InputError, match=words) as error:
        ballots(sheet(*rows), stage=stage, reasons=REASONS)
    assert error.value.file == "votes.csv"
    assert error.value.row == len(rows) + 1
    assert error.value.column


def test_an_identical_row_counts_once_and_an_empty_one_deletes_nothing():
    read = ballots(
        sheet(("w", "INCLUDE"), ("w", "include"), ("w", ""), ("x", "")),
        stage="title_abstract",
        reasons=REASONS,
    )
    assert read["record_id"].tolist() == ["w"]
    assert read.columns.tolist() == COLUMNS


def test_works_that_reach_a_stage():
    table = pd.concat([works("a", "b"), works("c", column="other")], ignore_index=True)
    before = sheet(("a2", "")).drop(columns="decision").assign(kind="other")
    kinds, void = excluded_before_screening(before, table, {"a2": "a", "a": "a"})
    assert kinds == {"a": "other"}
    assert void == []
    assert works_at_title_abstract(table, set(kinds))["work_id"].tolist() == ["b"]
    passed = pd.DataFrame({"work_id": ["b"], "decision": ["include"]})
    assert works_at_full_text(table, passed)["work_id"].tolist() == ["b", "c"]


class TestModes:
    three = ("AB", "CD", "EF")

    def test_single(self):
        assert outcome({"CD": [("w", "include")]}, plan=Plan(self.three, mode="single"))[0] == "single"

    def test_dual_takes_any_two_and_a_third_vote_still_counts(self):
        plan = Plan(self.three, mode="dual")
        assert outcome({"CD": [("w", "include")], "EF": [("w", "include")]}, plan=plan)[0] == "agreed"
        votes = {"AB": [("w", "exclude")], "CD": [("w", "include")], "EF": [("w", "include")]}
        assert outcome(votes, plan=plan)[0] == "conflict"

    def test_second_reviewer_only_for_excludes(self):
        plan = Plan(("AB", "CD"), mode="dual_excludes")
        assert list(tally({}, plan=plan).awaiting["reviewer"]) == ["AB"]
        assert outcome({"AB": [("w", "include")]}, plan=plan)[0] == "single"
        first = {"AB": [("w", "exclude", "review")]}
        assert list(tally(first, plan=plan).awaiting["reviewer"]) == ["CD"]
        assert outcome({**first, "CD": [("w", "exclude")]}, plan=plan) == ("agreed", "exclude", "review")
        assert outcome({**first, "CD": [("w", "include")]}, plan=plan)[0] == "conflict"

    def test_a_reviewer_joins_and_another_leaves(self):
        plan = Plan(self.three, active={"CD": {"until": "2019-12-31"}, "EF": {"from": "2020-01-01"}})
        assert plan.due("w", "2019-12-31") == ("AB", "CD")
        assert plan.due("w", "2020-01-01") == ("AB", "EF")
        assert outcome({"AB": [("w", "include")], "EF": [("w", "include")]}, plan=plan)[0] == "agreed"
        assert (
            outcome(
                {"AB": [("w", "include")], "EF": [("w", "include")], "CD": [("w", "exclude")]}, plan=plan
            )[0]
            == "conflict"
        )

    def test_a_round_without_reviewers_is_refused(self):
        with pytest.raises(InputError, match="0 active reviewers"):
            Plan(("AB",), active={"AB": {"until": "2018-01-01"}}).due("w", "2019-01-01")

    def test_shares_are_even_and_only_the_newcomer_takes_work(self):
        ids = [f"pubmed:{number}" for number in range(3000)]
        two, three = (Plan(names, mode="single", assignment="shares") for names in (("AB", "CD"), self.three))
        before, after = ([plan.due(work, "r")[0] for work in ids] for plan in (two, three))
        assert all(1300 < before.count(name) < 1700 for name in two.reviewers)
        assert all(now in (was, "EF") for was, now in zip(before, after, strict=True))
        pairs = Plan((*self.three, "GH"), mode="dual", assignment="shares")
        assert all(len(set(pairs.due(work, "r"))) == 2 for work in ids)

    def test_a_stranger_in_active_is_refused(self):
        with pytest.raises(InputError, match="names XY"):
            plan_of(stage(reviewers=["AB"], active={"XY": {"until": "2020-01-01"}}), works("w"))

    def test_an_update_asks_only_for_what_is_new(self):
        before = {"AB": [("old", "include")], "CD": [("old", "include")]}
        result = tally(before, ids=("old", "new"))
        assert result.awaiting[["work_id", "reviewer"]].to_numpy().tolist() == [["new", "AB"], ["new", "CD"]]

    def test_everybody_screens_the_pilot_set(self):
        table = works(*(f"w{number}" for number in range(20)))
        plan = plan_of(stage(reviewers=list(self.three), mode="single", assignment="shares", pilot=5), table)
        assert len(plan.pilot) == 5
        assert all(plan.waiting(work, "r", {"AB": "include"}) == ("CD", "EF") for work in plan.pilot)


@each(
    ("decision", "reason"),
    [
        ("exclude", "Wrong population"),
        ("Exclude", "wrong population"),
        ("EXCLUDE", "Wrong  Population "),
        ("exclude", "WRONG_POPULATION"),
    ],
)
def test_decisions_and_reasons_are_read_by_key_and_label(decision, reason):
    labels = {"wrong_population": "Wrong population", "review": "Secondary report"}
    read = ballots(sheet(("w", decision, reason)), stage="full_text", reasons=labels)
    assert read[["decision", "reason"]].values.tolist() == [["exclude", "wrong_population"]]


def test_a_reason_that_was_renamed_is_one_sentence():
    rows = [(f"w{number}", "exclude", "old name") for number in range(999)]
    with pytest.raises(InputError) as refusal:
        ballots(sheet(*rows), stage="full_text", reasons={"review": "Review"})
    assert str(refusal.value).count("\n") == 0
    assert (
        "row 2, column reason: 'old name' is not one of the protocol's reasons, here and in 998 more rows"
        in str(refusal.value)
    )


def dated(**said: tuple[str, str, str]) -> dict[str, pd.DataFrame]:
    """Votes of people on the work `w`: decision, reason, day."""
    return {
        name: ballots(
            sheet(("w", decision, reason), adjudicator=["EF"]).assign(decided_on=day),
            stage="full_text",
            reasons=REASONS,
        )
        for name, (decision, reason, day) in said.items()
    }


OLD, NEW, NO_DAY = (
    ("exclude", "review", "2020-05-05"),
    ("exclude", "review", "2021-03-01"),
    ("exclude", "review", ""),
)
OTHER = ("exclude", "not_randomised", "2020-05-05")


@each(
    "votes, how, awaited",
    [
        ({"AB": OLD, "CD": OLD}, "pending", ["AB", "CD"]),
        ({"AB": NEW, "CD": OLD}, "pending", ["CD"]),
        ({"AB": NEW, "CD": NEW}, "agreed", []),
        ({"AB": NO_DAY, "CD": NEW}, "pending", ["AB"]),
        ({"AB": OLD, "CD": OTHER}, "pending", ["AB"]),
        ({"AB": OTHER, "CD": OTHER}, "agreed", []),
        ({"AB": ("include", "", "2020-05-05"), "CD": ("include", "", "2020-05-05")}, "agreed", []),
        ({"AB": OTHER, "CD": ("include", "", ""), "adjudication": OLD}, "conflict", []),
        ({"AB": OTHER, "CD": ("include", "", ""), "adjudication": NEW}, "adjudicated", []),
    ],
)
def test_exclusions_for_a_reason_that_changed_are_awaited_again(votes, how, awaited):
    cast = dated(**votes)
    result = count(works("w"), {"w": "w"}, cast, plan=BOTH, stage="full_text", reasons=REASONS, again={"review": "2021-03-01"})  # fmt: skip
    assert result.decisions["how"].tolist() == [how]
    assert result.awaiting["reviewer"].tolist() == awaited
    assert set(result.awaiting["again"]) <= {"2021-03-01"}
    assert sorted(result.votes["reviewer"]) == ["AB", "CD"], "votes of before stay readable"


def test_a_reason_is_read_by_what_it_was_called_and_one_that_nobody_knows_is_told_once():
    words = {"wrong_population": ["Wrong population", "population"], "review": ["Review"]}
    old = sheet(("w", "exclude", "POPULATION"), ("v", "exclude", "Wrong  population"))
    assert ballots(old, stage="full_text", reasons=words)["reason"].tolist() == ["wrong_population"] * 2
    many = sheet(*[(f"w{at}", "exclude", "animal") for at in range(999)])
    with pytest.raises(InputError) as refused:
        ballots(many, stage="full_text", reasons=words)
    assert str(refused.value).count("\n") == 0
    assert "here and in 998 more rows" in str(refused.value)


def test_shares_stay_when_a_reviewer_is_renamed():
    values = {
        "reviewers": ["AB", "CD", "EF"],
        "mode": "single",
        "assignment": "shares",
        "active": {},
        "pilot": 0,
    }
    ids = [f"w{at}" for at in range(50)]
    before = plan_of(values, works(*ids))
    after = plan_of(
        {**values, "reviewers": ["AB", "New", "EF"], "formerly": {"CD": "New", "C": "New"}}, works(*ids)
    )
    for work in ids:
        assert [name.replace("CD", "New") for name in before.due(work, "2020-01-01")] == list(
            after.due(work, "2020-01-01")
        )
