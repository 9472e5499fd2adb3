"""`entrez` and `sources`: where records come from, and how PubMed is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from evergreen.protocol.part import Day, Fault, Id, Ids, Listed, Names, Numbered, Part, Texts, optional
from evergreen.protocol.patterns import ENDPOINT

Format = Literal[
    "ris", "nbib", "medline", "pubmed", "pubmed_xml", "ictrp_xml", "bibtex", "bib", "endnote", "enw", "refer", "endnote_xml", "ebsco_xml", "clinicaltrials_json",
    "wos", "isi", "ovid", "cochrane", "euctr", "noteexpress", "csv", "tsv", "xlsx", "excel",
]  # fmt: skip

EMBEDDED = "embedded"
"""The endpoint that is the stand-in shipped with Evergreen."""


class Entrez(Part):
    """How PubMed is asked."""

    endpoint: str = optional(EMBEDDED, pattern=ENDPOINT)
    """embedded (the stand-in shipped with Evergreen), live (NCBI) or a loopback URL."""
    email: str | None = None
    """Address that NCBI asks for; obligatory when endpoint is live."""
    acknowledged_warnings: Texts = ()
    """Warnings of PubMed (phrase not found and the like) that were read and accepted, as the run printed them."""


class PeerReview(Part):
    """Peer review of a search strategy (PRISMA-S, item 14)."""

    by: str = Field(min_length=1)
    """Who reviewed the strategy."""
    date: Day | None = None
    """Day on which it was reviewed."""
    guideline: str = "PRESS"
    """What the review followed."""
    changes: str = ""
    """What was changed because of it."""


class Source(Part):
    """A source of records."""

    kind: Literal["pubmed", "export"]
    """Whether the source is asked through Entrez or read from files."""
    type: Literal["database", "register", "citation", "website", "organisation"]
    """Column of the flow chart it counts in."""
    formerly: Ids = ()
    """Ids that the source had before; decisions on its records under these stay good."""
    name: str = optional("", otherwise="the id")
    """Name in figures and report."""
    platform: str = ""
    """Platform of the database, such as Ovid."""
    note: str = ""
    """A remark shown with the source."""
    strategy: str = ""
    """File with the search strategy: what PubMed is asked; of an export what its database was asked, shown as it is given."""
    peer_review: PeerReview | None = None
    """Peer review of the strategy."""
    known_items: Listed[Numbered] = ()
    """PMIDs that the strategy must find; the status names those that it did not."""
    files: Mapping[Day, Names] = {}
    """Export file of each round, or several as a list."""
    not_searched: Mapping[Day, Annotated[str, Field(min_length=1)]] = {}
    """Why a round has no file of the source, where that is on purpose; told wherever the round is."""
    hits: Mapping[Day, Annotated[int, Field(ge=0)]] = optional({}, unit="records")
    """Number of hits that the database stated for each round."""
    format: Format | None = None
    """Format of the files; outranks detection."""
    columns: Mapping[str, str] = {}
    """For CSV: our column to the file's column."""


class OtherMethod(Part):
    """A way to find studies besides databases and registers, told in PRISMA-S and counted in the flow chart."""

    method: Literal["citation", "browsing", "contact", "other"]
    """Citation searching, browsing of websites and journals, contact with people, or another way (PRISMA-S, items 4 to 7)."""
    what: str = Field(min_length=1)
    """What was done, in a sentence: whose references, which websites, who was asked."""
    round: Day
    """Round that it belongs to."""
    found: int | None = optional(None, unit="records", ge=0)
    """Records that were looked at, those in the files of `source` among them; the flow chart counts them."""
    source: Id | None = None
    """Source whose files hold the records that were taken on."""
    asked: int | None = optional(None, unit="people", ge=0)
    """People and organisations that were asked."""
    answered: int | None = optional(None, unit="people", ge=0)
    """Those of them who answered."""


TYPE_OF_METHOD = {"citation": "citation", "browsing": "website", "contact": "organisation"}
"""The type of source that a method counts as in the flow chart, where no source says another."""
METHOD_NAMES = {
    "citation": "Citation searching",
    "browsing": "Browsing",
    "contact": "Contacts",
    "other": "Another method",
}
OF_THE_CHART = ("citation", "website", "organisation")


