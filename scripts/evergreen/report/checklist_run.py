"""What the reporting checklists are filled from, and what an answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen.grade.finding import Finding
from evergreen.protocol.whole import Protocol
from evergreen.report import characteristics, facts, findings
from evergreen.report.facts import Facts
from evergreen.report.inputs import Inputs
from evergreen.tables import read_json

# What an answer is: complete; true, but something only authors know is missing; left to the authors.
RUN, PARTLY, AUTHORS = "from the run", "complete it", "to write"
# Where an answer stands or can be checked.
PROTOCOL, SYNTHESES, FIGURES = "config/config.yaml", "results/synthesis/", "results/figures/"
PER_SOURCE = "results/prisma/per_source.csv"


@dataclass(frozen=True)
class Answer:
    text: str
    where: str = ""
    status: str = RUN


@dataclass(frozen=True)
class Run:
    """What the checklists are filled from.

    `counts` the content of counts.json, `sources` the table per_source.csv, `searches` the logs of the PubMed searches that were run
    (with `source`), `excluded` the number of reports excluded at full text, `facts` what was done, `findings` what was found; `described`
    are the columns in which people wrote of the studies as a whole (`studies-<extractor>.csv`).
    """

    protocol: Protocol
    counts: Mapping[str, Any]
    sources: pd.DataFrame
    searches: Sequence[Mapping[str, Any]]
    excluded: int
    facts: Facts
    findings: Sequence[Finding] = ()
    described: Sequence[str] = ()


def read(protocol: Protocol, inputs: Inputs) -> Run:
    """What the checklists are filled from, of the files of a run."""
    searches = [{**read_json(path), "source": path.parent.parent.name} for path in inputs.paths("searches")]
    described = (
        characteristics.columns_of(inputs.table("characteristics")) if "characteristics" in inputs else ()
    )
    return Run(
        protocol,
        inputs.json("prisma"),
        inputs.table("per_source"),
        searches,
        len(inputs.table("excluded")),
        facts.read(protocol, inputs),
        findings.read(protocol, inputs),
        described,
    )
