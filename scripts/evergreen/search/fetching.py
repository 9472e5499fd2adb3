"""Records by PMID: every reply is checked against what was asked, and what is missing is proven missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from evergreen.search.client import BATCH, Client
from evergreen.search.journal import Journal
from evergreen.search.replies import EntrezError


@dataclass(frozen=True)
class Batch:
    """Replies to one stretch of PMIDs. `asked` = what is in `files` + `missing`."""

    files: tuple[Path, ...]
    asked: tuple[int, ...]
    missing: tuple[int, ...]


def fetch_all(client: Client, pmids: Sequence[int], journal: Journal, label: str = "fetch") -> list[Batch]:
    """Fetch records in batches of 200, in the order given."""
    batches = []
    for start in range(0, len(pmids), BATCH):
        asked = tuple(pmids[start : start + BATCH])
        name = f"{label} {','.join(map(str, asked))}"
        files, missing = journal.remember_replies(name, partial(_fetch, client, asked))
        batches.append(Batch(tuple(files), asked, tuple(missing)))
    return batches


def _fetch(client: Client, asked: tuple[int, ...]) -> tuple[list[bytes], list[int]]:
    """Replies that hold all records asked for, and the PMIDs that PubMed does not hold.

    A reply may lack a record by accident, and one bad PMID may spoil a batch: the batch is asked for once more, then
    each missing record by itself. What still does not come is searched for; EntrezError where PubMed lists it.
    """
    body, held = client.efetch(asked)
    if set(asked) - held:
        body, held = client.efetch(asked)
    bodies, missing = [body], []
    for pmid in sorted(set(asked) - held):
        single, found = client.efetch((pmid,))
        if found:
            bodies.append(single)
        else:
            missing.append(pmid)
    if missing:
        listed = client.esearch(" OR ".join(f"{pmid}[uid]" for pmid in missing), len(missing)).ids
        if listed:
            names = ", ".join(str(pmid) for pmid in sorted(listed)[:10])
            raise EntrezError(
                f"PubMed lists {names} but does not deliver them. Run again later: what has been received is kept."
            )
    return bodies, missing
