"""Steps: what their code means, what their files hold, and whether what they left is of now."""

from __future__ import annotations

import ast
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from evergreen import tables
from evergreen.errors import InputError
from evergreen.steps import drafts, fingerprint, hold
from evergreen.steps.contents import Contents, files_in
from evergreen.steps.parts import Parts
from evergreen.steps.receipts import Receipts, Work, read
from evergreen.steps.sweep import sweep
from tests.rows import each

CODE = '"""What it is."""\n\ndef double(x):\n    """Twice."""\n    return 2 * x\n'


def meaning(source):
    return fingerprint.meaning(ast.parse(source), source)


@each(
    "same",
    [
        CODE.replace("Twice.", "Two times."),
        CODE.replace("What it is.", "Another sentence."),
        "# a comment\n" + CODE + "\n\n",
        CODE.replace("2 * x", "(2 *\n            x)  # why"),
        CODE.replace('    """Twice."""\n', ""),
    ],
)
def test_comments_docstrings_and_layout_mean_nothing(same):
    assert meaning(same) == meaning(CODE)


@each("other", [CODE.replace("2 * x", "3 * x"), CODE.replace("double", "twice"), CODE + "\nX = 1\n"])
def test_an_edit_of_what_is_computed_means_something(other):
    assert meaning(other) != meaning(CODE)


def test_a_docstring_that_is_read_means_something_unless_it_is_help():
    shown = CODE + "\nprint(__doc__)\n"
    assert meaning(shown) != meaning(shown.replace("What it is.", "Else."))
    helped = CODE + "\nparser(__doc__)\n"
    assert meaning(helped) == meaning(helped.replace("What it is.", "Else."))


def test_code_covers_a_script_its_modules_and_their_files(tmp_path):
    script, data = fingerprint.SCRIPTS / "count_votes.py", tmp_path / "facts.csv"
    names = {path.name for path in fingerprint.run_by(script)}
    assert {"votes.py", "cell_text.py", "command.py", "__init__.py"} <= names
    assert not names & {"forest.py", "tau2.py"}
    data.write_text("a\n")
    with_facts = fingerprint.code_of(script, [data])
    data.write_text("b\n")
    assert len({fingerprint.code_of(script), with_facts, fingerprint.code_of(script, [data])}) == 3


def test_a_hash_is_remembered_while_the_file_is_as_it_was(tmp_path):
    memory, file = tmp_path / "m" / "memory.json", tmp_path / "file"
    file.write_text("one")
    time.sleep(0.06)
    contents = Contents(memory)
    first = contents.of(file)
    contents.keep()
    assert str(file) in memory.read_text()
    facts = file.stat()
    file.write_text("two")
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert Contents(memory).of(file) != first
    memory.write_text("{")
    assert Contents(memory).of(file) == Contents().of(file)
    assert Contents().of(tmp_path / "gone") is None


def test_a_folder_behind_a_link_is_looked_into_and_a_circle_once(tmp_path):
    data, config = tmp_path / "data", tmp_path / "config"
    (data / "deep").mkdir(parents=True)
    config.mkdir()
    (data / "deep" / "AB.csv").write_text("1")
    (config / "extraction").symlink_to("../data")
    (data / "back").symlink_to("../config")
    before = Contents().of(config)
    assert files_in(config) == ["extraction/deep/AB.csv"]
    (data / "deep" / "AB.csv").write_text("2")
    assert Contents().of(config) != before


@pytest.fixture
def review(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("1\n")
    return tmp_path


WORK = Work("merge", "c0de", "a1", ("in.csv",), ("results/out.csv", "results/more"))


def make(receipts: Receipts, work: Work = WORK) -> list[str]:
    read_ = receipts.hashes(work.inputs)
    receipts.begin(work)
    for name in work.outputs:
        path = Path(name)
        if path.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name}\n")
        else:
            path.mkdir(parents=True, exist_ok=True)
            (path / "part.csv").write_text("part\n")
    return receipts.end(work, read_)


def test_what_a_step_left_is_of_now_until_something_differs(review):
    receipts = Receipts()
    assert receipts.verdict(WORK).unknown
    assert make(receipts) == []
    assert receipts.verdict(WORK).current
    bytes_ = WORK.place.read_bytes()
    make(receipts)
    assert WORK.place.read_bytes() == bytes_

    def changed(**what):
        return receipts.verdict(Work(**{**vars(WORK), **what}))

    assert changed(code="beef").code
    assert changed(values="b2").values
    assert changed(inputs=("in.csv", "more.csv")).inputs == ("more.csv",)
    assert changed(outputs=(*WORK.outputs, "results/new.csv")).wanted == ("results/new.csv",)
    assert not changed(code="beef", evidence=True).code
    Path("in.csv").write_text("2\n")
    assert receipts.verdict(WORK).inputs == ("in.csv",)


def test_the_order_of_inputs_counts_but_for_evidence(review):
    receipts = Receipts()
    Path("more.csv").write_text("2\n")
    two = replace(WORK, inputs=("more.csv", "in.csv"))
    make(receipts, two)
    assert receipts.verdict(two).current
    turned = replace(two, inputs=two.inputs[::-1])
    assert receipts.verdict(turned).inputs == ("in.csv", "more.csv")
    assert receipts.verdict(replace(turned, evidence=True)).current


