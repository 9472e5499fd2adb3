"""What was done in the review, by whom, how often and when, read off the files that the steps wrote and never off the plan.

All that is said of what people and searches did is said from here (`methods`, `pooling_words`, the checklists). What nobody has
done has no fact: a count is 0, a part is None. How it was planned stands in the protocol.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evergreen.bias.tools import tool_of
from evergreen.deduplication.verdicts import APPLIED
from evergreen.figures import wording
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.whole import Protocol
from evergreen.report import search_facts
from evergreen.report.inputs import Inputs
from evergreen.report.search_facts import AsRun, Search
from evergreen.screening.stages import STAGES
from evergreen.screening.studies import of_included
from evergreen.screening.votes import ADJUDICATION
from evergreen.sheets import folded
from evergreen.synthesis.result import NotDone, PooledModel, Result
from evergreen.synthesis.result.analyses import Between, Moderators

VOTES = ("work_id", "pilot", "reviewer", "decision")


@dataclass(frozen=True)
class Deduplication:
    """How many records are how many works, the pairs that await a verdict, the verdicts of people that were applied."""

    records: int
    works: int
    in_doubt: int
    verdicts: int

    @property
    def merged(self) -> int:
        """Records that are of a work which another one stands for."""
        return self.records - self.works


@dataclass(frozen=True)
class Screening:
    """One stage: the `works` that reached it, those of them with a vote (`voted`), votes cast and awaited by reviewer, how many are written
    that decide nothing (`undecided`), and works by `how` they stand.

    `waiting` are works that await a vote, `unsure` those on which the adjudicator is. `how`: agreed, single, adjudicated, conflict,
    pending, skipped. `pilot` are the works of the pilot, `pilot_open` those of them that await votes. `ballots` are
    what works besides these have, once each: how many votes, and whether one of them excludes.
    """

    stage: str
    works: int
    voted: int
    votes: Mapping[str, int]
    awaited: Mapping[str, int]
    undecided: int
    waiting: int
    unsure: int
    how: Mapping[str, int]
    adjudicators: tuple[str, ...]
    pilot: int
    pilot_open: int
    ballots: frozenset[tuple[int, bool]] = frozenset()

    @property
    def skipped(self) -> bool:
        """Whether works passed the stage that nobody screens."""
        return self.how.get("skipped", 0) > 0

    @property
    def open(self) -> int:
        """Works without a decision."""
        return self.how.get("pending", 0) + self.how.get("conflict", 0)


@dataclass(frozen=True)
class Sheets:
    """Sheets that several people fill for the same studies (extraction, risk of bias).

    `people`: studies by person. Of the `studies`, `by_several` are those of which two or more have each outcome, `in_part` those of which they
    have some, and `shared` those whose outcomes one or another has. Cells on which people differ are `adjudicated` or `open`.
    `untouched` are the included studies that nobody has.
    """

    people: Mapping[str, int]
    studies: int
    by_several: int
    in_part: int
    shared: int
    adjudicated: int
    open: int
    adjudicators: tuple[str, ...]
    untouched: int = 0


@dataclass(frozen=True)
class Analysis:
    """What came of pooling one outcome: its `result`, and what sentences say of it."""

    outcome: Outcome
    result: Result

    @property
    def model(self) -> PooledModel | None:
        """The pooled model, or where there is no total that of the largest subgroup; None where there is no estimate."""
        subtotals = self.result.subtotals.values()
        return self.result.pooled or max(subtotals, key=lambda one: one.k, default=None)

    @property
    def beside(self) -> str:
        """The model whose total stands beside the main one; "" where none was asked for."""
        return self.result.beside.model.model if self.result.beside else ""

    @property
    def subgroups(self) -> tuple[str, ...]:
        """The columns whose subgroups were compared."""
        tests = self.result.subgroups.tests.items()
        return tuple(name for name, test in tests if isinstance(test, Between))

    @property
    def moderators(self) -> tuple[str, ...]:
        """Those of the meta-regression that was made."""
        return self.outcome.moderators if isinstance(self.result.moderators, Moderators) else ()

    @property
    def sensitivity(self) -> tuple[str, ...]:
        """What each sensitivity analysis changed that pooled studies, or that was made beside such a main one."""
        several, found = self.result.several, self.result.sensitivity.values()
        made = [one for one in found if one.model is not None and (several or one.model.studies > 1)]
        return tuple(dict.fromkeys(map(wording.sensitivity, made)))

    @property
    def small_study(self) -> tuple[str, ...]:
        """The tests for small-study effects that were made."""
        found = self.result.small_study
        if isinstance(found, NotDone):
            return ()
        tests = [f"{name}'s test" for name, test in found.tests.items() if not isinstance(test, NotDone)]
        filled = [] if isinstance(found.trim_and_fill, NotDone) else ["trim and fill"]
        return (*tests, "a rank test", *filled)

    @property
    def untested(self) -> str:
        """Why there are none; "" where there are."""
        found = self.result.small_study
        return found.not_done if isinstance(found, NotDone) else ""


@dataclass(frozen=True)
class Facts:
    """All of it; `strategies` are the texts of the search strategies that came with exports, by source, `known_items` whether a source found each PMID that
    it must find, `derived` the extracted rows with numbers that
    were derived from others, `imputed` those with numbers that were imputed, `rated` the outcomes (ids) that a study reports and whose
    certainty people rated."""

    searches: tuple[Search, ...] = ()
    as_run: tuple[AsRun, ...] = ()
    strategies: Mapping[str, str] = field(default_factory=dict)
    known_items: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    deduplication: Deduplication | None = None
    stages: Mapping[str, Screening] = field(default_factory=dict)
    extraction: Sheets | None = None
    derived: int = 0
    imputed: int = 0
    bias: Sheets | None = None
    rated: tuple[str, ...] = ()
    analyses: tuple[Analysis, ...] = ()

    def days(self, source: str) -> list[str]:
        """The days on which a source was searched, oldest first."""
        return sorted(search.day for search in self.searches if search.source == source)


def deduplicated(works: pd.DataFrame, borderline: pd.DataFrame, verdicts: pd.DataFrame) -> Deduplication:
    """Of `works.csv`, `borderline.csv` and `verdicts.csv`."""
    return Deduplication(
        records=sum(len(ids.split("; ")) for ids in works["record_ids"]),
        works=len(works),
        in_doubt=len(borderline),
        verdicts=int(verdicts["effect"].eq(APPLIED).sum()),
    )


def known_items(must_find: Mapping[str, Sequence[str]], works: pd.DataFrame) -> dict[str, dict[str, bool]]:
    """Whether sources found the PMIDs that they must find (`must_find`, by source); `works` as `works.parquet`."""
    found: dict[str, set[str]] = {name: set() for name in must_find}
    if found:
        for sources, pmid in zip(works["sources"], works["pmid"], strict=True):
            for name in sources.split("; "):
                if name in found:
                    found[name].add(pmid)
    return {name: {pmid: pmid in found[name] for pmid in pmids} for name, pmids in must_find.items()}


def screened(stage: str, decisions: pd.DataFrame, votes: pd.DataFrame, awaiting: pd.DataFrame) -> Screening:
    """Of a stage's `decisions.csv`, `votes.csv` and `awaiting.csv`."""
    adjudicated = decisions.loc[decisions["how"].eq("adjudicated"), "decided_by"]
    # One that is awaited again, or says `unsure` where that decides nothing, is written down and not cast.
    of_adjudicator = awaiting["reviewer"].eq(ADJUDICATION)
    open_votes = set(zip(awaiting["work_id"], awaiting["reviewer"], strict=True))
    pairs = zip(votes["work_id"], votes["reviewer"], strict=True)
    cast = pd.Series([pair not in open_votes for pair in pairs], votes.index, bool)
    pilot = set(votes.loc[votes["pilot"].eq("true"), "work_id"])
    pilot_open = set(awaiting.loc[awaiting["pilot"].eq("true"), "work_id"])
    said: dict[str, list[str]] = {}
    for work, decision in votes.loc[cast & votes["pilot"].ne("true"), ["work_id", "decision"]].itertuples(
        index=False
    ):
        said.setdefault(work, []).append(decision)
    return Screening(
        stage=stage,
        works=len(decisions),
        voted=votes.loc[cast, "work_id"].nunique(),
        votes=_counted(votes.loc[cast, "reviewer"]),
        awaited=_counted(awaiting.loc[~of_adjudicator, "reviewer"]),
        undecided=int((~cast).sum()),
        waiting=awaiting.loc[~of_adjudicator, "work_id"].nunique(),
        unsure=int(of_adjudicator.sum()),
        how=_counted(decisions["how"]),
        adjudicators=_people(adjudicated),
        pilot=len(pilot | pilot_open),
        pilot_open=len(pilot_open),
        ballots=frozenset((len(own), "exclude" in own) for own in said.values()),
    )


