"""The workflow on the synthetic mini review: from nothing, again, updated, and with bad input."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from evergreen import tables
from evergreen.protocol import people
from evergreen.publication import archive, contents
from evergreen.runs import state
from evergreen.steps.contents import Contents
from tests.workflow.runs import ROOT, append, copy_of, fingerprints, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("mini")]
MINI = ROOT / "tests" / "reviews" / "mini"


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A finished run, in a directory with a space in its name."""
    review = copy_of(MINI, tmp_path_factory.mktemp("reviews") / "mini review")
    run = snakemake(review)
    assert run.status == 0, run.output
    return review


@pytest.fixture
def review(finished, tmp_path) -> Path:
    """The finished review, to be changed by one test."""
    return shutil.copytree(finished, tmp_path / "mini review", symlinks=True)


def test_from_nothing_to_the_report(finished):
    counts = tables.read_json(finished / "results/prisma/counts.json")
    # Counted by hand in the exports and the votes.
    first, second = counts["rounds"].values()
    assert (first["database_results"], first["register_results"], first["duplicates"]) == (6, 3, 3)
    assert (first["records_screened"], first["records_excluded"], first["dbr_sought_reports"]) == (6, 2, 4)
    assert first["dbr_excluded"] == {"wrong_population": 1}
    assert (first["new_studies"], first["new_reports"]) == (3, 3)
    assert (second["database_results"], second["seen_before"], second["records_screened"]) == (4, 1, 4)
    assert (second["new_studies"], second["new_reports"], second["extra_reports"]) == (2, 2, 1)
    assert (counts["total"]["total_studies"], counts["total"]["total_reports"]) == (5, 6)
    for name in (
        "report/index.html",
        "report/review.docx",
        "prisma/flow.svg",
        "figures/pain/forest.svg",
        "figures/risk_of_bias/graph.svg",
    ):
        assert (finished / "results" / name).stat().st_size > 1000


def test_the_audit_has_every_record_that_was_retrieved(finished):
    audit = tables.read_table(finished / "results/deduplication/audit.csv")
    counts = tables.read_json(finished / "results/prisma/counts.json")["total"]
    records = set(tables.read_table(finished / "results/deduplication/clusters.csv")["record_id"])
    assert set(audit["record_id"]) == records
    assert audit["what"].eq("seen").sum() == counts["seen_before"]
    assert audit[["reason", "undo", "title"]].ne("").all(axis=None)


def test_pooled_numbers_agree_with_statsmodels(finished):
    for outcome in ("pain", "response"):
        result = tables.read_json(finished / f"results/synthesis/{outcome}.json")
        effects = np.array([study["yi"] for study in result["studies"]])
        variances = np.array([study["vi"] for study in result["studies"]])
        other = combine_effects(effects, variances, method_re="dl").summary_frame()
        # statsmodels does not truncate a negative tau2; where it is 0 the models are the same.
        row = other.loc["random effect" if result["model"]["tau2"] > 0 else "fixed effect"]
        ours = [result["model"][key] for key in ("estimate", "se", "ci_low", "ci_high")]
        assert ours == pytest.approx(row[["eff", "sd_eff", "ci_low", "ci_upp"]].tolist(), abs=1e-9)


def test_a_run_after_a_run_does_nothing(finished):
    assert snakemake(finished).did_nothing
    checked = finished / "results/logs/receipts/parts/check_inputs"
    assert {place.stem for place in checked.iterdir()} == set(people.AREAS)  # and nothing is checked twice


def test_a_run_that_does_nothing_loads_nothing_that_takes_long(finished):
    """pandas alone would be a fifth of its time and 70 MB."""
    snakefile = ["--cores", "1", "--snakefile", ROOT / "Snakefile", "--directory", finished]
    command = [sys.executable, "-X", "importtime", Path(sys.executable).with_name("snakemake"), *snakefile]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Nothing to be done" in told.stderr
    loaded = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if "import time:" in line}
    assert set() == loaded & {"pandas", "pyarrow", "scipy", "matplotlib", "lxml.etree"}


def test_a_touched_file_does_nothing(review):
    for name in (
        "config/extraction/AB.csv",
        "config/search/alpha-2021.ris",
        "results/extraction/merged.csv",
        "results/deduplication/works.parquet",
    ):
        (review / name).touch()
    assert snakemake(review).did_nothing