def test_each_damaged_output_is_named(review):
    receipts = Receipts()
    make(receipts)
    for spoil in (lambda path: path.write_text("x"), Path.unlink):
        for name in ("results/out.csv", "results/more/part.csv"):
            spoil(Path(name))
            verdict = receipts.verdict(WORK)
            assert verdict.damaged == (name,)
            assert verdict.asked_alike
            assert not verdict.current
            make(receipts)
    Path("results/more/stray.csv").write_text("")
    assert receipts.verdict(WORK).damaged == ("results/more/stray.csv",)


def test_a_step_that_did_not_end_or_whose_receipt_is_spoilt_is_unknown(review):
    receipts = Receipts()
    make(receipts)
    receipts.begin(WORK)
    assert receipts.verdict(WORK).unknown
    assert list(read(WORK.place)["outputs"]) == sorted(WORK.outputs)
    receipts.begin(replace(WORK, outputs=("results/new.csv",)))  # and whose edit may be taken back
    assert receipts.forget(WORK.place) == sorted([*WORK.outputs, "results/new.csv"])
    for text in ("", "{", "[]", '{"code": 1}'):
        WORK.place.write_text(text)
        assert receipts.verdict(WORK).unknown


def test_an_input_that_changes_meanwhile_leaves_the_step_unfinished(review):
    receipts = Receipts()
    before = receipts.hashes(WORK.inputs)
    receipts.begin(WORK)
    Path("in.csv").write_text("2\n")
    receipts.end(WORK, before)
    assert receipts.verdict(WORK).unknown


def test_outputs_that_a_step_has_no_longer_go_with_their_folders(review):
    receipts = Receipts()
    more = Work(**{**vars(WORK), "outputs": (*WORK.outputs, "results/old/one.csv")})
    make(receipts, more)
    left = make(receipts)
    assert left == ["results/old/one.csv"]
    sweep([*left, "in.csv", "../outside"], {"results/out.csv"})
    assert not Path("results/old").exists()
    assert Path("in.csv").exists()
    assert receipts.stands(WORK.place)
    for path in WORK.outputs:
        Path(path).rename(Path(path).name)
    assert not receipts.stands(WORK.place)  # nothing of it is left
    for path in WORK.outputs:
        Path(Path(path).name).rename(path)
    assert receipts.forget(WORK.place) == sorted(WORK.outputs)
    assert not receipts.stands(WORK.place)


def test_a_check_that_leaves_nothing_stands_as_long_as_what_it_read(review):
    receipts = Receipts()
    check = Work(**{**vars(WORK), "name": "check", "outputs": ()})
    make(receipts, check)
    assert receipts.stands(check.place)
    Path("in.csv").write_text("other\n")
    assert not Receipts().stands(check.place)


def test_what_lay_in_an_old_output_folder_and_is_made_by_another_step_stays(review):
    folder = Path("results/old")
    folder.mkdir(parents=True)
    for name in ("kept.csv", "gone.csv"):
        (folder / name).write_text("x")
    sweep(["results/old"], {"results/old/kept.csv"})
    assert [path.name for path in folder.iterdir()] == ["kept.csv"]


def test_drafts_do_not_lie_among_the_results(review):
    drafts.clear()
    with tables.replaced("results/a.csv") as draft:
        assert draft.parent == drafts.FOLDER.resolve()
        draft.write_text("x")
    assert Path("results/a.csv").read_text() == "x"
    (drafts.FOLDER / "left").write_text("")
    drafts.clear()
    assert not list(drafts.FOLDER.iterdir())


def test_what_another_host_holds_is_refused_with_what_to_do(review):
    hold.FOLDER.mkdir(parents=True)
    hold.HOLDER.write_text('{"host": "elsewhere.example", "process": 7}')
    with (
        pytest.raises(
            InputError, match=r"run on another host \(process 7 on elsewhere.example\).*delete .*run.json"
        ),
        hold.hold(),
    ):
        pass
    hold.HOLDER.write_text("no json")
    with hold.hold() as word:
        assert word is None


def test_a_job_from_a_queue_begins_for_the_run_that_sent_it_only(review, monkeypatch):
    hold.check_ticket()  # no run sent it: a person started it
    with hold.hold():
        hold.check_ticket()
        ticket = os.environ[hold.TICKET]
    assert hold.TICKET not in os.environ
    monkeypatch.setenv(hold.TICKET, ticket)
    with pytest.raises(InputError, match="the run that sent this job has ended"):
        hold.check_ticket()
    hold.HOLDER.write_text(ticket.replace("started", "begun"))  # another run
    with pytest.raises(InputError, match="the run that sent this job has ended"):
        hold.check_ticket()


def test_a_part_that_is_not_of_now_is_named(review):
    parts = Parts("pool_outcomes", "c0de")
    for name in ("a", "b", "c"):
        Path(f"{name}.csv").write_text(name)
        parts.make(name, {}, [f"{name}.csv"], [f"results/{name}.json"], lambda: None)
    for name in ("a", "b", "c"):
        tables.write_text("{}", f"results/{name}.json")
        parts.make(name, {}, [f"{name}.csv"], [f"results/{name}.json"], lambda: None)
    assert parts.not_of_now(["a", "b", "c", "d"]) == ["d"]
    Path("a.csv").write_text("other")
    Path("results/b.json").write_text("altered")
    assert parts.not_of_now(["a", "b", "c"]) == ["a", "b"]
