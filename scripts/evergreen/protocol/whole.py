"""The whole protocol, with the parts that have a key or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import field_validator

from evergreen.protocol.analysis import Analysis
from evergreen.protocol.grading import Certainty
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.part import Day, Id, Listed, Part, SomeIds, optional, part
from evergreen.protocol.review import Question, Review
from evergreen.protocol.screening import Amendment, Eligibility, Person, Screening
from evergreen.protocol.sources import EMBEDDED, Entrez, OtherMethod, Source


class Deduplication(Part):
    """Finding records of the same report."""

    shards: int = optional(1, unit="jobs", ge=1)
    """Number of jobs that share the scoring of candidate pairs."""


class Prisma(Part):
    """The flow chart."""

    given: Mapping[Day, Mapping[str, Any]] = {}
    """Counts of screening done elsewhere, per date; drawn and labelled as given."""


class Extraction(Part):
    """Extraction of data from reports."""

    extractors: SomeIds | None = optional(None, otherwise="everybody whose sheet is there")
    """Initials of those who extract data."""


class RiskOfBias(Part):
    """Assessment of the risk of bias."""

    tool: str = "rob1"
    """rob1, rob2, robins-i, robins-i-v2, rob-me, quadas-2, newcastle-ottawa or the path of a YAML file that lists a tool's domains."""
    assessors: SomeIds | None = optional(None, otherwise="everybody whose sheet is there")
    """Initials of those who assess the risk of bias."""

    @property
    def of_ones_own(self) -> bool:
        """Whether the tool is a YAML file."""
        return self.tool.endswith((".yaml", ".yml"))


class Figures(Part):
    """Looks of the figures."""

    layout: Literal["RevMan", "JAMA", "BMJ", "plain"] = "RevMan"
    """Layout of forest plots."""
    order: str = optional("round", min_length=1)
    """Order of the studies in forest plots: round, year (of the first report), effect (ascending), weight (the heaviest first), name, or a
    study-level column."""
    further_up_to: int = optional(100, unit="studies", ge=0)
    """Outcomes of more studies than this get no further figures that show each study (leave-one-out, cumulative, influence, Baujat, Q-Q, radial,
    drapery, L'Abbé); their numbers are in the result all the same."""
    formats: Listed[Literal["tiff", "eps"]] = ()
    """Formats that figures are written in beside SVG, PDF and PNG."""
    dpi: int | None = optional(
        None, unit="dots per inch", otherwise="300; less where a figure is longer than a page", ge=72, le=1200
    )
    """Resolution of PNG and TIFF."""


class Protocol(Part):
    """Protocol of a review."""

    review: Review
    question: Question = part()
    eligibility: Eligibility = part()
    amendments: Listed[Amendment] = ()
    """Changes of the protocol after work had begun, as the report lists them."""
    people: Mapping[Id, Person] = {}
    """People who got another name; initials of now to what they were called before."""
    rounds: Listed[Day] = ()
    """Dates of the searches, oldest first; append one to update the review."""
    entrez: Entrez = part()
    sources: Mapping[Id, Source] = {}
    """Where records come from; id to source."""
    other_methods: Listed[OtherMethod] = ()
    """Citation searching, browsing, contacts and the like."""
    deduplication: Deduplication = part()
    screening: Screening = part()
    prisma: Prisma = part()
    extraction: Extraction = part()
    risk_of_bias: RiskOfBias = part()
    outcomes: Listed[Outcome] = ()
    """What is pooled; the order is that of figures and report."""
    analysis: Analysis = part()
    certainty: Certainty = part()
    figures: Figures = part()

    @field_validator("sources")
    @classmethod
    def _named(cls, sources: Mapping[str, Source]) -> Mapping[str, Source]:
        """A source without a name is called by its id."""
        return {
            id_: source if source.name else source.model_copy(update={"name": id_})
            for id_, source in sources.items()
        }

    @property
    def everybody(self) -> list[str]:
        """Everybody who screens, extracts or assesses, each once."""
        screening = [name for stage in self.screening.stages.values() for name in stage.reviewers]
        others = [*(self.extraction.extractors or ()), *(self.risk_of_bias.assessors or ())]
        return list(dict.fromkeys(screening + others))

    @property
    def pubmed_sources(self) -> list[str]:
        """Sources that are asked through Entrez."""
        return [name for name, source in self.sources.items() if source.kind == "pubmed"]

    @property
    def stand_in_sources(self) -> list[str]:
        """Sources that are searched in the stand-in, which says nothing about PubMed."""
        return self.pubmed_sources if self.entrez.endpoint == EMBEDDED else []

    @property
    def export_sources(self) -> list[str]:
        """Sources that are read from files."""
        return [name for name, source in self.sources.items() if source.kind == "export"]

    @property
    def source_rounds(self) -> list[tuple[str, str]]:
        """(source, round) of everything that is read, in the order of the rounds."""
        return [
            (name, day)
            for day in self.rounds
            for name, source in self.sources.items()
            if source.kind == "pubmed" or day in source.files
        ]

    def rounds_of(self, source: str) -> list[str]:
        """The rounds in which a source is read, oldest first."""
        return [day for name, day in self.source_rounds if name == source]

    @property
    def known_items(self) -> dict[str, list[str]]:
        """The PMIDs that sources must find, of those that have any."""
        return {
            name: list(map(str, source.known_items))
            for name, source in self.sources.items()
            if source.known_items
        }

    @property
    def left_behind(self) -> dict[str, list[str]]:
        """The rounds after its last one of each source that is read from files, but those that say why."""
        behind = {
            name: [day for day in self.rounds if day > max(source.files) and day not in source.not_searched]
            for name, source in self.sources.items()
            if name in self.export_sources
        }
        return {name: days for name, days in behind.items() if days}

    @property
    def not_searched(self) -> dict[str, dict[str, str]]:
        """By round why sources, by name, were not searched in it on purpose."""
        found: dict[str, dict[str, str]] = {day: {} for day in self.rounds}
        for source in self.sources.values():
            for day, reason in source.not_searched.items():
                found[day][source.name] = reason
        return {day: reasons for day, reasons in found.items() if reasons}

    @property
    def screened(self) -> bool:
        """Whether there is a list of included studies; without a search or without reviewers every study is pooled."""
        return bool(self.sources) and self.screening.screened
