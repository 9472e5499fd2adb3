"""Whether small studies show other effects than large ones."""

from __future__ import annotations

import numpy as np

from evergreen.counting import studies_of
from evergreen.metaanalysis import fail_safe, small_study, trim_and_fill
from evergreen.protocol.analysis import Analysis
from evergreen.synthesis import dependence
from evergreen.synthesis.pooled import estimator, model_of
from evergreen.synthesis.result import NotDone
from evergreen.synthesis.result.analyses import Added, Asymmetry, FailSafe, Filled, Precise, Rank, SmallStudy
from evergreen.synthesis.study_effects import Studies


def small_studies(studies: Studies, analysis: Analysis) -> SmallStudy | NotDone:
    """Tests of funnel plot asymmetry and what they imply; refused below `k_min_small_study` studies, and for dependent effects."""
    k, least = studies.count, analysis.k_min_small_study
    if k < least:
        count, of = studies_of(k, len(studies.yi)), " studies" if k < len(studies.yi) else ""
        return NotDone(not_done=f"{count}; tests for small-study effects need at least {least}{of}")
    if dependence.there(studies, analysis):
        return NotDone(
            not_done="effects of one study depend on each other, and tests for small-study effects take them for different studies"
        )
    if np.ptp(studies.vi) <= 1e-10 * studies.vi.max():
        return NotDone(not_done="all studies are equally precise: there are no small ones")
    if studies.equal:
        return NotDone(not_done="all studies have the same effect, whatever their size")
    y, v = studies.yi, studies.vi
    method, test = estimator(analysis)
    data = studies.data()
    paired = any(one.r_paired is not None for one in studies.comparisons)  # groups of the same people
    if paired or not all(np.isfinite(values).all() for values in data.values()):
        data = {}
    filled: Filled | NotDone
    try:
        filled = _filled(trim_and_fill.trim_and_fill(y, v, method=method, test=test, level=analysis.level))
    except ValueError as error:
        filled = NotDone(not_done=str(error))
    tests = small_study.of_measure(studies.measure, y, v, data)
    tau, p_value = small_study.rank_test(y, v)
    return SmallStudy(
        tests={name: _asymmetry(one) for name, one in tests.items()},
        rank=Rank(tau=tau, p=p_value),
        pet_peese={
            name: Precise(**dict(zip(Precise.model_fields, one, strict=True)))
            for name, one in small_study.pet_peese(y, v).items()
        },
        fail_safe=FailSafe(
            rosenthal=fail_safe.rosenthal(y, v),
            orwin=fail_safe.orwin(y, v),
            rosenberg=fail_safe.rosenberg(y, v),
            general=fail_safe.general(y, v, method=method),
        ),
        trim_and_fill=filled,
    )


def _filled(found: trim_and_fill.Filled) -> Filled:
    return Filled.of(
        missing=found.missing,
        missing_se=found.missing_se,
        side=found.side,
        filled=tuple(Added(yi=y, vi=v) for y, v in zip(found.yi, found.vi, strict=True)),
        model=model_of(found.fit),
    )


def _asymmetry(one: small_study.Asymmetry | str) -> Asymmetry | NotDone:
    if isinstance(one, str):
        return NotDone(not_done=one)
    return Asymmetry(
        statistic=one.statistic, df=one.df, p=one.p_value, limit=one.limit, limit_ci_low=one.limit_low,
        limit_ci_high=one.limit_high,
    )  # fmt: skip
