"""Walk every reference file of the folders named: what was compared, what was skipped and why, and what differs."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from pathlib import Path

from tests.reference.committed import documents
from tests.reference.oracle.files import walk
from tests.reference.oracle.ledger import Ledger


def main(folders: list[str]) -> int:
    whole, failures = Ledger(), 0
    files = sorted(path for folder in folders for path in Path(folder).glob("*.json"))
    for path in files:
        ledger = Ledger()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            for document in documents(path):
                walk(document, ledger)
        whole.numbers += ledger.numbers
        for mine, theirs in (
            (whole.compared, ledger.compared),
            (whole.skipped, ledger.skipped),
            (whole.short, ledger.short),
        ):
            mine.update(theirs)
        for line in ledger.failed:
            print(line)
        failures += len(ledger.failed)
    for title, counts in (
        ("compared", whole.compared),
        ("skipped", whole.skipped),
        ("retraced", whole.short),
    ):
        print(
            f"{title}: {Counter(counts).total()} blocks",
            *(f"  {count:6d} {kind}" for kind, count in counts.most_common()),
            sep="\n",
        )
    print(f"{len(files)} files, {whole.numbers} numbers, {failures} that differ")
    return int(bool(failures) or not whole.numbers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
