"""`review` and `question`: what the review is called, by whom it is made, and what it asks."""

from __future__ import annotations

from pydantic import Field

from evergreen.protocol.part import Names, Part, Texts, part, told


class Previous(Part):
    """What a published version of this review, made elsewhere, had included before the first round here."""

    studies: int = Field(
        0, ge=0, description="Studies in that version.", json_schema_extra=told(unit="studies")
    )
    reports: int = Field(
        0, ge=0, description="Reports of those studies.", json_schema_extra=told(unit="reports")
    )


class Review(Part):
    """The review as a publication."""

    title: str = Field(min_length=1, description="Title of the review.")
    authors: Texts = Field((), description="Authors in the order of the byline.")
    registration: str | None = Field(None, description="Registration, such as a PROSPERO number.")
    differences: Texts = Field(
        (),
        description="What was done otherwise than the registered protocol planned, each in a sentence with its date and reason.",
    )
    licence: str = Field(
        "",
        description="Licence under which the review is published: an SPDX identifier such as CC-BY-4.0, an address, or a sentence.",
    )
    note: str = Field("", description="A sentence or two that the report shows below the title.")
    final: bool = Field(
        False,
        description="Whether pending work (decisions, conflicts, live searches not frozen) is an error.",
    )
    outside_files: bool = Field(
        False,
        description="Whether the paths in the protocol may lead out of the review's directory (absolute, through `..`, or by a symbolic link).",
    )
    previous: Previous = part()


class Question(Part):
    """The question of the review."""

    population: str = Field("", description="Who.")
    intervention: str = Field("", description="What is done.")
    comparator: str = Field("", description="What it is compared with.")
    setting: str = Field("", description="Where, such as hospitals or primary care.")
    outcomes: Names = Field((), description="What is measured; one name or several.")
    designs: Names = Field((), description="Designs of the studies; one name or several.")
