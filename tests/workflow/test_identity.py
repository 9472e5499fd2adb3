"""What a job is: neither where the checkout lies, nor when a file was written, nor how code is commented."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fixpoint.engine import REVIEWS, ROOT, Engine, files_of, new_review, tree

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("identity")]
Place = dict[str, tuple[int, int, int]]
COMMENTED = (
    "scripts/evergreen/tables.py",
    "scripts/evergreen/errors.py",
    "scripts/evergreen/screening/votes.py",
    "scripts/evergreen/metaanalysis/tau2.py",
    "scripts/evergreen/figures/forest.py",
    "scripts/pool_outcomes.py",
    "scripts/count_votes.py",
    "scripts/write_report.py",
)


def clone_to(target: Path) -> Path:
    """A plain clone of what is committed."""
    subprocess.run(["git", "clone", "--quiet", ROOT, target], check=True)
    return target


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    return clone_to(tmp_path_factory.mktemp("first") / "checkout")


@pytest.fixture(scope="module")
def finished(clone, tmp_path_factory) -> Path:
    """The mini review, run once by the first clone."""
    review = new_review(REVIEWS["mini"], tmp_path_factory.mktemp("reviews") / "mini review")
    run = Engine(clone).run(review)
    assert run.status == 0, run.tail()
    return review


@pytest.fixture
def review(finished, tmp_path) -> Path:
    """The finished review, with its times, to be changed by one test."""
    return shutil.copytree(finished, tmp_path / "mini review", symlinks=True)


@pytest.fixture
def own_clone(clone, tmp_path) -> Path:
    """The first clone's copy, to be edited by one test: Git alone would give it new times."""
    return shutil.copytree(clone, tmp_path / "checkout", symlinks=True)


def assert_nothing_is_to_be_done(engine: Engine, review: Path) -> None:
    for arguments in (["--dry-run"], []):
        run = engine.run(review, *arguments)
        assert run.did_nothing, f"{arguments}: {run.tail()}"


def places(folder: Path, *parts: str) -> Place:
    """Inode, time of change and time of modification of every file: what a job that writes alters."""
    found = {}
    for path in files_of(folder / part for part in parts or [""]):
        stat = path.lstat()
        found[path.relative_to(folder).as_posix()] = (stat.st_ino, stat.st_ctime_ns, stat.st_mtime_ns)
    return found


def written(before: Place, after: Place) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


@pytest.mark.parametrize("with_metadata", [True, False], ids=["with .snakemake", "without .snakemake"])
def test_copied_results_and_a_clone_elsewhere_run_nothing(finished, tmp_path, with_metadata):
    elsewhere = clone_to(tmp_path / "another place" / "evergreen")
    copy = tmp_path / "another place" / "review"
    subprocess.run(["cp", "-r", finished, copy], check=True)  # all times are new
    if not with_metadata:
        shutil.rmtree(copy / ".snakemake")
    assert_nothing_is_to_be_done(Engine(elsewhere), copy)


def test_touched_files_run_nothing(clone, review):
    paths = files_of([review / "config", review / "results"])
    random.Random(1).shuffle(paths)
    for path in paths:
        path.touch()
    assert_nothing_is_to_be_done(Engine(clone), review)


def test_comments_and_docstrings_run_nothing(own_clone, review):
    assert_nothing_is_to_be_done(Engine(own_clone), review)
    for name in COMMENTED:
        path = own_clone / name
        text = path.read_text(encoding="utf-8")
        assert text.startswith('"""'), name
        path.write_text(text.replace('"""', '"""Said anew: ', 1) + "\n# A remark.\n", encoding="utf-8")
    assert_nothing_is_to_be_done(Engine(own_clone), review)


def test_a_change_of_code_that_changes_no_number_draws_nothing(own_clone, review):
    module = own_clone / "scripts/evergreen/metaanalysis/tau2.py"
    text = module.read_text(encoding="utf-8")
    body = text.index("\n    ", text.index("\ndef ")) + 1
    # The statement goes behind the docstring of the first function, if it has one.
    if text[body:].lstrip().startswith('"""'):
        body = text.index("\n", text.index('"""', text.index('"""', body) + 3)) + 1
    module.write_text(f"{text[:body]}    _nothing = 0\n{text[body:]}", encoding="utf-8")
    bytes_before, before = tree(review / "results"), places(review / "results", "figures")

    run = Engine(own_clone).run(review)

    assert run.status == 0, run.tail()
    assert not run.did_nothing, "an edited function ran nothing"
    assert tree(review / "results") == bytes_before
    assert written(before, places(review / "results", "figures")) == []
    assert_nothing_is_to_be_done(Engine(own_clone), review)


@pytest.mark.parametrize(
    "question", [["--dry-run"], ["--dag"], ["--rulegraph"], ["--summary"]], ids=lambda q: q[0]
)
@pytest.mark.parametrize("state", ["before the first run", "edited"])
def test_a_question_alters_nothing(clone, review, tmp_path, question, state):
    if state == "edited":
        sheet = review / "config/screening/full_text/AB.csv"
        sheet.write_text(sheet.read_text().replace("alpha:A8,include,", "alpha:A8,exclude,not_randomised"))
    else:
        review = new_review(REVIEWS["mini"], tmp_path / "new review")
    before = places(review, "config", "results")

    run = Engine(clone).run(review, *question)

    assert run.status == 0, run.tail()
    assert written(before, places(review, "config", "results")) == []
    if question != ["--dry-run"]:
        first = {"--dag": "digraph", "--rulegraph": "digraph", "--summary": "output_file"}[question[0]]
        assert run.product.startswith(first), run.product[:300]
        assert run.product.rstrip().endswith("}") or question == ["--summary"], run.product[-300:]


def test_a_round_without_new_records_runs_no_analysis(clone, review):
    protocol = review / "config/config.yaml"
    protocol.write_text(
        protocol.read_text()
        .replace("rounds: [2021-06-30, 2022-06-30]", "rounds: [2021-06-30, 2022-06-30, 2023-06-30]")
        .replace("alpha-2022.ris}", "alpha-2022.ris, 2023-06-30: config/search/alpha-2023.ris}")
    )
    shutil.copy(review / "config/search/alpha-2022.ris", review / "config/search/alpha-2023.ris")
    parts = ["deduplication", "extraction", "synthesis", "figures/pain", "figures/response"]
    before = places(review / "results", *parts)

    run = Engine(clone).run(review)

    assert run.status == 0, run.tail()
    # That they were seen again is in the table of what became of each record.
    assert written(before, places(review / "results", *parts)) == ["deduplication/audit.csv"]
    assert Engine(clone).run(review).did_nothing
