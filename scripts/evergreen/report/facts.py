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
from evergreen.figures import wording
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.whole import Protocol
from evergreen.report import search_facts
from evergreen.report.inputs import Inputs
from evergreen.report.search_facts import AsRun, Search
from evergreen.screening.stages import STAGES
from evergreen.screening.studies import of_included
from evergreen.sheets import folded
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Between, Moderators, SmallStudy
from evergreen.synthesis.result.pooled_models import InverseVariance, Mixed, Multilevel, PooledModel
from evergreen.synthesis.result.result_part import NotDone
from evergreen.synthesis.result.study_rows import Converted, Preparation

VOTES = ("work_id", "pilot", "reviewer")


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
    """One stage: the `works` that reached it, votes cast and awaited by person, and works by `how` they stand.

    `how`: agreed, single, adjudicated, conflict, pending, skipped. `pilot` are the works of the pilot, `pilot_open` those of
    them that await votes.
    """

    stage: str
    works: int
    votes: Mapping[str, int]
    awaited: Mapping[str, int]
    how: Mapping[str, int]
    adjudicators: tuple[str, ...]
    pilot: int
    pilot_open: int

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

    `people`: studies by person. Of the `studies`, `by_several` are those that two or more have. Cells on which people differ are
    `adjudicated` or `open`. `untouched` are the included studies that nobody has.
    """

    people: Mapping[str, int]
    studies: int
    by_several: int
    adjudicated: int
    open: int
    adjudicators: tuple[str, ...]
    untouched: int = 0


@dataclass(frozen=True)
class Pooling:
    """How an estimate was made: `model` and its `variant`, the estimator `tau2` of the variance between studies ("" where none was
    estimated) and whether it has an interval (`bounded`), whether I2 is from Q, the correlation `rho` of effects of one study.

    `test` is what was applied and `reason` why, where `asked` leaves it to the data; `predicted` and `robust` say whether there is
    a prediction interval, and a cluster-robust test.
    """

    model: str
    variant: str
    tau2: str
    bounded: bool
    i2_from_q: bool
    rho: float
    test: str
    asked: str
    reason: str
    predicted: bool
    robust: bool


@dataclass(frozen=True)
class Analysis:
    """What came of pooling one outcome.

    `k` effects of `studies` studies were there; `left_out` studies report it and were not pooled, of which `not_estimable` say
    nothing of the effect. `pooling` is None where there is no estimate, for which `notes` may say why. `done` counts what was done
    to the numbers first (`synthesis.preparation`). `subgroups`, `moderators` are those that were compared, `sensitivity` what each
    sensitivity analysis changed, `small_study` the tests for small-study effects that were made and `untested` why there are none,
    `conversions` how numbers came about that no report states.
    `no_total` says why there is no effect of all, and `subtotals` how many effects each subgroup in its place has; `pooling` is then
    that of the largest of several. `beside` is the model whose total stands beside the main one ("" where none was asked for),
    `one_tau2` whether the subgroups share their variance between studies.
    """

    outcome: Outcome
    measure: str
    k: int
    studies: int
    left_out: int
    not_estimable: int
    pooling: Pooling | None
    notes: tuple[str, ...]
    level: float
    done: Preparation
    subgroups: tuple[str, ...]
    moderators: tuple[str, ...]
    sensitivity: tuple[str, ...]
    small_study: tuple[str, ...]
    untested: str = ""
    conversions: tuple[Converted, ...] = ()
    no_total: str = ""
    subtotals: tuple[int, ...] = ()
    beside: str = ""
    one_tau2: bool = False

    @property
    def pooled(self) -> bool:
        """Whether several effects were pooled to one."""
        return self.k > 1 and self.pooling is not None and max(self.subtotals, default=2) > 1


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
        verdicts=int(verdicts["effect"].eq("applied").sum()),
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
    open_votes = set(zip(awaiting["work_id"], awaiting["reviewer"], strict=True))
    cast = [pair not in open_votes for pair in zip(votes["work_id"], votes["reviewer"], strict=True)]
    pilot = set(votes.loc[votes["pilot"].eq("true"), "work_id"])
    pilot_open = set(awaiting.loc[awaiting["pilot"].eq("true"), "work_id"])
    return Screening(
        stage=stage,
        works=len(decisions),
        votes=_counted(votes.loc[cast, "reviewer"]),
        awaited=_counted(awaiting["reviewer"]),
        how=_counted(decisions["how"]),
        adjudicators=_people(adjudicated),
        pilot=len(pilot | pilot_open),
        pilot_open=len(pilot_open),
    )


def filled(rows: pd.DataFrame, conflicts: pd.DataFrame, people: str, included: Iterable[str] = ()) -> Sheets:
    """Of merged rows (`merged.csv`, `judgements.csv`), whose column `people` names who has each, and what they differ on; `included` are the
    included studies, where people screen."""
    by_study: dict[str, set[str]] = {}
    for study, names in zip(rows["study"], rows[people], strict=True):
        by_study.setdefault(study, set()).update(name for name in names.split("; ") if name)
    own = {study: names for study, names in by_study.items() if names}
    status = Counter(conflicts["status"])
    return Sheets(
        people=_counted(name for names in own.values() for name in names),
        studies=len(own),
        by_several=sum(len(names) > 1 for names in own.values()),
        adjudicated=status["adjudicated"],
        open=status["open"],
        adjudicators=_people(conflicts.loc[conflicts["status"].eq("adjudicated"), "adjudicator"]),
        untouched=len(set(map(folded, included)) - set(map(folded, own))),
    )


def analysed(outcome: Outcome, result: Result) -> Analysis:
    """Of an outcome's `synthesis/<outcome>.json`: the only place where sentences about analyses read a result."""
    largest = max(result.subtotals.values(), key=lambda one: one.k, default=None)
    made = [one for one in result.sensitivity.values() if one.model is not None]
    return Analysis(
        outcome=outcome,
        measure=result.measure,
        k=result.k,
        studies=len({study.study for study in result.studies}),
        left_out=len({one.study for one in result.left_out}),
        not_estimable=result.silent,
        pooling=_pooling(result.pooled or largest),
        notes=result.notes,
        level=result.level,
        done=result.preparation,
        subgroups=tuple(name for name, test in result.subgroups.tests.items() if isinstance(test, Between)),
        moderators=outcome.moderators if isinstance(result.moderators, Moderators) else (),
        sensitivity=tuple(dict.fromkeys(map(wording.sensitivity, made))),
        **_small_study(result.small_study),
        conversions=tuple(one for study in result.studies for one in study.conversions),
        no_total=result.no_total,
        subtotals=tuple(one.k for one in result.subtotals.values()),
        beside=result.beside.model.model if result.beside else "",
        one_tau2=outcome.analysis.subgroup_tau2 == "common",
    )


