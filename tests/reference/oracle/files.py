"""Every block of a file is compared or skipped for a reason; nothing is passed over in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from evergreen.metaanalysis import effects
from tests.reference.oracle import counts, dependent
from tests.reference.oracle.data import data_of
from tests.reference.oracle.ledger import Ledger, column
from tests.reference.oracle.moderation import Moderation
from tests.reference.oracle.small_studies import LATER, SmallStudies

KINDS_LATER = {
    "network": "network meta-analysis",
    "trial-sequential": "trial sequential analysis",
    "meta-package-binary": "R package meta",
    "conversions": "conversions (compared where they live)",
}


def walk(document: Mapping[str, Any], ledger: Ledger) -> None:
    """Every block of one file."""
    name, kind = document["id"], document["kind"]
    if kind in KINDS_LATER:
        ledger.skip(
            KINDS_LATER[kind],
            blocks_in({key: value for key, value in document.items() if isinstance(value, dict | list)}),
        )
        return
    for analysis in document.get("analyses", []):
        Analysis(document, analysis, ledger).walk(
            f"{name}/{analysis['measure']} {analysis.get('variant', '')}"
        )
    handlers: dict[str, Callable[[Mapping[str, Any], str, Ledger], None]] = {
        "mantel_haenszel": counts.mantel_haenszel_blocks,
        "peto": counts.peto_blocks,
        "glmm": counts.glmm_blocks,
        "analyses_mv": dependent.dependent_blocks,
        "pft_backtransform_harmonic_mean_REML": counts.freeman_tukey_block,
    }
    for key, handler in handlers.items():
        if key in document:
            handler(document, f"{name}/{key}", ledger)
    known = {"id", "split", "kind", "title", "reference", "data_from", "computed_with", "k", "note", "raw", "analyses",
             "has_zero_cells", "model", *handlers}  # fmt: skip
    for key in document.keys() - known:
        ledger.failed.append(f"{name}/{key}: no comparison for this block")


def blocks_in(value: Any) -> int:
    """Blocks of numbers below a value."""
    if isinstance(value, Mapping):
        below = [item for item in value.values() if isinstance(item, Mapping)]
        return sum(map(blocks_in, below)) or 1
    return 1


class Analysis(SmallStudies, Moderation):
    """The blocks of one measure."""

    def walk(self, path: str) -> None:
        if "error" in self.block:
            self.ledger.skip("error block")
            return
        plain = {"measure", "variant", "escalc_options", "effects_from", "use", "k", "subgroup_variable",
                 "ni"}  # fmt: skip
        for key, value in self.block.items():
            if key in plain:
                continue
            if key in LATER:
                self.ledger.skip("error block" if "error" in value else LATER[key])
            elif isinstance(value, Mapping) and "error" in value:
                self.ledger.skip("error block")
            else:
                method = getattr(self, f"_{key}", None)
                if method is None:
                    self.ledger.failed.append(f"{path}/{key}: no comparison for this block")
                else:
                    try:
                        method(value, f"{path}/{key}")
                    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
                        self.ledger.failed.append(f"{path}/{key}: {error}")

    # --- effects

    def _escalc(self, theirs: Mapping[str, Any], path: str) -> None:
        measure, variant = self.block["measure"], self.block["variant"]
        options = dict(self.block.get("escalc_options") or {})
        data = data_of(self.document["kind"], self.raw, measure, variant)
        y, v = effects.effect_sizes(measure, data, **options)
        if options.get("vtype") == "AV" and not self.use.any():
            self.ledger.skip("a mean of 0 that makes R's average infinite")
            return
        if (np.isfinite(y) | np.isfinite(v))[~self.use].any():
            self.ledger.failed.append(f"{path}: an effect of a study that R leaves out")
        # R reports the half of an effect that it can compute for a study that it leaves out
        used = {key: np.where(self.use, column(value), np.nan) for key, value in theirs.items()}
        self.ledger.block("effects", path, used, {"yi": y, "vi": v}, atol=1e-14)
