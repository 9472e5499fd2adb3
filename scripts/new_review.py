"""Start a review of your own: a protocol of some ten lines, empty sheets with their heads, and your exports in their place.

Run by a person, never by a rule. What is not given is asked for where there is a terminal. Nothing that is there is overwritten.

  evergreen new ../my-review --title "Statins for pain" --reviewers AB,CD --database Embase=embase.ris --outcome Pain=MD
  evergreen new ../my-review --registration prospero.txt --reviewers AB,CD --pubmed strategy.txt --email me@example.org
  evergreen new ../my-review --title "Statins for pain" --sheet extraction.xlsx
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from evergreen.command import again, parser, run
from evergreen.counting import plural
from evergreen.errors import InputError
from evergreen.protocol.rounds import check_searched
from evergreen.sheets import folded
from evergreen.starting import registration
from evergreen.starting.answers import (
    Answers,
    Outcome,
    id_of,
    outcome_of,
    reviewers_of,
    several,
    source_of,
)
from evergreen.starting.writing import check_free, write

Read = TypeVar("Read")
QUESTION = ("population", "intervention", "comparator")


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("review", type=Path, help="folder of the review; it is made where it is not there")
    arguments.add_argument("--title", help="title of the review")
    arguments.add_several("--author", "an author")
    arguments.add_argument("--reviewers", help="initials of those who screen, extract and assess: AB,CD")
    arguments.add_several("--database", "a database and its export", "NAME=FILE")
    arguments.add_several("--register", "a trial register and its export", "NAME=FILE")
    arguments.add_argument(
        "--pubmed", metavar="STRATEGY", help="what PubMed is asked: a file, or the query itself"
    )
    arguments.add_argument(
        "--email", default="", help="your address, which NCBI asks for; needed with --pubmed"
    )
    arguments.add_argument(
        "--searched", metavar="DAY", help="day of the searches, YYYY-MM-DD (default: today)"
    )
    arguments.add_several("--outcome", "what is pooled, such as Pain=MD", "NAME=MEASURE")
    arguments.add_argument("--tool", default="rob2", help="tool for the risk of bias (default: rob2)")
    arguments.add_argument(
        "--registration",
        type=Path,
        metavar="FILE",
        help="fields of a registration (PROSPERO): text, YAML, JSON or CSV",
    )
    arguments.add_argument(
        "--sheet", type=Path, metavar="FILE", help="an extraction sheet (CSV, XLSX) to start from"
    )
    arguments.add_argument(
        "--extractor", help="whose sheet it is (default: the first reviewer, or the name of the file)"
    )
    args = arguments.parse_args(argv)
    check_free(args.review)  # before anybody answers questions
    ask = _asked if sys.stdin is not None and sys.stdin.isatty() else _not_asked
    answers = answers_of(args, ask, date.today().isoformat())
    for source in answers.sources:
        _check(source.files)
    files = write(answers, args.review)
    print("\n".join(_told(answers, args, files)))


def answers_of(args: Namespace, ask: Callable[[str], str], today: str) -> Answers:
    """The answers of a command line, a registration and a sheet; `ask` gives a person's to a question, or ""."""
    known = registration.read(args.registration) if args.registration else registration.Registration({})
    title = args.title or known.fields.get("title", "") or ask("Title of the review")
    if not title.strip():
        raise InputError("the review has no title", todo='Give one: --title "..."')
    if args.sheet and not args.sheet.is_file():
        raise InputError(
            "the file is missing", file=args.sheet, todo="Mend the name of the extraction sheet."
        )
    reviewers = (
        reviewers_of(args.reviewers or "")
        if args.reviewers is not None or args.sheet
        else _answer(ask, "Reviewers, by their initials (AB, CD)", reviewers_of)
    )
    databases, strategy = args.database, _strategy(args.pubmed or "")
    if not (databases or args.register or strategy or args.sheet):
        named = "Databases with their export files (Embase=embase.ris; Scopus=scopus.csv), or nothing"
        databases = _answer(ask, named, _exports)
        queried = "Search of PubMed (a file with the strategy, or the query itself), or nothing"
        strategy = _answer(ask, queried, _strategy)
    email = args.email or (_answer(ask, "Your address, which NCBI asks for", _address) if strategy else "")
    day = (args.searched or today).strip()
    check_searched(day, today)
    sources = [source_of(text, "database") for text in databases] + [
        source_of(text, "register") for text in args.register
    ]
    outcomes = tuple(outcome_of(text) for text in several(args.outcome)) or _outcomes(known, args, ask)
    return Answers(
        title=title.strip(),
        day=day,
        authors=tuple(args.author) or known.names("authors"),
        registration=known.fields.get("registration", ""),
        question={
            **{key: " ".join(known.fields.get(key, "").split()) for key in QUESTION},
            "outcomes": known.names("main", "additional")
            or (tuple(outcome.name for outcome in outcomes) if args.registration else ()),
            "designs": known.names("designs"),
        },
        reviewers=reviewers,
        sources=tuple(sources),
        strategy=strategy,
        email=email,
        outcomes=outcomes,
        tool=args.tool,
        sheet=args.sheet,
        extractor=_extractor(args, reviewers),
    )


