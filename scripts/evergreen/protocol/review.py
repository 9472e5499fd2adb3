"""`review` and `question`: what the review is called, by whom it is made, and what it asks."""

from __future__ import annotations

from pydantic import Field

from evergreen.protocol.part import Names, Part, Texts, optional, part


class Previous(Part):
    """What a published version of this review, made elsewhere, had included before the first round here."""

    studies: int = optional(0, "Studies in that version.", unit="studies", ge=0)
    reports: int = optional(0, "Reports of those studies.", unit="reports", ge=0)


class Review(Part):
    """The review as a publication."""

    title: str = Field(min_length=1, description="Title of the review.")
    authors: Texts = optional((), "Authors in the order of the byline.")
    registration: str | None = optional(None, "Registration, such as a PROSPERO number.")
    differences: Texts = optional(
        (),
        "What was done otherwise than the registered protocol planned, each in a sentence with its date and reason.",
    )
    licence: str = optional(
        "",
        "Licence under which the review is published: an SPDX identifier such as CC-BY-4.0, an address, or a sentence.",
    )
    note: str = optional("", "A sentence or two that the report shows below the title.")
    final: bool = optional(
        False, "Whether pending work (decisions, conflicts, live searches not frozen) is an error."
    )
    outside_files: bool = optional(
        False,
        "Whether the paths in the protocol may lead out of the review's directory (absolute, through `..`, or by a symbolic link).",
    )
    previous: Previous = part()


class Question(Part):
    """The question of the review."""

    population: str = optional("", "Who.")
    intervention: str = optional("", "What is done.")
    comparator: str = optional("", "What it is compared with.")
    setting: str = optional("", "Where, such as hospitals or primary care.")
    outcomes: Names = optional((), "What is measured; one name or several.")
    designs: Names = optional((), "Designs of the studies; one name or several.")
