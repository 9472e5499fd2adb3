"""Write the report: one HTML page and a Word document from the same sections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.errors import ReviewError
from evergreen.protocol.model import Protocol
from evergreen.protocol.outcomes import Outcome
from evergreen.report import alerts, export, findings, methods, results, risk, search, selection, updates
from evergreen.report.blocks import Block, Cell, Lines, Link, Section, Text, Tiles
from evergreen.report.document import write_document
from evergreen.report.page import page
from evergreen.report.status import Waiting
from evergreen.steps.parts import Parts
from evergreen.synthesis.result import Result, read


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--protocol", type=json_argument, required=True)
    arguments.add_argument("--inputs", type=json_argument, required=True, help="{name: path or paths}")
    arguments.add_argument("--page", required=True)
    arguments.add_argument("--word", required=True)
    arguments.add_argument("--changes", required=True, help="folder for what each update changed")
    arguments.add_argument("--export", required=True, help="folder for what other programs take")
    arguments.add_argument(
        "--receipts",
        action="store_true",
        help="refuse pooled results that are not of the slices that are there",
    )
    args = arguments.parse_args(argv)

    protocol, inputs = Protocol.model_validate(args.protocol), args.inputs
    if args.receipts:
        _refuse_of_before(inputs)
    pooled = {Path(path).stem: read(path) for path in inputs.get("results", [])}
    changes = _changes(protocol, inputs, pooled)
    sections = _sections(protocol, inputs, changes, pooled)
    last_search = protocol.rounds[-1] if protocol.rounds else ""
    with tables.replaced(args.page) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(page(protocol.review, last_search, sections))
    with tables.replaced(args.word) as draft, draft.open("wb") as word:
        write_document(protocol.review, sections, word)
    _write_changes(protocol.review.title, changes, Path(args.changes))
    _write_export(inputs, pooled, Path(args.export))


def _refuse_of_before(inputs: dict[str, Any]) -> None:
    """A report of numbers of another day would look like any other."""
    outcomes = [Path(path).stem for path in inputs.get("results", [])]
    if old := Parts("pool_outcomes", "").not_of_now(outcomes):
        raise ReviewError(
            f"results/synthesis/{old[0]}.json: the pooled result is not of what was extracted"
            f"{f' (and {len(old) - 1} more)' if len(old) > 1 else ''}. Run the workflow again: snakemake --cores 4 pool"
        )


def _sections(
    protocol: Protocol,
    inputs: dict[str, Any],
    changes: dict[str, list[Block]],
    pooled: dict[str, Result],
) -> list[Section]:
    """The report's sections, in its order; what the review does not have is not there."""
    changed = alerts.read(inputs.get("changes", []))
    works = alerts.marked(tables.read_table(inputs["works"]), changed) if "works" in inputs else None
    outcomes = _pooled_outcomes(protocol, pooled)
    extracted = tables.read_table(inputs["converted"]) if "converted" in inputs else None
    counts = tables.read_json(inputs["prisma"]) if "prisma" in inputs else None

    found = [_glance(protocol, counts, outcomes, pooled), _waiting(tables.read_json(inputs["status"]))]
    if works is not None:
        became = alerts.section(alerts.alerts(works, tables.read_table(inputs["studies"]), changed))
        found = [became, *found] if became else found
    if changes:
        found.append(updates.section(changes))
    if "counts" in inputs:
        found.append(_search(protocol, inputs))
    if "works" in inputs or counts is not None:
        flow = Path(inputs["flow"]).with_suffix("") if "flow" in inputs else None
        comparisons = {
            Path(path).with_suffix(""): tables.read_json(path) for path in inputs.get("agreement", [])
        }
        found.append(
            selection.section(
                flow, counts, comparisons, protocol.screening.reasons, methods.selection(protocol)
            )
        )
    if works is not None:
        studies, full_text = tables.read_table(inputs["studies"]), tables.read_table(inputs["full_text"])
        named = [spreadsheets.read_table(path) for path in inputs["named_studies"]]
        found.append(selection.studies_section(studies, works, full_text, named))
    if "judgements" in inputs:
        judgements = tables.read_table(inputs["judgements"])
        words = methods.extraction(protocol, [], _people(judgements["assessors"]))
        found.append(
            risk.section(
                judgements, protocol.risk_of_bias.tool, Path(inputs["bias_figures"][0]).parent, words
            )
        )
    if outcomes and extracted is not None:
        links = selection.citations(works) if works is not None else {}
        folder = Path(inputs["figures"][0]).parents[1]
        if "certainty" in inputs:
            found.append(findings.section(outcomes, pooled, tables.read_table(*inputs["certainty"])))
        found.append(results.section(outcomes, pooled, extracted, folder, links))
    found.append(_methods(protocol, outcomes, pooled, extracted))
    return found