def _outcomes(
    known: registration.Registration, args: Namespace, ask: Callable[[str], str]
) -> tuple[Outcome, ...]:
    """Outcomes that no flag gives: those of the sheet, of the registration, or what a person says."""
    if args.sheet:
        from evergreen.starting.sheet import outcomes_of  # takes long to load

        return outcomes_of(args.sheet)
    if names := known.names("main", "additional"):
        return tuple(Outcome(name, known.measure) for name in names)
    question = "Outcomes with their measures (Pain=MD; Adverse events=RR), or nothing"
    return _answer(ask, question, lambda text: tuple(map(outcome_of, several([text]))))


def _answer(ask: Callable[[str], str], question: str, read: Callable[[str], Read]) -> Read:
    """An answer as it is read; a person at a terminal is asked again until it can be."""
    while True:
        try:
            return read(ask(question))
        except InputError as error:
            if ask is not _asked:
                raise
            print(error)


def _exports(given: str) -> list[str]:
    """Databases that a person names, whose exports can be read."""
    databases = several([given])
    for text in databases:
        _check(source_of(text, "database").files)
    return databases


def _strategy(given: str) -> str:
    """A strategy as text: what is called like a file has to be one."""
    if not given:
        return ""
    path = Path(given).expanduser()
    if len(given) < 200 and (path.is_file() or path.suffix.lower() in (".txt", ".md", ".docx")):
        if not path.is_file():
            raise InputError("the file is missing", file=path, todo="Mend the name of the strategy.")
        from evergreen.search import strategy  # takes long to load

        strategy.read_file(path)
        return path.read_text(encoding="utf-8-sig")
    return given


def _address(given: str) -> str:
    if not given:
        raise InputError(
            "a search of PubMed needs an address, which NCBI asks for", todo="Give --email you@example.org."
        )
    return given


def _extractor(args: Namespace, reviewers: tuple[str, ...]) -> str:
    if not args.sheet:
        return ""
    if args.extractor:
        return reviewers_of(args.extractor)[0]
    return reviewers[0] if reviewers else id_of(args.sheet.stem)


def _check(files: tuple[Path, ...]) -> None:
    """Refuse an export that could not be read later."""
    from evergreen.records import formats  # takes long to load

    for path in files:
        formats.check(path)


def _told(answers: Answers, args: Namespace, files: list[str]) -> list[str]:
    """What was written, and what comes next."""
    lines = [
        f"{args.review}: {plural(len(files), 'file')} written; config/config.yaml is the protocol, yours to read and to edit."
    ]
    if args.registration:
        read = registration.read(args.registration)
        lines += [f"Not taken from the registration: {', '.join(read.others)}."] if read.others else []
        given = {folded(outcome.name) for outcome in answers.outcomes}
        absent = [name for name in read.names("main", "additional") if folded(name) not in given]
        if absent:
            lines.append(f"Registered, and not among the outcomes that were given: {', '.join(absent)}.")
    waiting = [outcome.name for outcome in answers.outcomes if not outcome.measure]
    guesses = [f"{outcome.name} ({outcome.measure})" for outcome in answers.outcomes if outcome.guess]
    if waiting:
        lines.append(f"Without a measure, and so not pooled yet: {', '.join(waiting)}.")
    if guesses:
        lines.append(f"Measures suggested by the sheet's columns, to be looked at: {', '.join(guesses)}.")
    if answers.searched and not answers.reviewers:
        lines.append("Nobody is named to screen: see `screening` in config/config.yaml.")
    return [*lines, f"Next: {again('run', args.review)}"]


def _asked(question: str) -> str:
    try:
        return input(f"{question}: ").strip()
    except EOFError:
        return ""


def _not_asked(question: str) -> str:
    return ""


if __name__ == "__main__":
    run(main)