def test_touching_results_vouches_for_nothing(review):
    replace("tau2: DL", "tau2: REML")(review / "config/config.yaml")
    run = snakemake(review, "--touch")
    assert run.status != 0
    assert "--touch has no use here" in run.output.splitlines()[-1]
    assert not snakemake(review, "-n").did_nothing


def test_triggers_of_a_command_line_or_a_profile_hide_no_edit(review):
    replace("tau2: DL", "tau2: REML")(review / "config/config.yaml")
    for triggers in (["mtime"], ["mtime", "code"]):
        assert "pool_outcomes" in snakemake(review, "-n", "--rerun-triggers", *triggers).output


def test_the_same_content_gives_the_same_bytes(finished, tmp_path, monkeypatch):
    """By the workflow that a package brings, unpacked elsewhere: what is in it is of now, and made anew is the same."""
    monkeypatch.chdir(finished)
    archive.write(contents.of_review(None).files, tmp_path / "review.zip")
    elsewhere = tmp_path / "fresh machine"
    with ZipFile(tmp_path / "review.zip") as package:
        package.extractall(elsewhere)
    assert fingerprints(elsewhere / "results") == before_snakemake(finished / "results")
    workflow = elsewhere / contents.MAIN
    assert snakemake(elsewhere, snakefile=workflow).did_nothing
    shutil.rmtree(elsewhere / "results")
    shutil.rmtree(elsewhere / ".snakemake")
    assert snakemake(elsewhere, snakefile=workflow).status == 0
    assert fingerprints(elsewhere / "results") == fingerprints(finished / "results")


def before_snakemake(results: Path) -> dict[str, str]:
    """Fingerprints without Snakemake's marks in folders, which are no results."""
    return {
        name: found
        for name, found in fingerprints(results).items()
        if not name.endswith(".snakemake_timestamp")
    }


NEW_TRIAL = """TY  - JOUR
TI  - Larkspur extract for neck pain: a randomised synthetic trial
AU  - Nash, Nell
PY  - 2023
JO  - Journal of Invented Medicine
VL  - 16
SP  - 100
EP  - 109
DO  - 10.5555/mini.11
AN  - A11
N1  - Synthetic record
ER  -
"""


def test_one_added_trial_runs_only_what_it_touches(review):
    config = review / "config"
    (config / "search/alpha-2023.ris").write_text(NEW_TRIAL)
    protocol = (config / "config.yaml").read_text()
    protocol = protocol.replace(
        "rounds: [2021-06-30, 2022-06-30]", "rounds: [2021-06-30, 2022-06-30, 2023-06-30]"
    )
    protocol = protocol.replace(
        "alpha-2022.ris}", "alpha-2022.ris, 2023-06-30: config/search/alpha-2023.ris}"
    )
    (config / "config.yaml").write_text(protocol)
    for stage in ("title_abstract", "full_text"):
        for reviewer in ("AB", "CD"):
            append(config / f"screening/{stage}/{reviewer}.csv", "alpha:A11,include,,,2023-07-01\n")
    append(config / "studies.csv", "alpha:A11,Nash2023\n")
    for extractor in ("AB", "CD"):
        append(
            config / f"extraction/{extractor}.csv",
            "Nash2023,response,12 weeks,larkspur,intervention,70,35,,,alpha:A11,Table 3,synthetic\n",
        )
        append(
            config / f"extraction/{extractor}.csv",
            "Nash2023,response,12 weeks,placebo,control,69,27,,,alpha:A11,Table 3,synthetic\n",
        )
    pain = fingerprints(review / "results/figures/pain")
    old_works = tables.read_table(review / "results/deduplication/works.csv")["work_id"].tolist()

    run = snakemake(review)

    assert run.status == 0, run.output
    assert (run.rules["pool_outcomes"], run.rules["draw_outcomes"], run.rules["slice_outcomes"]) == (1, 1, 1)
    assert (run.rules["read_records"], run.rules["deduplicate_works"]) == (1, 1)
    assert run.rules["merge_bias"] == run.rules["draw_bias"] == 0
    assert fingerprints(review / "results/figures/pain") == pain
    assert tables.read_json(review / "results/synthesis/response.json")["k"] == 4
    assert tables.read_json(review / "results/prisma/counts.json")["rounds"]["2023-06-30"]["new_studies"] == 1
    works = tables.read_table(review / "results/deduplication/works.csv")["work_id"].tolist()
    assert [work for work in works if work in old_works] == old_works
    assert snakemake(review).did_nothing


