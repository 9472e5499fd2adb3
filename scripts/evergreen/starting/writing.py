"""A new review as files: a protocol of some ten commented lines, people's sheets with their heads, and the files that were given."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from evergreen.bias.tools import tool_of
from evergreen.errors import InputError
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.loading import complete
from evergreen.protocol.outcomes import RESERVED
from evergreen.sheets import columns_of
from evergreen.starting.answers import Answers, id_of

CONFIG = "config"
# Reasons for exclusion that a review has before its people think of better ones; most important first.
REASONS = {
    "wrong_population": "Wrong population",
    "wrong_intervention": "Wrong intervention",
    "wrong_comparator": "Wrong comparator",
    "wrong_outcome": "Wrong outcome",
    "wrong_design": "Wrong study design",
}
STAGES = ("title_abstract", "full_text")
# What YAML may take for something else than a text stands in quotes.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._()/+-]*[A-Za-z0-9.)]")
_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def check_free(review: Path) -> None:
    """Raise InputError where a new review cannot be written into the folder `review`, for there is one, or a file of that name."""
    config = review / CONFIG
    if config.exists() and (not config.is_dir() or any(config.iterdir())):
        raise InputError(
            "there is a review in this folder",
            file=config,
            todo="Nothing was written. Name another folder, or edit what is there.",
        )
    for parent in [review, *review.parents]:
        if parent.exists() and not parent.is_dir():
            raise InputError("this is a file, and no folder", file=parent, todo="Name another folder.")


def write(answers: Answers, review: Path) -> list[str]:
    """Write a new review into the folder `review`, all of it or nothing; gives the paths of the files written, in it.

    Raises InputError where the folder has a review already, or where the answers make no protocol.
    """
    check_free(review)
    config, files = review / CONFIG, files_of(answers)
    review.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=review))
    try:
        draft.chmod(0o755)
        for name, content in files.items():
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, target)
            else:
                target.write_text(content, encoding="utf-8", newline="\n")
        config.rmdir() if config.exists() else None
        (draft / CONFIG).rename(config)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return sorted(files)


def files_of(answers: Answers) -> dict[str, str | Path]:
    """The files of a new review by their paths in it: texts, or files to copy. Raises InputError where they make no protocol."""
    tool_of(answers.tool)
    exports = _exports(answers)
    text = protocol(answers, exports)
    complete(yaml.safe_load(text), root="/nowhere")
    files: dict[str, str | Path] = {f"{CONFIG}/config.yaml": text}
    for _, _, paths in exports:
        files |= paths
    if answers.strategy:
        files[f"{CONFIG}/search/pubmed.txt"] = answers.strategy.strip() + "\n"
    if answers.searched:
        files |= {
            f"{CONFIG}/{kind}.csv": head(kind)
            for kind in ("deduplication", "excluded_before_screening", "studies")
        }
        for stage in STAGES:
            files |= {
                f"{CONFIG}/screening/{stage}/{name}.csv": head("screening") for name in answers.reviewers
            }
    for name in answers.reviewers:
        files[f"{CONFIG}/extraction/{name}.csv"] = head("extraction")
        files[f"{CONFIG}/risk_of_bias/{name}.csv"] = head("risk_of_bias")
    if answers.sheet is not None:
        files[f"{CONFIG}/extraction/{answers.extractor}{answers.sheet.suffix.lower()}"] = answers.sheet
        if answers.sheet.suffix.lower() != ".csv":
            files.pop(f"{CONFIG}/extraction/{answers.extractor}.csv", None)
    return files


def head(kind: str) -> str:
    """An empty sheet of a kind: the names of its columns."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([column.name for column in columns_of(kind)])
    return line.getvalue()


Exports = list[tuple[str, str, Mapping[str, Path]]]


def _exports(answers: Answers) -> Exports:
    """(id, line of the protocol, {path in the review: file}) of each source with exports."""
    found: Exports = []
    for source in answers.sources:
        id_ = id_of(source.name, [known for known, _, _ in found] + (["pubmed"] if answers.strategy else []))
        paths = {}
        for number, path in enumerate(source.files, start=1):
            more = f"-{number}" if len(source.files) > 1 else ""
            paths[f"{CONFIG}/search/{id_}-{answers.day}{more}{path.suffix.lower()}"] = path
        names = f"[{', '.join(paths)}]" if len(paths) > 1 else next(iter(paths))
        line = f'{_said(id_)}: {{kind: export, type: {source.type}, name: {_said(source.name)}, files: {{"{answers.day}": {names}}}}}'
        found.append((id_, line, paths))
    return found


