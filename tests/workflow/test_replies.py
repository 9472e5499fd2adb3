"""Replies of a server that may answer otherwise tomorrow outlive the protocol, and no comparison asks for others."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evergreen import tables
from evergreen.search.embedded.server import Service, serving
from evergreen.search.embedded.store import Store
from tests.workflow.runs import ROOT, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("replies")]
EARLY, LATE = "2017-12-31", "2018-12-31"
STRATEGY = "config/search/pubmed.txt"
REPLIES = "results/search/pubmed"


@pytest.fixture
def server():
    with serving(Service(Store.shipped())) as server:
        yield server


@pytest.fixture
def review(server, tmp_path) -> Path:
    """A review under git whose two searches were made at a server on loopback, as a live search is at PubMed."""
    ask(tmp_path, server, [EARLY, LATE])
    write(tmp_path, "denosumab AND arthritis")
    keep(tmp_path, "searched")
    run = snakemake(tmp_path)
    assert run.status == 0, run.output
    return tmp_path


def ask(review: Path, server, rounds: list[str]) -> None:
    tables.write_text(
        "review: {title: Replies}\n"
        f"rounds: [{', '.join(rounds)}]\n"
        f"sources: {{pubmed: {{kind: pubmed, type: database, strategy: {STRATEGY}}}}}\n"
        f"entrez: {{endpoint: '{server.url}', email: a@example.org}}\n"
        "screening:\n  title_abstract: {reviewers: [AB, CD]}\n  full_text: {reviewers: [AB, CD]}\n  reasons: {other: Other}\n",
        review / "config/config.yaml",
    )


def write(review: Path, query: str) -> None:
    tables.write_text(f"1. {query}\n", review / STRATEGY)


def keep(review: Path, what: str) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(review)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "config"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", what], check=True)


def compare(review: Path, *states: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/compare_states.py"), *states, "--review", str(review)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_replies_outlive_a_round_that_was_taken_out_and_serve_it_again(review, server):
    ids = (review / REPLIES / LATE / "ids.txt").read_text()
    # The strategy goes as well, so that nothing but the replies themselves says what they answer.
    ask(review, server, [EARLY])
    write(review, "denosumab")
    run = snakemake(review)
    assert run.status == 0, run.output
    assert (review / REPLIES / LATE / "ids.txt").read_text() == ids
    assert f"pubmed {LATE} (not in the protocol)" in (review / "results/report/status.txt").read_text()
    assert snakemake(review).did_nothing


def test_a_comparison_takes_replies_by_what_was_asked_also_where_they_were_frozen_later(review, server):
    subprocess.run([sys.executable, str(ROOT / "scripts/freeze_search.py")], cwd=review, check=True)
    keep(review, "frozen")
    assert snakemake(review).status == 0
    asked = len(server.service.requests)
    done = compare(review, "HEAD~1", "HEAD")
    assert done.returncode == 0, done.stderr
    assert len(server.service.requests) == asked


def test_a_comparison_asks_nobody_for_replies_that_are_gone(review, server):
    write(review, "denosumab")
    keep(review, "another strategy")
    assert snakemake(review).status == 0
    asked = len(server.service.requests)
    done = compare(review, "HEAD~1", "HEAD")
    assert done.returncode == 2
    assert (
        "the replies to the search of 2017-12-31 are not there, and this run asks nobody for them"
        in done.stderr
    )
    assert len(server.service.requests) == asked


def test_a_review_in_a_folder_of_a_repository_is_compared(review, tmp_path_factory):
    """A folder of reviews under one git."""
    top = tmp_path_factory.mktemp("reviews")
    inner = shutil.copytree(review, top / "rev", ignore=shutil.ignore_patterns(".git"))
    (top / ".gitignore").write_text("results\n.snakemake\n")
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(top)]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "A review"]):
        subprocess.run([*git, *words], check=True)
    done = compare(inner, "HEAD", "now")
    assert done.returncode == 0, done.stderr
    assert "Nothing differs" in done.stdout


def test_files_that_a_protocol_names_elsewhere_are_of_the_revision(review):
    protocol = review / "config/config.yaml"
    entry = "  trials: {kind: export, type: register, files: {2017-12-31: exports/trials.ris}}\n"
    text = (
        protocol.read_text()
        .replace("sources: {pubmed: ", "sources:\n  pubmed: ")
        .replace("}}\n", "}\n" + entry, 1)
    )
    protocol.write_text(text)
    first = "TY  - JOUR\nTI  - A trial of something\nPY  - 2016\nER  - \n"
    tables.write_text(first, review / "exports/trials.ris")
    subprocess.run(["git", "-C", str(review), "add", "exports"], check=True)
    keep(review, "a register")
    tables.write_text(first + first.replace("something", "another thing"), review / "exports/trials.ris")
    subprocess.run(["git", "-C", str(review), "add", "exports"], check=True)
    keep(review, "one trial more")
    done = compare(review, "HEAD~1", "HEAD")
    assert done.returncode == 0, done.stderr
    found = tables.read_json(next(review.glob("results/report/changes/*.json")))
    assert found["counts"]["records"] == {"added": 1}
