"""`entrez` and `sources`: where records come from, and how PubMed is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from evergreen.protocol.part import ENDPOINT, Day, Numbered, Part, Texts, told
from evergreen.protocol.relations import Fault

Format = Literal[
    "ris", "nbib", "medline", "pubmed", "pubmed_xml", "ictrp_xml", "bibtex", "bib", "endnote", "enw", "refer", "endnote_xml",
    "wos", "isi", "ovid", "cochrane", "csv", "tsv", "xlsx", "excel",
]  # fmt: skip

EMBEDDED = "embedded"
"""The endpoint that is the stand-in shipped with Evergreen."""


class Entrez(Part):
    """How PubMed is asked."""

    endpoint: str = Field(
        EMBEDDED,
        pattern=ENDPOINT,
        description="embedded (the stand-in shipped with Evergreen), live (NCBI) or a loopback URL.",
    )
    email: str | None = Field(
        None, description="Address that NCBI asks for; obligatory when endpoint is live."
    )
    acknowledged_warnings: Texts = Field(
        (),
        description="Warnings of PubMed (phrase not found and the like) that were read and accepted, as the run printed them.",
    )


class Source(Part):
    """A source of records."""

    kind: Literal["pubmed", "export"] = Field(
        description="Whether the source is asked through Entrez or read from files."
    )
    type: Literal["database", "register", "citation", "website", "organisation"] = Field(
        description="Column of the flow chart it counts in."
    )
    name: str = Field("", description="Name in figures and report.", json_schema_extra=told(default="the id"))
    platform: str = Field("", description="Platform of the database, such as Ovid.")
    note: str = Field("", description="A remark shown with the source.")
    strategy: str = Field(
        "",
        description="File with the search strategy: what PubMed is asked; of an export what its database was asked, shown as it is given.",
    )
    known_items: Annotated[tuple[Numbered, ...], Field(strict=False)] = Field(
        (), description="PMIDs that the strategy must find; the status names those that it did not."
    )
    files: Mapping[Day, str] = Field({}, description="Export file of each round.")
    hits: Mapping[Day, Annotated[int, Field(ge=0)]] = Field(
        {},
        description="Number of hits that the database stated for each round.",
        json_schema_extra=told(unit="records"),
    )
    format: Format | None = Field(None, description="Format of the files; outranks detection.")
    columns: Mapping[str, str] = Field({}, description="For CSV: our column to the file's column.")


def faults(sources: Mapping[str, Source], rounds: Sequence[str], entrez: Entrez) -> Iterator[Fault]:
    """What sources, rounds and service leave to mend together."""
    if sources and not rounds:
        yield Fault(
            ("sources",), "there are `sources` but no `rounds`", "Add the date of each search under `rounds`."
        )
    for name, source in sources.items():
        here, key = ("sources", name), f"sources.{name}"
        if source.kind == "pubmed" and not source.strategy:
            yield Fault(here, f"`{key}` lacks `strategy`", "Name the file with the search strategy.")
        if source.kind == "export" and not source.files:
            yield Fault(here, f"`{key}` lacks `files`", "Name the export file of each round.")
        for part, days in (("files", source.files), ("hits", source.hits)):
            for day in days:
                if day not in rounds:
                    yield Fault(
                        (*here, part, day),
                        f"`{key}.{part}` names the round {day}, which is not in `rounds`",
                        f"Rounds are: {', '.join(rounds)}.",
                    )
    if entrez.endpoint == "live" and not entrez.email and any(s.kind == "pubmed" for s in sources.values()):
        yield Fault(
            ("entrez", "endpoint"),
            "`entrez.endpoint` is live but `entrez.email` is empty",
            "Give the address that NCBI may write to.",
        )
