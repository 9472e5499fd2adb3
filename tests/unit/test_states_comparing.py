"""A study that was renamed, and a round beside the review as it stands, by states made by hand."""

from __future__ import annotations

from dataclasses import replace

from evergreen.report.blocks import Table
from evergreen.report.changes import since
from evergreen.report.changes.comparison import sections
from evergreen.report.changes.written import sweep
from evergreen.states import frozen
from evergreen.states.comparing import compare
from evergreen.states.state import State, alike, as_of, write
from tests.rows import each

ROUND = "2020-01-01"


def state(name: str, study: str, sd: str = "1.2", **parts) -> State:
    rows = {
        "protocol": ({"key": "review.title", "value": "Pain"},),
        "records": ({"record_id": "a:1", "work_id": "w1", "round": ROUND}, {"record_id": "a:2", "work_id": "w2", "round": ROUND}),
        "reports": ({"study": study, "work_id": "w1"}, {"study": "Roe2020", "work_id": "w2"}),
        "studies": ({"study": study, "status": "included", "round": ROUND}, {"study": "Roe2020", "status": "included", "round": ROUND}),
        "studies_of_reports": ({"record_id": "a:1", "study": study},),
        "extraction": ({"extractor": "AB", "study": study, "outcome": "pain", "arm": "x", "group": "control", "sd": sd},),
        "weights": ({"outcome": "pain", "study": study, "yi": 0.1, "weight": 60.0},),
        "effects": ({"outcome": "pain", "estimate": 0.1, "k": 2, "participants": 90},),
    }  # fmt: skip
    looks = {ROUND: ({"outcome": "pain", "estimate": 0.1, "k": 2},)}
    return State(name, "", ROUND, {**rows, **parts}, looks)


def test_a_study_that_is_called_otherwise_everywhere_is_one_difference():
    found = compare(state("a", "Moe2019"), state("b", "MOVE"))
    assert [(one.kind, one.how, one.where, one.old, one.new) for one in found.changes] == [
        ("studies", "altered", {"study": "Moe2019"}, "Moe2019", "MOVE")
    ]


def test_what_differs_of_a_renamed_study_is_told_under_its_new_name():
    found = compare(state("a", "Moe2019"), state("b", "MOVE", sd="1.3"))
    assert [
        (one.kind, one.where.get("study"), one.column, one.old, one.new) for one in found.changes[1:]
    ] == [("extraction", "MOVE", "sd", "1.2", "1.3")]


def test_without_reports_a_study_is_known_by_its_rows():
    parts = {"reports": None, "studies": None, "studies_of_reports": None}
    one, other = (
        replace(made, parts={name: rows for name, rows in made.parts.items() if name not in parts})
        for made in (state("a", "Moe2019"), state("b", "MOVE"))
    )
    assert [one.kind for one in compare(one, other).changes] == ["studies"]
    # Other numbers under another name may be another study.
    altered = replace(other, parts={**other.parts, "extraction": state("b", "MOVE", sd="9").parts["extraction"]})  # fmt: skip
    assert {one.how for one in compare(one, altered).changes if one.kind == "weights"} == {"removed", "added"}


def test_the_last_round_is_the_review_as_it_stands():
    now = state("now", "Moe2019")
    view = as_of(now, ROUND)
    for pair in (alike(view, now), alike(now, view)):
        assert compare(*pair).changes == ()
        assert {one.name for one in pair} == {"now", ROUND}
    assert alike(now, now) == (now, now)


def test_a_vote_by_label_and_one_by_key_are_one_vote():
    def voted(name: str, protocol: dict[str, str], *votes: tuple[str, str]) -> State:
        who = {"stage": "full_text", "reviewer": "AB"}
        rows = [
            {**who, "record_id": f"a:{i}", "decision": decision, "reason": reason}
            for i, (decision, reason) in enumerate(votes)
        ]
        said = tuple({"key": f"screening.{key}", "value": value} for key, value in protocol.items())
        return state(name, "Moe2019", protocol=said, screening=tuple(rows))  # fmt: skip

    reasons = {"reasons.wrong_population": "Wrong population", "reasons.wrong_design": "Wrong study design"}
    one = voted(
        "a", reasons, ("exclude", "Wrong population"), ("Not retrieved", ""), ("exclude", "wrong_design")
    )
    other = voted(
        "b", reasons, ("Exclude", "wrong_population"), ("not_retrieved", ""), ("exclude", "wrong_population")
    )
    for pair in ((one, other), (other, one)):
        (change,) = compare(*pair).of("screening")
        assert {change.old, change.new} == {"wrong_design", "wrong_population"}
    # A reason that is called anew is the same reason.
    anew = {
        "reasons.population": "Wrong people",
        "formerly.population": '["wrong_population", "Wrong population"]',
    }
    for pair in (
        (one, voted("b", anew, ("exclude", "population"))),
        (voted("b", anew, ("exclude", "population")), one),
    ):
        assert [change.how for change in compare(*pair).of("screening")].count("altered") == 0


