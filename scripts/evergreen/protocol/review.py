"""`review` and `question`: what the review is called, by whom it is made, and what it asks."""

from __future__ import annotations

from pydantic import Field

from evergreen.protocol.part import Names, Part, Texts, optional, part


class Previous(Part):
    """What a published version of this review, made elsewhere, had included before the first round here."""

    studies: int = optional(0, unit="studies", ge=0)
    """Studies in that version."""
    reports: int = optional(0, unit="reports", ge=0)
    """Reports of those studies."""


class Review(Part):
    """The review as a publication."""

    title: str = Field(min_length=1)
    """Title of the review."""
    authors: Texts = ()
    """Authors in the order of the byline."""
    registration: str | None = None
    """Registration, such as a PROSPERO number."""
    differences: Texts = ()
    """What was done otherwise than the registered protocol planned, each in a sentence with its date and reason."""
    licence: str = ""
    """Licence under which the review is published: an SPDX identifier such as CC-BY-4.0, an address, or a sentence."""
    note: str = ""
    """A sentence or two that the report shows below the title."""
    final: bool = False
    """Whether pending work (decisions, conflicts, live searches not frozen) is an error."""
    outside_files: bool = False
    """Whether the paths in the protocol may lead out of the review's directory (absolute, through `..`, or by a symbolic link)."""
    previous: Previous = part()


class Question(Part):
    """The question of the review."""

    population: str = ""
    """Who."""
    intervention: str = ""
    """What is done."""
    comparator: str = ""
    """What it is compared with."""
    setting: str = ""
    """Where, such as hospitals or primary care."""
    outcomes: Names = ()
    """What is measured; one name or several."""
    designs: Names = ()
    """Designs of the studies; one name or several."""