def filled(rows: pd.DataFrame, conflicts: pd.DataFrame, people: str, included: Iterable[str] = ()) -> Sheets:
    """Of merged rows (`merged.csv`, `judgements.csv`), whose column `people` names who has each, and what they differ on; `included` are the
    included studies, where people screen."""
    # What one person alone has of an outcome that others have too is a difference, and the outcome is one of several people.
    outcomes: dict[str, dict[str, bool]] = {}
    own: dict[str, set[str]] = {}
    for study, outcome, said in zip(rows["study"], rows["outcome"], rows[people], strict=True):
        if names := set(filter(None, said.split("; "))):
            of_study = outcomes.setdefault(study, {})
            of_study[outcome] = of_study.get(outcome, False) or len(names) > 1
            own.setdefault(study, set()).update(names)
    double = {study: set(of_study.values()) for study, of_study in outcomes.items()}
    status = Counter(conflicts["status"])
    return Sheets(
        people=_counted(name for names in own.values() for name in names),
        studies=len(own),
        by_several=sum(found == {True} for found in double.values()),
        in_part=sum(len(found) > 1 for found in double.values()),
        shared=sum(found == {False} and len(own[study]) > 1 for study, found in double.items()),
        adjudicated=status["adjudicated"],
        open=status["open"],
        adjudicators=_people(conflicts.loc[conflicts["status"].eq("adjudicated"), "adjudicator"]),
        untouched=len(set(map(folded, included)) - set(map(folded, own))),
    )