def _small_study(found: SmallStudy | NotDone) -> dict[str, Any]:
    """The tests that were made, or why there are none."""
    if isinstance(found, NotDone):
        return {"small_study": (), "untested": found.not_done}
    tests = [f"{name}'s test" for name, test in found.tests.items() if not isinstance(test, NotDone)]
    filled = [] if isinstance(found.trim_and_fill, NotDone) else ["trim and fill"]
    return {"small_study": (*tests, "a rank test", *filled)}


def _pooling(model: PooledModel | None) -> Pooling | None:
    """Of the model of a result, where it has an estimate."""
    if model is None:
        return None
    inverse = model if isinstance(model, InverseVariance) else None
    return Pooling(
        model=model.model,
        variant=model.kind if isinstance(model, Mixed) else "",
        tau2=model.tau2_method or "",
        bounded=model.tau2_ci_low is not None,
        i2_from_q=inverse is not None and inverse.I2_from == "Q",
        rho=model.rho if isinstance(model, Multilevel) else 0.0,
        test=model.test,
        asked=model.asked,
        reason=(inverse.test_reason if inverse else "") or "",
        predicted=model.pi_low is not None,
        robust=isinstance(model, InverseVariance | Multilevel) and model.robust is not None,
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
        tool = protocol.risk_of_bias.tool
        judged = [] if tool_of(tool).of_syntheses else included
        found["bias"] = filled(inputs.judged(tool), inputs.table("bias_conflicts"), "assessors", judged)
    if "certainty" in inputs:
        reported = {outcome for outcome, result in inputs.results.items() if result.every}
        found["rated"] = tuple(one for one in inputs.table("certainty")["outcome"] if one in reported)
    found["analyses"] = analysed_outcomes(protocol.outcomes, inputs.results)
    return Facts(**found)


def analysed_outcomes(outcomes: Sequence[Outcome], results: Mapping[str, Result]) -> tuple[Analysis, ...]:
    """The analyses of the outcomes that have a result, in the order of the protocol."""
    return tuple(analysed(outcome, results[outcome.id]) for outcome in outcomes if outcome.id in results)


def _counted(names: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, names)).items()))


def _people(cells: Iterable[str]) -> tuple[str, ...]:
    """Everybody named in cells of `; `-joined names."""
    return tuple(sorted({name for cell in cells for name in cell.split("; ") if name}))