def test_a_search_that_finds_nothing_new_runs_no_analysis(review):
    config = review / "config"
    (config / "search/alpha-2023.ris").write_bytes((config / "search/alpha-2022.ris").read_bytes())
    protocol = (config / "config.yaml").read_text()
    protocol = protocol.replace(
        "rounds: [2021-06-30, 2022-06-30]", "rounds: [2021-06-30, 2022-06-30, 2023-06-30]"
    )
    protocol = protocol.replace(
        "alpha-2022.ris}", "alpha-2022.ris, 2023-06-30: config/search/alpha-2023.ris}"
    )
    (config / "config.yaml").write_text(protocol)

    run = snakemake(review)

    assert run.status == 0, run.output
    assert set(run.rules) <= {
        "read_records", "audit_records", "count_prisma", "write_checklists",
        "tell_changes", "write_status", "draw_stages", "write_report",
    }  # fmt: skip
    assert tables.read_json(review / "results/prisma/counts.json")["rounds"]["2023-06-30"]["seen_before"] == 5
    status = (review / "results/report/status.txt").read_text()
    assert "The round of 2023-06-30 brought nothing new" in status


def test_a_changed_number_runs_its_outcome_only_and_is_named_beside_the_frozen_version(review):
    program = [sys.executable, ROOT / "scripts/freeze_version.py", "1.0", "--review", review]
    subprocess.run(program, check=True, capture_output=True)
    assert sum(path.stat().st_size for path in (review / "config/versions").rglob("*.*")) < 300_000
    for extractor in ("AB", "CD"):
        path = review / f"config/extraction/{extractor}.csv"
        path.write_text(
            path.read_text().replace(
                "Jones2021,response,12 weeks,larkspur,intervention,80,41",
                "Jones2021,response,12 weeks,larkspur,intervention,80,42",
            )
        )
    run = snakemake(review)
    assert run.status == 0, run.output
    assert (run.rules["pool_outcomes"], run.rules["draw_outcomes"]) == (1, 1)
    assert run.rules["count_votes"] == run.rules["deduplicate_works"] == run.rules["count_prisma"] == 0
    since = tables.read_json(review / "results/report/since.json")
    cell = "Extracted cells, Jones 2021, response, 12 weeks, larkspur, intervention, events: 41 \N{RIGHTWARDS ARROW} 42"
    assert since["corrected"] == [f"{cell} (AB)", f"{cell} (CD)"]
    assert "differs from version 1.0" in (review / "results/report/status.txt").read_text()
    assert "differs" not in (review / "config/versions/1.0/summary_of_findings.html").read_text()
    found = tables.read_json(review / "results/report/changes/1.0..now.json")
    assert set(found["counts"]) == {"extraction", "effects", "weights"}


def test_a_deleted_result_is_made_again(review):
    before = fingerprints(review / "results")
    for path in [review / "results/synthesis/pain.json", *(review / "results/extraction/outcomes").iterdir()]:
        path.unlink()
    # As after a review's last search of PubMed was taken out of the protocol: nothing that the page was made from has changed.
    protocol = "config/config.yaml"
    made_from = {protocol: Contents().of(str(review / protocol))}
    page = review / "results/search/search-log.html"
    page.parent.mkdir()
    page.write_text("of searches that are none any more")
    receipt = {
        "code": "",
        "values": "",
        "inputs": made_from,
        "outputs": {"results/search/search-log.html": None},
    }
    (review / "results/logs/receipts/write_search_log.json").write_text(json.dumps(receipt))
    assert snakemake(review).status == 0
    assert fingerprints(review / "results") == before
    assert not page.exists()