def _pooled_outcomes(protocol: Protocol, pooled: dict[str, Result]) -> list[Outcome]:
    return [outcome for outcome in protocol.outcomes if outcome.id in pooled]


def _changes(protocol: Protocol, inputs: dict[str, Any], pooled: dict[str, Result]) -> dict[str, list[Block]]:
    """What each round after the first changed; nothing where the review has one round or no screening."""
    if "studies" not in inputs or "prisma" not in inputs:
        return {}
    studies, rounds = tables.read_table(inputs["studies"]), tables.read_json(inputs["prisma"])["rounds"]
    outcomes = _pooled_outcomes(protocol, pooled)
    return {
        day: updates.blocks_of(day, rounds[day], studies, outcomes, pooled)
        for day in protocol.rounds[1:]
        if day in rounds
    }


def _write_changes(title: str, changes: dict[str, list[Block]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for day, blocks in changes.items():
        tables.write_text(updates.as_markdown(title, day, blocks), folder / f"{day}.md")


def _write_export(inputs: dict[str, Any], pooled: dict[str, Result], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, result in pooled.items():
        tables.write_table(export.metafor(result), folder / f"metafor-{name}.csv")
    if "works" in inputs:
        works, full_text = tables.read_table(inputs["works"]), tables.read_table(inputs["full_text"])
        tables.write_text(export.included_ris(works, full_text), folder / "included.ris")


def _glance(
    protocol: Protocol,
    counts: dict[str, Any] | None,
    outcomes: list[Outcome],
    pooled: dict[str, Result],
) -> Section:
    question = protocol.question
    asked = {
        "Population": question.population,
        "Intervention": question.intervention,
        "Comparator": question.comparator,
        "Designs": ", ".join(question.designs),
    }
    lines = [f"{label}: {text}" for label, text in asked.items() if text]
    blocks: list[Block] = [Lines(lines)] if lines else []
    if counts is not None:
        total = counts["total"]
        identified = sum(total[key] for key in total if key.endswith("_results"))
        blocks.append(
            Tiles([
                (f"{identified:,}", "records identified"), (f"{total['records_screened']:,}", "works screened"),
                (f"{total['total_studies']:,}", "studies included"), (f"{total['total_reports']:,}", "reports of them"),
                (str(sum(result.pooled is not None for result in pooled.values())), "outcomes pooled"),
            ])
        )  # fmt: skip
    if outcomes:
        blocks.append(results.summary(outcomes, pooled))
    return Section("glance", "At a glance", blocks)


def _waiting(items: list[dict[str, Any]]) -> Section:
    waiting = [Waiting(**item) for item in items]
    lines: list[Cell] = [
        Link(item.line(), f"../{item.page}") if item.page else item.line() for item in waiting
    ]
    block: Block = Lines(lines) if lines else Text("Nothing awaits anybody.")
    return Section("waiting", "What awaits whom", [block])


def _search(protocol: Protocol, inputs: dict[str, Any]) -> Section:
    def pair(path: str) -> tuple[str, str]:
        parts = Path(path).parts
        return parts[-2], parts[-1].removesuffix(".counts.json")

    counts = {pair(path): tables.read_json(path) for path in inputs["counts"]}
    retrieved = {
        (Path(path).parts[-3], Path(path).parts[-2]): _when(tables.read_json(path))
        for path in inputs.get("retrieved", [])
    }
    strategies = {path: Path(path).read_text(encoding="utf-8") for path in inputs.get("strategies", [])}
    return search.section(protocol, counts, retrieved, strategies, methods.search(protocol))


def _when(retrieved: dict[str, Any]) -> str:
    """When and where PubMed was asked; the day in US Eastern time, by which PubMed dates its records."""
    return f"{retrieved['us_eastern_date']} ({retrieved['endpoint']})"


def _methods(
    protocol: Protocol,
    outcomes: list[Outcome],
    pooled: dict[str, Result],
    extracted: pd.DataFrame | None,
) -> Section:
    extractors = _people(extracted["extractors"]) if extracted is not None else []
    texts = [
        methods.search(protocol),
        methods.selection(protocol),
        methods.extraction(protocol, extractors, []),
    ]
    texts += methods.synthesis(outcomes, pooled)
    return Section("methods", "Methods in words", [Text(text) for text in texts if text])


def _people(column: pd.Series) -> list[str]:
    """Everybody named in a column of `; `-joined names."""
    return sorted({name for cell in column for name in str(cell).split("; ") if name})


if __name__ == "__main__":
    run(main)