def protocol(answers: Answers, exports: Exports) -> str:
    """The text of the protocol."""
    review = [f"title: {_said(answers.title)}"]
    review += [f"authors: {_list(answers.authors)}"] if answers.authors else []
    review += [f"registration: {_said(answers.registration)}"] if answers.registration else []
    lines = ["# The protocol of this review. docs/protocol.md of Evergreen describes every key."]
    lines.append(f"review: {{{', '.join(review)}}}")
    asked = {key: value for key, value in answers.question.items() if value}
    if asked:
        lines.append("question: # its words are marked on the screening page")
        lines += [
            f"  {key}: {_said(value) if isinstance(value, str) else _list(value)}"
            for key, value in asked.items()
        ]
    if answers.searched:
        lines.append(
            f'rounds: ["{answers.day}"] # days of the searches, oldest first; append one to update the review'
        )
        lines += _searches(answers, exports)
        lines += _screening(answers)
    people = tuple(dict.fromkeys(filter(None, (*answers.reviewers, answers.extractor))))
    if people:
        lines.append(
            f"extraction: {{extractors: {_list(people)}}} # each fills a sheet of their own in config/extraction/"
        )
    if answers.reviewers:
        tool = f"risk_of_bias: {{tool: {answers.tool}, assessors: {_list(answers.reviewers)}}}"
        lines.append(f"{tool} # sheets in config/risk_of_bias/")
    return "\n".join([*lines, *_outcomes(answers), ""])


def _searches(answers: Answers, exports: Exports) -> list[str]:
    lines = []
    if answers.strategy:
        lines.append(
            f"entrez: {{endpoint: live, email: {_said(answers.email)}}} # PubMed is asked when the review runs"
        )
    lines.append(
        "sources: # where records come from; for a new round add its file, or its strategy stays as it is"
    )
    if answers.strategy:
        lines.append(
            "  pubmed: {kind: pubmed, type: database, name: PubMed, strategy: config/search/pubmed.txt}"
        )
    return lines + [f"  {line}" for _, line, _ in exports]


def _screening(answers: Answers) -> list[str]:
    if not answers.reviewers:
        return [
            "# screening: {title_abstract: {reviewers: [AB, CD]}, full_text: {reviewers: [AB, CD]}} # who screens"
        ]
    people = _list(answers.reviewers)
    reasons = ", ".join(f"{key}: {label}" for key, label in REASONS.items())
    return [
        "screening: # votes go to config/screening/<stage>/<reviewer>.csv; the reason that counts first stands first",
        *(f"  {stage}: {{reviewers: {people}}}" for stage in STAGES),
        f"  reasons: {{{reasons}}}",
    ]


def _outcomes(answers: Answers) -> list[str]:
    if not answers.outcomes:
        return ["# outcomes: what is pooled, a line each, such as  - {id: pain, name: Pain, measure: MD}"]
    lines, waiting, taken = [], [], list(RESERVED)
    for outcome in answers.outcomes:
        id_ = id_of(outcome.name, taken)
        taken.append(id_)
        named = f"id: {_said(id_)}, name: {_said(outcome.name)}"
        # What sheets call the outcome is its name, unless the id says the same.
        data = f", data: {_said(outcome.name)}" if outcome.name.lower() != id_ else ""
        if outcome.measure:
            why = (
                f" # {MEASURES[outcome.measure].name}: suggested by the columns of the sheet; look at it"
                if outcome.guess
                else ""
            )
            lines.append(f"  - {{{named}, measure: {outcome.measure}{data}}}{why}")
        else:
            waiting.append(
                f"  # - {{{named}, measure: RR{data}}} # choose a measure (RR OR RD MD SMD HR ...)"
            )
    begin = "outcomes: # what is pooled, in the order of figures and report"
    return [begin if lines else f"# {begin}", *lines, *waiting]


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_said, texts))}]"


def _said(text: str) -> str:
    """A text in YAML, within braces too."""
    plain = " ".join(text.split())
    return (
        plain
        if _PLAIN.fullmatch(plain) and plain.lower() not in _WORDS
        else json.dumps(plain, ensure_ascii=False)
    )
