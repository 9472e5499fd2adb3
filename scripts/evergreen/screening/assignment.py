"""Who screens what: reviewers of a stage, votes a work needs, shares of the list, pilot set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pandas as pd

from evergreen.errors import InputError


@dataclass(frozen=True)
class Plan:
    """How the reviewers of a stage share the work.

    `mode`: `all` every reviewer votes on every work; `single` one vote decides; `dual` two votes decide;
    `dual_excludes` one vote to go on, a second one only for an exclusion. `assignment`: `everybody` sees every work
    that needs votes; `shares` gives each work to as many reviewers as its mode needs (one: shares of the
    list; two: pairs). `active`: first and last round of a reviewer who joined late or left. `pilot`: works that all screen.
    `drawn_as`: the name with which the share of somebody who was renamed is drawn, so that it stays.
    """

    reviewers: tuple[str, ...]
    mode: str = "all"
    assignment: str = "everybody"
    active: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pilot: frozenset[str] = frozenset()
    drawn_as: Mapping[str, str] = field(default_factory=dict)

    def due(self, work_id: str, round_: str) -> tuple[str, ...]:
        """Reviewers who screen the work, in the order in which they are asked.

        Raises InputError when no reviewer is active in the round, or too few for the mode.
        """
        present = tuple(name for name in self.reviewers if self._active(name, round_))
        needed = 2 if self.mode in ("dual", "dual_excludes") else 1
        if len(present) < needed:
            raise InputError(
                f"round {round_} has {len(present)} active reviewers, but the mode {self.mode} needs {needed}",
                todo="Mend `reviewers` or `active` under `screening`.",
            )
        if self.assignment == "everybody" or self.mode == "all" or work_id in self.pilot:
            return present
        # The highest of the reviewers' hashes wins: shares are even, and when a reviewer joins or leaves
        # only that reviewer's share moves.
        return tuple(
            sorted(
                present,
                key=lambda name: sha256(f"{self.drawn_as.get(name, name)}\n{work_id}".encode()).digest(),
            )[:needed]
        )

    def waiting(self, work_id: str, round_: str, sides: Mapping[str, str]) -> tuple[str, ...]:
        """Reviewers whose vote the work still needs; `sides` are the votes it has, by reviewer."""
        due = self.due(work_id, round_)
        missing = tuple(name for name in due if name not in sides)
        if self.mode == "all" or work_id in self.pilot:
            return missing
        if self.mode == "dual_excludes":
            if not sides:
                return missing[:1]
            if len(sides) > 1 or "exclude" not in sides.values():
                return ()
            return missing
        needed = 1 if self.mode == "single" else 2
        return missing if len(sides) < needed else ()

    def _active(self, name: str, round_: str) -> bool:
        limits = self.active.get(name, {})
        return limits.get("from", round_) <= round_ <= limits.get("until", round_)


def plan_of(values: Mapping[str, Any], works: pd.DataFrame) -> Plan:
    """The plan of a stage from its part of the protocol, for `works` (the works that reach the stage).

    The pilot set are the first `pilot` works of the first round, in an order that depends on nothing but their ids.
    Raises InputError where `active` names someone who is no reviewer of the stage.
    """
    strangers = sorted(set(values["active"]) - set(values["reviewers"]))
    if strangers:
        raise InputError(
            f"`active` under `screening` names {', '.join(strangers)}, who is not among the stage's `reviewers`",
            todo="Add the name there, or mend it.",
        )
    size = values["pilot"]
    order: list[str] = []
    if size and len(works):
        first = works.loc[works["round"].eq(works["round"].min()), "work_id"]
        order = sorted(first, key=lambda work: sha256(f"pilot\n{work}".encode()).digest())
    return Plan(
        reviewers=tuple(values["reviewers"]), mode=values["mode"],
        assignment=values["assignment"], active=values["active"],
        pilot=frozenset(order[:size]),
        drawn_as={now: former for former, now in reversed(values.get("formerly", {}).items())},
    )  # fmt: skip
