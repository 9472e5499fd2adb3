"""Where the effects of studies point of an outcome that is not pooled."""

from __future__ import annotations

from typing import Literal

from evergreen.synthesis.result.result_part import Number, Part, maybe, said

INTERVENTION, CONTROL, NONE, HIGHER, LOWER, UNKNOWN = "intervention", "control", "none", "higher", "lower", ""
NUMBERS, WORDS = "numbers", "words"


class Direction(Part):
    """Where the effect of a study points, by its point estimate or by the words of its report, never by significance."""

    study: str = said("Study.")
    label: str = said("Name of the row: the study, with the arm where a study has several rows.")
    toward: Literal["intervention", "control", "none", "higher", "lower", ""] = said(
        "Group that fared better; `higher` or `lower` with the intervention where the protocol does not say what is better; `none` where there is no difference, empty where the report does not say."
    )
    by: Literal["numbers", "words", ""] = said("What says so.")
    participants: Number = maybe("Participants of both groups, where the report states them.")
    reason: str = maybe("Why it is not pooled.", default="")


class Signs(Part):
    """The sign test over the studies that have a direction (Cochrane Handbook 12.2.1.3)."""

    favouring: int = said("Studies in which the intervention group fared better.", "studies", ge=0)
    n: int = said("Studies that have a direction, the same in all of their rows.", "studies", ge=1)
    share: float = said("The first of the second.", "fraction", ge=0, le=1)
    ci_low: float = said("Lower limit (Wilson).", "fraction")
    ci_high: float = said("Upper limit.", "fraction")
    p: float = said("Two-sided P value against one half.")


class Directions(Part):
    """Synthesis without meta-analysis."""

    studies: tuple[Direction, ...] = said("The studies that report the outcome, by name.")
    signs: Signs | None = maybe("The sign test; null where no study has a direction.")

    @property
    def told(self) -> bool:
        """Whether any study says anything of a direction."""
        return any(one.toward for one in self.studies)