def test_what_differs_is_told_in_words():
    def made(name: str, estimate: float, tau2: float) -> State:
        effect = {
            "outcome": "pain",
            "name": "Pain at rest",
            "shown": "",
            "predicted": "",
            "estimate": estimate,
            "hand: tau2": tau2,
        }
        votes = ({"stage": "full_text", "work_id": "w1", "decision": name, "decided_by": "AB"},)
        return state(name, "Moe2019", effects=(effect,), decisions=votes)  # fmt: skip

    found = compare(made("include", -0.1, 0.2), made("exclude", -0.3, 0.4))
    tables = [block for one in sections(found, {}) for block in one.blocks if isinstance(block, Table)]
    told = {tuple(map(str, row)) for table in tables for row in table.rows}
    assert ("Pain at rest", "effect", "−0.1", "−0.3") in told
    assert ("Pain at rest", "hand: tau²", "0.2", "0.4") in told
    assert ("full text, w1", "decision", "include", "exclude") in told


def test_a_person_who_was_renamed_has_voted_nothing_else():
    def at(name, person, **protocol):
        vote = {"stage": "full_text", "record_id": "a:1", "reviewer": person, "decision": "include"}
        decision = {
            "stage": "full_text",
            "work_id": "w1",
            "decision": "include",
            "decided_by": f"{person}; CD",
        }
        cell = {"extractor": person, "study": "S", "outcome": "pain", "group": "control", "sd": "1"}
        written = tuple({"key": key, "value": value} for key, value in protocol.items())
        parts = {"screening": (vote,), "decisions": (decision,), "extraction": (cell,), "protocol": written}
        return state(name, "Moe2019", **parts)

    anew = {"people.Ann.formerly": '["ab", "XY"]'}
    found = compare(at("1.0", "AB"), at("now", "Ann", **anew))
    assert [(one.kind, one.how) for one in found.changes] == [("protocol", "added")]
    # Sheets may bear the name of before.
    assert {one.kind for one in compare(at("1.0", "Ann"), at("now", "AB", **anew)).changes} == {"protocol"}
    assert {one.kind for one in compare(at("1.0", "AB"), at("now", "Bob", **anew)).changes} >= {
        "screening",
        "decisions",
    }


def test_a_source_that_was_renamed_is_one_difference_and_its_records_are_no_others():
    def at(name: str, source: str, sheet: str, **protocol) -> State:
        def rows(**cells: str) -> tuple[dict, ...]:
            return ({"stage": "full_text", "decision": "include", "round": ROUND, **cells},)

        written = {f"sources.{source}.kind": "export", f"sources.{source}.platform": "Ovid", **protocol}
        parts = {
            "protocol": tuple({"key": key, "value": value} for key, value in written.items()),
            "records": rows(record_id=f"{source}:1", work_id=f"{source}:1", source=source),
            "screening": rows(reviewer="AB", record_id=f"{sheet}:1"),
            "decisions": rows(work_id=f"{source}:1"),
            "deduplication": ({"record_a": f"{sheet}:1", "record_b": "c:1", "same": "no"},),
            "reports": ({"study": f"{source}:1", "work_id": f"{source}:1"},),
            "studies": ({"study": f"{source}:1", "status": "included", "round": ROUND},),
        }
        return state(name, "Moe2019", **parts)

    anew = {"sources.ovid.formerly": '["embase", "emtree"]'}
    for sheet in ("embase", "ovid"):
        found = compare(at("1.0", "embase", "embase"), at("now", "ovid", sheet, **anew))
        assert [(one.kind, one.how, one.where) for one in found.changes] == [
            ("protocol", "added", {"key": "sources.ovid.formerly"})
        ]
    view = as_of(at("now", "ovid", "ovid", **anew), ROUND)
    assert compare(*alike(at("1.0", "embase", "embase"), view)).changes == ()
    other = compare(at("1.0", "embase", "embase"), at("now", "ovid", "ovid"))
    assert {one.kind for one in other.changes} >= {"records", "screening", "decisions"}
    altered = at("now", "ovid", "ovid", **{**anew, "sources.ovid.platform": "Elsevier"})
    changed = compare(at("1.0", "embase", "embase"), altered).of("protocol")
    assert [(one.where["key"], one.old, one.new) for one in changed if one.how == "altered"] == [
        ("sources.ovid.platform", "Ovid", "Elsevier")
    ]


