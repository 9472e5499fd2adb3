"""The steps of a review from exports to the status in one process, without Snakemake and without drawing: a second instead of half a minute."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import check_reports
import count_votes
import deduplicate_works
import grade_certainty
import list_studies
import merge_bias
import merge_extraction
import pool_outcomes
import read_records
import slice_outcomes
import write_status
from evergreen import tables
from evergreen.prisma.counting import Counted, Tables, count
from evergreen.protocol import params
from evergreen.protocol.loading import complete
from evergreen.protocol.whole import Protocol
from evergreen.report.inputs import Inputs
from evergreen.screening.stages import STAGES

RESULTS = Path("results")


def run(config: dict[str, Any]) -> tuple[Protocol, dict[str, Any], Counted | None]:
    """Run all steps of the review in the working directory as far as its protocol and sheets reach; its files by the names that the
    steps of the report have for them."""
    protocol = complete(config)
    found: dict[str, Any] = {}
    if protocol.sources:
        _records(protocol, found)
        _screening(protocol, found)
    extraction, bias = _sheets("extraction"), _sheets("risk_of_bias")
    if bias:
        _bias(protocol, bias, found)
    if extraction:
        _extraction(protocol, extraction, bool(bias), found)
    counted = _prisma(protocol, found) if protocol.sources else None
    _status(protocol, found)
    return protocol, found, counted


def inputs(found: dict[str, Any]) -> Inputs:
    """The files of a run as a step of the report reads them."""
    return Inputs({name: paths for name, paths in found.items() if paths})


def _sheets(task: str) -> dict[str, str]:
    """{person: sheet} of a task."""
    return {
        path.stem: str(path)
        for path in sorted(Path("config", task).glob("*.csv"))
        if not path.stem.startswith(("adjudication", "studies-"))
    }


def _if_there(option: str, path: str) -> list[str]:
    return [option, path] if Path(path).is_file() else []


def _records(protocol: Protocol, found: dict[str, Any]) -> None:
    read_records.main(
        ["--sources", json.dumps(params.read_records(protocol, "results/search/{source}/{round}")), "--folder", "results/records"]
    )  # fmt: skip
    days = protocol.source_rounds
    kept = [[day, f"results/records/rounds/{name}/{day}.parquet"] for name, day in days]
    deduplicate_works.main(
        ["--records", json.dumps(kept), "--params", json.dumps(params.deduplicate_works(protocol)), "--folder", "results/deduplication"]
    )  # fmt: skip
    found["counts"] = [f"results/records/rounds/{name}/{day}.counts.json" for name, day in days]
    found["imports"] = "results/records/import-report.csv"
    found["works"] = "results/deduplication/works.parquet"
    found["clusters"] = "results/deduplication/clusters.csv"
    found |= {name: f"results/deduplication/{name}.csv" for name in ("borderline", "verdicts")}


def _screening(protocol: Protocol, found: dict[str, Any]) -> None:
    for stage in STAGES:
        folder = f"results/screening/{stage}"
        own = sorted(map(str, Path("config/screening", stage).glob("*.csv")))
        before = ["results/screening/title_abstract/decisions.csv"] if stage == STAGES[1] else []
        count_votes.main(
            ["--stage", stage, "--works", found["works"], "--clusters", found["clusters"], "--votes", *own, "--before", *before,
             "--params", json.dumps(params.count_votes(protocol, stage)), "--out", folder]
        )  # fmt: skip
        for table in ("decisions", "votes", "awaiting", "conflicts", "orphans"):
            found[f"{table}_{stage}"] = f"{folder}/{table}.csv"
    assigned = ["config/studies.csv"] if Path("config/studies.csv").is_file() else []
    found["studies"], found["study_orphans"] = (
        "results/screening/studies.csv",
        "results/screening/orphans.csv",
    )
    found["named_studies"] = [
        f"results/screening/{kind}_studies.csv" for kind in ("excluded", "ongoing", "awaiting")
    ]
    list_studies.main(
        ["--works", found["works"], "--clusters", found["clusters"], "--title-abstract", found["decisions_title_abstract"],
         "--full-text", found["decisions_full_text"], "--votes", found["votes_full_text"], "--assigned", *assigned,
         "--params", json.dumps(params.list_studies(protocol)), "--folder", "results/screening"]
    )  # fmt: skip
    found["notices"] = "results/screening/notices.csv"
    check_reports.main(
        [
            "--works",
            found["works"],
            "--records",
            "results/records/records.parquet",
            "--links",
            "results/deduplication/links.csv",
            "--studies",
            found["studies"],
            "--out",
            found["notices"],
        ]
    )


def _bias(protocol: Protocol, sheets: dict[str, str], found: dict[str, Any]) -> None:
    folder = "results/risk_of_bias"
    found |= {"judgements": f"{folder}/judgements.csv", "bias_conflicts": f"{folder}/conflicts.csv"}
    merge_bias.main(
        ["--sheets", json.dumps(sheets), *_if_there("--adjudication", "config/risk_of_bias/adjudication.csv"),
         "--params", json.dumps(params.merge_bias(protocol)), "--folder", folder]
    )  # fmt: skip


def _extraction(protocol: Protocol, sheets: dict[str, str], judged: bool, found: dict[str, Any]) -> None:
    folder = "results/extraction"
    made = {name: f"{folder}/{name}.csv" for name in ("merged", "studies", "conflicts", "converted", "queries", "agreement")}  # fmt: skip
    merge_extraction.main(
        ["--sheets", json.dumps(sheets), "--study-sheets", "{}", *_if_there("--adjudication", "config/extraction/adjudication.csv"),
         "--params", json.dumps(params.merge_extraction(protocol)), "--folder", folder]
    )  # fmt: skip
    found |= {"merged": made["merged"], "converted": made["converted"], "queries": made["queries"]}
    found |= {"extraction_conflicts": made["conflicts"], "characteristics": made["studies"]}
    beside = ["--studies", made["studies"], "--screened", found["studies"]]
    beside += ["--judgements", found["judgements"]] if judged else []
    slice_outcomes.main(
        ["--converted", made["converted"], *beside, "--outcomes", json.dumps(params.slice_outcomes(protocol)), "--folder", f"{folder}/outcomes"]
    )  # fmt: skip
    pool_outcomes.main(
        ["--slices", f"{folder}/outcomes", "--params", json.dumps(params.pool_outcomes(protocol.outcomes)), "--folder", "results/synthesis"]
    )  # fmt: skip
    found["results"] = [f"results/synthesis/{outcome.id}.json" for outcome in protocol.outcomes]
    if Path("config/certainty.csv").is_file():
        found["certainty"] = "results/risk_of_bias/certainty.csv"
        grade_certainty.main(
            ["--sheet", "config/certainty.csv", "--params", json.dumps(params.grade_certainty(protocol)), "--out", found["certainty"]]
        )  # fmt: skip
    # Nothing is drawn: the report finds that no figure applies.
    found["figures"] = [f"results/figures/{outcome.id}/figures.json" for outcome in protocol.outcomes]
    for path in found["figures"]:
        tables.write_json([], path)


def _prisma(protocol: Protocol, found: dict[str, Any]) -> Counted:
    values, read = params.count_prisma(protocol), inputs(found)
    counted = count(
        Tables(
            clusters=read.table("clusters"),
            works=read.table("works"),
            decisions={stage: read.table(f"decisions_{stage}") for stage in STAGES},
            studies=read.table("studies"),
        ),
        [
            {**tables.read_json(path), "source": path.parent.name, "round": path.name.removesuffix(".counts.json")}
            for path in read.paths("counts")
        ],
        rounds=values["rounds"], sources=values["sources"], labels=dict(values["reasons"]), previous=values["previous"],
        given_counts=values["given"], other_methods=values["other_methods"], not_searched=values["not_searched"],
    )  # fmt: skip
    found["prisma"] = "results/prisma/counts.json"
    tables.write_json(counted.document, found["prisma"])
    return counted


def _status(protocol: Protocol, found: dict[str, Any]) -> None:
    found["status"] = "results/report/status.json"
    write_status.main(
        ["--params", json.dumps(params.write_status(protocol, [], [])), "--inputs", json.dumps({name: paths for name, paths in found.items() if paths}),
         "--json", found["status"], "--text", "results/report/status.txt", "--feed", "results/report/status.atom"]
    )  # fmt: skip
    if "judgements" in found:
        found["bias_figures"] = ["results/figures/risk_of_bias/figures.json"]
        tables.write_json([], found["bias_figures"][0])
