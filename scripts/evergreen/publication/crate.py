"""The package described for machines: an RO-Crate of the Workflow Run Crate profile 0.5, which rests on RO-Crate 1.1.

Profiles: https://w3id.org/ro/wfrun/workflow/0.5, https://w3id.org/ro/wfrun/process/0.5, https://w3id.org/workflowhub/workflow-ro-crate/1.0.
The workflow is the main entity, one action is its run, and people's files and results are what went in and came out. Nothing is of the
clock, and no id is drawn at random: the same review gives the same description.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from evergreen import __version__
from evergreen.errors import InputError
from evergreen.publication.contents import MAIN, WORKFLOW, Files, Package

DESCRIPTOR = "ro-crate-metadata.json"
VERSION = "1.1"
OF_WORKFLOWS = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    OF_WORKFLOWS: ("Workflow RO-Crate", "1.0"),
}
# Terms that RO-Crate 1.1 has not.
TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
OF_WORKFLOW = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
OF_PARAMETER = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
DONE = "http://schema.org/CompletedActionStatus"
SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
# What the parts of config/ and results/ are.
NAMES = {
    "config/config.yaml": "Protocol",
    "config/search": "Strategies, exports of databases and frozen searches",
    "config/screening": "Decisions of the reviewers",
    "config/studies.csv": "Reports of each study",
    "config/deduplication.csv": "Decisions on duplicates",
    "config/excluded_before_screening.csv": "Records excluded before screening",
    "config/extraction": "Extracted data",
    "config/queries.csv": "Answers to queries on extracted data",
    "config/risk_of_bias": "Judgements of the risk of bias",
    "config/certainty.csv": "Ratings of the certainty of evidence",
    "config/versions": "Published versions",
    "results/search": "Replies of the databases that were asked, with search logs",
    "results/records": "Records",
    "results/deduplication": "Works, and which records are duplicates",
    "results/screening": "Decisions counted, work lists, agreement",
    "results/prisma": "Flow chart and checklists",
    "results/extraction": "Data merged, checked and converted",
    "results/risk_of_bias": "Judgements merged",
    "results/synthesis": "Pooled effects",
    "results/figures": "Figures",
    "results/report": "Report, exports and provenance of every number",
    "results/provenance.parquet": "Cells behind each number",
}
TYPES = {
    ".yaml": "application/yaml", ".yml": "application/yaml", ".ris": "application/x-research-info-systems",
    ".nbib": "text/plain", ".parquet": "application/vnd.apache.parquet", ".json": "application/json", ".csv": "text/csv",
    ".svg": "image/svg+xml", ".atom": "application/atom+xml", ".R": "text/x-r-source", ".gz": "application/gzip", ".md": "text/markdown",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@dataclass(frozen=True)
class Described:
    """The review as its protocol says; `day` (YYYY-MM-DD) is that of its newest content."""

    title: str
    description: str
    day: str
    authors: tuple[str, ...] = ()
    registration: str = ""
    licence: str = ""


def describe(review: Described, package: Package, snakemake: str) -> dict[str, Any]:
    """The description as values for JSON; `snakemake` is the version that runs the workflow. Raises InputError without `rocrate`."""
    try:
        from rocrate.model import ComputationalWorkflow, ContextEntity
        from rocrate.model.computerlanguage import get_lang
        from rocrate.rocrate import ROCrate
    except ModuleNotFoundError:
        raise InputError(
            "the library rocrate, which describes packages, is not installed",
            todo="Use `evergreen package`, or install requirements-package.txt.",
        ) from None

    crate = ROCrate(version=VERSION)
    crate.metadata.extra_terms.update(TERMS)
    crate.metadata["conformsTo"] = [{"@id": f"https://w3id.org/ro/crate/{VERSION}"}, {"@id": OF_WORKFLOWS}]

    def about(identifier: str, type_: str, **facts: Any) -> Any:
        return crate.add(ContextEntity(crate, identifier, {"@type": type_, **facts}))

    profiles = [
        about(url, "CreativeWork", name=name, version=version) for url, (name, version) in PROFILES.items()
    ]
    authors = [about(f"#author-{at}", "Person", name=name) for at, name in enumerate(review.authors, start=1)]
    maker = about("#evergreen", "Organization", name="The Evergreen authors")
    mit = about("https://spdx.org/licenses/MIT", "CreativeWork", name="MIT License")

    engine = get_lang(crate, "snakemake", version=snakemake)
    crate.add(engine)
    main = crate.add(ComputationalWorkflow(crate, None, MAIN, properties={
        "name": "Evergreen", "version": __version__, "license": mit, "creator": maker, "programmingLanguage": engine,
        "conformsTo": about(OF_WORKFLOW, "CreativeWork", name="ComputationalWorkflow profile"), "encodingFormat": "text/plain",
    }))  # fmt: skip
    crate.mainEntity = main
    code = crate.add_dataset(dest_path=f"{WORKFLOW}/", properties={
        "name": "The workflow that made the results", "description": f"Evergreen {__version__}: rules, scripts and library.",
        "license": mit,
    })  # fmt: skip
    code["hasPart"] = main

    parameter = about(OF_PARAMETER, "CreativeWork", name="FormalParameter profile")
    sides: dict[str, Any] = {}
    for side, names in (("input", package.inputs), ("output", package.outputs)):
        ends = []
        for part, inside in _parts(names).items():
            entity = _entity(crate, part, inside, package.files)
            kind = "File" if inside == [part] else "Dataset"
            formal = about(
                f"#{side}-{part}", "FormalParameter", name=_name(part), additionalType=kind, conformsTo=parameter,
                workExample=entity,
            )  # fmt: skip
            entity["exampleOfWork"] = formal
            ends.append((entity, formal))
        sides[side] = _one_or_more([entity for entity, _ in ends])
        main[side] = _one_or_more([formal for _, formal in ends])
    listed = {*package.inputs, *package.outputs}
    for name in package.files:
        if name not in listed and not name.startswith(f"{WORKFLOW}/") and not name.endswith("/"):
            _file(crate, name, package.files[name])

    run = about(
        "#run", "CreateAction", name=f"Run of Evergreen {__version__} on the review", instrument=main, object=sides["input"],
        result=sides["output"], actionStatus=DONE,
        description="All results are of the people's files listed here: each step's receipt says so by content (results/logs/receipts).",
        **({"agent": _one_or_more(authors)} if authors else {}),
    )  # fmt: skip
    root = crate.root_dataset
    root["name"], root["description"] = review.title, review.description or review.title
    root["datePublished"] = review.day
    root["conformsTo"], root["mentions"] = profiles, run
    root["license"] = _licence(about, review.licence)
    if authors:
        root["author"] = _one_or_more(authors)
    if review.registration:
        root["identifier"] = review.registration
    described: dict[str, Any] = crate.metadata.generate()
    return described


def _one_or_more(entities: list[Any]) -> Any:
    """A value that stands alone is no list, as RO-Crate 1.1 wants its JSON-LD."""
    return entities[0] if len(entities) == 1 else entities


def _licence(about: Any, words: str) -> Any:
    if words.startswith(("https://", "http://")):
        return about(words, "CreativeWork", name=words)
    if SPDX.fullmatch(words):
        return about(f"https://spdx.org/licenses/{words}", "CreativeWork", name=words)
    said = (
        words
        or "The authors have not stated a licence (review.licence in config/config.yaml); all rights remain with them."
    )
    return about("#licence", "CreativeWork", name="Licence of the review", description=said)


def _parts(names: Iterable[str]) -> dict[str, list[str]]:
    """Files by the part that they belong to: a file or folder below config/ or results/, else by themselves."""
    parts: dict[str, list[str]] = {}
    for name in names:
        steps = PurePosixPath(name).parts
        parts.setdefault("/".join(steps[:2]), []).append(name)
    return parts


def _name(part: str) -> str:
    return NAMES.get(part, PurePosixPath(part).name)


def _entity(crate: Any, part: str, inside: list[str], files: Files) -> Any:
    if inside == [part]:
        return _file(crate, part, files[part], name=_name(part))
    folder = crate.add_dataset(dest_path=f"{part}/", properties={"name": _name(part)})
    folder["hasPart"] = _one_or_more([_file(crate, name, files[name]) for name in inside])
    return folder


def _file(crate: Any, path: str, source: Path | bytes, name: str = "") -> Any:
    from rocrate.model import File

    content = source if isinstance(source, bytes) else source.read_bytes()
    facts: Mapping[str, Any] = {
        "name": name or PurePosixPath(path).name,
        "contentSize": str(len(content)),
        "encodingFormat": _format(path),
        "sha256": sha256(content).hexdigest(),
    }
    return crate.add(File(crate, None, path, properties=dict(facts)))


def _format(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return TYPES.get(suffix) or mimetypes.types_map.get(
        suffix.lower(), "text/plain" if suffix in ("", ".txt") else "application/octet-stream"
    )
