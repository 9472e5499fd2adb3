"""How a review stands: what is new since the last run, and whether one is due."""

import json
import re
from dataclasses import replace

import pytest

import close_run
from evergreen.errors import InputError, InputErrors
from evergreen.runs import state
from evergreen.runs.news import Counts, counted, news
from evergreen.steps.contents import Contents
from evergreen.steps.receipts import Receipts, Work
from tests.rows import each

OLD = Counts(
    10, 2, 3, {"pain": [2, 0.5, 0.1, 0.9], "sleep": [1, None, None, None], "gone": [1, 1.0, 0.0, 2.0]}
)


@each(
    ("now", "before", "lines"),
    [
        (Counts(), None, []),
        (OLD, None, ["So far: 10 records found, 2 studies included, 2 outcomes pooled."]),
        (OLD, OLD, []),
        (
            Counts(12, 1, 3, {"pain": [3, 0.4, 0.1, 0.7], "sleep": [1, 0.2, 0.1, 0.3], "new": [0, None, None, None]}),
            OLD,
            [
                "New since the run before:",
                "  +2 records, -1 included study",
                "  pain: 3 studies (2 before), the pooled numbers moved",
                "  sleep: 1 study, pooled now",
                "  new: no study, not pooled, for the first time",
                "  gone: not in the protocol any more",
            ],
        ),
    ],
)  # fmt: skip
def test_news_are_the_numbers_that_differ(now, before, lines):
    assert news(now, before) == lines


def test_records_that_moved_from_round_to_round_are_told():
    before = Counts(8, rounds={"2020-12-31": 6, "2021-12-31": 2})
    now = Counts(8, rounds={"2020-12-31": 5, "2021-12-31": 2, "2022-12-31": 1})
    assert news(now, before) == [
        "New since the run before:",
        "  found first on 2020-12-31: 5 records (6 before)",
    ]
    assert news(now, Counts.of_values({"records": 8, "studies": 0, "reports": 0, "outcomes": {}})) == []


def test_many_outcomes_are_counted():
    moved = Counts(outcomes={f"o{number}": [1, 0.1, 0.0, 0.2] for number in range(20)})
    assert news(moved, Counts())[-1] == "  and 12 more outcomes"


@pytest.fixture
def review(tmp_path, monkeypatch):
    """A review with one step, whose run has ended."""
    monkeypatch.chdir(tmp_path)
    for name in ("config/config.yaml", "config/extraction/AB.csv", "config/search/lines", "results/out.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    step()
    programs = {"close_run.py": ()}
    files = state.files_of_people(Contents())
    state.keep(
        state.State(files, state.code_of(programs), OLD, ("step",), state.receipts_of(["step"])), programs
    )
    return tmp_path


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")


def step(values="v", name="step"):
    """A step has run."""
    work = Work(name, "c", values, ("config/extraction/AB.csv", "config/search/lines"), ("results/out.csv",))
    Receipts().begin(work)
    Receipts().end(work, Receipts().hashes(work.inputs))


def test_nothing_is_due_after_a_run_and_its_numbers_are_kept(review):
    assert state.due() == []
    assert state.last()[0].counts == OLD
    (review / "config/.hidden.csv").write_text("")
    (review / "config/~$AB.xlsx").write_text("")
    (review / "config/schemas").mkdir()
    (review / "config/schemas/x.yaml").write_text("")
    (review / "config/config.yaml").touch()
    (review / "config/README.md").write_text("Notes")
    (review / "config/extraction/tool.yaml").write_text("a: 1")
    put(review / "config/reports/Cohen.pdf")
    (review / "config/config.yaml").write_text("# a comment\nconfig/config.yaml   # and another\n")
    assert state.due() == []
    (review / "config/README.md").unlink()
    # The same steps again, and one of which no run of everything consists.
    step()
    step(name="verify_with_metafor")
    assert state.due() == []
    (review / "config/circle.csv").symlink_to("circle.csv")  # nobody can read it
    assert state.due() == ["New since the last run: config/circle.csv."]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda at: (at / "config/extraction/AB.csv").write_text("x"), "Changed since the last run: config/extraction/AB.csv."),
        (lambda at: (at / "config/extraction/CD.csv").write_text("x"), "New since the last run: config/extraction/CD.csv."),
        (lambda at: put(at / "config/screening/full_text/AB.csv"), "New since the last run: config/screening/full_text/AB.csv."),
        (lambda at: put(at / "config/search/frozen/pubmed/2020-01-01/log.json"), "New since the last run: config/search/frozen/pubmed/2020-01-01."),
        (lambda at: put(at / "config/notes.docx"), "New since the last run: config/notes.docx."),
        (lambda at: (at / "config/config.yaml").unlink(), "Gone since the last run: config/config.yaml."),
        (lambda at: (at / "results/out.csv").write_text("x"), "Results are not as the last run left them: step."),
        (lambda at: (at / state.PLACE).unlink(), "No run of everything has ended here yet."),
        (lambda at: (at / state.PLACE).write_text(json.dumps({"files": {}})), "No run of everything has ended here yet."),
        (lambda at: (at / state.PLACE).write_text((at / state.PLACE).read_text().replace('"close_run.py"', '"gone.py"')), "Evergreen itself has changed since the last run."),
        (lambda at: step("other"), "Steps have run since the last run of everything."),
        (lambda at: (at / "config/config.yaml").write_text('"config/config.yaml"'), "Changed since the last run: config/config.yaml."),
        (lambda at: (at / "config/config.yaml").write_text("config/config.yaml: ["), "Changed since the last run: config/config.yaml."),
        (lambda at: (at / "config/search/lines").write_text("x"), "Changed since the last run: config/search/lines."),
        (lambda at: (at / "results/logs/receipts/step.json").unlink(), "The receipts of the last run are gone."),
    ],
    ids=["changed", "new", "votes", "frozen", "beside", "gone", "result", "first", "cut", "code", "overtaken", "quoted", "cut protocol", "named without an ending", "receipts"],
)  # fmt: skip
def test_a_run_is_due_for_a_reason(review, change, reason):
    change(review)
    assert state.due() == [reason]


