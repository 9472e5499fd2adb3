"""Whether small studies show other effects than large ones: the JSON of small-study effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from evergreen.metaanalysis import fail_safe, small_study, trim_and_fill
from evergreen.synthesis.pooled import block_of
from evergreen.synthesis.studies import Studies


def small_studies(studies: Studies, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """Tests of funnel plot asymmetry and what they imply; refused below `k_min_small_study` studies."""
    k, least = len(studies.yi), analysis["k_min_small_study"]
    if k < least:
        return {
            "not_done": f"{k} {'study' if k == 1 else 'studies'}; tests for small-study effects need at least {least}"
        }
    if np.ptp(studies.vi) <= 1e-10 * studies.vi.max():
        return {"not_done": "all studies are equally precise: there are no small ones"}
    random = analysis["model"] == "random"
    method, test = (analysis["tau2"], analysis["test"]) if random else ("EE", "z")
    known = (
        np.all([np.isfinite(values) for values in studies.data().values()], axis=0)
        if studies.data()
        else None
    )
    data = studies.data() if known is not None and known.all() else {}
    tests = small_study.of_measure(studies.measure, studies.yi, studies.vi, data)
    tau, p_value = small_study.rank_test(studies.yi, studies.vi)
    document: dict[str, Any] = {
        "tests": {name: _asymmetry(one) for name, one in tests.items()},
        "rank": {"tau": tau, "p": p_value},
        "pet_peese": {
            name: dict(zip(("estimate", "se", "statistic", "p"), values, strict=True))
            for name, values in small_study.pet_peese(studies.yi, studies.vi).items()
        },
        "fail_safe": {
            "rosenthal": fail_safe.rosenthal(studies.yi, studies.vi),
            "orwin": fail_safe.orwin(studies.yi, studies.vi),
            "rosenberg": fail_safe.rosenberg(studies.yi, studies.vi),
            "general": fail_safe.general(studies.yi, studies.vi, method=method),
        },
    }  # fmt: skip
    try:
        filled = trim_and_fill.trim_and_fill(
            studies.yi, studies.vi, method=method, test=test, level=analysis["level"]
        )
    except ValueError as error:
        document["trim_and_fill"] = {"not_done": str(error)}
    else:
        document["trim_and_fill"] = {
            "missing": filled.missing, "missing_se": filled.missing_se, "side": filled.side,
            "filled": [{"yi": y, "vi": v} for y, v in zip(filled.yi, filled.vi, strict=True)],
            "model": block_of(filled.fit, "random" if random else "common"),
        }  # fmt: skip
    return document


def _asymmetry(one: small_study.Asymmetry | str) -> dict[str, Any]:
    if isinstance(one, str):
        return {"not_done": one}
    return {
        "statistic": one.statistic, "df": one.df, "p": one.p_value, "limit": one.limit, "limit_ci_low": one.limit_low,
        "limit_ci_high": one.limit_high,
    }  # fmt: skip