def replace(old: str, new: str):
    def change(path: Path) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("config.yaml", replace("better: lower", "beter: lower"), "unknown key `outcomes[0].beter`. Did you mean `better`?"),
        ("config.yaml", replace("alpha-2022.ris", "alpha-2023.ris"), "config/search/alpha-2023.ris: the file is missing"),
        ("search/alpha-2022.ris", lambda path: path.write_text(""), "config/search/alpha-2022.ris: the file is empty"),
        ("extraction/AB.csv", replace("events", "evnts"), "config/extraction/AB.csv, row 1, column evnts: unknown column evnts, close to events"),
        ("extraction/CD.csv", replace(",40,22,", ",40,44,"), "config/extraction/CD.csv, row 12, column events"),
        ("extraction/CD.csv", replace("10.2", "-10.2"), "config/extraction/CD.csv, row 2, column sd: -10.2 is below 0"),
        ("screening/full_text/CD.csv", replace("exclude,not_randomised", "exclude,"), "config/screening/full_text/CD.csv, row 5, column reason"),
        ("screening/title_abstract/AB.csv", replace("include", "yes"), "config/screening/title_abstract/AB.csv, row 2, column decision: 'yes' is not allowed"),
    ],
    ids=["key", "missing", "empty", "column", "events", "sd", "reason", "decision"],
)  # fmt: skip
def test_bad_input_is_refused_before_anything_runs(tmp_path, file, change, sentence):
    review = copy_of(MINI, tmp_path / "mini review")
    change(review / "config" / file)
    before = fingerprints(review / "config")

    run = snakemake(review)

    assert run.status != 0
    assert sentence in run.output.splitlines()[-1]
    assert not run.rules
    assert fingerprints(review / "config") == before
    assert [path.name for path in (review / "results").glob("*") if path.name not in ("logs", "checks")] == []


def test_a_broken_sheet_does_not_stop_a_target_that_does_not_read_it(tmp_path):
    review = copy_of(MINI, tmp_path / "mini review")
    (review / "config/extraction/AB.csv").write_text("nonsense\n")
    run = snakemake(review, "deduplicate", "screen")
    assert run.status == 0, run.output
    assert (review / "results/deduplication/works.csv").is_file()
    assert (review / "results/screening/full_text/worklist-AB.csv").is_file()


def test_pooling_works_with_an_extraction_sheet_alone(tmp_path):
    config = tmp_path / "config"
    (config / "extraction").mkdir(parents=True)
    shutil.copy(MINI / "config/extraction/AB.csv", config / "extraction")
    (config / "config.yaml").write_text(
        json.dumps({"review": {"title": "Only sheets"}, "outcomes": [{"id": "pain", "measure": "MD"}]})
    )
    run = snakemake(tmp_path, "pool", "figures")
    assert run.status == 0, run.output
    result = tables.read_json(tmp_path / "results/synthesis/pain.json")
    assert result["k"] == 5
    assert {study["round"] for study in result["studies"]} <= {"", None}


def test_outcomes_that_are_pooled_in_other_company_leave_no_run_due(tmp_path, monkeypatch):
    """Outcomes are pooled several a step: the step of before is nobody's any more, and its results are those of another."""
    (tmp_path / "config/extraction").mkdir(parents=True)
    shutil.copy(MINI / "config/extraction/AB.csv", tmp_path / "config/extraction/AB.csv")
    protocol = tmp_path / "config/config.yaml"
    lines = ["review: {title: Sheet alone}", "extraction: {extractors: [AB]}", "outcomes:"]
    outcomes = [
        "  - {id: pain, measure: MD, timepoint: 12 weeks}",
        "  - {id: response, measure: RR, timepoint: 12 weeks}",
    ]
    monkeypatch.chdir(tmp_path)
    for given in (outcomes[:1], outcomes, [outcomes[0].replace("MD", "SMD"), outcomes[1]], outcomes[1:]):
        protocol.write_text("\n".join([*lines, *given, ""]))
        run = snakemake(tmp_path)
        assert run.status == 0, run.output
        assert state.due() == []
    # Neither does a target that makes what is gone again as it was.
    Path("results/synthesis/response.json").unlink()
    assert "Results are not as the last run left them" in state.due()[0]
    assert snakemake(tmp_path, "pool").status == 0
    assert state.due() == []


def test_a_final_review_refuses_open_work(review):
    (review / "config/screening/title_abstract/adjudication.csv").unlink()
    replace("title: Synthetic mini review", "final: true, title: Synthetic mini review")(
        review / "config/config.yaml"
    )
    run = snakemake(review)
    assert run.status != 0
    assert "final: true, but work is open: adjudicator: 1 conflict at title and abstract" in run.output
