"""Parts of a step that one process computes one after the other, such as the outcomes of a review.

Each part has a receipt of its own, so that a process which is started for one changed part leaves the others as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evergreen.steps.fingerprint import digest
from evergreen.steps.receipts import FOLDER, Receipts, Work
from evergreen.steps.sweep import sweep


@dataclass(frozen=True)
class Parts:
    """Parts of the step `step`, whose code has the fingerprint `code`; without one, each part is always made."""

    step: str
    code: str
    receipts: Receipts = field(default_factory=Receipts)

    def make(
        self,
        part: str,
        values: Any,
        inputs: Iterable[str | Path],
        outputs: Iterable[str | Path],
        make: Callable[[], None],
    ) -> bool:
        """Call `make` unless the part's outputs are of now; returns whether it was called."""
        if not self.code:
            make()
            return True
        text = json.dumps(values, ensure_ascii=False)  # unsorted: the order of the protocol may count
        work = Work(
            name=f"parts/{self.step}/{part}",
            code=self.code,
            values=digest(text),
            inputs=tuple(map(str, inputs)),
            outputs=tuple(map(str, outputs)),
        )
        if self.receipts.verdict(work).current:
            return False
        read = self.receipts.hashes(work.inputs)
        self.receipts.begin(work)
        make()
        sweep(self.receipts.end(work, read), work.outputs)
        return True

    def not_of_now(self, parts: Iterable[str]) -> list[str]:
        """Those of the `parts` that the step did not make of what is there now, or that somebody altered since."""
        places = {part: FOLDER / "parts" / self.step / f"{part}.json" for part in parts}
        return [part for part, place in places.items() if not self.receipts.intact(place)]