def test_a_folder_that_a_command_writes_is_named_once_where_it_came_or_went_whole():
    version = [f"config/versions/1.0/{name}" for name in ("files.csv", "figures/pain-forest.svg.gz")]
    search = [f"config/search/frozen/pubmed/{name}" for name in ("2020-01-01/ids.txt", "2021-01-01/ids.txt")]
    sheet = ["config/extraction/AB.csv"]
    assert state._whole([*version, *search, *sheet], sheet) == [
        "config/search/frozen/pubmed/2020-01-01", "config/search/frozen/pubmed/2021-01-01", "config/versions/1.0",
    ]  # fmt: skip
    assert state._whole(version, version[1:]) == version[:1], "a part of it by the names of its files"


def test_a_comment_that_the_status_tells_asks_for_a_run(review):
    protocol = review / "config/config.yaml"

    def said(text):
        protocol.write_text(text)
        return state.files_of_people(Contents())["config/config.yaml"]

    plain = said("review: {title: Arms}\nrounds: x\n")
    assert plain == said("# Notes\nreview: {title: Arms}\nrounds: x # and more\n")
    told = said("review:\n  title: Arms #2\n")
    assert told != said("review:\n  title: Arms\n")
    assert told != said("\nreview:\n  title: Arms #2\n")  # it is told with its row


def test_what_people_write_while_a_run_works_is_new_since_it(review):
    given = {
        "outcomes": [],
        "files": state.files_of_people(Contents()),
        "given": [],
        "programs": {"close_run.py": []},
        "steps": ["step"],
    }
    (review / "config/config.yaml").write_text("meanwhile")
    step("other")
    close_run.main(["--done", "--targets", '["all"]', "--review", json.dumps(given)])
    assert state.due() == ["Changed since the last run: config/config.yaml."]


def test_what_many_rows_share_is_one_sentence_and_many_sentences_are_counted():
    same = [
        InputError("'x' is no reason", file="AB.csv", row=row, column="reason", todo="Mend it.")
        for row in range(2, 1001)
    ]
    other = [InputError(f"{number} is below 0", file="AB.csv", row=number) for number in range(3)]
    assert str(InputErrors([*same, *other])).splitlines() == [
        "AB.csv, rows 2, 3, 4, 5, 6 and 994 more, column reason: 'x' is no reason. Mend it.",
        "AB.csv, row 0: 0 is below 0.",
        "AB.csv, row 1: 1 is below 0.",
        "AB.csv, row 2: 2 is below 0.",
    ]
    many = InputErrors([InputError(str(number)) for number in range(1000)])
    assert len(str(many).splitlines()) == 21
    assert str(many).endswith("And 980 more faults.")
    assert len(many.errors) == 1000


def test_the_numbers_of_a_review_without_results_are_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert counted(["pain"]) == Counts()


@pytest.mark.parametrize(
    ("words", "place"), [(80, " (results/report/changes/1.0..now.html)"), (80, ""), (1, " (config/x.csv)"), (80, f" ({'y' * 250})")]
)  # fmt: skip
def test_a_long_line_is_cut_between_words_and_keeps_the_file_that_it_names(words, place):
    line = f"  anyone:{' altered' * words}{place}"
    said = close_run._short([line])[0]
    assert len(said) <= close_run.WIDTH
    assert said == line or re.fullmatch(
        r"  anyone:( altered)+ …( \(results/report/changes/1\.0\.\.now\.html\))?", said
    )
    assert said.endswith("…" if len(place) in (0, 253) else place)


def test_why_a_run_is_due_is_told_above_what_is_of_the_last_one(review):
    assert state.told(state.due()) == []
    (review / "config/extraction/AB.csv").write_text("edited")
    assert state.told(state.due()) == [
        "A run is due, and what follows is of the last one:",
        "  Changed since the last run: config/extraction/AB.csv.",
    ]


def test_results_of_another_protocol_than_the_file_are_not_of_now(review):
    known = state.last()
    assert known is not None
    assert state.due() == []
    state.keep(replace(known[0], given=("analysis", "screening")), known[1])
    assert state.due() == [
        "The last run was told by `--config` what the protocol does not say: analysis, screening."
    ]
