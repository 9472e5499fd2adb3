"""At every station of a review's life all that is said of it is true: each sentence is read against what people wrote and the tables."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from evergreen.figures.stage_table import told
from evergreen.prisma.chart import charts
from evergreen.report import blocks, checklist, checklist_run
from evergreen.report.blocks import Section, text_of
from evergreen.report.composition import Report
from evergreen.report.manuscript import manuscript
from tests import steps_of_a_review as steps
from tests.stations import FIRST, MINI, Review, stations
from tests.truths import faults, wrong_boxes
from tests.what_tables_hold import FT, TA, Truth

CITED = re.compile(r" \[\d+(?:(?:, |\N{EN DASH})\d+)*\]")
Walked = dict[str, tuple[list[str], list[str]]]


def texts_of(sections: Sequence[Section]) -> Iterator[str]:
    """All that sections say in words."""
    for section in sections:
        for block in section.blocks:
            if isinstance(block, blocks.Text):
                yield block.text
            elif isinstance(block, blocks.Lines):
                yield from map(text_of, block.lines)
            elif isinstance(block, blocks.Terms):
                yield from (f"{text_of(term)}: {said}" for term, said in block.terms)
            elif isinstance(block, blocks.Tiles):
                yield from (f"{value} {label}" for value, label in block.tiles)
            elif isinstance(block, blocks.Table):
                yield block.caption
            elif isinstance(block, blocks.Figure):
                yield block.alt


def read(review: Review) -> tuple[Truth, list[str], dict[str, dict[str, str]]]:
    """What is true at a station, all sentences of its report, document, checklists and status, and its flow charts by round."""
    protocol, files, counted = steps.run(review.protocol)
    report = Report(protocol, steps.inputs(files))
    sections = report.sections()
    # Numbers of references are read against the list by tests/unit/test_report_citing.py.
    said = [CITED.sub("", one) for one in (*texts_of(sections), *texts_of(manuscript(report, sections)))]
    searched = {source.name: list(protocol.rounds_of(name)) for name, source in protocol.sources.items()}
    drawn: dict[str, dict[str, str]] = {}
    if counted is not None:
        run = checklist_run.Run(protocol, counted.document, counted.per_source, [], len(counted.excluded), report.facts, report.findings)  # fmt: skip
        said += [text for text in checklist.checklist(run)["answer"] if text]
        for name, chart in charts(counted.document, dict(protocol.screening.reasons)).items():
            drawn[name.removeprefix("flow-")] = {box.text.split(" (n =")[0].split(":")[0]: box.text for box in chart.boxes}  # fmt: skip
    status = json.loads(Path("results/report/status.json").read_text(encoding="utf-8"))
    table = told(["search", TA, FT, "extract", "bias", "pool", "report"], {TA: ["AB", "CD"]}, status)
    said += [
        line.removeprefix("Waiting for ").removeprefix("Open for ") + " ("
        for cell in table["waiting"]
        for line in cell.splitlines()
    ]
    return Truth(review, searched), said, drawn


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """By station what is wrong in sentences, and in flow charts."""
    found = {}
    with contextlib.chdir(tmp_path_factory.mktemp("stations")), contextlib.redirect_stdout(io.StringIO()):
        shutil.copytree(MINI / "search", "config/search")
        for name, review in stations():
            review.write(Path("config"))
            truth, said, drawn = read(review)
            assert said
            found[name] = faults(truth, said), wrong_boxes(truth, drawn)
    return found


def test_every_sentence_is_true_at_every_station(walked: Walked) -> None:
    assert len(walked) == 13
    assert [f"{name}: {one}" for name, (wrong, _) in walked.items() for one in wrong] == []


def test_flow_charts_count_what_was_decided_at_every_station(walked: Walked) -> None:
    assert [f"{name}: {one}" for name, (_, wrong) in walked.items() for one in wrong] == []


@pytest.mark.parametrize(
    "lie",
    [
        "At title and abstract, AB and CD decided independently on 6 works.", "6 works screened", "Alpha and Beta were searched on 2021-07-01.",
        "AB and CD extracted the data of 3 studies independently; the sheets were compared cell by cell.", "Two people rated the evidence.",
        "Pain at 12 weeks (2 studies) was pooled with a model.", "The certainty of the evidence was rated with GRADE for Pain at 12 weeks: it starts.",
    ],
)  # fmt: skip
def test_what_is_not_true_is_found(lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    truth = Truth(
        Review({"outcomes": [{"id": "pain", "name": "Pain at 12 weeks"}], "rounds": [FIRST]}),
        {"Alpha": [FIRST], "Beta": [FIRST]},
    )
    monkeypatch.setattr(truth, "result", lambda name: {"k": 0, "model": None})
    monkeypatch.setattr(truth, "people", lambda task: {"AB": {"x"}, "CD": {"x"}})
    assert faults(truth, [lie])