def read(protocol: Protocol, inputs: Inputs) -> Facts:
    """The facts of a run, as far as its files are there."""
    stages: dict[str, Screening] = {}
    found: dict[str, Any] = {
        "searches": tuple(search_facts.searches(inputs)),
        "as_run": tuple(search_facts.as_run(inputs)),
        "strategies": search_facts.strategies(protocol, inputs),
        "stages": stages,
    }
    if "works" in inputs:
        found["deduplication"] = deduplicated(*map(inputs.table, ("works", "borderline", "verdicts")))
        found["known_items"] = known_items(protocol.known_items, inputs.table("works"))
        for stage in STAGES:
            votes, awaiting = inputs.table(f"votes_{stage}", VOTES), inputs.table(f"awaiting_{stage}")
            stages[stage] = screened(stage, inputs.table(f"decisions_{stage}"), votes, awaiting)
    included = inputs.included or []
    if "converted" in inputs:
        rows = inputs.table("converted")
        if "studies" in inputs:
            rows = of_included(rows, inputs.table("studies"))
        found["extraction"] = filled(rows, inputs.table("extraction_conflicts"), "extractors", included)
        found |= {name: int(rows[name].ne("").sum()) for name in ("derived", "imputed") if name in rows}
    if "judgements" in inputs:
        tool = tool_of(protocol.risk_of_bias.tool)
        judged = [] if tool.of_syntheses else included
        found["bias"] = filled(inputs.judged(tool), inputs.table("bias_conflicts"), "assessors", judged)
    if "certainty" in inputs:
        reported = {outcome for outcome, result in inputs.results.items() if result.every}
        found["rated"] = tuple(one for one in inputs.table("certainty")["outcome"] if one in reported)
    found["analyses"] = analysed_outcomes(protocol.outcomes, inputs.results)
    return Facts(**found)


def analysed_outcomes(outcomes: Sequence[Outcome], results: Mapping[str, Result]) -> tuple[Analysis, ...]:
    """The analyses of the outcomes that have a result, in the order of the protocol."""
    return tuple(Analysis(outcome, results[outcome.id]) for outcome in outcomes if outcome.id in results)


def _counted(names: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, names)).items()))


def _people(cells: Iterable[str]) -> tuple[str, ...]:
    """Everybody named in cells of `; `-joined names."""
    return tuple(sorted({name for cell in cells for name in cell.split("; ") if name}))