def weights(*studies: str, out: tuple[str, ...] = ()) -> tuple[dict, ...]:
    return (
        *({"outcome": "pain", "study": one, "yi": 0.1, "weight": 10.0} for one in studies),
        *({"outcome": "pain", "study": one, "left_out": "not included"} for one in out),
    )


@each(
    ("now", "rating", "said"),
    [
        (weights("A", "B"), ("1", ""), []),
        (weights("A", out=("B",)), ("1", ""), ["Pain (B left)"]),
        (weights("A", "C"), ("1", ""), ["Pain (B left; C came)"]),
        (weights("A", "B", out=("C",)), ("1", ""), []),
        (weights("A", "B", "C", "D"), ("1", ""), ["Pain (C and D came)"]),
        (weights("A"), ("2", ""), []),  # rated anew
        (weights("A"), ("1", "1"), []),  # and so here: for one study
    ],
)
def test_a_rating_as_in_the_last_version_is_asked_again_where_studies_are_others(now, rating, said):
    def at(name, rows, downgrade, studies):
        rated = {"outcome": "PAIN", "domain": "imprecision", "downgrade": downgrade, "studies": studies}
        effects = ({"outcome": "pain", "name": "Pain", "estimate": float(len(rows)), "k": 2},)
        return state(name, "Moe2019", weights=rows, certainty=(rated,), effects=effects)

    found = compare(at("1.0", weights("A", "B"), "1", ""), at("now", now, *rating))
    told = since.summary("1.0", found, "changes/1.0..now.html", {since.CERTAINTY: {"pain": ["Pain"]}})
    assert told["again"] == {since.CERTAINTY: said}
    lines = [item.what for item in since.waiting(told) if item.where == "config/certainty"]
    assert lines == [
        f"certainty of 1 outcome to rate again, for it is that of version 1.0 and studies are others: {one}"
        for one in said
    ]
    assert since.summary("1.0", found, "")["again"] == {}


@each(("level", "said"), [("low", ["Pain (B left)"]), ("high", [])])
def test_a_judgement_of_missing_evidence_is_asked_again_likewise(level, said):
    def at(name, rows, judged):
        row = {"assessor": "AB", "study": "Pain", "domain": "missing_evidence", "judgement": judged}
        return state(name, "Moe2019", weights=rows, risk_of_bias=(row,))

    found = compare(at("1.0", weights("A", "B"), "low"), at("now", weights("A"), level))
    told = since.summary("1.0", found, "", {since.MISSING: {"pain": ["Pain"]}})
    assert told["again"][since.MISSING] == [one.replace("Pain", "pain") for one in said]
    lines = [item.line() for item in since.waiting(told)][:-1]
    assert len(lines) == len(said)
    assert all(
        "bias by missing evidence of 1 outcome to judge again, for it is that of version 1.0" in line
        for line in lines
    )


def test_comparisons_with_what_was_so_then_go_and_those_of_versions_stay(tmp_path):
    of_versions = ["1.0..3.0.html", "1.0..v2.json", "HEAD~1..1.0.docx"]
    of_now = ["2020-01-01..2021-01-01.html", "2.0..now.json"]
    of_then = ["2020-01-01..now.html", "1.0..now.docx", "HEAD~1..now.json", "1.0..2021-01-01.html"]
    for name in (*of_versions, *of_now, *of_then, "2021-01-01.md"):
        (tmp_path / name).touch()
    sweep(tmp_path, ["2020-01-01..2021-01-01", "2.0..now"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*of_versions, *of_now, "2021-01-01.md"]
    )


def test_a_version_is_called_as_its_folder_is_called_now(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(state("1.0", "Moe2019"), frozen.path_of("2024 update"))
    assert frozen.versions() == ["2024 update"]
    assert frozen.read("2024 update").name == "2024 update"