def faults(sources: Mapping[str, Source], rounds: Sequence[str], entrez: Entrez) -> Iterator[Fault]:
    """What sources, rounds and service leave to mend together."""
    if sources and not rounds:
        yield Fault(
            ("sources",), "there are `sources` but no `rounds`", "Add the date of each search under `rounds`."
        )
    called: dict[str, str] = {}
    for name, source in sources.items():
        here, key = ("sources", name), f"sources.{name}"
        for former in source.formerly:
            if former in sources or called.setdefault(former, name) != name:
                now = former if former in sources else called[former]
                problem = f"`{key}` was formerly {former}, and so is or was `sources.{now}`"
                yield Fault((*here, "formerly"), problem, "A name belongs to one source.")
        if source.kind == "pubmed" and not source.strategy:
            yield Fault(here, f"`{key}` lacks `strategy`", "Name the file with the search strategy.")
        if source.peer_review and not source.strategy:
            yield Fault(
                (*here, "peer_review"), f"`{key}` has a `peer_review` and no `strategy`", "Name the file with the search strategy."
            )  # fmt: skip
        if source.kind == "export" and not source.files:
            yield Fault(here, f"`{key}` lacks `files`", "Name the export file of each round.")
        for day, paths in source.files.items():
            place = (*here, "files", day)
            for path in sorted({path for path in paths if paths.count(path) > 1}):
                yield Fault(place, f"`{key}.files` names {path} twice in {day}", "Name each file once.")
            if not paths:
                todo = "Name the export, or drop the round."
                yield Fault(place, f"`{key}.files` names no file in {day}", todo)
        for day in source.not_searched:
            if source.kind == "pubmed" or day in source.files:
                why = "asks PubMed in every round" if source.kind == "pubmed" else f"has a file of {day}"
                problem = f"`{key}` {why}, and `not_searched` says why it was not searched"
                yield Fault((*here, "not_searched", day), problem, "Keep one of them.")
        for part in ("files", "hits", "not_searched"):
            for day in getattr(source, part):
                if day not in rounds:
                    problem = f"`{key}.{part}` names the round {day}, which is not in `rounds`"
                    yield Fault((*here, part, day), problem, f"Rounds are: {', '.join(rounds)}.")
    if entrez.endpoint == "live" and not entrez.email and any(s.kind == "pubmed" for s in sources.values()):
        yield Fault(
            ("entrez", "endpoint"),
            "`entrez.endpoint` is live but `entrez.email` is empty",
            "Give the address that NCBI may write to.",
        )


def faults_of_methods(
    methods: Sequence[OtherMethod], sources: Mapping[str, Source], rounds: Sequence[str]
) -> Iterator[Fault]:
    """What other methods, sources and rounds leave to mend together."""
    for number, method in enumerate(methods):
        here, key = ("other_methods", number), f"other_methods[{number}]"
        if method.round not in rounds:
            problem = f"`{key}.round` is {method.round}, which is not in `rounds`"
            yield Fault((*here, "round"), problem, f"Rounds are: {', '.join(rounds)}.")
        source = sources.get(method.source or "")
        if method.source and (source is None or source.type not in OF_THE_CHART):
            others = ", ".join(name for name, one in sources.items() if one.type in OF_THE_CHART)
            problem = "is no source" if source is None else f"is a source of type {source.type}"
            todo = f"Name a source of type {', '.join(OF_THE_CHART)}{f': {others}' if others else ''}."
            yield Fault((*here, "source"), f"`{key}.source` is {method.source}, which {problem}", todo)
        if method.found is not None and method.method == "other" and not method.source:
            todo = "Name the `source` that the records belong to, or tell the number in `what`."
            yield Fault((*here, "found"), f"`{key}.found` has no box in the flow chart", todo)
        if method.method != "contact" and (method.asked is not None or method.answered is not None):
            yield Fault(
                here, f"`{key}` asks nobody", "Use `asked` and `answered` with `method: contact` only."
            )
        if (method.answered or 0) > (method.asked if method.asked is not None else method.answered or 0):
            problem = f"`{key}.answered` is {method.answered}, more than were asked ({method.asked})"
            yield Fault((*here, "answered"), problem, "Mend one of them.")
